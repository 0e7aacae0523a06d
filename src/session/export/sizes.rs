//! Code for all sizes: a script whose inputs were declared with named sizes is lowered at several sizes that
//! are drawn, and written with the names of the sizes where the programs are alike.

use super::super::{Session, Sink};
use super::Request;
use crate::diagnostic::{Diagnostic, Result, error, note};
use crate::event::Event;
use crate::export;
use crate::export::program::ExportProgram;
use crate::export::sizes::unified::{SizesApart, unified};
use crate::graph::{Graph, Shape, Tensor};
use crate::lower::definitions::{Definitions, Meaning};
use crate::lower::{Limits, Lowerer};
use crate::proof::drawn_value;
use crate::source::Location;
use crate::syntax::ast::Name;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// Sizes that stand for all: each larger than any number of rounds that is written out.
const PRIMES: [usize; 64] = [
    37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137,
    139, 149, 151, 157, 163, 167, 173, 179, 181, 191, 193, 197, 199, 211, 223, 227, 229, 233, 239,
    241, 251, 257, 263, 269, 271, 277, 281, 283, 293, 307, 311, 313, 317, 331, 337, 347, 349, 353,
    359, 367, 373, 379,
];
/// Rounds of an iteration that are written out; a loop over a size is one node.
const ROUNDS: usize = 30;
/// The programs that are compared.
const PROGRAMS: usize = 3;
/// How often other sizes are drawn where a number means several things.
const ATTEMPTS: usize = 3;
/// Sizes of a self-test.
const SMALL: [usize; 12] = [3, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];

/// What a self-test needs: the inputs that the tool chose, where the script has no values, and the numbers
/// of the requests.
#[derive(Default)]
pub(super) struct TestPoint {
    drawn: FxHashMap<Name, Rc<Tensor>>,
    expected: Vec<Tensor>,
}

/// Why there is no code for all sizes.
enum NotForAll {
    /// A number means several things; at other sizes it may not.
    Ambiguous,
    /// Something depends on the sizes.
    Depends(Diagnostic),
}

impl From<Diagnostic> for NotForAll {
    fn from(error: Diagnostic) -> NotForAll {
        NotForAll::Depends(error)
    }
}

impl Session {
    /// The text for all sizes that shapes were declared with; for some of them where others must be numbers.
    /// `concrete` is the program at the sizes that the inputs have, where they have values.
    ///
    /// # Errors
    /// Sizes have no values, and the code depends on them.
    pub(super) fn export_for_all_sizes(
        &self,
        before: &Definitions,
        concrete: Result<ExportProgram<'_>>,
        request: &Request<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<String> {
        let (target, options) = (request.target, request.options);
        let numbers_only = |concrete: Result<ExportProgram<'_>>| {
            let (program, expected) = self.tested(concrete?, options)?;
            export::write(program, target, options, &expected)
        };
        let open = self.open_input();
        if !target.has_sizes() || options.shard {
            let what = match options.shard {
                true => "code for many devices".to_string(),
                false => format!("`--to {}`", target.word()),
            };
            return match (&open, concrete) {
                (Some((name, place, sizes)), Err(_)) => Err(error!(Value, place.clone(),
                    "{what} holds sizes as numbers, and `{name}` is {sizes}";
                    label: "sizes without a value";
                    help: "give them values, or export to numpy, jax, torch or julia, whose code takes sizes from the shapes of its arguments")),
                (_, concrete) => numbers_only(concrete),
            };
        }
        let point = match (&concrete, options.check) {
            (_, false) => None,
            (Ok(program), _) => {
                let (_, expected) = self.tested(program.clone(), options)?;
                let drawn = FxHashMap::default();
                Some(TestPoint { drawn, expected })
            }
            (Err(_), _) => Some(self.drawn_point(before, request)?),
        };
        let whole = self.at_any_sizes(before, &[], request, point.as_ref());
        let (why, names) = match whole {
            (Ok(text), _) => return Ok(text),
            (Err(NotForAll::Depends(why)), names) => (why, names),
            (Err(NotForAll::Ambiguous), names) => (ambiguous(request), names),
        };
        if concrete.is_err() {
            return Err(match (concrete, open) {
                (Err(error), None) => error,
                _ => why,
            });
        }
        // Which sizes can be taken from shapes by themselves, and then together?
        let values: Vec<(Name, usize)> = names
            .iter()
            .filter_map(|name| Some((name.clone(), self.size_value(name)?)))
            .collect();
        let fixed: Vec<(Name, usize)> = values
            .iter()
            .filter(|(name, _)| {
                let others: Vec<_> = values
                    .iter()
                    .filter(|(other, _)| other != name)
                    .cloned()
                    .collect();
                others.is_empty()
                    || self
                        .at_any_sizes(before, &others, request, point.as_ref())
                        .0
                        .is_err()
            })
            .cloned()
            .collect();
        let some = fixed.len() < values.len();
        let text = match some {
            true => self
                .at_any_sizes(before, &fixed, request, point.as_ref())
                .0
                .ok(),
            false => None,
        };
        let held = if text.is_some() { &fixed } else { &values };
        let list: Vec<String> = held
            .iter()
            .map(|(name, size)| format!("{name} = {size}"))
            .collect();
        sink(Event::Warning(note!(
            Value,
            why.location().clone(),
            "the code is for {}: {}",
            list.join(", "),
            why.message()
        )));
        match text {
            Some(text) => Ok(text),
            None => numbers_only(concrete),
        }
    }

    /// An input that was declared with named sizes and has no value: its name, where that is, its sizes.
    fn open_input(&self) -> Option<(Name, Location, String)> {
        self.definitions.variables().find_map(|(name, variable)| {
            let Meaning::Input(input) = &variable.meaning else {
                return None;
            };
            let sizes = input.symbolic.as_ref().filter(|_| !input.has_value())?;
            Some((name.clone(), variable.location.clone(), sizes.text()))
        })
    }

    /// The value of a size, from an input that was declared with it.
    fn size_value(&self, name: &Name) -> Option<usize> {
        let (input, axis) = self.definitions.sized_by(name)?;
        let shape = match (input.value.get(), &input.source) {
            (Some(value), _) => value.shape(),
            (None, Some(source)) => self.value_of(source).ok()?.shape(),
            (None, None) => return None,
        };
        Some([shape.m(), shape.n()][axis])
    }

    /// This session before the script, with sizes that are drawn.
    fn at_drawn_sizes(&self, definitions: Definitions, unrolled: usize) -> Session {
        Session {
            definitions,
            limits: Limits {
                unrolled,
                numbered: 0,
                ..self.limits
            },
            stop: self.stop.clone(),
            ..Session::default()
        }
    }

    /// The text with sizes taken from shapes, but for those that are `given`; the names of the sizes.
    fn at_any_sizes(
        &self,
        before: &Definitions,
        given: &[(Name, usize)],
        request: &Request<'_>,
        point: Option<&TestPoint>,
    ) -> (std::result::Result<String, NotForAll>, Vec<Name>) {
        let mut names = Vec::new();
        for attempt in 0..ATTEMPTS {
            let found = self.at_all_sizes(before, given, attempt, request, point, &mut names);
            match found {
                Err(NotForAll::Ambiguous) => {}
                found => return (found, names),
            }
        }
        (Err(NotForAll::Ambiguous), names)
    }

    fn at_all_sizes(
        &self,
        before: &Definitions,
        given: &[(Name, usize)],
        attempt: usize,
        request: &Request<'_>,
        point: Option<&TestPoint>,
        names: &mut Vec<Name>,
    ) -> std::result::Result<String, NotForAll> {
        let graphs: [Graph; PROGRAMS] = Default::default();
        let mut programs = Vec::new();
        let mut sizes = Vec::new();
        let mut declared = Vec::new();
        for (number, graph) in graphs.iter().enumerate() {
            let first = attempt * PROGRAMS + number;
            let primes: Vec<usize> = PRIMES[first..].iter().step_by(4).copied().collect();
            let mut session = self.at_drawn_sizes(before.at_sizes(given, &primes), ROUNDS);
            let program = session.program_of(graph, request, Some(self), &mut |_| {});
            let drawn = &session.definitions.drawn_sizes()[given.len()..];
            if names.is_empty() {
                *names = drawn.iter().map(|(name, _)| name.clone()).collect();
            }
            let mut program = program?;
            if number == 0 {
                declared = session.declared_shapes()?;
            }
            sizes.push(drawn.iter().map(|(_, size)| *size).collect::<Vec<usize>>());
            let fixed = given
                .iter()
                .map(|(name, size)| (name.clone(), *size as f64));
            program.sizes.fixed.extend(fixed);
            programs.push(match point {
                Some(_) => program.with_values(),
                None => program,
            });
        }
        let table = unified(&programs, names, &sizes).map_err(|apart| match apart {
            SizesApart::Ambiguous => NotForAll::Ambiguous,
            SizesApart::Differ(node) => {
                let place = node.map(|node| programs[0].place(node));
                NotForAll::Depends(error!(Value, place.unwrap_or(request.whole.clone()),
                    "this is written differently for different sizes";
                    label: "depends on the sizes";
                    help: "give the sizes values: `{}`", example(names)))
            }
        })?;
        let mut program = programs.swap_remove(0);
        // A size of an input that nothing reads still comes from its shape.
        for (number, name) in names.iter().enumerate() {
            let mut declared = declared.iter().filter(|(_, shape, sizes)| {
                sizes.contains(name) && table.has_affine(number, *shape)
            });
            if let (false, Some((input, shape, _))) = (
                program
                    .arguments
                    .iter()
                    .any(|one| table.has_affine(number, one.shape)),
                declared.next(),
            ) {
                let value = self.definitions.value(input).cloned();
                program.add_argument(input, *shape, value);
            }
        }
        program.sizes.table = Some(table);
        let expected = match point {
            Some(point) => {
                for argument in &mut program.arguments {
                    let drawn = point.drawn.get(&argument.name).cloned();
                    argument.value = argument.value.take().or(drawn);
                }
                point.expected.as_slice()
            }
            None => &[],
        };
        Ok(export::write(
            program,
            request.target,
            request.options,
            expected,
        )?)
    }

    /// The shapes of inputs that were declared with named sizes, and those names.
    fn declared_shapes(&self) -> Result<Vec<(Name, Shape, Vec<Name>)>> {
        let mut found = Vec::new();
        for (name, variable) in self.definitions.variables() {
            if let Meaning::Input(input) = &variable.meaning
                && let Some(sizes) = &input.symbolic
            {
                let scratch = Graph::new();
                let mut lowerer = Lowerer::for_values(&scratch, &self.definitions, self.limits);
                let shape = lowerer.open_shape(name)?;
                found.push((name.clone(), shape, sizes.names().cloned().collect()));
            }
        }
        Ok(found)
    }

    /// Inputs at small sizes, drawn within what is said of them, and the numbers of the requests there.
    fn drawn_point(&self, before: &Definitions, request: &Request<'_>) -> Result<TestPoint> {
        let graph = Graph::new();
        let mut session = self.at_drawn_sizes(before.at_sizes(&[], &SMALL), self.limits.unrolled);
        let mut program = session.program_of(&graph, request, Some(self), &mut |_| {})?;
        program = program.with_values();
        let missing = |one: &usize| program.arguments[*one].value.is_none();
        let missing: Vec<usize> = (0..program.arguments.len()).filter(missing).collect();
        let mut first = None;
        for positive in [false, true] {
            let mut drawn = FxHashMap::default();
            for k in &missing {
                let argument = &mut program.arguments[*k];
                let facts = session
                    .definitions
                    .facts(&argument.name)
                    .cloned()
                    .unwrap_or_default();
                let value = drawn_value(argument.shape, &facts, positive, *k as u64);
                argument.value = value.map(Rc::new);
                drawn.extend(
                    argument
                        .value
                        .clone()
                        .map(|value| (argument.name.clone(), value)),
                );
            }
            let expected = session.expected(&program)?;
            let regular = expected.iter().all(Tensor::is_finite);
            let point = TestPoint { drawn, expected };
            if regular {
                return Ok(point);
            }
            first = first.or(Some(point));
        }
        Ok(first.unwrap_or_default())
    }
}

/// Values for sizes: `n = 3; d = 2`.
fn example(names: &[Name]) -> String {
    let values = names.iter().zip(SMALL);
    let values: Vec<String> = values
        .map(|(name, size)| format!("{name} = {size}"))
        .collect();
    values.join("; ")
}

fn ambiguous(request: &Request<'_>) -> Diagnostic {
    error!(
        Value,
        request.whole.clone(),
        "numbers of the script cannot be told from sizes"
    )
}
