//! Simplification: a derivative graph to the formula that a person would write.
//!
//! The graph is read into an algebra of normal forms ([`algebra`]), rearranged by named rules
//! ([`rules`]) as long as that makes it shorter, and written in the language's own syntax
//! ([`emit`]). Where a formula would be too long as a tree, parts that are used more than once get
//! names of their own; then the work is linear in the shared size.

pub mod algebra;
pub mod convert;
pub mod emit;
mod factors;
mod jacobian;
pub mod rules;

pub use emit::Unwritable;

use crate::graph::primitive::Notation;
use crate::graph::{Graph, NodeId, Op};
use crate::interrupt;
use crate::syntax::ast::Name;
use algebra::{Algebra, Form, Id};
use bumpalo::Bump;
use convert::Reading;
use emit::Emitter;
use jacobian::Linear;
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

/// Operations of a tree up to which it is simplified and written as one formula.
const TREE_LIMIT: u64 = 2_000;
/// Operations on the longest path of one formula; longer ones are cut into named parts.
const DEPTH_LIMIT: u32 = 60;

/// Operations up to which products are multiplied out to see whether that helps.
const MULTIPLIED_OUT: u64 = 400;

/// How many operations something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Written out as a tree; saturating.
    pub tree: u64,
    /// With equal parts counted once.
    pub dag: u64,
}

/// A formula in the language's own syntax.
#[derive(Clone, Debug)]
pub struct Formula {
    /// Shared parts, in the order in which they must be defined.
    pub parts: Vec<(Name, String)>,
    /// The formula, which may use the parts' names.
    pub text: String,
    /// What was simplified.
    pub before: Size,
    /// What came out.
    pub after: Size,
    /// The names of the rules that were applied, in order.
    pub rules: Vec<&'static str>,
}

impl Formula {
    /// Parts and formula on one line, as it can be typed back in.
    pub fn one_line(&self) -> String {
        let mut line = String::new();
        for (name, text) in &self.parts {
            line.push_str(&format!("{name} = {text}; "));
        }
        line + &self.text
    }
}

/// What a formula is written with.
pub struct Wording<'w> {
    /// The names that stand for nodes; such nodes are not looked into.
    pub names: &'w dyn Fn(NodeId) -> Option<Name>,
    /// All nodes that have names, arguments before what is computed from them.
    pub named: &'w [NodeId],
    /// Whether guards are written, so that structural zeros are zeros whatever they meet.
    pub guards: bool,
    /// Whether the formula is to be computed with and not to be read: forms that are exact in the
    /// tails stay, where everyone writes others.
    pub exact: bool,
    /// Whether the user has a name that begins like those of shared parts.
    pub taken: &'w dyn Fn(&str) -> bool,
}

/// Writes the node `root` as a simplified formula.
pub fn write(graph: &Graph, root: NodeId, wording: &Wording<'_>) -> Result<Formula, Unwritable> {
    let before = measure(graph, root, &|id| (wording.names)(id).is_some());
    let mut shared = if before.tree <= TREE_LIMIT && depth(graph, root, wording) <= DEPTH_LIMIT {
        FxHashSet::default()
    } else {
        shared_parts(graph, root, wording)
    };
    let arena = Bump::new();
    let mut algebra = Algebra::new(&arena, wording.guards);
    let mut formulas = simplified(graph, root, &shared, wording, &mut algebra);
    // Parts that one formula uses once were no parts worth a name; once more without them.
    let single = used_once(&algebra, &formulas, &shared);
    if !single.is_empty() {
        shared.retain(|part| !single.contains(part));
        cut(graph, root, wording, &mut shared);
        let mut inlined = Algebra::new(&arena, wording.guards);
        let joined = simplified(graph, root, &shared, wording, &mut inlined);
        let written = |algebra: &Algebra, formulas: &[(NodeId, Id)]| {
            let costs = formulas.iter().map(|(_, form)| algebra.cost(*form));
            costs.fold(0u64, u64::saturating_add)
        };
        if written(&inlined, &joined) <= written(&algebra, &formulas) {
            (algebra, formulas) = (inlined, joined);
        }
    }
    spell(&algebra, formulas, wording, before)
}

/// Writes the matrix M with `tangent` = M·`direction`: a Jacobian, from the tangent along a
/// direction. `None` where the language has no formula for it.
pub fn write_matrix(
    graph: &Graph,
    tangent: NodeId,
    direction: NodeId,
    wording: &Wording<'_>,
) -> Option<Formula> {
    let before = measure(graph, tangent, &|id| (wording.names)(id).is_some());
    if before.tree > TREE_LIMIT || depth(graph, tangent, wording) > DEPTH_LIMIT {
        return None;
    }
    let atoms = |id: NodeId| id == direction || (wording.names)(id).is_some();
    let reading = Reading {
        graph,
        atoms: &atoms,
        guards: wording.guards,
    };
    let arena = Bump::new();
    let mut algebra = Algebra::new(&arena, wording.guards);
    let mut memo = FxHashMap::default();
    reading.learn_names(&mut algebra, wording.named, tangent);
    let form = reading.read(&mut algebra, tangent);
    let form = improved(&mut algebra, form, &mut memo);
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
    let mut memo = FxHashMap::default();
    let better = improved(&mut algebra, matrix, &mut memo);
    let written = if wording.exact {
        better
    } else {
        printed(&mut algebra, better)
    };
    let written = factors::in_words(&mut algebra, written);
    spell(&algebra, vec![(tangent, written)], wording, before).ok()
}

/// The simplified forms of all shared parts, and of the root at the end.
fn simplified(
    graph: &Graph,
    root: NodeId,
    shared: &FxHashSet<NodeId>,
    wording: &Wording<'_>,
    algebra: &mut Algebra,
) -> Vec<(NodeId, Id)> {
    let atoms = |id: NodeId| shared.contains(&id) || (wording.names)(id).is_some();
    let reading = Reading {
        graph,
        atoms: &atoms,
        guards: wording.guards,
    };
    reading.learn_names(algebra, wording.named, root);
    let mut order: Vec<NodeId> = shared
        .iter()
        .copied()
        .filter(|part| *part != root)
        .collect();
    order.sort_unstable();
    order.push(root);
    let mut memo = FxHashMap::default();
    let read = |node: NodeId| {
        let form = reading.read(algebra, node);
        let better = improved(algebra, form, &mut memo);
        let written = if wording.exact {
            better
        } else {
            printed(algebra, better)
        };
        (node, factors::in_words(algebra, written))
    };
    order.into_iter().map(read).collect()
}

/// Parts that occur once in all formulas together.
fn used_once(
    algebra: &Algebra,
    formulas: &[(NodeId, Id)],
    shared: &FxHashSet<NodeId>,
) -> FxHashSet<NodeId> {
    let mut uses: FxHashMap<NodeId, u32> = FxHashMap::default();
    for (_, form) in formulas {
        let mut stack = vec![*form];
        let mut steps = 0u64;
        while let Some(id) = stack.pop() {
            steps += 1;
            if steps > 100 * TREE_LIMIT {
                return FxHashSet::default();
            }
            if let Form::Atom(node) = algebra.form(id) {
                *uses.entry(node).or_default() += 1;
            }
            stack.extend(algebra.children(id));
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
    wording: &Wording<'_>,
    before: Size,
) -> Result<Formula, Unwritable> {
    let prefix = ["t", "part_", "shared_part_"]
        .into_iter()
        .find(|prefix| !(wording.taken)(prefix))
        .unwrap_or("t");
    let numbers: FxHashMap<NodeId, usize> = formulas
        .iter()
        .enumerate()
        .map(|(k, (node, _))| (*node, k + 1))
        .collect();
    let last = formulas.len();
    let names = |node: NodeId| match numbers.get(&node) {
        Some(k) if *k < last => Some(Name::from(format!("{prefix}{k}"))),
        _ => (wording.names)(node),
    };
    let mut emitter = Emitter::new(algebra, &names);
    let mut parts = Vec::new();
    for (node, form) in &formulas[..last - 1] {
        parts.push((
            names(*node).unwrap_or_else(|| "t".into()),
            emitter.text(*form)?,
        ));
    }
    let text = emitter.text(formulas[last - 1].1)?;
    Ok(Formula {
        parts,
        text,
        before,
        after: size(algebra, &formulas),
        rules: algebra.applied.clone(),
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

/// Whether a node is an operation that a reader counts.
fn counts(graph: &Graph, id: NodeId) -> bool {
    match graph.node(id).op {
        Op::Apply(row, _) => {
            row.notation != Notation::Silent
                && !matches!(row.name, "guard" | "guard_all" | "poison")
        }
        _ => false,
    }
}

/// The size of the graph of `root`; what is a `leaf` is not looked into.
pub fn measure(graph: &Graph, root: NodeId, leaf: &dyn Fn(NodeId) -> bool) -> Size {
    let mut trees: FxHashMap<NodeId, u64> = FxHashMap::default();
    let mut dag = 0;
    for id in graph.cone(&[root], |id| id != root && leaf(id)) {
        if id != root && leaf(id) {
            trees.insert(id, 0);
            continue;
        }
        let own = u64::from(counts(graph, id));
        dag += own;
        let mut tree = own;
        graph.for_args(id, |arg| tree = tree.saturating_add(trees[&arg]));
        trees.insert(id, tree);
    }
    Size {
        tree: trees[&root],
        dag,
    }
}

fn depth(graph: &Graph, root: NodeId, wording: &Wording<'_>) -> u32 {
    let leaf = |id: NodeId| id != root && (wording.names)(id).is_some();
    let mut depths: FxHashMap<NodeId, u32> = FxHashMap::default();
    for id in graph.cone(&[root], leaf) {
        let mut deepest = 0;
        if !leaf(id) {
            graph.for_args(id, |arg| deepest = deepest.max(depths[&arg]));
        }
        depths.insert(id, deepest + 1);
    }
    depths[&root]
}

/// The operations that are used more than once, and enough others that no formula is too deep.
fn shared_parts(graph: &Graph, root: NodeId, wording: &Wording<'_>) -> FxHashSet<NodeId> {
    let leaf = |id: NodeId| id != root && (wording.names)(id).is_some();
    let cone = graph.cone(&[root], leaf);
    let mut uses: FxHashMap<NodeId, u32> = FxHashMap::default();
    for id in &cone {
        if !leaf(*id) {
            graph.for_args(*id, |arg| *uses.entry(arg).or_default() += 1);
        }
    }
    let several = |id: &NodeId| uses.get(id).copied().unwrap_or(0) > 1 && counts(graph, *id);
    let mut shared: FxHashSet<NodeId> = cone
        .iter()
        .copied()
        .filter(|id| *id != root && !leaf(*id) && several(id))
        .collect();
    cut(graph, root, wording, &mut shared);
    shared
}

/// Adds parts so that no formula between parts is deeper than the limit.
fn cut(graph: &Graph, root: NodeId, wording: &Wording<'_>, shared: &mut FxHashSet<NodeId>) {
    let leaf = |id: NodeId| id != root && (wording.names)(id).is_some();
    let mut depths: FxHashMap<NodeId, u32> = FxHashMap::default();
    for id in graph.cone(&[root], leaf) {
        let mut deepest = 0;
        if !leaf(id) {
            graph.for_args(id, |arg| deepest = deepest.max(depths[&arg]));
        }
        let operation = matches!(graph.node(id).op, Op::Apply(..));
        if deepest >= DEPTH_LIMIT && id != root && operation {
            shared.insert(id);
        }
        let part = leaf(id) || shared.contains(&id);
        depths.insert(id, if part { 0 } else { deepest + 1 });
    }
}

/// The cheapest formula that the rules lead to, parts first.
fn improved(algebra: &mut Algebra, id: Id, memo: &mut FxHashMap<Id, Id>) -> Id {
    if let Some(known) = memo.get(&id) {
        return *known;
    }
    // Asked to stop, it is as good as it is.
    if interrupt::requested() || !algebra.enter() {
        return id;
    }
    let best = rearranged(algebra, id, memo);
    algebra.leave();
    memo.insert(id, best);
    memo.insert(best, best);
    best
}

fn rearranged(algebra: &mut Algebra, id: Id, memo: &mut FxHashMap<Id, Id>) -> Id {
    let mut best = algebra.rebuild(id, &mut |algebra, child| improved(algebra, child, memo));
    for _ in 0..8 {
        let next = rules::apply_first(algebra, best, rules::PRODUCTS);
        if next == best {
            break;
        }
        best = algebra.rebuild(next, &mut |algebra, child| improved(algebra, child, memo));
    }
    let whole = [
        rules::distributed(algebra, best),
        rules::whole_vector(algebra, best),
    ];
    for candidate in whole.into_iter().flatten() {
        if algebra.cost(candidate) < algebra.cost(best) {
            best = candidate;
        }
    }
    // What one rearrangement leaves, the next may shorten.
    for _ in 0..3 {
        let next = shortest(algebra, best);
        if next == best {
            break;
        }
        best = next;
    }
    best
}

/// The shortest of a formula and its rearrangements.
fn shortest(algebra: &mut Algebra, id: Id) -> Id {
    if !matches!(algebra.form(id), Form::Sum(_) | Form::Product(_)) {
        return id;
    }
    let factored = rules::factored(algebra, id);
    let mut candidates: SmallVec<[Id; 7]> = SmallVec::from_slice(&[factored]);
    if algebra.cost(id) < MULTIPLIED_OUT {
        let best = algebra.cost(factored).min(algebra.cost(id));
        if rules::may_be_shorter_multiplied_out(algebra, id, best) {
            let spread = rules::expanded(algebra, id);
            candidates.push(spread);
            candidates.push(rules::factored(algebra, spread));
        }
        candidates.push(rules::over_one_denominator(algebra, id));
        candidates.extend(rules::without_nested_quotients(algebra, id));
        candidates.extend(rules::double_angle(algebra, id));
        candidates.extend(rules::joined_exponentials(algebra, id));
    }
    let mut best = id;
    for candidate in candidates {
        if algebra.cost(candidate) < algebra.cost(best) {
            best = candidate;
        }
    }
    best
}

/// The formula with stable forms written as everyone knows them.
fn printed(algebra: &mut Algebra, id: Id) -> Id {
    algebra.printing = true;
    let written = as_printed(algebra, id);
    algebra.printing = false;
    written
}

fn as_printed(algebra: &mut Algebra, id: Id) -> Id {
    fn walk(algebra: &mut Algebra, id: Id, memo: &mut FxHashMap<Id, Id>) -> Id {
        if let Some(known) = memo.get(&id) {
            return *known;
        }
        let inner = algebra.rebuild(id, &mut |algebra, child| walk(algebra, child, memo));
        let mut written = inner;
        for _ in 0..8 {
            let next = rules::apply_first(algebra, written, rules::PRINTED);
            if next == written {
                break;
            }
            written = next;
        }
        if written != id && matches!(algebra.form(written), Form::Sum(_)) {
            written = rules::factored(algebra, written);
        }
        memo.insert(id, written);
        written
    }
    walk(algebra, id, &mut FxHashMap::default())
}
