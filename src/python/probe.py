import os
import sys


def main():
    said = [("executable", os.path.realpath(sys.executable or "")), ("implementation", implementation())]
    said.append(("version", "%d.%d.%d" % tuple(sys.version_info[:3])))
    said.extend(("modules", each) for each in sys.path if each and os.path.exists(each))
    if "_ctypes" in load_extensions():
        said.append(("ctypes", "yes"))
    libraries = mapped()
    said.extend(("library", each) for each in libraries)
    said.extend(("link", each) for each in links(libraries))
    # Paths are bytes, and the only byte that no path has is 0.
    text = b"\0".join(b"%s=%s" % (name.encode(), os.fsencode(value)) for name, value in said)
    sys.stdout.buffer.write(text)


def implementation():
    name = sys.implementation.name
    return {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}.get(name, name)


def load_extensions():
    """Loads what is compiled of the standard library, without running it, and returns the names that can be had.

    Not what needs a terminal or a window, nor Python's own tests; nor `_asyncio`, which imports a hundred modules when it is
    loaded and needs no library of its own.
    """
    from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, ModuleSpec

    names = set(sys.builtin_module_names)
    for folder in sys.path:
        if not os.path.isdir(folder):
            continue
        for file in sorted(os.listdir(folder)):
            name = file.partition(".")[0]
            useless = "test" in name or name.startswith(("xx", "_xx", "_asyncio", "_tkinter", "_curses", "readline"))
            if useless or file[len(name):] not in EXTENSION_SUFFIXES:
                continue
            path = os.path.join(folder, file)
            loader = ExtensionFileLoader(name, path)
            try:
                loader.create_module(ModuleSpec(name, loader, origin=path))
            except Exception:
                continue  # a library that it needs is not there, so nobody can import it
            names.add(name)
    # Where threads end, the C library loads this without being asked.
    try:
        import _ctypes

        _ctypes.dlopen("libgcc_s.so.1", 0)
    except Exception:
        pass
    return names


def mapped():
    """Returns the shared objects that this process has in memory and that do not lie among the modules, on Linux."""
    try:
        with open("/proc/self/maps", "rb") as maps:
            lines = maps.read().splitlines()
    except OSError:
        return []
    files = {os.fsdecode(parts[5]) for parts in (line.split(None, 5) for line in lines) if len(parts) == 6}
    folders = tuple(os.path.join(each, "") for each in sys.path if each)
    return sorted(
        each
        for each in files
        if each.startswith("/") and ".so" in os.path.basename(each) and not each.startswith(folders)
    )


def links(files):
    """Returns the links that lie beside these shared objects and lead to one of them."""
    known, found = set(map(identity, files)), []
    for folder in sorted(set(map(os.path.dirname, files))):
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        paths = [os.path.join(folder, name) for name in names if ".so" in name]
        found.extend(each for each in paths if os.path.islink(each) and identity(each) in known)
    return found


def identity(file):
    try:
        stat = os.stat(file)
    except OSError:
        return file  # nothing else is the same as what is not there
    return stat.st_dev, stat.st_ino


main()
