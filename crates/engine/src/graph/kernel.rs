//! Kernels compute the value of an operation over slices, and of one entry by itself.

use super::shape::Shape;
use super::tensor::View;
use super::{Attr, Block, Corner};

/// A kernel's reason to refuse its arguments.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// The matrix has no inverse.
    Singular,
    /// A class is not a whole number from 1 to the number of classes.
    NoSuchClass,
    /// An index that is not the place of an entry.
    NoSuchEntry,
    /// An equation has no solution that steps from the start lead to: the residual where they ended.
    NoSolution(f64),
    /// The slope of an equation is 0 at its solution, where so much is left of it.
    MultipleRoot(f64),
    /// A stationary point was found that is no minimum.
    NoMinimum,
    /// What is not stored of a matrix would be other than zero.
    Everywhere,
    /// A matrix that is stored by its places has too many of them far from the diagonal.
    TooWide,
    /// The seed of a generator is no whole number.
    NoSeed,
    /// A loop has not ended after the most rounds that it may make.
    NoEnd,
}

/// The arguments of a kernel over whole arrays.
pub struct KernelCall<'a> {
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
pub type WholeKernel = fn(&KernelCall<'_>, &mut [f64]) -> Result<(), Fault>;

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

impl Map1 {
    /// Of each of the lanes.
    pub fn lanes(&self, x: Lanes<'_>, out: &mut [f64]) {
        match x {
            Lanes::Each(x) => (self.over)(x, out),
            Lanes::All(x) => out.fill((self.at)(x)),
        }
    }
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

/// Two functions of each of a slice at once. All slices are equally long, and both results have the bits that
/// each function gives by itself.
pub type Both = fn(&[f64], &mut [f64], &mut [f64]);

/// The results of two operations on the same array with the same attribute at once; the call is that
/// of the first. Both get the bits that each of them gives by itself.
pub type Together = fn(&KernelCall<'_>, &mut [f64], &mut [f64]);

/// The facts from which the place of an argument follows.
pub struct Placing<'a> {
    /// The number of the argument, from 0.
    pub k: usize,
    /// The block of the argument before it; an empty one at the origin for the first.
    pub before: Block,
    /// The shape of the result.
    pub shape: Shape,
    /// The blocks of [`Attr::Blocks`], one for each argument.
    pub blocks: &'a [Block],
}

/// The result is put together from the arguments, each a block in its place.
#[derive(Clone, Copy)]
pub struct Placement {
    /// The corner at which the block of an argument begins. Called for one argument after the other.
    pub corner: fn(&Placing<'_>) -> Corner,
    /// True if every entry of the result lies in exactly one block: then blocks are copied. Otherwise
    /// they are added to zeros.
    pub tiles: bool,
}

/// The computation of a value.
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
    Place(Placement),
    /// Whole arrays at once.
    Whole(WholeKernel),
    /// The same entries in the same order under another shape.
    Alias,
    /// The rounds of a loop, one after the other.
    Rounds,
    /// The adjoints of the arguments of a loop: its rounds, backwards.
    RoundsBack,
}
