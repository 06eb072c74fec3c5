"""Workers look whether there is a task before they take it, and wait for ever if another was faster."""
import queue
import threading

tasks = queue.Queue()
for number in (2, 3, 5):
    tasks.put(number)
squares = []


def worker():
    while not tasks.empty():
        number = tasks.get()
        squares.append(number * number)


workers = [threading.Thread(target=worker) for _ in range(2)]
for thread in workers:
    thread.start()
for thread in workers:
    thread.join()
print(sorted(squares))
