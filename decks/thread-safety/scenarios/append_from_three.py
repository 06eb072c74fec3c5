from threading import Thread

results = []


def work(number):
    results.append(number * number)


threads = [Thread(target=work, args=(n,)) for n in (1, 2, 3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
