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
