//! A map as a picture: cells of colour, lines of equal value, the scale beside it.

use super::{
    Anchor, Canvas, Frame, axes, frame, own_colours, path, points, shortened, title_room, width_of,
};
use crate::plot::{Axis, Map, Plot, classes};
use crate::render::plot::palette::{Colours, PALETTE, SHADES, hex, light, ramp};
use crate::render::plot::ticks::ticks;
use indexmap::IndexMap;

/// The map with its scale, and what is drawn on it.
pub(super) fn draw(canvas: &mut Canvas, plot: &Plot, map: &Map) {
    let data: &[f64] = plot
        .points
        .as_ref()
        .and_then(|points| points.colours.as_deref())
        .unwrap_or(&[]);
    // Classes of the map and of the data are the same classes.
    let shared = classes(map.values.iter()).and_then(|_| classes(map.values.iter().chain(data)));
    let is_shared = shared.is_some();
    let colours = match shared {
        Some(classes) => Some(Colours::Classes(classes)),
        None => Colours::of(map.values.iter()),
    };
    let Some(colours) = colours else {
        return;
    };
    let texts = match &colours {
        Colours::Classes(classes) => classes.iter().map(|class| class_text(*class)).collect(),
        Colours::Scale(axis) => ticks(axis, 7).into_iter().map(|tick| tick.text).collect(),
    };
    let texts: Vec<String> = texts;
    let widest = texts.iter().map(|text| width_of(text)).fold(0.0, f64::max);
    let (frame, across, up) = frame(plot, 1, 52.0 + widest.max(30.0));
    let above = 20.0 + title_room(plot);
    canvas.words((frame.left, above), Anchor::Start, &shortened(&map.name));
    cells(canvas, &frame, map, &colours);
    axes(canvas, plot, &frame, &across, &up, false);
    canvas.open_clip(&frame);
    contours(canvas, plot, &frame, map);
    path(canvas, plot, &frame);
    points(canvas, plot, &frame, is_shared.then_some(&colours));
    canvas.close();
    canvas.outline(&frame);
    let x = frame.right() + 18.0;
    match &colours {
        Colours::Classes(classes) => key(canvas, (x, frame.top), classes, true),
        Colours::Scale(axis) => {
            let own = plot.points.as_ref().and_then(own_colours);
            let mut height = frame.height;
            if let Some(Colours::Classes(classes)) = own {
                let room = 22.0 * classes.len() as f64 + 12.0;
                height -= room;
                key(canvas, (x, frame.top + height + 12.0), &classes, false);
            }
            scale(canvas, (x, frame.top), height, axis);
        }
    }
}

/// The lines of equal value, one path a level.
fn contours(canvas: &mut Canvas, plot: &Plot, frame: &Frame, map: &Map) {
    for contour in &map.contours {
        let mut path = String::new();
        for piece in &contour.pieces {
            if let [Some(from), Some(to)] = piece.map(|(x, y)| frame.place(plot, x, y)) {
                path.push_str(&format!(
                    "M{:.1} {:.1}L{:.1} {:.1}",
                    from.0, from.1, to.0, to.1
                ));
            }
        }
        if !path.is_empty() {
            let level = class_text(contour.level);
            canvas.line(format_args!(
                "<path fill=\"none\" stroke=\"#fff\" stroke-width=\"1.1\" stroke-opacity=\"0.85\" d=\"{path}\"><title>{level}</title></path>"
            ));
        }
    }
}

/// One path a colour. Its unit is the cell, and neighbours in a row are one rectangle.
fn cells(canvas: &mut Canvas, frame: &Frame, map: &Map, colours: &Colours) {
    let (columns, rows) = (map.x.len(), map.y.len());
    let fill = |column: usize, row: usize| {
        let colour = colours.of_value(map.at(column, row))?;
        Some(match colours {
            Colours::Classes(_) => light(colour),
            Colours::Scale(_) => colour,
        })
    };
    let mut paths: IndexMap<[u8; 3], String> = IndexMap::new();
    for row in 0..rows {
        let mut start = 0;
        while start < columns {
            let colour = fill(start, row);
            let same = (start..columns).take_while(|column| fill(*column, row) == colour);
            let width = same.count();
            if let Some(colour) = colour {
                let top = rows - 1 - row;
                let run = format!("M{start} {top}h{width}v1h-{width}z");
                paths.entry(colour).or_default().push_str(&run);
            }
            start += width;
        }
    }
    canvas.line(format_args!(
        "<g shape-rendering=\"crispEdges\" transform=\"translate({:.1} {:.1}) scale({:.5} {:.5})\">",
        frame.left,
        frame.top,
        frame.width / columns as f64,
        frame.height / rows as f64
    ));
    for (colour, path) in paths {
        let colour = hex(colour);
        canvas.line(format_args!("<path fill=\"{colour}\" d=\"{path}\"/>"));
    }
    canvas.close();
}

fn class_text(class: f64) -> String {
    crate::number::format(class, 6)
}

/// The colours of classes.
fn key(canvas: &mut Canvas, (x, y): (f64, f64), classes: &[f64], filled: bool) {
    for (k, class) in classes.iter().enumerate() {
        let colour = PALETTE[k % PALETTE.len()];
        let y = y + 22.0 * k as f64;
        if filled {
            canvas.swatch((x, y), (16.0, 16.0), &hex(light(colour)));
        }
        canvas.dot((x + 8.0, y + 8.0), 3.6, &hex(colour), true);
        canvas.words((x + 24.0, y + 12.5), Anchor::Start, &class_text(*class));
    }
}

/// The colours of a quantity.
fn scale(canvas: &mut Canvas, (x, y): (f64, f64), height: f64, axis: &Axis) {
    let steps = SHADES as usize;
    canvas.line(format_args!("<g shape-rendering=\"crispEdges\">"));
    for step in 0..steps {
        let part = height / steps as f64;
        let top = y + height - (step + 1) as f64 * part;
        let colour = ramp((step as f64 + 0.5) / steps as f64);
        canvas.swatch((x, top), (16.0, part), &hex(colour));
    }
    canvas.close();
    for tick in ticks(axis, (height / 55.0) as usize) {
        let y = y + (1.0 - tick.at) * height;
        canvas.stroke((x + 16.0, y), (x + 20.0, y), "#444");
        canvas.words((x + 24.0, y + 4.5), Anchor::Start, &tick.text);
    }
}
