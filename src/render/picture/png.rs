//! Pictures as PNG: two pixels of the file for a pixel of the screen.

use super::font::{Line, face};
use super::{Figure, Geometry, Mark, Place, Rect, Rgb, Sheet, Stretch, Stroke, Words};
use miniz_oxide::deflate::compress_to_vec_zlib;
use ttf_parser::OutlineBuilder;
use zeno::{Cap, Command, Fill, Join, Mask, Style, Vector};

/// Pixels of the file for one of the screen.
const FINE: f64 = 2.0;
/// The most pixels of a file; larger pictures are coarser.
const MOST: f64 = 24e6;
/// The share of the size by which bold letters are thicker.
const BOLD: f64 = 0.05;

/// The picture as a file.
pub(in crate::render) fn png(sheet: &Sheet) -> Vec<u8> {
    let area = (sheet.width * sheet.height).max(1.0);
    let scale = FINE.min((MOST / area).sqrt());
    let mut raster = Raster::new(sheet, scale);
    for mark in &sheet.marks {
        match mark {
            Mark::Figure(figure) => raster.figure(figure),
            Mark::Words(words) => raster.words(words),
            Mark::Clip(area) => raster.groups.push(Some(raster.pixels_of(area))),
            Mark::Node(_) => raster.groups.push(None),
            Mark::End => drop(raster.groups.pop()),
        }
    }
    file(&raster, scale)
}

/// Pixels from left to right and from top to bottom; the ends do not belong to it.
#[derive(Clone, Copy)]
struct Window {
    left: i64,
    top: i64,
    right: i64,
    bottom: i64,
}

struct Raster {
    width: usize,
    height: usize,
    scale: f64,
    /// Row after row.
    pixels: Vec<Rgb>,
    /// The groups that are open, and where they are cut off.
    groups: Vec<Option<Window>>,
}

impl Raster {
    fn new(sheet: &Sheet, scale: f64) -> Raster {
        let pixels = |length: f64| ((length * scale).ceil() as usize).max(1);
        let (width, height) = (pixels(sheet.width), pixels(sheet.height));
        Raster {
            width,
            height,
            scale,
            pixels: vec![[255; 3]; width * height],
            groups: Vec::new(),
        }
    }

    /// The pixels of a rectangle: those whose middles it holds, so that neighbours do not overlap.
    fn pixels_of(&self, area: &Rect) -> Window {
        let pixel = |at: f64| (at * self.scale).round() as i64;
        Window {
            left: pixel(area.left),
            top: pixel(area.top),
            right: pixel(area.left + area.width),
            bottom: pixel(area.top + area.height),
        }
    }

    /// The pixels that may be drawn on.
    fn window(&self) -> Window {
        let whole = Window {
            left: 0,
            top: 0,
            right: self.width as i64,
            bottom: self.height as i64,
        };
        (self.groups.iter().flatten()).fold(whole, |window, group| Window {
            left: window.left.max(group.left),
            top: window.top.max(group.top),
            right: window.right.min(group.right),
            bottom: window.bottom.min(group.bottom),
        })
    }

    fn figure(&mut self, figure: &Figure) {
        if let (Geometry::Tiles(tiles), Some(colour)) = (&figure.geometry, figure.fill) {
            tiles.iter().for_each(|tile| self.tile(tile, colour));
            return;
        }
        let path = self.path(&figure.geometry.outline());
        if let Some(colour) = figure.fill {
            self.paint(&path, Fill::NonZero.into(), colour);
        }
        if let Some(stroke) = figure.stroke {
            self.line(&path, &stroke);
            if stroke.arrow {
                let head = self.path(&figure.geometry.head(stroke.width));
                self.paint(&head, Fill::NonZero.into(), stroke.colour);
            }
        }
    }

    fn line(&mut self, path: &[Command], stroke: &Stroke) {
        let dashes: Vec<f32> = (stroke.dashes.iter())
            .map(|length| (length * self.scale) as f32)
            .collect();
        let mut style = zeno::Stroke::new((stroke.width * self.scale) as f32);
        style.join(Join::Round).cap(Cap::Butt).dash(&dashes, 0.0);
        self.paint(path, style.into(), stroke.colour);
    }

    fn tile(&mut self, tile: &Rect, colour: Rgb) {
        let (area, window) = (self.pixels_of(tile), self.window());
        for y in area.top.max(window.top)..area.bottom.min(window.bottom) {
            for x in area.left.max(window.left)..area.right.min(window.right) {
                self.pixels[y as usize * self.width + x as usize] = colour;
            }
        }
    }

    fn path(&self, outline: &[Stretch]) -> Vec<Command> {
        let at = |(x, y): Place| Vector::new((x * self.scale) as f32, (y * self.scale) as f32);
        let command = |stretch: &Stretch| match *stretch {
            Stretch::Move(to) => Command::MoveTo(at(to)),
            Stretch::Line(to) => Command::LineTo(at(to)),
            Stretch::Curve(a, b, to) => Command::CurveTo(at(a), at(b), at(to)),
            Stretch::Close => Command::Close,
        };
        outline.iter().map(command).collect()
    }

    /// Colours what a path covers.
    fn paint(&mut self, path: &[Command], style: Style<'_>, colour: Rgb) {
        if path.is_empty() {
            return;
        }
        let (cover, placed) = Mask::new(path).style(style).render();
        let window = self.window();
        let (width, left) = (placed.width as usize, i64::from(placed.left));
        if width == 0 {
            return;
        }
        for (row, cover) in cover.chunks_exact(width).enumerate() {
            let y = i64::from(placed.top) + row as i64;
            if y < window.top || y >= window.bottom {
                continue;
            }
            for (column, share) in cover.iter().enumerate().filter(|(_, share)| **share > 0) {
                let x = left + column as i64;
                if x >= window.left && x < window.right {
                    let pixel = &mut self.pixels[y as usize * self.width + x as usize];
                    *pixel = mixed(*pixel, colour, u32::from(*share));
                }
            }
        }
    }

    fn words(&mut self, words: &Words) {
        let Some((line, face)) = Line::set(words).zip(face()) else {
            return;
        };
        let mut path = Vec::new();
        for letter in &line.letters {
            let mut outline = Letters {
                place: &|x, y| {
                    let (x, y) = line.place(letter, x.into(), y.into());
                    Vector::new((x * self.scale) as f32, (y * self.scale) as f32)
                },
                path: &mut path,
            };
            face.outline_glyph(letter.glyph, &mut outline);
        }
        self.paint(&path, Fill::NonZero.into(), words.colour);
        if words.bold {
            let width = BOLD * line.size * self.scale;
            let style = zeno::Stroke::new(width as f32);
            self.paint(&path, style.into(), words.colour);
        }
    }
}

/// The outlines of letters, moved to their places.
struct Letters<'l> {
    place: &'l dyn Fn(f32, f32) -> Vector,
    path: &'l mut Vec<Command>,
}

impl OutlineBuilder for Letters<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.push(Command::MoveTo((self.place)(x, y)));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.push(Command::LineTo((self.place)(x, y)));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (middle, to) = ((self.place)(x1, y1), (self.place)(x, y));
        self.path.push(Command::QuadTo(middle, to));
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let (first, second) = ((self.place)(x1, y1), (self.place)(x2, y2));
        let to = (self.place)(x, y);
        self.path.push(Command::CurveTo(first, second, to));
    }

    fn close(&mut self) {
        self.path.push(Command::Close);
    }
}

/// `share` of 255 parts of a colour over another.
fn mixed(under: Rgb, over: Rgb, share: u32) -> Rgb {
    let mix = |k: usize| {
        let sum = u32::from(under[k]) * (255 - share) + u32::from(over[k]) * share;
        ((sum + 127) / 255) as u8
    };
    [mix(0), mix(1), mix(2)]
}

fn file(raster: &Raster, scale: f64) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend((raster.width as u32).to_be_bytes());
    header.extend((raster.height as u32).to_be_bytes());
    // Eight bits for red, green and blue each.
    header.extend([8, 2, 0, 0, 0]);
    chunk(&mut file, *b"IHDR", &header);
    // Pixels in a metre, for the size on paper.
    let fineness = ((96.0 / 0.0254 * scale).round() as u32).to_be_bytes();
    let size = [&fineness[..], &fineness, &[1]].concat();
    chunk(&mut file, *b"pHYs", &size);
    let rows = raster.pixels.chunks_exact(raster.width);
    // Each byte as its difference from the pixel to the left: areas of one colour are zeros.
    let rows = rows.flat_map(|row| {
        let before = std::iter::once(&[0; 3]).chain(row);
        let differences = row.iter().zip(before);
        let differences =
            differences.flat_map(|(now, left)| [0, 1, 2].map(|k| now[k].wrapping_sub(left[k])));
        std::iter::once(1).chain(differences)
    });
    let rows: Vec<u8> = rows.collect();
    chunk(&mut file, *b"IDAT", &compress_to_vec_zlib(&rows, 6));
    chunk(&mut file, *b"IEND", &[]);
    file
}

/// A length, a name, data and a sum that tells damage.
fn chunk(file: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    file.extend((data.len() as u32).to_be_bytes());
    let start = file.len();
    file.extend(name);
    file.extend(data);
    let sum = !file[start..].iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
        })
    });
    file.extend(sum.to_be_bytes());
}
