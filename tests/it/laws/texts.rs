//! What is printed, laid out and shown.

use super::derivatives::{SAME, same};
use super::tally::Tally;
use super::{ask, gradients, terrain};
use crate::common::random::{INPUTS, Program, Terrain};
use crate::common::{distance, entries, json_lines};
use serde_json::Value;
use wengert::source::Source;
use wengert::syntax::ast::{Script, StatementKind};
use wengert::syntax::{format, printer};

/// What is printed or laid out reads back as the same and means the same; JSON is JSON, and the same
/// twice, byte for byte.
pub fn texts(program: &Program, _: u64, tally: &mut Tally) -> Result<(), String> {
    let text = program.text();
    let once = printed(&parsed(&text)?);
    let laid_out = |text: &str| {
        let laid_out = format::format(&Source::new("law.ad", text));
        laid_out.map_err(|error| format!("layout: {}", error.message()))
    };
    let layout = laid_out(&text)?;
    if printed(&parsed(&once)?) != once || laid_out(&layout)? != layout {
        return Err(format!("not the same again: {once}\n{layout}"));
    }
    let question = format!("{text}F\nV\ntrace F\nprint V\nderive F wrt x\ncompare F wrt v\n");
    let shown = json_lines(&question);
    for line in &shown {
        let value: Value = serde_json::from_str(line).map_err(|e| format!("JSON: {e}: {line}"))?;
        let again = value.to_string();
        if again != *line || value["kind"].is_null() {
            return Err(format!("JSON: {line} reads back as {again}"));
        }
    }
    if shown != json_lines(&question) {
        return Err("two runs differ".into());
    }
    let value =
        |text: &str| crate::common::values(&format!("{text}F\nV\n")).map(|values| values.concat());
    let want = value(&text)?;
    for other in [&once, &layout] {
        let got = value(other)?;
        if distance(&got, &want) != 0.0 {
            return Err(format!("meaning: {want:?}, but {got:?} for\n{other}"));
        }
    }
    tally.count("texts");
    Ok(())
}

fn parsed(text: &str) -> Result<Script, String> {
    let parsed = wengert::syntax::parse(&Source::new("law.ad", text));
    let script = parsed.map_err(|error| format!("parsing: {}: {text}", error.message()))?;
    Ok(script.0)
}

/// The script with every definition printed from its tree.
fn printed(script: &Script) -> String {
    let mut text = String::new();
    for id in &script.body {
        match &script.statement(*id).kind {
            StatementKind::Define(name, value) => {
                text.push_str(&format!("{name} = {}\n", printer::print(script, *value)))
            }
            StatementKind::DefineFunction {
                name,
                parameters,
                body,
            } => {
                let parameters: Vec<String> = parameters.iter().map(ToString::to_string).collect();
                text.push_str(&format!(
                    "{name}({}) = {}\n",
                    parameters.join(", "),
                    printer::print(script, *body)
                ));
            }
            _ => unreachable!("programs are definitions only"),
        }
    }
    text
}

/// The adjoints of the inputs in a trace are the gradient.
pub fn traces(program: &Program, seed: u64, tally: &mut Tally) -> Result<(), String> {
    if terrain(seed) == Terrain::Wild {
        return Ok(());
    }
    let lines = crate::common::run_json(&format!("{}trace F\nF\n", program.text()));
    let trace = lines.iter().find(|line| line["kind"] == "trace");
    let trace = trace.ok_or_else(|| format!("no trace: {lines:?}"))?;
    let nodes = trace["nodes"].as_array().ok_or("no nodes")?;
    let gradient = ask(program, &gradients("F"))?;
    for ((name, ..), want) in INPUTS.iter().zip(&gradient) {
        let input = nodes.iter().find(|node| {
            let names = node["names"].as_array().expect("names");
            node["op"] == "input" && names.iter().any(|other| other == name)
        });
        if let Some(input) = input {
            let adjoint = entries(&input["adjoints"]["F"]);
            same("adjoint in a trace", &adjoint, want, SAME)?;
            tally.count("adjoints in traces");
        }
    }
    Ok(())
}
