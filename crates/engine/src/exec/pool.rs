//! The numbers of a program: one pool, which a step reads while it writes a part of it.

use crate::graph::primitive::Lanes;
use std::ops::{Deref, DerefMut};

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

/// The numbers in a line of the cache.
pub(super) const LINE: usize = 8;

/// The numbers of a program. The first begins a line of the cache: what lies across two lines takes
/// twice as long to be read and written.
pub(super) struct Numbers {
    data: Vec<f64>,
    first: usize,
}

impl Numbers {
    pub(super) fn zeros(count: usize) -> Numbers {
        let mut data = vec![0.0; count + LINE];
        let first = data.as_ptr().align_offset(8 * LINE).min(LINE);
        data.truncate(first + count);
        Numbers { data, first }
    }
}

impl Deref for Numbers {
    type Target = [f64];

    #[inline]
    fn deref(&self) -> &[f64] {
        &self.data[self.first..]
    }
}

impl DerefMut for Numbers {
    #[inline]
    fn deref_mut(&mut self) -> &mut [f64] {
        &mut self.data[self.first..]
    }
}

/// What steps read and write.
pub(super) trait Pool {
    /// The places that may be written.
    fn own(&mut self) -> &mut [f64];

    /// `len` places from `at` on, and all others.
    fn split(&mut self, at: Slot, len: usize) -> (Around<'_>, &mut [f64]);

    /// The first row of the block that is being computed.
    fn first_row(&self) -> Slot;

    /// `len` places from `at` on, to be written.
    fn slice_mut(&mut self, at: Slot, len: usize) -> &mut [f64] {
        self.split(at, len).1
    }
}

/// A pool that is shared with nobody.
impl Pool for [f64] {
    #[inline]
    fn own(&mut self) -> &mut [f64] {
        self
    }

    #[inline]
    fn split(&mut self, at: Slot, len: usize) -> (Around<'_>, &mut [f64]) {
        Around::of(Shared::default(), 0, self, at as usize, len)
    }

    #[inline]
    fn first_row(&self) -> Slot {
        0
    }
}

/// What threads share of a pool, to be read: parts of it, each with its place, which lie before `end`.
#[derive(Clone, Copy, Default)]
pub(super) struct Shared<'p> {
    pub parts: &'p [(usize, &'p [f64])],
    pub end: usize,
}

impl<'p> Shared<'p> {
    /// `len` places from `at` on, which lie in one part.
    fn slice(self, at: usize, len: usize) -> &'p [f64] {
        if len == 0 {
            return &[];
        }
        let next = self.parts.partition_point(|(first, _)| *first <= at);
        let (first, part) = self.parts[next - 1];
        &part[at - first..][..len]
    }
}

/// The pool as a thread sees it: what it shares with others, and a last part of its own, which it
/// writes. A program that runs on one thread has all to itself.
pub(super) struct Memory<'p> {
    pub shared: Shared<'p>,
    pub own: &'p mut [f64],
    /// The first row of the block that is being computed.
    pub first_row: Slot,
}

impl<'p> Memory<'p> {
    /// A pool that is shared with nobody.
    #[inline]
    pub(super) fn own(own: &'p mut [f64]) -> Memory<'p> {
        Memory {
            shared: Shared::default(),
            own,
            first_row: 0,
        }
    }

    /// `len` places from `at` on.
    pub(super) fn slice(&self, at: Slot, len: usize) -> &[f64] {
        match (at as usize).checked_sub(self.shared.end) {
            Some(at) => &self.own[at..][..len],
            None => self.shared.slice(at as usize, len),
        }
    }

    /// Copies `len` places from `from` on to those from `to` on.
    pub(super) fn copy(&mut self, from: Slot, to: Slot, len: usize) {
        let to = to as usize - self.shared.end;
        match (from as usize).checked_sub(self.shared.end) {
            Some(from) => self.own.copy_within(from..from + len, to),
            None => self.own[to..][..len].copy_from_slice(self.shared.slice(from as usize, len)),
        }
    }
}

impl Pool for Memory<'_> {
    #[inline]
    fn own(&mut self) -> &mut [f64] {
        self.own
    }

    #[inline]
    fn split(&mut self, at: Slot, len: usize) -> (Around<'_>, &mut [f64]) {
        let at = at as usize - self.shared.end;
        Around::of(self.shared, self.first_row, self.own, at, len)
    }

    #[inline]
    fn first_row(&self) -> Slot {
        self.first_row
    }
}

/// The pool around the places that a step writes.
pub(super) struct Around<'p> {
    pub first_row: Slot,
    shared: Shared<'p>,
    before: &'p [f64],
    after: &'p [f64],
    end: usize,
}

impl<'p> Around<'p> {
    /// `len` of one's own places from `at` on, and all others.
    #[inline]
    fn of(
        shared: Shared<'p>,
        first_row: Slot,
        own: &'p mut [f64],
        at: usize,
        len: usize,
    ) -> (Around<'p>, &'p mut [f64]) {
        let (before, rest) = own.split_at_mut(at);
        let (out, after) = rest.split_at_mut(len);
        let around = Around {
            first_row,
            shared,
            end: before.len() + len,
            before,
            after,
        };
        (around, out)
    }

    #[inline]
    pub(super) fn slice(&self, at: Slot, len: usize) -> &'p [f64] {
        let Some(at) = (at as usize).checked_sub(self.shared.end) else {
            return self.shared.slice(at as usize, len);
        };
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
        self.before[index as usize - self.shared.end]
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
