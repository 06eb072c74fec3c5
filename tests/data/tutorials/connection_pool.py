"""A pool of connections that are borrowed and given back."""
import queue
import threading
from contextlib import contextmanager


class Connection:
    def __init__(self, number):
        self.number = number
        self.users = 0

    def query(self):
        self.users += 1
        alone = self.users == 1
        self.users -= 1
        return alone


class ConnectionPool:
    def __init__(self, size):
        self._idle = queue.Queue(maxsize=size)
        for number in range(size):
            self._idle.put(Connection(number))

    @contextmanager
    def connection(self):
        connection = self._idle.get()
        try:
            yield connection
        finally:
            self._idle.put(connection)


pool = ConnectionPool(2)
alone = []


def work():
    with pool.connection() as connection:
        alone.append(connection.query())


threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(alone)
