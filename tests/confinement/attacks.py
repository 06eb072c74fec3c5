# Attacks on what surrounds a worker, each a scenario of its own, after the lines that all have in common. `main.rs` says how a
# heading is read: the layers that stop the attack, each by itself, and the witness outside that would have seen it succeed.
import os
import sys

import_ = os.__dict__["__builtins__"]["__import__"]
open_ = os.__dict__["__builtins__"]["open"]
DIR, SECRET, VICTIM = "{DIR}", "{DIR}/secret", int("{VICTIM}")
TCP, UDP, NAME = int("{TCP}"), int("{UDP}"), "{NAME}"
# What is kept here outlives the scenario's own names.
kept = import_("gc").kept = []


def c():
    return import_("ctypes").CDLL(None, use_errno=True)


def socket():
    return import_("socket")


def write(path, flags=os.O_WRONLY):
    os.write(os.open(path, flags, 0o666), b"touched")


def stay():
    import_("signal").pause()


def answer(ask, path):
    try:
        return ask(path)
    except OSError as error:
        return error.errno


def told(ask, there=DIR + "/called-" + NAME + "-is-a-secret", missing=DIR + "/called-nothing"):
    """The secret, if what is said of a path that is there differs from what is said of one that is not."""
    return NAME + "-is-a-secret" if answer(ask, there) != answer(ask, missing) else ""


def bare(*arguments):
    """What a call by its number returns, or its error."""
    return c().syscall(*arguments), import_("ctypes").get_errno()


result = ""
# == open a file: files+supervisor, secret
result = open_(SECRET).read()
# == open a file by its descriptor: files+supervisor, secret
result = os.read(os.open(SECRET, os.O_RDONLY), 100)
# == open a file with io: files+supervisor, secret
result = import_("_io").FileIO(SECRET).read()
# == open a file with pathlib: files+supervisor, secret
result = import_("pathlib").Path(SECRET).read_text()
# == open a file with linecache: files+supervisor, secret
result = import_("linecache").getline(SECRET, 1)
# == map a file: files+supervisor, secret
result = import_("mmap").mmap(os.open(SECRET, os.O_RDONLY), 0, access=1)[:]
# == open a file in C: files+supervisor, secret
lib, types = c(), import_("ctypes")
lib.fopen.restype = types.c_void_p
file, buffer = lib.fopen(SECRET.encode(), b"r"), types.create_string_buffer(100)
if file:
    lib.fread(buffer, 1, 100, types.c_void_p(file))
result = buffer.value
# == open a file by the bare call: files+supervisor, secret
number = {"x86_64": 257, "aarch64": 56}[os.uname().machine]
descriptor = c().syscall(number, -100, SECRET.encode(), 0, 0)
result = os.read(descriptor, 100) if descriptor >= 0 else ""
# == open a file below an open folder: files+supervisor, secret
folder = os.open(DIR, os.O_RDONLY | os.O_DIRECTORY)
result = os.read(os.open("secret", os.O_RDONLY, dir_fd=folder), 100)
# == open a file through a link: files+supervisor, secret
result = open_(DIR + "/link").read()
# == open a file through the folder of another process: files+namespace+limits/root+supervisor, secret
result = open_("/proc/%d/cwd/secret" % VICTIM).read()
# == open a file through the root of another process: files+namespace+limits/root+supervisor, secret
result = open_("/proc/%d/root%s" % (VICTIM, SECRET)).read()
# == open a file from its folder: files+calls+supervisor, secret
os.chdir(DIR)
result = open_("secret").read()
# == open a database: files+calls+supervisor, secret
result = import_("sqlite3").connect("file:%s/data.db?mode=ro" % DIR, uri=True).execute("select * from secrets").fetchall()
# == import a module: files+supervisor, secret
sys.path.insert(0, DIR)
result = import_("planted").text
# == list a folder: files+supervisor, secret
result = os.listdir(DIR)
# == scan a folder: files+supervisor, secret
result = [entry.name for entry in os.scandir(DIR)]
# == list a folder by a pattern: files+supervisor, secret
result = import_("glob").glob(DIR + "/*")
# == ask whether a file is there: supervisor, secret
result = told(os.stat)
# == ask whether a file is there without following links: supervisor, secret
result = told(os.lstat)
# == ask whether a file is there by asking who may read it: supervisor, secret
result = told(lambda path: os.access(path, os.F_OK))
# == ask whether a file is there as if it were a link: supervisor, secret
result = told(os.readlink)
# == ask whether a file is there by opening it: supervisor, secret
result = told(lambda path: os.open(path, os.O_RDONLY))
# == ask whether a file is there by listing it: supervisor, secret
result = told(os.scandir)
# == ask whether a file is there with os.path: supervisor, secret
result = told(os.path.exists)
# == ask whether a file is there by bare calls: supervisor, secret
space, letters = import_("ctypes").create_string_buffer(4096), import_("ctypes").create_string_buffer(256)
calls = {"x86_64": (2, 4, 6, 21, 89, 257, 262, 267, 269, 332, 437, 439), "aarch64": (48, 56, 78, 79, 291, 437, 439)}


def ask(path, *arguments):
    # Always at the same place, for calls that take the place for something else.
    letters.value = path.encode()
    return bare(*arguments)


result = "".join(
    told(lambda path: ask(path, number, *start, letters, *rest))
    for number in calls[os.uname().machine]
    for start in ((), (-100,), (3,))
    for rest in ((space, 0, 0), (0, space, 0), (0, 0xFFF, space), (space, 4096, 0x1000))
)
# == ask whether a file is there from an open folder: supervisor, secret
folder = os.open(os.path.dirname(os.__file__), os.O_RDONLY | os.O_DIRECTORY)
result = told(lambda path: os.stat("../" * 20 + path, dir_fd=folder))
# == ask whether a file is there by a detour through the library: supervisor, secret
result = told(lambda path: os.stat(os.path.dirname(os.__file__) + "/.." * 20 + path))
# == ask whether a file is there as what an open file is: supervisor, secret
number = {"x86_64": 262, "aarch64": 79}[os.uname().machine]
space = import_("ctypes").create_string_buffer(4096)
result = told(lambda path: bare(number, 0, path.encode(), space, 0x1000))
# == ask whether a file is there while the path changes: supervisor, secret
number, types = {"x86_64": 262, "aarch64": 79}[os.uname().machine], import_("ctypes")
lib, path, space = c(), types.create_string_buffer(4096), types.create_string_buffer(256)
own = os.__file__.encode() + b"\0"


def change(outside, stopped):
    while not stopped:
        for each in (outside, own):
            path[: len(each)] = each
            lib.sched_yield()


def answers(outside):
    stopped = []
    import_("_thread").start_new_thread(change, (outside.encode() + b"\0", stopped))
    looks = (lib.usleep(look % 100) or lib.syscall(number, -100, path, space, 0) for look in range(2000))
    seen = {space.raw[:56] for result in looks if result == 0}
    stopped.append(True)
    return seen


path[: len(own)] = own
usual = answers("/usr/nothing")
result = told(lambda path: answers(path) <= usual)
# == ask whether a process is there: supervisor, secret
result = told(os.stat, "/proc/%d" % VICTIM, "/proc/4000000")
# == ask whether a process is there by its open files: supervisor, secret
result = told(lambda path: os.open(path, os.O_RDONLY), "/proc/%d/fd/0" % VICTIM, "/proc/4000000/fd/0")
# == find out which libraries are installed: supervisor, libraries
listed = open_("/etc/ld.so.cache", "rb").read()
result = "listed=%d/%d;" % (len(listed), sum(listed))
# == read the environment of another process: files+namespace+limits+supervisor, secret, root
result = open_("/proc/%d/environ" % VICTIM, "rb").read()
# == read the arguments of another process: files+supervisor, secret
result = open_("/proc/%d/cmdline" % VICTIM, "rb").read()
# == read the memory of another process: files+namespace+limits+supervisor, secret, root
for line in open_("/proc/%d/maps" % VICTIM):
    if "[stack]" in line:
        start, end = (int(each, 16) for each in line.split()[0].split("-"))
        memory = os.open("/proc/%d/mem" % VICTIM, os.O_RDONLY)
        result = b"".join(os.pread(memory, 4096, place) for place in range(start, end, 4096))
        result = result[result.find(b"raceday-"):][:100]
# == overwrite a file: files+calls+supervisor, change
open_(DIR + "/file", "w").write("touched")
# == append to a file: files+calls+limits+supervisor, change
write(DIR + "/file", os.O_WRONLY | os.O_APPEND)
# == write to a file: files+calls+limits+supervisor, change
write(DIR + "/file")
# == write to a file that is mapped: files+calls+supervisor, change
mapped = import_("mmap").mmap(os.open(DIR + "/file", os.O_RDWR), 4)
mapped[:4] = b"hush"
# == empty a file by opening it: files+calls+supervisor, change
os.open(DIR + "/file", os.O_RDONLY | os.O_TRUNC)
# == shorten a file: files/3+calls, change
os.truncate(DIR + "/file", 1)
# == make a file: files+calls+supervisor, change
write(DIR + "/new", os.O_WRONLY | os.O_CREAT)
# == make a temporary file: files+calls+supervisor, change
kept.append(import_("tempfile").mkstemp(dir=DIR))
# == make a file without a name and give it one: files+calls+supervisor, change
nameless = os.open(DIR, os.O_TMPFILE | os.O_WRONLY)
c().linkat(-100, b"/proc/self/fd/%d" % nameless, -100, (DIR + "/new").encode(), 0x400)
# == remove a file: files+calls, change
os.unlink(DIR + "/file")
# == rename a file: files+calls, change
os.rename(DIR + "/file", DIR + "/renamed")
# == link to a file: files+calls, change
os.link(DIR + "/file", DIR + "/linked")
# == link to a file by its name: files+calls, change
os.symlink("file", DIR + "/symlink")
# == make a folder: files+calls, change
os.mkdir(DIR + "/folder")
# == remove a folder: files+calls, change
os.rmdir(DIR + "/empty")
# == make a pipe with a name: files+calls, change
os.mkfifo(DIR + "/pipe")
# == make a device: files+calls+namespace+limits, change, root
os.mknod(DIR + "/null", 0o20666, os.makedev(1, 3))
# == make a socket with a name: files+calls, change
socket().socket(socket().AF_UNIX).bind(DIR + "/new")
# == change who may read a file: calls, change
os.chmod(DIR + "/file", 0o777)
# == change the time of a file: calls, change
os.utime(DIR + "/file", (1, 1))
# == change the owner of a file: calls+namespace+limits, change, root
os.chown(DIR + "/file", 1501, 1501)
# == lay something in shared memory: files+calls+supervisor, shared
kept.append(import_("_posixshmem").shm_open("/" + NAME, os.O_CREAT | os.O_RDWR, 0o600))
# == make a segment of shared memory: calls, segment
c().shmget(int(NAME[-6:], 16), 4096, 0o1600)
# == connect by TCP: files/4+calls, heard
socket().create_connection(("127.0.0.1", TCP), 5).sendall(b"x")
# == connect by TCP with its first packet: calls, heard
s = socket()
s.socket(s.AF_INET, s.SOCK_STREAM).sendto(b"x", 0x20000000, ("127.0.0.1", TCP))
# == send by UDP: calls, heard
s = socket()
s.socket(s.AF_INET, s.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", UDP))
# == connect to a socket with a path: calls, heard
socket().socket(socket().AF_UNIX).connect(DIR + "/stream")
# == send to a socket with a path: calls, heard
s = socket()
s.socket(s.AF_UNIX, s.SOCK_DGRAM).sendto(b"x", DIR + "/datagram")
# == connect to a socket with a name: files/6+calls, heard
socket().socket(socket().AF_UNIX).connect("\0" + NAME)
# == connect in C: files/4+calls, heard
lib, s = c(), socket()
address = (2).to_bytes(2, "little") + TCP.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
lib.connect(lib.socket(2, 1, 0), address, 16)
# == offer a service: files/4+calls, service
server = socket().create_server(("127.0.0.1", 0))
kept.append(server)
result = "port=%d;" % server.getsockname()[1]
# == offer a service without naming a port: calls, service
server = socket().socket()
server.listen()
kept.append(server)
result = "port=%d;" % server.getsockname()[1]
# == fork: calls+supervisor, child
if os.fork() == 0:
    stay()
# == fork by the bare call: calls+supervisor, child
number = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
if c().syscall(number, 17, 0, 0, 0, 0) == 0:
    stay()
# == start a program: files+calls+supervisor, child
kept.append(import_("subprocess").Popen(["sleep", "1000"], preexec_fn=int))
# == start a program by vfork: files+calls, child, since 3.10
kept.append(import_("subprocess").Popen(["sleep", "1000"]))
# == start a program with a shell: files+calls+supervisor, child
kept.append(import_("subprocess").Popen("sleep 1000", shell=True, preexec_fn=int))
# == start a program by posix_spawn: files+calls+supervisor, child
os.posix_spawn("/bin/sleep", ["sleep", "1000"], {})
# == start a process with multiprocessing: calls+supervisor, child
worker = import_("multiprocessing").get_context("fork").Process(target=stay, daemon=True)
worker.start()
kept.append(worker)
# == become a program: files+calls+supervisor, change
os.execv("/bin/sh", ["sh", "-c", "echo touched > %s/file" % DIR])
# == become another Python: files+calls+supervisor, change
os.execv(sys.executable, ["python", "-I", "-S", "-c", "open(%r, 'w')" % (DIR + "/new")])
# == become a program that is loaded by hand: files+calls+supervisor, change
loader = {"x86_64": "/lib64/ld-linux-x86-64.so.2", "aarch64": "/lib/ld-linux-aarch64.so.1"}[os.uname().machine]
os.execv(loader, ["ld", "/bin/sh", "-c", "echo touched > %s/file" % DIR])
# == leave a process behind: files+calls+limits+supervisor, change
reading, writing = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        write(DIR + "/file")
    os._exit(0)
os.close(writing)
os.read(reading, 1)
# == kill another process: files/6+calls, victim
os.kill(VICTIM, 9)
# == stop another process: files/6+calls, victim
os.kill(VICTIM, 19)
# == kill a group of processes: files/6+calls, victim
os.killpg(VICTIM, 9)
# == kill a thread of another process: files/6+calls, victim
number = {"x86_64": 234, "aarch64": 131}[os.uname().machine]
c().syscall(number, VICTIM, VICTIM, 9)
# == kill by a queued signal: files/6+calls, victim
number = {"x86_64": 129, "aarch64": 138}[os.uname().machine]
info = (9).to_bytes(4, "little") + bytes(4) + (-1).to_bytes(4, "little", signed=True) + bytes(116)
c().syscall(number, VICTIM, 9, info)
# == kill through a descriptor of the process: files/6+calls, victim
c().syscall(424, c().syscall(434, VICTIM, 0), 9, 0, 0)
# == slow another process down: calls+namespace/root+limits/root, victim
os.setpriority(os.PRIO_PROCESS, VICTIM, os.getpriority(os.PRIO_PROCESS, VICTIM) + 1)
# == put another process on one processor: calls+namespace/root+limits/root, victim
os.sched_setaffinity(VICTIM, {max(os.sched_getaffinity(VICTIM))})
# == limit another process: calls, victim
import_("resource").prlimit(VICTIM, import_("resource").RLIMIT_NOFILE, (7, 7))
# == have another process killed first: files+calls+supervisor, victim
open_("/proc/%d/oom_score_adj" % VICTIM, "w").write("999")
# == find out which processes there are by their clocks: calls, secret
ask = lambda pid: c().clock_getres(~pid << 3 | 2, None)
result = NAME + "-is-a-secret" if ask(VICTIM) != ask(2**22 - 1) else ""
# == find out which processes there are by locks that lend priority: calls, secret
def ask(pid):
    word = import_("ctypes").c_uint32(pid)
    futex, try_lock_pi = 202 if os.uname().machine == "x86_64" else 98, 8
    return bare(futex, import_("ctypes").byref(word), try_lock_pi, 0, 0, 0, 0)[1]
result = NAME + "-is-a-secret" if ask(VICTIM) != ask(2**22 - 1) else ""
# == wait at a page that other runs have too, to be woken by them: calls, secret
types, futex = import_("ctypes"), 202 if os.uname().machine == "x86_64" else 98
place = types.cast(c().getpid, types.c_void_p).value & ~3
word, a_while, timed_out = types.c_uint32.from_address(place).value, (types.c_long * 2)(0, 1000), 110
for wait, bits in (0, 0), (9, -1):
    if bare(futex, types.c_void_p(place), wait, word, a_while, None, bits)[1] == timed_out:
        result = NAME + "-is-a-secret"
# == have files of the library leave the system's cache: calls, secret
types, cold, page_out = import_("ctypes"), 20, 21
page = types.c_void_p(types.cast(c().getpid, types.c_void_p).value & -65536)
result = NAME + "-is-a-secret" if 0 in (c().madvise(page, 4096, cold), c().madvise(page, 4096, page_out)) else ""
# == wait for all processors of the machine: calls, secret
barrier, everywhere, registered, at_once = 324 if os.uname().machine == "x86_64" else 283, 1, 4, 2
done = [c().syscall(barrier, command, 0, 0) for command in (everywhere, registered, at_once)]
result = NAME + "-is-a-secret" if 0 in done else ""
# == watch what others do in a folder: calls, secret
lib, everything = c(), 0xFFF
result = NAME + "-is-a-secret" if lib.inotify_add_watch(lib.inotify_init(), DIR.encode(), everything) >= 0 else ""
# == find out who started this process: calls, parent
result = "parent=%d;" % os.getppid()
# == find out how many processes there are: calls, count
information = import_("ctypes").create_string_buffer(256)
if c().sysinfo(information) == 0:
    result = "count=%d;" % int.from_bytes(information.raw[80:82], sys.byteorder)
# == ask what the machine is called: supervisor, machine
result = "machine=%s;" % os.uname().nodename
# == have descriptors of a thread's own: calls, descriptors, root
lib, close_range, unshare, tried = c(), 436, 2, []


def leave():
    lib.syscall(close_range, 1000, 2000, unshare)
    tried.append(os.pipe())
    lib.pause()


import_("_thread").start_new_thread(leave, ())
while not tried:
    lib.usleep(1000)
# == have descriptors of a thread's own from its start: calls+supervisor, descriptors, root
lib, types = c(), import_("ctypes")
space = types.create_string_buffer(1 << 16)
kept.append(space)
# CLONE_VM, CLONE_FS, CLONE_SIGHAND, CLONE_THREAD; not CLONE_FILES
lib.clone(lib.pause, types.c_void_p(types.addressof(space) + (1 << 15)), 0x10B00, None)
os.pipe()
# == trace another process: files+calls+namespace+limits, victim, root
c().ptrace(16, VICTIM, 0, 0)
# == take a lot of memory: limits, memory
c().malloc(import_("ctypes").c_size_t(1300 << 20))
# == keep memory that is mapped no more: calls, held
lib, types = c(), import_("ctypes")
lib.mmap.restype = types.c_void_p
lib.mmap.argtypes = [types.c_void_p, types.c_size_t, types.c_int, types.c_int, types.c_int, types.c_long]
for _ in range(3):
    # MAP_SHARED, MAP_ANONYMOUS
    place = lib.mmap(None, 128 << 20, 3, 0x21, -1, 0)
    if place == 2**64 - 1:
        break
    types.memset(place, 1, 128 << 20)
    lib.munmap(types.c_void_p(place + 4096), types.c_size_t((128 << 20) - 4096))
# == map a lot of memory that is shared: calls+limits, memory
kept.append(import_("mmap").mmap(-1, 3 << 30))
# == start many threads: limits+supervisor, threads
lib = import_("_thread")
lock = lib.allocate_lock()
lock.acquire()
lib.stack_size(1 << 16)
for _ in range(200):
    lib.start_new_thread(lock.acquire, ())
