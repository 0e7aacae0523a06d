//! Notes on definitions that are probably not what was meant.

use crate::assist::circle::closes;
use crate::session::Session;
use crate::source::Source;
use crate::syntax::ast::{Name, StatementKind};
use std::rc::Rc;

/// The names that `source` has just defined by themselves.
pub fn circles(session: &Session, source: &Rc<Source>) -> Vec<Name> {
    let Ok((script, _)) = crate::syntax::parse(source) else {
        return Vec::new();
    };
    let script = Rc::new(script);
    let definitions = session.definitions();
    let mut found: Vec<Name> = Vec::new();
    for id in &script.body {
        let StatementKind::Define(name, value) = &script.statement(*id).kind else {
            continue;
        };
        // The statement may not have been reached, and a later one may have replaced it.
        let stands = definitions.variable(&name.name).is_some_and(|known| {
            let location = &known.location;
            Rc::ptr_eq(&location.source, source) && location.span == name.span
        });
        if stands && !found.contains(&name.name) && closes(definitions, &name.name, &script, *value)
        {
            found.push(name.name.clone());
        }
    }
    found
}

/// The names that `source` defines as formulas of `answer`, the name of the last value: each changes
/// with every result.
pub fn followers(source: &Rc<Source>, answer: &str) -> Vec<Name> {
    if !source.text.contains(answer) {
        return Vec::new();
    }
    let Ok((script, _)) = crate::syntax::parse(source) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for id in &script.body {
        let StatementKind::Define(name, value) = &script.statement(*id).kind else {
            continue;
        };
        let mut stack = vec![*value];
        while let Some(id) = stack.pop() {
            if script.name_at(id).is_some_and(|used| &**used == answer) {
                found.push(name.name.clone());
                break;
            }
            script.expr(id).children(|child| stack.push(child));
        }
    }
    found
}
