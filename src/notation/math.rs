//! A small presentation tree: formulas as they are written, for every renderer.

use crate::graph::Tensor;
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

/// The number of a node that a symbol stands for: value, tangent or adjoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// aᵢ
    Primal,
    /// ȧᵢ
    Tangent,
    /// āᵢ
    Adjoint,
}

/// The kinds of products.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// A scalar times anything.
    Scaling,
    /// Entry by entry.
    Entrywise,
    /// The matrix product.
    Matrix,
}

/// A formula as it is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Math {
    /// A number.
    Number(f64),
    /// A matrix of numbers.
    Constant(Rc<Tensor>),
    /// aᵢ, ȧᵢ or āᵢ
    Symbol(Role, usize),
    /// A name of the user's.
    Name(Rc<str>),
    /// −x
    Neg(Box<Math>),
    /// a + b − c: whether each term is subtracted
    Sum(Vec<(bool, Math)>),
    /// a·b
    Product(Times, Box<Math>, Box<Math>),
    /// a/b
    Quotient(Box<Math>, Box<Math>),
    /// aᵇ
    Power(Box<Math>, Box<Math>),
    /// xᵀ
    Transpose(Box<Math>),
    /// f(x, y)
    Call(Rc<str>, Vec<Math>),
    /// x[i, j]
    Index(Box<Math>, Vec<Subscript>),
    /// x in its place of a matrix of zeros
    Placed(Box<Math>, Vec<Subscript>),
    /// A matrix from its entries, row by row, with so many columns.
    Matrix(usize, Vec<Math>),
    /// a < b and the like, with the operator as written in the language
    Infix(&'static str, Box<Math>, Box<Math>),
    /// not x
    Not(Box<Math>),
    /// if c then a else b
    If(Box<Math>, Box<Math>, Box<Math>),
    /// 1 where the condition holds, else 0: Iverson's bracket
    Iverson(Box<Math>),
    /// name = x, among the arguments of a call
    Named(Rc<str>, Box<Math>),
    /// x for i from a to b, and so on
    Each(Box<Math>, Vec<(Rc<str>, Math, Math)>),
    /// A text in quotes.
    Text(Rc<str>),
    /// A formula as its author wrote it, which text repeats to the letter.
    Written(Written),
    /// An ellipsis for a part that is too long to write.
    Ellipsis,
}

/// One index of an entry or a block.
#[derive(Clone, Debug, PartialEq)]
pub enum Subscript {
    /// i
    At(Math),
    /// a..b
    Range(Math, Math),
    /// :
    All,
}

impl Math {
    /// The negative, without two signs in a row.
    pub fn negated(self) -> Math {
        match self {
            Math::Neg(inner) => *inner,
            other => Math::Neg(Box::new(other)),
        }
    }

    /// The product; a sign in front of a factor moves in front of the whole.
    pub fn product(times: Times, a: Math, b: Math) -> Math {
        match (a, b) {
            (Math::Neg(a), Math::Neg(b)) => Math::product(times, *a, *b),
            (Math::Neg(a), b) => Math::product(times, *a, b).negated(),
            (a, Math::Neg(b)) => Math::product(times, a, *b).negated(),
            (a, b) => Math::Product(times, Box::new(a), Box::new(b)),
        }
    }

    /// The quotient; a sign in front of the upper side moves in front of the whole.
    pub fn quotient(a: Math, b: Math) -> Math {
        match a {
            Math::Neg(a) => Math::quotient(*a, b).negated(),
            a => Math::Quotient(Box::new(a), Box::new(b)),
        }
    }

    /// The sum of some terms; a negative term is subtracted.
    pub fn sum(terms: Vec<Math>) -> Math {
        let mut parts: Vec<(bool, Math)> = Vec::new();
        for term in terms {
            match term {
                Math::Neg(inner) => parts.push((true, *inner)),
                Math::Sum(inner) => parts.extend(inner),
                term => parts.push((false, term)),
            }
        }
        match parts.len() {
            0 => Math::Number(0.0),
            1 if !parts[0].0 => parts.remove(0).1,
            1 => Math::Neg(Box::new(parts.remove(0).1)),
            _ => Math::Sum(parts),
        }
    }

    /// The number of its parts.
    pub fn size(&self) -> usize {
        let all = |parts: &[Math]| parts.iter().map(Math::size).sum();
        let below: usize = match self {
            Math::Neg(a) | Math::Transpose(a) | Math::Not(a) | Math::Iverson(a) => a.size(),
            Math::Index(a, _) | Math::Placed(a, _) | Math::Named(_, a) => a.size(),
            Math::Sum(terms) => terms.iter().map(|(_, term)| term.size()).sum(),
            Math::Product(_, a, b) | Math::Infix(_, a, b) => a.size() + b.size(),
            Math::Quotient(a, b) | Math::Power(a, b) => a.size() + b.size(),
            Math::Call(_, parts) | Math::Matrix(_, parts) => all(parts),
            Math::If(a, b, c) => a.size() + b.size() + c.size(),
            Math::Each(body, _) => body.size(),
            Math::Number(_) | Math::Constant(_) | Math::Symbol(..) | Math::Name(_) => 0,
            Math::Text(_) | Math::Written(_) | Math::Ellipsis => 0,
        };
        below + 1
    }
}

/// A formula as its author wrote it: as text and as a tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    text: Rc<str>,
    math: Option<Rc<Math>>,
}

impl Written {
    /// A name.
    pub fn name(name: &str) -> Written {
        Written::from_math(name, Math::Name(name.into()))
    }

    /// Words that are no formula of the language.
    pub fn words(words: &str) -> Written {
        Written {
            text: words.into(),
            math: None,
        }
    }

    /// A text of the language and the tree that it spells.
    pub fn from_math(text: &str, math: Math) -> Written {
        Written {
            text: text.into(),
            math: Some(Rc::new(math)),
        }
    }

    /// The entry with these indices, counted from 1.
    pub fn at(&self, indices: &[usize]) -> Written {
        let numbers: Vec<String> = indices.iter().map(usize::to_string).collect();
        let index = |index: &usize| Subscript::At(Math::Number(*index as f64));
        let entry = |base: &Rc<Math>| {
            let base = Box::new((**base).clone());
            Rc::new(Math::Index(base, indices.iter().map(index).collect()))
        };
        Written {
            text: format!("{self}[{}]", numbers.join(",")).into(),
            math: self.math.as_ref().map(entry),
        }
    }

    /// The tree; `None` for words that are no formula.
    pub fn math(&self) -> Option<&Math> {
        self.math.as_deref()
    }

    /// The text on one line.
    pub fn one_line(&self) -> String {
        one_line(self)
    }
}

impl Deref for Written {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A text on one line.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
