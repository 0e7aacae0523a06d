//! Derivatives of loops with too many rounds to write out: the recurrence that a loop is, the one of its
//! adjoints, and the answer by what they leave.
//!
//! s[k] are the states after round k, s[0] those before the first. Adjoints go from the last round back
//! (Griewank and Walther, *Evaluating Derivatives*, section 3.2, with the rounds as elementary functions).

use super::rounds::{LastRound, OverRounds, Recurrence, Recurrences};
use crate::graph::substitute::substitute;
use crate::graph::{
    Attr, Block, Corner, Graph, Keeps, LoopArgument, NodeId, Op, Round, RoundBack, RoundCount,
    Shape,
};
use crate::primitives::array::{INDEX, RESHAPE, VCAT};
use crate::primitives::rounds::ROUNDS;
use crate::simplify::{self, Simplified, WriteOptions};
use crate::syntax::ast::Name;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// `root` by recurrences. `None` where a loop stands in the round of another one, or anything else has no
/// formula.
pub(super) fn recurrences(
    graph: &Graph,
    root: NodeId,
    options: &WriteOptions<'_>,
) -> Option<Recurrences> {
    let cone = graph.cone_in_order(&[root], |node| (options.names)(node).is_some());
    let mut writer = Writer {
        graph,
        options,
        names: FxHashMap::default(),
        equations: Vec::new(),
        loops: FxHashMap::default(),
    };
    let is_loop = |id: &NodeId| {
        let attr = graph.node(*id).attr();
        matches!(attr, Attr::Round(_) | Attr::RoundBack(_)) && (options.names)(*id).is_none()
    };
    for &id in cone.iter().filter(|id| is_loop(id)) {
        writer.add(id, &cone)?;
    }
    // The root is read as what it computes, so a name needs a leaf of its own.
    let named = writer.names.get(&root).cloned();
    let root = named.map_or(root, |name| {
        let leaf = graph.input(name.clone(), graph.shape(root), None);
        writer.names.insert(leaf, name);
        leaf
    });
    let whole = writer.write(root)?;
    let equations = writer.equations;
    Some(Recurrences { equations, whole })
}

/// Writes the equations of loops, one after the other.
struct Writer<'w, 'o> {
    graph: &'w Graph,
    options: &'w WriteOptions<'o>,
    /// The names of leaves of rounds, and of what loops leave.
    names: FxHashMap<NodeId, Name>,
    equations: Vec<Recurrence>,
    /// The letter of the states of each loop and its last round, by its round and arguments.
    loops: FxHashMap<(u32, Vec<NodeId>), (Rc<str>, LastRound)>,
}

impl Writer<'_, '_> {
    fn write(&self, node: NodeId) -> Option<Simplified> {
        let names = |id: NodeId| {
            self.names
                .get(&id)
                .cloned()
                .or_else(|| (self.options.names)(id))
        };
        let options = WriteOptions {
            names: &names,
            shares: false,
            factors: true,
            ..*self.options
        };
        simplify::write(self.graph, node, &options).ok()
    }

    fn equation(&mut self, name: String, node: NodeId, rounds: OverRounds) -> Option<()> {
        let formula = self.write(node)?;
        self.equations.push(Recurrence {
            name: name.into(),
            formula,
            rounds,
        });
        Some(())
    }

    /// Adds the equations of the loop `id`, and gives names to what `cone` reads of it.
    fn add(&mut self, id: NodeId, cone: &[NodeId]) -> Option<()> {
        let graph = self.graph;
        let args = graph.args(id);
        let attr = graph.node(id).attr();
        let round = graph.round_behind(attr)?;
        let number = match attr {
            Attr::Round(number) => number,
            Attr::RoundBack(number) => graph.round_back_of(number).round,
            _ => return None,
        };
        let key = (number, args[..round.arity()].to_vec());
        let (letter, last) = match self.loops.get(&key) {
            Some(known) => known.clone(),
            None => {
                let letter = self.letter()?;
                let last = self.last(round.count)?;
                self.forwards(&round, &key.1, &letter, &last)?;
                self.end(id, &round, &key.1, &letter, &last)?;
                self.loops
                    .insert(key.clone(), (letter.clone(), last.clone()));
                (letter, last)
            }
        };
        let state = |k: usize| symbol(&letter, k, round.states.len());
        let lengths = |ids: &[NodeId]| -> Vec<usize> {
            ids.iter().map(|id| graph.shape(*id).len()).collect()
        };
        let Attr::RoundBack(back) = attr else {
            if round.keeps == Keeps::All {
                return self.all_states(id, &round, &letter, &last);
            }
            let names = (0..round.states.len()).map(|k| format!("{}[{last}]", state(k)));
            let parts = names.zip(lengths(&args[..round.states.len()])).collect();
            return self.name_parts(id, parts, cone);
        };
        let back = graph.round_back_of(back);
        let parts = self.backwards(&round, &back, &args, &letter, &last)?;
        self.name_parts(id, parts, cone)
    }

    /// The matrix of the states of all rounds, with a row for each.
    fn all_states(
        &mut self,
        id: NodeId,
        round: &Round,
        letter: &str,
        last: &LastRound,
    ) -> Option<()> {
        let graph = self.graph;
        let (shape, turned) = self.column(&round.states)?;
        let all: Name = letter.to_uppercase().into();
        if !self.is_free(&all) {
            return None;
        }
        let row: Name = format!("{letter}[k]{turned}").into();
        let state = graph.input(
            row.clone(),
            Shape {
                rows: 1,
                cols: shape.rows,
            },
            None,
        );
        self.names.insert(state, row);
        let rounds = OverRounds::Forwards(last.clone());
        self.equation(format!("{all}[k,:]"), state, rounds)?;
        self.names.insert(id, all);
        Some(())
    }

    /// A letter for states that the user has not taken.
    fn letter(&self) -> Option<Rc<str>> {
        let letters = ["s", "r", "u", "v", "z", "h", "q"];
        let mut free = letters.into_iter().filter(|letter| self.is_free(letter));
        free.find(|letter| self.loops.values().all(|(taken, _)| **taken != **letter))
            .map(Rc::from)
    }

    /// The last round: a number, or a name that the user has not taken.
    fn last(&self, count: RoundCount) -> Option<LastRound> {
        if let RoundCount::Fixed(count) = count {
            return Some(LastRound::Number(count));
        }
        let named = |name: &str| LastRound::Named(name.into());
        let free = ["K", "N", "M", "T"].into_iter();
        free.filter(|name| self.is_free(name))
            .map(named)
            .find(|last| self.loops.values().all(|(_, taken)| taken != last))
    }

    /// What decides the last round, where the loop decides it itself: a condition on the states after it.
    fn end(
        &mut self,
        id: NodeId,
        round: &Round,
        args: &[NodeId],
        letter: &str,
        last: &LastRound,
    ) -> Option<()> {
        let (RoundCount::Until(end, _), LastRound::Named(name)) = (round.count, last) else {
            return Some(());
        };
        for (k, (leaf, _)) in round.states.iter().enumerate() {
            let state = symbol(letter, k, round.states.len());
            self.names.insert(*leaf, format!("{state}[k]").into());
        }
        let end = substitute(self.graph, end, &inside(round, args));
        self.equation(name.to_string(), end, OverRounds::End(id, None))
    }

    /// True if the user has no such name.
    fn is_free(&self, name: &str) -> bool {
        let nodes = self.options.named.iter().chain(self.options.order);
        let mut names = nodes.filter_map(|node| (self.options.names)(*node));
        names.all(|known| *known != *name)
    }

    /// The states, round by round.
    fn forwards(
        &mut self,
        round: &Round,
        args: &[NodeId],
        letter: &str,
        last: &LastRound,
    ) -> Option<()> {
        let states = round.states.len();
        for k in 0..states {
            let symbol = symbol(letter, k, states);
            self.equation(format!("{symbol}[0]"), args[k], OverRounds::None)?;
        }
        self.name_before(round, args, letter)?;
        let inside = inside(round, args);
        for (k, (_, after)) in round.states.iter().enumerate() {
            let name = format!("{}[k]", symbol(letter, k, states));
            let after = substitute(self.graph, *after, &inside);
            self.equation(name, after, OverRounds::Forwards(last.clone()))?;
        }
        Some(())
    }

    /// The shape of a single state, where that is a column, and what makes a row of it.
    fn column(&self, states: &[(NodeId, NodeId)]) -> Option<(Shape, &'static str)> {
        let [(leaf, _)] = *states else {
            return None;
        };
        let shape = self.graph.shape(leaf);
        let turned = if shape.is_scalar() { "" } else { "'" };
        (shape.cols == 1).then_some((shape, turned))
    }

    /// Names what a round reads: the states before it, and rows of matrices that have names. The leaves of
    /// other loops may be the same nodes, so each loop names them anew.
    fn name_before(&mut self, round: &Round, args: &[NodeId], letter: &str) -> Option<()> {
        for (k, (leaf, _)) in round.states.iter().enumerate() {
            let state = symbol(letter, k, round.states.len());
            self.names.insert(*leaf, format!("{state}[k-1]").into());
        }
        let first = round.states.len() + round.parameters.len();
        for (leaf, matrix) in round.rows.iter().zip(&args[first..]) {
            let matrix = (self.options.names)(*matrix)?;
            self.names.insert(*leaf, format!("{matrix}[k,:]").into());
        }
        Some(())
    }

    /// The adjoints, from the last round back; the names and lengths of what is wanted.
    fn backwards(
        &mut self,
        round: &Round,
        back: &RoundBack,
        args: &[NodeId],
        letter: &str,
        last: &LastRound,
    ) -> Option<Vec<(String, usize)>> {
        let graph = self.graph;
        let inside = inside(round, args);
        let states = round.states.len();
        let adjoint = |k: usize| with_bar(&symbol(letter, k, states));
        self.name_before(round, args, letter)?;
        match round.keeps {
            Keeps::Last => {
                for (k, seed) in self.seeds(back, args).into_iter().enumerate() {
                    self.equation(format!("{}[{last}]", adjoint(k)), seed, OverRounds::None)?;
                }
            }
            Keeps::All => self.kept(round, back, args, letter, last)?,
        }
        for (k, (leaf, _)) in back.states.iter().enumerate() {
            self.names
                .insert(*leaf, format!("{}[k]", adjoint(k)).into());
        }
        for (k, (_, before)) in back.states.iter().enumerate() {
            let before = substitute(graph, *before, &inside);
            let name = format!("{}[k-1]", adjoint(k));
            self.equation(name, before, OverRounds::Backwards(last.clone()))?;
        }
        let mut parts = Vec::new();
        let mut sums = back.sums.iter();
        let mut rows = back.rows.iter();
        for (k, arg) in args[..round.arity()].iter().enumerate() {
            if !back.wanted[k] {
                continue;
            }
            let name = match round.argument(k) {
                LoopArgument::State(k) => format!("{}[0]", adjoint(k)),
                LoopArgument::Parameter(_) => {
                    let (sum, added) = *sums.next()?;
                    let called = self.called(*arg, k);
                    if (self.options.names)(*arg).is_none() {
                        self.equation(called.clone(), *arg, OverRounds::None)?;
                    }
                    let name = with_bar(&called);
                    self.parameter(&name, sum, substitute(graph, added, &inside), last)?
                }
                LoopArgument::Matrix(_) => {
                    let name = with_bar(&self.called(*arg, k));
                    let row = substitute(graph, *rows.next()?, &inside);
                    let rounds = OverRounds::Backwards(last.clone());
                    self.equation(format!("{name}[k,:]"), row, rounds)?;
                    name
                }
            };
            parts.push((name, graph.shape(*arg).len()));
        }
        Some(parts)
    }

    /// The adjoints of the states after the last round, where these are the loop's value.
    fn seeds(&self, back: &RoundBack, args: &[NodeId]) -> Vec<NodeId> {
        let graph = self.graph;
        let seed = args[args.len() - 1];
        let shapes = back.states.iter().map(|(leaf, _)| graph.shape(*leaf));
        let parts = graph.args(seed);
        let joined = matches!(graph.node(seed).op, Op::Apply(row, _) if row.is(&VCAT));
        let given = parts.iter().map(|part| graph.shape(*part).len());
        if joined && given.eq(shapes.clone().map(Shape::len)) {
            let pairs = parts.iter().zip(shapes);
            return pairs
                .map(|(part, shape)| graph.term(*part).reshaped(shape).id)
                .collect();
        }
        let mut at = 0;
        let part = |shape: Shape| {
            let corner = Corner { row: at, col: 0 };
            at += shape.len() as u32;
            let column = Shape::vector(shape.len());
            let part = graph.term(seed).block(Block {
                corner,
                shape: column,
            });
            part.reshaped(shape).id
        };
        shapes.map(part).collect()
    }

    /// The adjoint of the states of all rounds, where these are the loop's value: every round adds its own.
    fn kept(
        &mut self,
        round: &Round,
        back: &RoundBack,
        args: &[NodeId],
        letter: &str,
        last: &LastRound,
    ) -> Option<()> {
        let graph = self.graph;
        let (shape, turned) = self.column(&back.states)?;
        let attr = graph.round(round.clone());
        let value = graph.apply(&ROUNDS, attr, round.shape(graph), &args[..round.arity()]);
        let called = (self.options.names)(value);
        let all = with_bar(&called.map_or(letter.to_uppercase(), |name| name.to_string()));
        let adjoint = with_bar(letter);
        self.equation(all.clone(), args[args.len() - 1], OverRounds::None)?;
        let row: Name = format!("{all}[{last},:]{turned}").into();
        let seed = graph.input(row.clone(), shape, None);
        self.names.insert(seed, row);
        self.equation(format!("{adjoint}[{last}]"), seed, OverRounds::None)?;
        let row: Name = format!("{all}[k-1,:]{turned}").into();
        self.names
            .extend(back.kept.iter().map(|leaf| (*leaf, row.clone())));
        let zero = graph.term(graph.literal(0.0)).stretch(shape).id;
        self.equation(format!("{all}[0,:]{turned}"), zero, OverRounds::None)
    }

    /// The adjoint of a parameter, which `added` is after a round if it was `sum` before. Its name.
    fn parameter(
        &mut self,
        name: &str,
        sum: NodeId,
        added: NodeId,
        last: &LastRound,
    ) -> Option<String> {
        let graph = self.graph;
        let shape = graph.shape(sum);
        let zero = graph.term(graph.literal(0.0)).stretch(shape).id;
        if shape.is_scalar() {
            let part = substitute(graph, added, &FxHashMap::from_iter([(sum, zero)]));
            self.equation(name.into(), part, OverRounds::Sum(last.clone()))?;
            return Some(name.into());
        }
        self.names.insert(sum, format!("{name}[k]").into());
        self.equation(format!("{name}[{last}]"), zero, OverRounds::None)?;
        let rounds = OverRounds::Backwards(last.clone());
        self.equation(format!("{name}[k-1]"), added, rounds)?;
        Some(format!("{name}[0]"))
    }

    /// The name of argument number `k` of a loop.
    fn called(&self, arg: NodeId, k: usize) -> String {
        let name = (self.options.names)(arg);
        name.map_or_else(|| format!("p{}", k + 1), |name| name.to_string())
    }

    /// Gives names to the parts of the value of `id`, one after the other, wherever `cone` reads them. `None`
    /// if it reads anything else.
    fn name_parts(
        &mut self,
        id: NodeId,
        parts: Vec<(String, usize)>,
        cone: &[NodeId],
    ) -> Option<()> {
        let graph = self.graph;
        if let [(name, _)] = &parts[..] {
            self.names.insert(id, name.as_str().into());
            self.name_reshaped(id, name, cone);
            return Some(());
        }
        for &reader in cone {
            if !graph.args(reader).contains(&id) {
                continue;
            }
            let Op::Apply(row, Attr::Corner(corner)) = graph.node(reader).op else {
                return None;
            };
            let mut first = 0;
            let part = parts.iter().find(|(_, length)| {
                first += length;
                first - length == corner.row as usize
            });
            let (name, length) = part.filter(|_| row.is(&INDEX))?;
            if graph.shape(reader).len() != *length {
                return None;
            }
            self.names.insert(reader, name.as_str().into());
            self.name_reshaped(reader, name, cone);
        }
        Some(())
    }

    /// The states of a loop stand in a column, whatever their shape.
    fn name_reshaped(&mut self, id: NodeId, name: &str, cone: &[NodeId]) {
        for &reader in cone {
            let Op::Apply(row, _) = self.graph.node(reader).op else {
                continue;
            };
            if row.is(&RESHAPE) && self.graph.args(reader)[0] == id {
                self.names.insert(reader, name.into());
            }
        }
    }
}

/// What stands for the parameters of a round.
fn inside(round: &Round, args: &[NodeId]) -> FxHashMap<NodeId, NodeId> {
    let given = args[round.states.len()..].iter().copied();
    round.parameters.iter().copied().zip(given).collect()
}

/// The symbol of state number `k` of `states`.
fn symbol(letter: &str, k: usize, states: usize) -> String {
    match states {
        1 => letter.into(),
        _ => format!("{letter}{}", k + 1),
    }
}

/// The symbol of an adjoint: a bar over the first letter.
fn with_bar(symbol: &str) -> String {
    let first = symbol.chars().next().map_or(0, char::len_utf8);
    format!("{}\u{304}{}", &symbol[..first], &symbol[first..])
}
