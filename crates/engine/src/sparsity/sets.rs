//! Sets of entries of a variable, each kept once.

use rustc_hash::FxHashMap;

/// A set by its number: 0 is the empty one, k the one of entry k − 1 alone.
pub(super) type SetId = u32;

/// No entry.
pub(super) const EMPTY: SetId = 0;

/// The sets made so far. Equal ones are one, so a set that many entries share takes its room once, and
/// the room of all is that of the different ones.
pub(super) struct Sets {
    members: Vec<u32>,
    /// The end of each set among the members; it begins where the one before ends.
    ends: Vec<usize>,
    unions: FxHashMap<(SetId, SetId), SetId>,
    known: FxHashMap<u64, SetId>,
    most: usize,
    full: bool,
}

impl Sets {
    /// The empty set and those of each of `count` entries. All together may have `most` more members.
    pub fn of_entries(count: usize, most: usize) -> Sets {
        Sets {
            members: (0..count as u32).collect(),
            ends: (0..=count).collect(),
            unions: FxHashMap::default(),
            known: FxHashMap::default(),
            most: count + most,
            full: false,
        }
    }

    /// True if there was no room for a set: those found since mean nothing.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// How many more members there is room for.
    pub fn room(&self) -> usize {
        self.most - self.members.len()
    }

    /// The members of a set, ascending.
    pub fn members(&self, set: SetId) -> &[u32] {
        let end = self.ends[set as usize];
        let start = match set {
            0 => 0,
            _ => self.ends[set as usize - 1],
        };
        &self.members[start..end]
    }

    /// The union of two sets.
    pub fn union(&mut self, a: SetId, b: SetId) -> SetId {
        if a == b || b == EMPTY {
            return a;
        }
        if a == EMPTY {
            return b;
        }
        let (small, large) = match self.members(a).len() < self.members(b).len() {
            true => (a, b),
            false => (b, a),
        };
        // The larger one often holds the other.
        let among = self.members(large);
        let (first, last) = (self.members(small)[0], among[among.len() - 1]);
        if first <= last
            && self
                .members(small)
                .iter()
                .all(|x| among.binary_search(x).is_ok())
        {
            return large;
        }
        let pair = (a.min(b), a.max(b));
        if let Some(known) = self.unions.get(&pair) {
            return *known;
        }
        let union = self.union_of(&[a, b]);
        self.unions.insert(pair, union);
        union
    }

    /// The union of several sets.
    pub fn union_of(&mut self, sets: &[SetId]) -> SetId {
        let mut different: Vec<SetId> = sets.iter().copied().filter(|set| *set != EMPTY).collect();
        different.sort_unstable();
        different.dedup();
        match *different {
            [] => return EMPTY,
            [single] => return single,
            _ => {}
        }
        let count: usize = different.iter().map(|set| self.members(*set).len()).sum();
        if self.full || count > self.most {
            self.full = true;
            return EMPTY;
        }
        let mut union: Vec<u32> = Vec::with_capacity(count);
        for set in &different {
            union.extend_from_slice(self.members(*set));
        }
        union.sort_unstable();
        union.dedup();
        // The largest may hold all the others.
        let holds_all = |set: &&SetId| self.members(**set).len() == union.len();
        if let Some(all) = different.iter().find(holds_all) {
            return *all;
        }
        self.kept(&union)
    }

    fn kept(&mut self, members: &[u32]) -> SetId {
        let hash = members.iter().fold(members.len() as u64, |hash, member| {
            (hash.rotate_left(5) ^ u64::from(*member)).wrapping_mul(0x517c_c1b7_2722_0a95)
        });
        if let Some(known) = self.known.get(&hash)
            && self.members(*known) == members
        {
            return *known;
        }
        if self.members.len() + members.len() > self.most {
            self.full = true;
            return EMPTY;
        }
        self.members.extend_from_slice(members);
        self.ends.push(self.members.len());
        let set = self.ends.len() as SetId - 1;
        self.known.insert(hash, set);
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_sets_are_one() {
        let mut sets = Sets::of_entries(4, 100);
        let [a, b] = [sets.union(1, 2), sets.union_of(&[2, EMPTY, 1, 1])];
        assert_eq!(a, b);
        assert_eq!(sets.members(a), [0, 1]);
        assert_eq!(sets.union(a, 1), a);
        let all = sets.union_of(&[a, 3, 4]);
        assert_eq!(sets.members(all), [0, 1, 2, 3]);
        assert_eq!(sets.union(all, a), all);
        assert_eq!(sets.members(EMPTY), [0u32; 0]);
        assert!(!sets.is_full());
    }

    #[test]
    fn sets_stop_where_there_is_no_room() {
        let mut sets = Sets::of_entries(100, 10);
        let first: Vec<SetId> = (1..=11).collect();
        assert_eq!(sets.union_of(&first), EMPTY);
        assert!(sets.is_full());
    }
}
