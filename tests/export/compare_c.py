"""Compiles exported C and compares it with exported Python, by CasADi's interface. What has code of its own
for vector instructions is compiled twice: for any processor, and for this one.

    compare_c.py WENGERT FILE.ad ...
"""

import ctypes
import subprocess
import sys

import numpy as np
from compare import beside_numpy, numbers, report, worst_of

FLAGS = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
LEVELS = {"any": ["-O1"], "native": ["-O3", "-march=native"]}
POINTER = ctypes.POINTER(ctypes.c_double)


class Function:
    """A function of a library, called as CasADi calls it."""

    def __init__(self, library, name):
        self.call = getattr(library, name)
        ask = lambda what, kind: self.restype(getattr(library, f"{name}_{what}"), kind)  # noqa: E731
        self.n_in = ask("n_in", ctypes.c_longlong)()
        self.n_out = ask("n_out", ctypes.c_longlong)()
        shape = ctypes.POINTER(ctypes.c_longlong)
        number = ctypes.c_longlong
        sparsity = ask("sparsity_out", shape)
        self.shapes = [tuple(sparsity(number(k))[:2]) for k in range(self.n_out)]
        name_in, name_out = ask("name_in", ctypes.c_char_p), ask("name_out", ctypes.c_char_p)
        self.ins = [name_in(number(k)).decode() for k in range(self.n_in)]
        self.outs = [name_out(number(k)).decode() for k in range(self.n_out)]
        sizes = [ctypes.c_longlong() for _ in range(4)]
        getattr(library, f"{name}_work")(*map(ctypes.byref, sizes))
        self.room = sizes[3].value

    @staticmethod
    def restype(function, kind):
        """A C function with the type of its result."""
        function.restype = kind
        return function

    def __call__(self, arguments):
        flat = [np.asarray(a, dtype=float).ravel(order="F").copy() for a in arguments]
        results = [np.full(m * n, -777.0) for m, n in self.shapes]
        work = np.full(max(self.room, 1), np.nan)
        pointers = lambda arrays: (POINTER * max(len(arrays), 1))(  # noqa: E731
            *(a.ctypes.data_as(POINTER) for a in arrays)
        )
        self.call(pointers(flat), pointers(results), None, work.ctypes.data_as(POINTER), 0)
        return [r.reshape(s, order="F") for r, s in zip(results, self.shapes)]


def compare(wengert, script, folder):
    """The largest difference, or a text about what was refused."""
    found = beside_numpy(wengert, script, folder, "c", "c")
    if isinstance(found, str):
        return found
    exported, path = found
    levels = LEVELS if "__AVX2__" in path.read_text() else ["any"]
    return max(compiled(script, exported, path, level) for level in levels)


def compiled(script, exported, path, level):
    """The largest difference of what a compiler makes of a file."""
    stem, library, inputs = path.stem, path.with_suffix(f".{level}.so"), exported.inputs()
    flags = [*FLAGS, *LEVELS[level]]
    subprocess.run(["gcc", *flags, str(path), "-o", str(library), "-lm"], check=True)
    library, pairs = ctypes.CDLL(str(library)), []
    if exported.REQUESTS:
        name = stem if hasattr(library, stem) else f"value_{stem}"
        values = Function(library, name)(inputs.values())
        pairs += zip(exported.REQUESTS, values, numbers(exported.values(**inputs)))
    if hasattr(exported, "run"):
        name = f"{stem}_run" if hasattr(library, f"{stem}_run") else f"value_{stem}_run"
        run = Function(library, name)
        found = exported.run(**inputs)
        pairs += zip(found, run(inputs.values()), numbers(found.values()))
    return worst_of(script, f"c {level}", [(text, got, np.atleast_2d(want)) for text, got, want in pairs])


if __name__ == "__main__":
    wengert, *scripts = sys.argv[1:]
    sys.exit(report("c", scripts, lambda script, folder: compare(wengert, script, folder)))
