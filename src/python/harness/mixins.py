# What `collections.abc` mixes into the library's own mappings: `setdefault`, `pop`, `update` and the like of a `UserDict` or a `ChainMap` are
# written in Python, and others get in between what they do with one element and with the next. Part of the harness; see core.py.

MIXED_IN = frozenset(
    ["MutableMapping." + name for name in ("pop", "popitem", "clear", "update", "setdefault")] + ["UserDict.get", "ChainMap.get"]
)


def is_mixed_in(method):
    """Whether a method, bound to something of the library's, is one of those."""
    function = getattr(method, "__func__", None) or getattr(method, "func", None)
    return type(function) is types.FunctionType and function.__qualname__ in MIXED_IN and function.__globals__ is not program_globals


def call_mixed_in(thing, method, arguments, keywords):
    """Calls such a method of something that threads share, a step for each element that it looks at."""
    function = getattr(method, "__func__", None) or method.func
    if function.__name__ == "update":
        arguments = [element_by_element(each) for each in arguments]
    return function(ElementByElement(thing), *arguments, **keywords)


def element_by_element(given):
    """What `update` is given, to be read as it reads it."""
    if type(given) in ATOMS:
        return given
    return ElementByElement(given) if hasattr(type(given), "keys") else map(rd_whole, rd_turns(given))


class ElementByElement:
    """Stands for a mapping in code of the library's, whose every look at it is then one that the scenario could have taken."""

    __slots__ = ("thing",)
    __class__ = property(lambda self: type(self.thing))  # which `isinstance` goes by

    def __init__(self, thing):
        self.thing = thing

    def __getattr__(self, name):
        return rd_opaque(self.thing, name)

    def __getitem__(self, key):
        return rd_item(self.thing, key)

    def __setitem__(self, key, value):
        wr_item(value, self.thing, key)

    def __delitem__(self, key):
        del_item(self.thing, key)

    def __contains__(self, key):
        return rd_in(key, self.thing)

    def __iter__(self):
        return iter(rd_turns(self.thing))
