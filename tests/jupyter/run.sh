#!/usr/bin/env bash
# The kernel against Jupyter's own conformance suite, and every example as a notebook. Makes an environment of Python
# for it; where there is no Python, says so and passes.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/environment.sh
environment jupyter "jupyter-kernel-test==0.7.*" "nbconvert==7.*"

cargo build --quiet --locked
"$target/debug/wengert" kernel install --prefix "$environment" >/dev/null
export JUPYTER_PATH="$environment/share/jupyter" PYTHONWARNINGS=ignore
"$environment/bin/python" tests/jupyter/kernel_test.py
"$environment/bin/python" examples/notebooks/make.py --check
"$environment/bin/python" tests/jupyter/notebooks.py examples
