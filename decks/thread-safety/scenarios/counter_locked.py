from threading import Lock, Thread

counter = 0
lock = Lock()


def count():
    global counter
    with lock:
        counter += 1


first = Thread(target=count)
second = Thread(target=count)
first.start()
second.start()
first.join()
second.join()
