//! The types of the columns of the primitive table.

use super::kernel::WholeKernel;
use super::shape::Shape;
use super::tensor::View;
use super::{Attr, Term};

/// The number of arguments that an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arity {
    /// Fewest.
    pub least: usize,
    /// Most; `usize::MAX` for any number.
    pub most: usize,
}

/// The shape of the result, given the shapes of the node arguments and the sizes among the arguments.
#[derive(Clone, Copy)]
pub enum ShapeRule {
    /// Entry by entry: lowering stretches all arguments to one shape, which is the result's.
    Entrywise,
    /// Collapses the axis of [`Attr::Axis`](super::Attr::Axis), or everything.
    Reduce,
    /// As the first argument.
    Same,
    /// Computed, or a sentence about what does not fit.
    Rule(fn(&[Shape], &[usize]) -> Result<Shape, String>),
    /// Given by whoever builds the node.
    Given,
}

/// The numbers that an argument must be among: elsewhere the result is NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Domain {
    /// The position of the argument.
    pub argument: usize,
    /// The least of them.
    pub least: f64,
    /// The largest of them.
    pub most: f64,
}

/// The arguments that are needed, decided from the values of those before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// All of them.
    All,
    /// The first, then the second where the first is true, else the third.
    Choice,
    /// The first; the second only where the first is true (scalars only).
    IfTrue,
    /// The first; the second only where the first is false (scalars only).
    IfFalse,
}

/// A rule with one partial: given argument and result, the partial derivative.
pub type Partial1 = for<'g> fn(Term<'g>, Term<'g>) -> Term<'g>;
/// A partial of an operation with two arguments: given both and the result.
pub type Partial2 = for<'g> fn(Term<'g>, Term<'g>, Term<'g>) -> Term<'g>;
/// For argument `k`: the 0/1 mask of entries where it is selected, and the share it then gets
/// (`None`: all of it). Not called for arguments that carry no derivative.
pub type Selected<'g> = Option<(Term<'g>, Option<Term<'g>>)>;
/// The rule of an operation that selects among its arguments.
pub type Select = for<'g> fn(&[Term<'g>], Term<'g>, usize) -> Selected<'g>;
/// The adjoint of argument `k` of a linear operation `y`, given the adjoint of `y`.
pub type Transposed = for<'g> fn(Term<'g>, Term<'g>, usize) -> Term<'g>;
/// The adjoint of one argument of a bilinear operation: adjoint of the result, both arguments.
pub type Bilinear = for<'g> fn(Term<'g>, Term<'g>, Term<'g>) -> Term<'g>;
/// The tangent: arguments, result, tangents of the arguments (`None`: structurally zero).
pub type Tangent = for<'g> fn(&[Term<'g>], Term<'g>, &[Option<Term<'g>>]) -> Term<'g>;

/// The adjoint of argument `k`: adjoint of the result, arguments, result.
pub type Adjoint = for<'g> fn(Term<'g>, &[Term<'g>], Term<'g>, usize) -> Term<'g>;

/// The derivative of an operation, said once; tangent and adjoint both follow from it.
#[derive(Clone, Copy)]
pub enum DerivativeRule {
    /// Zero wherever it exists: steps, comparisons, counts.
    Zero,
    /// Entry by entry with one argument.
    Partial1(Partial1),
    /// Entry by entry with two arguments.
    Partial2(Partial2, Partial2),
    /// Entry by entry: each argument passes where it is selected and contributes nothing elsewhere.
    Select(Select),
    /// Linear in all arguments together, with no negative coefficient: the tangent is the operation
    /// itself; the rule is its transpose.
    Linear(Transposed),
    /// Linear in each of two arguments: the tangent is the operation itself, twice.
    Bilinear(Bilinear, Bilinear),
    /// The tangent, linear in the tangents of the arguments; the adjoint is reverse mode run on it.
    Tangent(Tangent),
    /// The tangent and the adjoint, where reverse mode on the tangent would lead back to the
    /// operation itself.
    Pair(Tangent, Adjoint),
    /// That of a loop: another loop.
    Rounds,
    /// That of the adjoints of a loop: loops again.
    RoundsBack,
    /// The one that the user gave: the rule in the attribute; through the body for what has none.
    Ruled,
}

/// The way to the coefficients of the power series of a result, given those of the arguments.
#[derive(Clone, Copy)]
pub enum JetRule {
    /// The differential equation that the derivative states: y′ = Σ ∂y/∂uᵢ · uᵢ′.
    Derived,
    /// The operation itself on coefficients of the same order.
    Linear,
    /// Σ of the operation on coefficients whose orders add up.
    Product,
    /// The result solves an equation that is linear in it.
    Equation(Implied),
    /// aᵇ: a·y′ = b·y·a′ where b is a number.
    Power,
    /// Those of another formula of the arguments, where it has one.
    Written(for<'g> fn(&[Term<'g>]) -> Option<Term<'g>>),
}

/// An equation A(a)·y = b, linear in a and in y. Of order k it is
/// A(a₀)·yₖ = bₖ − Σⱼ A(aⱼ)·yₖ₋ⱼ, which the operation itself solves.
#[derive(Clone, Copy)]
pub struct Implied {
    /// The argument that is a.
    pub coefficient: usize,
    /// The argument that is b.
    pub right: usize,
    /// The term −A(aⱼ)·yᵢ on the right side.
    pub moved: for<'g> fn(Term<'g>, Term<'g>) -> Term<'g>,
}

/// One evaluation of an operation, as its rounding error is told from.
pub struct RoundingCall<'a> {
    /// The values of the arguments.
    pub args: &'a [View<'a>],
    /// The value of the result.
    pub value: View<'a>,
    /// The attribute.
    pub attr: Attr,
}

/// The rounding error that an operation adds to its result.
#[derive(Clone, Copy)]
pub enum Rounding {
    /// None.
    Exact,
    /// At most so many units in the last place of each entry.
    Ulps(f64),
    /// Told by the values: for each entry, in units of u = 2⁻⁵³.
    Measured(fn(&RoundingCall<'_>) -> Vec<f64>),
    /// More than that of the last operation, which is all that is told.
    Unknown,
}

impl Rounding {
    /// The largest relative error of a number rounded to the nearest one: half an ulp of 1.
    pub const UNIT: f64 = f64::EPSILON / 2.0;

    /// The largest error of each entry of the result.
    pub fn errors(self, call: &RoundingCall<'_>) -> Vec<f64> {
        let entries = call.value.data.iter();
        match self {
            Rounding::Exact => vec![0.0; call.value.data.len()],
            Rounding::Ulps(ulps) => entries.map(|y| ulps * f64::EPSILON * y.abs()).collect(),
            Rounding::Measured(rule) => {
                let units = rule(call);
                units
                    .into_iter()
                    .map(|units| units * Rounding::UNIT)
                    .collect()
            }
            Rounding::Unknown => entries.map(|y| Rounding::UNIT * y.abs()).collect(),
        }
    }
}

/// A point where a function has no derivative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slopes {
    /// The derivative taken.
    pub taken: f64,
    /// The derivative from the left.
    pub left: f64,
    /// The derivative from the right.
    pub right: f64,
}

/// The kink at the point `args`, if there is one, in argument `k` of an entry-by-entry operation, or in entry
/// `k` of what a reduction goes over.
pub type KinkRule = fn(&[f64], usize) -> Option<Slopes>;

/// The value of f(−x).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parity {
    /// f(x)
    Even,
    /// −f(x)
    Odd,
}

/// The purpose of a mask, the first argument of an operation that makes its second one 0 where the
/// mask is false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mask {
    /// To keep a structural zero one, whatever it is multiplied by.
    Guard,
    /// To say what a choice lets through.
    Pass,
}

/// The entries of its argument that a result depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sees {
    /// All of them.
    All,
    /// The diagonal of a matrix. A vector becomes the diagonal of a matrix instead, beside which
    /// nothing depends on anything.
    Diagonal,
    /// Those that an attribute or further arguments name.
    Named,
}

/// The entries of its arguments that an entry of the result depends on.
#[derive(Clone, Copy)]
pub enum Reach {
    /// Those in the same place; a scalar argument is in all places.
    Entry,
    /// The one in the same place of the first argument; the others only decide.
    First,
    /// One entry of the first argument, or none: its kernel, run on labels, tells which.
    Moved,
    /// The entries of the first argument that this kernel, which goes the other way, takes from there.
    Gathered(WholeKernel),
    /// Those of the arguments that lie there.
    Blocks,
    /// All entries of its lane along the axis, or all.
    Lane,
    /// The entries up to it in its lane; without an axis in its column.
    Running,
    /// The diagonal.
    Diagonal,
    /// Its row of the first argument and its column of the second one.
    Product,
    /// The same, of a first argument that is stored by its places.
    StoredProduct,
    /// Those of the first two arguments whose products are added up there, as the others say.
    Terms,
    /// All of the first argument, and its column of the second one.
    Columns,
    /// Those that the rounds of a loop lead to.
    Rounds,
    /// Every entry of every argument.
    All,
}

/// A sum over the rows of the arguments. Such an operation can be computed some
/// rows at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddsUp {
    /// The sum of the entries of each column, or of all.
    Sum,
    /// Their mean.
    Mean,
    /// The sum of products of the entries of two vectors.
    Dot,
    /// AᵀB of two matrices, where the first argument is a transpose.
    Product,
}

/// The sizes among the arguments, as the shape of the result shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sizes {
    /// There are none.
    None,
    /// The number of rows.
    Rows,
    /// The number of columns.
    Columns,
    /// Both.
    Both,
}

/// The notation on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// `f(x, y)`
    Call,
    /// `x + y`
    Infix(Operator),
    /// `-x`
    Negation,
    /// `not x`
    Not,
    /// `x'`
    Transpose,
    /// `x[i]`
    Index,
    /// `[x, y]`
    Matrix,
    /// `if c then a else b`
    Choice,
    /// Left out: the first argument stands for the result.
    Silent,
}

impl Notation {
    /// True of comparisons and logic, whose values are 0 and 1 only.
    pub const fn is_truth(self) -> bool {
        use Operator::{And, Eq, Ge, Gt, Le, Lt, Ne, Or};
        matches!(
            self,
            Notation::Not | Notation::Infix(Eq | Ne | Lt | Le | Gt | Ge | And | Or)
        )
    }
}

/// Infix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Operator {
    Add,
    Sub,
    Mul,
    MatMul,
    Div,
    Pow,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    And,
    Or,
}

impl Operator {
    /// The spelling in scripts. An operator with a form for entries and one for matrices has the former.
    pub const fn symbol(self) -> &'static str {
        match self {
            Operator::Add => "+",
            Operator::Sub => "-",
            Operator::Mul => ".*",
            Operator::MatMul => "*",
            Operator::Div => "./",
            Operator::Pow => ".^",
            Operator::Eq => "==",
            Operator::Ne => "!=",
            Operator::Lt => "<",
            Operator::Le => "<=",
            Operator::Gt => ">",
            Operator::Ge => ">=",
            Operator::And => "and",
            Operator::Or => "or",
        }
    }
}
