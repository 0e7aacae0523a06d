//! Algebra to the language's own syntax.

use super::algebra::{Algebra, FactorList, Form, Id, all_but};
use super::convert::corner_of;
use crate::graph::primitive::{Mask, Notation, Operator};
use crate::graph::{Attr, NodeId, Primitive, Shape, Tensor};
use crate::source::{Source, Span};
use crate::syntax::ast::{
    BinaryOp, Call, Expr, ExprId, ExprKind, Found, Ident, Index, Name, NameId, NamedArgument,
    Script, UnaryOp,
};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// Why a formula cannot be written in the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwritable {
    /// It has too many operations.
    TooLarge,
    /// One of its operations has no spelling.
    NoSpelling,
}

/// Expressions up to which a formula is written at all.
const WRITTEN_LIMIT: usize = 2_000_000;

type Written = Result<ExprId, Unwritable>;

/// Writes formulas of one algebra as expressions.
pub struct Emitter<'a> {
    /// The formulas.
    pub algebra: &'a Algebra<'a>,
    /// What atoms are called.
    pub names: &'a dyn Fn(NodeId) -> Option<Name>,
    script: Script,
    /// The places of names in the script.
    known: FxHashMap<Name, NameId>,
}

impl<'a> Emitter<'a> {
    /// An emitter for formulas of `algebra`, whose atoms are called by `names`.
    pub fn new(algebra: &'a Algebra<'a>, names: &'a dyn Fn(NodeId) -> Option<Name>) -> Emitter<'a> {
        let script = Script {
            source: Source::new("", ""),
            expressions: Vec::new(),
            statements: Vec::new(),
            names: Vec::new(),
            found: Found::default(),
            body: Vec::new(),
        };
        Emitter {
            algebra,
            names,
            script,
            known: FxHashMap::default(),
        }
    }

    /// The script with everything that was emitted.
    pub fn finish(self) -> Script {
        self.script
    }

    fn push(&mut self, kind: ExprKind) -> ExprId {
        let id = ExprId(self.script.expressions.len() as u32);
        self.script.expressions.push(Expr {
            kind,
            span: Span::default(),
        });
        id
    }

    fn name(&mut self, name: Name) -> ExprId {
        let names = &mut self.script.names;
        let id = *self.known.entry(name).or_insert_with_key(|name| {
            names.push(name.clone());
            NameId(names.len() as u32 - 1)
        });
        self.push(ExprKind::Name(id))
    }

    fn number(&mut self, value: f64) -> ExprId {
        if value.is_nan() {
            return self.name("nan".into());
        }
        if value < 0.0 {
            let positive = self.number(-value);
            return self.push(ExprKind::Unary(UnaryOp::Neg, positive));
        }
        if value.is_infinite() {
            return self.name("inf".into());
        }
        if value == std::f64::consts::PI {
            return self.name("pi".into());
        }
        self.push(ExprKind::Number(value))
    }

    fn binary(&mut self, op: BinaryOp, a: ExprId, b: ExprId) -> ExprId {
        self.push(ExprKind::Binary(op, a, b))
    }

    fn call(&mut self, name: &str, arguments: Vec<ExprId>, named: Vec<NamedArgument>) -> ExprId {
        let function = ident(name);
        self.push(ExprKind::Call(Box::new(Call::new(
            function, arguments, named,
        ))))
    }

    /// Appends the formula `id` to the script.
    pub fn emit(&mut self, id: Id) -> Written {
        if self.script.expressions.len() > WRITTEN_LIMIT {
            return Err(Unwritable::TooLarge);
        }
        let shape = self.algebra.shape(id);
        match self.algebra.form(id) {
            Form::Number(value) => Ok(self.number(value.0)),
            Form::Atom(node) => self.atom(node),
            Form::Identity => {
                let n = self.number(f64::from(shape.rows));
                Ok(self.call("eye", vec![n], Vec::new()))
            }
            Form::Sum(terms) => self.sum(&terms),
            Form::Product(bases) => self.product(1.0, bases),
            Form::Chain(links) => self.chain(None, links),
            Form::Transposed(inner) => {
                let inner = self.emit(inner)?;
                Ok(self.push(ExprKind::Unary(UnaryOp::Transpose, inner)))
            }
            Form::Stretched(inner) => self.stretched(inner, shape),
            Form::Entries(entries) => self.entries(entries, shape),
            Form::Apply(row, attr, args) => self.operation(row, attr, args, shape),
        }
    }

    fn atom(&mut self, node: NodeId) -> Written {
        if let Some(name) = (self.names)(node) {
            return Ok(self.name(name));
        }
        match self.algebra.constants.get(&node).cloned() {
            Some(value) => Ok(self.constant(&value)),
            None => Err(Unwritable::NoSpelling),
        }
    }

    fn constant(&mut self, value: &Rc<Tensor>) -> ExprId {
        let shape = value.shape();
        let row_vector = shape.rows == 1 && shape.cols > 1;
        let lines = if shape.cols == 1 || row_vector {
            1
        } else {
            shape.m()
        };
        let width = value.data().len() / lines.max(1);
        let mut rows = Vec::new();
        for i in 0..lines {
            let entry = |j: usize| {
                if lines == 1 {
                    value.data()[j]
                } else {
                    value.at(i, j)
                }
            };
            rows.push((0..width).map(|j| self.number(entry(j))).collect());
        }
        let matrix = self.push(ExprKind::Matrix(rows));
        if row_vector {
            self.push(ExprKind::Unary(UnaryOp::Transpose, matrix))
        } else {
            matrix
        }
    }

    /// A value where the language would not stretch by itself.
    fn stretched(&mut self, inner: Id, shape: Shape) -> Written {
        let sizes = [shape.rows, shape.cols]
            .map(|size| self.number(f64::from(size)))
            .to_vec();
        match self.algebra.value(inner) {
            Some(0.0) => Ok(self.call("zeros", sizes, Vec::new())),
            Some(1.0) => Ok(self.call("ones", sizes, Vec::new())),
            _ => {
                let ones = self.call("ones", sizes, Vec::new());
                let inner_shape = self.algebra.shape(inner);
                let inner = self.emit(inner)?;
                let op = if inner_shape.is_scalar() {
                    BinaryOp::Mul
                } else {
                    BinaryOp::DotMul
                };
                Ok(self.binary(op, inner, ones))
            }
        }
    }

    /// Positive terms first, so that a sum does not begin with a sign where it need not.
    fn sum(&mut self, terms: &[(f64, Id)]) -> Written {
        let (positive, negative): (Vec<_>, Vec<_>) =
            terms.iter().copied().partition(|(c, _)| *c > 0.0);
        let is_number = |(_, term): &(f64, Id)| self.algebra.value(*term).is_some();
        let (numbers, mut others): (Vec<_>, Vec<_>) = positive.into_iter().partition(is_number);
        others.sort_by_key(|(_, term)| std::cmp::Reverse(self.degree(*term)));
        let mut negative = negative;
        negative.sort_by_key(|(_, term)| std::cmp::Reverse(self.degree(*term)));
        // 1 − x reads better than −x + 1, and x + 1 better than 1 + x.
        let mut ordered: Vec<(f64, Id)> = if others.is_empty() {
            numbers
        } else {
            [others, numbers].concat()
        };
        ordered.extend(negative);
        let shapes: Vec<Shape> = ordered
            .iter()
            .map(|(_, term)| self.algebra.shape(*term))
            .collect();
        if let Some(whole) = out_of_order(&shapes) {
            ordered[..=whole].rotate_right(1);
        }
        let mut text: Option<ExprId> = None;
        for (c, term) in ordered {
            text = Some(match text {
                None => self.scaled(c, term)?,
                Some(left) => {
                    let right = self.scaled(c.abs(), term)?;
                    let op = if c < 0.0 {
                        BinaryOp::Sub
                    } else {
                        BinaryOp::Add
                    };
                    self.binary(op, left, right)
                }
            });
        }
        Ok(text.unwrap_or_else(|| self.number(0.0)))
    }

    /// The degree of a power or product of names: polynomials are written from the highest down.
    fn degree(&self, term: Id) -> u32 {
        match self.algebra.form(term) {
            Form::Product(bases) => {
                let power = |(base, e): &(Id, Id)| match self.algebra.form(*base) {
                    Form::Atom(_) => self.algebra.value(*e).unwrap_or(0.0).clamp(0.0, 1e6) as u32,
                    _ => 0,
                };
                bases.iter().map(power).sum()
            }
            Form::Atom(_) => 1,
            _ => 0,
        }
    }

    /// c·term
    fn scaled(&mut self, c: f64, term: Id) -> Written {
        if let Some(value) = self.algebra.value(term) {
            return Ok(self.number(c * value));
        }
        if let Some((above, below)) = fraction(c) {
            let above = self.scaled(above, term)?;
            let below = self.number(below);
            return Ok(self.binary(BinaryOp::Div, above, below));
        }
        match self.algebra.form(term) {
            Form::Product(bases) => self.product(c, bases),
            Form::Chain(links) => {
                let front = self.coefficient(c);
                match (front, c) {
                    (Some(front), _) => self.chain(Some(front), links),
                    (None, c) => {
                        let chain = self.chain(None, links)?;
                        Ok(if c < 0.0 {
                            self.negated_front(chain)
                        } else {
                            chain
                        })
                    }
                }
            }
            _ => {
                let plain = self.emit(term)?;
                Ok(match self.coefficient(c) {
                    Some(front) => self.binary(BinaryOp::Mul, front, plain),
                    None if c < 0.0 => self.push(ExprKind::Unary(UnaryOp::Neg, plain)),
                    None => plain,
                })
            }
        }
    }

    /// A coefficient that must be written; 1 and −1 are no factors.
    fn coefficient(&mut self, c: f64) -> Option<ExprId> {
        (c.abs() != 1.0).then(|| self.number(c))
    }

    /// A sign in front of the first factor of a product: `-x*y`.
    fn negated_front(&mut self, product: ExprId) -> ExprId {
        if let ExprKind::Binary(
            op @ (BinaryOp::Mul | BinaryOp::Div | BinaryOp::DotMul | BinaryOp::DotDiv),
            a,
            b,
        ) = self.script.expressions[product.0 as usize].kind.clone()
        {
            let a = self.negated_front(a);
            return self.binary(op, a, b);
        }
        self.push(ExprKind::Unary(UnaryOp::Neg, product))
    }

    fn chain(&mut self, front: Option<ExprId>, links: &[Id]) -> Written {
        let mut text = front;
        for link in links {
            let link = self.emit(*link)?;
            text = Some(match text {
                None => link,
                Some(left) => self.binary(BinaryOp::Mul, left, link),
            });
        }
        text.ok_or(Unwritable::NoSpelling)
    }

    /// How late a factor is written: numbers, names, functions, sums; scalars before matrices.
    fn lateness(&self, base: Id, exponent: Id) -> (bool, u8, Id) {
        let kind = match self.algebra.form(base) {
            _ if self.algebra.value(exponent).is_none() => 2,
            Form::Number(_) => 0,
            Form::Atom(_) => 1,
            Form::Sum(_) => 3,
            Form::Chain(_) => 4,
            Form::Apply(row, ..) if row.is_truth() => 5,
            _ => 2,
        };
        (!self.algebra.shape(base).is_scalar(), kind, base)
    }

    fn product(&mut self, c: f64, bases: &[(Id, Id)]) -> Written {
        if let Some((condition, rest)) = self.branch(bases) {
            let condition = self.emit(condition)?;
            let value = self.product(c, &rest)?;
            let zero = self.number(0.0);
            return Ok(self.push(ExprKind::If(condition, value, zero)));
        }
        let plain = |(base, e): &(Id, Id)| {
            self.algebra
                .value(*base)
                .filter(|_| *e == self.algebra.unit())
        };
        let c = bases
            .iter()
            .filter_map(plain)
            .fold(c, |c, number| c * number);
        let mut ordered: Vec<(Id, Id)> = bases
            .iter()
            .copied()
            .filter(|factor| plain(factor).is_none())
            .collect();
        if let Some((above, below)) = fraction(c) {
            let above = self.product(above, &ordered)?;
            let below = self.number(below);
            return Ok(self.binary(BinaryOp::Div, above, below));
        }
        ordered.sort_by_key(|(base, e)| self.lateness(*base, *e));
        let is_below = |e: Id| self.algebra.value(e).is_some_and(|e| e < 0.0);
        ordered.sort_by_key(|(_, e)| is_below(*e));
        let shapes: Vec<Shape> = ordered
            .iter()
            .map(|(base, _)| self.algebra.shape(*base))
            .collect();
        if let Some(whole) = out_of_order(&shapes) {
            // Scalars stay in front, and so does what is divided.
            let scalars = shapes.iter().take_while(|shape| shape.is_scalar()).count();
            let divided = usize::from(is_below(ordered[whole].1) && !is_below(ordered[0].1));
            ordered[scalars.max(divided)..=whole].rotate_right(1);
        }
        let mut text = self.coefficient(c).map(|front| (front, true));
        for (base, exponent) in ordered {
            let scalar = self.algebra.shape(base).is_scalar();
            let below = self.algebra.value(exponent).is_some_and(|e| e < 0.0);
            let factor = self.power(base, exponent, if below { -1.0 } else { 1.0 })?;
            let (left, left_scalar) = match text {
                None if below => (self.number(1.0), true),
                None => {
                    text = Some((factor, scalar));
                    continue;
                }
                Some(left) => left,
            };
            let op = match (below, scalar, scalar || left_scalar) {
                (true, true, _) => BinaryOp::Div,
                (true, false, _) => BinaryOp::DotDiv,
                (false, _, true) => BinaryOp::Mul,
                (false, _, false) => BinaryOp::DotMul,
            };
            text = Some((self.binary(op, left, factor), scalar && left_scalar));
        }
        let text = text.map_or_else(|| self.number(1.0), |(text, _)| text);
        Ok(if c == -1.0 {
            self.negated_front(text)
        } else {
            text
        })
    }

    /// The condition among the factors of a scalar product: what it lets through reads, and
    /// computes, better as a branch.
    fn branch(&self, bases: &[(Id, Id)]) -> Option<(Id, FactorList)> {
        let truth =
            |id: Id| matches!(self.algebra.form(id), Form::Apply(row, ..) if row.is_truth());
        let scalar = bases
            .iter()
            .all(|(base, _)| self.algebra.shape(*base).is_scalar());
        let k = bases
            .iter()
            .position(|(base, e)| truth(*base) && *e == self.algebra.unit())?;
        let rest = all_but(bases, k);
        let plain = rest
            .iter()
            .all(|(base, _)| self.algebra.value(*base).is_some() || truth(*base));
        (scalar && !plain).then(|| (bases[k].0, rest))
    }

    /// base^(sign·exponent)
    fn power(&mut self, base: Id, exponent: Id, sign: f64) -> Written {
        let scalar =
            self.algebra.shape(base).is_scalar() && self.algebra.shape(exponent).is_scalar();
        let number = self.algebra.value(exponent).map(|e| sign * e);
        if number == Some(1.0) {
            return self.emit(base);
        }
        let base = self.emit(base)?;
        if number == Some(0.5) {
            return Ok(self.call("sqrt", vec![base], Vec::new()));
        }
        let exponent = match number {
            Some(number) => self.number(number),
            None => self.emit(exponent)?,
        };
        let op = if scalar {
            BinaryOp::Pow
        } else {
            BinaryOp::DotPow
        };
        Ok(self.binary(op, base, exponent))
    }

    fn entries(&mut self, entries: &[Id], shape: Shape) -> Written {
        let row_vector = shape.rows == 1 && shape.cols > 1;
        let width = if shape.cols == 1 || row_vector {
            entries.len()
        } else {
            shape.n()
        };
        let mut rows = Vec::new();
        for row in entries.chunks(width.max(1)) {
            let mut written = Vec::new();
            for entry in row {
                written.push(self.emit(*entry)?);
            }
            rows.push(written);
        }
        let matrix = self.push(ExprKind::Matrix(rows));
        Ok(if row_vector {
            self.push(ExprKind::Unary(UnaryOp::Transpose, matrix))
        } else {
            matrix
        })
    }

    fn operation(
        &mut self,
        row: &'static Primitive,
        attr: Attr,
        args: &[Id],
        shape: Shape,
    ) -> Written {
        if let Some(mask) = row.mask {
            let condition = self.emit(args[0])?;
            let value = self.emit(args[1])?;
            if row.is_entrywise() {
                if mask == Mask::Pass && !self.algebra.guards {
                    // What a condition lets through: times 1 or 0.
                    let op = if shape.is_scalar() {
                        BinaryOp::Mul
                    } else {
                        BinaryOp::DotMul
                    };
                    return Ok(self.binary(op, value, condition));
                }
                let zero = self.number(0.0);
                return Ok(self.call("where", vec![condition, value, zero], Vec::new()));
            }
            let zero = if shape.is_scalar() {
                self.number(0.0)
            } else {
                let sizes = [shape.rows, shape.cols]
                    .map(|size| self.number(f64::from(size)))
                    .to_vec();
                self.call("zeros", sizes, Vec::new())
            };
            return Ok(self.push(ExprKind::If(condition, value, zero)));
        }
        if !row.is_writable() {
            return Err(Unwritable::NoSpelling);
        }
        let mut written = Vec::new();
        for arg in args {
            written.push(self.emit(*arg)?);
        }
        match row.notation {
            Notation::Infix(operator) => {
                let [a, b] = written[..] else {
                    return Err(Unwritable::NoSpelling);
                };
                Ok(self.binary(spelled(operator), a, b))
            }
            Notation::Not => Ok(self.push(ExprKind::Unary(UnaryOp::Not, written[0]))),
            Notation::Negation => Ok(self.push(ExprKind::Unary(UnaryOp::Neg, written[0]))),
            Notation::Transpose => Ok(self.push(ExprKind::Unary(UnaryOp::Transpose, written[0]))),
            Notation::Choice => Ok(self.push(ExprKind::If(written[0], written[1], written[2]))),
            Notation::Index => {
                let indices = self.indices(attr, shape, self.algebra.shape(args[0]));
                Ok(self.push(ExprKind::Index(written[0], indices)))
            }
            Notation::Silent | Notation::Matrix => Err(Unwritable::NoSpelling),
            Notation::Call => {
                written.extend(self.sizes(row, shape));
                let named = match attr {
                    Attr::Axis(axis) => vec![("axis", f64::from(axis))],
                    Attr::Seed(low, high) => {
                        vec![("seed", (u64::from(low) | u64::from(high) << 32) as f64)]
                    }
                    _ => Vec::new(),
                };
                let named = named
                    .into_iter()
                    .map(|(name, value)| NamedArgument {
                        name: ident(name),
                        value: self.number(value),
                    })
                    .collect();
                Ok(self.call(row.name, written, named))
            }
        }
    }

    /// The counts among the arguments of a call.
    fn sizes(&mut self, row: &Primitive, shape: Shape) -> Vec<ExprId> {
        let sizes: Vec<u32> = match (row.sizes.most, row.name) {
            (0, _) => Vec::new(),
            (2, _) => vec![shape.rows, shape.cols],
            (_, "onehot") => vec![shape.cols],
            _ => vec![shape.rows],
        };
        sizes
            .into_iter()
            .map(|size| self.number(f64::from(size)))
            .collect()
    }

    fn indices(&mut self, attr: Attr, extent: Shape, from: Shape) -> Vec<Index> {
        let corner = corner_of(attr);
        let mut one = |first: u32, count: u32, length: u32| {
            if count == length && count != 1 {
                Index::All
            } else if count == 1 {
                Index::At(self.number(f64::from(first + 1)))
            } else {
                let (a, b) = (
                    self.number(f64::from(first + 1)),
                    self.number(f64::from(first + count)),
                );
                Index::Range(a, b)
            }
        };
        if from.cols == 1 {
            vec![one(corner.row, extent.rows, from.rows)]
        } else if from.rows == 1 {
            vec![one(corner.col, extent.cols, from.cols)]
        } else {
            vec![
                one(corner.row, extent.rows, from.rows),
                one(corner.col, extent.cols, from.cols),
            ]
        }
    }
}

fn ident(name: &str) -> Ident {
    Ident {
        name: name.into(),
        span: Span::default(),
    }
}

/// p and q with c = p/q, where that is shorter than the decimal: `2*x/3`.
fn fraction(c: f64) -> Option<(f64, f64)> {
    if format!("{}", c.abs()).len() <= 6 {
        return None;
    }
    (2..=1000u32).map(f64::from).find_map(|q| {
        let p = (c * q).round();
        (p != 0.0 && p.abs() <= 100.0 && p / q == c).then_some((p, q))
    })
}

fn spelled(operator: Operator) -> BinaryOp {
    match operator {
        Operator::Add => BinaryOp::Add,
        Operator::Sub => BinaryOp::Sub,
        Operator::Mul => BinaryOp::DotMul,
        Operator::MatMul => BinaryOp::Mul,
        Operator::Div => BinaryOp::DotDiv,
        Operator::Pow => BinaryOp::DotPow,
        Operator::Eq => BinaryOp::Eq,
        Operator::Ne => BinaryOp::Ne,
        Operator::Lt => BinaryOp::Lt,
        Operator::Le => BinaryOp::Le,
        Operator::Gt => BinaryOp::Gt,
        Operator::Ge => BinaryOp::Ge,
        Operator::And => BinaryOp::And,
        Operator::Or => BinaryOp::Or,
    }
}

/// Where the one stands that has the shape of the whole, if a column would meet a row before it does.
fn out_of_order(shapes: &[Shape]) -> Option<usize> {
    let mut so_far = Shape::SCALAR;
    for shape in shapes {
        match Shape::common(&[so_far, *shape]) {
            Some(common) => so_far = common,
            None => {
                let whole = Shape::common(shapes)?;
                return shapes.iter().position(|shape| *shape == whole);
            }
        }
    }
    None
}
