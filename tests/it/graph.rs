//! `graph`: nodes, edges and partials; the text, DOT and SVG that are made of them.

use crate::common::run_json;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use wengert::diagnostic::Code;
use wengert::lower::Limits;
use wengert::render::{Style, terminal};
use wengert::session::Session;
use wengert::source::Source;

const LOSS: &str = "L = 0.5*(y - w*x)^2; w = 3; x = 2; y = 1;";
const SLIDE: &str = "y1 = sin(w1*x + w0); y2 = cos(w1*x + w0); w0 = 1; w1 = 2; x = 3;";

/// A folder of its own for one test, removed afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path =
            std::env::temp_dir().join(format!("wengert-graph-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder for the test");
        Folder(path)
    }

    /// Runs a script that lies in this folder; what it prints, or its error.
    fn run(&self, text: &str) -> Result<String, String> {
        let source = Source::file(&self.0.join("test.ad"), text);
        run(&source, Limits::default(), &Style::default())
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.0.join(file)).expect("the file was written")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn run(source: &Rc<Source>, limits: Limits, style: &Style) -> Result<String, String> {
    let mut text = String::new();
    let mut show = |event| text.push_str(&terminal::event(&event, style));
    match Session::in_world(Rc::new(wengert::world::Folder), limits).run_source(source, &mut show) {
        Ok(()) => Ok(text),
        Err(error) => Err(format!("{}: {}", error.code().name(), error.message())),
    }
}

fn shown(text: &str, style: &Style) -> String {
    run(&Source::new("test.ad", text), Limits::default(), style).expect("it runs")
}

/// The edges of the only graph that a script shows, as from, to and partial.
fn edges(text: &str) -> Vec<(u64, u64, Option<String>)> {
    let lines = run_json(text);
    let graph = lines.last().expect("something is shown");
    let edge = |edge: &Value| {
        let number = |key: &str| edge[key].as_u64().expect("a number");
        let partial = edge["partial"].as_str().map(str::to_string);
        (number("from"), number("to"), partial)
    };
    let edges = graph["edges"].as_array().expect("edges");
    edges.iter().map(edge).collect()
}

/// The partials on the edges of a graph, in the order of the edges.
fn partials(text: &str) -> Vec<String> {
    let partial = |(_, _, partial): (u64, u64, Option<String>)| partial.unwrap_or("?".into());
    edges(text).into_iter().map(partial).collect()
}

#[test]
fn the_loss_of_the_lecture() {
    let lines = run_json(&format!("{LOSS} graph L"));
    let graph = &lines[0];
    assert_eq!(graph["kind"], "graph");
    assert_eq!(graph["file"], Value::Null);
    let nodes = graph["nodes"].as_array().expect("nodes");
    let formulas: Vec<&str> = nodes
        .iter()
        .map(|node| node["formula"].as_str().expect("a formula"))
        .collect();
    let wanted = ["w", "x", "y", "a1*a2", "a3 - a4", "a5^2", "0.5*a6"];
    assert_eq!(formulas, wanted);
    assert_eq!(
        nodes[6],
        json!({"id": 7, "names": ["L"], "op": "mul", "formula": "0.5*a6"})
    );
    let wanted = [
        (1, 4, "a2"),
        (2, 4, "a1"),
        (3, 5, "1"),
        (4, 5, "-1"),
        (5, 6, "2*a5"),
        (6, 7, "0.5"),
    ];
    let wanted = wanted.map(|(from, to, partial)| (from, to, Some(partial.to_string())));
    assert_eq!(edges(&format!("{LOSS} graph L")), wanted);
    // The graph is the same where nothing has a value.
    let nameless = "input w, x, y; L = 0.5*(y - w*x)^2; graph L";
    assert_eq!(edges(nameless), wanted);
}

#[test]
fn two_outputs_share_what_they_have_in_common() {
    let found = edges(&format!("{SLIDE} graph y1, y2 wrt w1"));
    assert!(found.contains(&(5, 6, Some("cos(a5)".into()))));
    assert!(found.contains(&(5, 7, Some("-sin(a5)".into()))));
    let text = shown(&format!("{SLIDE} graph y1, y2 wrt w1"), &Style::default());
    assert_eq!(text.matches("a₄ = a₂ × a₃").count(), 1, "{text}");
    assert!(text.contains("└─[−sin(a₅)] a₅ (above)"), "{text}");
}

#[test]
fn partials_are_written_in_the_symbols_of_the_edge() {
    // An argument that stands twice is one edge with the sum of both partials.
    assert_eq!(partials("x = 2; graph x*x"), ["2*a1"]);
    assert_eq!(partials("x = 2; graph x + x"), ["2"]);
    assert_eq!(partials("x = 2; y = 3; graph x/y"), ["1/a2", "-a3/a2"]);
    assert_eq!(partials("x = 2; graph floor(x)"), ["0"]);
    assert_eq!(partials("x = 2; graph relu(x)"), ["(a1 > 0)"]);
    assert_eq!(partials("z = 2; graph sigmoid(z)"), ["a2*(1 - a2)"]);
    // A matrix product multiplies by its other side.
    assert_eq!(partials("A = eye(2); v = [1, 2]; graph A*v"), ["a2", "a1"]);
    assert_eq!(partials("v = [1, 2]; graph logsumexp(v)"), ["softmax(a1)"]);
    // What has no short form has none.
    assert_eq!(partials("v = [1, 2]; graph softmax(v)"), ["?"]);
    assert_eq!(partials("v = [1, 2]; graph v[2]"), ["?"]);
    // A·dA + dA·A is not 2A·dA; of an inner product it is.
    assert_eq!(partials("A = [1, 2; 3, 4]; graph A*A"), ["?"]);
    assert_eq!(partials("v = [1, 2]; graph dot(v, v)"), ["2*a1"]);
}

#[test]
fn every_edge_is_an_argument_in_the_trace() {
    let script = "V = [0.5, -0.3; -0.2, 0.4]; x = [1, 2]; y = [0, 1];
        u = V*sigmoid(V*x); L = -y'*u + logsumexp(u) + (if x[1] > 0 then norm(x) else 0);";
    let trace = &run_json(&format!("{script} trace L"))[0];
    let mut wanted = Vec::new();
    for node in trace["nodes"].as_array().expect("nodes") {
        let to = node["id"].as_u64().expect("a number");
        let args = node["args"].as_array().expect("arguments");
        let mut from: Vec<u64> = args
            .iter()
            .skip_while(|arg| arg.is_object())
            .filter_map(Value::as_u64)
            .collect();
        // The indices of `x[1]` are numbers as well.
        if node["op"] == "index" {
            from.truncate(1);
        }
        from.dedup();
        wanted.extend(from.into_iter().map(|from| (from, to)));
    }
    let found = edges(&format!("{script} graph L"));
    let found: Vec<(u64, u64)> = found.into_iter().map(|(from, to, _)| (from, to)).collect();
    assert_eq!(found, wanted);
}

#[test]
fn the_text_is_a_tree() {
    let text = shown(&format!("{LOSS} graph L wrt w"), &Style::default());
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[1].starts_with("a₇ = 0.5 × a₆"), "{text}");
    assert!(lines[1].ends_with('L'), "{text}");
    assert!(lines[2].starts_with("└─[0.5] a₆ = a₅²"), "{text}");
    assert!(lines[5].starts_with("      └─[−1] a₄ = a₁ × a₂"), "{text}");
    assert_eq!(lines.len(), 8);
}

#[test]
fn the_condition_of_a_choice_is_shown() {
    let text = shown("x = 2; graph if x > 1 then x^2 else 3", &Style::default());
    assert!(text.contains("a₂ = a₁ > 1"), "{text}");
}

#[test]
fn ascii_is_ascii() {
    let style = Style {
        ascii: true,
        ..Style::default()
    };
    let script = "A = eye(3); v = [1, 2, 3]; s = sum(A*v .* tanh(v))/max(norm(v), 2); graph s";
    for script in [script, "L = 0.5*(y - w*x)^2; graph L"] {
        let text = shown(script, &style);
        assert!(text.is_ascii(), "{text}");
        assert!(text.contains("`-["), "{text}");
    }
}

#[test]
fn dot_is_a_graph_for_graphviz() {
    let folder = Folder::new("dot");
    let script = format!("{LOSS} graph L wrt w to \"loss.dot\"");
    assert_eq!(folder.run(&script), Ok("wrote loss.dot\n".into()));
    let text = folder.read("loss.dot");
    assert!(text.starts_with("digraph wengert {\n  rankdir=BT;"));
    assert!(text.ends_with("}\n"));
    assert_eq!(text.matches(" -> ").count(), 6);
    assert!(text.contains("a5 -> a6 [label=\"2a₅\"];"), "{text}");
    assert!(text.contains("<B>L</B>"), "{text}");
    for number in 1..=7 {
        assert!(text.contains(&format!("  a{number} [label=<")), "{text}");
    }
    folder
        .run("x = 2; b = x < 3; graph b to \"less.dot\"")
        .expect("it runs");
    assert!(folder.read("less.dot").contains("a₁ &lt; 3"));
}

/// Panics unless the elements of an XML text are closed in order.
fn assert_well_formed(text: &str) {
    let mut open: Vec<&str> = Vec::new();
    for piece in text.split('<').skip(1) {
        let (tag, after) = piece.split_once('>').expect("every tag ends");
        assert!(!after.contains('>'), "a stray `>`: {piece}");
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if tag.ends_with('/') => {}
            None => open.push(tag.split(' ').next().unwrap_or_default()),
        }
    }
    assert!(open.is_empty(), "{open:?} not closed");
    for entity in text.split('&').skip(1) {
        let known = ["amp;", "lt;", "gt;", "quot;"];
        assert!(
            known.iter().any(|known| entity.starts_with(known)),
            "{entity}"
        );
    }
}

/// The places of all boxes of nodes in a picture: left, top, right, bottom.
fn boxes(text: &str) -> Vec<[f64; 4]> {
    let field = |line: &str, name: &str| -> f64 {
        let start = line.find(&format!(" {name}=\"")).expect("a field") + name.len() + 3;
        let end = start + line[start..].find('"').expect("its end");
        line[start..end].parse().expect("a number")
    };
    let nodes = text.lines().filter(|line| line.contains("rx=\"7\""));
    nodes
        .map(|line| {
            let (x, y) = (field(line, "x"), field(line, "y"));
            [x, y, x + field(line, "width"), y + field(line, "height")]
        })
        .collect()
}

#[test]
fn svg_is_a_picture_of_every_node() {
    let folder = Folder::new("svg");
    let script = format!("{LOSS} graph L wrt w to \"loss.svg\"");
    assert_eq!(folder.run(&script), Ok("wrote loss.svg\n".into()));
    let text = folder.read("loss.svg");
    assert_well_formed(&text);
    for label in [
        "a₁ = w",
        "a₄ = a₁ × a₂",
        "a₇ = 0.5 × a₆",
        ">L<",
        "ȧ₇ = 10",
        "ā₁ = 10",
        ">2a₅<",
    ] {
        assert!(text.contains(label), "{label} is missing");
    }
    let boxes = boxes(&text);
    assert_eq!(boxes.len(), 7);
    for (k, a) in boxes.iter().enumerate() {
        for b in &boxes[k + 1..] {
            let apart = a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
            assert!(apart, "boxes overlap");
        }
    }
    // The inputs from left to right at the bottom, the output on top.
    assert!(boxes[0][0] < boxes[1][0] && boxes[1][0] < boxes[2][0]);
    assert!(boxes[..3].iter().all(|input| input[1] > boxes[3][3]));
    assert!(boxes[..6].iter().all(|other| other[1] > boxes[6][3]));
}

#[test]
fn marks_of_xml_are_escaped() {
    let folder = Folder::new("escaped");
    let script = "x = 2; graph if x > 1 and x < 3 then x else 0 to \"a.svg\"";
    folder.run(script).expect("it runs");
    let text = folder.read("a.svg");
    assert_well_formed(&text);
    assert!(text.contains("a₁ &gt; 1"), "{text}");
}

#[test]
fn json_names_the_file() {
    let folder = Folder::new("json");
    let text = format!("{LOSS} graph L to \"loss.svg\"");
    let source = Source::file(&folder.0.join("test.ad"), text);
    let mut lines = Vec::new();
    let mut show = |event| lines.push(wengert::render::json::event(&event));
    let world = Rc::new(wengert::world::Folder);
    let result = Session::in_world(world, Limits::default()).run_source(&source, &mut show);
    assert!(result.is_ok());
    assert_eq!(lines, [r#"{"kind":"graph","file":"loss.svg"}"#]);
}

#[test]
fn a_large_graph_is_folded_by_name() {
    let folder = Folder::new("folded");
    let large = "f(x) = sin(x) + x*2; m = iterate(f, x, 120); l = exp(m) + w; x = 0.5; w = 1;";
    let text = folder
        .run(&format!("{large} graph l to \"l.svg\""))
        .expect("it runs");
    assert!(text.starts_with("wrote l.svg: 4 of "), "{text}");
    let picture = folder.read("l.svg");
    assert_well_formed(&picture);
    assert_eq!(boxes(&picture).len(), 4);
    // As DOT it is written whole.
    folder
        .run(&format!("{large} graph l to \"l.dot\""))
        .expect("it runs");
    assert!(folder.read("l.dot").matches(" [label=<").count() > 300);
    // In the terminal as well, and JSON has everything.
    let text = shown(&format!("{large} graph l"), &Style::default());
    assert!(
        text.contains(" nodes: inputs, outputs and what has a name"),
        "{text}"
    );
    assert!(edges(&format!("{large} graph l")).len() > 300);
}

#[test]
fn what_cannot_be_folded_is_refused() {
    let folder = Folder::new("refused");
    let mut script = String::from("x = 1; n0 = x;");
    for k in 1..=310 {
        script.push_str(&format!("n{k} = sin(n{});", k - 1));
    }
    let error = folder
        .run(&format!("{script} graph n310 to \"n.svg\""))
        .expect_err("too large");
    assert!(error.starts_with("limit: a graph of 311 nodes"), "{error}");
    assert!(!folder.0.join("n.svg").exists());
}

#[test]
fn files_that_cannot_be_written() {
    let folder = Folder::new("errors");
    for file in ["a.gif", "a", "svg"] {
        let error = folder
            .run(&format!("x = 1; graph x to \"{file}\""))
            .expect_err("unknown");
        assert!(error.starts_with("file: `graph` cannot write"), "{error}");
    }
    let error = folder
        .run("x = 1; graph x to \"no/such/folder/a.svg\"")
        .expect_err("no folder");
    assert!(error.starts_with("file: "), "{error}");
    let left = std::fs::read_dir(&folder.0).expect("the folder").count();
    assert_eq!(left, 0, "something was left behind");
    let source = Source::file(Path::new("test.ad"), "x = 1; graph x to \"a.svg\"");
    let error = Session::with_limits(Limits::default())
        .run_source(&source, &mut |_| {})
        .expect_err("in the sandbox");
    assert_eq!(error.code(), Code::File, "{error}");
}

#[test]
fn what_means_nothing_is_refused() {
    for tail in ["with life", "using numeric", "over t from 0 to 1"] {
        let lines = run_json(&format!("x = 1; graph x {tail}"));
        assert_eq!(lines[0]["code"], "syntax", "{tail}");
    }
}
