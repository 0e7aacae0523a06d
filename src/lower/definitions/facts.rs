//! Facts about inputs, as the user states them by `assume`.

use super::Definitions;
use super::changes::Change;
use crate::proof::Facts;
use crate::syntax::ast::Name;
use std::rc::Rc;

impl Definitions {
    /// The facts about the input `name`.
    pub fn facts(&self, name: &str) -> Option<&Facts> {
        self.facts.get(name).map(|known| &**known)
    }

    /// All that is said, in the order in which it was.
    pub fn stated(&self) -> impl Iterator<Item = (&Name, &Facts)> {
        self.facts.iter().map(|(name, facts)| (name, &**facts))
    }

    /// Says this of `name`, and nothing else; no facts take back what was said.
    pub fn state(&mut self, name: &Name, facts: Facts) {
        let before = match facts.is_empty() {
            true => self.facts.shift_remove(name),
            false => self.facts.insert(name.clone(), Rc::new(facts)),
        };
        self.epoch += 1;
        self.log.push(Change::Facts(name.clone(), before));
    }
}
