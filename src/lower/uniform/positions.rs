//! Positions that depend on an index: which of them count up with it.

use super::Uniform;
use crate::graph::{NodeId, Op};
use crate::primitives::arithmetic::{ADD, MUL, NEG, SUB};
use rustc_hash::FxHashMap;

/// A whole number that depends on an index: `scale`·index + `offset`.
#[derive(Clone, Copy)]
struct Line {
    scale: i64,
    offset: i64,
}

/// The position of a block along one axis.
#[derive(Clone, Copy)]
pub(super) enum Start {
    /// The same for all indices.
    Fixed(NodeId),
    /// The next one for the next index, from this one on.
    Next(i64),
    /// Another for every index.
    Listed(NodeId),
}

impl Uniform<'_, '_> {
    /// Where the rows and the columns begin that an index names.
    pub(super) fn starts(&mut self, id: NodeId) -> [Start; 2] {
        let args = self.graph.args(id);
        let (whole, extent) = (self.graph.shape(args[0]), self.graph.shape(id));
        let own = self.depends.contains(&args[0]);
        let lengths = [(extent.rows, whole.rows), (extent.cols, whole.cols)];
        [0, 1].map(|k| {
            let start = args[k + 1];
            if !self.depends.contains(&start) {
                return Start::Fixed(self.as_number(start));
            }
            let (length, whole) = lengths[k];
            match self.line(start) {
                Some(Line { scale: 1, offset }) if length == 1 && whole > 1 && !own => {
                    Start::Next(self.index.from + offset)
                }
                _ => Start::Listed(start),
            }
        })
    }

    /// The value of a number that does not depend on the index.
    fn number(&self, id: NodeId) -> Option<f64> {
        (self.value)(id)?.as_scalar()
    }

    /// A position that does not depend on the index, as a number where it has a value.
    fn as_number(&mut self, id: NodeId) -> NodeId {
        if self.graph.literal_value(id).is_some() {
            return id;
        }
        let Some(value) = self.number(id) else {
            return id;
        };
        self.guards.push((id, value));
        self.graph.literal(value)
    }

    /// True unless it is known that some of the entries that are named do not exist.
    pub(super) fn inside(&mut self, start: Start, length: usize) -> bool {
        let fits = |position: i64| (1..=length as i64).contains(&position);
        match start {
            Start::Fixed(_) => true,
            Start::Next(first) => fits(first) && fits(first + self.index.to - self.index.from),
            Start::Listed(node) => self.line(node).is_none_or(|line| {
                let ends = [self.index.from, self.index.to];
                ends.iter().all(|end| fits(line.scale * end + line.offset))
            }),
        }
    }

    /// The line that a whole number is, as the index counts up.
    fn line(&mut self, id: NodeId) -> Option<Line> {
        let graph = self.graph;
        let cone = graph.cone_in_order(&[id], |id| !self.depends.contains(&id));
        let mut lines: FxHashMap<NodeId, Line> = FxHashMap::default();
        let mut guards = Vec::new();
        for id in cone {
            if id == self.index.node {
                lines.insert(
                    id,
                    Line {
                        scale: 1,
                        offset: 0,
                    },
                );
                continue;
            }
            if !self.depends.contains(&id) {
                let literal = graph.literal_value(id);
                let value = literal.or_else(|| self.number(id))?;
                if value.fract() != 0.0 || value.abs() > 1e15 {
                    return None;
                }
                if literal.is_none() {
                    guards.push((id, value));
                }
                lines.insert(
                    id,
                    Line {
                        scale: 0,
                        offset: value as i64,
                    },
                );
                continue;
            }
            let args = graph.args(id);
            let first = *lines.get(args.first()?)?;
            let row = match graph.node(id).op {
                Op::Hold(_) => {
                    lines.insert(id, first);
                    continue;
                }
                Op::Apply(row, _) => row,
                _ => return None,
            };
            let second = args.get(1).map(|arg| lines.get(arg).copied());
            let line = match second {
                None if row.is(&NEG) => Line {
                    scale: -first.scale,
                    offset: -first.offset,
                },
                Some(Some(second)) if row.is(&ADD) => Line {
                    scale: first.scale + second.scale,
                    offset: first.offset + second.offset,
                },
                Some(Some(second)) if row.is(&SUB) => Line {
                    scale: first.scale - second.scale,
                    offset: first.offset - second.offset,
                },
                Some(Some(second)) if row.is(&MUL) && (first.scale == 0 || second.scale == 0) => {
                    let of = |line: Line, factor: i64| {
                        let scale = line.scale.checked_mul(factor)?;
                        Some(Line {
                            scale,
                            offset: line.offset.checked_mul(factor)?,
                        })
                    };
                    match first.scale {
                        0 => of(second, first.offset)?,
                        _ => of(first, second.offset)?,
                    }
                }
                _ => return None,
            };
            lines.insert(id, line);
        }
        self.guards.extend(guards);
        lines.get(&id).copied()
    }
}
