//! The most memory that the page gives to one engine, and a stack that deep formulas fit on.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        println!("cargo:rustc-cdylib-link-arg=--max-memory={}", 512 << 20);
        println!("cargo:rustc-cdylib-link-arg=-zstack-size={}", 8 << 20);
    }
}
