"""Money goes both ways between two accounts, each with a lock of its own."""
import threading


class Account:
    def __init__(self, balance):
        self.balance = balance
        self.lock = threading.Lock()


def transfer(source, target, amount):
    with source.lock:
        with target.lock:
            if source.balance >= amount:
                source.balance -= amount
                target.balance += amount


ann, bob = Account(100), Account(0)
threads = [
    threading.Thread(target=transfer, args=(ann, bob, 100)),
    threading.Thread(target=transfer, args=(bob, ann, 50)),
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(ann.balance, bob.balance)
