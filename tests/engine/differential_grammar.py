"""Programs of one thread by a grammar, for differential.py: the same seed gives the same program."""

import random
import sys

PRELUDE = '''import collections, contextlib, dataclasses
def lines(error):
    found = []
    at = error.__traceback__
    while at is not None:
        if at.tb_frame.f_code.co_filename == "scenario.py":
            found.append((at.tb_frame.f_code.co_name, at.tb_lineno))
        at = at.tb_next
    return found
def p(n, v=None):
    print("p", n)
    return n if v is None else v
class Loud:
    def __init__(self, n): self.__dict__["n"] = n
    def __repr__(self): return "L%s" % self.n
    def __getattr__(self, name):
        print(self, "getattr", name)
        if name[0] == "x": raise AttributeError("no " + name)
        return len(name)
    def __setattr__(self, name, v): print(self, "setattr", name, v); self.__dict__[name] = v
    def __delattr__(self, name): print(self, "delattr", name); self.__dict__.pop(name if name != "n" else "", None)
    def __getitem__(self, k): print(self, "getitem", k); return self.n if k != 3 else [k]
    def __setitem__(self, k, v): print(self, "setitem", k, v)
    def __delitem__(self, k): print(self, "delitem", k)
    def __contains__(self, v): print(self, "contains", v); return v == self.n
    def __iter__(self): print(self, "iter"); return iter([self.n, self.n + 1])
    def __len__(self): print(self, "len"); return self.n
    def __bool__(self): print(self, "bool"); return self.n > 1
    def __eq__(self, o): print(self, "eq"); return self is o
    def __lt__(self, o): print(self, "lt"); return True
    def __add__(self, o): print(self, "add", o); return self.n
    def __radd__(self, o): print(self, "radd", o); return self.n + 1
    def __iadd__(self, o): print(self, "iadd", o); return self
    def __sub__(self, o): print(self, "sub", o); return NotImplemented
    def __call__(self, *a, **k): print(self, "call", a, sorted(k)); return a[0] if a else self.n
    def __enter__(self): print(self, "enter"); return self.n, self
    def __exit__(self, *e): print(self, "exit", e[0] and e[0].__name__); return self.n == 2
    def __index__(self): print(self, "index"); return self.n
    def __format__(self, spec): print(self, "format", spec); return "F" + spec
class Base:
    shared = [1]
    kind = "base"
    def __init__(self, a=0): self.a = a; self.__p = a
    def __hash__(self): return 7
    def __repr__(self): return type(self).__name__
    def get(self, more=1): return self.a + more
    @property
    def double(self): return self.a * 2
    @double.setter
    def double(self, v): print("double", v); self.a = v
class Child(Base):
    __slots__ = ("b",)
    def get(self, *a, **k): return super().get(*a, **k) + 1
@dataclasses.dataclass
class Data:
    a: int = 1
    b: list = dataclasses.field(default_factory=list)
Pair = collections.namedtuple("Pair", "a b")
def several(n):
    try:
        for i in range(n):
            got = yield i
            if got: print("sent", got)
    finally:
        print("over")
x, y, z, n, s = 1, 2, 3, 0, "text"
lst, dct, tup, st, dq = [3, 1, 2], {"a": 1, 2: "b"}, (1, [2]), {1, 2}, collections.deque([1, 2])
ob, ob2, ch, da, pr = Loud(1), Loud(2), Child(4), Data(), Pair(1, 2)
dd, ct = collections.defaultdict(list), collections.Counter("aab")
'''


class Grammar:
    """Makes one program."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines = []
        self.indent = 0
        self.count = 0
        self.loops = 0
        self.functions = 0
        self.in_generator = False
        self.in_class = 0
        self.in_comprehension = 0

    def one(self, *choices):
        return self.random.choice(choices)

    def number(self):
        self.count += 1
        return self.count

    def put(self, text):
        self.lines.append("    " * self.indent + text)

    # Expressions

    def name(self):
        return self.one("x", "y", "z", "n", "s", "lst", "dct", "tup", "st", "dq", "ob", "ob2", "ch", "da", "pr", "dd", "ct")

    def place(self, depth):
        """Something that can be stored to, but a plain name."""
        thing = self.one("ob", "ob2", "ch", "da", "Base", "p(%d, ob)" % self.number(), "p(%d, ch)" % self.number())
        kind = self.random.randrange(4)
        if kind == 0:
            return "%s.%s" % (thing, self.one("a", "b", "c", "xx", "double", "__private"))
        if kind == 1:
            return "%s.%s" % (thing, self.one("a", "a", "n", "kind"))
        held = self.one("lst", "dct", "dq", "ob", "ob2", "dd", "ct", "ch.shared", "da.b", "p(%d, lst)" % self.number())
        if kind == 2 and held not in ("dct", "dd", "ct", "dq"):
            return "%s[%s:%s]" % (held, self.one("", "0", "p(%d, 1)" % self.number()), self.one("", "2", "-1"))
        return "%s[%s]" % (held, self.one("0", "1", "-1", "2", "'a'", self.expression(depth + 2)))

    def expression(self, depth=0):
        if depth > 3 or self.random.random() < 0.15 + depth * 0.12:
            return self.one("0", "1", "2", "-1", "'ab'", "None", "True", "1.5", self.name(), self.name(), self.name(), "[]", "()")
        e = lambda: self.expression(depth + 1)  # noqa: E731
        kind = self.random.randrange(24)
        if kind == 0:
            return "p(%d, %s)" % (self.number(), e())
        if kind == 1:
            return "(%s %s %s)" % (e(), self.one(*"+ - * + | & ^ // %".split()), e())
        if kind == 2:
            return "(%s)" % self.chain(depth)
        if kind == 3:
            return "(%s %s %s)" % (e(), self.one("and", "or"), e())
        if kind == 4:
            return "(not %s)" % e()
        if kind == 5:
            return "(%s if %s else %s)" % (e(), e(), e())
        if kind == 6:
            return "[%s, %s%s]" % (e(), self.one("", "*"), e())
        if kind == 7:
            return "{%s: %s, %s}" % (self.one("1", "'a'", "x"), e(), self.one("**dct", "2: 3", "**ct"))
        if kind == 8:
            return "(%s, %s)" % (e(), self.one("*lst", "*tup", "*st", e(), "*ob"))
        if kind in (9, 10):
            return self.comprehension(depth)
        if kind == 11:
            return "(lambda a, b=%s, *c: %s)(%s)" % (e(), self.one("a", "(b, a)", "[a, *c]", "x", e()), e())
        if kind == 12 and not self.in_class and not self.in_comprehension:
            return "(%s := %s)" % (self.one("x", "y", "w"), e())
        if kind in (12, 13):
            return self.place(depth)
        if kind == 14:
            return 'f"{%s}|{%s!r}|{%s:{%s}}"' % (self.name(), self.name(), self.one("x", "y", "n", "ob", "s"), self.one("5", "n", "x"))
        if kind in (15, 16, 17):
            return self.method(depth)
        if kind == 18:
            return "%s(%s, %s)" % (self.one("p", "max", "Pair", "ob", "zip", "ch.get", "isinstance", "Data", "divmod", "several"), e(), e())
        if kind == 19:
            function = self.one("len", "sorted", "list", "sum", "tuple", "set", "str", "repr", "min", "bool", "any", "reversed")
            return "%s(%s)" % (function, e())
        if kind == 20:
            given = self.one("*lst", "*tup", "*ob", "*[%s]" % e(), "*(%s)" % self.name())
            more = self.one("", ", **{'k': %s}" % e(), ", k=%s" % e(), ", **dct", ", **{'n': 1}")
            return "%s(%s%s)" % (self.one("ob", "p", "Pair", "print", "ch.get", "dict"), given, more)
        if kind == 21:
            return "next(iter(%s), %s)" % (e(), e())
        if kind == 22:
            return "getattr(%s, '%s', %s)" % (self.name(), self.one("a", "xx", "pop"), e())
        return "(%s\n    %s %s)" % (e(), self.one("+", "-", "and", "<", "in"), e())

    def chain(self, depth):
        parts = [self.expression(depth + 1)]
        for _ in range(self.one(1, 1, 2, 2, 3)):
            parts += [self.one("<", "<=", "==", "!=", ">", "in", "in", "not in", "is", "is not"), self.expression(depth + 1)]
        return " ".join(parts)

    def comprehension(self, depth):
        self.in_comprehension += 1
        source = self.one("range(3)", "lst", "dct", "tup", "ob", "dct.items()", "enumerate(lst)", self.expression(depth + 2))
        target = self.one("i", "i", "i", "(i, *j)", "i, *k")
        inner = self.one("", "", " for m in [i, x]", " for m in lst if m", " if i", " if %s" % self.expression(depth + 2))
        element = self.one("i", "(i, x)", "p(%d, i)" % self.number(), self.expression(depth + 2), "[q for q in (i, 1)]")
        self.in_comprehension -= 1
        form = self.one("[%s for %s in %s%s]", "{str(%s) for %s in %s%s}", "{repr(%s): x for %s in %s%s}", "list(%s for %s in %s%s)")
        if "{str" in form:
            form = "sorted(" + form + ")"
        return form % (element, target, source, inner)

    def method(self, depth):
        e = self.expression(depth + 1)
        return self.one(
            "lst.append(%s)", "lst.pop(%s)", "lst.index(%s)", "lst.count(%s)", "lst.extend(%s)", "lst.insert(0, %s)", "lst.copy()",
            "sorted(lst, key=lambda v: (str(v), %s))", "lst.remove(%s)", "dct.get(%s)", "dct.setdefault('q', %s)", "dct.pop('a', %s)",
            "dct.update(a=%s)", "list(dct.items())", "list(dct.values())", "dd['k'].append(%s)", "ct.update(%s)", "ct.most_common(1)",
            "st.add(%s)", "st.discard(%s)", "st.union(%s)", "dq.append(%s)", "dq.popleft()", "dq.appendleft(%s)", "dq.rotate(1)",
            "'-'.join(%s)", "'%%s|%%r' %% (%s, x)", "'{} {!r}'.format(x, %s)", "ch.get(%s)", "ob.get(%s)", "super(Child, ch).get(%s)",
            "pr._replace(a=%s)", "vars(ch).get('a', %s)", "ch.shared.append(%s)", "da.b.append(%s)",
        ).replace("%s", e, 1)

    # Statements

    def target(self, depth=0):
        kind = self.random.randrange(6)
        if kind < 2 or depth > 1:
            return self.one("x", "y", "z", "w")
        if kind < 5:
            return self.place(2)
        starred = self.one("", "", "*")
        return self.one("(%s, %s%s)", "[%s, %s%s]") % (self.target(depth + 1), starred, self.target(depth + 1))

    def statement(self, depth=0):
        e = self.expression
        kind = self.random.randrange(27 if depth < 3 else 12)
        if kind == 0:
            self.put("print(%s, %s)" % (e(), e(2)))
        elif kind in (1, 2):
            self.put("%s = %s" % (self.target(), e()))
        elif kind == 3:
            self.put("%s = %s = %s" % (self.target(), self.target(), e(1)))
        elif kind == 4:
            self.put("%s, %s%s = %s" % (self.target(), self.one("", "*"), self.target(), self.one("lst", "tup", "ob", e(1), "%s, %s" % (e(2), e(2)))))
        elif kind in (5, 6):
            target = self.one("x", "y", "z", "lst", "s", self.place(2), self.place(2))
            operator = self.one(*"+ + + - * // % | & ^ << >> ** / @".split())
            if operator in ("*", "**", "<<"):
                self.put("%s %s= %s" % (target, operator, self.one("2", "True", "p(%d, 1)" % self.number())))
            else:
                self.put("%s %s= %s" % (target, operator, e(1)))
        elif kind == 7:
            self.put("del %s" % self.one(self.place(2), "(%s, %s)" % (self.place(2), self.place(2)), "w", "lst[0]", "dct['a']"))
        elif kind == 8:
            self.put("assert %s, %s" % (e(1), e(2)))
        elif kind == 9:
            self.put(self.one("%s", "print(%s)") % e())
        elif kind == 10:
            leave = [text for text, fits in (("break", self.loops), ("continue", self.loops), ("return %s" % e(1), self.functions),
                                             ("yield %s" % e(1), self.in_generator), ("x = yield from [%s]" % e(1), self.in_generator)) if fits]
            test = e(1)
            if leave:
                self.put("if %s: %s" % (test, self.one(*leave)))
            else:
                self.put("print(%s)" % test)
        elif kind == 11:
            self.put("if %s: raise %s" % (e(2), self.one("ValueError(%s)" % e(2), "KeyError('k') from None", "TypeError", "ob")))
        else:
            self.compound(kind, depth)

    def compound(self, kind, depth):
        e = self.expression
        if kind in (12, 13):
            self.put("for %s in %s:" % (self.target(), self.one("range(2)", "lst[:3]", "list(dct)", "[(1, 2), (3, 4)]", "ob", "tup", e(1))))
            self.block(depth, loop=True)
            if self.random.random() < 0.2:
                self.put("else:")
                self.block(depth)
        elif kind == 14:
            count = "c%d" % self.number()
            self.put("%s = 0" % count)
            self.put("while %s < 2 and (%s or True):" % (count, e(2)))
            self.put("    %s += 1" % count)
            self.block(depth, loop=True)
        elif kind == 15:
            self.put("if %s:" % e())
            self.block(depth)
            self.put(self.one("else:", "elif %s:" % e()))
            self.block(depth)
        elif kind in (16, 17, 18):
            self.put("try:")
            self.block(depth)
            name = self.one("e", "err", "caught")
            self.put("except %s as %s:" % (self.one("Exception", "(TypeError, ValueError)", "ZeroDivisionError", "(LookupError, AttributeError)"), name))
            self.put("    print(type(%s).__name__, %s, lines(%s))" % (name, name, name))
            self.block(depth)
            if self.random.random() < 0.3:
                self.put("else:")
                self.block(depth)
            if self.random.random() < 0.4:
                self.put("finally:")
                self.block(depth)
        elif kind in (19, 20):
            items = [self.one("ob", "ob2", "p(%d, ob2)" % self.number(), "contextlib.suppress(TypeError)") + self.one(
                "", " as %s" % self.target()) for _ in range(self.one(1, 2, 3))]  # fmt: skip
            self.put("with %s:" % ", ".join(items))
            self.block(depth)
        elif kind in (21, 22, 23):
            self.function(depth)
        elif kind == 24:
            self.klass(depth)
        elif sys.version_info >= (3, 10):
            self.match(depth)
        else:
            self.put("print(%s)" % e())

    def block(self, depth, loop=False):
        self.indent += 1
        self.loops += loop
        for _ in range(self.one(1, 1, 2, 3)):
            self.statement(depth + 1)
        self.loops -= loop
        self.indent -= 1

    def function(self, depth):
        kept = self.loops, self.in_generator, self.in_class
        nested = self.functions
        name = "f%d" % self.number()
        self.in_generator = self.random.random() < 0.25
        decorator = self.one("", "", "@p(%d, lambda f: f)" % self.number())
        if decorator:
            self.put(decorator)
        self.put("def %s(a=%s, *b%s)%s:" % (name, self.expression(2), self.one("", ", k=%s" % self.expression(2)), self.one("", " -> int")))
        self.loops, self.in_class = 0, 0
        self.functions += 1
        self.indent += 1
        declared = self.one("global x", "global x, y, w", "global x, y, z, w, e, lst", "global e, s", "x, y, z, w, s = 1, 2, 3, 4, 'l'")
        if nested and self.random.random() < 0.5 and self.has_locals:
            declared = "nonlocal x, y, z, w"
        outer, self.has_locals = self.has_locals, declared.startswith(("x,", "nonlocal"))
        self.put(declared)
        self.indent -= 1
        self.block(depth, loop=False)
        self.indent += 1
        if self.in_generator:
            self.put("yield %s" % self.expression(1))
        else:
            self.put("return %s" % self.expression(1))
        self.indent -= 1
        self.has_locals = outer
        generator = self.in_generator
        self.functions -= 1
        self.loops, self.in_generator, self.in_class = kept
        call = "%s(%s)" % (name, self.one("", "1", "*tup", self.expression(2)))
        self.put("print(list(%s))" % call if generator else "print(%s)" % call)

    has_locals = False

    def klass(self, depth):
        name = "C%d" % self.number()
        self.put("class %s(%s):" % (name, self.one("Base", "Child", "Loud", "list", "dict", "object")))
        self.in_class += 1
        kept = self.functions, self.loops, self.in_generator, self.has_locals
        self.functions, self.loops, self.in_generator, self.has_locals = 0, 0, False, False
        self.block(depth + 1)
        self.functions, self.loops, self.in_generator, self.has_locals = kept
        self.in_class -= 1
        self.put("    def m(self, v=%s): return __class__.__name__, v, %s" % (self.expression(2), self.expression(2)))
        self.put("print(sorted(k for k in vars(%s) if '__' not in k or 'rd' in k), %s.m(None))" % (name, name))

    def match(self, depth):
        self.put("match %s:" % self.expression())
        patterns = ["1 | 2", "str() as s", "[x, y]", "[x, *w]", "(Pair(a=x) | Child(a=x))", "{'a': x, **w}", "Loud(n=y)", "None", "[]",
                    "[int(x) | str(x), *_]", "{**w}", "float()"]  # fmt: skip
        for pattern in self.random.sample(patterns, 4):
            self.put("    case %s%s:" % (pattern, self.one("", "", " if %s" % self.expression(2))))
            self.indent += 1
            self.block(depth)
            self.indent -= 1
        self.put("    case _:")
        self.indent += 1
        self.block(depth)
        self.indent -= 1

    def program(self):
        for _ in range(6):
            self.put("try:")
            self.indent += 1
            for _ in range(3):
                self.statement()
            self.indent -= 1
            self.put("except Exception as e:")
            self.put("    print(type(e).__name__, e, lines(e))")
        self.put("print(x, y, z, n, s, lst, tup)")
        for _ in range(3):
            self.statement()
        return PRELUDE + "\n".join(self.lines) + "\n"


def generated(seed):
    """Returns the program of that seed, or the next one of the same kind that Python takes."""
    attempt = 0
    while True:
        source = Grammar("%d/%d" % (seed, attempt)).program()
        try:
            compile(source, "scenario.py", "exec", dont_inherit=True)
        except SyntaxError:
            attempt += 1
            continue
        return source
