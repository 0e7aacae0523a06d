//! Formulas by recurrences, as data.

use crate::graph::NodeId;
use crate::simplify::Simplified;
use crate::syntax::ast::Name;
use std::fmt;

/// A formula that needs what loops leave, and how they come to it.
#[derive(Clone, Debug)]
pub struct Recurrences {
    /// In the order in which they can be computed.
    pub equations: Vec<Recurrence>,
    /// The formula.
    pub whole: Simplified,
}

/// One equation of a recurrence.
#[derive(Clone, Debug)]
pub struct Recurrence {
    /// What it defines, such as `s[k]`.
    pub name: Name,
    /// Its right side.
    pub formula: Simplified,
    /// The rounds k that it holds for.
    pub rounds: OverRounds,
}

/// The last round of a loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LastRound {
    /// This one.
    Number(usize),
    /// That of this name, which an equation defines.
    Named(Name),
}

impl fmt::Display for LastRound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LastRound::Number(number) => number.fmt(f),
            LastRound::Named(name) => f.write_str(name),
        }
    }
}

/// The rounds that an equation holds for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OverRounds {
    /// It is not of a round.
    None,
    /// From the first to this one.
    Forwards(LastRound),
    /// From this one back to the first.
    Backwards(LastRound),
    /// It is the sum over all of them.
    Sum(LastRound),
    /// It names the first round k, from 0, after which its right side is true: the last that the loop makes.
    /// The loop, and the round where inputs have values.
    End(NodeId, Option<usize>),
}

impl Recurrences {
    /// Takes the numbers of last rounds from `rounds`, which knows the rounds that loops make.
    pub fn count(&mut self, rounds: &dyn Fn(NodeId) -> Option<usize>) {
        for equation in &mut self.equations {
            if let OverRounds::End(id, made) = &mut equation.rounds {
                *made = rounds(*id);
            }
        }
    }
}
