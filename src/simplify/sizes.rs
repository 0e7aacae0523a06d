//! One formula for all sizes, from those found at some sizes.

use super::Simplified;
use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprId, ExprKind, Name, NameId, Script};
use std::rc::Rc;

/// The formula that all of `found` are, with the names of sizes where numbers differ as the sizes do;
/// `sizes` has those of each formula. `None` where they differ in another way.
pub fn for_all_sizes(
    found: &[&Simplified],
    names: &[Name],
    sizes: &[Vec<usize>],
) -> Option<Simplified> {
    let first = *found.first()?;
    let alike = |other: &&Simplified| {
        other.whole == first.whole
            && other.parts == first.parts
            && other.script.names == first.script.names
            && other.script.expressions.len() == first.script.expressions.len()
    };
    if !found.iter().all(alike) {
        return None;
    }
    let mut script = Script::clone(&first.script);
    for k in 0..first.script.expressions.len() {
        let kinds = || found.iter().map(|one| &one.script.expressions[k].kind);
        if kinds().all(|kind| *kind == first.script.expressions[k].kind) {
            continue;
        }
        let number = |kind: &ExprKind| match kind {
            ExprKind::Number(value) => Some(*value),
            _ => None,
        };
        let numbers: Vec<f64> = kinds().map(number).collect::<Option<_>>()?;
        let changes =
            (0..names.len()).filter_map(|size| Some((size, change(size, &numbers, sizes)?)));
        let least = changes.min_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs()));
        let multiple = || {
            let mut all = 0..names.len();
            all.find_map(|size| Some((size, multiple(size, &numbers, sizes)?)))
        };
        let (size, by) = match least {
            Some((size, change)) => (size, By::Change(change)),
            None => multiple().map(|(size, times)| (size, By::Times(times)))?,
        };
        let known = script.names.iter().position(|known| *known == names[size]);
        let place = known.unwrap_or_else(|| {
            script.names.push(names[size].clone());
            script.names.len() - 1
        });
        let name = ExprKind::Name(NameId(place as u32));
        let (op, sides) = match by {
            By::Change(0.0) => {
                script.expressions[k].kind = name;
                continue;
            }
            By::Change(change) => {
                let op = match change < 0.0 {
                    true => BinaryOp::Sub,
                    false => BinaryOp::Add,
                };
                (op, [name, ExprKind::Number(change.abs())])
            }
            By::Times(times) => (BinaryOp::Mul, [ExprKind::Number(times), name]),
        };
        let [left, right] = sides.map(|kind| {
            script.expressions.push(Expr {
                kind,
                span: Span::default(),
            });
            ExprId(script.expressions.len() as u32 - 1)
        });
        script.expressions[k].kind = ExprKind::Binary(op, left, right);
    }
    Some(Simplified {
        script: Rc::new(script),
        ..first.clone()
    })
}

/// By how much numbers differ from the size with this number, where that is the same everywhere.
fn change(size: usize, numbers: &[f64], sizes: &[Vec<usize>]) -> Option<f64> {
    let mut changes = numbers
        .iter()
        .zip(sizes)
        .map(|(number, sizes)| number - sizes[size] as f64);
    let first = changes.next()?;
    changes.all(|change| change == first).then_some(first)
}

/// Of which whole multiple of the size with this number the numbers are, where that is the same everywhere.
fn multiple(size: usize, numbers: &[f64], sizes: &[Vec<usize>]) -> Option<f64> {
    let mut times = (numbers.iter().zip(sizes)).map(|(number, sizes)| number / sizes[size] as f64);
    let first = times.next()?;
    (first.fract() == 0.0 && first > 1.0 && times.all(|other| other == first)).then_some(first)
}

/// How a number follows from a size.
enum By {
    /// So much is added.
    Change(f64),
    /// It is a multiple.
    Times(f64),
}
