#!/bin/sh
# Makes an archive of the program that the tests have built, unpacks it, and uses what is inside.
set -eu
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"
archive="$(sh tools/archive.sh "${1:-$target/debug/wengert}")"
(cd "$target/archive" && sha256sum --quiet -c "$(basename "$archive").sha256")
place="$(mktemp -d)"
trap 'rm -rf "$place"' EXIT
tar -C "$place" --strip-components 1 -xzf "$archive"
"$place/bin/wengert" -e "x = 3; assert grad(x^2, x) == 6"
grep -q '\.TH wengert 1' "$place/share/man/man1/wengert.1"
bash -n "$place/share/bash-completion/completions/wengert"
grep -q '^#compdef wengert' "$place/share/zsh/site-functions/_wengert"
grep -q 'complete -c wengert' "$place/share/fish/vendor_completions.d/wengert.fish"
for licence in LICENSE-MIT LICENSE-APACHE; do test -s "$place/share/doc/wengert/$licence"; done
if [ -f web/dist/index.html ]; then test -s "$place/share/wengert/page/index.html"; fi
echo "$archive: $(($(wc -c < "$archive") / 1000)) kB"
