//! A script as a program for another language: requests, and the statements that change inputs, on one
//! graph.

use super::sizes::table::SizeTable;
use crate::diagnostic::{Result, bail};
use crate::graph::{Graph, NodeId, Op, Primitive, Shape, Tensor, substitute::images};
use crate::primitives::{arithmetic, rules};
use crate::source::Location;
use crate::syntax::ast::Name;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// An input of the program: an argument of its functions.
#[derive(Clone, Debug)]
pub struct ExportInput {
    /// Its name in the script.
    pub name: Name,
    /// The shape of its value.
    pub shape: Shape,
    /// Its value before the first loop, where it has one.
    pub value: Option<Rc<Tensor>>,
    /// The node that computes this value, where that says more than its numbers.
    pub source: Option<NodeId>,
    /// True for what is read from a file.
    pub is_data: bool,
}

/// An expression that is asked for.
#[derive(Clone, Debug)]
pub struct Wish {
    /// As the user wrote it.
    pub text: String,
    /// Its node.
    pub node: NodeId,
    /// Of a scalar: its derivative with respect to each argument.
    pub adjoints: Vec<NodeId>,
    /// The derivative that it is, where it is one and nothing else.
    pub derivative: Option<FrameworkDerivative>,
}

/// `grad(L, w)` and the like, as a framework computes it.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameworkDerivative {
    /// The expression that is differentiated.
    pub of: NodeId,
    /// The same as the user would write it.
    pub text: String,
    /// The number of the argument.
    pub argument: usize,
    /// The kind of derivative.
    pub kind: DerivedKind,
}

/// The kinds of derivatives that frameworks have a word for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DerivedKind {
    /// Of a scalar, in the shape of the argument.
    Gradient,
    /// Of a vector by a vector.
    Jacobian,
    /// Of a scalar, twice.
    Hessian,
}

/// A statement that changes arguments. Each reads the arguments as they are when it runs.
#[derive(Clone, Debug)]
pub enum Step {
    /// New values for arguments or entries of them; every right side sees the old ones.
    Assign(Vec<Change>),
    /// Rounds that are counted.
    Repeat(NodeId, Vec<Step>),
    /// Rounds with a number that grows by one.
    For {
        /// The number: an argument.
        variable: usize,
        /// Its first value.
        from: NodeId,
        /// Its last value.
        to: NodeId,
        /// The statements of a round.
        body: Vec<Step>,
    },
    /// Rounds as long as a condition holds.
    While(NodeId, Vec<Step>),
    /// One of two.
    If(NodeId, Vec<Step>, Vec<Step>),
}

/// `W := e`, `W[i, j] := e`
#[derive(Clone, Debug)]
pub struct Change {
    /// The argument.
    pub argument: usize,
    /// The entries that are replaced; `None` for the whole.
    pub place: Option<Entries>,
    /// The new value; a scalar fills entries.
    pub value: NodeId,
}

/// A rectangle of entries, which may be elsewhere in every round.
#[derive(Clone, Copy, Debug)]
pub struct Entries {
    /// The first row and column, counted from 1.
    pub corner: [NodeId; 2],
    /// The number of rows and columns.
    pub extent: Shape,
}

impl Step {
    /// The nodes that it reads itself, not those of the statements inside.
    pub fn reads(&self) -> Vec<NodeId> {
        match self {
            Step::Assign(changes) => changes.iter().flat_map(Change::reads).collect(),
            Step::Repeat(node, _) | Step::While(node, _) | Step::If(node, ..) => vec![*node],
            Step::For { from, to, .. } => vec![*from, *to],
        }
    }

    /// The statements inside.
    pub fn blocks(&self) -> Vec<&[Step]> {
        match self {
            Step::Assign(_) => vec![],
            Step::Repeat(_, body) | Step::While(_, body) | Step::For { body, .. } => vec![body],
            Step::If(_, then, otherwise) => vec![then, otherwise],
        }
    }

    /// The nodes that it and the statements inside read, to be changed.
    fn nodes<'s>(&'s mut self, found: &mut Vec<&'s mut NodeId>) {
        let blocks = match self {
            Step::Assign(changes) => {
                for change in changes {
                    found.extend(change.place.iter_mut().flat_map(|place| &mut place.corner));
                    found.push(&mut change.value);
                }
                return;
            }
            Step::Repeat(node, body) | Step::While(node, body) => {
                found.push(node);
                vec![body]
            }
            Step::For { from, to, body, .. } => {
                found.extend([from, to]);
                vec![body]
            }
            Step::If(node, then, otherwise) => {
                found.push(node);
                vec![then, otherwise]
            }
        };
        for step in blocks.into_iter().flatten() {
            step.nodes(found);
        }
    }
}

impl Change {
    /// The nodes that it reads.
    pub fn reads(&self) -> Vec<NodeId> {
        let corner = self.place.iter().flat_map(|place| place.corner);
        corner.chain([self.value]).collect()
    }
}

/// All steps of some blocks, and of the blocks inside.
pub fn all_steps<'s>(steps: &'s [Step]) -> Vec<&'s Step> {
    let mut found: Vec<&Step> = steps.iter().collect();
    let mut next = 0;
    while let Some(step) = found.get(next) {
        let inner: Vec<&'s Step> = step.blocks().into_iter().flatten().collect();
        found.extend(inner);
        next += 1;
    }
    found
}

/// The arguments that some steps change, in order.
pub fn changed(steps: &[Step]) -> Vec<usize> {
    let mut found = Vec::new();
    for step in all_steps(steps) {
        match step {
            Step::Assign(changes) => found.extend(changes.iter().map(|change| change.argument)),
            Step::For { variable, .. } => found.push(*variable),
            _ => {}
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// A script, ready to be written in another language.
#[derive(Clone)]
pub struct ExportProgram<'g> {
    /// The graph of everything in it.
    pub graph: &'g Graph,
    /// The name of the script.
    pub title: String,
    /// The inputs, in the order of their definition.
    pub arguments: Vec<ExportInput>,
    /// The leaves of the graph that stand for arguments.
    pub leaves: FxHashMap<NodeId, usize>,
    /// The expressions that are asked for, in order.
    pub wishes: Vec<Wish>,
    /// The statements from the first loop on that change arguments.
    pub steps: Vec<Step>,
    /// The names of formulas.
    pub names: FxHashMap<NodeId, Name>,
    /// The places of nodes in the source.
    pub places: FxHashMap<NodeId, Location>,
    /// The place of the whole script.
    pub whole: Location,
    /// The files that constants were read from, as the script names them.
    pub files: FxHashMap<NodeId, String>,
    /// The sizes in it.
    pub sizes: ExportSizes,
    /// Derivatives that a self-test holds against differences of values.
    pub differences: Vec<DifferenceCheck>,
}

/// The sizes of a program: those that its code holds as numbers, and those that it takes from shapes.
#[derive(Clone, Debug, Default)]
pub struct ExportSizes {
    /// Sizes, counts and the like that the code holds as numbers.
    pub fixed: Vec<(Name, f64)>,
    /// The numbers that are formulas of sizes; all sizes in the graph are numbers without it.
    pub table: Option<SizeTable>,
}

/// A request that is the derivative of another.
#[derive(Clone, Copy, Debug)]
pub struct DifferenceCheck {
    /// The number of the request.
    pub derivative: usize,
    /// The number of the one that is differentiated.
    pub value: usize,
    /// The number of the argument.
    pub argument: usize,
}

/// Arguments as a set; all beyond the last bit share it.
pub type ArgumentSet = u128;

/// The set of some arguments.
pub fn argument_set(arguments: &[usize]) -> ArgumentSet {
    (arguments.iter()).fold(0, |set, argument| set | 1 << argument.min(&127))
}

/// The number of nodes up to which a function is written out.
const LONGEST: usize = 20_000;

impl ExportProgram<'_> {
    /// The place of `node` in the source.
    pub fn place(&self, node: NodeId) -> Location {
        self.places.get(&node).unwrap_or(&self.whole).clone()
    }

    /// Adds an input that nothing reads.
    pub fn add_argument(&mut self, name: &Name, shape: Shape, value: Option<Rc<Tensor>>) {
        self.arguments.push(ExportInput {
            name: name.clone(),
            shape,
            value,
            source: None,
            is_data: false,
        });
        for wish in &mut self.wishes {
            if !wish.adjoints.is_empty() {
                let zeros = self.graph.constant(Tensor::filled(shape, 0.0));
                wish.adjoints.push(zeros);
            }
        }
    }

    /// The nodes that it computes.
    pub fn roots(&self) -> Vec<NodeId> {
        let mut roots: Vec<NodeId> = Vec::new();
        for wish in &self.wishes {
            roots.push(wish.node);
            roots.extend(&wish.adjoints);
            roots.extend(wish.derivative.as_ref().map(|derivative| derivative.of));
        }
        roots.extend(all_steps(&self.steps).into_iter().flat_map(Step::reads));
        roots
    }

    /// The row of `node`, where it is an operation of the table.
    pub fn row(&self, node: NodeId) -> Option<&'static Primitive> {
        self.graph.node(node).primitive()
    }

    /// The arguments that every node depends on.
    pub fn dependence(&self) -> Vec<ArgumentSet> {
        let mut all: Vec<ArgumentSet> = Vec::with_capacity(self.graph.len());
        for k in 0..self.graph.len() {
            let id = NodeId(k as u32);
            let own = self.leaves.get(&id);
            let mut set = argument_set(own.map_or(&[], std::slice::from_ref));
            self.graph.for_args(id, |arg| set |= all[arg.index()]);
            all.push(set);
        }
        all
    }

    /// The nodes that `roots` need, arguments first, down to those that are `known`.
    pub fn cone(&self, roots: &[NodeId], known: impl Fn(NodeId) -> bool) -> Vec<NodeId> {
        let mut seen = rustc_hash::FxHashSet::default();
        let mut stack: Vec<NodeId> = roots.to_vec();
        while let Some(id) = stack.pop() {
            if seen.insert(id) && !known(id) {
                self.graph.for_args(id, |arg| stack.push(arg));
            }
        }
        let mut all: Vec<NodeId> = seen.into_iter().collect();
        all.sort_unstable();
        all
    }

    /// The nodes that a function for `roots` writes, arguments first, each with the number of its uses
    /// by others.
    ///
    /// # Errors
    /// They are too many to be written out.
    pub fn written(
        &self,
        roots: &[NodeId],
        known: impl Fn(NodeId) -> bool,
    ) -> Result<(Vec<NodeId>, FxHashMap<NodeId, u32>)> {
        let order = self.cone(roots, &known);
        if order.len() > LONGEST {
            let worst = *order.last().expect("it is not empty");
            bail!(Limit, self.place(worst),
                "this is {} operations when written out, too many for a file of code", order.len();
                label: "unrolled";
                help: "write it with arrays: `sum(x.^2)` for `sum(x[i]^2 for i in 1..n)`");
        }
        let mut uses: FxHashMap<NodeId, u32> = FxHashMap::default();
        for id in order.iter().filter(|id| !known(**id)) {
            self.graph
                .for_args(*id, |arg| *uses.entry(arg).or_default() += 1);
        }
        Ok((order, uses))
    }

    /// The same program, in which constants with the same numbers are one node, and so is what is computed
    /// from them: each request was lowered by itself.
    pub fn merged(self) -> Self {
        let kept: Vec<NodeId> = self.files.keys().copied().collect();
        self.rewritten(|graph, roots| {
            let mut first: FxHashMap<(Shape, Vec<u64>), NodeId> = FxHashMap::default();
            let mut same: FxHashMap<NodeId, NodeId> = FxHashMap::default();
            for id in graph.cone(roots, |_| false) {
                let Op::Constant(k) = graph.node(id).op else {
                    continue;
                };
                let value = graph.constant_value(k);
                let bits = value.data().iter().map(|x| x.to_bits()).collect();
                let known = *first.entry((value.shape(), bits)).or_insert(id);
                if known != id && !kept.contains(&id) {
                    same.insert(id, known);
                }
            }
            images(graph, roots, &same)
        })
    }

    /// The same program with other nodes: `rewrite` says what becomes of those that `roots` need.
    pub fn rewritten(
        mut self,
        rewrite: impl FnOnce(&Graph, &[NodeId]) -> FxHashMap<NodeId, NodeId>,
    ) -> Self {
        let mut nodes: Vec<&mut NodeId> = Vec::new();
        for wish in &mut self.wishes {
            nodes.push(&mut wish.node);
            nodes.extend(&mut wish.adjoints);
            nodes.extend(
                wish.derivative
                    .as_mut()
                    .map(|derivative| &mut derivative.of),
            );
        }
        for step in &mut self.steps {
            step.nodes(&mut nodes);
        }
        let roots: Vec<NodeId> = nodes.iter().map(|node| **node).collect();
        let images = rewrite(self.graph, &roots);
        for node in nodes {
            *node = images.get(node).copied().unwrap_or(*node);
        }
        let mut images: Vec<(NodeId, NodeId)> = images.into_iter().collect();
        images.sort_unstable();
        for (old, new) in images {
            if let Some(name) = self.names.get(&old).cloned() {
                self.names.entry(new).or_insert(name);
            }
            if let Some(place) = self.places.get(&old).cloned() {
                self.places.entry(new).or_insert(place);
            }
        }
        self
    }

    /// The same program for a self-test: the values whose derivatives are asked for are asked for too.
    pub fn with_values(mut self) -> Self {
        for k in 0..self.wishes.len() {
            let Some(derived) = self.wishes[k].derivative.clone() else {
                continue;
            };
            let shapes = [derived.of, self.wishes[k].node].map(|node| self.graph.shape(node));
            let argument = self.arguments[derived.argument].shape;
            // Of a value with columns there is no one order of its entries.
            let columns = !shapes[0].is_scalar() && (shapes[0].cols > 1 || argument.cols > 1);
            let depends = self.arguments_of(&[derived.of]).contains(&derived.argument);
            let fits = shapes[1].len() == shapes[0].len() * argument.len();
            // Derivatives that the user gave, or takes for zero, are none of these numbers.
            let own = [&arithmetic::STOP, &rules::RULED];
            let given = self.cone(&[derived.of], |_| false).into_iter().any(|id| {
                self.row(id)
                    .is_some_and(|row| own.iter().any(|known| row.is(known)))
            });
            if given || columns || !depends || !fits || argument.is_empty() {
                continue;
            }
            let known = (self.wishes.iter())
                .position(|wish| wish.node == derived.of || wish.text == derived.text);
            let value = known.unwrap_or_else(|| {
                self.wishes.push(Wish {
                    text: derived.text,
                    node: derived.of,
                    adjoints: Vec::new(),
                    derivative: None,
                });
                self.wishes.len() - 1
            });
            self.differences.push(DifferenceCheck {
                derivative: k,
                value,
                argument: derived.argument,
            });
        }
        self
    }

    /// The arguments that nodes depend on, in order.
    pub fn arguments_of(&self, roots: &[NodeId]) -> Vec<usize> {
        let cone = self.cone(roots, |_| false);
        let leaf = |id: &NodeId| self.leaves.get(id).copied();
        let mut found: Vec<usize> = cone.iter().filter_map(leaf).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// What a caller hands over: all arguments but the numbers of loops that no request asks for.
    pub fn handed_over(&self) -> Vec<usize> {
        let roots: Vec<NodeId> = self.wishes.iter().map(|wish| wish.node).collect();
        let asked = self.arguments_of(&roots);
        (0..self.arguments.len())
            .filter(|k| asked.contains(k) || !self.is_counter(*k))
            .collect()
    }

    /// The numbers that the code holds for `node`: a constant, or an input with one value.
    pub fn value_of(&self, node: NodeId) -> Rc<Tensor> {
        match self.graph.node(node).op {
            Op::Constant(k) => self.graph.constant_value(k),
            Op::Input(k) => {
                let value = self.graph.leaf(k).value;
                value.unwrap_or_else(|| Rc::new(Tensor::filled(self.graph.shape(node), f64::NAN)))
            }
            _ => Rc::new(Tensor::filled(self.graph.shape(node), f64::NAN)),
        }
    }

    /// True if an argument is the number of a loop.
    pub fn is_counter(&self, argument: usize) -> bool {
        all_steps(&self.steps)
            .iter()
            .any(|step| matches!(step, Step::For { variable, .. } if *variable == argument))
    }
}
