//! Abstract syntax to graph: names looked up, shapes checked, broadcasts made explicit, functions
//! expanded, comprehensions unrolled or computed for all indices at once, derivatives taken.
//!
//! A [`Lowerer`] is a small abstract machine that lowers the expressions of one statement into one
//! graph. The result is a [`Unit`]: the graph with the names and places of its nodes.
//! Lowering needs some values while it works (counts, sizes, indices, conditions that decide a
//! shape), so the unit grows inside an [`Evaluation`], which computes them; at the end the machine
//! hands the evaluation out and is gone.

mod bracket;
mod calls;
mod check;
mod comprehension;
mod counts;
pub mod definitions;
mod derivatives;
mod equations;
mod evaluation;
mod explain;
mod frame;
mod indices;
mod iteration;
mod limits;
mod machine;
mod names;
mod operators;
mod origin;
mod read;
mod rounds;
mod rows;
mod ruled;
mod same;
mod signatures;
mod sizes;
mod statements;
mod stored;
mod sweeps;
mod targets;
mod tasks;
mod taylor;
mod uniform;
mod unit;
mod unrolled;

pub use definitions::{Definitions, Formula, Meaning};
pub use evaluation::Evaluation;
pub use limits::Limits;
pub use origin::Origin;
pub use signatures::{is_built_in, is_derivative_operator};
pub use unit::{Differentiated, Inputs, Unit};

use crate::diagnostic::{Diagnostic, Result};
use crate::graph::{Graph, NodeId, Op, Tensor};
use crate::syntax::ast::Name;
use crate::world::World;
use frame::HeldSets;
use rustc_hash::{FxHashMap, FxHashSet};
use std::path::{Path, PathBuf};
use sweeps::Swept;
use tasks::{CallKey, NameKey, Stacks};

/// The use of the graph, which decides what may be left out of it.
enum Purpose<'a> {
    /// To be shown: everything is a node.
    Show,
    /// Nothing but values: how a value came about may be left out.
    Values,
    /// Values for a preview: lowering keeps and notes nothing.
    Preview,
    /// A program that is run many times.
    Program {
        /// The inputs that change between runs.
        changing: &'a FxHashSet<Name>,
        /// The inputs that were looked up: the program depends on their shapes.
        looked_up: Vec<Name>,
    },
}

/// Results of lowering that are reused.
#[derive(Default)]
struct Memo {
    /// The nodes of the names of formulas; `None` while a name is being lowered.
    names: FxHashMap<NameKey, Option<NodeId>>,
    /// What is wrong with the names of formulas that cannot be lowered.
    failed: FxHashMap<NameKey, Diagnostic>,
    calls: FxHashMap<CallKey, NodeId>,
    files: FxHashMap<PathBuf, NodeId>,
}

/// Leaves that have one value after the other in what is being lowered.
#[derive(Default)]
struct ChangingLeaves {
    /// Those that stand for what changes from round to round of loops.
    rounds: FxHashSet<NodeId>,
    /// Those that stand for the indices of comprehensions, outermost first.
    indices: Vec<NodeId>,
}

/// What has no node of its own in a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrittenOut {
    /// Loops and matrices that are stored by their places are nodes.
    Nothing,
    /// Every matrix has all its entries, whatever is known to be zero.
    Matrices,
    /// Iterations are written round by round, too.
    Loops,
}

/// The machine: lowers expressions of one statement into one graph.
pub struct Lowerer<'a> {
    graph: &'a Graph,
    definitions: &'a Definitions,
    /// The unit that is being built, with the values that building it needs.
    evaluation: Evaluation<'a>,
    purpose: Purpose<'a>,
    /// The names that have a value of their own in this statement.
    bound: FxHashMap<Name, NodeId>,
    stacks: Stacks,
    memo: Memo,
    held_sets: HeldSets,
    /// The number of leaves so far that hold a node.
    holds: u32,
    changing: ChangingLeaves,
    written_out: WrittenOut,
    /// Leaves that stand for matrices of derivatives whose values were computed.
    swept: Vec<Swept>,
}

impl<'a> Lowerer<'a> {
    /// A machine that appends to `graph` what the names of `definitions` stand for.
    pub fn new(graph: &'a Graph, definitions: &'a Definitions, limits: Limits) -> Lowerer<'a> {
        let unit = Unit::new(graph, definitions, Inputs::default());
        Lowerer::with(unit, limits, Purpose::Show)
    }

    /// A machine for values alone: parts of the graph that only explain a value may be left
    /// out of the graph.
    pub fn for_values(
        graph: &'a Graph,
        definitions: &'a Definitions,
        limits: Limits,
    ) -> Lowerer<'a> {
        let unit = Unit::new(graph, definitions, Inputs::default());
        Lowerer::with(unit, limits, Purpose::Values)
    }

    /// A machine for previews, which change nothing.
    pub fn for_preview(
        graph: &'a Graph,
        definitions: &'a Definitions,
        limits: Limits,
    ) -> Lowerer<'a> {
        let unit = Unit::new(graph, definitions, Inputs::default());
        Lowerer::with(unit, limits, Purpose::Preview)
    }

    /// A machine for a program that is run for many values of the inputs `changing`: the variable of
    /// a loop is a leaf like any other, and indices may change. `inputs` are the leaves known so far.
    pub fn for_program(
        graph: &'a Graph,
        definitions: &'a Definitions,
        limits: Limits,
        inputs: Inputs,
        changing: &'a FxHashSet<Name>,
    ) -> Lowerer<'a> {
        let looked_up = Vec::new();
        let purpose = Purpose::Program {
            changing,
            looked_up,
        };
        Lowerer::with(Unit::new(graph, definitions, inputs), limits, purpose)
    }

    fn with(unit: Unit<'a>, limits: Limits, purpose: Purpose<'a>) -> Lowerer<'a> {
        Lowerer {
            graph: unit.graph,
            definitions: unit.definitions,
            evaluation: Evaluation::new(unit, limits),
            purpose,
            bound: FxHashMap::default(),
            stacks: Stacks::default(),
            memo: Memo::default(),
            held_sets: HeldSets::default(),
            holds: 0,
            changing: ChangingLeaves::default(),
            written_out: WrittenOut::Nothing,
            swept: Vec::new(),
        }
    }

    /// The same machine for a graph that is written as code.
    pub fn for_code(mut self, written_out: WrittenOut) -> Lowerer<'a> {
        self.written_out = written_out;
        self
    }

    /// The same machine where files are those of another world.
    pub fn in_world(mut self, world: &'a dyn World) -> Lowerer<'a> {
        self.evaluation.world = world;
        self
    }

    /// The finished unit, ready to be evaluated.
    pub fn finish(self) -> Evaluation<'a> {
        self.evaluation
    }

    /// The finished unit for a program, and the inputs that were looked up, whose shapes it depends on.
    pub fn into_program(self) -> (Unit<'a>, Vec<Name>) {
        let looked_up = match self.purpose {
            Purpose::Program { looked_up, .. } => looked_up,
            _ => Vec::new(),
        };
        (self.evaluation.unit, looked_up)
    }

    /// The files that were read, and the nodes of what they hold.
    pub fn files(&self) -> impl Iterator<Item = (&Path, NodeId)> {
        self.memo
            .files
            .iter()
            .map(|(path, node)| (path.as_path(), *node))
    }

    /// The unit so far.
    pub fn unit(&self) -> &Unit<'a> {
        &self.evaluation.unit
    }

    /// The unit so far, to be added to.
    pub fn unit_mut(&mut self) -> &mut Unit<'a> {
        &mut self.evaluation.unit
    }

    /// The evaluation of the unit so far.
    pub fn evaluation(&self) -> &Evaluation<'a> {
        &self.evaluation
    }

    /// The value of `node`: see [`Evaluation::value`].
    ///
    /// # Errors
    /// As there.
    pub fn value(&self, node: NodeId) -> Result<Tensor> {
        self.evaluation.value(node)
    }

    /// The rounds that a loop makes: see [`Evaluation::rounds`].
    ///
    /// # Errors
    /// As there.
    pub fn rounds(&self, id: NodeId) -> Result<Option<usize>> {
        self.evaluation.rounds(id)
    }

    /// True if nothing but values is wanted, and what is being lowered has a value.
    fn wants_values(&self) -> bool {
        matches!(self.purpose, Purpose::Values) && self.changing.indices.is_empty()
    }

    /// True while something is made that will run many times: a program, or the round of a loop.
    fn is_repeated(&self) -> bool {
        matches!(self.purpose, Purpose::Program { .. }) || !self.changing.rounds.is_empty()
    }

    /// True if `node` may have another value in another run of the program that is being made, in
    /// another round of a loop or for another index.
    fn is_changing(&self, node: NodeId) -> bool {
        let names = match &self.purpose {
            Purpose::Program { changing, .. } => Some(*changing),
            _ => None,
        };
        let first = match (self.is_repeated(), self.changing.indices.first()) {
            (true, _) => NodeId(0),
            (false, Some(leaf)) => *leaf,
            (false, None) => return false,
        };
        // Nodes before a leaf do not depend on it.
        let cone = self.graph.cone(&[node], |id| id < first);
        cone.iter().any(|id| match self.graph.node(*id).op {
            Op::Input(leaf) => {
                let named = |names: &FxHashSet<Name>| names.contains(&self.graph.leaf(leaf).name);
                self.changing.rounds.contains(id)
                    || self.changing.indices.contains(id)
                    || names.is_some_and(named)
            }
            _ => false,
        })
    }
}
