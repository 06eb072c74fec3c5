"""Two careful executions in one process: prints how often the first is told of during the second.

    journals.py WORKER_RS
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
write = os.write  # the scenario's is another

from differential import harness  # noqa: E402

SOURCE = """
import threading
def work(): return [each for each in range(2)]
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""

space = harness(sys.argv[1])
told = []
space["send"] = told.append
request = {"name": "scenario.py", "source": SOURCE, "observe": "0", "sleeps": "free", "claims": []}
loaded = space["load"]({**request, "shared": {"names": [], "workers": False}})
assert loaded == {"loaded": True}, loaded
for number, detail in ((1, True), (2, False)):
    told.clear()
    answer = space["careful"]({"id": number, "stops": [], "detail": detail, "lines": False, "schedule": []})
    assert "error" not in answer, answer
assert told, "it tells of itself"
write(1, b"%d\n" % sum(each["id"] == 1 for each in told))
os._exit(0)  # carriers of threads are there for ever
