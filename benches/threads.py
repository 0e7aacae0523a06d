"""Wall time of a step with one thread and with two: `python3 benches/threads.py [CASE…]`.

Both run in turns, five times, with few steps and with many: what lies between is the time of the steps alone.
A ratio of 2 is ideal on two cores that nobody else uses. Needs `cargo build --release`.
"""

import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

PROGRAM = pathlib.Path(__file__).parent.parent / "target/release/wengert"
ROUNDS = 5

NETWORK = """X = randn({rows}, 784, seed=1)
T = randn({rows}, 10, seed=2)
W = randn(784, 256, seed=3)/28
V = randn(256, 10, seed=4)/16
L = mean((tanh(X*W)*V - T).^2)
repeat STEPS {{ W := W - 0.01*grad(L, W); V := V - 0.01*grad(L, V) }}
L
"""
PRODUCT = """A = randn({n}, {n}, seed=1)/{scale}
B = randn({n}, {n}, seed=2)/{scale}
repeat STEPS {{ A := A*B }}
sum(A)
"""
CHAIN = """x = randn({n}, 1, seed=1)
repeat STEPS {{ x := tanh(x).*exp(-x.^2) + 0.5*x }}
sum(x)
"""
LOGISTIC = """X = randn(200000, 10, seed=1)
y = where(rand(200000, 1, seed=2) > 0.5, 1, 0)
w = zeros(10, 1)
L = mean(softplus(X*w) - y.*(X*w))
repeat STEPS { w := w - 0.1*grad(L, w) }
L
"""
TERMS = "logsumexp(hcat({}), axis=2)".format(
    ", ".join(f"-sum((X - M[{k}, :]).^2 .* exp(S[{k}, :]), axis=2)" for k in range(1, 26))
)
MIXTURE = f"""X = randn(10000, 2, seed=1)
M = randn(25, 2, seed=2)
S = 0.1*randn(25, 2, seed=3)
L = -mean({TERMS})
repeat STEPS {{ M := M - 0.01*grad(L, M); S := S - 0.01*grad(L, S) }}
L
"""

# The script, and how many steps are few and many.
CASES = {
    "product512": (PRODUCT.format(n=512, scale=25), 40, 240),
    "product2048": (PRODUCT.format(n=2048, scale=50), 1, 6),
    "network64": (NETWORK.format(rows=64), 20, 320),
    "network512": (NETWORK.format(rows=512), 5, 65),
    "logistic": (LOGISTIC, 5, 105),
    "chain": (CHAIN.format(n=1_000_000), 4, 34),
    "chain10k": (CHAIN.format(n=10_000), 100, 3100),
    "mixture": (MIXTURE, 3, 33),
}


def wall_time(script: str, steps: int, threads: int, path: pathlib.Path) -> float:
    path.write_text(script.replace("STEPS", str(steps)))
    begin = time.perf_counter()
    command = [PROGRAM, "--threads", str(threads), path]
    silent = subprocess.DEVNULL
    subprocess.run(command, check=True, stdout=silent, stderr=silent)
    return time.perf_counter() - begin


def measure(name: str, path: pathlib.Path) -> None:
    script, few, many = CASES[name]
    times = {1: [], 2: []}
    for _ in range(ROUNDS):
        for threads, found in times.items():
            all_steps, some = (wall_time(script, n, threads, path) for n in (many, few))
            found.append((all_steps - some) / (many - few))
    ratios = [one / two for one, two in zip(times[1], times[2])]
    one, two = (1e3 * min(found) for found in times.values())
    median = statistics.median(ratios)
    print(f"{name}: {one:.3f} ms, {two:.3f} ms; {one / two:.2f}, median {median:.2f}", flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for case in sys.argv[1:] or CASES:
            measure(case, pathlib.Path(folder, "steps.ad"))
