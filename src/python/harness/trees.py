# What is done with a syntax tree as such. The module `ast` has the same and takes longer to import than a program takes to explore.
# Part of the harness; see core.py.


def parse(source, filename):
    return compile(source, filename, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)


PLACE = ("lineno", "col_offset", "end_lineno", "end_col_offset")


def place_like(node, like):
    """`node`, with the place of `like`."""
    for name in PLACE:
        place = getattr(like, name, None)
        if place is not None:
            setattr(node, name, place)
    return node


def place_all(node, place=(1, 0, 1, 0)):
    """Gives what has no place its parent's, and returns `node`. A node has all of a place, or nothing of it."""
    if "lineno" in node._attributes:
        if getattr(node, "lineno", None) is None:
            node.lineno, node.col_offset, node.end_lineno, node.end_col_offset = place
        else:
            place = node.lineno, node.col_offset, node.end_lineno, node.end_col_offset
    for child in children(node):
        place_all(child, place)
    return node


def children(node):
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            yield value
        elif type(value) is list:
            for each in value:
                if isinstance(each, ast.AST):
                    yield each


def all_below(node):
    """`node` and all nodes below, those that are nearer first."""
    left = collections.deque([node])
    while left:
        node = left.popleft()
        left.extend(children(node))
        yield node


class Visitor:
    """Visits nodes with the method that is named for their kind, or else their children."""

    def visit(self, node):
        method = getattr(self, "visit_" + type(node).__name__, None)
        return self.visit_children(node) if method is None else method(node)

    def visit_children(self, node):
        for child in children(node):
            self.visit(child)


class Transformer(Visitor):
    """Puts what visiting a node returns in its place: a node, nothing, or within a list several."""

    def visit_children(self, node):
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, ast.AST):
                result = self.visit(value)
                if result is None:
                    delattr(node, name)
                else:
                    setattr(node, name, result)
            elif type(value) is list:
                results = []
                for each in value:
                    result = self.visit(each) if isinstance(each, ast.AST) else each
                    if isinstance(result, ast.AST) or not isinstance(each, ast.AST):
                        results.append(result)
                    elif result is not None:
                        results.extend(result)
                value[:] = results
        return node
