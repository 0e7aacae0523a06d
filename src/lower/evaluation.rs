//! The values of a unit's nodes.

use super::limits::Limits;
use super::unit::Unit;
use crate::diagnostic::Result;
use crate::exec::{Checkpoints, Failure, Interpreter};
use crate::graph::{Attr, Keeps, LocalUse, NodeId, Round, RoundCount, Shape, Tensor, View};
use crate::primitives::arithmetic::ADD;
use crate::primitives::rounds::ROUNDS;
use crate::world::World;
use std::cell::RefCell;

/// Computes values of a unit's nodes on demand, within limits, and keeps every one. What fails is
/// explained in the words of the source. It stops when the session's token says so.
///
/// Lowering asks it too: a count, a size, an index or the condition of a choice between shapes must
/// be a number before the graph can go on. So there is an evaluation before the unit is complete;
/// the [`Lowerer`](super::Lowerer) builds the unit inside it and hands it out at the end, with the
/// values that were needed already computed. The graph grows meanwhile; values never change.
pub struct Evaluation<'a> {
    /// The unit.
    pub unit: Unit<'a>,
    /// The limits of memory and nodes.
    pub limits: Limits,
    /// The files.
    pub(super) world: &'a dyn World,
    /// In a cell: computing a value on demand changes nothing visible.
    interpreter: RefCell<Interpreter<'a>>,
}

impl<'a> Evaluation<'a> {
    /// An evaluation that has computed nothing.
    pub(super) fn new(unit: Unit<'a>, limits: Limits) -> Evaluation<'a> {
        Evaluation {
            interpreter: RefCell::new(Interpreter::new(unit.graph, limits.memory)),
            world: unit.definitions.world(),
            unit,
            limits,
        }
    }

    /// The value of `node`.
    ///
    /// # Errors
    /// Fails if it, or something it needs, has no value; if a limit is met or a stop asked for.
    pub fn value(&self, node: NodeId) -> Result<Tensor> {
        self.with_value(node, |view| view.to_tensor())
    }

    /// Applies `read` to the value of `node` without copying it. `read` must not ask for other values.
    ///
    /// # Errors
    /// As [`Evaluation::value`].
    pub fn with_value<T>(&self, node: NodeId, read: impl FnOnce(View<'_>) -> T) -> Result<T> {
        match self.interpreter.borrow_mut().value(node) {
            Ok(view) => Ok(read(view)),
            Err(failure) => Err(self.unit.explain(&failure)),
        }
    }

    /// The value of `node`; `None` where an input that it needs has none.
    ///
    /// # Errors
    /// As [`Evaluation::value`] for every other failure.
    pub fn value_if_known(&self, node: NodeId) -> Result<Option<Tensor>> {
        match self.interpreter.borrow_mut().value(node) {
            Ok(view) => Ok(Some(view.to_tensor())),
            Err(Failure::Missing(_)) => Ok(None),
            Err(failure) => Err(self.unit.explain(&failure)),
        }
    }

    /// The rounds that the loop `id`, or the adjoint of one, makes; `None` where that is not known, and
    /// for what is no loop.
    ///
    /// # Errors
    /// As [`Evaluation::value_if_known`].
    pub fn rounds(&self, id: NodeId) -> Result<Option<usize>> {
        let graph = self.unit.graph;
        let Some(round) = graph.round_behind(graph.node(id).attr()) else {
            return Ok(None);
        };
        if let RoundCount::Fixed(count) = round.count {
            return Ok(Some(count));
        }
        // One more state counts them.
        let place = round.states.len();
        let so_far = graph.local(LocalUse::State, place, Shape::SCALAR);
        let one = graph.literal(1.0);
        let next = graph.apply(&ADD, Attr::None, Shape::SCALAR, &[so_far, one]);
        let mut args = graph.args(id)[..round.arity()].to_vec();
        args.insert(place, graph.literal(0.0));
        let mut counted = Round {
            keeps: Keeps::Last,
            ..(*round).clone()
        };
        counted.states.push((so_far, next));
        let shape = counted.shape(graph);
        let attr = graph.round(counted);
        let value = self.value_if_known(graph.apply(&ROUNDS, attr, shape, &args))?;
        Ok(value.and_then(|value| value.data().last().map(|count| *count as usize)))
    }

    /// What the way back through the rounds of the loop `id` takes, or through those of which it is the
    /// adjoint; `None` as for [`Evaluation::rounds`].
    ///
    /// # Errors
    /// As [`Evaluation::rounds`].
    pub fn checkpoints(&self, id: NodeId) -> Result<Option<Checkpoints>> {
        let graph = self.unit.graph;
        let round = graph.round_behind(graph.node(id).attr());
        let (Some(round), Some(rounds)) = (round, self.rounds(id)?) else {
            return Ok(None);
        };
        let memory = self.limits.memory;
        Ok(Some(Checkpoints::of(graph, &round, rounds, memory)))
    }
}
