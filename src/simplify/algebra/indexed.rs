//! Numbers with indices: entries of formulas at places, and δ.

use super::Id;

/// A position in a dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Position {
    /// The only one.
    Only,
    /// A known one, from 0.
    At(u32),
    /// The index with this number: those of the output, those of the variable, then those that are summed over.
    Index(u32),
    /// One that is counted.
    Counted(Counted),
}

/// A sum of multiples of at most two indices and a number, all counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Counted {
    /// Multiples of indices; 0 for none.
    pub terms: [(i64, u32); 2],
    /// The number.
    pub offset: i64,
}

impl Counted {
    /// The sum of a multiple and another one; `None` where there are more than two indices in it.
    pub fn plus(mut self, times: i64, other: Counted) -> Option<Counted> {
        for (c, index) in other.terms.into_iter().filter(|(c, _)| *c != 0) {
            let same = |(known, own): &&mut (i64, u32)| *known != 0 && *own == index;
            match self.terms.iter_mut().find(same) {
                Some((known, _)) => *known += times * c,
                None => *self.terms.iter_mut().find(|(known, _)| *known == 0)? = (times * c, index),
            }
        }
        self.offset += times * other.offset;
        Some(self)
    }
}

impl Position {
    /// A position as it is counted, from 1.
    pub fn counted(self) -> Counted {
        let mut counted = Counted::default();
        match self {
            Position::Only => counted.offset = 1,
            Position::At(known) => counted.offset = i64::from(known) + 1,
            Position::Index(index) => counted.terms[0] = (1, index),
            Position::Counted(own) => return own,
        }
        counted
    }

    /// The position that is so counted.
    pub fn at(mut counted: Counted) -> Position {
        counted.terms.sort_by_key(|(c, index)| (*c == 0, *index));
        match (counted.terms, u32::try_from(counted.offset - 1)) {
            ([(0, _), (0, _)], Ok(known)) => Position::At(known),
            ([(1, index), (0, _)], _) if counted.offset == 0 => Position::Index(index),
            _ => Position::Counted(counted),
        }
    }

    /// True if it depends on an index.
    pub fn depends_on(self, index: u32) -> bool {
        let mut terms = self.counted().terms.into_iter();
        terms.any(|(c, own)| c != 0 && own == index)
    }

    /// The position with another one in the place of an index.
    pub fn replaced(self, index: u32, by: Position) -> Option<Position> {
        let mut rest = self.counted();
        let term = rest
            .terms
            .iter_mut()
            .find(|(c, own)| *c != 0 && *own == index);
        match term {
            None => Some(self),
            Some(term) => {
                let (times, _) = std::mem::take(term);
                rest.plus(times, by.counted()).map(Position::at)
            }
        }
    }
}

/// An entry of a formula.
pub type EntryAt = (Id, [Position; 2]);

/// What an atom of an index formula is: a number for every value of the indices.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Indexed {
    /// 1 where two places are related so, else 0.
    Related(PlaceRelation),
    /// An entry of a formula.
    Entry(Id, [Position; 2]),
    /// A sum of products.
    Sum(Summed),
}

/// A condition on two places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PlaceRelation {
    /// They are the same: δ.
    Same(Position, Position),
    /// The first one is not behind the second.
    Until(Position, Position),
}

impl PlaceRelation {
    /// Both places.
    pub fn places(self) -> [Position; 2] {
        match self {
            PlaceRelation::Same(a, b) | PlaceRelation::Until(a, b) => [a, b],
        }
    }

    /// The same between other places.
    pub fn between(self, [a, b]: [Position; 2]) -> PlaceRelation {
        match self {
            PlaceRelation::Same(..) => PlaceRelation::Same(a, b),
            PlaceRelation::Until(..) => PlaceRelation::Until(a, b),
        }
    }
}

/// A product of entries where some places are related, summed over the index with this number, which runs from
/// 1 to a length.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Summed {
    /// The entries.
    pub entries: Vec<EntryAt>,
    /// The relations.
    pub relations: Vec<PlaceRelation>,
    /// The index.
    pub over: u32,
    /// How far it runs.
    pub length: u32,
}
