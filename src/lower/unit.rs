//! The result of lowering: the graph, and everything a person needs to read it.

use super::definitions::Definitions;
use super::frame::Frame;
use super::origin::{Origin, Origins};
use crate::diagnostic::{Diagnostic, Result, interrupted};
use crate::diff::{self, Held};
use crate::graph::{Graph, NodeId, Op};
use crate::proof::Facts;
use crate::source::{Location, Source};
use crate::stop;
use crate::syntax::ast::{ExprId, Name};
use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashSet};
use smallvec::SmallVec;

/// The leaves of names, in order of appearance.
pub type Inputs = IndexMap<Name, NodeId, FxBuildHasher>;

/// The names of nodes. Few nodes have one, so a node keeps only the place of its names in a list.
#[derive(Default)]
struct NodeNames {
    /// By node: the place of its names in `lists`, from 1; 0 where it has none.
    places: Vec<u32>,
    lists: Vec<SmallVec<[Name; 1]>>,
}

impl NodeNames {
    fn add(&mut self, node: NodeId, name: &Name) {
        if self.places.len() <= node.index() {
            self.places.resize(node.index() + 1, 0);
        }
        let place = &mut self.places[node.index()];
        if *place == 0 {
            self.lists.push(SmallVec::new());
            *place = self.lists.len() as u32;
        }
        let names = &mut self.lists[*place as usize - 1];
        if !names.contains(name) {
            names.push(name.clone());
        }
    }

    fn remove(&mut self, node: NodeId, name: &Name) {
        if let Some(place) = self.place(node) {
            self.lists[place].retain(|known| known != name);
        }
    }

    fn of(&self, node: NodeId) -> &[Name] {
        self.place(node).map_or(&[], |place| &self.lists[place])
    }

    fn place(&self, node: NodeId) -> Option<usize> {
        let place = self.places.get(node.index()).copied().unwrap_or(0);
        (place as usize).checked_sub(1)
    }
}

/// A derivative that was taken inside of a formula.
#[derive(Clone, Debug)]
pub struct Differentiated {
    /// The derivative.
    pub result: NodeId,
    /// The formula that was differentiated.
    pub output: NodeId,
    /// The variable.
    pub target: NodeId,
    /// The leaves of this differentiation.
    pub held: Held,
}

/// The expressions of one statement as a graph, with the names, places and reasons that belong to
/// its nodes. It holds no values: an [`Evaluation`](super::Evaluation) computes those.
pub struct Unit<'a> {
    /// The graph. It may hold more than this unit and may grow: derivatives are appended to it.
    pub graph: &'a Graph,
    /// The leaves of all names met, in order of appearance.
    pub inputs: Inputs,
    /// The values that lowering depended on: counts, indices, conditions that decide a shape. The
    /// graph is the right one as long as these nodes have these values.
    pub guards: Vec<(NodeId, f64)>,
    /// The definitions that names were looked up in.
    pub(super) definitions: &'a Definitions,
    /// The diagnostics of nodes that raise one.
    reasons: Vec<Diagnostic>,
    origins: Origins,
    names: NodeNames,
    /// The masks of directions whose zeros are known only with their values.
    pub(super) directions: Vec<NodeId>,
    /// The derivatives taken inside of formulas, where values are wanted.
    pub differentiated: Vec<Differentiated>,
    /// Names without a meaning that were met before the outputs, which decide on their order.
    pub(super) set_aside: Inputs,
    /// Remarks about the text.
    pub(super) noticed: Noticed,
}

/// Remarks of lowering about the text of formulas.
#[derive(Debug, Default)]
pub(super) struct Noticed {
    /// Suspicious things that did not stop lowering, and notes.
    pub warnings: Vec<Diagnostic>,
    /// True if a number with decimals was written.
    pub decimals: bool,
    /// True if something is written as only arrays are: transposed, reduced, entry by entry.
    pub arrays: bool,
}

impl<'a> Unit<'a> {
    /// True if a number with decimals was written.
    pub fn has_decimals(&self) -> bool {
        self.noticed.decimals
    }

    /// A unit without expressions. `inputs` are the leaves that the graph has already.
    pub(super) fn new(graph: &'a Graph, definitions: &'a Definitions, inputs: Inputs) -> Unit<'a> {
        Unit {
            graph,
            inputs,
            guards: Vec::new(),
            definitions,
            reasons: Vec::new(),
            origins: Origins::default(),
            names: NodeNames::default(),
            directions: Vec::new(),
            differentiated: Vec::new(),
            set_aside: Inputs::default(),
            noticed: Noticed::default(),
        }
    }

    /// The origin of `node`.
    pub fn origin(&self, node: NodeId) -> Option<Origin> {
        self.origins.get(node)
    }

    /// The names that stand for `node`, in the order in which they were reached.
    pub fn names_of(&self, node: NodeId) -> &[Name] {
        self.names.of(node)
    }

    /// Keeps a warning or a note.
    pub fn warn(&mut self, warning: Diagnostic) {
        self.noticed.warnings.push(warning);
    }

    /// The warnings and notes found so far, which are then forgotten.
    pub fn take_warnings(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.noticed.warnings)
    }

    /// Refuses to go on with `node` where the user asked to stop.
    ///
    /// # Errors
    /// The diagnostic of an interrupt, at the place of `node`.
    pub fn go_on(&self, node: NodeId) -> Result<()> {
        if stop::requested() {
            return Err(interrupted(self.location_of(node)));
        }
        Ok(())
    }

    /// The place of `node` in the source, or of the nearest node before it that has one.
    pub(super) fn location_of(&self, node: NodeId) -> Location {
        (0..=node.index())
            .rev()
            .find_map(|k| Some(self.origins.get(NodeId(k as u32))?.location))
            .unwrap_or_else(|| Location::new(&Source::new("", ""), Default::default()))
    }

    /// The place of `leaf` among the inputs, and its name.
    pub fn input(&self, leaf: NodeId) -> Option<(usize, &Name)> {
        let Op::Input(number) = self.graph.node(leaf).op else {
            return None;
        };
        let (place, name, node) = self.inputs.get_full(&self.graph.leaf(number).name)?;
        (*node == leaf).then_some((place, name))
    }

    /// The facts about an input.
    pub fn facts(&self, input: NodeId) -> Facts {
        let named = self.input(input).map(|(_, name)| name);
        let known = named.and_then(|name| self.definitions.facts(name));
        known.cloned().unwrap_or_default()
    }

    /// The facts about those of some inputs of which anything is said.
    pub fn facts_of(&self, inputs: &[NodeId]) -> Vec<(NodeId, Facts)> {
        let said = inputs.iter().map(|input| (*input, self.facts(*input)));
        said.filter(|(_, facts)| !facts.is_empty()).collect()
    }

    /// True if `node` is a name without a meaning or a value.
    pub(super) fn is_free(&self, node: NodeId) -> bool {
        let Op::Input(number) = self.graph.node(node).op else {
            return false;
        };
        let leaf = self.graph.leaf(number);
        leaf.value.is_none()
            && self.inputs.get(&leaf.name) == Some(&node)
            && self.definitions.variable(&leaf.name).is_none()
    }

    /// The names without a meaning or a value that `roots` reach, in order of appearance.
    pub fn free_names(&self, roots: &[NodeId]) -> Vec<Name> {
        let mut free = self.inputs.iter().filter(|(_, node)| self.is_free(**node));
        let mut free = free.by_ref().peekable();
        if free.peek().is_none() {
            return Vec::new();
        }
        let reached = self.graph.cone(roots, |_| false);
        let reached: FxHashSet<NodeId> = reached.into_iter().collect();
        free.filter(|(_, node)| reached.contains(node))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// True if something in it is written as only arrays are: transposed, reduced, entry by entry.
    pub fn is_on_arrays(&self) -> bool {
        self.noticed.arrays
    }

    /// Names without a meaning are numbered as they appear from here on.
    pub fn set_free_aside(&mut self) {
        let free: Vec<Name> = (self.inputs.iter())
            .filter(|(_, node)| self.is_free(**node))
            .map(|(name, _)| name.clone())
            .collect();
        for name in free {
            let node = self.inputs.shift_remove(&name);
            self.set_aside.extend(node.map(|node| (name, node)));
        }
    }

    /// A name without a meaning is numbered as it appears from here on, if it is not among the first `known` ones.
    pub(super) fn set_newest_aside(&mut self, name: &Name, known: usize) {
        let place = self.inputs.get_full(name);
        if let Some((place, _, node)) = place
            && place >= known
            && self.is_free(*node)
        {
            let node = self.inputs.shift_remove(name);
            self.set_aside.extend(node.map(|node| (name.clone(), node)));
        }
    }

    /// A name that was set aside and did not appear comes next.
    pub(super) fn take_back(&mut self, name: &Name) {
        if let Some(node) = self.set_aside.shift_remove(name) {
            self.inputs.insert(name.clone(), node);
        }
    }

    /// The names that were set aside and did not appear come last.
    pub fn take_back_free(&mut self) {
        let rest = std::mem::take(&mut self.set_aside);
        self.inputs.extend(rest);
    }

    /// `output` as it is differentiated by `targets`; see [`diff::reseeded`].
    pub fn reseeded(&self, output: NodeId, targets: &[NodeId], held: &Held) -> NodeId {
        diff::reseeded(self.graph, output, &self.directions, targets, held)
    }

    /// Keeps in mind which entries of a direction are 0 once there are values.
    pub(super) fn note_direction(&mut self, direction: NodeId) {
        let mask = diff::seeded(self.graph.term(direction));
        let computed = mask.filter(|mask| self.graph.node(mask.id).primitive().is_some());
        let new = computed.filter(|mask| !self.directions.contains(&mask.id));
        self.directions.extend(new.map(|mask| mask.id));
    }

    /// The diagnostic that a node raises.
    pub(super) fn reason(&self, number: u32) -> &Diagnostic {
        &self.reasons[number as usize]
    }

    /// Keeps a diagnostic for a node that raises it; its number.
    pub(super) fn add_reason(&mut self, reason: Diagnostic) -> u32 {
        self.reasons.push(reason);
        self.reasons.len() as u32 - 1
    }

    /// Notes that `node` has `name`, after the names it has already.
    pub(super) fn note_name(&mut self, node: NodeId, name: &Name) {
        self.names.add(node, name);
    }

    /// Forgets that `node` has `name`.
    pub(super) fn forget_name(&mut self, node: NodeId, name: &Name) {
        self.names.remove(node, name);
    }

    /// Notes that `node` stands for a name that is defined at `location`.
    pub(super) fn note_definition(&mut self, node: NodeId, location: Location) {
        self.origins.note_name(node, location);
    }

    /// Notes that `copy` comes from where `node` comes from.
    pub(super) fn copy_origin(&mut self, node: NodeId, copy: NodeId) {
        self.origins.copy(node, copy);
    }

    /// Notes `expr` as the origin of `node`, unless it has one.
    pub(super) fn note_origin(&mut self, node: NodeId, frame: &Frame, expr: ExprId) {
        let index = node.index();
        self.origins.note(index..index + 1, frame, expr);
    }

    /// Notes `expr` as the origin of all nodes built since the graph had `before` nodes.
    pub(super) fn note_origins(&mut self, before: usize, frame: &Frame, expr: ExprId) {
        self.origins.note(before..self.graph.len(), frame, expr);
    }
}
