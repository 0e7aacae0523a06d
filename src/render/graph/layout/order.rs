//! Ranks sorted so that few edges cross.

use super::Chart;

/// The most times that the ranks are sorted, and the most times without an improvement.
const SORTS: usize = 24;
const IN_VAIN: usize = 4;

impl Chart {
    /// Sorts the ranks so that few edges cross.
    pub(super) fn untangle(&mut self) {
        self.plant();
        let mut best = (self.crossings(), self.ranks.clone());
        let mut vain = 0;
        for round in 0..SORTS {
            if best.0 == 0 || vain == IN_VAIN {
                break;
            }
            self.sort(round % 2 == 0);
            self.swap();
            let count = self.crossings();
            vain += 1;
            if count < best.0 {
                best = (count, self.ranks.clone());
                vain = 0;
            }
        }
        self.ranks = best.1;
        self.number();
    }

    /// The first order: from every output down, so that a tree has no crossings; what is computed from
    /// the first inputs to the left.
    fn plant(&mut self) {
        let mut upwards: Vec<usize> = (0..self.spots.len()).collect();
        upwards.sort_by_key(|k| self.spots[*k].rank);
        let mut first = vec![0; self.spots.len()];
        for k in upwards {
            let below = self.spots[k].below.iter().map(|other| first[*other]);
            first[k] = below.min().unwrap_or(k);
        }
        let mut seen = vec![false; self.spots.len()];
        let roots = (0..self.spots.len()).filter(|k| self.spots[*k].above.is_empty());
        let mut stack: Vec<usize> = roots.collect();
        stack.reverse();
        while let Some(k) = stack.pop() {
            if !std::mem::replace(&mut seen[k], true) {
                self.ranks[self.spots[k].rank].push(k);
                let mut below = self.spots[k].below.clone();
                below.sort_by_key(|other| first[*other]);
                stack.extend(below.iter().rev());
            }
        }
        self.number();
    }

    fn number(&mut self) {
        for rank in &self.ranks {
            for (place, k) in rank.iter().enumerate() {
                self.places[*k] = place;
            }
        }
    }

    /// Sorts each rank by where its neighbours stand on the average, upwards or downwards.
    fn sort(&mut self, upwards: bool) {
        let height = self.ranks.len();
        for step in 0..height {
            let rank = if upwards { step } else { height - 1 - step };
            let mean = |k: usize| {
                let spot = &self.spots[k];
                let fixed = if upwards { &spot.below } else { &spot.above };
                let sum: usize = fixed.iter().map(|other| self.places[*other]).sum();
                match fixed.len() {
                    0 => self.places[k] as f64,
                    count => sum as f64 / count as f64,
                }
            };
            let mut sorted: Vec<(f64, usize)> =
                self.ranks[rank].iter().map(|k| (mean(*k), *k)).collect();
            sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
            for (place, (_, k)) in sorted.into_iter().enumerate() {
                self.ranks[rank][place] = k;
                self.places[k] = place;
            }
        }
    }

    /// Exchanges neighbours while that makes fewer crossings.
    fn swap(&mut self) {
        for _ in 0..SORTS {
            let mut better = false;
            for rank in 0..self.ranks.len() {
                for place in 1..self.ranks[rank].len() {
                    let (a, b) = (self.ranks[rank][place - 1], self.ranks[rank][place]);
                    if self.crossing(b, a) < self.crossing(a, b) {
                        self.ranks[rank].swap(place - 1, place);
                        self.places.swap(a, b);
                        better = true;
                    }
                }
            }
            if !better {
                break;
            }
        }
    }

    /// The number of crossings of the edges of two spots, the first to the left of the second.
    fn crossing(&self, left: usize, right: usize) -> usize {
        let (left, right) = (&self.spots[left], &self.spots[right]);
        let count = |left: &[usize], right: &[usize]| -> usize {
            let one = |a: &usize| {
                right
                    .iter()
                    .filter(|b| self.places[**b] < self.places[*a])
                    .count()
            };
            left.iter().map(one).sum()
        };
        count(&left.below, &right.below) + count(&left.above, &right.above)
    }

    /// The number of crossings, after Barth, Jünger and Mutzel: from left to right along the upper rank,
    /// the earlier lower ends that stand further to the right.
    fn crossings(&self) -> usize {
        let mut total = 0;
        for pair in self.ranks.windows(2) {
            // A Fenwick tree over the places of the lower rank.
            let mut tree = vec![0; pair[0].len() + 1];
            let mut before = 0;
            for k in &pair[1] {
                let mut ends: Vec<usize> = self.spots[*k]
                    .below
                    .iter()
                    .map(|other| self.places[*other] + 1)
                    .collect();
                ends.sort_unstable();
                for end in &ends {
                    let (mut up_to, mut at) = (0, *end);
                    while at > 0 {
                        up_to += tree[at];
                        at &= at - 1;
                    }
                    total += before - up_to;
                }
                for end in ends {
                    before += 1;
                    let mut at = end;
                    while at < tree.len() {
                        tree[at] += 1;
                        at += at & at.wrapping_neg();
                    }
                }
            }
        }
        total
    }
}
