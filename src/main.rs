//! The program `wengert`; everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    wengert::cli::main(wengert::repl::run)
}
