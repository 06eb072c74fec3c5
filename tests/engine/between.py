"""Programs of two threads, each with what comes of it where they run one after the other, or one between two instructions of the other: a line
of JSON for each.

    between.py FIRST LAST

What gives items is combined with what takes items, in C as a rule, while another thread changes something. What plain Python makes of each has to
be among the outcomes that exploration finds: if it is not, something was read in no step, or nobody was let in where CPython lets others in.

FIRST..LAST says which of the combinations. They are in an order that has a bit of everything early.
"""

import json
import math
import re
import sys

IMPORTS = """
import bisect, collections, collections.abc, copy, contextlib, dataclasses, functools, heapq, itertools, json, math, operator, pickle, statistics, string, threading, types
"""

# Lists in a list.
LISTS = """
parts = [[2, 1], [], [1]]
pairs = [(1, parts[0]), (1, parts[2])]
deque = collections.deque(parts)
numbered = {'x': parts[0], 'y': parts[1], 'z': parts[2]}
r = []
def each():
    for part in parts:
        yield part
def handed():
    yield from parts
def itself(part):
    return part
def following(so_far, part):
    return so_far + part
class Bag:
    def __iter__(self):
        for part in parts:
            yield part
class Row:
    def __getitem__(self, at):
        return parts[at]
    def __len__(self):
        return len(parts)
class Shelf:
    def keys(self):
        return numbered.keys()
    def __getitem__(self, key):
        return numbered[key]
class Counting:
    def __init__(self, given):
        self.total = 0
        for part in given:
            self.total += len(part)
class Lasting(list):
    def __eq__(self, other):
        return len(self[0]) == other
class Several(collections.abc.Sequence):
    def __getitem__(self, at):
        return parts[at]
    def __len__(self):
        return len(parts)
class Going(collections.abc.Iterator):
    def __init__(self):
        self.at = -1
    def __next__(self):
        self.at += 1
        if self.at < len(parts):
            return parts[self.at]
        raise StopIteration
class Filed(collections.abc.Mapping):
    def __getitem__(self, key):
        return numbered[key]
    def __iter__(self):
        return iter(list(numbered))
    def __len__(self):
        return len(numbered)
class Both:
    def __iter__(self):
        return iter(parts)
    def keys(self):
        return numbered.keys()
class Sized:
    def __init__(self):
        self.parts = parts
    size = property(operator.attrgetter('parts'))
"""

GIVING_LISTS = """
parts
each()
(part for part in parts)
handed()
map(itself, parts)
iter(parts)
tuple(parts)
[*parts]
reversed(parts)
numbered.values()
map(operator.itemgetter(1), numbered.items())
map(numbered.get, "xyz")
itertools.chain(parts)
itertools.chain.from_iterable([parts])
itertools.chain(each())
itertools.islice(each(), 3)
itertools.starmap(itself, zip(parts))
itertools.filterfalse(lambda part: part is None, parts)
filter(itself, parts)
Bag()
Row()
Several()
Going()
Both()
Filed().values()
collections.deque(parts)
(lambda: parts)()
Sized().size
[numbered[key] for key in Shelf().keys()]
dict(Shelf()).values()
{**Shelf()}.values()
functools.partial(iter, parts)()
parts[:]
copy.copy(parts)
itertools.takewhile(lambda part: True, each())
next(zip(each(), each(), each()))
""".split("\n")[1:-1]  # fmt: skip

# `X` is what gives.
TAKING_LISTS = """
any(X)
all(X)
sum(X, [])
min(X)[:1]
max(X)[:1]
repr(sorted(X))
[1] in X
[1] not in X
len(list(filter(None, X)))
len(list(filter(itself, X)))
len(list(itertools.filterfalse(None, X)))
len(list(itertools.takewhile(itself, X)))
len(list(itertools.dropwhile(itself, X)))
len(list(itertools.groupby(X)))
len(list(itertools.groupby(X, itself)))
len(list(itertools.groupby(X, key=itself)))
list(itertools.chain.from_iterable(X))
list(itertools.chain(*X))
list(map(len, X))
list(map(tuple, X))
list(map(str, X))
functools.reduce(operator.add, X)
functools.reduce(following, X)
functools.reduce(following, X, [])
functools.reduce(operator.iadd, X, [])
repr(list(itertools.accumulate(X)))
repr(list(itertools.accumulate(X, following)))
heapq.nlargest(1, X)[0][:1]
heapq.nsmallest(2, X)[0][:1]
repr(list(heapq.merge(*X)))
repr(list(zip(*X)))
list(itertools.zip_longest(*X))
list(itertools.product(*X))
max(X, key=len)[:1]
min(X, key=itself)[:1]
repr(sorted(X, key=itself))
repr(sorted(X, key=len))
repr(sorted(X, key=operator.itemgetter(slice(1))))
operator.countOf(X, [1])
operator.contains(X, [1])
set().union(*X)
repr(list(X))
str(tuple(X))
'%s' % list(X)
'{}'.format(list(X))
f'{[*X]}'
json.dumps(list(X))
len(pickle.dumps(list(X)))
repr(copy.deepcopy(list(X)))
list(X) == [[2, 1], [], [1]]
list(X) < [[2, 1], [1]]
list(X).count([1])
list(X).index([])
next((1 for part in X if part), 0)
len(list(itertools.compress('abc', X)))
len(list(itertools.compress(X, X)))
[len(part) for part in X]
[len(part) for part, in zip(X)]
statistics.mean(map(len, X))
collections.Counter(itertools.chain.from_iterable(X))
functools.partial(sum, X, [])()
operator.methodcaller('append', 5)(next(iter(X))) or len(parts[0])
bisect.bisect([[0], *X], [1])
dict(zip('abc', X)) == {'a': [2, 1], 'b': [], 'c': [1]}
repr(dict(enumerate(X)))
''.join(map(str, itertools.chain.from_iterable(X)))
list(map(operator.add, X, X))
sum(map(len, X))
sum(len(part) for part in X)
any(map(bool, X))
[*map(sorted, X)]
repr([*itertools.zip_longest(X, 'ab')])
[x for x, *_ in filter(None, X)]
repr(functools.reduce(max, X))
(lambda *given: sum(given, []))(*X)
repr(list(itertools.pairwise(X))) if hasattr(itertools, 'pairwise') else 0
repr(list(itertools.combinations(X, 2)))
repr(min(zip(X, 'abc')))
repr(max(enumerate(X), key=operator.itemgetter(1)))
repr(sorted(numbered, key=numbered.get))
repr(sorted(numbered, key=lambda key: numbered[key]))
repr(min(numbered, key=numbered.__getitem__))
repr(max(Shelf().keys(), key=Shelf().__getitem__))
repr(dict(**Shelf()))
repr({**Shelf(), 'w': [*X]})
len(Sized().size)
repr({**Filed()})
repr(dict(Filed()))
repr(list(itertools.accumulate(X, initial=parts[1])))
repr(list(itertools.accumulate(X, max, initial=parts[2])))
functools.reduce(operator.add, X, parts[1])[:]
repr(collections.OrderedDict(zip('ab', X)))
repr(collections.UserDict(zip('ab', X)))
parts.extend([*X])
parts[0].extend([*itertools.chain.from_iterable(X)])
parts[1].__iadd__([*itertools.chain(*X)])[:]
parts.sort()
parts.sort(key=len)
parts.sort(key=lambda part: part[:1])
functools.reduce(operator.iadd, [*X])[:]
[part.append(7) for part in X]
[*map(list.append, X, 'abc')]
[*map(operator.methodcaller('append', 7), X)]
[*map(list.pop, filter(None, X))]
[*itertools.starmap(list.append, zip(X, 'abc'))]
[*itertools.starmap(operator.iadd, [(part, [6]) for part in X])] and 0
numbered.update(zip('xw', X))
numbered.update((key, part) for key, part in zip('xw', X))
numbered.update(Shelf()) or len(numbered)
numbered.setdefault('x', []).append(6)
numbered.pop('y')[:]
operator.setitem(parts, 0, [5])
operator.iadd(parts, [[5]]) and 0
heapq.heapify(parts)
heapq.heappush(parts, [1])
heapq.heappop(parts)[:]
heapq.heappushpop(parts, [2])[:]
heapq.heappush(pairs, (1, parts[1]))
heapq.heappop(pairs)[1][:]
bisect.insort(parts, [1])
bisect.insort(pairs, (1, parts[1]))
min(pairs)[1][:]
sorted(pairs)[0][1][:]
pairs == [(1, [2, 1]), (1, [])]
repr(dict(pairs))
parts.remove([1])
parts.insert(0, parts.pop())
parts.__setitem__(slice(0, 2), X)
parts[0].__setitem__(slice(None), [*itertools.chain(*X)])
sum(X, parts[0])[:]
[*map(sorted, X)] and parts.clear()
deque.extend(X)
deque.rotate()
repr(deque)
collections.deque(X, 2)[0][:]
Counting(X).total
[*Lasting(X)]
Lasting(X) == 1
""".split("\n")[1:-1]  # fmt: skip

CHANGING_LISTS = """
parts[0].append(9)
parts[1].append(3)
parts[0].clear()
parts[2][0] = 0
parts.append([0])
parts.reverse()
del parts[0][0]
parts[1] += [1]
parts.pop()
numbered['y'] = [4]
""".split("\n")[1:-1]  # fmt: skip

# Objects of a few kinds, each with a dict and a set.
OBJECTS = """
class Node:
    def __init__(self, name, rank):
        self.name, self.rank, self.links, self.marks = name, rank, {'next': rank}, {rank}
    def __lt__(self, other):
        return self.rank < other.rank
    def __bool__(self):
        return bool(self.marks)
    def __len__(self):
        return len(self.links)
    def __iter__(self):
        return iter(self.links)
    def __repr__(self):
        return '%s%s' % (self.name, self.rank)
    def __add__(self, other):
        return self.rank + getattr(other, 'rank', other)
    __radd__ = __add__
    weight = property(operator.attrgetter('rank'))
    def heavier(self, other):
        return self.rank > other.rank
@dataclasses.dataclass(order=True)
class Point:
    rank: int
    tags: list = dataclasses.field(default_factory=list)
    name: str = 'p'
class Slotted:
    __slots__ = ('rank', 'name')
    def __init__(self, name, rank):
        self.name, self.rank = name, rank
nodes = [Node('a', 2), Node('b', 1), Node('c', 3)]
points = [Point(2), Point(1), Point(3)]
space = types.SimpleNamespace(rank=2, name='s', links={})
slot = Slotted('t', 5)
board = {'a': {'x': 1}, 'b': {'x': 2}}
groups = [{1, 2}, {2}, set()]
tally = collections.Counter('aab')
order = collections.OrderedDict(a=1, b=2)
lazy = collections.defaultdict(list, {'k': [1]})
ranks = [3, 1, 2]
r = []
def each():
    for node in nodes:
        yield node
def first_rank(rank, *_):
    return rank
def key_of(node):
    return node.rank
"""

GIVING_OBJECTS = """
nodes
each()
(node for node in nodes)
iter(nodes)
map(lambda node: node, nodes)
points
map(operator.itemgetter(0), zip(nodes))
""".split("\n")[1:-1]

TAKING_OBJECTS = """
[each.rank for each in X]
repr(sorted(X))
repr(min(X))
repr(max(X, key=operator.attrgetter('rank')))
repr(sorted(X, key=key_of))
repr(sorted(X, key=lambda each: each.rank))
list(map(operator.attrgetter('rank', 'name'), X))
[getattr(each, 'rank', None) for each in X]
repr([vars(each) for each in X])
repr(copy.copy(next(iter(X))))
repr(copy.deepcopy(list(X)))
repr(list(X))
str([str(each) for each in X])
f'{next(iter(X))}'
'{0.rank}'.format(next(iter(X)))
'{0!r}'.format(next(iter(X)))
'%s' % next(iter(X))
repr(heapq.nsmallest(1, X))
repr([each for each in X if each])
any(each.rank > 2 for each in X)
sum(map(operator.attrgetter('rank'), X))
functools.reduce(lambda so_far, each: so_far + each.rank, X, 0)
repr(next(filter(lambda each: each.rank == 1, X), None))
{each.name: each.rank for each in X}
repr([(each.rank, each.name) for each in sorted(X, key=operator.attrgetter('rank'), reverse=True)])
len(pickle.dumps([each.rank for each in X]))
repr([list(group) for _, group in itertools.groupby(X, operator.attrgetter('rank'))])
hasattr(next(iter(X)), 'extra')
repr(functools.reduce(max, X))
repr(list(itertools.takewhile(key_of, X)))
sum(nodes)
all(nodes)
[*map(len, nodes)]
[*map(list, nodes)]
list(itertools.chain.from_iterable(nodes))
[node.weight for node in nodes]
nodes[0].heavier(nodes[1])
[*map(Node.heavier, nodes, nodes[1:])]
[*map(operator.lt, nodes, nodes[1:])]
repr([dataclasses.asdict(point) for point in points])
repr([dataclasses.astuple(point) for point in points])
points[0] == Point(2)
points[0] < points[1]
repr(dataclasses.replace(points[0], name='q'))
points[0] in [Point(2), Point(5)]
[Point(2)].count(points[0])
repr(space)
space == types.SimpleNamespace(rank=2, name='s', links={})
repr(vars(space))
(slot.rank, getattr(slot, 'rank'))
operator.attrgetter('rank')(slot)
repr(board)
board == {'a': {'x': 1}, 'b': {'x': 2}}
sum(each['x'] for each in board.values())
sorted(board, key=lambda key: board[key]['x'])
repr({**board['a'], **board['b']})
repr(dict(board['a'], y=1))
repr(board['a'] | board['b']) if hasattr(dict, '__or__') else 0
repr(list(board['a'].items()))
json.dumps(board)
repr(list(map(dict.copy, board.values())))
'{a[x]}'.format(**board)
string.Template('$x').substitute(board['a'])
'%(x)s' % board['a']
max(board['a'].values())
repr(collections.ChainMap(board['a'], board['b'])['x'])
repr(dict(collections.ChainMap(board['a'], board['b'])))
repr(set().union(*groups))
repr(functools.reduce(operator.or_, groups))
repr(functools.reduce(set.union, groups, set()))
repr(groups[0] - groups[1])
groups[1] <= groups[0]
groups[0].isdisjoint(groups[1])
sorted(map(len, groups))
repr([*map(frozenset, groups)])
2 in groups[1]
sum(2 in group for group in groups)
repr(tally)
tally.most_common(1)
repr(tally + collections.Counter('b'))
tally['a'] + tally['z']
sum(tally.values())
repr(list(tally.elements()))
repr(sorted(tally.items(), key=lambda item: -item[1]))
repr(order)
next(iter(order)), next(reversed(order))
repr(list(order.items()))
order.update((key, len(order)) for key in 'bcd')
order.update(z=1, a=2)
order.move_to_end('a')
order.popitem()
repr(dict(lazy))
len(lazy['k']), len(lazy['new'])
lazy.get('k')[:]
sorted(ranks)
[rank for rank in ranks if rank > 1]
max(ranks), min(ranks)
statistics.median(ranks)
ranks == [3, 1, 2]
ranks < [3, 1, 9]
ranks.index(2), ranks.count(1)
[a + b for a, b in zip(ranks, ranks[1:])]
repr(list(enumerate(ranks, 1)))
first_rank(*ranks)
(lambda a, *b: (a, b))(*ranks)
ranks[:2] + ranks[-1:]
ranks * 2
tuple(ranks)
bisect.bisect(ranks, 2)
heapq.merge(ranks, [5]).__next__()
''.join(map(str, ranks))
','.join(str(rank) for rank in ranks)
'%s,%s,%s' % tuple(ranks)
sum(ranks[i] for i in range(len(ranks)))
bytes(ranks)
repr(bytearray(ranks))
set(ranks) == {1, 2, 3}
dict.fromkeys(ranks, 0)
dict(zip('abc', ranks))
repr(collections.deque(ranks, maxlen=2))
itertools.accumulate(ranks).__next__()
list(itertools.islice(ranks, 1, None))
list(itertools.starmap(pow, zip(ranks, ranks)))
[*reversed(ranks)]
all(map(operator.le, ranks, ranks[1:]))
math.prod(ranks), math.fsum(ranks)
""".split("\n")[1:-1]

CHANGING_OBJECTS = """
nodes[0].rank = 0
nodes[1].rank, points[1].rank = 9, 9
nodes[1].marks.clear()
nodes[2].links['last'] = 1
nodes[0].name = points[0].name = 'z'
del nodes[0]
nodes[0].extra = points[0].extra = 1
points[0].tags.append('t')
points.reverse()
setattr(space, 'rank', 7)
space.links['l'] = 1
slot.rank = 6
board['a']['x'] = 5
board['b'].update(x=0, y=3)
del board['a']
board['a'] = {'x': 8}
groups[1].add(5)
groups[0].discard(2)
groups[2] |= {2}
tally['a'] += 1
tally.update('zbb')
order.move_to_end('a')
order['b'] = 5
order.update((key, 7) for key in 'bz')
order.popitem(last=False)
lazy['k'].append(2)
lazy['new'].append(4)
ranks[0] = 0
ranks.append(7)
ranks.sort()
ranks[1:] = [5]
del ranks[1]
""".split("\n")[1:-1]

# Statements of all kinds, of which some look and some change.
THINGS = """
class Box:
    limit = 10
    made = []
    def __init__(self, x, y=0):
        self.x, self.y, self.items = x, y, [x]
    @property
    def total(self):
        return self.x + self.y
    @total.setter
    def total(self, value):
        self.x = value - self.y
    @classmethod
    def most(cls):
        return cls.limit
    @staticmethod
    def count():
        return len(Box.made)
    def __call__(self, by=1):
        self.x += by
        return self.x
    def __contains__(self, what):
        return what == self.x or what in self.items
    def __getitem__(self, at):
        return self.items[at] + self.y
    def __setitem__(self, at, what):
        self.items[at] = what - self.y
    def __delitem__(self, at):
        self.y += self.items.pop(at)
    def __len__(self):
        return len(self.items)
    def __iter__(self):
        for item in self.items:
            yield item + self.y
    def __enter__(self):
        self.x += 1
        return self
    def __exit__(self, *error):
        self.x -= self.y + 1
        return False
    def __add__(self, other):
        return Box(self.x + getattr(other, 'x', other), self.y)
    def __iadd__(self, other):
        self.x += other
        self.items.append(other)
        return self
    def __eq__(self, other):
        return (self.x, self.y) == (other.x, other.y)
    def __hash__(self):
        return 5
    def __repr__(self):
        return 'Box(%s)' % sorted(vars(self).items())
    def __bool__(self):
        return self.x > self.y
    def __getattr__(self, name):
        if name in ('double', 'extra'):
            return self.x * 2
        raise AttributeError(name)
class Deeper(Box):
    limit = 20
    def __call__(self, by=1):
        return super().__call__(by) + self.y
def counter():
    so_far = 0
    def more():
        nonlocal so_far
        so_far += 1
        return so_far
    def look():
        return so_far
    return more, look
def steps(n):
    try:
        for i in range(n):
            got = yield i + a
            if got:
                r.append(('got', got))
    finally:
        r.append(('end', a))
def deco(function):
    def wrapped(*given):
        return function(*given) + a
    return wrapped
@deco
def scaled(n, by=2):
    return n * by * b
@contextlib.contextmanager
def raised(to):
    global a
    before, a = a, to
    try:
        yield before
    finally:
        a = before
box, deep = Box(3), Deeper(4, 1)
boxes = {'k': box, 'd': deep}
a, b, c = 1, 2, 3
xs, d, s = [1, 2, 3], {'a': 1, 'b': 2}, {1, 2}
more, look = counter()
matrix = [[1, 2], [3, 4]]
text = 'x'
r = []
"""

STATEMENTS = """
global a, b; a, b = b, a
global a; a += b
global a; a = a + 1 if a > 0 else b
global a, b; a = b = a * 2
global a; a = (lambda: b)() + a
global text; text += f'{a}-{b!r}'
global a; del a; a = 7
global b; (b := b + a)
box.x += 1
box.x, box.y = box.y, box.x
box.total = box.total + 1
box.total += a
box.x = box.y = box.x + box.y
del box.items
box.extra = box.extra + 1
r.append(box.double)
r.append(getattr(box, 'z', a))
setattr(box, 'x', box.x * 2)
r.append(hasattr(box, 'y') and box.y)
box.__dict__['x'] = 9
box.__dict__.update(x=8, y=1)
r.append(sorted(vars(box)))
box[0] += 1
box[0], box.x = box.x, box[0]
del box[0]
r.append((3 in box, len(box), bool(box), list(box)))
r.append(box == Box(3))
r.append([box == deep, box != deep])
r.append(boxes['k'](2) + boxes['d']())
r.append(deep(1))
global box; box += 5
global box; box = box + deep
r.append((Box.limit, deep.limit, Deeper.most(), Box.count()))
Box.limit += 1
Box.made.append(box.x)
deep.limit = Box.limit
box.items = box.items + [a]
box.items += [a]
box.items[:] = [a, b]
box.items[-1] = a
with box as it: r.append(it.x)
with box, deep as it: it.y += 1
with raised(5) as before: r.append((a, before))
with contextlib.suppress(KeyError): d['a'] = d['zz'] + 1
with contextlib.suppress(KeyError): r.append(d.pop('a'))
xs[0], xs[1] = xs[1], xs[0]
xs[a] += xs[0]
xs[-1] = xs[a - 1] + xs[0]
xs += [a]
xs *= 2
xs[1:2] = [7, 8]
del xs[0], xs[-1]
first_of, *others = xs; r.append((first_of, others))
(p, q), (t, u) = matrix; r.append((p, q, t, u))
matrix[0][1], matrix[1][0] = matrix[1][0], matrix[0][1]
for x in xs: r.append(x)
for i, x in enumerate(xs): xs[i] = x + a
for x in list(xs): xs.remove(x)
for k in sorted(d): r.append((k, d[k]))
for k, v in list(d.items()): d[k] = v + 1
for k in d: r.append(k)
for row in matrix: row.reverse()
for x in reversed(xs): r.append(x)
while xs: r.append(xs.pop())
while a < 3 and b: break
else: r.append((a, b))
for x in xs:
    if x == b: continue
    r.append(x)
else: r.append('all')
if a < b <= c: r.append('rising')
elif not (a and b): r.append('none')
r.append(a < b < c)
r.append(a and b or c)
r.append([a, b, c] if a else (c, b, a))
r.append({a: b, c: a})
r.append({a, b, c})
r.append((a, *xs, b))
r.append([*xs, *s, a])
r.append({**d, 'c': a})
r.append([x * b for x in xs if x > a])
r.append({x: d.get(x, a) for x in 'abc'})
r.append(sum(x * y for x, y in zip(xs, xs[1:])))
r.append(sum(x for row in matrix for x in row))
r.append([y for x in xs if (y := x + a) > 2])
r.append(scaled(b))
r.append(scaled(a, b))
r.append((lambda x, y=a: x + y)(b))
r.append(max(a, b, key=lambda x: x * c))
r.append('%s %s' % (a, b))
r.append(f'{a + b:>{c}}')
r.append('{0} {1}'.format(a, b))
r.append(str(xs) + str(d))
r.append((more(), look()))
more(); more()
g = steps(2); r.append(next(g)); r.append(g.send(b))
g = steps(2); r.append(list(g))
g = steps(3); next(g); g.close()
try: r.append(d['b'])
except KeyError: r.append('none')
finally: r.append(a)
try:
    if a > 1: raise ValueError(a)
except ValueError as error: r.append(error.args)
else: r.append('fine')
try: assert a == 1, b
except AssertionError as error: r.append(str(error))
d['a'] += 1
d['n'] = d.get('n', 0) + 1
d.setdefault('n', []) if 'n' in d else d.update(n=a)
if 'a' in d: r.append(d['a'])
if 'a' in d: del d['a']
r.append(d.pop('b', a))
d['a'], d['b'] = d['b'], d['a']
d.update({k: v + a for k, v in d.items()})
d.clear(); d['z'] = a
r.append((len(d), list(d), list(d.values())))
s.add(a); s.discard(b)
s |= {a, 9}
s -= {1}
r.append((1 in s, len(s), sorted(s)))
s.remove(2) if 2 in s else s.add(2)
r.append(s & {1, 2} | {a})
class Made(Box): limit = Box.limit + a
r.append(type('T', (), {'x': a})().x)
r.append(functools.reduce(lambda x, y: x * y, xs, b))
r.append(functools.partial(scaled, b)())
r.append(operator.attrgetter('x', 'y')(box))
r.append(operator.itemgetter('a', 'b')(d))
r.append(list(map(scaled, xs)))
r.append(list(filter(lambda x: x > a, xs)))
r.append(any(x > b for x in xs) and all(xs))
r.append(sorted(xs, key=lambda x: -x * a))
r.append(next((x for x in xs if x > a), None))
r.append([f() for f in [lambda: a, lambda: b]])
global c; c = [i for i in range(a)] and b
global a; a -= 1; a = a or b; a **= 2
global a; a, *xs[1:] = [b, a, c]
global a; a = box.x; box.x = a + 1
global a; a = not a
global a; a = -a + ~b
global a; a = a if (a := a + 1) > b else b
""".strip("\n")
STATEMENTS = [text.replace("\n", "\n        ") for text in re.split(r"\n(?! |else|elif|except|finally)", STATEMENTS)]

OTHER_STATEMENTS = """
global a; a = 5
global a, b; a, b = b + 10, a
global b; b += 1
global c; c -= 2
global box; box = deep
global text; text = 'y'
box.x = 6
box.y += 2
box.items.append(5)
box.items = [8, 9]
box.extra = 4
Box.limit = 1
Deeper.limit = Box.limit - 1
deep.x, deep.y = 0, 2
boxes['k'] = Box(1)
del boxes['d']
xs.append(4)
xs[0] = 0
xs.sort(reverse=True)
xs.clear()
xs.pop(0)
matrix[1] = [9, 9]
matrix[0].append(5)
d['a'] = 9
d['c'] = 3
del d['b']
d.clear()
s.add(3)
s.clear()
more()
""".strip("\n").split("\n")

# What there is, what gives, takes and changes, and what is looked at in the end.
WORLDS = (
    (LISTS, GIVING_LISTS, TAKING_LISTS, CHANGING_LISTS, "r, parts, numbered, pairs, deque"),
    (OBJECTS, GIVING_OBJECTS, TAKING_OBJECTS, CHANGING_OBJECTS,
     "r, nodes, points, space, slot.rank, board, groups, tally, order, lazy, ranks"),
    (THINGS, [""], STATEMENTS, OTHER_STATEMENTS,
     "r, globals().get('a'), b, c, text, box, getattr(box, 'extra', 0), deep, Box.limit, Deeper.limit, Box.made, sorted(boxes), xs, d, s, look(), matrix"),
)  # fmt: skip

BODY = """%sdef first():
    try:
        %s
    except Exception as error:
        r.append(type(error).__name__)
def second():
    %s
"""
TAIL = """
threads = [threading.Thread(target=first), threading.Thread(target=second)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


def programs():
    """What all programs do: an expression, what is changed, the source, without its end, and what is observed."""
    made = []
    for there, givings, takings, changings, observed in WORLDS:
        for taking in takings:
            if there is THINGS:
                made += [(taking, changing, BODY % (IMPORTS + there, taking, changing), observed) for changing in changings]
                continue
            for giving in givings if "X" in taking else givings[:1]:
                taken = taking.replace("X", giving)
                if giving.startswith(("(part", "(node")):
                    taken = taken.replace("(%s)" % giving, giving)
                made += [(taken, changing, BODY % (IMPORTS + there, "r.append((%s))" % taken, changing), observed) for changing in changings]
    return made


def outcomes(code, observed):
    """What comes of each order of the two threads, as they follow one another, and where one goes between two instructions of the other."""
    seen = set()
    for one, other in (("first", "second"), ("second", "first")):
        after = 0  # how many instructions
        while True:
            names = {"__name__": "__main__"}
            exec(code, names)
            came_in_between = run_interrupted(names[one], names[other], after)
            if not came_in_between:
                ended_by_itself(names[other])
            seen.add(repr(eval(observed, names)))
            if not came_in_between:
                break
            after += 1
    return sorted(seen)


def run_interrupted(one, other, after):
    """Calls `one`, and `other` after so many instructions of that. Returns whether there are so many."""
    left = after + 1
    came_in_between = False

    def at(frame, event, _):
        nonlocal left, came_in_between
        if frame.f_code.co_filename != FILE or came_in_between:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            left -= 1
            if not left:
                came_in_between = True
                sys.settrace(None)
                ended_by_itself(other)
        return at

    sys.settrace(at)
    try:
        ended_by_itself(one)
    finally:
        sys.settrace(None)
    return came_in_between


def ended_by_itself(function):
    try:
        function()
    except Exception:
        pass  # it ends its thread


FILE = "scenario.py"


def main():
    first, last = map(int, sys.argv[1:])
    every = programs()
    assert math.gcd(7919, len(every)) == 1, "each comes once"
    for number in range(first, min(last, len(every))):
        taken, changing, text, observed = every[number * 7919 % len(every)]
        try:
            expected = outcomes(compile(text, FILE, "exec"), observed)
        except Exception as error:
            raise SystemExit("%s\n%r" % (text, error)) from error
        print(json.dumps(["%s while %s" % (taken, changing), text + TAIL, observed, expected]))


main()
