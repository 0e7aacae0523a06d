//! Symbolic derivatives as text.

use super::Style;
use crate::diagnostic::counted;
use crate::findings;
use crate::simplify::{Simplified, Size};
use crate::symbolic::{
    Derivation, DerivationStep, OverRounds, Recurrence, Recurrences, Summand, Symbolic,
};
use crate::syntax::ast::{BinaryOp, ExprId, ExprKind, Script, UnaryOp};
use crate::view::bracketed;
use unicode_width::UnicodeWidthStr;

/// A derivation as text: the formula on a line that can be typed back in, its sizes below.
pub fn text(derivation: &Derivation, style: &Style) -> String {
    let d = if style.ascii { "d" } else { "∂" };
    let output = bracketed(&derivation.output);
    let head = format!("{d}{output}/{d}{}", derivation.wrt);
    let steps = steps(derivation, &head, style);
    match &derivation.result {
        Symbolic::Formula(formula) => {
            if derivation.bare {
                return steps + &alone(formula);
            }
            let sizes = super::wrap::lines(&sizes(formula, derivation.sizes), style);
            format!("{steps}{}{sizes}", lines(&head, formula))
        }
        Symbolic::Recurrences(found) => recurrences(&head, found, style),
        Symbolic::NoFormula { why, along } => {
            let mut text = format!("{head}: {}\n", findings::no_formula(*why));
            if let Some((direction, formula)) = along {
                text.push_str(&lines(&format!("  along {direction}"), formula));
            }
            text
        }
    }
}

/// A formula, and below it the recurrences that it needs, with their rounds in a column.
fn recurrences(head: &str, found: &Recurrences, style: &Style) -> String {
    let whole = format!("{head} = {}\n", found.whole.one_line());
    let line = |equation: &Recurrence| {
        let (left, right) = (&equation.name, equation.formula.one_line());
        match equation.rounds {
            OverRounds::Sum(count) => (
                format!("  {left} = sum({right} for k in 1..{count})"),
                String::new(),
            ),
            rounds => (format!("  {left} = {right}"), for_rounds(rounds)),
        }
    };
    let lines: Vec<(String, String)> = found.equations.iter().map(line).collect();
    let with_rounds = lines.iter().filter(|(_, rounds)| !rounds.is_empty());
    let width = with_rounds
        .map(|(left, _)| left.width())
        .max()
        .unwrap_or(0)
        .min(72);
    let aligned = lines.iter().map(|(left, rounds)| {
        let blanks = " ".repeat(width.saturating_sub(left.width()));
        match rounds.is_empty() {
            true => format!("{left}\n"),
            false => super::wrap::lines(&format!("{left}{blanks}   {rounds}\n"), style),
        }
    });
    whole + &aligned.collect::<String>()
}

/// `for k in 1..100`, or from the last round back.
pub(super) fn for_rounds(rounds: OverRounds) -> String {
    match rounds {
        OverRounds::None | OverRounds::Sum(_) => String::new(),
        OverRounds::Forwards(count) => format!("for k = 1, …, {count}"),
        OverRounds::Backwards(count) => format!("for k = {count}, …, 1"),
    }
}

/// Every rule with the formula after it, aligned.
fn steps(derivation: &Derivation, head: &str, style: &Style) -> String {
    let room = style.width.unwrap_or(usize::MAX);
    let line = |step: &DerivationStep| (step_text(step), step.rule.to_string());
    let lines: Vec<(String, String)> = derivation.steps.iter().map(line).collect();
    let widths = lines.iter().map(|(formula, _)| formula.width());
    let width = widths.max().unwrap_or(0).min(72);
    let mut text = String::new();
    for (formula, rule) in &lines {
        let taken = head.width() + 3 + formula.width().max(width) + 3 + rule.width();
        if taken > room {
            // The rule has a line of its own where it does not fit beside its formula.
            text.push_str(&format!("{head} = {formula}\n"));
            text.push_str(&super::wrap::lines(&format!("    {rule}\n"), style));
            continue;
        }
        let blanks = " ".repeat(width.saturating_sub(formula.width()));
        text.push_str(&format!("{head} = {formula}{blanks}   {rule}\n"));
    }
    text
}

/// The derivative after a step: a sum of terms, a negative one subtracted.
pub(super) fn step_text(step: &DerivationStep) -> String {
    let mut text = String::new();
    for (k, term) in step.terms.iter().enumerate() {
        let (negative, term) = term_text(term);
        text.push_str(match (k, negative) {
            (0, false) => "",
            (0, true) => "-",
            (_, false) => " + ",
            (_, true) => " - ",
        });
        text.push_str(&term);
    }
    text
}

/// One term without the sign in front of it, and whether it has one. A factor with blanks in it
/// stands in parentheses, so that it is seen as one.
fn term_text(term: &Summand) -> (bool, String) {
    let written = |formula: &Option<Simplified>| {
        formula
            .as_ref()
            .map_or_else(|| "…".to_string(), Simplified::one_line)
    };
    let factor = written(&term.factor);
    let signed = term.factor.as_ref().is_some_and(has_sign);
    let unsigned = |text: String| match signed {
        true => (true, text[1..].to_string()),
        false => (false, text),
    };
    let Some(rest) = &term.rest else {
        return unsigned(factor);
    };
    let inner = written(&rest.of);
    let spaced = factor.contains(' ');
    match (rest.is_scalar, factor.as_str()) {
        (true, "1") => (false, format!("d({inner})")),
        (true, "-1") => (true, format!("d({inner})")),
        (true, _) if spaced => (false, format!("({factor})*d({inner})")),
        (true, _) => unsigned(format!("{factor}*d({inner})")),
        (false, _) if spaced => (false, format!("sum(({factor}) .* d({inner}))")),
        (false, _) => (false, format!("sum({factor} .* d({inner}))")),
    }
}

/// The formula begins with a minus.
fn has_sign(formula: &Simplified) -> bool {
    formula.parts.is_empty() && begins_with_sign(&formula.script, formula.whole)
}

fn begins_with_sign(script: &Script, mut expr: ExprId) -> bool {
    loop {
        match script.expr(expr).kind {
            ExprKind::Unary(UnaryOp::Neg, _) => return true,
            // A sign in front of a power or an index has parentheses around it.
            ExprKind::Binary(BinaryOp::Pow | BinaryOp::DotPow, ..) => return false,
            ExprKind::Binary(_, first, _) => expr = first,
            _ => return false,
        }
    }
}

/// The shared parts of a formula, and the formula behind `head`.
pub(super) fn lines(head: &str, formula: &Simplified) -> String {
    parts(formula) + &format!("{head} = {}\n", formula.text(formula.whole))
}

/// The formula behind its shared parts, and nothing else.
pub(super) fn alone(formula: &Simplified) -> String {
    parts(formula) + &formula.text(formula.whole) + "\n"
}

fn parts(formula: &Simplified) -> String {
    let part = |(name, part): &(_, _)| format!("{name} = {}\n", formula.text(*part));
    formula.parts.iter().map(part).collect()
}

/// The size of a formula, now and before it was simplified, in one line.
pub(super) fn sizes(formula: &Simplified, whole: bool) -> String {
    let (after, before) = (formula.after, formula.before);
    let now = counted(after.dag as usize, "operation");
    if whole {
        let (now, before) = (size(now, after), size(before.dag.to_string(), before));
        return format!("  {now} ({before} before simplifying)\n");
    }
    match after.dag == before.dag {
        true => format!("  {now}\n"),
        false => format!("  {now} ({} before simplifying)\n", before.dag),
    }
}

/// What `counted` says of the operations, and how many there were without sharing.
fn size(counted: String, size: Size) -> String {
    match size.tree == size.dag {
        true => counted,
        false => format!("{counted} with sharing, {} as a tree", large(size.tree)),
    }
}

/// A count, in powers of ten where it is beyond counting.
fn large(count: u64) -> String {
    match count {
        u64::MAX => "over 10^19".into(),
        count if count >= 1_000_000_000 => format!("{:.1e}", count as f64),
        count => count.to_string(),
    }
}
