"""Compiles exported StableHLO with XLA and compares it with exported NumPy.

    compare_stablehlo.py WENGERT FILE.ad ...
"""

import sys

import jax
import numpy as np
from compare import beside_numpy, numbers, report, worst_of
from jax._src.interpreters import mlir
from jax._src.lib import xla_client
from jaxlib.mlir import ir

jax.config.update("jax_enable_x64", True)


def call(text, function, arguments):
    """The results of a function of a module, compiled without tracing anything."""
    if function != "main":
        text = text.replace("@main(", "@other(").replace(f"@{function}(", "@main(")
    with mlir.make_ir_context():
        parsed = ir.Module.parse(text)
        parsed.operation.verify()
        code = parsed.operation.get_asm().encode()
    devices = jax.devices()[:1]
    options = xla_client.CompileOptions()
    compiled = devices[0].client.compile_and_load(code, xla_client.DeviceList(tuple(devices)), options)
    given = [jax.device_put(np.asarray(a, dtype=float)) for a in arguments]
    results = compiled.execute_sharded(given).disassemble_into_single_device_arrays()
    return [np.asarray(result[0]) for result in results]


def compare(wengert, script, folder):
    """The largest difference, or a text about what was refused."""
    found = beside_numpy(wengert, script, folder, "stablehlo", "mlir")
    if isinstance(found, str):
        return found
    exported, path = found
    text, inputs = path.read_text(), exported.inputs()
    pairs = []
    if exported.REQUESTS:
        values = call(text, "main", inputs.values())
        pairs += zip(exported.REQUESTS, values, numbers(exported.values(**inputs)))
    if hasattr(exported, "run"):
        found = exported.run(**inputs)
        pairs += zip(found, call(text, "run", inputs.values()), numbers(found.values()))
    return worst_of(script, "stablehlo", pairs)


if __name__ == "__main__":
    wengert, *scripts = sys.argv[1:]
    sys.exit(report("stablehlo", scripts, lambda script, folder: compare(wengert, script, folder)))
