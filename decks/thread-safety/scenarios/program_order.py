from threading import Thread

log = []


def cook():
    log.append("boil")
    log.append("serve")


def guest():
    log.append("knock")


threads = [Thread(target=cook), Thread(target=guest)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
