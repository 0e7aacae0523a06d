//! Systems of equations with few coefficients: those that lie near the diagonal once the unknowns are put
//! in a good order, and a border of the few that meet very many others.

use crate::graph::primitive::Fault;
use crate::stop;

/// A matrix, factored.
pub struct Banded {
    /// The unknowns, in the order of elimination: those of the band, then those of the border.
    order: Vec<usize>,
    band: Band,
    /// The border's columns, solved with the band, one after the other.
    right: Vec<f64>,
    /// The border's rows, before the border itself.
    below: Vec<(usize, usize, f64)>,
    /// What is left of the border: a full matrix.
    corner: Band,
}

/// Rows and columns of a band with partial pivoting: L and U in one, row by row, each from `lower` places
/// left of the diagonal on.
struct Band {
    n: usize,
    lower: usize,
    width: usize,
    factors: Vec<f64>,
    /// The row that was exchanged for each.
    pivots: Vec<usize>,
}

/// A row with more coefficients than this and than so many times the usual number belongs to the border.
const MANY: usize = 16;

/// So few unknowns have no border: what is left of the border is less exact where the rest is nearly singular.
const FEW: usize = 1000;

/// Numbers that a band may have.
const MOST: usize = 1 << 28;

impl Banded {
    /// Factors the n×n matrix with these values; those in the same place add up.
    ///
    /// # Errors
    /// If it is singular, or too wide.
    pub fn factored(n: usize, places: &[(usize, usize)], values: &[f64]) -> Result<Banded, Fault> {
        let neighbours = Neighbours::of(n, places);
        let usual = MANY + 4 * places.len() / n.max(1);
        let (border, inner): (Vec<usize>, Vec<usize>) =
            (0..n).partition(|v| n > FEW && neighbours.of_one(*v).len() > usual);
        let found = Banded::bordered(&neighbours, inner, &border, places, values);
        match found {
            // The part without the border may be singular although the whole is not.
            Err(Fault::Singular) if !border.is_empty() => {
                Banded::bordered(&neighbours, (0..n).collect(), &[], places, values)
            }
            found => found,
        }
    }

    fn bordered(
        neighbours: &Neighbours,
        inner: Vec<usize>,
        border: &[usize],
        places: &[(usize, usize)],
        values: &[f64],
    ) -> Result<Banded, Fault> {
        let (n, k) = (inner.len(), border.len());
        let mut order = neighbours.narrow(inner);
        order.extend(border);
        let mut position = vec![0; n + k];
        for (at, v) in order.iter().enumerate() {
            position[*v] = at;
        }
        let at = |(i, j): (usize, usize)| (position[i], position[j]);
        let in_band = |(i, j): (usize, usize)| i < n && j < n;
        let (mut lower, mut upper) = (0, 0);
        for (i, j) in places
            .iter()
            .map(|place| at(*place))
            .filter(|place| in_band(*place))
        {
            lower = lower.max(i.saturating_sub(j));
            upper = upper.max(j.saturating_sub(i));
        }
        let mut band = Band::zero(n, lower, upper)?;
        let mut right = vec![0.0; n * k];
        let mut below = Vec::new();
        let mut corner = Band::zero(k, k.saturating_sub(1), k.saturating_sub(1))?;
        for (place, value) in places.iter().zip(values) {
            match at(*place) {
                (i, j) if i < n && j < n => *band.entry(i, j) += value,
                (i, j) if i < n => right[i + (j - n) * n] += value,
                (i, j) if j < n => below.push((i - n, j, *value)),
                (i, j) => *corner.entry(i - n, j - n) += value,
            }
        }
        band.factor()?;
        for column in right.chunks_exact_mut(n.max(1)) {
            band.solve(column);
        }
        for (i, j, value) in &below {
            for c in 0..k {
                *corner.entry(*i, c) -= value * right[*j + c * n];
            }
        }
        corner.factor()?;
        Ok(Banded {
            order,
            band,
            right,
            below,
            corner,
        })
    }

    /// Solves for one right side.
    pub fn solve(&self, b: &[f64], out: &mut [f64]) {
        let n = self.band.n;
        let mut x: Vec<f64> = self.order.iter().map(|v| b[*v]).collect();
        let (inner, border) = x.split_at_mut(n);
        self.band.solve(inner);
        for (i, j, value) in &self.below {
            border[*i] -= value * inner[*j];
        }
        self.corner.solve(border);
        for (column, x) in self.right.chunks_exact(n.max(1)).zip(border.iter()) {
            for (inner, value) in inner.iter_mut().zip(column) {
                *inner -= value * x;
            }
        }
        for (v, x) in self.order.iter().zip(x) {
            out[*v] = x;
        }
    }
}

impl Band {
    fn zero(n: usize, lower: usize, upper: usize) -> Result<Band, Fault> {
        // Exchanged rows reach further to the right.
        let width = 2 * lower + upper + 1;
        if n.saturating_mul(width) > MOST {
            return Err(Fault::TooWide);
        }
        Ok(Band {
            n,
            lower,
            width,
            factors: vec![0.0; n * width],
            pivots: (0..n).collect(),
        })
    }

    fn place(&self, i: usize, j: usize) -> usize {
        i * self.width + j + self.lower - i
    }

    fn entry(&mut self, i: usize, j: usize) -> &mut f64 {
        let place = self.place(i, j);
        &mut self.factors[place]
    }

    fn at(&self, i: usize, j: usize) -> f64 {
        self.factors[self.place(i, j)]
    }

    /// L and U. A pivot counts as zero where its column is no larger than the rounding error of the numbers
    /// that it was computed from.
    fn factor(&mut self) -> Result<(), Fault> {
        let mut magnitude: Vec<f64> = self.factors.iter().map(|x| x.abs()).collect();
        for k in 0..self.n {
            if k.is_multiple_of(1024) && stop::requested() {
                return Ok(());
            }
            let last = (k + self.lower).min(self.n - 1);
            let size = |i: usize| self.at(i, k).abs();
            let pivot = (k..=last).fold(k, |best, i| if size(i) > size(best) { i } else { best });
            let noise = |i: usize| {
                let noise = (2 * self.width) as f64 * f64::EPSILON * magnitude[self.place(i, k)];
                self.at(i, k).abs() <= noise
            };
            if (k..=last).all(noise) {
                return Err(Fault::Singular);
            }
            let end = (k + self.width - self.lower).min(self.n);
            self.pivots[k] = pivot;
            if pivot != k {
                for j in k..end {
                    let [a, b] = [self.place(k, j), self.place(pivot, j)];
                    self.factors.swap(a, b);
                    magnitude.swap(a, b);
                }
            }
            let head = self.at(k, k);
            for i in k + 1..=last {
                let place = self.place(i, k);
                let factor = self.factors[place] / head;
                self.factors[place] = factor;
                if factor == 0.0 {
                    continue;
                }
                let (above, from) = (self.place(k, k + 1), place + 1);
                for step in 0..end - k - 1 {
                    let product = factor * self.factors[above + step];
                    self.factors[from + step] -= product;
                    magnitude[from + step] += product.abs();
                }
            }
        }
        Ok(())
    }

    fn solve(&self, x: &mut [f64]) {
        for k in 0..self.n {
            x.swap(k, self.pivots[k]);
            for i in k + 1..=(k + self.lower).min(self.n - 1) {
                x[i] -= self.at(i, k) * x[k];
            }
        }
        for k in (0..self.n).rev() {
            let end = (k + self.width - self.lower).min(self.n);
            for j in k + 1..end {
                x[k] -= self.at(k, j) * x[j];
            }
            x[k] /= self.at(k, k);
        }
    }
}

/// The unknowns that stand in an equation together.
struct Neighbours {
    ends: Vec<usize>,
    others: Vec<usize>,
}

impl Neighbours {
    fn of(n: usize, places: &[(usize, usize)]) -> Neighbours {
        let apart = || places.iter().filter(|(i, j)| i != j);
        let mut pairs: Vec<(usize, usize)> =
            apart().flat_map(|(i, j)| [(*i, *j), (*j, *i)]).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let mut ends = vec![0; n + 1];
        for (i, _) in &pairs {
            ends[i + 1] += 1;
        }
        for v in 0..n {
            ends[v + 1] += ends[v];
        }
        Neighbours {
            ends,
            others: pairs.into_iter().map(|(_, j)| j).collect(),
        }
    }

    fn of_one(&self, v: usize) -> &[usize] {
        &self.others[self.ends[v]..self.ends[v + 1]]
    }

    /// An order of `inner` in which neighbours stand close to each other (Cuthill and McKee, reversed): from
    /// an unknown at the edge, layer by layer.
    fn narrow(&self, inner: Vec<usize>) -> Vec<usize> {
        let n = self.ends.len() - 1;
        let mut open = vec![false; n];
        inner.iter().for_each(|v| open[*v] = true);
        let mut starts = inner.clone();
        starts.sort_by_key(|v| self.of_one(*v).len());
        let mut order: Vec<usize> = Vec::with_capacity(inner.len());
        let mut layer = vec![usize::MAX; n];
        for start in starts {
            if !open[start] {
                continue;
            }
            // The last one reached lies at the edge.
            let reached = self.walk(start, &open, &mut layer);
            let edge = reached.last().copied().unwrap_or(start);
            for v in self.walk(edge, &open, &mut layer) {
                open[v] = false;
                order.push(v);
            }
        }
        order.reverse();
        order
    }

    /// What is open and connected with `start`, layer by layer, of each one's neighbours those with few
    /// first.
    fn walk(&self, start: usize, open: &[bool], seen: &mut [usize]) -> Vec<usize> {
        // Every walk through the same part starts elsewhere.
        let mark = start;
        let mut reached = vec![start];
        seen[start] = mark;
        let mut next = 0;
        while next < reached.len() {
            let mut others: Vec<usize> = (self.of_one(reached[next]).iter().copied())
                .filter(|w| open[*w] && seen[*w] != mark)
                .collect();
            others.sort_by_key(|w| self.of_one(*w).len());
            for w in others {
                seen[w] = mark;
                reached.push(w);
            }
            next += 1;
        }
        reached
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::random::SplitMix64;

    fn solves(n: usize, has: impl Fn(usize, usize) -> bool, seed: u64) {
        let mut random = SplitMix64::new(seed);
        let all = (0..n * n).map(|k| (k % n, k / n));
        let places: Vec<(usize, usize)> = all.filter(|(i, j)| has(*i, *j)).collect();
        let values: Vec<f64> = places.iter().map(|_| random.normal()).collect();
        let x: Vec<f64> = (0..n).map(|_| random.normal()).collect();
        let mut b = vec![0.0; n];
        for ((i, j), value) in places.iter().zip(&values) {
            b[*i] += value * x[*j];
        }
        let mut found = vec![0.0; n];
        let factors = Banded::factored(n, &places, &values).expect("regular");
        factors.solve(&b, &mut found);
        let mut worst: f64 = 0.0;
        for ((i, j), value) in places.iter().zip(&values) {
            b[*i] -= value * found[*j];
        }
        b.iter().for_each(|left| worst = worst.max(left.abs()));
        assert!(worst < 1e-8, "n = {n}, residual {worst}");
    }

    #[test]
    fn bands_arrows_and_full_matrices_are_solved() {
        for seed in 0..10 {
            solves(60, |i, j| i.abs_diff(j) <= 2, seed);
            solves(
                60,
                |i, j| i == j || i == 0 || j == 0 || i.abs_diff(j) == 1,
                seed,
            );
            solves(
                100,
                |i, j| i == j || i == 7 || j == 7 || i == 50 || j == 50,
                seed,
            );
            solves(9, |_, _| true, seed);
            // A ring, and its unknowns in another order.
            let ring = |i: usize, j: usize| (i * 7 % 50).abs_diff(j * 7 % 50) % 48 <= 1;
            solves(50, ring, seed);
        }
        solves(1, |_, _| true, 3);
    }

    #[test]
    fn a_singular_matrix_is_refused() {
        let places = [(0, 0), (0, 1), (1, 0), (1, 1)];
        let singular = Banded::factored(2, &places, &[1.0, 2.0, 2.0, 4.0]);
        assert_eq!(singular.err(), Some(Fault::Singular));
        // The zero on the diagonal needs an exchange.
        let factors = Banded::factored(2, &places[1..3], &[2.0, 4.0]).expect("regular");
        let mut x = [0.0; 2];
        factors.solve(&[2.0, 12.0], &mut x);
        assert_eq!(x, [3.0, 1.0]);
    }
}
