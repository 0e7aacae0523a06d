//! Of what kind the zeros among derivatives are.

use super::build::{Builder, Request, Shown, Wrt};
use super::compare::{Question, active_lines};
use super::formula::Symbols;
use super::search::Search;
use super::{Line, LineZeros};
use crate::diagnostic::Result;
use crate::diff::{Flow, Held, Target, forward, reverse};
use crate::graph::primitive::{DerivativeRule, Kernel, Notation, Operator};
use crate::graph::{Corner, NodeId, Op, Shape, Tensor, Term};
use crate::lower::Evaluation;
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// Why a derivative is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Zero {
    /// Contributions that are not zero add up to nothing.
    Cancelled,
    /// A product of numbers that are not zero is too small for a number.
    Underflow,
    /// The operation does not change there: a step, a constant piece, a stationary point.
    Flat,
    /// The path leads through a branch that was not taken.
    NotTaken,
    /// Nothing leads from here to there.
    NoPath,
}

impl Zero {
    /// All of them; where several reasons meet, the first one counts.
    pub const ALL: [Zero; 5] = [
        Zero::Cancelled,
        Zero::Underflow,
        Zero::Flat,
        Zero::NotTaken,
        Zero::NoPath,
    ];

    /// What it is called in text and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Zero::Cancelled => "cancelled",
            Zero::Underflow => "underflow",
            Zero::Flat => "flat",
            Zero::NotTaken => "branch not taken",
            Zero::NoPath => "no path",
        }
    }
}

/// Why the entries of one derivative are zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Zeros {
    /// The shape of the derivative.
    pub shape: Shape,
    /// One for each entry, column by column; `None` where it is not zero.
    pub kinds: Vec<Option<Zero>>,
}

impl Zeros {
    /// The kind of all entries, where they all are zero for one reason.
    pub fn single(&self) -> Option<Zero> {
        let first = (*self.kinds.first()?)?;
        self.kinds
            .iter()
            .all(|kind| *kind == Some(first))
            .then_some(first)
    }

    /// How many entries there are of each kind that occurs.
    pub fn counts(&self) -> Vec<(Zero, usize)> {
        let count = |zero: Zero| {
            self.kinds
                .iter()
                .filter(|kind| **kind == Some(zero))
                .count()
        };
        Zero::ALL
            .into_iter()
            .map(|zero| (zero, count(zero)))
            .filter(|(_, count)| *count > 0)
            .collect()
    }
}

/// Notes of what kind the zeros of a trace are.
pub(super) fn of_trace(
    builder: &Builder<'_, '_>,
    shown: &[Shown],
    request: &Request<'_>,
    lines: &mut [Line],
) -> Result<()> {
    let study = Study { builder, shown };
    let mut all: Vec<LineZeros> = vec![LineZeros::default(); lines.len()];
    let roots = request.wanted.roots();
    if request.forward {
        for wrt in &request.wanted.wrt {
            let direction = study.direction(wrt);
            let zeros = study.tangents(wrt.target, direction, &roots)?;
            all.iter_mut()
                .zip(zeros)
                .for_each(|(line, zeros)| line.tangents.push(zeros));
        }
    }
    if request.reverse {
        for root in &roots {
            let zeros = study.adjoints(*root)?;
            all.iter_mut()
                .zip(zeros)
                .for_each(|(line, zeros)| line.adjoints.push(zeros));
        }
    }
    for (line, zeros) in lines.iter_mut().zip(all) {
        line.zeros = Some(zeros);
    }
    Ok(())
}

/// Entries of a Jacobian whose zeros are told apart at most: each direction is a pass of its own.
const JACOBIAN_ENTRIES: usize = 1000;

/// Of what kind the zeros of a comparison are, for each `wrt`.
pub(super) fn of_rows(
    lowering: &Evaluation<'_>,
    question: &Question<'_>,
) -> Result<Vec<Option<Zeros>>> {
    let root = question.output.1;
    let mut builder = Builder::new(lowering, &[root], question.held, question.order)?;
    let shown = builder.shown()?;
    let study = Study {
        builder: &builder,
        shown: &shown,
    };
    let scalar = builder.graph.shape(root).is_scalar();
    let adjoints = if scalar {
        study.adjoints(root)?
    } else {
        Vec::new()
    };
    let mut rows = Vec::with_capacity(question.wrt.len());
    for wrt in question.wrt {
        rows.push(match scalar && wrt.along.is_none() {
            true => Some(study.gradient(wrt.target, root, &adjoints)?),
            false => study.jacobian(wrt, root)?,
        });
    }
    Ok(rows)
}

/// What passes a derivative from one line to another: linear in the seed, `None` where nothing
/// passes at all.
type Pass<'p> = dyn Fn(&Tensor) -> Result<Option<NodeId>> + 'p;

/// How an operation passes derivatives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// One of two sides, entry by entry.
    Choice,
    /// Entry by entry.
    Entrywise,
    /// By constant factors: where nothing passes there is no path.
    Linear,
    /// Any entry to any entry.
    Mixing,
}

/// One way on which a derivative arrives at a line.
struct Link<'p> {
    /// The derivative at the other end.
    seed: Tensor,
    /// Why its zeros are zero.
    kinds: Zeros,
    manner: Manner,
    pass: Box<Pass<'p>>,
}

struct Study<'s, 'l, 'a> {
    builder: &'s Builder<'l, 'a>,
    shown: &'s [Shown],
}

impl<'a> Study<'_, '_, 'a> {
    fn direction(&self, wrt: &Wrt) -> Term<'a> {
        let graph = self.builder.graph;
        let one = graph.literal(1.0);
        graph.term(wrt.along.as_ref().map_or(one, |(node, _)| *node))
    }

    fn value(&self, id: NodeId) -> Result<Tensor> {
        self.builder.lowering.value(id)
    }

    /// The value of a flow; zero in the shape of line `id` where there is none.
    fn flow_value(&self, id: NodeId, flow: Option<Flow<'_>>) -> Result<Tensor> {
        match flow {
            Some(flow) => self.value(flow.term.id),
            None => Ok(Tensor::filled(self.builder.graph.shape(id), 0.0)),
        }
    }

    /// The zeros among the tangents of all lines.
    fn tangents(
        &self,
        target: Target,
        direction: Term<'a>,
        roots: &[NodeId],
    ) -> Result<Vec<Zeros>> {
        let builder = self.builder;
        let seeds = FxHashMap::from_iter([(target.node, target.seed(builder.graph, direction))]);
        let flows = forward(builder.graph, &builder.listed, &seeds, builder.sight.held);
        let active = active_lines(builder, &[target.node])?;
        let reaching = self.reaching(target.node, roots);
        let mut values: Vec<Tensor> = Vec::with_capacity(builder.listed.len());
        let mut all: Vec<Zeros> = Vec::with_capacity(builder.listed.len());
        for (k, id) in builder.listed.iter().enumerate() {
            let value = self.flow_value(*id, flows.get(*id))?;
            let leaf = builder.sight.is_leaf(*id) || *id == target.node;
            let mut links = Vec::new();
            for (position, arg) in self.ways(k) {
                if !leaf && active.contains(&arg) && active.contains(id) {
                    let from = builder.numbers[&arg] - 1;
                    let seed = (values[from].clone(), all[from].clone());
                    links.push(self.forward_link(k, position, seed));
                }
            }
            let otherwise = if !leaf && self.behind(*id, roots, &reaching)? {
                Zero::NotTaken
            } else {
                Zero::NoPath
            };
            all.push(self.kinds(&value, &links, otherwise)?);
            values.push(value);
        }
        Ok(all)
    }

    /// The arguments of line `k` that derivatives pass, by position; conditions pass none.
    fn ways(&self, k: usize) -> Vec<(usize, NodeId)> {
        let skipped = usize::from(self.builder.sight.has_condition(self.builder.listed[k]));
        let args = self.shown[k].args.iter().copied().enumerate().skip(skipped);
        args.filter(|(_, arg)| self.builder.numbers.contains_key(arg))
            .collect()
    }

    /// Line `k` with a leaf of its own in one position, so that an argument that it has twice is
    /// two: the node, the leaf, and all arguments.
    fn apart(&self, k: usize, position: usize) -> Result<(NodeId, NodeId, Held)> {
        let graph = self.builder.graph;
        let line = &self.shown[k];
        let mut leaves: Held = line.args.iter().copied().collect();
        let arg = line.args[position];
        let node = graph.node(line.node);
        let Op::Apply(row, attr) = node.op else {
            return Ok((line.node, arg, leaves));
        };
        if line.args.iter().filter(|other| **other == arg).count() == 1 {
            return Ok((line.node, arg, leaves));
        }
        let value = Rc::new(self.value(arg)?);
        let leaf = graph.input("".into(), graph.shape(arg), Some(value));
        let mut args = graph.args(line.node);
        args[position] = graph.term(leaf).stretch(graph.shape(args[position])).id;
        leaves.insert(leaf);
        Ok((graph.apply(row, attr, node.shape, &args), leaf, leaves))
    }

    /// From the argument in one position to line `k`.
    fn forward_link(&self, k: usize, position: usize, (seed, kinds): (Tensor, Zeros)) -> Link<'_> {
        let graph = self.builder.graph;
        let pass = move |seed: &Tensor| {
            let (node, leaf, leaves) = self.apart(k, position)?;
            let seed = Flow::everywhere(graph.term(graph.constant(seed.clone())));
            let found = forward(
                graph,
                &[node],
                &FxHashMap::from_iter([(leaf, seed)]),
                &leaves,
            );
            Ok(found.get(node).map(|flow| flow.term.id))
        };
        Link {
            seed,
            kinds,
            manner: self.manner(k),
            pass: Box::new(pass),
        }
    }

    /// The zeros among the adjoints of all lines for the output `root`.
    fn adjoints(&self, root: NodeId) -> Result<Vec<Zeros>> {
        let builder = self.builder;
        let one = builder
            .graph
            .term(builder.graph.literal(1.0))
            .stretch(builder.graph.shape(root));
        let flows = reverse(
            builder.graph,
            root,
            Flow::everywhere(one),
            &builder.listed,
            builder.sight.held,
        );
        let mut values: Vec<Tensor> = Vec::with_capacity(builder.listed.len());
        for (id, flow) in builder.listed.iter().zip(&flows) {
            values.push(self.flow_value(*id, *flow)?);
        }
        let mut users: FxHashMap<NodeId, Vec<(usize, usize)>> = FxHashMap::default();
        for k in (0..self.shown.len()).filter(|k| flows[*k].is_some()) {
            for (position, arg) in self.ways(k) {
                users.entry(arg).or_default().push((k, position));
            }
        }
        let mut all: Vec<Option<Zeros>> = vec![None; builder.listed.len()];
        for (k, id) in builder.listed.iter().enumerate().rev() {
            let mut links = Vec::new();
            for (user, position) in users.get(id).into_iter().flatten() {
                let Some(kinds) = all[*user].clone() else {
                    continue;
                };
                let seed = (values[*user].clone(), kinds);
                links.push(self.reverse_link(*user, *position, seed));
            }
            all[k] = Some(self.kinds(&values[k], &links, Zero::NoPath)?);
        }
        Ok(all.into_iter().flatten().collect())
    }

    /// From line `k` back to the argument in one position.
    fn reverse_link(&self, k: usize, position: usize, (seed, kinds): (Tensor, Zeros)) -> Link<'_> {
        let graph = self.builder.graph;
        let pass = move |seed: &Tensor| {
            let (node, leaf, leaves) = self.apart(k, position)?;
            let seed = Flow::everywhere(graph.term(graph.constant(seed.clone())));
            let found = reverse(graph, node, seed, &[leaf], &leaves)[0];
            Ok(found.map(|flow| flow.term.id))
        };
        Link {
            seed,
            kinds,
            manner: self.manner(k),
            pass: Box::new(pass),
        }
    }

    fn manner(&self, k: usize) -> Manner {
        let id = self.builder.listed[k];
        let row = self.builder.graph.node(id).primitive();
        match row.map(|row| (row.is_entrywise(), row.derivative)) {
            _ if self.builder.sight.has_condition(id) => Manner::Choice,
            Some((true, _)) => Manner::Entrywise,
            Some((_, DerivativeRule::Linear(_))) => Manner::Linear,
            _ => Manner::Mixing,
        }
    }

    /// Everything behind `roots` that the target reaches by any branch, taken or not, other than
    /// through a condition.
    fn reaching(&self, target: NodeId, roots: &[NodeId]) -> FxHashSet<NodeId> {
        let (graph, sight) = (self.builder.graph, &self.builder.sight);
        let mut reaching = FxHashSet::from_iter([target]);
        for id in graph.cone(roots, |id| sight.held.contains(&id)) {
            if sight.held.contains(&id) {
                continue;
            }
            let skipped = usize::from(sight.has_condition(id));
            if graph
                .args(id)
                .iter()
                .skip(skipped)
                .any(|arg| reaching.contains(arg))
            {
                reaching.insert(id);
            }
        }
        reaching
    }

    /// Whether the target reaches line `id`, or a choice that it stands for.
    fn behind(&self, id: NodeId, roots: &[NodeId], reaching: &FxHashSet<NodeId>) -> Result<bool> {
        for root in roots {
            if reaching.contains(root) && self.builder.sight.resolve(*root, &mut Vec::new())? == id
            {
                return Ok(true);
            }
        }
        Ok(reaching.contains(&id))
    }

    /// The zeros of a gradient, in the shape of the target.
    fn gradient(&self, target: Target, root: NodeId, adjoints: &[Zeros]) -> Result<Zeros> {
        let graph = self.builder.graph;
        let shape = target.shape(graph);
        let Some(number) = self.builder.numbers.get(&target.node) else {
            let taken = self.reaching(target.node, &[root]).contains(&root);
            let zero = if taken { Zero::NotTaken } else { Zero::NoPath };
            return Ok(Zeros {
                shape,
                kinds: vec![Some(zero); shape.len()],
            });
        };
        let zeros = &adjoints[number - 1];
        // What no taken branch leads to may be behind one that was not taken.
        let mut kinds = match target.entry {
            None => zeros.kinds.clone(),
            Some(corner) => {
                vec![zeros.kinds[corner.row as usize + corner.col as usize * zeros.shape.m()]]
            }
        };
        let active = active_lines(self.builder, &[target.node])?;
        let seen = self.builder.sight.resolve(root, &mut Vec::new())?;
        if !active.contains(&seen) && self.reaching(target.node, &[root]).contains(&root) {
            kinds
                .iter_mut()
                .flatten()
                .for_each(|zero| *zero = Zero::NotTaken);
        }
        Ok(Zeros { shape, kinds })
    }

    /// The zeros of a Jacobian, or of a derivative along a direction.
    fn jacobian(&self, wrt: &Wrt, root: NodeId) -> Result<Option<Zeros>> {
        let graph = self.builder.graph;
        let (m, n) = (graph.shape(root), wrt.target.shape(graph));
        let seen = self.builder.sight.resolve(root, &mut Vec::new())?;
        let Some(line) = self.builder.numbers.get(&seen).map(|number| number - 1) else {
            return Ok(None);
        };
        if wrt.along.is_some() || n.is_scalar() {
            let zeros = self.tangents(wrt.target, self.direction(wrt), &[root])?;
            return Ok(Some(zeros[line].clone()));
        }
        let shape = Shape::new(m.len(), n.len());
        if shape.len() > JACOBIAN_ENTRIES {
            return Ok(None);
        }
        let mut kinds = Vec::with_capacity(shape.len());
        for k in 0..n.len() {
            let entry = Target {
                node: wrt.target.node,
                entry: Some(Corner::of_entry(n, k)),
            };
            let zeros = self.tangents(entry, graph.term(graph.literal(1.0)), &[root])?;
            kinds.extend(zeros[line].kinds.iter().copied());
        }
        Ok(Some(Zeros { shape, kinds }))
    }

    /// Why the zeros of `value` are zero, which arrived on `links`; `otherwise` where there is none.
    fn kinds(&self, value: &Tensor, links: &[Link<'_>], otherwise: Zero) -> Result<Zeros> {
        let shape = value.shape();
        let mut kinds = vec![None; shape.len()];
        if value.data().contains(&0.0) {
            let mut arrivals = Vec::new();
            for link in links {
                arrivals.push(self.arrival(link, shape)?);
            }
            for (k, kind) in kinds
                .iter_mut()
                .enumerate()
                .filter(|(k, _)| value.data()[*k] == 0.0)
            {
                let reasons = arrivals.iter().map(|arrival| arrival.reasons[k]);
                *kind = Some(reasons.min().unwrap_or(otherwise));
            }
        }
        Ok(Zeros { shape, kinds })
    }

    /// What arrives on one link, entry by entry. The seed is replaced by others that tell the
    /// reasons apart: by its absolute values, unevenly weighted, so that nothing cancels; by ones
    /// where it is not zero, so that nothing underflows; by ones where it is zero for one reason.
    fn arrival(&self, link: &Link<'_>, shape: Shape) -> Result<Arrival> {
        let sent = |weight: &dyn Fn(usize, f64) -> f64| -> Result<Option<(NodeId, Tensor)>> {
            let data = link.seed.data().iter().enumerate();
            let data = data.map(|(k, x)| weight(k, *x) * uneven(k)).collect();
            match (link.pass)(&Tensor::new(link.seed.shape(), data))? {
                None => Ok(None),
                Some(id) => Ok(Some((id, self.value(id)?))),
            }
        };
        let nonzero = |found: &Option<(NodeId, Tensor)>| -> Vec<bool> {
            let entry = |k: usize| {
                found
                    .as_ref()
                    .is_some_and(|(_, value)| value.data()[k] != 0.0)
            };
            (0..shape.len()).map(entry).collect()
        };
        let magnitude = nonzero(&sent(&|_, x| x.abs())?);
        let presence = nonzero(&sent(&|_, x| f64::from(u8::from(x != 0.0)))?);
        let mut inherited = Vec::new();
        for (zero, _) in link.kinds.counts() {
            let found = sent(&|k, _| f64::from(u8::from(link.kinds.kinds[k] == Some(zero))))?;
            inherited.push((zero, nonzero(&found)));
        }
        let everything = sent(&|_, _| 1.0)?;
        let mut reasons = Vec::with_capacity(shape.len());
        for k in 0..shape.len() {
            let same_entry = match link.manner {
                Manner::Choice | Manner::Entrywise if link.seed.shape() == shape => {
                    link.kinds.kinds[k]
                }
                _ => None,
            };
            let passed_on = inherited.iter().find(|(_, reached)| reached[k]);
            let passed_on = same_entry.or(passed_on.map(|(zero, _)| *zero));
            reasons.push(match passed_on {
                _ if magnitude[k] => Zero::Cancelled,
                _ if presence[k] => Zero::Underflow,
                Some(zero) => zero,
                None if link.manner == Manner::Choice => Zero::NotTaken,
                None if link.manner == Manner::Linear => Zero::NoPath,
                None => match &everything {
                    Some((id, value)) if value.data()[k] == 0.0 && self.underflows(*id, k)? => {
                        Zero::Underflow
                    }
                    _ => Zero::Flat,
                },
            });
        }
        Ok(Arrival { reasons })
    }

    /// Whether entry `entry` of a partial derivative is zero only because it is too small.
    fn underflows(&self, id: NodeId, entry: usize) -> Result<bool> {
        let builder = self.builder;
        let symbols = Symbols::default();
        let leaves = |id: NodeId| builder.sight.is_leaf(id);
        let search = Search {
            lowering: builder.lowering,
            symbols: &symbols,
            leaves: &leaves,
        };
        let Some((id, entry)) = search.origin(id, Some(entry), |x| x == 0.0)? else {
            return Ok(false);
        };
        let Op::Apply(row, _) = builder.graph.node(id).op else {
            return Ok(false);
        };
        let adds = matches!(row.notation, Notation::Infix(Operator::Add | Operator::Sub));
        let smooth = matches!(
            row.derivative,
            DerivativeRule::Partial1(_) | DerivativeRule::Partial2(..)
        );
        if adds || !smooth {
            return Ok(false);
        }
        let mut operands = Vec::new();
        for arg in builder.graph.args(id) {
            operands.push(self.value(arg)?.data()[entry]);
        }
        // A root is zero at one point; what underflows is zero all around it.
        let near = |factor: f64| match (row.kernel, operands.as_slice()) {
            (Kernel::Map1(f), [a]) => (f.at)(a * factor) == 0.0,
            (Kernel::Map2(f), [a, b]) => (f.at)(a * factor, b * factor) == 0.0,
            _ => false,
        };
        Ok(operands.iter().all(|x| *x != 0.0) && near(1.001) && near(0.999))
    }
}

/// Why each entry that arrives on one link would be zero, if it is.
struct Arrival {
    reasons: Vec<Zero>,
}

/// Weights between 1 and 2 that no sum of few terms makes cancel.
fn uneven(k: usize) -> f64 {
    1.0 + ((k as f64 + 1.0) * 0.618_033_988_749_895).fract()
}
