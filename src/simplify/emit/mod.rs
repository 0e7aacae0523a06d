//! Algebra to the language's own syntax.

mod arithmetic;
mod operation;
mod products;

use super::algebra::{Algebra, Form, Id};
use super::exact::Number;
use crate::graph::{NodeId, Shape, Tensor};
use crate::source::{Source, Span};
use crate::syntax::ast::{
    BinaryOp, Call, Clause, Comprehension, Expr, ExprId, ExprKind, Ident, Name, NameId, NamePlaces,
    NamedArgument, Script, UnaryOp,
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// The reason that a formula cannot be written in the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwritable {
    /// It has too many operations.
    TooLarge,
    /// One of its operations has no spelling.
    NoSpelling,
    /// One of its operations is a loop.
    Loop,
}

/// The most expressions that a formula may have; a longer one is not written.
const WRITTEN_LIMIT: usize = 2_000_000;

/// The names of indices.
const INDEX_NAMES: [&str; 6] = ["i", "j", "k", "l", "r", "s"];

type Written = Result<ExprId, Unwritable>;

/// The order in which the terms of a sum are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermOrder {
    /// Positive ones first, so that a sum does not begin with a sign.
    PositiveFirst,
    /// From the highest degree down, as polynomials are.
    Descending,
}

/// Writes formulas of one algebra as expressions.
pub struct Emitter<'a> {
    /// The formulas.
    pub algebra: &'a Algebra<'a>,
    /// The names of atoms.
    pub names: &'a dyn Fn(NodeId) -> Option<Name>,
    order: TermOrder,
    script: Script,
    /// The places of names in the script.
    known: FxHashMap<Name, NameId>,
    /// The names of the indices in the formula that is being written.
    indices: Vec<Name>,
}

impl<'a> Emitter<'a> {
    /// An emitter for formulas of `algebra`; `names` gives the names of its atoms.
    pub fn new(
        algebra: &'a Algebra<'a>,
        names: &'a dyn Fn(NodeId) -> Option<Name>,
        order: TermOrder,
    ) -> Emitter<'a> {
        let script = Script {
            source: Source::new("", ""),
            expressions: Vec::new(),
            statements: Vec::new(),
            names: Vec::new(),
            found: NamePlaces::default(),
            body: Vec::new(),
        };
        Emitter {
            algebra,
            names,
            order,
            script,
            known: FxHashMap::default(),
            indices: Vec::new(),
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
        self.push(ExprKind::Number(value))
    }

    /// A fraction: as a decimal, where the user writes decimals, else as a quotient.
    fn exact(&mut self, value: Number) -> ExprId {
        match self.quotient(value) {
            None => self.number(value.to_f64()),
            Some((above, below)) => {
                let (above, below) = (self.number(above as f64), self.number(below as f64));
                self.binary(BinaryOp::Div, above, below)
            }
        }
    }

    /// Numerator and denominator, where both are written.
    fn quotient(&self, value: Number) -> Option<(i64, i64)> {
        let decimal = self.algebra.conventions.decimals && value.decimals().is_some();
        value
            .fraction()
            .filter(|(_, below)| *below != 1 && !decimal)
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
            Form::Number(value) => Ok(self.exact(value)),
            Form::Pi => Ok(self.name("pi".into())),
            Form::Atom(node) => self.atom(node),
            Form::Identity => {
                let n = self.number(f64::from(shape.rows));
                Ok(self.call("eye", vec![n], Vec::new()))
            }
            Form::Sum(terms) => self.sum(&terms),
            Form::Product(bases) => self.product(Number::ONE, bases),
            Form::Chain(links) => self.chain(None, links),
            Form::Transposed(inner) => {
                let inner = self.emit(inner)?;
                Ok(self.push(ExprKind::Unary(UnaryOp::Transpose, inner)))
            }
            Form::Stretched(inner) => self.stretched(inner, shape),
            Form::Entries(entries) => self.entries(entries, shape),
            Form::Apply(row, attr, args) => self.operation(row, attr, args, shape),
            Form::Index(depth) => Ok(self.name(self.index_name(depth))),
            Form::Each(body, depth, from) => {
                self.comprehension(body, depth, (from, shape.rows), true)
            }
        }
    }

    /// `[body for i in from..to]` for so many indices, with brackets or without.
    fn comprehension(
        &mut self,
        body: Id,
        depth: u32,
        (from, count): (i64, u32),
        bracketed: bool,
    ) -> Written {
        if depth == 0 {
            self.indices = self.free_names(body);
        }
        let to = from + i64::from(count) - 1;
        let [from, to] = [from, to].map(|end| self.number(end as f64));
        let body = self.emit(body)?;
        let variable = ident(&self.index_name(depth));
        let clauses = vec![Clause { variable, from, to }];
        Ok(self.push(ExprKind::Comprehension(Box::new(Comprehension {
            body,
            clauses,
            bracketed,
        }))))
    }

    /// The name of the index with this number.
    fn index_name(&self, depth: u32) -> Name {
        let known = self.indices.get(depth as usize).cloned();
        known.unwrap_or_else(|| format!("index{depth}").into())
    }

    /// Names for indices that stand for nothing else in a formula.
    fn free_names(&self, id: Id) -> Vec<Name> {
        let mut used: FxHashSet<Name> = FxHashSet::default();
        let mut seen: FxHashSet<Id> = FxHashSet::default();
        let mut stack = vec![id];
        while let Some(id) = stack.pop() {
            if !seen.insert(id) {
                continue;
            }
            if let Form::Atom(node) = self.algebra.form(id) {
                used.extend((self.names)(node));
            }
            stack.extend(self.algebra.children(id));
        }
        let names = INDEX_NAMES.iter().map(|name| Name::from(*name));
        names.filter(|name| !used.contains(name)).collect()
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

    /// A value in a place where the language does not stretch it by itself.
    fn stretched(&mut self, inner: Id, shape: Shape) -> Written {
        let sizes = [shape.rows, shape.cols]
            .map(|size| self.number(f64::from(size)))
            .to_vec();
        match self.algebra.value(inner) {
            Some(Number::ZERO) => Ok(self.call("zeros", sizes, Vec::new())),
            Some(Number::ONE) => Ok(self.call("ones", sizes, Vec::new())),
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
}

fn ident(name: &str) -> Ident {
    Ident {
        name: name.into(),
        span: Span::default(),
    }
}
