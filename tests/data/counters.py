from threading import Thread
n = 0
def count():
    global n
    n += 1
threads = [Thread(target=count) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
