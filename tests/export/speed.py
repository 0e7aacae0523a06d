"""Times exported C against the C that CasADi generates for the same problem: a cost and its gradient.

    speed.py WENGERT

Processor time of one call, the best of 40 runs, and its ratio. Nothing is asserted: figures depend on the machine.
"""

import pathlib
import subprocess
import sys
import tempfile

import casadi
import numpy as np

SCRIPT = pathlib.Path(__file__).parent / "casadi" / "pendulum.ad"
LEVELS = [["-O2"], ["-O3", "-march=native"]]
DRIVER = """
#include <stdio.h>
#include <time.h>
int NAME(const double **arg, double **res, INT *iw, double *work, int mem);
static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
int main(void) {
    static double work[100000], cost[1], gradient[12], u[12], h = 0.25;
    INT iw[1000];
    const double *arg[16] = {FIRST, SECOND};
    double *res[16] = {cost, gradient}, best = 1.0;
    for (int k = 0; k < 12; ++k) {
        u[k] = 0.1 * k - 0.5;
    }
    for (int run = 0; run < 40; ++run) {
        double start = now();
        for (int k = 0; k < 20000; ++k) {
            NAME(arg, res, iw, work, 0);
        }
        start = (now() - start) / 20000;
        best = start < best ? start : best;
    }
    printf("%.17g %.17g %.17g\\n", best, cost[0], gradient[3]);
    return 0;
}
"""


def timed(folder, name, code, integer, names, flags):
    """The time of a call, the cost and an entry of the gradient."""
    given = dict(zip(["FIRST", "SECOND"], [{"h": "&h", "u": "u"}[one] for one in names] + ["0"]))
    driver = folder / f"{name}_driver.c"
    driver.write_text(DRIVER)
    defines = [f"-D{key}={text}" for key, text in {"NAME": name, "INT": integer, **given}.items()]
    program = folder / name
    sources = [str(code), str(driver)]
    command = ["gcc", "-std=gnu99", *flags, *defines, *sources, "-o", str(program), "-lm"]
    subprocess.run(command, check=True)
    done = subprocess.run([str(program)], check=True, capture_output=True, text=True)
    return [float(word) for word in done.stdout.split()]


with tempfile.TemporaryDirectory() as work:
    folder = pathlib.Path(work)
    code = folder / "ours.c"
    export = [sys.argv[1], "export", str(SCRIPT), "--to", "c", "-o", str(code)]
    subprocess.run([*export, "cost", "grad(cost, u)"], check=True)
    text = code.read_text()
    ins = text.split("names[] = {")[1].split("}")[0].replace('"', "").split(", ")
    u, h, s = casadi.SX.sym("u", 12), casadi.SX.sym("h"), casadi.SX([0, 0])
    for k in range(12):
        s = casadi.vertcat(s[0] + h * s[1], s[1] + h * (u[k] - casadi.sin(s[0]) - 0.1 * s[1]))
    cost = 0.01 * casadi.dot(u, u) * h + 50 * (s[0] - np.pi) ** 2 + 50 * s[1] ** 2
    own = casadi.Function("own", [h, u], [cost, casadi.gradient(cost, u)])
    generator = casadi.CodeGenerator("own.c")
    generator.add(own)
    generator.generate(f"{folder}/")
    for flags in LEVELS:
        ours = timed(folder, "ours", code, "long long", ins, flags)
        theirs = timed(folder, "own", folder / "own.c", "long long", ["h", "u"], flags)
        assert np.allclose(ours[1:], theirs[1:], rtol=1e-12), (ours, theirs)
        nanoseconds = f"{ours[0] * 1e9:.0f} ns against {theirs[0] * 1e9:.0f} ns of CasADi's"
        print(f"{' '.join(flags)}: {nanoseconds}, ratio {ours[0] / theirs[0]:.2f}")
