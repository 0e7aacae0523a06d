//! Expressions compiled for many evaluations.

use super::Session;
use crate::diagnostic::{Result, bail};
use crate::exec::Program;
use crate::graph::{Graph, NodeId, Shape};
use crate::lower::definitions::Meaning;
use crate::lower::{Definitions, Formula, Inputs, Limits, Lowerer};
use crate::source::{Location, Source, Span};
use crate::stop::StopToken;
use crate::syntax::ast::Name;
use crate::value::Value;
use rustc_hash::FxHashSet;
use std::rc::Rc;

/// Some expressions as a function of some inputs, compiled for many evaluations: see
/// [`Session::compile`].
///
/// The definitions are those of the session when it was compiled; what the session does later
/// changes nothing here. It is compiled again for arguments of other shapes
/// and where a count or an index depends on the arguments.
#[derive(Debug)]
pub struct Evaluator {
    definitions: Definitions,
    limits: Limits,
    stop: StopToken,
    outputs: Vec<Formula>,
    inputs: Vec<Name>,
    arrangement: Option<Arrangement>,
}

/// A program, and the shapes and counts that it is valid for.
struct Arrangement {
    /// `None` for expressions that only the interpreter can evaluate.
    program: Option<Program>,
    /// The shapes of the arguments.
    shapes: Vec<Shape>,
    /// For every argument, the input of the program; `None` where no output needs it.
    places: Vec<Option<usize>>,
    /// The counts and indices that the program was built with; it computes them anew, behind its
    /// outputs.
    guards: Vec<f64>,
}

impl Arrangement {
    /// True if these arguments have the shapes that it was made for.
    fn fits(&self, arguments: &[Value]) -> bool {
        let shapes = arguments.iter().map(|argument| argument.tensor().shape());
        shapes.eq(self.shapes.iter().copied())
    }
}

impl std::fmt::Debug for Arrangement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Arrangement")
            .field("shapes", &self.shapes)
            .finish_non_exhaustive()
    }
}

impl Evaluator {
    pub(super) fn new(session: &Session, outputs: Vec<Formula>, inputs: Vec<Name>) -> Result<Self> {
        let mut evaluator = Evaluator {
            definitions: session.definitions.snapshot(),
            limits: session.limits,
            stop: session.stop.clone(),
            outputs,
            inputs,
            arrangement: None,
        };
        for name in evaluator.inputs.clone() {
            evaluator.make_input(&name, session)?;
        }
        evaluator.arrangement = Some(evaluator.arrange()?);
        Ok(evaluator)
    }

    /// Makes a name that stands for a formula an input with the formula's value.
    fn make_input(&mut self, name: &Name, session: &Session) -> Result<()> {
        let Some(variable) = self.definitions.variable(name) else {
            return Ok(());
        };
        let (Meaning::Formula(formula), location) = (&variable.meaning, variable.location.clone())
        else {
            return Ok(());
        };
        let value = session.value_of(&formula.clone())?;
        self.definitions.store(name, Rc::new(value), location);
        Ok(())
    }

    /// The names of the arguments, in order.
    pub fn inputs(&self) -> impl Iterator<Item = &str> {
        self.inputs.iter().map(|name| &**name)
    }

    /// True if there is a program for the arguments of the last call; else each call is lowered and
    /// interpreted anew, which takes much longer.
    pub fn is_compiled(&self) -> bool {
        let known = self.arrangement.as_ref();
        known.is_some_and(|arrangement| arrangement.program.is_some())
    }

    /// The values of the expressions, in the order in which they were given, at these arguments.
    ///
    /// # Errors
    /// Fails if the number of arguments is not that of the inputs, an argument has not the shape that
    /// its input was declared with, shapes do not fit, a limit is met or a stop is asked for.
    pub fn call(&mut self, arguments: &[Value]) -> Result<Vec<Value>> {
        let mut results = Vec::new();
        self.call_into(arguments, &mut results)?;
        Ok(results)
    }

    /// As [`call`](Evaluator::call), with the values in the memory of `results`, those of an earlier call:
    /// large ones cost no new memory. After a failure `results` may be of either call.
    ///
    /// # Errors
    /// As there.
    pub fn call_into(&mut self, arguments: &[Value], results: &mut Vec<Value>) -> Result<()> {
        let _entered = self.stop.enter();
        self.check(arguments)?;
        if self.run(arguments, results).is_some() {
            return Ok(());
        }
        // Another shape or count, or a failure, which only the interpreter can explain.
        for (name, argument) in self.inputs.iter().zip(arguments) {
            let location = Location::new(&Source::new("<argument>", &**name), Span::default());
            let value = Rc::new(argument.tensor().clone());
            self.definitions.store(name, value, location);
        }
        self.definitions.commit();
        if self.is_worth_arranging(arguments) {
            self.arrangement = Some(self.arrange()?);
            if self.run(arguments, results).is_some() {
                return Ok(());
            }
        }
        *results = self.interpret()?;
        Ok(())
    }

    /// True if another program may fit these arguments: what no program could do for these shapes, none
    /// can do again.
    fn is_worth_arranging(&self, arguments: &[Value]) -> bool {
        self.arrangement
            .as_ref()
            .is_none_or(|known| known.program.is_some() || !known.fits(arguments))
    }

    fn check(&self, arguments: &[Value]) -> Result<()> {
        let names = self.inputs.join(", ");
        let source = Source::new("<call>", names.clone());
        let whole = Location::new(&source, Span::new(0, names.len()));
        if arguments.len() != self.inputs.len() {
            bail!(Arity, whole,
                "{} arguments where {} are needed", arguments.len(), self.inputs.len();
                label: "one value for each of these");
        }
        for (name, argument) in self.inputs.iter().zip(arguments) {
            let shape = argument.tensor().shape();
            self.definitions.check_declared(name, shape, &whole)?;
        }
        Ok(())
    }

    /// The values by the program, where it fits these arguments.
    fn run(&mut self, arguments: &[Value], results: &mut Vec<Value>) -> Option<()> {
        let arrangement = self.arrangement.as_mut()?;
        if !arrangement.fits(arguments) {
            return None;
        }
        let program = arrangement.program.as_mut()?;
        for (place, argument) in arrangement.places.iter().zip(arguments) {
            if let Some(place) = place {
                program.set(*place, argument.as_slice());
            }
        }
        program.run(0).ok()?;
        let outputs = self.outputs.len();
        let held = |(k, guard): (usize, &f64)| {
            program.output(0, outputs + k).data[0].to_bits() == guard.to_bits()
        };
        if !arrangement.guards.iter().enumerate().all(held) {
            return None;
        }
        results.resize_with(outputs, || Value::from(0.0));
        for (k, result) in results.iter_mut().enumerate() {
            result.copy(program.output(0, k));
        }
        Some(())
    }

    fn interpret(&self) -> Result<Vec<Value>> {
        let graph = Graph::new();
        let mut lowerer = Lowerer::for_values(&graph, &self.definitions, self.limits);
        let nodes: Vec<NodeId> = (self.outputs.iter())
            .map(|output| lowerer.lower(output))
            .collect::<Result<_>>()?;
        let evaluation = lowerer.finish();
        let value = |node: &NodeId| evaluation.value(*node).map(Value::from);
        nodes.iter().map(value).collect()
    }

    /// Compiles the outputs for the shapes and counts that the definitions have now.
    fn arrange(&self) -> Result<Arrangement> {
        let graph = Graph::new();
        let changing: FxHashSet<Name> = self.inputs.iter().cloned().collect();
        let mut lowerer = Lowerer::for_program(
            &graph,
            &self.definitions,
            self.limits,
            Inputs::default(),
            &changing,
        );
        let mut wanted: Vec<NodeId> = (self.outputs.iter())
            .map(|output| lowerer.lower(output))
            .collect::<Result<_>>()?;
        let (unit, _) = lowerer.into_program();
        let (guards, values): (Vec<NodeId>, Vec<f64>) = unit.guards.iter().copied().unzip();
        wanted.extend(guards);
        let leaves: Vec<NodeId> = (self.inputs.iter())
            .filter_map(|name| unit.inputs.get(name).copied())
            .collect();
        let shape = |name: &Name| match unit.inputs.get(name) {
            Some(leaf) => graph.shape(*leaf),
            None => self
                .definitions
                .value(name)
                .map_or(Shape::SCALAR, |value| value.shape()),
        };
        let groups: Vec<Vec<NodeId>> = leaves.iter().map(|leaf| vec![*leaf]).collect();
        let program = Program::compile(&graph, &groups, &[wanted], self.limits.memory).ok();
        let place = |name: &Name| {
            let leaf = unit.inputs.get(name)?;
            leaves.iter().position(|known| known == leaf)
        };
        Ok(Arrangement {
            program,
            shapes: self.inputs.iter().map(shape).collect(),
            places: self.inputs.iter().map(place).collect(),
            guards: values,
        })
    }
}
