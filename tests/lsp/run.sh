#!/usr/bin/env bash
# The language server, asked through pytest-lsp and by a Neovim without a screen. Makes an environment of Python for it;
# where there is no Python or no Neovim, says so and passes.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/environment.sh
environment lsp "pytest-lsp==1.*" "pytest==9.*" "pytest-asyncio==1.*"

cargo build --quiet --locked
export WENGERT="$target/debug/wengert"
"$environment/bin/python" -m pytest -q -o asyncio_mode=auto -p no:cacheprovider tests/lsp/lsp_test.py

if command -v nvim >/dev/null; then
    timeout 60 nvim --headless --clean -c "luafile tests/lsp/neovim.lua"
else
    echo "tests/lsp: Neovim is not here, its test is skipped"
fi
