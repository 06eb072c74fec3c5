from threading import Lock, Thread


class Till:
    takings = 0

    def __init__(self):
        self.lock = Lock()

    def pay_in(self, amount):
        with self.lock:
            Till.takings += amount


front = Till()
back = Till()
threads = [
    Thread(target=front.pay_in, args=(20,)),
    Thread(target=back.pay_in, args=(30,)),
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
