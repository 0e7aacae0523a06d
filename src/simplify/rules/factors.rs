//! Products of all entries, determinants, and the same without one entry: cofactors.

use crate::graph::{Attr, Shape};
use crate::primitives::{algebra as linear, arithmetic, array};
use crate::simplify::algebra::{Algebra, FactorList, Form, Id, Ids, Memo, Occurring, TermList};
use crate::simplify::exact::Number;

/// The most entries whose product is written out.
const WRITTEN_OUT: usize = 8;

/// The product of a few entries is a product; so is the product of all but one of them.
pub fn product_of_entries(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let rows = [&array::PROD, &array::PROD_SPELLED, &array::OTHERS];
    let (k, args) = rows
        .iter()
        .enumerate()
        .find_map(|(k, row)| Some((k, algebra.operands(id, row)?)))?;
    let Form::Entries(entries) = algebra.form(args[0]) else {
        return None;
    };
    if entries.len() > WRITTEN_OUT {
        return None;
    }
    let one = algebra.unit();
    let shape = algebra.shape(id);
    let mut without = |left_out: usize| {
        let rest = entries.iter().enumerate().filter(|(k, _)| *k != left_out);
        let rest: FactorList = rest.map(|(_, entry)| (*entry, one)).collect();
        algebra.product(Number::ONE, &rest, Shape::SCALAR)
    };
    if k < 2 {
        return shape.is_scalar().then(|| without(entries.len()));
    }
    let products: Ids = (0..entries.len()).map(without).collect();
    Some(algebra.entries(&products, shape))
}

/// Operations in all entries of a matrix up to which its determinant is written out.
const SHORT: u64 = 24;

/// The determinant of a small matrix of entries is written out, and so are its cofactors: unlike
/// det(X)·inv(X)' they are there at singular matrices too.
pub fn determinant_of_entries(algebra: &mut Algebra, id: Id) -> Option<Id> {
    if let Some(args) = algebra.operands(id, &linear::DET) {
        let (entries, n) = small_square(algebra, args[0])?;
        let all: Vec<usize> = (0..n).collect();
        return Some(determinant(algebra, entries, n, &all, &all));
    }
    let args = algebra.operands(id, &linear::COFACTOR)?;
    let matrix = algebra.behind(args[0]);
    let (entries, n) = small_square(algebra, matrix)?;
    let without = |k: usize| -> Vec<usize> { (0..n).filter(|other| *other != k).collect() };
    let mut cofactors = Ids::new();
    for i in 0..n {
        for j in 0..n {
            let minor = determinant(algebra, entries, n, &without(i), &without(j));
            let sign = if (i + j) % 2 == 0 {
                Number::ONE
            } else {
                Number::MINUS_ONE
            };
            cofactors.push(algebra.sum(&[(sign, minor)], Shape::SCALAR));
        }
    }
    let shape = algebra.shape(id);
    Some(algebra.entries(&cofactors, shape))
}

/// The entries of a matrix that is written with them, where they are few and short.
fn small_square<'a>(algebra: &Algebra<'a>, id: Id) -> Option<(&'a [Id], usize)> {
    let Form::Entries(entries) = algebra.form(id) else {
        return None;
    };
    let n = algebra.shape(id).m();
    let operations: u64 = entries.iter().map(|entry| algebra.cost(*entry)).sum();
    (n <= 3 && operations <= SHORT).then_some((entries, n))
}

/// The determinant of some rows and columns, along the first of the rows.
fn determinant(
    algebra: &mut Algebra,
    entries: &[Id],
    n: usize,
    rows: &[usize],
    cols: &[usize],
) -> Id {
    let one = algebra.unit();
    let Some((first, others)) = rows.split_first() else {
        return one;
    };
    let mut terms = TermList::new();
    for (k, col) in cols.iter().enumerate() {
        let rest: Vec<usize> = cols.iter().copied().filter(|other| other != col).collect();
        let minor = determinant(algebra, entries, n, others, &rest);
        let factors = [(entries[first * n + col], one), (minor, one)];
        let term = algebra.product(Number::ONE, &factors, Shape::SCALAR);
        terms.push((
            if k % 2 == 0 {
                Number::ONE
            } else {
                Number::MINUS_ONE
            },
            term,
        ));
    }
    algebra.sum(&terms, Shape::SCALAR)
}

static OTHERS: Occurring = Occurring::of(&array::OTHERS);

/// The formula with the products of all other entries in words of the language.
pub fn in_words(algebra: &mut Algebra, id: Id) -> Id {
    if !algebra.occurring(id).may_contain(OTHERS) {
        return id;
    }
    algebra.once(Memo::InWords, id, |algebra, id| {
        let written = algebra.rebuild(id, &mut in_words);
        match algebra.operands(written, &array::OTHERS) {
            Some(args) => others(algebra, args[0]),
            None => written,
        }
    })
}

/// Column k of the square matrix is `x` with 1 in the place of its entry k.
fn others(algebra: &mut Algebra, x: Id) -> Id {
    let shape = algebra.shape(x);
    let count = shape.len();
    let vector = Shape::vector(count);
    let x = if shape.cols == 1 {
        x
    } else {
        algebra.operation(&array::VEC, Attr::None, &[x], vector)
    };
    let square = Shape::new(count, count);
    let identity = algebra.identity(square.rows);
    let one = algebra.unit();
    let left_out = [identity, one, x];
    let factors = algebra.apply(&arithmetic::WHERE, Attr::None, &left_out, square);
    let row = Shape::new(1, count);
    let products = algebra.apply(&array::PROD, Attr::Axis(1), &[factors], row);
    if shape.cols == 1 {
        algebra.transposed(products)
    } else if shape.rows == 1 {
        products
    } else {
        algebra.apply(&array::RESHAPE, Attr::None, &[products], shape)
    }
}
