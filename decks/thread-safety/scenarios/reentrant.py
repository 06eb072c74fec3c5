from threading import RLock, Thread

lock = RLock()
total = 0


def add(number):
    global total
    with lock:
        total += number


def add_pair(first, second):
    with lock:
        add(first)
        add(second)


pair = Thread(target=add_pair, args=(3, 4))
single = Thread(target=add, args=(5,))
pair.start()
single.start()
pair.join()
single.join()
