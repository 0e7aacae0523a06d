//! Reductions, and what goes along columns or rows, as formulas of the entries.

use crate::graph::{Attr, Graph, NodeId, Primitive, Shape};
use crate::primitives::{arithmetic, array, elementary};

/// The places of the entries of every column (axis 1), of every row (axis 2), or of the whole.
pub(super) fn lanes(attr: Attr, shape: Shape) -> Vec<Vec<usize>> {
    let (m, n) = (shape.m(), shape.n());
    match attr {
        Attr::Axis(1) => (0..n)
            .map(|j| (0..m).map(|i| i + j * m).collect())
            .collect(),
        Attr::Axis(_) => (0..m)
            .map(|i| (0..n).map(|j| i + j * m).collect())
            .collect(),
        _ => vec![(0..m * n).collect()],
    }
}

/// One result a lane, or one a place; `None` for what is none of these.
pub(super) fn along(
    graph: &Graph,
    row: &'static Primitive,
    attr: Attr,
    entries: &[NodeId],
    shape: Shape,
) -> Option<Vec<NodeId>> {
    let running = [&array::CUMSUM, &array::CUMPROD, &array::CUMPROD_SPELLED];
    let attr = match attr {
        Attr::None if running.iter().any(|known| row.is(known)) => Attr::Axis(1),
        attr => attr,
    };
    let lane = Lane { graph };
    let all = lanes(attr, shape);
    let parts = |places: &[usize]| places.iter().map(|k| entries[*k]).collect::<Vec<_>>();
    if let Some(first) = all.first()
        && lane.one(row, &parts(first)).is_some()
    {
        return all
            .iter()
            .map(|places| lane.one(row, &parts(places)))
            .collect();
    }
    let mut results = entries.to_vec();
    for places in &all {
        let found = lane.many(row, &parts(places))?;
        for (k, result) in places.iter().zip(found) {
            results[*k] = result;
        }
    }
    Some(results)
}

/// Formulas of the entries of one lane.
struct Lane<'g> {
    graph: &'g Graph,
}

impl Lane<'_> {
    fn apply(&self, row: &'static Primitive, args: &[NodeId]) -> NodeId {
        self.graph.apply(row, Attr::None, Shape::SCALAR, args)
    }

    fn fold(&self, row: &'static Primitive, parts: &[NodeId], empty: f64) -> NodeId {
        let parts = parts.iter().copied();
        parts
            .reduce(|a, b| self.apply(row, &[a, b]))
            .unwrap_or_else(|| self.graph.literal(empty))
    }

    fn sum(&self, parts: &[NodeId]) -> NodeId {
        self.fold(&arithmetic::ADD, parts, 0.0)
    }

    fn each(&self, row: &'static Primitive, parts: &[NodeId]) -> Vec<NodeId> {
        parts.iter().map(|part| self.apply(row, &[*part])).collect()
    }

    fn mean(&self, parts: &[NodeId]) -> NodeId {
        let count = self.graph.literal(parts.len() as f64);
        self.apply(&arithmetic::DIV, &[self.sum(parts), count])
    }

    fn squares(&self, parts: &[NodeId]) -> Vec<NodeId> {
        let two = self.graph.literal(2.0);
        let square = |part: &NodeId| self.apply(&arithmetic::POW, &[*part, two]);
        parts.iter().map(square).collect()
    }

    fn less(&self, parts: &[NodeId], what: NodeId) -> Vec<NodeId> {
        let less = |part: &NodeId| self.apply(&arithmetic::SUB, &[*part, what]);
        parts.iter().map(less).collect()
    }

    /// What reduces a lane to one number.
    fn one(&self, row: &'static Primitive, parts: &[NodeId]) -> Option<NodeId> {
        let is = |known: &'static Primitive| row.is(known);
        let root = |x: NodeId| self.apply(&elementary::SQRT, &[x]);
        Some(if is(&array::SUM) {
            self.sum(parts)
        } else if is(&array::MEAN) {
            self.mean(parts)
        } else if is(&array::PROD) || is(&array::PROD_SPELLED) {
            self.fold(&arithmetic::MUL, parts, 1.0)
        } else if is(&array::MAX_OF) {
            self.fold(&arithmetic::MAX, parts, f64::NEG_INFINITY)
        } else if is(&array::MIN_OF) {
            self.fold(&arithmetic::MIN, parts, f64::INFINITY)
        } else if is(&array::NORM1) {
            self.sum(&self.each(&elementary::ABS, parts))
        } else if is(&array::NORM) {
            root(self.sum(&self.squares(parts)))
        } else if is(&array::VAR) {
            self.variance(parts)
        } else if is(&array::STD) {
            root(self.variance(parts))
        } else if is(&array::LOGSUMEXP) {
            let shift = self.fold(&arithmetic::MAX, parts, f64::NEG_INFINITY);
            let exps = self.each(&elementary::EXP, &self.less(parts, shift));
            let rest = self.apply(&elementary::LOG, &[self.sum(&exps)]);
            self.apply(&arithmetic::ADD, &[shift, rest])
        } else {
            return None;
        })
    }

    fn variance(&self, parts: &[NodeId]) -> NodeId {
        let apart = self.less(parts, self.mean(parts));
        self.mean(&self.squares(&apart))
    }

    /// What gives as many numbers as there are.
    fn many(&self, row: &'static Primitive, parts: &[NodeId]) -> Option<Vec<NodeId>> {
        let is = |known: &'static Primitive| row.is(known);
        let running = |row: &'static Primitive| {
            let mut last: Option<NodeId> = None;
            let next = |part: &NodeId| {
                let now = last.map_or(*part, |last| self.apply(row, &[last, *part]));
                last = Some(now);
                now
            };
            parts.iter().map(next).collect()
        };
        Some(if is(&array::CUMSUM) {
            running(&arithmetic::ADD)
        } else if is(&array::CUMPROD) || is(&array::CUMPROD_SPELLED) {
            running(&arithmetic::MUL)
        } else if is(&array::DEVIATIONS) {
            self.less(parts, self.mean(parts))
        } else if is(&array::SOFTMAX) || is(&array::LOG_SOFTMAX) {
            let shift = self.fold(&arithmetic::MAX, parts, f64::NEG_INFINITY);
            let apart = self.less(parts, shift);
            let exps = self.each(&elementary::EXP, &apart);
            let total = self.sum(&exps);
            match is(&array::SOFTMAX) {
                true => {
                    let share = |exp: &NodeId| self.apply(&arithmetic::DIV, &[*exp, total]);
                    exps.iter().map(share).collect()
                }
                false => self.less(&apart, self.apply(&elementary::LOG, &[total])),
            }
        } else if is(&array::OTHERS) {
            let others = |k: usize| {
                let rest: Vec<NodeId> = [&parts[..k], &parts[k + 1..]].concat();
                self.fold(&arithmetic::MUL, &rest, 1.0)
            };
            (0..parts.len()).map(others).collect()
        } else {
            return None;
        })
    }
}
