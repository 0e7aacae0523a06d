//! Entries of formulas, and vectors that are one formula of their entries.

use crate::graph::{Attr, Corner, Shape};
use crate::primitives::array;
use crate::simplify::algebra::{Algebra, FactorList, Form, Id, Ids, TermList, all_but, corner_of};
use crate::simplify::exact::Number;

pub(super) fn index_of_entries(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Apply(row, attr, args) = algebra.form(id) else {
        return None;
    };
    if !row.is(&array::INDEX) || !algebra.shape(id).is_scalar() {
        return None;
    }
    let corner = corner_of(attr);
    entry(algebra, args[0], corner.row, corner.col)
}

/// The entry of a formula in row `i` and column `j`, from 0, where taking it goes inside.
pub(super) fn entry(algebra: &mut Algebra, id: Id, i: u32, j: u32) -> Option<Id> {
    let one = algebra.unit();
    match algebra.form(id) {
        Form::Entries(entries) => {
            let cols = algebra.shape(id).n();
            Some(entries[i as usize * cols + j as usize])
        }
        Form::Stretched(inner) => Some(entry_or_index(algebra, inner, i, j)),
        Form::Transposed(inner) => Some(entry_or_index(algebra, inner, j, i)),
        Form::Identity => Some(algebra.number(f64::from(u8::from(i == j)))),
        Form::Sum(terms) => {
            let terms: TermList = terms
                .iter()
                .map(|(c, term)| (*c, entry_or_index(algebra, *term, i, j)))
                .collect();
            Some(algebra.sum(&terms, Shape::SCALAR))
        }
        Form::Product(bases) => {
            let bases: FactorList = bases
                .iter()
                .map(|(base, e)| {
                    (
                        entry_or_index(algebra, *base, i, j),
                        entry_or_index(algebra, *e, i, j),
                    )
                })
                .collect();
            Some(algebra.product(Number::ONE, &bases, Shape::SCALAR))
        }
        Form::Chain(links) if links.len() == 2 && algebra.shape(links[0]).cols == 1 => {
            // An outer product.
            let sides = [
                entry_or_index(algebra, links[0], i, 0),
                entry_or_index(algebra, links[1], 0, j),
            ];
            Some(algebra.product(
                Number::ONE,
                &[(sides[0], one), (sides[1], one)],
                Shape::SCALAR,
            ))
        }
        // A value that is compared with a selection must stay written as it is inside the selection.
        Form::Apply(row, _, args)
            if row.is_truth() && args.iter().any(|arg| selects(algebra, *arg)) =>
        {
            None
        }
        Form::Apply(row, attr, args) if row.is_entrywise() => {
            let args: Ids = args
                .iter()
                .map(|arg| entry_or_index(algebra, *arg, i, j))
                .collect();
            Some(algebra.operation(row, attr, &args, Shape::SCALAR))
        }
        _ => None,
    }
}

/// True for a formula that is the largest or smallest entry of another one.
pub(super) fn selects(algebra: &Algebra, id: Id) -> bool {
    let selection = algebra.core(algebra.behind(algebra.core(id)));
    matches!(algebra.form(selection), Form::Apply(row, ..) if row.extreme && !row.is_entrywise())
}

/// A product with a matrix of few entries, the others 0, is the matrix of their products.
pub(super) fn product_with_few_entries(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Product(bases) = algebra.form(id) else {
        return None;
    };
    let (shape, one) = (algebra.shape(id), algebra.unit());
    let few = |base: Id| match algebra.form(base) {
        Form::Entries(entries) => {
            let full = entries
                .iter()
                .filter(|entry| !algebra.is_zero(**entry))
                .count();
            2 * full <= entries.len() && full <= 2 && algebra.shape(base) == shape
        }
        _ => false,
    };
    let k = bases.iter().position(|(base, e)| *e == one && few(*base))?;
    let Form::Entries(entries) = algebra.form(bases[k].0) else {
        return None;
    };
    let cols = shape.n();
    let mut products = Ids::new();
    for (place, entry) in entries.iter().enumerate() {
        if algebra.is_zero(*entry) {
            products.push(*entry);
            continue;
        }
        let (i, j) = ((place / cols) as u32, (place % cols) as u32);
        let mut factors = FactorList::from_slice(&[(*entry, one)]);
        for (base, e) in all_but(bases, k) {
            let base = entry_or_index(algebra, base, i, j);
            factors.push((base, entry_or_index(algebra, e, i, j)));
        }
        products.push(algebra.product(Number::ONE, &factors, Shape::SCALAR));
    }
    Some(algebra.entries(&products, shape))
}

/// The entry of a formula, inside it or by an index.
pub(super) fn entry_or_index(algebra: &mut Algebra, id: Id, i: u32, j: u32) -> Id {
    let shape = algebra.shape(id);
    if shape.is_scalar() {
        return id;
    }
    let row = if shape.rows == 1 { 0 } else { i };
    let col = if shape.cols == 1 { 0 } else { j };
    entry(algebra, id, row, col).unwrap_or_else(|| {
        let attr = Attr::Corner(Corner { row, col });
        algebra.apply(&array::INDEX, attr, &[id], Shape::SCALAR)
    })
}

/// A vector whose entries are one formula of the entries of vectors is that formula of the vectors.
pub fn whole_vector(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Entries(entries) = algebra.form(id) else {
        return None;
    };
    let shape = algebra.shape(id);
    if shape.cols != 1 {
        return None;
    }
    let vector = of_vectors(algebra, entries[0], shape)?;
    let vector = algebra.stretch(vector, shape);
    let one = algebra.unit();
    let mut same = |k: usize| {
        let taken = entry_or_index(algebra, vector, k as u32, 0);
        // Brackets are opened on both sides before the sides are compared.
        let opened = [taken, entries[k]]
            .map(|side| algebra.product(Number::ONE, &[(side, one)], Shape::SCALAR));
        opened[0] == opened[1]
    };
    (0..entries.len()).all(&mut same).then_some(vector)
}

/// A formula with every first entry of a vector of `shape` replaced by the vector.
pub(super) fn of_vectors(algebra: &mut Algebra, id: Id, shape: Shape) -> Option<Id> {
    if let Form::Apply(row, attr, args) = algebra.form(id)
        && row.is(&array::INDEX)
    {
        let corner = corner_of(attr);
        let first = corner.row == 0 && algebra.shape(args[0]) == shape;
        return first.then_some(args[0]);
    }
    let mut possible = true;
    let replaced = algebra.reshaped(id, shape, &mut |algebra, child| {
        of_vectors(algebra, child, shape).unwrap_or_else(|| {
            possible = false;
            child
        })
    });
    possible.then_some(replaced)
}
