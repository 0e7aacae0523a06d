"""Runs code exported with --shard data on the devices that there are, which must be
COUNT; writes its results to OUT.

    spread.py FILE.py OUT COUNT [PROCESS PORT]

With a process number it is one of two processes. Results go to a file because what connects the
processes writes to the standard output of its own, from several threads.
"""

import pathlib
import sys

import jax
import numpy as np

if len(sys.argv) > 4:
    jax.distributed.initialize(f"127.0.0.1:{sys.argv[5]}", 2, int(sys.argv[4]))
assert jax.device_count() == int(sys.argv[3])

from compare import module  # noqa: E402

exported = module(pathlib.Path(sys.argv[1]).resolve())
placed = exported.place(exported.inputs())
found = exported.run(**placed) if hasattr(exported, "run") else {}
values = exported.values(**{**placed, **found})
with open(sys.argv[2], "w") as out:
    for name, value in [*found.items(), *zip(exported.REQUESTS, values)]:
        numbers = np.asarray(value).ravel()
        print(name, *(f"{float(x)!r}" for x in numbers), file=out)
