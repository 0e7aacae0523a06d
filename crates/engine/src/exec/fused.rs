//! Chains of entry-by-entry operations on arrays of one shape, computed a piece at a time, so that
//! what lies between them never leaves the nearest cache.

use super::pool::{Around, Slot};
use crate::graph::Shape;
use crate::graph::primitive::{Lanes, Map1, Map2, Map3};
use crate::threads;

/// The number of entries in a piece.
pub(super) const WIDTH: usize = 512;

/// A result between two links. It begins where a line of the cache does: what lies across two lines
/// takes twice as long to be read and written.
#[derive(Clone)]
#[repr(align(64))]
pub(super) struct Register([f64; WIDTH]);

impl Default for Register {
    fn default() -> Register {
        Register([0.0; WIDTH])
    }
}

/// The registers that a link reads while it writes one of them.
struct Others<'r> {
    before: &'r [Register],
    after: &'r [Register],
}

/// Threads share parts of so many operations on entries, which take some 10 to 50 µs.
const WORK: usize = 1 << 16;

/// The source of an operand of a link.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Source {
    /// An array of the chain's shape.
    Array(Slot),
    /// One number for all entries.
    Number(Slot),
    /// Entries in a vector of zeros: where they lie, the first of the vector that is one of them,
    /// and how many they are.
    Block([u32; 3]),
    /// A column, repeated for every column of the shape.
    Column(Slot),
    /// The rows of a column of which a block computes some, from the first of the whole on.
    Rows(Slot),
    /// A row: one number for all entries of a column.
    Row(Slot),
    /// The result of another link.
    Register(u8),
}

/// What an operand of a link reads for one entry.
pub(super) enum SourceEntry {
    Place(Slot),
    Zero,
    Register(u8),
}

/// The operation of a link.
#[derive(Clone, Copy)]
pub(super) enum Operation {
    Map1(&'static Map1),
    Map2(&'static Map2),
    Map3(&'static Map3),
}

/// One operation of a chain, and the register it writes; the last one writes the result.
pub(super) struct Link {
    pub operation: Operation,
    pub sources: [Source; 3],
    pub to: u8,
}

/// A chain.
pub(super) struct Fused {
    pub shape: Shape,
    pub links: Vec<Link>,
    /// Where blocks of a vector begin or end, in order: a piece lies inside a block or outside.
    pub borders: Vec<u32>,
    /// True if the result lies in a whole array, of which a block computes some rows.
    pub in_rows: bool,
    /// True if a source is a column or a row of the shape: columns are gone through one by one.
    pub by_columns: bool,
}

/// The part of an array that is being computed: entries `from` on of column `column`.
#[derive(Clone, Copy)]
struct Piece {
    column: usize,
    from: usize,
    len: usize,
    rows: usize,
}

impl Fused {
    /// Computes all entries into `out`.
    pub fn run(&self, around: &Around<'_>, out: &mut [f64], registers: &mut [Register]) {
        let rows = if self.by_columns {
            self.shape.m()
        } else {
            self.shape.len()
        };
        let rows = rows.max(1);
        let each = (WORK / self.links.len().max(1)).next_multiple_of(WIDTH);
        if out.len() <= 2 * each || threads::alone() {
            return self.run_part(0, rows, around, out, registers);
        }
        // Each entry is computed by itself, whatever part it is in.
        let count = registers.len();
        threads::share(
            out.chunks_mut(each).enumerate(),
            || vec![Register::default(); count],
            |registers, (k, out)| self.run_part(k * each, rows, around, out, registers),
        );
    }

    /// Computes the entries from number `first` on.
    fn run_part(
        &self,
        first: usize,
        rows: usize,
        around: &Around<'_>,
        out: &mut [f64],
        registers: &mut [Register],
    ) {
        let mut done = 0;
        while done < out.len() {
            let at = first + done;
            let (column, from) = match self.by_columns {
                true => (at / rows, at % rows),
                false => (0, at),
            };
            let border = self.borders.iter().find(|border| **border as usize > from);
            let end = border.map_or(rows, |border| *border as usize);
            let len = WIDTH.min(end - from).min(out.len() - done);
            let piece = Piece {
                column,
                from,
                len,
                rows,
            };
            self.run_piece(&piece, around, &mut out[done..][..len], registers);
            done += len;
        }
    }

    fn run_piece(
        &self,
        piece: &Piece,
        around: &Around<'_>,
        out: &mut [f64],
        registers: &mut [Register],
    ) {
        let Some((last, links)) = self.links.split_last() else {
            return;
        };
        for link in links {
            let (others, Register(target)) = Others::of(registers, link.to);
            link.run(piece, around, &others, &mut target[..piece.len]);
        }
        let others = Others {
            before: registers,
            after: &[],
        };
        last.run(piece, around, &others, out);
    }
}

impl<'r> Others<'r> {
    fn of(registers: &'r mut [Register], to: u8) -> (Others<'r>, &'r mut Register) {
        let (before, rest) = registers.split_at_mut(to as usize);
        let (target, after) = rest.split_first_mut().expect("every link has a register");
        (Others { before, after }, target)
    }

    fn entries(&self, k: u8, len: usize) -> &'r [f64] {
        let k = k as usize;
        let Register(entries) = match k.checked_sub(self.before.len() + 1) {
            Some(k) => &self.after[k],
            None => &self.before[k],
        };
        &entries[..len]
    }
}

impl Source {
    /// What it reads for entry number `k` of a result of this shape.
    pub fn entry(self, k: u32, shape: Shape) -> SourceEntry {
        let rows = shape.rows.max(1);
        SourceEntry::Place(match self {
            Source::Block([at, first, count]) => match k.checked_sub(first) {
                Some(k) if k < count => at + k,
                _ => return SourceEntry::Zero,
            },
            Source::Array(at) => at + k,
            Source::Number(at) => at,
            Source::Column(at) | Source::Rows(at) => at + k % rows,
            Source::Row(at) => at + k / rows,
            Source::Register(k) => return SourceEntry::Register(k),
        })
    }

    fn lanes<'a>(self, piece: &Piece, around: &Around<'a>, registers: &Others<'a>) -> Lanes<'a> {
        let Piece {
            column,
            from,
            len,
            rows,
        } = *piece;
        match self {
            Source::Array(at) => Lanes::Each(around.slice(at + (column * rows + from) as u32, len)),
            Source::Number(at) => Lanes::All(around.at(at)),
            Source::Block([at, first, count]) => match (from as u32).checked_sub(first) {
                Some(k) if k < count => Lanes::Each(around.slice(at + k, len)),
                _ => Lanes::All(0.0),
            },
            Source::Column(at) => Lanes::Each(around.slice(at + from as u32, len)),
            Source::Rows(at) => Lanes::Each(around.slice(at + around.first_row + from as u32, len)),
            Source::Row(at) => Lanes::All(around.at(at + column as u32)),
            Source::Register(k) => Lanes::Each(registers.entries(k, len)),
        }
    }
}

impl Link {
    fn run(&self, piece: &Piece, around: &Around<'_>, registers: &Others<'_>, out: &mut [f64]) {
        let lanes = |k: usize| self.sources[k].lanes(piece, around, registers);
        self.operation.on(lanes, out);
    }
}

impl Operation {
    /// The operation on its operands, which are looked up by their numbers, as many as it has.
    #[inline]
    pub(super) fn on<'a>(&self, lanes: impl Fn(usize) -> Lanes<'a>, out: &mut [f64]) {
        match self {
            Operation::Map1(f) => f.lanes(lanes(0), out),
            Operation::Map2(f) => (f.over)(lanes(0), lanes(1), out),
            Operation::Map3(f) => match [lanes(0), lanes(1), lanes(2)] {
                [Lanes::Each(a), Lanes::Each(b), Lanes::Each(c)] => (f.over)(a, b, c, out),
                mixed => {
                    for (k, y) in out.iter_mut().enumerate() {
                        let [a, b, c] = mixed.map(|lanes| match lanes {
                            Lanes::Each(entries) => entries[k],
                            Lanes::All(x) => x,
                        });
                        *y = (f.at)(a, b, c);
                    }
                }
            },
        }
    }
}
