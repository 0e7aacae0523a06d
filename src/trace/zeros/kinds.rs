//! Kinds of zeros: the reasons that entries of a derivative are zero.

use crate::graph::Shape;

/// The reason that a derivative is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Zero {
    /// Contributions that are not zero add up to nothing.
    Cancelled,
    /// A product of numbers that are not zero is too small for a number.
    Underflow,
    /// The operation does not change there: a step, a constant piece, a stationary point.
    Flat,
    /// The path leads through a branch that was not taken.
    NotTaken,
    /// Nothing leads from here to there.
    NoPath,
}

impl Zero {
    /// All of them; where several reasons meet, the first one counts.
    pub const ALL: [Zero; 5] = [
        Zero::Cancelled,
        Zero::Underflow,
        Zero::Flat,
        Zero::NotTaken,
        Zero::NoPath,
    ];

    /// Its name in text and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Zero::Cancelled => "cancelled",
            Zero::Underflow => "underflow",
            Zero::Flat => "flat",
            Zero::NotTaken => "branch not taken",
            Zero::NoPath => "no path",
        }
    }
}

/// The reasons that the entries of one derivative are zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Zeros {
    /// The shape of the derivative.
    pub shape: Shape,
    /// One for each entry, column by column; `None` where it is not zero.
    pub kinds: Vec<Option<Zero>>,
}

impl Zeros {
    /// The kind of all entries, where they all are zero for one reason.
    pub fn single(&self) -> Option<Zero> {
        let first = (*self.kinds.first()?)?;
        self.kinds
            .iter()
            .all(|kind| *kind == Some(first))
            .then_some(first)
    }

    /// The number of entries of each kind that occurs.
    pub fn counts(&self) -> Vec<(Zero, usize)> {
        let count = |zero: Zero| {
            self.kinds
                .iter()
                .filter(|kind| **kind == Some(zero))
                .count()
        };
        Zero::ALL
            .into_iter()
            .map(|zero| (zero, count(zero)))
            .filter(|(_, count)| *count > 0)
            .collect()
    }
}
