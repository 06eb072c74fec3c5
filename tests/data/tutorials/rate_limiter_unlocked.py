"""A limiter of one call a period that forgot its lock."""
import threading
import time


class RateLimiter:
    def __init__(self, calls, period):
        self.calls = calls
        self.period = period
        self.times = []

    def allow(self):
        now = time.monotonic()
        self.times = [moment for moment in self.times if now - moment < self.period]
        if len(self.times) < self.calls:
            self.times.append(now)
            return True
        return False


limiter = RateLimiter(calls=1, period=60)
allowed = []


def call():
    if limiter.allow():
        allowed.append(threading.current_thread().name)


threads = [threading.Thread(target=call, name=name) for name in ("a", "b")]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(allowed), "allowed")
