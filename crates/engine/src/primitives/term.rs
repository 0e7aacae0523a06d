//! The arithmetic in which derivative rules are written.
//!
//! Terms fold added zeros and multiplied ones away, so that a rule can be written without thinking
//! of special cases; nothing else in the way of a formula simplifies. A product with zero is never
//! folded: a number that happens to be zero meets infinity as IEEE says, and what is structurally
//! zero is not multiplied at all. A scalar stretches to its partner.

use super::{algebra, arithmetic, array, elementary};
use crate::graph::primitive::Notation;
use crate::graph::{Args, Attr, Block, Op, Primitive, Shape, Term};
use smallvec::SmallVec;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// The sum of those of two tangents that are there.
pub fn sum_of_known<'g>(a: Option<Term<'g>>, b: Option<Term<'g>>) -> Option<Term<'g>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (one, other) => one.or(other),
    }
}

/// The entry-by-entry operation `primitive` on terms that stretch to a common shape.
pub fn entrywise<'g>(primitive: &'static Primitive, args: &[Term<'g>]) -> Term<'g> {
    let shapes: SmallVec<[Shape; 3]> = args.iter().map(|term| term.shape()).collect();
    let shape = Shape::common(&shapes).expect("rules combine terms of fitting shapes");
    let ids: Args = args.iter().map(|term| term.stretch(shape).id).collect();
    let graph = args[0].graph;
    graph.term(graph.apply(primitive, Attr::None, shape, &ids))
}

impl<'g> Term<'g> {
    /// An entry-by-entry function of this term.
    pub fn map(self, primitive: &'static Primitive) -> Term<'g> {
        entrywise(primitive, &[self])
    }

    /// A function of whole arrays of this term, with a result of the given shape.
    pub fn whole(self, primitive: &'static Primitive, attr: Attr, shape: Shape) -> Term<'g> {
        self.graph
            .term(self.graph.apply(primitive, attr, shape, &[self.id]))
    }

    /// Repeated along rows and columns to fill `shape`.
    pub fn stretch(self, shape: Shape) -> Term<'g> {
        if self.shape() == shape {
            self
        } else {
            self.whole(&array::BROADCAST, Attr::None, shape)
        }
    }

    /// Zero in the shape of this term.
    pub fn zero(self) -> Term<'g> {
        self.number(0.0).stretch(self.shape())
    }

    /// True if it is the number `value` everywhere, as written in the graph.
    pub fn is(self, value: f64) -> bool {
        self.literal() == Some(value)
    }

    /// `self` to the power of a number.
    pub fn powf(self, exponent: f64) -> Term<'g> {
        if exponent == 1.0 {
            return self;
        }
        entrywise(&arithmetic::POW, &[self, self.number(exponent)])
    }

    /// The square.
    pub fn squared(self) -> Term<'g> {
        self.powf(2.0)
    }

    /// The sum along the axis of `attr`, stretching not undone.
    pub fn sum_along(self, attr: Attr) -> Term<'g> {
        let shape = super::array::reduced(self.shape(), attr);
        if shape == self.shape() {
            return self;
        }
        self.whole(&array::SUM, attr, shape)
    }

    /// The sum of all entries.
    pub fn sum(self) -> Term<'g> {
        self.sum_along(Attr::None)
    }

    /// Exchanged rows and columns.
    pub fn transposed(self) -> Term<'g> {
        let node = self.node();
        if node.shape.is_scalar() {
            return self;
        }
        if let Op::Apply(primitive, _) = node.op
            && primitive.notation == Notation::Transpose
        {
            return self.arg(0);
        }
        self.whole(&array::TRANSPOSE, Attr::None, node.shape.transposed())
    }

    /// The matrix product; scaling where one factor is a scalar.
    pub fn matmul(self, other: Term<'g>) -> Term<'g> {
        let (a, b) = (self.shape(), other.shape());
        if a.is_scalar() || b.is_scalar() {
            return self * other;
        }
        let shape = Shape {
            rows: a.rows,
            cols: b.cols,
        };
        let ids = [self.id, other.id];
        self.graph
            .term(self.graph.apply(&algebra::MATMUL, Attr::None, shape, &ids))
    }

    /// The matrix product, where both factors may be 0 in places whatever they are multiplied by there:
    /// where a mask in the factor's shape is 0.
    pub fn matmul_of_reached(
        self,
        other: Term<'g>,
        [left, right]: [Option<Term<'g>>; 2],
    ) -> Term<'g> {
        let (a, b) = (self.shape(), other.shape());
        if left.is_none() && right.is_none() {
            return self.matmul(other);
        }
        if a.is_scalar() || b.is_scalar() {
            let masks = [left, right].into_iter().flatten();
            return masks.fold(self * other, Term::where_true);
        }
        let everywhere = self.number(1.0);
        let shape = Shape {
            rows: a.rows,
            cols: b.cols,
        };
        let [left, right] = [left, right].map(|mask| mask.unwrap_or(everywhere));
        let ids = [self.id, other.id, left.id, right.id];
        let row = &algebra::MATMUL_REACHED;
        self.graph
            .term(self.graph.apply(row, Attr::None, shape, &ids))
    }

    /// The same entries, column by column, in another shape.
    pub fn reshaped(self, shape: Shape) -> Term<'g> {
        if self.shape() == shape {
            self
        } else {
            self.whole(&array::RESHAPE, Attr::None, shape)
        }
    }

    /// A block of entries.
    pub fn block(self, block: Block) -> Term<'g> {
        if block.shape == self.shape() {
            self
        } else if let Some(number) = self.repeated() {
            number.stretch(block.shape)
        } else {
            self.whole(&array::INDEX, Attr::Corner(block.corner), block.shape)
        }
    }

    /// The number that is repeated in every entry, where it was made that way.
    fn repeated(self) -> Option<Term<'g>> {
        let Op::Apply(row, _) = self.node().op else {
            return None;
        };
        (row.repeats && self.arg(0).shape().is_scalar()).then(|| self.arg(0))
    }

    /// One where `self` is not zero.
    pub fn nonzero(self) -> Term<'g> {
        if let Op::Apply(row, _) = self.node().op
            && row.is_truth()
        {
            return self;
        }
        entrywise(&arithmetic::NE, &[self, self.number(0.0)])
    }

    /// `self` where `mask` is true, zero elsewhere, whatever `self` is there. A scalar mask decides
    /// for all entries at once.
    ///
    /// This only keeps a zero a zero; what a choice lets through is [`Term::passed`].
    pub fn where_true(self, mask: Term<'g>) -> Term<'g> {
        self.masked(mask, &array::GUARD, &array::GUARD_ALL)
    }

    /// The part of `self` that a choice with this mask lets through.
    pub fn passed(self, mask: Term<'g>) -> Term<'g> {
        self.masked(mask, &array::PASS, &array::PASS_ALL)
    }

    fn masked(self, mask: Term<'g>, each: &'static Primitive, all: &'static Primitive) -> Term<'g> {
        if self.is(0.0) || mask.literal().is_some_and(|m| m != 0.0) {
            return self;
        }
        let ids = [mask.id, self.id];
        let shape = self.shape();
        let row = if mask.shape() == shape { each } else { all };
        self.graph
            .term(self.graph.apply(row, Attr::None, shape, &ids))
    }

    /// The number e to the power of `self`.
    pub fn exp(self) -> Term<'g> {
        self.map(&elementary::EXP)
    }

    /// The natural logarithm.
    pub fn log(self) -> Term<'g> {
        self.map(&elementary::LOG)
    }
}

impl<'g> Add for Term<'g> {
    type Output = Term<'g>;
    fn add(self, other: Term<'g>) -> Term<'g> {
        match (self.literal(), other.literal()) {
            (Some(a), Some(b)) => self.number(a + b).stretch(larger(self, other)),
            (Some(0.0), _) => other.stretch(larger(self, other)),
            (_, Some(0.0)) => self.stretch(larger(self, other)),
            _ => entrywise(&arithmetic::ADD, &[self, other]),
        }
    }
}

impl<'g> Sub for Term<'g> {
    type Output = Term<'g>;
    fn sub(self, other: Term<'g>) -> Term<'g> {
        match (self.literal(), other.literal()) {
            (Some(a), Some(b)) => self.number(a - b).stretch(larger(self, other)),
            (Some(0.0), _) => -other.stretch(larger(self, other)),
            (_, Some(0.0)) => self.stretch(larger(self, other)),
            _ => entrywise(&arithmetic::SUB, &[self, other]),
        }
    }
}

impl<'g> Mul for Term<'g> {
    type Output = Term<'g>;
    fn mul(self, other: Term<'g>) -> Term<'g> {
        let shape = larger(self, other);
        match (self.literal(), other.literal()) {
            (Some(a), Some(b)) => self.number(a * b).stretch(shape),
            (Some(1.0), _) => other.stretch(shape),
            (_, Some(1.0)) => self.stretch(shape),
            (Some(-1.0), _) => -other.stretch(shape),
            (_, Some(-1.0)) => -self.stretch(shape),
            _ => {
                if let Some(divisor) = reciprocal(other) {
                    return self / divisor;
                }
                entrywise(&arithmetic::MUL, &[self, other])
            }
        }
    }
}

impl<'g> Div for Term<'g> {
    type Output = Term<'g>;
    fn div(self, other: Term<'g>) -> Term<'g> {
        let shape = larger(self, other);
        match (self.literal(), other.literal()) {
            (_, Some(1.0)) => self.stretch(shape),
            _ => entrywise(&arithmetic::DIV, &[self, other]),
        }
    }
}

impl<'g> Neg for Term<'g> {
    type Output = Term<'g>;
    fn neg(self) -> Term<'g> {
        if let Some(value) = self.literal() {
            return self.number(-value).stretch(self.shape());
        }
        let node = self.node();
        if let Op::Apply(primitive, _) = node.op
            && primitive.notation == Notation::Negation
        {
            return self.arg(0);
        }
        self.map(&arithmetic::NEG)
    }
}

impl<'g> Add<f64> for Term<'g> {
    type Output = Term<'g>;
    fn add(self, other: f64) -> Term<'g> {
        self + self.number(other)
    }
}

impl<'g> Sub<f64> for Term<'g> {
    type Output = Term<'g>;
    fn sub(self, other: f64) -> Term<'g> {
        self - self.number(other)
    }
}

impl<'g> Div<f64> for Term<'g> {
    type Output = Term<'g>;
    fn div(self, other: f64) -> Term<'g> {
        self / self.number(other)
    }
}

impl<'g> Mul<Term<'g>> for f64 {
    type Output = Term<'g>;
    fn mul(self, other: Term<'g>) -> Term<'g> {
        other.number(self) * other
    }
}

impl<'g> Add<Term<'g>> for f64 {
    type Output = Term<'g>;
    fn add(self, other: Term<'g>) -> Term<'g> {
        other.number(self) + other
    }
}

impl<'g> Sub<Term<'g>> for f64 {
    type Output = Term<'g>;
    fn sub(self, other: Term<'g>) -> Term<'g> {
        other.number(self) - other
    }
}

impl<'g> Div<Term<'g>> for f64 {
    type Output = Term<'g>;
    fn div(self, other: Term<'g>) -> Term<'g> {
        other.number(self) / other
    }
}

fn larger(a: Term<'_>, b: Term<'_>) -> Shape {
    Shape::common(&[a.shape(), b.shape()]).expect("rules combine terms of fitting shapes")
}

/// `b` of a term that is `1/b`: `t·(1/b)` is better computed, and read, as `t/b`.
fn reciprocal(term: Term<'_>) -> Option<Term<'_>> {
    let Op::Apply(primitive, _) = term.node().op else {
        return None;
    };
    (primitive.is(&arithmetic::DIV) && term.arg(0).is(1.0)).then(|| term.arg(1))
}
