"""A cache whose check and whose store are two acts."""
import threading
import time


class Cache:
    def __init__(self):
        self.values = {}
        self.misses = 0

    def get(self, key):
        try:
            return self.values[key]
        except KeyError:
            self.misses += 1
            value = self.load(key)
            self.values[key] = value
            return value

    def load(self, key):
        time.sleep(0.1)
        return key.upper()


cache = Cache()
threads = [threading.Thread(target=cache.get, args=("a",)) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(cache.values, cache.misses)
