//! Iterators in C: what goes through one of them, in whatever way, reads what it goes through, and in one act.

use std::collections::BTreeSet;

use super::pythons::explored_by;
use super::pythons::scenario;
use super::pythons::worker;
use raceday::python::Worker;

/// Iterators over `q`.
const ITERATORS: &[&str] = &[
    "iter(q)",
    "enumerate(q)",
    "zip(q)",
    "zip(q, q)",
    "reversed(q)",
    "map(str, q)",
    "map(str.upper, map(str, q))",
    "map(max, q, q)",
    "map(operator.neg, q)",
    "map([0, 1, 2, 3].__getitem__, q)",
    "map({1: 2, 2: 1}.get, q)",
    "filter(None, q)",
    "filter({1, 2, 3}.__contains__, q)",
    "itertools.accumulate(q)",
    "itertools.chain(q, [0])",
    "itertools.chain([0], enumerate(q))",
    "itertools.chain.from_iterable([q])",
    "itertools.chain.from_iterable(zip(q))",
    "itertools.compress(q, [1, 1])",
    "itertools.dropwhile(operator.not_, q)",
    "itertools.filterfalse(operator.not_, q)",
    "map(operator.itemgetter(0), itertools.groupby(q, key=str))",
    "itertools.islice(q, 9)",
    "itertools.islice(q, 0, None, 1)",
    "itertools.islice(itertools.cycle(q), 4)",
    "itertools.starmap(max, zip(q, q))",
    "itertools.takewhile(bool, q)",
    "itertools.tee(q)[1]",
    "itertools.zip_longest(q, [])",
    "zip(itertools.chain(q, [0]), enumerate(q))",
    "d.items()",
    "iter(d.values())",
    "enumerate(d)",
    "zip(d, d.values())",
    "map(str, s)",
    "enumerate(n)",
];

/// What goes through an iterator `{}` to its end; the value is that of `x` afterwards.
const CONSUMERS: &[&str] = &[
    "x = list({})",
    "x = [*{}]",
    "x = tuple({})",
    "x = set(map(str, {}))",
    "x = dict(enumerate({}))",
    "x = sorted({}, key=str)",
    "x = ''.join(map(str, {}))",
    "x = dict.fromkeys(map(str, {}))",
    "x = collections.deque({}, 5)",
    "x = collections.Counter(map(str, {}))",
    "x = sum(map(len, map(str, {})))",
    "x = []; x.extend({})",
    "x = []; x += {}",
    "x = []; x[:] = {}",
    "x = collections.deque(); x.extend({})",
    "x = collections.deque(); x.extendleft({})",
    "x = set(); x.update(map(str, {}))",
    "x = {{}}; x.update(enumerate({}))",
    "x = {{}}; x |= enumerate({})",
    "x = collections.OrderedDict(); x.update(enumerate({}))",
    "x = collections.defaultdict(int); x.update(enumerate({}))",
    "x = collections.Counter(); x.update(map(str, {}))",
    "x = everybodys[0]; x.extend({})",
    "x = everybodys[1]; x.update(enumerate({}))",
    "x = (lambda *given: given)(*{})",
    "first, *x = {}",
];

/// What there is, in three states, and what goes from each to the next.
const CHANGES: &[(&str, &str)] = &[
    ("q", "q[0] = 3; q.append(2)"),
    ("d", "d[1] = 3; d[2] = 2"),
    ("s", "s.add(3); s.add(2)"),
    ("n", "n[0] = 3; n.append(2)"),
];

fn program(iterator: &str, consumer: &str) -> String {
    let act = consumer.replace("{{}}", "dict()").replace("{}", iterator);
    let (_, change) = CHANGES.iter().find(|(name, _)| is_word_of(iterator, name)).expect("it goes through something");
    let (first, second) = change.split_once("; ").expect("there are two");
    format!(
        "
import collections, functools, itertools, operator, threading
def made():
    return [1], {{1: 1}}, {{1}}, collections.deque([1])
def go_through(q, d, s, n, everybodys):
    {act}
    return str(sorted(x) if type(x) is set else x)
expected = []
q, d, s, n = made()
expected.append(go_through(q, d, s, n, ([], {{}})))
{first}
expected.append(go_through(q, d, s, n, ([], {{}})))
{second}
expected.append(go_through(q, d, s, n, ([], {{}})))
expected = list(dict.fromkeys(expected))
q, d, s, n = made()
everybodys = [], {{}}
def change():
    {first}
    {second}
def look():
    global result
    try:
        result = go_through(q, d, s, n, everybodys)
    except RuntimeError:
        result = 'changed'
threads = [threading.Thread(target=each) for each in (change, look)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"
    )
}

fn is_word_of(text: &str, word: &str) -> bool {
    text.split(|each: char| !each.is_alphanumeric() && each != '_').any(|each| each == word)
}

fn values(worker: &mut Worker, source: &str, observe: &str) -> BTreeSet<String> {
    let report =
        explored_by(worker, &scenario(source, Some(observe))).unwrap_or_else(|error| panic!("{error}: {source}"));
    assert!(report.is_exhaustive(), "{source}");
    report.outcomes.iter().map(|found| found.outcome.value.clone().unwrap_or_default()).collect()
}

#[test]
fn whoever_goes_through_an_iterator_reads_what_it_goes_through_in_one_act() {
    let mut worker = worker();
    let mut wrong = Vec::new();
    for iterator in ITERATORS {
        for consumer in CONSUMERS {
            let observe = "str(expected.index(result)) + '/%d' % len(expected) if result in expected else result";
            let mut seen = values(&mut worker, &program(iterator, consumer), observe);
            if !is_word_of(iterator, "q") {
                seen.remove("'changed'"); // of which the iterator is told that it was made over
            }
            let expected: BTreeSet<_> = (0..seen.len()).map(|index| format!("'{index}/{}'", seen.len())).collect();
            if seen != expected {
                wrong.push(format!("{} of {iterator}: {seen:?}", consumer));
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Iterators in C that come to two different things at least.
const SHARED: &[&str] = &[
    "iter([1, 2])",
    "iter((1, 2))",
    "iter('ab')",
    "iter(b'ab')",
    "iter(bytearray(b'ab'))",
    "iter(memoryview(b'ab'))",
    "iter(range(2))",
    "iter({1: 1, 2: 2})",
    "iter({1: 1, 2: 2}.items())",
    "iter(collections.deque([1, 2]))",
    "iter([9, 2, 1].pop, 9)",
    "reversed([1, 2])",
    "re.finditer('.', 'ab')",
    "enumerate('ab')",
    "enumerate(zip([1, 2]))",
    "zip([1, 2])",
    "zip('ab', [1, 2])",
    "zip(*[iter([1, 2, 3, 4])] * 2)",
    "map(str, [1, 2])",
    "map(operator.add, [1, 2], [3, 4])",
    "map([3, 4, 5].pop, [0, 0])",
    "filter(None, [0, 1, 0, 2])",
    "itertools.accumulate([1, 2])",
    "itertools.chain([1], [2])",
    "itertools.chain.from_iterable([[1], [2]])",
    "itertools.combinations([1, 2, 3], 2)",
    "itertools.compress([0, 1, 2], [0, 1, 1])",
    "itertools.count()",
    "itertools.cycle([1, 2])",
    "itertools.dropwhile(operator.not_, [0, 0, 1, 2])",
    "itertools.filterfalse(operator.not_, [0, 1, 0, 2])",
    "map(operator.itemgetter(0), itertools.groupby([1, 1, 2]))",
    "itertools.islice([1, 0, 2, 0], 0, None, 2)",
    "itertools.islice(itertools.cycle([1, 2]), 2)",
    "getattr(itertools, 'pairwise', enumerate)([1, 2, 3])",
    "getattr(itertools, 'batched', lambda q, n: zip(q))([1, 2, 3, 4], 2)",
    "itertools.permutations([1, 2])",
    "itertools.product([1, 2], [3])",
    "itertools.starmap(max, zip([1, 2], [1, 2]))",
    "itertools.takewhile(bool, [1, 2, 0])",
    "itertools.tee([1, 2])[0]",
    "itertools.zip_longest([1, 2], [1])",
];

/// What takes one item of the iterator `z`.
const TAKING: &[&str] = &[
    "r.append(next(z))",
    "r.append(next(z, None))",
    "r.append(z.__next__())",
    "for each in z:\n        r.append(each)\n        break",
    "r.extend(itertools.islice(z, 1))",
    "r.append(list(itertools.islice(z, 1))[0])",
    "r.append(next(zip(z))[0])",
    "r.append(next(itertools.islice(z, 1)))",
];

#[test]
fn two_who_share_an_iterator_take_its_items_one_by_one() {
    let mut worker = worker();
    let mut wrong = Vec::new();
    for shared in SHARED {
        for (index, first) in TAKING.iter().enumerate() {
            // Each beside itself, and each beside the next.
            for second in [*first, TAKING[(index + 1) % TAKING.len()]] {
                let source = format!(
                    "
import collections, itertools, operator, re, threading
r = []
z = {shared}
expected = list(map(str, itertools.islice({shared}, 2)))
def one():
    {first}
def other():
    {second}
threads = [threading.Thread(target=each) for each in (one, other)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"
                );
                let seen = values(&mut worker, &source, "[expected.index(str(each)) for each in r]");
                // Who takes and adds in one act adds in the order of the items.
                let orders: &[&str] =
                    if first.contains("extend") && second == *first { &["[0, 1]"] } else { &["[0, 1]", "[1, 0]"] };
                if !seen.iter().eq(orders.iter()) {
                    wrong.push(format!("{first} and {second} of {shared}: {seen:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
#[test]
fn who_takes_all_of_an_iterator_leaves_nothing_to_others() {
    let mut worker = worker();
    let mut wrong = Vec::new();
    for shared in SHARED {
        if shared.contains("count()") || shared.starts_with("itertools.cycle") {
            continue;
        }
        for all in [
            "list(z)",
            "[*z]",
            "dict(enumerate(z)).values()",
            "(lambda *given: given)(*z)",
            "(rest.extend(z), rest)[1]",
        ] {
            // What is gone through within another iterator, and is not known to run no code of the program's, is gone through piece by piece.
            let is_unknown = [
                "iter(memoryview",
                "re.finditer",
                "itertools.combinations",
                "itertools.permutations",
                "itertools.product",
            ]
            .iter()
            .any(|unknown| shared.starts_with(unknown));
            if all.starts_with("dict(enumerate") && is_unknown {
                continue;
            }
            let source = format!(
                "
import collections, itertools, operator, re, threading
z = {shared}
expected = list(map(str, {shared}))
rest = []
def one():
    global first
    first = next(z, 'nothing')
def other():
    global taken
    taken = {all}
threads = [threading.Thread(target=each) for each in (one, other)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"
            );
            let observe = "first == 'nothing', [str(first)] * (first != 'nothing') + list(map(str, taken)) == expected";
            let seen = values(&mut worker, &source, observe);
            if seen != BTreeSet::from(["(False, True)".to_owned(), "(True, True)".to_owned()]) {
                wrong.push(format!("{all} of {shared}: {seen:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
