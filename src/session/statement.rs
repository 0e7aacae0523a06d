//! A statement that shows something, as it is written.

use crate::diagnostic::{Code, Diagnostic, Result, bail, error};
use crate::notation::one_line;
use crate::syntax::ast::{ExprId, Mode, Script, Tail, With};
use crate::syntax::statements::StatementRow;
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
pub(super) fn refuse(script: &Script, statement: &StatementRow, tail: &Tail) -> Result<()> {
    let mut parts = tail.parts(script).into_iter();
    match parts.find(|(word, _)| !statement.takes.contains(word)) {
        None => Ok(()),
        Some((word, span)) => Err(error!(Syntax, script.location(span),
            "`{word}` means nothing for {}", statement.noun;
            label: "does not belong here")),
    }
}
