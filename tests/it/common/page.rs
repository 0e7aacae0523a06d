//! A page of Markdown as its parts: words, fenced blocks, and tables that are generated.

/// A part of a page.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Words, with the line ends.
    Words(String),
    /// A fenced block: what stands behind its fence, and its text.
    Block { info: String, text: String },
    /// What stands between `<!-- table: NAME -->` and `<!-- end -->`.
    Table { name: String, text: String },
}

const TABLE: &str = "<!-- table: ";
const END: &str = "<!-- end -->";

impl Part {
    /// The text of a block whose fence says `kind`.
    pub fn block(&self, kind: &str) -> Option<&str> {
        match self {
            Part::Block { info, text } if info == kind => Some(text),
            _ => None,
        }
    }
}

/// The parts of a page, in order; [`joined`] again they are the page.
pub fn parts(page: &str) -> Vec<Part> {
    let mut parts = vec![Part::Words(String::new())];
    for line in page.split_inclusive('\n') {
        let bare = line.trim_end();
        let last = parts.last_mut().expect("a part");
        match last {
            Part::Words(text) => {
                let info = bare.strip_prefix("```");
                let name = bare.strip_prefix(TABLE);
                if let Some(info) = info {
                    let (info, text) = (info.to_string(), String::new());
                    parts.push(Part::Block { info, text });
                } else if let Some(name) = name.and_then(|name| name.strip_suffix(" -->")) {
                    let (name, text) = (name.to_string(), String::new());
                    parts.push(Part::Table { name, text });
                } else {
                    text.push_str(line);
                }
            }
            Part::Block { .. } if bare == "```" => parts.push(Part::Words(String::new())),
            Part::Table { .. } if bare == END => parts.push(Part::Words(String::new())),
            Part::Block { text, .. } | Part::Table { text, .. } => text.push_str(line),
        }
    }
    let closed = matches!(parts.last(), Some(Part::Words(_)));
    assert!(closed, "not closed: {:?}", parts.last());
    parts
}

/// The page that has these parts.
pub fn joined(parts: &[Part]) -> String {
    let one = |part: &Part| match part {
        Part::Words(text) => text.clone(),
        Part::Block { info, text } => format!("```{info}\n{text}```\n"),
        Part::Table { name, text } => format!("{TABLE}{name} -->\n{text}{END}\n"),
    };
    parts.iter().map(one).collect()
}

#[test]
fn a_page_is_taken_apart_and_put_together() {
    let page = "# A\n\n```wengert\nx = 1\n```\n\n```text\n```\nb\n<!-- table: t -->\n| a |\n<!-- end -->\nz";
    let found = parts(page);
    assert_eq!(found[1].block("wengert"), Some("x = 1\n"));
    assert_eq!(found[3].block("text"), Some(""));
    let table = Part::Table {
        name: "t".into(),
        text: "| a |\n".into(),
    };
    assert_eq!(found[5], table);
    assert_eq!(joined(&found), page);
}
