"""Compiles exported StableHLO with XLA and compares it with exported NumPy.

    compare_stablehlo.py WENGERT FILE.ad ...
"""

import pathlib
import subprocess
import sys
import tempfile

import jax
import numpy as np
from compare import module, numbers, relative
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
    stem = script.stem.replace("-", "_").replace(".", "_") + "_x"
    paths = {"numpy": folder / f"{stem}.py", "stablehlo": folder / f"{stem}.mlir"}
    for target, path in paths.items():
        export = [wengert, "export", str(script), "--to", target, "-o", str(path)]
        done = subprocess.run(export, capture_output=True, text=True)
        if done.returncode != 0:
            return next((line for line in done.stderr.splitlines() if "error" in line), done.stderr)
    exported, text = module(paths["numpy"]), paths["stablehlo"].read_text()
    inputs = exported.inputs()
    if any(" without a value" in line for line in exported.__doc__.splitlines()):
        return "inputs without values"
    pairs = []
    if exported.REQUESTS:
        values = call(text, "main", inputs.values())
        pairs += zip(exported.REQUESTS, values, numbers(exported.values(**inputs)))
    if hasattr(exported, "run"):
        found = exported.run(**inputs)
        pairs += zip(found, call(text, "run", inputs.values()), numbers(found.values()))
    worst = 0.0
    for text, got, want in pairs:
        difference = relative(got, want)
        if not difference <= 1e-11:
            print(f"  {script.name} stablehlo: {text}: {difference:.1e}", got.shape, want.shape)
        worst = max(worst, difference if difference == difference else np.inf)
    return worst


def main(wengert, *scripts):
    """Compares each script; the exit status says whether all agree."""
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for script in map(pathlib.Path, scripts):
            try:
                result = compare(wengert, script.resolve(), pathlib.Path(folder))
            except Exception as error:  # noqa: BLE001
                result = f"{type(error).__name__}: {str(error)[:500]}"
                failed += 1
            if isinstance(result, str):
                print(f"{script} stablehlo: {result}")
            else:
                print(f"{script} stablehlo: {result:.1e}")
                failed += result > 1e-9
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
