from threading import Thread


def parse(text):
    return int(text)


worker = Thread(target=parse, args=("12a",))
worker.start()
try:
    worker.join()
except ValueError:
    print("caught")
print("after join")
