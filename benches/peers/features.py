"""What each tool does with the same task: the rows of the table in README.md, as they ran.

    python benches/peers/features.py [target/release/wengert]

A tool that has nothing for a task in its documentation has no cell. Nothing here is timed.
"""

import importlib.metadata
import math
import subprocess
import sys

import casadi as ca
import jax
import jax.numpy as jnp
import sympy as sp
import torch
from jax.experimental.jet import jet
from torch.fx.experimental.proxy_tensor import make_fx

jax.config.update("jax_enable_x64", True)
torch.set_default_dtype(torch.float64)
PROGRAM = sys.argv[1] if len(sys.argv) > 1 else "target/release/wengert"


def wengert(text, line=0):
    """A line of what the program shows."""
    shown = subprocess.run([PROGRAM, "-e", text], capture_output=True, text=True, check=False)
    return shown.stdout.splitlines()[line].strip()


def least_squares():
    """The gradient of a matrix formula as a formula, without values."""
    X, w, y = sp.MatrixSymbol("X", 5, 3), sp.MatrixSymbol("w", 3, 1), sp.MatrixSymbol("y", 5, 1)
    loss = sp.Rational(1, 2) * (X * w - y).T * (X * w - y)
    cx, cw, cy = ca.MX.sym("X", 5, 3), ca.MX.sym("w", 3), ca.MX.sym("y", 5)
    residual = lambda w, X, y: 0.5 * jnp.sum((X @ w - y) ** 2)
    shapes = [jax.ShapeDtypeStruct(s, "float64") for s in [(3,), (5, 3), (5,)]]
    program = jax.make_jaxpr(jax.grad(residual))(*shapes)
    loss_of = lambda w, X, y: 0.5 * torch.sum((X @ w - y) ** 2)
    traced = make_fx(torch.func.grad(loss_of))(torch.ones(3), torch.ones(5, 3), torch.ones(5))
    calls = [node for node in traced.graph.nodes if node.op == "call_function"]
    return {
        "Wengert": wengert("input X[n,d], w[d], y[n]; derive 0.5*sum((X*w - y).^2) wrt w").split(" = ")[1],
        "JAX": f"a program of {len(program.eqns)} operations",
        "PyTorch (traced at values)": f"a program of {len(calls)} operations",
        "CasADi": str(ca.gradient(0.5 * ca.sumsqr(cx @ cw - cy), cw)),
        "SymPy": str(loss.diff(w)).replace("\n", " "),
    }


def network():
    """The same for the weights of softmax and cross-entropy."""
    cW, cz, cy = ca.MX.sym("W", 3, 4), ca.MX.sym("z", 4), ca.MX.sym("y", 3)
    p = ca.exp(cW @ cz)
    loss = -ca.dot(cy, ca.log(p / ca.sum1(p)))
    return {
        "Wengert": wengert(
            "input W[k,d], z[d], y[k]; derive -sum(y .* log_softmax(W*z)) wrt W"
        ).split(" = ")[1],
        "CasADi": str(ca.gradient(loss, cW)),
    }


def kink():
    """The derivative of |x| at 0."""
    x = ca.SX.sym("x")
    s = sp.Symbol("x", real=True)
    return {
        "Wengert": wengert("x = 0; grad(abs(x), x)") + "; " + wengert("x = 0; grad(abs(x), x)", 1),
        "JAX": str(jax.grad(jnp.abs)(0.0)),
        "PyTorch": str(torch.func.grad(torch.abs)(torch.tensor(0.0)).item()),
        "CasADi": str(ca.Function("f", [x], [ca.gradient(ca.fabs(x), x)])(0)),
        "SymPy": str(sp.diff(sp.Abs(s), s).subs(s, 0)),
    }


def cancellation():
    """The derivative of (1 - cos(x))/x^2 at 1e-9, which is -8.3e-11."""
    x = ca.SX.sym("x")
    s = sp.Symbol("x")
    f = (1 - ca.cos(x)) / x**2
    return {
        "Wengert": wengert("x = 1e-9; check (1 - cos(x))/x^2 wrt x").split(": ")[1],
        "JAX": str(jax.grad(lambda x: (1 - jnp.cos(x)) / x**2)(1e-9)),
        "PyTorch": str(torch.func.grad(lambda x: (1 - torch.cos(x)) / x**2)(torch.tensor(1e-9)).item()),
        "CasADi": str(ca.Function("f", [x], [ca.gradient(f, x)])(1e-9)),
        "SymPy": str(sp.diff((1 - sp.cos(s)) / s**2).evalf(6, subs={s: sp.Float("1e-9", 60)})),
    }


def chain():
    """The Hessian of a chain of 300 variables: the passes that it takes."""
    n = 300
    x = ca.MX.sym("x", n)
    f = ca.sum1((x[1:] - x[:-1] ** 2) ** 2)
    pattern = ca.hessian(f, x)[0].sparsity()
    dense = jax.hessian(lambda x: jnp.sum((x[1:] - x[:-1] ** 2) ** 2))(jnp.ones(n))
    tensor = torch.func.hessian(lambda x: torch.sum((x[1:] - x[:-1] ** 2) ** 2))(torch.ones(n))
    shown = subprocess.run(
        [PROGRAM, "-e", f"x = ones({n}, 1); sparsity sum((x[2..{n}] - x[1..{n - 1}].^2).^2) wrt x using hessian"],
        capture_output=True, text=True, check=False,
    ).stdout.splitlines()
    return {
        "Wengert": [line for line in shown if "colour" in line][0].strip(),
        "JAX": f"a dense matrix of {dense.size} entries",
        "PyTorch": f"a dense matrix of {tensor.numel()} entries ({tensor.layout})",
        "CasADi": f"{pattern.nnz()} entries, {pattern.star_coloring().size2()} colours",
    }


def root():
    """x = cos(w*x): dx/dw at w = 1 through the solution."""
    w, x = ca.SX.sym("w"), ca.SX.sym("x")
    solve = ca.rootfinder("solve", "newton", {"x": x, "p": w, "g": x - ca.cos(w * x)})
    p = ca.MX.sym("p")
    slope = ca.Function("slope", [p], [ca.jacobian(solve(0.7, p), p)])

    def solution(w):
        g = lambda x: x - jnp.cos(w * x)

        def newton(g, x):
            return jax.lax.fori_loop(0, 30, lambda _, x: x - g(x) / jax.grad(g)(x), x)

        return jax.lax.custom_root(g, 0.7, newton, lambda g, y: y / g(1.0))

    class Solution(torch.autograd.Function):
        @staticmethod
        def forward(context, w):
            x = torch.tensor(0.7)
            for _ in range(30):
                x = x - (x - torch.cos(w * x)) / (1 + w * torch.sin(w * x))
            context.save_for_backward(w, x)
            return x

        @staticmethod
        def backward(context, seed):
            w, x = (one.detach().requires_grad_() for one in context.saved_tensors)
            with torch.enable_grad():
                by_w, by_x = torch.autograd.grad(x - torch.cos(w * x), (w, x))
            return -seed * by_w / by_x

    by_hand = torch.tensor(1.0, requires_grad=True)
    Solution.apply(by_hand).backward()
    return {
        "Wengert": wengert("w = 1; g(x) = x - cos(w*x); grad(root(g, 0.7), w)").split(" = ")[1],
        "JAX (the solver by hand)": str(jax.grad(solution)(1.0)),
        "PyTorch (solver and rule by hand)": str(by_hand.grad.item()),
        "CasADi": str(slope(1)),
    }


def series():
    """Coefficients of sin(exp(x)) up to x^3."""
    s = sp.Symbol("x")
    _, terms = jet(lambda x: jnp.sin(jnp.exp(x)), (0.0,), ((1.0, 0.0, 0.0),))
    derivatives = [lambda x: torch.sin(torch.exp(x))]
    for _ in range(3):
        derivatives.append(torch.func.grad(derivatives[-1]))
    numbers = [d(torch.tensor(0.0)).item() / math.factorial(k) for k, d in enumerate(derivatives)]
    return {
        "Wengert": wengert("series sin(exp(x)) wrt x at x = 0 with order 3").split(" = ")[-1],
        "JAX": ", ".join(f"{float(t):.6g}" for t in terms) + " (derivatives)",
        "PyTorch (nested grad)": ", ".join(f"{x:.6g}" for x in numbers),
        "SymPy": str(sp.series(sp.sin(sp.exp(s)), s, 0, 4)),
    }


def proof():
    """Is softplus(x) - softplus(-x) equal to x?"""
    s = sp.Symbol("x", real=True)
    softplus = lambda x: sp.log(1 + sp.exp(x))
    return {
        "Wengert": wengert("prove softplus(x) - softplus(-x) == x").split(": ")[1],
        "SymPy": "simplify: " + str(sp.simplify(softplus(s) - softplus(-s) - s)),
    }


def main():
    for name in ["jax", "torch", "casadi", "sympy"]:
        print(name, importlib.metadata.version(name), end="  ")
    print()
    for task in [least_squares, network, kink, cancellation, chain, root, series, proof]:
        print("\n" + task.__doc__.strip())
        for tool, result in task().items():
            print(f"    {tool}: {result[:230]}")


if __name__ == "__main__":
    main()
