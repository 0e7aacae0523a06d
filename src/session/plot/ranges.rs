//! Ranges and points: the numbers in the tail of a plot.

use crate::diagnostic::{Code, Result, bail};
use crate::graph::{Graph, Shape, Tensor};
use crate::lower::{Lowerer, Meaning};
use crate::notation::Written;
use crate::plot::{Axis, Points, drawable};
use crate::session::evaluate::formula;
use crate::session::sink::warn;
use crate::session::statement::ShowStatement;
use crate::session::{Session, Sink};
use crate::syntax::ast::{ExprId, Over, With};

impl Session {
    /// The shape of a name that has a meaning, where it can be found without an error.
    fn shape_of(&self, name: &str) -> Option<Shape> {
        let source = match &self.definitions.variable(name)?.meaning {
            Meaning::Formula(formula) => formula,
            Meaning::Input(input) => match input.declared {
                Some(shape) => return Some(shape),
                None => input.source.as_ref()?,
            },
        };
        let graph = Graph::new();
        let node = Lowerer::new(&graph, &self.definitions, self.limits).lower(source);
        Some(graph.shape(node.ok()?))
    }

    /// The data after `with points`.
    pub(super) fn points(
        &self,
        statement: &ShowStatement<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<Option<Points>> {
        let found = statement.tail.with.iter().find_map(|(item, _)| match item {
            With::Points { points, colour } => Some((*points, *colour)),
            _ => None,
        });
        let Some((points, colour)) = found else {
            return Ok(None);
        };
        let places = self.places(statement, points, sink)?;
        let colours = match colour {
            None => None,
            Some(colour) => {
                let value = self.evaluate_at(statement, colour, sink)?;
                if !value.shape().is_vector() || value.shape().len() != places.len() {
                    let message = format!(
                        "`coloured by` takes one number for each of the {} points, not {}",
                        places.len(),
                        value.shape()
                    );
                    let label = value.shape().described();
                    return Err(statement.error(Code::Shape, colour, message, &label));
                }
                Some(value.data().to_vec())
            }
        };
        Ok(Some(Points { places, colours }))
    }

    /// The places after `with path`.
    pub(super) fn path(
        &self,
        statement: &ShowStatement<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<Vec<(f64, f64)>> {
        let found = statement.tail.with.iter().find_map(|(item, _)| match item {
            With::Path(path) => Some(*path),
            _ => None,
        });
        found.map_or_else(|| Ok(Vec::new()), |path| self.places(statement, path, sink))
    }

    /// The rows of an n×2 matrix.
    fn places(
        &self,
        statement: &ShowStatement<'_>,
        points: ExprId,
        sink: &mut Sink<'_>,
    ) -> Result<Vec<(f64, f64)>> {
        let places = self.evaluate_at(statement, points, sink)?;
        let shape = places.shape();
        if shape.n() != 2 {
            let message = format!("points are n×2, a point a row, and these are {shape}");
            let error = statement.error(Code::Shape, points, message, &shape.described());
            return Err(if shape.m() == 2 {
                let text = statement.script.text(points);
                error.help(format!("transpose them: `({text})'`"))
            } else {
                error.help("pick two columns: `X[:, 1..2]`")
            });
        }
        Ok((0..shape.m())
            .map(|k| (places.at(k, 0), places.at(k, 1)))
            .collect())
    }

    /// The value of an expression of the tail, in which the names after `over` mean nothing.
    pub(in crate::session) fn evaluate_at(
        &self,
        statement: &ShowStatement<'_>,
        expr: ExprId,
        sink: &mut Sink<'_>,
    ) -> Result<Tensor> {
        let graph = Graph::new();
        let mut lowerer = Lowerer::new(&graph, &self.definitions, self.limits);
        self.bind_at(&mut lowerer, statement)?;
        let node = lowerer.lower(&formula(statement.script, expr))?;
        let mut evaluation = lowerer.finish();
        let value = evaluation.value(node)?;
        warn(evaluation.unit.take_warnings(), sink);
        Ok(value)
    }

    /// The axis that a variable runs along.
    pub(super) fn range(
        &self,
        statement: &ShowStatement<'_>,
        over: &Over,
        log: bool,
        sink: &mut Sink<'_>,
    ) -> Result<Axis> {
        let script = statement.script;
        let (variable, name) = (&over.variable, over.text(script));
        let mut given = statement.tail.at.iter();
        if let (None, Some(at)) = (over.entry, given.find(|at| at.name.name == variable.name)) {
            bail!(Name, script.location(at.name.span),
                "`{name}` runs over a range and cannot have a value as well";
                label: "a value";
                also: script.location(variable.span), "a range");
        }
        if let (None, Some(shape)) = (over.entry, self.shape_of(&variable.name))
            && !shape.is_scalar()
        {
            let entry = match shape.is_vector() {
                true => format!("{name}[1]"),
                false => format!("{name}[1, 1]"),
            };
            bail!(Shape, script.location(variable.span),
                "one number runs over a range, and `{name}` is {shape}";
                label: "{}", shape.described();
                help: "let one entry run: `over {entry} from {} to {}`", script.text(over.from), script.text(over.to));
        }
        let mut ends = [0.0; 2];
        for (end, expr) in ends.iter_mut().zip([over.from, over.to]) {
            let value = self.evaluate_at(statement, expr, sink)?;
            let shape = value.shape();
            *end = value.as_scalar().ok_or_else(|| {
                let message = format!("a range ends at a number, not at a {shape} matrix");
                statement.error(Code::Scalar, expr, message, &shape.described())
            })?;
            if !drawable(*end, false) {
                let message = format!("`{name}` cannot run to {end}");
                return Err(statement.error(Code::Value, expr, message, "the end of a range"));
            }
        }
        let [from, to] = ends;
        let text = |x: f64| crate::number::format(x, 17);
        if from >= to {
            let message = format!(
                "the range of `{name}` is empty: it runs from {} to {}",
                text(from),
                text(to)
            );
            let error = statement.error(Code::Value, over.to, message, "not larger than its start");
            return Err(error.label(statement.script.locate(over.from), "the start"));
        }
        if log && from <= 0.0 {
            let message = format!(
                "a logarithmic axis has positive numbers only, and `{name}` starts at {}",
                text(from)
            );
            return Err(statement
                .error(Code::Value, over.from, message, "not positive")
                .help("start at a small positive number, such as 1e-6"));
        }
        let name = match over.entry {
            Some(entry) => Written::in_line(script, entry),
            None => Written::name(&variable.name),
        };
        Ok(Axis::between(name, log, from, to))
    }
}
