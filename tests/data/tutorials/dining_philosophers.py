"""Each philosopher takes the left fork, then the right one."""
import threading
import time

SEATS = 3
forks = [threading.Lock() for _ in range(SEATS)]


class Philosopher(threading.Thread):
    def __init__(self, seat):
        super().__init__(name=f"Philosopher {seat}")
        self.left = forks[seat]
        self.right = forks[(seat + 1) % SEATS]
        self.meals = 0

    def run(self):
        with self.left:
            time.sleep(0.01)
            with self.right:
                self.eat()

    def eat(self):
        self.meals += 1


philosophers = [Philosopher(seat) for seat in range(SEATS)]
for philosopher in philosophers:
    philosopher.start()
for philosopher in philosophers:
    philosopher.join()
print([philosopher.meals for philosopher in philosophers])
