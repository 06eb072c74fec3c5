# Telling mistakes of the harness from what a scenario does wrong. Part of the harness; see core.py.


def functions_of(namespace, module):
    """The code of all functions and methods that `namespace` holds and `module` defines."""
    for value in list(namespace.values()):
        if isinstance(value, types.FunctionType) and value.__module__ == module:
            yield value.__code__
        elif isinstance(value, type) and value.__module__ == module:
            yield from functions_of(vars(value), module)


# Nothing in the files before this does anything on behalf of the scenario: whatever fails in it is a mistake.
MACHINERY = frozenset(functions_of(globals(), __name__))
OWN_CLASSES = (Op, Guard, Carrier, Strand)  # no scenario ever holds an instance of these


def is_mistake(error):
    """Whether `error` is a mistake of the harness, and says nothing of the scenario.

    The harness also raises what CPython would, and is where Python notices what is wrong with what the scenario asked for. So
    only what cannot be either of those counts: a name that is not there, whatever fails in the machinery, an attribute that a
    module or an object of the harness's own does not have."""
    if not isinstance(error, Exception) or isinstance(error, (MemoryError, RecursionError)):
        return False
    innermost = error.__traceback__
    if innermost is None:
        return False
    while innermost.tb_next is not None:
        innermost = innermost.tb_next
    frame = innermost.tb_frame
    if frame.f_globals is not globals() or instruction(innermost) == RAISE:
        return False
    if isinstance(error, NameError) or frame.f_code in MACHINERY:
        return True
    if type(error) is not AttributeError:
        return False
    asked = getattr(error, "obj", None)
    if isinstance(asked, types.ModuleType):
        # The scenario asks modules too, but not with an instruction of the harness's.
        import opcode

        return opcode.opname[instruction(innermost)] in ("LOAD_ATTR", "LOAD_METHOD")
    return isinstance(asked, OWN_CLASSES)


def instruction(traceback):
    """The number of the instruction that `traceback` names."""
    return traceback.tb_frame.f_code.co_code[traceback.tb_lasti]


try:
    raise Exception
except Exception as error:
    RAISE = instruction(error.__traceback__)  # `opcode` knows it too, but takes a millisecond to import


def sound(error):
    """`error`, unless it is a mistake of the harness: then the execution is over, and tells that instead."""
    if is_mistake(error):
        fail(error)
    if on_top and isinstance(error, RecursionError):
        # It comes at the same depth in all executions only if each thread has a stack of its own.
        program.on_top = False
        fail(GiveWay())
    return error
