//! The statements of a script, and what may follow their outputs.

use super::{BinaryOp, ExprId, Ident, Index, Script, StatementId, Text};
use crate::source::Span;

/// `input x[3]`
#[derive(Clone, Debug, PartialEq)]
pub struct InputDeclaration {
    /// The name.
    pub name: Ident,
    /// No entry: a scalar; one: a vector's length; two: rows and columns.
    pub shape: Vec<ExprId>,
}

/// One item after `assume`: `0 < p < 1`, `P symmetric`, or a name whose property follows behind others.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Names and numbers.
    pub operands: Vec<ExprId>,
    /// The comparisons between them.
    pub comparisons: Vec<BinaryOp>,
    /// The property.
    pub property: Option<Ident>,
}

/// `rule f wrt x = e`, `rule f wrt A from u = e`, `… with override`
#[derive(Clone, Debug, PartialEq)]
pub struct GivenRule {
    /// The function.
    pub function: Ident,
    /// The parameter.
    pub parameter: Ident,
    /// The name of the adjoint of the result.
    pub adjoint: Option<Ident>,
    /// The derivative, or the adjoint of the parameter.
    pub formula: ExprId,
    /// True with `with override`.
    pub departs: bool,
}

/// The left side of `:=`
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateTarget {
    /// The name.
    pub name: Ident,
    /// The entries to replace; `None` for the whole.
    pub indices: Option<Vec<Index>>,
    /// The whole target.
    pub span: Span,
}

/// The statements that show something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Show {
    /// A bare expression: its value.
    Value,
    /// `trace`
    Trace,
    /// `compare`
    Compare,
    /// `derive`
    Derive,
    /// `check`
    Check,
    /// `prove`
    Prove,
    /// `simplify`
    Simplify,
    /// `expand`
    Expand,
    /// `factor`
    Factor,
    /// `series`
    Series,
    /// `graph`
    Graph,
    /// `plot`
    Plot,
    /// `sparsity`
    Sparsity,
}

/// A matrix of derivatives, as named after `using`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DerivativeMatrix {
    /// First derivatives.
    Jacobian,
    /// Second derivatives of a scalar.
    Hessian,
}

impl DerivativeMatrix {
    /// Both.
    pub const ALL: [DerivativeMatrix; 2] = [DerivativeMatrix::Jacobian, DerivativeMatrix::Hessian];

    /// The word after `using`.
    pub const fn name(self) -> &'static str {
        match self {
            DerivativeMatrix::Jacobian => "jacobian",
            DerivativeMatrix::Hessian => "hessian",
        }
    }
}

/// A way of computing a derivative, as named after `using`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// Tangents, along with the values.
    Forward,
    /// Adjoints, from the output back.
    Reverse,
    /// Finite differences.
    Numeric,
    /// The simplified formula.
    Symbolic,
}

impl Mode {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Mode; 4] = [Mode::Forward, Mode::Reverse, Mode::Numeric, Mode::Symbolic];

    /// As it is written after `using`, and the key in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Forward => "forward",
            Mode::Reverse => "reverse",
            Mode::Numeric => "numeric",
            Mode::Symbolic => "symbolic",
        }
    }
}

/// `over t from a to b`, `over W[1,1] from a to b`
#[derive(Clone, Debug, PartialEq)]
pub struct Over {
    /// The running variable, or the name whose entry runs.
    pub variable: Ident,
    /// The entry, if one runs: `W[1,1]`.
    pub entry: Option<ExprId>,
    /// Left end.
    pub from: ExprId,
    /// Right end.
    pub to: ExprId,
}

impl Over {
    /// The running name or entry, as written.
    pub fn text<'s>(&'s self, script: &'s Script) -> &'s str {
        match self.entry {
            Some(entry) => script.text(entry),
            None => &self.variable.name,
        }
    }
}

/// `w = 3` after `at`
#[derive(Clone, Debug, PartialEq)]
pub struct At {
    /// The name that gets another value for this statement.
    pub name: Ident,
    /// The value.
    pub value: ExprId,
}

/// One item after `with`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum With {
    Steps,
    Life,
    Zeros,
    Error,
    Expanded,
    Guards,
    LogX,
    LogY,
    /// `points P coloured by c`
    Points {
        points: ExprId,
        colour: Option<ExprId>,
    },
    /// `path P`
    Path(ExprId),
    /// `order n`
    Order(ExprId),
    /// `rounds [1, 500]`
    Rounds(ExprId),
    Contours,
    /// The formula alone.
    Bare,
    /// How many operations a formula has, as a tree and with sharing.
    Sizes,
    /// A trace that appears step by step in a talk.
    Overlays,
    /// `title "…"`
    Title(Text),
    /// `xlabel "…"`
    XLabel(Text),
    /// `ylabel "…"`
    YLabel(Text),
}

impl With {
    /// As it is written, without what follows.
    pub fn name(&self) -> &'static str {
        match self {
            With::Steps => "steps",
            With::Life => "life",
            With::Zeros => "zeros",
            With::Error => "error",
            With::Expanded => "expanded",
            With::Guards => "guards",
            With::LogX => "log x",
            With::LogY => "log y",
            With::Points { .. } => "points",
            With::Path(_) => "path",
            With::Order(_) => "order",
            With::Rounds(_) => "rounds",
            With::Contours => "contours",
            With::Bare => "bare",
            With::Sizes => "sizes",
            With::Overlays => "overlays",
            With::Title(_) => "title",
            With::XLabel(_) => "xlabel",
            With::YLabel(_) => "ylabel",
        }
    }
}

/// The parts that may follow the outputs of a statement, in any order; this is the standard one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tail {
    /// `over t from a to b, …`
    pub over: Vec<Over>,
    /// `wrt w, x[1]`: names and entries of names
    pub wrt: Vec<ExprId>,
    /// `along v, …`
    pub along: Vec<ExprId>,
    /// `using forward, reverse`
    pub using: Vec<(Mode, Span)>,
    /// `using hessian`
    pub matrix: Option<(DerivativeMatrix, Span)>,
    /// `against G, h`: derivatives by hand, one for each `wrt`
    pub against: Vec<ExprId>,
    /// `at w = 3, x = 2`
    pub at: Vec<At>,
    /// `with life, zeros`
    pub with: Vec<(With, Span)>,
    /// `to "file.svg"`
    pub to: Option<Text>,
}

impl Tail {
    /// The word of every part that is there, of each item for `with`, and where it stands.
    pub fn parts(&self, script: &Script) -> Vec<(&'static str, Span)> {
        let expr = |id: &ExprId| script.expr(*id).span;
        let parts = [
            ("over", self.over.first().map(|over| over.variable.span)),
            ("wrt", self.wrt.first().map(expr)),
            ("along", self.along.first().map(expr)),
            ("using", self.using.first().map(|(_, span)| *span)),
            ("using", self.matrix.map(|(_, span)| span)),
            ("against", self.against.first().map(expr)),
            ("at", self.at.first().map(|at| at.name.span)),
            ("to", self.to.as_ref().map(|to| to.span)),
        ];
        let there = parts
            .into_iter()
            .filter_map(|(word, span)| Some((word, span?)));
        let items = self.with.iter().map(|(item, span)| (item.name(), *span));
        there.chain(items).collect()
    }
}

/// The statements between `{` and `}`.
pub type Block = Vec<StatementId>;

/// The forms a statement can have.
#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    /// `w = 3`
    Define(Ident, ExprId),
    /// `f(x, y) = x + y`
    DefineFunction {
        /// Its name.
        name: Ident,
        /// Its parameters; may be none.
        parameters: Vec<Ident>,
        /// Its value.
        body: ExprId,
    },
    /// `input w, x[3], A[2, 3]`
    Input(Vec<InputDeclaration>),
    /// `W, V := …, …`; as many values as targets
    Update(Vec<UpdateTarget>, Vec<ExprId>),
    /// `repeat n { … }`
    Repeat(ExprId, Block),
    /// `while c { … }`
    While(ExprId, Block),
    /// `for i in a..b { … }`
    For {
        /// The running name.
        variable: Ident,
        /// First value.
        from: ExprId,
        /// Last value, included.
        to: ExprId,
        /// The statements to run for each value.
        body: Block,
    },
    /// `if c { … } else { … }`; `else if` is an `else` block that holds one `if`
    If(ExprId, Block, Block),
    /// `import "other.ad"`
    Import(Text),
    /// `assert e`
    Assert(ExprId),
    /// `assume x > 0, A, B spd`
    Assume(Vec<Fact>),
    /// `rule f wrt x = e`
    Rule(GivenRule),
    /// `print "cost", J at w = 3`
    Print(Vec<ExprId>, Box<Tail>),
    /// `trace y1, y2 wrt w`, a bare expression, …
    Show(Show, Vec<ExprId>, Box<Tail>),
}

impl StatementKind {
    /// The tail after its outputs, if it has outputs.
    pub fn tail(&self) -> Option<&Tail> {
        match self {
            StatementKind::Print(_, tail) | StatementKind::Show(_, _, tail) => Some(tail),
            _ => None,
        }
    }
}

/// A statement where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Its form.
    pub kind: StatementKind,
    /// Its place, from its first to its last token.
    pub span: Span,
}
