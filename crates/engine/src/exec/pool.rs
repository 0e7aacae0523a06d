//! The numbers of a program: one pool, which a step reads while it writes a part of it.

use crate::graph::primitive::Lanes;

/// A place in the pool.
pub(super) type Slot = u32;

/// An operand of an operation over consecutive places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Operand {
    /// Consecutive places, from here.
    Each(Slot),
    /// Consecutive places, from here down.
    Down(Slot),
    /// The same number for all.
    All(Slot),
    /// The places listed in the table of indices, from here; all of them lie before the result.
    Listed(u32),
}

/// The number of entries for which a gathered operand is collected at a time.
pub(super) const CHUNK: usize = 256;

/// The pool around the places that a step writes.
pub(super) struct Around<'p> {
    before: &'p [f64],
    after: &'p [f64],
    end: usize,
}

impl<'p> Around<'p> {
    /// `len` places from `at` on, and all others.
    #[inline]
    pub(super) fn split(pool: &'p mut [f64], at: Slot, len: usize) -> (Around<'p>, &'p mut [f64]) {
        let (before, rest) = pool.split_at_mut(at as usize);
        let (out, after) = rest.split_at_mut(len);
        let around = Around {
            end: before.len() + len,
            before,
            after,
        };
        (around, out)
    }

    #[inline]
    pub(super) fn slice(&self, at: Slot, len: usize) -> &'p [f64] {
        let at = at as usize;
        if at < self.before.len() {
            &self.before[at..at + len]
        } else {
            let at = if len == 0 { 0 } else { at - self.end };
            &self.after[at..at + len]
        }
    }

    #[inline]
    pub(super) fn at(&self, slot: Slot) -> f64 {
        self.slice(slot, 1)[0]
    }

    /// The number at a place that the table of indices lists: these lie before the result.
    #[inline]
    pub(super) fn listed(&self, index: Slot) -> f64 {
        self.before[index as usize]
    }

    /// The entries `from..from + len` of an operand; those listed are gathered into `room`.
    #[inline]
    pub(super) fn lanes<'a>(
        &self,
        operand: Operand,
        indices: &[Slot],
        from: usize,
        len: usize,
        room: &'a mut [f64; CHUNK],
    ) -> Lanes<'a>
    where
        'p: 'a,
    {
        match operand {
            Operand::Each(at) => Lanes::Each(self.slice(at + from as u32, len)),
            Operand::All(at) => Lanes::All(self.at(at)),
            Operand::Down(at) => {
                let room = &mut room[..len];
                let entries = self.slice(at + 1 - (from + len) as u32, len);
                let pairs = room.iter_mut().zip(entries.iter().rev());
                pairs.for_each(|(x, entry)| *x = *entry);
                Lanes::Each(room)
            }
            Operand::Listed(start) => {
                let room = &mut room[..len];
                let list = &indices[start as usize + from..][..len];
                for (x, index) in room.iter_mut().zip(list) {
                    *x = self.listed(*index);
                }
                Lanes::Each(room)
            }
        }
    }

    /// The same where a slice is wanted: one number is repeated.
    #[inline]
    pub(super) fn entries<'a>(
        &self,
        operand: Operand,
        indices: &[Slot],
        from: usize,
        len: usize,
        room: &'a mut [f64; CHUNK],
    ) -> &'a [f64]
    where
        'p: 'a,
    {
        match operand {
            Operand::All(at) => {
                room[..len].fill(self.at(at));
                &room[..len]
            }
            _ => match self.lanes(operand, indices, from, len, room) {
                Lanes::Each(entries) => entries,
                Lanes::All(_) => unreachable!("an operand that is listed or each has entries"),
            },
        }
    }
}

/// The number of entries to do at a time: all of them if nothing has to be gathered.
#[inline]
pub(super) fn stride(operands: &[Operand], len: usize) -> usize {
    let gathers = operands
        .iter()
        .any(|operand| matches!(operand, Operand::Listed(_) | Operand::Down(_)));
    if gathers { CHUNK } else { len.max(1) }
}
