//! Pairs: two operations on the same argument of which the second costs little where the first is computed.

use super::plan::Plan;
use super::reading::{Pair, PairKind, Place, Reading};
use crate::graph::Primitive;
use crate::graph::primitive::{Together, Twin};
use rustc_hash::FxHashMap;

/// Larger arrays are left to chains, which keep what lies between two operations near: that is worth more than
/// a function of the same argument, but less than one of its negative with an exponential and a division.
const LARGEST: usize = 512;

impl Plan<'_> {
    /// Finds what is computed in pairs.
    pub(super) fn find_pairs(&mut self) {
        for pair in self.twins().into_iter().chain(self.companions()) {
            let [a, b] = pair.made;
            let taken = |node| self.pairs.contains_key(&node) || self.makers.contains_key(&node);
            if taken(a) || taken(b) {
                continue;
            }
            // An entry that wants one of them gets both; both depend on the same.
            let zones = pair.made.map(|k| self.zones[k as usize]);
            let wanted = zones[0].wanted | zones[1].wanted;
            let wants_both = zones.iter().any(|zone| zone.wanted == wanted);
            if zones[0].depends != zones[1].depends || !wants_both {
                continue;
            }
            for node in pair.made {
                self.zones[node as usize].wanted = wanted;
            }
            self.pairs.insert(a.min(b), pair);
            self.makers.insert(a.max(b), a.min(b));
        }
    }

    /// The results of the pairs that are computed in the steps of `units`: those of one function, and those of
    /// the other.
    pub(super) fn twins_of(&self, units: &[Place]) -> [Vec<Place>; 2] {
        [0, 1].map(|k| {
            let made = units.iter().map(|unit| self.pairs[unit].made[k]);
            made.collect()
        })
    }

    /// Functions of the same numbers, or of them and of their negatives.
    fn twins(&self) -> Vec<Pair> {
        let leaders: Vec<(Place, Twin)> = (self.operations())
            .filter_map(|(place, row)| Some((place, row.twin?)))
            .collect();
        if leaders.is_empty() {
            return Vec::new();
        }
        // By the row, what it is a function of, and whether of its negative.
        let mut followers: FxHashMap<(&Primitive, Place, u32, bool), Place> = FxHashMap::default();
        for (place, row) in self.operations() {
            if !leaders.iter().any(|(_, twin)| row.is(twin.other)) {
                continue;
            }
            let arg = self.args(place)[0];
            for (arg, negated) in [Some((arg, false)), self.negated(arg).map(|arg| (arg, true))]
                .into_iter()
                .flatten()
            {
                let (root, offset) = self.root(arg);
                followers.insert((row, root, offset, negated), place);
            }
        }
        let pair = |(place, twin): (Place, Twin)| {
            let of = self.args(place)[0];
            let (root, offset) = self.root(of);
            let other = *followers.get(&(twin.other, root, offset, twin.negated))?;
            let shape = self.shape(place);
            let row = self.node(place).primitive()?;
            // A number or column that is repeated has no entry for each of the result.
            let plain = self.read(row, shape, of).reading == Reading::Plain;
            let worth_it = twin.negated || shape.len() <= LARGEST;
            (plain && worth_it && self.shape(other) == shape).then_some(Pair {
                kind: PairKind::Twins(twin.both),
                of,
                made: [place, other],
            })
        };
        leaders.into_iter().filter_map(pair).collect()
    }

    /// Operations on the same array of which one is the companion of the other.
    fn companions(&self) -> Vec<Pair> {
        let leaders: Vec<(Place, &'static Primitive, Together)> = self
            .operations()
            .filter_map(|(place, row)| row.companion.map(|(other, both)| (place, other, both)))
            .collect();
        if leaders.is_empty() {
            return Vec::new();
        }
        let key = |row, place| (row, self.args(place)[0], self.node(place).attr());
        let followers: FxHashMap<_, Place> = self
            .operations()
            .filter(|(_, row)| leaders.iter().any(|(_, other, _)| row.is(other)))
            .map(|(place, row)| (key(row, place), place))
            .collect();
        let pair = |(place, other, both)| {
            let follower = *followers.get(&key(other, place))?;
            Some(Pair {
                kind: PairKind::Together(both),
                of: self.args(place)[0],
                made: [place, follower],
            })
        };
        leaders.into_iter().filter_map(pair).collect()
    }
}
