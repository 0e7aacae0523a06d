//! The work of a graph in scalar operations, counted by the shapes and kinds of kernels.

use super::primitive::{DerivativeRule, Kernel, Notation, Operator, ShapeRule};
use super::{Attr, Graph, NodeId, Op};
use rustc_hash::FxHashMap;
use std::iter::Sum;
use std::ops::Add;

/// Scalar operations by what they cost.
///
/// The law: an entry-by-entry operation of n entries is n operations; a square is a product; the
/// product of an m×k and a k×n matrix is m·k·n products and m·(k − 1)·n sums; an operation that
/// only adds entries up is as many sums as entries vanish; a reduction that is no sum, and a
/// softmax, call a function for every entry; what eliminates in an n×n matrix is n³ products and
/// sums. Comparisons, choices and moving entries about are free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Operations {
    /// Multiplications and divisions.
    pub products: u64,
    /// Additions and subtractions.
    pub sums: u64,
    /// Calls of functions of one entry each, such as exp.
    pub calls: u64,
}

impl Operations {
    /// All of them together.
    pub fn total(self) -> u64 {
        self.products
            .saturating_add(self.sums)
            .saturating_add(self.calls)
    }

    /// The same work `count` times.
    pub fn times(self, count: usize) -> Operations {
        let count = count as u64;
        Operations {
            products: self.products.saturating_mul(count),
            sums: self.sums.saturating_mul(count),
            calls: self.calls.saturating_mul(count),
        }
    }

    fn products(products: u64) -> Operations {
        Operations {
            products,
            ..Operations::default()
        }
    }

    fn sums(sums: u64) -> Operations {
        Operations {
            sums,
            ..Operations::default()
        }
    }

    fn calls(calls: u64) -> Operations {
        Operations {
            calls,
            ..Operations::default()
        }
    }
}

impl Add for Operations {
    type Output = Operations;
    fn add(self, other: Operations) -> Operations {
        Operations {
            products: self.products.saturating_add(other.products),
            sums: self.sums.saturating_add(other.sums),
            calls: self.calls.saturating_add(other.calls),
        }
    }
}

impl Sum for Operations {
    fn sum<I: Iterator<Item = Operations>>(all: I) -> Operations {
        all.fold(Operations::default(), Add::add)
    }
}

/// How often the rounds of a loop are run.
#[derive(Clone, Copy, Debug)]
pub struct Runs {
    /// The rounds that the loop makes.
    pub rounds: usize,
    /// Those that its adjoint runs again for their states.
    pub again: u64,
}

/// The scalar operations of the node `id` alone; `runs` tells how often the rounds of a loop are run, where it
/// knows.
pub fn operations(graph: &Graph, id: NodeId, runs: &dyn Fn(NodeId) -> Option<Runs>) -> Operations {
    let node = graph.node(id);
    let Op::Apply(row, attr) = node.op else {
        return Operations::default();
    };
    let of = |outputs: &[NodeId]| -> Operations {
        let cone = graph.cone(outputs, |_| false);
        cone.iter().map(|id| operations(graph, *id, runs)).sum()
    };
    match attr {
        Attr::Round(number) => {
            let round = graph.round_of(number);
            let rounds = runs(id).map_or(round.count.least(), |runs| runs.rounds);
            return of(&round.outputs()).times(rounds);
        }
        Attr::RoundBack(number) => {
            let back = graph.round_back_of(number);
            let round = graph.round_of(back.round);
            let least = round.count.least();
            let runs = runs(id).unwrap_or(Runs {
                rounds: least,
                again: least as u64,
            });
            let again = of(&round.outputs()).times(runs.again as usize);
            return again + of(&back.outputs()).times(runs.rounds);
        }
        _ => {}
    }
    let args = graph.args(id);
    let entries = node.shape.len() as u64;
    let length = |k: usize| graph.shape(args[k]).len() as u64;
    match row.notation {
        Notation::Infix(Operator::Add | Operator::Sub) | Notation::Negation => {
            Operations::sums(entries)
        }
        Notation::Infix(Operator::Mul | Operator::Div) => Operations::products(entries),
        Notation::Infix(Operator::Pow) if graph.literal_value(args[1]) == Some(2.0) => {
            Operations::products(entries)
        }
        Notation::Infix(Operator::Pow) => Operations::calls(entries),
        Notation::Infix(Operator::MatMul) => {
            let inner = graph.shape(args[0]).cols as u64;
            Operations {
                products: entries * inner,
                sums: entries * inner.saturating_sub(1),
                calls: 0,
            }
        }
        Notation::Call => match (row.kernel, row.derivative) {
            (Kernel::Map1(_) | Kernel::Map2(_) | Kernel::Map3(_), _) if row.callable => {
                Operations::calls(entries)
            }
            (Kernel::Fold(_), _) => {
                Operations::calls(entries * (args.len() as u64).saturating_sub(1))
            }
            (Kernel::Place(_) | Kernel::Whole(_), DerivativeRule::Linear(_)) => {
                let from: u64 = (0..args.len()).map(length).sum();
                Operations::sums(from.saturating_sub(entries))
            }
            (Kernel::Whole(_), DerivativeRule::Bilinear(..)) => Operations {
                products: length(0),
                sums: length(0).saturating_sub(entries),
                calls: 0,
            },
            (Kernel::Whole(_), DerivativeRule::Pair(..))
                if matches!(row.shape, ShapeRule::Given) =>
            {
                Operations {
                    products: entries,
                    sums: entries,
                    calls: 0,
                }
            }
            (Kernel::Whole(_), _) if row.axis => Operations::calls(length(0)),
            (Kernel::Whole(_), DerivativeRule::Tangent(_) | DerivativeRule::Pair(..))
                if !matches!(row.shape, ShapeRule::Given) =>
            {
                let side = u64::from(graph.shape(args[0]).rows);
                Operations {
                    products: side * side * side,
                    sums: side * side * side,
                    calls: 0,
                }
            }
            _ => Operations::default(),
        },
        _ => Operations::default(),
    }
}

/// The number of operations on the longest path from a leaf to `root`.
pub fn depth(graph: &Graph, root: NodeId) -> usize {
    let mut depths: FxHashMap<NodeId, usize> = FxHashMap::default();
    for id in graph.cone(&[root], |_| false) {
        let mut depth = 0;
        graph.for_args(id, |arg| depth = depth.max(depths[&arg] + 1));
        depths.insert(id, depth);
    }
    depths[&root]
}
