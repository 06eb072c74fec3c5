# `dis`, which shows the program's own code and not what it is rewritten to. Part of the harness; see core.py.

plain_known = (None, 0, {})  # of which rewritten module and how many texts of data classes; and of each code's id: the plain one, or None


def adapt_disassembly(module):
    """Has each function of `dis` that is given code look at what was written."""
    wraps = real_import("functools").wraps
    for name in ("disassemble", "_disassemble_recursive", "findlinestarts"):
        function = getattr(module, name)
        setattr(module, name, wraps(function)(given_plain(function)))
    module.dis = wraps(module.dis)(without_ours_within(module.dis))
    code_of = module._get_code_object
    module._get_code_object = wraps(code_of)(lambda thing: plain_code(code_of(thing)))
    from_traceback = vars(module.Bytecode)["from_traceback"].__func__
    module.Bytecode.from_traceback = classmethod(wraps(from_traceback)(without_places(from_traceback)))


def without_ours_within(dis):
    """`dis.dis`, which goes through classes: the program's have methods that it did not write."""

    def shown(x=None, **keywords):
        if issubclass(type(x), type) and x.__module__ == "__main__":
            written = {name: part for name, part in vars(x).items() if not is_ours(part)}
            x = types.SimpleNamespace(**written)
        return dis(x, **keywords)

    return shown


def is_ours(part):
    return getattr(getattr(part, "__code__", None), "co_filename", None) == "<harness>"


def given_plain(function):
    """A function of `dis` that is given the code as it was written."""

    def called(co, *arguments, **keywords):
        code = plain_code(co)
        last = arguments[0] if arguments else keywords.get("lasti", -1)
        if code is not co and type(last) is int and last >= 0:
            refuse_place()
        return function(code, *arguments, **keywords)

    return called


def without_places(from_traceback):
    def called(kind, tb, **keywords):
        last = tb
        while last.tb_next:
            last = last.tb_next
        if plain_code(last.tb_frame.f_code) is not last.tb_frame.f_code:
            refuse_place()
        return from_traceback(kind, tb, **keywords)

    return called


def refuse_place():
    raise Unsupported("the instruction that failed, by `dis`", "it is known in the rewritten program only")


def plain_code(code):
    """The code that Python would have made of what this was written as."""
    filename = getattr(code, "co_filename", None)
    if filename == "<harness>":
        raise Unsupported("`dis` of what is modelled", "its code is not CPython's")
    if filename not in (program.filename, "<string>"):
        return code
    plain = plain_codes().get(id(code), code)
    if plain is None:
        raise Unsupported("`dis` of one of several functions in a line", "which it is cannot be told once the program is rewritten")
    return plain


def plain_codes():
    global plain_known
    rewritten, texts, known = plain_known
    if rewritten is not program.code or texts != len(generated):
        known = {}
        for text, name, code in (
            (program.source, program.filename, program.code), *((text, "<string>", code) for text, code in generated.items())
        ):  # fmt: skip
            pair_codes(code, compile(text, name, "exec", dont_inherit=True), known)
        plain_known = program.code, len(generated), known
    return known


def pair_codes(rewritten, plain, known):
    """Finds for each code that is within a rewritten one the plain one, by its name and line."""
    ours, theirs = codes_within(rewritten), codes_within(plain)
    for key, codes in ours.items():
        written = theirs.get(key, ())
        if len(codes) != len(written):
            known.update((id(code), None) for code in codes)
            codes = [code for code in codes if not only_gets(code)]  # the rest may be the rewriting's own
        if len(codes) == len(written):
            known.update((id(code), plain) for code, plain in zip(codes, written))


def codes_within(code):
    """It and all codes within it, in their order, by name and first line."""
    found_codes = {}
    left = [code]
    while left:
        code = left.pop()
        found_codes.setdefault((code.co_name, code.co_firstlineno), []).append(code)
        left += [each for each in reversed(code.co_consts) if type(each) is types.CodeType]
    return found_codes


def only_gets(code):
    """Whether it is a `lambda` of the sort that the rewriting makes: what gets a variable."""
    return code.co_name == "<lambda>" and code.co_argcount == code.co_kwonlyargcount == 0 and not code.co_cellvars and all(
        each is None for each in code.co_consts
    )  # fmt: skip
