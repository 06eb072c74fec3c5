from threading import Lock, Thread

lock = Lock()
cache = {}
loads = []


def get(key):
    if key not in cache:
        with lock:
            if key not in cache:
                loads.append(key)
                cache[key] = key.upper()
    return cache[key]


first = Thread(target=get, args=("logo",))
second = Thread(target=get, args=("logo",))
first.start()
second.start()
first.join()
second.join()
