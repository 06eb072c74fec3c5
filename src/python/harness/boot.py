import gc, sys
try:
    import posix as os
except ImportError:
    import os
gc.disable()
os.closerange(3, int(sys.argv[1]))
sys.path[:] = [each for each in sys.path if each]
def take(count):
    # Where it is to stay: to read into something new each time takes several times as long as all else before the harness runs.
    data = bytearray(count)
    rest = memoryview(data)
    while rest:
        got = os.readv(0, [rest])
        if not got:
            os._exit(0)
        rest = rest[got:]
    return data
def frame():
    return take(int.from_bytes(take(4), "big"))
plan = frame()
body = frame()
if body[:1] == b"c":
    import marshal
    code = marshal.loads(memoryview(body)[1:])
else:
    code = compile(body[1:], "<harness>", "exec")
exec(code, {"__name__": "raceday_harness", "harness_code": code, "plan_json": plan})
