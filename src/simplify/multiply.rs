//! Products of sums and their whole powers multiplied out, everywhere in a formula.

use super::algebra::{Algebra, FactorList, Form, Id, Ids, TermList};
use super::exact::Number;
use crate::graph::Shape;
use rustc_hash::FxHashMap;

/// Terms that a product may have.
const TERMS: usize = 2_000;

/// Multiplies out, each formula once.
#[derive(Default)]
struct Multiplication {
    done: FxHashMap<Id, Id>,
    too_large: bool,
}

/// The formula multiplied out; `None` where that has too many terms.
pub fn multiplied_out(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let mut multiplication = Multiplication::default();
    let result = multiplication.of(algebra, id);
    (!multiplication.too_large).then_some(result)
}

impl Multiplication {
    fn of(&mut self, algebra: &mut Algebra, id: Id) -> Id {
        if let Some(known) = self.done.get(&id) {
            return *known;
        }
        if self.too_large || !algebra.enter() {
            self.too_large = true;
            return id;
        }
        let inner = algebra.rebuild(id, &mut |algebra, part| self.of(algebra, part));
        let result = match algebra.form(inner) {
            Form::Sum(_) if inner != id => self.sum(algebra, inner),
            Form::Product(bases) => self.product(algebra, bases, algebra.shape(inner)),
            Form::Chain(links) => self.chain(algebra, links, algebra.shape(inner)),
            _ => inner,
        };
        algebra.leave();
        self.done.insert(id, result);
        result
    }

    /// The terms may be products of sums only now.
    fn sum(&mut self, algebra: &mut Algebra, id: Id) -> Id {
        let Form::Sum(terms) = algebra.form(id) else {
            return id;
        };
        let own = |(c, term): &(Number, Id)| {
            let spread = match algebra.form(*term) {
                Form::Product(bases) => self.product(algebra, bases, algebra.shape(*term)),
                Form::Chain(links) => self.chain(algebra, links, algebra.shape(*term)),
                _ => *term,
            };
            (*c, spread)
        };
        let terms: TermList = terms.iter().map(own).collect();
        let shape = algebra.shape(id);
        algebra.sum(&terms, shape)
    }

    fn product(&mut self, algebra: &mut Algebra, bases: &[(Id, Id)], shape: Shape) -> Id {
        let unit = algebra.unit();
        let mut whole = TermList::from_slice(&[(Number::ONE, unit)]);
        let mut whole_shape = Shape::SCALAR;
        for (base, exponent) in bases {
            let power = algebra.value(*exponent).and_then(Number::integer);
            let base_shape = algebra.shape(*base);
            let common = Shape::common(&[whole_shape, base_shape]).unwrap_or(shape);
            match (algebra.form(*base), power) {
                (Form::Sum(terms), Some(power)) if power > 0 => {
                    for _ in 0..power {
                        let Some(next) = self.pairs(algebra, &whole, &terms, common) else {
                            return algebra.product(Number::ONE, bases, shape);
                        };
                        whole = next;
                    }
                }
                _ => {
                    for (c, term) in &mut whole {
                        let factors = [(*term, unit), (*base, *exponent)];
                        let product = algebra.product(*c, &factors, common);
                        (*c, *term) = algebra.scaled(product);
                    }
                }
            }
            whole_shape = common;
        }
        algebra.sum(&whole, shape)
    }

    /// Every term times every other, like ones collected.
    fn pairs(
        &mut self,
        algebra: &mut Algebra,
        left: &[(Number, Id)],
        right: &[(Number, Id)],
        shape: Shape,
    ) -> Option<TermList> {
        if left.len().saturating_mul(right.len()) > 8 * TERMS {
            self.too_large = true;
            return None;
        }
        let unit = algebra.unit();
        let mut all = TermList::new();
        for (c, a) in left {
            for (d, b) in right {
                let factors: FactorList = [(*a, unit), (*b, unit)]
                    .into_iter()
                    .filter(|(factor, _)| *factor != unit)
                    .collect();
                all.push((*c * *d, algebra.product(Number::ONE, &factors, shape)));
            }
        }
        let sum = algebra.sum(&all, shape);
        let collected = match algebra.form(algebra.core(sum)) {
            Form::Sum(terms) => TermList::from_slice(&terms),
            _ => TermList::from_slice(&[algebra.scaled(sum)]),
        };
        self.too_large |= collected.len() > TERMS;
        (!self.too_large).then_some(collected)
    }

    fn chain(&mut self, algebra: &mut Algebra, links: &[Id], shape: Shape) -> Id {
        let mut whole: Vec<(Number, Ids)> = vec![(Number::ONE, Ids::new())];
        let mut sums = false;
        for link in links {
            let terms = match algebra.form(*link) {
                Form::Sum(terms) => TermList::from_slice(&terms),
                _ => TermList::from_slice(&[(Number::ONE, *link)]),
            };
            sums |= terms.len() > 1;
            if whole.len().saturating_mul(terms.len()) > TERMS {
                self.too_large = true;
                return algebra.chain(links);
            }
            let link_shape = algebra.shape(*link);
            let mut next = Vec::new();
            for (c, before) in &whole {
                for (d, term) in &terms {
                    let mut longer = before.clone();
                    longer.push(algebra.stretch(*term, link_shape));
                    next.push((*c * *d, longer));
                }
            }
            whole = next;
        }
        if !sums {
            return algebra.chain(links);
        }
        let mut terms = TermList::new();
        for (c, links) in whole {
            let chain = algebra.chain(&links);
            terms.push((c, chain));
        }
        algebra.sum(&terms, shape)
    }
}
