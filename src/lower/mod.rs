//! Abstract syntax to graph: names looked up, shapes checked, broadcasts made explicit, functions
//! expanded, comprehensions unrolled, derivatives taken.
//!
//! Lowering is a small abstract machine with a stack of tasks and a stack of nodes, so that
//! neither deep nesting nor a chain of a million definitions needs a deep call stack.

mod calls;
mod check;
mod comprehension;
mod counts;
pub mod definitions;
mod derivatives;
mod files;
mod operators;
mod statements;
mod sweeps;
mod table;

pub use calls::{SPECIAL, is_built_in, is_derivative_operator};
pub use definitions::{Definitions, Formula};
pub use files::{read_stream, read_text, sandboxed, write_text};
pub use table::table_of;

use crate::diagnostic::{Code, Diagnostic, Result};
use crate::diff::Held;
use crate::exec::{Failure, Interpreter};
use crate::graph::primitive::Fault;
use crate::graph::{Graph, NodeId, Op, Shape, Tensor, View};
use crate::source::Location;
use crate::stop;
use crate::syntax::ast::{ExprId, ExprKind, Ident, Name, NameId, Script, UnaryOp};
use crate::syntax::foreign;
use calls::{CallKey, Iteration};
use comprehension::Loop;
use definitions::{Function, Input, Meaning, Variable, constant};
use derivatives::Differentiation;
use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use smallvec::SmallVec;
use std::cell::RefCell;
use std::collections::hash_map::Entry;
use std::rc::Rc;
use sweeps::Swept;

/// What a statement may use up.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Nodes of one graph.
    pub nodes: usize,
    /// Bytes of values.
    pub memory: u64,
    /// Whether files may not be read or written.
    pub sandbox: bool,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            nodes: 20_000_000,
            memory: 4 << 30,
            sandbox: false,
        }
    }
}

/// A name bound in a scope, and the ones around it.
#[derive(Debug)]
struct Local {
    name: Name,
    node: NodeId,
    outer: Option<Rc<Local>>,
}

/// The global names that are held, and the nodes that stand for them.
#[derive(Debug, Default)]
struct HeldNames {
    names: Vec<(Name, NodeId)>,
    /// The same for equal sets: what memo tables are keyed by.
    id: u32,
}

impl HeldNames {
    fn get(&self, name: &str) -> Option<NodeId> {
        let found = self.names.iter().find(|(held, _)| &**held == name)?;
        Some(found.1)
    }
}

/// What an expression is read in: its script, what its names are bound to, what is held.
#[derive(Clone, Debug)]
struct Frame {
    script: Rc<Script>,
    locals: Option<Rc<Local>>,
    held: Rc<HeldNames>,
    /// The call that led here.
    via: Option<Rc<Location>>,
}

impl Frame {
    fn local(&self, name: &str) -> Option<NodeId> {
        let mut local = self.locals.as_deref();
        while let Some(found) = local {
            if &*found.name == name {
                return Some(found.node);
            }
            local = found.outer.as_deref();
        }
        None
    }

    fn bind(&self, name: &Name, node: NodeId) -> Frame {
        Frame {
            locals: Some(Rc::new(Local {
                name: name.clone(),
                node,
                outer: self.locals.clone(),
            })),
            ..self.clone()
        }
    }

    fn locate(&self, expr: ExprId) -> Location {
        self.script.locate(expr)
    }

    /// What the formula of a global name is read in when it is met here.
    fn of_formula(self: &Rc<Frame>, formula: &Formula) -> Rc<Frame> {
        let is_global = self.locals.is_none() && self.via.is_none();
        if is_global && Rc::ptr_eq(&self.script, &formula.script) {
            return self.clone();
        }
        Rc::new(Frame {
            script: formula.script.clone(),
            locals: None,
            held: self.held.clone(),
            via: None,
        })
    }
}

/// Where a node came from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The expression that made it.
    pub location: Location,
    /// The call that the expression was expanded in.
    pub via: Option<Rc<Location>>,
}

/// What is left to do, on a stack. Every `Finish`-like task finds its operands on the stack of
/// nodes, from `base` up, and leaves one node there.
enum Task {
    Visit(ExprId, Rc<Frame>),
    Finish(ExprId, Rc<Frame>, usize),
    /// The formula of the innermost name has been lowered: remember it.
    Define,
    /// A function's body has been lowered: remember it.
    Return(Option<Box<CallKey>>),
    /// Visit a side that may not be needed: a failure in it becomes a node.
    Branch(ExprId, Rc<Frame>),
    /// Where such a side ends.
    Catch(Rollback),
    Loop(Box<Loop>),
    Differentiate(Box<Differentiation>),
    /// A call or a chain of calls that is under way.
    Iterate(Box<Iteration>),
    /// The arguments of `f'` are there: differentiate its body.
    Prime(ExprId, Rc<Frame>, NodeId, u32),
}

/// How high the stacks were where a branch began.
struct Rollback {
    values: u32,
    names: u32,
    calls: u32,
}

/// A formula's name by its index among the definitions, and the set that is held while it is read.
type NameKey = (u32, u32);

/// The leaves of names, in order of appearance.
pub type Inputs = IndexMap<Name, NodeId, FxBuildHasher>;

/// The operands of an expression.
type Operands = SmallVec<[NodeId; 4]>;

/// The machine: lowers expressions of one statement into one graph.
pub struct Lowering<'a> {
    graph: &'a Graph,
    definitions: &'a Definitions,
    limits: Limits,
    interpreter: RefCell<Interpreter<'a>>,
    overlay: FxHashMap<Name, NodeId>,
    tasks: Vec<Task>,
    values: Vec<NodeId>,
    /// What the names of formulas stand for; nothing as long as they are being lowered.
    names: FxHashMap<NameKey, Option<NodeId>>,
    calls: FxHashMap<CallKey, NodeId>,
    held_sets: Vec<Rc<HeldNames>>,
    global: Rc<HeldNames>,
    /// The names whose formulas are being lowered, outermost first.
    naming: Vec<NameKey>,
    calling: Vec<(Rc<Function>, Location)>,
    reasons: Vec<Diagnostic>,
    origins: Vec<Option<Origin>>,
    /// By node: the place of its names among all, from 1; 0 where it has none.
    named: Vec<u32>,
    node_names: Vec<SmallVec<[Name; 1]>>,
    inputs: Inputs,
    files: FxHashMap<std::path::PathBuf, NodeId>,
    holds: u32,
    guards: Vec<(NodeId, f64)>,
    warnings: Vec<Diagnostic>,
    /// The inputs that were looked up, for a program: it depends on their shapes.
    looked_up: Vec<Name>,
    /// For a program that is run many times: the inputs that change between runs.
    changing: Option<&'a FxHashSet<Name>>,
    /// Whether nothing but values is wanted.
    values_only: bool,
    /// Leaves that stand for matrices of derivatives whose values were computed.
    swept: Vec<Swept>,
}

impl<'a> Lowering<'a> {
    /// A machine that appends to `graph` what the names of `definitions` stand for.
    pub fn new(graph: &'a Graph, definitions: &'a Definitions, limits: Limits) -> Lowering<'a> {
        let global = Rc::new(HeldNames::default());
        Lowering {
            graph,
            definitions,
            limits,
            interpreter: RefCell::new(Interpreter::new(graph, limits.memory)),
            overlay: FxHashMap::default(),
            tasks: Vec::new(),
            values: Vec::new(),
            names: FxHashMap::default(),
            calls: FxHashMap::default(),
            held_sets: vec![global.clone()],
            global,
            naming: Vec::new(),
            calling: Vec::new(),
            reasons: Vec::new(),
            origins: Vec::new(),
            named: Vec::new(),
            node_names: Vec::new(),
            inputs: Inputs::default(),
            files: FxHashMap::default(),
            holds: 0,
            guards: Vec::new(),
            warnings: Vec::new(),
            looked_up: Vec::new(),
            changing: None,
            values_only: false,
            swept: Vec::new(),
        }
    }

    /// A machine for those who want nothing but values: of how a value came about, some may be left
    /// out of the graph.
    pub fn for_values(
        graph: &'a Graph,
        definitions: &'a Definitions,
        limits: Limits,
    ) -> Lowering<'a> {
        Lowering {
            values_only: true,
            ..Lowering::new(graph, definitions, limits)
        }
    }

    /// A machine for a program that is run for many values of the inputs `changing`: the variable of
    /// a loop is a leaf like any other, and indices may change. `inputs` are the leaves known so far.
    pub fn for_program(
        graph: &'a Graph,
        definitions: &'a Definitions,
        limits: Limits,
        inputs: Inputs,
        changing: &'a FxHashSet<Name>,
    ) -> Lowering<'a> {
        Lowering {
            inputs,
            changing: Some(changing),
            ..Lowering::new(graph, definitions, limits)
        }
    }

    /// The leaves of all names met, here or before; and those that were looked up here, whose
    /// shapes what was lowered depends on.
    pub fn into_inputs(self) -> (Inputs, Vec<Name>) {
        (self.inputs, self.looked_up)
    }

    /// What the statement may use up.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The graph it appends to.
    pub fn graph(&self) -> &'a Graph {
        self.graph
    }

    /// Gives `name` a value of its own for this statement; a formula's name is held by it.
    pub fn bind(
        &mut self,
        name: &Ident,
        value: Rc<Tensor>,
        location: &Location,
        named: Location,
    ) -> Result<()> {
        if let Some(declared) = self.declared_shape(&name.name)
            && declared != value.shape()
        {
            return Err(Diagnostic::error(
                Code::Shape,
                location.clone(),
                format!(
                    "`{name}` was declared {declared}, and this value is {}",
                    value.shape()
                ),
                value.shape().described(),
            ));
        }
        let leaf = self
            .graph
            .input(name.name.clone(), value.shape(), Some(value));
        self.note_origin(leaf, named, None);
        self.note_name(leaf, &name.name);
        self.overlay.insert(name.name.clone(), leaf);
        self.inputs.insert(name.name.clone(), leaf);
        Ok(())
    }

    fn declared_shape(&self, name: &str) -> Option<Shape> {
        match &self.definitions.variable(name)?.meaning {
            Meaning::Input(input) => input.declared,
            Meaning::Formula(_) => None,
        }
    }

    /// The node that `formula` stands for, no name held.
    pub fn lower(&mut self, formula: &Formula) -> Result<NodeId> {
        self.lower_held(formula, &[])
    }

    /// The node that `formula` stands for while `held` names are leaves, each with the node that
    /// stands for it.
    pub fn lower_held(&mut self, formula: &Formula, held: &[(Name, NodeId)]) -> Result<NodeId> {
        let held = self.held_set(&self.global.clone(), held);
        let frame = Rc::new(Frame {
            script: formula.script.clone(),
            locals: None,
            held,
            via: None,
        });
        self.begin();
        self.tasks.push(Task::Visit(formula.expr, frame));
        self.run()?;
        Ok(self.values.pop().expect("an expression leaves one node"))
    }

    /// Forgets what a failed lowering may have left on the stacks.
    fn begin(&mut self) {
        self.tasks.clear();
        self.values.clear();
        self.close_names(0);
        self.calling.clear();
    }

    /// Gives up all but the first `count` names being lowered.
    fn close_names(&mut self, count: usize) {
        for key in self.naming.drain(count..) {
            self.names.remove(&key);
        }
    }

    /// The set `outer` with more names held.
    fn held_set(&mut self, outer: &Rc<HeldNames>, more: &[(Name, NodeId)]) -> Rc<HeldNames> {
        let mut names = outer.names.clone();
        for (name, node) in more {
            if !names.iter().any(|(known, _)| known == name) {
                names.push((name.clone(), *node));
            }
        }
        names.sort();
        if let Some(known) = self.held_sets.iter().find(|known| known.names == names) {
            return known.clone();
        }
        let id = self.held_sets.len() as u32;
        let set = Rc::new(HeldNames { names, id });
        self.held_sets.push(set.clone());
        set
    }

    /// The nodes of held names, as the differentiation engine wants them.
    fn held_nodes(held: &HeldNames) -> Held {
        held.names.iter().map(|(_, node)| *node).collect()
    }

    fn run(&mut self) -> Result<()> {
        while let Some(task) = self.tasks.pop() {
            if let Err(diagnostic) = self.step(task) {
                let diagnostic = self.with_calls(diagnostic);
                self.recover(diagnostic)?;
            }
        }
        Ok(())
    }

    fn step(&mut self, task: Task) -> Result<()> {
        match task {
            Task::Visit(expr, frame) => {
                self.check_limits(expr, &frame)?;
                self.visit(expr, &frame)
            }
            Task::Finish(expr, frame, base) => self.finish(expr, &frame, base),
            Task::Define => {
                let node = *self.values.last().expect("a formula leaves one node");
                let key = self.naming.pop().expect("its name is open");
                let (name, _) = self.definitions.at(key.0);
                self.note_name(node, name);
                self.names.insert(key, Some(node));
                Ok(())
            }
            Task::Return(key) => {
                let node = *self.values.last().expect("a body leaves one node");
                self.calling.pop();
                if let Some(key) = key {
                    self.calls.insert(*key, node);
                }
                Ok(())
            }
            Task::Catch(_) => Ok(()),
            Task::Loop(state) => self.advance_loop(*state),
            Task::Differentiate(state) => self.differentiate(*state),
            Task::Branch(expr, frame) => {
                self.catch();
                self.tasks.push(Task::Visit(expr, frame));
                Ok(())
            }
            Task::Iterate(state) => self.iterate(*state),
            Task::Prime(expr, frame, hold, order) => self.prime(expr, &frame, hold, order),
        }
    }

    /// What goes wrong in the body of a function says which call led there.
    fn with_calls(&self, diagnostic: Diagnostic) -> Diagnostic {
        let first = self.calling.first();
        let last = self.calling.last().filter(|_| self.calling.len() > 1);
        let known = |diagnostic: &Diagnostic, call: &Location| {
            let labels = diagnostic.labels();
            labels.iter().any(|label| label.location == *call)
        };
        [last, first]
            .into_iter()
            .flatten()
            .fold(diagnostic, |diagnostic, (function, call)| {
                if diagnostic.code() == Code::Circular || known(&diagnostic, call) {
                    return diagnostic;
                }
                let text = format!("in this call of `{}`", function.name);
                diagnostic.label(call.clone(), text)
            })
    }

    /// A failure inside a branch becomes a node that raises it only where the branch is taken.
    fn recover(&mut self, diagnostic: Diagnostic) -> Result<()> {
        if matches!(
            diagnostic.code(),
            Code::Limit | Code::Function | Code::Arity
        ) {
            return Err(diagnostic);
        }
        while let Some(task) = self.tasks.pop() {
            if let Task::Catch(rollback) = task {
                self.values.truncate(rollback.values as usize);
                self.close_names(rollback.names as usize);
                self.calling.truncate(rollback.calls as usize);
                let reason = self.reasons.len() as u32;
                self.reasons.push(diagnostic);
                self.values.push(self.graph.raise(reason, Shape::SCALAR));
                return Ok(());
            }
        }
        Err(diagnostic)
    }

    fn catch(&mut self) {
        self.tasks.push(Task::Catch(Rollback {
            values: self.values.len() as u32,
            names: self.naming.len() as u32,
            calls: self.calling.len() as u32,
        }));
    }

    fn check_limits(&self, expr: ExprId, frame: &Frame) -> Result<()> {
        let used = self.graph.len().max(self.values.len());
        if used > self.limits.nodes {
            return Err(node_limit(self.limits.nodes, frame.locate(expr)));
        }
        if stop::requested() {
            return Err(interrupted(frame.locate(expr)));
        }
        Ok(())
    }

    /// Pushes what is needed to leave the node of `expr` on the stack.
    fn visit(&mut self, expr: ExprId, frame: &Rc<Frame>) -> Result<()> {
        let script = &frame.script;
        let base = self.values.len();
        match &script.expr(expr).kind {
            ExprKind::Number(value) => self.values.push(self.graph.literal(*value)),
            ExprKind::Text(_) => {
                return Err(Diagnostic::error(
                    Code::Type,
                    frame.locate(expr),
                    "a text has no value",
                    "a text stands only after `print`, `import`, `to`, in `read(…)` and `scheme=`",
                ));
            }
            ExprKind::Name(name) => self.resolve(*name, expr, frame)?,
            ExprKind::Unary(UnaryOp::Neg, operand) => match script.expr(*operand).kind {
                // A minus in front of a number makes a negative number, not an operation.
                ExprKind::Number(value) if is_bare_number(script, *operand) => {
                    self.values.push(self.graph.literal(-value));
                }
                _ => self.visit_all([*operand], expr, frame, base),
            },
            ExprKind::If(condition, then, otherwise) => {
                self.visit_choice(expr, *condition, *then, *otherwise, frame, base);
            }
            ExprKind::Binary(op, left, right) if op.is_logical() => {
                self.tasks.push(Task::Finish(expr, frame.clone(), base));
                // The right side may fail where the left one decides.
                self.tasks.push(Task::Branch(*right, frame.clone()));
                self.tasks.push(Task::Visit(*left, frame.clone()));
            }
            ExprKind::Binary(_, left, right) => {
                self.visit_all([*left, *right], expr, frame, base);
            }
            ExprKind::Call { .. } | ExprKind::Derivative { .. } => {
                self.visit_call(expr, frame, base)?;
            }
            ExprKind::Comprehension { .. } => self.visit_comprehension(expr, frame.clone(), base),
            _ => {
                let mut children = Vec::new();
                script.expr(expr).children(|child| children.push(child));
                self.visit_all(children, expr, frame, base);
            }
        }
        Ok(())
    }

    fn visit_choice(
        &mut self,
        expr: ExprId,
        condition: ExprId,
        then: ExprId,
        otherwise: ExprId,
        frame: &Rc<Frame>,
        base: usize,
    ) {
        let branch = |side| Task::Branch(side, frame.clone());
        let tasks = [
            Task::Finish(expr, frame.clone(), base),
            branch(otherwise),
            branch(then),
            Task::Visit(condition, frame.clone()),
        ];
        self.tasks.extend(tasks);
    }

    /// Visits `children` left to right, then finishes `expr`.
    fn visit_all(
        &mut self,
        children: impl IntoIterator<Item = ExprId, IntoIter: DoubleEndedIterator>,
        expr: ExprId,
        frame: &Rc<Frame>,
        base: usize,
    ) {
        self.tasks.push(Task::Finish(expr, frame.clone(), base));
        for child in children.into_iter().rev() {
            self.tasks.push(Task::Visit(child, frame.clone()));
        }
    }

    /// Combines the operands on the stack from `base` up into the node of `expr`.
    fn finish(&mut self, expr: ExprId, frame: &Rc<Frame>, base: usize) -> Result<()> {
        let before = self.graph.len();
        let operands: Operands = self.values.drain(base..).collect();
        let node = match &frame.script.expr(expr).kind {
            ExprKind::Unary(op, _) => self.unary(*op, operands[0]),
            ExprKind::Binary(op, left, right) => self.binary(
                *op,
                expr,
                [*left, *right],
                [operands[0], operands[1]],
                frame,
            )?,
            ExprKind::If(condition, then, otherwise) => {
                self.choice([*condition, *then, *otherwise], &operands, frame)?
            }
            ExprKind::Index(target, indices) => {
                self.index(expr, *target, indices, &operands, frame)?
            }
            ExprKind::Matrix(rows) => self.matrix(rows, &operands, frame)?,
            ExprKind::Call { .. } | ExprKind::Derivative { .. } => {
                return self.finish_call(expr, frame, &operands);
            }
            _ => operands[0],
        };
        self.note_origins(before, frame, expr);
        self.values.push(node);
        Ok(())
    }

    /// Pushes what `name` stands for in `frame`.
    fn resolve(&mut self, id: NameId, expr: ExprId, frame: &Rc<Frame>) -> Result<()> {
        let name = frame.script.name(id);
        if let Some(node) = frame.local(name) {
            self.values.push(node);
            return Ok(());
        }
        let found = self.definitions.find_in(&frame.script, id);
        self.resolve_global(name, found, Some(expr), frame)
    }

    fn resolve_global(
        &mut self,
        name: &Name,
        found: Option<(u32, &'a Variable)>,
        expr: Option<ExprId>,
        frame: &Rc<Frame>,
    ) -> Result<()> {
        if let Some(node) = frame
            .held
            .get(name)
            .or_else(|| self.overlay.get(name).copied())
        {
            self.values.push(node);
            return Ok(());
        }
        let Some((index, variable)) = found else {
            let node = match constant(name) {
                Some(value) => self.graph.literal(value),
                None => self.free_input(name, expr, frame),
            };
            self.values.push(node);
            return Ok(());
        };
        match &variable.meaning {
            Meaning::Input(input) => {
                let node = self.defined_input(name, input, &variable.location)?;
                self.values.push(node);
                Ok(())
            }
            Meaning::Formula(formula) => {
                let key = (index, frame.held.id);
                match self.names.entry(key) {
                    Entry::Vacant(place) => place.insert(None),
                    Entry::Occupied(known) => {
                        let Some(node) = known.get() else {
                            let start = self.naming.iter().position(|known| *known == key);
                            return Err(self.circle(start.unwrap_or(0)));
                        };
                        self.values.push(*node);
                        return Ok(());
                    }
                };
                self.naming.push(key);
                self.tasks.push(Task::Define);
                let body = frame.of_formula(formula);
                self.tasks.push(Task::Visit(formula.expr, body));
                Ok(())
            }
        }
    }

    /// The leaf of a name that nothing defines.
    fn free_input(&mut self, name: &Name, expr: Option<ExprId>, frame: &Frame) -> NodeId {
        if let Some(node) = self.inputs.get(name) {
            return *node;
        }
        let node = self.graph.input(name.clone(), Shape::SCALAR, None);
        if let Some(expr) = expr {
            self.note_origin(node, frame.locate(expr), frame.via.clone());
        }
        self.note_name(node, name);
        self.inputs.insert(name.clone(), node);
        node
    }

    fn defined_input(&mut self, name: &Name, input: &Input, location: &Location) -> Result<NodeId> {
        if self.changing.is_some() && !self.looked_up.contains(name) {
            self.looked_up.push(name.clone());
        }
        if let Some(node) = self.inputs.get(name) {
            return Ok(*node);
        }
        let value = self.input_value(input)?;
        if let (true, Some(value)) = (input.constant && self.changing.is_none(), &value) {
            return Ok(self.graph.constant((**value).clone()));
        }
        let shape = value
            .as_ref()
            .map(|value| value.shape())
            .or(input.declared)
            .unwrap_or(Shape::SCALAR);
        let node = self.graph.input(name.clone(), shape, value);
        self.note_origin(node, location.clone(), None);
        self.note_name(node, name);
        self.inputs.insert(name.clone(), node);
        Ok(node)
    }

    /// The value of an input, computed the first time it is needed.
    fn input_value(&mut self, input: &Input) -> Result<Option<Rc<Tensor>>> {
        if let Some(value) = input.value.get() {
            return Ok(Some(value.clone()));
        }
        let Some(formula) = &input.source else {
            return Ok(None);
        };
        let graph = Graph::new();
        let mut lowering = Lowering::for_values(&graph, self.definitions, self.limits);
        let node = lowering.lower(formula)?;
        let value = Rc::new(lowering.value(node)?);
        if let Some(declared) = input.declared.filter(|declared| *declared != value.shape()) {
            let shape = value.shape();
            return Err(Diagnostic::error(
                Code::Shape,
                formula.location(),
                format!("this input was declared {declared}, and the value is {shape}"),
                shape.described(),
            )
            .help("declare it again with `input`, or give it a value of that shape"));
        }
        self.warnings.append(&mut lowering.warnings);
        Ok(Some(input.value.get_or_init(|| value).clone()))
    }

    /// The error for a circle of definitions that begins at `start` of the names being lowered.
    fn circle(&self, start: usize) -> Diagnostic {
        let open = self.naming[start..].iter();
        let (names, places): (Vec<&Name>, Vec<&Location>) = open
            .map(|(index, _)| self.definitions.at(*index))
            .map(|(name, variable)| (name, &variable.location))
            .unzip();
        let mut chain: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        if chain.len() > 8 {
            chain.splice(4..chain.len() - 3, ["…".to_string()]);
        }
        let first = names[0];
        let next_of = |k: usize| names[(k + 1) % names.len()];
        let mut error = Diagnostic::error(
            Code::Circular,
            places[0].clone(),
            format!(
                "{} → `{first}` is a circle: nothing in it has a value",
                chain.join(" → ")
            ),
            format!("`{first}` needs `{}`", next_of(0)),
        );
        for (k, name) in names.iter().enumerate().skip(1) {
            let text = format!("`{name}` needs `{}`", next_of(k));
            error = error.label(places[k].clone(), text);
        }
        error.help(if names.len() == 1 {
            format!("to compute a new value from the old one, write `{first} := …`")
        } else {
            format!("define one of them by a value, or compute it once with `{first} := …`")
        })
    }

    /// Refuses to go on with `node` where the user asked to stop.
    pub fn go_on(&self, node: NodeId) -> Result<()> {
        if stop::requested() {
            return Err(interrupted(self.location_of(node)));
        }
        Ok(())
    }

    fn note_origin(&mut self, node: NodeId, location: Location, via: Option<Rc<Location>>) {
        let origin = Origin { location, via };
        if self.origins.len() == node.index() {
            return self.origins.push(Some(origin));
        }
        if self.origins.len() < node.index() {
            self.origins.resize(node.index() + 1, None);
        }
        self.origins[node.index()].get_or_insert(origin);
    }

    /// Notes `expr` as the origin of all nodes built since there were `before`.
    fn note_origins(&mut self, before: usize, frame: &Frame, expr: ExprId) {
        for node in before..self.graph.len() {
            self.note_origin(NodeId(node as u32), frame.locate(expr), frame.via.clone());
        }
    }

    fn note_name(&mut self, node: NodeId, name: &Name) {
        if self.named.len() <= node.index() {
            self.named.resize(node.index() + 1, 0);
        }
        let place = &mut self.named[node.index()];
        if *place == 0 {
            self.node_names.push(SmallVec::new());
            *place = self.node_names.len() as u32;
        }
        let names = &mut self.node_names[*place as usize - 1];
        if !names.contains(name) {
            names.push(name.clone());
        }
    }

    fn forget_name(&mut self, node: NodeId, name: &Name) {
        let place = self.named.get(node.index()).copied().unwrap_or(0);
        if let Some(names) = self.node_names.get_mut((place as usize).wrapping_sub(1)) {
            names.retain(|known| known != name);
        }
    }

    /// Where `node` came from.
    pub fn origin(&self, node: NodeId) -> Option<&Origin> {
        self.origins.get(node.index())?.as_ref()
    }

    /// The names that stand for `node`, in the order in which they were reached.
    pub fn names_of(&self, node: NodeId) -> &[Name] {
        let place = self.named.get(node.index()).copied().unwrap_or(0);
        let names = self.node_names.get((place as usize).wrapping_sub(1));
        names.map_or(&[], SmallVec::as_slice)
    }

    /// The leaves of all names met so far, in order of appearance.
    pub fn inputs(&self) -> &Inputs {
        &self.inputs
    }

    /// The warnings found so far, which are then forgotten.
    pub fn take_warnings(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.warnings)
    }

    /// The values that lowering depended on: counts, indices, conditions that decide a shape.
    pub fn guards(&self) -> &[(NodeId, f64)] {
        &self.guards
    }

    /// The value of `node`.
    pub fn value(&self, node: NodeId) -> Result<Tensor> {
        self.with_value(node, |view| view.to_tensor())
    }

    /// What `read` makes of the value of `node` where it stands; it asks for no other value.
    pub fn with_value<T>(&self, node: NodeId, read: impl FnOnce(View<'_>) -> T) -> Result<T> {
        let mut interpreter = self.interpreter.borrow_mut();
        match interpreter.value(node) {
            Ok(view) => Ok(read(view)),
            Err(failure) => Err(self.explain(&failure)),
        }
    }

    /// The value of `node`, where everything it needs has one.
    pub fn value_if_known(&self, node: NodeId) -> Result<Option<Tensor>> {
        match self.interpreter.borrow_mut().value(node) {
            Ok(view) => Ok(Some(view.to_tensor())),
            Err(Failure::Missing(_)) => Ok(None),
            Err(failure) => Err(self.explain(&failure)),
        }
    }

    /// A failed evaluation as a diagnostic.
    pub fn explain(&self, failure: &Failure) -> Diagnostic {
        match failure {
            Failure::Missing(leaf) => self.missing(*leaf),
            Failure::Raised(_, reason) => self.reasons[*reason as usize].clone(),
            Failure::Fault(node, Fault::Singular) => Diagnostic::error(
                Code::Singular,
                self.location_of(*node),
                "the matrix is singular: it has no inverse",
                "this matrix is singular",
            )
            .help("its rows depend on each other; for a least-squares answer solve the normal equations of a matrix with independent columns"),
            Failure::Fault(node, Fault::NoSuchClass) => Diagnostic::error(
                Code::Index,
                self.location_of(*node),
                "a class is not one of 1, 2, … up to the number of classes",
                "classes count from 1",
            ),
            Failure::Fault(node, Fault::NoSuchEntry) => Diagnostic::error(
                Code::Index,
                self.location_of(*node),
                "an index is not one of the places that there are",
                "no entry there",
            ),
            Failure::Memory(node, limit) => memory_limit(*limit, self.location_of(*node)),
            Failure::Interrupted => interrupted(self.location_of(NodeId(0))),
        }
    }

    /// Where `node` was written, or the nearest node before it that was.
    fn location_of(&self, node: NodeId) -> Location {
        (0..=node.index())
            .rev()
            .find_map(|k| Some(self.origins.get(k)?.as_ref()?.location.clone()))
            .unwrap_or_else(|| {
                Location::new(&crate::source::Source::new("", ""), Default::default())
            })
    }

    /// Whether `node` may have another value in another run of the program that is being made.
    fn is_changing(&self, node: NodeId) -> bool {
        let Some(changing) = self.changing else {
            return false;
        };
        let cone = self.graph.cone(&[node], |_| false);
        cone.iter().any(|id| match self.graph.node(*id).op {
            Op::Input(leaf) => changing.contains(&self.graph.leaf(leaf).name),
            _ => false,
        })
    }

    /// Whether `node` is a name without a meaning or a value.
    fn is_free(&self, node: NodeId) -> bool {
        let Op::Input(number) = self.graph.node(node).op else {
            return false;
        };
        let leaf = self.graph.leaf(number);
        leaf.value.is_none()
            && self.inputs.get(&leaf.name) == Some(&node)
            && self.definitions.variable(&leaf.name).is_none()
    }

    pub(super) fn missing(&self, leaf: NodeId) -> Diagnostic {
        let Op::Input(number) = self.graph.node(leaf).op else {
            return interrupted(self.location_of(leaf));
        };
        let name = self.graph.leaf(number).name;
        let location = self.location_of(leaf);
        if self.definitions.variable(&name).is_some() {
            return Diagnostic::error(
                Code::Value,
                location,
                format!("`{name}` has no value"),
                "declared here, without a value",
            )
            .help(format!(
                "give it one: `{name} = …`, or `at {name} = …` for one statement"
            ));
        }
        if let Some(signature) = self.signature(&name) {
            return Diagnostic::error(
                Code::Name,
                location,
                format!("`{name}` is a function and has no value of its own"),
                "not called",
            )
            .help(format!("call it: `{signature}`"));
        }
        if crate::syntax::STATEMENT_WORDS.contains(&&*name) {
            return Diagnostic::error(
                Code::Name,
                location,
                format!("`{name}` begins a statement; alone it is a name that is not defined"),
                "nothing follows it",
            )
            .help(format!("write what it is about behind it: `{name} …`"));
        }
        let error = Diagnostic::error(
            Code::Name,
            location,
            format!("`{name}` is not defined"),
            "has no value",
        );
        if let Some(advice) = self.foreign_value(&name) {
            return error.help(advice);
        }
        match self.nearest_name(&name) {
            Some(nearest) => error.help(format!(
                "did you mean `{nearest}`? Or define it: `{name} = …`"
            )),
            None => error.help(format!(
                "define it: `{name} = …`, or give it a value for one statement: `at {name} = …`"
            )),
        }
    }

    /// What to write instead of `name`, if it is a constant of another language or `dL` of `dL/dw`.
    fn foreign_value(&self, name: &str) -> Option<String> {
        foreign::value(name).map(str::to_owned).or_else(|| {
            let of = name.strip_prefix('d')?;
            let known = self.definitions.variable(of).is_some() || of.is_empty();
            let output = if of.is_empty() { "L" } else { of };
            known.then(|| {
                format!(
                    "the derivative of `{output}` by `w` is `grad({output}, w)`; `derive {output} wrt w` shows its formula"
                )
            })
        })
    }

    /// The known name that looks most like `name`.
    fn nearest_name(&self, name: &str) -> Option<String> {
        let known = self.definitions.variables().map(|(name, _)| &**name);
        nearest(name, known.chain(["pi", "inf", "nan"]))
    }
}

/// A number written as one token: `-(3)` is an operation on 3, `-3` is a number.
fn is_bare_number(script: &Script, expr: ExprId) -> bool {
    !script.text(expr).starts_with('(')
}

/// The candidate that looks most like `name`, if any is close.
pub fn nearest<'n>(name: &str, candidates: impl Iterator<Item = &'n str>) -> Option<String> {
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates.filter(|candidate| *candidate != name) {
        let same = candidate.to_lowercase() == name.to_lowercase();
        let score = if same {
            0.5
        } else {
            strsim::damerau_levenshtein(name, candidate) as f64
        };
        let longest = name.chars().count().max(candidate.chars().count()) as f64;
        let close = same || score <= (longest / 3.0).max(if longest > 1.0 { 1.0 } else { 0.0 });
        let better = best.is_none_or(|(known, text)| (score, candidate) < (known, text));
        if close && better {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate.to_string())
}

fn node_limit(limit: usize, location: Location) -> Diagnostic {
    Diagnostic::error(
        Code::Limit,
        location,
        format!("the graph has more than {limit} nodes"),
        "grew beyond the limit here",
    )
    .help("raise the limit with `--limit-nodes N`, or write the sum over entries as an operation on whole arrays")
}

fn memory_limit(limit: u64, location: Location) -> Diagnostic {
    Diagnostic::error(
        Code::Limit,
        location,
        format!("the values need more than {} of memory", bytes(limit)),
        "does not fit",
    )
    .help("raise the limit with `--limit-memory`, for example `--limit-memory 16G`")
}

fn bytes(count: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match UNITS.iter().find(|(size, _)| count >= *size) {
        Some((size, unit)) => format!("{} {unit}", count / size),
        None => format!("{count} bytes"),
    }
}

fn interrupted(location: Location) -> Diagnostic {
    Diagnostic::error(Code::Limit, location, "interrupted", "stopped here")
}
