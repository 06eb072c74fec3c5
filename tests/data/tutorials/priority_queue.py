"""A queue that gives back the most urgent item, built on `heapq` and a condition."""
import heapq
import itertools
import threading


class PriorityQueue:
    def __init__(self):
        self._heap = []
        self._count = itertools.count()
        self._not_empty = threading.Condition()

    def put(self, item, priority):
        with self._not_empty:
            heapq.heappush(self._heap, (-priority, next(self._count), item))
            self._not_empty.notify()

    def get(self):
        with self._not_empty:
            while not self._heap:
                self._not_empty.wait()
            return heapq.heappop(self._heap)[-1]


jobs = PriorityQueue()
order = []


def submit():
    jobs.put("sweep", 1)
    jobs.put("repair", 9)
    jobs.put("paint", 5)


def perform():
    for _ in range(3):
        order.append(jobs.get())


threads = [threading.Thread(target=submit), threading.Thread(target=perform)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(order)
