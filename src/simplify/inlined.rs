//! Shared parts put back where that costs nothing: z·t with t = 1/z needs no t, and a − t with t = −b none
//! either.

use super::algebra::{Algebra, Form, Id};
use super::exact::Number;
use super::relations::{exchanged, reached};
use super::rules;
use crate::graph::NodeId;
use rustc_hash::{FxHashMap, FxHashSet};

/// Operations up to which a formula is looked at.
const LOOKED_AT: u64 = 100;
/// Operations of a part that is tried.
const PART: u64 = 12;
/// Parts that are tried in one formula.
const TRIED: usize = 8;

/// The formula `form` with those of the parts behind `definitions` put in that make it no longer, common factors
/// taken out; `work_out` simplifies what is found.
pub fn with_parts_put_in(
    algebra: &mut Algebra,
    form: Id,
    definitions: &FxHashMap<Id, Id>,
    work_out: impl Fn(&mut Algebra, Id) -> Id,
) -> Id {
    let mut best = form;
    let mut tried: FxHashSet<Id> = FxHashSet::default();
    if algebra.cost(best) > LOOKED_AT {
        return form;
    }
    let mut said = reached(algebra, best);
    while tried.len() < TRIED {
        let next = said.iter().find(|part| {
            let definition = definitions.get(part);
            !tried.contains(part)
                && definition.is_some_and(|form| may_go(algebra, **part, *form, &said))
        });
        let Some(part) = next.copied() else {
            break;
        };
        tried.insert(part);
        let images = FxHashMap::from_iter([(part, definitions[&part])]);
        let without = exchanged(algebra, best, &said, images, rules::factored);
        if algebra.cost(without) <= algebra.cost(best) {
            best = without;
            said = reached(algebra, best);
        }
    }
    if best == form {
        return form;
    }
    let better = work_out(algebra, best);
    match algebra.cost(better) <= algebra.cost(form) {
        true => better,
        false => form,
    }
}

/// True of the formula of a part that may cost nothing among the formulas `said`: it is hardly one, or it
/// divides by one of them.
fn may_go(algebra: &Algebra, part: Id, formula: Id, said: &[Id]) -> bool {
    let product = match algebra.form(formula) {
        Form::Sum(terms) if terms.len() == 1 => terms[0].1,
        Form::Sum(terms) => {
            let meets = |id: &Id| *id == formula || meets_terms(algebra, part, *terms, *id);
            return algebra.cost(formula) <= 1 && said.iter().any(meets);
        }
        _ => formula,
    };
    if algebra.cost(formula) <= 1 {
        return true;
    }
    let Form::Product(factors) = algebra.form(product) else {
        return false;
    };
    let divides = |exponent| algebra.value(exponent).is_some_and(|e| e.is_negative());
    let mut divisors = factors.iter().filter(|(_, exponent)| divides(*exponent));
    algebra.cost(formula) <= PART && divisors.any(|(base, _)| said.binary_search(base).is_ok())
}

/// True of a sum to which the part is added, and one of the terms of its formula.
fn meets_terms(algebra: &Algebra, part: Id, terms: &[(Number, Id)], sum: Id) -> bool {
    let Form::Sum(found) = algebra.form(sum) else {
        return false;
    };
    let known = |own: &Id| terms.iter().any(|(_, term)| term == own);
    found.iter().any(|(_, own)| *own == part) && found.iter().any(|(_, own)| known(own))
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
