from concurrent.futures import ThreadPoolExecutor

counter = 0


def count():
    global counter
    counter += 1


with ThreadPoolExecutor(max_workers=1) as pool:
    for _ in range(3):
        pool.submit(count)
