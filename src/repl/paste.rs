//! Pasted text: what was copied from a session or from the README is typed without its prompts and
//! without what was shown.

/// The inputs that a text holds. With prompts in it, those behind the prompts; else the text itself,
/// without lines that only show a derivative.
pub fn inputs(text: &str) -> Vec<String> {
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

/// Several lines without those that `derive` wrote: `∂L/∂w = …`, and what it counted.
fn without_results(text: &str) -> String {
    if !text.contains('\n') {
        return text.to_owned();
    }
    let is_result = |line: &&str| {
        let line = line.trim_start();
        line.starts_with('∂') && line.contains(" = ")
    };
    let kept: Vec<&str> = text.lines().filter(|line| !is_result(line)).collect();
    kept.join("\n")
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
    }
}
