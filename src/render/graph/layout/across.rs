//! The horizontal positions, after Brandes and Köpf, *Fast and simple horizontal
//! coordinate assignment*, 2001: long edges are straight, and boxes stand over the middle of their
//! neighbours.

use super::Chart;
use rustc_hash::FxHashSet;

/// Between two boxes of a rank, and between two edges.
const BETWEEN_BOXES: f64 = 28.0;
const BETWEEN_EDGES: f64 = 14.0;

impl Chart {
    /// The horizontal centres of the spots. Four layouts keep to the ranks below or above, to the left
    /// or to the right; the result is the mean of the two in the middle.
    pub(super) fn across(&self) -> Vec<f64> {
        let crossed = self.crossed();
        let mut four = Vec::new();
        for upwards in [true, false] {
            for leftwards in [true, false] {
                let (roots, order) = self.aligned(upwards, leftwards, &crossed);
                four.push((leftwards, self.compact(&roots, &order, leftwards)));
            }
        }
        let ends = |across: &[f64]| {
            let mut ends = (f64::INFINITY, f64::NEG_INFINITY);
            for (x, spot) in across.iter().zip(&self.spots) {
                let half = spot.size.width / 2.0;
                ends = (ends.0.min(x - half), ends.1.max(x + half));
            }
            ends
        };
        let narrowest = four.iter().map(|(_, across)| ends(across));
        let narrowest = narrowest.min_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)));
        let Some((left, right)) = narrowest else {
            return Vec::new();
        };
        for (leftwards, across) in &mut four {
            let own = ends(across);
            let shift = if *leftwards {
                left - own.0
            } else {
                right - own.1
            };
            across.iter_mut().for_each(|x| *x += shift);
        }
        let middle = |k: usize| {
            let mut xs = [0, 1, 2, 3].map(|layout| four[layout].1[k]);
            xs.sort_by(f64::total_cmp);
            (xs[1] + xs[2]) / 2.0
        };
        (0..self.spots.len()).map(middle).collect()
    }

    /// The edges, below and above, that cross an inner part of a long edge, which is to be straight.
    fn crossed(&self) -> FxHashSet<(usize, usize)> {
        let mut crossed = FxHashSet::default();
        for pair in self.ranks.windows(2) {
            let upper = &pair[1];
            let (mut least, mut from) = (0, 0);
            for (to, k) in upper.iter().enumerate() {
                let spot = &self.spots[*k];
                let inner = spot
                    .below
                    .first()
                    .filter(|below| spot.passing && self.spots[**below].passing);
                if inner.is_none() && to + 1 < upper.len() {
                    continue;
                }
                let most = inner.map_or(pair[0].len(), |below| self.places[*below]);
                for above in &upper[from..=to] {
                    for below in &self.spots[*above].below {
                        let inside = (least..=most).contains(&self.places[*below]);
                        let inner = self.spots[*below].passing && self.spots[*above].passing;
                        if !inside && !inner {
                            crossed.insert((*below, *above));
                        }
                    }
                }
                (least, from) = (most, to + 1);
            }
        }
        crossed
    }

    /// Puts each spot on one line with the middle one of its neighbours where that is still free.
    /// Returns the spot that stands for each one's line, and the spots in the order of the ranks.
    fn aligned(
        &self,
        upwards: bool,
        leftwards: bool,
        crossed: &FxHashSet<(usize, usize)>,
    ) -> (Vec<usize>, Vec<Vec<usize>>) {
        let mut roots: Vec<usize> = (0..self.spots.len()).collect();
        let mut ranks = self.ranks.clone();
        if !upwards {
            ranks.reverse();
        }
        if !leftwards {
            ranks.iter_mut().for_each(|rank| rank.reverse());
        }
        for pair in ranks.windows(2) {
            let place = |k: usize| match leftwards {
                true => self.places[k] + 1,
                false => pair[0].len() - self.places[k],
            };
            let mut last = 0;
            for k in &pair[1] {
                let spot = &self.spots[*k];
                let near = if upwards { &spot.below } else { &spot.above };
                let mut near: Vec<usize> = near.clone();
                near.sort_by_key(|other| place(*other));
                let count = near.len();
                for other in near
                    .iter()
                    .skip(count.saturating_sub(1) / 2)
                    .take(2 - count % 2)
                {
                    let edge = if upwards { (*other, *k) } else { (*k, *other) };
                    if roots[*k] == *k && last < place(*other) && !crossed.contains(&edge) {
                        roots[*k] = roots[*other];
                        last = place(*other);
                    }
                }
            }
        }
        (roots, ranks)
    }

    /// Moves every line as far to the left as its neighbours allow, then back to the right as far as
    /// others do not have to give way.
    fn compact(&self, roots: &[usize], ranks: &[Vec<usize>], leftwards: bool) -> Vec<f64> {
        let mut after: Vec<Vec<(usize, f64)>> = vec![Vec::new(); roots.len()];
        let mut waits = vec![0; roots.len()];
        let half = |k: usize| {
            let spot = &self.spots[k];
            let gap = if spot.passing {
                BETWEEN_EDGES
            } else {
                BETWEEN_BOXES
            };
            (spot.size.width + gap) / 2.0
        };
        for pair in ranks.iter().flat_map(|rank| rank.windows(2)) {
            after[roots[pair[0]]].push((roots[pair[1]], half(pair[0]) + half(pair[1])));
            waits[roots[pair[1]]] += 1;
        }
        let mut order: Vec<usize> = (0..roots.len())
            .filter(|k| roots[*k] == *k && waits[*k] == 0)
            .collect();
        let mut across = vec![0.0f64; roots.len()];
        let mut done = 0;
        while let Some(k) = order.get(done).copied() {
            done += 1;
            for (right, apart) in &after[k] {
                across[*right] = across[*right].max(across[k] + apart);
                waits[*right] -= 1;
                if waits[*right] == 0 {
                    order.push(*right);
                }
            }
        }
        for k in order.into_iter().rev() {
            let room = after[k].iter().map(|(right, apart)| across[*right] - apart);
            let room = room.fold(f64::INFINITY, f64::min);
            if room.is_finite() {
                across[k] = across[k].max(room);
            }
        }
        let sign = if leftwards { 1.0 } else { -1.0 };
        roots.iter().map(|root| sign * across[*root]).collect()
    }
}
