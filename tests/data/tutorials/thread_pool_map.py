"""A pool squares numbers, and counts with a lock how many it did."""
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

done = 0
lock = Lock()


def square(number):
    global done
    with lock:
        done += 1
    return number * number


with ThreadPoolExecutor(max_workers=2) as pool:
    squares = list(pool.map(square, [1, 2, 3]))
print(squares, done)
