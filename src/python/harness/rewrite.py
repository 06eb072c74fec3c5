# The rewriting of a scenario's syntax tree: every access to what threads can share becomes a call of shared.py.
# Order and number of evaluations stay Python's. Part of the harness; see core.py.

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
OPERATORS_ON_CONTAINERS = (ast.Add, ast.BitOr, ast.BitAnd, ast.Sub, ast.BitXor)
REFUSED_SYNTAX = {
    "AsyncFunctionDef": "async functions",
    "AsyncFor": "async for",
    "AsyncWith": "async with",
    "Await": "await",
}


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


class Scopes(ast.NodeVisitor):
    """Finds the scopes of a module."""

    def __init__(self, module):
        self.of = {}
        self.count = 0
        self.scope = self.open("module", module)
        for statement in module.body:
            self.visit(statement)
        for scope in list(self.of.values()):
            if scope.kind in ("function", "comprehension"):
                for name in scope.used | scope.nonlocals:
                    home = scope.home(name)
                    if home is not None and home is not scope and home.kind == "function":
                        home.shared.add(name)

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

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = comprehension

    def visit_NamedExpr(self, node):
        self.visit(node.value)
        scope = self.scope
        while scope.kind == "comprehension":
            scope = scope.parent
        scope.bound.add(node.target.id)
        self.scope.used.add(node.target.id)

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load):
            self.scope.used.add(node.id)
        else:
            self.scope.bound.add(node.id)

    def visit_Global(self, node):
        self.scope.globals.update(node.names)

    def visit_Nonlocal(self, node):
        self.scope.nonlocals.update(node.names)

    def visit_Import(self, node):
        for alias in node.names:
            self.scope.bound.add(alias.asname or alias.name.split(".")[0])

    visit_ImportFrom = visit_Import

    def visit_ExceptHandler(self, node):
        if node.name:
            self.scope.bound.add(node.name)
        self.generic_visit(node)

    def visit_MatchAs(self, node):
        if node.name:
            self.scope.bound.add(node.name)
        self.generic_visit(node)

    visit_MatchStar = visit_MatchAs

    def visit_MatchMapping(self, node):
        if node.rest:
            self.scope.bound.add(node.rest)
        self.generic_visit(node)


def calls(function, arguments, like):
    node = ast.Call(ast.Name(function, ast.Load()), arguments, [])
    return ast.fix_missing_locations(ast.copy_location(node, like))


def text(value):
    return ast.Constant(value)


class Rewriter(ast.NodeTransformer):
    """Rewrites one module."""

    def __init__(self, module):
        self.scopes = Scopes(module).of
        self.scope = self.scopes[module]
        self.classes = []
        self.temporaries = 0
        self.quiet = True  # still in the module's leading imports and definitions: nobody else can live
        body = []
        for statement in module.body:
            if self.quiet and not isinstance(
                statement, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
            ) and not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
                self.quiet = False
            body.extend(self.statement(statement))
        module.body = body
        self.module = ast.fix_missing_locations(module)

    # Helpers

    def statement(self, node):
        result = self.visit(node)
        if result is None:
            return []
        return result if isinstance(result, list) else [result]

    def block(self, statements):
        body = []
        for each in statements:
            body.extend(self.statement(each))
        return body

    def visit(self, node):
        why = REFUSED_SYNTAX.get(type(node).__name__)
        if why or isinstance(node, ast.comprehension) and node.is_async:
            raise UnsupportedSyntax(why or "async comprehensions", getattr(node, "lineno", 0))
        return super().visit(node)

    def temporary(self):
        self.temporaries += 1
        return "__rd_%d__" % self.temporaries

    def mangled(self, name):
        if self.classes and name.startswith("__") and not name.endswith("__"):
            return "_%s%s" % (self.classes[-1].lstrip("_"), name)
        return name

    def where(self, name):
        """'global', a scope that shares the name with inner functions, or None for a name only one thread can see."""
        home = self.scope.home(name)
        if home is None:
            return None if self.scope.kind == "class" and name in self.scope.bound else "global"
        if home.kind == "function" and name in home.shared:
            return home
        return None

    def getter(self, name, like):
        arguments = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
        return ast.fix_missing_locations(
            ast.copy_location(ast.Lambda(arguments, ast.Name(name, ast.Load())), like)
        )

    def bound_value(self, name, value, like):
        """The value to bind `name` to: announced where others can see the name."""
        where = self.where(name)
        if where is None:
            return value
        if where == "global":
            return calls("__rd_wr_global__", [value, text(self.mangled(name))], like)
        return calls("__rd_wr_cell__", [value, self.getter(name, like), text(name), text(where.number)], like)

    def is_plain(self, target):
        """Whether storing there can concern nobody else."""
        if isinstance(target, ast.Name):
            return self.where(target.id) is None
        if isinstance(target, (ast.Tuple, ast.List)):
            return all(self.is_plain(each) for each in target.elts)
        if isinstance(target, ast.Starred):
            return self.is_plain(target.value)
        return False

    def store(self, target, value, like):
        """Statements that store the (rewritten) expression `value` in `target`."""
        if isinstance(target, ast.Name):
            return [self.located(ast.Assign([target], self.bound_value(target.id, value, like)), like)]
        if isinstance(target, ast.Attribute):
            thing = self.visit(target.value)
            return [self.expression(calls("__rd_wr_attr__", [value, thing, text(self.mangled(target.attr))], like))]
        if isinstance(target, ast.Subscript):
            thing = self.visit(target.value)
            return [self.expression(calls("__rd_wr_item__", [value, thing, self.key(target)], like))]
        if self.is_plain(target):
            return [self.located(ast.Assign([target], value), like)]
        leaves = []
        shape = self.placeholders(target, leaves)
        statements = [self.located(ast.Assign([shape], value), like)]
        for leaf, name in leaves:
            statements += self.store(leaf, self.located(ast.Name(name, ast.Load()), like), like)
        return statements

    def placeholders(self, target, leaves):
        if isinstance(target, (ast.Tuple, ast.List)):
            elements = [self.placeholders(each, leaves) for each in target.elts]
            return self.located(type(target)(elements, ast.Store()), target)
        if isinstance(target, ast.Starred):
            return self.located(ast.Starred(self.placeholders(target.value, leaves), ast.Store()), target)
        name = self.temporary()
        leaves.append((target, name))
        return self.located(ast.Name(name, ast.Store()), target)

    def located(self, node, like):
        return ast.fix_missing_locations(ast.copy_location(node, like))

    def expression(self, call):
        return ast.copy_location(ast.Expr(call), call)

    def key(self, node):
        inner = node.slice
        if type(inner).__name__ == "Index":  # CPython 3.8 and older have this node; 3.9 still knows the name
            inner = inner.value
        return self.sliced(inner, node)

    def sliced(self, inner, like):
        if isinstance(inner, ast.Slice):
            parts = [self.visit(each) if each is not None else text(None) for each in (inner.lower, inner.upper, inner.step)]
            return calls("__rd_slice__", parts, like)
        if isinstance(inner, ast.Tuple) and any(isinstance(each, ast.Slice) for each in inner.elts):
            return self.located(ast.Tuple([self.sliced(each, like) for each in inner.elts], ast.Load()), like)
        return self.visit(inner)

    def truth(self, node):
        """A rewritten condition: asking a container for its truth is asking for its length."""
        asks = isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call))
        node = self.visit(node)
        return calls("__rd_truth__", [node], node) if asks else node

    def whole(self, node):
        """A rewritten operand that may be a container, all of which is read."""
        asks = isinstance(node, (ast.Name, ast.Attribute, ast.Subscript))
        node = self.visit(node)
        return calls("__rd_whole__", [node], node) if asks else node

    def turns(self, node):
        if isinstance(node, (ast.Constant, ast.GeneratorExp, ast.ListComp)):
            return self.visit(node)
        node = self.visit(node)
        return calls("__rd_turns__", [node], node)

    # Scopes

    def visit_FunctionDef(self, node):
        node.decorator_list = [self.visit(each) for each in node.decorator_list]
        self.arguments(node.args)
        node.returns = None
        outer, self.scope = self.scope, self.scopes[node]
        node.body = self.block(node.body)
        self.scope = outer
        return [node] + self.rebind(node.name, node)

    def arguments(self, arguments):
        arguments.defaults = [self.default(each) for each in arguments.defaults]
        arguments.kw_defaults = [each and self.default(each) for each in arguments.kw_defaults]
        for argument in arguments.posonlyargs + arguments.args + arguments.kwonlyargs:
            argument.annotation = self.kept_annotation(argument.annotation)

    def kept_annotation(self, annotation):
        return annotation

    def default(self, node):
        made = isinstance(node, (ast.List, ast.Dict, ast.Set, ast.Call) + COMPREHENSIONS)
        node = self.visit(node)
        return calls("__rd_born__", [node], node) if made else node

    def rebind(self, name, node):
        """After a definition or import: others may see the name change."""
        where = self.where(name)
        if where is None or self.quiet and where == "global" and self.scope.kind == "module":
            return []
        if where == "global":
            call = calls("__rd_wr_global__", [ast.Name(name, ast.Load()), text(self.mangled(name))], node)
            return [self.expression(call)]
        return []

    def visit_Lambda(self, node):
        self.arguments(node.args)
        outer, self.scope = self.scope, self.scopes[node]
        node.body = self.visit(node.body)
        self.scope = outer
        return node

    def visit_ClassDef(self, node):
        node.decorator_list = [self.visit(each) for each in node.decorator_list]
        node.bases = [self.visit(each) for each in node.bases]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        outer, self.scope = self.scope, self.scopes[node]
        self.classes.append(node.name)
        node.body = self.block(node.body)
        self.classes.pop()
        self.scope = outer
        return [node] + self.rebind(node.name, node)

    def comprehension(self, node):
        first = node.generators[0]
        first.iter = self.turns(first.iter)
        outer, self.scope = self.scope, self.scopes[node]
        for index, generator in enumerate(node.generators):
            if index:
                generator.iter = self.turns(generator.iter)
            generator.ifs = [self.truth(each) for each in generator.ifs]
        if isinstance(node, ast.DictComp):
            node.key = self.visit(node.key)
            node.value = self.visit(node.value)
        else:
            node.elt = self.visit(node.elt)
        self.scope = outer
        return node

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = comprehension

    # Expressions

    def visit_Name(self, node):
        if not isinstance(node.ctx, ast.Load):
            return node
        where = self.where(node.id)
        if where is None:
            return node
        if where == "global":
            name = self.mangled(node.id)
            if name in tracked_globals:
                return self.located(
                    ast.IfExp(calls("__rd_rd_global__", [text(name)], node), node, text(None)), node
                )
            return node
        if (where.number, node.id) in tracked_cells:
            return calls("__rd_rd_cell__", [self.getter(node.id, node), text(node.id)], node)
        return node

    def visit_Attribute(self, node):
        thing = self.visit(node.value)
        name = self.mangled(node.attr)
        if name == "__dict__":
            return calls("__rd_dict__", [thing, text(name)], node)
        if name in METHODS:
            return calls("__rd_method__", [thing, text(name)], node)
        if name in tracked_attributes:
            return calls("__rd_rd_attr__", [thing, text(name)], node)
        node.value = thing
        return node

    def visit_Subscript(self, node):
        return calls("__rd_rd_item__", [self.visit(node.value), self.key(node)], node)

    def visit_Starred(self, node):
        node.value = self.turns(node.value)
        return node

    def visit_Call(self, node):
        super_call = isinstance(node.func, ast.Name) and node.func.id == "super"
        function = self.visit(node.func)
        given = node.args + [keyword.value for keyword in node.keywords]
        opaque = any(
            isinstance(each, (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.Starred, ast.List, ast.Tuple, ast.Dict))
            for each in given
        )
        node.args = [self.visit(each) for each in node.args]
        for keyword in node.keywords:
            keyword.value = self.whole(keyword.value) if keyword.arg is None else self.visit(keyword.value)
        if opaque and not super_call:
            node.args = [function] + node.args
            node.func = self.located(ast.Name("__rd_call__", ast.Load()), function)
        else:
            node.func = function
        return node

    def visit_NamedExpr(self, node):
        node.value = self.bound_value(node.target.id, self.visit(node.value), node)
        return node

    def visit_BinOp(self, node):
        numbers = isinstance(node.left, ast.Constant) and not isinstance(node.left.value, str) or isinstance(
            node.right, ast.Constant
        ) and not isinstance(node.right.value, str)
        if isinstance(node.op, OPERATORS_ON_CONTAINERS) and not numbers:
            node.left = self.whole(node.left)
            node.right = self.whole(node.right)
            return node
        if isinstance(node.op, (ast.Mod, ast.Mult)):
            text_left = isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
            node.left = self.visit(node.left)
            node.right = self.whole(node.right) if text_left else self.visit(node.right)
            return node
        return self.generic_visit(node)

    def visit_BoolOp(self, node):
        last = len(node.values) - 1
        node.values = [self.truth(each) if index < last else self.visit(each) for index, each in enumerate(node.values)]
        return node

    def visit_UnaryOp(self, node):
        node.operand = self.truth(node.operand) if isinstance(node.op, ast.Not) else self.visit(node.operand)
        return node

    def visit_IfExp(self, node):
        node.test = self.truth(node.test)
        node.body = self.visit(node.body)
        node.orelse = self.visit(node.orelse)
        return node

    def visit_Compare(self, node):
        if len(node.ops) == 1:
            operator = node.ops[0]
            if isinstance(operator, (ast.In, ast.NotIn)):
                name = "__rd_in__" if isinstance(operator, ast.In) else "__rd_not_in__"
                return calls(name, [self.visit(node.left), self.visit(node.comparators[0])], node)
        elif any(isinstance(each, (ast.In, ast.NotIn)) for each in node.ops):
            return self.chain(node)
        if isinstance(node.ops[0], (ast.Is, ast.IsNot)) or any(
            isinstance(each, ast.Constant) for each in [node.left] + node.comparators
        ):
            return self.generic_visit(node)
        node.left = self.whole(node.left)
        node.comparators = [self.whole(each) for each in node.comparators]
        return node

    def chain(self, node):
        """`a < b in c` as `a < (t := b) and t in c`."""
        parts = []
        left = node.left
        for index, (operator, right) in enumerate(zip(node.ops, node.comparators)):
            link = right
            if index < len(node.ops) - 1:
                name = self.temporary()
                right = ast.NamedExpr(ast.Name(name, ast.Store()), right)
                link = ast.Name(name, ast.Load())
            part = self.located(ast.Compare(left, [operator], [right]), node)
            parts.append(part)
            left = link
        for part in parts:
            for inner in ast.walk(part):
                if isinstance(inner, ast.Name) and inner.id.startswith("__rd_"):
                    self.scope.bound.add(inner.id)
        hidden = self.scope.kind
        self.scope.kind = "function" if hidden == "module" else hidden
        parts = [self.visit(part) for part in parts]
        self.scope.kind = hidden
        return self.located(ast.BoolOp(ast.And(), parts), node)

    def visit_FormattedValue(self, node):
        node.value = self.whole(node.value)
        if node.format_spec is not None:
            node.format_spec = self.visit(node.format_spec)
        return node

    # Statements

    def visit_Assign(self, node):
        if self.scope.kind == "class" and all(isinstance(each, ast.Name) for each in node.targets):
            if not any(each.id in self.scope.globals or each.id in self.scope.nonlocals for each in node.targets):
                node.value = self.default(node.value)
                return node
        unpacks = any(isinstance(each, (ast.Tuple, ast.List)) for each in node.targets)
        value = self.turns(node.value) if unpacks and not isinstance(node.value, (ast.Tuple, ast.List)) else self.visit(
            node.value
        )
        if all(self.is_plain(each) for each in node.targets):
            node.value = value
            return node
        if len(node.targets) == 1:
            return self.store(node.targets[0], value, node)
        name = self.temporary()
        statements = [self.located(ast.Assign([ast.Name(name, ast.Store())], value), node)]
        for target in node.targets:
            statements += self.store(target, self.located(ast.Name(name, ast.Load()), node), node)
        return statements

    def visit_AnnAssign(self, node):
        if node.value is None:
            return node
        if self.scope.kind == "class":
            node.value = self.default(node.value)
            return node
        value = self.visit(node.value)
        if isinstance(node.target, ast.Name):
            node.value = self.bound_value(node.target.id, value, node)
            return node
        return self.store(node.target, value, node)

    def visit_AugAssign(self, node):
        target = node.target
        name = type(node.op).__name__
        if isinstance(target, ast.Name):
            load = self.visit(self.located(ast.Name(target.id, ast.Load()), target))
            simple = isinstance(node.value, ast.Constant) and not isinstance(node.value.value, (str, bytes))
            if self.where(target.id) is None and (simple or not isinstance(node.op, OPERATORS_ON_CONTAINERS)):
                node.value = self.visit(node.value)
                return node
            value = calls("__rd_augment__", [text(name), load, self.visit(node.value)], node)
            return [self.located(ast.Assign([ast.Name(target.id, ast.Store())], self.bound_value(target.id, value, node)), node)]
        thing = self.temporary()
        first = self.located(ast.Assign([ast.Name(thing, ast.Store())], self.visit(target.value)), node)
        kept = lambda name: self.located(ast.Name(name, ast.Load()), node)  # noqa: E731
        if isinstance(target, ast.Attribute):
            attribute = self.mangled(target.attr)
            if attribute in tracked_attributes:
                load = calls("__rd_rd_attr__", [kept(thing), text(attribute)], node)
            else:
                load = self.located(ast.Attribute(kept(thing), target.attr, ast.Load()), node)
            value = calls("__rd_augment__", [text(name), load, self.visit(node.value)], node)
            return [first, self.expression(calls("__rd_wr_attr__", [value, kept(thing), text(attribute)], node))]
        key = self.temporary()
        second = self.located(ast.Assign([ast.Name(key, ast.Store())], self.key(target)), node)
        load = calls("__rd_rd_item__", [kept(thing), kept(key)], node)
        value = calls("__rd_augment__", [text(name), load, self.visit(node.value)], node)
        return [first, second, self.expression(calls("__rd_wr_item__", [value, kept(thing), kept(key)], node))]

    def visit_Delete(self, node):
        statements = []
        for target in node.targets:
            if isinstance(target, ast.Attribute):
                call = calls("__rd_del_attr__", [self.visit(target.value), text(self.mangled(target.attr))], node)
                statements.append(self.expression(call))
            elif isinstance(target, ast.Subscript):
                call = calls("__rd_del_item__", [self.visit(target.value), self.key(target)], node)
                statements.append(self.expression(call))
            else:
                if isinstance(target, ast.Name) and self.where(target.id) == "global":
                    call = calls("__rd_wr_global__", [text(None), text(self.mangled(target.id))], node)
                    statements.append(self.expression(call))
                statements.append(self.located(ast.Delete([target]), node))
        return statements

    def visit_For(self, node):
        node.iter = self.turns(node.iter)
        before = []
        if not self.is_plain(node.target):
            name = self.temporary()
            before = self.store(node.target, self.located(ast.Name(name, ast.Load()), node), node)
            node.target = self.located(ast.Name(name, ast.Store()), node)
        node.body = before + self.block(node.body)
        node.orelse = self.block(node.orelse)
        return node

    def visit_While(self, node):
        turn = calls("__rd_turn__", [text(node.lineno * 1000 + node.col_offset)], node.test)
        endless = isinstance(node.test, ast.Constant) and node.test.value
        test = self.truth(node.test)
        node.test = turn if endless else self.located(ast.BoolOp(ast.And(), [turn, test]), test)
        node.body = self.block(node.body)
        node.orelse = self.block(node.orelse)
        return node

    def visit_If(self, node):
        node.test = self.truth(node.test)
        node.body = self.block(node.body)
        node.orelse = self.block(node.orelse)
        return node

    def visit_Assert(self, node):
        node.test = self.truth(node.test)
        if node.msg is not None:
            node.msg = self.visit(node.msg)
        return node

    def visit_With(self, node):
        # `with a, b:` is `with a: with b:`; a target that others see is stored first thing in the body.
        before = []
        for index, item in enumerate(node.items):
            if item.optional_vars is not None and not self.is_plain(item.optional_vars) and index < len(node.items) - 1:
                inner = self.located(ast.With(node.items[index + 1 :], node.body), node)
                outer = self.located(ast.With(node.items[: index + 1], [inner]), node)
                return self.visit_With(outer)
        for item in node.items:
            item.context_expr = self.visit(item.context_expr)
            target = item.optional_vars
            if target is not None and not self.is_plain(target):
                name = self.temporary()
                before += self.store(target, self.located(ast.Name(name, ast.Load()), node), node)
                item.optional_vars = self.located(ast.Name(name, ast.Store()), node)
        node.body = before + self.block(node.body)
        return node

    def handlers(self, node):
        node.body = self.block(node.body)
        for handler in node.handlers:
            if handler.type is not None:
                handler.type = self.visit(handler.type)
            handler.body = self.block(handler.body)
        node.orelse = self.block(node.orelse)
        node.finalbody = self.block(node.finalbody)
        return node

    visit_Try = visit_TryStar = handlers

    def visit_Match(self, node):
        node.subject = self.whole(node.subject)
        for case in node.cases:
            if case.guard is not None:
                case.guard = self.truth(case.guard)
            case.body = self.block(case.body)
        return node

    def visit_Import(self, node):
        statements = [node]
        for alias in node.names:
            if alias.name != "*":
                statements += self.rebind(alias.asname or alias.name.split(".")[0], node)
        return statements

    visit_ImportFrom = visit_Import

    def visit_Global(self, node):
        return node

    visit_Nonlocal = visit_Global


class UnsupportedSyntax(Exception):
    def __init__(self, what, line):
        super().__init__(what)
        self.what = what
        self.line = line
