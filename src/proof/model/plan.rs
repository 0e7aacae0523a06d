//! The steps by which a formula is evaluated in the model, found once for all points.

use super::exact::Exact;
use super::sample::{Residues, Sample, Unlucky};
use super::steps::{FUNCTIONS, Planned, Step, Weight, is};
use super::{MOST_ENTRIES, Questions};
use crate::exec::Interpreter;
use crate::graph::primitive::Kernel;
use crate::graph::{Attr, Graph, NodeId, Op, Primitive, Tensor};
use crate::primitives::algebra::{DET, INV, MATMUL, TR};
use crate::primitives::arithmetic::{ADD, DIV, MUL, NEG, POW, SUB, WHERE};
use crate::primitives::array::*;
use crate::primitives::elementary::{ABS, CBRT, COS, EXP, SIGN, SIN};
use crate::proof::facts::Bound;
use rustc_hash::{FxHashMap, FxHashSet};

/// Operations whose result is a sum of entries of their arguments.
static LINEAR: &[&Primitive] = &[
    &TRANSPOSE, &BROADCAST, &INDEX, &MATRIX, &HCAT, &VCAT, &COLUMNS, &RESHAPE, &VEC, &FLIP, &DIAG,
    &ASSEMBLE, &SUM, &CUMSUM, &TR,
];

/// Operations whose argument's sign makes a difference, or whose exponent may.
fn is_signed(row: &Primitive) -> bool {
    row.is(&ABS) || row.is(&SIGN)
}

/// Entries that are required to be positive, half of which are at random.
const MOST_REQUIRED: usize = 11;

/// The degree of a result in the signs so far, of which there are `signs`.
fn degree(step: &Step, args: &[usize], degrees: &[u32], signs: u32) -> u32 {
    let arguments = || args.iter().map(|arg| degrees[*arg]);
    let largest = || arguments().max().unwrap_or(0);
    let sum = || arguments().fold(0u32, u32::saturating_add);
    let any = |degree: u32| if degree > 0 { signs } else { 0 };
    match step {
        Step::Input(_) | Step::Numbers(_) => 0,
        Step::Linear(_) => largest(),
        Step::Product(..) => sum(),
        Step::Power(base, Ok(exponent)) if exponent.below == 1 => {
            let times = u32::try_from(exponent.above.unsigned_abs()).unwrap_or(u32::MAX);
            degrees[*base].saturating_mul(times).min(signs)
        }
        Step::Entries(function, _) if [&ADD, &SUB, &NEG].iter().any(|row| is(*function, row)) => {
            largest()
        }
        Step::Entries(function, _) if [&MUL, &DIV, &WHERE].iter().any(|row| is(*function, row)) => {
            sum()
        }
        _ => any(largest()),
    }
}

/// All steps.
pub(super) struct Plan {
    steps: Vec<Planned>,
    roots: Vec<usize>,
    /// The degree of the roots in the signs that nothing decides.
    pub degree: u32,
    pub entries: usize,
    pub levels: usize,
}

impl Plan {
    /// The steps to the roots; `None` for something that has no value.
    pub fn new(questions: &Questions<'_>) -> Option<Plan> {
        let graph = questions.graph;
        let mut wanted = questions.roots.to_vec();
        wanted.extend_from_slice(questions.positive);
        let cone = graph.cone(&wanted, |_| false);
        let mut places: FxHashMap<NodeId, usize> = FxHashMap::default();
        let mut exact: Vec<Option<Exact>> = Vec::new();
        let mut positive: Vec<bool> = Vec::new();
        let mut degrees: Vec<u32> = Vec::new();
        let mut signs = 0u32;
        let required: FxHashSet<NodeId> = questions.positive.iter().copied().collect();
        let mut plan = Plan {
            steps: Vec::new(),
            roots: Vec::new(),
            degree: 0,
            entries: 0,
            levels: 1,
        };
        for id in cone.iter().copied() {
            let node = graph.node(id);
            plan.entries += node.shape.len();
            if plan.entries > MOST_ENTRIES {
                return None;
            }
            let args: Vec<usize> = graph.args(id).iter().map(|arg| places[arg]).collect();
            exact.push(exactly(graph, id, &args, &exact));
            let step = match node.op {
                Op::Raise(_) => return None,
                Op::Input(leaf) => match graph.leaf(leaf).value {
                    Some(value) if (questions.fixed)(id) => Step::Numbers(numbers(&value)),
                    _ => Step::Input((questions.facts)(id)),
                },
                Op::Literal(value) => Step::Numbers(numbers(&Tensor::scalar(value))),
                Op::Constant(constant) => Step::Numbers(numbers(&graph.constant_value(constant))),
                Op::Hold(_) => return None,
                Op::Apply(row, attr) => {
                    if [&EXP, &COS, &SIN].iter().any(|known| row.is(known))
                        || row.is(&POW) && exact[args[1]].is_none()
                    {
                        plan.levels = 3;
                    }
                    apply(graph, id, row, attr, &args, &exact)?
                }
            };
            let is_positive =
                required.contains(&id) || is_positive(&step, &positive, exact[exact.len() - 1]);
            let mut own = 0;
            if let Some(argument) = signed_argument(graph, id, &args, &exact) {
                if positive[argument] {
                    plan.steps[argument].positive = true;
                } else {
                    signs += plan.steps[argument].shape.len() as u32;
                    own = 1;
                }
            }
            degrees.push(degree(&step, &args, &degrees, signs).saturating_add(own));
            positive.push(is_positive);
            places.insert(id, plan.steps.len());
            plan.steps.push(Planned {
                step,
                shape: node.shape,
                positive: false,
            });
        }
        plan.roots = questions.roots.iter().map(|root| places[root]).collect();
        let mut largest: Vec<u32> = plan.roots.iter().map(|root| degrees[*root]).collect();
        largest.sort_unstable_by(|a, b| b.cmp(a));
        // Two roots are compared at a time.
        plan.degree = largest.iter().take(2).sum::<u32>().min(signs);
        plan.require(&required.iter().map(|node| places[node]).collect::<Vec<_>>());
        Some(plan)
    }

    /// Requires values to be positive where that makes a difference: the more required, the longer it
    /// takes to find a point, and what is not required is tried with both signs.
    fn require(&mut self, places: &[usize]) {
        let matters = self.steps.iter().any(|planned| match &planned.step {
            Step::Power(_, exponent) => !matches!(exponent, Ok(number) if number.below == 1),
            Step::Entries(function, _) => is(*function, &ABS) || is(*function, &SIGN),
            _ => false,
        });
        if !matters {
            return;
        }
        let mut places = places.to_vec();
        places.sort_by_key(|place| self.steps[*place].shape.len());
        let mut entries = 0;
        for place in places {
            let input = matches!(self.steps[place].step, Step::Input(_));
            let own = self.steps[place].shape.len();
            if input || entries + own <= MOST_REQUIRED {
                entries += if input { 0 } else { own };
                let planned = &mut self.steps[place];
                planned.positive = true;
                if let Step::Input(facts) = &mut planned.step {
                    // Drawn so.
                    let least = Bound {
                        value: 0.0,
                        strict: true,
                    };
                    facts.least.get_or_insert(least);
                }
            }
        }
    }

    /// The values of the roots at one point.
    ///
    /// # Errors
    /// The point is an unlucky one: something is divided by 0, or has not the sign that it must have.
    pub fn evaluate(&self, sample: &mut Sample) -> Result<Vec<Vec<Residues>>, Unlucky> {
        let mut values: Vec<Vec<Residues>> = Vec::with_capacity(self.steps.len());
        for planned in &self.steps {
            let value = planned.evaluate(sample, &values, &self.steps)?;
            if planned.positive && !value.iter().all(|entry| sample.is_positive(*entry)) {
                return Err(Unlucky);
            }
            values.push(value);
        }
        Ok(self
            .roots
            .iter()
            .map(|root| values[*root].clone())
            .collect())
    }
}

/// The entries of a constant: exact, or by their bits.
fn numbers(value: &Tensor) -> Vec<Result<Exact, u64>> {
    let entries = value.data().iter();
    entries
        .map(|entry| match *entry == std::f64::consts::PI {
            true => Err(entry.to_bits()),
            false => Exact::of(*entry).ok_or(entry.to_bits()),
        })
        .collect()
}

/// The number that a node is, if it is made of numbers.
fn exactly(graph: &Graph, id: NodeId, args: &[usize], exact: &[Option<Exact>]) -> Option<Exact> {
    let arg = |k: usize| args.get(k).and_then(|place| exact[*place]);
    match graph.node(id).op {
        Op::Literal(value) if value != std::f64::consts::PI => Exact::of(value),
        Op::Apply(row, _) => {
            if row.is(&ADD) {
                arg(0)?.plus(arg(1)?)
            } else if row.is(&SUB) {
                arg(0)?.plus(arg(1)?.negated())
            } else if row.is(&MUL) {
                arg(0)?.times(arg(1)?)
            } else if row.is(&DIV) {
                arg(0)?.times(arg(1)?.inverted()?)
            } else if row.is(&NEG) {
                arg(0).map(Exact::negated)
            } else if row.is(&BROADCAST) {
                arg(0)
            } else {
                None
            }
        }
        _ => None,
    }
}

/// The argument whose sign makes a difference.
fn signed_argument(
    graph: &Graph,
    id: NodeId,
    args: &[usize],
    exact: &[Option<Exact>],
) -> Option<usize> {
    let row = graph.node(id).primitive()?;
    let whole = || exact[args[1]].is_some_and(|number| number.below == 1);
    (is_signed(row) || row.is(&POW) && !whole()).then(|| args[0])
}

/// True if a step's result is certainly not negative.
fn is_positive(step: &Step, positive: &[bool], number: Option<Exact>) -> bool {
    if let Some(number) = number {
        return number.above > 0;
    }
    match step {
        Step::Input(facts) => facts.is_positive(),
        Step::Power(base, Ok(exponent)) => {
            exponent.below != 1 || exponent.above % 2 == 0 || positive[*base]
        }
        Step::Power(_, Err(_)) => true,
        Step::Linear(parts) => {
            let adds = |(place, weights): &(usize, Vec<Weight>)| {
                positive[*place] && weights.iter().all(|weight| weight.times > 0)
            };
            parts.iter().all(adds)
        }
        Step::Product(a, b) => positive[*a] && positive[*b],
        Step::Entries(function, args) => {
            let is = |row: &Primitive| is(*function, row);
            let both = || args.iter().all(|arg| positive[*arg]);
            if is(&MUL) && args[0] == args[1] {
                return true;
            }
            is(&EXP) || is(&ABS) || ((is(&ADD) || is(&MUL) || is(&DIV) || is(&CBRT)) && both())
        }
        _ => false,
    }
}

/// The step of an operation.
fn apply(
    graph: &Graph,
    id: NodeId,
    row: &'static Primitive,
    attr: Attr,
    args: &[usize],
    exact: &[Option<Exact>],
) -> Option<Step> {
    if let Some((_, function)) = FUNCTIONS.iter().find(|(known, _)| row.is(known)) {
        return Some(Step::Entries(*function, args.to_vec()));
    }
    if row.is(&POW) {
        return Some(Step::Power(args[0], exact[args[1]].ok_or(args[1])));
    }
    if LINEAR.iter().any(|known| row.is(known)) {
        return Some(Step::Linear(weights(graph, id, args)?));
    }
    Some(if row.is(&MATMUL) {
        Step::Product(args[0], args[1])
    } else if row.is(&INV) {
        Step::Inverse(args[0])
    } else if row.is(&DET) {
        Step::Determinant(args[0])
    } else if row.is(&PROD) || row.is(&CUMPROD) {
        Step::Multiplied(args[0], attr, row.is(&PROD))
    } else if args.is_empty() {
        // Numbers made by a generator.
        let mut interpreter = Interpreter::new(graph, 1 << 26);
        let value = interpreter.value(id).ok()?.to_tensor();
        Step::Numbers(numbers(&value))
    } else {
        Step::Opaque {
            name: row.name,
            arguments: args.to_vec(),
            attr,
            entries: matches!(
                row.kernel,
                Kernel::Map1(_) | Kernel::Map2(_) | Kernel::Map3(_)
            ),
            parity: row.parity,
        }
    })
}

/// The entries of which a linear operation's result is made: found by giving it one at a time.
fn weights(graph: &Graph, id: NodeId, args: &[usize]) -> Option<Vec<(usize, Vec<Weight>)>> {
    let nodes = graph.args(id);
    let mut parts: Vec<(usize, Vec<Weight>)> = Vec::new();
    let zeros: Vec<Tensor> = (nodes.iter())
        .map(|node| Tensor::filled(graph.shape(*node), 0.0))
        .collect();
    let total: usize = zeros.iter().map(|zero| zero.data().len()).sum();
    if total.saturating_mul(graph.shape(id).len()) > 4_000_000 {
        return None;
    }
    for (k, (node, place)) in nodes.iter().zip(args).enumerate() {
        if nodes[..k].contains(node) {
            continue;
        }
        let mut found = Vec::new();
        for from in 0..zeros[k].data().len() {
            let mut interpreter = Interpreter::new(graph, 1 << 26);
            for (other, zero) in nodes.iter().zip(&zeros) {
                interpreter.set(*other, zero);
            }
            let mut one = zeros[k].clone();
            one.data_mut()[from] = 1.0;
            interpreter.set(*node, &one);
            let view = interpreter.value(id).ok()?;
            for (to, value) in view.data.iter().enumerate() {
                if *value != 0.0 {
                    let times = *value as i128;
                    found.push(Weight { to, from, times });
                }
            }
        }
        parts.push((*place, found));
    }
    Some(parts)
}
