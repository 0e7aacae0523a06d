"""Runs code for all sizes at several of them and compares it with what Wengert computes there.

    sizes.py WENGERT TARGET FILE.ad ...

The inputs of a script are declared with named sizes; each gets drawn values at every choice of sizes.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

import julia
import numpy as np
from compare import module, numbers, of_json, relative

SIZES = [(3, 2, 4), (5, 7, 2), (2, 4, 3), (6, 1, 2), (1, 3, 2)]


def declared(text):
    """The inputs that a script declares, with the texts of their sizes."""
    parts = ",".join(re.findall(r"^input (.*)$", text, re.M))
    return {
        name: [size for size in (sizes or "").split(",") if size]
        for name, sizes in re.findall(r"(\w+)(?:\[([^\]]*)\])?(?:,|$)", parts.replace(" ", ""))
    }


def drawn(shapes, names, sizes, seed):
    """Values of the inputs at some sizes."""
    values, rng = {}, np.random.default_rng(seed)
    given = dict(zip(names, sizes))
    for name, texts in shapes.items():
        counts = [eval(text, {}, given) for text in texts]  # noqa: S307
        shape = () if not counts else (counts + [1])[:2]
        values[name] = np.round(rng.uniform(-1.5, 1.5, shape), 3)
    return values


def matrix(value):
    """A value as Wengert reads it."""
    if value.ndim == 0:
        return str(value)
    m, n = value.shape
    return f"reshape([{', '.join(map(str, value.T.ravel()))}], {m}, {n})"


def told(wengert, script, text, shapes, values, asked):
    """What Wengert computes of the same inputs."""
    lines = text.splitlines()
    lines = [line for line in lines if not re.match(rf"\s*({'|'.join(shapes)}) = ", line)]
    last = max(k for k, line in enumerate(lines) if line.startswith("input "))
    given = [f"{name} = {matrix(value)}" for name, value in values.items()]
    source = "\n".join([*lines[: last + 1], *given, *lines[last + 1 :], "print 1", *asked])
    done = subprocess.run(
        [wengert, "--format", "json", "--quiet", "-"],
        input=source + "\n", capture_output=True, text=True, cwd=script.parent,
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = [line["kind"] for line in found]
    if "print" not in kinds:
        raise RuntimeError(done.stdout[-1500:])
    start = kinds.index("print")
    shown = [of_json(line["value"]) for line in found[start + 1 :] if line["kind"] == "value"]
    if len(shown) != len(asked):
        raise RuntimeError(done.stdout[-800:] + done.stderr[-400:])
    return shown


def computed(target, code, shapes, values):
    """What the code computes: the requests, and then the names that loops change."""
    if target == "julia":
        given = {name: julia.literal(value, len(shapes[name]) > 1) for name, value in values.items()}
        found = julia.run([(code, "both", given)], code.parent)[0]
        if isinstance(found, str):
            raise RuntimeError(found)
        return [name for name, _ in found], [value for _, value in found]
    exported = module(code)
    changed = exported.run(**values) if hasattr(exported, "run") else {}
    requests = exported.values(**{**values, **changed})
    return [*exported.REQUESTS, *changed], numbers([*requests, *changed.values()])


def main(wengert, target, *scripts):
    """Compares each script at all sizes; the exit status says whether all agree."""
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for script in map(pathlib.Path, scripts):
            text = script.read_text()
            shapes = declared(text)
            names = sorted({name for texts in shapes.values() for t in texts for name in re.findall(r"[a-z]+", t)})
            code = pathlib.Path(folder) / f"{script.stem.replace('-', '_')}_{target}.{'jl' if target == 'julia' else 'py'}"
            export = [wengert, "export", str(script), "--to", target, "-o", str(code)]
            said = subprocess.run(export, capture_output=True, text=True, check=True).stderr
            if "the code is for" in said:
                print(f"{script} {target}: {said}")
                failed = True
                continue
            worst = 0.0
            for seed, sizes in enumerate(SIZES):
                values = drawn(shapes, names, sizes, seed)
                asked, got = computed(target, code, shapes, values)
                want = told(wengert, script, text, shapes, values, asked)
                for request, a, b in zip(asked, got, want):
                    # One row and one column is a matrix to a library and a number to Wengert.
                    a = a.reshape(b.shape) if a.size == b.size == 1 else a
                    difference = relative(a, b)
                    if not difference <= 1e-11:
                        print(f"  {script.name} {target} {sizes}: {request}: {difference:.1e}", a.shape, b.shape)
                    worst = max(worst, difference)
            print(f"{script} {target} at {len(SIZES)} sizes: {worst:.1e}")
            failed |= not worst <= 1e-9
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
