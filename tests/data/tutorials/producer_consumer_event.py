"""A consumer that polls a queue until an event says that there is no more to come."""
import queue
import threading

messages = queue.Queue()
finished = threading.Event()
stored = []


def produce():
    for number in range(2):
        messages.put(number)
    finished.set()


def consume():
    # The order matters: only once nothing more can come does it mean something that there is nothing.
    while not finished.is_set() or not messages.empty():
        try:
            stored.append(messages.get(timeout=0.5))
        except queue.Empty:
            pass


consumer = threading.Thread(target=consume, name="consumer")
producer = threading.Thread(target=produce, name="producer")
consumer.start()
producer.start()
producer.join()
consumer.join()
print(stored)
