"""Workers take tasks from a queue until each finds a sentinel; `join` waits until all tasks are done."""
import queue
import threading

SENTINEL = object()
tasks = queue.Queue()
squares = []
lock = threading.Lock()


def worker():
    for task in iter(tasks.get, SENTINEL):
        with lock:
            squares.append(task * task)
        tasks.task_done()
    tasks.task_done()


for number in (2, 3):
    tasks.put(number)
workers = [threading.Thread(target=worker, daemon=True) for _ in range(2)]
for thread in workers:
    tasks.put(SENTINEL)
for thread in workers:
    thread.start()
tasks.join()
print(squares)
