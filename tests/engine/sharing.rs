//! Whatever looks at something that threads share, in whatever way Python has for it, conflicts with what changes it.
//!
//! Of each pair of acts both orders are seen. `library.rs` has the functions and methods that do such things.

use raceday::explore::Unfinished;

use super::pythons::explored_by;
use super::pythons::interpreters;
use super::pythons::scenario;
use super::pythons::worker;

const PREAMBLE: &str = "
import argparse, array, bisect, collections, concurrent.futures, configparser, contextlib, copy, dataclasses, decimal, difflib, enum, functools, hashlib, heapq, io
import itertools, json, logging, operator, queue, random, shlex, string, sys, textwrap, threading, types, weakref, xml.etree.ElementTree
import __main__
class Meta(type):
    count = 1
    @property
    def total(cls): return cls.count
class K(metaclass=Meta): pass
class C:
    kind = 1
    def __init__(self): self.y = 1
    @property
    def p(self): return self.y
    @p.setter
    def p(self, value): self.y = value
    def get(self): return self.y
class Slots:
    __slots__ = ('y',)
    def __init__(self): self.y = 1
class Hooked:
    def __setattr__(self, name, value): object.__setattr__(self, name, value)
    def __getattr__(self, name): return 0
class Super:
    def __setattr__(self, name, value): super().__setattr__(name, value)
    def __getattr__(self, name): return 0
class Own:
    def __setattr__(self, name, value): self.__dict__[name] = value
    def __getattr__(self, name): return 0
class Record(dict):
    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__
    __delattr__ = dict.__delitem__
class Heir(C):
    kind = 2
    def inherited(self): return super().kind
class Guarded(C):
    def __getattribute__(self, name): return object.__getattribute__(self, name)
class Shown(C):
    def __getattribute__(self, name): return super().__getattribute__(name)
@dataclasses.dataclass(order=True)
class P:
    x: int = 1
    l: list = dataclasses.field(default_factory=list)
N = collections.namedtuple('N', 'a')
r = []
";

/// What there is, what one thread does, and an expression that another evaluates.
const ACTS: &[(&str, &str, &str)] = &[
    // Operators.
    ("q=[1]", "q.append(2)", "q * 2"),
    ("q=[1]", "q.append(2)", "2 * q"),
    ("q=[1]", "q.append(2)", "[0] + q"),
    ("q=[1]", "q.append(2)", "q[:]"),
    ("q=[1]", "q.append(2)", "(q,) == ([1],)"),
    ("q=[1]", "q.append(2)", "q in [[1]]"),
    ("q=[1]", "q.append(2)", "[1] == q == [1]"),
    ("q=[1]", "q.append(2)", "q < [1, 2]"),
    ("q=[1]", "q.append(2)", "get() + [3]"),
    ("q=[1]", "q.append(2)", "get() == [1]"),
    ("q=[1]", "q.append(2)", "not q[1:]"),
    ("q=[1]", "x = q; x *= 2", "len(q)"),
    ("q=[1]", "x = q; x += [2]", "len(q)"),
    ("q={1:1}", "q[2]=2", "{**q}"),
    ("q={1:1}", "q[2]=2", "{} | q if hasattr(dict, '__or__') else dict(q)"),
    ("q={1:1}", "q[2]=2", "2 in q.values()"),
    ("q={1:1}", "q[2]=2", "(2, 2) in q.items()"),
    ("q={1:1}", "q[2]=2", "q.keys() == {1}"),
    ("q={1:1}", "q[2]=2", "q.keys() - {1}"),
    ("q={1:1}", "q[2]=2", "len(q.items())"),
    ("q={1:1}", "q[2]=2", "(lambda **k: len(k))(**{str(k): v for k, v in q.items()}) if 0 else sorted(q)"),
    ("q={1}", "x = q; x |= {2}", "q | {3}"),
    ("q={1}", "q.add(2)", "{1} >= q"),
    // Unpacking and loops.
    ("q=[1]", "q.append(2)", "[*q]"),
    ("q=[1]", "q.append(2)", "(lambda *a: a)(*q)"),
    ("q=[[1]]", "q[0][0]=2", "[x for (x,) in q]"),
    ("q=[[1]]", "q[0].append(2)", "list(map(len, q))"),
    ("q=[[], []]", "q[0].append(1)", "len(list(filter(None, q)))"),
    ("q=[[]]", "q[0].append(1)", "any(q)"),
    ("q=[[1], [0]]", "q[0][0]=-1", "sorted(q)[0] is q[0]"),
    ("q=[[1], [0]]", "q[0][0]=-1", "sorted(q, key=lambda each: each)[0] is q[0]"),
    ("q=[[1], [0]]", "q[0][0]=-1", "min(q, key=lambda each: (1, each)) is q[0]"),
    ("q=[[1], [0]]", "q[0][0]=9", "max([2], [0], key=lambda each: q[0] if each == [0] else each) == [2]"),
    ("q=[C(), C()]", "q[0].y=5", "(lambda l: (l.sort(key=operator.attrgetter('y')), l[0] is q[0])[1])(q[:])"),
    ("q=[C(), C()]", "q[0].y=5", "sorted(q, key=operator.attrgetter('y'))[0] is q[0]"),
    ("q=[C(), C()]", "q[0].y=5", "operator.attrgetter('y', 'kind')(q[0])"),
    ("q=[C(), C()]", "q[0].y=5", "len(list(itertools.groupby(q, operator.attrgetter('y'))))"),
    ("q=[C(), C()]", "q[0].y=5", "len(list(itertools.groupby(q, key=operator.attrgetter('y'))))"),
    ("q=[{1: 1}, {1: 1}]", "q[0][1]=5", "len(list(itertools.groupby(q, key=operator.itemgetter(1))))"),
    ("q=[{1: 1}, {1: 1}]", "q[0][1]=0", "len(list(itertools.takewhile(operator.itemgetter(1), q)))"),
    ("q=[[1], [2]]", "q[0].append(5)", "len(list(itertools.groupby(q, key=len)))"),
    ("q=C(); q.r=C()", "q.r.y=5", "operator.attrgetter('r.y')(q)"),
    ("q=[types.SimpleNamespace(a=1), types.SimpleNamespace(a=1)]", "q[0].a=2", "q.index(q[1])"),
    ("q={'a': [1]}", "q['b']=[2]", "sorted(q)"),
    ("q={'a': [1]}", "q['b']=[2]", "dict(q)"),
    ("q={'a': [1]}", "q['b']=[2]", "copy.copy(q)"),
    ("q=C()", "q.y=2", "copy.copy(q).y"),
    ("q=C(); q.kind=5", "C.kind=property(lambda self: 3)", "q.kind"),
    ("q=C(); q.kind=5", "del q.kind", "q.kind"),
    ("q=types.SimpleNamespace(a=1)", "q.a=2", "copy.copy(q)"),
    ("q=[[1], [0]]", "q[1][0]=5", "q.count([0])"),
    ("q=[[1]]", "q[0].append(2)", "list(itertools.chain.from_iterable(q))"),
    ("q=[[1]]", "q[0].append(2)", "sum(q, [])"),
    ("q=[[1]]", "q[0][0]=2", "list(zip(*q))"),
    ("q=[1]", "q.append(2)", "(lambda t: (t.__setitem__(slice(1, None), q), t)[1])([0])"),
    ("q=[1]", "q[0:0]=[2]", "q[0]"),
    ("q=[1]", "q[0]=2", "f'{q[0]}'"),
    // Objects whose text and comparison Python writes itself.
    ("q=P()", "q.x=2", "repr(q)"),
    ("q=P()", "q.x=2", "f'{q}'"),
    ("q=P()", "q.x=2", "str([q])"),
    ("q=P()", "q.x=2", "q == P()"),
    ("q=P()", "q.x=0", "P() > q"),
    ("q=P()", "q.x=2", "dataclasses.asdict(q)"),
    ("q=P()", "q.x=2", "dataclasses.replace(q).x"),
    ("q=P()", "q.l.append(1)", "str(q)"),
    // What compares them got them one by one.
    ("q=P()", "q.x=-1", "sorted(each for each in (P(0), q))[0] is q"),
    ("q=P()", "q.x=-1", "min(map(lambda each: each, (P(0), q))) is q"),
    ("q=P()", "q.x=-1", "max((each, 1) for each in (P(0), q))[0] is q"),
    ("q=P()", "q.x=-1", "(lambda h: (heapq.heappush(h, P(0)), heapq.heappush(h, q), h[0] is q))([])"),
    ("q=P()", "q.x=-1", "bisect.bisect([P(0)], q)"),
    ("q=N([])", "q.a.append(1)", "str(q)"),
    ("q=types.SimpleNamespace(x=1)", "q.x=2", "repr(q)"),
    ("q=C()", "q.y=2", "copy.copy(q).y"),
    ("q=C()", "q.y=2", "copy.deepcopy(q).y"),
    ("q=C()", "q.y=2", "'{0.y}'.format(q)"),
    ("q=C()", "q.y=2", "operator.attrgetter('y')(q)"),
    // Attributes.
    ("q=C()", "q.p=2", "q.p"),
    ("q=C()", "C.kind=2", "q.kind"),
    ("q=C()", "q.kind=2", "q.kind"),
    ("q=C()", "setattr(q,'y',2)", "getattr(q,'y')"),
    ("q=C()", "q.__dict__['y']=2", "q.y"),
    ("q=C()", "q.__dict__.update(y=2)", "q.y"),
    ("q=C()", "vars(q).pop('y')", "hasattr(q,'y')"),
    ("q=C()", "q.y=2", "vars(q)['y']"),
    ("q=C()", "object.__setattr__(q,'y',2)", "q.y"),
    ("q=C()", "object.__delattr__(q,'y')", "hasattr(q,'y')"),
    ("q=Slots()", "q.y=2", "q.y"),
    ("q=Hooked()", "q.y=2", "q.y"),
    ("q=Super()", "q.y=2", "q.y"),
    ("q=Own()", "q.y=2", "q.y"),
    ("q=1", "globals()['q']=2", "q"),
    ("q=1", "globals().update(q=2)", "q"),
    ("q=1", "global q; q=2", "globals()['q']"),
    ("q=[1]", "q.append(2)", "said(q)"),
    ("q={1:1}", "q[2]=2", "2 in q.keys()"),
    // Functions that others are given to call, and the things that methods belong to.
    ("q=C()", "q.y=2", "max([C(), q], key=operator.attrgetter('y')) is q"),
    ("q=[1]; total=functools.partial(sum, q)", "q.append(2)", "total()"),
    ("q=[1]", "q.append(2)", "functools.partial(functools.partial(len), q)()"),
    ("q=[1]; add=functools.partial(list.append, q)", "add(2)", "len(q)"),
    ("q=[1]", "q.append(2)", "len(functools.reduce(operator.add, [q, [3]]))"),
    ("q=itertools.count(); after=q.__next__", "after()", "after()"),
    ("q=io.StringIO(); write=q.write", "write('a')", "q.getvalue()"),
    ("q=array.array('i'); add=q.append", "add(1)", "list(q)"),
    ("q={1: 1}; here=q.keys", "q[2]=2", "here().isdisjoint({2})"),
    ("q=[1]; size=q.__len__", "q.append(2)", "size()"),
    ("q=['a']", "q.append('b')", "str.join(',', q)"),
    ("q=['a']", "q.append('b')", "shlex.join(q)"),
    // Texts that are not written there.
    ("q=[1]; form='%s'", "q.append(2)", "form % (q,)"),
    ("q={'a': 1}; form='%(a)s'", "q['a']=2", "form % q"),
    ("q=P(); form='%s'", "q.x=2", "form % q"),
    // Comparisons of what is in a list.
    ("q=[1]; p=[q, [2]]", "q[0]=5", "(p.sort(), p[0] is q)[1]"),
    ("q=[1]; p=[[5], q]", "q[0]=5", "p.index([5]) + p.count([5])"),
    // Attributes that a class has too, as code, and keys that are equal.
    ("q=C()", "q.get=lambda: 5", "q.get()"),
    ("class E(str, enum.Enum): A='a'\nq={'a': 1}", "q['a']=2", "q[E.A]"),
    ("class E(enum.IntEnum): A=1\nq={1: 1}", "q[1]=2", "q[E.A]"),
    ("q={1: 1}", "q[decimal.Decimal(1)]=2", "q[1]"),
    ("q={(1, 2): 1}", "q[1.0, 2]=2", "q[1, 2]"),
    // What models say of themselves.
    ("q=threading.Lock()", "q.acquire()", "repr(q).split()[0]"),
    ("q=threading.RLock()", "q.acquire()", "repr(q).split()[0]"),
    ("q=concurrent.futures.Future()", "q.set_result(1)", "repr(q)[-20:]"),
    ("q=threading.Thread(name='a')", "q.name='b'", "q.name"),
    ("q=threading.Thread(target=int)", "q.start()", "q.ident is None"),
    // What is opaque.
    ("q=iter([1, 2])", "next(q)", "next(q)"),
    ("q=itertools.count()", "next(q)", "next(q)"),
    ("q=itertools.count()", "q.__next__()", "q.__next__()"),
    ("q=itertools.cycle('ab')", "next(q)", "list(zip(q, [0]))"),
    ("q=array.array('i', [1])", "q.append(2)", "list(q)"),
    ("q=hashlib.sha256()", "q.update(b'a')", "q.hexdigest()[:4]"),
    ("q=xml.etree.ElementTree.Element('r')", "q.append(xml.etree.ElementTree.Element('a'))", "len(q)"),
    ("q=configparser.ConfigParser()", "q.add_section('a')", "q.sections()"),
    ("q=array.array('i', [1])", "q[0]=2", "q[0]"),
    ("q=io.StringIO()", "q.write('x')", "q.getvalue()"),
    ("q=io.StringIO()", "print('x', file=q)", "q.getvalue()"),
    ("q=collections.UserDict(a=1)", "q['a']=2", "q['a']"),
    ("q=collections.UserList()", "q.append(1)", "len(q)"),
    ("q=collections.ChainMap({})", "q['a']=1", "q.get('a')"),
    ("q=random.Random(1)", "q.random()", "q.random()"),
    ("q=collections.UserDict(a=1)", "q['a']=2", "sorted(q.items())"),
    ("d={}; q=collections.ChainMap({}, d)", "d['a']=1", "q.get('a', 0)"),
    ("d={}; q=collections.ChainMap(d)", "q.update(a=1)", "d.get('a')"),
    ("q=C", "C.kind=3", "operator.attrgetter('kind')(q)"),
    // Whatever else the library has that changes.
    ("q=textwrap.TextWrapper(width=10)", "q.width=2", "len(q.wrap('aa bb'))"),
    ("q=decimal.Context(prec=3)", "q.prec=5", "q.divide(1, 3)"),
    ("q=decimal.Context(prec=3)", "q.prec=5", "q.prec"),
    ("q=difflib.SequenceMatcher(None, 'abc', 'abd')", "q.set_seq2('abc')", "q.ratio()"),
    ("q=argparse.Namespace(n=0)", "q.n=1", "str(q)"),
    ("q=argparse.ArgumentParser()", "q.add_argument('-a')", "len(q.parse_args([]).__dict__)"),
    ("q=string.Template('$a')", "q.template='b'", "q.substitute(a=1)"),
    ("q=types.SimpleNamespace(n=0)", "q.n=1", "vars(q)['n']"),
    ("q=types.SimpleNamespace()", "q.n=1", "vars(q).get('n')"),
    ("q=ValueError(); q.n=0", "q.n=1", "q.n"),
    ("q=logging.getLogger('a')", "q.disabled=True", "caught(q)"),
    ("q=logging.getLogger('a')", "q.propagate=False", "caught(q)"),
    // Attributes that a class has from its own class.
    ("q=K", "Meta.count=2", "K.count"),
    ("q=K", "Meta.count=2", "K.total"),
    ("q=K", "K.count=2", "K.total"),
    ("q=K", "del Meta.count", "hasattr(K, 'count')"),
    ("q=K", "Meta.more=2", "hasattr(K, 'more')"),
    // Attributes that are code.
    ("q=C()", "C.get=lambda self: 2", "q.get()"),
    ("q=C()", "C.p=2", "q.p"),
    ("q=C()", "del C.p", "hasattr(q, 'p')"),
    // Attributes by other ways.
    ("q=Record(y=1)", "q.y=2", "q['y']"),
    ("q=Record(y=1)", "q['y']=2", "q.y"),
    ("q=Record(y=1)", "del q.y", "'y' in q"),
    ("q=Heir()", "C.kind=3", "q.inherited()"),
    ("q=Guarded()", "q.y=2", "q.y"),
    ("q=Shown()", "q.y=2", "q.y"),
    ("q=C()", "q.y=2", "object.__getattribute__(q, 'y')"),
    ("q=1", "sys.modules[__name__].q=2", "q"),
    ("q=1", "global q; q=2", "sys.modules['__main__'].q"),
    ("q=1", "__main__.q=2", "q"),
    ("q=1", "setattr(__main__, 'q', 2)", "getattr(__main__, 'q')"),
    // Which attributes there are.
    ("q=C()", "q.z=2", "len(vars(q))"),
    ("q=C()", "q.z=2", "list(vars(q))"),
    ("q=C()", "q.z=2", "'z' in q.__dict__"),
    ("q=C()", "del q.y", "bool(vars(q))"),
    ("q=C()", "q.z=2", "'z' in dir(q)"),
    ("q=C()", "q.y=2", "json.dumps(vars(q))"),
    ("q=C()", "q.__dict__={'y': 2}", "q.y"),
    ("q=C()", "q.__dict__ |= {'y': 2} if hasattr(dict, '__or__') else q.__dict__.update(y=2) or {}", "q.y"),
    ("d={'y': 1}; q=C(); q.__dict__=d; p=C(); p.__dict__=d", "p.y=2", "q.y"),
    ("d={'y': 1}; q=C(); q.__dict__=d", "d['y']=2", "q.y"),
    ("q=1", "global other; other=2", "len(globals())"),
    // Weak proxies.
    ("o=C(); q=weakref.proxy(o)", "q.y=2", "o.y"),
    ("o=C(); q=weakref.proxy(o)", "o.y=2", "q.y"),
    ("o=C(); q=weakref.proxy(o)", "q.y+=1", "q.get()"),
    ("o=C(); q=weakref.proxy(o)", "del q.y", "hasattr(o, 'y')"),
    ("o=C(); q=weakref.proxy(o)", "vars(q)['y']=2", "o.y"),
    ("o=C(); q=weakref.proxy(o)", "setattr(q, 'y', 2)", "getattr(q, 'y')"),
    ("o=set(); q=weakref.proxy(o)", "q.add(1)", "len(o)"),
    ("o=set(); q=weakref.proxy(o)", "o.add(1)", "1 in q"),
    ("o=set(); q=weakref.proxy(o)", "o.add(1)", "sorted(q)"),
    ("o=set(); q=weakref.proxy(o)", "o.add(1)", "[each for each in q]"),
    ("o=set(); q=weakref.proxy(o)", "o.add(1)", "bool(q)"),
    ("o=collections.Counter(); q=weakref.proxy(o)", "q['a']=2", "o['a']"),
    // What stands for bytes.
    ("q=bytearray(b'a')", "memoryview(q)[0]=66", "q[0]"),
    ("q=bytearray(b'a'); m=memoryview(q)", "q[0]=66", "m[0]"),
    ("q=bytearray(b'ab'); m=memoryview(q)[1:]", "m[0]=66", "q[1]"),
    ("q=bytearray(b'a'); m=memoryview(q)", "m[0]=66", "m.tobytes()"),
    ("q=bytearray(b'a'); m=memoryview(q)", "m[0]=66", "list(m)"),
    ("q=bytearray(b'a'); m=memoryview(q)", "m[0]=66", "m == b'a'"),
    ("q=bytearray(b'a'); m=memoryview(q)", "m[0]+=1", "q.decode()"),
    ("q=bytearray(b'a')", "q[0]=66", "q == b'a'"),
    ("q=bytearray(b'a')", "q[0]=66", "q.upper()"),
    ("q=array.array('i', [1]); m=memoryview(q)", "m[0]=66", "q[0]"),
    // What is within a queue.
    ("q=queue.Queue()", "q.put(1)", "len(q.queue)"),
    ("q=queue.Queue()", "q.put_nowait(1)", "list(q.queue)"),
    ("q=queue.Queue(); q.put(1)", "q.get()", "1 in q.queue"),
    ("q=queue.PriorityQueue(); q.put(1)", "q.put(0)", "q.queue[0]"),
    ("q=queue.LifoQueue(); q.put(1)", "q.get()", "bool(q.queue)"),
    ("q=queue.Queue(); q.put(1)", "q.task_done()", "q.unfinished_tasks"),
    // Rows that are unpacked within rows.
    ("q=[(1, [1, 2])]", "q[0][1][0]=5", "[(i, a, b) for i, (c, (a, b)) in enumerate(q)]"),
    ("q=[[1, 2]]", "q[0][0]=5", "[(i, a, b) for i, (a, b) in enumerate(q)]"),
    ("q=[[1, 2]]", "q[0][0]=5", "[(i, a, b) for i, (a, b) in zip([1], q)]"),
    ("q=[[1, 2]]", "q[0][0]=5", "[(a, b) for a, b in reversed(q)]"),
    ("q=[[1, 2]]", "q[0][0]=5", "[(a, b) for a, b in (each for each in q)]"),
    ("q=[[1, 2]]", "q[0][0]=5", "[(a, b) for a, b in itertools.chain(q)]"),
    ("q={'k': [1, 2]}", "q['k'][0]=5", "[(k, a, b) for k, (a, *b) in q.items()]"),
    ("q=[[1, 2]]", "q[0][0]=5", "dict(q)"),
];

/// Special methods, called by name: they do what the operators do that call them.
const BY_NAME: &[(&str, &str, &str)] = &[
    ("q=C()", "q.__setattr__('y',2)", "q.y"),
    ("q=C()", "q.__delattr__('y')", "hasattr(q,'y')"),
    ("q=C()", "q.y=2", "q.__getattribute__('y')"),
    ("q=C()", "q.__init__() or q.__setattr__('y',3)", "q.y"),
    ("q=Slots()", "q.__setattr__('y',2)", "q.y"),
    ("q=Slots()", "q.__delattr__('y')", "hasattr(q,'y')"),
    ("q=Slots()", "q.y=2", "q.__getattribute__('y')"),
    ("q=C()", "q.__dict__.__setitem__('y',2)", "q.y"),
    ("q=C", "type.__setattr__(q,'kind',2)", "q.kind"),
    ("q=C", "q.__class__.__setattr__(q,'kind',2)", "C().kind"),
    ("q=C", "type.__delattr__(q,'kind')", "hasattr(q,'kind')"),
    ("q=C", "q.kind=2", "type.__getattribute__(q,'kind')"),
    ("q=types.SimpleNamespace(a=1)", "q.__init__(a=2)", "q.a"),
    ("q=types.SimpleNamespace(a=1)", "q.__init__(b=1)", "str(q)"),
    ("q=types.SimpleNamespace(a=1)", "q.__init__(b=1)", "q.__repr__()"),
    ("q=types.SimpleNamespace(a=1)", "q.a=2", "q.__eq__(types.SimpleNamespace(a=1))"),
    ("q=types.SimpleNamespace(a=1)", "types.SimpleNamespace.__init__(q, a=2)", "q.a"),
    ("q=types.SimpleNamespace(a=1)", "q.__setattr__('a', 2)", "q.a"),
    ("q=argparse.Namespace(a=1)", "q.__init__(a=2)", "q.a"),
    ("q=[1]", "q.__init__()", "q[:]"),
    ("q=[1]", "list.__init__(q)", "q[:]"),
    ("q=[1]", "list.__init__(q, (2, 3))", "q[0]"),
    ("q=[1]", "q.append(2)", "q.__len__()"),
    ("q=[1]", "q.__iadd__([2])", "q.__len__()"),
    ("q=[1]", "q.__imul__(2)", "q.__len__()"),
    ("q=[1]", "q.__setitem__(0, 2)", "q.__getitem__(0)"),
    ("q=[1]", "q.__delitem__(0)", "q.__contains__(1)"),
    ("q=[1]", "q.append(2)", "q.__add__([3])"),
    ("q=[1]", "q.append(2)", "[3].__add__(q)"),
    ("q=[1]", "q.append(2)", "q.__mul__(2)"),
    ("q=[1]", "q.append(2)", "q.__rmul__(2)"),
    ("q=[1]", "q.append(2)", "q.__eq__([1])"),
    ("q=[1]", "q.append(2)", "q.__ne__([1])"),
    ("q=[1]", "q.append(2)", "q.__lt__([1, 2])"),
    ("q=[1]", "q.append(2)", "q.__repr__()"),
    ("q=[1]", "q.append(2)", "q.__str__()"),
    ("q=[1]", "q.append(2)", "q.__format__('')"),
    ("q=[1]", "q.insert(0, 2)", "next(q.__iter__())"),
    ("q=[1]", "q.insert(0, 2)", "q.__iter__().__next__()"),
    ("q=[1]\ni=iter(q)", "q.insert(0, 2)", "i.__next__()"),
    ("q=[1]", "q.append(2)", "list.__len__(q)"),
    ("q=[1]", "q.append(2)", "list.__eq__(q, [1])"),
    ("q=[1]", "q.append(2)", "list.__repr__(q)"),
    ("q=[1]", "q.append(2)", "list(list.__iter__(q))"),
    ("q=[1]", "q.append(2)", "list.__add__(q, [3])"),
    ("q={'a':1}", "q.__init__(a=2)", "q['a']"),
    ("q={'a':1}", "q.__init__(b=2)", "len(q)"),
    ("q={'a':1}", "q.__init__({'a': 2})", "q['a']"),
    ("q={'a':1}", "dict.__init__(q, b=2)", "len(q)"),
    ("q={'a':1}", "q.__ior__({'b': 2})", "len(q)"),
    ("q={'a':1}", "q.__setitem__('b', 1)", "q.__len__()"),
    ("q={'a':1}", "q.__delitem__('a')", "q.__contains__('a')"),
    ("q={'a':1}", "q.update(b=1)", "q.__or__({})"),
    ("q={'a':1}", "q.update(b=1)", "{}.__or__(q)"),
    ("q={'a':1}", "q.update(b=1)", "q.__ror__({})"),
    ("q={'a':1}", "q.update(b=1)", "q.__eq__({'a':1})"),
    ("q={'a':1}", "q.update(b=1)", "q.__repr__()"),
    ("q={'a':1}", "q.update(b=1)", "q.keys().__len__()"),
    ("q={'a':1}", "q.update(b=1)", "q.keys().__contains__('b')"),
    ("q={'a':1}", "q.update(b=1)", "q.values().__repr__()"),
    ("q={'a':1}", "q.update(b=1)", "q.keys().__and__({'b'})"),
    ("q={'a':1}", "q.update(b=1)", "q.__sizeof__() and len(q)"),
    ("q=collections.defaultdict(int)", "q.__missing__('a')", "len(q)"),
    ("q=collections.defaultdict(int)", "q.__init__(list)", "type(q['z'])"),
    ("q=collections.Counter('a')", "q.__init__('ab')", "q['a']"),
    ("q=collections.Counter('a')", "q.__iadd__(collections.Counter('a'))", "q['a']"),
    ("q=collections.Counter('a')", "q['a']=5", "q.__missing__('b') + q.__add__(collections.Counter())['a']"),
    ("q=collections.OrderedDict(a=1)", "q.__init__(b=2)", "len(q)"),
    ("q=collections.deque((1,))", "q.__init__()", "list(q)"),
    ("q=collections.deque((1,))", "q.__init__((3,), 1)", "list(q)"),
    ("q=collections.deque((1,))", "q.append(2)", "q.__len__()"),
    ("q=collections.deque((1,))", "q.append(2)", "q.__copy__()"),
    ("q=collections.deque((1,))", "q.append(2)", "q.__add__(q)"),
    ("q={1}", "q.__init__((2, 3))", "len(q)"),
    ("q={1}", "q.__ior__({2})", "len(q)"),
    ("q={1}", "q.__isub__({1})", "len(q)"),
    ("q={1}", "q.__iand__({2})", "len(q)"),
    ("q={1}", "q.__ixor__({1})", "len(q)"),
    ("q={1}", "q.add(2)", "q.__or__({3})"),
    ("q={1}", "q.add(2)", "{3}.__or__(q)"),
    ("q={1}", "q.add(2)", "q.__ror__({3})"),
    ("q={1}", "q.add(2)", "q.__sub__({1})"),
    ("q={1}", "q.add(2)", "q.__and__({2})"),
    ("q={1}", "q.add(2)", "q.__le__({1})"),
    ("q={1}", "q.add(2)", "q.__eq__({1})"),
    ("q={1}", "q.add(2)", "q.__contains__(2)"),
    ("q={1}", "set.__init__(q, (2, 3))", "len(q)"),
    ("q=bytearray(b'a')", "q.__init__(b'bc')", "q[0]"),
    ("q=bytearray(b'a')", "q.__iadd__(b'bc')", "q.__len__()"),
    ("q=bytearray(b'a')", "q.__setitem__(0, 5)", "q.__getitem__(0)"),
    ("q=bytearray(b'a')", "q.append(5)", "q.__repr__()"),
    ("q=array.array('i', [1])", "q.__setitem__(0, 5)", "q.__getitem__(0)"),
    ("q=array.array('i', [1])", "q.__iadd__(array.array('i', [1]))", "q.__len__()"),
    ("q=threading.Lock()", "q.__enter__()", "q.locked()"),
    ("q=threading.Lock()\nq.acquire()", "q.__exit__(None, None, None)", "q.locked()"),
    ("q=threading.Semaphore(1)", "q.__enter__()", "q.acquire(False)"),
    ("q=threading.Lock()", "with q: pass", "q.__enter__()"),
    ("q=1", "global q\n    q=2", "__main__.__getattribute__('q')"),
    ("q=1", "__main__.__setattr__('q', 2)", "q"),
    ("q=1", "__main__.__delattr__('q')", "'q' in globals()"),
    ("q=1", "globals().__setitem__('q', 2)", "q"),
    ("q=1", "global q\n    q=2", "globals().__getitem__('q')"),
    ("q=types.ModuleType('m')\nq.a=1", "q.__setattr__('a', 2)", "q.a"),
    ("q=string", "q.__setattr__('digits', '1')", "string.digits"),
    ("q=string", "string.digits='1'", "q.__getattribute__('digits')"),
    ("q=iter([1,2,3])", "q.__next__()", "q.__next__()"),
    ("q=itertools.count()", "q.__next__()", "next(q)"),
    ("q=collections.UserDict(a=1)", "q.__setitem__('a', 2)", "q.__getitem__('a')"),
    ("q=collections.UserList([1])", "q.__iadd__([2])", "q.__len__()"),
    ("q=collections.ChainMap({'a':1})", "q.__setitem__('a', 2)", "q.__getitem__('a')"),
    ("q=collections.ChainMap({'a':1})", "q.__init__({'a':2})", "q['a']"),
    ("q=Record(a=1)", "q.__setattr__('a', 2)", "q['a']"),
    ("q=Record(a=1)", "q.__setitem__('a', 2)", "q.a"),
    ("q=Record(a=1)", "q['a']=2", "q.__getattr__('a')"),
    ("q=Hooked()", "q.__setattr__('y', 2)", "q.y"),
    ("q=Super()", "q.__setattr__('y', 2)", "q.y"),
    ("q=Own()", "q.__setattr__('y', 2)", "q.y"),
    ("q=Guarded()", "q.y=2", "q.__getattribute__('y')"),
    ("q=P()", "q.x=2", "q.__eq__(P())"),
    ("q=P()", "q.x=2", "q.__repr__()"),
    ("q=P()", "q.x=2", "q.__lt__(P(2))"),
    ("q=P()", "q.x=2", "q.__format__('')"),
    ("q=P()", "q.x=2", "q.__str__()"),
    ("q=C()", "q.y=2", "q.__dir__() and q.y"),
    ("q=C()", "q.z=2", "'z' in q.__dir__()"),
    ("q=C()", "C.p.__set__(q, 2)", "q.y"),
    ("q=C()", "q.y=2", "C.p.__get__(q)"),
    ("q=[1]", "f = q.__init__\n    f()", "q[:]"),
    ("q=C()", "f = q.__setattr__\n    f('y', 2)", "q.y"),
    ("q=C()", "list(map(q.__setattr__, ['y'], [2]))", "q.y"),
    ("q=C()", "functools.partial(q.__setattr__, 'y', 2)()", "q.y"),
    ("q=ValueError(1)", "q.__setattr__('y', 2)", "hasattr(q, 'y')"),
    ("q=C()\np=weakref.proxy(q)", "q.y=2", "p.__getattribute__('y')"),
    ("d={'a':1}\nq=types.MappingProxyType(d)", "d.update(b=2)", "q.__len__()"),
    ("d={'a':1}\nq=types.MappingProxyType(d)", "d.update(b=2)", "q.__contains__('b')"),
    ("q=[[1]]", "q[0].__init__()", "q.__repr__()"),
    ("q=[[1]]", "q[0].append(2)", "q.__eq__([[1]])"),
    ("q=([1],)", "q[0].append(2)", "q.__eq__(([1],))"),
    ("q=([1],)", "q[0].append(2)", "q.__repr__()"),
    ("q=threading.Event()", "q.set()", "q.__repr__()[-10:]"),
    ("q=decimal.Context(prec=5)", "q.__setattr__('prec', 3)", "q.prec"),
    ("q=logging.getLogger('a')", "q.__setattr__('y', 2)", "hasattr(q, 'y')"),
    ("q=functools.partial(int)", "q.__setattr__('y', 2)", "hasattr(q, 'y')"),
    ("q=C()", "q.y=2", "str(q.__reduce_ex__(2))"),
    ("q=[1]", "q.append(2)", "list(q.__iter__())"),
];

/// For versions that have the statement: what there is, what one thread does, and a pattern that matches before.
const MATCHES: &[(&str, &str, &str)] = &[
    ("q=[1]", "q.append(2)", "[_]"),
    ("q={'a':1}", "q['a']=2", "{'a': 1}"),
    ("q=[[1]]", "q[0][0]=2", "[[1]]"),
    ("q=C()", "q.y=2", "C(y=1)"),
    ("q=P()", "q.x=2", "P(1)"),
    ("q=1", "C.kind=2", "C.kind"),
];

/// Models whose text says nothing of their state before CPython 3.11.
const TEXTS: &[(&str, &str, &str)] = &[
    ("q=threading.Semaphore(2)", "q.acquire()", "str(q)[-3:]"),
    ("q=threading.BoundedSemaphore(2)", "q.acquire()", "f'{q}'[-5:]"),
    ("q=threading.Event()", "q.set()", "'%r' % q"),
];

fn both_orders(acts: &[(&str, &str, &str)], look: impl Fn(&str) -> String) {
    let mut worker = worker();
    let mut wrong = Vec::new();
    for (there, one, other) in acts {
        let look = look(other);
        let source = format!(
            "{PREAMBLE}
{there}
def get():
    return q
def said(what):
    stream = io.StringIO()
    logging.basicConfig(stream=stream, format='%(message)s', force=True)
    logging.warning('%s', what)
    return stream.getvalue()
def caught(logger):
    stream = io.StringIO()
    logging.basicConfig(stream=stream, format='%(message)s', force=True)
    logger.warning('a')
    return stream.getvalue()
def act():
    {}
def look():
    {look}
threads = [threading.Thread(target=act), threading.Thread(target=look)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
",
            one.replace("; ", "\n    ")
        );
        let report = explored_by(&mut worker, &scenario(&source, Some("r"))).expect("it explores");
        let seen: Vec<_> =
            report.outcomes.iter().map(|found| (&found.outcome.value, &found.outcome.exceptions)).collect();
        if !report.is_exhaustive() || seen.len() != 2 || seen.iter().any(|(_, exceptions)| !exceptions.is_empty()) {
            wrong.push(format!("{there}: `{one}` and `{other}`: {seen:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn whatever_is_looked_at_may_have_been_changed_before() {
    both_orders(ACTS, |other| format!("r.append({other})"));
    if interpreters()[0].version.minor >= 11 {
        both_orders(TEXTS, |other| format!("r.append({other})"));
    }
}

#[test]
fn a_special_method_that_is_called_by_name_does_what_its_operator_does() {
    both_orders(BY_NAME, |other| format!("r.append({other})"));
}

#[test]
fn what_a_pattern_looks_at_may_have_been_changed_before() {
    if interpreters()[0].version.minor >= 10 {
        both_orders(MATCHES, |pattern| {
            format!("match q:\n        case {pattern}: r.append(1)\n        case _: r.append(2)")
        });
    }
}

#[test]
fn a_hook_for_attributes_is_one_step_for_each_thing_it_does() {
    // Between the look and the act in `__setattr__` another thread fits.
    let source = "
import threading
class Once:
    def __setattr__(self, name, value):
        if name in self.__dict__:
            raise AttributeError(name)
        super().__setattr__(name, value)
once = Once()
def work(value):
    try:
        once.value = value
    except AttributeError:
        pass
threads = [threading.Thread(target=work, args=(each,)) for each in (1, 2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    let report = explored_by(&mut worker(), &scenario(source, Some("once.value"))).expect("it explores");
    assert!(report.is_exhaustive() && report.executions >= 4, "{} executions", report.executions);
    assert_eq!(report.outcomes.len(), 2);
}

/// Explores two threads that do the same, and returns what `n` and the results are in the end.
fn twice(definitions: &str, call: &str) -> Vec<String> {
    let source = format!(
        "
import functools, threading
n = 0
results = []
{definitions}
def work():
    results.append({call})
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"
    );
    let report = explored_by(&mut worker(), &scenario(&source, Some("n, sorted(results)"))).expect("it explores");
    assert!(report.is_exhaustive() && report.outcomes.iter().all(|found| found.outcome.exceptions.is_empty()));
    let mut seen: Vec<_> = report.outcomes.iter().filter_map(|found| found.outcome.value.clone()).collect();
    seen.sort();
    seen
}

#[test]
fn a_cached_function_may_be_called_by_two_at_once() {
    let function = "
def f(key):
    global n
    n += 1
    return n
";
    // One after the other, side by side, and side by side with a lost update.
    let expected = ["(1, [1, 1])", "(2, [1, 2])"];
    for decorator in ["@functools.lru_cache(maxsize=None)", "@functools.lru_cache", "@functools.lru_cache(maxsize=1)"] {
        let seen = twice(&format!("{decorator}{function}"), "f(1)");
        assert!(expected.iter().all(|each| seen.iter().any(|there| there == each)), "{decorator}: {seen:?}");
    }
}

#[test]
fn others_fit_in_where_the_text_of_a_data_class_goes_from_one_attribute_to_the_next() {
    let source = "
import threading
from dataclasses import dataclass
@dataclass
class Point:
    x: int
    y: int
point = Point(1, 2)
def move():
    point.x = 3
    point.y = 4
def show():
    print(point)
threads = [threading.Thread(target=move), threading.Thread(target=show)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    let report = explored_by(&mut worker(), &scenario(source, None)).expect("it explores");
    let seen: Vec<_> = report.outcomes.iter().filter_map(|found| found.outcome.stdout.as_deref()).collect();
    assert!(report.is_exhaustive());
    for (x, y) in [(1, 2), (1, 4), (3, 2), (3, 4)] {
        let expected = format!("Point(x={x}, y={y})\n");
        assert!(seen.contains(&expected.as_str()), "{expected}: {seen:?}");
    }
    assert_eq!(seen.len(), 4);
}

#[test]
fn what_is_local_to_a_thread_is_made_before_it_is_asked_for_an_attribute() {
    // Whoever writes while `__init__` runs comes before what is read after it.
    let source = "
import threading
made = 0
class Mine(threading.local):
    shared = 1
    def __init__(self):
        global made
        made += 1
mine = Mine()
seen = []
def work():
    got = mine.shared
    seen.append(got)
def other():
    seen.append(made)
    Mine.shared = 2
threads = [threading.Thread(target=work), threading.Thread(target=other)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    let report = explored_by(&mut worker(), &scenario(source, Some("sorted(seen)"))).expect("it explores");
    let seen: Vec<_> = report.outcomes.iter().filter_map(|found| found.outcome.value.as_deref()).collect();
    assert!(report.is_exhaustive());
    assert_eq!(seen, ["[1, 1]", "[1, 2]", "[2, 2]"], "{seen:?}");
}

#[test]
fn a_cached_property_is_made_once_where_python_has_a_lock_for_it() {
    let definitions = "
class C:
    @functools.cached_property
    def value(self):
        global n
        n = n + 1
        return n
c = C()
";
    let seen = twice(definitions, "c.value");
    if interpreters()[0].version.minor < 12 {
        assert_eq!(seen, ["(1, [1, 1])"]);
    } else {
        assert!(seen.len() > 1, "{seen:?}");
    }
}

/// What happens where the library has called the scenario's code in the middle of an act: CPython lets others in there.
#[test]
fn others_get_in_where_the_library_calls_the_scenarios_code() {
    let works = [
        (
            "q = (each for each in map(step, (1, 2)))",
            "next(q, 0)",
            "next(q, 0)",
            &["ValueError: generator already executing", "1", "2"][..],
        ),
        ("q = [2, 1]", "q.append(0)", "q.sort(key=step)", &["None", "ValueError: list modified during sort"]),
        (
            "q = collections.defaultdict(lambda: step([]))",
            "q['a'].append(1)",
            "(q['a'].append(2), len(q['a']))[1]",
            &["1", "2"],
        ),
    ];
    for (there, one, other, expected) in works {
        let source = format!(
            "
import collections, threading
n = 0
def step(value):
    global n
    n = n + 1
    return value
{there}
def act():
    try:
        {one}
    except ValueError:
        pass
def look():
    global r
    try:
        r = {other}
    except ValueError as error:
        r = 'ValueError: ' + str(error)
threads = [threading.Thread(target=act), threading.Thread(target=look)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"
        );
        let report = explored_by(&mut worker(), &scenario(&source, Some("str(r)"))).expect("it explores");
        assert!(report.is_exhaustive());
        let mut seen: Vec<_> = report.outcomes.iter().filter_map(|found| found.outcome.value.clone()).collect();
        seen.sort();
        let expected: Vec<_> = expected.iter().map(|each| format!("'{each}'")).collect();
        assert!(expected.iter().all(|each| seen.contains(each)), "`{one}` and `{other}`: {seen:?}");
    }
}

/// What two threads print, one of which does `act` and the other prints, and what was caught in `caught`.
fn printed_beside(act: &str) -> Vec<String> {
    let source = format!(
        "
import contextlib, io, sys, threading
caught = io.StringIO()
def act():
    {act}
def speak():
    print('b')
threads = [threading.Thread(target=each) for each in (act, speak)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(repr(caught.getvalue()))
"
    );
    let report = explored_by(&mut worker(), &scenario(&source, None)).expect("it explores");
    assert!(report.is_exhaustive());
    let mut printed: Vec<String> = report.outcomes.into_iter().filter_map(|found| found.outcome.stdout).collect();
    printed.sort();
    printed
}

#[test]
fn who_redirects_the_output_catches_what_others_print() {
    let both = ["'a\\nb\\n'\n", "'b\\na\\n'\n", "b\n'a\\n'\n"];
    assert_eq!(printed_beside("with contextlib.redirect_stdout(caught): print('a')"), both);
    assert_eq!(printed_beside("kept = sys.stdout; sys.stdout = caught; print('a'); sys.stdout = kept"), both);
}

#[test]
fn threads_draw_from_one_sequence_where_the_seed_is_set() {
    let drawn = |before: &str| {
        let source = format!(
            "
import random, threading
{before}
drawn = [None, None]
def draw(index):
    drawn[index] = random.random()
threads = [threading.Thread(target=draw, args=(index,)) for index in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
own = random.Random(3)
sequence = [own.random(), own.random()]
"
        );
        let scenario =
            scenario(&source, Some("[sequence.index(each) if each in sequence else None for each in drawn]"));
        let report = explored_by(&mut worker(), &scenario).expect("it explores");
        let mut values: Vec<String> = report.outcomes.into_iter().filter_map(|found| found.outcome.value).collect();
        values.sort();
        values
    };
    assert_eq!(drawn("random.seed(3)"), ["[0, 1]", "[1, 0]"]);
    // Any numbers may come: one outcome stands for all.
    assert_eq!(drawn(""), ["[None, None]"]);
}

/// Python takes what is starred only once it has the keywords' values, if nothing else is given by position.
#[test]
fn what_is_starred_alone_is_taken_after_the_keywords() {
    let source = "
import threading
things = [1]
def count(*given, key):
    return len(given)
def grow():
    things.append(2)
counts = []
thread = threading.Thread(target=grow)
def key():
    thread.start()
    thread.join()
counts.append(count(*things, key=key()))
";
    let report = explored_by(&mut worker(), &scenario(source, Some("counts"))).expect("it explores");
    let values: Vec<_> = report.outcomes.iter().map(|found| found.outcome.value.as_deref()).collect();
    assert_eq!(values, [Some("[2]")]);

    let source = "
import threading
things = [1]
more = {'a': 1}
counts = []
def count(*given, **named):
    counts.append((len(given), len(named)))
def grow():
    things.append(2)
    more['b'] = 2
thread = threading.Thread(target=grow)
thread.start()
count(*things, **more)
thread.join()
";
    let report = explored_by(&mut worker(), &scenario(source, Some("counts"))).expect("it explores");
    let mut values: Vec<_> = report.outcomes.iter().map(|found| found.outcome.value.as_deref()).collect();
    values.sort_unstable();
    assert_eq!(values, [Some("[(1, 1)]"), Some("[(2, 1)]"), Some("[(2, 2)]")]);
}

#[test]
#[expect(clippy::print_stderr, reason = "what is not tested is said")]
fn connections_and_cursors_of_a_database_are_one_thing() {
    let source = "
import threading
try:
    import sqlite3
except ImportError:
    sqlite3 = None
found = None
if sqlite3:
    database = sqlite3.connect(':memory:', check_same_thread=False)
    database.execute('create table counts (n)')
    database.execute('insert into counts values (0)')
    def count():
        cursor = database.cursor()
        n, = cursor.execute('select n from counts').fetchone()
        cursor.execute('update counts set n = ?', (n + 1,))
    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = database.execute('select n from counts').fetchone()[0]
";
    let report = explored_by(&mut worker(), &scenario(source, Some("found"))).expect("it explores");
    let mut values: Vec<_> = report.outcomes.iter().filter_map(|found| found.outcome.value.as_deref()).collect();
    values.sort_unstable();
    if values == ["None"] {
        eprintln!("SKIPPED: this Python has no sqlite3");
    } else {
        assert_eq!(values, ["1", "2"]);
        // SQLite gives back the interpreter's lock, and nobody knows what comes of it where two threads are in there.
        assert_eq!(report.unfinished, Some(Unfinished::Library));
    }
}

#[test]
fn mocks_are_refused() {
    for import in ["import unittest.mock", "from unittest import mock", "from unittest.mock import Mock"] {
        let error = explored_by(&mut worker(), &scenario(import, None)).expect_err("it is refused");
        assert!(error.to_string().contains("unittest.mock"), "{error}");
    }
}

/// What `look` gives in all orders of it and of `act`, where there is `there`.
fn seen_beside(there: &str, act: &str, look: &str) -> Vec<String> {
    let source = format!(
        "
import collections, functools, io, itertools, sys, threading
r = []
{there}
def act():
    {act}
def look():
    {look}
threads = [threading.Thread(target=each) for each in (act, look)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"
    );
    let report = explored_by(&mut worker(), &scenario(&source, Some("r"))).expect("it explores");
    assert!(report.is_exhaustive());
    let told = |found: &raceday::explore::Found| {
        let raised = found.outcome.exceptions.first().map_or(String::new(), |raised| format!(" {}", raised.message));
        found.outcome.value.clone().unwrap_or_default() + &raised
    };
    let mut seen: Vec<String> = report.outcomes.iter().map(told).collect();
    seen.sort();
    seen.dedup();
    seen
}

#[test]
fn others_fit_in_before_what_a_factory_made_is_kept() {
    let seen = |factory: &str| {
        let there = format!("d = collections.defaultdict({factory})\ndef add(name): d['x'].append(name)");
        seen_beside(&there, "add('a'); r.append(d['x'])", "add('b')")
    };
    for factory in ["lambda: []", "functools.partial(lambda: [])"] {
        assert_eq!(seen(factory), ["[['a', 'b']]", "[['a']]", "[['b', 'a']]", "[['b']]"], "{factory}");
    }
    assert_eq!(seen("list"), ["[['a', 'b']]", "[['b', 'a']]"], "what is written in C leaves no room");
}

#[test]
fn a_generator_fills_a_container_item_by_item() {
    for (there, act, item) in [
        ("q=[]", "q.extend(x for x in (1, 2))", "q.append(3)"),
        ("q=[]", "q.__iadd__(x for x in (1, 2))", "q.append(3)"),
        ("q=[]", "x = q; x += (x for x in (1, 2))", "q.append(3)"),
        ("q=collections.deque()", "q.extend(x for x in (1, 2))", "q.append(3)"),
        ("q={}", "q.update((x, x) for x in (1, 2))", "q[3]=3"),
        ("q=collections.Counter()", "q.update(x for x in (1, 2))", "q[3]=3"),
    ] {
        let act = format!("{act}; r.extend(q)");
        // Who looks last sees all three; the third comes before, between or after, or when that was looked at already.
        let seen = seen_beside(there, &act, item);
        assert!(seen.contains(&"[1, 3, 2]".to_owned()) && seen.len() == 4, "{there}; {act}: {seen:?}");
    }
}

#[test]
fn a_list_that_is_sorted_by_a_key_is_empty_meanwhile() {
    let seen = seen_beside("q=[2, 1]", "q.sort(key=lambda x: x)", "r.append(list(q))");
    assert_eq!(seen, ["[[1, 2]]", "[[2, 1]]", "[[]]"]);
    let seen = seen_beside("q=[2, 1]", "q.sort(key=lambda x: x)", "q.append(0)");
    assert_eq!(seen, ["[]", "[] list modified during sort"]);
}

#[test]
fn a_list_whose_elements_say_what_is_less_is_empty_while_it_is_sorted() {
    let there = "
class K:
    def __init__(self, v): self.v = v
    def __lt__(self, other): return self.v < other.v
q=";
    for (items, sort, shown) in [
        ("[K(2), K(1)]", "q.sort()", "[each.v for each in list(q)]"),
        ("[(K(2),), (K(1),)]", "q.sort()", "[each.v for each, in list(q)]"),
        ("[[K(2)], [K(1)]]", "q.sort(key=operator.itemgetter(0))", "[each.v for each, in list(q)]"),
        ("[2, 1]", "q.sort(key=functools.cmp_to_key(lambda a, b: a - b))", "list(q)"),
    ] {
        let there = format!("import operator{there}{items}");
        let seen = seen_beside(&there, sort, &format!("r.append({shown})"));
        assert_eq!(seen, ["[[1, 2]]", "[[2, 1]]", "[[]]"], "{items} {sort}");
        let seen = seen_beside(&there, sort, "q.append(q[0]) if q else q.append(0)");
        assert!(seen.contains(&"[] list modified during sort".to_owned()), "{items} {sort}: {seen:?}");
    }
    // What C compares leaves no room.
    for sort in ["q.sort()", "q.sort(key=operator.neg, reverse=True)"] {
        let seen = seen_beside("import operator\nq=[2, 1]", sort, "r.append(list(q))");
        assert_eq!(seen, ["[[1, 2]]", "[[2, 1]]"], "{sort}");
    }
}

#[test]
fn warnings_that_are_recorded_are_appended_in_some_order() {
    let there = "import warnings
caught = warnings.catch_warnings(record=True)
kept = caught.__enter__()
warnings.simplefilter('always')";
    let seen =
        seen_beside(there, "warnings.warn('a')", "warnings.warn('b'); r.append([str(each.message) for each in kept])");
    assert_eq!(seen, ["[['a', 'b']]", "[['b', 'a']]", "[['b']]"]);
}

#[test]
fn who_makes_what_is_missing_is_asked_when_it_is_missing() {
    let seen = seen_beside("q=collections.defaultdict(lambda: 1)", "q.default_factory = int", "r.append(q['a'])");
    assert_eq!(seen, ["[0]", "[1]"]);
    let seen = seen_beside("q=collections.defaultdict(int)", "q.default_factory = lambda: 1", "r.append(q['a'])");
    assert_eq!(seen, ["[0]", "[1]"]);
}

#[test]
fn what_a_key_prints_is_printed_as_often_as_it_is_asked() {
    let there = "
class K:
    def __hash__(self): return 1
    def __eq__(self, other):
        print('asked', file=sys.stdout)
        return True
q={K(): 1}";
    let source = format!(
        "
import sys, threading
{there}
threads = [threading.Thread(target=q.get, args=(K(),)), threading.Thread(target=q.pop, args=(K(),))]
for thread in threads: thread.start()
for thread in threads: thread.join()
"
    );
    let report = explored_by(&mut worker(), &scenario(&source, None)).expect("it explores");
    let mut seen: Vec<_> = report.outcomes.iter().filter_map(|found| found.outcome.stdout.as_deref()).collect();
    seen.sort_unstable();
    assert_eq!(seen, ["asked\n", "asked\nasked\n"]);
}

/// What a loop and an `in` did first was not told apart from what the generator does then.
#[test]
fn a_generator_that_a_loop_or_an_in_begins_turns_others_away() {
    for (act, first, second) in [
        ("next(q)", "1", "2"),
        ("[x for x in q if x == 1 or x == 2]", "[1, 2]", "[]"),
        ("next(x for x in q)", "1", "2"),
        ("take()", "1", "2"),
        ("2 in q", "True", "False"),
    ] {
        let there = "
def numbers():
    yield 1
    yield 2
q=numbers()
def take():
    for x in q:
        return x
def ask(act):
    try:
        r.append(act())
    except ValueError:
        r.append('busy')";
        let act = format!("ask(lambda: {act})");
        let busy = "'busy'";
        let seen = seen_beside(there, &act, &act);
        for (one, other) in [(first, second), (first, busy), (busy, first)] {
            let both = format!("[{one}, {other}]");
            assert!(seen.contains(&both), "{act}: {both} in {seen:?}");
        }
    }
}

#[test]
fn one_object_that_a_generator_makes_is_entered_by_one_thread() {
    let there = "
import contextlib
@contextlib.contextmanager
def entered():
    r.append('in')
    yield
q=entered()
def enter():
    try:
        with q: pass
    except AttributeError:
        r.append('late')";
    assert_eq!(seen_beside(there, "enter()", "enter()"), ["['in', 'late']", "['late', 'in']"]);
}

#[test]
fn a_buffer_on_a_stream_of_the_programs_is_refused_where_threads_share_it() {
    let source = "
import io, threading
class Raw(io.RawIOBase):
    def writable(self): return True
    def write(self, text):
        print('w')
        return len(text)
buffer = io.BufferedWriter(Raw())
def work():
    buffer.write(b'a')
    buffer.flush()
for _ in range(2): threading.Thread(target=work).start()
";
    let error = explored_by(&mut worker(), &scenario(source, None)).expect_err("its lock is not modelled");
    assert!(error.to_string().contains("`BufferedWriter` that threads share"), "{error}");
}

#[test]
fn what_logging_is_given_or_keeps_may_have_been_changed_before() {
    let there = "
import logging
class Kept(logging.Handler):
    def emit(self, record): r.append(self.format(record))
handler = Kept()
logger = logging.getLogger('x')
logger.propagate = False
logger.addHandler(handler)
";
    for (more, change, log, expected) in [
        (
            "q={'u': 1}; handler.setFormatter(logging.Formatter('%(u)s'))",
            "q['u']=2",
            "logger.error('a', extra=q)",
            ["['1']", "['2']"],
        ),
        ("", "handler.setFormatter(logging.Formatter('%(message)sb'))", "logger.error('a')", ["['a']", "['ab']"]),
        ("", "handler.formatter = logging.Formatter('%(message)sb')", "logger.error('a')", ["['a']", "['ab']"]),
        ("q={'msg': 'a'}", "q['msg']='b'", "r.append(logging.makeLogRecord(q).msg)", ["['a']", "['b']"]),
        (
            "handler.setFormatter(logging.Formatter('%(levelname)s'))",
            "logging.addLevelName(40, 'BAD')",
            "logger.error('a')",
            ["['BAD']", "['ERROR']"],
        ),
    ] {
        assert_eq!(seen_beside(&format!("{there}{more}"), change, log), expected, "{change} and {log}");
    }
    let there = "import logging.handlers\nhandler = logging.handlers.BufferingHandler(5)\nlogging.getLogger().addHandler(handler)";
    assert_eq!(seen_beside(there, "logging.error('a')", "r.append(len(handler.buffer))"), ["[0]", "[1]"]);
}

#[test]
fn what_a_thread_is_given_in_a_container_it_reads_when_it_runs() {
    for (there, make) in [
        ("q=[1]", "threading.Thread(target=lambda *given: r.append(len(given)), args=q)"),
        ("q={'a': 1}", "threading.Thread(target=lambda **given: r.append(len(given)), kwargs=q)"),
        ("q=[1]", "threading.Timer(1, lambda *given: r.append(len(given)), q)"),
    ] {
        let change = if there == "q=[1]" { "q.append(2)" } else { "q['b'] = 2" };
        let seen = seen_beside(there, &format!("thread = {make}; thread.start(); thread.join()"), change);
        assert_eq!(seen, ["[1]", "[2]"], "{make}");
    }
    let there = "timer = threading.Timer(1, r.append, [1])";
    let seen = seen_beside(there, "timer.start(); timer.join()", "timer.function = r.extend; timer.args = [[2, 3]]");
    assert_eq!(seen, ["[1]", "[2, 3]", "[[2, 3]]", "[] 'int' object is not iterable"]);
}

#[test]
fn what_is_reduced_or_grouped_is_read_element_by_element() {
    let seen = seen_beside("q=[1, 2]", "q[0]=5; q[1]=7", "r.append(functools.reduce(lambda a, b: a + b, q))");
    assert_eq!(seen, ["[12]", "[3]", "[7]", "[8]"]);
    let seen = seen_beside("q=[1, 2]", "q[0]=5; q[1]=7", "r.append([each for each, _ in itertools.groupby(q)])");
    assert_eq!(seen, ["[[1, 2]]", "[[1, 7]]", "[[5, 2]]", "[[5, 7]]"]);
}

#[test]
fn two_who_redirect_the_output_put_back_what_they_found() {
    let there = "import contextlib\nkept, a, b = sys.stdout, io.StringIO(), io.StringIO()";
    let seen = seen_beside(
        there,
        "\n    with contextlib.redirect_stdout(a): print(1)",
        "\n    with contextlib.redirect_stdout(b): print(2)\n    r.append((sys.stdout is kept, sys.stdout is a))",
    );
    assert!(seen.contains(&"[(True, False)]".to_owned()) && seen.contains(&"[(False, True)]".to_owned()), "{seen:?}");
}

#[test]
fn what_is_printed_where_the_output_was_at_first_is_printed() {
    let source = "import sys\nprint('a', file=sys.__stdout__)\nsys.__stdout__.write('b')";
    let report = explored_by(&mut worker(), &scenario(source, None)).expect("it explores");
    assert_eq!(report.outcomes[0].outcome.stdout.as_deref(), Some("a\nb"));
}

/// What a `defaultdict` had made before there were threads had no name, and who used it first gave it one: the program was refused.
#[test]
fn what_was_made_by_default_before_there_were_threads_is_one_thing() {
    for kind in ["list", "collections.deque", "lambda: [0]"] {
        let there = format!("q=collections.defaultdict({kind}); q['a'].append(5)");
        let seen = seen_beside(&there, "q['a'].pop()", "r.append(5 in q['a'])");
        assert_eq!(seen, ["[False]", "[True]"], "{kind}");
    }
    let seen =
        seen_beside("q=collections.defaultdict(dict); q['a']['b'] = 1", "q['a']['b'] += 1", "r.append(q['a']['b'])");
    assert_eq!(seen, ["[1]", "[2]"]);
}

/// A property that keeps its value in the instance's own `__dict__` under its own name touched more once there was one: the program was refused.
#[test]
fn a_property_runs_code_whatever_the_instance_has() {
    let there = "
class P:
    @property
    def age(self): return self.__dict__.get('age')
    @age.setter
    def age(self, age): self.__dict__['age'] = age
    @age.deleter
    def age(self): del self.__dict__['age']
p = P()
p.age = 1";
    assert_eq!(seen_beside(there, "p.age = 5", "del p.age; r.append(p.age)"), ["[5]", "[None]"]);
    let there = "
class Field:
    def __set_name__(self, owner, name): self.name = name
    def __get__(self, it, owner=None): return it.__dict__.setdefault(self.name, 0)
    def __set__(self, it, value): it.__dict__[self.name] = value
class P:
    a, b = Field(), Field()
p = P()";
    assert_eq!(seen_beside(there, "p.a = 10", "p.b = p.a; r.append(p.b)"), ["[0]", "[10]"]);
}

/// Who found the class as it was after such a change touched the instance alone: one order was told as all there are.
#[test]
fn a_class_may_come_to_decide_what_its_instances_attributes_are_and_cease_to() {
    let reads = "r.append(p.x)";
    let attempt = |act: &str| format!("try: {act}; r.append('done')\n    except AttributeError: r.append('refused')");
    let (sets, removes) = (attempt("p.x = 9"), attempt("del p.x"));
    let sets_by_name = attempt("object.__setattr__(p, 'x', 9)");
    let property = "property(lambda self: 1)";
    let begin = "P.x = property(lambda self: 1)";
    for (held, change, act, seen) in [
        (property, "del P.x", reads, ["[1]", "[2]"]),
        (property, "P.x = 3", reads, ["[1]", "[2]"]),
        (property, "type.__delattr__(P, 'x')", reads, ["[1]", "[2]"]),
        (property, "P.x = 3", &sets, ["['done']", "['refused']"]),
        ("5", begin, reads, ["[1]", "[2]"]),
        ("5", begin, &sets, ["['done']", "['refused']"]),
        ("5", begin, &removes, ["['done']", "['refused']"]),
        ("5", begin, &sets_by_name, ["['done']", "['refused']"]),
    ] {
        let there = format!("class P: x = {held}\np = P()\nvars(p)['x'] = 2");
        assert_eq!(seen_beside(&there, change, act), seen, "{held}, {change} and {act}");
        assert_eq!(seen_beside(&there, act, change), seen, "{held}, {act} and {change}");
    }
    let names_none = "try: setattr(P, 5, 1)\n    except TypeError as error: r.append('must be string' in str(error))";
    assert_eq!(seen_beside("class P: pass", names_none, "pass"), ["[True]"]);
    // Which class has it that comes first may change, too; and what only deletes decides as well.
    let deletes = "class D:\n    def __get__(self, it, kind): return 1\n    def __delete__(self, it): pass";
    for (there, change) in [
        (format!("class Q: x = {property}\nclass P(Q): x = 3"), "del P.x"),
        (format!("class A: pass\nclass B: x = {property}\nclass P(A, B): pass"), "A.x = 3"),
        (format!("{deletes}\nclass P: x = 3"), "P.x = D()"),
    ] {
        let there = format!("{there}\np = P()\nvars(p)['x'] = 2");
        assert_eq!(seen_beside(&there, change, reads), ["[1]", "[2]"], "{there}, {change}");
        assert_eq!(seen_beside(&there, reads, change), ["[1]", "[2]"], "{there}, {change}");
    }
}

/// Only dicts had an order.
#[test]
fn attributes_have_an_order_where_that_can_be_seen() {
    for there in [
        "class P: pass\np = P()",
        "import types\np = types.SimpleNamespace()",
        "class P: pass\np = P()\np.a = p.b = 0\ndel p.a, p.b",
        "class P: pass\np = P",
        "def p(): pass",
        "p = ValueError()",
    ] {
        let first = "p.a = 1; done.a.set()";
        let second = "p.b = 1; done.a.wait(); r.append([each for each in vars(p) if each in 'ab'])";
        let there = format!("{there}\nclass done: a = threading.Event()");
        assert_eq!(seen_beside(&there, first, second), ["[['a', 'b']]", "[['b', 'a']]"], "{there}");
    }
    let there = "class P: pass\np = P()\np.a, p.b = 1, 2\ngone = threading.Event()";
    let again = "del p.b; p.b = 1; gone.wait(); r.append(list(vars(p)))";
    assert_eq!(seen_beside(there, "del p.a; p.a = 1; gone.set()", again), ["[['a', 'b']]", "[['b', 'a']]"]);
}

/// Only a generator that is asked itself was found in the middle of its code, or one whose code has a step.
#[test]
fn a_generator_behind_an_iterator_is_turned_away_from_as_it_would_be_itself() {
    let next = "try: next(z, 0)\n    except ValueError: r.append('turned away')";
    let through = "try: list(z)\n    except ValueError: r.append('turned away')";
    for made in [
        "g()",
        "enumerate(g())",
        "map(str, g())",
        "filter(None, g())",
        "itertools.accumulate(g())",
        "itertools.starmap(pow, enumerate(g()))",
    ] {
        let there = format!("def g():\n    yield 1\n    yield 2\nz = {made}");
        for act in [next, through] {
            assert_eq!(seen_beside(&there, act, next), ["['turned away']", "[]"], "{made}");
        }
        // What each makes for itself goes through one generator all the same.
        let there = "def g():\n    yield 1\n    yield 2\nshared = g()";
        let own = next.replace("next(z, 0)", &format!("next({}, 0)", made.replace("g()", "shared")));
        assert_eq!(seen_beside(there, &own, &own), ["['turned away']", "[]"], "{made}");
    }
    // Of two it is not known which one is at work, and what another has read before needs none.
    let there = "def g():\n    yield 1\nz = itertools.chain([1, 2], g())";
    assert_eq!(seen_beside(there, next, next), ["[]"]);
}
