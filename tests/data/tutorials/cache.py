"""A cache that computes each value once, however many ask at the same time."""
import functools
import threading


def cached(function):
    values = {}
    lock = threading.RLock()

    @functools.wraps(function)
    def wrapper(key):
        with lock:
            if key not in values:
                values[key] = function(key)
            return values[key]

    return wrapper


computed = []


@cached
def square(number):
    computed.append(number)
    return number * number


def ask(number):
    answers.append(square(number))


answers = []
threads = [threading.Thread(target=ask, args=(number,)) for number in (3, 3, 4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(answers), sorted(computed))
