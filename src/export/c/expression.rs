//! Expressions of C: their texts, how tightly those bind, and what they are of an array.

use super::literal::number;
use crate::graph::Shape;

/// How tightly a text binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    Ternary,
    Logic,
    Comparison,
    Sum,
    Product,
    Sign,
    Atom,
}

/// An expression of C.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    pub text: String,
    pub binding: Binding,
    /// 0 or 1.
    pub truth: bool,
    /// The shape that it has: that of the node, or one that stretches to it.
    pub shape: Shape,
    /// For an array: a pointer, or one entry in a loop.
    pub form: Form,
    /// True if the entry is read in a loop over columns `j` and rows `i`, not only over `k`.
    pub nested: bool,
    pub literal: Option<f64>,
}

/// The form of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Number,
    Pointer,
    Entry,
    /// A pointer to the transposed matrix.
    Turned,
}

impl Expression {
    pub fn number(text: impl Into<String>) -> Expression {
        Expression {
            text: text.into(),
            binding: Binding::Atom,
            truth: false,
            shape: Shape::SCALAR,
            form: Form::Number,
            nested: false,
            literal: None,
        }
    }

    /// A number that is written as one.
    pub fn literal(x: f64) -> Expression {
        Expression {
            binding: match x.is_sign_negative() {
                true => Binding::Sign,
                false => Binding::Atom,
            },
            literal: Some(x),
            ..Expression::number(number(x))
        }
    }

    pub fn pointer(text: impl Into<String>, shape: Shape) -> Expression {
        Expression {
            shape,
            form: Form::Pointer,
            ..Expression::number(text)
        }
    }

    pub fn within(&self, binding: Binding) -> String {
        match self.binding < binding {
            true => format!("({})", self.text),
            false => self.text.clone(),
        }
    }
}
