//! Lines of code, broken as formatters break them.

/// The longest line.
pub const WIDTH: usize = 88;

/// `open` items `close` on one line where that fits behind `indent` columns, else one item a line.
pub fn bracketed(indent: usize, open: &str, items: &[String], close: &str) -> Vec<String> {
    let joined = items.join(", ");
    let is_tuple = items.len() == 1 && open.split(' ').next_back() == Some("(");
    let comma = if is_tuple { "," } else { "" };
    let line = format!("{open}{joined}{comma}{close}");
    if items.is_empty() || (indent + line.chars().count() <= WIDTH && !line.contains('\n')) {
        return vec![line];
    }
    let mut lines = vec![open.trim_end().to_string()];
    for item in items {
        let mut parts = item.lines().map(|line| format!("    {line}"));
        let mut last = parts.next_back().unwrap_or_default();
        lines.extend(parts);
        last.push(',');
        lines.push(last);
    }
    lines.push(close.to_string());
    lines
}

/// `before` and an expression behind it, broken where it does not fit behind `indent` columns.
pub fn statement(indent: usize, before: &str, text: &str) -> Vec<String> {
    let line = format!("{before}{text}");
    if indent + line.chars().count() <= WIDTH {
        return vec![line];
    }
    let Some((open, items)) = arguments(text) else {
        return vec![format!("{before}("), format!("    {text}"), ")".to_string()];
    };
    let inner = items.join(", ");
    if indent + 4 + inner.chars().count() <= WIDTH {
        return vec![
            format!("{before}{open}("),
            format!("    {inner}"),
            ")".to_string(),
        ];
    }
    bracketed(indent, &format!("{before}{open}("), &items, ")")
}

/// The function and the arguments of a text that is one call.
fn arguments(text: &str) -> Option<(&str, Vec<String>)> {
    let (open, rest) = text.split_once('(')?;
    let named = open
        .chars()
        .all(|c| c.is_alphanumeric() || "_.".contains(c));
    let mut items = vec![String::new()];
    let mut depth = 0;
    for (at, c) in rest.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => {
                // The call ends here, or it is part of something larger.
                return (named && at + 1 == rest.len()).then_some((open, items));
            }
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(String::new());
                continue;
            }
            _ => {}
        }
        let item = items.last_mut()?;
        if !(item.is_empty() && c == ' ') {
            item.push(c);
        }
    }
    None
}

/// A call with one list as its argument: `np.array([[1.0], [2.0]])`.
pub fn call_of_list(indent: usize, open: &str, items: &[String], close: &str) -> Vec<String> {
    let line = format!("{open}([{}]){close}", items.join(", "));
    if indent + line.chars().count() <= WIDTH {
        return vec![line];
    }
    let inner = bracketed(indent + 4, "[", items, "]");
    let mut lines = vec![format!("{open}(")];
    lines.extend(inner.into_iter().map(|line| format!("    {line}")));
    lines.push(format!("){close}"));
    lines
}

/// A row of a matrix, as an item of a list that stands `indent` columns in.
pub fn row(indent: usize, entries: &[String]) -> String {
    bracketed(indent, "[", entries, "]").join("\n")
}

/// A text as a literal.
pub fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('\n', "\\n");
    match escaped.contains('"') {
        true if !escaped.contains('\'') => format!("'{escaped}'"),
        _ => format!("\"{}\"", escaped.replace('"', "\\\"")),
    }
}

/// A finite number, with all its digits, and so that it is no whole number to Python or C.
pub fn double(x: f64) -> String {
    let text = format!("{x:?}");
    match text.split_once('e') {
        None => text,
        Some((digits, exponent)) => {
            let digits = if digits.contains('.') {
                digits.to_string()
            } else {
                format!("{digits}.0")
            };
            let (sign, power) = match exponent.strip_prefix('-') {
                Some(power) => ("-", power),
                None => ("+", exponent),
            };
            let sign = if sign == "+" { "" } else { sign };
            format!("{digits}e{sign}{power}")
        }
    }
}
