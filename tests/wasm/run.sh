#!/usr/bin/env bash
# Builds the library for wasm32-unknown-unknown, runs scripts there under Node, and compares what they
# show with the native program. Takes the target from rustup where it is installed, else Debian's
# packages rustc-web, cargo-web, rust-web-src and lld, which build the standard library themselves.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=wasm32-unknown-unknown
folder="${WASM_TARGET_DIR:-target/wasm}"
options=(--package wengert-wasm --release --locked --target "$target" --target-dir "$folder")
# What is tested is that it works, not how fast it is.
export CARGO_PROFILE_RELEASE_OPT_LEVEL="${WASM_OPT_LEVEL:-1}"

if rustc --print target-libdir --target "$target" 2>/dev/null | xargs -r test -d; then
    cargo build "${options[@]}"
elif [ -x /usr/bin/cargo ] && [ -x /usr/bin/rustc ]; then
    linker=$(compgen -c wasm-ld | sort -V | tail -1)
    # RUSTC_BOOTSTRAP belongs to this command alone: it lets a stable compiler build its own library.
    PATH=/usr/bin:/bin RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$linker" \
        cargo build -Zbuild-std=std,panic_abort "${options[@]}"
else
    echo "no standard library for $target: rustup target add $target" >&2
    exit 3
fi

# The program of this source, whatever is lying about.
cargo build --locked
native="${CARGO_TARGET_DIR:-target}/debug/wengert"
node tests/wasm/compare.js "$folder/$target/release/wengert_wasm.wasm" "$native" \
    examples/lecture/7.2-loss.ad examples/lecture/7.3-forward.ad examples/lecture/7.5-reverse.ad \
    examples/baydin.ad examples/kinks.ad examples/two-layer-network.ad
