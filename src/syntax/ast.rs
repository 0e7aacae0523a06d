//! The abstract syntax of a script.
//!
//! Expressions and statements live in two arenas of their [`Script`], children before parents, so
//! that nothing about a tree is recursive: neither building, walking nor dropping it.

mod statement;

pub use statement::*;

use super::special::Special;
use crate::source::{Location, Source, Span};
use smallvec::{SmallVec, smallvec};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

/// An identifier, in NFC.
pub type Name = Rc<str>;

/// An identifier where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Ident {
    /// The name.
    pub name: Name,
    /// Its place.
    pub span: Span,
}

/// A text in quotes where it stands, escapes resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// The text between the quotes.
    pub text: Rc<str>,
    /// Its place, quotes included.
    pub span: Span,
}

/// The index of an expression in its [`Script`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExprId(pub u32);

/// The index of a statement in its [`Script`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StatementId(pub u32);

/// The index of a name in its [`Script`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameId(pub u32);

/// An operator with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-x`
    Neg,
    /// `not x`
    Not,
    /// `x'`
    Transpose,
}

/// An operator with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    DotMul,
    DotDiv,
    Pow,
    DotPow,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    And,
    Or,
}

impl BinaryOp {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::DotMul => ".*",
            BinaryOp::DotDiv => "./",
            BinaryOp::Pow => "^",
            BinaryOp::DotPow => ".^",
            BinaryOp::Eq => "==",
            BinaryOp::Ne => "!=",
            BinaryOp::Lt => "<",
            BinaryOp::Le => "<=",
            BinaryOp::Gt => ">",
            BinaryOp::Ge => ">=",
            BinaryOp::And => "and",
            BinaryOp::Or => "or",
        }
    }
}

/// One index between the brackets of `x[…]`.
#[derive(Clone, Debug, PartialEq)]
pub enum Index {
    /// `i`
    At(ExprId),
    /// `a..b`, both included
    Range(ExprId, ExprId),
    /// `:`
    All,
}

impl Index {
    /// The expressions in it, left to right.
    pub fn ends(&self) -> SmallVec<[ExprId; 2]> {
        match *self {
            Index::At(at) => smallvec![at],
            Index::Range(from, to) => smallvec![from, to],
            Index::All => SmallVec::new(),
        }
    }
}

/// `for i in a..b` inside a comprehension.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// The running name.
    pub variable: Ident,
    /// First value.
    pub from: ExprId,
    /// Last value, included.
    pub to: ExprId,
}

/// `name = value` among the arguments of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedArgument {
    /// The name before the `=`.
    pub name: Ident,
    /// The value after it.
    pub value: ExprId,
}

/// `f(a, b, k = v)`
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The function.
    pub function: Ident,
    /// The row of that name, if it is no operation of the graph. A function that the user defines
    /// under the same name goes before it.
    pub special: Option<Special>,
    /// The positional arguments.
    pub arguments: Vec<ExprId>,
    /// The named ones, which come last.
    pub named: Vec<NamedArgument>,
}

impl Call {
    /// A call of `function`.
    pub fn new(function: Ident, arguments: Vec<ExprId>, named: Vec<NamedArgument>) -> Call {
        Call {
            special: Special::named(&function.name),
            function,
            arguments,
            named,
        }
    }

    /// True if the positional argument number `k` is the name of a function, not a value.
    fn names_a_function(&self, k: usize) -> bool {
        k == 0 && self.special.is_some_and(Special::is_iteration)
    }

    /// The arguments that are values, left to right: not those that name functions.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = ExprId> {
        let positional = self.arguments.iter().enumerate();
        let positional = positional.filter(|(k, _)| !self.names_a_function(*k));
        let named = self.named.iter();
        let named = named.filter(|given| {
            !self
                .special
                .is_some_and(|special| special.row().takes_function(&given.name.name))
        });
        let positional = positional.map(|(_, value)| *value);
        positional.chain(named.map(|given| given.value))
    }

    /// The arguments that name functions.
    pub fn functions(&self) -> impl Iterator<Item = ExprId> {
        let positional = self.arguments.iter().enumerate();
        let positional = positional.filter(|(k, _)| self.names_a_function(*k));
        let named = self.named.iter();
        let named = named.filter(|given| {
            self.special
                .is_some_and(|special| special.row().takes_function(&given.name.name))
        });
        let positional = positional.map(|(_, value)| *value);
        positional.chain(named.map(|given| given.value))
    }

    /// The argument called `name`.
    pub fn option(&self, name: &str) -> Option<&NamedArgument> {
        self.named.iter().find(|given| &*given.name.name == name)
    }
}

/// `f'(x)`, `f''(x)`: the `order`-th derivative of a one-argument function, called.
#[derive(Clone, Debug, PartialEq)]
pub struct Derivative {
    /// The function before the first prime.
    pub function: Ident,
    /// The number of primes.
    pub order: u32,
    /// The arguments.
    pub arguments: Vec<ExprId>,
}

/// `body for i in a..b, j in c..d`
#[derive(Clone, Debug, PartialEq)]
pub struct Comprehension {
    /// The expression for each value.
    pub body: ExprId,
    /// One or two clauses.
    pub clauses: Vec<Clause>,
    /// True if it has brackets of its own.
    pub bracketed: bool,
}

/// `{ name = value; …; value }`: the body of a function with definitions of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalBlock {
    /// The definitions, each of which sees those before it.
    pub definitions: Vec<(Ident, ExprId)>,
    /// The value of the whole.
    pub value: ExprId,
}

/// The forms an expression can have. A script may hold millions, so that the larger ones stand
/// outside.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A number, never negative: a minus in front is [`UnaryOp::Neg`].
    Number(f64),
    /// A text; allowed only as an argument of `read` and `scheme=`, and as an item of `print`.
    Text(Rc<str>),
    /// A variable (or one of the constants `pi`, `π`, `inf`, `nan`).
    Name(NameId),
    /// `-x`, `not x`, `x'`
    Unary(UnaryOp, ExprId),
    /// `a + b`; `x²` and `x³` are [`BinaryOp::Pow`] with the span of the superscript as right operand.
    Binary(BinaryOp, ExprId, ExprId),
    /// `if c then a else b`
    If(ExprId, ExprId, ExprId),
    /// `f(a, b, k = v)`
    Call(Box<Call>),
    /// `f'(x)`, `f''(x)`
    Derivative(Box<Derivative>),
    /// `x[i]`, `W[1, 2..3]`, `W[:, 1]`
    Index(ExprId, Vec<Index>),
    /// `[1, 2, 3]` (one row: a column vector) or `[1, 2; 3, 4]`; never empty, no row is.
    Matrix(Vec<Vec<ExprId>>),
    /// `[body for i in a..b, j in c..d]`, or the same without brackets as the only argument of a call.
    Comprehension(Box<Comprehension>),
    /// `{ k = g(x); x + k }`, only as the body of a function.
    Block(Box<LocalBlock>),
}

/// An expression where it stands. The span of a parenthesised expression includes the parentheses.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// Its form.
    pub kind: ExprKind,
    /// Its place.
    pub span: Span,
}

/// The places at which one reader has found the names of a script.
#[derive(Clone, Debug, Default)]
pub struct NamePlaces {
    by: Cell<u64>,
    /// By name; [`u32::MAX`] where it was not found.
    places: RefCell<Vec<u32>>,
}

impl NamePlaces {
    /// The place at which `by` has found `name`.
    pub fn get(&self, by: u64, name: NameId) -> Option<u32> {
        if self.by.get() != by {
            return None;
        }
        let place = self.places.borrow().get(name.0 as usize).copied();
        place.filter(|place| *place != u32::MAX)
    }

    /// Keeps that `by` has found `name` at `place`; what others have found is forgotten.
    pub fn keep(&self, by: u64, name: NameId, place: u32) {
        let mut places = self.places.borrow_mut();
        if self.by.replace(by) != by {
            places.clear();
        }
        let name = name.0 as usize;
        if places.len() <= name {
            places.resize(name + 1, u32::MAX);
        }
        places[name] = place;
    }
}

/// A parsed source: arenas, and the statements at the top level, in order.
#[derive(Clone, Debug)]
pub struct Script {
    /// The text it was parsed from.
    pub source: Rc<Source>,
    /// All expressions, children before parents.
    pub expressions: Vec<Expr>,
    /// All statements, inner ones before the blocks that hold them.
    pub statements: Vec<Statement>,
    /// All names of variables, each once.
    pub names: Vec<Name>,
    /// The places at which they were found.
    pub found: NamePlaces,
    /// The top level.
    pub body: Block,
}

impl Script {
    /// The expression `id`.
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.expressions[id.0 as usize]
    }

    /// The name `id`.
    pub fn name(&self, id: NameId) -> &Name {
        &self.names[id.0 as usize]
    }

    /// The name that the expression `id` is.
    pub fn name_at(&self, id: ExprId) -> Option<&Name> {
        match self.expr(id).kind {
            ExprKind::Name(name) => Some(self.name(name)),
            _ => None,
        }
    }

    /// The statement `id`.
    pub fn statement(&self, id: StatementId) -> &Statement {
        &self.statements[id.0 as usize]
    }

    /// The location of a span of this script.
    pub fn location(&self, span: Span) -> Location {
        Location::new(&self.source, span)
    }

    /// The location of the expression `id`.
    pub fn locate(&self, id: ExprId) -> Location {
        self.location(self.expr(id).span)
    }

    /// The expression `id` as it is written.
    pub fn text(&self, id: ExprId) -> &str {
        self.source.slice(self.expr(id).span)
    }
}

impl ExprKind {
    /// The special function that is called by name.
    pub fn special(&self) -> Option<Special> {
        match self {
            ExprKind::Call(call) => call.special,
            _ => None,
        }
    }

    /// The names that have a meaning of their own inside of it.
    pub fn binds(&self) -> SmallVec<[&Ident; 2]> {
        match self {
            ExprKind::Comprehension(each) => {
                each.clauses.iter().map(|clause| &clause.variable).collect()
            }
            ExprKind::Block(block) => block.definitions.iter().map(|(name, _)| name).collect(),
            _ => SmallVec::new(),
        }
    }

    /// The function that is called or differentiated and called.
    pub fn function(&self) -> Option<&Ident> {
        match self {
            ExprKind::Call(call) => Some(&call.function),
            ExprKind::Derivative(call) => Some(&call.function),
            _ => None,
        }
    }
}

impl Expr {
    /// Calls `visit` with every direct child that has a value, left to right: not with the names of
    /// functions.
    pub fn values(&self, visit: impl FnMut(ExprId)) {
        match &self.kind {
            ExprKind::Call(call) => call.values().for_each(visit),
            _ => self.children(visit),
        }
    }

    /// Calls `visit` with every direct child, left to right.
    pub fn children(&self, mut visit: impl FnMut(ExprId)) {
        match &self.kind {
            ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Name(_) => {}
            ExprKind::Unary(_, x) => visit(*x),
            ExprKind::Binary(_, a, b) => [*a, *b].into_iter().for_each(visit),
            ExprKind::If(c, a, b) => [*c, *a, *b].into_iter().for_each(visit),
            ExprKind::Call(call) => {
                call.arguments.iter().copied().for_each(&mut visit);
                call.named.iter().for_each(|argument| visit(argument.value));
            }
            ExprKind::Derivative(call) => call.arguments.iter().copied().for_each(visit),
            ExprKind::Index(base, indices) => {
                visit(*base);
                indices.iter().flat_map(Index::ends).for_each(visit);
            }
            ExprKind::Matrix(rows) => rows.iter().flatten().copied().for_each(visit),
            ExprKind::Comprehension(each) => {
                for clause in &each.clauses {
                    visit(clause.from);
                    visit(clause.to);
                }
                visit(each.body);
            }
            ExprKind::Block(block) => {
                block
                    .definitions
                    .iter()
                    .for_each(|(_, value)| visit(*value));
                visit(block.value);
            }
        }
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
