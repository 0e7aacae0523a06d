"""Holds results of spread.py against each other: near.py ONE OTHER ...

A difference is relative to the largest entry; a result below 1e-6, such as a gradient at a minimum, is
rounding itself, so its difference is told as it is.
"""

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
        size = np.max(np.abs(a), initial=0.0)
        apart = np.max(np.abs(a - b), initial=0.0)
        worst = max(worst, apart / size if size > 1e-6 else apart)
print(f"1 device, 8 devices, 2 processes: {worst:.1e}")
sys.exit(0 if worst < 1e-12 else 1)
