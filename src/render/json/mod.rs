//! Events as JSON, one object a line.

mod plot;
mod value;

use super::cell::exact;
use crate::diagnostic::{Diagnostic, Severity};
use crate::event::{Event, Item};
use crate::findings;
use crate::source::Source;
use crate::syntax::ast::Mode;
use crate::trace::check::Verdict;
use crate::trace::compare::{Comparison, Cost, DerivativeByMode};
use crate::trace::provenance::{Birth, Operand, Place};
use crate::trace::{Arg, Derived, Kink, Life, Line, Nonfinite, Trace, Zeros};
use serde_json::{Map, Value, json};
use value::{number, shape_of, tensor};

/// An event as one line, without its end.
pub fn event(event: &Event) -> String {
    match event {
        Event::Value {
            text,
            value,
            nonfinite,
        } => {
            let mut object = Map::new();
            object.insert("kind".into(), json!("value"));
            object.insert("text".into(), json!(**text));
            object.insert("value".into(), tensor(value));
            if let Some(shape) = shape_of(value) {
                object.insert("shape".into(), shape);
            }
            insert_findings(&mut object, &[], nonfinite.as_deref());
            Value::Object(object).to_string()
        }
        Event::Print { items, nonfinite } => {
            let item = |item: &Item| match item {
                Item::Text(text) => json!(**text),
                Item::Value(value) => tensor(value),
            };
            let mut object = Map::new();
            object.insert("kind".into(), json!("print"));
            object.insert(
                "items".into(),
                Value::Array(items.iter().map(item).collect()),
            );
            insert_findings(&mut object, &[], nonfinite.as_deref());
            Value::Object(object).to_string()
        }
        Event::Trace(trace) => self::trace(trace),
        Event::Graph(drawing) => super::graph::object(drawing).to_string(),
        Event::Plot(plot) => plot::object(plot).to_string(),
        Event::Derive(derivation) => super::derive::object(derivation).to_string(),
        Event::Compare(comparison) => comparison_object(comparison).to_string(),
        Event::Check(verdict) => verdict_object(verdict).to_string(),
        Event::Warning(warning) => diagnostic(warning, None),
    }
}

/// A trace as one line.
pub fn trace(trace: &Trace) -> String {
    trace_object(trace).to_string()
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
    object.insert(
        "span".into(),
        json!([location.span.start, location.span.end]),
    );
    if let Some(help) = found.advice() {
        object.insert("help".into(), json!(help));
    }
    if let Some(fix) = found.correction() {
        let span = fix.location.span;
        let fix = json!({"span": [span.start, span.end], "text": fix.text});
        object.insert("fix".into(), fix);
    }
    if script.is_some_and(|script| *script != *location.source) {
        object.insert("file".into(), json!(location.source.name));
    }
    Value::Object(object).to_string()
}

fn trace_object(trace: &Trace) -> Value {
    let outputs: Vec<&str> = trace.outputs.iter().map(|output| &*output.text).collect();
    let wrt: Vec<&str> = trace.wrt.iter().map(|column| &*column.text).collect();
    let nodes: Vec<Value> = trace
        .lines
        .iter()
        .enumerate()
        .map(|(k, line)| node(trace, line, k + 1))
        .collect();
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
    insert_findings(&mut object, &trace.kinks, trace.nonfinite.as_ref());
    Value::Object(object)
}

fn insert_findings(object: &mut Map<String, Value>, kinks: &[Kink], nonfinite: Option<&Nonfinite>) {
    if !kinks.is_empty() {
        object.insert(
            "kinks".into(),
            Value::Array(kinks.iter().map(kink).collect()),
        );
    }
    if let Some(found) = nonfinite {
        object.insert("nonfinite".into(), nonfinite_object(found));
    }
}

fn kink(kink: &Kink) -> Value {
    let mut object = Map::new();
    object.insert("node".into(), json!(kink.node));
    object.insert("taken".into(), number(kink.taken));
    object.insert("left".into(), number(kink.left));
    object.insert("right".into(), number(kink.right));
    object.insert("at".into(), number(kink.at));
    object.insert("text".into(), json!(kink.text));
    if let Some(entry) = kink.entry {
        object.insert("entry".into(), json!([entry.row, entry.col]));
        object.insert("count".into(), json!(kink.count));
    }
    Value::Object(object)
}

/// Where a number that is not finite came from: the line, or `null` outside a trace.
pub fn nonfinite_object(found: &Nonfinite) -> Value {
    let mut object = birth(&found.first);
    if let Some(node) = found.node {
        object.insert("node".into(), json!(node));
    }
    if let Some(location) = &found.location {
        object.insert(
            "span".into(),
            json!([location.span.start, location.span.end]),
        );
    }
    match &found.place {
        Place::Value => {}
        Place::Tangent(wrt) => {
            object.insert("tangent".into(), json!(wrt));
        }
        Place::Adjoint(output) => {
            object.insert("adjoint".into(), json!(output));
        }
    }
    if let Some(nan) = &found.nan {
        object.insert("nan".into(), Value::Object(birth(nan)));
    }
    if let Some(advice) = &found.advice {
        object.insert("help".into(), json!(advice));
    }
    Value::Object(object)
}

fn birth(birth: &Birth) -> Map<String, Value> {
    let mut object = Map::new();
    if let Some(node) = birth.node {
        object.insert("node".into(), json!(node));
    }
    object.insert("value".into(), number(birth.value));
    if let Some(entry) = birth.entry {
        object.insert("entry".into(), json!([entry.row, entry.col]));
    }
    object.insert(
        "text".into(),
        json!(birth.text.clone().unwrap_or_else(|| exact(&birth.formula))),
    );
    let operand = |operand: &Operand| {
        let mut object = Map::new();
        if let Some(node) = operand.node {
            object.insert("node".into(), json!(node));
        }
        object.insert(
            "text".into(),
            json!(
                operand
                    .text
                    .clone()
                    .unwrap_or_else(|| exact(&operand.formula))
            ),
        );
        object.insert("value".into(), tensor(&operand.value));
        Value::Object(object)
    };
    object.insert(
        "operands".into(),
        Value::Array(birth.operands.iter().map(operand).collect()),
    );
    if let Some(location) = &birth.location {
        object.insert(
            "span".into(),
            json!([location.span.start, location.span.end]),
        );
    }
    object
}

fn comparison_object(comparison: &Comparison) -> Value {
    let mut object = Map::new();
    object.insert("kind".into(), json!("compare"));
    object.insert("output".into(), json!(*comparison.output));
    object.insert("value".into(), tensor(&comparison.value));
    if let Some(shape) = shape_of(&comparison.value) {
        object.insert("shape".into(), shape);
    }
    object.insert(
        "wrt".into(),
        Value::Array(comparison.rows.iter().map(comparison_row).collect()),
    );
    let difference = comparison.largest_difference();
    object.insert(
        "max_rel_diff".into(),
        difference.map_or(Value::Null, number),
    );
    let mut cost = Map::new();
    for mode in Mode::ALL {
        let known = comparison.costs[mode as usize]
            .as_ref()
            .map_or(Value::Null, cost_object);
        cost.insert(mode.name().into(), known);
    }
    object.insert("cost".into(), Value::Object(cost));
    if let Some(advice) = super::compare::advice(comparison) {
        object.insert("advice".into(), json!(advice));
    }
    if !comparison.left_out.is_empty() {
        let left_out: Vec<&str> = comparison.left_out.iter().map(|name| &**name).collect();
        object.insert("left_out".into(), json!(left_out));
    }
    insert_findings(
        &mut object,
        &comparison.kinks,
        comparison.nonfinite.as_ref(),
    );
    Value::Object(object)
}

fn comparison_row(row: &DerivativeByMode) -> Value {
    let mut object = Map::new();
    object.insert("name".into(), json!(*row.name));
    if let Some(along) = &row.along {
        object.insert("along".into(), json!(**along));
    }
    let mut reasons = Map::new();
    for mode in Mode::ALL {
        let answer = &row.answers[mode as usize];
        object.insert(
            mode.name().into(),
            answer.as_ref().map_or(Value::Null, tensor),
        );
        if let Err(why) = answer {
            reasons.insert(mode.name().into(), json!(findings::no_answer(mode, why)));
        }
    }
    if let Some(shape) = row.answers.iter().flatten().next().and_then(shape_of) {
        object.insert("shape".into(), shape);
    }
    if !reasons.is_empty() {
        object.insert("reason".into(), Value::Object(reasons));
    }
    if let Some(zeros) = &row.zeros {
        object.insert("zeros".into(), zeros_value(zeros));
    }
    Value::Object(object)
}

fn cost_object(cost: &Cost) -> Value {
    let mut object = Map::new();
    object.insert("passes".into(), json!(cost.passes));
    object.insert("ops".into(), json!(cost.operations.total()));
    object.insert("products".into(), json!(cost.operations.products));
    object.insert("sums".into(), json!(cost.operations.sums));
    object.insert("calls".into(), json!(cost.operations.calls));
    object.insert("live".into(), json!(cost.live));
    if let Some((tree, dag)) = cost.sizes {
        object.insert("tree".into(), json!(tree));
        object.insert("dag".into(), json!(dag));
    }
    Value::Object(object)
}

/// The kind of zero that all entries are, or a list of rows with `null` where an entry is none.
fn zeros_value(zeros: &Zeros) -> Value {
    if let Some(zero) = zeros.single() {
        return json!(zero.name());
    }
    if zeros.counts().is_empty() {
        return Value::Null;
    }
    let kind = |i: usize, j: usize| {
        let kind = zeros.kinds[i + j * zeros.shape.m()];
        kind.map_or(Value::Null, |zero| json!(zero.name()))
    };
    let row = |i: usize| Value::Array((0..zeros.shape.n()).map(|j| kind(i, j)).collect());
    Value::Array((0..zeros.shape.m()).map(row).collect())
}

fn verdict_object(verdict: &Verdict) -> Value {
    let mut object = Map::new();
    object.insert("kind".into(), json!("check"));
    object.insert("output".into(), json!(*verdict.output));
    object.insert("ok".into(), json!(verdict.ok()));
    let worst = verdict
        .failure
        .as_ref()
        .map(|(difference, _)| difference)
        .or(verdict.largest.as_ref());
    object.insert(
        "max_rel_diff".into(),
        worst.map_or(Value::Null, |worst| number(worst.size)),
    );
    if let Some(worst) = worst {
        let [(one, a), (other, b)] = worst.sides;
        object.insert(
            "worst".into(),
            json!({"entry": worst.entry, one.name(): number(a), other.name(): number(b)}),
        );
    }
    let mut reasons = Map::new();
    if let Some(why) = &verdict.left_out {
        let reason = findings::left_out(why);
        reasons.insert(Mode::Numeric.name().into(), json!(reason));
    }
    for (mode, why) in &verdict.silent {
        reasons.insert(mode.name().into(), json!(findings::no_answer(*mode, why)));
    }
    if !reasons.is_empty() {
        object.insert("reason".into(), Value::Object(reasons));
    }
    if verdict.doubtful > 0 {
        object.insert("doubtful".into(), json!(verdict.doubtful));
    }
    insert_findings(&mut object, &verdict.kinks, None);
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
    object.insert("formula".into(), json!(exact(&line.formula)));
    if let Some(origin) = &line.origin {
        let span =
            |location: &crate::source::Location| json!([location.span.start, location.span.end]);
        object.insert("span".into(), span(&origin.location));
        if let Some(via) = &origin.via {
            object.insert("via".into(), span(via));
        }
    }
    object.insert(
        "value".into(),
        line.value.as_deref().map_or(Value::Null, tensor),
    );
    if !line.shape.is_scalar() {
        object.insert("shape".into(), json!([line.shape.rows, line.shape.cols]));
    }
    let wrt = trace.wrt.iter().map(|column| &*column.text);
    object.insert(
        "tangents".into(),
        derived(trace.forward, wrt, &line.tangents),
    );
    let outputs = trace.outputs.iter().map(|output| &*output.text);
    object.insert(
        "adjoints".into(),
        derived(trace.reverse, outputs, &line.adjoints),
    );
    if let Some(zeros) = &line.zeros {
        let by_name = |names: Vec<&str>, zeros: &[Zeros]| {
            let known = names
                .into_iter()
                .zip(zeros)
                .map(|(name, zeros)| (name.to_string(), zeros_value(zeros)));
            Value::Object(known.filter(|(_, value)| !value.is_null()).collect())
        };
        let wrt = trace.wrt.iter().map(|column| &*column.text).collect();
        let outputs = trace.outputs.iter().map(|output| &*output.text).collect();
        let object_of = json!({"tangents": by_name(wrt, &zeros.tangents), "adjoints": by_name(outputs, &zeros.adjoints)});
        object.insert("zeros".into(), object_of);
    }
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
        (
            name.to_string(),
            derived.value.as_deref().map_or(Value::Null, tensor),
        )
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
