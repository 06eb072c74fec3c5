from threading import RLock, Thread

lock = RLock()
left, right = 5, 5
seen = []


def weigh():
    with lock:
        seen.append(left + right)


def shift():
    global left, right
    with lock:
        left -= 2
        weigh()
        right += 2


mover = Thread(target=shift)
mover.start()
mover.join()
