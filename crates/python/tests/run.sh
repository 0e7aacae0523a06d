#!/usr/bin/env bash
# The Python module, from the wheel that `pip install .` builds (here without optimisation, to share what the other tests
# have built). Where there is no Python, says so and passes.
set -euo pipefail
cd "$(dirname "$0")/../../.."
. tests/environment.sh
environment python "maturin==1.*" "numpy" "pytest==9.*" "mypy==1.*" "pygments==2.*"

rm -rf "$target/wheels"
"$environment/bin/maturin" build --quiet --profile dev --locked --interpreter "$environment/bin/python" --out "$target/wheels"
"$environment/bin/pip" install --quiet --disable-pip-version-check --force-reinstall --no-deps "$target"/wheels/*.whl
"$environment/bin/python" -m pytest -q -p no:cacheprovider crates/python/tests
"$environment/bin/python" -m mypy --strict --no-error-summary --cache-dir "$target/mypy" crates/python/wengert
"$environment/bin/wengert" -e "x = 3; assert grad(x^2, x) == 6"
test -f "$environment/share/jupyter/kernels/wengert/kernel.json"
# The manual page and the completions are where `man` and the shells look, in a form that they can read.
share="$environment/share"
grep -q '^\.TH wengert 1' "$share/man/man1/wengert.1"
if command -v man >/dev/null; then
    page="$(MANPATH="$share/man" MANPAGER=cat man wengert)"
    case "$page" in *"--limit-memory"*) ;; *) echo "the manual page cannot be read" >&2; exit 1 ;; esac
fi
bash -c 'source "$1" && complete -p wengert' - "$share/bash-completion/completions/wengert" >/dev/null
head -1 "$share/zsh/site-functions/_wengert" | grep -qx '#compdef wengert'
if command -v zsh >/dev/null; then zsh -n "$share/zsh/site-functions/_wengert"; fi
grep -q '^complete -c wengert' "$share/fish/vendor_completions.d/wengert.fish"
if command -v fish >/dev/null; then fish --no-execute "$share/fish/vendor_completions.d/wengert.fish"; fi
