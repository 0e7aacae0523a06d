//! The primitive table: one row per operation, and everything the tool knows about it.
//!
//! To add an operation, add one row to the table of the file it belongs to ([`arithmetic`],
//! [`elementary`], [`mod@array`], [`places`], [`algebra`]) and, where std has none, its numeric kernel. Nothing
//! else in the crate names operations one by one.

pub mod algebra;
pub mod arithmetic;
pub mod array;
mod band;
pub mod elementary;
mod kernels;
mod linear;
pub mod places;
pub mod random;
mod reductions;
mod rounding;
pub mod rounds;
pub mod rules;
pub mod special;
pub mod stored;
pub mod term;

#[cfg(test)]
mod columns;

use crate::graph::Primitive;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// Declares rows as statics and lists them in `ROWS`.
macro_rules! rows {
    ($($(#[$attr:meta])* $name:ident = $row:expr;)*) => {
        $($(#[$attr])* #[doc = stringify!($name)] pub static $name: $crate::graph::Primitive = $row;)*
        /// The rows of this file, in the order in which help lists them.
        pub static ROWS: &[&$crate::graph::Primitive] = &[$(&$name),*];
    };
}
pub(crate) use rows;

/// All rows.
pub fn table() -> impl Iterator<Item = &'static Primitive> {
    [
        arithmetic::ROWS,
        elementary::ROWS,
        array::ROWS,
        places::ROWS,
        stored::ROWS,
        rounds::ROWS,
        rules::ROWS,
        algebra::ROWS,
    ]
    .into_iter()
    .flatten()
    .copied()
}

static BY_NAME: LazyLock<FxHashMap<&'static str, Vec<&'static Primitive>>> = LazyLock::new(|| {
    let mut names: FxHashMap<&'static str, Vec<&'static Primitive>> = FxHashMap::default();
    for row in table().filter(|row| row.callable) {
        for name in std::iter::once(&row.name).chain(row.aliases) {
            names.entry(name).or_default().push(row);
        }
    }
    names
});

/// The rows that a script may call by `name`; several where the number of arguments decides.
pub fn named(name: &str) -> &'static [&'static Primitive] {
    BY_NAME.get(name).map_or(&[], Vec::as_slice)
}

/// All names by which a row can be called.
pub fn names() -> impl Iterator<Item = &'static str> {
    table()
        .filter(|row| row.callable)
        .flat_map(|row| std::iter::once(row.name).chain(row.aliases.iter().copied()))
}
