//! Symbolic derivatives as text.

use super::Style;
use crate::diagnostic::counted;
use crate::findings;
use crate::simplify::{EntryFormula, Simplified, Size};
use crate::symbolic::{
    Derivation, DerivationStep, Head, OverRounds, Recurrence, Recurrences, Symbolic,
};
use crate::syntax::ast::Name;
use crate::view::bracketed;
use unicode_width::UnicodeWidthStr;

/// Columns of formulas beside which rules are aligned; behind a longer one the rule follows at once.
const WIDTH: usize = 60;

/// A derivation as text: the lines that lead to the formula, the formula on a line that can be typed back
/// in, its sizes below.
pub fn text(derivation: &Derivation, style: &Style) -> String {
    steps(derivation, style) + &answer(derivation, style)
}

/// What stands below the lines of a derivation: the sizes of the formula, which is the last line; the formula
/// too where there are no lines.
pub fn answer(derivation: &Derivation, style: &Style) -> String {
    let head = head(derivation, &Head::Derivative, style);
    match &derivation.result {
        Symbolic::Formula(formula) => {
            if derivation.bare {
                return alone(formula);
            }
            let sizes = super::wrap::lines(&sizes(formula, derivation.sizes), style);
            match derivation.steps.is_empty() {
                true => lines(&head, formula) + &sizes,
                false => sizes,
            }
        }
        Symbolic::Recurrences(found) => recurrences(&head, found, style),
        Symbolic::NoFormula {
            why,
            entries,
            along,
        } => {
            let mut text = match entries {
                Some(entries) => lines(&entry_head(derivation, entries, style), &entries.formula),
                None => format!("{head}: {}\n", findings::no_formula(*why)),
            };
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
        match &equation.rounds {
            OverRounds::End(_, made) => {
                let known = made.map_or(String::new(), |made| format!(" = {made}"));
                (
                    format!("  {left}{known}"),
                    format!("the rounds taken: the first k with {right}"),
                )
            }
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
fn for_rounds(rounds: &OverRounds) -> String {
    match rounds {
        OverRounds::None | OverRounds::Sum(_) | OverRounds::End(..) => String::new(),
        OverRounds::Forwards(count) => format!("for k = 1, …, {count}"),
        OverRounds::Backwards(count) => format!("for k = {count}, …, 1"),
    }
}

/// A line of a derivation as text.
pub struct StepText {
    /// The left side; empty where it is that of the line before.
    pub head: String,
    /// The right side.
    pub formula: String,
    /// The rule.
    pub rule: String,
}

/// The lines of a derivation.
pub fn step_texts(derivation: &Derivation, style: &Style) -> Vec<StepText> {
    let mut last: Option<&Head> = None;
    let mut lines = Vec::new();
    for step in &derivation.steps {
        let repeats = last.replace(&step.head) == Some(&step.head);
        lines.push(StepText {
            head: match repeats {
                true => String::new(),
                false => head(derivation, &step.head, style),
            },
            formula: step.formula.text(step.formula.whole),
            rule: rule(step),
        });
    }
    lines
}

/// Every rule with the formula after it, aligned.
fn steps(derivation: &Derivation, style: &Style) -> String {
    let room = style.width.unwrap_or(usize::MAX);
    let lines = step_texts(derivation, style);
    let heads = lines
        .iter()
        .map(|line| line.head.width())
        .max()
        .unwrap_or(0);
    let widths = lines.iter().map(|line| line.formula.width());
    let width = widths.filter(|width| *width <= WIDTH).max().unwrap_or(0);
    let mut text = String::new();
    for StepText {
        head,
        formula,
        rule,
    } in &lines
    {
        let indent = " ".repeat(heads - head.width());
        let line = format!("{head}{indent} = {formula}");
        let taken = heads + 3 + formula.width().max(width) + 3 + rule.width();
        if taken > room {
            // The rule has a line of its own where it does not fit beside its formula.
            text.push_str(&format!("{line}\n"));
            text.push_str(&super::wrap::lines(&format!("    {rule}\n"), style));
            continue;
        }
        let blanks = " ".repeat(width.saturating_sub(formula.width()));
        text.push_str(&format!("{line}{blanks}   {rule}\n"));
    }
    text
}

/// The left side of a line.
pub(super) fn head(derivation: &Derivation, head: &Head, style: &Style) -> String {
    let d = if style.ascii { "d" } else { "∂" };
    let output = bracketed(&derivation.output);
    match head {
        Head::Derivative => format!("{d}{output}/{d}{}", derivation.wrt),
        Head::Differential => format!("d{output}"),
        Head::Error { error, of } => format!("{error} = {d}{output}/{d}{of}"),
    }
}

/// `∂Y[i, j]/∂X[k, l]`
pub(super) fn entry_head(derivation: &Derivation, entries: &EntryFormula, style: &Style) -> String {
    let d = if style.ascii { "d" } else { "∂" };
    let output = bracketed(&derivation.output);
    let indices = |names: &[Name]| match names {
        [] => String::new(),
        names => format!("[{}]", names.join(", ")),
    };
    format!(
        "{d}{output}{}/{d}{}{}",
        indices(&entries.output),
        derivation.wrt,
        indices(&entries.variable)
    )
}

/// A rule: its name, what it says in general, and what its letters stand for.
pub(super) fn rule(step: &DerivationStep) -> String {
    let law = step
        .law
        .as_ref()
        .map(|(left, right)| format!("{} = {}", left.one_line(), right.one_line()));
    let letter = |(name, of): &(Name, Simplified)| format!("{name} = {}", of.one_line());
    let formula = &step.formula;
    let part = |(name, part): &(Name, _)| format!("{name} = {}", formula.text(*part));
    let said: Vec<String> = law
        .into_iter()
        .chain(step.letters.iter().map(letter))
        .chain(formula.parts.iter().map(part))
        .collect();
    match said.is_empty() {
        true => step.rule.to_string(),
        false => format!("{}: {}", step.rule, said.join(", ")),
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
