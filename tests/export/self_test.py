"""A self-test notices a derivative that is wrong on both sides: self_test.py CODE.py."""

import pathlib
import sys

import numpy as np
from compare import module

exported = module(pathlib.Path(sys.argv[1]))
assert exported.check() == 0
assert exported.DERIVATIVES, "nothing to take differences of"
# Wengert's number and that of the code are doubled, so only differences can tell.
right, wrong = exported.values, exported.DERIVATIVES[0][0]
exported.EXPECTED[wrong] = 2 * np.asarray(exported.EXPECTED[wrong])
exported.values = lambda **inputs: [
    2 * value if k == wrong else value for k, value in enumerate(right(**inputs))
]
assert exported.check() == 1
