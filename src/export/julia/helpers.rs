//! The functions that a module brings along: those that Julia lacks, or has with other values.

static HELPERS: &str = include_str!("helpers.jl");

/// Names and texts of all functions. Two blank lines stand between them.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    HELPERS.split("\n\n\n").filter_map(|text| {
        let text = text.trim_matches('\n');
        let (_, rest) = text.split_once("function ")?;
        let (name, _) = rest.split_once('(')?;
        Some((name, text))
    })
}

/// True if `text` calls `name`, with a dot or without, or hands it over as the first argument.
pub fn mentions(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let before = text[..at].chars().next_back();
        let rest = &text[at + name.len()..];
        let ends = ["(", ".(", ","].iter().any(|end| rest.starts_with(end));
        ends && !before.is_some_and(|c| is_part(c) || c == '.')
    })
}

/// The functions that `code` calls, and those that they call, in the order of the file.
pub fn needed(code: &str) -> Vec<&'static str> {
    let all: Vec<_> = all().collect();
    let mut wanted: Vec<bool> = all.iter().map(|(name, _)| mentions(code, name)).collect();
    let mut again = true;
    while std::mem::take(&mut again) {
        for k in 0..all.len() {
            if !wanted[k] {
                let calls =
                    |(other, wanted): (&(_, &str), &bool)| *wanted && mentions(other.1, all[k].0);
                wanted[k] = all.iter().zip(&wanted).any(calls);
                again |= wanted[k];
            }
        }
    }
    let kept = all.into_iter().zip(wanted).filter(|(_, wanted)| *wanted);
    kept.map(|((_, text), _)| text).collect()
}
