"""Runs exported Julia: one process for many files."""

import os
import pathlib
import shutil
import subprocess

import numpy as np

DRIVER = """
shown(x::Number) = string("0 ", Float64(x))
shown(x::AbstractVector) = string("1 ", length(x), " ", join(Float64.(x), " "))
shown(x::AbstractMatrix) = string("2 ", size(x, 1), " ", size(x, 2), " ", join(Float64.(vec(x)), " "))

# The requests and the inputs that loops change, after them: names and values.
function both(m, inputs)
    changed = :run in names(m; all=true) ? m.run(; inputs...) : NamedTuple()
    found = m.values(; merge(inputs, changed)...)
    return [m.REQUESTS; collect(string.(keys(changed)))], Any[found..., changed...]
end

requests(m, inputs) = m.REQUESTS, Any[m.values(; inputs...)...]
loops(m, inputs) = (found = m.run(; inputs...); (string.(keys(found)), Any[found...]))

function call(path, function_of, inputs_of)
    try
        m = include(path)
        names, results = Base.invokelatest(function_of, m, Base.invokelatest(inputs_of, m))
        println("ok ", length(results))
        for (name, x) in zip(names, results)
            println(replace(name, "\\n" => " "))
            println(shown(x))
        end
    catch error
        text = sprint(showerror, error)
        println("failed ", replace(first(text, 300), "\\n" => " "))
    end
end
"""


def literal(value, matrix=False):
    """A value as Julia writes it: columns are vectors, but where a matrix is asked for."""
    value = np.asarray(value, dtype=float)
    number = lambda x: "NaN" if x != x else "Inf" if x == np.inf else "-Inf" if x == -np.inf else repr(float(x))
    if value.ndim == 0:
        return number(value)
    if value.shape[1] == 1 and not matrix:
        return "Float64[" + ", ".join(map(number, value[:, 0])) + "]"
    m, n = value.shape
    return f"reshape(Float64[{', '.join(map(number, value.T.ravel()))}], {m}, {n})"


def read(line):
    """A value as the driver prints it: vectors are columns."""
    kind, *words = line.split()
    if kind == "0":
        return np.array(float(words[0]))
    if kind == "1":
        return np.array(words[1:], dtype=float).reshape(-1, 1)
    m, n = int(words[0]), int(words[1])
    return np.array(words[2:], dtype=float).reshape(n, m).T


def has_julia():
    """True if there is a Julia to run."""
    return shutil.which("julia") is not None


def run(calls, folder):
    """The results of `calls`: a path of a module, `requests`, `loops` or `both`, and inputs as
    Julia writes them; None for the module's own.

    A result is a list of names and arrays, or a text about what went wrong.
    """
    results = {}
    for loops in (False, True):
        some = [k for k, (path, *_) in enumerate(calls) if has_loops(path) == loops]
        results.update(zip(some, in_one_process([calls[k] for k in some], folder, loops)))
    return [results[k] for k in range(len(calls))]


def has_loops(path):
    """True if a module has loops, which are worth being compiled."""
    text = path.read_text()
    return "\nfunction run(" in text or "    state = " in text


def in_one_process(calls, folder, compiled):
    """The results of `calls`, compiled or interpreted."""
    script = [DRIVER]
    for path, function, inputs in calls:
        given = "m.inputs()"
        if inputs is not None:
            names = ", ".join(f"{name}={value}" for name, value in inputs.items())
            given = f"(; {names})" if inputs else "NamedTuple()"
        script.append(f'call("{path}", {function}, m -> {given})')
    driver = folder / "driver.jl"
    driver.write_text("\n".join(script) + "\n")
    compiling = [] if compiled else ["--compile=min"]
    command = ["julia", "--startup-file=no", "-O0", *compiling, "--compiled-modules=no", str(driver)]
    # Packages that are not installed have stand-ins.
    standin = pathlib.Path(__file__).resolve().parent / "standin"
    packages = os.environ.get("JULIA_LOAD_PATH", "@:@v#.#:@stdlib")
    environment = {**os.environ, "JULIA_LOAD_PATH": f"{packages}:{standin}"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    lines = iter(done.stdout.splitlines())
    results = []
    for _ in calls:
        status, rest = (next(lines, "failed " + done.stderr[-2000:]) + " ").split(" ", 1)
        if status == "ok":
            rest = [(next(lines), read(next(lines))) for _ in range(int(rest))]
        results.append(rest)
    return results
