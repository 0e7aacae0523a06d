//! The form of names, and the names of a script while it is parsed, each once.

use super::ast::{Name, NameId};
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;
use unicode_normalization::UnicodeNormalization;

/// The name of what an exercise leaves to be filled in.
pub const BLANK: &str = "???";

/// Names, in the order in which they were first met.
#[derive(Default)]
pub(crate) struct Names(IndexSet<Name, FxBuildHasher>);

impl Names {
    /// The name that `word` is.
    pub fn id(&mut self, word: &str) -> NameId {
        let known = self.0.get_index_of(word);
        NameId(known.unwrap_or_else(|| self.0.insert_full(word.into()).0) as u32)
    }

    /// The text of a name.
    pub fn name(&self, id: NameId) -> &Name {
        &self.0[id.0 as usize]
    }

    /// All of them.
    pub fn into_list(self) -> Vec<Name> {
        self.0.into_iter().collect()
    }
}

/// The longest name: longer ones would only make messages unreadable. What counts is the name as it is
/// kept and printed, in normal form, which may be longer or shorter than it was written.
pub(crate) const LONGEST_NAME: usize = 256;

/// True if `word`, a run of letters, digits and marks, may be a name.
pub(super) fn is_name(word: &str) -> bool {
    if word.is_ascii() {
        return word.len() <= LONGEST_NAME;
    }
    normalised(word).len() <= LONGEST_NAME
        && !word.chars().any(|c| is_superscript_letter(c) || is_wide(c))
}

/// NFC, with the micro sign as the letter μ it stands for.
pub(crate) fn normalised(word: &str) -> String {
    word.nfc()
        .map(|c| if c == '\u{b5}' { 'μ' } else { c })
        .collect()
}

/// True of small raised letters such as ᵀ and ⁿ.
pub(crate) fn is_superscript_letter(c: char) -> bool {
    matches!(c,
        'ª' | 'º' | 'ⁱ' | 'ⁿ' | 'ⱽ' | 'ᵸ'
        | '\u{2b0}'..='\u{2b8}' | '\u{2e0}'..='\u{2e4}'
        | '\u{1d2c}'..='\u{1d61}' | '\u{1d9b}'..='\u{1dbf}')
}

/// True of full-width twins of ASCII characters.
pub(crate) fn is_wide(c: char) -> bool {
    matches!(c, '\u{ff01}'..='\u{ff5e}')
}
