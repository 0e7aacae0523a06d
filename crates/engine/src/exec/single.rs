//! Operations on single numbers.

use super::pool::Slot;
use crate::graph::Primitive;
use crate::graph::primitive::{Both, Kernel, Map2};
use crate::primitives::arithmetic::{ADD, DIV, MUL, SUB};

/// An operation on single numbers of the pool, with the bits of a step over one entry.
#[derive(Clone, Copy)]
pub(super) enum Single {
    One(fn(f64) -> f64, Slot, Slot),
    /// The four operations that take less time than a call.
    Add([Slot; 2], Slot),
    Sub([Slot; 2], Slot),
    Mul([Slot; 2], Slot),
    Div([Slot; 2], Slot),
    Two(fn(f64, f64) -> f64, [Slot; 2], Slot),
    Three(fn(f64, f64, f64) -> f64, [Slot; 3], Slot),
    /// Two functions of the same number.
    Twins(Both, Slot, [Slot; 2]),
    /// A number with this zero added.
    Copy(f64, Slot, Slot),
}

impl Single {
    /// The operation of a function of two numbers.
    pub(super) fn two(f: &'static Map2, operands: [Slot; 2], out: Slot) -> Single {
        let is = |row: &'static Primitive| match &row.kernel {
            Kernel::Map2(own) => std::ptr::eq(own, f),
            _ => false,
        };
        type Make = fn([Slot; 2], Slot) -> Single;
        let own: [(&'static Primitive, Make); 4] = [
            (&ADD, Single::Add),
            (&SUB, Single::Sub),
            (&MUL, Single::Mul),
            (&DIV, Single::Div),
        ];
        match own.into_iter().find(|(row, _)| is(row)) {
            Some((_, single)) => single(operands, out),
            None => Single::Two(f.at, operands, out),
        }
    }

    #[inline(always)]
    pub(super) fn run(self, pool: &mut [f64]) {
        let at = |slot: Slot| pool[slot as usize];
        let (result, out) = match self {
            Single::One(f, x, out) => (f(at(x)), out),
            Single::Add([a, b], out) => (at(a) + at(b), out),
            Single::Sub([a, b], out) => (at(a) - at(b), out),
            Single::Mul([a, b], out) => (at(a) * at(b), out),
            Single::Div([a, b], out) => (at(a) / at(b), out),
            Single::Two(f, [a, b], out) => (f(at(a), at(b)), out),
            Single::Three(f, [a, b, c], out) => (f(at(a), at(b), at(c)), out),
            Single::Copy(zero, x, out) => (at(x) + zero, out),
            Single::Twins(f, x, out) => return twins(f, x, out, pool),
        };
        pool[out as usize] = result;
    }
}

/// Not part of the loop around it, whose registers it would take.
#[inline(never)]
fn twins(f: Both, x: Slot, [first, second]: [Slot; 2], pool: &mut [f64]) {
    let [mut y, mut z] = [[0.0]; 2];
    f(&[pool[x as usize]], &mut y, &mut z);
    [pool[first as usize], pool[second as usize]] = [y[0], z[0]];
}
