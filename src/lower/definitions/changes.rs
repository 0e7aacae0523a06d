//! Changes of definitions: kept in a log until the statement has succeeded, and in journals for `:undo`.

use super::{Definitions, Finder, Function, Meaning, Ordered, Variable};
use crate::graph::Tensor;
use crate::proof::Facts;
use crate::syntax::ast::Name;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// The definition that a change replaced: what undoing it puts back.
#[derive(Debug)]
pub(super) enum Change {
    /// A variable, and what it was before.
    Variable(Name, Option<Rc<Variable>>),
    /// A function, and what it was before.
    Function(Name, Option<Rc<Function>>),
    /// The facts about an input, and those before.
    Facts(Name, Option<Rc<Facts>>),
    /// Entries of an input, and what they were before.
    Entries(Name, Vec<(usize, f64)>),
}

/// The definitions that one input of an interactive session replaced: for every changed name, what that
/// name was before. It grows with the names, not with the number of changes.
#[derive(Debug, Default)]
pub(super) struct Journal {
    pub variables: FxHashMap<Name, Option<Rc<Variable>>>,
    pub functions: FxHashMap<Name, Option<Rc<Function>>>,
    pub facts: FxHashMap<Name, Option<Rc<Facts>>>,
}

impl Journal {
    fn is_empty(&self) -> bool {
        self.variables.is_empty() && self.functions.is_empty() && self.facts.is_empty()
    }
}

/// The number of inputs that can be undone.
const JOURNALS: usize = 100;

impl Definitions {
    /// The number of changes so far: a point to come back to.
    pub fn mark(&self) -> usize {
        self.log.len()
    }

    /// Undoes all changes since `mark`.
    pub fn roll_back(&mut self, mark: usize) {
        if self.log.len() > mark {
            self.epoch += 1;
            self.finder = Finder::default();
        }
        while self.log.len() > mark {
            match self.log.pop() {
                Some(Change::Variable(name, before)) => put(&mut self.variables, name, before),
                Some(Change::Function(name, before)) => put(&mut self.functions, name, before),
                Some(Change::Facts(name, before)) => put(&mut self.facts, name, before),
                Some(Change::Entries(name, before)) => {
                    // A shared value is copied, so that other holders keep what they have.
                    let variable = self.variables.get_mut(&name).map(Rc::make_mut);
                    if let Some(Meaning::Input(input)) = variable.map(|known| &mut known.meaning)
                        && let Some(value) = input.value.get_mut()
                    {
                        let data = Rc::make_mut(value).data_mut();
                        before.into_iter().for_each(|(at, x)| data[at] = x);
                    }
                }
                None => break,
            }
        }
    }

    /// Gives an input the value that the rounds of a loop have reached: these are over, so undoing the one
    /// under way does not take it back.
    pub fn settle(&mut self, name: &Name, value: Rc<Tensor>) {
        let Some(location) = self.variable(name).map(|known| known.location.clone()) else {
            return;
        };
        self.store(name, value, location);
        self.log.pop();
    }

    /// Makes the changes so far last: only [`Definitions::undo`] takes them back.
    pub fn commit(&mut self) {
        let Some(journal) = self.journals.back_mut() else {
            self.log.clear();
            return;
        };
        for change in self.log.drain(..) {
            match change {
                Change::Variable(name, before) => {
                    journal.variables.entry(name).or_insert(before);
                }
                Change::Function(name, before) => {
                    journal.functions.entry(name).or_insert(before);
                }
                Change::Facts(name, before) => {
                    journal.facts.entry(name).or_insert(before);
                }
                // The journal knows the whole from before.
                Change::Entries(..) => {}
            }
        }
    }

    /// From here on, until the next checkpoint, changes are undone together.
    pub fn checkpoint(&mut self) {
        if self.journals.back().is_some_and(Journal::is_empty) {
            return;
        }
        if self.journals.len() == JOURNALS {
            self.journals.pop_front();
        }
        self.journals.push_back(Journal::default());
    }

    /// Takes the changes since the last checkpoint that saw any back; the names they concern, in
    /// order. `None` where there is nothing to undo.
    pub fn undo(&mut self) -> Option<Vec<Name>> {
        self.finder = Finder::default();
        loop {
            let journal = self.journals.pop_back()?;
            let mut names: Vec<Name> = journal.variables.keys().cloned().collect();
            names.extend(journal.functions.keys().cloned());
            names.extend(journal.facts.keys().cloned());
            for (name, before) in journal.variables {
                put(&mut self.variables, name, before);
            }
            for (name, before) in journal.functions {
                put(&mut self.functions, name, before);
            }
            for (name, before) in journal.facts {
                put(&mut self.facts, name, before);
            }
            if !names.is_empty() {
                names.sort();
                names.dedup();
                return Some(names);
            }
        }
    }

    /// Forgets every name; one change that can be undone.
    pub fn clear(&mut self) {
        self.finder = Finder::default();
        for (name, before) in std::mem::take(&mut self.variables) {
            if before.is_implicit() {
                continue;
            }
            self.log.push(Change::Variable(name, Some(before)));
        }
        for (name, before) in std::mem::take(&mut self.functions) {
            self.log.push(Change::Function(name, Some(before)));
        }
        for (name, before) in std::mem::take(&mut self.facts) {
            self.log.push(Change::Facts(name, Some(before)));
        }
        self.commit();
    }

    /// Replaces single entries of an input in place; false if the old value is still needed elsewhere.
    pub fn replace_entries(&mut self, name: &Name, entries: &[(usize, f64)]) -> bool {
        let journal = self.journals.back();
        if journal.is_some_and(|journal| !journal.variables.contains_key(name)) {
            // An undo will want the whole.
            return false;
        }
        let Some(value) = self.value_mut(name) else {
            return false;
        };
        let data = value.data_mut();
        let exchanged = entries
            .iter()
            .map(|&(at, x)| (at, std::mem::replace(&mut data[at], x)));
        let mut before: Vec<(usize, f64)> = exchanged.collect();
        before.reverse();
        self.log.push(Change::Entries(name.clone(), before));
        true
    }

    /// The value of an input, if it is not shared.
    fn value_mut(&mut self, name: &Name) -> Option<&mut Tensor> {
        let variable = Rc::get_mut(self.variables.get_mut(name)?)?;
        match &mut variable.meaning {
            // A value that can be computed again must not differ from what that would give.
            Meaning::Input(input) if input.source.is_none() => Rc::get_mut(input.value.get_mut()?),
            _ => None,
        }
    }
}

/// Gives `name` its former definition back, or none where it had none.
fn put<T>(known: &mut Ordered<T>, name: Name, before: Option<Rc<T>>) {
    match before {
        Some(before) => known.insert(name, before),
        // The latest definitions are last, so that this moves little.
        None => known.shift_remove(&name),
    };
}
