//! Phrases that messages share.

/// `1 argument`, `2 arguments`, `3 entries`, `4 passes`.
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        return format!("{count} {noun}");
    }
    let letters: Vec<char> = noun.chars().rev().take(2).collect();
    match letters[..] {
        ['y', before] if !"aeiou".contains(before) => {
            format!("{count} {}ies", &noun[..noun.len() - 1])
        }
        ['s', ..] => format!("{count} {noun}es"),
        _ => format!("{count} {noun}s"),
    }
}

/// A number of bytes for people.
pub fn bytes(count: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match UNITS.iter().find(|(size, _)| count >= *size) {
        Some((size, unit)) => format!("{} {unit}", count / size),
        None => format!("{count} bytes"),
    }
}

/// The candidate that looks most like `name`, if any is close; among equals the first in the alphabet.
pub fn did_you_mean<'n>(name: &str, candidates: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let longest = |candidate: &str| name.chars().count().max(candidate.chars().count());
    let scored = candidates.filter(|candidate| *candidate != name);
    let scored = scored.filter_map(|candidate| {
        // Letters of another case are the smallest mistake; otherwise one in three may be wrong.
        if candidate.to_lowercase() == name.to_lowercase() {
            return Some((1, candidate));
        }
        let mistakes = strsim::damerau_levenshtein(name, candidate);
        let allowed = match longest(candidate) {
            1 => 0,
            letters => (letters / 3).max(1),
        };
        (mistakes <= allowed).then_some((2 * mistakes, candidate))
    });
    scored.min().map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals() {
        let several = |noun| counted(2, noun);
        assert_eq!(several("array"), "2 arrays");
        assert_eq!(several("entry"), "2 entries");
        assert_eq!(several("pass"), "2 passes");
        assert_eq!(counted(1, "pass"), "1 pass");
    }

    #[test]
    fn near_names_are_found() {
        let near = |name| did_you_mean(name, ["width", "w", "W", "sigmoid"].into_iter());
        assert_eq!(near("widht"), Some("width"));
        assert_eq!(near("Sigmoid"), Some("sigmoid"));
        assert_eq!(near("W"), Some("w"));
        assert_eq!(near("x"), None);
        assert_eq!(near("softmax"), None);
    }
}
