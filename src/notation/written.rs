//! Syntax tree to [`Math`]: a formula as its author wrote it.

use super::math::{Math, Subscript, Times, Written, one_line};
use crate::syntax::ast::{BinaryOp, ExprId, ExprKind, Index, Script, UnaryOp};
use rustc_hash::FxHashMap;

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
    // Parents before their operands; read from the end, so that nothing recurses.
    let mut order = vec![(id, 0)];
    let mut next = 0;
    while let Some(&(id, depth)) = order.get(next) {
        next += 1;
        if depth < READ_DEPTH {
            for operand in operands(script, id) {
                order.push((operand, depth + 1));
            }
        }
    }
    let mut done: FxHashMap<ExprId, Math> = FxHashMap::default();
    for (id, depth) in order.into_iter().rev() {
        let math = match depth {
            READ_DEPTH => Math::Ellipsis,
            _ => put_together(script, id, &mut |id| {
                done.remove(&id).unwrap_or(Math::Ellipsis)
            }),
        };
        done.insert(id, math);
    }
    done.remove(&id).unwrap_or(Math::Ellipsis)
}

/// The parts of an expression: of a chain of additions and subtractions all its terms.
fn operands(script: &Script, id: ExprId) -> Vec<ExprId> {
    let mut parts = Vec::new();
    match &script.expr(id).kind {
        ExprKind::Binary(BinaryOp::Add | BinaryOp::Sub, ..) => {
            parts.extend(terms(script, id).into_iter().map(|(_, term)| term));
        }
        _ => script.expr(id).children(|child| parts.push(child)),
    }
    parts
}

/// A chain of additions and subtractions, walked from its end: which terms are subtracted.
fn terms(script: &Script, id: ExprId) -> Vec<(bool, ExprId)> {
    let mut terms = Vec::new();
    let mut rest = id;
    while let ExprKind::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), a, b) = &script.expr(rest).kind
    {
        terms.push((*op == BinaryOp::Sub, *b));
        rest = *a;
    }
    terms.push((false, rest));
    terms.reverse();
    terms
}

/// The expression `id` from its parts, which `part` hands out once each.
fn put_together(script: &Script, id: ExprId, part: &mut dyn FnMut(ExprId) -> Math) -> Math {
    let mut boxed = |id: &ExprId| Box::new(part(*id));
    match &script.expr(id).kind {
        ExprKind::Number(x) => Math::Number(*x),
        ExprKind::Text(text) => Math::Text(text.clone()),
        ExprKind::Name(name) => Math::Name(script.name(*name).clone()),
        ExprKind::Unary(UnaryOp::Neg, x) => part(*x).negated(),
        ExprKind::Unary(UnaryOp::Not, x) => Math::Not(boxed(x)),
        ExprKind::Unary(UnaryOp::Transpose, x) => Math::Transpose(boxed(x)),
        ExprKind::Binary(BinaryOp::Add | BinaryOp::Sub, ..) => {
            let terms = terms(script, id).into_iter();
            Math::Sum(terms.map(|(minus, term)| (minus, part(term))).collect())
        }
        ExprKind::Binary(op, a, b) => {
            let (left, right) = (part(*a), part(*b));
            match op {
                BinaryOp::Mul => Math::product(Times::Matrix, left, right),
                BinaryOp::DotMul => Math::product(Times::Entrywise, left, right),
                BinaryOp::Div | BinaryOp::DotDiv => Math::quotient(left, right),
                BinaryOp::Pow | BinaryOp::DotPow => Math::Power(Box::new(left), Box::new(right)),
                other => Math::Infix(other.symbol(), Box::new(left), Box::new(right)),
            }
        }
        ExprKind::If(c, a, b) => Math::If(boxed(c), boxed(a), boxed(b)),
        ExprKind::Call(call) => {
            let mut parts: Vec<Math> = call.arguments.iter().map(|id| part(*id)).collect();
            for given in &call.named {
                let value = Box::new(part(given.value));
                parts.push(Math::Named(given.name.name.clone(), value));
            }
            Math::Call(call.function.name.clone(), parts)
        }
        ExprKind::Derivative(call) => {
            let primes = "'".repeat(call.order as usize);
            let name = format!("{}{primes}", call.function);
            let parts = call.arguments.iter().map(|id| part(*id)).collect();
            Math::Call(name.into(), parts)
        }
        ExprKind::Index(base, indices) => {
            let base = boxed(base);
            let index = |index: &Index| match index {
                Index::At(i) => Subscript::At(part(*i)),
                Index::Range(a, b) => Subscript::Range(part(*a), part(*b)),
                Index::All => Subscript::All,
            };
            Math::Index(base, indices.iter().map(index).collect())
        }
        // One row in brackets is a column.
        ExprKind::Matrix(rows) => {
            let entries = rows.iter().flatten().map(|id| part(*id)).collect();
            Math::Matrix(rows[0].len(), entries)
        }
        ExprKind::Comprehension(each) => {
            let body = boxed(&each.body);
            let clause = |clause: &crate::syntax::ast::Clause| {
                let name = clause.variable.name.clone();
                (name, part(clause.from), part(clause.to))
            };
            Math::Each(body, each.clauses.iter().map(clause).collect())
        }
        // A body with definitions of its own is no formula.
        ExprKind::Block(_) => Math::Ellipsis,
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
