"""Writes scripts of random formulas and their gradients: random_programs.py FOLDER [COUNT].

The formulas are the same every time. Twenty stand in a script.
"""

import pathlib
import random
import sys

INPUTS = {
    "S": ["a", "b", "c"],
    "V": ["x", "y"],
    "M": ["A", "B"],
}
VALUES = """a = 0.7; b = -0.4; c = 1.3
x = [0.3; -0.8; 1.1]; y = [0.9; 0.2; -0.5]
A = [1.5, 0.2, -0.3; 0.4, 2.1, 0.6; -0.2, 0.5, 1.8]; B = [0.3, -0.7, 0.1; 0.8, 0.5, -0.2; 0.6, -0.1, 0.4]
"""
# What any number may be given to, entry by entry.
EACH = [
    "sin({})", "cos({})", "tanh({})", "atan({})", "sigmoid({})", "softplus({})", "exp(-({}).^2)",
    "log(1 + ({}).^2)", "sqrt(1 + ({}).^2)", "relu({})", "abs({})", "-({})", "({}).^3", "erf({})",
    "1 ./ (2 + sin({}))", "log_sigmoid({})", "clamp({}, -1, 1)", "asinh({})", "cbrt({})",
]  # fmt: skip
PAIRS = [
    "{} + {}", "{} - {}", "({}) .* ({})", "({}) ./ (2 + ({}).^2)", "max({}, {})", "min({}, {})",
    "hypot({}, 1 + ({}).^2)", "where(({0}) > ({1}), {0}, ({1}).^2)", "logaddexp({}, {})", "atan2({}, 2 + cos({}))",
]  # fmt: skip
TO_NUMBER = [
    ("V", "sum({})"), ("V", "norm({})"), ("V", "logsumexp({})"), ("V", "mean({})"), ("V", "max({})"),
    ("V", "prod({})"), ("V", "std({})"), ("V", "({})[2]"), ("M", "sum({})"), ("M", "tr({})"),
    ("M", "det(3*eye(3) + {})"), ("M", "norm({})"), ("M", "({})[2, 3]"), ("M", "var({})"),
    ("M", "logdet(9*eye(3) + ({})*({})')"),
]  # fmt: skip
TO_VECTOR = [
    ("M", "sum({}, axis=2)"), ("M", "({})[:, 2]"), ("M", "diag({})"), ("M", "mean({}, axis=1)'"),
    ("V", "softmax({})"), ("V", "cumsum({})"), ("M", "logsumexp({}, axis=2)"), ("V", "({})[[3, 1, 1]]"),
]  # fmt: skip
TO_MATRIX = [
    ("M", "({})'"), ("V", "diag({})"), ("M", "inv(4*eye(3) + {})"), ("M", "softmax({}, axis=2)"),
    ("M", "cumsum({})"), ("V", "({})*ones(1, 3)"),
]  # fmt: skip


def formula(kind, depth, dice):
    """A formula of a number, a vector of three or a matrix of three by three."""
    if depth == 0:
        return dice.choice(INPUTS[kind])
    inner = lambda kind: formula(kind, depth - 1, dice)  # noqa: E731
    to = {"S": TO_NUMBER, "V": TO_VECTOR, "M": TO_MATRIX}[kind]
    form = dice.randrange(5)
    if form == 0:
        return dice.choice(EACH).format(inner(kind))
    if form == 1:
        return dice.choice(PAIRS).format(inner(kind), inner(kind))
    if form == 2:
        source, text = dice.choice(to)
        part = inner(source)
        return text.replace("{}", part)
    if form == 3:
        # A number stretches; a column stretches over a matrix.
        smaller = {"S": "S", "V": "S", "M": dice.choice("SV")}[kind]
        return f"({inner(kind)}) {dice.choice(['.*', '+', '-'])} ({inner(smaller)})"
    product = {
        "S": lambda: f"dot({inner('V')}, {inner('V')})",
        "V": lambda: f"({inner('M')})*({inner('V')})",
        "M": lambda: f"({inner('M')})*({inner('M')})",
    }
    return product[kind]()


def script(number):
    """Twenty formulas, with gradients by two inputs each."""
    lines = [f"# Random formulas, number {number}.", VALUES]
    for k in range(20):
        dice = random.Random(1000 * number + k)
        lines.append(f"f{k} = {formula('S', dice.randint(2, 4), dice)}")
        names = sum(INPUTS.values(), [])
        first, second = dice.sample(names, 2)
        lines.append(f"f{k}; grad(f{k}, {first}); grad(f{k}, {second})")
    return "\n".join(lines) + "\n"


def main(folder, count="200"):
    """Writes the scripts and prints their paths."""
    for number in range(int(count) // 20):
        path = pathlib.Path(folder) / f"random{number}.ad"
        path.write_text(script(number))
        print(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
