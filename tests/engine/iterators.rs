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
    assert!(report.exhaustive, "{source}");
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
