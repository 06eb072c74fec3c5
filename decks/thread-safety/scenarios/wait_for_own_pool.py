from concurrent.futures import ThreadPoolExecutor


def price(item):
    return len(item)


def order(item):
    return pool.submit(price, item).result() + 1


bill = 0
with ThreadPoolExecutor(max_workers=2) as pool:
    tea = pool.submit(order, "tea")
    cake = pool.submit(order, "cake")
    bill = tea.result() + cake.result()
