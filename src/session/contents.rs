//! What a loop computes and changes in each round.

use super::evaluate::formula;
use super::{Session, update};
use crate::exec::Replacing;
use crate::lower::Inputs;
use crate::syntax::ast::{Block, ExprId, Name, Script, Statement, StatementKind};
use std::rc::Rc;

/// A statement or condition of the loop: its first expression.
pub(super) type Key = ExprId;

/// The expressions that a loop computes in each round, and the names that it changes.
#[derive(Default)]
pub(super) struct Contents {
    pub asked: Vec<Vec<ExprId>>,
    /// Names that change together.
    pub changed: Vec<Vec<Name>>,
    /// An update that is all that a loop does, and the names whose values it replaces.
    alone: Option<(Key, Vec<Name>)>,
}

impl Contents {
    /// Collects from the statement of a loop and everything in it; `None` if it may change what
    /// cannot be seen here.
    pub fn of(session: &Session, script: &Rc<Script>, statement: &Statement) -> Option<Contents> {
        let mut contents = Contents::default();
        let mut stack = vec![statement];
        while let Some(statement) = stack.pop() {
            let mut blocks: Vec<&Block> = Vec::new();
            contents.find_alone(session, script, statement);
            match &statement.kind {
                StatementKind::Import(_) => return None,
                StatementKind::Repeat(_, body) => blocks.push(body),
                StatementKind::While(condition, body) => {
                    contents.asked.push(vec![*condition]);
                    blocks.push(body);
                }
                StatementKind::For { variable, body, .. } => {
                    contents.changed.push(vec![variable.name.clone()]);
                    blocks.push(body);
                }
                StatementKind::If(condition, then, otherwise) => {
                    contents.asked.push(vec![*condition]);
                    blocks.extend([then, otherwise]);
                }
                StatementKind::Update(targets, values) => {
                    contents.asked.push(update::asked(targets, values));
                    let names = targets.iter().map(|target| target.name.name.clone());
                    contents.changed.push(names.collect());
                }
                StatementKind::Define(name, value)
                    if session.definitions.is_closed(&formula(script, *value)) =>
                {
                    contents.changed.push(vec![name.name.clone()]);
                }
                _ => {}
            }
            stack.extend(blocks.into_iter().flatten().map(|id| script.statement(*id)));
        }
        Some(contents)
    }

    /// Looks for an update that is the whole round of the loop `statement`, and whose values nothing but the
    /// next round asks for.
    fn find_alone(&mut self, session: &Session, script: &Script, statement: &Statement) {
        let (StatementKind::Repeat(_, body)
        | StatementKind::While(_, body)
        | StatementKind::For { body, .. }) = &statement.kind
        else {
            return;
        };
        let [only] = &body[..] else { return };
        if let StatementKind::Update(targets, values) = &script.statement(*only).kind
            && targets.iter().all(|target| target.indices.is_none())
        {
            let names: Vec<Name> = (targets.iter())
                .map(|target| target.name.name.clone())
                .collect();
            let free = |name: &Name| session.definitions.facts(name).is_none();
            if names.iter().all(free) {
                self.alone = Some((values[0], names));
            }
        }
    }

    /// What that update replaces, where it is one of the parts.
    pub fn replacing(&self, keys: &[Key], inputs: &Inputs) -> Vec<Replacing> {
        let Some((key, names)) = &self.alone else {
            return Vec::new();
        };
        let Some(entry) = keys.iter().position(|other| other == key) else {
            return Vec::new();
        };
        let replacing = |(output, name)| {
            let leaf = *inputs.get(name)?;
            Some(Replacing {
                entry,
                output,
                leaf,
            })
        };
        names.iter().enumerate().filter_map(replacing).collect()
    }
}
