from concurrent.futures import ThreadPoolExecutor

done = []


def save(name):
    done.append(name)


with ThreadPoolExecutor(max_workers=2) as pool:
    pool.submit(save, "a.txt")
    pool.submit(save, "b.txt")
    finished = len(done)
