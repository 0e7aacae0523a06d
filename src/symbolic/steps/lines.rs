//! The lines of a derivation while it is made.

use super::tree::{Tree, standing_alone};
use super::{DerivationRule, DerivationStep, Head};
use crate::simplify::Simplified;
use crate::syntax::ast::{ExprId, Name};
use rustc_hash::FxHashSet;

/// The right side of a line.
pub(super) enum Side {
    /// An expression of the tree.
    Line(ExprId),
    /// A formula of its own.
    Formula(Simplified),
}

/// A line whose expressions are in the tree.
pub(super) struct Line {
    pub head: Head,
    pub rule: DerivationRule,
    pub law: Option<(ExprId, ExprId)>,
    pub letters: Vec<(Name, ExprId)>,
    pub side: Side,
}

/// The lines so far.
#[derive(Default)]
pub(super) struct Lines {
    lines: Vec<Line>,
    /// The rules that were stated in general.
    stated: FxHashSet<String>,
}

impl Lines {
    /// The number of lines.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Forgets all lines.
    pub fn clear(&mut self) {
        self.lines.clear();
    }

    /// True if a rule is stated for the first time.
    pub fn states(&mut self, rule: &DerivationRule) -> bool {
        self.stated.insert(rule.to_string())
    }

    /// Adds a line, unless it reads like the one before.
    pub fn add(&mut self, tree: &Tree, line: Line) {
        let repeats = self.lines.last().is_some_and(|last| {
            last.head == line.head && text(tree, &last.side) == text(tree, &line.side)
        });
        if !repeats {
            self.lines.push(line);
        }
    }

    /// The right side of the last line as text.
    pub fn last_text(&self, tree: &Tree) -> String {
        self.lines
            .last()
            .map_or(String::new(), |line| text(tree, &line.side))
    }

    /// The lines, each with formulas of its own.
    pub fn finish(self, tree: Tree) -> Vec<DerivationStep> {
        let script = tree.sheet.finish();
        let formula = |whole: ExprId| standing_alone(&script, whole);
        let side = |side: Side| match side {
            Side::Line(line) => formula(line),
            Side::Formula(formula) => formula,
        };
        let sides = |(left, right)| (formula(left), formula(right));
        let letter = |(name, of)| (name, formula(of));
        let step = |line: Line| DerivationStep {
            head: line.head,
            rule: line.rule,
            law: line.law.map(sides),
            letters: line.letters.into_iter().map(letter).collect(),
            formula: side(line.side),
        };
        self.lines.into_iter().map(step).collect()
    }
}

fn text(tree: &Tree, side: &Side) -> String {
    match side {
        Side::Line(id) => tree.text(*id),
        Side::Formula(formula) => formula.one_line(),
    }
}
