import gc, sys
try:
    import posix as os
except ImportError:
    import os
gc.disable()
os.closerange(3, int(sys.argv[1]))
sys.path[:] = [each for each in sys.path if each]
def take(count):
    parts = b""
    while len(parts) < count:
        part = os.read(0, count - len(parts))
        if not part:
            os._exit(0)
        parts += part
    return parts
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
