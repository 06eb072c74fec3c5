import time
from concurrent.futures import ThreadPoolExecutor
from threading import Lock


class Account:
    def __init__(self, balance):
        self.balance = balance
        self.lock = Lock()

    def withdraw(self, amount):
        with self.lock:
            if self.balance >= amount:
                remaining = self.balance - amount
                time.sleep(0.01)
                self.balance = remaining
            else:
                raise ValueError("not enough money")


account = Account(1000)
with ThreadPoolExecutor(max_workers=2) as pool:
    pool.submit(account.withdraw, 500)
    pool.submit(account.withdraw, 700)
