from threading import Lock, Thread


class Account:
    def __init__(self, balance):
        self.balance = balance
        self.lock = Lock()


def transfer(source, target, amount):
    while True:
        with source.lock:
            if target.lock.acquire(blocking=False):
                source.balance -= amount
                target.balance += amount
                target.lock.release()
                return


ada = Account(100)
bo = Account(100)
there = Thread(target=transfer, args=(ada, bo, 30))
back = Thread(target=transfer, args=(bo, ada, 10))
there.start()
back.start()
there.join()
back.join()
