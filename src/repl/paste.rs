//! Pasted text: what was copied from a session or from the README is typed without its prompts and
//! without what was shown.

use crate::syntax::special::Special;

/// The inputs that a text holds. With prompts in it, those behind the prompts; else the text itself,
/// without lines that only show a derivative.
pub fn inputs(text: &str) -> Vec<String> {
    if text.lines().any(is_fence) {
        return inputs(&without_fences(text));
    }
    if !text.lines().any(|line| after_prompt(line).is_some()) {
        return vec![without_results(text)];
    }
    let mut inputs: Vec<String> = Vec::new();
    let mut typed = false;
    for line in text.lines() {
        if let Some(input) = after_prompt(line) {
            inputs.push(input.to_owned());
            typed = true;
        } else if let (true, Some(more), Some(last)) = (typed, after_mark(line), inputs.last_mut())
        {
            last.push('\n');
            last.push_str(more);
        } else {
            typed = false;
        }
    }
    inputs
}

/// True if a text holds a prompt, so that it is not typed but pasted.
pub fn holds_prompt(text: &str) -> bool {
    text.lines().any(|line| after_prompt(line).is_some())
}

fn after_prompt(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let rest = line.strip_prefix("» ");
    rest.or_else(|| (line.trim_end() == "»").then_some(""))
}

/// A further line of an input, as the editor marks it.
fn after_mark(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("… ")
}

/// Several lines without those that only show a result: a derivative, which nothing can define, and the
/// remarks below it, which are indented.
fn without_results(text: &str) -> String {
    if !text.contains('\n') {
        return text.to_owned();
    }
    let mut below_result = false;
    let shown = |line: &&str| {
        let result = is_result(line);
        // The editor takes the indentation of pasted lines for its margin.
        let indented = line.starts_with("  ") && !line.trim().is_empty();
        let remark = indented || line.starts_with("kink: ");
        below_result = result || is_count(line) || below_result && remark;
        !below_result
    };
    let kept: Vec<&str> = text.lines().filter(shown).collect();
    kept.join("\n")
}

/// `∂L/∂w = …`, `grad(L, w) = 10`, `f'(0) = 1`
fn is_result(line: &str) -> bool {
    let Some((left, _)) = line.trim_start().split_once(" = ") else {
        return false;
    };
    let name = left.split('(').next().unwrap_or("");
    let operator = Special::named(name).is_some_and(Special::is_derivative);
    left.starts_with('∂') || left.ends_with(')') && (operator || name.ends_with('\''))
}

/// `  3 operations (6 before simplifying)`
fn is_count(line: &str) -> bool {
    let mut words = line.trim_start().split(' ');
    let number = words.next().is_some_and(|word| word.parse::<u64>().is_ok());
    number && matches!(words.next(), Some("operation" | "operations"))
}

fn is_fence(line: &str) -> bool {
    line.trim_start().starts_with("```")
}

/// What stands in the fences of a text, without those that show results.
fn without_fences(text: &str) -> String {
    let single = text.lines().filter(|line| is_fence(line)).count() == 1;
    // Outside of all fences stands prose, unless a part of a block was copied.
    let mut kept = single;
    let mut inside = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if !is_fence(line) {
            lines.extend(kept.then_some(line));
            continue;
        }
        inside = !inside;
        let language = line.trim_start().trim_start_matches('`').trim();
        let language = language.split(' ').next().unwrap_or("");
        kept = single || inside && matches!(language, "wengert" | "repl" | "ad" | "");
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_typed_is_left() {
        let session = "    » w = 3; x = 2\n    » L = w*x\n    » L\n    L = 6\n    » repeat 2 {\n    …   w := w + 1\n    … }\n    … \n      2 rounds\n";
        assert_eq!(
            inputs(session),
            [
                "w = 3; x = 2",
                "L = w*x",
                "L",
                "repeat 2 {\n  w := w + 1\n}\n"
            ]
        );
        assert_eq!(inputs("» "), [""]);
        assert!(holds_prompt("  » w") && !holds_prompt("w = \"»\""));
    }

    #[test]
    fn what_was_shown_is_left_out() {
        assert_eq!(inputs("w = 3\n∂L/∂w = x*(w*x - y)\nw"), ["w = 3\nw"]);
        assert_eq!(inputs("∂L/∂w = 3"), ["∂L/∂w = 3"]);
        assert_eq!(inputs("x = 1"), ["x = 1"]);
        assert_eq!(
            inputs("derive L wrt w\n∂L/∂w = 2*w\n  3 operations (6 before simplifying)\nw"),
            ["derive L wrt w\nw"]
        );
        assert_eq!(inputs("w = 3\n3 operations\nw"), ["w = 3\nw"]);
        assert_eq!(
            inputs("t = 0\ngrad(relu(t), t)\ngrad(relu(t), t) = 0\n  kink: relu(t) at 0\nt"),
            ["t = 0\ngrad(relu(t), t)\nt"]
        );
        // Blocks are indented, too.
        assert_eq!(
            inputs("repeat 2 {\n  w := 1\n}"),
            ["repeat 2 {\n  w := 1\n}"]
        );
    }

    #[test]
    fn fences_are_left_out() {
        assert_eq!(inputs("```wengert\nw = 3\nw\n```"), ["w = 3\nw"]);
        assert_eq!(
            inputs("Some words.\n\n```wengert\nw = 3\n```\n\n```text\nw = 3\n```"),
            ["w = 3"]
        );
        assert_eq!(inputs("```repl\n» w = 3\n» w\nw = 3\n```"), ["w = 3", "w"]);
        assert_eq!(inputs("w = 3\n```"), ["w = 3"]);
        assert_eq!(inputs("```wengert"), [""]);
    }
}
