from threading import Thread


class Shelf:
    def __init__(self, count):
        self.count = count

    def sell(self, number):
        self.count -= number


shelf = Shelf(10)
threads = [Thread(target=shelf.sell, args=(n,)) for n in (3, 4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
