"""How well derivatives are simplified: the closed forms beside this file, and integrals of the Rubi
test suite, whose derivative must be the integrand.

    python3 benches/formulas/measure.py [--program target/debug/wengert] [--show] [closed] [rubi]

The sizes are those of a reader: operations of the text, or with equal parts counted once; numbers,
names, transposes and indices are free. `rubi.jsonl` is a sample of the suite, whose licence is MIT."""

import argparse
import json
import math
import os
import re
import statistics
import subprocess
from concurrent.futures import ThreadPoolExecutor

import text

HERE = os.path.dirname(os.path.abspath(__file__))


def run(program, script):
    """The objects that a script shows; and an error, if there is one, at the end."""
    arguments = [program, "--format", "json", "--limit-time", "60", "--time", "-"]
    done = subprocess.run(arguments, input=script, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def literal(value):
    if not isinstance(value, list):
        return repr(value)
    if value and isinstance(value[0], list):
        return "[" + "; ".join(", ".join(repr(x) for x in row) for row in value) + "]"
    return "[" + ", ".join(repr(x) for x in value) + "]"


def flat(value):
    return [x for part in value for x in flat(part)] if isinstance(value, list) else [value]


def number(value):
    return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}.get(value, value)


def split(formula):
    """The definitions of shared parts, and the whole at the end; `;` stands in matrices too."""
    pieces, depth, start = [], 0, 0
    for k, letter in enumerate(formula):
        depth += (letter in "([") - (letter in ")]")
        if letter == ";" and depth == 0:
            pieces.append(formula[start:k].strip())
            start = k + 1
    return pieces + [formula[start:].strip()]


def written_out(formula):
    """The formula as text without names for shared parts."""
    *parts, whole = split(formula)
    names = {}
    for part in [*parts, "= " + whole]:
        name, body = part.split("= ", 1)
        body = re.sub(r"\b[A-Za-z_]\w*\b", lambda found: names.get(found[0], found[0]), body)
        names[name.strip()] = f"({body})"
    return body


def formula_of(line):
    """A printed formula: shared parts and the whole."""
    pieces = split(line["formula"])
    parts = [piece.split(" = ", 1) for piece in pieces[:-1]]
    return [(name, text.read(part)) for name, part in parts], text.read(pieces[-1])


def expanded(parts, whole):
    names = {}
    for name, part in parts:
        names[name] = text.replaced(part, names)
    return text.replaced(whole, names)


def definitions(source):
    names = {}
    for line in source.splitlines():
        name, _, body = line.partition(" = ")
        if "(" not in name:
            names[name.strip()] = text.replaced(text.read(body), names)
    return names


def closed(program, case):
    values = case["points"][0]
    inputs = [f"{name} = {literal(value)}" for name, value in values.items()]
    base = "\n".join(inputs) + "\n" + case["definitions"] + "\n"
    derive = "derive {} wrt {}\n".format(case["formula"], ", ".join(case["wrt"]))
    shown = [line for line in run(program, base + derive) if line["kind"] == "derive"]
    result = {"formula": [], "short": True, "missing": False, "wrong": False, "objections": set()}
    if len(shown) < len(case["wrt"]) or any(line.get("formula") is None for line in shown):
        return result | {"missing": True, "short": False}
    for k, line in enumerate(shown):
        parts, whole = formula_of(line)
        size = sum(text.written(part) for _, part in parts) + text.written(whole)
        once = text.shared([part for _, part in parts] + [whole])
        full = text.shared([expanded(parts, text.replaced(whole, definitions(case["definitions"])))])
        best = case["best_written"][k]
        result["short"] &= min(size, once) <= best or full <= case["best_shared"]
        result["formula"].append(line["formula"])
        for tree in [part for _, part in parts] + [whole]:
            result["objections"] |= text.objections(tree, base + derive)
        for tree in map(text.read, split(case["best"][k])[-1:]):
            result["objections"] -= text.objections(tree, base + derive)
        for point, expected in zip(case["points"], case["expected"][k]):
            script = "".join(f"{n} = {literal(v)}\n" for n, v in point.items())
            script += case["definitions"] + "\nanswer = 0*1\n"
            script += "\n".join(split(line["formula"])[:-1]) + "\n"
            values = run(program, script + "(" + split(line["formula"])[-1] + ")\n")
            got = [number(x) for x in flat(values[-1].get("value", math.nan))]
            want = flat([expected])
            scale = max([abs(x) for x in want] + [1e-300])
            if len(got) != len(want) or not all(abs(a - b) <= 1e-8 * scale for a, b in zip(got, want)):
                result["wrong"] = True
    return result


def rubi(program, case):
    names = "input " + ", ".join([case["x"], *case["p"]]) + "\n"
    x, scale = case["x"], "scale_"
    script = names + f"input {scale}\nderive {case['F']} wrt {x}\n"
    script += f"derive {scale}*(grad({case['F']}, {x}) - ({case['f']})) wrt {scale}\n"
    shown = [line for line in run(program, script) if line["kind"] == "derive"]
    result = {"zero": False, "ratio": math.inf, "missing": True, "again": False, "wrong": False}
    if not shown or shown[0].get("formula") is None:
        return result
    parts, whole = formula_of(shown[0])
    size = sum(text.written(part) for _, part in parts) + text.written(whole)
    once = text.shared([part for _, part in parts] + [whole])
    best = text.read(case["f"])
    ratio = min(size / max(text.written(best), 1), once / max(text.shared([best]), 1))
    result |= {"missing": False, "ratio": ratio, "formula": shown[0]["formula"]}
    result["zero"] = len(shown) > 1 and shown[1].get("formula") == "0"
    result["rest"] = shown[1].get("formula") if len(shown) > 1 else None
    result["float"] = bool(re.search(r"\d\.\d{5}", shown[0]["formula"]))
    values = "".join(f"{name} = {case['at'][name]!r}\n" for name in [x, *case["p"]])
    typed = values + "\n".join(split(shown[0]["formula"])[:-1]) + "\n"
    typed += "(" + split(shown[0]["formula"])[-1] + ")\n"
    value = number((run(program, typed) or [{}])[-1].get("value", math.nan))
    result["value"] = value
    result["wrong"] = not abs(value - case["d"]) <= 1e-6 * max(abs(case["d"]), 1e-9)
    typed = written_out(shown[0]["formula"])
    again = names + f"input {scale}\nderive {scale}*({typed}) wrt {scale}\n"
    second = [line for line in run(program, again) if line["kind"] == "derive"]
    result["again"] = bool(second) and second[0].get("formula") == shown[0]["formula"]
    result["second"] = second[0].get("formula") if second else None
    return result


def main():
    options = argparse.ArgumentParser()
    options.add_argument("what", nargs="*", default=["closed", "rubi"])
    options.add_argument("--program", default="target/debug/wengert")
    options.add_argument("--rubi", default=os.path.join(HERE, "rubi.jsonl"))
    options.add_argument("--show", action="store_true")
    options = options.parse_args()
    what = options.what or ["closed", "rubi"]
    pool = ThreadPoolExecutor(2)
    if "closed" in what:
        cases = json.load(open(os.path.join(HERE, "closed_forms.json")))
        results = list(pool.map(lambda case: closed(options.program, case), cases))
        if options.show:
            for case, result in zip(cases, results):
                marks = ["" if result["short"] else "LONG", "WRONG" if result["wrong"] else ""]
                print("{:5}{:6}{}\n      {}\n      {}\n      {}".format(
                    *marks, case["formula"].replace("\n", "; "), result["formula"], case["best"],
                    sorted(result["objections"])))
        count = lambda key: sum(bool(result[key]) for result in results)
        print(f"closed forms: {len(cases)}, as short as the best {count('short')},"
              f" objected to {count('objections')}, wrong {count('wrong')}, missing {count('missing')}")
        kinds = [kind for result in results for kind in result["objections"]]
        print("  " + ", ".join(f"{kind} {kinds.count(kind)}" for kind in sorted(set(kinds))))
    if "rubi" in what:
        cases = [json.loads(line) for line in open(options.rubi)]
        results = list(pool.map(lambda case: rubi(options.program, case), cases))
        if options.show:
            for case, result in zip(cases, results):
                print("{:5}{:5.2f} {:6}{}\n      {}\n      f  {}\n      F' {}\n      0  {}".format(
                    "ZERO" if result["zero"] else "", result["ratio"], "WRONG" if result["wrong"] else "",
                    case["id"], case["F"], case["f"], result.get("formula"), result.get("rest")))
                if not result["again"]:
                    print("      =  {}".format(result.get("second")))
        n = len(cases)
        share = lambda key: f"{100 * sum(bool(result.get(key)) for result in results) / n:.1f} %"
        short = sum(result["ratio"] <= 1 for result in results)
        print(f"rubi: {n}, difference is 0 {share('zero')}, as short as the integrand {100 * short / n:.1f} %,"
              f" median ratio {statistics.median(r['ratio'] for r in results):.2f},"
              f" the same again {share('again')}, missing {share('missing')}, wrong {share('wrong')},"
              f" with long decimals {share('float')}")


main()
