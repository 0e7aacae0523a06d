//! Traces as JSON.

use super::findings::with_findings;
use super::object::{Object, span};
use super::value::{number, tensor, zeros};
use crate::render::cell::exact;
use crate::trace::{
    Arg, Checkpoints, Derived, Folded, Life, Line, RoundState, RoundingError, Trace, Zeros,
};
use serde_json::{Value, json};

/// A trace with its nodes.
pub fn object(trace: &Trace) -> Object {
    let lines = trace.lines.iter().zip(1..);
    let nodes: Vec<Value> = lines
        .map(|(line, id)| node(trace, line, id).into())
        .collect();
    let object = Object::of("trace")
        .with("outputs", outputs(trace).collect::<Value>())
        .with("wrt", variables(trace).collect::<Value>())
        .with("nodes", nodes)
        .with_list("missing", trace.missing.iter().map(|name| &**name))
        .with_list("left_out", trace.left_out.iter().map(|name| &**name))
        .with_some(
            "error",
            by_output(trace, trace.errors.iter().map(rounding).collect()),
        );
    with_findings(object, &trace.kinks, trace.nonfinite.as_ref())
}

/// One thing for each output: itself where there is one output, else by name.
fn by_output(trace: &Trace, all: Vec<Value>) -> Option<Value> {
    match all.len() {
        0 => None,
        1 => all.into_iter().next(),
        _ => Some(Value::Object(
            outputs(trace).map(str::to_string).zip(all).collect(),
        )),
    }
}

fn states(folded: &Folded) -> Option<Value> {
    let one = |state: &RoundState| json!({"round": state.after, "value": tensor(&state.value)});
    let states = folded.states.iter().map(one);
    (!folded.states.is_empty()).then(|| states.collect())
}

fn life_of(life: Life) -> Object {
    Object::default()
        .with("last_use", life.last_use)
        .with("kept", life.kept)
        .with_some("checkpoints", life.checkpoints.as_ref().map(checkpoints))
}

/// What the way back through the rounds of a loop takes.
pub fn checkpoints(all: &Checkpoints) -> Value {
    json!({
        "rounds": all.rounds,
        "again": all.again,
        "states": all.states,
        "width": all.width,
    })
}

/// A bound; there may be none.
fn bound(x: f64) -> Value {
    match x.is_finite() {
        true => json!(x),
        false => number(x),
    }
}

fn rounding(error: &RoundingError) -> Value {
    json!({
        "sum": bound(error.sum),
        "relative": error.relative.map(bound),
        "digits": error.digits(),
        "worst": error.worst,
    })
}

fn outputs(trace: &Trace) -> impl Iterator<Item = &str> {
    trace.outputs.iter().map(|output| &*output.text)
}

fn variables(trace: &Trace) -> impl Iterator<Item = &str> {
    trace.wrt.iter().map(|column| &*column.text)
}

fn node(trace: &Trace, line: &Line, id: usize) -> Object {
    let names: Value = line.names.iter().map(|name| &**name).collect();
    let origin = line.origin.as_ref();
    let shape = line.shape;
    let kinds = line.zeros.as_ref().map(|zeros| {
        let tangents = kinds_of_zeros(variables(trace), &zeros.tangents);
        let adjoints = kinds_of_zeros(outputs(trace), &zeros.adjoints);
        json!({"tangents": tangents, "adjoints": adjoints})
    });
    let life = line.life;
    Object::default()
        .with("id", id)
        .with("names", names)
        .with("op", line.op)
        .with("args", line.args.iter().map(argument).collect::<Value>())
        .with("formula", exact(&line.formula))
        .with_some("span", origin.map(|origin| span(&origin.location)))
        .with_some(
            "via",
            origin.and_then(|origin| origin.via.as_deref().map(span)),
        )
        .with_some(
            "folded",
            line.folded.as_ref().map(|folded| json!(folded.count)),
        )
        .with_some("rounds", line.folded.as_ref().and_then(states))
        .with("value", line.value.as_deref().map(tensor))
        .with_some(
            "shape",
            (!shape.is_scalar()).then(|| json!([shape.rows, shape.cols])),
        )
        .with(
            "tangents",
            trace
                .forward
                .then(|| derived(variables(trace), &line.tangents)),
        )
        .with(
            "adjoints",
            trace
                .reverse
                .then(|| derived(outputs(trace), &line.adjoints)),
        )
        .with_some("zeros", kinds)
        .with_some("life", life.map(life_of))
        .with_some(
            "error",
            by_output(
                trace,
                trace
                    .errors
                    .iter()
                    .map(|error| bound(error.lines[id - 1]))
                    .collect(),
            ),
        )
}

/// Values by name.
fn derived<'t>(names: impl Iterator<Item = &'t str>, values: &[Derived]) -> Value {
    let value = |derived: &Derived| json!(derived.value.as_deref().map(tensor));
    let values = values.iter().map(value);
    Value::Object(names.map(str::to_string).zip(values).collect())
}

/// The kinds of zeros by name, where there are any.
fn kinds_of_zeros<'t>(names: impl Iterator<Item = &'t str>, kinds: &[Zeros]) -> Value {
    let known = names.map(str::to_string).zip(kinds.iter().map(zeros));
    Value::Object(known.filter(|(_, value)| !value.is_null()).collect())
}

fn argument(arg: &Arg) -> Value {
    match arg {
        Arg::Node(number) => json!(number),
        Arg::Literal(value) => json!({"literal": tensor(value)}),
        Arg::Text(text) => json!({"literal": text}),
    }
}
