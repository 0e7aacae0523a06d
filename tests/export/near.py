"""Holds results of spread.py against each other: near.py ONE OTHER ..."""

import sys

import numpy as np


def table(path):
    """Names and numbers of a file, in order."""
    with open(path) as file:
        lines = [line.split() for line in file if line.strip()]
    words = [[w for w in line if not is_number(w)] for line in lines]
    return words, [np.array([float(w) for w in line if is_number(w)]) for line in lines]


def is_number(word):
    """True for what spread.py writes as a number."""
    try:
        float(word)
    except ValueError:
        return False
    return True


first, *others = sys.argv[1:]
names, one = table(first)
assert one, "nothing was computed"
worst = 0.0
for path in others:
    known, numbers = table(path)
    assert known == names, (path, known, names)
    for name, a, b in zip(names, one, numbers):
        scale = max(np.max(np.abs(a), initial=0.0), 1e-6)
        worst = max(worst, np.max(np.abs(a - b), initial=0.0) / scale)
print(f"1 device, 8 devices, 2 processes: {worst:.1e}")
sys.exit(0 if worst < 1e-9 else 1)
