from threading import Thread


def report():
    print("report")


worker = Thread(target=report())
print("starting")
worker.start()
worker.join()
