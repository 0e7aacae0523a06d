//! A statement that shows something, as it is written.

use crate::diagnostic::{Code, Diagnostic, Result, bail, error};
use crate::notation::one_line;
use crate::syntax::ast::{ExprId, Mode, Script, Show, StatementKind, Tail, With};
use std::rc::Rc;

/// A statement that shows something: its expressions, and what stands behind them.
#[derive(Clone, Copy)]
pub(super) struct ShowStatement<'s> {
    pub script: &'s Rc<Script>,
    pub outputs: &'s [ExprId],
    pub tail: &'s Tail,
}

impl<'s> ShowStatement<'s> {
    pub fn new(script: &'s Rc<Script>, outputs: &'s [ExprId], tail: &'s Tail) -> Self {
        ShowStatement {
            script,
            outputs,
            tail,
        }
    }

    /// True if `item` stands after `with`.
    pub fn has(&self, item: &With) -> bool {
        self.tail.with.iter().any(|(known, _)| known == item)
    }

    /// True if a mode is asked for; without `using` every mode is.
    pub fn uses(&self, mode: Mode) -> bool {
        let using = &self.tail.using;
        using.is_empty() || using.iter().any(|(used, _)| *used == mode)
    }

    /// An output on one line.
    pub fn name(&self, output: ExprId) -> String {
        one_line(self.script.text(output))
    }

    /// An error at one of its expressions.
    pub fn error(&self, code: Code, at: ExprId, message: String, label: &str) -> Diagnostic {
        Diagnostic::error(code, self.script.locate(at), message, label)
    }

    /// Two flags: tangents are shown, adjoints are shown.
    ///
    /// # Errors
    /// Fails if `using` names another mode.
    pub fn passes(&self) -> Result<(bool, bool)> {
        let ShowStatement { script, tail, .. } = *self;
        if let Some((mode, span)) = tail
            .using
            .iter()
            .find(|(mode, _)| !matches!(mode, Mode::Forward | Mode::Reverse))
        {
            bail!(Syntax, script.location(*span),
                "a trace is made by forward and reverse mode, not by {}", mode.name();
                label: "not a mode of a trace";
                help: "`compare` shows all four modes side by side");
        }
        Ok((self.uses(Mode::Forward), self.uses(Mode::Reverse)))
    }
}

/// Refuses the parts of a tail that mean nothing for a statement.
pub(super) fn refuse(script: &Script, statement: &StatementKind, tail: &Tail) -> Result<()> {
    let row = statement.row();
    let sparsity = matches!(statement, StatementKind::Show(Show::Sparsity, ..));
    if let Some((matrix, span)) = tail.matrix.filter(|_| !sparsity) {
        let matrix = matrix.name();
        let of = match statement {
            StatementKind::Show(_, outputs, _) => outputs.first().map(|id| script.text(*id)),
            _ => None,
        };
        let of = one_line(of.unwrap_or("L"));
        let by = tail.wrt.first().map_or("x", |wrt| script.text(*wrt));
        bail!(Syntax, script.location(span),
            "{} has no `using {matrix}`", row.noun;
            label: "not a mode";
            help: "its pattern: `sparsity {of} wrt {by} using {matrix}`; its value: `{matrix}({of}, {by})`");
    }
    let mut parts = tail.parts(script).into_iter();
    let Some((word, span)) = parts.find(|(word, _)| !row.takes.contains(word)) else {
        return Ok(());
    };
    let shown = match statement {
        StatementKind::Show(_, outputs, _) => outputs.first().map(|output| script.text(*output)),
        _ => None,
    };
    let shown = one_line(shown.filter(|text| text.len() < 40).unwrap_or("L"));
    // `grad(L) wrt w` is about L.
    let of = shown
        .strip_prefix("grad(")
        .and_then(|text| text.strip_suffix(')'));
    let of = of.unwrap_or(&shown);
    let by = tail.wrt.first().map_or("w", |wrt| script.text(*wrt));
    let help = match word {
        "wrt" if matches!(statement, StatementKind::Show(Show::Plot, ..)) => {
            format!("say which variable runs: `plot {of} over {by} from 0 to 1`")
        }
        "wrt" | "along" | "using" => format!(
            "the derivative's value is `grad({of}, {by})`, its formula `derive {of} wrt {by}`"
        ),
        "over" | "log x" | "log y" | "points" => {
            let over = tail.over.first();
            let over = over.map_or("t", |over| &*over.variable.name);
            format!("a curve is drawn by `plot {of} over {over} from 0 to 1`")
        }
        _ if row.takes.is_empty() => {
            format!("take it out: write `{} {shown}`", row.word)
        }
        _ => {
            let takes = row.takes.join("`, `");
            format!("take it out; {} goes with `{takes}`", row.noun)
        }
    };
    Err(error!(Syntax, script.location(span),
        "{} has no `{word}`", row.noun;
        label: "does not belong here";
        help: "{help}"))
}
