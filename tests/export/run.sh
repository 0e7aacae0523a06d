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

# Every form of derivatives with its self-test: `checked TARGET FORM ...`.
checked() {
    local target=$1 form script
    shift
    for script in examples/lecture/7.2-loss.ad examples/logistic-regression.ad; do
        for form in "$@"; do
            local code=$work/checked.py
            [ "$target" = c ] && code=$work/checked.c
            "$wengert" export "$script" --to "$target" --derivative "$form" --check -o "$code" 2>"$work/said" ||
                { cat "$work/said"; return 1; }
            echo "$script $target $form"
            if [ "$target" = c ]; then
                gcc -std=c99 -Wall -Wextra -Werror -O1 "$code" -o "$work/checked" -lm
                "$work/checked"
            else
                "$python" "$code" >"$work/said" || { cat "$work/said"; return 1; }
                tail -n 1 "$work/said"
            fi
        done
    done
}

"$python" tests/export/compare.py "$wengert" numpy "${scripts[@]}"
checked numpy adjoint derive
if command -v gcc >/dev/null; then
    "$python" tests/export/compare_c.py "$wengert" "${scripts[@]}"
    checked c adjoint derive
else
    echo "export: there is no gcc, skipped"
fi
if has jax; then
    "$python" tests/export/compare.py "$wengert" jax tests/export/scripts/*.ad examples/lecture/6*.ad examples/logistic-regression.ad
    checked jax adjoint derive framework
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
    checked torch adjoint derive framework
fi
if has casadi; then
    "$python" tests/export/through_casadi.py "$wengert"
fi
