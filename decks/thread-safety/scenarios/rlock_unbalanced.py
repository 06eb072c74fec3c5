from threading import RLock, Thread

lock = RLock()
notes = []


def write(name):
    lock.acquire()
    lock.acquire()
    notes.append(name)
    lock.release()


bo = Thread(target=write, args=("Bo",))
bo.start()
write("Ada")
bo.join()
