//! Pictures as PDF: one page, text as text in a font that the file holds.

use super::font::{self, Line};
use super::{Figure, Geometry, Mark, Place, Rgb, Sheet, Stretch, Stroke, Words};
use miniz_oxide::deflate::compress_to_vec_zlib;
use std::collections::BTreeMap;
use std::fmt::{Arguments, Write};

/// Points of paper in a pixel of the screen.
const POINT: f64 = 0.75;
/// The share of the size by which bold letters are thicker.
const BOLD: f64 = 0.05;
/// What tiles overlap by, so that no viewer shows a seam.
const SEAM: f64 = 0.3;

/// The picture as a file.
pub(in crate::render) fn pdf(sheet: &Sheet) -> Vec<u8> {
    let mut page = Page::default();
    let height = sheet.height * POINT;
    page.line(format_args!("{POINT} 0 0 -{POINT} 0 {} cm", short(height)));
    for mark in &sheet.marks {
        match mark {
            Mark::Figure(figure) => page.figure(figure),
            Mark::Words(words) => page.words(words),
            Mark::Clip(area) => {
                page.line(format_args!("q"));
                page.outline(&area.outline());
                page.line(format_args!("W n"));
            }
            Mark::Node(_) => page.line(format_args!("q")),
            Mark::End => page.line(format_args!("Q")),
        }
    }
    file(sheet, &page)
}

/// The commands that draw a page, and the letters that they need.
#[derive(Default)]
struct Page {
    commands: String,
    letters: BTreeMap<u16, char>,
}

impl Page {
    /// Adds a line. Writing to a string cannot fail.
    fn line(&mut self, text: Arguments<'_>) {
        let _ = self.commands.write_fmt(text);
        self.commands.push('\n');
    }

    fn outline(&mut self, outline: &[Stretch]) {
        for stretch in outline {
            match stretch {
                Stretch::Move(to) => self.line(format_args!("{} m", place(*to))),
                Stretch::Line(to) => self.line(format_args!("{} l", place(*to))),
                Stretch::Curve(a, b, to) => {
                    self.line(format_args!("{} {} {} c", place(*a), place(*b), place(*to)));
                }
                Stretch::Close => self.line(format_args!("h")),
            }
        }
    }

    fn figure(&mut self, figure: &Figure) {
        let seam = match figure.geometry {
            Geometry::Tiles(_) => figure.fill.map(|colour| Stroke::plain(colour, SEAM)),
            _ => None,
        };
        let stroke = figure.stroke.or(seam);
        if let Some(colour) = figure.fill {
            self.line(format_args!("{} rg", rgb(colour)));
        }
        if let Some(stroke) = &stroke {
            self.pen(stroke);
        }
        let paint = match (figure.fill, &stroke) {
            (Some(_), Some(_)) => "B",
            (Some(_), None) => "f",
            (None, Some(_)) => "S",
            (None, None) => return,
        };
        self.outline(&figure.geometry.outline());
        self.line(format_args!("{paint}"));
        if let Some(stroke) = stroke.filter(|stroke| stroke.arrow) {
            self.line(format_args!("{} rg", rgb(stroke.colour)));
            self.outline(&figure.geometry.head(stroke.width));
            self.line(format_args!("f"));
        }
    }

    fn pen(&mut self, stroke: &Stroke) {
        let dashes: Vec<String> = stroke.dashes.iter().map(f64::to_string).collect();
        let (colour, width) = (rgb(stroke.colour), short(stroke.width));
        let dashes = dashes.join(" ");
        self.line(format_args!("{colour} RG {width} w 1 j [{dashes}] 0 d"));
    }

    fn words(&mut self, words: &Words) {
        let Some(line) = Line::set(words) else {
            return;
        };
        let Some(first) = line.letters.first() else {
            return;
        };
        let mut glyphs = String::new();
        for letter in &line.letters {
            self.letters
                .entry(letter.glyph.0)
                .or_insert(letter.character);
            // Writing to a string cannot fail.
            let _ = write!(glyphs, "{:04x}", letter.glyph.0);
        }
        let colour = rgb(words.colour);
        let bold = match words.bold {
            true => format!("{colour} RG {} w [] 0 d 2 Tr", short(BOLD * line.size)),
            false => "0 Tr".to_string(),
        };
        // The page is upside down, so letters are turned over.
        let (x, y) = line.along;
        let (right, up) = (format!("{x} {y}"), format!("{y} {}", -x));
        let start = place(line.place(first, 0.0, 0.0));
        let size = short(line.size);
        self.line(format_args!(
            "BT /F {size} Tf {colour} rg {bold} {right} {up} {start} Tm <{glyphs}> Tj ET"
        ));
    }
}

/// A number, as precisely as a page needs it.
fn short(x: f64) -> String {
    let text = format!("{x:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0" } else { text }.to_string()
}

fn place((x, y): Place) -> String {
    format!("{} {}", short(x), short(y))
}

fn rgb(colour: Rgb) -> String {
    let parts = colour.map(|part| short(f64::from(part) / 255.0));
    parts.join(" ")
}

/// Objects by number, from 1 on, and where each begins.
struct File {
    bytes: Vec<u8>,
    starts: Vec<usize>,
}

impl File {
    fn object(&mut self, content: &str) {
        self.starts.push(self.bytes.len());
        let number = self.starts.len();
        let text = format!("{number} 0 obj\n{content}\nendobj\n");
        self.bytes.extend(text.as_bytes());
    }

    fn stream(&mut self, entries: &str, content: &[u8]) {
        let packed = compress_to_vec_zlib(content, 6);
        self.starts.push(self.bytes.len());
        let number = self.starts.len();
        let head = format!(
            "{number} 0 obj\n<< /Length {} /Filter /FlateDecode{entries} >>\nstream\n",
            packed.len()
        );
        self.bytes.extend(head.as_bytes());
        self.bytes.extend(packed);
        self.bytes.extend(b"\nendstream\nendobj\n");
    }
}

fn file(sheet: &Sheet, page: &Page) -> Vec<u8> {
    let mut file = File {
        bytes: b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n".to_vec(),
        starts: Vec::new(),
    };
    let (width, height) = (short(sheet.width * POINT), short(sheet.height * POINT));
    file.object("<< /Type /Catalog /Pages 2 0 R >>");
    file.object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
    file.object(&format!(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>"
    ));
    file.stream("", page.commands.as_bytes());
    lettering(&mut file, page);
    let start = file.bytes.len();
    let count = file.starts.len() + 1;
    let mut table = format!("xref\n0 {count}\n0000000000 65535 f \n");
    for start in &file.starts {
        // Writing to a string cannot fail.
        let _ = writeln!(table, "{start:010} 00000 n ");
    }
    let _ = write!(
        table,
        "trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    );
    file.bytes.extend(table.as_bytes());
    file.bytes
}

/// The font: objects 5 to 9.
fn lettering(file: &mut File, page: &Page) {
    let face = font::face();
    let unit = face.map_or(1000.0, |face| f64::from(face.units_per_em()));
    let thousandths = |length: f64| (length / unit * 1000.0).round();
    let widths: String = (page.letters.keys())
        .map(|glyph| {
            let advance = face.and_then(|face| face.glyph_hor_advance(ttf_parser::GlyphId(*glyph)));
            format!("{glyph} [{}] ", thousandths(advance.unwrap_or(0).into()))
        })
        .collect();
    let bounds = face.map(|face| {
        let bounds = face.global_bounding_box();
        [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max]
    });
    let bounds = bounds.unwrap_or_default();
    let bounds = bounds.map(|side| thousandths(side.into()).to_string());
    let (above, below) = face.map_or((0, 0), |face| (face.ascender(), face.descender()));
    file.object(
        "<< /Type /Font /Subtype /Type0 /BaseFont /WengertSans /Encoding /Identity-H /DescendantFonts [6 0 R] /ToUnicode 9 0 R >>",
    );
    file.object(&format!(
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /WengertSans /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 7 0 R /CIDToGIDMap /Identity /DW 0 /W [{}] >>",
        widths.trim_end()
    ));
    file.object(&format!(
        "<< /Type /FontDescriptor /FontName /WengertSans /Flags 4 /FontBBox [{}] /ItalicAngle 0 /Ascent {} /Descent {} /CapHeight {} /StemV 80 /FontFile2 8 0 R >>",
        bounds.join(" "),
        thousandths(above.into()),
        thousandths(below.into()),
        thousandths(above.into())
    ));
    let length = format!(" /Length1 {}", font::FILE.len());
    file.stream(&length, font::FILE);
    file.stream("", characters(page).as_bytes());
}

/// The characters of the letters, so that text can be searched and copied.
fn characters(page: &Page) -> String {
    let mut table = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /Characters def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n",
    );
    let letters: Vec<(&u16, &char)> = page.letters.iter().collect();
    for letters in letters.chunks(100) {
        // Writing to a string cannot fail.
        let _ = writeln!(table, "{} beginbfchar", letters.len());
        for (glyph, character) in letters {
            let mut units = [0; 2];
            let units = character.encode_utf16(&mut units).iter();
            let units: String = units.map(|unit| format!("{unit:04x}")).collect();
            let _ = writeln!(table, "<{glyph:04x}> <{units}>");
        }
        table.push_str("endbfchar\n");
    }
    table + "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
}
