#!/usr/bin/env bash
# Exported code against the tool: every script here and every example, in NumPy, JAX (also on eight
# devices and in two processes), StableHLO and C; random formulas; in SymPy; in PyTorch and CasADi where those
# are installed; the syntax of Julia, and Julia itself where it is installed. Everything but NumPy and a compiler is optional: what is not
# there is skipped, and said.
#
#     run.sh [PART ...]      only these parts: numpy c jax shards stablehlo julia torch sympy casadi
#     RANDOM_PROGRAMS=200    so many random formulas for NumPy and C, instead of 60
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/environment.sh
# Another environment may be named, one with PyTorch and CasADi.
if [ -n "${WENGERT_VENV:-}" ]; then
    environment=$WENGERT_VENV
else
    environment export numpy jax sympy tree-sitter tree-sitter-julia
fi
python=$environment/bin/python
cargo build --locked
wengert=$target/debug/wengert
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
parts=" ${*:-numpy c jax shards stablehlo julia torch sympy casadi} "
# Names that get another meaning after a question about them are compared with that meaning, so this one is left out.
scripts=()
for script in tests/export/scripts/*.ad examples/*.ad examples/lecture/*.ad; do
    [ "$script" = examples/gaussian-mixture.ad ] || scripts+=("$script")
done
sized=(tests/export/scripts/declared/*.ad)
mapfile -t random < <("$python" tests/export/random_programs.py "$work" "${RANDOM_PROGRAMS:-60}")
has() { "$python" -c "import $1" 2>/dev/null || { echo "export: $1 is not installed, skipped"; return 1; }; }
wants() { [[ $parts == *" $1 "* ]]; }

# Every form of derivatives with its self-test: `checked TARGET FORM ...`.
checked() {
    local target=$1 form script
    shift
    for script in examples/lecture/7.2-loss.ad examples/logistic-regression.ad tests/export/scripts/declared/logistic.ad; do
        [[ $target = c && $script = */declared/* ]] && continue
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

if wants numpy; then
    "$python" tests/export/compare.py "$wengert" numpy "${scripts[@]}" "${random[@]}"
    "$python" tests/export/sizes.py "$wengert" numpy "${sized[@]}"
    checked numpy adjoint derive
    "$wengert" export examples/logistic-regression.ad --to numpy --check -o "$work/checked.py"
    "$python" tests/export/self_test.py "$work/checked.py" >"$work/said" || { cat "$work/said"; exit 1; }
fi
if wants c && command -v gcc >/dev/null; then
    "$python" tests/export/compare_c.py "$wengert" "${scripts[@]}" "${random[@]}"
    checked c adjoint derive
elif wants c; then
    echo "export: there is no gcc, skipped"
fi
if wants jax && has jax; then
    "$python" tests/export/compare.py "$wengert" jax tests/export/scripts/*.ad examples/lecture/6*.ad examples/logistic-regression.ad
    checked jax adjoint derive framework
    "$python" tests/export/sizes.py "$wengert" jax "${sized[@]}"
fi
if wants stablehlo && has jax; then
    "$python" tests/export/compare_stablehlo.py "$wengert" tests/export/scripts/*.ad examples/lecture/6*.ad "${random[0]}"
fi
if wants shards && has jax; then
    for script in tests/export/scripts/descent examples/lecture/6-iris examples/stochastic; do
        "$wengert" export "$script.ad" --to jax --shard data -o "$work/sharded.py"
        "$python" tests/export/spread.py "$work/sharded.py" "$work/one" 1
        eight=--xla_force_host_platform_device_count
        XLA_FLAGS=$eight=8 "$python" tests/export/spread.py "$work/sharded.py" "$work/eight" 8
        port=$((20000 + RANDOM % 20000))
        XLA_FLAGS=$eight=4 "$python" tests/export/spread.py "$work/sharded.py" "$work/other" 8 1 "$port" >"$work/said" 2>&1 &
        XLA_FLAGS=$eight=4 "$python" tests/export/spread.py "$work/sharded.py" "$work/two" 8 0 "$port" >/dev/null
        wait
        echo -n "$script "
        "$python" tests/export/near.py "$work/one" "$work/eight" "$work/two" "$work/other"
    done
fi
if wants julia && has tree_sitter_julia; then
    "$python" tests/export/syntax_julia.py "$wengert" "${scripts[@]}" "${random[@]}"
fi
if wants julia && command -v julia >/dev/null; then
    "$python" tests/export/compare_julia.py "$wengert" tests/export/scripts/*.ad examples/lecture/[57]*.ad "${random[@]:0:10}"
    "$python" tests/export/sizes.py "$wengert" julia "${sized[@]}"
elif wants julia; then
    echo "export: there is no julia, skipped"
fi
if wants torch && has torch; then
    "$python" tests/export/compare.py "$wengert" torch tests/export/scripts/*.ad examples/two-layer-network.ad examples/lecture/6*.ad
    checked torch adjoint derive framework
    "$python" tests/export/sizes.py "$wengert" torch "${sized[@]}"
fi
# Formulas: their numbers, and numbers put in for their symbols.
formulas() {
    "$python" tests/export/compare_formulas.py "$wengert" "$1" tests/export/scripts/*.ad examples/baydin.ad examples/kinks.ad examples/lecture/7.[2-5]*.ad "${random[@]:0:20}"
    "$wengert" export examples/lecture/7.2-loss.ad --to "$1" --check -o "$work/checked.py"
    "$python" "$work/checked.py"
}
if wants sympy && has sympy; then
    formulas sympy
fi
if wants casadi && has casadi; then
    formulas casadi
    "$python" tests/export/through_casadi.py "$wengert"
    "$python" tests/export/speed.py "$wengert"
fi
