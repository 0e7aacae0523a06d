//! What stands dimmed behind the cursor: the signature of the function whose arguments are being
//! typed, or the value of what is there so far.

use super::circle;
use crate::primitives;
use crate::render::{Style, number};
use crate::session::Session;
use crate::source::Source;
use crate::syntax::ast::{Name, StatementKind};
use crate::syntax::special::Special;
use std::rc::Rc;

/// Bytes of the longest line that gets a hint.
const LONGEST: usize = 400;

/// The hint for a line with the cursor at its end.
pub fn hint(session: &Session, line: &str, style: &Style) -> Option<String> {
    if line.len() > LONGEST || line.trim().is_empty() || line.trim_start().starts_with(':') {
        return None;
    }
    match open_call(line) {
        Some(function) => signature(session, function).map(|text| format!("   {text}")),
        None => value(session, line, style),
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
fn open_call(line: &str) -> Option<&str> {
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

fn signature(session: &Session, name: &str) -> Option<String> {
    if let Some(function) = session.definitions().function(name) {
        let names: Vec<&str> = function.parameters.iter().map(|p| &*p.name).collect();
        return Some(format!("{name}({})", names.join(", ")));
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

fn value(session: &Session, line: &str, style: &Style) -> Option<String> {
    let arrow = if style.ascii { "->" } else { "→" };
    if let Some(name) = circular(session, line) {
        let dots = if style.ascii { "..." } else { "…" };
        return Some(format!("   {arrow} circular: write {name} := {dots}"));
    }
    let value = session.preview(line)?;
    let text = number::inline(&value, style.digits);
    let text = if style.ascii {
        text.replace('×', "x")
    } else {
        text
    };
    Some(format!("   {arrow} {text}"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_and_values() {
        let mut session = Session::default();
        let text = Source::new("test", "w = 3; f(x, y) = x*y");
        session.run_source(&text, &mut |_| {}).expect("runs");
        let shown = |line: &str| hint(&session, line, &Style::default());
        assert_eq!(shown("f(1, ").as_deref(), Some("   f(x, y)"));
        assert_eq!(shown("1 + clamp(w, [1").as_deref(), None);
        assert_eq!(
            shown("1 + clamp(w, ").as_deref(),
            Some("   clamp(x, lo, hi)")
        );
        assert_eq!(shown("ln(").as_deref(), Some("   ln(x)"));
        assert_eq!(shown("grad(w").as_deref(), Some("   grad(L, w)"));
        assert_eq!(shown("w^2").as_deref(), Some("   → 9"));
        assert_eq!(shown("u = f(w, 2)").as_deref(), Some("   → 6"));
        assert_eq!(
            shown("w = w - 0.1*grad(w^2, w)").as_deref(),
            Some("   → circular: write w := …")
        );
        assert_eq!(shown(":help f("), None);
        assert_eq!(shown("print \"f(\", w"), None);
    }
}
