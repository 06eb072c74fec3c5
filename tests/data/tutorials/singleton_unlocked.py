"""A singleton by a metaclass that forgot its lock."""
import threading


class Singleton(type):
    instances = {}

    def __call__(cls, *args, **kwargs):
        if cls not in cls.instances:
            cls.instances[cls] = super().__call__(*args, **kwargs)
        return cls.instances[cls]


class Connection(metaclass=Singleton):
    def __init__(self, user):
        self.user = user


users = []


def connect(user):
    users.append(Connection(user).user)


threads = [threading.Thread(target=connect, args=(user,)) for user in ("ann", "bob")]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(users))
