"""Wengert beside NumPy, JAX, CasADi, PyTorch, SymPy, symengine and gcc, on the same inputs and the same core.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install -r benches/peers/requirements.txt
    cargo build --release && cargo bench --bench executor --no-run
    /tmp/peers/bin/python benches/peers/peers.py [CASE ...]

Prints one line for each case and peer: the median of interleaved rounds of CPU time on both sides,
their ratio, and the ratio that is promised. A peer that is not installed is left out.
"""

import ctypes
import glob
import importlib
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time

for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["JAX_ENABLE_X64"] = "1"
try:
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]})
except AttributeError:
    pass

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WENGERT = os.path.join(ROOT, "target", "release", "wengert")
UNITS = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3}
ROUNDS = 5


def module(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def bench_binary():
    found = glob.glob(os.path.join(ROOT, "target", "release", "deps", "executor-*"))
    found = [path for path in found if os.access(path, os.X_OK) and "." not in os.path.basename(path)]
    if not found:
        sys.exit("build the benches first: cargo bench --bench executor --no-run")
    return max(found, key=os.path.getmtime)


def ours(group):
    """The times of the cases of one group of the executor's benches, by name."""
    text = subprocess.run([bench_binary(), group], capture_output=True, text=True, check=True).stdout
    times = {}
    for line in text.splitlines():
        found = re.match(r"(.{26})\s+([0-9.]+) (ns|µs|ms)", line)
        if found:
            times[found[1].strip()] = float(found[2]) * UNITS[found[3]]
    return times


def per_call(function, least=0.02):
    """CPU seconds of one call, after a first one."""
    function()
    count = 1
    while True:
        start = time.process_time()
        for _ in range(count):
            function()
        spent = time.process_time() - start
        if spent > least:
            return spent / count
        count *= 4


def process(arguments):
    """CPU seconds of a process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def shown(seconds):
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def report(case, peer, here, there, promise=None, rounds=ROUNDS):
    """Times both sides in turns and prints their medians."""
    times = [(here(), there()) for _ in range(rounds)]
    ours_, theirs = (statistics.median(side) for side in zip(*times))
    ratio = statistics.median(a / b for a, b in times)
    promised = "" if promise is None else f"<= {promise}"
    print(f"{case:<34} {shown(ours_):>9}   {peer:<28} {shown(theirs):>9}   {ratio:7.3f} {promised}", flush=True)


def script_of(n):
    return subprocess.run([bench_binary(), "script", str(n)], capture_output=True, text=True, check=True).stdout


def tape(n):
    """The operations of the irregular graph: (name, operands) for d0, d1, ..."""
    nodes = []
    for line in script_of(n).splitlines():
        found = re.match(r"d\d+ = (.*)", line)
        if not found:
            continue
        text = found[1]
        operands = [int(k) for k in re.findall(r"d(\d+)", text)]
        if text in ("x", "y"):
            nodes.append((text, []))
        elif "(" in text:
            nodes.append((text[: text.index("(")], operands))
        else:
            nodes.append(({"*": "mul", "+": "add", "-": "sub"}[re.search(r"[*+-]", text)[0]], operands))
    return nodes


def casadi_function(casadi, nodes):
    x, y = casadi.SX.sym("x"), casadi.SX.sym("y")
    values = []
    for name, operands in nodes:
        a = [values[k] for k in operands]
        values.append(
            x if name == "x" else y if name == "y"
            else a[0] * a[1] if name == "mul" else a[0] + a[1] if name == "add"
            else a[0] - a[1] if name == "sub" else getattr(casadi, name)(a[0])
        )
    both = casadi.vertcat(x, y)
    return casadi.Function("f", [both], [values[-1], casadi.gradient(values[-1], both)])


def casadi_call(casadi, function):
    """A call of a CasADi function without conversion of arguments."""
    import numpy

    buffer, call = function.buffer()
    arguments = numpy.array([0.5, 0.8])
    results = [numpy.zeros(1), numpy.zeros(2)]
    buffer.set_arg(0, memoryview(arguments))
    for k, result in enumerate(results):
        buffer.set_res(k, memoryview(result))
    # CasADi does not keep what the call reads and writes.
    call_and_keep = lambda kept=(function, buffer, arguments, results): call()
    return call_and_keep


def straight_line(nodes):
    """Value and gradient as straight-line C."""
    lines = []
    for k, (name, a) in enumerate(nodes):
        formula = {
            "x": "x", "y": "y",
            "mul": "v{0}*v{1}", "add": "v{0}+v{1}", "sub": "v{0}-v{1}",
        }.get(name, name + "(v{0})").format(*a)
        lines.append(f"double v{k} = {formula};")
    adjoints = {len(nodes) - 1: "1.0"}
    count = 0

    def add(k, text):
        nonlocal count
        if k in adjoints:
            lines.append(f"double s{count} = {adjoints[k]} + {text};")
        else:
            lines.append(f"double s{count} = {text};")
        adjoints[k] = f"s{count}"
        count += 1

    for k in reversed(range(len(nodes))):
        if k not in adjoints:
            continue
        (name, a), ct = nodes[k], adjoints[k]
        if name == "mul":
            add(a[0], f"{ct}*v{a[1]}")
            add(a[1], f"{ct}*v{a[0]}")
        elif name == "add":
            add(a[0], ct)
            add(a[1], ct)
        elif name == "sub":
            add(a[0], ct)
            add(a[1], f"-{ct}")
        elif name == "sin":
            add(a[0], f"{ct}*cos(v{a[0]})")
        elif name == "tanh":
            add(a[0], f"{ct}*(1-v{k}*v{k})")
    body = "\n".join(lines)
    return f"""#include <math.h>
void once(const double* p, double* out) {{ double x = p[0], y = p[1];
{body}
out[0] = v{len(nodes) - 1}; out[1] = {adjoints.get(0, "0")}; out[2] = {adjoints.get(1, "0")}; }}
void many(const double* p, double* out, int n) {{
  for (int i = 0; i < n; i++) {{ once(p, out); __asm__ volatile("" ::: "memory"); }} }}
"""


def compiled(nodes):
    folder = tempfile.mkdtemp()
    source, library = os.path.join(folder, "f.c"), os.path.join(folder, "f.so")
    with open(source, "w", encoding="utf-8") as file:
        file.write(straight_line(nodes))
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", library, source, "-lm"], check=True)
    many = ctypes.CDLL(library).many
    point, out = (ctypes.c_double * 2)(0.5, 0.8), (ctypes.c_double * 3)()
    return lambda: many(point, out, 1000)


def irregular():
    casadi = module("casadi")
    if subprocess.run(["which", "gcc"], capture_output=True).returncode == 0:
        run = compiled(tape(1000))
        report("irregular 1,000", "gcc -O2 straight line", lambda: ours("irregular-1000")["irregular 1000"],
               lambda: per_call(run) / 1000, 1.3)
    if casadi:
        for n, promise in ((10_000, 0.15), (100_000, 0.3)):
            call = casadi_call(casadi, casadi_function(casadi, tape(n)))
            report(f"irregular {n:,}", "CasADi SX", lambda: ours(f"irregular-{n}")[f"irregular {n}"],
                   lambda: per_call(call), promise)


def product():
    casadi, jax = module("casadi"), module("jax")
    here = lambda: ours("product")["product of 1,000"]
    if casadi:
        x = casadi.SX.sym("x", 1000)
        p = x[0]
        for k in range(1, 1000):
            p = p * x[k]
        import numpy

        function = casadi.Function("f", [x], [p, casadi.gradient(p, x)])
        buffer, call = function.buffer()
        arguments, results = numpy.linspace(0.5, 1.5, 1000), [numpy.zeros(1), numpy.zeros(1000)]
        buffer.set_arg(0, memoryview(arguments))
        for k, result in enumerate(results):
            buffer.set_res(k, memoryview(result))
        report("product of 1,000", "CasADi SX", here, lambda: per_call(call))
    if jax:
        f = jax.jit(jax.value_and_grad(lambda x: x.prod()))
        x = jax.numpy.linspace(0.5, 1.5, 1000)
        report("product of 1,000", "JAX jit", here, lambda: per_call(lambda: f(x)[1].block_until_ready()))


def rosenbrock():
    jax = module("jax")
    if jax:
        f = jax.jit(jax.value_and_grad(lambda x: (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()))
        x = jax.numpy.linspace(0, 1, 1000)
        call = lambda: f(x)[1].block_until_ready()
        for name in ("Rosenbrock, scalars", "Rosenbrock, slices"):
            report(name, "JAX jit", lambda: ours("rosenbrock")[name], lambda: per_call(call))


def iris_data(numpy):
    rows = numpy.genfromtxt(os.path.join(ROOT, "examples", "data", "iris.csv"), delimiter=",", skip_header=1,
                            usecols=(0, 1))
    rows = rows[:150]
    x = numpy.hstack([rows, numpy.ones((150, 1))])
    y = numpy.repeat(numpy.eye(3), 50, axis=0)
    random = numpy.random.default_rng(1)
    return x, y, 0.01 * random.normal(size=(3, 16)), 0.01 * random.normal(size=(16, 3))


def numpy_step(numpy, x, y, v, w):
    """One step as the lecture writes it."""
    z = 1 / (1 + numpy.exp(-(x @ v)))
    u = z @ w
    e = numpy.exp(u - u.max(1, keepdims=True))
    du = (e / e.sum(1, keepdims=True) - y) / len(x)
    dw = z.T @ du
    dz = du @ w.T
    dv = x.T @ (dz * z * (1 - z))
    return v - 0.1 * dv, w - 0.1 * dw


def jax_cost(jax):
    def cost(v, w, x, y):
        u = jax.nn.sigmoid(x @ v) @ w
        return -jax.numpy.mean((u * y).sum(1) - jax.scipy.special.logsumexp(u, axis=1))

    return cost


def iris():
    numpy, jax, torch, casadi = (module(name) for name in ("numpy", "jax", "torch", "casadi"))
    here = lambda: ours("iris")["Iris step"]
    if not numpy:
        return
    x, y, v, w = iris_data(numpy)
    report("Iris step", "NumPy", here, lambda: per_call(lambda: numpy_step(numpy, x, y, v, w)))
    if jax:
        gradient = jax.grad(jax_cost(jax), argnums=(0, 1))

        @jax.jit
        def step(v, w):
            dv, dw = gradient(v, w, x, y)
            return v - 0.1 * dv, w - 0.1 * dw

        @jax.jit
        def loop(v, w):
            return jax.lax.fori_loop(0, 1000, lambda _, vw: step(*vw), (v, w))

        report("Iris step", "JAX jit, a call a step", here,
               lambda: per_call(lambda: step(v, w)[0].block_until_ready()))
        report("Iris step", "JAX, the loop compiled", here,
               lambda: per_call(lambda: loop(v, w)[0].block_until_ready()) / 1000, 0.5)
    if torch:
        torch.set_num_threads(1)
        tx, ty, tv, tw = (torch.tensor(a, requires_grad=k > 1) for k, a in enumerate((x, y, v, w)))

        def torch_step():
            u = torch.sigmoid(tx @ tv) @ tw
            cost = -((u * ty).sum(1) - torch.logsumexp(u, 1)).mean()
            return torch.autograd.grad(cost, (tv, tw))

        report("Iris step", "PyTorch", here, lambda: per_call(torch_step))
    if casadi:
        sv, sw = casadi.MX.sym("v", 3, 16), casadi.MX.sym("w", 16, 3)
        u = casadi.mtimes(1 / (1 + casadi.exp(-casadi.mtimes(casadi.DM(x), sv))), sw)
        lse = casadi.log(casadi.sum2(casadi.exp(u)))
        cost = -casadi.sum1(casadi.sum2(u * casadi.DM(y)) - lse) / 150
        f = casadi.Function("f", [sv, sw], [casadi.gradient(cost, sv), casadi.gradient(cost, sw)])
        buffer, call = f.buffer()
        arrays = [numpy.asfortranarray(v).ravel("F").copy(), numpy.asfortranarray(w).ravel("F").copy()]
        results = [numpy.zeros(48), numpy.zeros(48)]
        for k in range(2):
            buffer.set_arg(k, memoryview(arrays[k]))
            buffer.set_res(k, memoryview(results[k]))
        report("Iris step", "CasADi MX", here, lambda: per_call(call))


NUMPY_SCRIPT = """
import sys; sys.path.insert(0, {folder!r})
import numpy, peers
x, y, v, w = peers.iris_data(numpy)
for _ in range(20000):
    v, w = peers.numpy_step(numpy, x, y, v, w)
print(v.sum(), w.sum())
"""

JAX_SCRIPT = """
import sys; sys.path.insert(0, {folder!r})
import numpy, peers, jax
x, y, v, w = peers.iris_data(numpy)
gradient = jax.grad(peers.jax_cost(jax), argnums=(0, 1))
def step(_, vw):
    dv, dw = gradient(*vw, x, y)
    return vw[0] - 0.1 * dv, vw[1] - 0.1 * dw
v, w = jax.jit(lambda v, w: jax.lax.fori_loop(0, 20000, step, (v, w)))(v, w)
print(v.sum(), w.sum())
"""

WENGERT_SCRIPT = """
D = read("{data}")
X = hcat(D[:, 1..2], ones(150)); Y = onehot(D[:, 5], 3)
V = 0.01*randn(3, 16, seed=1); W = 0.01*randn(16, 3, seed=2)
U = sigmoid(X*V)*W; J = -mean(sum(U.*Y, axis=2) - logsumexp(U, axis=2))
dW = grad(J, W); dV = grad(J, V); t = 0
while norm(dW) > 1e-9 and t < 20000 {{ W, V, t := W - 0.1*dW, V - 0.1*dV, t + 1 }}
print sum(V), sum(W)
"""


def script():
    folder = tempfile.mkdtemp()
    here = os.path.dirname(os.path.abspath(__file__))
    data = os.path.join(ROOT, "examples", "data", "iris.csv")
    files = {}
    for name, text in (("iris.ad", WENGERT_SCRIPT.format(data=data)), ("numpy.py", NUMPY_SCRIPT.format(folder=here)),
                       ("jax.py", JAX_SCRIPT.format(folder=here))):
        name = "run_" + name
        files[name] = os.path.join(folder, name)
        with open(files[name], "w", encoding="utf-8") as file:
            file.write(text)
    ours_ = lambda: process([WENGERT, files["run_iris.ad"]])
    if module("numpy"):
        report("Iris, 20,000 steps, process", "NumPy, process", ours_,
               lambda: process([sys.executable, files["run_numpy.py"]]), 0.2, 3)
    if module("jax"):
        report("Iris, 20,000 steps, process", "JAX, process", ours_,
               lambda: process([sys.executable, files["run_jax.py"]]), 0.15, 3)


def logistic():
    numpy, jax, torch = (module(name) for name in ("numpy", "jax", "torch"))
    if not numpy:
        return
    here = lambda: ours("logistic")["logistic, 10^6 x 10"]
    random = numpy.random.default_rng(1)
    # Column by column, as here.
    x = numpy.asfortranarray(random.standard_normal((1_000_000, 10)))
    w = 0.1 * random.standard_normal(10)

    def numpy_both():
        z = x @ w
        value = (numpy.logaddexp(0, z) - x[:, 0] * z).mean()
        return value, (1 / (1 + numpy.exp(-z)) - x[:, 0]) @ x / len(x)

    report("logistic, 10^6 x 10", "NumPy", here, lambda: per_call(numpy_both))
    if jax:
        jx, jw = jax.numpy.array(x), jax.numpy.array(w)

        def cost(w, x):
            z = x @ w
            return (jax.nn.softplus(z) - x[:, 0] * z).mean()

        both = jax.jit(jax.value_and_grad(cost))
        report("logistic, 10^6 x 10", "JAX jit", here, lambda: per_call(lambda: both(jw, jx)[1].block_until_ready()))
    if torch:
        torch.set_num_threads(1)
        tw = torch.tensor(w, requires_grad=True)

        def torch_both(tx):
            z = tx @ tw
            cost = (torch.nn.functional.softplus(z) - tx[:, 0] * z).mean()
            return torch.autograd.grad(cost, tw)

        for name, tx, promise in (
            ("PyTorch", torch.tensor(x).contiguous(), 0.4),
            ("PyTorch, column by column", torch.tensor(x.T.copy()).T, None),
        ):
            report("logistic, 10^6 x 10", name, here, lambda: per_call(lambda: torch_both(tx)), promise)


def text():
    casadi = module("casadi")
    if not casadi:
        return
    folder = tempfile.mkdtemp()
    file = os.path.join(folder, "text.ad")
    with open(file, "w", encoding="utf-8") as out:
        out.write(script_of(100_000) + "print grad(F, x), grad(F, y)\n")
    nodes = tape(100_000)

    def there():
        start = time.process_time()
        casadi_function(casadi, nodes)(casadi.DM([0.5, 0.8]))
        return time.process_time() - start

    report("text to gradient, 10^5 operations", "CasADi, graph and function", lambda: process([WENGERT, file]), there,
           0.03, 3)


def start():
    folder = tempfile.mkdtemp()
    source, empty = os.path.join(folder, "empty.rs"), os.path.join(folder, "empty")
    with open(source, "w", encoding="utf-8") as file:
        file.write("fn main() { println!(\"6\"); }")
    subprocess.run(["rustc", "-O", "-o", empty, source], check=True)
    many = lambda arguments: sum(process(arguments) for _ in range(40)) / 40
    report("start to first gradient", "an empty Rust binary", lambda: many([WENGERT, "-e", "w = 3; print grad(w^2, w)"]),
           lambda: many([empty]), 3)


def derived(definitions, line, count=20):
    """CPU seconds of one more `derive` after a first one, printed."""
    folder = tempfile.mkdtemp()

    def of(lines):
        path = os.path.join(folder, f"{lines}.ad")
        with open(path, "w", encoding="utf-8") as out:
            out.write(definitions + line * lines)
        return process([WENGERT, path])

    return lambda: (of(1 + count) - of(1)) / count


def logistic_map(x, steps):
    for _ in range(steps):
        x = 4 * x * (1 - x)
    return x


def banana(x):
    return sum(100 * (b - a**2) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))


def symbolic():
    """Formulas of derivatives. Peers build the function, too; none simplifies, and none prints."""
    sympy, symengine, casadi = (module(name) for name in ("sympy", "symengine", "casadi"))
    names = [f"x{k}" for k in range(1, 11)]
    formula = " + ".join(f"100*({b} - {a}^2)^2 + (1 - {a})^2" for a, b in zip(names, names[1:]))
    steps = lambda n: derived(f"f(t) = 4*t*(1 - t)\ninput x\nl = iterate(f, x, {n})\n", "derive l wrt x\n")
    banana_here = derived(f"input {', '.join(names)}\nF = {formula}\n", f"derive F wrt {', '.join(names)}\n", 5)
    if sympy:
        x = sympy.Symbol("x")
        report("12 logistic steps, derived", "SymPy", steps(12), lambda: per_call(lambda: sympy.diff(logistic_map(x, 12), x)), 0.001, 3)
    if symengine:
        x, many = symengine.Symbol("x"), [symengine.Symbol(name) for name in names]
        there = lambda: [banana(many).diff(name) for name in many]
        report("10 logistic steps, derived", "symengine", steps(10), lambda: per_call(lambda: logistic_map(x, 10).diff(x)), 3, 3)
        report("Rosenbrock of 10 names, derived", "symengine", banana_here, lambda: per_call(there), 3, 3)
    if casadi:
        x, many = casadi.SX.sym("x"), casadi.SX.sym("x", 10)
        there = lambda: casadi.gradient(banana([many[k] for k in range(10)]), many)
        report("10 logistic steps, derived", "CasADi", steps(10), lambda: per_call(lambda: casadi.gradient(logistic_map(x, 10), x)), 2, 3)
        report("Rosenbrock of 10 names, derived", "CasADi", banana_here, lambda: per_call(there), 2, 3)


CASES = {case.__name__: case for case in (irregular, product, rosenbrock, iris, script, logistic, text, start, symbolic)}

if __name__ == "__main__":
    print(f"{'case':<34} {'Wengert':>9}   {'peer':<28} {'':>9}   {'ratio':>7} promised")
    for name in sys.argv[1:] or CASES:
        CASES[name]()
