//! `root`, `fixpoint` and `minimize`: values that an equation defines.
//!
//! The value is found by damped Newton steps, a loop of its own. The derivative follows from the equation
//! alone (the implicit function theorem): the adjoint of what it reads is that of the residual, −(∂g/∂x)⁻ᵀx̄,
//! passed back through it. It is a rule of the call, written with the result, so it holds to every order.

use super::Lowerer;
use super::bracket::{self, Bracket, Newton};
use super::frame::Frame;
use super::tasks::{Equation, Task};
use crate::diagnostic::{Result, bail};
use crate::diff::{self, Flow, Held, Problem, Target, reverse};
use crate::exec::Program;
use crate::graph::substitute::{images, substitute};
use crate::graph::{
    Attr, Block, CallRule, Corner, Graph, Keeps, LocalUse, NodeId, Op, Round, RoundCount, Shape,
    Term,
};
use crate::primitives::algebra::{DOT, SOLVE};
use crate::primitives::arithmetic::{EQ, LT, OR, WHERE};
use crate::primitives::array::MAX_OF;
use crate::primitives::elementary::ABS;
use crate::primitives::rounds::ROUNDS;
use crate::primitives::rules::{MINIMUM, RULED, SOLUTION};
use crate::primitives::term::entrywise;
use crate::syntax::ast::{ExprId, Ident};
use crate::syntax::special::Special;
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// Most steps before an equation counts as one without a solution near the start.
const MOST_STEPS: usize = 300;
/// The lengths of step that are tried are 1, ¼, 1/16, …: so many.
const LENGTHS: i32 = 8;
/// Those where signs guard the search.
const GUARDED_LENGTHS: i32 = 4;

/// How far the place lies from a solution, against its size, where the slope is looked at again: at a multiple root
/// it is another one there.
const SOME_ULPS: f64 = 16.0 * f64::EPSILON;

/// An equation g(x) = 0 on a leaf for x.
struct Residual<'g> {
    graph: &'g Graph,
    unknown: Term<'g>,
    value: Term<'g>,
    jacobian: Term<'g>,
}

impl<'g> Residual<'g> {
    fn new(graph: &'g Graph, unknown: NodeId, value: NodeId) -> Option<Residual<'g>> {
        let problem = Problem {
            graph,
            output: value,
            target: Target {
                node: unknown,
                entry: None,
            },
            held: &Held::default(),
        };
        Some(Residual {
            graph,
            unknown: graph.term(unknown),
            value: graph.term(value),
            jacobian: graph.term(diff::jacobian(problem, &|| !crate::stop::requested())?),
        })
    }

    /// The equation for another node in the place of the unknown.
    fn at(&self, x: Term<'g>) -> Residual<'g> {
        let at = |of: Term<'g>| replaced(of, self.unknown, x);
        Residual {
            graph: self.graph,
            unknown: x,
            value: at(self.value),
            jacobian: at(self.jacobian),
        }
    }

    /// (∂g/∂x)⁻¹·right, or with the transpose.
    fn solved(&self, right: Term<'g>, transposed: bool) -> Term<'g> {
        if right.shape().is_scalar() {
            return right / self.jacobian;
        }
        let matrix = match transposed {
            true => self.jacobian.transposed(),
            false => self.jacobian,
        };
        let shape = Shape::vector(right.shape().len());
        let ids = [matrix.id, right.reshaped(shape).id];
        let solved = self.graph.apply(&SOLVE, Attr::None, shape, &ids);
        self.graph.term(solved).reshaped(right.shape())
    }
}

/// `of` with `to` in the place of `from`.
fn replaced<'g>(of: Term<'g>, from: Term<'g>, to: Term<'g>) -> Term<'g> {
    let replaced = FxHashMap::from_iter([(from.id, to.id)]);
    of.graph.term(substitute(of.graph, of.id, &replaced))
}

/// The largest magnitude.
fn largest(x: Term<'_>) -> Term<'_> {
    let sizes = x.map(&ABS);
    match x.shape().is_scalar() {
        true => sizes,
        false => sizes.whole(&MAX_OF, Attr::None, Shape::SCALAR),
    }
}

impl Lowerer<'_> {
    /// Has the function lowered on a leaf.
    pub(super) fn start_equation(
        &mut self,
        special: Special,
        expr: ExprId,
        frame: &Rc<Frame>,
        function: Ident,
        start: NodeId,
    ) -> Result<()> {
        let unknown = self.round_leaf(start)?;
        self.push_task(Task::Equation(Box::new(Equation {
            special,
            expr,
            frame: frame.clone(),
            function: function.clone(),
            start,
            unknown,
            notes: self.notes(),
        })));
        self.call_on(expr, frame, &function, &[unknown])
    }

    /// Goes on where the function has been lowered.
    pub(super) fn finish_equation(&mut self, of: &Equation) -> Result<()> {
        let output = self.pop_node();
        self.forget(&[of.unknown], of.notes);
        let before = self.graph.len();
        let node = self.solution(of, output)?;
        self.evaluation
            .unit
            .note_origins(before, &of.frame, of.expr);
        self.push_node(node);
        Ok(())
    }

    fn solution(&self, of: &Equation, output: NodeId) -> Result<NodeId> {
        let graph = self.graph;
        let (name, function) = (of.special.name(), &of.function);
        let (shape, given) = (graph.shape(of.start), graph.shape(output));
        let place = || of.frame.locate(of.expr);
        let wanted = match of.special {
            Special::Minimize => Shape::SCALAR,
            _ => shape,
        };
        if given != wanted {
            bail!(Shape, place(),
                "`{name}` needs a function that gives {wanted} here, and `{function}` gives {given}";
                label: "the start is {shape}";
                help: "`root(g, x0)` and `fixpoint(g, x0)`: as many equations as unknowns; `minimize(g, x0)`: one number");
        }
        let unknown = graph.term(of.unknown);
        let formula = graph.term(output);
        let value = match of.special {
            Special::Fixpoint => formula - unknown,
            Special::Minimize => {
                let target = Target {
                    node: of.unknown,
                    entry: None,
                };
                let held = &Held::default();
                graph.term(diff::grad(Problem {
                    graph,
                    output,
                    target,
                    held,
                }))
            }
            _ => formula,
        };
        let Some(residual) = Residual::new(graph, of.unknown, value.id) else {
            return Err(crate::diagnostic::interrupted(place()));
        };
        let others = leaves(
            graph,
            &[output, residual.value.id, residual.jacobian.id],
            of.unknown,
        );
        let minimized = (of.special == Special::Minimize).then_some(formula);
        let mut found = graph.term(of.start);
        if let Some(formula) = minimized {
            found = self.searched(of, &residual, Some(formula), found, &others)?;
        }
        found = self.searched(of, &residual, None, found, &others)?;
        let last = residual.at(found);
        let step = last.solved(last.value, false);
        let after = residual.at((1.0 + SOME_ULPS) * found - step).jacobian;
        let ids = [
            found.id,
            step.id,
            largest(last.value).id,
            after.id,
            last.jacobian.id,
        ];
        let row = match minimized {
            None => &SOLUTION,
            Some(_) => &MINIMUM,
        };
        let value = graph.apply(row, Attr::None, shape, &ids);
        Ok(with_rule(of, &residual, others, value))
    }

    /// Damped Newton steps from `start` until none of them makes it better: a smaller residual, or where
    /// `least` is given a smaller value of that. One equation with one unknown is guarded by signs.
    fn searched<'g>(
        &self,
        of: &Equation,
        residual: &Residual<'g>,
        least: Option<Term<'g>>,
        start: Term<'g>,
        others: &[NodeId],
    ) -> Result<Term<'g>>
    where
        Self: 'g,
    {
        let graph = residual.graph;
        let shape = start.shape();
        let x = graph.term(graph.local(LocalUse::State, 0, shape));
        let moved = graph.term(graph.local(LocalUse::State, 1, Shape::SCALAR));
        let count = graph.term(graph.local(LocalUse::State, 2, Shape::SCALAR));
        let here = residual.at(x);
        let newton = here.solved(here.value, false);
        let merit = least.unwrap_or_else(|| largest(residual.value));
        let mut directions = vec![newton];
        if least.is_some() {
            // Downhill, also where the second derivative is negative.
            let slope = match shape.is_scalar() {
                true => newton * here.value,
                false => {
                    let ids = [newton.id, here.value.id];
                    graph.term(graph.apply(&DOT, Attr::None, Shape::SCALAR, &ids))
                }
            };
            let up = entrywise(&LT, &[slope, slope.number(0.0)]).stretch(shape);
            directions = vec![entrywise(&WHERE, &[up, -newton, newton]), here.value];
        }
        let first = replaced(merit, residual.unknown, x);
        let guarded = of.special != Special::Minimize && shape.is_scalar();
        let lengths = if guarded { GUARDED_LENGTHS } else { LENGTHS };
        let (mut best, mut best_merit) = (x, first);
        for direction in directions {
            for k in 0..lengths {
                let candidate = x - 0.25f64.powi(k) * direction;
                let merit = replaced(merit, residual.unknown, candidate);
                let better = entrywise(&LT, &[merit, best_merit]);
                best = entrywise(&WHERE, &[better.stretch(shape), candidate, best]);
                best_merit = entrywise(&WHERE, &[better, merit, best_merit]);
            }
        }
        let has_moved = entrywise(&LT, &[best_merit, first]);
        // Each state: the leaf that stands for it, the next one, the first one.
        let mut states = vec![
            (x, best, start),
            (moved, has_moved, graph.term(graph.literal(1.0))),
        ];
        if guarded {
            let leaf = |k: usize| graph.term(graph.local(LocalUse::State, k, shape));
            let bracket = Bracket {
                point: x,
                other: leaf(3),
                distance: leaf(4),
            };
            let value = |at: Term<'g>| replaced(residual.value, residual.unknown, at);
            let newton = Newton {
                step: newton,
                best,
                size: first,
                best_size: best_merit,
            };
            let (next, goes_on) = bracket.step(&value, &newton);
            let distance = (start.map(&ABS) + 1.0) * start.number(bracket::FIRST);
            states = vec![
                (x, next.point, start),
                (moved, goes_on, start.number(1.0)),
                (bracket.other, next.other, start.number(f64::NAN)),
                (bracket.distance, next.distance, distance),
            ];
        }
        states.insert(2, (count, count + 1.0, count.number(0.0)));
        let stands = entrywise(&EQ, &[moved, moved.number(0.0)]);
        let late = entrywise(&LT, &[count.number(MOST_STEPS as f64 - 0.5), count]);
        let end = entrywise(&OR, &[stands, late]);
        let parameters = graph.parameters(others);
        let given = others.iter().copied().zip(parameters.iter().copied());
        let replaced: FxHashMap<NodeId, NodeId> = given.collect();
        let mut roots: Vec<NodeId> = states.iter().map(|(_, next, _)| next.id).collect();
        roots.push(end.id);
        let images = images(graph, &roots, &replaced);
        let image = |id: NodeId| images.get(&id).copied().unwrap_or(id);
        let round = Round {
            name: of.function.name.clone(),
            count: RoundCount::Until(image(end.id), MOST_STEPS + 2),
            keeps: Keeps::Last,
            states: (states.iter())
                .map(|(leaf, next, _)| (leaf.id, image(next.id)))
                .collect(),
            parameters,
            rows: Vec::new(),
            depth: graph.loop_depth(&roots) + 1,
        };
        let leaves = (0..round.arity()).map(|k| round.leaf(k)).collect();
        let memory = self.evaluation.limits.memory;
        if Program::compile(graph, &[leaves], &[round.outputs()], memory).is_err() {
            bail!(Type, of.frame.locate(of.expr),
                "`{}` cannot be solved for: its formula changes from point to point", of.function;
                label: "some of it is only known once x is";
                help: "choose by `where(c, a, b)` instead of `if`, and keep counts and indices fixed");
        }
        let result = round.shape(graph);
        let first = states.iter().map(|(_, _, first)| first.id);
        let args: Vec<NodeId> = first.chain(others.iter().copied()).collect();
        let all = graph.term(graph.apply(&ROUNDS, graph.round(round), result, &args));
        let block = Block {
            corner: Corner { row: 0, col: 0 },
            shape: Shape::vector(shape.len()),
        };
        Ok(all.block(block).reshaped(shape))
    }
}

/// The call as a node whose derivative the equation gives.
fn with_rule(of: &Equation, residual: &Residual<'_>, others: Vec<NodeId>, value: NodeId) -> NodeId {
    let graph = residual.graph;
    let shape = graph.shape(of.start);
    let result = graph.term(graph.local(LocalUse::State, 0, shape));
    let seed = graph.term(graph.local(LocalUse::Adjoint, 0, shape));
    let equation = residual.at(result);
    let pulled = -equation.solved(seed, true);
    let held: Held = others.iter().copied().chain([result.id]).collect();
    let flow = Flow::everywhere(pulled);
    let found = reverse(graph, equation.value.id, flow, &others, &held);
    let mut arguments = vec![of.start];
    arguments.extend(&others);
    let leaves = graph.parameters(&arguments);
    let closed: FxHashMap<NodeId, NodeId> = others
        .iter()
        .copied()
        .zip(leaves[1..].iter().copied())
        .collect();
    let adjoint = |(k, flow): (usize, Option<Flow<'_>>)| {
        let node = match flow {
            Some(flow) => substitute(graph, flow.term.id, &closed),
            None => graph.term(arguments[k + 1]).zero().id,
        };
        (k + 1, node)
    };
    let mut adjoints = vec![(0, graph.term(of.start).zero().id)];
    adjoints.extend(found.into_iter().enumerate().map(adjoint));
    let attr = graph.rule(CallRule {
        name: of.special.name().into(),
        function: Some(of.function.name.clone()),
        parameters: 1,
        seed: seed.id,
        result: result.id,
        leaves,
        adjoints,
        departs: false,
    });
    arguments.push(value);
    graph.apply(&RULED, attr, shape, &arguments)
}

/// The leaves behind `roots`, but for the unknown: inputs, and names that are held and do not depend on it.
fn leaves(graph: &Graph, roots: &[NodeId], unknown: NodeId) -> Vec<NodeId> {
    let mut depends = FxHashSet::from_iter([unknown]);
    for id in graph.cone(roots, |_| false) {
        let mut any = false;
        graph.for_args(id, |arg| any |= depends.contains(&arg));
        if any {
            depends.insert(id);
        }
    }
    let is_leaf = |id: NodeId| match graph.node(id).op {
        Op::Input(_) => id != unknown,
        Op::Hold(_) => !depends.contains(&id),
        _ => false,
    };
    let cone = graph.cone_in_order(roots, is_leaf);
    cone.iter().copied().filter(|id| is_leaf(*id)).collect()
}
