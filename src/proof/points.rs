//! Points at which formulas are compared: of the declared shapes, within what is said of the inputs.

use super::facts::{Facts, Property};
use crate::graph::{Shape, Tensor};
use crate::primitives::random::SplitMix64;

/// The kind of a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Draw {
    /// Every entry is this number.
    Same(f64),
    /// Small whole numbers from `first` on, one after the other.
    Counting {
        /// The first.
        first: f64,
        /// The step to the next.
        step: f64,
    },
    /// Random numbers with these limits of size; of both signs, or positive.
    Random {
        /// The smallest size.
        least: f64,
        /// The largest size.
        most: f64,
        /// True for both signs.
        signed: bool,
    },
    /// As random numbers from −2 to 2, one in three entries 0, a whole number or tiny.
    Mixed,
}

/// The kinds of points, in the order in which they are tried; after them, the random ones again.
pub(super) fn draws() -> impl Iterator<Item = Draw> {
    let random = |least, most, signed| Draw::Random {
        least,
        most,
        signed,
    };
    let first = [
        Draw::Same(1.0),
        Draw::Same(-1.0),
        Draw::Same(2.0),
        Draw::Same(0.0),
        Draw::Same(0.5),
        Draw::Counting {
            first: 1.0,
            step: 1.0,
        },
        Draw::Counting {
            first: -1.0,
            step: -1.0,
        },
        Draw::Counting {
            first: -2.0,
            step: 1.0,
        },
        Draw::Counting {
            first: 3.0,
            step: -1.0,
        },
        Draw::Counting {
            first: 0.25,
            step: 0.25,
        },
    ];
    let again = [
        random(0.1, 2.0, true),
        random(0.1, 0.9, false),
        random(0.1, 2.0, true),
        random(1.0, 4.0, false),
        Draw::Mixed,
        random(0.1, 0.9, true),
        random(1e-6, 1e-2, true),
        random(0.1, 2.0, true),
        random(10.0, 1e3, true),
        random(0.5, 3.0, false),
        random(1e3, 1e5, false),
        Draw::Mixed,
    ];
    first.into_iter().chain(again.into_iter().cycle())
}

/// A value of `shape` within `facts`, of ordinary size; `None` where none was found.
pub fn drawn_value(shape: Shape, facts: &Facts, positive: bool, seed: u64) -> Option<Tensor> {
    let draw = Draw::Random {
        least: 0.1,
        most: 2.0,
        signed: !positive,
    };
    (0..8).find_map(|attempt| Drawer::new(draw, 8 * seed + attempt + 1).value(shape, facts))
}

/// The generator and the number of entries drawn for one point.
pub(super) struct Drawer {
    random: SplitMix64,
    draw: Draw,
    drawn: usize,
}

impl Drawer {
    pub fn new(draw: Draw, seed: u64) -> Drawer {
        Drawer {
            random: SplitMix64::new(seed),
            draw,
            drawn: 0,
        }
    }

    /// A value of `shape` within `facts`; `None` where the draw has none.
    pub fn value(&mut self, shape: Shape, facts: &Facts) -> Option<Tensor> {
        let mut entries = Vec::with_capacity(shape.len());
        for _ in 0..shape.len() {
            entries.push(self.entry(facts)?);
        }
        let mut value = Tensor::new(shape, entries);
        for property in &facts.properties {
            value = self.with_property(value, *property)?;
        }
        facts.contradicted(&value).is_none().then_some(value)
    }

    fn entry(&mut self, facts: &Facts) -> Option<f64> {
        let whole = facts.properties.contains(&Property::Integer);
        let x = self.raw(facts);
        let x = if whole { x.round() } else { x };
        if facts.admits(x) {
            return Some(x);
        }
        // Brought into the bounds, if there are any.
        let x = match (facts.least, facts.most) {
            (Some(least), Some(most)) => {
                let inside = self.random.uniform().clamp(0.01, 0.99);
                least.value + (most.value - least.value) * inside
            }
            (Some(least), None) => least.value + x.abs().max(1e-3),
            (None, Some(most)) => most.value - x.abs().max(1e-3),
            (None, None) => x + 0.5,
        };
        let x = if whole { x.round() } else { x };
        facts.admits(x).then_some(x)
    }

    fn raw(&mut self, facts: &Facts) -> f64 {
        let k = self.drawn as f64;
        self.drawn += 1;
        let draw = match self.draw {
            // A matrix of equal entries is singular, which is no point to look at first.
            Draw::Same(x) if facts.properties.iter().any(|one| one.is_square()) => Draw::Counting {
                first: x,
                step: 1.0,
            },
            draw => draw,
        };
        match draw {
            Draw::Same(x) => x,
            Draw::Counting { first, step } => first + step * (k % 7.0),
            Draw::Random {
                least,
                most,
                signed,
            } => {
                let size = least * (most / least).powf(self.random.uniform());
                // Few digits, so that a point can be read.
                let size = (size * 1e3 / least).round() / 1e3 * least;
                let negative = signed && self.random.uniform() < 0.5;
                if negative { -size } else { size }
            }
            Draw::Mixed => match self.random.next_bits() % 6 {
                0 => 0.0,
                1 => (self.random.uniform() * 5.0).floor() - 2.0,
                2 => 1e-9 * (self.random.uniform() - 0.5),
                _ => self.random.uniform() * 4.0 - 2.0,
            },
        }
    }

    fn with_property(&mut self, value: Tensor, property: Property) -> Option<Tensor> {
        let shape = value.shape();
        let n = shape.m();
        if property.is_square() && shape.rows != shape.cols {
            return None;
        }
        Some(match property {
            Property::Integer => value,
            Property::Invertible => Tensor::from_fn(shape, |i, j| {
                value.at(i, j) + if i == j { 0.5 } else { 0.0 }
            }),
            Property::Symmetric => Tensor::from_fn(shape, |i, j| value.at(i.min(j), i.max(j))),
            Property::Definite => Tensor::from_fn(shape, |i, j| {
                let product: f64 = (0..n).map(|k| value.at(i, k) * value.at(j, k)).sum();
                product + if i == j { 1.0 } else { 0.0 }
            }),
            Property::Orthogonal => {
                // Reflections along random vectors.
                let mut result = Tensor::from_fn(shape, |i, j| f64::from(u8::from(i == j)));
                for _ in 0..n {
                    let v: Vec<f64> = (0..n).map(|_| self.random.normal()).collect();
                    let square: f64 = v.iter().map(|x| x * x).sum();
                    let along: Vec<f64> = (0..n)
                        .map(|j| (0..n).map(|k| v[k] * result.at(k, j)).sum())
                        .collect();
                    let reflected =
                        |i: usize, j: usize| result.at(i, j) - 2.0 * v[i] * along[j] / square;
                    result = Tensor::from_fn(shape, reflected);
                }
                result
            }
        })
    }
}
