//! The names of a script while it is parsed, each once.

use super::ast::{Name, NameId};
use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;

/// Names, in the order in which they were first met.
#[derive(Default)]
pub(crate) struct Names {
    list: Vec<Name>,
    table: HashTable<Entry>,
}

/// A name with enough of its hash that growing the table need not look at texts.
struct Entry {
    id: u32,
    hash: u32,
}

impl Entry {
    /// The hash the table sees: what was kept, spread over all bits again.
    fn spread(hash: u32) -> u64 {
        u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

impl Names {
    /// The name that `word` is.
    pub fn id(&mut self, word: &str) -> NameId {
        let hash = FxBuildHasher.hash_one(word) as u32;
        let list = &mut self.list;
        let entry = self.table.entry(
            Entry::spread(hash),
            |known| known.hash == hash && *list[known.id as usize] == *word,
            |known| Entry::spread(known.hash),
        );
        let entry = entry.or_insert_with(|| {
            let id = list.len() as u32;
            list.push(word.into());
            Entry { id, hash }
        });
        NameId(entry.get().id)
    }

    /// The text of a name.
    pub fn name(&self, id: NameId) -> &Name {
        &self.list[id.0 as usize]
    }

    /// All of them.
    pub fn into_list(self) -> Vec<Name> {
        self.list
    }
}
