//! Numbers as formulas of named sizes: 37, 41 and 43 are `n` at the sizes 37, 41 and 43.

/// A product of sizes, by their numbers, and what it is multiplied by.
type Product = (i64, Vec<usize>);

/// A number as a formula of sizes: a sum of products over a product.
#[derive(Clone, Debug, PartialEq)]
pub struct SizeFormula {
    terms: Vec<Product>,
    over: Product,
}

impl SizeFormula {
    /// A number that is the same for all sizes.
    pub fn number(x: i64) -> SizeFormula {
        SizeFormula::sum(vec![(x, vec![])])
    }

    fn sum(terms: Vec<Product>) -> SizeFormula {
        let mut kept: Vec<Product> = Vec::new();
        for (factor, sizes) in terms {
            match kept.iter_mut().find(|(_, known)| *known == sizes) {
                Some((known, _)) => *known += factor,
                None => kept.push((factor, sizes)),
            }
        }
        kept.retain(|(factor, _)| *factor != 0);
        // Numbers stand behind sizes, positive terms first.
        kept.sort_by_key(|(factor, sizes)| (sizes.is_empty(), *factor < 0, sizes.clone()));
        SizeFormula {
            terms: kept,
            over: (1, vec![]),
        }
    }

    /// The sum; `None` where one is a quotient.
    pub fn plus(&self, other: &SizeFormula) -> Option<SizeFormula> {
        let whole = |one: &SizeFormula| one.over == (1, vec![]);
        let terms = || self.terms.iter().chain(&other.terms).cloned().collect();
        (whole(self) && whole(other)).then(|| SizeFormula::sum(terms()))
    }

    /// The product; `None` where one is a quotient.
    pub(super) fn times(&self, other: &SizeFormula) -> Option<SizeFormula> {
        let whole = |one: &SizeFormula| one.over == (1, vec![]);
        let product = |(a, left): &Product, (b, right): &Product| {
            let mut sizes = [&left[..], &right[..]].concat();
            sizes.sort_unstable();
            (a * b, sizes)
        };
        let terms = self.terms.iter();
        let terms =
            terms.flat_map(|left| other.terms.iter().map(move |right| product(left, right)));
        (whole(self) && whole(other)).then(|| SizeFormula::sum(terms.collect()))
    }

    /// The sizes in it, by their numbers.
    pub fn sizes(&self) -> impl Iterator<Item = usize> + '_ {
        let terms = self.terms.iter().chain(std::iter::once(&self.over));
        terms.flat_map(|(_, sizes)| sizes.iter().copied())
    }

    /// The size, the factor and what is added, where it is a multiple of one size and a number.
    pub fn affine(&self) -> Option<(usize, i64, i64)> {
        let (first, rest) = self.terms.split_first()?;
        let added = match rest {
            [] => 0,
            [(added, sizes)] if sizes.is_empty() => *added,
            _ => return None,
        };
        match first {
            (factor, sizes) if sizes.len() == 1 && self.over == (1, vec![]) => {
                Some((sizes[0], *factor, added))
            }
            _ => None,
        }
    }

    /// Its text with these names, and true if that is a sum.
    pub fn text(&self, names: &[String], division: &str) -> (String, bool) {
        let product = |factor: i64, sizes: &[usize]| {
            let number = (factor != 1 || sizes.is_empty()).then(|| factor.to_string());
            let sizes = sizes.iter().map(|size| names[*size].clone());
            number
                .into_iter()
                .chain(sizes)
                .collect::<Vec<_>>()
                .join(" * ")
        };
        let mut text = String::new();
        for (factor, sizes) in &self.terms {
            let sign = match (text.is_empty(), *factor < 0) {
                (true, true) => "-",
                (true, false) => "",
                (false, true) => " - ",
                (false, false) => " + ",
            };
            text.push_str(sign);
            text.push_str(&product(factor.abs(), sizes));
        }
        if self.terms.is_empty() {
            text.push('0');
        }
        let is_sum = self.terms.len() > 1;
        if self.over == (1, vec![]) {
            return (text, is_sum);
        }
        let below = product(self.over.0, &self.over.1);
        let above = if is_sum { format!("({text})") } else { text };
        let below = if below.contains(' ') {
            format!("({below})")
        } else {
            below
        };
        (format!("{above} {division} {below}"), false)
    }

    /// The formula that has these values at these sizes.
    pub(super) fn of(values: &[f64], sizes: &[Vec<usize>]) -> Option<SizeFormula> {
        let count = sizes.first()?.len();
        let all = products(count);
        let value = |product: &[usize], at: usize| {
            product
                .iter()
                .map(|size| sizes[at][*size] as f64)
                .product::<f64>()
        };
        let whole = |x: f64| (x.fract() == 0.0 && x.abs() < 1e6).then_some(x as i64);
        let near = |a: f64, b: f64| (a - b).abs() <= 4.0 * f64::EPSILON * a.abs();
        for product in &all {
            let at = |k| value(product, k);
            let slope = (values[1] - values[0]) / (at(1) - at(0));
            let added = values[0] - slope * at(0);
            let fits = (0..values.len()).all(|k| slope * at(k) + added == values[k]);
            if let (true, Some(slope), Some(added)) = (fits, whole(slope), whole(added)) {
                let terms = vec![(slope, product.clone()), (added, vec![])];
                return Some(SizeFormula::sum(terms));
            }
            let scale = values[0] * at(0);
            let over = (0..values.len()).all(|k| near(values[k], scale / at(k)));
            if let (true, Some(scale)) = (over, whole(scale)) {
                return Some(SizeFormula {
                    terms: vec![(scale, vec![])],
                    over: (1, product.clone()),
                });
            }
            let part = at(0) / values[0];
            let shares = (0..values.len()).all(|k| near(values[k], at(k) / part));
            if let (true, Some(part)) = (shares, whole(part)) {
                return Some(SizeFormula {
                    terms: vec![(1, product.clone())],
                    over: (part, vec![]),
                });
            }
        }
        for (k, first) in all.iter().enumerate() {
            for second in &all[k + 1..] {
                for (one, other) in [(1, 1), (1, -1), (-1, 1)] {
                    let both = |at: usize| {
                        one as f64 * value(first, at) + other as f64 * value(second, at)
                    };
                    let left = |at: usize| values[at] - both(at);
                    let same = (1..values.len()).all(|at| left(at) == left(0));
                    if let (true, Some(added)) = (same, whole(left(0))) {
                        let terms = vec![
                            (one, first.clone()),
                            (other, second.clone()),
                            (added, vec![]),
                        ];
                        return Some(SizeFormula::sum(terms));
                    }
                }
            }
        }
        None
    }
}

/// The products of up to three of so many sizes, shorter ones first.
fn products(count: usize) -> Vec<Vec<usize>> {
    let mut found: Vec<Vec<usize>> = vec![vec![]];
    let mut first = 0;
    for _ in 0..3 {
        let last = found.len();
        for k in first..last {
            for size in found[k].last().copied().unwrap_or(0)..count {
                let longer = [&found[k][..], &[size]].concat();
                found.push(longer);
            }
        }
        first = last;
    }
    found.remove(0);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_tell_what_they_are() {
        let sizes = [vec![37, 53], vec![41, 59], vec![43, 61]];
        let names = ["n", "d"].map(str::to_string);
        let value = |f: fn(f64, f64) -> f64| -> Vec<f64> {
            sizes
                .iter()
                .map(|one| f(one[0] as f64, one[1] as f64))
                .collect()
        };
        for (values, text) in [
            (value(|n, _| n), "n"),
            (value(|n, _| n + 1.0), "n + 1"),
            (value(|_, d| 2.0 * d - 3.0), "2 * d - 3"),
            (value(|n, d| n * d), "n * d"),
            (value(|n, d| n + d + 2.0), "n + d + 2"),
            (value(|n, _| 1.0 / n), "1 / n"),
            (value(|n, d| 3.0 / (n * d)), "3 / (n * d)"),
            (value(|n, _| n / 2.0), "n / 2"),
            (value(|n, d| n * d + d), "n * d + d"),
        ] {
            let found = SizeFormula::of(&values, &sizes).expect(text);
            assert_eq!(found.text(&names, "/").0, text);
        }
        let other = value(|n, d| (n * d).sqrt());
        assert_eq!(SizeFormula::of(&other, &sizes), None);
    }
}
