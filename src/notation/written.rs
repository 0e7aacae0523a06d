//! Syntax tree to [`Math`]: a formula as its author wrote it.

use super::math::{Math, Subscript, Times, Written, one_line};
use crate::syntax::ast::{BinaryOp, ExprId, ExprKind, Index, Script, UnaryOp};

/// The depth to which a formula is read before the rest becomes an ellipsis; long sums and products
/// are not deep.
const READ_DEPTH: usize = 300;

impl Written {
    /// The expression `id` of `script`.
    pub fn new(script: &Script, id: ExprId) -> Written {
        Written::from_math(script.text(id), expression(script, id))
    }

    /// The expression `id` of `script`, its text on one line.
    pub fn in_line(script: &Script, id: ExprId) -> Written {
        Written::from_math(&one_line(script.text(id)), expression(script, id))
    }
}

/// The expression `id` of `script`. Which products are matrix products is not known: all that are
/// written `*` are [`Times::Matrix`].
pub fn expression(script: &Script, id: ExprId) -> Math {
    read(script, id, READ_DEPTH)
}

fn read(script: &Script, id: ExprId, depth: usize) -> Math {
    if depth == 0 {
        return Math::Ellipsis;
    }
    let inner = |id: &ExprId| read(script, *id, depth - 1);
    let boxed = |id: &ExprId| Box::new(inner(id));
    match &script.expr(id).kind {
        ExprKind::Number(x) => Math::Number(*x),
        ExprKind::Text(text) => Math::Text(text.clone()),
        ExprKind::Name(name) => Math::Name(script.name(*name).clone()),
        ExprKind::Unary(UnaryOp::Neg, x) => inner(x).negated(),
        ExprKind::Unary(UnaryOp::Not, x) => Math::Not(boxed(x)),
        ExprKind::Unary(UnaryOp::Transpose, x) => Math::Transpose(boxed(x)),
        ExprKind::Binary(op, ..) => match op {
            BinaryOp::Add | BinaryOp::Sub => sum(script, id, depth - 1),
            _ => binary(*op, script, id, depth - 1),
        },
        ExprKind::If(c, a, b) => Math::If(boxed(c), boxed(a), boxed(b)),
        ExprKind::Call(call) => {
            let mut parts: Vec<Math> = call.arguments.iter().map(inner).collect();
            parts.extend(
                call.named
                    .iter()
                    .map(|one| Math::Named(one.name.name.clone(), boxed(&one.value))),
            );
            Math::Call(call.function.name.clone(), parts)
        }
        ExprKind::Derivative(call) => {
            let primes = "'".repeat(call.order as usize);
            let name = format!("{}{primes}", call.function);
            Math::Call(name.into(), call.arguments.iter().map(inner).collect())
        }
        ExprKind::Index(base, indices) => {
            let index = |index: &Index| match index {
                Index::At(i) => Subscript::At(inner(i)),
                Index::Range(a, b) => Subscript::Range(inner(a), inner(b)),
                Index::All => Subscript::All,
            };
            Math::Index(boxed(base), indices.iter().map(index).collect())
        }
        // One row in brackets is a column.
        ExprKind::Matrix(rows) => {
            Math::Matrix(rows[0].len(), rows.iter().flatten().map(inner).collect())
        }
        ExprKind::Comprehension(each) => {
            let clause = |clause: &crate::syntax::ast::Clause| {
                let name = clause.variable.name.clone();
                (name, inner(&clause.from), inner(&clause.to))
            };
            Math::Each(boxed(&each.body), each.clauses.iter().map(clause).collect())
        }
    }
}

/// A chain of additions and subtractions as one sum, walked from its end.
fn sum(script: &Script, id: ExprId, depth: usize) -> Math {
    let mut terms = Vec::new();
    let mut rest = id;
    while let ExprKind::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), a, b) = &script.expr(rest).kind
    {
        terms.push((*op == BinaryOp::Sub, read(script, *b, depth)));
        rest = *a;
    }
    terms.push((false, read(script, rest, depth)));
    terms.reverse();
    Math::Sum(terms)
}

fn binary(op: BinaryOp, script: &Script, id: ExprId, depth: usize) -> Math {
    let ExprKind::Binary(_, a, b) = &script.expr(id).kind else {
        return Math::Ellipsis;
    };
    let [left, right] = [a, b].map(|side| read(script, *side, depth));
    match op {
        BinaryOp::Mul => Math::product(Times::Matrix, left, right),
        BinaryOp::DotMul => Math::product(Times::Entrywise, left, right),
        BinaryOp::Div | BinaryOp::DotDiv => Math::quotient(left, right),
        BinaryOp::Pow | BinaryOp::DotPow => Math::Power(Box::new(left), Box::new(right)),
        other => Math::Infix(other.symbol(), Box::new(left), Box::new(right)),
    }
}

/// For tests: the formula that `text` spells in the language; `None` where it spells none.
#[cfg(test)]
pub fn parse(text: &str) -> Option<Math> {
    // In parentheses a line break ends nothing and no word is the start of a statement; a comment
    // at the end must not swallow the closing one.
    let source = crate::source::Source::new("formula", format!("y = ({text}\n)"));
    let (script, _) = crate::syntax::parse(&source).ok()?;
    let [statement] = script.body[..] else {
        return None;
    };
    match script.statement(statement).kind {
        crate::syntax::ast::StatementKind::Define(_, value) => Some(expression(&script, value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_as_written() {
        let name = |text: &str| Math::Name(text.into());
        let expected = Math::Sum(vec![
            (
                false,
                Math::Product(
                    Times::Matrix,
                    Box::new(name("w")),
                    Box::new(Math::Transpose(Box::new(name("x")))),
                ),
            ),
            (
                true,
                Math::Index(Box::new(name("b")), vec![Subscript::At(Math::Number(2.0))]),
            ),
            (
                false,
                Math::Call(
                    "sum".into(),
                    vec![
                        name("A"),
                        Math::Named("axis".into(), Box::new(Math::Number(1.0))),
                    ],
                ),
            ),
        ]);
        assert_eq!(
            parse("w*x' - b[2]\n + sum(A, axis=1) # why"),
            Some(expected)
        );
        assert_eq!(parse("1 +"), None);
        assert_eq!(parse("1); z = (2"), None);
    }

    #[test]
    fn long_is_not_deep_and_deep_is_cut() {
        let long = parse(&vec!["x"; 5_000].join(" + "));
        assert!(matches!(long, Some(Math::Sum(terms)) if terms.len() == 5_000));
        let deep = format!("{}x{}", "sin(".repeat(50_000), ")".repeat(50_000));
        assert!(parse(&deep).is_some());
    }
}
