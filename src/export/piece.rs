//! Expressions of a dialect: their texts, and how tightly those bind.

use super::dialect::Dialect;
use crate::graph::Shape;

/// How tightly a text binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Anything, as an argument.
    Lowest,
    /// `a < b`
    Comparison,
    /// `a | b`
    Or,
    /// `a & b`
    And,
    /// `a + b`
    Sum,
    /// `a * b`
    Product,
    /// `-a`
    Sign,
    /// `a ** b`
    Power,
    /// A name, a number, a call.
    Atom,
}

impl Level {
    /// The binding of `{0} operator {1}`.
    pub fn of(operator: &str) -> Level {
        match operator {
            "+" | "-" => Level::Sum,
            "*" | "/" | "@" => Level::Product,
            "**" => Level::Power,
            "&" => Level::And,
            "|" => Level::Or,
            _ => Level::Comparison,
        }
    }
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Its text, on one line.
    pub text: String,
    /// How tightly it binds.
    pub level: Level,
    /// True if it is true or false, no number.
    pub truth: bool,
    /// The shape that it has in the code: that of the node, or one that stretches to it.
    pub shape: Shape,
    /// The number that it is, where it is written as one.
    pub literal: Option<f64>,
    /// True if it is a number of the language and no array: nothing but numbers and operators.
    pub plain: bool,
}

impl Piece {
    /// A name or a call.
    pub fn atom(text: impl Into<String>, shape: Shape) -> Piece {
        Piece {
            text: text.into(),
            level: Level::Atom,
            truth: false,
            shape,
            literal: None,
            plain: false,
        }
    }

    /// A number that is written as one.
    pub fn literal(x: f64, dialect: Dialect) -> Piece {
        Piece {
            level: match x.is_sign_negative() {
                true => Level::Sign,
                false => Level::Atom,
            },
            literal: Some(x),
            plain: true,
            ..Piece::atom(dialect.number(x), Shape::SCALAR)
        }
    }

    /// Its text inside something that binds like `level`.
    pub fn within(&self, level: Level) -> String {
        if self.level < level {
            format!("({})", self.text)
        } else {
            self.text.clone()
        }
    }

    /// True if it is a name, or as short as one.
    pub fn is_short(&self) -> bool {
        self.level == Level::Atom && self.text.len() <= 12
    }
}
