"""Wall time of a step with one thread and with two: `python3 benches/threads.py [CASE…]`.

One thread, two threads, and two processes of one thread each run in turns, seven times, with few steps and with many: what
lies between is the time of the steps alone. Half the time of the two processes is what two threads can take at best: on
cores that others use too that is often more than half the time of one. Needs `cargo build --release`.
"""

import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

PROGRAM = pathlib.Path(__file__).parent.parent / "target/release/wengert"
ROUNDS = 7

NETWORK = """X = randn({rows}, 784, seed=1)
T = randn({rows}, 10, seed=2)
W = randn(784, 256, seed=3)/28
V = randn(256, 10, seed=4)/16
L = mean((tanh(X*W)*V - T).^2)
repeat STEPS {{ W, V := W - 0.01*grad(L, W), V - 0.01*grad(L, V) }}
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
repeat STEPS {{ M, S := M - 0.01*grad(L, M), S - 0.01*grad(L, S) }}
L
"""

# The script, and how many steps are few and many.
CASES = {
    "product128": (PRODUCT.format(n=128, scale=12), 1000, 11000),
    "product512": (PRODUCT.format(n=512, scale=25), 40, 240),
    "product2048": (PRODUCT.format(n=2048, scale=50), 1, 6),
    "network64": (NETWORK.format(rows=64), 20, 320),
    "network512": (NETWORK.format(rows=512), 5, 65),
    "logistic": (LOGISTIC, 5, 105),
    "chain": (CHAIN.format(n=1_000_000), 4, 34),
    "chain10k": (CHAIN.format(n=10_000), 100, 3100),
    "mixture": (MIXTURE, 3, 33),
}


def wall_time(path: pathlib.Path, threads: int, processes: int) -> float:
    command = [PROGRAM, "--threads", str(threads), path]
    silent = subprocess.DEVNULL
    begin = time.perf_counter()
    running = [subprocess.Popen(command, stdout=silent, stderr=silent) for _ in range(processes)]
    if any(process.wait() for process in running):
        sys.exit(f"{path} fails")
    return time.perf_counter() - begin


def measure(name: str, folder: pathlib.Path) -> None:
    script, few, many = CASES[name]
    paths = [folder / f"{steps}.ad" for steps in (few, many)]
    for path in paths:
        path.write_text(script.replace("STEPS", path.stem))

    def step(threads: int, processes: int) -> float:
        short, long = (wall_time(path, threads, processes) for path in paths)
        return (long - short) / (many - few) / processes

    found = [(step(1, 1), step(2, 1), step(1, 2)) for _ in range(ROUNDS)]
    one, two, ideal = (1e3 * statistics.median(times) for times in zip(*found))
    print(f"{name}: {one:.3f} ms, two threads {two:.3f} ms; ", end="")
    print(f"{one / two:.2f} times as fast, at best {one / ideal:.2f}", flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        for case in sys.argv[1:] or CASES:
            measure(case, pathlib.Path(directory))
