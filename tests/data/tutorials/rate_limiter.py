"""A token bucket that lets two calls through at once and refills by one a second."""
import threading
import time


class TokenBucket:
    def __init__(self, capacity, rate):
        self.capacity = capacity
        self.rate = rate
        self.tokens = capacity
        self.updated = time.monotonic()
        self.lock = threading.Lock()

    def _refill(self):
        now = time.monotonic()
        self.tokens = min(self.capacity, self.tokens + (now - self.updated) * self.rate)
        self.updated = now

    def allow(self):
        with self.lock:
            self._refill()
            if self.tokens >= 1:
                self.tokens -= 1
                return True
            return False


bucket = TokenBucket(capacity=2, rate=1.0)
answers = {}


def call(number):
    answers[number] = bucket.allow()


threads = [threading.Thread(target=call, args=(number,)) for number in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(dict(sorted(answers.items())))
