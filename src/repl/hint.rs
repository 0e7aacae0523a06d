//! What stands dimmed behind the cursor: the signature of the function whose arguments are being
//! typed, or the value of what is there so far.

use crate::lower::SPECIAL;
use crate::primitives;
use crate::render::{Style, number};
use crate::session::Session;

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

/// The function whose argument list is not closed.
fn open_call(line: &str) -> Option<&str> {
    let mut open: Vec<(char, usize)> = Vec::new();
    let mut in_text = false;
    for (at, c) in line.char_indices() {
        match c {
            '"' => in_text = !in_text,
            '#' if !in_text => return None,
            '(' | '[' | '{' if !in_text => open.push((c, at)),
            ')' | ']' | '}' if !in_text => {
                open.pop();
            }
            _ => {}
        }
    }
    let (bracket, at) = *open.last()?;
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
    if let Some((_, form)) = SPECIAL.iter().find(|(special, _)| *special == name) {
        return Some((*form).to_string());
    }
    let forms: Vec<String> = primitives::named(name)
        .iter()
        .map(|row| row.signature().replacen(row.name, name, 1))
        .collect();
    (!forms.is_empty()).then(|| forms.join(" or "))
}

fn value(session: &Session, line: &str, style: &Style) -> Option<String> {
    let value = session.preview(line)?;
    let arrow = if style.ascii { "->" } else { "→" };
    let text = number::inline(&value, style.digits);
    let text = if style.ascii {
        text.replace('×', "x")
    } else {
        text
    };
    Some(format!("   {arrow} {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn signatures_and_values() {
        let mut session = Session::default();
        let text = Source::new("test", "w = 3; f(x, y) = x*y");
        session.run(&text, &mut |_| {}).expect("runs");
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
        assert_eq!(shown(":help f("), None);
        assert_eq!(shown("print \"f(\", w"), None);
    }
}
