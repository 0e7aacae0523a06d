"""Runs exported Python and compares it with what Wengert computes.

    compare.py WENGERT TARGET FILE.ad ...

For every script: the values of its requests and the inputs after its loops, to 1e-12.
"""

import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np


def of_json(value):
    """A value of Wengert's JSON as an array."""
    return np.array(value, dtype=object).astype(float) if value != [] else np.zeros((0, 0))


def relative(a, b):
    """The largest difference relative to the largest entry; inf for other shapes."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape:
        return np.inf
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    with np.errstate(all="ignore"):
        apart = np.max(np.where(same, 0.0, np.abs(a - b)), initial=0.0)
        scale = np.max(np.where(np.isfinite(b), np.abs(b), 0.0), initial=0.0)
        return 0.0 if apart <= 1e-15 else apart / max(scale, 1e-300)


def module(path):
    """The module in a file."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def numbers(values):
    """Arrays of NumPy, whatever library made them."""
    return [v.detach().numpy() if hasattr(v, "detach") else np.asarray(v) for v in values]


def shown_values(lines):
    """Texts and values that a script shows, derivatives by reverse mode among them."""
    for line in lines:
        if line["kind"] == "value":
            yield line["text"], line["value"]
        if line["kind"] in ("trace", "check", "derive"):
            outputs = line["outputs"] if "outputs" in line else [line["output"]]
            wrt = line.get("wrt", [])
            wrt = wrt if isinstance(wrt, list) else [wrt]
            for output in outputs:
                yield output, None
                for name in wrt:
                    yield f"grad({output}, {name})", None
        if line["kind"] == "print":
            for item in line["items"]:
                yield "", item
        if line["kind"] == "compare":
            yield line["output"], line["value"]
            for row in line["wrt"]:
                yield f"grad({line['output']}, {row['name']})", row["reverse"]


def compare(wengert, target, script, folder):
    """The largest difference, or a text about what was refused."""
    code = folder / (script.stem.replace("-", "_").replace(".", "_") + f"_{target}.py")
    export = [wengert, "export", str(script), "--to", target, "-o", str(code)]
    done = subprocess.run(export, capture_output=True, text=True)
    if done.returncode != 0:
        return next((line for line in done.stderr.splitlines() if "error" in line), done.stderr)
    exported = module(code)
    inputs = exported.inputs()
    names = {}
    if hasattr(exported, "run"):
        found = exported.run(**inputs)
        names = dict(zip(found, numbers(found.values())))
        inputs = {**inputs, **found}
    if any(' without a value' in line for line in exported.__doc__.splitlines()):
        return 'inputs without values'
    first = numbers(exported.values(**exported.inputs()))
    values = numbers(exported.values(**inputs))
    renamed = dict(
        reversed(line.strip().split(": ", 1)[0:1] + [line.rsplit(", ", 1)[1].split(" in the script")[0]])
        for line in exported.__doc__.splitlines()
        if " in the script" in line
    )
    original = {code: script for script, code in renamed.items()}
    named = [original.get(name, name) for name in names]
    ends = [*exported.REQUESTS, *named] if hasattr(exported, "run") else []
    text = script.read_text() + "\n" + "\n".join(ends) + "\n"
    done = subprocess.run(
        [wengert, "--format", "json", "--quiet", "-"],
        input=text,
        capture_output=True,
        text=True,
        cwd=script.parent,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    shown = list(shown_values(lines))
    all_shown = list(shown)
    if ends:
        shown = shown[-len(ends) :]
    got = dict(enumerate([*values, *names.values()]))
    asked = [*exported.REQUESTS, *named]
    pairs = []
    for k, text in enumerate(asked):
        while shown and ends and shown[0][0] != text.split(' at ')[0]:
            shown.pop(0)
        place = next((i for i, (known, _) in enumerate(shown) if known == text.split(' at ')[0]
            ), None)
        if place is not None and shown[place][1] is not None:
            pairs.append((text, got[k], shown[place][1]))
            shown = shown[place + 1 :] if not ends else shown[1:]
    worst = 0.0
    for text, got, want in pairs:
        difference = relative(got, of_json(want))
        if ends and not difference <= 1e-12:
            # It may have been asked for before the loops, with values that are gone since.
            others = [value for known, value in all_shown if known == text and value is not None]
            found = [first[k] for k, request in enumerate(exported.REQUESTS) if request == text]
            apart = [relative(a, of_json(b)) for a in found for b in others]
            difference = min([difference, *apart])
        if not difference <= 1e-12:
            print(f"  {script.name} {target}: {text}: {difference:.1e}", np.shape(got), of_json(want).shape)
        worst = max(worst, difference if difference == difference else np.inf)
    return worst if pairs else 'nothing to compare'


def beside_numpy(wengert, script, folder, target, ending):
    """The module that NumPy gets and the file of another target, or a text about what was refused."""
    stem = script.stem.replace("-", "_").replace(".", "_") + "_x"
    paths = {"numpy": folder / f"{stem}_numpy.py", target: folder / f"{stem}.{ending}"}
    for name, path in paths.items():
        export = [wengert, "export", str(script), "--to", name, "-o", str(path)]
        done = subprocess.run(export, capture_output=True, text=True)
        if done.returncode != 0:
            return next((line for line in done.stderr.splitlines() if "error" in line), done.stderr)
    exported = module(paths["numpy"])
    if any(" without a value" in line for line in exported.__doc__.splitlines()):
        return "inputs without values"
    return exported, paths[target]


def worst_of(script, target, pairs):
    """The largest difference of pairs, with a line for each that is not small."""
    worst = 0.0
    for text, got, want in pairs:
        difference = relative(got, want)
        if not difference <= 1e-11:
            print(f"  {script.name} {target}: {text}: {difference:.1e}", got.shape, want.shape)
        worst = max(worst, difference if difference == difference else np.inf)
    return worst


def report(target, scripts, compare):
    """Compares each script in a folder; the exit status says whether all agree."""
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for script in map(pathlib.Path, scripts):
            try:
                result = compare(script.resolve(), pathlib.Path(folder))
            except Exception as error:  # noqa: BLE001
                result = f"{type(error).__name__}: {str(error)[:500]}"
                failed += 1
            if isinstance(result, str):
                print(f"{script} {target}: {result}")
            else:
                print(f"{script} {target}: {result:.1e}")
                failed += result > 1e-9
    return 1 if failed else 0


def main(wengert, target, *scripts):
    """Compares each script with what Wengert computes."""
    return report(target, scripts, lambda script, folder: compare(wengert, target, script, folder))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
