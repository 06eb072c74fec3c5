from threading import Thread

total = 0


def add_up():
    global total
    for price in (1, 2, 3):
        total += price


worker = Thread(target=add_up)
worker.start()
print(total)
