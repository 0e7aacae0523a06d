//! Operations on single numbers.

use super::pool::Slot;
use crate::graph::primitive::Both;

/// An operation on single numbers of the pool, with the bits of a step over one entry.
#[derive(Clone, Copy)]
pub(super) enum Single {
    One(fn(f64) -> f64, Slot, Slot),
    Two(fn(f64, f64) -> f64, [Slot; 2], Slot),
    Three(fn(f64, f64, f64) -> f64, [Slot; 3], Slot),
    /// Two functions of the same number.
    Twins(Both, Slot, [Slot; 2]),
    /// A number with this zero added.
    Copy(f64, Slot, Slot),
}

impl Single {
    #[inline]
    pub(super) fn run(self, pool: &mut [f64]) {
        let at = |slot: Slot| pool[slot as usize];
        match self {
            Single::One(f, x, out) => pool[out as usize] = f(at(x)),
            Single::Two(f, [a, b], out) => pool[out as usize] = f(at(a), at(b)),
            Single::Three(f, [a, b, c], out) => pool[out as usize] = f(at(a), at(b), at(c)),
            Single::Twins(f, x, [first, second]) => {
                let [mut y, mut z] = [[0.0]; 2];
                f(&[at(x)], &mut y, &mut z);
                [pool[first as usize], pool[second as usize]] = [y[0], z[0]];
            }
            Single::Copy(zero, x, out) => pool[out as usize] = at(x) + zero,
        }
    }
}
