//! What is told of a program: its races, and the steps of its timelines, in the program's own words.

use crate::world::World;

/// How each program begins that [`program`] makes.
const STARTS: &str = "
threads = [threading.Thread(target=each) for each in (a, b)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";

/// Returns a program with these definitions, of which `a` and `b` run in a thread each.
fn program(definitions: &str) -> String {
    format!("import threading\n{definitions}{STARTS}")
}

/// Returns the races of a program, one a line: `count: 7 read, 7 write`, with the locks that were held in brackets.
fn races(source: &str) -> Vec<String> {
    let output = World::new().file("told.py", source).run(&["explore", "told.py", "--races", "--json"]);
    let json: serde_json::Value =
        serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output}"));
    assert_eq!(json["exhaustive"], true, "{output}");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let act = |act: &serde_json::Value| {
        let locks: Vec<String> = act["holds"].as_array().into_iter().flatten().map(text).collect();
        let locks = if locks.is_empty() { String::new() } else { format!(" [{}]", locks.join(", ")) };
        format!("{} {}{locks}", act["line"], text(&act["operation"]))
    };
    let race = |race: &serde_json::Value| {
        let acts: Vec<String> = race["acts"].as_array().into_iter().flatten().map(act).collect();
        format!("{}: {}", text(&race["location"]), acts.join(", "))
    };
    json["races"].as_array().into_iter().flatten().map(race).collect()
}

/// Returns the timelines of a program, on a page so wide that nothing is cut.
fn timelines(source: &str) -> String {
    let world = World::new().file("told.py", source).variable("COLUMNS", "120");
    world.run(&["explore", "told.py"]).stdout
}

#[test]
fn an_attribute_that_is_not_there_was_read_all_the_same() {
    let source = program(
        "class Box: pass
box = Box()
box.x = 1
def a():
    del box.x
def b():
    try:
        print(box.x)
    except AttributeError:
        print('gone')
",
    );
    assert_eq!(races(&source), ["box.x: 6 delete, 9 read"]);
    let told = timelines(&source);
    assert!(told.contains("read box.x → 1"), "{told}");
    assert!(told.contains("read box.x → raises AttributeError"), "{told}");
}

#[test]
fn what_fails_is_told_with_what_it_raised() {
    let source = program(
        "items = []
table = {}
def a():
    global late
    items.append(1)
    table['k'] = 1
    late = 1
def b():
    for look in (lambda: items.pop(), lambda: items[0], lambda: table['k'], lambda: late):
        try:
            look()
        except (LookupError, NameError) as error:
            print(type(error).__name__)
    if 'k' in table:
        del table['k']
    print(len(table))
",
    );
    let told = timelines(&source);
    for step in [
        "pop items → raises IndexError",
        "read items[0] → raises IndexError",
        "read table['k'] → raises KeyError",
        "read late → raises NameError",
        "read 'k' in table → False",
        "read 'k' in table → True",
        "delete table['k']",
    ] {
        assert!(told.contains(step), "{step}: {told}");
    }
}

#[test]
fn what_a_data_class_compares_is_told_attribute_by_attribute() {
    let before = "import dataclasses, functools, heapq, operator
@dataclasses.dataclass(order=True)
class P:
    x: int
    y: int = 0
    def __hash__(self): return 1
@functools.total_ordering
@dataclasses.dataclass
class T:
    x: int
    y: int = 0
    def __lt__(self, other): return self.x < other.x
p, q = P(1), P(1)
t = T(1)
points = [q, p]
def a():
    p.x = 2
    p.y = 3
    t.y = 4
def b():
    ";
    let both = ["p.x: 18 write, 22 read", "p.y: 19 write, 22 read"];
    for look in [
        "sorted(points)",
        "sorted(points, key=lambda each: each)",
        "sorted((each, 1) for each in points)",
        "points.sort()",
        "p == q",
        "p < q",
        "(1, p) == (1, q)",
        "q in [p]",
        "points.count(q)",
        "min(points)",
        "max(each for each in points)",
        "{q: 1}.get(p)",
        "repr(p)",
        "f'{p}'",
        "'{} {}'.format(p, q)",
        "heapq.heappush(points, p)",
    ] {
        let source = program(&format!("{before}{look}\n"));
        let told = races(&source);
        assert_eq!(told, both, "{look}");
    }
    // What one attribute decides hangs on no other.
    for look in ["t < T(2)", "sorted([t, T(2)])", "sorted(points, key=lambda each: each.x)"] {
        let source = program(&format!("{before}{look}\n"));
        assert!(!races(&source).iter().any(|race| race.contains(".y")), "{look}");
    }
}

#[test]
fn what_init_of_a_thread_local_does_comes_before_the_read_that_needs_it() {
    let source = program(
        "made = 0
class Mine(threading.local):
    shared = 1
    def __init__(self):
        global made
        made += 1
mine = Mine()
def a():
    print(mine.shared)
def b():
    Mine.shared = made
",
    );
    let told = timelines(&source);
    let first = told.split("── ").nth(1).expect("an outcome");
    let steps = [" 7 made += 1", "read made → 1", "write made ← 2", "10 print(mine.shared)", "read mine.shared → 1"];
    let places: Vec<_> = steps.iter().map(|step| first.find(step)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} {told}");
    assert_eq!(races(&source), ["made: 7 write, 12 read", "Mine.shared: 10 read, 12 write"]);
}

#[test]
fn what_a_hook_makes_up_was_not_read() {
    let source = program(
        "asked = 0
class Box:
    def __getattr__(self, name):
        global asked
        asked += 1
        return 7
box = Box()
def a():
    print(box.x)
def b():
    print(asked)
    box.x = 5
",
    );
    let told = timelines(&source);
    assert!(!told.contains("read box.x → 7"), "{told}");
    assert!(told.contains("read box.x → 5"), "{told}");
    assert!(told.contains("read asked → 0"), "{told}");
}

#[test]
fn what_the_main_thread_does_between_two_phases_is_not_said_to_be_nothing() {
    let source = "import threading
count = 0
def work():
    global count
    count += 1
def phase():
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
phase()
print(count)
count *= 10
phase()
";
    let output = World::new().file("told.py", source).variable("COLUMNS", "80").run(&["explore", "told.py"]);
    let first = output.stdout.split("── ").nth(1).expect("an outcome");
    assert_eq!(first.matches("    … MainThread goes on alone …\n").count(), 1, "{first}");
    assert!(first.contains("  MainThread is left out: while others live, it only starts and joins them\n"), "{first}");
    let told = timelines(&source.replace("print(count)\n", ""));
    assert!(told.contains("join Thread-2") && !told.contains("left out"), "{told}");
}

#[test]
fn a_race_goes_by_the_name_that_both_sides_would_give_the_place() {
    for (definitions, expected) in [
        // What is read in the same act is not what is raced for.
        (
            "left, right = [1], [2]
def a():
    left.extend(right)
def b():
    right.append(3)
",
            vec!["right: 4 extend, 6 append"],
        ),
        // Who takes from the end moves nothing that has a number, but there are fewer.
        (
            "items = [1, 2]
def a():
    items[0] = 3
def b():
    del items[-1]
",
            vec!["items: 4 write, 6 delete"],
        ),
        // What a new object's `__init__` has set is known to others by where they found it.
        (
            "class Node:
    def __init__(self):
        self.value = 1
class Box: pass
box = Box()
box.node = Node()
def a():
    box.node = Node()
def b():
    box.node.value = 2
",
            vec!["box.node.value: 4 write, 11 write", "box.node: 9 write, 11 read"],
        ),
        // To ask a `defaultdict` may be to change it.
        (
            "import collections
table = collections.defaultdict(int)
def a():
    print(table['k'])
def b():
    print('k' in table)
",
            vec!["table['k']: 5 make, 7 read"],
        ),
    ] {
        assert_eq!(races(&program(definitions)), expected, "{definitions}");
    }
}

#[test]
fn each_turn_of_a_loop_says_what_it_got() {
    let source = program(
        "items = [7, 8]
def a():
    for item in items:
        pass
def b():
    items[0] = 9
",
    );
    let told = timelines(&source);
    for step in ["read items[0] → 7", "read items[1] → 8", "read items[2] → nothing more", "write items[0] ← 9"]
    {
        assert!(told.contains(step), "{step}: {told}");
    }
    assert_eq!(races(&source), ["items[0]: 4 read, 7 write"]);
}

#[test]
fn what_a_call_is_given_and_what_it_gives_back_are_told_apart() {
    let source = program(
        "import heapq
items = [7, 8]
heap = [2, 4]
table = {}
def a():
    items.pop(0)
    heapq.heappop(heap)
    heapq.heapreplace(heap, 5)
    heapq.heappush(heap, 1)
    items.remove(8)
    items.append(9)
    print(table.get('k', 0))
def b():
    print(len(items), len(heap))
    table.setdefault('k', 1)
",
    );
    let told = timelines(&source);
    for step in [
        "pop items (0) → 7",
        "remove items (8)",
        "heappop heap → 2",
        "heapreplace heap (5) → 4",
        "heappush heap ← 1",
        "append items ← 9",
        "get table ('k', 0) → 0",
        "setdefault table ('k', 1) → 1",
    ] {
        assert!(told.contains(step), "{step}: {told}");
    }
}

#[test]
fn the_lock_of_a_condition_goes_by_the_name_of_the_condition() {
    let source = program(
        "class Buffer:
    def __init__(self):
        self.ready = threading.Condition()
        self.items = []
buffer = Buffer()
def a():
    with buffer.ready:
        buffer.items.append(1)
def b():
    buffer.items.append(2)
",
    );
    assert_eq!(races(&source), ["buffer.items: 9 append [buffer.ready], 11 append"],);
    assert!(timelines(&source).contains("acquire buffer.ready"));
}

#[test]
fn a_lock_goes_by_where_it_is_and_not_by_who_has_it_in_hand() {
    let source = program(
        "class Account:
    def __init__(self):
        self.balance = 10
        self.lock = threading.Lock()
class Bank:
    lock = threading.Lock()
accounts = {'x': Account(), 'y': Account()}
for account in accounts.values():
    account.balance += 1
def move(source, target):
    with source.lock:
        with target.lock:
            pass
        source.balance -= 1
    with Bank.lock:
        target.balance += 1
def a():
    move(accounts['x'], accounts['y'])
def b():
    move(accounts['y'], accounts['x'])
",
    );
    let told = timelines(&source);
    for text in [
        "acquire accounts['x'].lock",
        "Thread-1 (line 13) waits for accounts['y'].lock, which Thread-2 holds",
        "Thread-2 (line 13) waits for accounts['x'].lock, which Thread-1 holds",
    ] {
        assert!(told.contains(text), "{text}: {told}");
    }
    assert_eq!(races(&source)[0], "accounts['y'].balance: 15 read [accounts['y'].lock], 17 write [Bank.lock]",);
}

#[test]
fn who_looks_at_no_element_does_not_race_with_who_changes_one() {
    let before = "import copy, operator
rows = [{'x': 1, 'y': 2}, {'x': 0, 'y': 5}]
table = {'a': [1]}
class Box: pass
box = Box()
box.held = [1]
pair = Box()
pair.x = pair.y = 1
def a():
    rows[0]['y'] = 7
    table['a'].append(2)
    box.held.append(2)
    pair.y = 3
def b():
    ";
    for look in [
        "sorted(rows, key=lambda row: row['x'])",
        "min(rows, key=lambda row: row['x'])",
        "rows[:]",
        "list(rows)",
        "copy.copy(rows)",
        "dict(table)",
        "dict(other=rows)",
        "sorted(table)",
        "sorted([pair], key=operator.attrgetter('x'))",
        "operator.attrgetter('x', 'x')(pair)",
        "max(table)",
        "any(table)",
        "table.copy()",
        "list(table.values())",
        "copy.copy(table)",
        "copy.copy(box)",
        "rows.count(1)",
        "1 in rows",
        // A variable of that name might be any method.
        "items = table.items()",
        "for key, values in table.items(): keys = table.values()",
    ] {
        assert_eq!(races(&program(&format!("{before}{look}\n"))), [""; 0], "{look}");
    }
    for (look, place) in [
        ("sorted(rows, key=lambda row: [row])", "rows[0]['y']"),
        ("copy.deepcopy(rows)", "rows[0]['y']"),
        ("str(table)", "table['a']"),
        ("copy.deepcopy(box)", "box.held"),
        ("sorted([pair], key=operator.attrgetter('y'))", "pair.y"),
        ("[pair].sort(key=operator.attrgetter('y'))", "pair.y"),
        ("rows.count({})", "rows[0]['y']"),
    ] {
        let told = races(&program(&format!("{before}try: {look}\n    except TypeError: pass\n")));
        assert!(told.len() == 1 && told[0].starts_with(&format!("{place}: ")), "{look}: {told:?}");
    }
}

#[test]
fn what_an_object_has_of_its_own_does_not_race_with_what_its_class_has() {
    let source = program(
        "class Counter:
    count = 0
def a():
    Counter.count = 1
def b():
    counter = Counter()
    counter.count += 1
    print(counter.count)
",
    );
    assert_eq!(races(&source), ["Counter.count: 5 write, 8 read"]);
}

#[test]
fn whatever_another_thread_can_change_is_told_when_it_is_looked_at() {
    let source = program(
        "import functools
class Box: pass
box = Box()
box.x = 1
@functools.lru_cache(maxsize=None)
def twice(number):
    return 2 * number
def a():
    box.x = 2
    twice(1)
def b():
    print(threading.active_count())
    print('x' in dir(box))
    print(twice.cache_info().currsize)
    print(getattr(box, 'x', 0), hasattr(box, 'x'))
",
    );
    let told = timelines(&source);
    for step in [
        "ask which threads live → MainThread, Thread-1",
        "read dir(box)",
        "look at the cache of twice → 1 kept",
        "read box.x → 2",
        "read hasattr(box, 'x') → True",
        "keep twice ((1,)) → 2",
    ] {
        assert!(told.contains(step), "{step}: {told}");
    }
    assert!(races(&source).iter().all(|race| race.starts_with("box.x: ") || race.starts_with("twice: ")));
}

#[test]
fn who_waits_for_a_lock_says_who_holds_it() {
    let source = program(
        "lock = threading.Lock()
stock = 3
def sell():
    global stock
    if stock >= 2:
        with lock:
            stock -= 2
a = b = sell
",
    );
    let told = timelines(&format!("{source}print(stock)\n"));
    assert!(told.contains("┆ waits for lock, which Thread-2 holds"), "{told}");
}

/// To notify is no step, for nobody notices it before the lock is given back; but that it is in vain is the point of many a program.
#[test]
fn notifications_are_told_with_whom_they_reach() {
    let source = program(
        "ready = threading.Condition()
def a():
    with ready:
        ready.wait()
def b():
    with ready:
        ready.notify_all()
",
    );
    let told = timelines(&source);
    for line in ["ready.notify_all()", "notify_all ready → nobody waits", "notify_all ready → Thread-1 (a)"] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    assert!(told.contains("Thread-1 (line 5) waits for ready to be notified\n"), "{told}");
    let output = World::new().file("told.py", &source).run(&["explore", "told.py", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    let lost = json["outcomes"].as_array().into_iter().flatten().find(|outcome| outcome["ending"] == "deadlock");
    let steps = lost.and_then(|lost| lost["witness"]["steps"].as_array()).into_iter().flatten();
    let asides: Vec<_> = steps.filter(|step| !step["asides"].is_null()).collect();
    assert_eq!(asides.len(), 1, "{output}");
    assert_eq!((&asides[0]["operation"], asides[0]["line"].as_u64()), (&"acquire".into(), Some(7)));
    let notified =
        serde_json::json!([{"line": 8, "operation": "notify_all", "location": "ready", "value": "nobody waits"}]);
    assert_eq!(asides[0]["asides"], notified);
}

/// Three thousand of them were told beside one step.
#[test]
fn what_is_done_again_and_again_beside_a_step_is_told_a_few_times() {
    let source = program(
        "ready = threading.Condition()
def a():
    with ready:
        for _ in range(3000):
            ready.notify()
def b():
    with ready:
        pass
",
    );
    let told = timelines(&source);
    assert!(told.contains("and so on") && told.lines().count() < 100, "{}", told.lines().count());
}

/// Where a notification can be told from the lock's release, by who waits for a while, it is a step.
#[test]
fn a_notification_that_is_a_step_is_told_as_one() {
    let source = program(
        "ready = threading.Condition()
def a():
    with ready:
        print(ready.wait(1))
def b():
    with ready:
        ready.notify()
",
    );
    let told = timelines(&source);
    assert!(told.contains("notify ready → Thread-1 (a)"), "{told}");
}

#[test]
fn who_waits_for_an_event_waits_for_it_to_be_set() {
    let source = program(
        "gone = threading.Event()
def a():
    gone.wait()
def b():
    pass
",
    );
    let meeting = source.replace("gone.wait()", "here.set(); gone.wait()").replace("pass", "here.wait(); gone.set()");
    let set = timelines(&meeting.replace("gone = ", "here = threading.Event()\ngone = "));
    assert!(set.contains("wait gone → not set yet") && set.contains("wait gone → set now"), "{set}");
    let told = timelines(&source);
    assert!(told.contains("┆ waits for gone") && told.contains("Thread-1 (line 4) waits for gone\n"), "{told}");
}

#[test]
fn what_is_asked_of_a_lock_in_vain_is_told_with_what_that_raised() {
    let tries = |acts: &str| {
        program(&format!(
            "from concurrent.futures import Future
import queue
lock, rlock, cond = threading.Lock(), threading.RLock(), threading.Condition()
few, barrier, late = threading.BoundedSemaphore(1), threading.Barrier(2), threading.Thread(target=print)
box, future = queue.Queue(1), Future()
def tried(act, *arguments, **keywords):
    try:
        act(*arguments, **keywords)
    except Exception as error:
        pass
def a():
    {acts}
def b():
    lock.locked()
    barrier.n_waiting
    few.acquire()
    few.release()
"
        ))
    };
    for (acts, expected) in [
        ("tried(lock.release)", &["release lock → raises RuntimeError: release unlocked lock"][..]),
        ("tried(rlock.release)", &["release rlock → raises RuntimeError: cannot release un-acquired lock"]),
        ("tried(cond.wait)", &["wait cond → raises RuntimeError: cannot wait on un-acquired lock"]),
        ("tried(cond.notify_all)", &["notify_all cond → raises RuntimeError: cannot notify on un-acquired lock"]),
        ("tried(few.release)", &["release few → raises ValueError: Semaphore released too many times"]),
        (
            "barrier.abort(); tried(barrier.wait); barrier.reset()",
            &["abort barrier\n", "arrive at barrier → raises BrokenBarrierError", "reset barrier\n"],
        ),
        (
            "tried(barrier.wait, 1); barrier.broken",
            &["time out barrier → raises BrokenBarrierError", "read barrier.broken → True"],
        ),
        ("tried(late.join)", &["join Thread-1 (print) → raises RuntimeError: cannot join thread before it is started"]),
        (
            "late.start(); tried(late.start)",
            &["start Thread-1\n", "start Thread-1 → raises RuntimeError: threads can only be started once"],
        ),
        (
            "tried(threading.current_thread().join)",
            &["join Thread-2 → raises RuntimeError: cannot join current thread"],
        ),
        (
            "box.put(1); tried(box.put_nowait, 2); box.full()",
            &["put box ← 1", "try to put box → raises Full", "is full? box → True"],
        ),
        (
            "tried(box.get, timeout=1); tried(box.task_done)",
            &["try to get box → raises Empty", "task done box → raises ValueError: task_done() called too many times"],
        ),
        (
            "tried(future.result, 0); future.set_result(1); tried(future.set_result, 2); future.cancel()",
            &[
                "wait future → raises TimeoutError",
                "set result future → 1",
                "set result future → raises InvalidStateError: FINISHED: <Future at 0x... state=finished returned int>",
                "cancel future → False",
            ],
        ),
        (
            "future.cancel(); future.cancelled(); tried(future.result)",
            &["cancel future\n", "is cancelled? future → True", "wait future → raises CancelledError"],
        ),
        (
            "future.set_exception(KeyError('k')); tried(future.result); future.exception()",
            &["wait future → raises KeyError: 'k'", "wait future\n"],
        ),
    ] {
        let world = World::new().file("told.py", tries(acts)).variable("COLUMNS", "300");
        let told = world.run(&["explore", "told.py"]).stdout;
        let rows: String = told.lines().map(|row| row.replace('│', "\n") + "\n").collect();
        let rows: Vec<String> = rows.lines().map(|row| row.trim().to_owned() + "\n").collect();
        for step in expected {
            assert!(rows.iter().any(|row| row.contains(step)), "{acts}: {step}: {told}");
        }
    }
}

#[test]
fn what_a_pool_takes_no_more_is_told_with_what_that_raised() {
    let source = "from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(1)
def work(n):
    return 1 // n
first = pool.submit(work, 0)
pool.shutdown(wait=False)
try:
    first.result()
except ZeroDivisionError:
    pool.submit(work, 2)
";
    let world = World::new().file("told.py", source).variable("COLUMNS", "300");
    let told = world.run(&["explore", "told.py"]).stdout;
    for step in [
        "shut down pool",
        "wait task-1 → raises ZeroDivisionError: integer division or modulo by zero",
        "submit work → raises RuntimeError: cannot schedule new futures after shutdown",
    ] {
        assert!(told.contains(step), "{step}: {told}");
    }
}

/// It was held to the end of whoever took it.
#[test]
fn a_lock_that_another_thread_gives_back_is_held_until_then() {
    let source = program(
        "lock = threading.Lock()
def a():
    lock.acquire()
    print('in')
    lock.release()
def b():
    if lock.locked():
        lock.release()
",
    );
    let told = timelines(&source);
    let row = |text: &str| {
        let row = told.lines().find(|row| row.contains(text)).unwrap_or_else(|| panic!("{text}: {told}"));
        row.split('│').nth(1).expect("a column").starts_with('┃')
    };
    assert!(row("is locked? lock → True"), "{told}");
    assert!(!row("release lock → Thread-1 (a) held it"), "{told}");
    assert!(!row("release lock → raises RuntimeError: release unlocked lock"), "{told}");
}

/// It was told in place of the join before it.
#[test]
fn what_the_main_thread_does_alone_takes_the_place_of_no_step() {
    let source = program(
        "import queue
lock, box = threading.Lock(), queue.Queue()
def a():
    box.put(1)
def b():
    box.put(2)
",
    );
    let told = timelines(&format!("{source}lock.acquire()\nlock.release()\nbox.get()\nbox.task_done()\n"));
    assert!(told.contains("join Thread-2"), "{told}");
    assert!(!told.contains("acquire lock") && !told.contains("get box"), "{told}");
}

#[test]
fn the_end_of_the_main_thread_is_told_in_words_that_say_what_it_means() {
    let source = "import threading
from concurrent.futures import Future, ThreadPoolExecutor
pool = ThreadPoolExecutor(1)
promise = Future()
def late():
    promise.set_result(1)
    try:
        pool.submit(print, 1)
    except RuntimeError:
        pass
threading.Thread(target=late).start()
threading.Thread(target=threading.Event().wait, daemon=True).start()
";
    let world = World::new().file("told.py", source).variable("COLUMNS", "300");
    let told = world.run(&["explore", "told.py"]).stdout;
    for step in [
        "reach the end: pools take no more tasks",
        "exit → threads that still run are stopped",
        "set result promise → 1",
        "submit print → raises RuntimeError: cannot schedule new futures after",
    ] {
        assert!(told.contains(step), "{step}: {told}");
    }
}
