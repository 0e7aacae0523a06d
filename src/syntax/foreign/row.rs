//! The type of a row of the tables.

/// A word of other languages.
#[derive(Debug)]
pub struct Foreign {
    /// Its spellings.
    pub names: &'static [&'static str],
    /// The text that certainly can stand in its place, if there is one.
    pub instead: Option<&'static str>,
    /// The advice, in words.
    pub advice: &'static str,
}

impl Foreign {
    pub(super) const fn other(names: &'static [&'static str], advice: &'static str) -> Foreign {
        Foreign {
            names,
            instead: None,
            advice,
        }
    }

    /// A row whose replacement stands in the same place, with the same arguments.
    pub(super) const fn renamed(
        names: &'static [&'static str],
        instead: &'static str,
        advice: &'static str,
    ) -> Foreign {
        Foreign {
            names,
            instead: Some(instead),
            advice,
        }
    }
}
