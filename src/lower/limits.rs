//! The resources that a statement may use.

use crate::diagnostic::{Result, memory_limit};
use crate::graph::Shape;
use crate::source::Location;

/// The resources that a statement may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Nodes of one graph.
    pub nodes: usize,
    /// Bytes of values.
    pub memory: u64,
    /// Rounds of an iteration that are nodes of their own; more of them are one loop.
    pub unrolled: usize,
    /// Entries of a comprehension that are nodes of their own; more of them are computed at once.
    pub entries: usize,
    /// The same where the index is a number in the entries: they differ in more than their places.
    pub numbered: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            nodes: 20_000_000,
            memory: 4 << 30,
            unrolled: 1000,
            entries: 1000,
            numbered: 1000,
        }
    }
}

impl Limits {
    /// The most rounds that are nodes of their own where values alone are wanted, by the entries of a state:
    /// what all rounds make of large states goes through memory, one round's stays in the cache. A matrix of derivatives
    /// takes a pass through a loop for each column, so small states, of which all columns fit, are no reason for one.
    pub(super) fn unrolled_states(&self, entries: usize) -> usize {
        const LARGE: usize = 1 << 13;
        const ENTRIES_EACH: usize = 100;
        if entries < LARGE {
            return self.unrolled;
        }
        let states = self.unrolled.saturating_mul(ENTRIES_EACH) / entries;
        states.max(1)
    }

    /// The most rounds of one loop: a hundred for each node allowed.
    pub(super) fn rounds(&self) -> usize {
        self.nodes.saturating_mul(100)
    }

    /// The most places of a pattern: what is made of it takes several times their room.
    pub(crate) fn places(&self) -> usize {
        const BYTES_EACH: u64 = 64;
        usize::try_from(self.memory / BYTES_EACH).unwrap_or(usize::MAX)
    }

    /// These limits for a formula that is read rather than evaluated: what has a form for all indices is
    /// not written entry by entry, but for a few entries with numbers of their own.
    pub(crate) fn for_formulas(self) -> Limits {
        Limits {
            entries: 0,
            numbered: self.numbered.min(Limits::FEW),
            ..self
        }
    }

    /// These limits for code, which works on whole arrays wherever it can.
    pub(crate) fn for_code(self) -> Limits {
        Limits {
            entries: 0,
            numbered: 0,
            ..self
        }
    }

    /// Entries with numbers of their own that a formula writes out.
    const FEW: usize = 10;

    /// Those of a look at what is being typed: too short to be noticed between two keys.
    pub const PREVIEW: Limits = Limits {
        nodes: 2_000,
        memory: 64 << 10,
        // A loop may take long: a look takes none.
        unrolled: usize::MAX,
        entries: usize::MAX,
        numbered: usize::MAX,
    };

    /// The shape with `rows` rows and `cols` columns, if its values fit into the memory allowed.
    pub(super) fn shape(&self, rows: usize, cols: usize) -> Option<Shape> {
        let entries = rows as u128 * cols as u128;
        let representable = rows <= u32::MAX as usize && cols <= u32::MAX as usize;
        let fits = representable && entries * 8 <= u128::from(self.memory);
        fits.then(|| Shape::new(rows, cols))
    }

    /// The same for what is declared at `location`.
    ///
    /// # Errors
    /// Fails if its values need more memory than allowed.
    pub fn checked_shape(&self, rows: usize, cols: usize, location: &Location) -> Result<Shape> {
        self.shape(rows, cols)
            .ok_or_else(|| memory_limit(self.memory, location.clone()))
    }
}
