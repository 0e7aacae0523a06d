#!/bin/sh
# Builds web/dist from a clean clone: the engine as WebAssembly, then the page. Says what is missing if something is.
set -eu
cd "$(dirname "$0")"
missing() { printf '%s\n' "$@" >&2; exit 1; }

command -v node >/dev/null || missing "node is missing: Node.js 20 or newer builds the page."
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || missing "Node.js 20 or newer is needed; this is $(node --version)."
command -v npm >/dev/null || missing "npm is missing: it comes with Node.js."

target=wasm32-unknown-unknown
folder="${CARGO_TARGET_DIR:-../target}"
# Indices of functions take as many bytes as they need: the linker keeps five for each, another 1 %.
packed='-Clink-arg=--compress-relocations'
# Where in the sources something fails is left out: it would be 2 % of what is loaded.
short='profile.web.rustflags=["-Zlocation-detail=none"]'
# What fails ends the engine at once, and the page starts another: the texts of panics, and the code that writes them, are never shown.
abort='profile.web.panic="immediate-abort"'
simd='profile.web.package.wengert-engine.rustflags=["-Zlocation-detail=none", "-Ctarget-feature=+simd128"]'
if [ "${ENGINE:-}" = keep ] && [ -s src/engine/wasm/engine.wasm ]; then
  echo "The engine is kept as it is."
else
  if [ -x /usr/bin/rustc ] && [ -x /usr/bin/cargo ] && [ -d "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library" ] && command -v wasm-ld-22 >/dev/null; then
    # Debian's compiler brings the sources of the standard library, which is built along: a smaller engine than with that of rustup.
    folder="${CARGO_TARGET_DIR:-../target/web}"
    env PATH=/usr/bin:/bin RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$folder" CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-22 \
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$packed" \
      /usr/bin/cargo build --locked --manifest-path ../Cargo.toml -Zbuild-std=std,panic_abort -Zbuild-std-features=optimize_for_size -p wengert-wasm --profile web --target "$target" -Zprofile-rustflags -Zpanic-immediate-abort --config "$abort" --config "$short" --config "$simd"
  elif command -v rustup >/dev/null && rustup target list --installed 2>/dev/null | grep -q "$target"; then
    env RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="-Zlocation-detail=none $packed" \
      cargo build --locked --manifest-path ../Cargo.toml -p wengert-wasm --profile web --target "$target"
  else
    missing "The engine needs Rust with the target $target. One of these brings it:" \
      "  rustup target add $target" \
      "  apt-get install rustc-web cargo-web rust-web-src lld-22     (Debian)"
  fi
  mkdir -p src/engine/wasm
  cp "$folder/$target/web/wengert_wasm.wasm" src/engine/wasm/engine.wasm
fi
[ -d node_modules ] && [ node_modules -nt package-lock.json ] || npm ci
npm run build
