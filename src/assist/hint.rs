//! A hint for an input that is being typed: the signature of the function whose arguments are being
//! written, or the value of what is there so far.

use super::circle;
use crate::graph::Tensor;
use crate::primitives;
use crate::session::Session;
use crate::source::Source;
use crate::syntax::ast::{Name, StatementKind};
use crate::syntax::special::Special;
use std::rc::Rc;

/// Bytes of the longest line that gets a hint.
const LONGEST: usize = 400;

/// A hint about an unfinished input.
#[derive(Clone, Debug, PartialEq)]
pub enum InputHint {
    /// The forms of the function whose arguments are being written.
    Signature(String),
    /// The value of the formula.
    Value(Tensor),
    /// The name that would be defined by itself, and have no value.
    Circular(Name),
}

/// The hint for a text with the cursor at its end.
///
/// ```
/// use wengert::assist::hint::{InputHint, hint};
/// use wengert::session::Session;
///
/// let shown = hint(&Session::default(), "1 + clamp(2, ");
/// assert_eq!(shown, Some(InputHint::Signature("clamp(x, lo, hi)".into())));
/// ```
pub fn hint(session: &Session, line: &str) -> Option<InputHint> {
    if line.len() > LONGEST || line.trim().is_empty() {
        return None;
    }
    match open_call(line) {
        Some(function) => signature(session, function).map(InputHint::Signature),
        None => match circular(session, line) {
            Some(name) => Some(InputHint::Circular(name)),
            None => session.preview(line).map(InputHint::Value),
        },
    }
}

/// The brackets that are not closed, and where they stand.
pub fn open_brackets(text: &str) -> Vec<(char, usize)> {
    let mut open: Vec<(char, usize)> = Vec::new();
    let mut in_text = false;
    let mut in_comment = false;
    for (at, c) in text.char_indices() {
        match c {
            '\n' => (in_text, in_comment) = (false, false),
            _ if in_comment => {}
            '"' => in_text = !in_text,
            '#' if !in_text => in_comment = true,
            '(' | '[' | '{' if !in_text => open.push((c, at)),
            ')' | ']' | '}' if !in_text => {
                open.pop();
            }
            _ => {}
        }
    }
    open
}

/// The function whose argument list is not closed.
pub(super) fn open_call(line: &str) -> Option<&str> {
    let last = line.rsplit('\n').next().unwrap_or(line);
    if last.contains('#') {
        return None;
    }
    let (bracket, at) = *open_brackets(line).last()?;
    let before = &line[..at];
    let start = before
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_alphanumeric() || *c == '_')
        .last()?
        .0;
    (bracket == '(').then_some(&before[start..])
}

/// The forms of a function, the user's or a built-in one.
pub fn signature(session: &Session, name: &str) -> Option<String> {
    if let Some(function) = session.definitions().function(name) {
        return Some(function.signature());
    }
    if let Some(special) = Special::named(name) {
        return Some(special.row().signature.to_string());
    }
    let forms: Vec<String> = primitives::named(name)
        .iter()
        .map(|row| row.signature().replacen(row.name, name, 1))
        .collect();
    (!forms.is_empty()).then(|| forms.join(" or "))
}

/// The name that a line would define by itself.
fn circular(session: &Session, line: &str) -> Option<Name> {
    if !line.contains('=') {
        return None;
    }
    let (script, _) = crate::syntax::parse(&Source::new("<hint>", line)).ok()?;
    let script = Rc::new(script);
    let [only] = script.body.as_slice() else {
        return None;
    };
    let StatementKind::Define(name, value) = &script.statement(*only).kind else {
        return None;
    };
    circle::closes(session.definitions(), &name.name, &script, *value).then(|| name.name.clone())
}
