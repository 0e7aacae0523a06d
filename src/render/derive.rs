//! Symbolic derivatives, as text and as JSON.

use super::Style;
use crate::event::{Derivation, Step, Symbolic};
use crate::simplify::{Formula, Size};
use serde_json::{Map, Value, json};
use unicode_width::UnicodeWidthStr;

/// A derivation as text: the formula on a line that can be typed back in, its sizes below.
pub fn text(derivation: &Derivation, style: &Style) -> String {
    let d = if style.ascii { "d" } else { "∂" };
    let output = bracketed(&derivation.output);
    let head = format!("{d}{output}/{d}{}", derivation.wrt);
    let steps = steps(derivation, &head, style);
    match &derivation.result {
        Symbolic::Formula(formula) => {
            let sizes = super::wrap::lines(&sizes(formula), style);
            format!("{steps}{}{sizes}", lines(&head, formula))
        }
        Symbolic::NoFormula { reason, along } => {
            let mut text = format!("{head}: {reason}\n");
            if let Some((direction, formula)) = along {
                text.push_str(&lines(&format!("  along {direction}"), formula));
            }
            text
        }
    }
}

/// Every rule with the formula after it, aligned.
fn steps(derivation: &Derivation, head: &str, style: &Style) -> String {
    let room = style.width.unwrap_or(usize::MAX);
    let width = derivation
        .steps
        .iter()
        .map(|step| step.formula.width())
        .max()
        .unwrap_or(0)
        .min(72);
    let mut text = String::new();
    for step in &derivation.steps {
        let rule = step.rule.width();
        let line = head.width() + 3 + step.formula.width().max(width) + 3 + rule;
        if line > room {
            // The rule has a line of its own where it does not fit beside its formula.
            text.push_str(&format!("{head} = {}\n", step.formula));
            text.push_str(&super::wrap::lines(&format!("    {}\n", step.rule), style));
            continue;
        }
        let blanks = " ".repeat(width.saturating_sub(step.formula.width()));
        text.push_str(&format!(
            "{head} = {}{blanks}   {}\n",
            step.formula, step.rule
        ));
    }
    text
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || !c.is_ascii()
}

/// An output that is not a plain name in parentheses.
pub fn bracketed(output: &str) -> String {
    if output.chars().all(is_word) {
        output.to_string()
    } else {
        format!("({output})")
    }
}

/// The same where room is short: a single call or entry goes without.
pub fn bracketed_briefly(output: &str) -> String {
    let rest = output.trim_start_matches(is_word).trim_start_matches('\'');
    let is_named = rest.len() < output.len();
    if is_named && closes_at_its_end(rest) {
        output.to_string()
    } else {
        bracketed(output)
    }
}

/// Whether a text is one pair of brackets with what is in it.
fn closes_at_its_end(text: &str) -> bool {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return matches!(c, ')' | ']') && at + 1 == text.len();
        }
    }
    false
}

fn lines(head: &str, formula: &Formula) -> String {
    let mut text = String::new();
    for (name, part) in &formula.parts {
        text.push_str(&format!("{name} = {part}\n"));
    }
    text + &format!("{head} = {}\n", formula.text)
}

/// How large a formula is, and was, in one line.
pub(super) fn sizes(formula: &Formula) -> String {
    format!(
        "  {}, before simplifying {}\n",
        size(formula.after),
        size(formula.before)
    )
}

fn size(size: Size) -> String {
    let plural = if size.dag == 1 { "" } else { "s" };
    if size.tree == size.dag {
        return format!("{} operation{plural}", size.dag);
    }
    format!(
        "{} operation{plural} with sharing, {} as a tree",
        size.dag,
        large(size.tree)
    )
}

/// A count, in powers of ten where it is beyond counting.
fn large(count: u64) -> String {
    match count {
        u64::MAX => "over 10^19".into(),
        count if count >= 1_000_000_000 => format!("{:.1e}", count as f64),
        count => count.to_string(),
    }
}

/// A derivation as a JSON object.
pub fn object(derivation: &Derivation) -> Value {
    let mut object = Map::new();
    object.insert("kind".into(), json!("derive"));
    object.insert("output".into(), json!(derivation.output));
    object.insert("wrt".into(), json!(derivation.wrt));
    match &derivation.result {
        Symbolic::Formula(formula) => {
            object.insert("formula".into(), json!(formula.one_line()));
            object.insert("tree".into(), json!(formula.after.tree));
            object.insert("dag".into(), json!(formula.after.dag));
            let before = json!({"tree": formula.before.tree, "dag": formula.before.dag});
            object.insert("before".into(), before);
        }
        Symbolic::NoFormula { reason, along } => {
            object.insert("formula".into(), Value::Null);
            object.insert("reason".into(), json!(reason));
            if let Some((direction, formula)) = along {
                object.insert(
                    "along".into(),
                    json!({"direction": direction, "formula": formula.one_line()}),
                );
            }
        }
    }
    if !derivation.steps.is_empty() {
        let step = |step: &Step| json!({"rule": step.rule, "formula": step.formula});
        object.insert(
            "steps".into(),
            Value::Array(derivation.steps.iter().map(step).collect()),
        );
    }
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_bracket_formulas_and_not_calls() {
        for plain in ["L", "ŷ", "f(x)", "f'(x + 1)", "x[2]", "dot(a, (b))"] {
            assert_eq!(bracketed_briefly(plain), plain);
        }
        for formula in ["log(x)*x", "f(x)(y)", "a + b", "(a)", "-x", "x[1] + x[2]"] {
            assert_eq!(bracketed_briefly(formula), format!("({formula})"));
        }
    }
}
