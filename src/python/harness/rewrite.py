# The rewriting of a scenario's syntax tree: every access to what threads can share becomes a call of shared.py,
# attributes.py, containers.py, turns.py, methods.py, calls.py or opaque.py. Order and number of evaluations stay Python's. Part of the harness; see core.py.

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
RESUMING = ("send", "throw", "close", "__next__")
ATTRIBUTES_HAVE_LINES = (3, 10)
# What C calls in the middle of its acts.
CALLED_WITHIN = frozenset((
    "__eq__ __ne__ __lt__ __le__ __gt__ __ge__ __repr__ __str__ __format__ __getstate__ __reduce__ __reduce_ex__ "
    "__bool__ __len__ __add__ __radd__ __iadd__ __sub__ __mul__ __or__ __ror__ __and__ __xor__"
).split())  # fmt: skip
WITHIN_WHAT = "__rd_within__"  # the variable of these that says what the act touches in the middle of which they were called
BROAD = ("Exception", "BaseException", "NameError", "UnboundLocalError", "AttributeError", "RuntimeError")
PLACES = (ast.Name, ast.Attribute, ast.Subscript)
# What may give a function something that threads share.
MAY_BE_SHARED = PLACES + (ast.Call, ast.Starred, ast.List, ast.Tuple, ast.Dict, ast.NamedExpr, ast.IfExp, ast.BoolOp, ast.GeneratorExp, ast.Lambda)
OPERATORS_ON_CONTAINERS = (ast.Add, ast.BitOr, ast.BitAnd, ast.Sub, ast.BitXor)
REFUSED_SYNTAX = {
    "AsyncFunctionDef": "async functions",
    "AsyncFor": "async for",
    "AsyncWith": "async with",
    "Await": "await",
}


def calls(function, arguments, like):
    """A call of the harness's `function` at the place of `like`. What has no place of its own gets its parent's in the end."""
    return place_like(ast.Call(ast.Name(function, ast.Load()), arguments, []), like)


def text(value):
    return ast.Constant(value)


LETTING_GO = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete, ast.For, ast.With, ast.Try)


def settle_after_each(node):
    """Has `died` called after each statement of a tree that may have let go of something."""
    for child in children(node):
        settle_after_each(child)
    for name in ("body", "orelse", "finalbody"):
        statements = getattr(node, name, None)
        if type(statements) is list:
            settled = []
            for each in statements:
                settled.append(each)
                if type(each) in LETTING_GO or type(each) is ast.Expr and type(each.value) is not ast.Constant:
                    settled.append(place_all(place_like(ast.Expr(calls("__rd_died__", [], each)), each)))
            statements[:] = settled


class Rewriter(Transformer):
    """Rewrites one module."""

    def __init__(self, module):
        scopes = Scopes(module)
        self.scopes = scopes.of
        self.own = frozenset() if every_use else scopes.own()
        self.variables = scopes.variables
        self.scope = self.scopes[module]
        self.hidden = set()
        self.classes = []
        self.captures = 0
        self.called_within = False  # in a method that C calls in the middle of its acts
        self.keys_notice = False  # whether what makes an object a key does more than that
        self.bound_somewhere = set()
        for scope in self.scopes.values():
            self.bound_somewhere |= scope.bound
        self.passing = set()  # globals that a loop binds to one thing after the other
        self.loops = False  # whether there is one that could wait for a change
        self.mentions = {}  # of each loop: the names that it has to do with, if it runs nothing else that it knows by name
        self.swallows = False  # whether what is raised can be lost in a `finally`
        self.quiet = True  # still in the module's leading imports and definitions: nobody else can live
        body = []
        for statement in module.body:
            if self.quiet and not isinstance(
                statement, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
            ) and not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
                self.quiet = False
            body.extend(self.statement(statement))
        module.body = body
        self.module = place_all(module)

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

    def mangled(self, name):
        owner = self.classes[-1].lstrip("_") if self.classes else ""
        if owner and name.startswith("__") and not name.endswith("__"):
            return "_%s%s" % (owner, name)
        return name

    def where(self, name):
        """'global', a scope that shares the name with inner functions, or None for a name only one thread can see."""
        home = self.scope.home(name)
        if home is None:
            own = self.scope.kind == "class" and name in self.scope.bound and name not in self.scope.globals
            return None if own or name in self.own else "global"
        if home.kind == "function" and name in home.shared:
            return home
        return None

    def is_own(self, name):
        """Whether it is a global that only the module's own code knows."""
        return name in self.own and self.scope.home(name) is None

    def getter(self, name, like):
        arguments = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
        return place_like(ast.Lambda(arguments, ast.Name(name, ast.Load())), like)

    def bound_value(self, name, value, like):
        """The value to bind `name` to: announced where others can see the name."""
        where = self.where(name)
        if where is None:
            # Who else may know the value, if not the name, is told apart by what it is called.
            return calls("__rd_born__", [value], like) if self.is_own(name) and not isinstance(value, ast.Constant) else value
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

    def target(self, node):
        """Where a value is stored, as a target for any statement that has one. What others can see becomes an element of a
        place (see shared.py), so that Python itself evaluates all of it in its order."""
        if isinstance(node, (ast.Tuple, ast.List)):
            node.elts = [self.target(each) for each in node.elts]
            return node
        if isinstance(node, ast.Starred):
            node.value = self.target(node.value)
            return node
        if isinstance(node, ast.Attribute):
            place = calls("__rd_at_attr__", [self.visit(node.value)], node)
            return self.located(ast.Subscript(place, text(self.mangled(node.attr)), ast.Store()), node)
        if isinstance(node, ast.Subscript):
            place = calls("__rd_at_item__", [self.visit(node.value)], node)
            return self.located(ast.Subscript(place, self.key(node), ast.Store()), node)
        where = self.where(node.id)
        if where is None and self.is_own(node.id):
            return self.located(ast.Subscript(ast.Name("__rd_at_own__", ast.Load()), text(node.id), ast.Store()), node)
        if where is None:
            return node
        if where == "global":
            place, name = ast.Name("__rd_at_global__", ast.Load()), self.mangled(node.id)
        else:
            place = calls("__rd_at_cell__", [self.getter(node.id, node), text(where.number)], node)
            name = node.id
            if where is self.scope:
                self.hidden.add(name)
        return self.located(ast.Subscript(place, text(name), ast.Store()), node)

    def located(self, node, like):
        return place_like(node, like)

    def expression(self, call):
        return place_like(ast.Expr(call), call)

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
        if isinstance(node, ast.BoolOp):
            node.values = [self.truth(each) for each in node.values]
            return node
        if isinstance(node, ast.IfExp):
            node.test, node.body, node.orelse = self.truth(node.test), self.truth(node.body), self.truth(node.orelse)
            return node
        if isinstance(node, ast.NamedExpr):
            node = self.visit(node)
            return calls("__rd_truth__", [node], node)
        asks = isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call))
        node = self.visit(node)
        return calls("__rd_truth__", [node], node) if asks else node

    def whole(self, node):
        """A rewritten operand that may be a container, all of which is read."""
        asks = self.may_be_shared(node)
        node = self.visit(node)
        return calls("__rd_whole__", [node], node) if asks else node

    def deep(self, node):
        """A rewritten operand of which all is read, and all that is within."""
        asks = self.may_be_shared(node)
        node = self.visit(node)
        return calls("__rd_deep__", [node], node) if asks else node

    def mapping(self, node):
        """A rewritten value whose keys and elements are taken all at once."""
        return calls("__rd_mapping__", [self.visit(node)], node)

    def turns(self, node, target=None):
        if isinstance(target, (ast.Tuple, ast.List)):
            pattern = self.pattern(target)
            node = self.visit(node)
            return calls("__rd_rows__", [node] if pattern is None else [node, text(pattern)], node)
        if isinstance(node, (ast.Constant, ast.GeneratorExp, ast.ListComp)):
            return self.visit(node)
        node = self.visit(node)
        return calls("__rd_turns__", [node], node)

    def pattern(self, target):
        """How values are unpacked into a target that has others within, for `unpacked` in turns.py; nothing if it has none."""
        parts = target.elts
        star = next((index for index, each in enumerate(parts) if isinstance(each, ast.Starred)), None)
        within = [self.pattern_within(each) for each in parts]
        if not any(within):
            return None
        return (tuple(within), None) if star is None else (tuple(within[:star]), tuple(within[star + 1 :]))

    def pattern_within(self, part):
        if not isinstance(part, (ast.Tuple, ast.List)):
            return None
        return self.pattern(part) or ((), None)

    # Scopes

    def visit_FunctionDef(self, node):
        binding = self.binding(node)
        node.decorator_list = binding + [self.visit(each) for each in node.decorator_list]
        self.arguments(node.args)
        outer, self.scope = self.scope, self.scopes[node]
        hidden_outside, self.hidden = self.hidden, set()
        self.keys_notice = self.keys_notice or node.name in MAKES_KEYS and does_something(node)
        within_outside, self.called_within = self.called_within, node.name in CALLED_WITHIN
        node.body = self.block(node.body)
        if self.called_within:
            has_text = isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
            begin = ast.Assign([ast.Name(WITHIN_WHAT, ast.Store())], calls("__rd_begin_within__", [], node.body[0]))
            leave = ast.Return(calls("__rd_leave_within__", [text(None), ast.Name(WITHIN_WHAT, ast.Load())], node.body[-1]))
            node.body.append(self.located(leave, node.body[-1]))
            node.body.insert(has_text, self.located(begin, node.body[0]))
        self.called_within = within_outside
        if self.hidden:
            # All that binds these names is hidden in places: this tells the compiler whose they are, and is never run.
            never = [ast.Assign([ast.Name(name, ast.Store())], text(None)) for name in sorted(self.hidden)]
            node.body.append(self.located(ast.If(text(False), never, []), node.body[-1]))
        self.scope, self.hidden = outer, hidden_outside
        return node

    def arguments(self, arguments):
        arguments.defaults = [self.default(each) for each in arguments.defaults]
        arguments.kw_defaults = [each and self.default(each) for each in arguments.kw_defaults]

    def default(self, node):
        made = isinstance(node, (ast.List, ast.Dict, ast.Set, ast.Call) + COMPREHENSIONS)
        node = self.visit(node)
        return calls("__rd_born__", [node], node) if made else node

    def is_seen(self, name):
        """Whether binding the global `name` here is to be announced."""
        return self.where(name) == "global" and not (self.quiet and self.scope.kind == "module")

    def binding(self, node):
        """Decorators that announce a definition right before its name is bound."""
        if not self.is_seen(node.name):
            return []
        like = node.decorator_list[0] if node.decorator_list else node
        return [calls("__rd_defines__", [text(self.mangled(node.name))], like)]

    def visit_Lambda(self, node):
        self.arguments(node.args)
        outer, self.scope = self.scope, self.scopes[node]
        node.body = self.visit(node.body)
        self.scope = outer
        return node

    def visit_ClassDef(self, node):
        binding = self.binding(node)
        like = node.decorator_list[0] if node.decorator_list else node
        binding.append(self.located(ast.Name("__rd_hashed__", ast.Load()), like))
        node.decorator_list = binding + [self.visit(each) for each in node.decorator_list]
        node.bases = [self.visit(each) for each in node.bases]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        outer, self.scope = self.scope, self.scopes[node]
        self.classes.append(node.name)
        node.body = self.block(node.body)
        self.classes.pop()
        self.scope = outer
        return node

    def comprehension(self, node):
        first = node.generators[0]
        first.iter = self.turns(first.iter, first.target)
        outer, self.scope = self.scope, self.scopes[node]
        for index, generator in enumerate(node.generators):
            if index:
                generator.iter = self.turns(generator.iter, generator.target)
            generator.target = self.target(generator.target)
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
            announced = calls("__rd_rd_cell__", [self.getter(node.id, node), text(node.id)], node)
            return self.located(ast.IfExp(announced, node, text(None)), node)
        return node

    def visit_Attribute(self, node):
        thing = self.owner(node)
        name = self.mangled(node.attr)
        if name == "__dict__":
            return calls("__rd_dict__", [thing, text(name)], node)
        if name in METHODS:
            return self.at_the_name(calls("__rd_method__", [thing, text(name)], node))
        if name in tracked_attributes:
            return self.at_the_name(calls("__rd_rd_attr__", [thing, text(name)], node))
        if uses_opaque:
            return self.at_the_name(calls("__rd_opaque__", [thing, text(name)], node))
        node.value = thing
        return node

    def owner(self, node):
        """What the attribute `node` is of, rewritten: where that is a proxy, what it leads to."""
        thing = self.visit(node.value)
        return calls("__rd_followed__", [thing], node.value) if follows_proxies else thing

    def at_the_name(self, call):
        """Places an access of an attribute where Python says that it happens: on the line of the attribute's name."""
        if sys.version_info >= ATTRIBUTES_HAVE_LINES and call.end_lineno is not None and call.end_lineno > call.lineno:
            call.lineno, call.col_offset = call.end_lineno, 0
        return call

    def visit_Subscript(self, node):
        return calls("__rd_rd_item__", [self.visit(node.value), self.key(node)], node)

    def visit_Starred(self, node):
        node.value = self.unpacked(node.value, "__rd_spread__")
        return node

    def unpacked(self, node, how="__rd_whole__"):
        """A rewritten value that is unpacked, which for a container of Python's own is one act."""
        fresh = isinstance(node, (ast.Constant, ast.Tuple, ast.List) + COMPREHENSIONS)
        node = self.visit(node)
        return node if fresh else calls(how, [node], node)

    def visit_YieldFrom(self, node):
        node.value = self.turns(node.value)
        return node

    def visit_Call(self, node):
        given = node.args + [keyword.value for keyword in node.keywords]
        opaque = any(
            isinstance(each, MAY_BE_SHARED) or isinstance(each, (ast.ListComp, ast.DictComp)) and self.may_be_shared(each) for each in given
        ) or isinstance(node.func, ast.Attribute) and (node.func.attr in RESUMING or node.func.attr[:2] == "__" == node.func.attr[-2:])
        known = isinstance(node.func, ast.Name) and node.func.id not in self.bound_somewhere
        builtin = node.func.id if known else None
        # What a definition or an import has bound looks at no more than it is given; a variable may be a method of anything.
        if isinstance(node.func, ast.Name):
            is_variable = node.func.id in self.variables
        elif isinstance(node.func, ast.Attribute):
            is_variable = node.func.attr in self.variables
        else:
            is_variable = True
        function = self.visit(node.func)
        late = len(node.args) == 1 and isinstance(node.args[0], ast.Starred) and any(
            not isinstance(keyword.value, ast.Constant) for keyword in node.keywords
        )
        if late:
            node.args[0].value = self.unpacked(node.args[0].value, "__rd_late__")
        else:
            node.args = [self.visit(each) for each in node.args]
        for keyword in node.keywords:
            keyword.value = self.mapping(keyword.value) if keyword.arg is None else self.visit(keyword.value)
        node.func = function
        if not (opaque or is_variable) or builtin in BLIND_BUILTINS and not (builtin == "type" and len(node.args) > 1):
            return node
        starred = any(isinstance(each, ast.Starred) for each in node.args) or any(each.arg is None for each in node.keywords)
        if not starred and builtin in BUILTIN_NAMES:
            # Nobody looks at who calls these, so what calls them may be a function of ours.
            node.args = [function] + node.args
            node.func = self.located(ast.Name("__rd_call__", ast.Load()), function)
        else:
            node.func = calls("__rd_callee__", [function], function)
        return node

    def visit_NamedExpr(self, node):
        node.value = self.bound_value(node.target.id, self.visit(node.value), node)
        return node

    def visit_BinOp(self, node):
        numbers = any(
            isinstance(each, ast.Constant) and not isinstance(each.value, (str, bytes)) for each in (node.left, node.right)
        )
        if isinstance(node.op, OPERATORS_ON_CONTAINERS + (ast.Mod,)) and not numbers:
            return self.both(node, node.left, node.op, node.right)
        if isinstance(node.op, ast.Mult) and not any(
            isinstance(each, ast.Constant) and type(each.value) is float for each in (node.left, node.right)
        ):
            return self.both(node, node.left, node.op, node.right)
        return self.visit_children(node)

    def both(self, node, left, operator, right):
        """An operation that reads all of its operands, if they are containers, once it has them both."""
        asks = self.may_be_shared(left) or self.may_be_shared(right)
        operands = [self.visit(left), self.visit(right)]
        if asks:
            return calls("__rd_%s__" % type(operator).__name__, operands, node)
        if isinstance(node, ast.Compare):
            node.left, node.comparators = operands[0], operands[1:]
        else:
            node.left, node.right = operands
        return node

    def may_be_shared(self, node):
        """Whether an operand may be a container that others know, or have one in it."""
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            return any(self.may_be_shared(each) for each in node.elts)
        if isinstance(node, (ast.ListComp, ast.SetComp)):
            return self.may_be_shared(node.elt)
        return isinstance(node, PLACES + (ast.Call, ast.IfExp, ast.BoolOp, ast.NamedExpr, ast.Dict, ast.DictComp, ast.Starred))

    def visit_Dict(self, node):
        node.values = [self.visit(value) if key else self.mapping(value) for key, value in zip(node.keys, node.values)]
        node.keys = [key and self.visit(key) for key in node.keys]
        return node

    def visit_BoolOp(self, node):
        last = len(node.values) - 1
        node.values = [self.truth(each) if index < last else self.visit(each) for index, each in enumerate(node.values)]
        return node

    def visit_UnaryOp(self, node):
        if isinstance(node.op, ast.Not):
            node.operand = self.truth(node.operand)
        elif isinstance(node.op, ast.Invert):
            node.operand = self.visit(node.operand)
        else:
            node.operand = self.whole(node.operand)  # which may be a counter
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
        if isinstance(node.ops[0], (ast.Is, ast.IsNot)) and len(node.ops) == 1 or any(
            isinstance(each, ast.Constant) and type(each.value) is not bytes for each in [node.left] + node.comparators[-1:]
        ) and len(node.ops) == 1:
            return self.visit_children(node)
        if len(node.ops) == 1:
            return self.both(node, node.left, node.ops[0], node.comparators[0])
        node.left = self.deep(node.left)
        node.comparators = [self.deep(each) for each in node.comparators]
        return node

    def visit_FormattedValue(self, node):
        node.value = self.deep(node.value)
        if node.format_spec is not None:
            node.format_spec = self.visit(node.format_spec)
        return node

    # Statements

    def visit_Assign(self, node):
        if self.scope.kind == "class" and all(isinstance(each, ast.Name) for each in node.targets):
            if not any(each.id in self.scope.globals or each.id in self.scope.nonlocals for each in node.targets):
                node.value = self.default(node.value)
                return node
        unpacks = [each for each in node.targets if isinstance(each, (ast.Tuple, ast.List))]
        pattern = self.pattern(unpacks[0]) if len(node.targets) == len(unpacks) == 1 else None
        if pattern is not None:
            value = calls("__rd_unpacked__", [self.visit(node.value), text(pattern)], node.value)
        elif any(map(self.pattern, unpacks)):
            value = self.deep(node.value)
        else:
            how = "__rd_all__" if len(node.targets) == 1 else "__rd_whole__"  # others are given what it is unpacked from
            value = self.unpacked(node.value, how) if unpacks else self.visit(node.value)
        if len(node.targets) == 1:
            return self.assigned(node, node.targets[0], value)
        node.value = value
        node.targets = [self.target(each) for each in node.targets]
        return node

    def assigned(self, node, target, value):
        """An assignment to one target; `value` is rewritten."""
        if isinstance(target, ast.Name):
            node.value = self.bound_value(target.id, value, node)
            return node
        if isinstance(target, ast.Attribute):
            thing = self.owner(target)
            name = "__rd_wr_related__" if target.attr in RELATED else "__rd_wr_attr__"
            return self.expression(calls(name, [value, thing, text(self.mangled(target.attr))], target))
        if isinstance(target, ast.Subscript):
            thing = self.visit(target.value)
            return self.expression(calls("__rd_wr_item__", [value, thing, self.key(target)], target))
        node.value = value
        node.targets = [self.target(target)]
        return node

    def visit_AnnAssign(self, node):
        if node.value is None:
            return node
        if self.scope.kind == "class" and isinstance(node.target, ast.Name):
            node.value = self.default(node.value)
            return node
        value = self.visit(node.value)
        if isinstance(node.target, ast.Name):
            node.value = self.bound_value(node.target.id, value, node)
            return node
        node.value = value
        node.target = self.target(node.target)
        return node

    def visit_AugAssign(self, node):
        target = node.target
        name = type(node.op).__name__
        if isinstance(target, ast.Name):
            load = self.visit(self.located(ast.Name(target.id, ast.Load()), target))
            simple = isinstance(node.value, ast.Constant) and not isinstance(node.value.value, (str, bytes))
            repeats = isinstance(node.op, ast.Mult) and not (simple and type(node.value.value) is not int)
            extends = isinstance(node.op, OPERATORS_ON_CONTAINERS) and not simple
            if self.where(target.id) is None and not (repeats or extends):
                node.value = self.visit(node.value)
                return node
            value = calls("__rd_augment__", [text(name), load, self.visit(node.value)], node)
            return self.located(ast.Assign([ast.Name(target.id, ast.Store())], self.bound_value(target.id, value, node)), node)
        thing = self.owner(target) if isinstance(target, ast.Attribute) else self.visit(target.value)
        if isinstance(target, ast.Attribute) and target.attr == "__dict__":
            # Stored is what was there, which has been extended.
            return self.expression(calls("__rd_augment__", [text(name), calls("__rd_dict__", [thing, text("__dict__")], target),
                                                            self.visit(node.value)], node))  # fmt: skip
        if isinstance(target, ast.Attribute):
            old, new, key = "__rd_old_attr__", "__rd_new_attr__", text(self.mangled(target.attr))
        else:
            old, new, key = "__rd_old_item__", "__rd_new_item__", self.key(target)
        return self.expression(calls(new, [text(name), calls(old, [thing, key], target), self.visit(node.value)], node))

    def visit_Return(self, node):
        value = self.visit(node.value) if node.value is not None else None
        if self.called_within:
            value = calls("__rd_leave_within__", [text(None) if value is None else value, ast.Name(WITHIN_WHAT, ast.Load())], node)
        node.value = value
        return node

    def visit_Delete(self, node):
        statements = []
        for target in node.targets:
            statements += self.deleted(target, node)
        return statements

    def deleted(self, target, node):
        if isinstance(target, ast.Attribute):
            call = calls("__rd_del_attr__", [self.owner(target), text(self.mangled(target.attr))], target)
            return [self.expression(call)]
        if isinstance(target, ast.Subscript):
            return [self.expression(calls("__rd_del_item__", [self.visit(target.value), self.key(target)], target))]
        if isinstance(target, (ast.Tuple, ast.List)):
            # An empty one stays: it deletes nothing.
            parts = [part for each in target.elts for part in self.deleted(each, node)]
            return parts or [self.located(ast.Delete([target]), node)]
        return self.unannounced(target.id, target) + [self.located(ast.Delete([target]), node)]

    def unannounced(self, name, like):
        """Statements that announce that `name` is about to change, for what binds or unbinds it without a value."""
        if self.where(name) is None:
            return []
        return [self.expression(self.bound_value(name, text(None), like))]

    def visit_For(self, node):
        if self.scope.kind == "module":
            targets = [node.target]
            for each in targets:  # which grows
                targets += getattr(each, "elts", ())
            self.passing |= {each.id for each in targets if isinstance(each, ast.Name)}
        node.iter = self.turns(node.iter, node.target)
        node.target = self.target(node.target)
        node.body = self.block(node.body)
        node.orelse = self.block(node.orelse)
        return node

    def visit_While(self, node):
        self.loops = True
        site = node.lineno * 1000 + node.col_offset
        self.mentions[site] = mentioned_in([node.test, *node.body])
        turn = calls("__rd_turn__", [text(site)], node.test)
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
        for item in node.items:
            item.context_expr = self.visit(item.context_expr)
            if uses_opaque:
                item.context_expr = calls("__rd_entered__", [item.context_expr], item.context_expr)
            if item.optional_vars is not None:
                item.optional_vars = self.target(item.optional_vars)
        node.body = self.block(node.body)
        return node

    def handlers(self, node):
        node.body = self.block(node.body)
        for handler in node.handlers:
            if handler.type is not None:
                handler.type = self.visit(handler.type)
            caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
            catches_nearly_all = any(each is None or getattr(each, "id", getattr(each, "attr", "")) in BROAD for each in caught)
            handler.body = self.block(handler.body)
            if catches_nearly_all:
                handler.body.insert(0, self.expression(calls("__rd_handled__", [], handler)))
            if handler.name is not None and self.where(handler.name) is not None:
                self.caught(handler)
        leaving = (ast.Return, ast.Break, ast.Continue)
        self.swallows = self.swallows or any(isinstance(part, leaving) for each in node.finalbody for part in all_below(each))
        node.orelse = self.block(node.orelse)
        node.finalbody = self.block(node.finalbody)
        return node

    visit_Try = visit_TryStar = handlers

    def caught(self, handler):
        """`except E as name` where others can see the name: what Python does with the name, written out."""
        name, handler.name = handler.name, None

        def bound(value, like):
            return self.located(ast.Assign([ast.Name(name, ast.Store())], self.bound_value(name, value, like)), like)

        last = handler
        if sys.version_info < (3, 10):
            # What is cleaned up there counts as part of the statement before it, which shows in what `__exit__` is called from.
            statements = (each for part in handler.body for each in all_below(part) if isinstance(each, ast.stmt))
            last = max((each for each in statements if hasattr(each, "lineno")), key=lambda each: each.lineno, default=handler)
        unbound = self.located(ast.Delete([ast.Name(name, ast.Del())]), last)
        kept = self.located(ast.Try(handler.body, [], [], [bound(text(None), last), unbound]), handler)
        handler.body = [bound(calls("__rd_caught__", [], handler), handler), kept]

    def visit_Match(self, node):
        node.subject = calls("__rd_subject__", self.looked_at(node), node.subject)
        for case in node.cases:
            bindings = self.captured(case.pattern)
            if case.guard is not None:
                case.guard = self.truth(case.guard)
            if bindings:
                # What the pattern captures is bound once all of it matches, and before the guard is asked.
                parts = [self.located(ast.List(bindings, ast.Load()), case.pattern)]
                if case.guard is not None:
                    parts.append(case.guard)
                case.guard = self.located(ast.BoolOp(ast.And(), parts), case.pattern) if len(parts) > 1 else parts[0]
            case.body = self.block(case.body)
        return node

    def looked_at(self, node):
        """What a `match` looks at: its subject, whether at attributes of that, and the places that patterns name."""
        parts = [part for case in node.cases for part in all_below(case.pattern)]
        looked_at = [self.visit(node.subject), text(any(isinstance(part, ast.MatchClass) for part in parts))]
        for part in parts:
            if isinstance(part, ast.MatchValue) and isinstance(part.value, ast.Attribute):
                name = self.mangled(part.value.attr)
                if name in tracked_attributes:
                    arguments = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
                    looked_at += [ast.Lambda(arguments, part.value.value), text(name)]
        return looked_at

    def captured(self, pattern):
        """Renames what a pattern captures where others can see it, and returns the expressions that bind the real names."""
        bindings = []
        renamed = {}
        for part in all_below(pattern):
            field = "rest" if isinstance(part, ast.MatchMapping) else "name"
            name = getattr(part, field, None)
            if not isinstance(name, str) or self.where(name) is None:
                continue
            if name not in renamed:
                self.captures += 1
                hidden = renamed[name] = "__rd_%d__" % self.captures
                if self.scope.kind == "module":
                    value = calls("__rd_capture__", [text(hidden)], part)
                else:
                    value = ast.Name(hidden, ast.Load())
                bound = ast.NamedExpr(ast.Name(name, ast.Store()), self.bound_value(name, value, part))
                bindings.append(self.located(bound, part))
                if self.scope.kind != "module":
                    bindings.append(self.located(ast.NamedExpr(ast.Name(hidden, ast.Store()), text(None)), part))
            setattr(part, field, renamed[name])
        return bindings

    def visit_Import(self, node):
        before = []
        after = []
        for alias in node.names:
            name = alias.asname or alias.name.split(".")[0]
            if name != "*" and self.is_seen(name):
                before += self.unannounced(name, node)
                after.append(self.expression(calls("__rd_born__", [ast.Name(name, ast.Load())], node)))
        return before + [node] + after

    visit_ImportFrom = visit_Import

    def visit_Global(self, node):
        return node

    visit_Nonlocal = visit_Global


class GeneratedRewriter(Rewriter):
    """Rewrites what the library has generated of methods that only look at attributes: all names are such a method's own."""

    def where(self, name):
        return None

    def visit_FunctionDef(self, node):
        if node.name in GENERATED:
            return super().visit_FunctionDef(node)
        node.body = [self.visit(each) if isinstance(each, ast.FunctionDef) else each for each in node.body]
        if node.name == "__init__":
            for each in all_below(node):
                if isinstance(each, ast.Call) and "_dflt_" in getattr(each.func, "id", ""):  # a factory of the scenario's choice
                    each.func = calls("__rd_callee__", [each.func], each.func)
        return node


GENERATED = frozenset("__repr__ __eq__ __lt__ __le__ __gt__ __ge__ __hash__".split())


class UnsupportedSyntax(Exception):
    def __init__(self, what, line):
        super().__init__(what)
        self.what = what
        self.line = line
