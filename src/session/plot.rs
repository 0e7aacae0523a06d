//! `plot`: curves over one variable, a map over two, vectors against their index.

use super::show::warn;
use super::statement::ShowStatement;
use super::{Event, Session, Sink, formula};
use crate::diagnostic::{Code, Diagnostic, Result, bail, error};
use crate::exec::{Failure, Interpreter, LANES, Program};
use crate::graph::{Graph, NodeId, Tensor};
use crate::lower::{self, Lowerer, Unit};
use crate::notation::Written;
use crate::plot::{Axis, Map, Picture, Plot, Points, Series, drawable};
use crate::stop;
use crate::syntax::ast::{ExprId, Over, Script, Text, With};
use crate::world::Refusal;
use std::path::Path;
use std::rc::Rc;

/// Points of a curve; odd, so that a range around 0 meets it.
const CURVE: usize = 401;
/// Columns and rows of a map in a file, and of one in the terminal.
const FINE: (usize, usize) = (120, 90);
const COARSE: (usize, usize) = (60, 36);

/// What a graph gives at every place: one list an output.
type Samples = Vec<Vec<f64>>;

impl Session {
    pub(super) fn show_plot(
        &self,
        statement: &ShowStatement<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let ShowStatement { script, tail, .. } = *statement;
        if let Some(to) = &tail.to {
            self.expect_svg(script, to)?;
        }
        let points = self.points(statement, sink)?;
        let mut plot = match tail.over.as_slice() {
            [] => self.vectors(statement, points, sink)?,
            [over] => self.curves(statement, over, points, sink)?,
            [across, up] => self.map(statement, [across, up], points, sink)?,
            [_, _, third, ..] => {
                bail!(Arity, script.location(third.variable.span),
                    "a plot has two sides: `over` takes one variable or two";
                    label: "one too many");
            }
        };
        if let Some(to) = &tail.to {
            plot.file = Some(to.text.to_string());
        }
        self.present(script, tail.to.as_ref(), Event::Plot(Box::new(plot)), sink)
    }

    /// Refuses a file that cannot be written, or not as a plot, before anything is computed.
    fn expect_svg(&self, script: &Script, to: &Text) -> Result<()> {
        let location = script.location(to.span);
        let path = Path::new(&*to.text);
        if self.world().is_sealed() {
            return Err(Refusal::Sealed.writing(path, location));
        }
        let extension = path.extension().and_then(|extension| extension.to_str());
        match extension {
            Some(svg) if svg.eq_ignore_ascii_case("svg") => Ok(()),
            _ => {
                let kind = extension.map_or("a file without an extension".into(), |extension| {
                    format!("a file of the kind `.{extension}`")
                });
                Err(error!(File, location,
                    "`plot` cannot write {kind}";
                    label: "the kind is told by the extension";
                    help: "a plot is written as `.svg`"))
            }
        }
    }

    /// The data after `with points`.
    fn points(&self, statement: &ShowStatement<'_>, sink: &mut Sink<'_>) -> Result<Option<Points>> {
        let found = statement.tail.with.iter().find_map(|(item, _)| match item {
            With::Points { points, colour } => Some((*points, *colour)),
            _ => None,
        });
        let Some((points, colour)) = found else {
            return Ok(None);
        };
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
        let colours = match colour {
            None => None,
            Some(colour) => {
                let value = self.evaluate_at(statement, colour, sink)?;
                if !value.shape().is_vector() || value.shape().len() != shape.m() {
                    let message = format!(
                        "`coloured by` takes one number for each of the {} points, not {}",
                        shape.m(),
                        value.shape()
                    );
                    let label = value.shape().described();
                    return Err(statement.error(Code::Shape, colour, message, &label));
                }
                Some(value.data().to_vec())
            }
        };
        let place = |k: usize| (places.at(k, 0), places.at(k, 1));
        Ok(Some(Points {
            places: (0..shape.m()).map(place).collect(),
            colours,
        }))
    }

    /// The value of an expression of the tail, in which the names after `over` mean nothing.
    fn evaluate_at(
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
        warn(&mut evaluation.unit, sink);
        Ok(value)
    }

    /// The axis that a variable runs along.
    fn range(
        &self,
        statement: &ShowStatement<'_>,
        over: &Over,
        log: bool,
        sink: &mut Sink<'_>,
    ) -> Result<Axis> {
        let name = &over.variable;
        if let Some(at) = statement
            .tail
            .at
            .iter()
            .find(|at| at.name.name == name.name)
        {
            bail!(Name, statement.script.location(at.name.span),
                "`{name}` runs over a range and cannot have a value as well";
                label: "a value";
                also: statement.script.location(name.span), "a range");
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
        Ok(Axis::between(Written::name(&name.name), log, from, to))
    }

    fn curves(
        &self,
        statement: &ShowStatement<'_>,
        over: &Over,
        points: Option<Points>,
        sink: &mut Sink<'_>,
    ) -> Result<Plot> {
        let x = self.range(statement, over, statement.has(&With::LogX), sink)?;
        let last = (CURVE - 1) as f64;
        let places: Vec<f64> = (0..CURVE).map(|k| x.value(k as f64 / last)).collect();
        let arguments: Vec<Vec<f64>> = places.iter().map(|place| vec![*place]).collect();
        let samples = self.sample(statement, &arguments, sink)?;
        let named = statement.outputs.iter().zip(samples);
        let series = named.map(|(output, y)| Series {
            name: Written::in_line(statement.script, *output),
            x: places.clone(),
            y,
        });
        plot_of_series(statement, series.collect(), Some(x), points)
    }

    fn vectors(
        &self,
        statement: &ShowStatement<'_>,
        points: Option<Points>,
        sink: &mut Sink<'_>,
    ) -> Result<Plot> {
        let mut series = Vec::new();
        for output in statement.outputs {
            let value = self.evaluate_at(statement, *output, sink);
            let value = value.map_err(|error| {
                let location = error.location().clone();
                let name = location.text();
                let free = error.code() == Code::Name && !lower::is_built_in(name);
                if free && self.definitions.variable(name).is_none() {
                    let help = format!(
                        "to draw along `{name}` write `plot … over {name} from 0 to 1`; or define it: `{name} = …`"
                    );
                    return error.help(help);
                }
                error
            })?;
            let shape = value.shape();
            let text = statement.name(*output);
            let label = shape.described();
            if shape.is_scalar() {
                let message =
                    format!("`{text}` is one number: there is nothing to draw it against");
                return Err(statement
                    .error(Code::Shape, *output, message, &label)
                    .help("say what runs: `plot … over t from 0 to 1`; a vector is drawn against its index"));
            }
            if !shape.is_vector() || shape.is_empty() {
                let message =
                    format!("a vector is drawn against its index, and `{text}` is {shape}");
                let error = statement.error(Code::Shape, *output, message, &label);
                return Err(if shape.is_empty() {
                    error
                } else {
                    error.help(format!("name its columns: `{text}[:, 1], {text}[:, 2]`"))
                });
            }
            series.push(Series {
                name: Written::in_line(statement.script, *output),
                x: (1..=shape.len()).map(|k| k as f64).collect(),
                y: value.data().to_vec(),
            });
        }
        plot_of_series(statement, series, None, points)
    }

    fn map(
        &self,
        statement: &ShowStatement<'_>,
        over: [&Over; 2],
        points: Option<Points>,
        sink: &mut Sink<'_>,
    ) -> Result<Plot> {
        let [across, up] = over;
        if across.variable.name == up.variable.name {
            let location = |over: &Over| statement.script.location(over.variable.span);
            bail!(Name, location(up),
                "`{}` runs over two ranges", up.variable;
                label: "the second";
                also: location(across), "the first");
        }
        if let [_, second, ..] = statement.outputs {
            let message = "a map over two variables shows one expression".to_string();
            return Err(statement
                .error(Code::Arity, *second, message, "one too many")
                .help("write a `plot` for each"));
        }
        let x = self.range(statement, across, statement.has(&With::LogX), sink)?;
        let y = self.range(statement, up, statement.has(&With::LogY), sink)?;
        let (columns, rows) = if statement.tail.to.is_some() {
            FINE
        } else {
            COARSE
        };
        let middles = |axis: &Axis, count: usize| -> Vec<f64> {
            let middle = |k: usize| axis.value((k as f64 + 0.5) / count as f64);
            (0..count).map(middle).collect()
        };
        let (xs, ys) = (middles(&x, columns), middles(&y, rows));
        let row = |y: &f64| xs.iter().map(|x| vec![*x, *y]).collect::<Vec<_>>();
        let places: Vec<Vec<f64>> = ys.iter().flat_map(row).collect();
        let values = self.sample(statement, &places, sink)?.swap_remove(0);
        if !values.iter().any(|value| value.is_finite()) {
            return Err(nothing_to_draw(statement, "finite"));
        }
        let map = Map {
            name: Written::in_line(statement.script, statement.outputs[0]),
            x: xs,
            y: ys,
            values,
        };
        Ok(Plot {
            picture: Picture::Map(map),
            x,
            y,
            points,
            file: None,
        })
    }

    /// The values of all outputs where the names after `over` have the values of each place. The
    /// formulas are lowered once, and again for every place only where these values decide a
    /// count, an index or a shape.
    fn sample(
        &self,
        statement: &ShowStatement<'_>,
        places: &[Vec<f64>],
        sink: &mut Sink<'_>,
    ) -> Result<Samples> {
        let graph = Graph::new();
        let mut lowerer = Lowerer::new(&graph, &self.definitions, self.limits);
        let (leaves, roots) = self.lower_at(statement, &mut lowerer, &places[0])?;
        let mut unit = lowerer.finish().unit;
        warn(&mut unit, sink);
        let varying = varying(&graph, &leaves);
        let mut samples = vec![Vec::with_capacity(places.len()); roots.len()];
        let mut failure = None;
        if unit.guards.iter().any(|(node, _)| varying[node.index()]) {
            for place in places {
                let graph = Graph::new();
                let mut lowerer = Lowerer::new(&graph, &self.definitions, self.limits);
                let (_, roots) = self.lower_at(statement, &mut lowerer, place)?;
                let mut interpreter = Interpreter::new(&graph, self.limits.memory);
                let at = (&mut interpreter, lowerer.unit());
                evaluate(at, &roots, &mut samples, &mut failure)?;
            }
        } else if let Ok(mut program) = Program::for_batches(
            &graph,
            std::slice::from_ref(&leaves),
            std::slice::from_ref(&roots),
            self.limits.memory,
        ) && program.batch_size() <= self.limits.memory
        {
            let explain = |failure| unit.explain(&failure);
            failure = sample_in_batches(&mut program, places, &mut samples)
                .map_err(explain)?
                .map(explain);
        } else {
            let known = self.constant_part(&graph, &roots, &varying);
            for place in places {
                let mut interpreter = Interpreter::new(&graph, self.limits.memory);
                for (node, value) in &known {
                    interpreter.set(*node, value);
                }
                for (leaf, value) in leaves.iter().zip(place) {
                    interpreter.set(*leaf, &Tensor::scalar(*value));
                }
                let at = (&mut interpreter, &unit);
                evaluate(at, &roots, &mut samples, &mut failure)?;
            }
        }
        match failure {
            Some(failure) if samples.iter().flatten().all(|value| value.is_nan()) => Err(failure),
            _ => Ok(samples),
        }
    }

    /// The outputs with the names after `over` as leaves, which have the values of `place`.
    fn lower_at(
        &self,
        statement: &ShowStatement<'_>,
        lowerer: &mut Lowerer<'_>,
        place: &[f64],
    ) -> Result<(Vec<NodeId>, Vec<NodeId>)> {
        let ShowStatement { script, tail, .. } = *statement;
        self.bind_at(lowerer, statement)?;
        let mut leaves = Vec::new();
        for (over, value) in tail.over.iter().zip(place) {
            let location = script.location(over.variable.span);
            let value = Rc::new(Tensor::scalar(*value));
            lowerer.bind(&over.variable, value, &location, location.clone())?;
            leaves.extend(lowerer.unit().inputs.get(&over.variable.name));
        }
        let mut roots = Vec::new();
        for output in statement.outputs {
            let node = lowerer.lower(&formula(script, *output))?;
            let shape = lowerer.unit().graph.shape(node);
            if !shape.is_scalar() {
                let names: Vec<String> = tail
                    .over
                    .iter()
                    .map(|over| format!("`{}`", over.variable))
                    .collect();
                let message = format!(
                    "`{}` is {shape} for each {}: one number is drawn",
                    statement.name(*output),
                    names.join(" and "),
                );
                return Err(statement
                    .error(Code::Scalar, *output, message, &shape.described())
                    .help("pick an entry, such as `v[1]`, or take its `norm`"));
            }
            roots.push(node);
        }
        Ok((leaves, roots))
    }

    /// The values on which the varying part rests and which are the same everywhere. One that
    /// fails is left to where it is needed.
    fn constant_part(
        &self,
        graph: &Graph,
        roots: &[NodeId],
        varying: &[bool],
    ) -> Vec<(NodeId, Tensor)> {
        let varies = |id: NodeId| varying[id.index()];
        let mut needed: Vec<NodeId> = roots
            .iter()
            .copied()
            .filter(|root| !varies(*root))
            .collect();
        for id in graph.cone(roots, |id| !varies(id)) {
            if varies(id) {
                graph.for_args(id, |arg| needed.push(arg));
            }
        }
        needed.retain(|id| !varies(*id) && graph.literal_value(*id).is_none());
        needed.sort_unstable();
        needed.dedup();
        let mut interpreter = Interpreter::new(graph, self.limits.memory);
        let value = |id: NodeId| Some((id, interpreter.value(id).ok()?.to_tensor()));
        needed.into_iter().filter_map(value).collect()
    }
}

/// Which nodes depend on one of the leaves.
fn varying(graph: &Graph, leaves: &[NodeId]) -> Vec<bool> {
    let mut varying = vec![false; graph.len()];
    for leaf in leaves {
        varying[leaf.index()] = true;
    }
    for k in 0..varying.len() {
        let mut varies = varying[k];
        graph.for_args(NodeId(k as u32), |arg| varies |= varying[arg.index()]);
        varying[k] = varies;
    }
    varying
}

/// Appends the values of the outputs at all places; the first failure of a kernel, where there is
/// one: it leaves a gap.
fn sample_in_batches(
    program: &mut Program,
    places: &[Vec<f64>],
    samples: &mut Samples,
) -> std::result::Result<Option<Failure>, Failure> {
    let mut batch = program.batch()?;
    let mut first = None;
    for places in places.chunks(LANES) {
        let inputs = places.first().map_or(0, Vec::len);
        for input in 0..inputs {
            // The lanes that are left over repeat the last place.
            let filled = places
                .iter()
                .chain(std::iter::repeat(&places[places.len() - 1]));
            for (x, place) in batch.input(input).iter_mut().zip(filled) {
                *x = place[input];
            }
        }
        let refusal = batch.run(0)?;
        first = first.or(refusal.map(|(node, fault)| Failure::Fault(node, fault)));
        for (k, samples) in samples.iter_mut().enumerate() {
            samples.extend((0..places.len()).flat_map(|lane| batch.output(0, k, lane)));
        }
    }
    Ok(first)
}

/// Appends the values of the roots at one place. A matrix that is singular there leaves a gap; the
/// first such failure is kept, should there be nothing else.
fn evaluate(
    (interpreter, unit): (&mut Interpreter<'_>, &Unit<'_>),
    roots: &[NodeId],
    samples: &mut Samples,
    first: &mut Option<Diagnostic>,
) -> Result<()> {
    if stop::requested() {
        return Err(unit.explain(&Failure::Interrupted));
    }
    for (root, samples) in roots.iter().zip(samples) {
        let value = match interpreter.scalar(*root) {
            Ok(value) => value,
            Err(failure @ Failure::Fault(..)) => {
                first.get_or_insert_with(|| unit.explain(&failure));
                f64::NAN
            }
            Err(failure) => return Err(unit.explain(&failure)),
        };
        samples.push(value);
    }
    Ok(())
}

/// Curves with the axes that they need.
fn plot_of_series(
    statement: &ShowStatement<'_>,
    series: Vec<Series>,
    x: Option<Axis>,
    points: Option<Points>,
) -> Result<Plot> {
    let (log_x, log_y) = (statement.has(&With::LogX), statement.has(&With::LogY));
    let places = points.iter().flat_map(|points| &points.places);
    let x = match x {
        Some(x) => Some(x),
        None => {
            let values = series.iter().flat_map(|series| series.x.iter().copied());
            Axis::around(Written::words("index"), log_x, values)
        }
    };
    let values = series.iter().flat_map(|series| series.y.iter().copied());
    let drawn = values.clone().any(|value| drawable(value, log_y));
    let y = Axis::around(
        Written::words(""),
        log_y,
        values.chain(places.map(|place| place.1)),
    );
    let (Some(x), Some(y), true) = (x, y, drawn) else {
        let wanted = if log_y {
            "finite and positive"
        } else {
            "finite"
        };
        return Err(nothing_to_draw(statement, wanted));
    };
    Ok(Plot {
        picture: Picture::Curves(series),
        x,
        y,
        points,
        file: None,
    })
}

fn nothing_to_draw(statement: &ShowStatement<'_>, wanted: &str) -> Diagnostic {
    let output = statement.outputs[0];
    let text = statement.name(output);
    let message = match statement.outputs.len() {
        1 => format!("there is nothing to draw: no value of `{text}` is {wanted}"),
        _ => format!("there is nothing to draw: no value is {wanted}"),
    };
    statement.error(Code::Value, output, message, "has no value to draw")
}
