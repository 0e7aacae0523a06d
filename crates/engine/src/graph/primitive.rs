//! The type of one row of the primitive table: everything the tool knows about one operation.
//!
//! There is no enumeration of functions anywhere: a row *is* the operation, and lowering,
//! execution, both derivative modes, notation, help and tests read the row.

use super::Term;
pub use super::kernel::{
    Call, Fault, Kernel, Lanes, Map1, Map2, Map3, Mirror, Place, Placing, Together, WholeKernel,
};
use super::shape::Shape;

/// How many arguments an operation takes: at least, at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arity {
    /// Fewest.
    pub least: usize,
    /// Most; `usize::MAX` for any number.
    pub most: usize,
}

/// The shape of the result, given those of the node arguments and the sizes among the arguments.
#[derive(Clone, Copy)]
pub enum ShapeRule {
    /// Entry by entry: lowering stretches all arguments to one shape, which is the result's.
    Entrywise,
    /// Collapses the axis of [`Attr::Axis`], or everything.
    Reduce,
    /// As the first argument.
    Same,
    /// Computed, or a sentence about what does not fit.
    Rule(fn(&[Shape], &[usize]) -> Result<Shape, String>),
    /// Given by whoever builds the node.
    Given,
}

/// Which arguments are needed, decided from the values of those before.
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
pub enum Derivative {
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
}

/// A point where a function has no derivative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kink {
    /// The derivative taken.
    pub taken: f64,
    /// The derivative from the left.
    pub left: f64,
    /// The derivative from the right.
    pub right: f64,
}

/// Whether the point `args` is a kink in argument `k` of an entry-by-entry operation, or in entry
/// `k` of what a reduction goes over.
pub type KinkRule = fn(&[f64], usize) -> Option<Kink>;

/// How the operation is written on paper.
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
    /// Left out: the argument stands for itself.
    Silent,
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
    /// How scripts write it; what has a form for entries and one for matrices by the former.
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

/// One operation: one row of the table.
pub struct Primitive {
    /// Its name in the language, in traces and in JSON.
    pub name: &'static str,
    /// Other names for it in the language.
    pub aliases: &'static [&'static str],
    /// Whether a script may call it by name.
    pub callable: bool,
    /// The names of its arguments, as its signature shows them; the last may be `…`.
    pub parameters: &'static [&'static str],
    /// How many arguments are values of the graph.
    pub arity: Arity,
    /// How many arguments after those are counts, known while lowering.
    pub sizes: Arity,
    /// How many of its last values only say where something is: they have no derivative, and what is
    /// linear is linear in the others.
    pub places: usize,
    /// Whether it takes `axis=`.
    pub axis: bool,
    /// Whether it takes `seed=`.
    pub seed: bool,
    /// Arguments given by name, with their defaults; they come after the values.
    pub options: &'static [(&'static str, f64)],
    /// The shape of the result.
    pub shape: ShapeRule,
    /// Which arguments are needed when.
    pub demand: Demand,
    /// Whether its kernel refuses some values.
    pub may_fail: bool,
    /// The function of x and −x at once, where one helps the other.
    pub mirror: Option<Mirror>,
    /// Another operation that costs little where this one is computed of the same, and both at once.
    pub companion: Option<(&'static Primitive, Together)>,
    /// How the value is computed.
    pub kernel: Kernel,
    /// Its derivative.
    pub derivative: Derivative,
    /// Where it has kinks.
    pub kinks: Option<KinkRule>,
    /// How it is written.
    pub notation: Notation,
    /// How a call is written in LaTeX: what stands before the arguments' parentheses (`\sin`), or the
    /// whole with `#1`, `#2` for the arguments (`\sqrt{#1}`); empty for the name in upright letters.
    pub latex: &'static str,
    /// One sentence about it.
    pub doc: &'static str,
    /// A formula that uses it, and what the tool answers.
    pub example: (&'static str, &'static str),
    /// Points at which the tests hold its derivatives against finite differences: one list of
    /// scalar arguments each (entry-by-entry operations only).
    pub samples: &'static [&'static [f64]],
}

impl Primitive {
    /// A row with nothing but a name and a kernel; everything else is set by the methods below.
    pub const fn new(name: &'static str, kernel: Kernel, shape: ShapeRule) -> Primitive {
        Primitive {
            name,
            aliases: &[],
            callable: true,
            parameters: &["x"],
            arity: Arity { least: 1, most: 1 },
            sizes: Arity { least: 0, most: 0 },
            places: 0,
            axis: false,
            seed: false,
            options: &[],
            shape,
            demand: Demand::All,
            may_fail: false,
            mirror: None,
            companion: None,
            kernel,
            derivative: Derivative::Zero,
            kinks: None,
            notation: Notation::Call,
            latex: "",
            doc: "",
            example: ("", ""),
            samples: &[],
        }
    }

    /// An entry-by-entry function of one argument.
    pub const fn map1(name: &'static str, kernel: Map1) -> Primitive {
        Primitive::new(name, Kernel::Map1(kernel), ShapeRule::Entrywise)
    }

    /// An entry-by-entry function of two arguments.
    pub const fn map2(name: &'static str, kernel: Map2) -> Primitive {
        Primitive::new(name, Kernel::Map2(kernel), ShapeRule::Entrywise).parameters(&["a", "b"])
    }

    /// An entry-by-entry function of three arguments.
    pub const fn map3(name: &'static str, kernel: Map3) -> Primitive {
        Primitive::new(name, Kernel::Map3(kernel), ShapeRule::Entrywise)
            .parameters(&["a", "b", "c"])
    }

    /// A function of whole arrays.
    pub const fn whole(name: &'static str, kernel: WholeKernel, shape: ShapeRule) -> Primitive {
        Primitive::new(name, Kernel::Whole(kernel), shape)
    }

    /// A reduction: takes one array and `axis=`.
    pub const fn reduction(name: &'static str, kernel: WholeKernel) -> Primitive {
        Primitive::whole(name, kernel, ShapeRule::Reduce).with_axis()
    }

    /// With other names.
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Primitive {
        self.aliases = aliases;
        self
    }

    /// With these parameters, all of them values.
    pub const fn parameters(mut self, parameters: &'static [&'static str]) -> Primitive {
        self.parameters = parameters;
        self.arity = Arity {
            least: parameters.len(),
            most: parameters.len(),
        };
        self
    }

    /// With at least `least` arguments.
    pub const fn variadic(mut self, least: usize) -> Primitive {
        self.arity = Arity {
            least,
            most: usize::MAX,
        };
        self
    }

    /// With `values` value arguments and then `least` to `most` counts.
    pub const fn counts(mut self, values: usize, least: usize, most: usize) -> Primitive {
        self.arity = Arity {
            least: values,
            most: values,
        };
        self.sizes = Arity { least, most };
        self
    }

    /// Its last `places` values only say where something is.
    pub const fn places(mut self, places: usize) -> Primitive {
        self.places = places;
        self
    }

    /// Takes `axis=`.
    pub const fn with_axis(mut self) -> Primitive {
        self.axis = true;
        self
    }

    /// Takes `seed=`.
    pub const fn with_seed(mut self) -> Primitive {
        self.seed = true;
        self
    }

    /// Its last arguments may also be given by name, and left out.
    pub const fn options(mut self, options: &'static [(&'static str, f64)]) -> Primitive {
        self.options = options;
        self
    }

    /// Needs its arguments one after the other.
    pub const fn demand(mut self, demand: Demand) -> Primitive {
        self.demand = demand;
        self
    }

    /// Its kernel refuses some values.
    pub const fn may_fail(mut self) -> Primitive {
        self.may_fail = true;
        self
    }

    /// f(x) and f(−x) can be had together.
    pub const fn mirror(mut self, both: Mirror) -> Primitive {
        self.mirror = Some(both);
        self
    }

    /// The operation `other` of the same can be had along.
    pub const fn companion(mut self, other: &'static Primitive, both: Together) -> Primitive {
        self.companion = Some((other, both));
        self
    }

    /// With this derivative.
    pub const fn derivative(mut self, derivative: Derivative) -> Primitive {
        self.derivative = derivative;
        self
    }

    /// With one partial derivative.
    pub const fn partial(self, rule: Partial1) -> Primitive {
        self.derivative(Derivative::Partial1(rule))
    }

    /// With two partial derivatives.
    pub const fn partials(self, a: Partial2, b: Partial2) -> Primitive {
        self.derivative(Derivative::Partial2(a, b))
    }

    /// With kinks.
    pub const fn kinks(mut self, rule: KinkRule) -> Primitive {
        self.kinks = Some(rule);
        self
    }

    /// Written like this. What is not written as a call cannot be called by name.
    pub const fn notation(mut self, notation: Notation) -> Primitive {
        self.notation = notation;
        self.callable = matches!(notation, Notation::Call);
        self
    }

    /// Written like this in LaTeX.
    pub const fn latex(mut self, latex: &'static str) -> Primitive {
        self.latex = latex;
        self
    }

    /// Callable by name although it has a notation of its own.
    pub const fn also_callable(mut self) -> Primitive {
        self.callable = true;
        self
    }

    /// Not part of the language: built by rules and by lowering only.
    pub const fn internal(mut self) -> Primitive {
        self.callable = false;
        self
    }

    /// With a sentence of documentation.
    pub const fn doc(mut self, doc: &'static str) -> Primitive {
        self.doc = doc;
        self
    }

    /// With an example and its answer.
    pub const fn example(mut self, text: &'static str, answer: &'static str) -> Primitive {
        self.example = (text, answer);
        self
    }

    /// With sample points.
    pub const fn samples(mut self, samples: &'static [&'static [f64]]) -> Primitive {
        self.samples = samples;
        self
    }

    /// Whether this is the row `other`.
    pub fn is(&self, other: &Primitive) -> bool {
        std::ptr::eq(self, other)
    }

    /// Whether it works entry by entry.
    pub const fn is_entrywise(&self) -> bool {
        matches!(self.shape, ShapeRule::Entrywise)
    }

    /// Whether its values are 0 and 1 only: comparisons and logic.
    pub fn is_truth(&self) -> bool {
        use Operator::{And, Eq, Ge, Gt, Le, Lt, Ne, Or};
        matches!(
            self.notation,
            Notation::Not | Notation::Infix(Eq | Ne | Lt | Le | Gt | Ge | And | Or)
        )
    }

    /// The signature: `clamp(x, lo, hi)`.
    pub fn signature(&self) -> String {
        let mut parts: Vec<&str> = self.parameters.to_vec();
        if self.axis {
            parts.push("axis=");
        }
        if self.seed {
            parts.push("seed=");
        }
        format!("{}({})", self.name, parts.join(", "))
    }
}

impl PartialEq for Primitive {
    fn eq(&self, other: &Primitive) -> bool {
        self.is(other)
    }
}

impl Eq for Primitive {}

impl std::hash::Hash for Primitive {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        std::ptr::from_ref(self).hash(state);
    }
}

impl std::fmt::Debug for Primitive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
