from threading import Lock, Thread

lock = Lock()
seats = 1


def book():
    global seats
    with lock:
        free = seats > 0
    if free:
        with lock:
            seats -= 1


ada = Thread(target=book)
bo = Thread(target=book)
ada.start()
bo.start()
ada.join()
bo.join()
