//! Plots as JSON.

use super::value::number;
use crate::plot::{Picture, Plot};
use serde_json::{Value, json};

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
            let one = |series: &crate::plot::Series| json!({"name": *series.name, "x": numbers(&series.x), "y": numbers(&series.y)});
            let all: Vec<Value> = series.iter().map(one).collect();
            json!({"kind": "plot", "file": null, "series": all})
        }
        Picture::Map(map) => {
            let rows: Vec<Value> = map.values.chunks(map.x.len()).map(numbers).collect();
            let map = json!({"name": *map.name, "x": numbers(&map.x), "y": numbers(&map.y), "values": rows});
            json!({"kind": "plot", "file": null, "map": map})
        }
    };
    for (key, text) in [
        ("title", &plot.title),
        ("xlabel", &plot.x.name),
        ("ylabel", &plot.y.name),
    ] {
        if !text.is_empty() {
            object[key] = json!(**text);
        }
    }
    if !plot.path.is_empty() {
        let places = plot.path.iter().map(|(x, y)| numbers(&[*x, *y]));
        object["path"] = places.collect();
    }
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
