//! The reasons of the zeros among derivatives.

mod kinds;
mod links;
mod study;

pub use kinds::{Zero, Zeros};

use super::compare::question::Question;
use super::listing::{Builder, Shown};
use super::request::Request;
use super::{Line, LineZeros};
use crate::diagnostic::Result;
use crate::lower::Evaluation;
use study::Study;

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
