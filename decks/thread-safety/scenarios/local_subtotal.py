from threading import Thread

total = 0


def add_all(numbers):
    global total
    subtotal = 0
    for number in numbers:
        subtotal += number
    total += subtotal


first = Thread(target=add_all, args=([1, 2],))
second = Thread(target=add_all, args=([3, 4],))
first.start()
second.start()
first.join()
second.join()
