//! Events as JSON, one object a line.

use crate::diagnostic::{Diagnostic, Severity};
use crate::graph::Tensor;
use crate::session::{Event, Item};
use crate::source::Source;
use crate::trace::{Arg, Derived, Life, Line, Trace};
use serde_json::{Map, Value, json};

/// A number; those that JSON lacks as texts.
fn number(x: f64) -> Value {
    if x.is_nan() {
        json!("nan")
    } else if x.is_infinite() {
        json!(if x > 0.0 { "inf" } else { "-inf" })
    } else if x.fract() == 0.0 && x.abs() < 9e15 && !(x == 0.0 && x.is_sign_negative()) {
        json!(x as i64)
    } else {
        json!(x)
    }
}

/// A scalar as a number, everything else as a list of rows.
fn tensor(value: &Tensor) -> Value {
    if let Some(x) = value.as_scalar() {
        return number(x);
    }
    let row = |i: usize| (0..value.shape().n()).map(|j| number(value.at(i, j))).collect::<Vec<_>>();
    Value::Array((0..value.shape().m()).map(|i| Value::Array(row(i))).collect())
}

fn shape_of(value: &Tensor) -> Option<Value> {
    let shape = value.shape();
    (!shape.is_scalar()).then(|| json!([shape.rows, shape.cols]))
}

/// An event as one line, without its end.
pub fn event(event: &Event) -> String {
    match event {
        Event::Value { text, value } => {
            let mut object = Map::new();
            object.insert("kind".into(), json!("value"));
            object.insert("text".into(), json!(text));
            object.insert("value".into(), tensor(value));
            if let Some(shape) = shape_of(value) {
                object.insert("shape".into(), shape);
            }
            Value::Object(object).to_string()
        }
        Event::Print(items) => {
            let item = |item: &Item| match item {
                Item::Text(text) => json!(text),
                Item::Value(value) => tensor(value),
            };
            json!({"kind": "print", "items": items.iter().map(item).collect::<Vec<_>>()}).to_string()
        }
        Event::Trace(trace) => trace_object(trace).to_string(),
        Event::Derive(derivation) => super::derive::object(derivation).to_string(),
        Event::Warning(warning) => diagnostic(warning, None),
    }
}

/// A diagnostic as one line; `script` is the source that needs no `file`.
pub fn diagnostic(found: &Diagnostic, script: Option<&Source>) -> String {
    let location = found.location();
    let mut object = Map::new();
    let kind = match found.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    object.insert("kind".into(), json!(kind));
    object.insert("code".into(), json!(found.code().name()));
    object.insert("message".into(), json!(found.message()));
    object.insert("span".into(), json!([location.span.start, location.span.end]));
    if let Some(help) = found.advice() {
        object.insert("help".into(), json!(help));
    }
    if script.is_some_and(|script| *script != *location.source) {
        object.insert("file".into(), json!(location.source.name));
    }
    Value::Object(object).to_string()
}

fn trace_object(trace: &Trace) -> Value {
    let outputs: Vec<&str> = trace.outputs.iter().map(|output| output.text.as_str()).collect();
    let wrt: Vec<&str> = trace.wrt.iter().map(|column| column.text.as_str()).collect();
    let nodes: Vec<Value> =
        trace.lines.iter().enumerate().map(|(k, line)| node(trace, line, k + 1)).collect();
    let mut object = Map::new();
    object.insert("kind".into(), json!("trace"));
    object.insert("outputs".into(), json!(outputs));
    object.insert("wrt".into(), json!(wrt));
    object.insert("nodes".into(), Value::Array(nodes));
    if !trace.missing.is_empty() {
        let missing: Vec<&str> = trace.missing.iter().map(|name| &**name).collect();
        object.insert("missing".into(), json!(missing));
    }
    if !trace.left_out.is_empty() {
        let left_out: Vec<&str> = trace.left_out.iter().map(|name| &**name).collect();
        object.insert("left_out".into(), json!(left_out));
    }
    Value::Object(object)
}

fn node(trace: &Trace, line: &Line, id: usize) -> Value {
    let names: Vec<&str> = line.names.iter().map(|name| &**name).collect();
    let args: Vec<Value> = line.args.iter().map(argument).collect();
    let mut object = Map::new();
    object.insert("id".into(), json!(id));
    object.insert("names".into(), json!(names));
    object.insert("op".into(), json!(line.op));
    object.insert("args".into(), Value::Array(args));
    let ascii = super::Style { ascii: true, digits: 17, ..Default::default() };
    let formula = super::terminal::formula(&line.formula, &ascii);
    object.insert("formula".into(), json!(formula));
    if let Some(origin) = &line.origin {
        let span = |location: &crate::source::Location| json!([location.span.start, location.span.end]);
        object.insert("span".into(), span(&origin.location));
        if let Some(via) = &origin.via {
            object.insert("via".into(), span(via));
        }
    }
    object.insert("value".into(), line.value.as_deref().map_or(Value::Null, tensor));
    if !line.shape.is_scalar() {
        object.insert("shape".into(), json!([line.shape.rows, line.shape.cols]));
    }
    let wrt = trace.wrt.iter().map(|column| column.text.as_str());
    object.insert("tangents".into(), derived(trace.forward, wrt, &line.tangents));
    let outputs = trace.outputs.iter().map(|output| output.text.as_str());
    object.insert("adjoints".into(), derived(trace.reverse, outputs, &line.adjoints));
    if let Some(life) = line.life {
        object.insert("life".into(), life_object(life));
    }
    Value::Object(object)
}

/// Values by name; `null` where the mode was not asked for.
fn derived<'t>(asked: bool, names: impl Iterator<Item = &'t str>, values: &[Derived]) -> Value {
    if !asked {
        return Value::Null;
    }
    let entries = names.zip(values).map(|(name, derived)| {
        (name.to_string(), derived.value.as_deref().map_or(Value::Null, tensor))
    });
    Value::Object(entries.collect())
}

fn life_object(life: Life) -> Value {
    json!({"last_use": life.last_use, "kept": life.kept})
}

fn argument(arg: &Arg) -> Value {
    match arg {
        Arg::Node(number) => json!(number),
        Arg::Literal(value) => json!({"literal": tensor(value)}),
        Arg::Text(text) => json!({"literal": text}),
    }
}
