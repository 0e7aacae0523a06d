//! `plot`: curves over one variable, a map over two, vectors against their index.

mod poles;
mod ranges;
mod sampling;

use super::statement::ShowStatement;
use super::{Session, Sink};
use crate::diagnostic::{Code, Diagnostic, Result, bail, error};
use crate::event::{Event, PictureFormat};
use crate::lower;
use crate::notation::Written;
use crate::plot::{Axis, Map, Picture, Plot, Points, Series, drawable, levels};
use crate::syntax::ast::{ExprId, Name, Over, Script, Tail, Text, With};
use crate::world::Refusal;
use std::path::Path;
use std::rc::Rc;

/// Points of a curve; odd, so that a range around 0 meets it.
const CURVE: usize = 401;
/// Columns and rows of a map in a file, and of one in the terminal.
const FINE: (usize, usize) = (120, 90);
const COARSE: (usize, usize) = (60, 36);

impl Session {
    pub(super) fn show_plot(
        &self,
        statement: &ShowStatement<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let ShowStatement { script, tail, .. } = *statement;
        if let Some(to) = &tail.to {
            self.expect_picture(script, to)?;
        }
        let points = self.points(statement, sink)?;
        let path = self.path(statement, sink)?;
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
        plot.path = path;
        label(&mut plot, tail);
        if let Some(to) = &tail.to {
            plot.file = Some(to.text.to_string());
        }
        self.present(script, tail.to.as_ref(), Event::Plot(Box::new(plot)), sink)
    }

    /// A name that a plot of `output` could run over.
    fn running(&self, script: &Rc<Script>, output: ExprId) -> Name {
        let names = self.evaluate(script, output, &mut |_| {}, |lowerer, _| {
            Ok(lowerer.unit().inputs.keys().next().cloned())
        });
        names.ok().flatten().unwrap_or_else(|| "t".into())
    }

    /// Refuses a file that cannot be written, or not as a plot, before anything is computed.
    fn expect_picture(&self, script: &Script, to: &Text) -> Result<()> {
        let location = script.location(to.span);
        let path = Path::new(&*to.text);
        if self.world().is_sealed() {
            return Err(Refusal::Sealed.writing(path, location));
        }
        if PictureFormat::of(path).is_some() {
            return Ok(());
        }
        let extension = path.extension().and_then(|extension| extension.to_str());
        let kind = extension.map_or("a file without an extension".into(), |extension| {
            format!("a file of the kind `.{extension}`")
        });
        Err(error!(File, location,
            "`plot` cannot write {kind}";
            label: "the end of the name says the format";
            help: "a plot is written as {}", PictureFormat::ENDINGS))
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
        let mut series: Vec<Series> = series.collect();
        self.open_poles(statement, &mut series, sink)?;
        plot_of_series(statement, series, Some(x), points)
    }

    fn vectors(
        &self,
        statement: &ShowStatement<'_>,
        points: Option<Points>,
        sink: &mut Sink<'_>,
    ) -> Result<Plot> {
        let script = statement.script;
        let mut series = Vec::new();
        for output in statement.outputs {
            let value = self.evaluate_at(statement, *output, sink);
            let value = value.map_err(|error| {
                let location = error.location().clone();
                let name = location.text();
                let free = error.code() == Code::Name && !lower::is_built_in(name);
                if free && self.definitions.variable(name).is_none() {
                    let text = statement.name(*output);
                    if let Some(function) = self.definitions.function(name) {
                        let call = function.signature();
                        return error.help(format!("draw it along its argument: `plot {text}(t) over t from 0 to 1`, for {call}"));
                    }
                    let help = format!(
                        "to draw along `{name}` write `plot {text} over {name} from 0 to 1`; or define it: `{name} = 1`"
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
                    .help(format!("say which variable runs: `plot {text} over {} from 0 to 1`; a vector is drawn against its index", self.running(script, *output))));
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
        let script = statement.script;
        if across.text(script) == up.text(script) {
            let location = |over: &Over| statement.script.location(over.variable.span);
            bail!(Name, location(up),
                "`{}` runs over two ranges", up.text(script);
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
        let mut map = Map {
            name: Written::in_line(statement.script, statement.outputs[0]),
            x: xs,
            y: ys,
            values,
            contours: Vec::new(),
        };
        if statement.has(&With::Contours) {
            let finite = || map.values.iter().copied().filter(|value| value.is_finite());
            let (low, high) = (finite().reduce(f64::min), finite().reduce(f64::max));
            let levels = low.zip(high).map(|(low, high)| levels(low, high));
            let levels = levels.into_iter().flatten();
            map.contours = levels.map(|level| map.contour(level)).collect();
        }
        Ok(Plot {
            picture: Picture::Map(map),
            x,
            y,
            points,
            path: Vec::new(),
            title: Written::words(""),
            file: None,
        })
    }
}

/// Writes on a plot what `with` says.
fn label(plot: &mut Plot, tail: &Tail) {
    for (item, _) in &tail.with {
        match item {
            With::Title(text) => plot.title = Written::words(&text.text),
            With::XLabel(text) => plot.x.name = Written::words(&text.text),
            With::YLabel(text) => plot.y.name = Written::words(&text.text),
            _ => {}
        }
    }
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
    let values = series.iter().flat_map(poles::drawn_whole);
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
        path: Vec::new(),
        title: Written::words(""),
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
