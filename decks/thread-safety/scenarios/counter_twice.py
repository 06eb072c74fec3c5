from threading import Thread

counter = 0


def count():
    global counter
    for _ in range(2):
        counter += 1


first = Thread(target=count)
second = Thread(target=count)
first.start()
second.start()
first.join()
second.join()
