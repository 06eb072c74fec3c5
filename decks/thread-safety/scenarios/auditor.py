from threading import Lock, Thread

lock = Lock()
purse, safe = 100, 0
total = None


def store(amount):
    global purse, safe
    with lock:
        purse -= amount
        safe += amount


def audit():
    global total
    total = purse + safe


keeper = Thread(target=store, args=(40,))
auditor = Thread(target=audit)
keeper.start()
auditor.start()
keeper.join()
auditor.join()
