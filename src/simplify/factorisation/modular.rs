//! Polynomials modulo a large prime, and their factors.

/// The prime 2^61 − 1: reduction is a shift and an addition.
pub const PRIME: u64 = (1 << 61) - 1;

/// Coefficients from the constant up, the last one not 0; no coefficient for 0.
pub type Residues = Vec<u64>;

/// a + b
pub fn add(a: u64, b: u64) -> u64 {
    let sum = a + b;
    if sum >= PRIME { sum - PRIME } else { sum }
}

fn sub(a: u64, b: u64) -> u64 {
    if a >= b { a - b } else { a + PRIME - b }
}

/// a·b
pub fn mul(a: u64, b: u64) -> u64 {
    let wide = u128::from(a) * u128::from(b);
    add((wide as u64) & PRIME, (wide >> 61) as u64)
}

/// base^exponent
pub fn power(mut base: u64, mut exponent: u64) -> u64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = mul(result, base);
        }
        base = mul(base, base);
        exponent >>= 1;
    }
    result
}

fn inverse(a: u64) -> u64 {
    power(a, PRIME - 2)
}

/// The residue of a whole number.
pub fn residue(value: i128) -> u64 {
    value.rem_euclid(i128::from(PRIME)) as u64
}

/// The whole number nearest to 0 with this residue.
pub fn symmetric(value: u64) -> i128 {
    match value > PRIME / 2 {
        true => i128::from(value) - i128::from(PRIME),
        false => i128::from(value),
    }
}

/// Without leading coefficients that are 0.
pub fn trimmed(mut p: Residues) -> Residues {
    while p.last() == Some(&0) {
        p.pop();
    }
    p
}

/// a·b
pub fn product(a: &[u64], b: &[u64]) -> Residues {
    if a.is_empty() || b.is_empty() {
        return Residues::new();
    }
    let mut result = vec![0; a.len() + b.len() - 1];
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().enumerate() {
            result[i + j] = add(result[i + j], mul(*x, *y));
        }
    }
    result
}

/// Quotient and rest of a/b, where b is not 0.
fn divided(a: &[u64], b: &[u64]) -> (Residues, Residues) {
    let mut rest = a.to_vec();
    let Some(lead) = b.last() else {
        return (Residues::new(), rest);
    };
    if a.len() < b.len() {
        return (Residues::new(), rest);
    }
    let inverse = inverse(*lead);
    let mut quotient = vec![0; a.len() - b.len() + 1];
    for k in (0..quotient.len()).rev() {
        let factor = mul(rest[k + b.len() - 1], inverse);
        quotient[k] = factor;
        for (j, y) in b.iter().enumerate() {
            rest[k + j] = sub(rest[k + j], mul(factor, *y));
        }
    }
    (quotient, trimmed(rest))
}

/// True if `by`, which is not 0, divides `whole`.
pub fn divides(by: &[u64], whole: &[u64]) -> bool {
    divided(whole, by).1.is_empty()
}

/// The multiple with the leading coefficient `lead`.
pub fn with_lead(p: &[u64], lead: u64) -> Residues {
    let factor = mul(lead, p.last().map_or(1, |last| inverse(*last)));
    p.iter().map(|c| mul(*c, factor)).collect()
}

/// The greatest common divisor, with the leading coefficient 1.
pub fn common_divisor(a: &[u64], b: &[u64]) -> Residues {
    let (mut a, mut b) = (a.to_vec(), b.to_vec());
    while !b.is_empty() {
        let (_, rest) = divided(&a, &b);
        (a, b) = (b, rest);
    }
    with_lead(&a, 1)
}

fn derivative(p: &[u64]) -> Residues {
    let terms = p.iter().enumerate().skip(1);
    trimmed(terms.map(|(k, c)| mul(*c, k as u64)).collect())
}

/// base^exponent modulo `by`.
fn power_modulo(base: &[u64], mut exponent: u64, by: &[u64]) -> Residues {
    let mut base = divided(base, by).1;
    let mut result = vec![1];
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = divided(&product(&result, &base), by).1;
        }
        base = divided(&product(&base, &base), by).1;
        exponent >>= 1;
    }
    result
}

/// The different irreducible factors of a polynomial, with the leading coefficient 1 (Cantor and
/// Zassenhaus).
pub fn irreducible_factors(p: &[u64]) -> Vec<Residues> {
    let repeated = common_divisor(p, &derivative(p));
    let mut rest = with_lead(&divided(p, &repeated).0, 1);
    let mut factors = Vec::new();
    // x^(p^d) − x is the product of all irreducible polynomials whose degree divides d.
    let mut frobenius = vec![0, 1];
    let mut degree = 0;
    while rest.len() > 1 {
        degree += 1;
        if rest.len() - 1 < 2 * degree {
            factors.push(rest);
            break;
        }
        frobenius = power_modulo(&frobenius, PRIME, &rest);
        let mut minus_x = frobenius.clone();
        minus_x.resize(minus_x.len().max(2), 0);
        minus_x[1] = sub(minus_x[1], 1);
        let equal = common_divisor(&rest, &trimmed(minus_x));
        if equal.len() > 1 {
            rest = with_lead(&divided(&rest, &equal).0, 1);
            frobenius = divided(&frobenius, &rest).1;
            split(equal, degree, &mut factors);
        }
    }
    factors
}

/// Splits a product of irreducible polynomials of one degree.
fn split(whole: Residues, degree: usize, factors: &mut Vec<Residues>) {
    let mut todo = vec![whole];
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % PRIME
    };
    while let Some(p) = todo.pop() {
        if p.len() - 1 <= degree {
            factors.push(p);
            continue;
        }
        // r^((p^d − 1)/2) is 1 modulo about half of them: (p^d − 1)/2 = (1 + p + … + p^(d−1))·(p − 1)/2.
        let guess: Residues = trimmed((1..p.len()).map(|_| random()).collect());
        let mut norm = divided(&guess, &p).1;
        let mut conjugate = norm.clone();
        for _ in 1..degree {
            conjugate = power_modulo(&conjugate, PRIME, &p);
            norm = divided(&product(&norm, &conjugate), &p).1;
        }
        let mut root = power_modulo(&norm, (PRIME - 1) / 2, &p);
        root.resize(root.len().max(1), 0);
        root[0] = sub(root[0], 1);
        let part = common_divisor(&p, &trimmed(root));
        if part.len() > 1 && part.len() < p.len() {
            todo.push(with_lead(&divided(&p, &part).0, 1));
            todo.push(part);
        } else {
            todo.push(p);
        }
    }
}
