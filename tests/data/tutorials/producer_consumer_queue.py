"""One producer and two consumers share a queue; `None` tells a consumer to stop."""
import queue
import threading

STOP = None
channel = queue.Queue(maxsize=2)
taken = {"anna": [], "ben": []}


def produce():
    for item in ["bread", "milk"]:
        channel.put(item)
    for _ in taken:
        channel.put(STOP)


def consume(name):
    while (item := channel.get()) is not STOP:
        taken[name].append(item)


threads = [threading.Thread(target=produce)]
threads += [threading.Thread(target=consume, args=(name,)) for name in taken]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(taken)
