import time
from concurrent.futures import ThreadPoolExecutor


class Account:
    def __init__(self, balance):
        self.balance = balance

    def withdraw(self, amount):
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
