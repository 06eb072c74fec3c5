from threading import Thread


def greet(name):
    print(name)


ada = Thread(target=greet, args=("Ada",))
bo = Thread(target=greet, args=("Bo",))
ada.start()
bo.start()
ada.join()
bo.join()
print("bye")
