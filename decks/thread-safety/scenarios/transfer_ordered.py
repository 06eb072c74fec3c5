from threading import Lock, Thread


class Account:
    def __init__(self, number, balance):
        self.number = number
        self.balance = balance
        self.lock = Lock()


def transfer(source, target, amount):
    first, second = sorted((source, target), key=lambda account: account.number)
    with first.lock, second.lock:
        source.balance -= amount
        target.balance += amount


ada = Account(1, 100)
bo = Account(2, 100)
there = Thread(target=transfer, args=(ada, bo, 30))
back = Thread(target=transfer, args=(bo, ada, 10))
there.start()
back.start()
there.join()
back.join()
