//! The dimmed hint after the cursor.

use crate::assist::hint::{InputHint, hint};
use crate::number;
use crate::render::Style;
use crate::session::Session;

/// The hint for a line with the cursor at its end; commands have none.
pub fn text(session: &Session, line: &str, style: &Style) -> Option<String> {
    if line.trim_start().starts_with(':') {
        return None;
    }
    let (arrow, dots) = if style.ascii {
        ("->", "...")
    } else {
        ("→", "…")
    };
    let said = match hint(session, line)? {
        InputHint::Signature(signature) => signature,
        InputHint::Circular(name) => format!("{arrow} circular: write {name} := {dots}"),
        InputHint::Value(value) => {
            let value = number::inline(&value, style.digits);
            match style.ascii {
                true => format!("{arrow} {}", value.replace('×', "x")),
                false => format!("{arrow} {value}"),
            }
        }
    };
    Some(format!("   {said}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn signatures_and_values() {
        let mut session = Session::default();
        let definitions = Source::new("test", "w = 3; f(x, y) = x*y");
        session.run_source(&definitions, &mut |_| {}).expect("runs");
        let shown = |line: &str| text(&session, line, &Style::default());
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
