"""A waiter lets all philosophers but one sit down."""
import threading

SEATS = 3
forks = [threading.Lock() for _ in range(SEATS)]
waiter = threading.Semaphore(SEATS - 1)
meals = [0] * SEATS


def dine(seat):
    with waiter:
        with forks[seat]:
            with forks[(seat + 1) % SEATS]:
                meals[seat] += 1


philosophers = [threading.Thread(target=dine, args=(seat,)) for seat in range(SEATS)]
for philosopher in philosophers:
    philosopher.start()
for philosopher in philosophers:
    philosopher.join()
print(meals)
