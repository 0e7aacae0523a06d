#!/usr/bin/env bash
# Exported code against the tool: every script here and every example, in NumPy, JAX (also on eight
# devices and in two processes) and C; in PyTorch and through CasADi where those are installed.
# Everything but NumPy and a compiler is optional: what is not there is skipped, and said.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/environment.sh
# Another environment may be named, one with PyTorch and CasADi.
if [ -n "${WENGERT_VENV:-}" ]; then
    environment=$WENGERT_VENV
else
    environment export numpy jax
fi
python=$environment/bin/python
cargo build --locked
wengert=$target/debug/wengert
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Names that get another meaning after a question about them are compared with that meaning, so this one is left out.
scripts=()
for script in tests/export/scripts/*.ad examples/*.ad examples/lecture/*.ad; do
    [ "$script" = examples/gaussian-mixture.ad ] || scripts+=("$script")
done
has() { "$python" -c "import $1" 2>/dev/null || { echo "export: $1 is not installed, skipped"; return 1; }; }

"$python" tests/export/compare.py "$wengert" numpy "${scripts[@]}"
if command -v gcc >/dev/null; then
    "$python" tests/export/compare_c.py "$wengert" "${scripts[@]}"
else
    echo "export: there is no gcc, skipped"
fi
if has jax; then
    "$python" tests/export/compare.py "$wengert" jax tests/export/scripts/*.ad examples/lecture/6*.ad examples/logistic-regression.ad
    for script in tests/export/scripts/descent examples/lecture/6-iris examples/stochastic; do
        "$wengert" export "$script.ad" --to jax --shard data -o "$work/sharded.py"
        "$python" tests/export/spread.py "$work/sharded.py" | grep -v devices >"$work/one"
        eight=--xla_force_host_platform_device_count
        XLA_FLAGS=$eight=8 "$python" tests/export/spread.py "$work/sharded.py" | grep -v devices >"$work/eight"
        port=$((20000 + RANDOM % 20000))
        XLA_FLAGS=$eight=4 "$python" tests/export/spread.py "$work/sharded.py" 1 "$port" >"$work/other" 2>&1 &
        XLA_FLAGS=$eight=4 "$python" tests/export/spread.py "$work/sharded.py" 0 "$port" | grep -v -e devices -e Gloo >"$work/two"
        wait
        "$python" tests/export/near.py "$work/one" "$work/eight" "$work/two"
    done
fi
if has torch; then
    "$python" tests/export/compare.py "$wengert" torch tests/export/scripts/*.ad examples/two-layer-network.ad examples/lecture/6*.ad
fi
if has casadi; then
    "$python" tests/export/through_casadi.py "$wengert"
fi
