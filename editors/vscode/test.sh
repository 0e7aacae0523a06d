#!/bin/sh
# Makes the extension as a .vsix, and looks into it. Where there is no npm, says so and passes.
set -eu
cd "$(dirname "$0")"
command -v npm >/dev/null || { echo "the extension of VS Code: skipped, there is no npm here"; exit 0; }
target="${CARGO_TARGET_DIR:-$(cd ../.. && pwd)/target}"
mkdir -p "$target"
python3 ../../tools/words.py --check
npm ci --silent --no-fund --no-audit
node --check extension.js
node grammar.test.js
npx vsce package --out "$target/wengert.vsix" --skip-license --allow-missing-repository >/dev/null
python3 - "$target/wengert.vsix" <<'P'
import json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
names = set(archive.namelist())
for name in ["extension.js", "package.json", "icon.png", "syntaxes/wengert.tmLanguage.json", "snippets/wengert.json",
             "language-configuration.json", "node_modules/vscode-languageclient/package.json"]:
    assert f"extension/{name}" in names, f"{name} is missing"
about = json.loads(archive.read("extension/package.json"))
assert about["contributes"]["languages"][0]["extensions"] == [".ad"]
print(f"{sys.argv[1]}: {len(names)} files, {sum(i.compress_size for i in archive.infolist()) // 1000} kB")
P
