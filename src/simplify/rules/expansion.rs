//! Products multiplied out, where that may be shorter.

use super::common::REARRANGED;
use crate::primitives::elementary;
use crate::simplify::algebra::{Algebra, FactorList, Form, Id, Memo, TermList};
use crate::simplify::exact::Number;
use smallvec::SmallVec;

/// Products multiplied out over the sums in them.
pub fn expanded(algebra: &mut Algebra, id: Id) -> Id {
    match algebra.form(id) {
        Form::Sum(_) | Form::Product(_) => algebra.once(Memo::Expanded, id, multiplied),
        _ => id,
    }
}

fn multiplied(algebra: &mut Algebra, id: Id) -> Id {
    let Some(terms) = opened(algebra, id) else {
        return id;
    };
    let mut spread = TermList::new();
    for term in &terms {
        term.multiply_out(algebra, &mut spread);
    }
    // σ(−x) = 1 − σ(x) lets terms of both kinds meet.
    algebra.sum(&spread, algebra.shape(id))
}

/// True if a formula that is multiplied out, and perhaps factored again, may take fewer operations
/// than `best`. Where no terms meet, n of them need n − 1 additions, whatever is taken out of them.
pub fn may_be_shorter_multiplied_out(algebra: &mut Algebra, id: Id, best: u64) -> bool {
    let Some(terms) = opened(algebra, id) else {
        return false;
    };
    let count: usize = terms.iter().map(|term| term.count).sum();
    if terms.iter().all(|term| term.count == 1) {
        return false;
    }
    // A sum that has a name takes none.
    (count as u64) <= best || algebra.names_sums() || terms_meet(algebra, &terms)
}

/// True if multiplying out some products gives like terms, or factors that combine.
fn terms_meet(algebra: &Algebra, terms: &[Opened<'_>]) -> bool {
    let mut all: SmallVec<[u64; REARRANGED]> = SmallVec::new();
    for opened in terms {
        let Some(signatures) = signatures(algebra, opened) else {
            return true;
        };
        all.extend(signatures);
    }
    all.sort_unstable();
    all.windows(2).any(|pair| pair[0] == pair[1])
}

/// The signatures of the terms of one product, multiplied out.
fn signatures(algebra: &Algebra, opened: &Opened<'_>) -> Option<SmallVec<[u64; 8]>> {
    if opened.count == 1 {
        return Some(SmallVec::from_slice(&[signature_of_term(
            algebra,
            opened.term,
        )?]));
    }
    let mut all = SmallVec::from_slice(&[0]);
    for factor in &opened.factors {
        let factor: SmallVec<[u64; 8]> = match factor {
            Factor::Power(base, exponent) => {
                SmallVec::from_slice(&[signature(algebra, &[(*base, *exponent)])?])
            }
            Factor::Bracket(terms) => {
                let signature = |(_, term): &(Number, Id)| signature_of_term(algebra, *term);
                terms.iter().map(signature).collect::<Option<_>>()?
            }
            Factor::Complement(_) => return None,
        };
        let sums = |a: &u64| {
            let a = *a;
            factor.iter().map(move |b| a.wrapping_add(*b))
        };
        all = all.iter().flat_map(sums).collect();
    }
    Some(all)
}

/// A signature: equal terms have the same one, and that of a product of two terms is the sum of
/// theirs. `None` where a product may be simpler than its factors.
fn signature_of_term(algebra: &Algebra, term: Id) -> Option<u64> {
    match algebra.form(term) {
        Form::Number(_) => Some(0),
        Form::Product(bases) => signature(algebra, bases),
        _ => signature(algebra, &[(term, algebra.unit())]),
    }
}

/// The signature of a product. Powers may cancel, numbers are multiplied, conditions exclude each other,
/// and 1 − σ(x) is σ(−x).
fn signature(algebra: &Algebra, bases: &[(Id, Id)]) -> Option<u64> {
    let mut sum = 0u64;
    for (base, exponent) in bases {
        let power = algebra.value(*exponent)?.integer().filter(|e| *e > 0)?;
        let plain = !matches!(algebra.form(*base), Form::Number(_) | Form::Stretched(_));
        if !plain || algebra.lets_through(*base) || algebra.sigmoid_of(*base).is_some() {
            return None;
        }
        sum = sum.wrapping_add(scattered(*base).wrapping_mul(power as u64));
    }
    Some(sum)
}

/// A number for a base, such that sums of the numbers of other bases do not collide with it.
fn scattered(base: Id) -> u64 {
    let mut bits = (u64::from(base.0) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits ^ (bits >> 27)
}

/// A factor of a product that is multiplied out.
#[derive(Clone, Copy)]
enum Factor<'a> {
    /// A power that stays.
    Power(Id, Id),
    /// A sum.
    Bracket(&'a [(Number, Id)]),
    /// σ(−x), as 1 − σ(x).
    Complement([(Number, Id); 2]),
}

impl Factor<'_> {
    fn terms(&self) -> &[(Number, Id)] {
        match self {
            Factor::Power(..) => &[],
            Factor::Bracket(terms) => terms,
            Factor::Complement(terms) => terms,
        }
    }
}

/// A term of a sum with the brackets in it, before they are multiplied out.
struct Opened<'a> {
    coefficient: Number,
    term: Id,
    factors: SmallVec<[Factor<'a>; 8]>,
    /// The number of terms, multiplied out; 1 where there is nothing to multiply out.
    count: usize,
}

impl Opened<'_> {
    /// Adds the term, multiplied out, to a sum.
    fn multiply_out(&self, algebra: &mut Algebra, spread: &mut TermList) {
        if self.count == 1 {
            spread.push((self.coefficient, self.term));
            return;
        }
        let (one, shape) = (algebra.unit(), algebra.shape(self.term));
        for k in 0..self.count {
            // One term of every bracket, the last one's changing fastest.
            let (mut choice, mut choices, mut coefficient) = (k, self.count, self.coefficient);
            let mut product = FactorList::new();
            for factor in &self.factors {
                if let Factor::Power(base, exponent) = factor {
                    product.push((*base, *exponent));
                    continue;
                }
                let terms = factor.terms();
                choices /= terms.len();
                let (d, chosen) = terms[choice / choices];
                choice %= choices;
                coefficient *= d;
                product.push((chosen, one));
            }
            spread.push((coefficient, algebra.product(Number::ONE, &product, shape)));
        }
    }
}

/// The terms of a formula with the brackets in them; `None` where they are too many multiplied out.
fn opened<'a>(algebra: &mut Algebra<'a>, id: Id) -> Option<SmallVec<[Opened<'a>; 2]>> {
    let whole = [(Number::ONE, id)];
    let terms = match algebra.form(id) {
        Form::Sum(terms) => *terms,
        _ => &whole,
    };
    let mut all = SmallVec::new();
    let mut count = 0;
    for (c, term) in terms {
        let opened = opened_term(algebra, *c, *term);
        count += opened.count;
        if count > REARRANGED {
            return None;
        }
        all.push(opened);
    }
    Some(all)
}

/// A term with the brackets in it; a bracket with too many terms stays as it is.
fn opened_term<'a>(algebra: &mut Algebra<'a>, coefficient: Number, term: Id) -> Opened<'a> {
    let single = [(term, algebra.unit())];
    let bases = match algebra.form(term) {
        Form::Product(bases) => bases,
        _ => &single,
    };
    let mut factors = SmallVec::new();
    let mut count = 1;
    for &(base, exponent) in bases {
        let (factor, times) = match algebra.value(exponent) {
            Some(Number::ONE) => (bracket(algebra, base, bases), 1),
            Some(Number::TWO) => (bracket(algebra, base, bases), 2),
            _ => (None, 1),
        };
        match factor {
            Some(bracket) => {
                for _ in 0..times {
                    count *= bracket.terms().len();
                    factors.push(bracket);
                }
            }
            None => factors.push(Factor::Power(base, exponent)),
        }
        if count > REARRANGED {
            count = 1;
            break;
        }
    }
    Opened {
        coefficient,
        term,
        factors,
        count,
    }
}

/// A factor among `bases`, as it is multiplied out.
fn bracket<'a>(algebra: &mut Algebra<'a>, base: Id, bases: &[(Id, Id)]) -> Option<Factor<'a>> {
    match algebra.form(base) {
        Form::Sum(terms) => Some(Factor::Bracket(*terms)),
        _ => complement(algebra, base, bases).map(Factor::Complement),
    }
}

/// 1 − σ(x) for σ(−x), unless σ(x) is beside it: σ(x)·σ(−x) stays, it is written s·(1 − s).
fn complement(algebra: &mut Algebra, base: Id, bases: &[(Id, Id)]) -> Option<[(Number, Id); 2]> {
    let [x] = *algebra.operands(base, &elementary::SIGMOID)? else {
        return None;
    };
    if !algebra.leads_negative(x) {
        return None;
    }
    let positive = algebra.negated(x);
    let partner = algebra.sigmoid(positive);
    let paired = bases.iter().any(|(known, _)| *known == partner);
    (!paired).then(|| [(Number::ONE, algebra.unit()), (Number::MINUS_ONE, partner)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{NodeId, Shape};
    use bumpalo::Bump;

    /// The product of sums of two: a number and the atom n with a sign, or two atoms.
    fn product(algebra: &mut Algebra, sums: &[[(f64, Option<u32>); 2]]) -> Id {
        let one = algebra.unit();
        let mut factors = FactorList::new();
        for sum in sums {
            let terms = sum.map(|(c, atom)| match atom {
                Some(n) => (Number::from(c), algebra.atom(NodeId(n), Shape::SCALAR)),
                None => (Number::from(c), one),
            });
            factors.push((algebra.sum(&terms, Shape::SCALAR), one));
        }
        algebra.product(Number::ONE, &factors, Shape::SCALAR)
    }

    #[test]
    fn what_is_multiplied_out_may_be_shorter_only_where_terms_meet() {
        let arena = Bump::new();
        let mut algebra = Algebra::new(&arena, |_, id| id, false);
        let (x, y, z) = (Some(1), Some(2), Some(3));
        let minus = [[(1.0, x), (1.0, None)], [(1.0, x), (-1.0, None)]];
        let apart = [
            [(1.0, x), (1.0, None)],
            [(1.0, y), (1.0, None)],
            [(1.0, z), (1.0, None)],
        ];
        for (sums, terms, meet) in [(&minus[..], 4, true), (&apart[..], 8, false)] {
            let id = product(&mut algebra, sums);
            // With as many operations as it has additions multiplied out, only meeting terms help.
            assert_eq!(
                may_be_shorter_multiplied_out(&mut algebra, id, terms - 1),
                meet
            );
            assert!(may_be_shorter_multiplied_out(&mut algebra, id, terms));
        }
        let id = product(&mut algebra, &minus);
        let spread = expanded(&mut algebra, id);
        assert!(algebra.cost(spread) < algebra.cost(id));
    }
}
