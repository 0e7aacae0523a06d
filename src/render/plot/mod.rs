//! Plots: as an SVG file, as characters for the terminal, as JSON.

mod characters;
mod ticks;

mod svg;

pub use svg::svg;

use super::Style;
use super::json::number;
use crate::plot::{Picture, Plot};
use serde_json::{Value, json};

/// A plot as text: what was written where, or the plot in characters.
pub fn text(plot: &Plot, style: &Style) -> String {
    match &plot.file {
        Some(file) => format!("wrote {file}\n"),
        None => characters::draw(plot, style),
    }
}

fn numbers(values: &[f64]) -> Value {
    values.iter().copied().map(number).collect()
}

/// A plot as JSON: the file, or all numbers.
pub fn object(plot: &Plot) -> Value {
    if let Some(file) = &plot.file {
        return json!({"kind": "plot", "file": file});
    }
    let mut object = match &plot.picture {
        Picture::Curves(series) => {
            let one = |series: &crate::plot::Series| json!({"name": series.name, "x": numbers(&series.x), "y": numbers(&series.y)});
            let all: Vec<Value> = series.iter().map(one).collect();
            json!({"kind": "plot", "file": null, "series": all})
        }
        Picture::Map(map) => {
            let rows: Vec<Value> = map.values.chunks(map.x.len()).map(numbers).collect();
            let map = json!({"name": map.name, "x": numbers(&map.x), "y": numbers(&map.y), "values": rows});
            json!({"kind": "plot", "file": null, "map": map})
        }
    };
    if let Some(points) = &plot.points {
        let places: Vec<Value> = points
            .places
            .iter()
            .map(|(x, y)| numbers(&[*x, *y]))
            .collect();
        object["points"] = json!(places);
        if let Some(colours) = &points.colours {
            object["colours"] = numbers(colours);
        }
    }
    object
}
