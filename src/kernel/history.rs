//! The texts that ran, as a notebook asks for them.

use serde_json::{Value, json};
use std::collections::HashSet;

/// The answer to a `history_request` about these texts.
pub fn recall(texts: &[String], asked: &Value) -> Value {
    let lines = texts.iter().zip(1..);
    let lines = lines.map(|(text, line)| json!([0, line, text]));
    let all: Vec<Value> = match asked["hist_access_type"].as_str() {
        Some("range") => {
            // Sessions are numbered from this one backwards; there is no other.
            let (from, to) = (asked["start"].as_u64(), asked["stop"].as_u64());
            let (from, to) = (
                from.unwrap_or(1).max(1) as usize - 1,
                to.unwrap_or(u64::MAX),
            );
            let some = asked["session"].as_i64().unwrap_or(0) == 0;
            let most = (to as usize).saturating_sub(from + 1);
            lines.skip(from).take(if some { most } else { 0 }).collect()
        }
        Some("search") => {
            let pattern = asked["pattern"].as_str().unwrap_or("*");
            let found = lines.filter(|line| matches(pattern, line[2].as_str().unwrap_or("")));
            let mut found: Vec<Value> = found.collect();
            if asked["unique"].as_bool().unwrap_or(false) {
                let mut seen = HashSet::new();
                found.reverse();
                found.retain(|line| seen.insert(line[2].to_string()));
                found.reverse();
            }
            found
        }
        _ => lines.collect(),
    };
    let most = asked["n"].as_u64().map_or(all.len(), |n| n as usize);
    let history = &all[all.len().saturating_sub(most)..];
    let bare = history.iter().map(|line| match asked["output"].as_bool() {
        Some(true) => json!([line[0], line[1], [line[2], null]]),
        _ => line.clone(),
    });
    json!({"status": "ok", "history": bare.collect::<Vec<_>>()})
}

/// True if a text fits a pattern in which `*` stands for anything and `?` for one character.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    // The places in the pattern that can be reached after each character of the text.
    let closed = |mut places: Vec<bool>| {
        for k in 0..pattern.len() {
            places[k + 1] |= places[k] && pattern[k] == '*';
        }
        places
    };
    let mut places = vec![false; pattern.len() + 1];
    places[0] = true;
    let mut places = closed(places);
    for c in text {
        let mut next = vec![false; pattern.len() + 1];
        for k in 0..pattern.len() {
            next[k] |= places[k] && pattern[k] == '*';
            next[k + 1] |= places[k] && (pattern[k] == '?' || pattern[k] == c);
        }
        places = closed(next);
    }
    places[pattern.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_the_history() {
        for (pattern, text, fits) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abb", false),
            ("?", "ŷ", true),
            ("*x*", "2*x + 1", true),
            ("", "x", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
