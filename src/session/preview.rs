//! The value of a formula that is still being typed.

use super::Session;
use super::evaluate::formula;
use crate::graph::{Graph, Tensor};
use crate::lower::{Limits, Lowerer};
use crate::source::Source;
use crate::stop::StopToken;
use crate::syntax::ast::{ExprKind, Show, StatementKind};
use crate::world::Sandbox;
use std::rc::Rc;

/// Bytes of the longest text that is previewed.
const LONGEST: usize = 400;

impl Session {
    /// The value of `text` if it is one formula, or the definition of one, that is cheap to compute,
    /// touches no files and draws no random numbers without a seed. Changes nothing: it keeps no
    /// value, notes no draw, and neither obeys nor clears a stop request of the session.
    pub fn preview(&self, text: &str) -> Option<Tensor> {
        if text.len() > LONGEST {
            return None;
        }
        let source = Source::new("<preview>", text);
        let (script, _) = crate::syntax::parse(&source).ok()?;
        let [only] = script.body.as_slice() else {
            return None;
        };
        let expr = match &script.statement(*only).kind {
            StatementKind::Show(Show::Value, outputs, tail) => match outputs.as_slice() {
                [output] if tail.at.is_empty() => *output,
                _ => return None,
            },
            StatementKind::Define(_, value) => *value,
            _ => return None,
        };
        if matches!(script.expr(expr).kind, ExprKind::Number(_))
            || !self.unseeded(&script).is_empty()
        {
            return None;
        }
        // A stop of the session is not meant for its previews.
        let _entered = StopToken::default().enter();
        let world = Sandbox::default();
        let graph = Graph::new();
        let mut lowerer =
            Lowerer::for_preview(&graph, &self.definitions, Limits::PREVIEW).in_world(&world);
        let node = lowerer.lower(&formula(&Rc::new(script), expr)).ok()?;
        lowerer.value(node).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_cheap() {
        let mut session = Session::default();
        let define = Source::new("<test>", "w = 3; f(x) = x^2; u = f(w)");
        session.run_source(&define, &mut |_| {}).expect("runs");
        let value = |text: &str| session.preview(text)?.as_scalar();
        assert_eq!(value("f(w) + 1"), Some(10.0));
        assert_eq!(value("v = u + 1"), Some(10.0));
        assert_eq!(value("grad(u, w)"), Some(6.0));
        for text in [
            "3",
            "w; u",
            "w := 3",
            "nowhere",
            "w +",
            "sum(ones(300, 300))",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
        assert_eq!(value("iterate(f, w, 1000000)"), None);
        assert_eq!(value("read(\"Cargo.toml\")[1]"), None);
    }
}
