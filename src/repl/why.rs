//! `:why`: how one number of the last trace came about.

use super::Repl;
use super::command::Next;
use crate::assist::why::{explain, symbol};

/// `:why a4`, `:why da4`, `:why ba4`, `:why L`
pub fn run(repl: &mut Repl, argument: &str) -> Next {
    let text = match &repl.trace {
        _ if argument.is_empty() => {
            "say which number: `:why a2` for a value of the last trace, `:why da2` for a tangent, `:why ba2` for an adjoint\n".into()
        }
        None => "`:why` is about the last trace: `trace L wrt w` makes one\n".into(),
        Some(trace) => match symbol(trace, argument) {
            Some((role, line)) => explain(trace, role, line, &repl.style()),
            None => format!(
                "the last trace has no `{argument}`: its values are a1 to a{0}, its tangents da1 to da{0}, \
                 its adjoints ba1 to ba{0}\n",
                trace.lines.len()
            ),
        },
    };
    repl.say(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contributions_with_numbers() {
        let (mut repl, shown) = Repl::captured("w = 3; x = 2; L = w*x + sin(w)");
        run(&mut repl, "a1");
        assert!(shown.take().starts_with("`:why` is about the last trace"));
        repl.evaluate("trace L wrt w");
        shown.take();
        run(&mut repl, "ba1");
        assert_eq!(
            shown.take(),
            "\
ā₁ = ∂L/∂a₁
  ā₁ = ā₃·a₂ + ā₄·cos(a₁)
     = 1·2 + 1·cos(3)
                 2   ā₃·a₂        by way of a₃
         -0.989992   ā₄·cos(a₁)   by way of a₄
     = 1.01001
"
        );
        run(&mut repl, "ȧ₃");
        let text = shown.take();
        assert!(
            text.contains("ȧ₃ = ȧ₁·a₂ + a₁·ȧ₂\n     = 1·2 + 3·0\n"),
            "{text}"
        );
        run(&mut repl, "L");
        let text = shown.take();
        assert!(
            text.starts_with("a₅: L = w*x + sin(w)\n  a₅ = a₃ + a₄\n     = 6 + 0.14112\n"),
            "{text}"
        );
        run(&mut repl, "a9");
        let text = shown.take();
        assert!(text.contains("a1 to a5"), "{text}");
    }
}
