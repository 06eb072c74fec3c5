from threading import Thread

counts = {}


def see(word):
    if word not in counts:
        counts[word] = 0
    counts[word] += 1


first = Thread(target=see, args=("lock",))
second = Thread(target=see, args=("lock",))
first.start()
second.start()
first.join()
second.join()
