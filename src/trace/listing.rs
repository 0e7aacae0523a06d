//! Listings: the nodes that a trace lists, numbered, and what each looks like there.

use super::birth::Place;
use super::formula::{Symbols, Writer, spans};
use super::sight::{Sight, all_known};
use super::{Arg, Folded, INPUT, Line};
use crate::diagnostic::Result;
use crate::diff::Held;
use crate::graph::{Args, Attr, Graph, NodeId, Op, Primitive, Shape, Tensor};
use crate::lower::Evaluation;
use crate::notation::{Math, Role};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// A trace being built: the nodes that it lists, and how they are written.
pub(super) struct Builder<'l, 'a> {
    pub(super) evaluation: &'l Evaluation<'a>,
    pub(super) graph: &'a Graph,
    pub(super) sight: Sight<'l, 'a>,
    pub(super) listed: Vec<NodeId>,
    pub(super) numbers: FxHashMap<NodeId, usize>,
    pub(super) symbols: Symbols,
    pub(super) known: bool,
    /// The tangents and adjoints of the lines, column by column, where there are any.
    pub(super) flows: Vec<(Place, Vec<Option<NodeId>>)>,
}

/// A listed node as it is shown: the same operation on the arguments that are seen.
pub(super) struct Shown {
    pub(super) node: NodeId,
    pub(super) args: Args,
}

impl<'l, 'a> Builder<'l, 'a> {
    /// The lines of `roots`, numbered.
    pub(super) fn new(
        evaluation: &'l Evaluation<'a>,
        roots: &[NodeId],
        held: &'l Held,
        order: &dyn Fn(NodeId) -> (u8, u64),
    ) -> Result<Builder<'l, 'a>> {
        let graph = evaluation.unit.graph;
        let known = all_known(evaluation, roots)?;
        let sight = Sight::new(evaluation, held, known);
        let mut listed = sight.reach(roots, true)?;
        listed.sort_by_key(|id| match sight.is_leaf(*id) {
            true => (0, order(*id), *id),
            false => (1, (0, 0), *id),
        });
        let numbers: FxHashMap<NodeId, usize> = listed
            .iter()
            .enumerate()
            .map(|(k, id)| (*id, k + 1))
            .collect();
        let symbols = numbers
            .iter()
            .map(|(id, number)| (*id, (Role::Primal, *number)))
            .collect();
        Ok(Builder {
            evaluation,
            graph,
            sight,
            listed,
            numbers,
            symbols,
            known,
            flows: Vec::new(),
        })
    }

    /// Every listed node on the arguments that are seen, stretched again where they must be.
    pub(super) fn shown(&mut self) -> Result<Vec<Shown>> {
        let mut all = Vec::with_capacity(self.listed.len());
        for id in self.listed.clone() {
            let (args, _) = self.sight.arguments(id)?;
            let node = self.graph.node(id);
            let shown = match node.op {
                Op::Apply(row, attr) if !self.sight.is_leaf(id) => {
                    let direct: Args = self
                        .graph
                        .args(id)
                        .iter()
                        .zip(&args)
                        .map(|(old, seen)| {
                            self.graph.term(*seen).stretch(self.graph.shape(*old)).id
                        })
                        .collect();
                    self.graph.apply(row, attr, node.shape, &direct)
                }
                _ => id,
            };
            self.symbols
                .insert(shown, (Role::Primal, self.numbers[&id]));
            all.push(Shown { node: shown, args });
        }
        Ok(all)
    }

    /// The value of a node, where the inputs have values.
    pub(super) fn value(&self, id: NodeId) -> Result<Option<Rc<Tensor>>> {
        if !self.known {
            return Ok(None);
        }
        Ok(self.evaluation.value_if_known(id)?.map(Rc::new))
    }

    /// `id` as part of the rule of one line: only the line itself, its arguments and what stands
    /// in for their derivatives have symbols, so that the rule reads as on paper although another
    /// line may happen to compute the same.
    pub(super) fn rule(&self, id: NodeId, line: &Shown, stand_ins: &[NodeId]) -> Math {
        let known = |id: &NodeId| Some((*id, *self.symbols.get(id)?));
        let mut symbols: Symbols = line.args.iter().filter_map(known).collect();
        symbols.extend(known(&line.node));
        symbols.extend(stand_ins.iter().filter_map(known));
        Writer {
            graph: self.graph,
            symbols: &symbols,
        }
        .operand(id)
    }

    /// Writes formulas with the symbols of all lines.
    pub(super) fn writer(&self) -> Writer<'_, '_> {
        Writer {
            graph: self.graph,
            symbols: &self.symbols,
        }
    }

    /// The line of a listed node, without derivatives.
    pub(super) fn line(&self, id: NodeId, shown: &Shown) -> Result<Line> {
        let node = self.graph.node(id);
        let leaf = self.sight.is_leaf(id);
        let names = self.sight.names(id);
        let (op, formula, args) = match node.op {
            Op::Apply(row, attr) if !leaf => {
                let args = self.arguments(row, attr, node.shape, shown);
                (row.name, self.writer().definition(shown.node), args)
            }
            _ => {
                let name = names.first().cloned().unwrap_or_else(|| "?".into());
                (INPUT, Math::Name(name), Vec::new())
            }
        };
        Ok(Line {
            names,
            op,
            args,
            formula,
            origin: self.evaluation.unit.origin(id),
            folded: match (node.attr(), leaf) {
                (Attr::Round(_), false) => self.evaluation.rounds(id)?.map(|count| Folded {
                    count,
                    states: Vec::new(),
                }),
                _ => None,
            },
            shape: node.shape,
            value: self.value(id)?,
            tangents: Vec::new(),
            adjoints: Vec::new(),
            life: None,
            zeros: None,
        })
    }

    /// The arguments of a node: other lines, numbers, and then axes, indices and counts.
    fn arguments(&self, row: &Primitive, attr: Attr, shape: Shape, shown: &Shown) -> Vec<Arg> {
        let written = match attr {
            Attr::Rule(_) => shown.args.len() - 1,
            _ => shown.args.len(),
        };
        let mut args: Vec<Arg> = shown.args[..written]
            .iter()
            .map(
                |arg| match (self.numbers.get(arg), self.graph.node(*arg).op) {
                    (Some(number), _) => Arg::Node(*number),
                    (None, Op::Literal(value)) => Arg::Literal(Rc::new(Tensor::scalar(value))),
                    (None, Op::Constant(constant)) => {
                        Arg::Literal(self.graph.constant_value(constant))
                    }
                    (None, Op::Input(leaf)) => Arg::Text(self.graph.leaf(leaf).name.to_string()),
                    (None, _) => Arg::Text("?".into()),
                },
            )
            .collect();
        let number = |value: f64| Arg::Literal(Rc::new(Tensor::scalar(value)));
        match attr {
            Attr::Axis(axis) => args.push(number(f64::from(axis))),
            Attr::Corner(_) => {
                let from = self.graph.shape(shown.args[0]);
                args.extend(spans(attr, shape, from).into_iter().map(|span| match span {
                    None => Arg::Text(":".into()),
                    Some((first, last)) if first == last => number(f64::from(first)),
                    Some((first, last)) => Arg::Text(format!("{first}..{last}")),
                }));
            }
            _ => {}
        }
        args.extend(
            row.sizes_shown(shape)
                .into_iter()
                .map(|size| number(f64::from(size))),
        );
        args
    }

    /// A leaf that stands for a tangent or an adjoint while its rule is written.
    pub(super) fn placeholder(&mut self, shape: Shape, role: Role, number: usize) -> NodeId {
        let leaf = self.graph.input("".into(), shape, None);
        self.symbols.insert(leaf, (role, number));
        leaf
    }

    /// The distinct listed arguments of a node.
    pub(super) fn active(&self, shown: &Shown) -> Vec<NodeId> {
        let mut active: Vec<NodeId> = Vec::new();
        for arg in &shown.args {
            if self.numbers.contains_key(arg) && !active.contains(arg) {
                active.push(*arg);
            }
        }
        active
    }
}

/// The lines that depend on `targets`, those included.
pub(super) fn active_lines(
    builder: &Builder<'_, '_>,
    targets: &[NodeId],
) -> Result<FxHashSet<NodeId>> {
    let mut active: FxHashSet<NodeId> = FxHashSet::default();
    for id in &builder.listed {
        let own = targets.contains(id);
        let skipped = usize::from(builder.sight.has_condition(*id));
        let from_args = || -> Result<bool> {
            let (args, _) = builder.sight.arguments(*id)?;
            Ok(args.iter().skip(skipped).any(|arg| active.contains(arg)))
        };
        if own || (!builder.sight.is_leaf(*id) && from_args()?) {
            active.insert(*id);
        }
    }
    Ok(active)
}
