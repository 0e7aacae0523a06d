//! Simplification: a derivative graph to the formula that a person would write.
//!
//! The graph is read into an algebra of normal forms ([`algebra`]), rearranged by named rules
//! ([`rules`]) as long as that makes it shorter, and written in the language's own syntax
//! ([`emit`]). Where a formula would be too long as a tree, parts that are used more than once get
//! names of their own; then the work is linear in the shared size.

mod again;
pub mod algebra;
mod conditions;
pub mod convert;
pub mod emit;
mod entries;
mod exact;
mod factorisation;
mod forms;
mod improve;
mod indexed;
mod inlined;
mod jacobian;
mod multiply;
mod over_index;
mod parts;
mod polynomial;
mod rational;
mod relations;
mod rewriting;
pub mod rules;
mod series;
mod sharing;
mod sizes;
mod stages;

pub use again::{shorter, until_fixed};
pub use emit::{TermOrder, Unwritable};
pub use entries::{EntryFormula, write_entries};
use rewriting::shorter_in_factors;
pub use rewriting::{Goal, TaylorPolynomial, rewrite, taylor};
pub use series::NoSeries;
pub use sizes::for_all_sizes;
pub use stages::{as_read, stages};

use crate::graph::{Graph, NodeId};
use crate::proof::Facts;
use crate::syntax::ast::{ExprId, Name, Script};
use crate::syntax::printer;
use algebra::{Algebra, Form, Id};
use bumpalo::Bump;
use convert::Reading;
use emit::Emitter;
use improve::{improved, printed};
use inlined::{drop_unused, with_parts_put_in};
use jacobian::Linear;
use over_index::over_index;
use parts::{DEPTH_LIMIT, Outline};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// Operations of a tree up to which it is simplified and written as one formula.
const TREE_LIMIT: u64 = 2_000;
/// A number of operations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Written out as a tree; saturating.
    pub tree: u64,
    /// With equal parts counted once.
    pub dag: u64,
}

/// A simplified formula in the language's own syntax.
#[derive(Clone, Debug)]
pub struct Simplified {
    /// The expressions; it has no source text.
    pub script: Rc<Script>,
    /// Shared parts, in the order in which they must be defined.
    pub parts: Vec<(Name, ExprId)>,
    /// The formula, which may use the parts' names.
    pub whole: ExprId,
    /// The size before simplifying.
    pub before: Size,
    /// The size afterwards.
    pub after: Size,
    /// The names of the rules that were applied, in order.
    pub rules: Vec<&'static str>,
    /// False where looking for its factors took long and made it no shorter.
    pub in_factors: bool,
}

impl Simplified {
    /// A formula as it was typed.
    pub fn typed(script: Rc<Script>, whole: ExprId) -> Simplified {
        let (tree, dag) = sharing::operations_of(&script, whole);
        let size = Size { tree, dag };
        Simplified {
            script,
            parts: Vec::new(),
            whole,
            before: size,
            after: size,
            rules: Vec::new(),
            in_factors: true,
        }
    }

    /// One of its expressions as text.
    pub fn text(&self, expr: ExprId) -> String {
        printer::print(&self.script, expr)
    }

    /// Parts and formula on one line, as it can be typed back in.
    pub fn one_line(&self) -> String {
        let mut line = String::new();
        for (name, part) in &self.parts {
            line.push_str(&format!("{name} = {}; ", self.text(*part)));
        }
        line + &self.text(self.whole)
    }
}

/// The number of operations of `root`, written out down to the nodes that are `leaf`.
pub fn written_size(graph: &Graph, root: NodeId, leaf: impl Fn(NodeId) -> bool) -> Size {
    Outline::new(graph, root, leaf).size()
}

/// The options for writing a formula.
pub struct WriteOptions<'w> {
    /// The names that stand for nodes; such nodes are not looked into.
    pub names: &'w dyn Fn(NodeId) -> Option<Name>,
    /// All nodes that have names, arguments before what is computed from them.
    pub named: &'w [NodeId],
    /// What is said of inputs.
    pub facts: &'w [(NodeId, Facts)],
    /// Inputs in the order in which factors and terms with them are written.
    pub order: &'w [NodeId],
    /// True to write fractions as decimals where they are decimals: the user wrote some.
    pub decimals: bool,
    /// True to write guards, so that structural zeros are zeros whatever they are multiplied by.
    pub guards: bool,
    /// True for a formula that is computed with, not read: it keeps the forms that are exact in the
    /// tails, where everyone writes others.
    pub exact: bool,
    /// True to give names to what the formula says more than once.
    pub shares: bool,
    /// True to look whether its factors are shorter: that takes long, and need not be done twice.
    pub factors: bool,
    /// True if the user has a name that begins like those of shared parts.
    pub taken: &'w dyn Fn(&str) -> bool,
}

/// Writes the node `root` as a simplified formula.
///
/// # Errors
/// The formula is too large, or one of its operations has no spelling in the language.
pub fn write(
    graph: &Graph,
    root: NodeId,
    options: &WriteOptions<'_>,
) -> Result<Simplified, Unwritable> {
    let outline = Outline::new(graph, root, |id| (options.names)(id).is_some());
    let before = outline.size();
    let mut shared = if before.tree <= TREE_LIMIT && outline.depth() <= DEPTH_LIMIT {
        FxHashSet::default()
    } else {
        outline.shared()
    };
    let arena = Bump::new();
    // Parts that one formula uses once are no parts worth a name: most of them show in what is read already.
    if !shared.is_empty() {
        let mut plain = empty(&arena, graph, options);
        let formulas = formulas(graph, root, &shared, options, &mut plain, &rules::factored);
        let single = used_once(&plain, &formulas, &shared);
        shared.retain(|part| !single.contains(part));
        outline.cut(&mut shared);
    }
    let work_out = |algebra: &mut Algebra, form| worked_out(algebra, graph, form, options);
    let mut algebra = empty(&arena, graph, options);
    let mut formulas = formulas(graph, root, &shared, options, &mut algebra, &work_out);
    // The others are known when everything is simplified; once more without them.
    let single = used_once(&algebra, &formulas, &shared);
    if !single.is_empty() {
        shared.retain(|part| !single.contains(part));
        outline.cut(&mut shared);
        let mut inlined = empty(&arena, graph, options);
        let joined = self::formulas(graph, root, &shared, options, &mut inlined, &work_out);
        let written = |algebra: &Algebra, formulas: &[(NodeId, Id)]| {
            let costs = formulas.iter().map(|(_, form)| algebra.cost(*form));
            costs.fold(0u64, u64::saturating_add)
        };
        if written(&inlined, &joined) <= written(&algebra, &formulas) {
            (algebra, formulas) = (inlined, joined);
        }
    }
    drop_unused(&algebra, &mut formulas);
    for (_, form) in &mut formulas {
        *form = over_index(&mut algebra, *form);
    }
    let order = TermOrder::PositiveFirst;
    spell(&algebra, formulas, options, before, order)
}

/// Writes the matrix M with `tangent` = M·`direction`: a Jacobian, from the tangent along a
/// direction. `None` where the language has no formula for it.
pub fn write_matrix(
    graph: &Graph,
    tangent: NodeId,
    direction: NodeId,
    options: &WriteOptions<'_>,
) -> Option<Simplified> {
    let outline = Outline::new(graph, tangent, |id| (options.names)(id).is_some());
    let before = outline.size();
    if before.tree > TREE_LIMIT || outline.depth() > DEPTH_LIMIT {
        return None;
    }
    let atoms = |id: NodeId| id == direction || (options.names)(id).is_some();
    let reading = Reading {
        graph,
        atoms: &atoms,
        guards: options.guards,
    };
    let arena = Bump::new();
    let mut algebra = empty(&arena, graph, options);
    reading.learn_names(&mut algebra, options.named, tangent);
    let form = reading.read(&mut algebra, tangent);
    let form = improved(&mut algebra, form);
    let shape = graph.shape(direction);
    let atom = algebra.atom(direction, shape);
    let (column, turned) = (shape.cols == 1, algebra.shape(form).cols == 1);
    if !column {
        return None;
    }
    let form = if turned {
        form
    } else {
        algebra.transposed(form)
    };
    let matrix = Linear::new(&mut algebra, atom).matrix(form)?;
    let better = improved(&mut algebra, matrix);
    let written = if options.exact {
        better
    } else {
        printed(&mut algebra, better)
    };
    let written = in_language(&mut algebra, written);
    let order = TermOrder::PositiveFirst;
    spell(&algebra, vec![(tangent, written)], options, before, order).ok()
}

/// A formula in words of the language, its numbers 1, 2, 3, … those of an index.
fn in_language(algebra: &mut Algebra, form: Id) -> Id {
    let form = rules::in_words(algebra, form);
    over_index(algebra, form)
}

fn empty<'a>(arena: &'a Bump, graph: &Graph, options: &WriteOptions<'_>) -> Algebra<'a> {
    let mut algebra = Algebra::new(arena, rules::rewrite, options.guards);
    for node in options.order {
        algebra.atom(*node, graph.shape(*node));
    }
    algebra.known.facts = options.facts.iter().cloned().collect();
    algebra.conventions.decimals = options.decimals;
    algebra.conventions.exact = options.exact;
    algebra
}

/// The forms of all shared parts, and of the root at the end, as `work_out` simplifies them.
fn formulas(
    graph: &Graph,
    root: NodeId,
    shared: &FxHashSet<NodeId>,
    options: &WriteOptions<'_>,
    algebra: &mut Algebra,
    work_out: &dyn Fn(&mut Algebra, Id) -> Id,
) -> Vec<(NodeId, Id)> {
    let atoms = |id: NodeId| shared.contains(&id) || (options.names)(id).is_some();
    let reading = Reading {
        graph,
        atoms: &atoms,
        guards: options.guards,
    };
    reading.learn_names(algebra, options.named, root);
    let mut order: Vec<NodeId> = shared
        .iter()
        .copied()
        .filter(|part| *part != root)
        .collect();
    order.sort_unstable();
    order.push(root);
    let mut definitions = FxHashMap::default();
    let mut read = |node: NodeId| {
        let form = reading.read(algebra, node);
        let mut form = work_out(algebra, form);
        if !shared.is_empty() {
            form = with_parts_put_in(algebra, form, &definitions, work_out);
            definitions.insert(algebra.atom(node, graph.shape(node)), form);
        }
        (node, form)
    };
    order.into_iter().map(&mut read).collect()
}

/// The shortest formula that the rules lead to, as it is written.
fn worked_out(algebra: &mut Algebra, graph: &Graph, form: Id, options: &WriteOptions<'_>) -> Id {
    let mut better = improved(algebra, form);
    if let Some(shorter) = relations::shorter_by_definition(algebra, graph, better) {
        better = shorter;
    }
    if !options.exact {
        if options.factors {
            let factors = shorter_in_factors(algebra, better);
            algebra.record.in_factors |= factors != better;
            better = factors;
        }
        better = printed(algebra, better);
    }
    rules::in_words(algebra, better)
}

/// Parts that occur once in all formulas together.
fn used_once(
    algebra: &Algebra,
    formulas: &[(NodeId, Id)],
    shared: &FxHashSet<NodeId>,
) -> FxHashSet<NodeId> {
    let mut uses: FxHashMap<NodeId, u64> = FxHashMap::default();
    for (_, form) in formulas {
        // Parts have smaller ids than what is made of them: the last one is the formula.
        let said = relations::reached(algebra, *form);
        let mut times = vec![0u64; said.len()];
        times[said.len() - 1] = 1;
        for (place, id) in said.iter().enumerate().rev() {
            let own = times[place];
            if let Form::Atom(node) = algebra.form(*id) {
                let known = uses.entry(node).or_default();
                *known = known.saturating_add(own);
            }
            for part in algebra.children(*id) {
                if let Ok(part) = said.binary_search(&part) {
                    times[part] = times[part].saturating_add(own);
                }
            }
        }
        if times.into_iter().fold(0, u64::saturating_add) > 100 * TREE_LIMIT {
            return FxHashSet::default();
        }
    }
    shared
        .iter()
        .copied()
        .filter(|part| uses.get(part).copied().unwrap_or(0) <= 1)
        .collect()
}

fn spell(
    algebra: &Algebra,
    formulas: Vec<(NodeId, Id)>,
    options: &WriteOptions<'_>,
    before: Size,
    order: TermOrder,
) -> Result<Simplified, Unwritable> {
    let prefix = ["t", "part_", "shared_part_"]
        .into_iter()
        .find(|prefix| !(options.taken)(prefix))
        .unwrap_or("t");
    let Some(((_, whole), shared)) = formulas.split_last() else {
        return Err(Unwritable::NoSpelling);
    };
    let numbered = shared.iter().zip(1..);
    let part_names: FxHashMap<NodeId, Name> = numbered
        .map(|((node, _), k)| (*node, format!("{prefix}{k}").into()))
        .collect();
    let names = |node: NodeId| match part_names.get(&node) {
        Some(name) => Some(name.clone()),
        None => (options.names)(node),
    };
    let mut emitter = Emitter::new(algebra, &names, order);
    let mut parts = Vec::new();
    for (node, form) in shared {
        parts.push((part_names[node].clone(), emitter.emit(*form)?));
    }
    let whole = emitter.emit(*whole)?;
    let mut script = emitter.finish();
    if options.shares && parts.is_empty() {
        let name = |k: usize| format!("{prefix}{k}").into();
        parts = sharing::name_repeated(&mut script, whole, name);
    }
    Ok(Simplified {
        script: Rc::new(script),
        parts,
        whole,
        before,
        after: size(algebra, &formulas),
        rules: algebra.record.applied.clone(),
        in_factors: algebra.record.in_factors,
    })
}

/// A sum whose terms stand in this order, without shared parts.
fn spell_terms(
    algebra: &Algebra,
    terms: &[(exact::Number, Id)],
    options: &WriteOptions<'_>,
    before: Size,
) -> Result<Simplified, Unwritable> {
    let mut emitter = Emitter::new(algebra, options.names, TermOrder::Descending);
    let whole = emitter.in_order(terms)?;
    Ok(Simplified {
        script: Rc::new(emitter.finish()),
        parts: Vec::new(),
        whole,
        before,
        after: Size::default(),
        rules: Vec::new(),
        in_factors: false,
    })
}

/// The size of some formulas that refer to each other by name.
fn size(algebra: &Algebra, formulas: &[(NodeId, Id)]) -> Size {
    let mut trees: FxHashMap<NodeId, u64> = FxHashMap::default();
    let mut seen: FxHashSet<Id> = FxHashSet::default();
    let mut dag = 0u64;
    let mut tree = 0u64;
    for (node, form) in formulas {
        // Children have smaller ids than what is made of them.
        let mut costs: FxHashMap<Id, u64> = FxHashMap::default();
        let mut reached: Vec<Id> = Vec::new();
        let mut stack = vec![*form];
        let mut local: FxHashSet<Id> = FxHashSet::default();
        while let Some(id) = stack.pop() {
            if local.insert(id) {
                reached.push(id);
                stack.extend(algebra.children(id));
            }
        }
        reached.sort_unstable();
        for id in reached {
            let own = algebra.own_cost(id);
            if seen.insert(id) {
                dag += own;
            }
            let mut cost = match algebra.form(id) {
                Form::Atom(part) => trees.get(&part).copied().unwrap_or(0),
                _ => own,
            };
            for child in algebra.children(id) {
                cost = cost.saturating_add(costs.get(&child).copied().unwrap_or(0));
            }
            costs.insert(id, cost);
        }
        tree = costs.get(form).copied().unwrap_or(0);
        trees.insert(*node, tree);
    }
    Size { tree, dag }
}
