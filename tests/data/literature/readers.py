# One thread writes a variable that N others read.
from threading import Thread

x = 0


def write():
    global x
    x = 1


def read():
    x


threads = [Thread(target=write)] + [Thread(target=read) for _ in range(N)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
