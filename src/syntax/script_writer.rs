//! Expressions made by code: a script that grows.

use super::ast::{
    BinaryOp, Call, Expr, ExprId, ExprKind, Ident, Index, Name, NameId, NamePlaces, NamedArgument,
    Script, UnaryOp,
};
use crate::graph::primitive::Operator;
use crate::graph::{Attr, Corner, Shape, Tensor};
use crate::source::{Source, Span};
use rustc_hash::FxHashMap;

/// A script without source text, to which expressions are appended.
pub struct ScriptWriter {
    script: Script,
    /// The places of names in the script.
    known: FxHashMap<Name, NameId>,
}

impl Default for ScriptWriter {
    fn default() -> ScriptWriter {
        ScriptWriter {
            script: Script {
                source: Source::new("", ""),
                expressions: Vec::new(),
                statements: Vec::new(),
                names: Vec::new(),
                found: NamePlaces::default(),
                body: Vec::new(),
            },
            known: FxHashMap::default(),
        }
    }
}

impl ScriptWriter {
    /// The script with everything that was appended.
    pub fn finish(self) -> Script {
        self.script
    }

    /// The number of expressions.
    pub fn len(&self) -> usize {
        self.script.expressions.len()
    }

    /// True if nothing was appended.
    pub fn is_empty(&self) -> bool {
        self.script.expressions.is_empty()
    }

    /// The form of an expression.
    pub fn kind(&self, id: ExprId) -> &ExprKind {
        &self.script.expr(id).kind
    }

    /// The script so far.
    pub fn script(&self) -> &Script {
        &self.script
    }

    /// An expression of this form.
    pub fn push(&mut self, kind: ExprKind) -> ExprId {
        let id = ExprId(self.script.expressions.len() as u32);
        self.script.expressions.push(Expr {
            kind,
            span: Span::default(),
        });
        id
    }

    /// A name.
    pub fn name(&mut self, name: Name) -> ExprId {
        let names = &mut self.script.names;
        let id = *self.known.entry(name).or_insert_with_key(|name| {
            names.push(name.clone());
            NameId(names.len() as u32 - 1)
        });
        self.push(ExprKind::Name(id))
    }

    /// A number: a negative one with its sign in front, what is not finite by name.
    pub fn number(&mut self, value: f64) -> ExprId {
        if value.is_nan() {
            return self.name("nan".into());
        }
        if value < 0.0 {
            let positive = self.number(-value);
            return self.negative(positive);
        }
        if value.is_infinite() {
            return self.name("inf".into());
        }
        self.push(ExprKind::Number(value))
    }

    /// −x
    pub fn negative(&mut self, x: ExprId) -> ExprId {
        self.push(ExprKind::Unary(UnaryOp::Neg, x))
    }

    /// The transpose.
    pub fn transposed(&mut self, x: ExprId) -> ExprId {
        self.push(ExprKind::Unary(UnaryOp::Transpose, x))
    }

    /// An operator between two expressions.
    pub fn binary(&mut self, op: BinaryOp, a: ExprId, b: ExprId) -> ExprId {
        self.push(ExprKind::Binary(op, a, b))
    }

    /// A call by name.
    pub fn call(&mut self, name: &str, arguments: Vec<ExprId>) -> ExprId {
        self.call_named(name, arguments, Vec::new())
    }

    /// A call by name, with named arguments.
    pub fn call_named(
        &mut self,
        name: &str,
        arguments: Vec<ExprId>,
        named: Vec<(&str, ExprId)>,
    ) -> ExprId {
        let argument = |(name, value): (&str, ExprId)| NamedArgument {
            name: ident(name),
            value,
        };
        let named = named.into_iter().map(argument).collect();
        let call = Call::new(ident(name), arguments, named);
        self.push(ExprKind::Call(Box::new(call)))
    }

    /// A call of an operation with the arguments that are no values: `axis=`, `seed=`.
    pub fn operation(&mut self, name: &str, arguments: Vec<ExprId>, attr: Attr) -> ExprId {
        let named = match attr {
            Attr::Axis(axis) => vec![("axis", f64::from(axis))],
            Attr::Seed(low, high) => {
                vec![("seed", (u64::from(low) | u64::from(high) << 32) as f64)]
            }
            _ => Vec::new(),
        };
        let named = named
            .into_iter()
            .map(|(name, value)| (name, self.number(value)))
            .collect();
        self.call_named(name, arguments, named)
    }

    /// A matrix of numbers.
    pub fn constant(&mut self, value: &Tensor) -> ExprId {
        let shape = value.shape();
        let by_rows = (0..shape.m()).flat_map(|i| (0..shape.n()).map(move |j| (i, j)));
        let entries = by_rows.map(|(i, j)| self.number(value.at(i, j))).collect();
        self.matrix(entries, shape)
    }

    /// A matrix from its entries, row by row.
    pub fn matrix(&mut self, entries: Vec<ExprId>, shape: Shape) -> ExprId {
        let row_vector = shape.rows == 1 && shape.cols > 1;
        let width = if shape.cols == 1 || row_vector {
            entries.len()
        } else {
            shape.n()
        };
        let rows = entries.chunks(width.max(1)).map(<[ExprId]>::to_vec);
        let rows = rows.collect();
        let matrix = self.push(ExprKind::Matrix(rows));
        if row_vector {
            self.transposed(matrix)
        } else {
            matrix
        }
    }

    /// A matrix of the shape, all zeros or all ones.
    pub fn filled(&mut self, function: &str, shape: Shape) -> ExprId {
        let sizes = [shape.rows, shape.cols].map(|size| self.number(f64::from(size)));
        self.call(function, sizes.to_vec())
    }

    /// The indices of a block of the shape `extent` with its first entry at `corner`.
    pub fn indices(&mut self, corner: Corner, extent: Shape, from: Shape) -> Vec<Index> {
        let mut one = |first: u32, count: u32, length: u32| {
            if count == length && count != 1 {
                Index::All
            } else if count == 1 {
                Index::At(self.number(f64::from(first + 1)))
            } else {
                let first_and_last = [first + 1, first + count];
                let [a, b] = first_and_last.map(|index| self.number(f64::from(index)));
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

impl From<Operator> for BinaryOp {
    /// The operator as it is written between arrays.
    fn from(operator: Operator) -> BinaryOp {
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
}

fn ident(name: &str) -> Ident {
    Ident {
        name: name.into(),
        span: Span::default(),
    }
}
