from threading import Thread

seats = 1
booked = []


def book(name):
    global seats
    if seats > 0:
        seats -= 1
        booked.append(name)


ada = Thread(target=book, args=("Ada",))
bo = Thread(target=book, args=("Bo",))
ada.start()
bo.start()
ada.join()
bo.join()
