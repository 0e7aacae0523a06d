//! Formulas rewritten as a user asks for it: simplified, multiplied out, in factors, as a series.

use super::algebra::{Algebra, Dependents, Form, Id, TermList};
use super::convert::Reading;
use super::exact::Number;
use super::factorisation::Effort;
use super::improve::{improved, is_easier_to_read};
use super::multiply::multiplied_out;
use super::over_index::over_index;
use super::parts::{DEPTH_LIMIT, Outline};
use super::series::{Expansion, NoSeries};
use super::{Simplified, TREE_LIMIT, TermOrder, Unwritable, WriteOptions, empty, spell};
use super::{factorisation, rules};
use crate::diff::{Flow, Held, forward};
use crate::graph::primitive::DerivativeRule;
use crate::graph::substitute::substitute;
use crate::graph::{Graph, NodeId, Shape};
use crate::stop;
use bumpalo::Bump;
use rustc_hash::{FxHashMap, FxHashSet};

/// The forms other than the shortest in which a formula can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Products and whole powers of sums multiplied out.
    Expand,
    /// A product of factors.
    Factor,
}

/// Writes the node `root` in the form `goal`.
///
/// # Errors
/// The formula is too large, or one of its operations has no spelling in the language.
pub fn rewrite(
    graph: &Graph,
    root: NodeId,
    goal: Goal,
    options: &WriteOptions<'_>,
) -> Result<Simplified, Unwritable> {
    let outline = Outline::new(graph, root, |id| (options.names)(id).is_some());
    let before = outline.size();
    if before.tree > TREE_LIMIT || outline.depth() > DEPTH_LIMIT {
        return Err(Unwritable::TooLarge);
    }
    let reading = Reading {
        graph,
        atoms: &|id| (options.names)(id).is_some(),
        guards: options.guards,
    };
    let arena = Bump::new();
    let mut algebra = empty(&arena, graph, options);
    algebra.printing = true;
    let form = reading.read(&mut algebra, root);
    let form = match goal {
        Goal::Expand => multiplied_out(&mut algebra, form).ok_or(Unwritable::TooLarge)?,
        Goal::Factor => in_factors(&mut algebra, form, Effort::Whole),
    };
    algebra.printing = false;
    let form = rules::in_words(&mut algebra, form);
    let form = over_index(&mut algebra, form);
    let order = TermOrder::Descending;
    spell(&algebra, vec![(root, form)], options, before, order)
}

/// Operations of a formula in factors up to which it takes little time to simplify it.
const LITTLE: u64 = 600;

/// A formula or its factors simplified, whichever is shorter.
pub fn shorter_in_factors(algebra: &mut Algebra, id: Id) -> Id {
    if algebra.is_least(id) {
        algebra.record.in_factors = true;
        return id;
    }
    let factors = in_factors(algebra, id, Effort::Small);
    algebra.record.in_factors |= algebra.cost(factors) <= LITTLE;
    let other = improved(algebra, factors);
    let shorter = is_easier_to_read(algebra, other, id);
    // 0.01*x - 0.001*y keeps its decimals, and is not 0.001*(10*x - y).
    let grown = algebra.conventions.decimals
        && largest_coefficient(algebra, other) > largest_coefficient(algebra, id);
    match shorter && !grown {
        true => other,
        false => id,
    }
}

/// The largest number that stands before a term of a sum in a formula.
fn largest_coefficient(algebra: &Algebra, id: Id) -> f64 {
    let mut largest: f64 = 0.0;
    let mut seen = FxHashSet::default();
    let mut stack = vec![id];
    while let Some(id) = stack.pop() {
        if !seen.insert(id) {
            continue;
        }
        if let Form::Sum(terms) = algebra.form(id) {
            for (c, _) in terms.iter() {
                largest = largest.max(c.abs().to_f64());
            }
        }
        stack.extend(algebra.children(id));
    }
    largest
}

/// The factors of a formula: of its numerator and its denominator where it is a scalar.
fn in_factors(algebra: &mut Algebra, form: Id, effort: Effort) -> Id {
    if !algebra.shape(form).is_scalar() {
        return rules::factored(algebra, form);
    }
    let quotient = rules::over_one_denominator(algebra, form);
    let (scale, quotient) = algebra.scaled(quotient);
    let unit = algebra.unit();
    let single = [(quotient, unit)];
    let bases = match algebra.form(quotient) {
        Form::Product(bases) => bases,
        _ => &single,
    };
    let mut factors = Vec::new();
    for (base, exponent) in bases {
        let whole = algebra.value(*exponent).is_some_and(Number::is_whole);
        let inner = match whole {
            true => sum_in_factors(algebra, *base, effort),
            false => *base,
        };
        factors.push((inner, *exponent));
    }
    match factors[..] {
        [(single, power)] if power == unit && scale == Number::ONE => single,
        [(single, power)] if power == unit && matches!(algebra.form(single), Form::Sum(_)) => {
            algebra.scaled_bracket(scale, single, Shape::SCALAR)
        }
        _ => algebra.product(scale, &factors, Shape::SCALAR),
    }
}

fn sum_in_factors(algebra: &mut Algebra, id: Id, effort: Effort) -> Id {
    // A sum of two names has no factors.
    let linear = algebra.cost(id) == 1 && algebra.is_least(id);
    if linear || !matches!(algebra.form(id), Form::Sum(_)) {
        return id;
    }
    let spread = multiplied_out(algebra, id).unwrap_or(id);
    let factors = factorisation::factored(algebra, spread, effort);
    match factors == spread {
        true => rules::factored(algebra, id),
        false => factors,
    }
}

/// A Taylor polynomial.
#[derive(Clone, Debug)]
pub struct TaylorPolynomial {
    /// Its coefficients, from the constant up.
    pub coefficients: Vec<Simplified>,
    /// The polynomial.
    pub whole: Simplified,
    /// The first term beyond it that is not 0, if one was found.
    pub next: Option<Simplified>,
    /// The order up to which it was looked for.
    pub searched: usize,
    /// True if the formula is this polynomial.
    pub exact: bool,
}

/// Terms behind the last that are looked at to find the first of the remainder.
const LOOKAHEAD: i64 = 5;

/// The Taylor polynomial of the node `root` in the leaf `variable` around the value of `start`.
///
/// # Errors
/// There is none.
pub fn taylor(
    graph: &Graph,
    root: NodeId,
    [variable, start]: [NodeId; 2],
    order: usize,
    options: &WriteOptions<'_>,
) -> Result<TaylorPolynomial, NoSeries> {
    let outline = Outline::new(graph, root, |id| (options.names)(id).is_some());
    let before = outline.size();
    if before.tree > TREE_LIMIT || outline.depth() > DEPTH_LIMIT {
        return Err(NoSeries::TooLarge);
    }
    let reading = Reading {
        graph,
        atoms: &|id| id == variable || (options.names)(id).is_some(),
        guards: false,
    };
    let arena = Bump::new();
    let mut algebra = empty(&arena, graph, options);
    let x = algebra.atom(variable, Shape::SCALAR);
    let form = reading.read(&mut algebra, root);
    let form = improved(&mut algebra, form);
    let from = reading.read(&mut algebra, start);
    let mut expansion = Expansion::new(graph, x, from);
    let end = order as i64 + 1;
    let all = match expansion.coefficients(&mut algebra, form, end + LOOKAHEAD) {
        Err(NoSeries::Arrays) => {
            by_derivatives(&mut algebra, &reading, root, [variable, start], end + 1)?
        }
        all => all?,
    };
    let all: Vec<Id> = (all.into_iter())
        .map(|one| improved(&mut algebra, one))
        .collect();
    let distance = algebra.sum(
        &[(Number::ONE, x), (Number::MINUS_ONE, from)],
        Shape::SCALAR,
    );
    let unit = algebra.unit();
    let mut terms = TermList::new();
    for (k, coefficient) in all.iter().enumerate() {
        if algebra.is_zero(*coefficient) {
            continue;
        }
        let power = algebra.number(k as i64);
        let scale = algebra.value(*coefficient);
        let mut factors = vec![(distance, power)];
        if scale.is_none() {
            factors.push((*coefficient, unit));
        }
        let product = match (k, scale) {
            (0, Some(_)) => unit,
            (0, None) => *coefficient,
            _ => algebra.product(Number::ONE, &factors, Shape::SCALAR),
        };
        let (own, term) = algebra.scaled(product);
        terms.push((scale.unwrap_or(Number::ONE) * own, term));
        if k > order {
            break;
        }
    }
    let known = all.iter().take(order + 1);
    let inside = known.filter(|id| !algebra.is_zero(**id)).count();
    let beyond = terms.get(inside).copied();
    terms.truncate(inside);
    let written = |forms: &[(Number, Id)]| {
        let listed = |error| match error {
            Unwritable::TooLarge | Unwritable::Loop => NoSeries::TooLarge,
            Unwritable::NoSpelling => NoSeries::Arrays,
        };
        super::spell_terms(&algebra, forms, options, before).map_err(listed)
    };
    let whole = written(&terms)?;
    let next = beyond.map(|term| written(&[term])).transpose()?;
    let mut coefficients = Vec::new();
    for one in all.iter().take(order + 1) {
        coefficients.push(written(&[(Number::ONE, *one)])?);
    }
    Ok(TaylorPolynomial {
        coefficients,
        whole,
        exact: next.is_none() && is_polynomial(&mut algebra, form, x, order as i64),
        next,
        searched: all.len().saturating_sub(1),
    })
}

/// True for a polynomial in `x` of this degree at most.
fn is_polynomial(algebra: &mut Algebra, form: Id, x: Id, degree: i64) -> bool {
    let Some(spread) = multiplied_out(algebra, form) else {
        return false;
    };
    let single = [(Number::ONE, spread)];
    let terms = match algebra.form(spread) {
        Form::Sum(terms) => *terms,
        _ => &single,
    };
    let mut dependents = Dependents::new(x);
    let mut power_of_x = |term: Id| {
        let single = [(term, algebra.unit())];
        let bases = match algebra.form(term) {
            Form::Product(bases) => bases,
            _ => &single,
        };
        let mut power = 0;
        for (base, exponent) in bases {
            match algebra.value(*exponent).and_then(Number::integer) {
                Some(own) if *base == x && own >= 0 => power += own,
                _ if [*base, *exponent]
                    .iter()
                    .any(|part| dependents.have(algebra, *part)) =>
                {
                    return None;
                }
                _ => {}
            }
        }
        Some(power)
    };
    let mut powers = terms.iter().map(|(_, term)| power_of_x(*term));
    powers.all(|power| power.is_some_and(|power| power <= degree))
}

/// Nodes of a derivative up to which the next one is taken.
const NODES: usize = 20_000;

/// The coefficients f(x₀), f′(x₀), f″(x₀)/2, … of a formula with arrays in it.
fn by_derivatives(
    algebra: &mut Algebra,
    reading: &Reading<'_, '_>,
    root: NodeId,
    [variable, start]: [NodeId; 2],
    end: i64,
) -> Result<Vec<Id>, NoSeries> {
    let graph = reading.graph;
    let mut active: FxHashSet<NodeId> = FxHashSet::from_iter([variable]);
    for id in graph.cone(&[root], |id| id == variable) {
        if !graph.args(id).iter().any(|arg| active.contains(arg)) {
            continue;
        }
        active.insert(id);
        let Some(row) = graph.node(id).primitive() else {
            continue;
        };
        match row.derivative {
            DerivativeRule::Zero | DerivativeRule::Select(_) => return Err(NoSeries::Branch),
            DerivativeRule::Rounds | DerivativeRule::RoundsBack => return Err(NoSeries::TooLarge),
            _ if row.kinks.is_some() => return Err(NoSeries::Rough),
            _ => {}
        }
    }
    let one = graph.term(graph.literal(1.0));
    let seeds = FxHashMap::from_iter([(variable, Flow::everywhere(one))]);
    let replacements = FxHashMap::from_iter([(variable, start)]);
    let mut node = root;
    let mut factor = Number::ONE;
    let mut all = Vec::new();
    for k in 0..end {
        let there = substitute(graph, node, &replacements);
        let form = reading.read(algebra, there);
        all.push(algebra.sum(&[(factor, form)], Shape::SCALAR));
        factor = factor / Number::whole(k + 1);
        node = match forward(graph, &[node], &seeds, &Held::default()).get(node) {
            Some(flow) => flow.term.id,
            None => graph.literal(0.0),
        };
        if stop::requested() || graph.cone(&[node], |_| false).len() > NODES {
            return Err(NoSeries::TooLarge);
        }
    }
    Ok(all)
}
