from concurrent.futures import ThreadPoolExecutor


def divide(a, b):
    return a / b


with ThreadPoolExecutor(max_workers=2) as pool:
    future = pool.submit(divide, 1, 0)
    print("submitted")
    try:
        print(future.result())
    except ZeroDivisionError:
        print("caught")
