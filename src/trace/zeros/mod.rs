//! The reasons of the zeros among derivatives.

mod links;
mod study;

use super::compare::Question;
use super::listing::{Builder, Shown};
use super::request::Request;
use super::{Line, LineZeros};
use crate::diagnostic::Result;
use crate::graph::Shape;
use crate::lower::Evaluation;
use study::Study;

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

/// Adds the reasons of all zeros to the lines of a trace.
pub(super) fn of_trace(
    builder: &Builder<'_, '_>,
    shown: &[Shown],
    request: &Request<'_>,
    lines: &mut [Line],
) -> Result<()> {
    let study = Study { builder, shown };
    let mut all: Vec<LineZeros> = vec![LineZeros::default(); lines.len()];
    let roots = request.wanted.roots();
    if request.forward {
        for wrt in &request.wanted.wrt {
            let direction = study.direction(wrt);
            let zeros = study.tangents(wrt.target, direction, &roots)?;
            all.iter_mut()
                .zip(zeros)
                .for_each(|(line, zeros)| line.tangents.push(zeros));
        }
    }
    if request.reverse {
        for root in &roots {
            let zeros = study.adjoints(*root)?;
            all.iter_mut()
                .zip(zeros)
                .for_each(|(line, zeros)| line.adjoints.push(zeros));
        }
    }
    for (line, zeros) in lines.iter_mut().zip(all) {
        line.zeros = Some(zeros);
    }
    Ok(())
}

/// The reasons of the zeros of a comparison, for each `wrt`.
pub(super) fn of_rows(
    evaluation: &Evaluation<'_>,
    question: &Question<'_>,
) -> Result<Vec<Option<Zeros>>> {
    let root = question.output.1;
    let mut builder = Builder::new(evaluation, &[root], question.held, question.order)?;
    let shown = builder.shown()?;
    let study = Study {
        builder: &builder,
        shown: &shown,
    };
    let scalar = builder.graph.shape(root).is_scalar();
    let adjoints = if scalar {
        study.adjoints(root)?
    } else {
        Vec::new()
    };
    let mut rows = Vec::with_capacity(question.wrt.len());
    for wrt in question.wrt {
        rows.push(match scalar && wrt.along.is_none() {
            true => Some(study.gradient(wrt.target, root, &adjoints)?),
            false => study.jacobian(wrt, root)?,
        });
    }
    Ok(rows)
}
