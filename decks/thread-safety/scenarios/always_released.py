from threading import Lock, Thread

lock = Lock()
balance = 100


def withdraw(amount):
    global balance
    with lock:
        if amount > balance:
            raise ValueError("not enough money")
        balance -= amount


big = Thread(target=withdraw, args=(500,))
small = Thread(target=withdraw, args=(30,))
big.start()
small.start()
big.join()
small.join()
