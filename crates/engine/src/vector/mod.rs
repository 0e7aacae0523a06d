//! Numbers by the slice: the loops that all values go through.
//!
//! A function of numbers is written once, without branches, and `at_width!` compiles the loop
//! around it for the instructions that the processor turns out to have. Two laws hold:
//!
//! - An entry's value does not depend on its neighbours, on its place in the slice or on the
//!   length: a function applied to one number gives the same bits as in the middle of a slice
//!   (where the result is NaN, its payload may differ).
//! - A function that rounds only by `+ − × ÷ √` gives the same bits on every machine. One that is
//!   written in terms of [`Arithmetic`] gives the same bits on every machine with a fused
//!   multiply-add, whatever the width of its vectors.

mod dots;
mod instance;
pub mod maps;
pub mod math;
mod product;
mod shares;
mod strided;
pub mod sums;
mod tiles;

pub(crate) use dots::suits as by_dots;
pub use instance::{Arithmetic, Fused, Separate, Wide, Wider};
pub(crate) use maps::{at_full_width, at_width, both, map1, map2, map3};
pub use product::{RunningProduct, add_product, product, product_of_reached};
pub use strided::Strided;
