//! One evaluation: random values for the inputs, and functions that obey the laws of the real ones.

use super::exact::Exact;
use super::field::{Tower, inverse};
use crate::primitives::arithmetic::POW;
use crate::primitives::elementary::{COS, EXP, LOG, SIN, SOFTPLUS};
use crate::primitives::random::SplitMix64;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};

/// A value as seen by a tower: as a value, as an exponent, as an angle.
pub(super) type Residues = [u64; 3];

/// A division by zero, or a power that does not exist in these fields: another sample may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unlucky;

pub(super) type Lucky = Result<Residues, Unlucky>;

/// An exponent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Exponent {
    /// A number.
    Number(Exact),
    /// A formula.
    Formula(Residues),
}

/// Random choices: the tower, e as a square, and the point that an angle of 1 leads to.
pub(super) struct Sample {
    tower: Tower,
    e: u64,
    turn: (u64, u64),
    salt: u64,
    random: SplitMix64,
    /// The logarithms of inputs: u for an input of the size e^u.
    logarithms: FxHashMap<u64, Residues>,
    /// 3 where exponents or angles occur, else 1.
    levels: usize,
}

impl Sample {
    pub fn new(number: usize, seed: u64, levels: usize) -> Sample {
        let tower = Tower::number(number);
        let mut random = SplitMix64::new(seed);
        let e = 2 + random.next_bits() % (tower.value.0 - 4);
        Sample {
            tower,
            e: tower.value.mul(e, e),
            turn: tower.turn(&mut random),
            salt: random.next_bits(),
            random,
            logarithms: FxHashMap::default(),
            levels,
        }
    }

    fn each(&self, of: impl Fn(super::field::Field, usize) -> u64) -> Residues {
        let mut result = [0; 3];
        let levels = self.tower.levels();
        for (k, place) in result.iter_mut().enumerate().take(self.levels) {
            *place = of(levels[k], k);
        }
        result
    }

    pub fn random(&mut self) -> Residues {
        let bits: [u64; 3] = std::array::from_fn(|_| self.random.next_bits());
        self.each(|field, k| bits[k] % field.0)
    }

    /// A random positive value.
    pub fn positive(&mut self) -> Residues {
        let root = self.random();
        self.mul(root, root)
    }

    /// A random value of an input; where exponents occur, one whose logarithm is known.
    pub fn input(&mut self, positive: bool) -> Residues {
        let mut value = match positive {
            true => self.positive(),
            false => self.random(),
        };
        if self.levels == 3 {
            let field = self.tower.value;
            let exponent = self.random();
            let size = field.pow(self.e, exponent[1]);
            self.logarithms.insert(size, exponent);
            let negative = !positive && self.random.next_bits() % 2 == 1;
            value[0] = if negative { field.neg(size) } else { size };
        }
        value
    }

    pub fn integer(&self, value: i128) -> Residues {
        self.each(|field, _| field.integer(value))
    }

    pub fn exact(&self, value: Exact) -> Lucky {
        self.div(self.integer(value.above), self.integer(value.below))
    }

    pub fn add(&self, a: Residues, b: Residues) -> Residues {
        self.each(|field, k| field.add(a[k], b[k]))
    }

    pub fn sub(&self, a: Residues, b: Residues) -> Residues {
        self.each(|field, k| field.sub(a[k], b[k]))
    }

    pub fn neg(&self, a: Residues) -> Residues {
        self.each(|field, k| field.neg(a[k]))
    }

    pub fn mul(&self, a: Residues, b: Residues) -> Residues {
        self.each(|field, k| field.mul(a[k], b[k]))
    }

    pub fn div(&self, a: Residues, b: Residues) -> Lucky {
        let mut result = [0; 3];
        let levels = self.tower.levels();
        for (k, place) in result.iter_mut().enumerate().take(self.levels) {
            *place = levels[k].mul(a[k], levels[k].inv(b[k]).ok_or(Unlucky)?);
        }
        Ok(result)
    }

    pub fn is_zero(&self, a: Residues) -> bool {
        a[0] == 0
    }

    /// The sign of a value, as an integer.
    pub fn sign(&self, a: Residues) -> i8 {
        self.tower.value.sign(a[0])
    }

    /// True if `a` is positive in every field.
    pub fn is_positive(&self, a: Residues) -> bool {
        let levels = self.tower.levels();
        (0..self.levels).all(|k| levels[k].sign(a[k]) > 0)
    }

    pub fn abs(&self, a: Residues) -> Residues {
        self.each(|field, k| field.abs(a[k]))
    }

    /// a to a power: of a itself for an integer, else of |a|.
    pub fn pow(&self, a: Residues, exponent: Exponent) -> Lucky {
        match exponent {
            Exponent::Number(number) if number.below == 1 => {
                let whole = number.above.unsigned_abs();
                let whole = u64::try_from(whole).map_err(|_| Unlucky)?;
                let power = self.each(|field, k| field.pow(a[k], whole));
                match number.above < 0 {
                    true => self.div(self.integer(1), power),
                    false => Ok(power),
                }
            }
            Exponent::Number(number) => {
                let mut result = [0; 3];
                let levels = self.tower.levels();
                for (k, place) in result.iter_mut().enumerate().take(self.levels) {
                    let order = levels[k].squares();
                    let below = u64::try_from(number.below).map_err(|_| Unlucky)?;
                    let above = number.above.rem_euclid(i128::from(order)) as u64;
                    let below = inverse(below, order).ok_or(Unlucky)?;
                    let exponent = (u128::from(above) * u128::from(below)) % u128::from(order);
                    *place = levels[k].pow(levels[k].abs(a[k]), exponent as u64);
                }
                Ok(result)
            }
            Exponent::Formula(exponent) => {
                let field = self.tower.value;
                let mut result = self.opaque_positive(POW.name, &[a[0], exponent[0]]);
                result[0] = field.pow(field.abs(a[0]), exponent[1]);
                Ok(result)
            }
        }
    }

    /// e to the power `a`.
    pub fn exp(&self, a: Residues) -> Residues {
        let mut result = self.opaque_positive(EXP.name, &[a[0]]);
        result[0] = self.tower.value.pow(self.e, a[1]);
        result
    }

    /// log|a|, with log|1/a| = −log|a|.
    pub fn log(&self, a: Residues) -> Lucky {
        let field = self.tower.value;
        let value = field.abs(a[0]);
        let other = field.inv(value).ok_or(Unlucky)?;
        if let Some(known) = self.logarithms.get(&value) {
            return Ok(*known);
        }
        if let Some(known) = self.logarithms.get(&other) {
            return Ok(self.neg(*known));
        }
        Ok(match (value == 1, other < value) {
            (true, _) => self.integer(0),
            (_, false) => self.opaque(LOG.name, &[value]),
            (_, true) => self.neg(self.opaque(LOG.name, &[other])),
        })
    }

    /// log(1 + e^a), which is that of −a, plus a.
    pub fn softplus(&self, a: Residues) -> Residues {
        let turned = self.sign(a) < 0;
        let key = if turned { self.neg(a) } else { a };
        let value = self.opaque(SOFTPLUS.name, &[key[0]]);
        if turned { self.add(value, a) } else { value }
    }

    /// Cosine and sine of `a`.
    pub fn circle(&self, a: Residues) -> (Residues, Residues) {
        let (cos, sin) = self.tower.turned(self.turn, a[2]);
        let mut result = (
            self.opaque(COS.name, &[a[0]]),
            self.opaque(SIN.name, &[a[0]]),
        );
        (result.0[0], result.1[0]) = (cos, sin);
        result
    }

    /// A function without known laws: the same value for the same arguments, and no other relation.
    pub fn opaque(&self, name: &str, arguments: &[u64]) -> Residues {
        let mut hasher = FxHasher::default();
        (self.salt, name).hash(&mut hasher);
        let mut state = hasher.finish();
        for argument in arguments {
            state = SplitMix64::new(state ^ argument).next_bits();
        }
        let mut bits = SplitMix64::new(state);
        let bits: [u64; 3] = std::array::from_fn(|_| bits.next_bits());
        self.each(|field, k| bits[k] % field.0)
    }

    fn opaque_positive(&self, name: &str, arguments: &[u64]) -> Residues {
        let root = self.opaque(name, arguments);
        self.mul(root, root)
    }

    /// The fraction of small numbers that a value is, if it is one.
    pub fn fraction(&self, a: Residues) -> Option<Exact> {
        const SMALL: i128 = 1 << 24;
        let modulus = i128::from(self.tower.value.0);
        let (mut r, mut next_r) = (modulus, i128::from(a[0]));
        let (mut t, mut next_t) = (0i128, 1i128);
        while next_r >= SMALL {
            let quotient = r / next_r;
            (r, next_r) = (next_r, r - quotient * next_r);
            (t, next_t) = (next_t, t - quotient * next_t);
        }
        let found = Exact::new(next_r, next_t)?;
        (found.below < SMALL).then_some(found)
    }
}
