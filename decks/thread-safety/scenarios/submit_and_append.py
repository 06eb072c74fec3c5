from concurrent.futures import ThreadPoolExecutor

arrived = []


def deliver(parcel):
    arrived.append(parcel)


with ThreadPoolExecutor(max_workers=2) as pool:
    pool.submit(deliver, "first")
    pool.submit(deliver, "second")
