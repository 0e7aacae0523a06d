"""Exported SymPy or CasADi against exported NumPy: its numbers, and its formulas with numbers put in.

    compare_formulas.py WENGERT sympy|casadi FILE.ad ...
"""

import sys

import numpy as np
from compare import beside_numpy, module, numbers, report, worst_of


def sympy_numbers(exported):
    """The values as numbers, and as formulas in which symbols are replaced."""
    import sympy as sp

    def array(value):
        return np.array(value.tolist(), dtype=float) if isinstance(value, sp.MatrixBase) else np.array(float(value))

    symbols, inputs = exported.symbols(), exported.inputs()
    pairs = {}
    for name, symbol in symbols.items():
        both = zip(symbol, inputs[name]) if isinstance(symbol, sp.MatrixBase) else [(symbol, inputs[name])]
        pairs.update(both)
    formulas = exported.values(**symbols)
    free = set().union(*(formula.free_symbols for formula in formulas if hasattr(formula, "free_symbols")))
    assert free, "no symbol is left in the formulas"
    put_in = [sp.sympify(formula).subs(pairs) for formula in formulas]
    return [array(value) for value in exported.values(**inputs)], [array(value) for value in put_in]


def casadi_numbers(exported):
    """The values as numbers, and those of the function that CasADi makes of the formulas."""
    import casadi as ca

    def array(value):
        found = np.array(ca.DM(value))
        return found.reshape(()) if found.size == 1 else found

    function = exported.function()
    results = function(*exported.inputs().values())
    results = results if isinstance(results, tuple) else [results]
    return [array(value) for value in exported.values(**exported.inputs())], [array(value) for value in results]


def compare(wengert, target, script, folder):
    """The largest difference, or a text about what was refused."""
    found = beside_numpy(wengert, script, folder, target, "py")
    if isinstance(found, str):
        return found
    numpy, path = found
    want = numbers(numpy.values(**numpy.inputs()))
    exported = module(path)
    got, put_in = {"sympy": sympy_numbers, "casadi": casadi_numbers}[target](exported)
    pairs = [*zip(exported.REQUESTS, got, want), *zip(exported.REQUESTS, put_in, want)]
    assert len(pairs) == 2 * len(want)
    return worst_of(script, target, pairs)


if __name__ == "__main__":
    wengert, target, *scripts = sys.argv[1:]
    sys.exit(report(target, scripts, lambda script, folder: compare(wengert, target, script, folder)))
