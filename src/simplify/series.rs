//! Taylor coefficients of a formula, exact ones.
//!
//! Sums, products and powers are those of series. Of every other operation only the derivative is needed:
//! f(g) = f(g₀) + ∫ f′(g)·g′, where f′(g) is needed to one order less.

use super::algebra::{Algebra, Dependents, Form, Id, Ids, TermList};
use super::convert::Reading;
use super::exact::Number;
use crate::diff::{Flow, Held, forward};
use crate::graph::primitive::DerivativeRule;
use crate::graph::{Attr, Graph, NodeId, Primitive, Shape};
use crate::stop;
use rustc_hash::FxHashMap;

/// The reason that a formula has no Taylor polynomial, or none that can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoSeries {
    /// It is infinite there.
    Pole,
    /// It has a kink or a root there.
    Rough,
    /// One of its operations is a step or a choice.
    Branch,
    /// One of its operations works on arrays.
    Arrays,
    /// It is too large, or the user asked to stop.
    TooLarge,
}

/// Σ cₖ·h^(least + k), as far as the coefficients are known.
#[derive(Clone, Debug)]
struct Series {
    least: i64,
    coefficients: Vec<Id>,
}

type Found = Result<Series, NoSeries>;

/// Expands formulas in h = x − x₀.
pub struct Expansion<'g> {
    /// The graph, in which derivatives of single operations are built.
    pub graph: &'g Graph,
    /// x₀
    pub start: Id,
    known: FxHashMap<(Id, i64), Found>,
    /// What depends on x.
    dependents: Dependents,
}

impl<'g> Expansion<'g> {
    /// In x = `variable` around `start`.
    pub fn new(graph: &'g Graph, variable: Id, start: Id) -> Expansion<'g> {
        Expansion {
            graph,
            start,
            known: FxHashMap::default(),
            dependents: Dependents::new(variable),
        }
    }

    /// The coefficients of 1, h, h², … below the order `end`.
    ///
    /// # Errors
    /// There is a power below 0, or an operation without a series.
    pub fn coefficients(
        &mut self,
        algebra: &mut Algebra,
        id: Id,
        end: i64,
    ) -> Result<Vec<Id>, NoSeries> {
        // What is divided by powers of h loses as many orders.
        let mut found = self.of(algebra, id, end)?;
        for extra in [2, 6] {
            if found.least + found.coefficients.len() as i64 >= end {
                break;
            }
            found = self.of(algebra, id, end + extra)?;
        }
        let found = stripped(algebra, found);
        if found.least < 0 && !found.coefficients.is_empty() {
            return Err(NoSeries::Pole);
        }
        let zero = algebra.number(Number::ZERO);
        let mut all = vec![zero; usize::try_from(found.least).unwrap_or(0)];
        all.extend(found.coefficients);
        all.truncate(usize::try_from(end).unwrap_or(0));
        Ok(all)
    }

    fn of(&mut self, algebra: &mut Algebra, id: Id, end: i64) -> Found {
        if let Some(known) = self.known.get(&(id, end)) {
            return known.clone();
        }
        if stop::requested() || !algebra.enter() {
            return Err(NoSeries::TooLarge);
        }
        let found = self.expanded(algebra, id, end);
        algebra.leave();
        self.known.insert((id, end), found.clone());
        found
    }

    fn expanded(&mut self, algebra: &mut Algebra, id: Id, end: i64) -> Found {
        let zero = algebra.number(Number::ZERO);
        let length = usize::try_from(end).unwrap_or(0);
        let polynomial = |first: &[Id]| {
            let mut coefficients: Vec<Id> = first.to_vec();
            coefficients.resize(length, zero);
            Ok(Series {
                least: 0,
                coefficients,
            })
        };
        if id == self.dependents.of {
            return polynomial(&[self.start, algebra.unit()]);
        }
        if !self.dependents.have(algebra, id) {
            return polynomial(&[id]);
        }
        if !algebra.shape(id).is_scalar() {
            return Err(NoSeries::Arrays);
        }
        match algebra.form(id) {
            Form::Sum(terms) => {
                let mut whole = polynomial(&[])?;
                for (c, term) in terms.iter() {
                    let own = self.of(algebra, *term, end)?;
                    whole = added(algebra, &whole, *c, &own);
                }
                Ok(whole)
            }
            Form::Product(bases) => {
                let mut whole = polynomial(&[algebra.unit()])?;
                for (base, exponent) in bases {
                    let own = self.of(algebra, *base, end)?;
                    let factor = match self.dependents.have(algebra, *exponent) {
                        false => powered(algebra, own, *exponent)?,
                        true => self.general_power(algebra, *base, *exponent, end)?,
                    };
                    whole = multiplied(algebra, &whole, &factor);
                }
                Ok(whole)
            }
            Form::Apply(row, attr, args) if row.is_entrywise() => {
                self.operation(algebra, row, attr, args, end)
            }
            _ => Err(NoSeries::Arrays),
        }
    }

    /// b^e = exp(e·log(b))
    fn general_power(&mut self, algebra: &mut Algebra, base: Id, exponent: Id, end: i64) -> Found {
        use crate::primitives::elementary;
        let unit = algebra.unit();
        let scalar = Shape::SCALAR;
        let log = algebra.operation(&elementary::LOG, Attr::None, &[base], scalar);
        let product = algebra.product(Number::ONE, &[(exponent, unit), (log, unit)], scalar);
        let power = algebra.apply(&elementary::EXP, Attr::None, &[product], scalar);
        match algebra.form(power) {
            Form::Apply(row, attr, args) => self.operation(algebra, row, attr, args, end),
            _ => self.of(algebra, power, end),
        }
    }

    /// f(g₀) + ∫ Σ ∂f/∂gₖ·gₖ′
    fn operation(
        &mut self,
        algebra: &mut Algebra,
        row: &'static Primitive,
        attr: Attr,
        args: &[Id],
        end: i64,
    ) -> Found {
        let choice = matches!(
            row.derivative,
            DerivativeRule::Zero | DerivativeRule::Select(_)
        );
        let mut own = Vec::new();
        let mut first = Ids::new();
        for arg in args {
            let series = self.of(algebra, *arg, end)?;
            if series.least < 0 {
                return Err(NoSeries::Pole);
            }
            let zero = algebra.number(Number::ZERO);
            let constant = match series.least {
                0 => series.coefficients.first().copied().unwrap_or(zero),
                _ => zero,
            };
            first.push(constant);
            own.push(series);
        }
        if choice {
            return Err(NoSeries::Branch);
        }
        if let Some(rule) = row.kinks {
            let number = |id: &Id| Some(algebra.value(*id)?.to_f64());
            let values: Option<Vec<f64>> = first.iter().map(number).collect();
            let values = values.ok_or(NoSeries::Rough)?;
            if (0..values.len()).any(|k| rule(&values, k).is_some()) {
                return Err(NoSeries::Rough);
            }
        }
        let constant = algebra.operation(row, attr, &first, Shape::SCALAR);
        let mut whole = Series {
            least: 0,
            coefficients: vec![constant],
        };
        let zero = algebra.number(Number::ZERO);
        whole
            .coefficients
            .resize(usize::try_from(end).unwrap_or(0), zero);
        if end <= 1 {
            return Ok(whole);
        }
        for (k, series) in own.iter().enumerate() {
            if !self.dependents.have(algebra, args[k]) {
                continue;
            }
            let partial = self.partial(algebra, row, attr, args, k)?;
            let slope = self.of(algebra, partial, end - 1)?;
            let tangent = differentiated(algebra, series);
            let product = multiplied(algebra, &slope, &tangent);
            let integral = integrated(algebra, product)?;
            whole = added(algebra, &whole, Number::ONE, &integral);
        }
        Ok(whole)
    }

    /// ∂f/∂gₖ as a formula in x.
    fn partial(
        &self,
        algebra: &mut Algebra,
        row: &'static Primitive,
        attr: Attr,
        args: &[Id],
        k: usize,
    ) -> Result<Id, NoSeries> {
        let graph = self.graph;
        let leaf = |_: &Id| graph.input("t".into(), Shape::SCALAR, None);
        let leaves: Vec<NodeId> = args.iter().map(leaf).collect();
        let node = graph.apply(row, attr, Shape::SCALAR, &leaves);
        let one = graph.term(graph.literal(1.0));
        let seeds = FxHashMap::from_iter([(leaves[k], Flow::everywhere(one))]);
        let flows = forward(graph, &[node], &seeds, &Held::default());
        let Some(flow) = flows.get(node) else {
            return Ok(algebra.number(Number::ZERO));
        };
        let reading = Reading {
            graph,
            atoms: &|id| leaves.contains(&id),
            guards: false,
        };
        let form = reading.read(algebra, flow.term.id);
        let mut images: FxHashMap<Id, Id> = FxHashMap::default();
        for (leaf, arg) in leaves.iter().zip(args) {
            images.insert(algebra.atom(*leaf, Shape::SCALAR), *arg);
        }
        Ok(replaced(algebra, form, &mut images))
    }
}

/// A formula with others in the places of some.
fn replaced(algebra: &mut Algebra, id: Id, images: &mut FxHashMap<Id, Id>) -> Id {
    if let Some(image) = images.get(&id) {
        return *image;
    }
    let image = algebra.rebuild(id, &mut |algebra, part| replaced(algebra, part, images));
    images.insert(id, image);
    image
}

fn coefficient(algebra: &mut Algebra, series: &Series, power: i64) -> Id {
    let place = usize::try_from(power - series.least).ok();
    let own = place.and_then(|place| series.coefficients.get(place));
    own.copied().unwrap_or_else(|| algebra.number(Number::ZERO))
}

fn end_of(series: &Series) -> i64 {
    series.least + series.coefficients.len() as i64
}

/// a + c·b
fn added(algebra: &mut Algebra, a: &Series, c: Number, b: &Series) -> Series {
    let least = a.least.min(b.least);
    let end = end_of(a).min(end_of(b));
    let mut coefficients = Vec::new();
    for power in least..end {
        let terms = [
            (Number::ONE, coefficient(algebra, a, power)),
            (c, coefficient(algebra, b, power)),
        ];
        coefficients.push(algebra.sum(&terms, Shape::SCALAR));
    }
    Series {
        least,
        coefficients,
    }
}

fn times(algebra: &mut Algebra, a: Id, b: Id) -> Id {
    let unit = algebra.unit();
    match (algebra.is_zero(a), algebra.is_zero(b)) {
        (true, _) => a,
        (_, true) => b,
        _ => algebra.product(Number::ONE, &[(a, unit), (b, unit)], Shape::SCALAR),
    }
}

/// As many terms as are known of both, counted from the first that is not 0.
fn multiplied(algebra: &mut Algebra, a: &Series, b: &Series) -> Series {
    let [a, b] = [a, b].map(|one| stripped(algebra, one.clone()));
    let length = a.coefficients.len().min(b.coefficients.len());
    let mut coefficients = Vec::new();
    for n in 0..length {
        let mut terms = TermList::new();
        for k in 0..=n {
            let product = times(algebra, a.coefficients[k], b.coefficients[n - k]);
            terms.push((Number::ONE, product));
        }
        coefficients.push(algebra.sum(&terms, Shape::SCALAR));
    }
    Series {
        least: a.least + b.least,
        coefficients,
    }
}

/// Without coefficients before the first that is not 0.
fn stripped(algebra: &Algebra, series: Series) -> Series {
    let zeros = series.coefficients.iter();
    let zeros = zeros.take_while(|id| algebra.is_zero(**id)).count();
    Series {
        least: series.least + zeros as i64,
        coefficients: series.coefficients[zeros..].to_vec(),
    }
}

/// b^e for an exponent that is the same everywhere: with b = Σ aₖhᵏ,
/// n·a₀·cₙ = Σ (k·e − n + k)·aₖ·cₙ₋ₖ.
fn powered(algebra: &mut Algebra, base: Series, exponent: Id) -> Found {
    let unit = algebra.unit();
    if exponent == unit {
        return Ok(base);
    }
    let length = end_of(&base);
    let base = stripped(algebra, base);
    let number = algebra.value(exponent);
    let Some(lead) = base.coefficients.first().copied() else {
        // 0 as far as it is known.
        return match number.and_then(Number::integer) {
            Some(power) if power > 0 => Ok(Series {
                least: length,
                coefficients: Vec::new(),
            }),
            _ => Err(NoSeries::Pole),
        };
    };
    let least = match (base.least, number.and_then(Number::integer)) {
        (0, _) => 0,
        (least, Some(power)) => least.checked_mul(power).ok_or(NoSeries::TooLarge)?,
        _ => return Err(NoSeries::Rough),
    };
    let scalar = Shape::SCALAR;
    let first = algebra.product(Number::ONE, &[(lead, exponent)], scalar);
    let mut coefficients = vec![first];
    let over_lead = algebra.number(Number::MINUS_ONE);
    for n in 1..base.coefficients.len() {
        let mut terms = TermList::new();
        for k in 1..=n {
            let (a, c) = (base.coefficients[k], coefficients[n - k]);
            if algebra.is_zero(a) || algebra.is_zero(c) {
                continue;
            }
            let (k, n) = (Number::whole(k as i64), Number::whole(n as i64));
            let weight = algebra.sum(&[(k, exponent), (k - n, unit)], scalar);
            let factors = [(weight, unit), (a, unit), (c, unit), (lead, over_lead)];
            terms.push((n.inverse(), algebra.product(Number::ONE, &factors, scalar)));
        }
        coefficients.push(algebra.sum(&terms, scalar));
    }
    Ok(Series {
        least,
        coefficients,
    })
}

fn differentiated(algebra: &mut Algebra, series: &Series) -> Series {
    let mut coefficients = Vec::new();
    // The constant leaves nothing, not even an unknown.
    let constants = usize::from(series.least == 0);
    for (k, own) in series.coefficients.iter().enumerate().skip(constants) {
        let power = Number::whole(series.least + k as i64);
        coefficients.push(algebra.sum(&[(power, *own)], Shape::SCALAR));
    }
    Series {
        least: series.least - 1 + constants as i64,
        coefficients,
    }
}

/// The integral without its constant.
fn integrated(algebra: &mut Algebra, series: Series) -> Found {
    let mut coefficients = Vec::new();
    for (k, own) in series.coefficients.iter().enumerate() {
        let power = Number::whole(series.least + k as i64 + 1);
        if power == Number::ZERO {
            if !algebra.is_zero(*own) {
                return Err(NoSeries::Pole);
            }
            coefficients.push(*own);
            continue;
        }
        coefficients.push(algebra.sum(&[(power.inverse(), *own)], Shape::SCALAR));
    }
    Ok(Series {
        least: series.least + 1,
        coefficients,
    })
}
