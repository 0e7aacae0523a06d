//! Findings: the kinks, infinities and zeros behind an output.

use super::{DerivativeByMode, ModeRunner};
use crate::diagnostic::Result;
use crate::graph::Tensor;
use crate::trace::request::{Request, Wanted};
use crate::trace::{Kink, Nonfinite, Zeros, build, zeros};

/// The findings about one output besides its derivative.
pub(in crate::trace) struct Findings {
    pub kinks: Vec<Kink>,
    pub nonfinite: Option<Nonfinite>,
    pub zeros: Vec<Option<Zeros>>,
}

impl ModeRunner<'_, '_> {
    /// The kinks, infinities and zeros behind the output, from its trace; the trace has derivatives if
    /// one of `rows` is not finite.
    pub(in crate::trace) fn findings(&self, rows: &[DerivativeByMode]) -> Result<Findings> {
        let (evaluation, question) = (self.evaluation, self.question);
        let mut answers = rows.iter().flat_map(|row| row.answers.iter().flatten());
        let derivatives = !answers.all(Tensor::is_finite);
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
            rounds: &[],
            error: false,
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
}
