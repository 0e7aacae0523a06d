//! Abstract syntax back to text, with no more parentheses than are needed.
//!
//! The law: for an expression that was parsed, `parse(print(e))` has the structure of `e`. Expressions
//! made by code may hold negative or infinite numbers; those come back as expressions of equal value.

use super::ast::*;

/// The precedence of an expression, from the loosest to the tightest; the order is the grammar's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Choice,
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Signed,
    Power,
    Postfix,
}

impl Level {
    fn of_operator(op: BinaryOp) -> Level {
        match op {
            BinaryOp::Or => Level::Or,
            BinaryOp::And => Level::And,
            BinaryOp::Eq
            | BinaryOp::Ne
            | BinaryOp::Lt
            | BinaryOp::Le
            | BinaryOp::Gt
            | BinaryOp::Ge => Level::Comparison,
            BinaryOp::Add | BinaryOp::Sub => Level::Sum,
            BinaryOp::Mul | BinaryOp::Div | BinaryOp::DotMul | BinaryOp::DotDiv => Level::Product,
            BinaryOp::Pow | BinaryOp::DotPow => Level::Power,
        }
    }

    fn of(kind: &ExprKind) -> Level {
        match kind {
            ExprKind::Number(value) if value.is_sign_negative() && !value.is_nan() => Level::Signed,
            ExprKind::Unary(UnaryOp::Neg, _) => Level::Signed,
            ExprKind::Unary(UnaryOp::Not, _) => Level::Not,
            ExprKind::Binary(op, ..) => Level::of_operator(*op),
            ExprKind::If(..) => Level::Choice,
            _ => Level::Postfix,
        }
    }

    /// The loosest levels that the operands of `op` may have without parentheses.
    fn of_operands(op: BinaryOp) -> (Level, Level) {
        match Level::of_operator(op) {
            Level::Or => (Level::Or, Level::And),
            Level::And => (Level::And, Level::Not),
            Level::Comparison => (Level::Sum, Level::Sum),
            Level::Sum => (Level::Sum, Level::Product),
            Level::Product => (Level::Product, Level::Signed),
            _ => (Level::Postfix, Level::Signed),
        }
    }
}

/// A piece that is still to be written.
enum Piece<'a> {
    Word(&'a str),
    Owned(String),
    /// An expression, in parentheses if it is looser than the level.
    Expr(ExprId, Level),
}

/// The text of the expression `id` of `script`.
///
/// Uses no spans, so that it works for trees made by code, and no recursion.
pub fn print(script: &Script, id: ExprId) -> String {
    let mut text = String::new();
    let mut todo = vec![Piece::Expr(id, Level::Choice)];
    while let Some(piece) = todo.pop() {
        match piece {
            Piece::Word(word) => text.push_str(word),
            Piece::Owned(word) => text.push_str(&word),
            Piece::Expr(id, level) => {
                let kind = &script.expr(id).kind;
                let start = todo.len();
                if Level::of(kind) < level {
                    todo.push(Piece::Word("("));
                    spell(script, kind, &mut todo);
                    todo.push(Piece::Word(")"));
                } else {
                    spell(script, kind, &mut todo);
                }
                // The next piece to be written is the last one of the list.
                todo[start..].reverse();
            }
        }
    }
    text
}

/// A number in the shortest form that reads back as the same one.
pub fn number(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let size = value.abs();
    if size == 0.0 || (1e-4..1e16).contains(&size) {
        format!("{value}")
    } else {
        format!("{value:e}")
    }
}

/// A text in quotes.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '\n' => quoted.push_str("\\n"),
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Appends what an expression of this kind consists of, in order.
fn spell<'a>(script: &'a Script, kind: &'a ExprKind, out: &mut Vec<Piece<'a>>) {
    match kind {
        ExprKind::Number(value) => out.push(Piece::Owned(number(*value))),
        ExprKind::Text(text) => out.push(Piece::Owned(quoted(text))),
        ExprKind::Name(name) => out.push(Piece::Word(script.name(*name))),
        ExprKind::Unary(op, x) => spell_unary(*op, *x, out),
        ExprKind::Binary(op, a, b) => spell_binary(*op, *a, *b, out),
        ExprKind::If(condition, then, other) => out.extend([
            Piece::Word("if "),
            Piece::Expr(*condition, Level::Choice),
            Piece::Word(" then "),
            Piece::Expr(*then, Level::Choice),
            Piece::Word(" else "),
            Piece::Expr(*other, Level::Choice),
        ]),
        ExprKind::Call(call) => {
            out.push(Piece::Word(&call.function.name));
            spell_arguments(&call.arguments, &call.named, out);
        }
        ExprKind::Derivative(call) => {
            out.push(Piece::Word(&call.function.name));
            out.push(Piece::Owned("'".repeat(call.order as usize)));
            spell_arguments(&call.arguments, &[], out);
        }
        ExprKind::Index(base, indices) => spell_index(*base, indices, out),
        ExprKind::Matrix(rows) => spell_matrix(rows, out),
        ExprKind::Comprehension(each) => spell_comprehension(each, out),
        ExprKind::Block(block) => spell_block(block, out),
    }
}

fn spell_unary(op: UnaryOp, x: ExprId, out: &mut Vec<Piece<'_>>) {
    match op {
        UnaryOp::Neg => out.extend([Piece::Word("-"), Piece::Expr(x, Level::Signed)]),
        UnaryOp::Not => out.extend([Piece::Word("not "), Piece::Expr(x, Level::Not)]),
        UnaryOp::Transpose => out.extend([Piece::Expr(x, Level::Postfix), Piece::Word("'")]),
    }
}

fn spell_binary(op: BinaryOp, a: ExprId, b: ExprId, out: &mut Vec<Piece<'_>>) {
    let (left, right) = Level::of_operands(op);
    out.push(Piece::Expr(a, left));
    match op {
        BinaryOp::Mul | BinaryOp::Div | BinaryOp::Pow => out.push(Piece::Word(op.symbol())),
        _ => out.extend([Piece::Word(" "), Piece::Word(op.symbol()), Piece::Word(" ")]),
    }
    out.push(Piece::Expr(b, right));
}

fn spell_arguments<'a>(arguments: &[ExprId], named: &'a [NamedArgument], out: &mut Vec<Piece<'a>>) {
    out.push(Piece::Word("("));
    spell_list(arguments, out);
    for (i, argument) in named.iter().enumerate() {
        if i > 0 || !arguments.is_empty() {
            out.push(Piece::Word(", "));
        }
        out.push(Piece::Word(&argument.name.name));
        out.push(Piece::Word("="));
        out.push(Piece::Expr(argument.value, Level::Choice));
    }
    out.push(Piece::Word(")"));
}

fn spell_list(list: &[ExprId], out: &mut Vec<Piece<'_>>) {
    for (i, &id) in list.iter().enumerate() {
        if i > 0 {
            out.push(Piece::Word(", "));
        }
        out.push(Piece::Expr(id, Level::Choice));
    }
}

fn spell_index(base: ExprId, indices: &[Index], out: &mut Vec<Piece<'_>>) {
    out.push(Piece::Expr(base, Level::Postfix));
    out.push(Piece::Word("["));
    for (i, index) in indices.iter().enumerate() {
        if i > 0 {
            out.push(Piece::Word(", "));
        }
        match index {
            Index::At(i) => out.push(Piece::Expr(*i, Level::Choice)),
            Index::Range(a, b) => spell_range(*a, *b, out),
            Index::All => out.push(Piece::Word(":")),
        }
    }
    out.push(Piece::Word("]"));
}

fn spell_range(from: ExprId, to: ExprId, out: &mut Vec<Piece<'_>>) {
    out.extend([
        Piece::Expr(from, Level::Sum),
        Piece::Word(".."),
        Piece::Expr(to, Level::Sum),
    ]);
}

fn spell_matrix(rows: &[Vec<ExprId>], out: &mut Vec<Piece<'_>>) {
    out.push(Piece::Word("["));
    for (i, row) in rows.iter().enumerate() {
        if i > 0 {
            out.push(Piece::Word("; "));
        }
        spell_list(row, out);
    }
    out.push(Piece::Word("]"));
}

fn spell_comprehension<'a>(each: &'a Comprehension, out: &mut Vec<Piece<'a>>) {
    if each.bracketed {
        out.push(Piece::Word("["));
    }
    out.push(Piece::Expr(each.body, Level::Choice));
    for (i, clause) in each.clauses.iter().enumerate() {
        out.push(Piece::Word(if i == 0 { " for " } else { ", " }));
        out.push(Piece::Word(&clause.variable.name));
        out.push(Piece::Word(" in "));
        spell_range(clause.from, clause.to, out);
    }
    if each.bracketed {
        out.push(Piece::Word("]"));
    }
}

fn spell_block<'a>(block: &'a LocalBlock, out: &mut Vec<Piece<'a>>) {
    out.push(Piece::Word("{ "));
    for (name, value) in &block.definitions {
        out.push(Piece::Word(&name.name));
        out.push(Piece::Word(" = "));
        out.push(Piece::Expr(*value, Level::Choice));
        out.push(Piece::Word("; "));
    }
    out.push(Piece::Expr(block.value, Level::Choice));
    out.push(Piece::Word(" }"));
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::source::{Source, Span};

    fn script(text: &str) -> (Script, ExprId) {
        let (script, _) = parse(&Source::new("test", text))
            .unwrap_or_else(|error| panic!("{text}: {error} {:?}", error.labels()));
        let StatementKind::Show(Show::Value, outputs, _) = &script.statement(script.body[0]).kind
        else {
            panic!("{text} is no bare expression");
        };
        let id = outputs[0];
        (script, id)
    }

    /// The structure as nested parentheses.
    fn skeleton(script: &Script, id: ExprId) -> String {
        let expr = script.expr(id);
        let head = match &expr.kind {
            ExprKind::Number(value) => format!("{value:?}"),
            ExprKind::Text(text) => format!("{text:?}"),
            ExprKind::Name(name) => script.name(*name).to_string(),
            ExprKind::Unary(op, _) => format!("{op:?}"),
            ExprKind::Binary(op, ..) => format!("{op:?}"),
            ExprKind::If(..) => "If".into(),
            ExprKind::Call(call) => {
                let names: Vec<_> = call.named.iter().map(|a| a.name.name.to_string()).collect();
                format!("{} {names:?}", call.function)
            }
            ExprKind::Derivative(call) => format!("{} {}", call.function, call.order),
            ExprKind::Index(_, indices) => {
                let forms = indices.iter().map(|index| match index {
                    Index::At(_) => 'a',
                    Index::Range(..) => 'r',
                    Index::All => ':',
                });
                format!("Index {}", forms.collect::<String>())
            }
            ExprKind::Matrix(rows) => {
                format!("Matrix {:?}", rows.iter().map(Vec::len).collect::<Vec<_>>())
            }
            ExprKind::Comprehension(each) => {
                let names: Vec<_> = each
                    .clauses
                    .iter()
                    .map(|c| c.variable.name.to_string())
                    .collect();
                format!("For {names:?} {}", each.bracketed)
            }
            ExprKind::Block(block) => format!("Block {}", block.definitions.len()),
        };
        let mut text = format!("({head}");
        expr.children(|child| {
            text.push(' ');
            text.push_str(&skeleton(script, child));
        });
        text.push(')');
        text
    }

    fn canonical(text: &str) -> String {
        let (first, id) = script(text);
        let printed = print(&first, id);
        let (second, again) = script(&printed);
        assert_eq!(
            skeleton(&first, id),
            skeleton(&second, again),
            "{text} -> {printed}"
        );
        printed
    }

    #[test]
    fn standard_spacing() {
        for text in [
            "a + b",
            "a - b",
            "a*b",
            "a/b",
            "a .* b",
            "a ./ b",
            "a^2",
            "a .^ 2",
            "a == b",
            "f(x, y)",
            "x[1, 2]",
            "[1, 2; 3, 4]",
            "x[1..n]",
            "x[:, 1]",
            "-x",
            "not a",
            "x'",
            "f''(x)",
            "sum(A, axis=1)",
            "read(\"f \\\"q\\\" \\\\ \\n\")",
            "f()",
            "if a then b else c",
            "a and b or c",
            "[i + j for i in 1..m, j in 1..n]",
            "sum(x[i]^2 for i in 1..n)",
            "numeric(L, w, scheme=\"central\")",
            "0.5",
            "1e-7",
            "100000",
            "1e16",
            "0.0001",
            "rand(seed=1)",
        ] {
            assert_eq!(canonical(text), text);
        }
    }

    #[test]
    fn no_more_parentheses_than_needed() {
        for (text, printed) in [
            ("(a + b) + c", "a + b + c"),
            ("a + (b + c)", "a + (b + c)"),
            ("a - (b - c)", "a - (b - c)"),
            ("(a*b)*c", "a*b*c"),
            ("a*(b*c)", "a*(b*c)"),
            ("a/(b/c)", "a/(b/c)"),
            ("(a + b)*c", "(a + b)*c"),
            ("-(x^2)", "-x^2"),
            ("(-x)^2", "(-x)^2"),
            ("(-a)*b", "-a*b"),
            ("-(a*b)", "-(a*b)"),
            ("-(-a)", "--a"),
            ("a*(-b)", "a*-b"),
            ("a - (-b)", "a - -b"),
            ("2^(-x)", "2^-x"),
            ("2^(-x^2)", "2^-x^2"),
            ("(2^3)^4", "(2^3)^4"),
            ("2^(3^4)", "2^3^4"),
            ("x²", "x^2"),
            ("x²'", "(x^2)'"),
            ("x'²", "x'^2"),
            ("(x^2)'", "(x^2)'"),
            ("x^2'", "x^2'"),
            ("(a < b) < c", "(a < b) < c"),
            ("a < (b < c)", "a < (b < c)"),
            ("not (a < b)", "not a < b"),
            ("(not a) < b", "(not a) < b"),
            ("not (a and b)", "not (a and b)"),
            ("(a or b) and c", "(a or b) and c"),
            ("a or (b or c)", "a or (b or c)"),
            ("(if a then b else c) + 1", "(if a then b else c) + 1"),
            (
                "if a then b else (if c then d else e)",
                "if a then b else if c then d else e",
            ),
            (
                "if (if a then b else c) then d else e",
                "if if a then b else c then d else e",
            ),
            ("(x + y)[1]", "(x + y)[1]"),
            ("x[(1 + 2)..(3*n)]", "x[1 + 2..3*n]"),
            ("[1, 2, 3]'", "[1, 2, 3]'"),
            ("(x)[(2)]", "x[2]"),
            ("1_000.5", "1000.5"),
            ("f((a), (b + c))", "f(a, b + c)"),
            ("f'(x)'", "f'(x)'"),
            ("a .* b × c", "a .* b*c"),
            ("µ", "μ"),
            ("y\u{302}", "ŷ"),
        ] {
            assert_eq!(canonical(text), printed, "{text}");
        }
    }

    #[test]
    fn trees_made_by_code() {
        let mut script = Script {
            source: Source::new("code", ""),
            expressions: Vec::new(),
            statements: Vec::new(),
            names: Vec::new(),
            found: NamePlaces::default(),
            body: Vec::new(),
        };
        let mut push = |kind| {
            script.expressions.push(Expr {
                kind,
                span: Span::default(),
            });
            ExprId(script.expressions.len() as u32 - 1)
        };
        let two = push(ExprKind::Number(-2.0));
        let power = push(ExprKind::Binary(BinaryOp::Pow, two, two));
        let mut deep = power;
        for _ in 0..100_000 {
            deep = push(ExprKind::Unary(UnaryOp::Neg, deep));
        }
        assert_eq!(print(&script, power), "(-2)^-2");
        assert_eq!(print(&script, deep).len(), 100_000 + 7);
        assert_eq!(number(f64::NEG_INFINITY), "-inf");
        assert_eq!(number(f64::NAN), "nan");
        assert_eq!(number(f64::MAX), "1.7976931348623157e308");
        assert_eq!(number(5e-324), "5e-324");
        assert_eq!(number(-0.0), "-0");
    }
}
