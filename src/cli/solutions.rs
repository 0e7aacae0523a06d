//! `wengert test --solutions`: exercises against their solutions.
//!
//! Beside `NAME.ad`, which may have blanks `???`, lies `NAME.sol.ad`, the same script without them. Both
//! are run, and what they show is compared: numbers to six digits, since another formula rounds
//! differently. Blanks that are still there are filled in from the solution, so that the rest can be
//! judged.

use super::{Allowance, Status, golden, script};
use crate::diagnostic::{Diagnostic, counted};
use crate::event::{Event, Item};
use crate::graph::Tensor;
use crate::number;
use crate::source::Source;
use crate::syntax;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The difference up to which numbers are the same, as a part of the largest.
const TOLERANCE: f64 = 1e-6;
/// The same for numbers around 0.
const ABSOLUTE: f64 = 1e-12;

/// Compares every exercise below `paths` with its solution and tells `report` the outcome.
pub fn run(paths: &[PathBuf], allowance: Allowance, report: &mut dyn FnMut(&str)) -> Status {
    let (mut passed, mut failed) = (0, 0);
    for path in paths {
        let found = match golden::scripts_below(path) {
            Ok((found, _)) => found,
            Err(error) => {
                failed += 1;
                report(&format!("FAILED {}: {error}\n", path.display()));
                continue;
            }
        };
        for exercise in found {
            let solution = exercise.with_extension("sol.ad");
            if !solution.exists() {
                continue;
            }
            match compare(&exercise, &solution, allowance) {
                Ok(0) => passed += 1,
                Ok(blanks) => {
                    passed += 1;
                    let blanks = counted(blanks, "blank");
                    report(&format!(
                        "{}: {blanks} filled in from the solution\n",
                        exercise.display()
                    ));
                }
                Err(complaint) => {
                    failed += 1;
                    report(&format!("FAILED {}: {complaint}\n", exercise.display()));
                }
            }
        }
    }
    report(&format!("{passed} passed, {failed} failed\n"));
    if passed + failed == 0 {
        report("an exercise `NAME.ad` needs its solution `NAME.sol.ad` beside it\n");
    }
    match failed {
        0 if passed > 0 => Status::Fine,
        _ => Status::Failed,
    }
}

/// Runs both and says how many blanks were left, or what differs.
fn compare(exercise: &Path, solution: &Path, allowance: Allowance) -> Result<usize, String> {
    let read = |path: &Path| script::read(path).map_err(|error| error.to_string());
    let (asked, solved) = (read(exercise)?, read(solution)?);
    let Some((text, blanks)) = syntax::filled(&asked.text, &solved.text) else {
        return Err(format!(
            "{} is not the same script with the blanks filled in",
            solution.display()
        ));
    };
    let asked = Rc::new(Source {
        name: asked.name.clone(),
        text,
        folder: asked.folder.clone(),
    });
    let (ours, error) = shown(&asked, allowance);
    let (theirs, their_error) = shown(&solved, allowance);
    if let Some(error) = their_error {
        return Err(format!("the solution itself fails: {error}"));
    }
    for (ours, theirs) in ours.iter().zip(&theirs) {
        if let Some(difference) = difference(ours, theirs) {
            return Err(difference);
        }
    }
    if let Some(error) = error {
        return Err(error.to_string());
    }
    if ours.len() != theirs.len() {
        let (ours, theirs) = (counted(ours.len(), "result"), theirs.len());
        return Err(format!("it shows {ours}, the solution {theirs}"));
    }
    Ok(blanks)
}

/// What a script shows until it fails.
fn shown(source: &Rc<Source>, allowance: Allowance) -> (Vec<Event>, Option<Diagnostic>) {
    let mut events = Vec::new();
    let ended = allowance.session().run_source(source, &mut |event| {
        if !matches!(event, Event::Warning(_)) {
            events.push(event);
        }
    });
    (events, ended.err())
}

/// Says how two results differ. Of pictures and tables the kind counts: what they show follows from
/// the formulas before them.
fn difference(ours: &Event, theirs: &Event) -> Option<String> {
    match (ours, theirs) {
        (Event::Value { text, value, .. }, Event::Value { value: right, .. }) => {
            unlike(value, right).map(|how| format!("`{}` {how}", &**text))
        }
        (Event::Print { items, .. }, Event::Print { items: right, .. }) => {
            let mut pairs = items.iter().zip(right);
            let found = pairs.find_map(|pair| match pair {
                (Item::Value(value), Item::Value(right)) => unlike(value, right),
                (Item::Text(text), Item::Text(right)) if text == right => None,
                _ => Some("shows another text than the solution".into()),
            });
            found.map(|how| format!("a `print` {how}"))
        }
        _ if std::mem::discriminant(ours) == std::mem::discriminant(theirs) => None,
        _ => Some("it shows something of another kind than the solution".into()),
    }
}

fn unlike(ours: &Tensor, right: &Tensor) -> Option<String> {
    if ours.shape() != right.shape() {
        return Some(format!(
            "is {}, the solution {}",
            ours.shape(),
            right.shape()
        ));
    }
    let finite = right.data().iter().filter(|x| x.is_finite());
    let largest = finite.fold(0.0, |largest: f64, x| largest.max(x.abs()));
    let allowed = (TOLERANCE * largest).max(ABSOLUTE);
    let same = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= allowed;
    let mut pairs = ours.data().iter().zip(right.data());
    let (a, b) = pairs.find(|(a, b)| !same(**a, **b))?;
    let [a, b] = [a, b].map(|x| number::format(*x, 6));
    Some(match ours.shape().is_scalar() {
        true => format!("is {a}, the solution {b}"),
        false => format!("has an entry {a}, the solution {b}"),
    })
}
