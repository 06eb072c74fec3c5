from threading import Thread

hits = {"home": 0}


def visit():
    hits["home"] += 1


threads = [Thread(target=visit) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
