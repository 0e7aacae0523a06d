//! Shared parts put back where that costs nothing: z·t with t = 1/z needs no t, and a − t with t = −b none
//! either.

use super::algebra::{Algebra, Form, Id};
use super::relations::{exchanged, reached};
use crate::graph::NodeId;
use rustc_hash::{FxHashMap, FxHashSet};

/// Operations up to which a formula is looked at.
const LOOKED_AT: u64 = 100;
/// Operations of a part that is tried.
const PART: u64 = 12;
/// Parts that are tried in one formula.
const TRIED: usize = 8;

/// The formula `form` with those of the parts behind `definitions` put in that make it no longer;
/// `work_out` simplifies.
pub fn with_parts_put_in(
    algebra: &mut Algebra,
    form: Id,
    definitions: &FxHashMap<Id, Id>,
    work_out: impl Fn(&mut Algebra, Id) -> Id,
) -> Id {
    let mut best = form;
    let mut tried: FxHashSet<Id> = FxHashSet::default();
    while tried.len() < TRIED && algebra.cost(best) <= LOOKED_AT {
        let said = reached(algebra, best);
        let next = said.iter().find(|part| {
            let definition = definitions.get(part);
            !tried.contains(part) && definition.is_some_and(|form| may_go(algebra, *form, &said))
        });
        let Some(part) = next.copied() else {
            break;
        };
        tried.insert(part);
        let images = FxHashMap::from_iter([(part, definitions[&part])]);
        let without = exchanged(algebra, best, &said, images);
        let without = work_out(algebra, without);
        if algebra.cost(without) <= algebra.cost(best) {
            best = without;
        }
    }
    best
}

/// True of the formula of a part that may cost nothing among the formulas `said`: it is hardly one, or it
/// divides by one of them.
fn may_go(algebra: &Algebra, part: Id, said: &[Id]) -> bool {
    if algebra.cost(part) <= 1 {
        return true;
    }
    let product = match algebra.form(part) {
        Form::Sum(terms) if terms.len() == 1 => terms[0].1,
        _ => part,
    };
    let Form::Product(factors) = algebra.form(product) else {
        return false;
    };
    let divides = |exponent| algebra.value(exponent).is_some_and(|e| e.is_negative());
    let mut divisors = factors.iter().filter(|(_, exponent)| divides(*exponent));
    algebra.cost(part) <= PART && divisors.any(|(base, _)| said.binary_search(base).is_ok())
}

/// Drops the parts that no formula behind them says.
pub fn drop_unused(algebra: &Algebra, formulas: &mut Vec<(NodeId, Id)>) {
    let mut said: FxHashSet<NodeId> = FxHashSet::default();
    let mut seen: FxHashSet<Id> = FxHashSet::default();
    let last = formulas.last().map(|(root, _)| *root);
    let mut kept: Vec<(NodeId, Id)> = Vec::with_capacity(formulas.len());
    while let Some((node, form)) = formulas.pop() {
        if Some(node) != last && !said.contains(&node) {
            continue;
        }
        let mut stack = vec![form];
        while let Some(id) = stack.pop() {
            if !seen.insert(id) {
                continue;
            }
            if let Form::Atom(atom) = algebra.form(id) {
                said.insert(atom);
            }
            stack.extend(algebra.children(id));
        }
        kept.push((node, form));
    }
    kept.reverse();
    *formulas = kept;
}
