//! Traces and gradient descent, number by number, against references.

use crate::common::cases::{Findings, at_point, cases, id, names, tolerance};
use crate::common::translate::{self, literal, number};
use crate::common::{distance, entries, report};
use serde_json::Value;
use std::fmt::Write;

/// Of the numbers in a trace; the data name none.
const TOLERANCE: f64 = 1e-13;

/// The name that the tool has for an operation of the reference traces.
fn operation(op: &str) -> &str {
    match op {
        "+" => "add",
        "-" => "sub",
        "*" => "mul",
        "/" => "div",
        "**" => "pow",
        "<=" => "le",
        name => name,
    }
}

/// A step of a reference trace, equal ones taken together: the tool shares them. A comparison has
/// no derivatives in the data, and zeros here.
struct Step {
    key: String,
    op: String,
    value: f64,
    tangents: Vec<f64>,
    adjoint: f64,
}

fn shared_steps(case: &Value, inputs: &[String]) -> Vec<Step> {
    let mut keys: Vec<String> = Vec::new();
    let mut steps: Vec<Step> = Vec::new();
    for step in case["steps"].as_array().expect("steps") {
        let argument = |arg: &Value| match arg["kind"].as_str() {
            Some("a") => keys[arg["ref"].as_u64().expect("a number") as usize - 1].clone(),
            _ => arg["ref"].to_string(),
        };
        let args: Vec<String> = step["args"]
            .as_array()
            .expect("arguments")
            .iter()
            .map(argument)
            .collect();
        let op = operation(step["op"].as_str().expect("an operation"));
        let key = format!("{op}({})", args.join(", "));
        keys.push(key.clone());
        let adjoint = step["adjoint"].as_f64().unwrap_or(0.0);
        match steps.iter_mut().find(|step| step.key == key) {
            Some(step) => step.adjoint += adjoint,
            None => steps.push(Step {
                key,
                op: op.to_string(),
                value: step["value"].as_bool().map_or_else(
                    || step["value"].as_f64().expect("a value"),
                    |truth| f64::from(u8::from(truth)),
                ),
                tangents: inputs
                    .iter()
                    .map(|x| step["tangent"][x].as_f64().unwrap_or(0.0))
                    .collect(),
                adjoint,
            }),
        }
    }
    steps
}

#[test]
fn traces_list_every_step_with_its_value_tangents_and_adjoint() {
    let mut failures = Vec::new();
    let mut count = 0;
    for case in cases("traces.json") {
        let program = at_point(&case);
        let lines = crate::common::run_json(&format!("{}trace F\n", program.definitions));
        let trace = lines.last().expect("a trace");
        let nodes = trace["nodes"]
            .as_array()
            .unwrap_or_else(|| panic!("{}: {trace}", id(&case)));
        let wrt = names(&trace["wrt"]);
        let steps = shared_steps(&case, &wrt);
        let operations = nodes.iter().filter(|node| node["op"] != "input").count();
        if operations != steps.len() {
            failures.push(format!(
                "{}: {operations} operations, not {}",
                id(&case),
                steps.len()
            ));
        }
        for step in steps {
            count += 1;
            let fits = |node: &Value| {
                let tangents: Vec<f64> = wrt
                    .iter()
                    .flat_map(|x| entries(&node["tangents"][x]))
                    .collect();
                node["op"] == *step.op
                    && distance(&entries(&node["value"]), &[step.value]) <= TOLERANCE
                    && distance(&tangents, &step.tangents) <= TOLERANCE
                    && distance(&entries(&node["adjoints"]["F"]), &[step.adjoint]) <= TOLERANCE
            };
            if !nodes.iter().any(fits) {
                failures.push(format!(
                    "{}: no line for {} = {}",
                    id(&case),
                    step.key,
                    step.value
                ));
            }
        }
    }
    report(&failures);
    assert!(count >= 40, "only {count} steps");
}

/// The cost of a descent as a script: data, model, cost.
fn descent_definitions(case: &Value, data: &Value) -> String {
    let rows: Vec<Vec<f64>> = data["X"]
        .as_array()
        .expect("rows")
        .iter()
        .map(entries)
        .collect();
    let classes = entries(&data["y"]);
    let chosen: Vec<usize> = match case["task"].as_str() {
        Some("binary") => (0..rows.len()).filter(|i| classes[*i] > 0.0).collect(),
        _ => (0..rows.len()).collect(),
    };
    let regression = case["task"] == "regression";
    let columns = if regression { 3 } else { 4 };
    let x: Vec<f64> = chosen
        .iter()
        .flat_map(|i| rows[*i][..columns].to_vec())
        .collect();
    let target = |i: &usize| match case["task"].as_str() {
        Some("regression") => rows[*i][3],
        Some("binary") => f64::from(u8::from(classes[*i] == 2.0)),
        _ => classes[*i] + 1.0,
    };
    let y: Vec<f64> = chosen.iter().map(target).collect();
    let mut script = format!(
        "X = {}\nY = {}\nn = rows(X)\n",
        literal(&[y.len(), columns], &x),
        literal(&[y.len()], &y)
    );
    for (name, value) in case["initial"].as_object().expect("weights") {
        let row = if name.starts_with('b') { "'" } else { "" };
        writeln!(
            script,
            "{name} = {}{row}",
            literal(&translate::shape(value), &entries(value))
        )
        .unwrap();
    }
    match case["activation"].as_str() {
        Some(f) => writeln!(script, "Z = {f}(X*W1 + b1)*W2 + b2").unwrap(),
        None => script.push_str("Z = X*W2 + b2\n"),
    }
    script.push_str(match case["task"].as_str() {
        Some("regression") => "J = sum((Z - Y).^2)/(2*n)\n",
        Some("binary") => "J = mean(softplus(Z) - Y.*Z)\n",
        _ => "J = -sum(onehot(Y, 3) .* log_softmax(Z, axis=2))/n\n",
    });
    script
}

#[test]
fn gradient_descent_goes_down_as_the_reference_does() {
    let cases = cases("descent.json");
    let data = cases
        .iter()
        .find(|case| case["kind"] == "data")
        .expect("the data");
    let mut found = Findings::default();
    for case in cases.iter().filter(|case| case["kind"] == "descent") {
        let mut script = descent_definitions(case, data);
        let weights: Vec<String> = case["initial"]
            .as_object()
            .expect("weights")
            .keys()
            .cloned()
            .collect();
        for name in &weights {
            writeln!(script, "grad(J, {name})").unwrap();
        }
        let rate = number(case["learning_rate"].as_f64().expect("a rate"));
        let updates: Vec<String> = weights
            .iter()
            .map(|name| format!("{name} - {rate}*grad(J, {name})"))
            .collect();
        let costs = entries(&case["costs"]);
        writeln!(
            script,
            "J\nrepeat {} {{ {} := {}; J }}",
            costs.len() - 1,
            weights.join(", "),
            updates.join(", ")
        )
        .unwrap();
        weights
            .iter()
            .for_each(|name| writeln!(script, "{name}").unwrap());
        let values = match crate::common::values(&script) {
            Ok(values) => values,
            Err(message) => {
                found.failures.push(format!("{}: {message}", id(case)));
                continue;
            }
        };
        let (first, rest) = values.split_at(weights.len());
        let (found_costs, last) = rest.split_at(costs.len());
        for (name, gradient) in weights.iter().zip(first) {
            let want = entries(&case["grad_at_start"][name]);
            found.compare(
                &format!("{} first gradient by {name}", id(case)),
                Ok(gradient.clone()),
                &want,
                tolerance(case, "rtol"),
            );
        }
        found.compare(
            &format!("{} costs", id(case)),
            Ok(found_costs.concat()),
            &costs,
            tolerance(case, "rtol"),
        );
        for (name, weight) in weights.iter().zip(last) {
            let want = entries(&case["final"][name]);
            found.compare(
                &format!("{} final {name}", id(case)),
                Ok(weight.clone()),
                &want,
                tolerance(case, "rtol"),
            );
        }
    }
    found.finish(9 * 5);
}
