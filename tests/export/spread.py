"""Runs code exported with --shard data on the devices that there are; prints its results.

    spread.py FILE.py [PROCESS PORT]

With a process number it is one of two processes.
"""

import pathlib
import sys

import jax
import numpy as np

if len(sys.argv) > 2:
    jax.distributed.initialize(f"127.0.0.1:{sys.argv[3]}", 2, int(sys.argv[2]))

from compare import module  # noqa: E402

exported = module(pathlib.Path(sys.argv[1]).resolve())
placed = exported.place(exported.inputs())
print("devices:", jax.device_count())
found = exported.run(**placed) if hasattr(exported, "run") else {}
values = exported.values(**{**placed, **found})
for name, value in [*found.items(), *zip(exported.REQUESTS, values)]:
    numbers = np.asarray(value).ravel()
    print(name, *(f"{float(x)!r}" for x in numbers))
