"""Hand-written programs for differential.py: one for each way in which a rewriting could be told from the original."""

import re
import sys

LINES = '''
def lines(error):
    found = []
    at = error.__traceback__
    while at is not None:
        if at.tb_frame.f_code.co_filename == "scenario.py":
            found.append((at.tb_frame.f_code.co_name, at.tb_lineno))
        at = at.tb_next
    return found
def attempt(act):
    try:
        print("->", act())
    except Exception as error:
        print(type(error).__name__, error, lines(error))
'''

TEXT = r'''
### names: globals, built and unbuilt
x = 1
def f():
    global x, made
    x += 1
    made = x
    import collections as made_too
    return made_too.__name__
print(f(), x, made)
del x
try:
    x
except NameError as e:
    print(e)
try:
    e
except NameError as again:
    print(again)
print(sorted(name for name in globals() if not name.startswith("__b")))
print("__rd_1__" in globals(), [n for n in dir() if "rd_" in n], [n for n in locals() if "rd_" in n])

### except-names
def f():
    global caught
    try:
        raise ValueError("one")
    except ValueError as caught:
        print("in", caught, "caught" in globals())
        return "left"
    finally:
        print("caught" in globals())
print(f())
def g():
    def inner():
        return str(e)
    for turn in range(3):
        try:
            raise KeyError(turn)
        except KeyError as e:
            if turn == 1:
                continue
            print(inner())
            if turn == 2:
                break
    try:
        inner()
    except NameError as error:
        print(type(error).__name__, error)
g()
for word in "ab":
    try:
        try:
            raise ValueError(word)
        except ValueError as e:
            raise TypeError("next") from e
    except TypeError as e:
        print(e, repr(e.__cause__))
try:
    raise ValueError("deleted inside")
except ValueError as e:
    del e
try:
    raise OSError("last")
except (ValueError, OSError) as e:
    kept = e
raise kept

### imports into global, nonlocal and class scopes
def f():
    global sqrt, os_path
    from math import sqrt
    import os.path as os_path
    import os.path
    return os.path is os_path, sqrt(4.0)
print(f(), sqrt(9.0))
def g():
    json = None
    def inner():
        nonlocal json
        import json
    inner()
    return json.__name__
print(g())
class A:
    import string
    from math import pi as value
print(A.string.digits, round(A.value, 3))
try:
    from math import nothing_of_the_kind
except ImportError as error:
    print(type(error).__name__)
try:
    import json.no_such_part
except ModuleNotFoundError as error:
    print(error)

### targets of every kind in order
def p(n, v):
    print("p", n)
    return v
class Box: pass
box, lst, dct = Box(), [0, 0, 0], {}
p(2, box).a, p(3, lst)[p(4, 1)], x = p(1, (10, 20, 30))
p(2, box).b = p(3, dct)[p(4, "k")] = y = p(1, 5)
(p(2, lst)[p(3, 0)], [*p(4, box).rest, z]) = p(1, (1, "abc"))
p(2, lst)[p(3, 0):p(4, 2)] = p(1, "xy")
for p(1, box).i, lst[p(2, 0)] in [(1, 2), (3, 4)]:
    print(box.i, lst)
for lst[len(lst):] in ["ab", "cd"]:
    pass
print(vars(box), lst, dct, x, y, z)
def f():
    for box.i in range(2):
        yield box.i
print(list(f()), [box.i for box.i in range(3)], box.i)
try:
    p(2, box).a, p(3, box).b = p(1, (1,))
except ValueError as error:
    print(error)
try:
    p(2, box).a, lst[p(3, 99)], x = p(1, (7, 8, 9))
except IndexError as error:
    print(error, box.a, x)
(a, b), *c = [(1, 2), 3, 4]
a, b = b, a
[d], = [[1]]
print(a, b, c, d)

### with and targets
class C:
    def __init__(self, n): self.n = n
    def __enter__(self):
        print("enter", self.n)
        return self.n, -self.n
    def __exit__(self, *exc):
        print("exit", self.n, exc[0])
        return self.n == 9
class Box: pass
box = Box()
def f():
    global g1
    with C(1) as box.pair, C(box.pair[0] + 1) as (g1, box.m), C(3) as g2:
        print(vars(box), g1, g2)
        return g1
print(f(), g1)
with C(9) as (a, b), C(2):
    raise ValueError("swallowed")
with C(1), C(2) as q:
    print(a, b, q)
try:
    with C(4) as (a, b, c):
        print("not reached")
except ValueError as e:
    print(e)
for i in range(3):
    with C(i) as box.i:
        if i == 1: continue
        if i == 2: break
        print(box.i)

### augmented assignment evaluates once, in order
def p(n, v):
    print("p", n)
    return v
class L:
    def __init__(self): self.__dict__["v"] = 1
    def __getattr__(self, n): print("get", n); return 5
    def __setattr__(self, n, v): print("set", n, v); self.__dict__[n] = v
    def __getitem__(self, k): print("item", k); return [k]
    def __setitem__(self, k, v): print("setitem", k, v)
    def __iadd__(self, o): print("iadd", o); return self
    def __isub__(self, o): print("isub", o); return NotImplemented
    def __sub__(self, o): print("sub", o); return 7
l = L()
p(1, l).w += p(2, 3)
p(1, l)[p(2, "k")] += p(3, [1])
p(1, l)[p(2, 1):p(3, 2)] += p(4, [1])
m = l
m += p(1, 1)
m -= p(1, 1)
print(m)
n = [1]
n += (2,)
n *= 2
o = n
o += "x"
print(n, o is n)
d = {"a": 1}
d["a"] += 1; d["a"] -= 5; d["a"] *= 3; d["a"] //= 2; d["a"] %= 3; d["a"] **= 2; d["a"] <<= 3; d["a"] >>= 1; d["a"] |= 8; d["a"] &= 12; d["a"] ^= 5
d["b"] = 7; d["b"] /= 2
print(d)
d |= {"c": 1}
s = {1}; s |= {2}; s &= {2, 3}; s ^= {9}; s -= {9}
print(d, s)
def f():
    x = 1
    def g():
        nonlocal x
        x += p(1, 10)
        return x
    return g(), x, g()
print(f())
t = ([],)
try:
    t[0] += [1]
except TypeError as e:
    print(e, t)
for bad in ("d['zz'] += 1", "no_such += 1", "d.q += 1", "l.w @= 2"):
    try:
        if bad[0] == "d" and bad[1] == "[": d["zz"] += 1
        elif bad[0] == "n": no_such += 1
        elif bad[0] == "d": d.q += 1
        else: l.w @= 2
    except Exception as e:
        print(type(e).__name__, e)

### chains of comparisons
def p(n, v=None):
    print("p", n)
    return n if v is None else v
print(p(1) < p(2) < p(3) < p(0) < p(9))
print(p(1) in p(0, [1]) == p(2, [1]), p(5) in p(0, [1]) == p(2, [1]))
print(1 < p(2) in p(0, [2]), p(3) not in p(0, [1]) != p(1), p(1) is p(1) in p(0, {1: 2}))
class B:
    def __init__(self, n): self.n = n
    def __lt__(self, o): print("lt", self.n, o); return B(self.n + 1)
    def __bool__(self): print("bool", self.n); return self.n < 3
    def __repr__(self): return "B%d" % self.n
    def __contains__(self, o): print("contains", self.n, o); return self.n
    def __eq__(self, o): print("eq", self.n, o); return self
print(B(1) < B(2) < B(3), B(0) < 1 < 2 < 3)
print(1 in B(2) , 3 not in B(0), B(1) == B(2) == B(5) in B(3))
print([1, 2] < [1, 3] < [2], {1} < {1, 2} <= {1, 2})
class C:
    x = 1
    y = x < 2 in [2] , x in [1] , 0 < x < 5 in (5,)
    inside = [x for x in [1, 2] if 0 < x in (2, 3)]
print(C.y, C.inside, sorted(n for n in vars(C) if "__" not in n or "rd" in n))
def attempted(act):
    try:
        print(act())
    except TypeError as e:
        print(e)
a, b = 1, "a"
attempted(lambda: a < b)
attempted(lambda: a < 2 < b)
attempted(lambda: a in a)
attempted(lambda: 0 < a in a)
attempted(lambda: b in a)

### truth is asked once
class T:
    def __init__(self, n, *a): self.n, self.a = n, a
    def __bool__(self): print("bool", self.n); return bool(self.n)
    def __len__(self): print("len"); return 1
class Sized:
    def __len__(self): print("sized"); return 0
t, f, s = T(1), T(0), Sized()
if t and f or s: print("a")
if not t or (f and s): print("b")
x = t and s
y = t if s else f
print(x is s, y is f)
while s: pass
assert t and not f, "no"
print([1 for i in range(2) if t and s or f])
if (w := f): pass
if (t if t else f): print("c")
print(bool(s), not s, any([f, t, f]), all([t, f, t]))
try:
    assert f, p
except NameError as e: print(e)
try:
    assert s or f, (t, "message")[1]
except AssertionError as e: print(e)

### walrus in comprehensions
def f():
    r = [y := x for x in range(3)]
    return r, y
print(f())
r = [(last := n, n) for n in range(3) if (even := n % 2) == 0]
print(r, last, even)
def g():
    global total
    total = 0
    return [total := total + v for v in [1, 2, 3]], total
print(g(), total)
def h():
    n = 0
    def inner():
        nonlocal n
        return [n := n + v for v in (1, 2)]
    return inner(), n
print(h())
print(any((found := c) == "b" for c in "abc"), found)
print((lambda: (z := 3) + z)())
while (k := globals().get("k", 0) + 1) < 3: print("k", k)

### scopes of classes
x = "global"
class A:
    x = x + "!"
    y = [x for _ in range(1)]
    z = [i for i in x]
    f = lambda self: x
    global made_in_class
    made_in_class = x
    def m(self): return x, __class__.__name__
    made_in_class, w = 1, 2
    for made_in_class in range(3): pass
    with_default = lambda self, v=x: v
    class Inner:
        try: q = z
        except NameError as e: print(e)
        x = x
print(A.x, A.y, A.z[-1], A().f(), A().m(), made_in_class, A.w, A().with_default(), A.Inner.x)
def outer():
    x = "outer"
    class B:
        x = x
        def m(self): return x
    class C:
        y = x
        x = "c"
        z = x
    return B.x, B().m(), C.z
attempt(outer)
def outer2():
    x = "outer"
    class C:
        nonlocal x
        x = "changed"
        y = x
    return x, C.y, hasattr(C, "x")
print(outer2())
print([n for n in vars(A) if "rd" in n])
class D:
    a, b = 1, 2
    (c, *d), e = (3, 4, 5), 6
    l = [1]
    l += [2]; l[0] += 5
    n = {}
    n["k"], n["j"] = 1, 2
    a += 10
    del b
    print(sorted(n for n in locals() if "__" not in n or "rd_" in n), [n for n in dir() if "rd_" in n])
print(D.a, D.c, D.d, D.e, D.l, D.n, hasattr(D, "b"))

### private names
class __Only:
    def __init__(self): self.__v = 1
    def get(self): return self.__v, vars(self)
    def add(self): self.__v += 1; del self.__v
class ___:
    def __init__(self): self.__v = 1
    def all(self): return vars(self)
class _P:
    __c = 3
    def f(self, __arg=4):
        global __hidden
        __hidden = 5
        __local = __arg + self.__c
        def inner(): return __local + __hidden
        self.__t, (self.__u, *self.__w) = 1, (2, 3)
        self.__t += 1
        for self.__i in range(3): pass
        with_keywords = dict(__k=1)
        return inner(), vars(self), with_keywords, _P__hidden
    def g(self):
        try: return self.__missing
        except AttributeError as e: return str(e)
print(__Only().get(), ___().all(), _P().f(), _P().g())
print(sorted(n for n in globals() if "hidden" in n))
o = __Only(); o.add(); print(vars(o))

### super and the class cell
class A:
    def __init__(self, *a, **k): print("A", a, k); super().__init__()
    def f(self): return "A.f"
    @classmethod
    def make(cls, *a): return cls(*a)
    @property
    def v(self): return self._v
    @v.setter
    def v(self, to): print("set", to); self._v = to
class B(A):
    def __init__(self, *a, **k):
        super(B, self).__init__(*a, **k)
        self.v = 1
        self.v += 1
    def f(self):
        g = lambda: super(B, self).f()
        if type(self) is B:
            return super().f() + g() + str(__class__ is B)
    @classmethod
    def make(cls, *a): return super().make(*a, 9)
    @property
    def v(self): return super().v * 10
    @v.setter
    def v(self, to): A.v.fset(self, to)
b = B.make(1, *[2, 3])
print(b.f(), b.v)
class L(list):
    def append(self, x): print("append", x); super().append(x); return self
    def __iter__(self): print("iter"); return super().__iter__()
    def __len__(self): print("len"); return super().__len__()
    def __contains__(self, x): print("contains"); return super().__contains__(x)
    def __getitem__(self, k): print("getitem", k); return super().__getitem__(k)
l = L()
l.append(1).append(2)
for x in l: print(x)
print(len(l), 1 in l, l[0], list(l), sum(l), sorted(l), *l)
a, c = l
if l: print("yes")
print(l == [1, 2], l + [3], max(l), f"{l}", [*l, 0])
class D(dict):
    def __missing__(self, k): print("missing", k); return k * 2
    def __iter__(self): print("iter"); return super().__iter__()
    def __len__(self): print("len"); return super().__len__()
    def __contains__(self, x): print("contains", x); return super().__contains__(x)
    def get(self, k, d=None): print("get"); return super().get(k, d)
d = D(a=1)
print(d["zz"], "zz" in d, d.get("a"), len(d), list(d), {**d}, sorted(d.items()), d.setdefault("b", 2), d.pop("a"))
d["q"] = 4
d["q"] += 1
d["n"] += "m"
del d["q"]
d.update(b=3, name="x", thing=1)
print(d, bool(d))
for k in d: print(k)

### decorators and defaults in order
def p(n, v=None):
    print("p", n)
    return v if v is not None else (lambda f: print("apply", n, f if isinstance(f, int) else f.__name__) or f)
@p(1)
@p(2)
def f(a=p(3, 1), *, k=p(4, 2), b: p(5, int) = p(6, 7), **kw: p(7, str)) -> p(8, float):
    "doc"
    return a, k, b
print(f(), f.__doc__, sorted(f.__annotations__), f.__code__.co_firstlineno)
@p(1)
class C(p(2, object), metaclass=p(3, type)):
    "doc of C"
    @staticmethod
    def s(): return 1
print(C.__doc__, C.s(), f.__kwdefaults__, f.__defaults__)
def g(): pass
print(g.__code__.co_firstlineno, g.__name__, g.__qualname__, g.__module__)
if True:
    def h(x: "int" = 0): return x
    @p(9)
    def i(): pass
print(h.__code__.co_firstlineno, i.__code__.co_firstlineno, h.__annotations__)
def outer():
    global made
    def made(): return "made"
    def rec(n): return 1 if n < 2 else n * rec(n - 1)
    return rec(5)
print(outer(), made(), made.__qualname__)

### annotations
import typing
x: int = 5
y: "undefined" = 6
z: int
class A:
    a: int = 1
    b: typing.List[int]
    self_ref: "A" = None
    def m(self, v: int, *args: str, k: float = 1.0) -> "A":
        local: int = 3
        self.v: int = v + local
        n: nothing_like_this
        return self
print(A().m(1).v, A.__annotations__ if hasattr(A, "__annotations__") else None)
print(A.m.__annotations__)
def p(n, v=None): print("p", n); return v
box = A()
d = {}
p(1, box).attr: p(3) = p(2, 4)
p(5, d)[p(6, "k")]: p(7) = p(8, 9)
print(box.attr, d)
def f():
    p(1, box).attr: p(9) = p(2, 4)
    u: int
    try: u
    except UnboundLocalError as e: print(e)
f()

### unbound names
def f():
    print(v)
    v = 1
def g():
    def inner(): return w
    try: inner()
    except NameError as e: print(type(e).__name__, e)
    w = 1
    del w
    inner()
def h():
    def inner(): return u
    u
    u = 1
def i():
    def inner(): return u
    del u
    u = 1
def j():
    for s in (): pass
    def inner(): return s
    return s
def k():
    del no_global
def l():
    global no_global
    del no_global
def m():
    x = 1
    def inner():
        nonlocal x
        x += 1
        del x
        x += 1
    inner()
for each in (f, g, h, i, j, k, l, m): attempt(each)
attempt(lambda: nothing)
attempt(lambda: [nothing for _ in "a"])

### tuple deletion
class Box: pass
b = Box()
b.x, b.y, l, d = 1, 2, [1, 2, 3, 4], {"a": 1}
p = q = 1
def s(n, v): print("s", n); return v
del (s(1, b).x, [s(2, l)[s(3, 0)]], p), s(4, d)["a"], q, s(5, l)[1:]
print(vars(b), l, d, "p" in globals(), "q" in globals())
for bad in range(5):
    try:
        if bad == 0: del b.x
        if bad == 1: del l[9]
        if bad == 2: del d["zz"]
        if bad == 3: del p
        if bad == 4: del (1, 2)[0]
    except Exception as e: print(type(e).__name__, e, lines(e))
del ()

### calls
def f(*a, **k): return a, sorted(k.items())
print(f(1, *[2, 3], 4, *(5,), k=1, **{"b": 2}, c=3, **dict(d=4)))
print(f(function=1, self=2, thing=3, name=4, method=5, shape=6))
print(dict(function=f.__name__, thing=1, name=2), {}.get("a", 1))
d = {}
d.update(name=1, thing=2, shape=3, method=4, self=5)
print(d, sorted([3, 1, 2], key=lambda v: -v), sorted("bca", reverse=True))
l = [3, 1, 2]
l.sort(key=lambda v: -v, reverse=True)
print(l, max(l, key=lambda v: v % 3), list(map(l.index, l)), list(map(d.get, "ab")))
print(l.append.__name__, (1).__add__(2), repr(l.count)[:30], l.count == l.count, l.append.__self__ is l)
def bad1(): return f(1, *5)
def bad2(): return f(**5)
def bad3(): return f(a=1, **{"a": 2})
def bad4(): return bad1(1)
def bad5(): return (5)(l)
def bad6(): return l.append()
def bad7(): return len(l, l)
def bad8(): return d.nothing(l)
def bad9(): return print(l, wrong=1)
def bad10(): return f(**{1: 2})
def bad11(): return int("x" + str(l))
for each in (bad1, bad2, bad3, bad4, bad5, bad6, bad7, bad8, bad10, bad11): attempt(each)
try: bad9()
except TypeError as e: print("TypeError")
class K:
    def __call__(self, *a): return ("called", a)
    def __eq__(self, o): print("eq"); return False
    def __hash__(self): print("hash"); return 1
print(K()(l, d))
def deep(n): return 0 if n == 0 else 1 + deep(n - 1)
print(deep(300))
def order(*a, **k): return a, k
def s(n, v=None): print("s", n); return n if v is None else v
print(s(0, order)(s(1), *s(2, [0]), s(3), k=s(4), **s(5, {"z": 1}), y=s(6)))

### who calls is looked at
import collections, enum, typing, dataclasses, logging, sys, warnings
P = collections.namedtuple("P", ["x", "y"])
E = enum.Enum("E", ["a", "b"])
N = typing.NamedTuple("N", [("x", int)])
D = dataclasses.make_dataclass("D", ["x", ("y", int, 3)])
fields = ["x"]
Q = collections.namedtuple("Q", fields, defaults=[1])
T = typing.TypeVar("T", bound=P)
for each in (P, E, N, Q, T): print(each.__module__, each)
print(P(1, 2), E.a, N(1), D(1), Q())
def who(depth): return sys._getframe(depth).f_code.co_name
def f(depth): return who(*[depth])
print(f(1), f(*[0]))
class H(logging.Handler):
    def emit(self, record): print(record.funcName, record.lineno, record.getMessage())
log = logging.getLogger("differential")
log.handlers[:] = [H()]
log.propagate = False
def logs(v):
    log.warning("warned %s", v)
    log.error("multi",
              *[], extra={})
logs(fields)

### generators
def g():
    print("start")
    try:
        while True:
            try:
                got = yield (yield 1)
                print("got", got)
            except ValueError as e:
                print("caught", e)
                yield "after"
    finally:
        print("closing")
it = g()
print(next(it), it.send("a"), it.send("b"), it.throw(ValueError("v")), next(it))
it.close()
def h():
    r = yield from g2()
    print("r", r)
    yield from [r, 1]
    yield from {"a": 1}
    yield from (i * i for i in range(3))
    return "done"
def g2():
    x = yield "x"
    return x
it = h()
print(next(it), it.send(5), list(it))
try: next(it)
except StopIteration as e: print("stop", e.value)
print(next(it, "default"))
it = iter([1, 2, 0, 3])
def drain():
    while next(it): pass
    return next(it)
print(drain())
gen = (i for i in [3, 2, 1, 0])
while next(gen): pass
gen = g2()
def drive(gen):
    try:
        while gen.send(None): pass
    except StopIteration: return "end"
print(drive(iter(g2())))
def primes(n):
    return [x for x in range(2, n) if all(x % y for y in range(2, x))]
print(primes(20))
def evens():
    n = 0
    while True:
        yield n
        n += 2
for e in evens():
    if e > 6: break
print(e)
s = (print("lazily", i) for i in [1, 2])
print("made"); next(s)
def countdown(it):
    while True:
        for x in it:
            break
        else:
            return
it = iter("abc")
countdown(it)
print(list(it))

### comprehensions
m = [[1, 2], [3, 4]]
k = 10
print([x * y + k for x in range(3) if x for y in range(x, 4) if y % 2], {x: y for x, y in zip("ab", m)})
print([[c for c in r if c > 1] for r in m], {v for r in m for v in r}, list(v for r in m for v in r))
def f(a):
    b = 2
    return [lambda: (a, b, i) for i in range(3)][0](), [(i, j) for i, j in [(1, b), (a, 4)]], {**{i: a for i in "x"}}
print(f(1))
print([x for x, *_ in ["abc", "de"]], [i for i in m[0]], [*map(str, m)])
class C:
    n = 3
    squares = [i * i for i in range(n)]
    try: bad = [n for i in range(n)]
    except NameError as e: print(e)
print(C.squares)
try: [i for i in 5]
except TypeError as e: print(e)
try: [a for a, b in [(1, 2, 3)]]
except ValueError as e: print(e)
try: a, *b, c = [1]
except ValueError as e: print(e)
try: a, b = 5
except TypeError as e: print(e)
try: a, b = m[0][0]
except TypeError as e: print(e)
try: a, b, c = m
except ValueError as e: print(e)
try: (a,) = m
except ValueError as e: print(e)

### dict and set while iterating
d = {1: 2}
try:
    for k in d: d[k + 1] = 0
except RuntimeError as e: print(e)
try:
    for k in d.values(): d.pop(1, None); d[9] = 3; d[10] = 3
except RuntimeError as e: print(e)
s = {1}
try:
    for k in s: s.add(k + 100)
except RuntimeError as e: print(e)
import collections
q = collections.deque([1, 2])
try:
    for v in q: q.append(v)
except RuntimeError as e: print(e)
l = [1, 2, 3]
for v in l:
    if v < 3: l.append(v + 2)
    if len(l) > 8: l.clear()
print(l, list(enumerate(l)), list(zip(d, d.values())), list(reversed([1, 2])))
d = collections.defaultdict(list)
d["a"].append(1); d["b"]; d["a"] += [2]
c = collections.Counter("abca"); c["z"] += 1; c.update("zz"); c.subtract("a")
print(dict(d), c.most_common(2), sorted(c.elements()), c["none"], "none" in c)
o = collections.OrderedDict(a=1, b=2); o.move_to_end("a"); print(list(o), o.popitem(last=False))
q.extend([3, 4]); q.rotate(1); q.appendleft(0); print(q, q.popleft(), q.pop(), q[-1], 3 in q, len(q))

### f-strings
w, v, name = 10, 3.14159, "n"
l, d = [1, "two"], {"k": "v"}
print(f"{v:{w}.{2}f}|{name!r:>{w}}|{l}|{d['k']}|{w=}|{ {'a': 1}['a'] }|{l[0]:0>{l[0] + 3}}|{name + 'x' !s}")
class F:
    def __format__(self, spec): print("format", spec); return "F"
    def __str__(self): print("str"); return "S"
    def __repr__(self): print("repr"); return "R"
print(f"{F()} {F():>{w}} {F()!r} {F()!s:5}|{F()!a}")
print("%s %r %d" % (F(), l, w), "%(k)s" % d, "{} {0}".format if False else "{1} {0!r} {k}".format(l, F(), **d))
print(", ".join(str(x) for x in l), "-".join(["a", "b"]), "a,b".split(","), "x".join(d))
try: f"{v:{name}}"
except ValueError as e: print(e)
try: f"{nothing}"
except NameError as e: print(e)
try: ",".join(l)
except TypeError as e: print(e)
print(f"""{
    w +
    1}""")

### printing
class S:
    def __init__(self, n): self.n = n
    def __str__(self):
        print("<", self.n, ">", sep="")
        if self.n == 3: raise ValueError("three")
        return "S%d" % self.n
print("a", S(1), "b", S(2), sep="-", end="!\n")
print(S(1)); print(S(1), S(2), sep=None, end=None)
try: print("before", S(3), "after")
except ValueError as e: print("|", e)
try: print("x", sep=3)
except TypeError as e: print(e)
print(); print(end=""); print([S(1).n, "q"], {"a": (1, 2)}, None, True, 1.5, "é", b"b")
import sys
sys.stdout.write("written\n")
print("err", file=sys.stderr) if False else None
import io
buffer = io.StringIO()
print("in", [1], file=buffer)
print(repr(buffer.getvalue()))
import contextlib
with contextlib.redirect_stdout(io.StringIO()) as to:
    print("redirected", S(1))
print(repr(to.getvalue()))

### slots, dataclasses, enums
import dataclasses, enum, functools, collections
class S:
    __slots__ = ("a", "b")
    def __init__(self): self.a = 1
    def __getattr__(self, n): print("getattr", n); raise AttributeError(n)
s = S()
s.a += 1
s.b, s.a = s.a, 5
print(s.a, s.b)
for act in (lambda: setattr(s, "c", 1), lambda: s.c, lambda: delattr(s, "b"), lambda: s.b): attempt(act)
@dataclasses.dataclass(order=True)
class D:
    x: int
    y: list = dataclasses.field(default_factory=list, compare=False)
    z: "str" = "z"
    def __post_init__(self): self.x += 1
d = D(1); d.y.append(2); d.x *= 3
print(d, d == D(5), D(1) < D(2), dataclasses.asdict(d), dataclasses.replace(d, x=1))
@dataclasses.dataclass(frozen=True)
class Fr: a: int = 1
try: Fr().a = 2
except dataclasses.FrozenInstanceError as e: print(type(e).__name__, e)
class Color(enum.Enum):
    RED = 1
    GREEN = enum.auto()
    BOTH = (1, [2])
    def hi(self): return self.name, self.value
    @property
    def p(self): return self.value
class Fl(enum.IntFlag):
    A = 1; B = 2
    C = A | B
print(Color.RED, Color(1).hi(), list(Color), Color["GREEN"].p, Fl.C & Fl.A, Fl.A | Fl.B, Color.BOTH.value)
for bad in (lambda: Color(99), lambda: Color["zz"], lambda: setattr(Color, "RED", 2)):
    try: bad()
    except Exception as e: print(type(e).__name__)
P = collections.namedtuple("P", "x y")
p = P(1, y=2)
print(p, p._replace(x=3), p.x + p[1], [*p], P(*p) == p)
try: p.x = 3
except AttributeError as e: print(type(e).__name__)
@functools.lru_cache(maxsize=None)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(20), fib.cache_info().hits)
@functools.wraps(fib)
def w(*a): return fib(*a)
print(w.__name__, functools.reduce(lambda a, b: a + b, [1, 2, 3]), functools.partial(max, 3)(5))
class Descr:
    def __get__(self, o, t): print("get", o is None); return 1
    def __set__(self, o, v): print("set", v)
    def __delete__(self, o): print("delete")
    def __set_name__(self, o, n): print("name", o.__name__, n)
class HasD:
    d = Descr()
    def __init_subclass__(cls, **k): print("sub", cls.__name__, k)
class Sub(HasD, k=1): pass
h = Sub(); h.d; h.d = 2; h.d += 1; del h.d; Sub.d
class Meta(type):
    def __new__(m, n, b, ns, **k): print(sorted(x for x in ns if "__" not in x or "rd" in x)); return super().__new__(m, n, b, ns)
    def __call__(c, *a): print("meta call", a); return super().__call__(*a)
    def __getattr__(c, n): print("meta get", n); return n
    def __contains__(c, v): return v == 1
class M(metaclass=Meta):
    a, b = 1, 2
    c = d = [1]
    for i in range(2): pass
    def __init__(self, *a): pass
l = [1]
print(type(M(l)).__name__, M.zzz, 1 in M, M.a)

### attributes that run code
class A:
    def __init__(self): self.log = []
    def __getattr__(self, n):
        print("getattr", n)
        if n.startswith("x"): return n
        raise AttributeError("none of " + n)
    def __setattr__(self, n, v): print("setattr", n, v); object.__setattr__(self, n, v)
    def __delattr__(self, n): print("delattr", n); object.__delattr__(self, n)
a = A()
a.v = 1
print(a.v, a.xx, hasattr(a, "xy"), hasattr(a, "no"), getattr(a, "no", 5), getattr(a, "pop", 6), getattr(a, "x" + "z"))
a.v += 1
del a.v
for act in (lambda: a.no, lambda: a.pop, lambda: delattr(a, "no"), lambda: a.pop(), lambda: getattr(a, "append"), lambda: a.no.more): attempt(act)
class G:
    def __getattribute__(self, n): print("G", n); return object.__getattribute__(self, n)
g = G()
g.v = [1]
g.v += [2]
g.v[0] += 1
print(g.v, isinstance(g, G), g.v.pop())
class Cls:
    shared = []
    n = 0
    def inc(self): type(self).n += 1; self.shared.append(self.n); self.n += 1
c = Cls(); c.inc(); c.inc()
print(Cls.n, c.n, Cls.shared, vars(c), c.__dict__ is c.__dict__, c.__class__.__name__)
c.__dict__["z"] = 1; c.__dict__.update(y=2)
print(c.z, c.y, sorted(vars(c)), "z" in c.__dict__, len(vars(c)))
print(type.__name__, c.inc.__name__, Cls.inc.__qualname__, [].__class__, (1).real, "a".upper())

### iterables of one's own
class I:
    def __init__(self, n): self.n = n
    def __iter__(self): print("iter"); self.i = 0; return self
    def __next__(self):
        print("next", self.i)
        if self.i >= self.n: raise StopIteration
        self.i += 1
        return self.i
for x in I(2): print(x)
a, b = I(2)
a, *b = I(3)
print([*I(1)], list(I(1)), 1 in I(2), sum(I(2)), max(I(2)), {*I(1)}, tuple(x for x in I(1)), dict(zip(I(2), I(2))), print(*I(1)))
class Old:
    def __getitem__(self, i):
        print("item", i)
        if i > 1: raise IndexError
        return i
print(list(Old()), [x for x in Old()], 1 in Old(), [*Old()])
a, b = Old()
class Keys:
    def keys(self): print("keys"); return ["a"]
    def __getitem__(self, k): print("key", k); return 1
print({**Keys()}, dict(Keys()), dict(**Keys()))
class Len:
    def __len__(self): print("len"); return 2
    def __length_hint__(self): print("hint"); return 2
    def __iter__(self): print("iter"); return iter("ab")
print(list(Len()), len(Len()), sorted(Len()), enumerate(Len()).__next__())
some = [1, 2]
some[:1] = Len()
print(some, sorted(I(2)), max('ab', 'b'), max(I(2), default=I))
class Idx:
    def __index__(self): print("index"); return 1
print([1, 2, 3][Idx()], [1, 2, 3][Idx():], "abc"[Idx()])
l = [1, 2, 3]
l[Idx()] = 5
l[Idx()] += 1
del l[Idx()]
print(l, Idx() in [1])

### try, finally, return, break, continue
def f(n):
    for i in range(3):
        try:
            print("try", i)
            if n == 0: return "returned"
            if n == 1: break
            if n == 2: continue
            if n == 3: raise ValueError(i)
            if n == 4: 1 / 0
        except ValueError as e:
            print("except", e)
            if i == 1: return "from except"
        except ZeroDivisionError:
            try: raise KeyError("k")
            finally: print("inner finally")
        else:
            print("else")
        finally:
            print("finally")
            if n == 5: break
    else:
        return "loop else"
    return "end"
for n in range(6): attempt(lambda: f(n))
def g():
    try: return 1
    finally: return 2
def h():
    while True:
        try: return 1
        finally: break
    return 3
print(g(), h()) if True else None
def k():
    try:
        try: raise ValueError("a")
        finally: raise TypeError("b")
    except TypeError as e:
        print(repr(e.__context__))
        raise
attempt(k)
def m():
    try: raise ValueError("a")
    except: raise
attempt(m)
def n():
    try: raise ValueError("a")
    except ValueError as e:
        raise RuntimeError("c") from None
attempt(n)
i = 0
while i < 5:
    i += 1
    if i == 2: continue
    try:
        if i == 4: break
    finally: print("f", i)
else: print("not")
print(i)

### lines of errors
def f(v):
    return (v
            + 1)
def g(d):
    return d[
        "a"
    ][
        "b"
    ]
def h(o):
    return (o
            .real
            .nothing
            .more)
def i(o):
    o.append(
        1)
    o.append(
        int(
            "x"))
def j(o):
    x = [
        y.z
        for y in
        o
    ]
def k(o):
    (o
     .upper()
     .split(o)
     .nothing())
def l(o):
    o[
        0
    ] = (
        5)
def m(o):
    o.x = \
        o.y = \
        3
def n(o):
    o[0] += (
        "a")
def p(o):
    for o.x in (
            o):
        pass
def q(o):
    with (o
          ):
        pass
def r(o):
    return (1 <
            o <
            2)
def s(o):
    return (o and
            o.nothing or
            o.more)
def t(o):
    a, b = (
        o)
def u(o):
    return max(
        o,
        key=lambda x:
            x.nothing)
def v(o):
    assert (o ==
            5), \
        o.message
def w(o):
    return f"""{o
    .nothing}"""
def x(o):
    @o
    @o.nothing
    def inner(
        a=1,
        b=o.more): pass
def y(o):
    class C(
        o,
        o.nothing): pass
def z(o):
    del (o.a,
         o.b)
def aa(o):
    return o(
        1,
        2,
    )(
        3)
def bb(o):
    if (o.x if
            o.y
            else o.z): pass
def cc(o):
    while (o
           .nothing):
        pass
def dd(o):
    return (o not in
            o)
def ee(o):
    raise o.nothing(
        1) from (
        o)
def ff(o):
    return {
        "a": o.real,
        **o,
    }
def gg(o):
    return print(
        *o,
        **o)
def hh(o):
    return (lambda:
            o.nothing)()
def ii(o):
    return [
        *o,
        *o.nothing]
def jj(o):
    o.attribute: int = (
        5)
def kk(o):
    try:
        o.nothing
    except (
        o.x,
        o.y):
        pass
def ll(o):
    x = o
    def inner():
        nonlocal x
        x += (
            x.y)
    inner()
def mm(o):
    global never
    never += (
        o)
every = (f, g, h, i, j, k, l, m, n, p, q, r, s, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff, gg, hh, ii, jj, kk, ll, mm)
for each in every:
    for value in (None, 5, [1, "b"], len):
        print(each.__name__, repr(value)[:20], end=" ")
        attempt(lambda: each(value))

### tracebacks as text
import traceback
def f(v):
    return g(*[v])
def g(v):
    l = [v]
    l.append(v)
    return sorted(l, key=h)
def h(v):
    d = {}
    return d[v] + v
try:
    f(3)
except KeyError as e:
    found = traceback.extract_tb(e.__traceback__)
    print([(frame.name, frame.lineno) for frame in found])
    print([line.split(",")[1:] for line in traceback.format_exc().splitlines() if "File" in line])
d = {}
def k(): d.update(a=1, *[1, 2])
try: k()
except TypeError as e: print([(frame.name, frame.lineno) for frame in traceback.extract_tb(e.__traceback__)], e)

### vars, locals, dir
def f(a):
    b = 1
    def g(): return b
    a, b = b, a
    class O: pass
    o = O()
    o.x, o.y = 1, 2
    for o.z in "a": pass
    o.x += 1
    return sorted(locals()), dir(), sorted(vars())
print(*f(1))
class C:
    x = 1
    print(sorted(n for n in locals() if n[0] != "_" or "rd" in n), "x" in vars(), "x" in dir())
    locals()["y"] = 2
print(C.y, globals() is locals(), vars() is globals())
globals()["made"] = 3
print(made, "made" in dir(), dir(C)[-2:])
attempt(lambda: vars(5))
attempt(lambda: locals().keys())
print([vars()["made"], [n for n in sorted(globals()) if "rd_" in n]])

### objects go when they should
import weakref
class R:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n)
def f():
    a = R(1)
    a.x, b = 1, R(2)
    b.y = R(3)
    b.y = None
    b.z, c = R(4), 1
    b.z = None
    d = R(5)
    d.c = 0
    d.c += 1
    d = None
    for a.i in (1, 2): pass
    a = None
    print("end of f")
f()
def g():
    with_walrus = [r := R(6)]
    with_walrus = None
    r = None
    try: raise ValueError
    except ValueError as e: R(7)
    print("end of g")
g()

### strings, sets, sorting
print(sorted([("b", 1), ("a", 2)]), sorted({"b": 1, "a": 2}.items(), key=lambda kv: kv[1]), {1, 2} | {3}, {1, 2} - {1}, {1} ^ {2})
s = {3, 1}
s.add(2); s.discard(9); s.update([5], {6}); s.remove(1)
print(sorted(s), s.union([9]), s.issubset({2, 3, 5, 6, 7}), s.intersection([2]), s & {2}, 5 in s, len(s))
try: s.remove(99)
except KeyError as e: print(e)
l = [5, 3, 8]
print(l.pop(0), l.index(8), l.count(3), l.copy(), l[::-1], l[-1], l * 2, [0] * 3, l + [1], (1,) + (2,), "a" * 3, l.insert(0, 1), l.reverse(), l)
for bad in (lambda: l.pop(99), lambda: [].pop(), lambda: l.index(77), lambda: l.remove(77), lambda: l["a"], lambda: l[9], lambda: {}["k"], lambda: {[]: 1}, lambda: {}.popitem(), lambda: l + (1,), lambda: l < 5, lambda: -l, lambda: l[0] + "a", lambda: l @ l, lambda: [] in {}, lambda: {}[[]], lambda: set().pop(), lambda: None[0], lambda: len(5), lambda: int([]), lambda: sum(["a"]), lambda: l.sort(1)): attempt(bad)
d = {"a": 1}
print(d.pop("a"), d.pop("a", None), d.setdefault("x", []).append(1), d.get("q"), d.items(), list(d.keys()), d.values(), {**d, "z": 1}, dict(d, y=2), d | {"m": 1} if hasattr(d, "__or__") else 0)
d["x"][0] += 5; d["n"] = d["t"] = 0
d["n"], d["t"] = d["t"] + 1, d["n"] + 2
print(d, d == {"x": [6]}, d != {}, [] == [], [1] is [1], not d, "".join(reversed("abc")))
import itertools, operator, copy
print(list(itertools.chain(l, [1])), list(itertools.islice(itertools.count(), 3)), operator.itemgetter(0)(l), copy.deepcopy(d) == d, list(itertools.groupby("aab"))[0][0])
print(list(filter(None, [0, 1, 2])), list(map(lambda a, b: a + b, [1, 2], [3, 4])), any(l), all([]), min(l), sum(l, 10), round(2.567, 1), divmod(7, 2), abs(-3), zip)

### star-imports and module attributes
from math import *
import collections, string, sys
print(floor(2.5), collections.OrderedDict.__name__, string.ascii_lowercase[:3], sys.version_info >= (3, 9))
module = sys.modules["math"]
print(module.floor is floor, getattr(module, "nothing", 0), hasattr(module, "pi"))

### exit
import sys
def f():
    try: sys.exit(3)
    finally: print("bye")
try: f()
except SystemExit as e: print(e.code)
print("exit"); sys.exit("text")

### except as a global in threadlike functions
def f():
    global err
    try: raise ValueError(1)
    except ValueError as err: pass
    return "err" in globals()
print(f(), f())
def g():
    global err
    try: raise ValueError(1)
    except ValueError as err: raise
    finally: print("err" in globals())
attempt(g)
def h(e):
    try: raise ValueError(1)
    except ValueError as e: print(e)
    print(e)
attempt(lambda: h(1))
def k():
    e = 1
    def inner():
        nonlocal e
        try: raise ValueError("v")
        except ValueError as e: return repr(e)
    print(inner())
    return e
attempt(k)

### future annotations
from __future__ import annotations
import dataclasses
@dataclasses.dataclass
class Node:
    value: int
    next: Node | None = None
    tags: list[str] = dataclasses.field(default_factory=list)
n = Node(1, Node(2))
x: undefined = 1
def f(a: nothing, *b: nothing, c: nothing = 1, **d: nothing) -> nothing: return a
print(n, f.__annotations__, __annotations__, n.next.value)
n.next: Node = None
print(n)

### nested functions with many cells
def counter(start=0, *, step=1):
    count = start
    total, (first, *rest) = 0, (1, 2, 3)
    def inc(by=step):
        nonlocal count, total, first
        count += by
        total, first = total + count, first * 2
        for first in (first, first + 1): pass
        with Manager() as total: pass
        return count, total, first, rest
    def reset():
        nonlocal count
        count, old = start, count
        del_me = count
        return old
    return inc, reset, lambda: (count, total, first)
class Manager:
    def __enter__(self): return 7
    def __exit__(self, *a): pass
inc, reset, see = counter(5, step=2)
print(inc(), inc(3), see(), reset(), see())
def loops():
    fs = []
    for i in range(3):
        fs.append(lambda: i)
    for j, (k, *m) in [(1, "abc"), (2, "de")]:
        fs.append(lambda: (j, k, m))
    return [f() for f in fs], [f() for f in [lambda: z for z in range(2)]]
print(loops())
def recursion(n):
    def even(n): return True if n == 0 else odd(n - 1)
    def odd(n): return False if n == 0 else even(n - 1)
    return even(n)
print(recursion(10), recursion(7))
def gen():
    seen = []
    def note(x): seen.append(x); return x
    yield from (note(x) for x in range(3))
    yield seen
print(list(gen()))
'''

MATCH = r'''
### match at module level (3.10)
class P:
    __match_args__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y = x, y
    def __eq__(self, o): print("eq"); return NotImplemented
import enum
class E(enum.Enum): A = 1
def show(n): print("guard", n); return n != 2
values = [1, "s", [1, 2], [1, 2, 3], (5,), {"k": 1, "z": 2}, P(1, 2), P(3, [4]), None, E.A, {"k": [7]}, 2.5, 2, [], {}]
for value in values:
    match value:
        case 1: print("one")
        case str() as text: print("str", text)
        case [a, b]: print("two", a, b)
        case [a, *rest] if len(rest) > 1 and show(len(rest)): print("rest", a, rest)
        case [a, *rest] if show(2): print("never")
        case (a,) : print("single", a)
        case {"k": [inner]}: print("nested", inner)
        case {"k": k, **others}: print("map", k, others)
        case P(x, [y]) | P(x=x, y=int(y)): print("point", x, y)
        case None | True: print("none")
        case E.A: print("enum")
        case float(n) | int(n) if n > 2: print("number", n)
        case [] | {}: print("empty", value)
        case _: print("other", value)
print(sorted(n for n in globals() if n.strip("_") == n or "rd" in n))
def f(v):
    global captured, also
    match v:
        case [captured, also] if captured > also: return 1
        case {"a": captured, **also}: return 2
        case captured: return 3
print(f([2, 1]), captured, also, f([1, 2]), captured, f({"a": 0, "b": 1}), also, f(5), captured)
def g(v):
    def inner(): return a, b
    match v:
        case (a, *b): return inner()
        case a: b = 0; return inner()
print(g([1, 2]), g(3), sorted(globals().keys() & {"a", "b"}))
def h(v):
    match v:
        case [x, y]: pass
        case x: y = 0
    return sorted(locals())
print(h([1, 2]), h(1))
match values:
    case [first, *_, last]: print(first, last)
match 5, 6:
    case q, r if q > r: print("no")
    case q, r: print(q, r)
def bad(v):
    match v:
        case [x,
              y] if x.nothing:
            return 1
        case P(x=1, nothing=2): return 2
        case P(1, 2, 3): return 3
        case z: z.more
for value in ([1, 2], P(1, 2), 5): attempt(lambda: bad(value))
'''

GROUPS = r'''
### exception groups (3.11)
def f():
    global g
    try: raise ExceptionGroup("eg", [ValueError(1), TypeError(2), ExceptionGroup("in", [ValueError(3)])])
    except* ValueError as g: print(repr(g), "g" in globals())
    except* TypeError as e: print(repr(e))
    print("g" in globals())
f()
try:
    try: raise ValueError("plain")
    except* ValueError as e: raise RuntimeError("new")
except ExceptionGroup as eg: print(repr(eg), repr(eg.__cause__))
except RuntimeError as e: print(repr(e), repr(e.__context__))
def star(d): return d[*"ab"] if False else d[("a", *"b")]
print(star({("a", "b"): 1}))
'''

PARAMETERS = r'''
### type parameters (3.12)
class Box[T]:
    def __init__(self, v: T): self.v = v
    def get(self) -> T: return self.v
    def map[U](self, f) -> "Box[U]": return Box(f(self.v))
class Sub[T: int](Box[T]):
    shared = []
    def get(self): return super().get(), __class__.__name__
type Alias[K] = dict[K, list[K]]
type Plain = list[Later]
Later = int
def first[T](l: list[T], d: T = None, *rest: T) -> T:
    x = 1
    def inner(): return T, x
    return l[0] if l else d, inner()[1]
def late():
    global made
    def made[T](x: T) -> T: return x
    class Local[T]:
        t = [T for _ in range(1)]
        def m(self): return T
    return Local.t[0] is Local().m()
print(Box(1).get(), Box(2).map(lambda v: v + 1).v, Sub(3).get(), first([1]), late(), made(4), Alias[int], Plain.__value__)
print(Box.__type_params__, first.__type_params__, f"{'nested' + f"{1 + 1}"}", Sub.__orig_bases__)
'''


def programs():
    """Returns pairs of name and source."""
    text = TEXT
    if sys.version_info >= (3, 10):
        text += MATCH
    if sys.version_info >= (3, 11):
        text += GROUPS
    if sys.version_info >= (3, 12):
        text += PARAMETERS
    found = []
    for part in re.split(r"^### ", text, flags=re.M)[1:]:
        name, source = part.split("\n", 1)
        helped = source if "from __future__" in source else source + "\n"
        if "attempt(" in source or "lines(" in source:
            helped = LINES + source
        found.append((name.replace(" ", "-"), helped))
    return found
