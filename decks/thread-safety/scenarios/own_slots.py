from threading import Thread

prices = {"tea": 3, "cake": 5}
bills = {"Ada": 0, "Bo": 0}


def order(guest, teas, cakes):
    bills[guest] = teas * prices["tea"] + cakes * prices["cake"]


ada = Thread(target=order, args=("Ada", 1, 1))
bo = Thread(target=order, args=("Bo", 2, 0))
ada.start()
bo.start()
ada.join()
bo.join()
