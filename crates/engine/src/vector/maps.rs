//! From one function of numbers to its loops.
//!
//! Everything here is inlined into the instance that `at_width!` chooses, so that the compiler
//! sees a plain loop around a known function.

use crate::graph::primitive::Lanes;
use std::ops::Range;

/// Evaluates an expression as compiled for the widest instructions that this processor has. The
/// name before the arrow is bound to the [`Arithmetic`](super::Arithmetic) of the instance.
macro_rules! at_width {
    ($arithmetic:pat => $body:expr) => {
        match $crate::vector::Wide::detect() {
            Some(wide) => wide.run(
                #[inline(always)]
                |$arithmetic| $body,
            ),
            None => {
                let $arithmetic = $crate::vector::Separate;
                $body
            }
        }
    };
}
pub(crate) use at_width;

/// [`at_width!`] for what costs enough instructions to be worth a third instance.
macro_rules! at_full_width {
    ($arithmetic:pat => $body:expr) => {
        match $crate::vector::Wider::detect() {
            Some(wider) => wider.run(
                #[inline(always)]
                |$arithmetic| $body,
            ),
            None => $crate::vector::at_width!($arithmetic => $body),
        }
    };
}
pub(crate) use at_full_width;

/// The [`Map1`](crate::graph::primitive::Map1) of a function of one number. After `fused`, the
/// function also takes an [`Arithmetic`](super::Arithmetic); it may be right in some range only, and
/// another one, which need not be fast, `else`where.
macro_rules! map1 {
    (fused $f:expr) => {{
        fn at(x: f64) -> f64 {
            $crate::vector::at_width!(ops => $crate::vector::maps::one(|x| $f(ops, x), x))
        }
        fn over(x: &[f64], out: &mut [f64]) {
            $crate::vector::at_full_width!(ops => $crate::vector::maps::over1_whole(|x| $f(ops, x), x, out))
        }
        $crate::graph::primitive::Map1 { at, over }
    }};
    (fused $f:expr, where $near:expr, else $far:expr) => {{
        fn at(x: f64) -> f64 {
            if !$near(x) {
                return $far(x);
            }
            $crate::vector::at_width!(ops => $crate::vector::maps::one(|x| $f(ops, x), x))
        }
        fn over(x: &[f64], out: &mut [f64]) {
            $crate::vector::at_full_width!(ops => $crate::vector::maps::over1_in_range(
                |x| $f(ops, x), $near, $far, x, out
            ))
        }
        $crate::graph::primitive::Map1 { at, over }
    }};
    ($f:expr) => {{
        fn at(x: f64) -> f64 {
            $crate::vector::maps::one($f, x)
        }
        fn over(x: &[f64], out: &mut [f64]) {
            $crate::vector::at_full_width!(_ => $crate::vector::maps::over1($f, x, out))
        }
        $crate::graph::primitive::Map1 { at, over }
    }};
}
pub(crate) use map1;

/// The [`Both`](crate::graph::primitive::Both) of a function of one number that gives two; other functions may
/// be right `else`where.
macro_rules! both {
    ($f:expr $(, where $near:expr, else $far:expr)?) => {{
        fn over(x: &[f64], out: &mut [f64], other: &mut [f64]) {
            $crate::vector::at_full_width!(ops => $crate::vector::maps::over_both(|x| $f(ops, x), x, out, other));
            $(for ((y, z), x) in out.iter_mut().zip(other).zip(x).filter(|(_, x)| !$near(**x)) {
                (*y, *z) = $far(*x);
            })?
        }
        over
    }};
}
pub(crate) use both;

/// The [`Map2`](crate::graph::primitive::Map2) of a function of two numbers.
macro_rules! map2 {
    ($f:expr) => {{
        use $crate::graph::primitive::Lanes;
        fn at(a: f64, b: f64) -> f64 {
            $crate::vector::maps::two($f, a, b)
        }
        fn over(a: Lanes<'_>, b: Lanes<'_>, out: &mut [f64]) {
            $crate::vector::at_full_width!(_ => $crate::vector::maps::over2($f, a, b, out))
        }
        fn onto(out: &mut [f64], b: Lanes<'_>) {
            $crate::vector::at_width!(_ => $crate::vector::maps::onto2($f, out, b))
        }
        fn scan_left(first: f64, b: &[f64], out: &mut [f64]) {
            $crate::vector::at_width!(_ => $crate::vector::maps::scan_left($f, first, b, out))
        }
        fn scan_right(a: &[f64], first: f64, out: &mut [f64]) {
            $crate::vector::at_width!(_ => $crate::vector::maps::scan_right($f, a, first, out))
        }
        $crate::graph::primitive::Map2 {
            at,
            over,
            onto,
            scan_left,
            scan_right,
        }
    }};
}
pub(crate) use map2;

/// The [`Map3`](crate::graph::primitive::Map3) of a function of three numbers.
macro_rules! map3 {
    ($f:expr) => {{
        fn at(a: f64, b: f64, c: f64) -> f64 {
            $crate::vector::maps::three($f, a, b, c)
        }
        fn over(a: &[f64], b: &[f64], c: &[f64], out: &mut [f64]) {
            $crate::vector::at_width!(_ => $crate::vector::maps::over3($f, a, b, c, out))
        }
        $crate::graph::primitive::Map3 { at, over }
    }};
}
pub(crate) use map3;

/// f(x); gives the closure of a row the types of its arguments.
#[inline(always)]
pub fn one(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    f(x)
}

/// Both values of each.
#[inline(always)]
pub fn over_both(f: impl Fn(f64) -> (f64, f64), x: &[f64], out: &mut [f64], other: &mut [f64]) {
    for range in whole_vectors(x.len().min(out.len()).min(other.len())) {
        let places = out[range.clone()].iter_mut().zip(&mut other[range.clone()]);
        for ((y, z), x) in places.zip(&x[range]) {
            (*y, *z) = f(*x);
        }
    }
}

/// f(a, b)
#[inline(always)]
pub fn two(f: impl Fn(f64, f64) -> f64, a: f64, b: f64) -> f64 {
    f(a, b)
}

/// f(a, b, c)
#[inline(always)]
pub fn three(f: impl Fn(f64, f64, f64) -> f64, a: f64, b: f64, c: f64) -> f64 {
    f(a, b, c)
}

/// `out[k] = f(x[k])`
#[inline(always)]
pub fn over1(f: impl Fn(f64) -> f64, x: &[f64], out: &mut [f64]) {
    for (y, x) in out.iter_mut().zip(x) {
        *y = f(*x);
    }
}

/// `n` entries in two pieces for one loop around a function that costs many instructions.
///
/// The compiler's own loops do the last few entries one by one. Here the last vector overlaps the
/// one before it instead, and some entries are computed twice.
#[inline(always)]
fn whole_vectors(n: usize) -> [Range<usize>; 2] {
    const WIDTH: usize = 8;
    let first = if n < WIDTH { n } else { n - n % WIDTH };
    let last = if first < n { n - WIDTH } else { n };
    [0..first, last..n]
}

/// `out[k] = f(x[k])` for a function that costs many instructions.
#[inline(always)]
pub fn over1_whole(f: impl Fn(f64) -> f64, x: &[f64], out: &mut [f64]) {
    for range in whole_vectors(x.len().min(out.len())) {
        over1(&f, &x[range.clone()], &mut out[range]);
    }
}

/// `out[k] = f(x[k])` where `near` holds, else `far(x[k])`.
#[inline(always)]
pub fn over1_in_range(
    f: impl Fn(f64) -> f64,
    near: impl Fn(f64) -> bool,
    far: impl Fn(f64) -> f64,
    x: &[f64],
    out: &mut [f64],
) {
    /// Some vectors' worth, so that one look decides for many.
    const CHUNK: usize = 256;
    for (x, out) in x.chunks(CHUNK).zip(out.chunks_mut(CHUNK)) {
        over1_whole(&f, x, out);
        let outside: u64 = x.iter().map(|x| u64::from(!near(*x))).sum();
        if outside > 0 {
            for (y, x) in out.iter_mut().zip(x).filter(|(_, x)| !near(**x)) {
                *y = far(*x);
            }
        }
    }
}

/// `out[k] = f(a[k], b[k])`
#[inline(always)]
pub fn over2(f: impl Fn(f64, f64) -> f64, a: Lanes<'_>, b: Lanes<'_>, out: &mut [f64]) {
    match (a, b) {
        (Lanes::Each(a), Lanes::Each(b)) => {
            for ((y, a), b) in out.iter_mut().zip(a).zip(b) {
                *y = f(*a, *b);
            }
        }
        (Lanes::Each(a), Lanes::All(b)) => {
            for (y, a) in out.iter_mut().zip(a) {
                *y = f(*a, b);
            }
        }
        (Lanes::All(a), Lanes::Each(b)) => {
            for (y, b) in out.iter_mut().zip(b) {
                *y = f(a, *b);
            }
        }
        (Lanes::All(a), Lanes::All(b)) => out.fill(f(a, b)),
    }
}

/// `out[k] = f(out[k], b[k])`
#[inline(always)]
pub fn onto2(f: impl Fn(f64, f64) -> f64, out: &mut [f64], b: Lanes<'_>) {
    match b {
        Lanes::Each(b) => {
            for (y, b) in out.iter_mut().zip(b) {
                *y = f(*y, *b);
            }
        }
        Lanes::All(b) => {
            for y in out {
                *y = f(*y, b);
            }
        }
    }
}

/// `out[k] = f(out[k-1], b[k])`
#[inline(always)]
pub fn scan_left(f: impl Fn(f64, f64) -> f64, first: f64, b: &[f64], out: &mut [f64]) {
    let mut last = first;
    for (y, b) in out.iter_mut().zip(b) {
        last = f(last, *b);
        *y = last;
    }
}

/// `out[k] = f(a[k], out[k-1])`
#[inline(always)]
pub fn scan_right(f: impl Fn(f64, f64) -> f64, a: &[f64], first: f64, out: &mut [f64]) {
    let mut last = first;
    for (y, a) in out.iter_mut().zip(a) {
        last = f(*a, last);
        *y = last;
    }
}

/// `out[k] = f(a[k], b[k], c[k])`
#[inline(always)]
pub fn over3(f: impl Fn(f64, f64, f64) -> f64, a: &[f64], b: &[f64], c: &[f64], out: &mut [f64]) {
    for (((y, a), b), c) in out.iter_mut().zip(a).zip(b).zip(c) {
        *y = f(*a, *b, *c);
    }
}

/// All entries and `start` combined by a function for which neither order nor grouping matters to a bit, such as the
/// larger of two: many side by side.
#[inline(always)]
pub fn folded(f: impl Fn(f64, f64) -> f64, start: f64, x: &[f64]) -> f64 {
    const LANES: usize = 32;
    let (blocks, rest) = x.as_chunks::<LANES>();
    let mut lanes = [start; LANES];
    for block in blocks {
        for (lane, x) in lanes.iter_mut().zip(block) {
            *lane = f(*lane, *x);
        }
    }
    lanes
        .iter()
        .chain(rest)
        .fold(start, |found, x| f(found, *x))
}

#[cfg(test)]
mod tests {
    use super::folded;
    use crate::primitives::random::SplitMix64;
    use crate::primitives::special::{max2, min2};

    #[test]
    fn many_side_by_side_are_combined_as_one_after_the_other() {
        let mut random = SplitMix64::new(3);
        let special = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0];
        for length in [0, 1, 31, 32, 33, 64, 100, 1000] {
            for extra in special {
                let mut x: Vec<f64> = (0..length).map(|_| random.normal()).collect();
                if let Some(entry) = x.get_mut(length / 3) {
                    *entry = extra;
                }
                for (f, start) in [
                    (max2 as fn(f64, f64) -> f64, f64::NEG_INFINITY),
                    (min2, f64::INFINITY),
                    (|most, x| max2(most, x.abs()), 0.0),
                ] {
                    let in_order = x.iter().copied().fold(start, f);
                    assert_eq!(folded(f, start, &x).to_bits(), in_order.to_bits());
                }
            }
        }
        let zeros = [[-0.0; 40], [0.0; 40]].concat();
        assert_eq!(folded(max2, f64::NEG_INFINITY, &zeros).to_bits(), 0);
        assert_eq!(
            folded(min2, f64::INFINITY, &zeros).to_bits(),
            (-0.0f64).to_bits()
        );
    }
}
