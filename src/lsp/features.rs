//! What an editor asks about a document.

use super::document::Document;
use crate::assist::completion::CandidateKind;
use crate::assist::hint;
use crate::diagnostic::{Diagnostic, Severity};
use crate::lower::definitions::Meaning;
use crate::notation::Style;
use crate::number;
use crate::source::Source;
use crate::syntax::ast::{Script, Show, Statement, StatementKind};
use crate::syntax::highlight::{self, Class};
use serde_json::{Value, json};
use std::rc::Rc;

/// The kinds of semantic tokens, in the order of their numbers.
pub const TOKENS: [&str; 7] = [
    "keyword",
    "function",
    "variable",
    "parameter",
    "number",
    "string",
    "comment",
];
/// The statements that stand above a formula as lenses.
const LENSES: [Show; 4] = [Show::Trace, Show::Check, Show::Derive, Show::Graph];
/// The most lenses of a document.
const MOST_LENSES: usize = 200;
/// The longest value that stands behind a line.
const LONGEST_HINT: usize = 40;

/// The words of the lenses.
pub fn lens_words() -> impl Iterator<Item = &'static str> {
    LENSES.iter().map(|show| show.word())
}

fn digits() -> usize {
    Style::default().digits
}

/// What is wrong, as the editor draws it; the fix goes along, so that it need not be searched for again.
pub fn diagnostics(document: &Document, uri: &str) -> Value {
    // Another text of this name is this one without some lines: its places are the same.
    let here = |source: &Rc<Source>| source.name == document.source.name;
    let text = document.text();
    let one = |found: &Diagnostic| {
        let severity = match found.severity() {
            Severity::Error => 1,
            Severity::Warning => 2,
            Severity::Note => 3,
        };
        let mut labels = found.labels().iter();
        let place = labels.find(|label| here(&label.location.source));
        let range = match place {
            Some(label) => document.lines.span(text, label.location.span),
            None => document.lines.range(text, 0..0),
        };
        let mut message = found.message().to_string();
        if let Some(help) = found.advice() {
            message.push_str(&format!("\nhelp: {help}"));
        }
        let others = found.labels().iter().skip(1);
        let others = others.filter(|label| here(&label.location.source));
        let related: Vec<Value> = others
            .map(|label| {
                let range = document.lines.span(text, label.location.span);
                json!({"location": {"uri": uri, "range": range}, "message": label.text})
            })
            .collect();
        json!({
            "range": range, "severity": severity, "code": found.code().name(), "source": "wengert",
            "message": message, "relatedInformation": related,
        })
    };
    document.found.iter().map(one).collect()
}

/// The fixes of what is wrong between two bytes.
pub fn fixes(document: &Document, uri: &str, asked: &Value) -> Value {
    let text = document.text();
    let (from, to) = between(document, &asked["range"]);
    let fix = |found: &Diagnostic| {
        let fix = found.correction()?;
        let place = found.location().span.range();
        if !Rc::ptr_eq(&fix.location.source, &document.source)
            || place.end < from
            || place.start > to
        {
            return None;
        }
        let edit =
            json!({"range": document.lines.span(text, fix.location.span), "newText": fix.text});
        let title = match fix.text.is_empty() {
            true => format!("Remove `{}`", fix.location.text()),
            false => format!("Write `{}`", fix.text.trim()),
        };
        Some(json!({
            "title": title, "kind": "quickfix", "isPreferred": true,
            "edit": {"changes": {uri: [edit]}},
        }))
    };
    document.found.iter().filter_map(fix).collect()
}

fn between(document: &Document, range: &Value) -> (usize, usize) {
    let byte = |key: &str| document.lines.byte(document.text(), &range[key]);
    (byte("start"), byte("end"))
}

/// The facts about the word at a byte.
pub fn hover(document: &Document, at: usize) -> Value {
    let Some(found) = document.session.hover(document.text(), at) else {
        return Value::Null;
    };
    let mut text = format!("```wengert\n{}\n```\n", found.title);
    let changes = document
        .updated()
        .contains(&document.text()[found.range.clone()]);
    if let Some(value) = &found.value {
        let when = if changes { " before the loop" } else { "" };
        text.push_str(&format!(
            "\nvalue{when}: `{}`",
            number::inline(value, digits())
        ));
        if !value.shape().is_scalar() {
            text.push_str(&format!(" ({})", value.shape()));
        }
        text.push('\n');
    }
    for (name, gradient) in &found.gradients {
        let gradient = number::inline(gradient, digits());
        text.push_str(&format!("\n∂/∂{name}: `{gradient}`\n"));
    }
    if let Some(help) = &found.help {
        text.push_str(&format!("\n```text\n{}\n```\n", help.trim_end()));
    }
    let range = document.lines.range(document.text(), found.range);
    json!({"contents": {"kind": "markdown", "value": text}, "range": range})
}

/// What may stand at a byte.
pub fn completion(document: &Document, at: usize) -> Value {
    let text = document.text();
    let found = document.session.complete(text, at);
    let range = document.lines.range(text, found.range);
    let items: Vec<Value> = found
        .candidates
        .iter()
        .enumerate()
        .map(|(k, one)| {
            let kind = match one.kind {
                CandidateKind::Variable => 6,
                CandidateKind::Function => 3,
                CandidateKind::Word => 14,
                CandidateKind::File => 17,
                CandidateKind::Folder => 19,
                CandidateKind::Symbol => 1,
            };
            json!({
                "label": one.shown, "kind": kind, "detail": one.doc, "filterText": one.text,
                "sortText": format!("{k:05}"), "textEdit": {"range": range, "newText": one.text},
            })
        })
        .collect();
    json!({"isIncomplete": false, "items": items})
}

/// The forms of the function whose arguments are being written at a byte.
pub fn signature(document: &Document, at: usize) -> Value {
    let before = &document.text()[..at];
    let open = hint::open_brackets(before);
    let Some((bracket, start)) = open.last().copied().filter(|(bracket, _)| *bracket == '(') else {
        return Value::Null;
    };
    let head = &before[..start];
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '\'';
    let name = &head[head.trim_end_matches(is_word).len()..];
    let Some(forms) = hint::signature(&document.session, name.trim_end_matches('\'')) else {
        return Value::Null;
    };
    let inside = &before[start + bracket.len_utf8()..];
    let mut depth = 0;
    let mut argument = 0;
    for c in inside.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => argument += 1,
            _ => {}
        }
    }
    let form = |form: &str| {
        let names = form
            .split_once('(')
            .map_or("", |(_, rest)| rest.trim_end_matches(')'));
        let names = names.split(", ").filter(|name| !name.is_empty());
        let parameters: Vec<Value> = names.map(|name| json!({"label": name})).collect();
        json!({"label": form, "parameters": parameters})
    };
    let signatures: Vec<Value> = forms.split(" or ").map(form).collect();
    json!({"signatures": signatures, "activeSignature": 0, "activeParameter": argument})
}

/// The statements of the top level.
fn top(script: &Script) -> impl Iterator<Item = &Statement> {
    script.body.iter().map(|id| script.statement(*id))
}

/// The values of formulas behind their lines, where they are cheap and no loop changes them.
pub fn hints(document: &Document, range: &Value) -> Value {
    let Some(script) = &document.script else {
        return json!([]);
    };
    let (from, to) = between(document, range);
    let updated = document.updated();
    let hint = |statement: &Statement| {
        let span = statement.span.range();
        if span.end < from || span.start > to {
            return None;
        }
        let asked = match &statement.kind {
            StatementKind::Define(name, value) if !updated.contains(&*name.name) => {
                // A number says its value itself.
                let formula = script.text(*value);
                formula.parse::<f64>().is_err().then_some(&*name.name)?
            }
            StatementKind::Show(Show::Value, outputs, tail) if tail.at.is_empty() => {
                match &outputs[..] {
                    [output] => script.text(*output),
                    _ => return None,
                }
            }
            _ => return None,
        };
        let words = document.scopes.words().iter();
        let mut words =
            words.filter(|word| span.start <= word.range.start && word.range.end <= span.end);
        if words.any(|word| updated.contains(&*word.name)) {
            return None;
        }
        let value = number::inline(&document.session.preview(asked)?, digits());
        (value.chars().count() <= LONGEST_HINT).then(|| {
            let position = document.lines.position(document.text(), span.end);
            json!({"position": position, "label": format!("= {value}"), "paddingLeft": true})
        })
    };
    top(script).filter_map(hint).collect()
}

/// What can be asked of the formulas that have a number as their value.
pub fn lenses(document: &Document, uri: &str) -> Value {
    let Some(script) = &document.script else {
        return json!([]);
    };
    let mut lenses = Vec::new();
    for statement in top(script) {
        let StatementKind::Define(name, _) = &statement.kind else {
            continue;
        };
        let value = document.session.preview(&name.name);
        let known = document.session.definitions().variable(&name.name);
        let is_formula = known.is_some_and(|known| matches!(known.meaning, Meaning::Formula(_)));
        if !is_formula || !value.is_some_and(|value| value.shape().is_scalar()) {
            continue;
        }
        let range = document.lines.span(document.text(), name.span);
        for word in lens_words() {
            let command = json!({
                "title": word, "command": format!("wengert.{word}"), "arguments": [uri, &*name.name],
            });
            lenses.push(json!({"range": range, "command": command}));
        }
        if lenses.len() >= MOST_LENSES {
            break;
        }
    }
    lenses.into()
}

/// The definitions of a document.
pub fn symbols(document: &Document) -> Value {
    let Some(script) = &document.script else {
        return json!([]);
    };
    let text = document.text();
    let mut found = Vec::new();
    for statement in top(script) {
        let mut push = |name: &str, kind: u8, span, detail: &str| {
            found.push(json!({
                "name": name, "kind": kind, "detail": detail,
                "range": document.lines.span(text, statement.span),
                "selectionRange": document.lines.span(text, span),
            }));
        };
        match &statement.kind {
            StatementKind::Define(name, value) => {
                push(&name.name, 13, name.span, script.text(*value))
            }
            StatementKind::DefineFunction { name, body, .. } => {
                push(&name.name, 12, name.span, script.text(*body));
            }
            StatementKind::Input(all) => {
                for one in all {
                    push(&one.name.name, 13, one.name.span, "declared");
                }
            }
            _ => {}
        }
    }
    found.into()
}

/// What may be folded: statements of several lines, and runs of comments.
pub fn folds(document: &Document) -> Value {
    let Some(script) = &document.script else {
        return json!([]);
    };
    let statements = script.statements.iter().map(|one| one.span.range());
    let blocks = statements.map(|range| (range, "region"));
    let classes = highlight::classes(document.text()).into_iter();
    let comments = classes.filter(|(_, class)| *class == Class::Comment);
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for (range, _) in comments {
        match runs.last_mut() {
            Some(last) if document.lines.line(last.end) + 1 == document.lines.line(range.start) => {
                last.end = range.end;
            }
            _ => runs.push(range),
        }
    }
    let runs = runs.into_iter().map(|range| (range, "comment"));
    blocks
        .chain(runs)
        .map(|(range, kind)| {
            (
                document.lines.line(range.start),
                document.lines.line(range.end),
                kind,
            )
        })
        .filter(|(start, end, _)| start < end)
        .map(|(start, end, kind)| json!({"startLine": start, "endLine": end, "kind": kind}))
        .collect()
}

/// The colours, as the protocol packs them: five numbers a token, each place relative to the one before.
pub fn tokens(document: &Document) -> Value {
    let text = document.text();
    let mut data = Vec::new();
    let mut last = (0, 0);
    let mut words = document.scopes.words().iter().peekable();
    for (range, class) in highlight::classes(text) {
        while words
            .next_if(|word| word.range.start < range.start)
            .is_some()
        {}
        let local = words
            .peek()
            .is_some_and(|word| word.range == range && word.scope.is_some());
        let kind = match class {
            Class::Keyword => 0,
            Class::Function => 1,
            Class::Name if local => 3,
            Class::Name => 2,
            Class::Number => 4,
            Class::Text => 5,
            Class::Comment => 6,
            Class::Bracket | Class::Error => continue,
        };
        let (line, unit) = document.lines.units(text, range.start);
        let length = text[range].encode_utf16().count();
        let start = if line == last.0 { unit - last.1 } else { unit };
        data.extend([line - last.0, start, length, kind, 0]);
        last = (line, unit);
    }
    json!({"data": data})
}

/// The change that gives another name to what stands at a byte.
///
/// # Errors
/// There is no name, or the new one is none.
pub fn rename(document: &Document, uri: &str, at: usize, name: &str) -> Result<Value, String> {
    let classes = highlight::classes(name);
    let whole = matches!(&classes[..], [(range, Class::Name)] if *range == (0..name.len()));
    if !whole {
        return Err(format!("`{name}` is not a name"));
    }
    let occurrences = document.scopes.occurrences(at);
    if occurrences.is_empty() {
        return Err("there is no name here".into());
    }
    let taken = document.scopes.words().iter().any(|word| word.name == name);
    if taken {
        return Err(format!("the name `{name}` is used already"));
    }
    let range =
        |word: &&super::scopes::Word| document.lines.range(document.text(), word.range.clone());
    let edits = occurrences
        .iter()
        .map(|word| json!({"range": range(word), "newText": name}));
    Ok(json!({"changes": {uri: edits.collect::<Vec<_>>()}}))
}

/// The text in the standard layout; `None` where it does not parse.
pub fn format(document: &Document) -> Option<Value> {
    let text = crate::syntax::format::format(&document.source).ok()?;
    let all = document
        .lines
        .range(document.text(), 0..document.text().len());
    Some(json!([{"range": all, "newText": text}]))
}
