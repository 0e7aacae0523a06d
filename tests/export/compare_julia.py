"""Runs exported Julia and compares it with exported NumPy.

    compare_julia.py WENGERT FILE.ad ...
"""

import pathlib
import sys
import tempfile

from compare import beside_numpy, numbers, report, worst_of
from julia import run


def main(wengert, *scripts):
    """Compares each script; the exit status says whether all agree."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        calls, found = [], {}
        for script in map(pathlib.Path, scripts):
            part = folder / str(len(found))
            part.mkdir()
            found[script.resolve()] = beside = beside_numpy(wengert, script, part, "julia", "jl")
            if not isinstance(beside, str):
                exported, path = beside
                functions = ["requests"] + ["loops"] * hasattr(exported, "run")
                calls += [(path, function, None) for function in functions]
        results = dict(zip([(path, function) for path, function, _ in calls], run(calls, folder)))

        def compare(script, _):
            if isinstance(found[script], str):
                return found[script]
            exported, path = found[script]
            pairs, inputs = [], exported.inputs()
            for function in ["requests"] + ["loops"] * hasattr(exported, "run"):
                result = results[path, function]
                if isinstance(result, str):
                    raise RuntimeError(result)
                own = exported.values(**inputs) if function == "requests" else exported.run(**inputs).values()
                if len(own) != len(result):
                    raise RuntimeError(f"{len(result)} results for {len(own)}")
                pairs += [(name, got, want) for (name, got), want in zip(result, numbers(own))]
            return worst_of(script, "julia", pairs)

        return report("julia", scripts, compare)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
