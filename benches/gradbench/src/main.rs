//! The tool `wengert` for GradBench: reads its messages, one JSON object a line, and answers them.

mod answers;
mod evals;
mod inputs;
mod tool;

use std::io::{BufRead, Write};

fn main() -> std::io::Result<()> {
    let mut tool = tool::Tool::default();
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        if let Some(answer) = tool.answer(&line?) {
            writeln!(out, "{answer}")?;
            out.flush()?;
        }
    }
    Ok(())
}
