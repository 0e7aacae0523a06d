//! A map as a picture: cells of colour, lines of equal value, the scale beside it.

use super::{
    AXIS, Anchor, Frame, WHITE, axes, dot, frame, line, outline, own_colours, path, points,
    shortened, swatch, title_room, width_of, words,
};
use crate::plot::{Axis, Map, Plot, classes};
use crate::render::picture::{Figure, Geometry, Place, Rect, Rgb, Sheet, Stroke};
use crate::render::plot::palette::{Colours, PALETTE, SHADES, light, ramp};
use crate::render::plot::ticks::ticks;
use indexmap::IndexMap;

/// The map with its scale, and what is drawn on it.
pub(super) fn draw(sheet: &mut Sheet, plot: &Plot, map: &Map) {
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
    words(
        sheet,
        (frame.left, above),
        Anchor::Start,
        &shortened(&map.name),
    );
    cells(sheet, &frame, map, &colours);
    axes(sheet, plot, &frame, &across, &up, false);
    sheet.clip(frame.area());
    contours(sheet, plot, &frame, map);
    path(sheet, plot, &frame);
    points(sheet, plot, &frame, is_shared.then_some(&colours));
    sheet.end();
    outline(sheet, &frame);
    let x = frame.right() + 18.0;
    match &colours {
        Colours::Classes(classes) => key(sheet, (x, frame.top), classes, true),
        Colours::Scale(axis) => {
            let own = plot.points.as_ref().and_then(own_colours);
            let mut height = frame.height;
            if let Some(Colours::Classes(classes)) = own {
                let room = 22.0 * classes.len() as f64 + 12.0;
                height -= room;
                key(sheet, (x, frame.top + height + 12.0), &classes, false);
            }
            scale(sheet, (x, frame.top), height, axis);
        }
    }
}

/// The lines of equal value, one figure a level.
fn contours(sheet: &mut Sheet, plot: &Plot, frame: &Frame, map: &Map) {
    for contour in &map.contours {
        let pieces = contour.pieces.iter().filter_map(|piece| {
            let [from, to] = piece.map(|(x, y)| frame.place(plot, x, y));
            Some([from?, to?])
        });
        let pieces: Vec<[Place; 2]> = pieces.collect();
        if !pieces.is_empty() {
            sheet.add(Figure {
                geometry: Geometry::Pieces(pieces),
                fill: None,
                stroke: Some(Stroke::plain(WHITE, 1.1)),
                title: class_text(contour.level),
            });
        }
    }
}

/// One figure a colour; neighbours in a row are one rectangle.
fn cells(sheet: &mut Sheet, frame: &Frame, map: &Map, colours: &Colours) {
    let (columns, rows) = (map.x.len(), map.y.len());
    let (wide, high) = (frame.width / columns as f64, frame.height / rows as f64);
    let fill = |column: usize, row: usize| {
        let colour = colours.of_value(map.at(column, row))?;
        Some(match colours {
            Colours::Classes(_) => light(colour),
            Colours::Scale(_) => colour,
        })
    };
    let mut tiles: IndexMap<Rgb, Vec<Rect>> = IndexMap::new();
    for row in 0..rows {
        let mut start = 0;
        while start < columns {
            let colour = fill(start, row);
            let same = (start..columns).take_while(|column| fill(*column, row) == colour);
            let width = same.count();
            if let Some(colour) = colour {
                tiles.entry(colour).or_default().push(Rect {
                    left: frame.left + start as f64 * wide,
                    top: frame.top + (rows - 1 - row) as f64 * high,
                    width: width as f64 * wide,
                    height: high,
                });
            }
            start += width;
        }
    }
    for (colour, tiles) in tiles {
        sheet.fill(Geometry::Tiles(tiles), colour);
    }
}

fn class_text(class: f64) -> String {
    crate::number::format(class, 6)
}

/// The colours of classes.
fn key(sheet: &mut Sheet, (x, y): (f64, f64), classes: &[f64], filled: bool) {
    for (k, class) in classes.iter().enumerate() {
        let colour = PALETTE[k % PALETTE.len()];
        let y = y + 22.0 * k as f64;
        if filled {
            swatch(sheet, (x, y), 16.0, 16.0, light(colour));
        }
        dot(sheet, (x + 8.0, y + 8.0), 3.6, colour, true);
        words(
            sheet,
            (x + 24.0, y + 12.5),
            Anchor::Start,
            &class_text(*class),
        );
    }
}

/// The colours of a quantity.
fn scale(sheet: &mut Sheet, (x, y): (f64, f64), height: f64, axis: &Axis) {
    let steps = SHADES as usize;
    for step in 0..steps {
        let part = height / steps as f64;
        let top = y + height - (step + 1) as f64 * part;
        let colour = ramp((step as f64 + 0.5) / steps as f64);
        let area = Rect {
            left: x,
            top,
            width: 16.0,
            height: part,
        };
        sheet.fill(Geometry::Tiles(vec![area]), colour);
    }
    for tick in ticks(axis, (height / 55.0) as usize) {
        let y = y + (1.0 - tick.at) * height;
        line(sheet, (x + 16.0, y), (x + 20.0, y), AXIS);
        words(sheet, (x + 24.0, y + 4.5), Anchor::Start, &tick.text);
    }
}
