# Which names of a scenario say only how long to sleep. Part of the harness; see core.py.

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
