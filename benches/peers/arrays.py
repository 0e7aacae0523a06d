"""Larger cases beside NumPy, JAX, CasADi and PyTorch: arrays, loops, sparse and higher derivatives.

    /tmp/peers/bin/python benches/peers/arrays.py [CASE ...]

Set up as `peers.py` beside it says, whose lines these are. Ours is the CPU time of one round of a loop that
changes an input: what a process with many rounds takes longer than one with few.
"""

import os
import sys
import tempfile
import time

import peers  # also keeps libraries to one thread
from peers import WENGERT, module, per_call, process, report

FOLDER = tempfile.mkdtemp()


def rounds(definitions, update, few, many, threads="1"):
    """CPU seconds of a round of `update` after `definitions`."""

    def of(count):
        path = os.path.join(FOLDER, f"{count}.ad")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"{definitions}\nrepeat {count} {{ {update} }}\n")
        return process([WENGERT, "--threads", threads, path])

    return lambda: (of(many) - of(few)) / (many - few)


def normal(jax, *shape, seed=0):
    return jax.random.normal(jax.random.PRNGKey(seed), shape)


GMM = """
n = {n}; d = {d}; K = {K}; m = d*(d - 1)/2
x = randn(n, d, seed=1); alpha = randn(K, seed=2); mu = randn(K, d, seed=3); q = 0.1*randn(K, d, seed=4); l = 0.1*randn(K, m, seed=5)
below(i, j) = (j - 1)*d - j*(j - 1)/2 + i - j
Q(k) = [if i == j then exp(q[k, i]) else if i > j then l[k, below(i, j)] else 0 for i in 1..d, j in 1..d]
component(k) = alpha[k] + sum(q[k, :]) - 0.5*sum(((x - mu[k, :])*Q(k)').^2, axis=2)
L = sum(logsumexp([component(k) for k in 1..K], axis=2)) - n*logsumexp(alpha)
"""


def gmm():
    jax = module("jax")
    if not jax:
        return
    np = jax.numpy
    for n, d, k, goal, count in ((1000, 10, 25, 0.35, 200), (10_000, 2, 25, 1, 40), (1000, 32, 50, 1, 10), (10_000, 32, 50, 1, 3)):
        # Column by column, as here.
        cols, rows = (np.array(places) for places in zip(*((j, i) for j in range(d) for i in range(j + 1, d))))

        def value(alpha, mu, q, l, x, k=k, d=d, rows=rows, cols=cols):
            factors = np.zeros((k, d, d)).at[:, rows, cols].set(l) + np.exp(q)[:, :, None] * np.eye(d)
            z = np.einsum("kij,nkj->nki", factors, x[:, None] - mu)
            parts = alpha + q.sum(1) - 0.5 * (z**2).sum(2)
            return jax.scipy.special.logsumexp(parts, axis=1).sum() - len(x) * jax.scipy.special.logsumexp(alpha)

        both = jax.jit(jax.value_and_grad(value, argnums=(0, 1, 2, 3)))
        given = [normal(jax, *shape) for shape in ((k,), (k, d), (k, d), (k, len(rows)), (n, d))]
        update = "alpha, mu, q, l := alpha - 1e-6*grad(L, alpha), mu - 1e-6*grad(L, mu), q - 1e-6*grad(L, q), l - 1e-6*grad(L, l)"
        report(f"mixture {n} x {d}, {k}, gradient", "JAX, einsum", rounds(GMM.format(n=n, d=d, K=k), update, 2, 2 + count),
               lambda both=both, given=given: per_call(lambda: both(*given)[1][0].block_until_ready()), goal, 3)


def ode():
    casadi, jax = module("casadi"), module("jax")
    here = rounds("a = 1.1; f(s) = [s[1] + 1e-3*s[2], s[2] - 1e-3*a*sin(s[1])]\ny = iterate(f, [1, 0], 10000)[1]",
                  "a := a - 1e-9*grad(y, a)", 20, 420)
    if casadi:
        s, a = casadi.SX.sym("s", 2), casadi.SX.sym("a")
        step = casadi.Function("f", [s, a], [casadi.vertcat(s[0] + 1e-3 * s[1], s[1] - 1e-3 * a * casadi.sin(s[0]))])
        p = casadi.MX.sym("p")
        y = step.fold(10000)(casadi.DM([1, 0]), casadi.repmat(p, 1, 10000))[0]
        function = casadi.Function("g", [p], [y, casadi.gradient(y, p)])
        report("ODE, 10^4 steps, gradient", "CasADi, fold", here, lambda: per_call(lambda: function(1.1)), 0.3, 3)
    if jax:
        np = jax.numpy

        def value(a):
            step = lambda s, _: (np.array([s[0] + 1e-3 * s[1], s[1] - 1e-3 * a * np.sin(s[0])]), None)
            return jax.lax.scan(step, np.array([1.0, 0.0]), None, length=10000)[0][0]

        both = jax.jit(jax.value_and_grad(value))
        report("ODE, 10^4 steps, gradient", "JAX, scan", here, lambda: per_call(lambda: both(1.1)[1].block_until_ready()), 5, 3)


def sparse():
    casadi = module("casadi")
    if not casadi:
        return
    import numpy

    for n in (1000, 10_000):
        x = casadi.SX.sym("x", n)
        value = casadi.sum1(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)
        hessian = casadi.Function("h", [x], [casadi.hessian(value, x)[0]])
        y = x[1:-1] * x[:-2] + casadi.sin(x[2:])
        jacobian = casadi.Function("j", [x], [casadi.jacobian(y, x)])
        point = numpy.linspace(0, 1, n)
        script = f"x = linspace(0, 1, {n}); n = {n}\nF = sum(100*(x[2..n] - x[1..n-1].^2).^2 + (1 - x[1..n-1]).^2)\nY = x[2..n-1] .* x[1..n-2] + sin(x[3..n])"

        def call(function):
            buffer, run = function.buffer()
            result = numpy.zeros(function.nnz_out(0))
            buffer.set_arg(0, memoryview(point))
            buffer.set_res(0, memoryview(result))
            return lambda kept=(function, buffer, result): run()

        count = 20_000_000 // n // n + 50
        for name, ours, function in (("tridiagonal Hessian", "hessian(F, x)", hessian), ("3-band Jacobian", "jacobian(Y, x)", jacobian)):
            run = call(function)
            report(f"{name}, n = {n}", "CasADi, coloured", rounds(script, f"x := x + 1e-12*diag({ours})[1]", 10, 10 + count),
                   lambda: per_call(run), 1, 3)


BUNDLE = """
P = {points}; C = P/20; N = 4*P
cams = 0.1*randn(11, C, seed=1) + [0; 0; 0; 0; 0; -5; 1; 0; 0; 0; 0]*ones(1, C)
pts = randn(3, P, seed=2); seen = 0.3*randn(2, N, seed=3)
pt = [mod(i - 1, P) + 1 for i in 1..N]; cam = [mod(7*i + floor((i - 1)/P), C) + 1 for i in 1..N]
cross(a, b) = vcat(a[2, :].*b[3, :] - a[3, :].*b[2, :], a[3, :].*b[1, :] - a[1, :].*b[3, :], a[1, :].*b[2, :] - a[2, :].*b[1, :])
turned(r, p) = {{
    θ = sqrt(sum(r.^2, axis=1))
    k = r ./ θ
    p.*cos(θ) + cross(k, p).*sin(θ) + k.*sum(k.*p, axis=1).*(1 - cos(θ))
}}
c = cams[:, cam]
z = turned(c[1..3, :], pts[:, pt] - c[4..6, :])
u = z[1..2, :] ./ z[3, :]
s = sum(u.^2, axis=1)
e = c[7, :].*u.*(1 + c[10, :].*s + c[11, :].*s.^2) + c[8..9, :] - seen
"""


def bundle():
    """The Jacobian of what `points` points miss in four pictures each by cameras and points."""
    casadi = module("casadi")
    if not casadi:
        return
    import numpy

    random = numpy.random.default_rng(1)
    for points, count in ((400, 400), (2000, 100)):
        cameras, seen = points // 20, 4 * points
        start = time.process_time()
        c, p = casadi.SX.sym("c", 11), casadi.SX.sym("p", 3)
        x, r = p - c[3:6], c[:3]
        angle = casadi.sqrt(casadi.sumsqr(r))
        k = r / angle
        z = x * casadi.cos(angle) + casadi.cross(k, x) * casadi.sin(angle) + k * casadi.dot(k, x) * (1 - casadi.cos(angle))
        u = z[:2] / z[2]
        s = casadi.sumsqr(u)
        one = casadi.Function("e", [c, p], [c[6] * u * (1 + c[9] * s + c[10] * s**2) + c[7:9]])
        cams, pts = casadi.SX.sym("cams", 11, cameras), casadi.SX.sym("pts", 3, points)
        views = [one(cams[:, (7 * i + i // points) % cameras], pts[:, i % points]) for i in range(seen)]
        unknown = casadi.vertcat(casadi.vec(cams), casadi.vec(pts))
        jacobian = casadi.Function("j", [unknown], [casadi.jacobian(casadi.vertcat(*views), unknown)])
        build = time.process_time() - start
        buffer, run = jacobian.buffer()
        middle = numpy.array([[0], [0], [0], [0], [0], [-5.0], [1], [0], [0], [0], [0]])
        point = numpy.concatenate([(0.1 * random.standard_normal((11, cameras)) + middle).T.ravel(), random.standard_normal(3 * points)])
        result = numpy.zeros(jacobian.nnz_out(0))
        buffer.set_arg(0, memoryview(point))
        buffer.set_res(0, memoryview(result))
        script = BUNDLE.format(points=points)
        update = "pts := pts + 1e-12*sum(jacobian(e, cams)) + 1e-12*sum(jacobian(e, pts))"
        # CasADi does not keep what the call reads and writes.
        report(f"bundle adjustment, {points} points, J", "CasADi, coloured", rounds(script, update, 5, 5 + count),
               lambda run=run, kept=(jacobian, buffer, point, result): per_call(run), 1, 3)
        report("its building and first call", "CasADi, graph and Jacobian", rounds(script, update, 0, 1), lambda build=build: build, None, 3)


def hessian():
    import numpy

    random = numpy.random.default_rng(1)
    x, w, y = random.standard_normal((1000, 100)), 0.1 * random.standard_normal(100), random.integers(0, 2, 1000)
    x = numpy.asfortranarray(x)

    def by_hand():
        p = 1 / (1 + numpy.exp(-(x @ w)))
        return x.T @ ((p * (1 - p))[:, None] * x)

    here = rounds("X = randn(1000, 100, seed=1); w = 0.1*randn(100, seed=2); y = X[:, 1] > 0; H = zeros(100, 100)\nL = sum(softplus(X*w) - y .* (X*w))",
                  "H := hessian(L, w); w := 0.999*w", 20, 220)
    report("Hessian, logistic 1000 x 100", "NumPy, X'DX", here, lambda: per_call(by_hand), 1.5)
    jax = module("jax")
    if jax:
        jx, jw = jax.numpy.array(x), jax.numpy.array(w)
        h = jax.jit(jax.hessian(lambda w: jax.nn.softplus(jx @ w).sum()))
        report("Hessian, logistic 1000 x 100", "JAX", here, lambda: per_call(lambda: h(jw).block_until_ready()), None, 3)


def higher():
    jax = module("jax")
    if not jax:
        return
    np = jax.numpy
    f = lambda x: (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()
    x, v = np.linspace(0, 1, 10_000), np.linspace(-1, 1, 10_000)
    hvp = jax.jit(lambda x, v: jax.jvp(jax.grad(f), (x,), (v,))[1])
    script = "n = 10000; x = linspace(0, 1, n); v = linspace(-1, 1, n)\nF = sum(100*(x[2..n] - x[1..n-1].^2).^2 + (1 - x[1..n-1]).^2)"
    report("HVP, Rosenbrock 10^4", "JAX", rounds(script, "x := x + 1e-12*jvp(grad(F, x), x, v)", 100, 4100),
           lambda: per_call(lambda: hvp(x, v).block_until_ready()), 1.2)
    g = lambda x: np.exp(np.sin(x).sum()) * (x**2).sum()
    third = jax.jit(jax.jacfwd(jax.jacfwd(jax.jacrev(g))))
    y = 0.1 * np.linspace(0, 1, 30)
    script = "x = 0.1*linspace(0, 1, 30)\nF = exp(sum(sin(x)))*sum(x.^2)\nT = zeros(900, 30)"
    report("third derivatives, n = 30", "JAX", rounds(script, "T := jacobian(vec(hessian(F, x)), x); x := 0.9999*x", 5, 105),
           lambda: per_call(lambda: third(y).block_until_ready()), 1.5, 3)
    from jax.experimental.jet import jet

    terms = [1.0] + [0.0] * 19
    series = jax.jit(lambda x: jet(lambda x: np.sin(np.exp(x)), (x,), (terms,))[1])
    report("Taylor, order 20, of sin(exp x)", "JAX, jet", rounds("x = 0.3; c = taylor(sin(exp(x)), x, 20)", "x := x + 1e-12*c[21]", 100, 20100),
           lambda: per_call(lambda: series(0.3)[-1].block_until_ready()), None, 3)


def products():
    import numpy

    random = numpy.random.default_rng(1)
    for n, count in ((512, 40), (2048, 3)):
        a, b = (numpy.asfortranarray(random.standard_normal((n, n))) for _ in range(2))
        here = rounds(f"A = 0.01*randn({n}, {n}, seed=1); B = 0.04*randn({n}, {n}, seed=2)", "A := A*B", 2, 2 + count)
        report(f"product {n}", "NumPy", here, lambda: per_call(lambda: a @ b), 1.1, 3)


def network():
    numpy, jax, torch = (module(name) for name in ("numpy", "jax", "torch"))
    random = numpy.random.default_rng(1)
    for batch, count in ((64, 400), (512, 60)):
        x, t = random.standard_normal((batch, 784)), random.standard_normal((batch, 10))
        v, w = 0.05 * random.standard_normal((784, 256)), 0.05 * random.standard_normal((256, 10))
        here = rounds(f"X = randn({batch}, 784, seed=1); T = randn({batch}, 10, seed=2); V = 0.05*randn(784, 256, seed=3); W = 0.05*randn(256, 10, seed=4)\n"
                      "L = mean(sum((tanh(X*V)*W - T).^2, axis=2))", "V, W := V - 0.01*grad(L, V), W - 0.01*grad(L, W)", 10, 10 + count)
        case = f"network 784-256-10, batch {batch}"

        def by_hand():
            nonlocal v, w
            z = numpy.tanh(x @ v)
            u = 2 / batch * (z @ w - t)
            v, w = v - 0.01 * (x.T @ ((u @ w.T) * (1 - z * z))), w - 0.01 * (z.T @ u)

        report(case, "NumPy", here, lambda: per_call(by_hand), 1.0)
        if jax:
            given = [jax.numpy.array(a) for a in (v, w, x, t)]
            cost = lambda v, w, x, t: ((jax.numpy.tanh(x @ v) @ w - t) ** 2).sum(1).mean()

            @jax.jit
            def step(v, w, x, t):
                dv, dw = jax.grad(cost, argnums=(0, 1))(v, w, x, t)
                return v - 0.01 * dv, w - 0.01 * dw

            report(case, "JAX", here, lambda: per_call(lambda: step(*given)[0].block_until_ready()), 1.0)
        if torch:
            torch.set_num_threads(1)
            tx, tt = torch.tensor(x), torch.tensor(t)
            tv, tw = (torch.tensor(a, requires_grad=True) for a in (v, w))

            def torch_step():
                dv, dw = torch.autograd.grad(((torch.tanh(tx @ tv) @ tw - tt) ** 2).sum(1).mean(), (tv, tw))
                with torch.no_grad():
                    tv.sub_(0.01 * dv)
                    tw.sub_(0.01 * dw)

            report(case, "PyTorch", here, lambda: per_call(torch_step), 1.0)


def attention():
    jax, torch = module("jax"), module("torch")
    here = rounds("X = randn(128, 64, seed=1); Q = 0.1*randn(64, 64, seed=2); K = 0.1*randn(64, 64, seed=3); V = 0.1*randn(64, 64, seed=4)\n"
                  "L = sum((softmax((X*Q)*(X*K)'/8, axis=2)*(X*V)).^2)",
                  "Q, K, V := Q - 1e-4*grad(L, Q), K - 1e-4*grad(L, K), V - 1e-4*grad(L, V)", 20, 320)
    if jax:
        np = jax.numpy
        x, q, k, v = normal(jax, 128, 64), *(0.1 * normal(jax, 64, 64, seed=s) for s in (1, 2, 3))
        cost = lambda q, k, v: ((jax.nn.softmax((x @ q) @ (x @ k).T / 8) @ (x @ v)) ** 2).sum()

        @jax.jit
        def step(q, k, v):
            return [a - 1e-4 * d for a, d in zip((q, k, v), jax.grad(cost, argnums=(0, 1, 2))(q, k, v))]

        report("attention 128 x 64", "JAX", here, lambda: per_call(lambda: step(q, k, v)[0].block_until_ready()), 0.7)
    if torch:
        torch.set_num_threads(1)
        x = torch.randn(128, 64, dtype=torch.float64)
        q, k, v = (torch.randn(64, 64, dtype=torch.float64).mul_(0.1).requires_grad_() for _ in range(3))

        def torch_step():
            cost = ((torch.softmax((x @ q) @ (x @ k).T / 8, 1) @ (x @ v)) ** 2).sum()
            gradients = torch.autograd.grad(cost, (q, k, v))
            with torch.no_grad():
                for a, d in zip((q, k, v), gradients):
                    a.sub_(1e-4 * d)

        report("attention 128 x 64", "PyTorch", here, lambda: per_call(torch_step), 0.7)


def lstm():
    jax = module("jax")
    if not jax:
        return
    np = jax.numpy
    here = rounds("x = randn(1024, 14, seed=1); W = 0.1*randn(56, 28, seed=2)\n"
                  "f(s, r) = {\n  z = W*vcat(s[1..14], r')\n  c = sigmoid(z[1..14]) .* s[15..28] + sigmoid(z[15..28]) .* tanh(z[29..42])\n"
                  "  vcat(sigmoid(z[43..56]) .* tanh(c), c)\n}\nL = sum(fold(f, zeros(28, 1), x))", "W := W - 1e-6*grad(L, W)", 5, 45)
    x, w = normal(jax, 1024, 14), 0.1 * normal(jax, 56, 28)

    def value(w):
        def step(s, r):
            z = w @ np.concatenate([s[:14], r])
            c = jax.nn.sigmoid(z[:14]) * s[14:] + jax.nn.sigmoid(z[14:28]) * np.tanh(z[28:42])
            return np.concatenate([jax.nn.sigmoid(z[42:]) * np.tanh(c), c]), None

        return jax.lax.scan(step, np.zeros(28), x)[0].sum()

    gradient = jax.jit(jax.grad(value))
    report("LSTM of 14, 1024 letters, fold", "JAX, scan", here, lambda: per_call(lambda: gradient(w).block_until_ready()), 0.6, 3)


CASES = {case.__name__: case for case in (gmm, ode, sparse, bundle, hessian, higher, products, network, attention, lstm)}

if __name__ == "__main__":
    print(f"{'case':<34} {'Wengert':>9}   {'peer':<28} {'':>9}   {'ratio':>7} promised")
    for name in sys.argv[1:] or CASES:
        CASES[name]()
