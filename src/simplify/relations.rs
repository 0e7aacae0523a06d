//! Terms that are multiples of each other by what the user's names stand for: in Black and Scholes' formula,
//! S·exp(−d₁²/2) is K·exp(−r·T − d₂²/2), which no rearrangement of the names shows.

use super::algebra::{Algebra, FactorList, Form, Id, TermList};
use super::exact::Number;
use super::improve::improved;
use crate::graph::{Attr, Graph, NodeId, Op, Term};
use crate::primitives::arithmetic::POW;
use crate::primitives::array::MATRIX;
use crate::primitives::elementary::EXP;
use crate::primitives::term::entrywise;
use crate::proof::{Claim, Facts, Laws};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use std::f64::consts::PI;

/// Operations up to which a formula is looked at.
const LOOKED_AT: u64 = 400;
/// Terms of a sum that are compared with each other.
const COMPARED: usize = 6;
/// Formulas in a formula for which there is room from the start.
const EXPECTED: usize = 48;
/// Inputs of which quotients are tried as factors.
const INPUTS: usize = 6;

/// The name of the rule.
pub const RULE: &str = "terms that are equal by definition";

/// The shorter formula that `id` is when it is known what names stand for; `None` where there is none.
pub fn shorter_by_definition(algebra: &mut Algebra, graph: &Graph, id: Id) -> Option<Id> {
    if algebra.guards || !algebra.has_names() || algebra.cost(id) > LOOKED_AT {
        return None;
    }
    let exponentials = with_one_exponential(algebra, graph, id);
    let start = exponentials.unwrap_or(id);
    let joined = with_terms_joined(algebra, graph, start).or(exponentials);
    let best = with_definition_put_in(algebra, joined.unwrap_or(id)).or(joined)?;
    algebra.note(RULE);
    Some(best)
}

/// `id` with what one of the user's names stands for in its place, where that is shorter: with
/// d₂ = d₁ − σ√T, d₁ − d₂ is σ√T.
fn with_definition_put_in(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let reached = reached(algebra, id);
    let is_name = |id: &&Id| algebra.behind(**id) != **id;
    let names: Vec<Id> = reached.iter().filter(is_name).copied().collect();
    let mut best: Option<Id> = None;
    for name in names.into_iter().take(COMPARED) {
        let images = FxHashMap::from_iter([(name, algebra.behind(name))]);
        let other = exchanged(algebra, id, &reached, images, |_, id| id);
        let other = improved(algebra, other);
        if algebra.cost(other) < algebra.cost(best.unwrap_or(id)) {
            best = Some(other);
        }
    }
    best
}

/// Whether values of formulas are equal by the laws, with `roots` to be asked about.
fn laws(graph: &Graph, whole: NodeId, roots: &[NodeId]) -> Laws {
    let claim = Claim {
        graph,
        sides: [whole; 2],
        facts: &|_| Facts::default(),
        fixed: &|_| false,
        first: None,
        derivative: false,
    };
    Laws::of(&claim, roots)
}

/// `id` with an exponential written as another one times a/b, for inputs or numbers 1 a and b.
fn with_one_exponential(algebra: &mut Algebra, graph: &Graph, id: Id) -> Option<Id> {
    let reached = reached(algebra, id);
    let named = with_names(algebra, &reached);
    let is_exponential = |id: &&Id| {
        named.contains(id)
            && algebra.shape(**id).is_scalar()
            && algebra.operands(**id, &EXP).is_some()
    };
    let exponentials: Vec<Id> = reached.iter().filter(is_exponential).copied().collect();
    if !(2..=3).contains(&exponentials.len()) {
        return None;
    }
    let scales = scales(algebra, &reached);
    let terms = nodes(algebra, graph, &reached)?;
    let mut roots: Vec<NodeId> = Vec::new();
    for exponential in &exponentials {
        let exponential = built(algebra, graph, &terms, *exponential)?;
        for (above, below) in &scales {
            let mut root = exponential;
            if let Some(above) = above {
                root = root * built(algebra, graph, &terms, *above)?;
            }
            if let Some(below) = below {
                root = root / built(algebra, graph, &terms, *below)?;
            }
            roots.push(root.id);
        }
    }
    let laws = laws(graph, built(algebra, graph, &terms, id)?.id, &roots);
    let one = algebra.unit();
    let inverse = algebra.number(Number::MINUS_ONE);
    let mut best: Option<Id> = None;
    for (i, kept) in exponentials.iter().enumerate() {
        for (j, replaced) in exponentials.iter().enumerate().filter(|(j, _)| *j != i) {
            // The first scale is 1.
            let own = j * scales.len();
            let equal = |k: &usize| laws.equal(i * scales.len() + k, own);
            let Some(k) = (0..scales.len()).find(equal) else {
                continue;
            };
            let (above, below) = scales[k];
            let mut factors = FactorList::from_slice(&[(*kept, one)]);
            factors.extend(above.map(|above| (above, one)));
            factors.extend(below.map(|below| (below, inverse)));
            let image = algebra.product(Number::ONE, &factors, algebra.shape(*kept));
            let images = FxHashMap::from_iter([(*replaced, image)]);
            let other = exchanged(algebra, id, &reached, images, |_, id| id);
            let other = improved(algebra, other);
            if algebra.cost(other) < algebra.cost(best.unwrap_or(id)) {
                best = Some(other);
            }
        }
    }
    best
}

/// Quotients of two of the inputs that are factors somewhere, and of one of them and 1.
fn scales(algebra: &Algebra, reached: &[Id]) -> Vec<(Option<Id>, Option<Id>)> {
    let mut inputs: Vec<Id> = Vec::new();
    for id in reached {
        let Form::Product(bases) = algebra.form(*id) else {
            continue;
        };
        for (base, exponent) in bases {
            let input =
                matches!(algebra.form(*base), Form::Atom(_)) && algebra.behind(*base) == *base;
            let plain = algebra.value(*exponent).is_some() && algebra.shape(*base).is_scalar();
            if input && plain && !inputs.contains(base) {
                inputs.push(*base);
            }
        }
    }
    inputs.truncate(INPUTS);
    let choices = || std::iter::once(None).chain(inputs.iter().copied().map(Some));
    let pairs = choices().flat_map(|above| choices().map(move |below| (above, below)));
    pairs
        .filter(|(above, below)| above.is_none() || above != below)
        .collect()
}

/// `id` with the terms of its sums joined that are multiples of each other.
fn with_terms_joined(algebra: &mut Algebra, graph: &Graph, id: Id) -> Option<Id> {
    let reached = reached(algebra, id);
    let named = with_names(algebra, &reached);
    let candidates: Vec<Id> = reached
        .iter()
        .copied()
        .filter(|id| is_candidate(algebra, *id, &named))
        .collect();
    if candidates.is_empty() {
        return None;
    }
    let terms = nodes(algebra, graph, &reached)?;
    let mut roots: Vec<NodeId> = Vec::new();
    let mut places: FxHashMap<Id, usize> = FxHashMap::default();
    for sum in &candidates {
        let Form::Sum(parts) = algebra.form(*sum) else {
            continue;
        };
        for part in parts.iter().map(|(_, part)| part).chain([sum]) {
            let root = built(algebra, graph, &terms, *part)?.id;
            places.entry(*part).or_insert_with(|| {
                roots.push(root);
                roots.len() - 1
            });
        }
    }
    roots.push(graph.literal(0.0));
    let laws = laws(graph, built(algebra, graph, &terms, id)?.id, &roots);
    let mut joined: FxHashMap<Id, Id> = FxHashMap::default();
    for sum in candidates {
        if laws.equal(places[&sum], roots.len() - 1) {
            let zero = algebra.number(Number::ZERO);
            let zero = algebra.stretch(zero, algebra.shape(sum));
            joined.insert(sum, zero);
        } else if let Some(shorter) = with_multiples_joined(algebra, sum, &laws, &places) {
            joined.insert(sum, shorter);
        }
    }
    if joined.is_empty() {
        return None;
    }
    let joined = exchanged(algebra, id, &reached, joined, |_, id| id);
    let joined = improved(algebra, joined);
    (algebra.cost(joined) < algebra.cost(id)).then_some(joined)
}

/// All formulas in `id`, parts before what is made of them.
pub fn reached(algebra: &Algebra, id: Id) -> Vec<Id> {
    let mut seen: FxHashSet<Id> = FxHashSet::with_capacity_and_hasher(EXPECTED, FxBuildHasher);
    let mut stack = vec![id];
    while let Some(id) = stack.pop() {
        if seen.insert(id) {
            stack.extend(algebra.children(id));
        }
    }
    let mut all: Vec<Id> = seen.into_iter().collect();
    all.sort_unstable();
    all
}

/// Those in which there is a name of the user's for a formula.
fn with_names(algebra: &Algebra, reached: &[Id]) -> FxHashSet<Id> {
    let mut named = FxHashSet::default();
    for id in reached {
        let inside = algebra
            .children(*id)
            .iter()
            .any(|part| named.contains(part));
        if inside || algebra.behind(*id) != *id {
            named.insert(*id);
        }
    }
    named
}

/// True for a sum in which more than one term has a name and powers of formulas in it.
fn is_candidate(algebra: &Algebra, id: Id, named: &FxHashSet<Id>) -> bool {
    let Form::Sum(terms) = algebra.form(id) else {
        return false;
    };
    let several = terms.iter().filter(|(_, term)| {
        named.contains(term) && matches!(algebra.form(*term), Form::Product(_))
    });
    (2..=COMPARED).contains(&terms.len()) && several.count() > 1
}

/// The node of a formula that was built, or of a number, which is no part of others.
fn built<'g>(
    algebra: &Algebra,
    graph: &'g Graph,
    nodes: &FxHashMap<Id, NodeId>,
    id: Id,
) -> Option<Term<'g>> {
    match nodes.get(&id) {
        Some(node) => Some(graph.term(*node)),
        None => Some(number(graph, algebra.value(id)?)),
    }
}

/// The formulas as nodes of the graph, which know what names stand for.
fn nodes<'g>(algebra: &Algebra, graph: &'g Graph, reached: &[Id]) -> Option<FxHashMap<Id, NodeId>> {
    let mut nodes: FxHashMap<Id, NodeId> = FxHashMap::default();
    for id in reached {
        let term = |id: Id| built(algebra, graph, &nodes, id);
        let shape = algebra.shape(*id);
        // A column and a row have a common shape with the whole only.
        let wide = |term: Term<'g>| match term.shape() {
            own if own.is_scalar() || own == shape => term,
            _ => term.stretch(shape),
        };
        let node = match algebra.form(*id) {
            Form::Number(value) => number(graph, value),
            Form::Pi => graph.term(graph.literal(PI)),
            Form::Atom(node) => graph.term(behind_holds(graph, node)),
            Form::Sum(terms) => {
                let mut sum: Option<Term<'_>> = None;
                for (c, part) in terms.iter() {
                    let part = number(graph, *c) * wide(term(*part)?);
                    sum = Some(sum.map_or(part, |sum| sum + part));
                }
                sum?
            }
            Form::Product(bases) => {
                let mut product: Option<Term<'_>> = None;
                for (base, exponent) in bases {
                    let power = entrywise(&POW, &[wide(term(*base)?), wide(term(*exponent)?)]);
                    product = Some(product.map_or(power, |product| product * power));
                }
                product?
            }
            Form::Chain(links) => {
                let (first, rest) = links.split_first()?;
                let mut product = term(*first)?;
                for link in rest {
                    product = product.matmul(term(*link)?);
                }
                product
            }
            Form::Transposed(inner) => term(inner)?.transposed(),
            Form::Stretched(inner) => term(inner)?.stretch(shape),
            Form::Entries(entries) => {
                let entries: Option<Vec<NodeId>> =
                    entries.iter().map(|entry| Some(term(*entry)?.id)).collect();
                graph.term(graph.apply(&MATRIX, Attr::None, shape, &entries?))
            }
            Form::Apply(row, attr, args) => {
                let args: Option<Vec<Term<'_>>> = args.iter().map(|arg| term(*arg)).collect();
                let args = args?;
                match row.is_entrywise() {
                    true => {
                        let args: Vec<Term<'_>> = args.into_iter().map(wide).collect();
                        entrywise(row, &args).stretch(shape)
                    }
                    false => {
                        let ids: Vec<NodeId> = args.iter().map(|arg| arg.id).collect();
                        graph.term(graph.apply(row, attr, shape, &ids))
                    }
                }
            }
            Form::Identity | Form::Index(_) | Form::Each(..) => return None,
        };
        nodes.insert(*id, node.id);
    }
    Some(nodes)
}

/// The formula that a held name stands for.
fn behind_holds(graph: &Graph, mut node: NodeId) -> NodeId {
    while let Op::Hold(_) = graph.node(node).op {
        node = graph.args(node)[0];
    }
    node
}

/// A fraction as a quotient of whole numbers.
fn number(graph: &Graph, value: Number) -> Term<'_> {
    match value.fraction() {
        Some((above, below)) if below != 1 => {
            graph.term(graph.literal(above as f64)) / graph.term(graph.literal(below as f64))
        }
        _ => graph.term(graph.literal(value.to_f64())),
    }
}

/// c·a + d·b = (c·r + d)·b where a = r·b by the laws, for all such terms of a sum.
fn with_multiples_joined(
    algebra: &mut Algebra,
    id: Id,
    laws: &Laws,
    places: &FxHashMap<Id, usize>,
) -> Option<Id> {
    let Form::Sum(terms) = algebra.form(id) else {
        return None;
    };
    let mut left: TermList = TermList::new();
    let mut changed = false;
    for (c, term) in terms.iter() {
        let factor = left.iter().enumerate().find_map(|(k, (_, known))| {
            let ratio = laws.factor(places[term], places[known])?;
            let above = Number::whole(i64::try_from(ratio.above).ok()?);
            let below = Number::whole(i64::try_from(ratio.below).ok()?);
            Some((k, above / below))
        });
        match factor {
            Some((k, ratio)) => {
                changed = true;
                let (scale, known) = left[k];
                left[k] = match algebra.cost(*term) < algebra.cost(known) {
                    true => (*c + scale / ratio, *term),
                    false => (scale + *c * ratio, known),
                };
            }
            None => left.push((*c, *term)),
        }
    }
    changed.then(|| algebra.sum(&left, algebra.shape(id)))
}

/// `id` with other formulas for some of its parts; `tidied` sees every formula that changes.
pub fn exchanged(
    algebra: &mut Algebra,
    id: Id,
    reached: &[Id],
    mut images: FxHashMap<Id, Id>,
    tidied: fn(&mut Algebra, Id) -> Id,
) -> Id {
    for part in reached {
        let start = images.get(part).copied().unwrap_or(*part);
        let parts = algebra.children(start);
        if !parts.iter().any(|part| images.contains_key(part)) {
            continue;
        }
        let image = algebra.rebuild(start, &mut |_, child| {
            images.get(&child).copied().unwrap_or(child)
        });
        let image = tidied(algebra, image);
        images.insert(*part, image);
    }
    images.get(&id).copied().unwrap_or(id)
}
