from threading import RLock, Thread

oven = RLock()
mixer = RLock()
dishes = []


def bake():
    with oven:
        with mixer:
            dishes.append("cake")


def whisk():
    with mixer:
        with oven:
            dishes.append("souffle")


baker = Thread(target=bake)
helper = Thread(target=whisk)
baker.start()
helper.start()
baker.join()
helper.join()
