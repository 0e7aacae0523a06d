//! How the value of an operation is computed: over slices, with one function for one entry beside it.

use super::shape::Shape;
use super::tensor::View;
use super::{Attr, Block, Corner};

/// A kernel's way of refusing its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The matrix has no inverse.
    Singular,
    /// A class is not a whole number from 1 to the number of classes.
    NoSuchClass,
    /// An index that is not the place of an entry.
    NoSuchEntry,
}

/// What a kernel over whole arrays is called with.
pub struct Call<'a> {
    /// The values of the arguments.
    pub args: &'a [View<'a>],
    /// The shape of the result.
    pub shape: Shape,
    /// The node's attribute.
    pub attr: Attr,
    /// The blocks of [`Attr::Blocks`], one for each argument.
    pub blocks: &'a [Block],
}

/// A kernel over whole arrays: writes every entry of the result.
pub type WholeKernel = fn(&Call<'_>, &mut [f64]) -> Result<(), Fault>;

/// An operand of an entry-by-entry kernel.
#[derive(Clone, Copy, Debug)]
pub enum Lanes<'a> {
    /// An entry for each of the result.
    Each(&'a [f64]),
    /// One number for all of them.
    All(f64),
}

/// A function of one number. `at` and `over` agree bit for bit, wherever in the slice.
#[derive(Clone, Copy)]
pub struct Map1 {
    /// Of one number.
    pub at: fn(f64) -> f64,
    /// Of each of a slice; both slices are equally long.
    pub over: fn(&[f64], &mut [f64]),
}

/// A function of two numbers. All of its forms agree bit for bit; all slices are equally long.
#[derive(Clone, Copy)]
pub struct Map2 {
    /// Of one pair.
    pub at: fn(f64, f64) -> f64,
    /// out\[k\] = f(a\[k\], b\[k\])
    pub over: fn(Lanes<'_>, Lanes<'_>, &mut [f64]),
    /// out\[k\] = f(out\[k\], b\[k\])
    pub onto: fn(&mut [f64], Lanes<'_>),
    /// out\[k\] = f(out\[k-1\], b\[k\]), beginning with `first` in the place of out\[-1\].
    pub scan_left: fn(f64, &[f64], &mut [f64]),
    /// out\[k\] = f(a\[k\], out\[k-1\]), beginning with `first` in the place of out\[-1\].
    pub scan_right: fn(&[f64], f64, &mut [f64]),
}

/// The loop of a function of three numbers.
pub type Over3 = fn(&[f64], &[f64], &[f64], &mut [f64]);

/// A function of three numbers. `at` and `over` agree bit for bit.
#[derive(Clone, Copy)]
pub struct Map3 {
    /// Of one triple.
    pub at: fn(f64, f64, f64) -> f64,
    /// Of each triple; all slices are equally long.
    pub over: Over3,
}

/// f(x) and f(−x) of each of a slice at once, for functions where that costs little more than
/// one of them. All slices are equally long.
pub type Mirror = fn(&[f64], &mut [f64], &mut [f64]);

/// The results of two operations on the same array with the same attribute at once; the call is that
/// of the first. Both get the bits that each of them gives by itself.
pub type Together = fn(&Call<'_>, &mut [f64], &mut [f64]);

/// What is known when the place of an argument is asked for.
pub struct Placing<'a> {
    /// Which argument.
    pub k: usize,
    /// Where the argument before it lies; an empty block at the origin for the first one.
    pub before: Block,
    /// The shape of the result.
    pub shape: Shape,
    /// The blocks of [`Attr::Blocks`], one for each argument.
    pub blocks: &'a [Block],
}

/// The result is put together from the arguments, each a block in its place.
#[derive(Clone, Copy)]
pub struct Place {
    /// Where the block of an argument begins. Asked for one argument after the other.
    pub corner: fn(&Placing<'_>) -> Corner,
    /// Whether every entry of the result lies in exactly one block: then blocks are copied. Else
    /// they are added to zeros.
    pub tiles: bool,
}

/// How the value is computed.
#[derive(Clone, Copy)]
pub enum Kernel {
    /// Entry by entry, one argument.
    Map1(Map1),
    /// Entry by entry, two arguments.
    Map2(Map2),
    /// Entry by entry, three arguments.
    Map3(Map3),
    /// Entry by entry, folded from the left over any number of arguments.
    Fold(Map2),
    /// Every argument a block of the result.
    Place(Place),
    /// Whole arrays at once.
    Whole(WholeKernel),
    /// The same entries in the same order under another shape.
    Alias,
}
