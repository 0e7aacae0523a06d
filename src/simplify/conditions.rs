//! Conditions as they are read: where a side of a comparison loses a part that is no number everywhere, as
//! sqrt(y)^2 = y does, the condition says itself where that part is one.

use super::algebra::{Algebra, Id, Ids, Need, Needs, decides};
use super::exact::Number;
use super::forms::Forms;
use crate::graph::{Attr, Graph, NodeId, Op, Primitive};
use crate::primitives::algebra::LOGDET;
use crate::primitives::arithmetic::{AND, EQ, GE, GT, LE, LT, NE, OR, POW, UNLESS};
use crate::primitives::array::{MIN_OF, reduced};
use crate::primitives::elementary::{ABS, FLOOR};
use rustc_hash::FxHashMap;

/// The conditions of a graph that is being read.
pub struct Conditions<'r> {
    /// The graph.
    pub graph: &'r Graph,
    /// Nodes that are not looked into.
    pub atoms: &'r dyn Fn(NodeId) -> bool,
    /// What was read.
    pub forms: &'r Forms<'r>,
}

impl Conditions<'_> {
    /// The arguments of a node; of those that are conditions, as they stand, also where they are numbers.
    pub fn of_args(&self, algebra: &mut Algebra, id: NodeId, row: &Primitive, args: &mut Ids) {
        for (k, node) in self.graph.args(id).iter().enumerate() {
            let of = self.graph.node(*node).primitive();
            let truth = of.is_some_and(Primitive::is_truth);
            if decides(row, k) && !truth && !is_comparison(row) {
                // What is no number is true.
                let defined = self.defined(algebra, &[*node], &[args[k]]);
                args[k] = with_domain(algebra, &NE, args[k], defined);
            }
            // A selection's result is no number where its operands are none.
            if row.is(&UNLESS)
                && let Op::Apply(of, attr) = self.graph.node(*node).op
                && is_comparison(of)
                && let sides = self.graph.args(*node)
                && sides.iter().all(|side| self.forms.known(*side).is_some())
            {
                let sides: Ids = sides.iter().map(|side| self.forms.of(*side)).collect();
                args[k] = algebra.operation(of, attr, &sides, self.graph.shape(*node));
            }
        }
    }

    /// `form`, which a comparison was read as, where its sides are numbers.
    pub fn where_sides_are_numbers(&self, algebra: &mut Algebra, id: NodeId, form: Id) -> Id {
        let row = self.graph.node(id).primitive();
        let Some(row) = row.filter(|row| is_comparison(row)) else {
            return form;
        };
        let sides = self.graph.args(id);
        let read: Ids = sides.iter().map(|side| self.forms.of(*side)).collect();
        let defined = self.defined(algebra, &sides, &read);
        let shape = self.graph.shape(id);
        let equal = read[0] == read[1] && !defined.is_empty();
        let form = match equal && algebra.needs(read[0]).is_empty() {
            true => {
                let holds = [&GE, &LE, &EQ].iter().any(|known| row.is(known));
                let value = algebra.number(f64::from(u8::from(holds)));
                algebra.stretch(value, shape)
            }
            false => form,
        };
        with_domain(algebra, row, form, defined)
    }

    /// The conditions under which some values are numbers, as far as what they were read as does not say so.
    fn defined(&self, algebra: &mut Algebra, nodes: &[NodeId], read: &[Id]) -> Ids {
        if !self.forms.partial {
            return Ids::new();
        }
        let forgives = |id: NodeId| {
            let row = self.graph.node(id).primitive();
            (self.atoms)(id) || row.is_some_and(|row| decides(row, 0))
        };
        let cone = self.graph.cone_in_order(nodes, forgives);
        let mut kept = Needs::new();
        for side in read {
            kept.extend(algebra.needs(*side));
        }
        // The conditions of a value, each in its shape.
        let mut conditions: FxHashMap<NodeId, Ids> = FxHashMap::default();
        for &id in cone.iter() {
            let shape = self.graph.shape(id);
            let mut own = Ids::new();
            for need in self.needs(algebra, id, forgives(id)) {
                if !kept.contains(&need) {
                    let condition = holds(algebra, need);
                    own.push(algebra.stretch(condition, shape));
                }
            }
            if !forgives(id) {
                for arg in self.graph.args(id) {
                    for condition in conditions.get(&arg).cloned().unwrap_or_default() {
                        own.push(self.carried(algebra, id, condition));
                    }
                }
            }
            if !own.is_empty() {
                own.sort_unstable();
                own.dedup();
                conditions.insert(id, own);
            }
        }
        let of = |node: &NodeId| conditions.remove(node).unwrap_or_default();
        let mut all: Ids = nodes.iter().flat_map(of).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// What a node needs of its arguments to be a number, or a named formula of what it is made of.
    fn needs(&self, algebra: &mut Algebra, id: NodeId, leaf: bool) -> Needs {
        match self.graph.node(id).op {
            _ if leaf => match self.forms.known(id) {
                Some(form) => algebra.needs(form),
                None => Needs::new(),
            },
            Op::Apply(row, _) if row.is(&POW) || needs_something(row) => {
                let args: Ids = self
                    .graph
                    .args(id)
                    .iter()
                    .map(|arg| self.forms.of(*arg))
                    .collect();
                match row.is(&POW) {
                    true => algebra
                        .need_of_power(args[0], args[1])
                        .into_iter()
                        .collect(),
                    false => algebra.need_of(row, &args).into_iter().collect(),
                }
            }
            _ => Needs::new(),
        }
    }

    /// A condition of an argument as one of the node.
    fn carried(&self, algebra: &mut Algebra, id: NodeId, condition: Id) -> Id {
        let (node, shape) = (self.graph.node(id), self.graph.shape(id));
        let Op::Apply(row, attr) = node.op else {
            return condition;
        };
        let of = algebra.shape(condition);
        if row.is_entrywise() || of.is_scalar() {
            return algebra.stretch(condition, shape);
        }
        if row.moves_entries && self.graph.args(id).len() == 1 {
            return algebra.operation(row, attr, &[condition], shape);
        }
        let lanes = if reduced(of, attr) == shape {
            attr
        } else {
            Attr::None
        };
        let least = algebra.operation(&MIN_OF, lanes, &[condition], reduced(of, lanes));
        algebra.stretch(least, shape)
    }
}

/// True if a row needs something of its arguments.
pub fn needs_something(row: &Primitive) -> bool {
    row.domain.is_some() || row.is(&LOGDET)
}

fn is_comparison(row: &Primitive) -> bool {
    [&EQ, &NE, &LT, &LE, &GT, &GE]
        .iter()
        .any(|known| row.is(known))
}

/// The condition that a need is met.
fn holds(algebra: &mut Algebra, need: Need) -> Id {
    let shape = algebra.shape(need.value);
    let (row, value, bound) = match (need.least, need.most) {
        (least, f64::INFINITY) => (&GE, need.value, least),
        (_, most) => (
            &LE,
            algebra.operation(&ABS, Attr::None, &[need.value], shape),
            most,
        ),
    };
    let bound = algebra.number(Number::from(bound));
    let bound = algebra.stretch(bound, shape);
    let holds = algebra.operation(row, Attr::None, &[value, bound], shape);
    let Some(exponent) = need.exponent else {
        return holds;
    };
    let of = algebra.shape(exponent);
    let whole = algebra.operation(&FLOOR, Attr::None, &[exponent], of);
    let is_whole = algebra.operation(&EQ, Attr::None, &[whole, exponent], of);
    let both = algebra.common_shape([holds, is_whole].into_iter());
    let both = both.unwrap_or(shape);
    let sides = [holds, is_whole].map(|side| algebra.stretch(side, both));
    algebra.operation(&OR, Attr::None, &sides, both)
}

/// A condition where its sides are numbers; what is no number differs from everything.
fn with_domain(algebra: &mut Algebra, row: &Primitive, condition: Id, defined: Ids) -> Id {
    let different = row.is(&NE);
    defined
        .into_iter()
        .fold(condition, |condition, mut defined| {
            let shape = algebra.shape(defined);
            if different {
                defined = algebra.operation(&UNLESS, Attr::None, &[defined], shape);
            }
            let truth = algebra
                .value(algebra.core(condition))
                .map(|value| value != Number::ZERO);
            match truth {
                Some(truth) if truth == different => condition,
                Some(_) => defined,
                None => {
                    let row = if different { &OR } else { &AND };
                    algebra.operation(row, Attr::None, &[condition, defined], shape)
                }
            }
        })
}
