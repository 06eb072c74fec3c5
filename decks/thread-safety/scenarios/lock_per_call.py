from threading import Lock, Thread

counter = 0


def count():
    global counter
    lock = Lock()
    with lock:
        counter += 1


first = Thread(target=count)
second = Thread(target=count)
first.start()
second.start()
first.join()
second.join()
