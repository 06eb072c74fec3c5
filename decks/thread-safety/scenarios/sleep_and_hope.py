import time
from threading import Thread

settings = {"mode": "unset"}


def load():
    time.sleep(0.01)
    settings["mode"] = "fast"


loader = Thread(target=load)
loader.start()
time.sleep(0.1)
mode = settings["mode"]
loader.join()
