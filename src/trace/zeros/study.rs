//! The zeros among the tangents and adjoints of all lines, line by line in the order of the pass.

use super::kinds::{Zero, Zeros};
use crate::diagnostic::Result;
use crate::diff::{Flow, Target, forward, reverse};
use crate::graph::{Corner, NodeId, Shape, Tensor, Term};
use crate::trace::listing::{Builder, Shown, active_lines};
use crate::trace::request::Wrt;
use rustc_hash::{FxHashMap, FxHashSet};

/// Entries of a Jacobian whose zeros are told apart at most: each direction is a pass of its own.
const JACOBIAN_ENTRIES: usize = 1000;

pub(super) struct Study<'s, 'l, 'a> {
    pub(super) builder: &'s Builder<'l, 'a>,
    pub(super) shown: &'s [Shown],
}

impl<'a> Study<'_, '_, 'a> {
    pub(super) fn direction(&self, wrt: &Wrt) -> Term<'a> {
        let graph = self.builder.graph;
        let one = graph.literal(1.0);
        graph.term(wrt.along.as_ref().map_or(one, |(node, _)| *node))
    }

    pub(super) fn value(&self, id: NodeId) -> Result<Tensor> {
        self.builder.evaluation.value(id)
    }

    /// The value of a flow; zero in the shape of line `id` where there is none.
    fn flow_value(&self, id: NodeId, flow: Option<Flow<'_>>) -> Result<Tensor> {
        match flow {
            Some(flow) => self.value(flow.term.id),
            None => Ok(Tensor::filled(self.builder.graph.shape(id), 0.0)),
        }
    }

    /// The zeros among the tangents of all lines.
    pub(super) fn tangents(
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

    /// The zeros among the adjoints of all lines for the output `root`.
    pub(super) fn adjoints(&self, root: NodeId) -> Result<Vec<Zeros>> {
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

    /// True if the target reaches line `id`, or a choice that it stands for.
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
    pub(super) fn gradient(
        &self,
        target: Target,
        root: NodeId,
        adjoints: &[Zeros],
    ) -> Result<Zeros> {
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
        // A target that no taken branch reaches may be behind one that was not taken.
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
    pub(super) fn jacobian(&self, wrt: &Wrt, root: NodeId) -> Result<Option<Zeros>> {
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
}
