//! The value of a written rule: the formulas of a trace with its numbers put in.

use super::{Derived, Line, Trace};
use crate::exec::Interpreter;
use crate::graph::primitive::{Arity, Notation, Primitive};
use crate::graph::{Graph, Shape, Tensor, Term};
use crate::notation::{Math, Role, Times};
use crate::primitives::{arithmetic, array, named, term};
use std::rc::Rc;

/// Bytes that one rule's numbers may take.
const MEMORY: u64 = 64 << 20;

/// One column of a trace: the tangents along one `wrt` and the adjoints of one output.
#[derive(Clone, Copy, Debug, Default)]
pub struct Columns {
    /// The index of the `wrt`.
    pub wrt: usize,
    /// The index of the output.
    pub output: usize,
}

impl Trace {
    /// The number behind the symbol of a line.
    pub fn number(&self, role: Role, line: usize, columns: Columns) -> Option<&Rc<Tensor>> {
        let line = self.lines.get(line.checked_sub(1)?)?;
        match role {
            Role::Primal => line.value.as_ref(),
            Role::Tangent => line.tangents.get(columns.wrt)?.value.as_ref(),
            Role::Adjoint => line.adjoints.get(columns.output)?.value.as_ref(),
        }
    }

    /// The value of `math` with the numbers of this trace; `None` where it is not all arithmetic.
    pub fn worth(&self, math: &Math, columns: Columns) -> Option<Tensor> {
        let graph = Graph::new();
        let term = build(&graph, math, &|role, line| self.number(role, line, columns))?;
        let mut interpreter = Interpreter::new(&graph, MEMORY);
        let value = interpreter.value(term.id).ok()?;
        Some(value.to_tensor())
    }

    /// `math` with numbers, as `write` writes them, in the place of symbols; in the same order.
    pub fn with_numbers(
        &self,
        math: &Math,
        columns: Columns,
        write: &dyn Fn(&Tensor) -> String,
    ) -> Math {
        substitute(math, &|role, line| {
            Some(write(self.number(role, line, columns)?).into())
        })
    }
}

impl Line {
    /// The rule of a tangent or an adjoint.
    pub fn derived(&self, role: Role, columns: Columns) -> Option<&Derived> {
        match role {
            Role::Primal => None,
            Role::Tangent => self.tangents.get(columns.wrt),
            Role::Adjoint => self.adjoints.get(columns.output),
        }
    }
}

/// The terms of a sum, the signs of those that are subtracted included; the whole where it is none.
pub fn terms(math: &Math) -> Vec<Math> {
    match math {
        Math::Sum(terms) => terms
            .iter()
            .map(|(minus, term)| {
                if *minus {
                    term.clone().negated()
                } else {
                    term.clone()
                }
            })
            .collect(),
        other => vec![other.clone()],
    }
}

type Numbers<'n> = dyn Fn(Role, usize) -> Option<&'n Rc<Tensor>> + 'n;

fn fit(terms: &[Term<'_>]) -> Option<Shape> {
    let shapes: Vec<Shape> = terms.iter().map(|term| term.shape()).collect();
    Shape::common(&shapes)
}

fn build<'g>(graph: &'g Graph, math: &Math, numbers: &Numbers<'_>) -> Option<Term<'g>> {
    let build = |math: &Math| build(graph, math, numbers);
    let both = |a: &Math, b: &Math| {
        let pair = [build(a)?, build(b)?];
        fit(&pair)?;
        Some(pair)
    };
    Some(match math {
        Math::Number(x) => graph.term(graph.literal(*x)),
        Math::Constant(value) => graph.term(graph.constant(Tensor::clone(value))),
        Math::Symbol(role, line) => {
            let value = numbers(*role, *line)?;
            match value.as_scalar() {
                Some(x) => graph.term(graph.literal(x)),
                None => graph.term(graph.constant(Tensor::clone(value))),
            }
        }
        Math::Neg(x) => -build(x)?,
        Math::Sum(terms) => {
            let mut sum: Option<Term<'g>> = None;
            for (minus, term) in terms {
                let term = build(term)?;
                let before = sum.unwrap_or_else(|| term.zero());
                fit(&[before, term])?;
                sum = Some(if *minus { before - term } else { before + term });
            }
            sum?
        }
        Math::Product(Times::Matrix, a, b) => {
            let (a, b) = (build(a)?, build(b)?);
            if a.shape().cols != b.shape().rows {
                return None;
            }
            a.matmul(b)
        }
        Math::Product(_, a, b) => {
            let [a, b] = both(a, b)?;
            a * b
        }
        Math::Quotient(a, b) => {
            let [a, b] = both(a, b)?;
            a / b
        }
        Math::Power(a, b) => term::entrywise(&arithmetic::POW, &both(a, b)?),
        Math::Transpose(x) => build(x)?.transposed(),
        Math::Iverson(condition) => build(condition)?,
        Math::Infix(op, a, b) => {
            let row = crate::primitives::table().find(|row| symbol(row) == Some(*op))?;
            term::entrywise(row, &both(a, b)?)
        }
        Math::Call(name, args) if **name == *array::SUM.name && args.len() == 1 => {
            build(&args[0])?.sum()
        }
        Math::Call(name, args) => {
            let args: Vec<Term<'g>> = args.iter().map(build).collect::<Option<_>>()?;
            fit(&args)?;
            let fits = |Arity { least, most }: Arity| (least..=most).contains(&args.len());
            let row = named(name)
                .iter()
                .find(|row| row.is_entrywise() && fits(row.arity))?;
            term::entrywise(row, &args)
        }
        Math::Matrix(cols, entries) => {
            let entries: Vec<Term<'g>> = entries.iter().map(build).collect::<Option<_>>()?;
            matrix(graph, *cols, &entries)?
        }
        Math::Name(_)
        | Math::Written(_)
        | Math::Index(..)
        | Math::Placed(..)
        | Math::Not(_)
        | Math::If(..)
        | Math::Named(..)
        | Math::Each(..)
        | Math::Text(_)
        | Math::Ellipsis => return None,
    })
}

/// The text of a comparison or an operation of logic.
fn symbol(row: &Primitive) -> Option<&'static str> {
    match row.notation {
        Notation::Infix(operator) if row.is_truth() => Some(operator.symbol()),
        _ => None,
    }
}

fn matrix<'g>(graph: &'g Graph, cols: usize, entries: &[Term<'g>]) -> Option<Term<'g>> {
    if cols != entries.len() || entries.iter().any(|entry| !entry.shape().is_scalar()) {
        return None;
    }
    let ids: Vec<_> = entries.iter().map(|entry| entry.id).collect();
    let shape = Shape {
        rows: u32::try_from(entries.len()).ok()?,
        cols: 1,
    };
    let attr = crate::graph::Attr::None;
    Some(graph.term(graph.apply(&array::MATRIX, attr, shape, &ids)))
}

fn substitute(math: &Math, numbers: &dyn Fn(Role, usize) -> Option<Rc<str>>) -> Math {
    let inside = |math: &Math| substitute(math, numbers);
    let boxed = |math: &Math| Box::new(substitute(math, numbers));
    match math {
        Math::Symbol(role, line) => numbers(*role, *line).map_or(math.clone(), Math::Name),
        Math::Neg(x) => Math::Neg(boxed(x)),
        Math::Sum(terms) => Math::Sum(
            terms
                .iter()
                .map(|(minus, term)| (*minus, inside(term)))
                .collect(),
        ),
        Math::Product(times, a, b) => Math::Product(*times, boxed(a), boxed(b)),
        Math::Quotient(a, b) => Math::Quotient(boxed(a), boxed(b)),
        Math::Power(a, b) => Math::Power(boxed(a), boxed(b)),
        Math::Transpose(x) => Math::Transpose(boxed(x)),
        Math::Call(name, args) => Math::Call(name.clone(), args.iter().map(inside).collect()),
        Math::Index(x, at) => Math::Index(boxed(x), at.clone()),
        Math::Placed(x, at) => Math::Placed(boxed(x), at.clone()),
        Math::Matrix(cols, entries) => Math::Matrix(*cols, entries.iter().map(inside).collect()),
        Math::Infix(op, a, b) => Math::Infix(op, boxed(a), boxed(b)),
        Math::Not(x) => Math::Not(boxed(x)),
        Math::If(c, a, b) => Math::If(boxed(c), boxed(a), boxed(b)),
        Math::Iverson(x) => Math::Iverson(boxed(x)),
        Math::Named(name, x) => Math::Named(name.clone(), boxed(x)),
        Math::Number(_)
        | Math::Constant(_)
        | Math::Name(_)
        | Math::Written(_)
        | Math::Each(..)
        | Math::Text(_)
        | Math::Ellipsis => math.clone(),
    }
}
