//! Entries of small matrices as numbers of their own: `[a, b][1]` is `a`. A language without arrays then has
//! variables where a script puts numbers together only to take them apart again.

use super::program::ExportProgram;
use crate::graph::{Args, Attr, Corner, Graph, NodeId, Op, Shape};
use crate::primitives::{arithmetic, array};
use rustc_hash::FxHashMap;

impl ExportProgram<'_> {
    /// The same program, in which every entry is read from where it comes from.
    pub fn by_entries(self) -> Self {
        self.rewritten(|graph, roots| {
            let mut image: FxHashMap<NodeId, NodeId> = FxHashMap::default();
            for id in graph.cone(roots, |_| false) {
                let args = graph.args(id);
                let new = |arg: &NodeId| image.get(arg).copied().unwrap_or(*arg);
                let changed: Args = args.iter().map(new).collect();
                let node = graph.node(id);
                let copy = match node.op {
                    _ if changed == args => id,
                    Op::Apply(row, attr) => graph.apply(row, attr, node.shape, &changed),
                    Op::Hold(tag) => graph.hold(tag, changed[0]),
                    _ => id,
                };
                let scalar = node.shape.is_scalar() && matches!(node.op, Op::Apply(..));
                let copy = match scalar {
                    true => entry(graph, copy, 0, 0).unwrap_or(copy),
                    false => copy,
                };
                if copy != id {
                    image.insert(id, copy);
                }
            }
            image
        })
    }
}

/// The number at a place of a matrix, counted from 0, where another node is that number.
fn entry(graph: &Graph, matrix: NodeId, i: u32, j: u32) -> Option<NodeId> {
    let node = graph.node(matrix);
    let (row, attr) = match node.op {
        Op::Constant(k) => {
            let value = graph.constant_value(k);
            return Some(graph.literal(value.at(i as usize, j as usize)));
        }
        Op::Apply(row, attr) => (row, attr),
        _ => return None,
    };
    let args = graph.args(matrix);
    let inner = |k: usize, i: u32, j: u32| number(graph, args[k], i, j);
    let shapes = args.iter().map(|arg| graph.shape(*arg));
    Some(if row.is(&array::MATRIX) {
        args[(i * node.shape.cols + j) as usize]
    } else if row.is(&array::INDEX) {
        match attr {
            Attr::Corner(corner) => {
                // An entry of what is no other node's stays what it is.
                return entry(graph, args[0], corner.row + i, corner.col + j);
            }
            _ => return None,
        }
    } else if row.is(&array::TRANSPOSE) {
        inner(0, j, i)
    } else if row.is(&array::RESHAPE) || row.is(&array::VEC) {
        let rows = graph.shape(args[0]).rows;
        let at = i + j * node.shape.rows;
        inner(0, at % rows, at / rows)
    } else if row.is(&array::ASSEMBLE) {
        let blocks = graph.blocks(attr);
        let mut sum: Option<NodeId> = None;
        for (k, from) in shapes.enumerate() {
            let corner = blocks[k].corner;
            let inside = (corner.row..corner.row + from.rows).contains(&i)
                && (corner.col..corner.col + from.cols).contains(&j);
            if inside {
                let part = inner(k, i - corner.row, j - corner.col);
                sum = Some(match sum {
                    Some(sum) => {
                        graph.apply(&arithmetic::ADD, Attr::None, Shape::SCALAR, &[sum, part])
                    }
                    None => part,
                });
            }
        }
        sum.unwrap_or_else(|| graph.literal(0.0))
    } else if [&array::HCAT, &array::COLUMNS]
        .iter()
        .any(|known| row.is(known))
    {
        let mut first = 0;
        for (k, from) in shapes.enumerate() {
            if j < first + from.cols {
                return Some(inner(k, i, j - first));
            }
            first += from.cols;
        }
        return None;
    } else if row.is(&array::VCAT) {
        let mut first = 0;
        for (k, from) in shapes.enumerate() {
            if i < first + from.rows {
                return Some(inner(k, i - first, j));
            }
            first += from.rows;
        }
        return None;
    } else {
        return None;
    })
}

/// The number at a place of a matrix: another node, or what takes it from there.
fn number(graph: &Graph, matrix: NodeId, i: u32, j: u32) -> NodeId {
    if graph.shape(matrix).is_scalar() {
        return matrix;
    }
    entry(graph, matrix, i, j).unwrap_or_else(|| {
        let corner = Attr::Corner(Corner { row: i, col: j });
        graph.apply(&array::INDEX, corner, Shape::SCALAR, &[matrix])
    })
}
