# N threads write `array[i] = array[i - 1] + 1`; one looks for the last zero (Abdulla et al., POPL 2014, section 2).
from threading import Thread

array = [0] * (N + 1)


def write(j):
    array[j] = array[j - 1] + 1


def search():
    i = N
    while array[i] != 0:
        i -= 1


threads = [Thread(target=search)] + [Thread(target=write, args=(j,)) for j in range(1, N + 1)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
