//! Products of all entries, and what is left of them without one.

use super::algebra::{Algebra, Form, Id};
use super::rules::operands;
use crate::graph::{Attr, Shape};
use crate::primitives::{arithmetic, array};
use rustc_hash::FxHashMap;

/// Entries up to which their product is written with signs.
const WRITTEN_OUT: usize = 8;

/// The product of a few entries is a product; so is what is left of it without one of them.
pub fn product_of_entries(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let rows = [&array::PROD, &array::PROD_SPELLED, &array::OTHERS];
    let (k, args) = rows
        .iter()
        .enumerate()
        .find_map(|(k, row)| Some((k, operands(algebra, id, row)?)))?;
    let Form::Entries(entries) = algebra.form(args[0]).clone() else {
        return None;
    };
    if entries.len() > WRITTEN_OUT {
        return None;
    }
    let one = algebra.unit();
    let shape = algebra.shape(id);
    let mut without = |left_out: usize| {
        let rest = entries.iter().enumerate().filter(|(k, _)| *k != left_out);
        let rest: Vec<(Id, Id)> = rest.map(|(_, entry)| (*entry, one)).collect();
        algebra.product(1.0, &rest, Shape::SCALAR)
    };
    if k < 2 {
        return shape.is_scalar().then(|| without(entries.len()));
    }
    let products = (0..entries.len()).map(without).collect();
    Some(algebra.entries(products, shape))
}

/// The formula with the products of all other entries in words of the language.
pub fn in_words(algebra: &mut Algebra, id: Id) -> Id {
    fn walk(algebra: &mut Algebra, id: Id, memo: &mut FxHashMap<Id, Id>) -> Id {
        if let Some(known) = memo.get(&id) {
            return *known;
        }
        let mut written = algebra.rebuild(id, &mut |algebra, child| walk(algebra, child, memo));
        if let Some(args) = operands(algebra, written, &array::OTHERS) {
            written = others(algebra, args[0]);
        }
        memo.insert(id, written);
        written
    }
    walk(algebra, id, &mut FxHashMap::default())
}

/// Column k of the square matrix is `x` with 1 in the place of its entry k.
fn others(algebra: &mut Algebra, x: Id) -> Id {
    let shape = algebra.shape(x);
    let count = shape.len();
    let vector = Shape::vector(count);
    let x = if shape.cols == 1 {
        x
    } else {
        super::convert::operation(algebra, &array::VEC, Attr::None, vec![x], vector)
    };
    let square = Shape::new(count, count);
    let identity = algebra.identity(square.rows);
    let one = algebra.unit();
    let left_out = vec![identity, one, x];
    let factors = algebra.apply(&arithmetic::WHERE, Attr::None, left_out, square);
    let row = Shape::new(1, count);
    let products = algebra.apply(&array::PROD, Attr::Axis(1), vec![factors], row);
    if shape.cols == 1 {
        algebra.transposed(products)
    } else if shape.rows == 1 {
        products
    } else {
        algebra.apply(&array::RESHAPE, Attr::None, vec![products], shape)
    }
}
