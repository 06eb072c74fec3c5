from threading import Lock, Thread

lock = Lock()
lines = []


def write(text):
    with lock:
        lines.append(text)


writer = Thread(target=write, args=("opened",))
with lock:
    writer.start()
    lines.append("header")
    writer.join()
