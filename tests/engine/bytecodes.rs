//! `dis` shows the program as it was written: nobody sees what it is rewritten to.

use raceday::python::PythonError;

use super::pythons::explored;
use super::pythons::outputs;
use super::pythons::prints_what_python_does;
use super::pythons::scenario;

/// Each sort of thing that has code, while one thread lives and while several do.
#[test]
fn the_code_of_everything_is_as_it_was_written() {
    prints_what_python_does(
        r#"
import dataclasses, dis, io, re, threading
counter = 0
lock = threading.Lock()
def increment():
    global counter
    counter += 1
def guarded(n=1):
    "Adds."
    global counter
    with lock:
        for _ in range(n):
            counter += 1
def outer(items):
    total = 0
    def inner():
        nonlocal total
        total += len(items)
        return [each for each in items if each], (lambda: total + 1)
    return inner
@dataclasses.dataclass
class Account:
    balance: int = 0
    def withdraw(self, amount):
        if self.balance >= amount:
            self.balance -= amount
    @staticmethod
    def make():
        return Account(5)
class Plain:
    class Within:
        def f(self): return self
    def g(self): return counter
def numbers(n):
    for each in range(n):
        yield each
    match = {1: 2}
    try:
        match[3] += 1
    except KeyError as error:
        print(error)
    finally:
        del match
f, g = lambda x: x + counter, lambda: counter
threads = [threading.Thread(target=increment) for _ in range(2)]
def masked(text):
    return re.sub("0x[0-9a-f]+", "0x", text)
def seen():
    out = io.StringIO()
    for each in (
        increment, guarded, outer, outer([1]), outer([1])()[1], Account(3).withdraw, Account.make, Account.__init__, numbers, numbers(3),
        f, g, (each for each in [counter]), increment.__code__, "counter += 1",
    ):
        dis.dis(each, file=out)
        dis.show_code(each, file=out)
        print([(each.opname, each.argrepr) for each in dis.get_instructions(each)], file=out)
        print(dis.code_info(each), dis.Bytecode(each).dis(), file=out)
        print(list(dis.findlinestarts(dis.Bytecode(each).codeobj)), file=out)
    dis.dis(Account, file=out)
    dis.dis(Plain, file=out)
    dis.disassemble(guarded.__code__, file=out)
    return masked(out.getvalue())
def watch():
    global said
    said = seen()
before = seen()
threads = [threading.Thread(target=increment), threading.Thread(target=watch)]
for each in threads:
    each.start()
for each in threads:
    each.join()
print(before, said == before)
try:
    dis.dis(3)
except TypeError as error:
    print(error)
"#,
    );
}

/// Articles on what may come between two instructions do just this.
#[test]
fn a_race_may_be_disassembled() {
    let source = "
import dis, threading
n = 0
def inc():
    global n
    n += 1
print(*(each.opname for each in dis.get_instructions(inc) if 'GLOBAL' in each.opname))
threads = [threading.Thread(target=inc) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(n)
";
    let report = explored(&scenario(source, None)).expect("it explores");
    let mut told = outputs(&report);
    told.sort_unstable();
    assert_eq!(told, ["LOAD_GLOBAL STORE_GLOBAL\n1\n", "LOAD_GLOBAL STORE_GLOBAL\n2\n"]);
}

#[test]
fn code_that_cannot_be_shown_as_it_was_written_is_refused() {
    for (source, refused) in [
        ("dis.dis(threading.Thread.start)", "`dis` of what is modelled"),
        (
            "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    dis.distb(error.__traceback__)",
            "the instruction that failed, by `dis`",
        ),
        (
            "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    dis.Bytecode.from_traceback(error.__traceback__)",
            "the instruction that failed, by `dis`",
        ),
    ] {
        let program = format!("import dis, threading\n{source}\n");
        let error = explored(&scenario(&program, None)).expect_err("it is refused");
        assert!(matches!(&error, PythonError::Unsupported { what, .. } if what == refused), "{source}: {error}");
    }
}
