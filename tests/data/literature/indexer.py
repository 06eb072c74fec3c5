# N threads insert four messages each into a hash table of 128 places (Flanagan and Godefroid, POPL 2005, figure 1).
from threading import Lock, Thread

SIZE, MAX = 128, 4
table = [0] * SIZE
locks = [Lock() for _ in range(SIZE)]


def insert(tid):
    m = 0
    while True:
        if m >= MAX:
            return
        m += 1
        w = m * 11 + tid
        h = (w * 7) % SIZE
        while True:
            with locks[h]:
                if table[h] == 0:
                    table[h] = w
                    break
            h = (h + 1) % SIZE


threads = [Thread(target=insert, args=(tid,)) for tid in range(N)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
