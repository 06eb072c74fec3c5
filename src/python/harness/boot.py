import os, struct, sys
sys.path[:] = [each for each in sys.path if each]
def take(count):
    parts = b""
    while len(parts) < count:
        part = os.read(0, count - len(parts))
        if not part:
            os._exit(0)
        parts += part
    return parts
exec(compile(take(*struct.unpack(">I", take(4))), "<harness>", "exec"), {"__name__": "raceday_harness"})
