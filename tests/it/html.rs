//! Pages are well formed, show what the scripts say and run nothing of it.

use crate::common::scripts;
use std::collections::HashSet;
use std::path::Path;
use wengert::cli::golden::run_script;
use wengert::cli::{Allowance, Format};
use wengert::event::Event;
use wengert::render::{Style, html};
use wengert::session::Session;
use wengert::source::Source;

/// Elements without an end.
const VOID: [&str; 2] = ["meta", "img"];

/// The elements of a document by name and with their attributes, in order; or what is wrong.
fn elements(page: &str) -> Result<Vec<(&str, &str)>, String> {
    let mut open: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        let (text, from) = rest.split_at(start);
        if text.contains('>') {
            return Err(format!("a loose `>` in `{text}`"));
        }
        let end = from.find('>').ok_or("a tag that does not end")?;
        let tag = &from[1..end];
        rest = &from[end + 1..];
        let name = tag.trim_start_matches('/');
        let name = &name[..name.find([' ', '/']).unwrap_or(name.len())];
        match () {
            () if tag.starts_with('!') || VOID.contains(&name) || tag.ends_with('/') => {}
            () if tag.starts_with('/') => {
                let last = open.pop();
                if last != Some(name) {
                    return Err(format!("`</{name}>` inside {last:?}"));
                }
                continue;
            }
            () => open.push(name),
        }
        found.push((name, &tag[name.len()..]));
        if ["style", "script"].contains(&name) {
            let end = rest.find(&format!("</{name}>"));
            rest = &rest[end.ok_or("a style or script that does not end")?..];
        }
    }
    match open.is_empty() && !rest.contains('>') {
        true => Ok(found),
        false => Err(format!("not ended: {open:?}")),
    }
}

fn page(path: &Path) -> String {
    run_script(path, Format::Html, Allowance::default()).stdout
}

#[test]
fn the_test_notices_faults() {
    assert!(elements("<p><b>x</b></p>").is_ok());
    for wrong in ["<p>", "</p>", "<p><b></p></b>", "a > b", "<p", "<style>"] {
        assert!(elements(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn every_script_gives_a_well_formed_page() {
    for script in scripts(&["tests/golden", "examples"]) {
        let page = page(&script);
        let found = elements(&page);
        let found = found.unwrap_or_else(|wrong| panic!("{}: {wrong}", script.display()));
        let count = |name: &str| found.iter().filter(|(known, _)| *known == name).count();
        assert_eq!((count("script"), count("style"), count("h1")), (1, 1, 1));
        let outside = ["http:", "https:", "//", "javascript:"];
        for (name, attributes) in &found {
            let addresses = ["src=\"", "href=\""];
            let reaches_out = addresses.iter().any(|address| {
                let behind = attributes.split(address).nth(1);
                behind.is_some_and(|behind| outside.iter().any(|start| behind.starts_with(start)))
            });
            let handles = attributes
                .split(' ')
                .any(|attribute| attribute.starts_with("on"));
            assert!(!reaches_out && !handles, "<{name}{attributes}>");
        }
    }
}

/// The pages of `source`, of one event each.
fn fragments(source: &str) -> Vec<String> {
    let mut shown = Vec::new();
    let mut show = |event: Event| shown.push(html::fragment(&event, &Style::default()));
    let done = Session::default().run_source(&Source::new("test", source), &mut show);
    assert!(done.is_ok(), "{done:?}");
    shown
}

#[test]
fn texts_stay_texts() {
    let hostile =
        "</pre></style></script><script>alert(1)</script><img src=x onerror=\\\"f()\\\">&amp;";
    for fragment in fragments(&format!(
        "print \"{hostile}\"\nprint 1 # {hostile}\nx = 3; trace x^2"
    )) {
        let found = elements(&fragment).expect("well formed");
        let scripts = found.iter().filter(|(name, _)| *name == "script").count();
        let images = found.iter().filter(|(name, _)| *name == "img").count();
        assert_eq!((scripts, images), (1, 0), "{fragment}");
    }
}

#[test]
fn rows_and_nodes_have_the_same_numbers() {
    let [fragment] = &fragments("w = 3; x = 2; λ̂ = 1\ntrace 0.5*(λ̂ - w*x)^2 wrt w")[..]
    else {
        panic!("one trace");
    };
    let found = elements(fragment).expect("well formed");
    let numbers = |element: &str| -> HashSet<&str> {
        let all = found.iter().filter(|(name, _)| *name == element);
        let behind = all.filter_map(|(_, attributes)| attributes.split("data-node=\"").nth(1));
        behind
            .filter_map(|behind| behind.split('"').next())
            .collect()
    };
    assert_eq!(numbers("tr").len(), 7, "{fragment}");
    assert_eq!(numbers("tr"), numbers("g"));
    for kind in ["primal", "tangent", "adjoint"] {
        let marked = format!(" data-kind=\"{kind}\"");
        let cells = found
            .iter()
            .filter(|(_, attributes)| attributes.contains(&marked));
        assert_eq!(cells.count(), 7, "{kind}");
    }
    // Places in the source are counted as browsers count them: w*x is behind a mark and a line end.
    let source: Vec<u16> = "w = 3; x = 2; λ̂ = 1\ntrace 0.5*(λ̂ - w*x)^2 wrt w"
        .encode_utf16()
        .collect();
    let row = found
        .iter()
        .find(|(_, attributes)| attributes.contains("data-operands=\"1 2\""));
    let (_, row) = row.expect("the product");
    let at = |name: &str| -> usize {
        let behind = row.split(name).nth(1).expect(row);
        behind
            .split('"')
            .nth(1)
            .and_then(|at| at.parse().ok())
            .expect(row)
    };
    let marked = &source[at("data-from")..at("data-to")];
    assert_eq!(String::from_utf16_lossy(marked), "w*x");
}
