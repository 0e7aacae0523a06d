//! Answers to claims as text.

use super::values::shape_text;
use super::{Style, number};
use crate::claims::{Against, Outcome, Proof, Refutation};
use crate::diagnostic::counted;
use crate::findings;
use crate::graph::Tensor;

/// The answer to `prove`, on one line; a counterexample on lines below.
pub fn proof(proof: &Proof, style: &Style) -> String {
    format!(
        "{}: {}\n",
        proof.claim.one_line(),
        sentence(&proof.outcome, style)
    )
}

/// The answer to `check … against`, on one line.
pub fn against(against: &Against, style: &Style) -> String {
    let Against {
        output, wrt, given, ..
    } = against;
    format!(
        "check {} wrt {} against {}: {}\n",
        output.one_line(),
        wrt.one_line(),
        given.one_line(),
        against_sentence(against, style)
    )
}

/// The answer to `check … against` without what was asked.
pub(super) fn against_sentence(against: &Against, style: &Style) -> String {
    let mut text = match &against.outcome {
        Some(Outcome::Proved(conditions)) if conditions.is_empty() => {
            "right, proved equal as formulas".to_string()
        }
        Some(Outcome::Proved(conditions)) => {
            format!(
                "right, proved equal as formulas where {}",
                conditions.join(" and ")
            )
        }
        Some(Outcome::Holds(points)) => {
            format!("right, agrees at {}, not proved", counted(*points, "point"))
        }
        Some(Outcome::Unknown) => {
            "undecided, no point was found where both have a value".to_string()
        }
        Some(Outcome::Refuted(found)) => {
            let entry = entry(&against.wrt.one_line(), found);
            let [right, given] = values(found, style);
            let others = match against.slip {
                None => others(&against.wrt.one_line(), found, style),
                Some(_) => String::new(),
            };
            format!(
                "wrong, {given} instead of {right}{entry}{}{others}",
                place(found, style)
            )
        }
        None => "wrong".to_string(),
    };
    if against.kinks {
        text.push_str("; at kinks it differs from the value taken there");
    }
    if let Some(slip) = &against.slip {
        text.push_str(&format!("; {}", findings::slip(slip)));
    }
    text
}

/// ` in W[1,2]`
fn entry(of: &str, found: &Refutation) -> String {
    match found.entry {
        Some(_) => format!(" in {}", entry_of(of, found)),
        None => String::new(),
    }
}

/// `W[1,2]`: the entry of a value that differs most.
pub(super) fn entry_of(of: &str, found: &Refutation) -> String {
    match found.entry {
        Some(at) => entry_at(of, at, found),
        None => of.to_string(),
    }
}

fn entry_at(of: &str, (i, j): (usize, usize), found: &Refutation) -> String {
    match found.sides[0].shape().cols {
        1 => format!("{of}[{}]", i + 1),
        _ => format!("{of}[{},{}]", i + 1, j + 1),
    }
}

/// Entries besides the worst that are written out.
const FURTHER: usize = 2;

/// Further entries that differ, by far more than rounding: `; also 4 instead of 6 in W[2,2]`.
fn others(of: &str, found: &Refutation, style: &Style) -> String {
    let [right, given] = &found.sides;
    let shape = right.shape();
    let differs = |(i, j): &(usize, usize)| {
        let (a, b) = (right.at(*i, *j), given.at(*i, *j));
        (a - b).abs() > 1e-6 * a.abs().max(b.abs())
    };
    let all = (0..shape.n()).flat_map(|j| (0..shape.m()).map(move |i| (i, j)));
    let all = all.filter(|at| Some(*at) != found.entry && differs(at));
    let all: Vec<(usize, usize)> = all.collect();
    if all.is_empty() || found.entry.is_none() {
        return String::new();
    }
    let one = |at: &(usize, usize)| {
        let [right, given] =
            [right, given].map(|side| number::format(side.at(at.0, at.1), style.digits));
        format!("{given} instead of {right} in {}", entry_at(of, *at, found))
    };
    let shown: Vec<String> = all.iter().take(FURTHER).map(one).collect();
    let more = match all.len().saturating_sub(FURTHER) {
        0 => String::new(),
        more => format!(", and {} more", counted(more, "entry")),
    };
    format!("; also {}{more}", shown.join(", "))
}

/// An answer without the claim.
pub(super) fn sentence(outcome: &Outcome, style: &Style) -> String {
    match outcome {
        Outcome::Proved(conditions) if conditions.is_empty() => "proved".into(),
        Outcome::Proved(conditions) => format!("proved where {}", conditions.join(" and ")),
        Outcome::Holds(points) => {
            format!("holds at {}, not proved", counted(*points, "random point"))
        }
        Outcome::Unknown => "undecided, no point was found where both sides have a value".into(),
        Outcome::Refuted(found) => refutation(found, style),
    }
}

/// The values of the inputs, and both sides there.
fn refutation(found: &Refutation, style: &Style) -> String {
    let [left, right] = values(found, style);
    let entry = entry("entry ", found);
    format!(
        "false, {left} against {right}{entry}{}",
        place(found, style)
    )
}

/// Both sides in the entry that differs, with as many digits as show that they do.
fn values(found: &Refutation, style: &Style) -> [String; 2] {
    let sides = found.sides.each_ref().map(|side| match found.entry {
        Some((i, j)) => side.at(i, j),
        None => side.data()[0],
    });
    let few = sides.map(|side| number::format(side, style.digits));
    match few[0] == few[1] {
        true => sides.map(|side| number::format(side, 17)),
        false => few,
    }
}

/// Entries of a value that are written out; of a larger one, its shape.
const LISTED: usize = 12;

/// ` at x = 1, y = 2`
fn place(found: &Refutation, style: &Style) -> String {
    let short = (found.inputs.iter()).filter(|(_, known)| known.shape().len() <= LISTED);
    let mut inputs: Vec<String> = short
        .map(|(name, known)| format!("{name} = {}", value(known, style)))
        .collect();
    let long = (found.inputs.iter()).filter(|(_, known)| known.shape().len() > LISTED);
    inputs.extend(long.map(|(name, known)| format!("{name} ({})", shape_text(known, style))));
    match inputs.is_empty() {
        true => String::new(),
        false => format!(" at {}", inputs.join(", ")),
    }
}

/// A value as it can be typed in.
fn value(value: &Tensor, style: &Style) -> String {
    let digits = style.digits;
    if let Some(x) = value.as_scalar() {
        return number::format(x, digits);
    }
    let shape = value.shape();
    let row = |i: usize| -> String {
        let entries = (0..shape.n()).map(|j| number::format(value.at(i, j), digits));
        entries.collect::<Vec<_>>().join(", ")
    };
    let rows: Vec<String> = (0..shape.m()).map(row).collect();
    match shape.n() {
        1 => format!("[{}]", rows.join(", ")),
        _ if shape.m() == 1 => format!("[{}]'", rows.join("; ")),
        _ => format!("[{}]", rows.join("; ")),
    }
}
