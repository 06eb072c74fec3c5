"""A lock that many readers or one writer may hold."""
import threading
from contextlib import contextmanager


class ReadWriteLock:
    def __init__(self):
        self._condition = threading.Condition()
        self._readers = 0

    @contextmanager
    def reading(self):
        with self._condition:
            self._readers += 1
        try:
            yield
        finally:
            with self._condition:
                self._readers -= 1
                if self._readers == 0:
                    self._condition.notify_all()

    @contextmanager
    def writing(self):
        with self._condition:
            while self._readers > 0:
                self._condition.wait()
            yield


lock = ReadWriteLock()
point = {"x": 0, "y": 0}
seen = []


def read():
    with lock.reading():
        x = point["x"]
        y = point["y"]
    seen.append((x, y))


def write():
    with lock.writing():
        point["x"] += 1
        point["y"] += 1


threads = [threading.Thread(target=read), threading.Thread(target=write), threading.Thread(target=read)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(seen), point)
