//! The names of a script while it is parsed, each once.

use super::ast::{Name, NameId};
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

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
