//! Values and derivatives against references computed without any automatic differentiation:
//! mpmath at 130 digits, numerical stencils at that precision, derivations by hand.
//! Every case has its own tolerance.

use crate::common::cases::{
    Findings, Input, LOOSELY, Program, cases, id, in_order, names, point_inputs, tolerance,
};
use crate::common::entries;
use serde_json::Value;

/// Every point of every function, as its tree and as its text say it.
fn scalar_programs() -> Vec<(String, Program, Value)> {
    let mut programs = Vec::new();
    for case in cases("scalar.json") {
        let names = names(&case["vars"]);
        let text = case["expr"].as_str().expect("a text");
        for point in case["points"].as_array().expect("points") {
            let name = format!("{} at {}", id(&case), point["at"]);
            let inputs = point_inputs(&names, &point["at"]);
            let of_text = Program::of_text(inputs.clone(), text);
            let of_tree = Program::new(inputs, &[], &Value::Null, &case["ast"]);
            programs.push((name.clone(), of_tree, point.clone()));
            programs.push((format!("{name}, text"), of_text, point.clone()));
        }
    }
    programs
}

#[test]
fn scalar_functions_have_the_reference_values_and_gradients() {
    let mut found = Findings::default();
    for (name, program, point) in scalar_programs() {
        let (value, bound) = (entries(&point["value"]), tolerance(&point, "value_rtol"));
        found.compare(&format!("{name}: value"), program.value(), &value, bound);
        let gradient = in_order(&program.inputs, &point["grad"]);
        found.gradients(&name, &program, &gradient, tolerance(&point, "rtol"));
    }
    found.finish(2 * 4 * 193);
}

#[test]
fn scalar_functions_have_the_reference_hessians() {
    let mut found = Findings::default();
    let programs = scalar_programs().into_iter().step_by(2);
    for (name, program, point) in programs.filter(|(.., point)| !point["hess"].is_null()) {
        found.hessians(
            &name,
            &program,
            &entries(&point["hess"]),
            tolerance(&point, "rtol"),
        );
    }
    found.finish(2 * 191);
}

/// Points at which finite differences with a step of 6e-6 say little.
const NOT_BY_DIFFERENCES: &[(&str, &str)] = &[
    (
        "el-tanh at {\"x\":15.0}",
        "differences of numbers near 1 drown a derivative of 4e-13",
    ),
    (
        "el-sigmoid at {\"x\":30.0}",
        "differences of numbers near 1 drown a derivative of 9e-14",
    ),
    (
        "el-expm1 at {\"x\":-30.0}",
        "differences of numbers near -1 drown a derivative of 9e-14",
    ),
    ("el-log at {\"x\":1e-8}", "the step leaves the domain"),
    ("el-sqrt at {\"x\":1e-12}", "the step leaves the domain"),
    (
        "tw-rational at {\"x\":2.0}",
        "the step is a quarter of the distance to the pole",
    ),
];

#[test]
fn finite_differences_of_scalar_functions_come_close() {
    let mut found = Findings::default();
    for (name, program, point) in scalar_programs().into_iter().step_by(2) {
        if NOT_BY_DIFFERENCES
            .iter()
            .any(|(left_out, _)| *left_out == name)
        {
            continue;
        }
        let gradient = in_order(&program.inputs, &point["grad"]);
        found.compare(&name, program.numeric("F"), &gradient, LOOSELY);
    }
    found.finish(193 - NOT_BY_DIFFERENCES.len());
}

fn array_programs() -> Vec<(String, Program, Value)> {
    let mut programs = Vec::new();
    for case in cases("array.json") {
        let (mut inputs, mut data) = (Vec::new(), Vec::new());
        for (name, variable) in case["vars"].as_object().expect("variables") {
            let shape = variable["shape"].as_array().expect("a shape");
            let input = Input {
                name: name.clone(),
                shape: shape
                    .iter()
                    .map(|size| size.as_u64().expect("a size") as usize)
                    .collect(),
                entries: entries(&variable["data"]),
            };
            if variable["wrt"] == true {
                inputs.push(input)
            } else {
                data.push(input)
            }
        }
        let program = Program::new(inputs, &data, &case["lets"], &case["ast"]);
        programs.push((id(&case).to_string(), program, case));
    }
    programs
}

#[test]
fn array_programs_have_the_reference_values_and_gradients() {
    let mut found = Findings::default();
    for (name, program, case) in array_programs() {
        let (value, bound) = (entries(&case["value"]), tolerance(&case, "value_rtol"));
        found.compare(&format!("{name}: value"), program.value(), &value, bound);
        if case["grad"].is_null() {
            continue;
        }
        let gradient = in_order(&program.inputs, &case["grad"]);
        found.gradients(&name, &program, &gradient, tolerance(&case, "rtol"));
        let numeric = program.numeric("F");
        found.compare(&format!("{name}: numeric"), numeric, &gradient, LOOSELY);
    }
    found.finish(34 + 4 * 31);
}

#[test]
fn array_programs_have_the_reference_hessians() {
    let mut found = Findings::default();
    for (name, mut program, case) in array_programs() {
        if case["hess"].is_null() {
            continue;
        }
        let order = names(&case["hess_order"]);
        program
            .inputs
            .sort_by_key(|input| order.iter().position(|name| *name == input.name));
        let hessian = entries(&case["hess"]);
        let bound = tolerance(&case, "rtol");
        found.hessians(&name, &program, &hessian, bound);
        if let [input] = &program.inputs[..] {
            let by_columns = program
                .ask(&[format!("hessian(F, {})", input.name)])
                .map(|answers| answers.concat());
            let n = input.len();
            let by_rows = by_columns.map(|entries| {
                let at = |i: usize, j: usize| {
                    entries[input.column_by_column(i) * n + input.column_by_column(j)]
                };
                (0..n * n).map(|k| at(k / n, k % n)).collect()
            });
            found.compare(&format!("{name}: hessian"), by_rows, &hessian, bound);
        }
    }
    found.finish(2 * 15);
}

#[test]
fn vector_programs_have_the_reference_jacobians() {
    let mut found = Findings::default();
    for (name, program, case) in array_programs() {
        if case["jac"].is_null() {
            continue;
        }
        let bound = tolerance(&case, "rtol");
        let m = entries(&case["value"]).len();
        for input in &program.inputs {
            let want = entries(&case["jac"][&input.name]);
            let n = input.len();
            let name = format!("{name} by {}", input.name);
            let x = &input.name;

            let jacobian = program
                .ask(&[format!("jacobian(F, {x})")])
                .map(|answers| answers.concat());
            let by_rows = jacobian.map(|entries| {
                (0..m * n)
                    .map(|k| entries[k / n * n + input.column_by_column(k % n)])
                    .collect()
            });
            found.compare(&format!("{name}: jacobian"), by_rows, &want, bound);

            let weights = |i: usize| {
                Input {
                    name: String::new(),
                    shape: vec![m],
                    entries: vec![0.0; m],
                }
                .unit(i)
            };
            let rows: Vec<String> = (0..m)
                .map(|i| format!("vjp(F, {x}, {})", weights(i)))
                .collect();
            found.compare(
                &format!("{name}: vjp"),
                program.ask(&rows).map(|rows| rows.concat()),
                &want,
                bound,
            );

            let columns: Vec<String> = (0..n)
                .map(|j| format!("jvp(F, {x}, {})", input.unit(j)))
                .collect();
            let transposed = program
                .ask(&columns)
                .map(|columns| (0..m * n).map(|k| columns[k % n][k / n]).collect());
            found.compare(&format!("{name}: jvp"), transposed, &want, bound);
        }
    }
    found.finish(3 * 6);
}
