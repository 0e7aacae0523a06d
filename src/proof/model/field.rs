//! Prime fields, and the towers of them in which formulas are evaluated.

use crate::primitives::random::SplitMix64;

/// The integers modulo a prime below 2⁶³.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field(pub u64);

impl Field {
    pub fn add(self, a: u64, b: u64) -> u64 {
        let sum = a + b;
        if sum >= self.0 { sum - self.0 } else { sum }
    }

    pub fn neg(self, a: u64) -> u64 {
        if a == 0 { 0 } else { self.0 - a }
    }

    pub fn sub(self, a: u64, b: u64) -> u64 {
        self.add(a, self.neg(b))
    }

    pub fn mul(self, a: u64, b: u64) -> u64 {
        ((u128::from(a) * u128::from(b)) % u128::from(self.0)) as u64
    }

    pub fn pow(self, mut a: u64, mut exponent: u64) -> u64 {
        let mut result = 1;
        while exponent > 0 {
            if exponent & 1 == 1 {
                result = self.mul(result, a);
            }
            a = self.mul(a, a);
            exponent >>= 1;
        }
        result
    }

    /// 1/a; `None` for 0.
    pub fn inv(self, a: u64) -> Option<u64> {
        inverse(a, self.0)
    }

    pub fn integer(self, value: i128) -> u64 {
        value.rem_euclid(i128::from(self.0)) as u64
    }

    /// The order of the squares, which stand for the positive numbers. It is odd, because −1 is no
    /// square: one of a and −a is.
    pub fn squares(self) -> u64 {
        (self.0 - 1) / 2
    }

    /// 1, 0 or −1, like the sign of a real number: multiplicative, and that of −a is the other one.
    pub fn sign(self, a: u64) -> i8 {
        match self.pow(a, self.squares()) {
            0 => 0,
            1 => 1,
            _ => -1,
        }
    }

    pub fn abs(self, a: u64) -> u64 {
        if self.sign(a) < 0 { self.neg(a) } else { a }
    }
}

/// 1/a modulo `modulus`; `None` where there is none.
pub(super) fn inverse(a: u64, modulus: u64) -> Option<u64> {
    let (mut r, mut next_r) = (i128::from(modulus), i128::from(a % modulus));
    let (mut t, mut next_t) = (0i128, 1i128);
    while next_r != 0 {
        let quotient = r / next_r;
        (r, next_r) = (next_r, r - quotient * next_r);
        (t, next_t) = (next_t, t - quotient * next_t);
    }
    (r == 1).then(|| t.rem_euclid(i128::from(modulus)) as u64)
}

/// The fields of one evaluation: values in `value`; exponents of e in `power`, whose prime is the order of
/// the squares of `value`; angles in `angle`, whose prime divides the order of the circle of `value`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tower {
    pub value: Field,
    pub power: Field,
    pub angle: Field,
}

/// The circle c² + s² = 1 over `value` has STEP times as many points as `angle` has elements.
const STEP: u64 = 240_240;

/// Primes r such that (120120·r − 1) and (240240·r − 1) are primes too. All three are −1 modulo 840:
/// then −1 is no square, 2, 3, 5 and 7 are, and halves, thirds, fifths and sevenths of exponents
/// exist.
const ANGLES: [u64; 16] = [
    35_184_370_919_039,
    35_184_370_797_239,
    35_184_370_646_879,
    35_184_370_423_439,
    35_184_368_577_119,
    35_184_368_120_159,
    35_184_367_905_959,
    35_184_367_805_999,
    35_184_367_264_199,
    35_184_366_441_839,
    35_184_364_478_759,
    35_184_364_475_399,
    35_184_364_136_039,
    35_184_363_784_919,
    35_184_363_639_599,
    35_184_363_435_479,
];

impl Tower {
    pub fn number(k: usize) -> Tower {
        let angle = ANGLES[k % ANGLES.len()];
        Tower {
            value: Field(STEP * angle - 1),
            power: Field(STEP / 2 * angle - 1),
            angle: Field(angle),
        }
    }

    pub fn levels(&self) -> [Field; 3] {
        [self.value, self.power, self.angle]
    }

    /// A random point (cosine, sine) of the circle whose order is the prime of `angle`.
    pub fn turn(&self, random: &mut SplitMix64) -> (u64, u64) {
        let field = self.value;
        loop {
            let t = random.next_bits() % field.0;
            let square = field.mul(t, t);
            // 1 + t² is never 0: −1 is no square.
            let Some(scale) = field.inv(field.add(1, square)) else {
                continue;
            };
            let point = (
                field.mul(field.sub(1, square), scale),
                field.mul(field.add(t, t), scale),
            );
            let turned = self.turned(point, STEP);
            if turned != (1, 0) {
                return turned;
            }
        }
    }

    /// The point at `times` times the angle of `point`.
    pub fn turned(&self, mut point: (u64, u64), mut times: u64) -> (u64, u64) {
        let field = self.value;
        let mut result = (1, 0);
        let product = |a: (u64, u64), b: (u64, u64)| {
            (
                field.sub(field.mul(a.0, b.0), field.mul(a.1, b.1)),
                field.add(field.mul(a.0, b.1), field.mul(a.1, b.0)),
            )
        };
        while times > 0 {
            if times & 1 == 1 {
                result = product(result, point);
            }
            point = product(point, point);
            times >>= 1;
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Miller and Rabin with the bases that decide below 2⁶⁴.
    fn is_prime(n: u64) -> bool {
        let bases = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];
        let field = Field(n);
        let twos = (n - 1).trailing_zeros();
        bases.iter().all(|base| {
            let mut x = field.pow(*base, (n - 1) >> twos);
            if x == 1 || x == n - 1 {
                return true;
            }
            (1..twos).any(|_| {
                x = field.mul(x, x);
                x == n - 1
            })
        })
    }

    #[test]
    fn the_primes_are_what_the_laws_need() {
        for k in 0..ANGLES.len() {
            let tower = Tower::number(k);
            for field in tower.levels() {
                assert!(is_prime(field.0));
                assert_eq!(field.0 % 840, 839);
                assert!([2, 3, 5, 7].iter().all(|n| field.sign(*n) == 1));
                assert_eq!(field.sign(field.0 - 1), -1);
                assert!((2..9).all(|n| inverse(n, field.squares()).is_some()));
            }
            assert_eq!(tower.value.squares(), tower.power.0);
            let turn = tower.turn(&mut SplitMix64::new(k as u64));
            assert_eq!(tower.turned(turn, tower.angle.0), (1, 0));
        }
    }
}
