import time
from concurrent.futures import ThreadPoolExecutor


def square(number):
    time.sleep(0.03 / number)
    return number * number


with ThreadPoolExecutor(max_workers=3) as pool:
    squares = list(pool.map(square, [1, 2, 3]))
