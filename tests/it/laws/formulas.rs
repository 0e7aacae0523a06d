//! Symbolic mode: the formulas that are written.

use super::derivatives::same;
use super::tally::Tally;
use super::{ask, gradients, is_undefined, terrain};
use crate::common::entries;
use crate::common::random::{INPUTS, Program, Terrain};

/// Of a formula that is multiplied out: its terms may cancel.
const REWRITTEN: f64 = 1e-8;

/// Of a simplified formula.
const SIMPLIFIED: f64 = 1e-11;

/// A simplified formula has the value of the derivative wherever that is finite, and may have one
/// where it is not: x/x is 1. At kinks, poles and structural zeros, whose guards it leaves out, it may
/// be undefined; a finite number that is wrong it never is.
pub fn simplification(program: &Program, seed: u64, tally: &mut Tally) -> Result<(), String> {
    let reverse = ask(program, &gradients("F"))?;
    for ((name, ..), want) in INPUTS.iter().zip(&reverse) {
        let question = format!("{}compare F wrt {name} using symbolic\n", program.text());
        let line = last_line(&question)?;
        let answer = &line["wrt"][0]["symbolic"];
        if answer.is_null() {
            tally.count("no formula");
            continue;
        }
        let wild = terrain(seed) == Terrain::Wild;
        let undefined = |formula: f64, want: f64| wild && want.is_finite() && !formula.is_finite();
        let formula = entries(answer);
        if formula.iter().zip(want).any(|(f, w)| undefined(*f, *w)) {
            tally.count("undefined without guards");
        }
        tally.count("formulas");
        let agree = |formula: Vec<f64>, want: Vec<f64>| {
            let (formula, want) = where_defined(&formula, &want, wild);
            same("symbolic", &formula, &want, SIMPLIFIED)
        };
        let Err(message) = agree(formula, want.clone()) else {
            continue;
        };
        if at_a_jump(program)? {
            tally.count("at a jump");
            continue;
        }
        let derived = last_line(&format!("{}derive F wrt {name}\n", program.text()))?;
        let formula = derived["formula"].as_str().unwrap_or_default();
        let of = format!("grad(F, {name})");
        if !agrees_without_signs(program, [formula, &of], |got, want| {
            agree(got, want).is_ok()
        }) {
            return Err(format!("{message} by {name}"));
        }
        tally.count("where a zero has a sign");
    }
    Ok(())
}

/// With its guards a formula has the value of the derivative wherever that is finite, at kinks and
/// poles too: simplification creates no singularity. Where the output is undefined, so is the formula.
pub fn guarded(program: &Program, _: u64, tally: &mut Tally) -> Result<(), String> {
    let undefined = is_undefined(program, "F");
    let reverse = ask(program, &gradients("F"))?;
    for ((name, ..), want) in INPUTS.iter().zip(&reverse) {
        let question = format!("{}derive F wrt {name} with guards\n", program.text());
        let line = last_line(&question)?;
        let Some(formula) = line["formula"].as_str() else {
            tally.count("no formula");
            continue;
        };
        let Some(got) = typed_back(program, formula, tally)? else {
            continue;
        };
        tally.count("formulas");
        let agree = |got: Vec<f64>, want: Vec<f64>| {
            let (got, want) = where_defined(&got, &want, undefined);
            same("guarded", &got, &want, SIMPLIFIED)
        };
        let Err(message) = agree(got, want.clone()) else {
            continue;
        };
        let of = format!("grad(F, {name})");
        tally.count(if at_a_jump(program)? {
            "at a jump"
        } else if agrees_without_signs(program, [formula, &of], |got, want| {
            agree(got, want).is_ok()
        }) {
            "where a zero has a sign"
        } else {
            return Err(format!("{message} by {name}: {formula}"));
        });
    }
    Ok(())
}

/// A formula that is simplified, multiplied out or factored has the same value.
pub fn rewritings(program: &Program, seed: u64, tally: &mut Tally) -> Result<(), String> {
    let want = ask(program, &["F".to_string()])?;
    for word in ["simplify", "expand", "factor"] {
        let lines = crate::common::run_json(&format!("{}{word} F\n", program.text()));
        let line = lines.last().ok_or("nothing is shown")?;
        if line["kind"] == "error" {
            let code = line["code"].as_str().unwrap_or("");
            if !["limit", "value"].contains(&code) {
                return Err(format!("{word}: {line}"));
            }
            tally.count("not rewritten");
            continue;
        }
        let formula = line["formula"].as_str().ok_or("no formula")?;
        let Some(got) = typed_back(program, formula, tally)? else {
            continue;
        };
        tally.count("rewritten");
        let wild = terrain(seed) == Terrain::Wild;
        let agree = |got: Vec<f64>, want: Vec<f64>| {
            let (got, want) = where_defined(&got, &want, wild);
            same(word, &got, &want, REWRITTEN)
        };
        let Err(message) = agree(got, want[0].clone()) else {
            continue;
        };
        tally.count(if at_a_jump(program)? {
            "at a jump"
        } else if agrees_without_signs(program, [formula, "F"], |got, want| {
            agree(got, want).is_ok()
        }) {
            "where a zero has a sign"
        } else {
            return Err(format!("{message}: {formula}"));
        });
    }
    Ok(())
}

/// The value of a formula that is typed back in; none at a singular matrix, where det(A)*inv(A)' says so
/// itself.
fn typed_back(
    program: &Program,
    formula: &str,
    tally: &mut Tally,
) -> Result<Option<Vec<f64>>, String> {
    match crate::common::value(&format!("{}{formula}\n", program.text())) {
        Err(message) if message.contains("singular") => {
            tally.count("formula at a singular matrix");
            Ok(None)
        }
        got => got
            .map(Some)
            .map_err(|message| format!("typed: {message}: {formula}")),
    }
}

/// Whether the output jumps where the program is evaluated: there rounding decides on which side a
/// formula is, or the sign of a zero.
fn at_a_jump(program: &Program) -> Result<bool, String> {
    let near: Vec<String> = [-1e-9, 0.0, 1e-9]
        .iter()
        .map(|h| format!("F at x = x0 + {h:e}, y = y0 - {h:e}"))
        .collect();
    let start = "x0 := x\ny0 := y\n";
    let script = format!("{}{start}{}\n", program.text(), near.join("\n"));
    let values = crate::common::values(&script)?.concat();
    let apart = |a: f64, b: f64| (a - b).abs() > 1e-3 * 1f64.max(a.abs());
    Ok(apart(values[0], values[1]) || apart(values[2], values[1]))
}

fn last_line(script: &str) -> Result<serde_json::Value, String> {
    let mut lines = crate::common::run_json(script);
    let line = lines.pop().ok_or("nothing is shown")?;
    if line["kind"] == "error" {
        return Err(format!("an error: {line}"));
    }
    Ok(line)
}

/// What is to be compared: not where the derivative itself is undefined, nor, if the formula may be
/// `partial`, where that is.
fn where_defined(formula: &[f64], want: &[f64], partial: bool) -> (Vec<f64>, Vec<f64>) {
    let compared = |formula: f64, want: f64| want.is_finite() && (formula.is_finite() || !partial);
    let pair = |(formula, want): (&f64, &f64)| match compared(*formula, *want) {
        true => (*formula, *want),
        false => (0.0, 0.0),
    };
    formula.iter().zip(want).map(pair).unzip()
}

/// Whether a formula agrees with what it was made of where atan2 takes every zero for +0: of atan2(±0, -1) the
/// sign of the zero decides, and a formula knows one zero only.
fn agrees_without_signs(
    program: &Program,
    [formula, of]: [&str; 2],
    agree: impl Fn(Vec<f64>, Vec<f64>) -> bool,
) -> bool {
    let program = program.text();
    let unsigned = |text: &str| text.replace("atan2(", "angle(");
    let value = |text: &str| {
        let angle = "angle(y, x) = atan2(y + 0, x + 0)\n";
        let [program, text] = [&program, text].map(unsigned);
        crate::common::value(&format!("{angle}{program}{text}\n"))
    };
    let both = [value(formula), value(of)];
    match both {
        [Ok(formula), Ok(of)] => program.contains("atan2") && agree(formula, of),
        _ => false,
    }
}
