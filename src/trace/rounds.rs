//! The states of loops that are one line of a trace, after some of their rounds.

use super::listing::Builder;
use super::{Line, RoundState};
use crate::diagnostic::Result;
use crate::graph::{Attr, Keeps, NodeId, Op, Round, RoundCount, Shape, Tensor};
use std::rc::Rc;

impl Builder<'_, '_> {
    /// Adds to every loop its states after `rounds`, as far as it has them.
    pub(super) fn states(&self, rounds: &[usize], lines: &mut [Line]) -> Result<()> {
        for (line, id) in lines.iter_mut().zip(&self.listed) {
            let Some(folded) = &mut line.folded else {
                continue;
            };
            for after in rounds
                .iter()
                .copied()
                .take_while(|after| *after <= folded.count)
            {
                if let Some(value) = self.state(*id, after)? {
                    let value = Rc::new(value);
                    folded.states.push(RoundState { after, value });
                }
            }
        }
        Ok(())
    }

    /// The state that so many rounds of the loop `id` leave.
    fn state(&self, id: NodeId, after: usize) -> Result<Option<Tensor>> {
        let graph = self.graph;
        let Op::Apply(row, Attr::Round(number)) = graph.node(id).op else {
            return Ok(None);
        };
        let shortened = Round {
            count: RoundCount::Fixed(after),
            keeps: Keeps::Last,
            ..(*graph.round_of(number)).clone()
        };
        let state = match shortened.states.as_slice() {
            [(leaf, _)] => graph.shape(*leaf),
            _ => Shape::vector(shortened.width(graph)),
        };
        let shape = shortened.shape(graph);
        let attr = graph.round(shortened);
        let node = graph.apply(row, attr, shape, &graph.args(id));
        let value = self.evaluation.value(node)?;
        Ok(Some(Tensor::new(state, value.data().to_vec())))
    }
}
