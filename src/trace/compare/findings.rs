//! Findings: the kinks, infinities and zeros behind an output.

use super::question::Question;
use crate::diagnostic::Result;
use crate::lower::Evaluation;
use crate::trace::request::{Request, Wanted};
use crate::trace::{Kink, Nonfinite, Zeros, build, zeros};

/// The findings about one output besides its derivative.
pub(super) struct Findings {
    pub kinks: Vec<Kink>,
    pub nonfinite: Option<Nonfinite>,
    pub zeros: Vec<Option<Zeros>>,
}

/// The kinks, infinities and zeros behind the output of a comparison, from its trace; the trace has
/// derivatives if one of them is not finite.
pub(super) fn findings(
    evaluation: &Evaluation<'_>,
    question: &Question<'_>,
    derivatives: bool,
) -> Result<Findings> {
    let wanted = Wanted {
        outputs: vec![question.output.clone()],
        wrt: question.wrt.to_vec(),
        held: question.held.clone(),
        left_out: Vec::new(),
    };
    let request = Request {
        wanted: &wanted,
        order: question.order,
        forward: derivatives,
        reverse: derivatives,
        life: false,
        zeros: false,
    };
    let trace = build(evaluation, &request)?;
    Ok(Findings {
        kinks: trace.kinks,
        nonfinite: trace.nonfinite,
        zeros: match question.zeros {
            true => zeros::of_rows(evaluation, question)?,
            false => Vec::new(),
        },
    })
}
