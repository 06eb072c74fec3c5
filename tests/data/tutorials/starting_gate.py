"""Runners wait for the starting shot; a judge counts who crosses the line first."""
import threading

shot = threading.Event()
places = []


class Runner(threading.Thread):
    def run(self):
        shot.wait()
        places.append(self.name)


runners = [Runner(name=name) for name in ("red", "blue")]
for runner in runners:
    runner.start()
assert not places, "a false start"
shot.set()
for runner in runners:
    runner.join()
print(", ".join(places))
