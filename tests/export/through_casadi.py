"""Loads exported C into CasADi and solves an optimal control problem with it by IPOPT.

    through_casadi.py WENGERT
"""

import pathlib
import subprocess
import sys
import tempfile

import casadi
import numpy as np

HERE = pathlib.Path(__file__).parent
REQUESTS = ["cost", "grad(cost, u)", "hessian(cost, u)", "end", "jacobian(end, u)"]

with tempfile.TemporaryDirectory() as folder:
    code, library = f"{folder}/pendulum.c", f"{folder}/pendulum.so"
    script = str(HERE / "casadi" / "pendulum.ad")
    subprocess.run([sys.argv[1], "export", script, "--to", "c", "-o", code, *REQUESTS], check=True)
    flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC"]
    subprocess.run(["gcc", *flags, code, "-o", library, "-lm"], check=True)
    f = casadi.external("pendulum", library)
    print(f)

    # The same problem written in CasADi: value, gradient and Hessian agree.
    u, s = casadi.SX.sym("u", 12), casadi.SX([0, 0])
    for k in range(12):
        s = casadi.vertcat(
            s[0] + 0.25 * s[1], s[1] + 0.25 * (u[k] - casadi.sin(s[0]) - 0.1 * s[1])
        )
    cost = 0.01 * casadi.dot(u, u) * 0.25 + 50 * (s[0] - np.pi) ** 2 + 50 * s[1] ** 2
    hessian, gradient = casadi.hessian(cost, u)
    own = casadi.Function("own", [u], [cost, gradient, hessian, s, casadi.jacobian(s, u)])
    point = np.linspace(-1.0, 1.0, 12)
    names = f.name_in()
    given = {"h": 0.25, "u": point}
    found = f(*(given[name] for name in names))
    worst = 0.0
    for text, a, b in zip(REQUESTS, found, own(point)):
        a, b = np.array(a), np.array(b)
        difference = np.max(np.abs(a - b)) / np.max(np.abs(b))
        print(f"{text}: {difference:.1e}")
        worst = max(worst, difference)
    assert worst < 1e-12, worst

    # IPOPT with the exported derivatives and nothing else.
    x, p = casadi.MX.sym("x", 12), casadi.MX.sym("p", 0)
    outs = f(*(x if name == "u" else given[name] for name in names))
    scale, lam = casadi.MX.sym("scale"), casadi.MX.sym("lam", 0)
    options = {
        "ipopt.print_level": 0,
        "print_time": False,
        "no_nlp_grad": True,
        "grad_f": casadi.Function("nlp_grad_f", [x, p], [outs[0], outs[1]]),
        "hess_lag": casadi.Function("nlp_hess_l", [x, p, scale, lam], [casadi.triu(scale * outs[2])]),
    }
    nlp = {"x": x, "f": outs[0]}
    solver = casadi.nlpsol("solver", "ipopt", nlp, options)
    solution = solver(x0=np.full(12, 0.5))
    best = own(solution["x"])
    print("cost", float(best[0]), "gradient", float(casadi.norm_inf(best[1])), "end", best[3])
    assert solver.stats()["success"], solver.stats()["return_status"]
    assert float(casadi.norm_inf(best[1])) < 1e-6
