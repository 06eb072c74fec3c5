from threading import Thread

tasks = ["clean"]
failed = []


def take(name):
    try:
        if tasks:
            tasks.pop()
    except IndexError:
        failed.append(name)


ada = Thread(target=take, args=("Ada",))
bo = Thread(target=take, args=("Bo",))
ada.start()
bo.start()
ada.join()
bo.join()
