from threading import Thread

low, high = 0, 10
seen = []


def move():
    global low, high
    low, high = 20, 30


def look():
    seen.append((low, high))


mover = Thread(target=move)
looker = Thread(target=look)
mover.start()
looker.start()
mover.join()
looker.join()
