//! Smaller programs that break a law in the same way.

use crate::common::random::Program;
use wengert::source::Source;

/// How many smaller programs are tried.
const TRIES: usize = 400;

/// A program that fails as `program` does, without most of what plays no part in it. `fails` says how
/// a program fails.
pub fn shrunk(
    program: &Program,
    message: &str,
    fails: impl Fn(&Program) -> Option<String>,
) -> Program {
    let wanted = kind(message);
    let mut best = program.clone();
    let mut tries = TRIES;
    'smaller: loop {
        for candidate in candidates(&best) {
            if tries == 0 {
                return best;
            }
            tries -= 1;
            if fails(&candidate).is_some_and(|message| kind(&message) == wanted) {
                best = candidate;
                continue 'smaller;
            }
        }
        return best;
    }
}

/// What stands before the numbers.
fn kind(message: &str) -> &str {
    message.split_once(':').map_or(message, |(kind, _)| kind)
}

/// The program without one of its formulas, and with one expression replaced by a part of it.
fn candidates(program: &Program) -> Vec<Program> {
    let mut found = Vec::new();
    let with = |k: usize, formula: Option<String>| {
        let mut smaller = program.clone();
        match formula {
            Some(formula) => smaller.formulas[k] = formula,
            None => {
                smaller.formulas.remove(k);
            }
        }
        smaller
    };
    for k in 0..program.formulas.len() {
        found.push(with(k, None));
    }
    for (k, formula) in program.formulas.iter().enumerate() {
        let smaller = smaller_formulas(formula);
        found.extend(smaller.into_iter().map(|formula| with(k, Some(formula))));
    }
    found
}

fn smaller_formulas(formula: &str) -> Vec<String> {
    let Ok((script, _)) = wengert::syntax::parse(&Source::new("formula.ad", formula)) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    // Large parts first.
    for expr in script.expressions.iter().rev() {
        let span = expr.span.range();
        expr.children(|child| {
            let part = &formula[script.expr(child).span.range()];
            let text = format!("{}({part}){}", &formula[..span.start], &formula[span.end..]);
            found.push(text);
        });
        found.push(format!(
            "{}1{}",
            &formula[..span.start],
            &formula[span.end..]
        ));
    }
    found.retain(|text| text.len() < formula.len());
    found
}
