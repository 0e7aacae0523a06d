//! The values of a batch that vary: every number is a row of lanes, one for each point.

use super::pool::Slot;
use crate::graph::primitive::Lanes;

/// The number of points that are evaluated at once.
pub const LANES: usize = 64;

/// The values that vary: rows of lanes.
#[derive(Clone)]
pub(super) struct Rows {
    pub(super) data: Vec<f64>,
    /// The row of each input's first place in the pool, by place.
    pub(super) inputs: Vec<(Slot, u32, usize)>,
    /// Everything from this place of the pool on varies.
    pub(super) first: Slot,
    /// The row of that place.
    pub(super) base: usize,
}

/// An entry of an operand.
#[derive(Clone, Copy)]
pub(super) enum Entry {
    Row(usize),
    Fixed(f64),
}

impl Rows {
    pub(super) fn of(&self, slot: Slot) -> Option<usize> {
        if slot >= self.first {
            return Some(self.base + (slot - self.first) as usize);
        }
        let within = |(at, len, _): &&(Slot, u32, usize)| (*at..*at + *len).contains(&slot);
        let (at, _, row) = self.inputs.iter().find(within)?;
        Some(row + (slot - at) as usize)
    }

    pub(super) fn row(&self, row: usize) -> &[f64] {
        &self.data[row * LANES..][..LANES]
    }

    pub(super) fn entry(&self, pool: &[f64], slot: Slot) -> Entry {
        match self.of(slot) {
            Some(row) => Entry::Row(row),
            None => Entry::Fixed(pool[slot as usize]),
        }
    }

    pub(super) fn lanes(&self, entry: Entry) -> Lanes<'_> {
        match entry {
            Entry::Row(row) => Lanes::Each(self.row(row)),
            Entry::Fixed(number) => Lanes::All(number),
        }
    }

    /// Computes the row `out` from others, which all lie elsewhere.
    pub(super) fn write(&mut self, out: usize, compute: impl FnOnce(&Rows, &mut [f64; LANES])) {
        let mut row = [0.0; LANES];
        compute(self, &mut row);
        self.data[out * LANES..][..LANES].copy_from_slice(&row);
    }
}

/// The lanes one by one.
pub(super) fn each(lanes: Lanes<'_>) -> [f64; LANES] {
    let mut row = [0.0; LANES];
    match lanes {
        Lanes::Each(entries) => row.copy_from_slice(entries),
        Lanes::All(number) => row.fill(number),
    }
    row
}
