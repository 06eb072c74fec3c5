"""Two threads take turns by two semaphores."""
import threading

ping, pong = threading.Semaphore(1), threading.Semaphore(0)


def play(mine, other, word):
    for _ in range(2):
        mine.acquire()
        print(word)
        other.release()


players = [
    threading.Thread(target=play, args=(pong, ping, "pong")),
    threading.Thread(target=play, args=(ping, pong, "ping")),
]
for player in players:
    player.start()
for player in players:
    player.join()
