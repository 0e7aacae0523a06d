//! Symbolic derivatives, as text and as JSON.

use super::Style;
use crate::event::{Derivation, Step, Symbolic};
use crate::simplify::{Formula, Size};
use crate::view::bracketed;
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
