# The caches of `functools`, modelled: looking something up is a step, and so is keeping it; what is called in between is the
# scenario's. Part of the harness; see core.py.


def lru_cache(maxsize=128, typed=False):
    """`functools.lru_cache`."""
    if callable(maxsize) and isinstance(typed, bool):
        return cached(maxsize, 128, typed)
    if isinstance(maxsize, int):
        maxsize = max(maxsize, 0)
    elif maxsize is not None:
        raise TypeError("Expected first argument to be an integer, a callable, or None")
    return lambda function: cached(function, maxsize, typed)


def cache(user_function, /):
    """`functools.cache`."""
    return cached(user_function, None, False)


class Mark:
    """Stands in a key between what was given by position and by name, and has the same hash in every process."""

    def __hash__(self):
        return 1


BY_NAME_FOLLOW = (Mark(),)


SMALL = 64  # results: a cache for so many may lose what was not asked for lately


def cached(function, maxsize, typed):
    """`function`, whose results are kept."""
    publish(function)
    name = new_name()
    everything = digest((name, "all"))
    counts = digest((name, "counts"))
    is_counted = "cache_info" in program.source  # else nobody can tell
    is_ordered = maxsize is not None and maxsize <= SMALL
    kept = {}  # each key and its result
    order = {}  # where there is a size: the keys, by where they lie; which was asked for last comes last
    hits = misses = 0

    def touches(key, manner):
        if is_ordered or keys_notice:
            return ((everything, WRITE),)
        touched = ((digest((name, key_of(tuple(key) if isinstance(key, list) else key))), manner), (everything, READ))
        return touched + ((counts, WITHIN),) if is_counted else touched

    def wrapper(*arguments, **keywords):
        nonlocal hits, misses
        key = python_functools._make_key(arguments, keywords, typed, BY_NAME_FOLLOW)
        entry = kept.get(key) if solo else act_by_key(announce(touches, key, READ), dict.get, kept, key)
        if detail and not solo:
            note("look up", called(function), None if entry is None else "%s -> %s" % (show(arguments), show(entry[1])))
        if entry is not None:
            hits += 1
            if order.pop(id(entry[0]), None) is not None:
                order[id(entry[0])] = entry[0]
            return entry[1]
        misses += 1
        value = callee(function)(*arguments, **keywords)
        if maxsize == 0:
            return value
        touched = () if solo else announce(touches, key, WRITE)
        if detail and not solo:
            note("keep", called(function), "%s -> %s" % (show(arguments), show(value)))
        publish(value)
        if maxsize is None:
            act_by_key(touched, operator.setitem, kept, key, (key, value))
            return value
        if act_by_key(touched, dict.setdefault, kept, key, (key, value))[0] is key:  # else somebody was faster
            order[id(key)] = key
        if len(kept) > maxsize:
            if not is_ordered:
                raise Unsupported("functools.lru_cache that is full", "only small ones are followed that far")
            del kept[order.pop(next(iter(order)))]
        return value

    def cache_info():
        if not solo:
            announce(lambda: ((everything, READ), (counts, READ)))
            if detail:
                note("look at the cache of", called(function), "%d kept" % len(kept))
        return python_functools._CacheInfo(hits, misses, maxsize, len(kept))

    def cache_clear():
        nonlocal hits, misses
        if not solo:
            announce(lambda: ((everything, WRITE), (counts, WRITE)))
            if detail:
                note("clear", called(function))
        hits = misses = 0
        kept.clear()
        order.clear()

    known = CachedFunction(wrapper)
    known.cache_info = cache_info
    known.cache_clear = cache_clear
    known.cache_parameters = lambda: {"maxsize": maxsize, "typed": typed}
    return python_functools.update_wrapper(known, function)


class CachedFunction:
    """A function whose results are kept."""

    def __init__(self, call):
        self._call = call

    def __call__(self, /, *arguments, **keywords):
        return self._call(*arguments, **keywords)

    def __get__(self, instance, owner=None):
        return self if instance is None else types.MethodType(self, instance)


CachedFunction.__name__ = CachedFunction.__qualname__ = "_lru_cache_wrapper"
CachedFunction.__module__ = "functools"


class CachedProperty:
    """`functools.cached_property`. Until CPython 3.12 one lock guarded it in all instances."""

    def __init__(self, func):
        self.func = func
        self.attrname = None
        self.__doc__ = func.__doc__
        self.lock = RLock() if sys.version_info < (3, 12) else None

    def __set_name__(self, owner, name):
        if self.attrname is None:
            self.attrname = name
        elif name != self.attrname:
            raise TypeError(
                "Cannot assign the same cached_property to two different names (%r and %r)." % (self.attrname, name)
            )

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        if self.attrname is None:
            raise TypeError("Cannot use cached_property instance without calling __set_name__ on it.")
        try:
            own = instance.__dict__
        except AttributeError:
            raise TypeError(
                "No '__dict__' attribute on %r instance to cache %r property." % (type(instance).__name__, self.attrname)
            ) from None
        value = self._looked_up(instance, own)
        if value is not MISSING:
            return value
        if self.lock is None:
            return self._made(instance, own)
        with self.lock:
            value = self._looked_up(instance, own)
            return self._made(instance, own) if value is MISSING else value

    def _looked_up(self, instance, own):
        if not solo:
            announce(lambda: ((digest((name_of(instance), self.attrname)), READ),))
            if detail:
                note("read", place_of(instance, self.attrname), show(own[self.attrname]) if self.attrname in own else None)
        return own.get(self.attrname, MISSING)

    def _made(self, instance, own):
        value = callee(self.func)(instance)
        store_attr(lambda *_: own.__setitem__(self.attrname, value), instance, self.attrname, value)
        return value

    __class_getitem__ = classmethod(types.GenericAlias)


lru_cache.__module__ = cache.__module__ = "functools"
CachedProperty.__name__ = CachedProperty.__qualname__ = "cached_property"
CachedProperty.__module__ = "functools"


python_functools = None  # once the scenario imports it


def make_functools():
    global python_functools
    import functools as python_functools

    BLIND_IDS.add(id(python_functools.wraps))
    module = types.ModuleType("functools", python_functools.__doc__)
    module.__dict__.update(vars(python_functools))
    module.__dict__.update(lru_cache=lru_cache, cache=cache, cached_property=CachedProperty, singledispatch=single_dispatch)
    MODELS["functools"] = module
