//! Polynomials in one variable with whole coefficients, and their factors.

use super::modular::{self, residue, symmetric};

/// Coefficients from the constant up, the last one not 0.
pub type Whole = Vec<i128>;

/// Combinations of factors modulo a prime that are tried.
const COMBINATIONS: usize = 20_000;

fn divisor_of(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a as i128
}

/// a·b; `None` where a coefficient does not fit.
pub fn product(a: &[i128], b: &[i128]) -> Option<Whole> {
    let mut result = vec![0i128; a.len() + b.len() - 1];
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().enumerate() {
            result[i + j] = result[i + j].checked_add(x.checked_mul(*y)?)?;
        }
    }
    Some(result)
}

/// a/b where that has no rest.
fn quotient(a: &[i128], b: &[i128]) -> Option<Whole> {
    let lead = *b.last()?;
    if a.len() < b.len() {
        return None;
    }
    let mut rest = a.to_vec();
    let mut result = vec![0i128; a.len() - b.len() + 1];
    for k in (0..result.len()).rev() {
        let top = rest[k + b.len() - 1];
        if top % lead != 0 {
            return None;
        }
        result[k] = top / lead;
        for (j, y) in b.iter().enumerate() {
            rest[k + j] = rest[k + j].checked_sub(result[k].checked_mul(*y)?)?;
        }
    }
    rest.iter().all(|c| *c == 0).then_some(result)
}

/// Without the common divisor of its coefficients, the last one positive.
fn primitive(p: &[i128]) -> Whole {
    let content = p.iter().fold(0, |a, b| divisor_of(a, *b)).max(1);
    let sign = p.last().map_or(1, |lead| lead.signum());
    p.iter().map(|c| sign * *c / content).collect()
}

/// The irreducible factors of a polynomial without common divisor, with their multiplicities: all of
/// them, unless its coefficients are very large.
///
/// A factor over the whole numbers is a product of factors modulo a prime that is larger than all its
/// coefficients. Which ones belong together is found by dividing.
pub fn factors(p: &[i128]) -> Vec<(Whole, u32)> {
    let mut found: Vec<(Whole, u32)> = Vec::new();
    let mut rest = p.to_vec();
    let zeros = rest.iter().take_while(|c| **c == 0).count();
    if zeros > 0 {
        rest.drain(..zeros);
        found.push((vec![0, 1], zeros as u32));
    }
    let residues: Vec<u64> = rest.iter().map(|c| residue(*c)).collect();
    let mut parts = match rest.len() {
        0 | 1 => Vec::new(),
        _ => modular::irreducible_factors(&residues),
    };
    let mut size = 1;
    let mut tried = 0;
    while 2 * size <= parts.len() && tried < COMBINATIONS {
        let mut choice: Vec<usize> = (0..size).collect();
        loop {
            tried += 1;
            if let Some(factor) = candidate(&rest, &parts, &choice) {
                let (divided, times) = divided_out(rest, &factor);
                rest = divided;
                found.push((factor, times));
                for k in choice.iter().rev() {
                    parts.remove(*k);
                }
                choice = (0..size).collect();
                if 2 * size > parts.len() {
                    break;
                }
                continue;
            }
            if tried >= COMBINATIONS || !next_choice(&mut choice, parts.len()) {
                break;
            }
        }
        size += 1;
    }
    if rest.len() > 1 {
        // What is left is one factor, or a power of it.
        let all: Vec<usize> = (0..parts.len()).collect();
        match candidate(&rest, &parts, &all) {
            Some(factor) => {
                let (divided, times) = divided_out(rest, &factor);
                found.push((factor, times));
                rest = divided;
            }
            None => {
                found.push((rest, 1));
                rest = vec![1];
            }
        }
    }
    if rest != [1] {
        found.push((rest, 1));
    }
    found
}

/// The factor of `p` that is the product of these of its factors modulo the prime.
fn candidate(p: &[i128], parts: &[modular::Residues], choice: &[usize]) -> Option<Whole> {
    let lead = residue(*p.last()?);
    let one = vec![1];
    let whole = choice
        .iter()
        .fold(one, |whole, k| modular::product(&whole, &parts[*k]));
    let lifted: Whole = modular::with_lead(&whole, lead)
        .into_iter()
        .map(symmetric)
        .collect();
    let factor = primitive(&lifted);
    quotient(p, &factor).map(|_| factor)
}

/// `p` without the factor, and how often it was there.
fn divided_out(mut p: Whole, factor: &[i128]) -> (Whole, u32) {
    let mut times = 0;
    while let Some(rest) = quotient(&p, factor) {
        p = rest;
        times += 1;
    }
    (p, times)
}

/// The next combination of indices below `count` in order.
fn next_choice(choice: &mut [usize], count: usize) -> bool {
    let size = choice.len();
    for k in (0..size).rev() {
        if choice[k] + size - k < count {
            choice[k] += 1;
            for j in k + 1..size {
                choice[j] = choice[j - 1] + 1;
            }
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_irreducible_and_multiply_to_the_whole() {
        for (p, degrees) in [
            (vec![-1, 0, 1], vec![1, 1]),
            (vec![4, 0, 0, 0, 1], vec![2, 2]),
            (vec![1, 0, 0, 0, 1], vec![4]),
            (vec![1, 3, 3, 1], vec![1, 1, 1]),
            (vec![0, 0, -6, 1, 2], vec![1, 1, 1, 1]),
            (
                vec![-1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
                vec![1, 1, 2, 2, 2, 4],
            ),
            (vec![5, 1], vec![1]),
            (vec![1, 2, 3, 2, 1], vec![2, 2]),
        ] {
            let found = factors(&p);
            let mut whole = vec![1];
            let mut own = Vec::new();
            for (factor, times) in &found {
                for _ in 0..*times {
                    whole = product(&whole, factor).unwrap();
                    own.push(factor.len() - 1);
                }
            }
            own.sort_unstable();
            assert_eq!((whole, own), (p, degrees));
        }
    }
}
