from threading import Lock, Thread

lock = Lock()
total = 0


def add(number):
    global total
    with lock:
        total += number


def add_pair(first, second):
    with lock:
        add(first)
        add(second)


worker = Thread(target=add_pair, args=(3, 4))
worker.start()
worker.join()
