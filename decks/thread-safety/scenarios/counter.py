from threading import Thread

counter = 0


def count():
    global counter
    counter += 1


first = Thread(target=count)
second = Thread(target=count)
first.start()
second.start()
first.join()
second.join()
