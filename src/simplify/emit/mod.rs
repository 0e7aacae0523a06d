//! Algebra to the language's own syntax.

mod arithmetic;
mod indexed;
mod operation;
mod products;

use super::algebra::{Algebra, Form, Id};
use super::exact::Number;
use crate::graph::{NodeId, Shape};
use crate::source::Span;
use crate::syntax::ScriptWriter;
use crate::syntax::ast::{BinaryOp, Clause, Comprehension, ExprId, ExprKind, Ident, Name, Script};
use rustc_hash::FxHashSet;

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
    sheet: ScriptWriter,
    /// The names of the indices in the formula that is being written.
    indices: Vec<Name>,
    /// The names of the indices of entries, and one more to sum over.
    positions: Vec<Name>,
}

impl<'a> Emitter<'a> {
    /// An emitter for formulas of `algebra`; `names` gives the names of its atoms.
    pub fn new(
        algebra: &'a Algebra<'a>,
        names: &'a dyn Fn(NodeId) -> Option<Name>,
        order: TermOrder,
    ) -> Emitter<'a> {
        Emitter {
            algebra,
            names,
            order,
            sheet: ScriptWriter::default(),
            indices: Vec::new(),
            positions: Vec::new(),
        }
    }

    /// The same with names for the indices of entries, and one more to sum over.
    pub fn with_positions(mut self, positions: Vec<Name>) -> Emitter<'a> {
        self.positions = positions;
        self
    }

    /// The script with everything that was emitted.
    pub fn finish(self) -> Script {
        self.sheet.finish()
    }

    /// A fraction: as a decimal, where the user writes decimals, else as a quotient.
    fn exact(&mut self, value: Number) -> ExprId {
        match self.quotient(value) {
            None => self.sheet.number(value.to_f64()),
            Some((above, below)) => {
                let (above, below) = (
                    self.sheet.number(above as f64),
                    self.sheet.number(below as f64),
                );
                self.sheet.binary(BinaryOp::Div, above, below)
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

    /// Appends the formula `id` to the script.
    pub fn emit(&mut self, id: Id) -> Written {
        if self.sheet.len() > WRITTEN_LIMIT {
            return Err(Unwritable::TooLarge);
        }
        let shape = self.algebra.shape(id);
        match self.algebra.form(id) {
            Form::Number(value) => Ok(self.exact(value)),
            Form::Pi => Ok(self.sheet.name("pi".into())),
            Form::Atom(node) => self.atom(node),
            Form::Identity => {
                let n = self.sheet.number(f64::from(shape.rows));
                Ok(self.sheet.call("eye", vec![n]))
            }
            Form::Sum(terms) => self.sum(&terms),
            Form::Product(bases) => self.product(Number::ONE, bases),
            Form::Chain(links) => self.chain(None, links),
            Form::Transposed(inner) => {
                let inner = self.emit(inner)?;
                Ok(self.sheet.transposed(inner))
            }
            Form::Stretched(inner) => self.stretched(inner, shape),
            Form::Entries(entries) => self.entries(entries, shape),
            Form::Apply(row, attr, args) => self.operation(row, attr, args, shape),
            Form::Index(depth) => {
                let name = self.index_name(depth);
                Ok(self.sheet.name(name))
            }
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
        let [from, to] = [from, to].map(|end| self.sheet.number(end as f64));
        let body = self.emit(body)?;
        let variable = Ident {
            name: self.index_name(depth),
            span: Span::default(),
        };
        let clauses = vec![Clause { variable, from, to }];
        Ok(self
            .sheet
            .push(ExprKind::Comprehension(Box::new(Comprehension {
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
            return Ok(self.sheet.name(name));
        }
        if let Some(what) = self.algebra.known.entries.get(&node) {
            return self.indexed(what);
        }
        match self.algebra.known.constants.get(&node).cloned() {
            Some(value) => Ok(self.sheet.constant(&value)),
            None => Err(Unwritable::NoSpelling),
        }
    }

    /// A value in a place where the language does not stretch it by itself.
    fn stretched(&mut self, inner: Id, shape: Shape) -> Written {
        match self.algebra.value(inner) {
            Some(Number::ZERO) => Ok(self.sheet.filled("zeros", shape)),
            Some(Number::ONE) => Ok(self.sheet.filled("ones", shape)),
            _ => {
                let ones = self.sheet.filled("ones", shape);
                let inner_shape = self.algebra.shape(inner);
                let inner = self.emit(inner)?;
                let op = if inner_shape.is_scalar() {
                    BinaryOp::Mul
                } else {
                    BinaryOp::DotMul
                };
                Ok(self.sheet.binary(op, inner, ones))
            }
        }
    }

    fn entries(&mut self, entries: &[Id], shape: Shape) -> Written {
        let mut written = Vec::new();
        for entry in entries {
            written.push(self.emit(*entry)?);
        }
        Ok(self.sheet.matrix(written, shape))
    }
}
