#!/usr/bin/env sh
# Builds the book into target/book; open target/book/docs/index.html. Uses the mdbook that is installed, else
# installs one into target/mdbook.
set -eu
cd "$(dirname "$0")/.."

PATH="$PWD/target/mdbook/bin:$PATH"
if ! command -v mdbook >/dev/null; then
    cargo install --debug mdbook --version 0.5.4 --no-default-features --locked --root target/mdbook --target-dir target/mdbook/build
fi

rm -rf target/book
mdbook build docs
# Where the page of the browser has been built (web/build.sh), scripts in the book can be run and changed.
if [ -f web/dist/cells/cells.js ]; then
    cp -R web/dist/cells target/book/docs/live
fi
# Pages link to scripts as they do in the repository.
cp -R examples target/book/examples
