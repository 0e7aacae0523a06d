//! `plot`: numbers, files, characters, and what cannot be drawn.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use wengert::diagnostic::{Code, Diagnostic};
use wengert::event::Event;
use wengert::lower::Limits;
use wengert::plot::Picture;
use wengert::render::{Style, json, terminal};
use wengert::session::Session;
use wengert::source::Source;

/// What a script in `folder` shows, and the error that ended it.
fn run_in(folder: &Path, text: &str) -> (Vec<Event>, Option<Diagnostic>) {
    let mut session = Session::in_world(Rc::new(wengert::world::Folder), Limits::default());
    run_by(&mut session, folder, text)
}

fn run_by(session: &mut Session, folder: &Path, text: &str) -> (Vec<Event>, Option<Diagnostic>) {
    let source = Source::file(&folder.join("test.ad"), text);
    let mut events = Vec::new();
    let result = session.run_source(&source, &mut |event| events.push(event));
    (events, result.err())
}

fn run(text: &str) -> Vec<Event> {
    let (events, error) = run_in(Path::new(""), text);
    assert_eq!(error, None, "{text}");
    events
}

/// The only plot of a script, as JSON.
fn plot(text: &str) -> Value {
    let events = run(text);
    let found: Vec<&Event> = events
        .iter()
        .filter(|event| matches!(event, Event::Plot(_)))
        .collect();
    assert_eq!(found.len(), 1, "{text}");
    serde_json::from_str(&json::event(found[0])).expect("JSON")
}

fn text(script: &str, style: &Style) -> String {
    let events = run(script);
    events
        .iter()
        .map(|event| terminal::event(event, style))
        .collect()
}

fn error(text: &str) -> Diagnostic {
    let (_, error) = run_in(Path::new(""), text);
    error.unwrap_or_else(|| panic!("{text} is no error"))
}

fn numbers(list: &Value) -> Vec<f64> {
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    list.as_array()
        .expect("a list")
        .iter()
        .map(number)
        .collect()
}

/// The values of the `k`-th series at the places nearest to `wanted`.
fn assert_series(plot: &Value, k: usize, name: &str, wanted: &[(f64, f64)]) {
    let series = &plot["series"][k];
    assert_eq!(series["name"], name);
    let (x, y) = (numbers(&series["x"]), numbers(&series["y"]));
    assert_eq!(x.len(), y.len());
    for (place, value) in wanted {
        let near =
            |a: &&usize, b: &&usize| (x[**a] - place).abs().total_cmp(&(x[**b] - place).abs());
        let all: Vec<usize> = (0..x.len()).collect();
        let k = *all.iter().min_by(near).expect("a place");
        assert!(
            (x[k] - place).abs() <= 1e-9 * place.abs(),
            "{name} at {place}: {}",
            x[k]
        );
        let tolerance = 1e-9 * value.abs().max(1.0);
        assert!(
            (y[k] - value).abs() <= tolerance,
            "{name} at {place}: {}",
            y[k]
        );
    }
}

/// A folder of its own for a test, gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder =
            std::env::temp_dir().join(format!("wengert-plot-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        Folder(folder)
    }

    fn files(&self) -> Vec<String> {
        let entries = self.0.read_dir().expect("a folder");
        let name = |entry: std::io::Result<std::fs::DirEntry>| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        };
        let mut files: Vec<String> = entries.map(name).collect();
        files.sort();
        files
    }

    /// The file that a script writes.
    fn svg(&self, text: &str) -> String {
        let (events, error) = run_in(&self.0, &format!("{text} to \"out.svg\""));
        assert_eq!(error, None, "{text}");
        let last = events.last().expect("an event");
        assert_eq!(json::event(last), r#"{"kind":"plot","file":"out.svg"}"#);
        assert_eq!(terminal::event(last, &Style::default()), "wrote out.svg\n");
        let svg = std::fs::read_to_string(self.0.join("out.svg")).expect("a file");
        assert_well_formed(&svg);
        svg
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Every tag is closed, in order, and nothing between tags needs to be escaped.
fn assert_well_formed(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = svg;
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>'), "{}", &rest[..start]);
        let end = start + rest[start..].find('>').expect("a tag ends");
        let tag = &rest[start + 1..end];
        let name = tag
            .split([' ', '/'])
            .find(|part| !part.is_empty())
            .expect("a name");
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed));
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "{open:?}");
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    assert!(
        !svg.contains("NaN") && !svg.contains("inf\""),
        "a place that is none"
    );
    let bare = svg
        .replace("&amp;", "")
        .replace("&lt;", "")
        .replace("&gt;", "")
        .replace("&quot;", "");
    assert!(!bare.contains('&'));
}

#[test]
fn curves_have_the_values_of_their_formulas() {
    let plot = plot("f(x) = x^3; plot f(t), f'(t), f''(t) over t from -2 to 2");
    assert_eq!(plot["file"], Value::Null);
    assert_series(
        &plot,
        0,
        "f(t)",
        &[(-2.0, -8.0), (0.0, 0.0), (1.0, 1.0), (2.0, 8.0)],
    );
    assert_series(&plot, 1, "f'(t)", &[(-2.0, 12.0), (0.0, 0.0), (2.0, 12.0)]);
    assert_series(
        &plot,
        2,
        "f''(t)",
        &[(-2.0, -12.0), (0.5, 3.0), (2.0, 12.0)],
    );
}

#[test]
fn a_range_over_an_input_takes_derivatives_along() {
    let text = "w = 3; x = 2; y = 1; L = 0.5*(y - w*x)^2; plot L, grad(L, w) over w from 0 to 1; L";
    let shown = plot(text);
    assert_series(&shown, 0, "L", &[(0.0, 0.5), (0.5, 0.0), (1.0, 0.5)]);
    assert_series(
        &shown,
        1,
        "grad(L, w)",
        &[(0.0, -2.0), (0.5, 0.0), (1.0, 2.0)],
    );
    // The input itself is as it was.
    let events = run(text);
    let Some(Event::Value { value, .. }) = events.last() else {
        panic!("no value");
    };
    assert_eq!(value.as_scalar(), Some(12.5));
}

#[test]
fn a_range_shadows_a_formula_and_reads_the_values_after_at() {
    let plot = plot("u = 5*a; y = u^2; plot y over u from 0 to b at b = 4, a = 7");
    assert_series(&plot, 0, "y", &[(0.0, 0.0), (4.0, 16.0)]);
}

#[test]
fn numeric_steps_may_run() {
    let plot = plot("x = 2; plot numeric(x^3, x, h=h) over h from 1e-2 to 1 with log x");
    assert_series(
        &plot,
        0,
        "numeric(x^3, x, h=h)",
        &[(1e-2, 12.0001), (1e-1, 12.01), (1.0, 13.0)],
    );
}

#[test]
fn derivatives_are_taken_where_the_range_is() {
    let text = "plot abs'(t), numeric(x^2, x), grad(if x < 0 then -x else 3*x, x), sum(grad(norm(v*x), v)) over x from -1 to 1 at t = -2, v = [3, 4]";
    let plot = plot(text);
    assert_series(&plot, 0, "abs'(t)", &[(-1.0, -1.0), (1.0, -1.0)]);
    let name = "grad(if x < 0 then -x else 3*x, x)";
    assert_series(&plot, 2, name, &[(-1.0, -1.0), (1.0, 3.0)]);
    let name = "sum(grad(norm(v*x), v))";
    assert_series(&plot, 3, name, &[(-1.0, 1.4), (0.5, 0.7), (1.0, 1.4)]);
    let y = numbers(&plot["series"][1]["y"]);
    for (x, y) in numbers(&plot["series"][1]["x"]).iter().zip(y) {
        assert!((y - 2.0 * x).abs() < 1e-8);
    }
}

#[test]
fn a_range_may_decide_counts_and_indices() {
    let text = "v = [5, 6, 7]; plot v[floor(t)], sum(k for k in 1..floor(t)) over t from 1 to 3";
    let plot = plot(text);
    assert_series(
        &plot,
        0,
        "v[floor(t)]",
        &[(1.0, 5.0), (1.5, 5.0), (2.0, 6.0), (3.0, 7.0)],
    );
    let name = "sum(k for k in 1..floor(t))";
    assert_series(&plot, 1, name, &[(1.0, 1.0), (2.0, 3.0), (3.0, 6.0)]);
}

#[test]
fn branches_are_taken_place_by_place() {
    let plot = plot("plot if t < 0 then -t else 2*t, relu(t) over t from -1 to 1");
    let name = "if t < 0 then -t else 2*t";
    assert_series(&plot, 0, name, &[(-1.0, 1.0), (0.0, 0.0), (1.0, 2.0)]);
    assert_series(&plot, 1, "relu(t)", &[(-1.0, 0.0), (1.0, 1.0)]);
}

#[test]
fn singular_places_are_gaps() {
    let shown = plot("plot inv([t, 0; 0, 1])[1, 1] over t from -1 to 1");
    let y = numbers(&shown["series"][0]["y"]);
    assert_eq!(y.iter().filter(|y| y.is_nan()).count(), 1);
    assert_eq!(
        error("plot inv([0*t, 0; 0, 1])[1, 1] over t from -1 to 1").code(),
        Code::Singular
    );
}

#[test]
fn vectors_are_drawn_against_their_index() {
    let plot = plot("v = [3, 1, 2]; plot v, v' with log y");
    assert_eq!(plot["series"][0]["x"], serde_json::json!([1, 2, 3]));
    assert_eq!(plot["series"][0]["y"], serde_json::json!([3, 1, 2]));
    assert_eq!(plot["series"][1]["y"], serde_json::json!([3, 1, 2]));
}

#[test]
fn maps_have_a_row_for_every_height() {
    let plot = plot(
        "P = [0.5, 1; 1.5, 2]; plot 10*a + b over a from 0 to 2, b from 1 to 3 with points P coloured by [1, 2]",
    );
    let map = &plot["map"];
    let (x, y) = (numbers(&map["x"]), numbers(&map["y"]));
    let rows = map["values"].as_array().expect("rows");
    assert_eq!(rows.len(), y.len());
    for (row, y) in rows.iter().zip(&y) {
        for (value, x) in numbers(row).iter().zip(&x) {
            assert!((value - (10.0 * x + y)).abs() < 1e-12);
        }
    }
    assert!(y[0] > 1.0 && y[y.len() - 1] < 3.0 && y[0] < y[1]);
    assert_eq!(plot["points"], serde_json::json!([[0.5, 1], [1.5, 2]]));
    assert_eq!(plot["colours"], serde_json::json!([1, 2]));
}

#[test]
fn a_file_of_curves() {
    let folder = Folder::new("curves");
    let svg =
        folder.svg("plot sin(t), 1/t, if t < 2 and t > 0 then 1 else nan over t from -3 to 3");
    for part in [
        ">sin(t)</text>",
        ">1/t</text>",
        ">if t &lt; 2 and t &gt; 0 then 1 else nan</text>",
        ">t</text>",
        ">-3</text>",
        ">0</text>",
        "font-family=\"sans-serif\"",
    ] {
        assert!(svg.contains(part), "{part}");
    }
    // The pole cuts its curve in two.
    assert_eq!(svg.matches("<polyline").count(), 4);
    assert_eq!(folder.files(), ["out.svg"]);
}

#[test]
fn a_file_of_a_map() {
    let folder = Folder::new("map");
    let svg = folder.svg(
        "P = [1, 1; 2, 2; 9, 9]; plot floor(a) over a from 0 to 3, b from 0 to 3 with points P coloured by [0, 1, 2]",
    );
    let dots = svg.matches("<circle").count();
    assert_eq!(dots, 3 + 3, "points and their key");
    assert_eq!(svg.matches("<path fill").count(), 3, "a path a class");
    let svg = folder.svg("plot a*b over a from 1 to 10, b from 1 to 10 with log x, log y");
    assert!(svg.contains(">80</text>"), "a scale");
    let written = folder.svg("plot log(a) over a from -1 to 1, b from 0 to 1");
    assert!(written.len() < 200_000);
}

/// The chunks of a PNG file: their names and data.
fn chunks(file: &[u8]) -> Vec<(&[u8], &[u8])> {
    assert!(file.starts_with(b"\x89PNG\r\n\x1a\n"));
    let mut rest = &file[8..];
    let mut chunks = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        chunks.push((&after[..4], &after[4..4 + length]));
        rest = &after[8 + length..];
    }
    chunks
}

/// The pixels of a PNG file, with its width.
fn pixels(file: &[u8]) -> (usize, Vec<[u8; 3]>) {
    let chunks = chunks(file);
    let width = u32::from_be_bytes(chunks[0].1[..4].try_into().expect("a width")) as usize;
    let data = chunks.iter().find(|(name, _)| name == b"IDAT");
    let packed = data.expect("pixels").1;
    let rows = miniz_oxide::inflate::decompress_to_vec_zlib(packed).expect("it is whole");
    let mut pixels = Vec::new();
    for row in rows.chunks_exact(3 * width + 1) {
        let mut left = [0u8; 3];
        for step in row[1..].chunks_exact(3) {
            left = std::array::from_fn(|k| left[k].wrapping_add(step[k]));
            pixels.push(left);
        }
    }
    (width, pixels)
}

#[test]
fn a_plot_as_png_shows_what_it_shows_as_svg() {
    let folder = Folder::new("png");
    let (_, error) = run_in(
        &folder.0,
        "plot t over t from 0 to 1 with title \"Ē = ∂aᵢ/∂t\" to \"p.png\"",
    );
    assert_eq!(error, None);
    let (width, pixels) = pixels(&std::fs::read(folder.0.join("p.png")).expect("a file"));
    assert_eq!((width, pixels.len() / width), (1440, 960));
    let at = |x: f64, y: f64| pixels[(y * 960.0) as usize * width + (x * 1440.0) as usize];
    assert_eq!(at(0.01, 0.99), [255; 3], "the ground");
    let curve = |pixel: &&[u8; 3]| **pixel == [0, 114, 178];
    // The line is four pixels wide and, along its way, some hundreds long.
    assert!(pixels.iter().filter(curve).count() > 4 * 900);
    let title = &pixels[..60 * width];
    assert!(
        title.iter().filter(|pixel| pixel[0] < 80).count() > 300,
        "letters"
    );
    // The letters of the title are none that the font does not have: two different accents differ.
    let (_, error) = run_in(
        &folder.0,
        "plot t over t from 0 to 1 with title \"Ė = ∂aᵢ/∂t\" to \"q.png\"",
    );
    assert_eq!(error, None);
    let other = self::pixels(&std::fs::read(folder.0.join("q.png")).expect("a file")).1;
    assert_ne!(pixels, other);
}

#[test]
fn a_picture_as_pdf_is_one_page_with_its_text() {
    let folder = Folder::new("pdf");
    let text = "w = 3; x = 2; graph w*x + sin(w) wrt w to \"g.pdf\"; plot a*b over a from 0 to 1, b from 0 to 1 with contours to \"m.pdf\"";
    let (_, error) = run_in(&folder.0, text);
    assert_eq!(error, None);
    for name in ["g.pdf", "m.pdf"] {
        let file = std::fs::read(folder.0.join(name)).expect("a file");
        assert!(file.starts_with(b"%PDF-1.5\n") && file.ends_with(b"%%EOF\n"));
        let find = |part: &[u8], from: usize| {
            let found = file[from..].windows(part.len()).position(|at| at == part);
            from + found.unwrap_or_else(|| panic!("{name} has no {}", part.escape_ascii()))
        };
        // Every object lies where the table says.
        let table = find(b"xref\n0 10\n", 0) + 10;
        for number in 1..10 {
            let row = std::str::from_utf8(&file[table + 20 * number..][..10]).expect("digits");
            let start: usize = row.parse().expect("a place");
            assert!(file[start..].starts_with(format!("{number} 0 obj\n").as_bytes()));
        }
        let stream = |number: usize| {
            let from = find(format!("\n{number} 0 obj").as_bytes(), 0);
            let start = find(b"stream\n", from) + 7;
            let end = find(b"\nendstream", start);
            miniz_oxide::inflate::decompress_to_vec_zlib(&file[start..end]).expect("it is whole")
        };
        let page = String::from_utf8(stream(4)).expect("commands");
        assert_eq!(page.matches("q\n").count(), page.matches("Q\n").count());
        assert!(page.contains("> Tj ET"), "text is text");
        let letters = String::from_utf8(stream(9)).expect("a table");
        assert!(letters.contains("<0061>"), "an a can be searched for");
        assert!(stream(8).starts_with(&[0, 1, 0, 0]), "a font");
    }
}

#[test]
fn a_plot_over_an_entry() {
    let folder = Folder::new("entry");
    let text = "W = [1, 2; 3, 4]; plot sum(W.^2), sum(grad(sum(W.^2), W)) over W[1, 1] from 0 to 2 to \"e.svg\"";
    let (_, error) = run_in(&folder.0, text);
    assert_eq!(error, None);
    let drawn = |text: &str| match run(text).pop() {
        Some(Event::Plot(plot)) => *plot,
        other => panic!("{text}: {other:?}"),
    };
    let Picture::Curves(series) =
        drawn("W = [1, 2; 3, 4]; plot sum(W.^2), sum(grad(sum(W.^2), W)) over W[1, 1] from 0 to 2")
            .picture
    else {
        panic!("curves");
    };
    for (k, x) in series[0].x.iter().enumerate() {
        assert!((series[0].y[k] - (x * x + 29.0)).abs() < 1e-12);
        assert!((series[1].y[k] - (2.0 * x + 18.0)).abs() < 1e-12);
    }
    let plot = drawn(
        "W = [1, 2; 3, 4]; plot W[1, 1]*W[2, 1] over W[1, 1] from 0 to 2, W[2, 1] from 5 to 6",
    );
    assert_eq!((&*plot.x.name, &*plot.y.name), ("W[1, 1]", "W[2, 1]"));
    let Picture::Map(map) = plot.picture else {
        panic!("a map");
    };
    assert!((map.at(3, 4) - map.x[3] * map.y[4]).abs() < 1e-12);
    let (_, error) = run_in(
        &folder.0,
        "W = [1, 2; 3, 4]; plot sum(W) over W[3, 1] from 0 to 2",
    );
    assert_eq!(error.map(|error| error.code()), Some(Code::Index));
    let (_, error) = run_in(
        &folder.0,
        "W = [1, 2; 3, 4]; plot sum(W) over W[:, 1] from 0 to 2",
    );
    assert_eq!(error.map(|error| error.code()), Some(Code::Syntax));
}

#[test]
fn many_curves_leave_room_for_themselves() {
    let folder = Folder::new("many");
    let names: Vec<String> = (0..80).map(|k| format!("{k}*t + sqrt(t)^{k}")).collect();
    let svg = folder.svg(&format!("plot {} over t from 0 to 1", names.join(", ")));
    assert_eq!(svg.matches("<polyline").count(), 80);
    assert!(svg.contains("…"), "the legend is cut");
}

#[test]
fn logarithmic_axes_are_marked_with_powers() {
    let folder = Folder::new("log");
    let svg = folder.svg("plot h^2 over h from 1e-6 to 1 with log x, log y");
    for part in [">1e-6</text>", ">1e-12</text>", ">1</text>"] {
        assert!(svg.contains(part), "{part}");
    }
    // A power is a straight line.
    let line = svg
        .split("points=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let places: Vec<(f64, f64)> = line
        .expect("a line")
        .split(' ')
        .filter_map(|place| place.split_once(','))
        .filter_map(|(x, y)| Some((x.parse().ok()?, y.parse().ok()?)))
        .collect();
    let (first, last) = (places[0], places[places.len() - 1]);
    for (x, y) in places {
        let share = (x - first.0) / (last.0 - first.0);
        assert!((first.1 + share * (last.1 - first.1) - y).abs() < 0.3);
    }
}

#[test]
fn in_characters() {
    let style = Style::default();
    let shown = text("plot sin(t), cos(t) over t from -3 to 3", &style);
    assert!(shown.contains("• sin(t)   x cos(t)"), "{shown}");
    assert!(
        shown.lines().all(|line| line.chars().count() <= 72),
        "{shown}"
    );
    assert!(shown.lines().count() >= 20);
    let narrow = Style {
        ascii: true,
        width: Some(40),
        ..style
    };
    for script in [
        "plot sin(t) over t from -3 to 3",
        "plot [1, 10, 100] with log y",
        "plot a - b over a from 0 to 1, b from 0 to 1 with points [0.5, 0.5; 0.1, 0.1]",
        "plot a > b over a from 0 to 1, b from 0 to 1 with points [0.5, 0.5]' coloured by [1]",
    ] {
        let shown = text(script, &narrow);
        assert!(shown.is_ascii(), "{shown}");
        let long = shown.lines().find(|line| line.len() > 40);
        assert_eq!(long, None, "{shown}");
    }
}

#[test]
fn a_constant_and_a_single_value_have_a_place() {
    let folder = Folder::new("constant");
    for script in [
        "plot 0*t over t from 0 to 1",
        "plot 1e300*t over t from -1 to 1",
        "plot 5e-324 + 0*t over t from 1e-300 to 1 with log x, log y",
        "plot 1e6 + 1e-9*t over t from 0 to 1",
        "plot 7 over a from 0 to 1, b from 0 to 1",
        "plot 0.5 over a from 0 to 1, b from 0 to 1",
        "plot if a < 0.5 then a else nan over a from 0 to 1, b from 0 to 1",
        "plot [inf, 1, nan]",
    ] {
        folder.svg(script);
        assert!(text(script, &Style::default()).lines().count() > 18);
    }
}

#[test]
fn what_cannot_be_drawn() {
    for (text, code, part) in [
        ("plot t over t from 1 to 1", Code::Value, "is empty"),
        ("plot t over t from 2 to 1", Code::Value, "from 2 to 1"),
        (
            "plot t over t from 0 to 1 with log x",
            Code::Value,
            "positive",
        ),
        (
            "plot t over t from -inf to 1",
            Code::Value,
            "cannot run to -inf",
        ),
        ("plot t over t from [1, 2] to 3", Code::Scalar, "2×1"),
        (
            "plot t*k over t from 0 to 1",
            Code::Name,
            "`k` is not defined",
        ),
        (
            "input k; plot t*k over t from 0 to 1",
            Code::Value,
            "`k` has no value",
        ),
        (
            "plot t over t from 0 to 1 at t = 2",
            Code::Name,
            "runs over a range",
        ),
        (
            "plot [t, 1] over t from 0 to 1",
            Code::Scalar,
            "2×1 for each `t`",
        ),
        (
            "plot [a, b]' over a from 0 to 1, b from 0 to 1",
            Code::Scalar,
            "`a` and `b`",
        ),
        (
            "plot a, b over a from 0 to 1, b from 0 to 1",
            Code::Arity,
            "one expression",
        ),
        (
            "plot a over a from 0 to 1, a from 0 to 1",
            Code::Name,
            "two ranges",
        ),
        (
            "plot a over a from 0 to 1, b from 0 to 1, c from 0 to 1",
            Code::Arity,
            "one variable or two",
        ),
        ("plot 3", Code::Shape, "one number"),
        ("plot eye(2)", Code::Shape, "2×2"),
        (
            "plot [-1, 0] with log y",
            Code::Value,
            "finite and positive",
        ),
        ("plot log(t) over t from -2 to -1", Code::Value, "is finite"),
        (
            "plot nan*a over a from 0 to 1, b from 0 to 1",
            Code::Value,
            "is finite",
        ),
        (
            "plot a over a from 0 to 1, b from 0 to 1 with points [1, 2, 3; 4, 5, 6]",
            Code::Shape,
            "n×2",
        ),
        (
            "plot a over a from 0 to 1, b from 0 to 1 with points [1, 2; 3, 4] coloured by [1, 2, 3]",
            Code::Shape,
            "each of the 2 points",
        ),
        ("plot t wrt t over t from 0 to 1", Code::Syntax, ""),
        (
            "plot t over t from 0 to 1 wrt t",
            Code::Syntax,
            "plot has no `wrt`",
        ),
        (
            "plot t over t from 0 to 1 with steps",
            Code::Syntax,
            "plot has no `steps`",
        ),
        (
            "input t[3]; plot sum(t) over t from 0 to 1",
            Code::Shape,
            "`t` is 3×1",
        ),
    ] {
        let error = error(text);
        assert_eq!(error.code(), code, "{text}: {error}");
        assert!(error.message().contains(part), "{text}: {error}");
    }
}

#[test]
fn files_that_are_not_written() {
    let folder = Folder::new("refused");
    let curve = "plot t over t from 0 to 1 to";
    let refused_by = |session: &mut Session, text: &str| {
        let (events, error) = run_by(session, &folder.0, text);
        assert!(events.is_empty());
        let error = error.unwrap_or_else(|| panic!("{text} is no error"));
        assert_eq!(error.code(), Code::File, "{text}: {error}");
        error
    };
    let world = Rc::new(wengert::world::Folder);
    let mut open = Session::in_world(world, Limits::default());
    let mut refused = |text: &str| refused_by(&mut open, text);
    let error = refused(&format!("{curve} \"out.gif\""));
    assert!(error.advice().is_some_and(|help| help.contains(".svg")));
    refused(&format!("{curve} \"out\""));
    refused(&format!("{curve} \"nowhere/out.svg\""));
    let mut sandbox = Session::with_limits(Limits::default());
    let error = refused_by(&mut sandbox, &format!("{curve} \"out.svg\""));
    assert!(error.message().contains("sandbox"));
    // Where a folder stands in the way, nothing is left behind.
    std::fs::create_dir(folder.0.join("taken.svg")).expect("a folder");
    refused(&format!("{curve} \"taken.svg\""));
    assert_eq!(folder.files(), ["taken.svg"]);
    // A plot that fails leaves the file as it was.
    std::fs::write(folder.0.join("old.svg"), "old").expect("a file");
    let (_, error) = run_in(&folder.0, "plot log(t) over t from -2 to -1 to \"old.svg\"");
    assert!(error.is_some());
    assert_eq!(
        std::fs::read_to_string(folder.0.join("old.svg")).expect("a file"),
        "old"
    );
}

#[test]
fn files_lie_beside_the_script() {
    let folder = Folder::new("beside");
    std::fs::create_dir(folder.0.join("sub")).expect("a folder");
    let (_, error) = run_in(&folder.0, "plot [1, 2] to \"sub/v.svg\"");
    assert_eq!(error, None);
    assert!(folder.0.join("sub/v.svg").exists());
}
