"""GradBench's evals with Wengert, beside its hand-written C++ (`manual`) and JAX.

    python3 -m venv /tmp/gradbench && /tmp/gradbench/bin/pip install numpy scipy pydantic dataclasses-json "jax[cpu]"
    git clone https://github.com/gradbench/gradbench CHECKOUT    # and nlohmann's json.hpp as CHECKOUT/cpp/json.hpp
    make -C CHECKOUT/tools/manual
    cargo build --release -p wengert-gradbench
    /tmp/gradbench/bin/python benches/gradbench/run.py CHECKOUT EVAL [ARGUMENT ...]

Runs the eval's own script, which also says whether the results are right. Every message goes to all tools
in turn. All measure CPU time, and the least of the runs of a message counts. JAX is waited for; its
first call, which compiles, is left out. Arguments are those of the eval's script, such as
`--min-seconds 0.2`.
"""

import importlib
import json
import os
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WENGERT = os.environ.get("WENGERT_GRADBENCH", os.path.join(ROOT, "target", "release", "wengert-gradbench"))

# Clocks that only go on while the process computes.
CLOCK = r"""
#define _GNU_SOURCE
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>
int clock_gettime(clockid_t id, struct timespec *t) {
    return syscall(SYS_clock_gettime, id == CLOCK_MONOTONIC ? CLOCK_PROCESS_CPUTIME_ID : id, t);
}
"""


def cpu_clock(folder):
    source, library = os.path.join(folder, "clock.c"), os.path.join(folder, "clock.so")
    with open(source, "w") as file:
        file.write(CLOCK)
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, source], check=True)
    return os.environ | {"LD_PRELOAD": library}


class Server:
    """A tool that answers messages on its standard output."""

    def __init__(self, command, environment, cwd):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=cwd
        )

    def ask(self, line):
        self.process.stdin.write(line)
        self.process.stdin.flush()
        return self.process.stdout.readline()


class Manual:
    """The program in C++ of each eval, without making it anew."""

    def __init__(self, environment, cwd):
        self.environment, self.cwd = environment, cwd

    def ask(self, line):
        message = json.loads(line)
        answer = {"id": message["id"], "success": True}
        if message["kind"] == "evaluate":
            program = os.path.join(self.cwd, "tools", "manual", "bin", message["module"])
            if not os.path.exists(program):
                return json.dumps({"id": message["id"], "success": False})
            with tempfile.NamedTemporaryFile("w") as file:
                json.dump(message["input"], file)
                file.flush()
                command = [program, file.name, message["function"]]
                done = subprocess.run(command, text=True, capture_output=True, env=self.environment)
            if done.returncode != 0:
                return json.dumps({"id": message["id"], "success": False})
            _, *timings = done.stdout.splitlines()
            answer["timings"] = [json.loads(timing) for timing in timings]
        return json.dumps(answer)


def serve_jax():
    """The benchmark's functions in JAX, with the wait for the result inside the time."""
    import jax
    from gradbench import wrap

    def multiple_runs(*, pre, post):
        def decorator(function):
            def wrapped(given):
                value = pre(given)
                jax.block_until_ready(function(value))
                timings, total = [], 0
                while len(timings) < given["min_runs"] or total < given["min_seconds"] * 1e9:
                    start = time.process_time_ns()
                    output = jax.block_until_ready(function(value))
                    timings.append({"name": "evaluate", "nanoseconds": time.process_time_ns() - start})
                    total += timings[-1]["nanoseconds"]
                return {"success": True, "output": post(output), "timings": timings}

            return wrap.Wrapped(function=function, wrapped=wrapped)

        return decorator

    wrap.multiple_runs = multiple_runs
    for line in sys.stdin:
        message = json.loads(line)
        answer = {"id": message["id"], "success": False}
        if message["kind"] == "evaluate":
            try:
                module = importlib.import_module("gradbench.tools.jax." + message["module"])
                answer |= getattr(module, message["function"]).wrapped(message["input"])
            except Exception as error:
                answer["error"] = str(error)
        print(json.dumps(answer), flush=True)


def least(line):
    answer = json.loads(line)
    times = [t["nanoseconds"] for t in answer.get("timings") or [] if t["name"] == "evaluate"]
    return min(times) / 1e6 if answer.get("success") and times else None


def shown(value):
    return "      –" if value is None else f"{value:10.3f}"


def main(checkout, name, arguments):
    checkout = os.path.abspath(checkout)
    folder = tempfile.mkdtemp()
    environment = cpu_clock(folder)
    one_thread = {
        "PYTHONPATH": os.path.join(checkout, "python", "gradbench"),
        "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
        "OMP_NUM_THREADS": "1",
        "JAX_PLATFORMS": "cpu",
    }
    tools = {
        "wengert": Server([WENGERT], environment, checkout),
        "manual": Manual(environment, checkout),
        "jax": Server([sys.executable, __file__, "--serve-jax"], os.environ | one_thread, checkout),
    }
    only = os.environ.get("TOOLS", "wengert,manual,jax").split(",")
    tools = {tool: server for tool, server in tools.items() if tool in only}
    script = os.path.join(checkout, "python", "gradbench", "gradbench", "evals", name, "run.py")
    eval_ = Server([sys.executable, script, *arguments], os.environ | one_thread, checkout)
    sums, valid, wrong = {}, 0, []
    pending = None
    print(f"{'workload':32} {'function':10}" + "".join(f"{tool:>11}" for tool in tools) + "   CPU ms, least run")
    while line := eval_.process.stdout.readline():
        message = json.loads(line)
        if message["kind"] == "end":
            break
        asked = tools if message["kind"] == "evaluate" else {"wengert": tools["wengert"]}
        answers = {tool: server.ask(line) for tool, server in asked.items()}
        reply = answers["wengert"]
        if message["kind"] == "evaluate":
            times = {tool: least(answer) for tool, answer in answers.items()}
            answer = json.loads(reply)
            pending = f"{message.get('description', '')} {message['function']}"
            made = [t for t in answer.get("timings") or [] if t["name"] in ("compile", "lower")]
            words = {"compile": "compiled in", "lower": "INTERPRETED, lowered in"}
            row = f"{message.get('description', '')[:32]:32} {message['function']:10}"
            row += "".join(f" {shown(times[tool])}" for tool in tools)
            print(row + "".join(f"   {words[t['name']]} {t['nanoseconds'] / 1e6:.0f} ms" for t in made), flush=True)
            if not answer.get("success"):
                wrong.append(f"{pending}: {answer.get('error')}")
            for tool, value in times.items():
                total = sums.setdefault(message["function"], {}).setdefault(tool, [0.0, True])
                total[0] += value or 0.0
                total[1] &= value is not None
        if message["kind"] == "analysis":
            valid += message["valid"]
            if not message["valid"]:
                wrong.append(f"{pending}: {message['error'][:1000]}")
        eval_.process.stdin.write(reply)
        eval_.process.stdin.flush()
    for function, times in sums.items():
        row = f"{'sum':32} {function:10}"
        print(row + "".join(f" {shown(total if complete else None)}" for total, complete in times.values()))
    print(f"{valid} right" + "".join(f"\nWRONG {text}" for text in wrong))


if sys.argv[1:] == ["--serve-jax"]:
    serve_jax()
else:
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
