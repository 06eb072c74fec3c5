"""Each philosopher takes the fork with the lower number first, so nobody starves."""
import threading

SEATS = 3
forks = [threading.Lock() for _ in range(SEATS)]
meals = [0] * SEATS


def dine(seat):
    first, second = sorted([seat, (seat + 1) % SEATS])
    with forks[first], forks[second]:
        meals[seat] += 1


philosophers = [threading.Thread(target=dine, args=(seat,)) for seat in range(SEATS)]
for philosopher in philosophers:
    philosopher.start()
for philosopher in philosophers:
    philosopher.join()
print(meals)
