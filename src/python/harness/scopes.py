# Where each name of a scenario lives, and which names only the module's own code knows. Part of the harness; see core.py.

# What shows a module's globals to who does not mention them by name.
LOOKING_AT_GLOBALS = frozenset((
    "__builtins__ __dict__ __globals__ _getframe dir eval exec f_back f_globals f_locals gc globals inspect locals modules vars"
).split())


class Scope:
    """The names of one function, class or module, and where each of them lives."""

    def __init__(self, kind, parent, number):
        self.kind = kind
        self.parent = parent
        self.number = number
        self.bound = set()
        self.globals = set()
        self.nonlocals = set()
        self.used = set()
        self.shared = set()  # names bound here that inner functions use

    def home(self, name):
        """The scope that `name` lives in, seen from here; None for the module's."""
        if name in self.globals:
            return None
        if name in self.bound and name not in self.nonlocals:
            return self if self.kind != "module" else None
        scope = self.parent
        while scope is not None:
            if scope.kind != "class":
                if name in scope.globals:
                    return None
                if name in scope.bound and name not in scope.nonlocals:
                    return scope if scope.kind != "module" else None
            scope = scope.parent
        return None


class Scopes(Visitor):
    """Finds the scopes of a module."""

    def __init__(self, module):
        self.of = {}
        self.count = 0
        self.lazy = set()  # the scopes of generators
        self.words = set()  # names of attributes and modules, and texts
        self.variables = set()  # names, of attributes too, that are bound otherwise than by a definition or an import
        self.waits = False  # whether the module's own code has a loop that could wait for a change
        self.scope = self.open("module", module)
        for statement in module.body:
            self.visit(statement)
        for scope in list(self.of.values()):
            if scope.kind in ("function", "comprehension"):
                for name in scope.used | scope.nonlocals:
                    home = scope.home(name)
                    if home is not None and home is not scope and home.kind == "function":
                        home.shared.add(name)

    def own(self):
        """The globals that no code but the module's own mentions, so that only the main thread has to do with them."""
        ours, others = set(), set()
        for scope in self.of.values():
            within = scope
            while within.kind == "comprehension" and within not in self.lazy:
                within = within.parent  # it is run where it stands
            self.words |= scope.used
            if scope.kind == "module":
                ours = scope.bound
            elif within.kind == "class":
                others |= scope.used | scope.bound
            elif within.kind != "module":
                others |= {name for name in scope.used | scope.globals | scope.bound if scope.home(name) is None}
        if self.waits or not self.words.isdisjoint(LOOKING_AT_GLOBALS):
            return frozenset()
        return frozenset(name for name in ours - others if "__" not in name)  # which may be one of a class, as it is called outside

    def open(self, kind, node):
        scope = self.of[node] = Scope(kind, getattr(self, "scope", None), self.count)
        self.count += 1
        return scope

    def inside(self, kind, node, visit):
        outer = self.scope
        self.scope = self.open(kind, node)
        visit()
        self.scope = outer

    def visit_FunctionDef(self, node):
        self.scope.bound.add(node.name)
        self.words.add(node.name)
        if node.decorator_list:
            self.variables.add(node.name)
        for each in node.decorator_list:
            self.visit(each)
        self.function(node, node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node):
        self.function(node, [node.body])

    def function(self, node, body):
        arguments = node.args
        for each in arguments.defaults + [value for value in arguments.kw_defaults if value is not None]:
            self.visit(each)

        def inner():
            every = arguments.posonlyargs + arguments.args + arguments.kwonlyargs
            for argument in every + [arguments.vararg, arguments.kwarg]:
                if argument is not None:
                    self.scope.bound.add(argument.arg)
                    self.variables.add(argument.arg)
            for each in body:
                self.visit(each)

        self.inside("function", node, inner)

    def visit_ClassDef(self, node):
        self.scope.bound.add(node.name)
        for each in node.decorator_list + node.bases + [keyword.value for keyword in node.keywords]:
            self.visit(each)
        self.inside("class", node, lambda: [self.visit(each) for each in node.body])

    def comprehension(self, node):
        self.visit(node.generators[0].iter)

        def inner():
            for index, generator in enumerate(node.generators):
                self.visit(generator.target)
                if index:
                    self.visit(generator.iter)
                for each in generator.ifs:
                    self.visit(each)
            if isinstance(node, ast.DictComp):
                self.visit(node.key)
                self.visit(node.value)
            else:
                self.visit(node.elt)

        self.inside("comprehension", node, inner)
        if isinstance(node, ast.GeneratorExp):
            self.lazy.add(self.of[node])

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = comprehension

    def visit_NamedExpr(self, node):
        self.visit(node.value)
        scope = self.scope
        while scope.kind == "comprehension":
            scope = scope.parent
        scope.bound.add(node.target.id)
        self.variables.add(node.target.id)
        self.scope.used.add(node.target.id)

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load):
            self.scope.used.add(node.id)
        else:
            self.scope.bound.add(node.id)
            self.variables.add(node.id)

    def visit_Attribute(self, node):
        self.words.add(node.attr)
        if not isinstance(node.ctx, ast.Load):
            self.variables.add(node.attr)
        self.visit_children(node)

    def visit_Constant(self, node):
        self.words.add(node.value)

    def visit_While(self, node):
        self.waits = self.waits or self.scope.kind == "module"  # whatever it binds is an act of its own
        self.visit_children(node)

    def visit_Global(self, node):
        self.scope.globals.update(node.names)

    def visit_Nonlocal(self, node):
        self.scope.nonlocals.update(node.names)

    def visit_Import(self, node):
        for alias in node.names:
            self.scope.bound.add(alias.asname or alias.name.split(".")[0])
            self.words.add(alias.name)

    def visit_ImportFrom(self, node):
        self.visit_Import(node)
        self.words.add(node.module)

    def visit_ExceptHandler(self, node):
        if node.name:
            self.scope.bound.add(node.name)
        self.visit_children(node)

    def visit_MatchAs(self, node):
        if node.name:
            self.scope.bound.add(node.name)
        self.visit_children(node)

    visit_MatchStar = visit_MatchAs

    def visit_MatchMapping(self, node):
        if node.rest:
            self.scope.bound.add(node.rest)
        self.visit_children(node)


DELAY, ANYTHING = object(), object()
SHOWING_VARIABLES = ("locals", "vars", "eval", "exec", "frame")
DRAWS = ("random", "uniform")  # of `random`, those that fail with no limits


class Delays(Visitor):
    """Finds out which names say only how long to sleep: variables by which a loop backs off, and what numbers are drawn by for nothing else.

    Such a variable is given nothing but sums, products and powers of such variables, of numbers drawn and of numbers from nought on, which
    are no errors and to sleep so long is none, or what `min` and `max` find among these. Names are told apart by how they are spelt."""

    def __init__(self, module):
        self.uses = {}  # of each name, what its value is for, each time it is used: a delay, a variable by its name, or anything
        self.clocks, self.sleeping = set(), set()  # names of the module `time`, and of its `sleep`
        self.dice, self.drawing = set(), set()  # names of the module `random`, and of what is imported from there
        self.draws = True  # whether what is drawn is for delays alone
        self.use = ANYTHING
        self.visit(module)
        self.names = set(self.uses)
        before = None
        while before != self.names:
            before = self.names
            self.names = {name for name in before if all(use is DELAY or use in before for use in self.uses[name])}
        self.draws = self.draws and (self.dice | self.drawing).isdisjoint(self.uses.keys() - self.names)

    def visit(self, node):
        outer = self.use
        if outer is not ANYTHING and not self.is_plain(node):
            self.use = ANYTHING
        super().visit(node)
        self.use = outer

    def visit_for(self, use, node):
        outer, self.use = self.use, use
        self.visit(node)
        self.use = outer

    def is_plain(self, node):
        if isinstance(node, ast.Constant):
            return type(node.value) in (int, float) and node.value >= 0
        if isinstance(node, ast.BinOp):
            by_number = isinstance(node.op, ast.Div) and isinstance(node.right, ast.Constant) and node.right.value
            return by_number or isinstance(node.op, (ast.Add, ast.Mult, ast.Pow))
        if isinstance(node, ast.Call):
            return not node.keywords and (self.is_draw(node.func) or getattr(node.func, "id", "") in ("min", "max"))
        return isinstance(node, (ast.Name, ast.operator, ast.expr_context))

    def is_draw(self, function):
        """Whether that is a function of `random`'s by which to draw; a name of the module's that is used otherwise is used for anything."""
        if isinstance(function, ast.Attribute):
            return function.attr in DRAWS and getattr(function.value, "id", "") in self.dice
        return getattr(function, "id", "") in self.drawing

    def is_sleep(self, function):
        if isinstance(function, ast.Attribute):
            return function.attr == "sleep" and getattr(function.value, "id", "") in self.clocks
        return getattr(function, "id", "") in self.sleeping

    def used(self, name, use):
        self.uses.setdefault(name, []).append(use)

    def visit_Name(self, node):
        self.used(node.id, self.use if isinstance(node.ctx, ast.Load) else ANYTHING)

    def visit_Call(self, node):
        if self.is_sleep(node.func) and len(node.args) == 1 and not node.keywords:
            self.visit_for(DELAY, node.args[0])
        elif self.is_draw(node.func):
            self.used(getattr(node.func, "id", "") or node.func.value.id, self.use)
            for each in node.args + node.keywords:
                self.visit(each)
        else:
            self.visit_children(node)

    def given(self, target, value):
        """A variable is given that value, or what that makes of its own."""
        self.visit_for(target.id, value)
        if not self.is_plain(value):
            self.used(target.id, ANYTHING)

    def visit_Assign(self, node):
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            self.given(node.targets[0], node.value)
        else:
            self.visit_children(node)

    def visit_AugAssign(self, node):
        if isinstance(node.target, ast.Name) and isinstance(node.op, (ast.Add, ast.Mult, ast.Pow)):
            self.given(node.target, node.value)
        else:
            self.visit_children(node)

    def visit_Import(self, node):
        for alias in node.names:
            if alias.name in ("time", "random"):
                (self.clocks if alias.name == "time" else self.dice).add(alias.asname or alias.name)

    def visit_ImportFrom(self, node):
        for alias in node.names:
            if node.module == "time" and alias.name == "sleep":
                self.sleeping.add(alias.asname or alias.name)
            elif node.module == "random" and alias.name in DRAWS:
                self.drawing.add(alias.asname or alias.name)
            elif node.module == "random":
                self.draws = False
