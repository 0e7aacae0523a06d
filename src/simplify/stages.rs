//! A formula after each rule that changed it.

use super::algebra::{Algebra, FormChange, Id};
use super::convert::Reading;
use super::improve::{improved, printed};
use super::parts::Outline;
use super::{
    Simplified, Size, TermOrder, Unwritable, WriteOptions, empty, over_index, relations, rules,
    spell,
};
use crate::graph::{Graph, NodeId};
use bumpalo::Bump;
use rustc_hash::FxHashMap;

/// Operations up to which a formula is shown after every rule.
const SHOWN: u64 = 400;

/// The node `root` in normal form, to which no rule is applied that rearranges it.
///
/// # Errors
/// The formula is too large, or one of its operations has no spelling in the language.
pub fn as_read(
    graph: &Graph,
    root: NodeId,
    options: &WriteOptions<'_>,
) -> Result<Simplified, Unwritable> {
    let mut found = Stages::read(graph, root, options, |_, _| {})?;
    found.truncate(1);
    found
        .pop()
        .map(|(_, formula)| formula)
        .ok_or(Unwritable::NoSpelling)
}

/// The node `root` in normal form, and after each rule that changes it from then on, with the names of the
/// rules. The last one is what [`write`](super::write) writes, up to the names of shared parts.
///
/// # Errors
/// The formula is too large, or one of its operations has no spelling in the language.
pub fn stages(
    graph: &Graph,
    root: NodeId,
    options: &WriteOptions<'_>,
) -> Result<Vec<Stage>, Unwritable> {
    Stages::read(graph, root, options, |stages, form| {
        stages.improve(graph, form)
    })
}

/// The rules that were applied, and the formula after them.
pub type Stage = (Vec<&'static str>, Simplified);

struct Stages<'s, 'a> {
    algebra: &'s mut Algebra<'a>,
    /// The forms so far, each with the rules that led to it.
    forms: Vec<(Vec<&'static str>, Id)>,
}

impl Stages<'_, '_> {
    fn read(
        graph: &Graph,
        root: NodeId,
        options: &WriteOptions<'_>,
        go_on: impl FnOnce(&mut Stages<'_, '_>, Id),
    ) -> Result<Vec<Stage>, Unwritable> {
        let named = |id: NodeId| (options.names)(id).is_some();
        if Outline::new(graph, root, named).size().tree > SHOWN {
            return Err(Unwritable::TooLarge);
        }
        let arena = Bump::new();
        let mut algebra = empty(&arena, graph, options);
        let reading = Reading {
            graph,
            atoms: &named,
            guards: options.guards,
        };
        reading.learn_names(&mut algebra, options.named, root);
        algebra.record.applied.clear();
        let form = reading.read(&mut algebra, root);
        let first = std::mem::take(&mut algebra.record.applied);
        algebra.record.changes = Some(Vec::new());
        let mut stages = Stages {
            algebra: &mut algebra,
            forms: vec![(first, form)],
        };
        go_on(&mut stages, form);
        let forms = stages.forms;
        algebra.record.changes = None;
        let mut found: Vec<Stage> = Vec::new();
        for (rules, form) in forms {
            let written = printed(&mut algebra, form);
            let written = rules::in_words(&mut algebra, written);
            let written = over_index(&mut algebra, written);
            let order = TermOrder::PositiveFirst;
            let size = Size::default();
            let formula = spell(&algebra, vec![(root, written)], options, size, order)?;
            match found.last_mut() {
                // A rule that only prepares another one changes nothing that is seen.
                Some((known, last)) if last.one_line() == formula.one_line() => known.extend(rules),
                _ => found.push((rules, formula)),
            }
        }
        Ok(found)
    }

    fn improve(&mut self, graph: &Graph, form: Id) {
        let better = improved(self.algebra, form);
        let mut whole = form;
        for FormChange { from, to, rule } in self.algebra.record.changes.take().unwrap_or_default()
        {
            let mut known = FxHashMap::from_iter([(from, to)]);
            let next = replaced(self.algebra, whole, &mut known);
            if next != whole && self.algebra.cost(next) <= self.algebra.cost(whole) {
                self.forms.push((vec![rule], next));
                whole = next;
            }
        }
        if whole != better {
            self.forms.push((Vec::new(), better));
        }
        if let Some(shorter) = relations::shorter_by_definition(self.algebra, graph, better) {
            self.forms.push((vec![relations::RULE], shorter));
        }
    }
}

/// `id` with the formulas in `known` replaced.
fn replaced(algebra: &mut Algebra, id: Id, known: &mut FxHashMap<Id, Id>) -> Id {
    if let Some(found) = known.get(&id) {
        return *found;
    }
    let found = algebra.rebuild(id, &mut |algebra, part| replaced(algebra, part, known));
    known.insert(id, found);
    found
}
