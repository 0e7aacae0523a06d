#!/bin/sh
# Makes target/archive/wengert-VERSION-TARGET.tar.gz: the program, completions, the manual page, the licences,
# and the page of the browser where web/dist was built. `sh tools/archive.sh PROGRAM` packs that program; without it, one is built.
set -eu
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"
program="${1:-}"
if [ -z "$program" ]; then
    cargo build --locked --profile dist
    program="$target/dist/wengert"
fi
version="$("$program" --version | cut -d' ' -f2)"
triple="$(rustc -vV | sed -n 's/^host: //p')"
name="wengert-$version-$triple"
folder="$target/archive/$name"
rm -rf "$folder"
mkdir -p "$folder/bin" "$folder/share/man/man1" "$folder/share/bash-completion/completions" "$folder/share/zsh/site-functions" \
    "$folder/share/fish/vendor_completions.d" "$folder/share/doc/wengert" "$folder/share/wengert"
cp "$program" "$folder/bin/wengert"
"$program" man > "$folder/share/man/man1/wengert.1"
"$program" completions bash > "$folder/share/bash-completion/completions/wengert"
"$program" completions zsh > "$folder/share/zsh/site-functions/_wengert"
"$program" completions fish > "$folder/share/fish/vendor_completions.d/wengert.fish"
cp README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE "$folder/share/doc/wengert/"
# `wengert serve` looks for the page here.
if [ -f web/dist/index.html ]; then
    mkdir "$folder/share/wengert/page"
    cp -R web/dist/index.html web/dist/icon.svg web/dist/assets "$folder/share/wengert/page/"
else
    rmdir "$folder/share/wengert"
fi
tar -C "$target/archive" -czf "$target/archive/$name.tar.gz" "$name"
(cd "$target/archive" && sha256sum "$name.tar.gz" > "$name.tar.gz.sha256")
echo "$target/archive/$name.tar.gz"
