from concurrent.futures import ThreadPoolExecutor

saved = []


def save(record):
    if "id" not in record:
        raise KeyError("id")
    saved.append(record["id"])


with ThreadPoolExecutor(max_workers=2) as pool:
    pool.submit(save, {"id": 7})
    pool.submit(save, {"name": "Ada"})
print("saved", len(saved))
