//! Definitions: the formulas, inputs and functions that the names of a session stand for.

mod changes;
mod facts;
mod sizes;

pub use sizes::{OpenInput, SymbolicShape, written};

use crate::diagnostic::{Result, error};
use crate::graph::{Shape, Tensor};
use crate::primitives::stored::StoredTensor;
use crate::proof::Facts;
use crate::source::Location;
use crate::syntax::ast::{ExprId, ExprKind, Ident, Name, NameId, Script};
use crate::syntax::special::Special;
use crate::world::{Sandbox, World};
use changes::{Change, Journal};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use sizes::DrawnSizes;
use smallvec::{SmallVec, smallvec};
use std::cell::OnceCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

/// An expression together with the script it stands in.
#[derive(Clone, Debug)]
pub struct Formula {
    /// The script.
    pub script: Rc<Script>,
    /// The expression.
    pub expr: ExprId,
}

impl Formula {
    /// Its place in the source.
    pub fn location(&self) -> Location {
        self.script.locate(self.expr)
    }
}

/// A leaf of the graph, as the user defined it.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// The shape it was declared with, which updates must keep.
    pub declared: Option<Shape>,
    /// The sizes that it was declared with, where they are names without a value.
    pub symbolic: Option<Rc<SymbolicShape>>,
    /// The formula that gives its value when first needed.
    pub source: Option<Formula>,
    /// Its value, once computed.
    pub value: OnceCell<Rc<Tensor>>,
    /// Its value, where that is a matrix that is stored by its places.
    pub stored: Option<Rc<StoredTensor>>,
    /// Its rank in the order of inputs.
    pub place: u64,
    /// True for data read from a file, which the default `wrt` leaves out.
    pub data: bool,
    /// True for the variable of a loop: a number rather than a leaf.
    pub constant: bool,
    /// True if the session put it there by itself, and the user did not: no part of what is
    /// undone, saved, listed, or differentiated by unasked.
    pub implicit: bool,
}

/// The meaning of a name.
#[derive(Clone, Debug)]
pub enum Meaning {
    /// A formula, computed anew wherever it is used.
    Formula(Formula),
    /// An input.
    Input(Input),
}

impl Meaning {
    /// True if formulas that use this meaning are lowered alike with the other one.
    fn is_like(&self, other: &Meaning) -> bool {
        match (self, other) {
            (Meaning::Input(a), Meaning::Input(b)) => {
                a.declared == b.declared && a.symbolic.is_some() == b.symbolic.is_some()
            }
            (Meaning::Formula(a), Meaning::Formula(b)) => {
                Rc::ptr_eq(&a.script, &b.script) && a.expr == b.expr
            }
            _ => false,
        }
    }
}

/// A defined name.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its meaning.
    pub meaning: Meaning,
    /// The place of its last definition.
    pub location: Location,
}

impl Variable {
    fn is_input(&self) -> bool {
        matches!(self.meaning, Meaning::Input(_))
    }

    /// True if it is an input that the session put there by itself.
    pub fn is_implicit(&self) -> bool {
        matches!(&self.meaning, Meaning::Input(input) if input.implicit)
    }
}

/// A function of the user's.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name, where it is defined.
    pub name: Ident,
    /// Its parameters.
    pub parameters: Vec<Ident>,
    /// Its body.
    pub body: Formula,
    /// The derivatives that the user gave, at most one for each parameter.
    pub rules: Vec<FunctionRule>,
}

/// The derivative of a function by one of its parameters, as the user gave it.
#[derive(Clone, Debug)]
pub struct FunctionRule {
    /// The number of the parameter.
    pub parameter: usize,
    /// The name of the adjoint of the result, where the formula gives that of the parameter; otherwise it
    /// gives the partial derivative of each entry.
    pub adjoint: Option<Ident>,
    /// The formula.
    pub formula: Formula,
    /// True if it departs from the body on purpose.
    pub departs: bool,
}

impl Function {
    /// Its signature: `f(x, y)`.
    pub fn signature(&self) -> String {
        let names: Vec<&str> = self.parameters.iter().map(|one| &*one.name).collect();
        format!("{}({})", self.name, names.join(", "))
    }
}

/// Names in the order in which they were first defined.
type Ordered<T> = IndexMap<Name, Rc<T>, FxBuildHasher>;

/// The number under which scripts keep the indices of their names. All definitions have another one, and
/// it changes when one is removed, which moves those behind it.
#[derive(Debug)]
struct Finder(u64);

impl Default for Finder {
    fn default() -> Finder {
        static FINDERS: AtomicU64 = AtomicU64::new(1);
        Finder(FINDERS.fetch_add(1, Ordering::Relaxed))
    }
}

/// All definitions of a session, with a log of changes that can be undone.
#[derive(Debug, Default)]
pub struct Definitions {
    variables: Ordered<Variable>,
    functions: Ordered<Function>,
    facts: Ordered<Facts>,
    /// True if an input was declared with named sizes.
    symbolic_shapes: bool,
    /// Sizes that stand for all: inputs that were declared with them get no values.
    drawn: Option<DrawnSizes>,
    log: Vec<Change>,
    /// One for each checkpoint, the latest last.
    journals: VecDeque<Journal>,
    clock: u64,
    epoch: u64,
    finder: Finder,
    /// The files that formulas read; without it there are none.
    world: Option<Rc<dyn World>>,
}

impl Definitions {
    /// Nothing defined yet, in a world of files.
    pub fn in_world(world: Rc<dyn World>) -> Definitions {
        Definitions {
            world: Some(world),
            ..Definitions::default()
        }
    }

    /// Nothing defined yet, in the same world.
    pub fn emptied(&self) -> Definitions {
        Definitions {
            world: self.world.clone(),
            ..Definitions::default()
        }
    }

    /// The files that formulas read, and the time.
    pub fn world(&self) -> &dyn World {
        static WITHOUT: Sandbox = Sandbox { clock: None };
        self.world.as_deref().unwrap_or(&WITHOUT)
    }

    /// The variable `name`.
    pub fn variable(&self, name: &str) -> Option<&Rc<Variable>> {
        self.variables.get(name)
    }

    /// The variable that a name in `script` stands for, and its index, which it keeps as long as nothing is
    /// taken out.
    pub fn find_in(&self, script: &Script, id: NameId) -> Option<(u32, &Variable)> {
        if let Some(index) = script.found.get(self.finder.0, id) {
            return Some((index, self.at(index).1));
        }
        let (index, variable) = self.find(script.name(id))?;
        script.found.keep(self.finder.0, id, index);
        Some((index, variable))
    }

    /// The variable `name` and its index.
    pub fn find(&self, name: &Name) -> Option<(u32, &Variable)> {
        let (index, _, variable) = self.variables.get_full(name)?;
        Some((index as u32, variable))
    }

    /// The name with the index `index`, and what it stands for.
    pub fn at(&self, index: u32) -> (&Name, &Variable) {
        let known = self.variables.get_index(index as usize);
        let (name, variable) = known.expect("an index that was found");
        (name, variable)
    }

    /// The user's function called `name`.
    pub fn function(&self, name: &str) -> Option<&Rc<Function>> {
        self.functions.get(name)
    }

    /// The variables that the user defined, in the order in which they were first defined.
    pub fn own_variables(&self) -> impl Iterator<Item = (&Name, &Rc<Variable>)> {
        self.variables().filter(|(_, known)| !known.is_implicit())
    }

    /// All variables, in the order in which they were first defined.
    pub fn variables(&self) -> impl Iterator<Item = (&Name, &Rc<Variable>)> {
        self.variables.iter()
    }

    /// All functions, in the order in which they were first defined.
    pub fn functions(&self) -> impl Iterator<Item = (&Name, &Rc<Function>)> {
        self.functions.iter()
    }

    /// A place behind all inputs so far.
    fn next_place(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    /// The shape that the input `name` was declared with.
    pub fn declared(&self, name: &str) -> Option<Shape> {
        match self.variables.get(name).map(|variable| &variable.meaning) {
            Some(Meaning::Input(input)) => input.declared,
            _ => None,
        }
    }

    fn place_of(&mut self, name: &str) -> u64 {
        match self.variables.get(name).map(|variable| &variable.meaning) {
            Some(Meaning::Input(input)) if !input.constant => input.place,
            _ => self.next_place(),
        }
    }

    /// Counts the changes that may change what formulas mean: everything but a new value of an
    /// input, and a formula that is defined again as it was.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    fn set(&mut self, name: Name, variable: Variable) {
        let (index, before) = self.variables.insert_full(name.clone(), Rc::new(variable));
        let now = &self.variables[index].meaning;
        if !before
            .as_ref()
            .is_some_and(|before| before.meaning.is_like(now))
        {
            self.epoch += 1;
        }
        self.log.push(Change::Variable(name, before));
    }

    fn set_input(&mut self, name: &Name, input: Input, location: Location) {
        let meaning = Meaning::Input(input);
        self.set(name.clone(), Variable { meaning, location });
    }

    /// Defines `name` by an expression: an input where it holds no names, else a formula.
    pub fn define(&mut self, name: &Ident, formula: Formula) {
        let location = formula.script.location(name.span);
        let meaning = if self.is_closed(&formula) {
            Meaning::Input(Input {
                declared: self.declared(&name.name),
                symbolic: self.symbolic(&name.name),
                data: is_read(&formula),
                source: Some(formula).filter(|_| !self.stays_open(&name.name)),
                place: self.place_of(&name.name),
                ..Input::default()
            })
        } else {
            Meaning::Formula(formula)
        };
        self.set(name.name.clone(), Variable { meaning, location });
    }

    /// Declares an input of a shape, without a value.
    pub fn declare(&mut self, name: &Ident, shape: Shape, location: Location) {
        let input = Input {
            declared: Some(shape),
            place: self.place_of(&name.name),
            ..Input::default()
        };
        self.set_input(&name.name, input, location);
    }

    /// Keeps a value under a name that the user did not define: a change that cannot be undone.
    pub fn remember(&mut self, name: &Name, value: Rc<Tensor>, location: Location) {
        let input = Input {
            value: OnceCell::from(value),
            place: self.place_of(name),
            implicit: true,
            ..Input::default()
        };
        self.set_input(name, input, location);
        self.log.pop();
    }

    /// Refuses a value of another shape than `name` was declared with.
    ///
    /// # Errors
    /// Fails if the shapes differ, at `location`.
    pub fn check_declared(&self, name: &str, shape: Shape, location: &Location) -> Result<()> {
        match self.declared(name) {
            Some(declared) if declared != shape => Err(error!(Shape, location.clone(),
                "`{name}` was declared {declared}, and this value is {shape}";
                label: "{}", shape.described();
                help: "give it a value of that shape, or declare it again: `input {name}[{}]`", sizes(shape))),
            _ => Ok(()),
        }
    }

    /// A copy with a history of its own.
    pub fn snapshot(&self) -> Definitions {
        Definitions {
            variables: self.variables.clone(),
            functions: self.functions.clone(),
            facts: self.facts.clone(),
            symbolic_shapes: self.symbolic_shapes,
            clock: self.clock,
            ..self.emptied()
        }
    }

    /// Stores a value as the input `name`.
    pub fn store(&mut self, name: &Name, value: Rc<Tensor>, location: Location) {
        let value = Input {
            value: OnceCell::from(value),
            ..Input::default()
        };
        self.store_input(name, value, location);
    }

    /// Stores a matrix that is stored by its places as the input `name`.
    pub fn store_places(&mut self, name: &Name, value: Rc<StoredTensor>, location: Location) {
        let value = Input {
            stored: Some(value),
            ..Input::default()
        };
        self.store_input(name, value, location);
    }

    fn store_input(&mut self, name: &Name, value: Input, location: Location) {
        let declared = self.declared(name);
        let data = match self.variables.get(name).map(|variable| &variable.meaning) {
            Some(Meaning::Input(input)) => input.data,
            _ => false,
        };
        let place = self.place_of(name);
        let input = Input {
            declared,
            symbolic: self.symbolic(name),
            place,
            data,
            ..value
        };
        let location = match self.variables.get(name) {
            Some(variable) if variable.is_input() && !variable.is_implicit() => {
                variable.location.clone()
            }
            _ => location,
        };
        self.set_input(name, input, location);
    }

    /// The value of the input `name`, where it is one and has been computed.
    pub fn value(&self, name: &str) -> Option<&Rc<Tensor>> {
        match &self.variables.get(name)?.meaning {
            Meaning::Input(input) => input.value.get(),
            Meaning::Formula(_) => None,
        }
    }

    /// Gives the variable of a loop its value.
    pub fn store_constant(&mut self, name: &Name, value: f64, location: Location) {
        let input = Input {
            value: OnceCell::from(Rc::new(Tensor::scalar(value))),
            constant: true,
            ..Input::default()
        };
        self.set_input(name, input, location);
    }

    /// Defines a function.
    pub fn define_function(&mut self, function: Function) {
        let name = function.name.name.clone();
        self.epoch += 1;
        let before = self.functions.insert(name.clone(), Rc::new(function));
        self.log.push(Change::Function(name, before));
    }

    /// True if an expression holds no free variable and no call of a user's function, so that a
    /// name defined by it is an input.
    pub fn is_closed(&self, formula: &Formula) -> bool {
        let script = &formula.script;
        let mut bound: Vec<&Name> = Vec::new();
        let mut stack: SmallVec<[ExprId; 16]> = smallvec![formula.expr];
        // Names bound by comprehensions are collected over the whole expression first: a name that
        // is bound anywhere in it and free elsewhere is rare, and then counts as a formula below.
        let mut free: SmallVec<[&Name; 8]> = SmallVec::new();
        while let Some(id) = stack.pop() {
            let expr = script.expr(id);
            let function = expr.kind.function();
            if function.is_some_and(|known| self.functions.contains_key(&known.name)) {
                return false;
            }
            match &expr.kind {
                ExprKind::Name(id) => {
                    let name = script.name(*id);
                    if !is_constant(name) {
                        free.push(name);
                    }
                }
                ExprKind::Call(call) => {
                    let mut named = call.functions().filter_map(|id| script.name_at(id));
                    if named.any(|inner| self.functions.contains_key(inner)) {
                        return false;
                    }
                }
                kind => bound.extend(kind.binds().iter().map(|ident| &ident.name)),
            }
            expr.values(|child| stack.push(child));
        }
        free.iter().all(|name| bound.contains(name))
    }
}

/// A shape as a declaration writes it.
fn sizes(shape: Shape) -> String {
    match shape.n() {
        1 => shape.m().to_string(),
        _ => format!("{}, {}", shape.m(), shape.n()),
    }
}

/// The constants of the language.
pub fn constant(name: &str) -> Option<f64> {
    match name {
        "pi" | "π" => Some(std::f64::consts::PI),
        "inf" => Some(f64::INFINITY),
        "nan" => Some(f64::NAN),
        _ => None,
    }
}

fn is_constant(name: &str) -> bool {
    constant(name).is_some()
}

fn is_read(formula: &Formula) -> bool {
    let mut stack: SmallVec<[ExprId; 16]> = smallvec![formula.expr];
    while let Some(id) = stack.pop() {
        let expr = formula.script.expr(id);
        if expr.kind.special() == Some(Special::Read) {
            return true;
        }
        expr.children(|child| stack.push(child));
    }
    false
}
