//! A whole module of StableHLO: `@main` computes the requests, `@run` the loops.

use super::lines::{SsaFunction, SsaModule, SsaValue, array_type};
use crate::diagnostic::Result;
use crate::export::names::Scope;
use crate::export::program::{ExportProgram, changed};
use crate::graph::NodeId;
use std::collections::BTreeSet;
use std::fmt::Write;

/// The text of `program`.
///
/// # Errors
/// Something in it cannot be written in StableHLO.
pub fn write(program: &ExportProgram<'_>, name: Option<&str>) -> Result<String> {
    let mut scope = Scope::new(["left"]);
    let arguments = program.arguments.iter().map(|one| scope.take(&one.name));
    let shared = SsaModule {
        program,
        arguments: arguments.collect(),
        dependence: program.dependence(),
    };
    let title = program.title.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut text = format!("// {} as StableHLO, written by Wengert.\n", one_line(title));
    for (k, wish) in program.wishes.iter().enumerate() {
        let _ = writeln!(text, "// @main result {k}: {}", one_line(&wish.text));
    }
    for k in program.handed_over() {
        if *program.arguments[k].name != *shared.arguments[k] {
            let _ = writeln!(
                text,
                "// %{}: {} in the script",
                shared.arguments[k], program.arguments[k].name
            );
        }
    }
    for (known, value) in &program.sizes.fixed {
        let _ = writeln!(text, "// The code is for {known} = {value}.");
    }
    let module = crate::export::names::identifier(name.unwrap_or("wengert"));
    let _ = writeln!(text, "module @{module} {{");
    let mut functions = Vec::new();
    let mut systems = BTreeSet::new();
    if !program.wishes.is_empty() {
        let mut body = SsaFunction::new(&shared);
        let roots: Vec<NodeId> = program.wishes.iter().map(|wish| wish.node).collect();
        let values = body.numbers(&roots)?;
        systems.append(&mut body.systems);
        functions.push(function("main", body, &values));
    }
    if !program.steps.is_empty() {
        let mut body = SsaFunction::new(&shared);
        let handed = program.handed_over();
        // The numbers of loops have a value from the start.
        for k in 0..program.arguments.len() {
            if !handed.contains(&k) {
                body.arguments[k] = body.literal(0.0);
            }
        }
        body.steps(&program.steps)?;
        let updated = changed(&program.steps)
            .into_iter()
            .filter(|k| !program.is_counter(*k));
        let values: Vec<SsaValue> = updated.map(|k| body.arguments[k].clone()).collect();
        systems.append(&mut body.systems);
        functions.push(function("run", body, &values));
    }
    let helpers = super::algebra::functions(&systems);
    let _ = writeln!(text, "{}{helpers}}}", functions.join("\n"));
    Ok(text)
}

fn one_line(text: &str) -> String {
    text.replace('\n', " ")
}

fn function(name: &str, body: SsaFunction<'_, '_, '_>, values: &[SsaValue]) -> String {
    let (program, shared) = (body.shared.program, body.shared);
    let parameters = program.handed_over().into_iter().map(|k| {
        let kind = array_type(program.arguments[k].shape, "f64");
        format!("%{}: {kind}", shared.arguments[k])
    });
    let parameters: Vec<String> = parameters.collect();
    let kinds: Vec<String> = values.iter().map(SsaValue::kind).collect();
    let names: Vec<&str> = values.iter().map(|value| value.name.as_str()).collect();
    format!(
        "  func.func public @{name}({}) -> ({}) {{\n{}\n    return {} : {}\n  }}\n",
        parameters.join(", "),
        kinds.join(", "),
        body.lines.join("\n"),
        names.join(", "),
        kinds.join(", ")
    )
}
