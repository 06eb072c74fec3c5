"""One producer and one consumer share a buffer of one place, guarded by a condition."""
import threading
import time
from collections import deque


class BoundedBuffer:
    def __init__(self, capacity):
        self.capacity = capacity
        self.items = deque()
        self.changed = threading.Condition()

    def put(self, item):
        with self.changed:
            while len(self.items) == self.capacity:
                self.changed.wait()
            self.items.append(item)
            print(f"put {item}")
            self.changed.notify_all()

    def get(self):
        with self.changed:
            self.changed.wait_for(lambda: self.items)
            item = self.items.popleft()
            print(f"got {item}")
            self.changed.notify_all()
            return item


buffer = BoundedBuffer(1)
received = []


def produce():
    for number in range(2):
        time.sleep(0.1)
        buffer.put(number)


def consume():
    while len(received) < 2:
        received.append(buffer.get())


if __name__ == "__main__":
    producer = threading.Thread(target=produce)
    consumer = threading.Thread(target=consume)
    consumer.start()
    producer.start()
    producer.join()
    consumer.join()
    print("received", received)
