//! What is simplified is simplified again, as if it had been typed, until that changes nothing or makes it
//! longer: the answer is then its own simplified form.

use super::{Simplified, sharing};
use crate::stop;

/// Times that a formula is simplified.
const TIMES: usize = 12;
/// Operations up to which that is done.
const LOOKED_AT: u64 = 400;

/// Operations as a tree; as a reader sees them, with names for repeated parts.
fn weight(formula: &Simplified) -> (u64, u64) {
    let whole = sharing::operations_of(&formula.script, formula.whole);
    let parts = formula.parts.iter();
    parts.fold(whole, |(tree, shown), (_, part)| {
        let more = sharing::operations_of(&formula.script, *part);
        (tree.saturating_add(more.0), shown.saturating_add(more.1))
    })
}

/// `first` simplified until a form comes back or would become longer. Where several forms become each other in
/// turn, the one that is first by its text is the answer to each of them. `again` simplifies a formula as if it
/// had been typed.
pub fn until_fixed(
    first: Simplified,
    mut again: impl FnMut(&Simplified) -> Option<Simplified>,
) -> Simplified {
    let before = first.before;
    let mut shown = weight(&first);
    let mut found = vec![(first.one_line(), first)];
    let mut circle = None;
    while circle.is_none() && found.len() < TIMES && !stop::requested() {
        if shown.0 == 0 || shown.0 > LOOKED_AT {
            break;
        }
        let Some(next) = again(&found[found.len() - 1].1) else {
            break;
        };
        let (line, longer) = (next.one_line(), weight(&next));
        if longer.1 > shown.1 {
            break;
        }
        circle = found.iter().position(|(known, _)| *known == line);
        if circle.is_none() {
            shown = longer;
            found.push((line, next));
        }
    }
    let start = circle.unwrap_or(found.len() - 1);
    let least = (start..found.len()).min_by_key(|place| (found[*place].0.len(), &found[*place].0));
    let place = least.unwrap_or(start);
    let mut rules = Vec::new();
    for (_, formula) in &found[..=place] {
        for rule in &formula.rules {
            if !rules.contains(rule) {
                rules.push(*rule);
            }
        }
    }
    let (_, answer) = found.swap_remove(place);
    Simplified {
        before,
        rules,
        ..answer
    }
}

/// `first`, or the formula that was `typed` where that is shorter.
pub fn shorter(first: Simplified, typed: Simplified) -> Simplified {
    match weight(&first).1 > weight(&typed).1 {
        true => typed,
        false => first,
    }
}
