//! Derivatives of loops: the tangent of a loop is a loop over states and tangents; the adjoint goes
//! through the rounds backwards. Of the latter the derivatives are found by exchanging their order:
//! the adjoint of arguments along a direction is the adjoint of the tangent in that direction. So two
//! kinds of nodes serve derivatives of any order.

use super::Held;
use super::flow::Flow;
use super::site::{Modes, Site};
use crate::graph::{
    Attr, Block, Corner, Graph, Keeps, LocalUse, LoopArgument, NodeId, Round, RoundBack, Shape,
    Term,
};
use crate::primitives::array::{HCAT, VCAT};
use crate::primitives::rounds::{ROUNDS, ROUNDS_BACK};
use rustc_hash::FxHashMap;

/// A loop and its arguments.
pub(super) struct Loop<'g> {
    pub graph: &'g Graph,
    pub modes: Modes,
    pub round: Round,
    pub args: Vec<Term<'g>>,
}

/// A loop over states and their tangents, in the place of another one.
struct Tangents<'g> {
    both: Loop<'g>,
    /// The states of the other one, and those of them that have tangents.
    active: Vec<bool>,
}

impl<'g> Loop<'g> {
    fn width(&self) -> usize {
        self.round.width(self.graph)
    }

    pub fn value(&self) -> Term<'g> {
        let ids: Vec<NodeId> = self.args.iter().map(|arg| arg.id).collect();
        let attr = self.graph.round(self.round.clone());
        let shape = self.round.shape(self.graph);
        self.graph
            .term(self.graph.apply(&ROUNDS, attr, shape, &ids))
    }

    /// The part of a value of such a loop that begins at state entry `first`.
    pub fn part(&self, value: Term<'g>, first: usize, count: usize) -> Term<'g> {
        let whole = value.shape();
        let first = first as u32;
        value.block(match self.round.keeps {
            Keeps::Last => Block {
                corner: Corner { row: first, col: 0 },
                shape: Shape::vector(count),
            },
            Keeps::All => Block {
                corner: Corner { row: 0, col: first },
                shape: Shape::new(whole.m(), count),
            },
        })
    }

    /// Zeros in the place of such a part.
    pub fn zeros(&self, count: usize, rows: usize) -> Term<'g> {
        let shape = match self.round.keeps {
            Keeps::Last => Shape::vector(count),
            Keeps::All => Shape::new(rows, count),
        };
        self.graph.term(self.graph.literal(0.0)).stretch(shape)
    }

    /// Parts, one after the other.
    pub fn joined(&self, parts: &[Term<'g>]) -> Term<'g> {
        let parts: Vec<Term<'g>> = parts
            .iter()
            .copied()
            .filter(|part| !part.shape().is_empty())
            .collect();
        if let [only] = parts[..] {
            return only;
        }
        let ids: Vec<NodeId> = parts.iter().map(|part| part.id).collect();
        let shapes = parts.iter().map(|part| part.shape());
        let (row, shape) = match self.round.keeps {
            Keeps::Last => (&VCAT, Shape::vector(shapes.map(Shape::len).sum())),
            Keeps::All => {
                let rows = parts.first().map_or(0, |part| part.shape().m());
                (&HCAT, Shape::new(rows, shapes.map(Shape::n).sum()))
            }
        };
        self.graph
            .term(self.graph.apply(row, Attr::None, shape, &ids))
    }

    /// The lengths of the states.
    pub fn lengths(&self) -> Vec<usize> {
        let states = self.round.states.iter();
        states
            .map(|(leaf, _)| self.graph.shape(*leaf).len())
            .collect()
    }

    /// The loop over states and tangents, where `dots` are the tangents of the arguments.
    fn along(&self, dots: &[Option<Term<'g>>]) -> Tangents<'g> {
        let (graph, round) = (self.graph, &self.round);
        let count = round.states.len();
        let mut active: Vec<bool> = dots[..count].iter().map(Option::is_some).collect();
        let is_active = |k: usize, active: &[bool]| match k < count {
            true => active[k],
            false => dots[k].is_some(),
        };
        // The leaf of the tangent of argument `k`: behind those of the loop itself, in their order.
        let local = |k: usize, active: &[bool]| -> NodeId {
            let (of, first, end) = match round.argument(k) {
                LoopArgument::State(_) => (LocalUse::State, 0, count),
                LoopArgument::Parameter(_) => {
                    (LocalUse::Parameter, count, count + round.parameters.len())
                }
                LoopArgument::Matrix(_) => {
                    (LocalUse::Row, count + round.parameters.len(), round.arity())
                }
            };
            let before = (first..k).filter(|k| is_active(*k, active)).count();
            graph.local(of, end - first + before, graph.shape(round.leaf(k)))
        };
        let outputs: Vec<NodeId> = round.states.iter().map(|(_, node)| *node).collect();
        // A state is active if a round makes it so.
        let tangents = loop {
            let (seeds, held): (Vec<usize>, Vec<usize>) =
                (0..round.arity()).partition(|k| is_active(*k, &active));
            let held: Held = held.into_iter().map(|k| round.leaf(k)).collect();
            let seed = |k: usize| Flow::everywhere(graph.term(local(k, &active)));
            let seeds: FxHashMap<NodeId, Flow<'g>> = (seeds.into_iter())
                .map(|k| (round.leaf(k), seed(k)))
                .collect();
            let flows = (self.modes.forward)(graph, &outputs, &seeds, &held);
            let found: Vec<Option<NodeId>> = outputs
                .iter()
                .map(|output| flows.get(*output).map(|flow| flow.term.id))
                .collect();
            let mut more = false;
            for (active, found) in active.iter_mut().zip(&found) {
                more |= !*active && found.is_some();
                *active |= found.is_some();
            }
            if !more {
                break found;
            }
        };
        let mut both = round.clone();
        let mut args: Vec<Vec<Term<'g>>> = vec![Vec::new(); 3];
        for (k, arg) in self.args.iter().enumerate() {
            args[part_of(round.argument(k))].push(*arg);
        }
        for (k, dot) in dots.iter().enumerate() {
            let zero = || graph.term(round.leaf(k)).zero();
            let part = part_of(round.argument(k));
            match (round.argument(k), *dot) {
                (LoopArgument::State(number), dot) if active[number] => {
                    let after = tangents[number].unwrap_or_else(|| zero().id);
                    both.states.push((local(k, &active), after));
                    args[part].push(dot.unwrap_or_else(zero));
                }
                (LoopArgument::Parameter(_), Some(dot)) => {
                    both.parameters.push(local(k, &active));
                    args[part].push(dot);
                }
                (LoopArgument::Matrix(_), Some(dot)) => {
                    both.rows.push(local(k, &active));
                    args[part].push(dot);
                }
                _ => {}
            }
        }
        Tangents {
            both: Loop {
                graph,
                modes: self.modes,
                round: both,
                args: args.concat(),
            },
            active,
        }
    }

    /// The node of the adjoints of the arguments that are wanted, for an adjoint of the value.
    fn back(&self, seed: Term<'g>, wanted: &[bool]) -> Term<'g> {
        let (graph, round) = (self.graph, &self.round);
        let shape_of = |leaf: NodeId| graph.shape(leaf);
        let mut outputs = Vec::new();
        let mut states = Vec::new();
        for (k, (leaf, node)) in round.states.iter().enumerate() {
            let adjoint = graph.local(LocalUse::Adjoint, k, shape_of(*leaf));
            outputs.push((*node, Flow::everywhere(graph.term(adjoint))));
            states.push((adjoint, *leaf));
        }
        // Contributions to a state are added in the order that they would have if all rounds stood here.
        let mut kept = Vec::new();
        if round.keeps == Keeps::All {
            for (k, (leaf, _)) in round.states.iter().enumerate() {
                let received = graph.local(LocalUse::Kept, k, shape_of(*leaf));
                outputs.push((*leaf, Flow::everywhere(graph.term(received))));
                kept.push(received);
            }
        }
        let mut sums = Vec::new();
        let mut rows = Vec::new();
        for k in (0..round.arity()).filter(|k| wanted[*k]) {
            match round.argument(k) {
                LoopArgument::State(_) => {}
                LoopArgument::Parameter(number) => {
                    let leaf = round.parameters[number];
                    let sum = graph.local(LocalUse::Sum, number, shape_of(leaf));
                    outputs.push((leaf, Flow::everywhere(graph.term(sum))));
                    sums.push((sum, leaf));
                }
                LoopArgument::Matrix(number) => rows.push(round.rows[number]),
            }
        }
        let leaves = states.iter().chain(&sums).map(|(_, leaf)| *leaf);
        let targets: Vec<NodeId> = leaves.chain(rows.iter().copied()).collect();
        let found = (self.modes.reverse)(graph, &outputs, &targets, &Held::default());
        let mut found = (targets.iter().zip(found)).map(|(leaf, flow)| {
            flow.map_or_else(|| graph.term(*leaf).zero(), |flow| flow.term)
                .id
        });
        let mut next = || found.next().expect("one for each target");
        let states = states.iter().map(|(seed, _)| (*seed, next())).collect();
        let sums = sums.iter().map(|(sum, _)| (*sum, next())).collect();
        let rows = rows.iter().map(|_| next()).collect();
        let Attr::Round(number) = graph.round(round.clone()) else {
            unreachable!("a round is an attribute of its own");
        };
        let attr = graph.round_back(RoundBack {
            round: number,
            wanted: wanted.to_vec(),
            states,
            kept,
            sums,
            rows,
        });
        let lengths = (self.args.iter().zip(wanted)).filter(|(_, wanted)| **wanted);
        let length = lengths.map(|(arg, _)| arg.shape().len()).sum();
        let ids: Vec<NodeId> = self.args.iter().chain([&seed]).map(|arg| arg.id).collect();
        graph.term(graph.apply(&ROUNDS_BACK, attr, Shape::vector(length), &ids))
    }
}

/// The list of arguments that one belongs to.
pub(super) fn part_of(argument: LoopArgument) -> usize {
    match argument {
        LoopArgument::State(_) => 0,
        LoopArgument::Parameter(_) => 1,
        LoopArgument::Matrix(_) => 2,
    }
}

impl<'g> Tangents<'g> {
    /// The tangent of the value of the other loop.
    fn tangent(&self, of: &Loop<'g>) -> Term<'g> {
        let value = self.both.value();
        let mut at = of.width();
        let parts: Vec<Term<'g>> = (of.lengths().into_iter().zip(&self.active))
            .map(|(length, active)| match active {
                true => {
                    at += length;
                    self.both.part(value, at - length, length)
                }
                false => of.zeros(length, value.shape().m()),
            })
            .collect();
        of.joined(&parts)
    }

    /// The adjoints of the wanted arguments of the other loop, where the value of that has the adjoint
    /// `plain` and its tangent `dotted`.
    fn back(
        &self,
        of: &Loop<'g>,
        plain: Option<Term<'g>>,
        dotted: Term<'g>,
        wanted: &[bool],
    ) -> Term<'g> {
        let rows = dotted.shape().m();
        let mut parts = vec![plain.unwrap_or_else(|| of.zeros(of.width(), rows))];
        let mut at = 0;
        for (length, active) in of.lengths().into_iter().zip(&self.active) {
            if *active {
                parts.push(of.part(dotted, at, length));
            }
            at += length;
        }
        let seed = of.joined(&parts);
        // The arguments of the other loop stand at the head of each list.
        let mut all = Vec::new();
        let (one, both) = (&of.round, &self.both.round);
        let mut k = 0;
        for (own, total) in [
            (one.states.len(), both.states.len()),
            (one.parameters.len(), both.parameters.len()),
            (one.rows.len(), both.rows.len()),
        ] {
            all.extend_from_slice(&wanted[k..k + own]);
            all.extend(std::iter::repeat_n(false, total - own));
            k += own;
        }
        self.both.back(seed, &all)
    }
}

/// A loop node, or the adjoints of one with the adjoint that they are for.
struct Parts<'g> {
    of: Loop<'g>,
    back: Option<(Vec<bool>, Term<'g>)>,
}

impl<'g> Parts<'g> {
    fn of(site: &Site<'g>) -> Parts<'g> {
        let graph = site.graph;
        let mut args = site.args.to_vec();
        let (round, back) = match site.attr {
            Attr::RoundBack(id) => {
                let back = graph.round_back_of(id);
                let seed = args.pop().expect("the adjoint of the value comes last");
                (back.round, Some((back.wanted.clone(), seed)))
            }
            Attr::Round(id) => (id, None),
            _ => unreachable!("a loop has a round"),
        };
        let round = (*graph.round_of(round)).clone();
        Parts {
            of: Loop {
                graph,
                modes: site.modes,
                round,
                args,
            },
            back,
        }
    }
}

/// The tangent of a loop, or of the adjoints of one.
pub(super) fn tangent<'g>(site: &Site<'g>, dots: &[Option<Flow<'g>>]) -> Option<Flow<'g>> {
    let Parts { of, back } = Parts::of(site);
    let terms: Vec<Option<Term<'g>>> = dots.iter().map(|dot| dot.map(|dot| dot.term)).collect();
    let count = of.round.arity();
    let args_active = terms[..count].iter().any(Option::is_some);
    let term = match back {
        None => of.along(&terms).tangent(&of),
        Some((wanted, seed)) if args_active => {
            of.along(&terms[..count])
                .back(&of, terms[count], seed, &wanted)
        }
        Some((wanted, _)) => of.back(terms[count]?, &wanted),
    };
    Some(Flow::mix(dots.iter().flatten().copied(), term))
}

/// The adjoints of those arguments for which `accepts` holds, given that of the result.
pub(super) fn adjoints<'g>(
    site: &Site<'g>,
    flow: Flow<'g>,
    accepts: impl Fn(usize) -> bool,
) -> Vec<(usize, Flow<'g>)> {
    let Parts { of, back } = Parts::of(site);
    let count = of.round.arity();
    let asked: Vec<bool> = (0..count).map(&accepts).collect();
    let any = asked.contains(&true);
    let mut found = Vec::new();
    match back {
        None if any => {
            let value = of.back(flow.term, &asked);
            found.extend(taken_apart(&of.args, &asked, value));
        }
        None => {}
        Some((wanted, seed)) => {
            let mut dots = vec![None; count];
            for (k, dot) in taken_apart(&of.args, &wanted, flow.term) {
                dots[k] = Some(dot);
            }
            let tangents = of.along(&dots);
            if any {
                let value = tangents.back(&of, None, seed, &asked);
                found.extend(taken_apart(&of.args, &asked, value));
            }
            if accepts(count) {
                found.push((count, tangents.tangent(&of)));
            }
        }
    }
    let flows = found.into_iter().map(|(k, term)| (k, flow.mixed(term)));
    flows.collect()
}

/// The parts of a column that belong to some of the arguments.
fn taken_apart<'g>(args: &[Term<'g>], wanted: &[bool], column: Term<'g>) -> Vec<(usize, Term<'g>)> {
    let mut at = 0;
    let mut parts = Vec::new();
    for (k, arg) in args.iter().enumerate().filter(|(k, _)| wanted[*k]) {
        let shape = arg.shape();
        let block = Block {
            corner: Corner { row: at, col: 0 },
            shape: Shape::vector(shape.len()),
        };
        parts.push((k, column.block(block).reshaped(shape)));
        at += shape.len() as u32;
    }
    parts
}
