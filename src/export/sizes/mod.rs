//! Code for all sizes: what the numbers of a program are as formulas of named sizes.
//!
//! A script is lowered at several sizes that are drawn. Where the programs are alike but for numbers, the
//! numbers tell what they are: 37, 41 and 43 are `n`, 1961 and 2419 are `n*d`.

pub mod formula;
pub mod table;
pub mod texts;
pub mod unified;
