"""Two workers go through two phases; nobody begins the second before all have ended the first."""
import threading

phases = []
log = []


def next_phase():
    phases.append(len(log))


barrier = threading.Barrier(2, action=next_phase)


def work(name):
    for phase in range(2):
        log.append(f"{name}{phase}")
        barrier.wait()


threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(log, phases)
