"""The same consumer asks in the wrong order, and may leave the last message behind."""
import queue
import threading

messages = queue.Queue()
finished = threading.Event()
stored = []


def produce():
    messages.put("last")
    finished.set()


def consume():
    while not messages.empty() or not finished.is_set():
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
