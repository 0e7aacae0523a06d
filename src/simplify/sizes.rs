//! One formula for all sizes, from those found at some sizes.

use super::Simplified;
use crate::syntax::ast::{ExprKind, Name, NameId, Script};
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
    for k in 0..script.expressions.len() {
        let kinds = || found.iter().map(|one| &one.script.expressions[k].kind);
        if kinds().all(|kind| *kind == script.expressions[k].kind) {
            continue;
        }
        let number = |kind: &ExprKind| match kind {
            ExprKind::Number(value) => Some(*value),
            _ => None,
        };
        let numbers: Vec<f64> = kinds().map(number).collect::<Option<_>>()?;
        let is_size = |k: &usize| {
            let mut pairs = sizes.iter().zip(&numbers);
            pairs.all(|(sizes, number)| sizes[*k] as f64 == *number)
        };
        let name = &names[(0..names.len()).find(is_size)?];
        let known = script.names.iter().position(|known| known == name);
        let place = known.unwrap_or_else(|| {
            script.names.push(name.clone());
            script.names.len() - 1
        });
        script.expressions[k].kind = ExprKind::Name(NameId(place as u32));
    }
    Some(Simplified {
        script: Rc::new(script),
        ..first.clone()
    })
}
