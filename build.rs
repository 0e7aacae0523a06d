//! Generates the parser from `grammar/grammar.lalrpop`.

fn main() {
    println!("cargo:rerun-if-changed=grammar");
    println!("cargo:rerun-if-changed=build.rs");
    lalrpop::Configuration::new()
        .set_in_dir("grammar")
        .process()
        .expect("the grammar is well formed");
}
