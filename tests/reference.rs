//! Values and derivatives against references computed without any automatic differentiation:
//! mpmath at 130 digits, numerical stencils at that precision, derivations by hand.

mod common;

use common::translate::{self, Scope, expression, literal, number};
use common::{distance, entries, report};
use serde_json::Value;
use std::fmt::Write;
use std::path::Path;

/// Of derivatives by forward and reverse mode, and of values.
const TOLERANCE: f64 = 1e-11;
/// Of finite differences.
const LOOSELY: f64 = 1e-5;

fn cases(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/reference")
        .join(file);
    let text = std::fs::read_to_string(path).expect("the reference data are there");
    let data: Value = serde_json::from_str(&text).expect("they are JSON");
    data["cases"].as_array().expect("a list of cases").clone()
}

fn id(case: &Value) -> &str {
    case["id"].as_str().expect("every case has an id")
}

fn names(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items
        .map(|name| name.as_str().expect("a name").to_string())
        .collect()
}

/// A variable of a case with its value.
#[derive(Clone)]
struct Input {
    name: String,
    shape: Vec<usize>,
    entries: Vec<f64>,
}

impl Input {
    fn new(name: &str, value: &Value) -> Input {
        Input {
            name: name.to_string(),
            shape: translate::shape(value),
            entries: entries(value),
        }
    }

    fn len(&self) -> usize {
        self.entries.len()
    }

    /// The direction of entry `k`, counted row by row.
    fn unit(&self, k: usize) -> String {
        let entries: Vec<f64> = (0..self.len())
            .map(|i| f64::from(u8::from(i == k)))
            .collect();
        literal(&self.shape, &entries)
    }

    /// The index of entry `k`, counted row by row.
    fn index(&self, k: usize) -> String {
        match self.shape[..] {
            [] => String::new(),
            [_, cols] => format!("[{}, {}]", k / cols + 1, k % cols + 1),
            _ => format!("[{}]", k + 1),
        }
    }

    /// Where entry `k`, counted row by row, stands when counted column by column.
    fn column_by_column(&self, k: usize) -> usize {
        match self.shape[..] {
            [rows, cols] => (k % cols) * rows + k / cols,
            _ => k,
        }
    }
}

/// A case as a script.
struct Program {
    definitions: String,
    /// The variables to differentiate by.
    inputs: Vec<Input>,
}

impl Program {
    /// `F` is `ast`, preceded by the definitions `lets`, where the variables have these values.
    fn new(inputs: Vec<Input>, data: &[Input], lets: &Value, ast: &Value) -> Program {
        let mut definitions = translate::FUNCTIONS.to_string();
        let mut scope = Scope::new();
        for input in inputs.iter().chain(data) {
            writeln!(
                definitions,
                "{} = {}",
                input.name,
                literal(&input.shape, &input.entries)
            )
            .unwrap();
            scope.insert(input.name.clone(), input.shape.clone());
        }
        for definition in lets.as_array().into_iter().flatten() {
            let name = definition["name"].as_str().expect("a name");
            let value = expression(&definition["ast"], &scope);
            writeln!(definitions, "{name} = {}", value.text).unwrap();
            scope.insert(name.to_string(), value.shape);
        }
        writeln!(definitions, "F = {}", expression(ast, &scope).text).unwrap();
        Program {
            definitions,
            inputs,
        }
    }

    /// The values of `questions`.
    fn ask(&self, questions: &[String]) -> Result<Vec<Vec<f64>>, String> {
        let answers = common::values(&format!("{}{}\n", self.definitions, questions.join("\n")))?;
        assert_eq!(answers.len(), questions.len(), "one answer a question");
        Ok(answers)
    }

    fn value(&self) -> Result<Vec<f64>, String> {
        Ok(self.ask(&["F".to_string()])?.concat())
    }

    /// The gradient of `output` by all inputs, one after the other, by reverse mode.
    fn reverse(&self, output: &str) -> Result<Vec<f64>, String> {
        let question = |input: &Input| format!("grad({output}, {})", input.name);
        Ok(self
            .ask(&self.inputs.iter().map(question).collect::<Vec<_>>())?
            .concat())
    }

    /// The same by forward mode along every unit vector.
    fn forward(&self, output: &str) -> Result<Vec<f64>, String> {
        let questions =
            self.each_entry(|input, k| format!("jvp({output}, {}, {})", input.name, input.unit(k)));
        Ok(self.ask(&questions)?.concat())
    }

    /// The same by finite differences.
    fn numeric(&self, output: &str) -> Result<Vec<f64>, String> {
        let question = |input: &Input| format!("numeric({output}, {})", input.name);
        Ok(self
            .ask(&self.inputs.iter().map(question).collect::<Vec<_>>())?
            .concat())
    }

    /// The Hessian by rows: by reverse mode over reverse mode, or by forward mode over it.
    fn hessian(&self, forward: bool) -> Result<Vec<f64>, String> {
        let total: usize = self.inputs.iter().map(Input::len).sum();
        let mut hessian = vec![0.0; total * total];
        let mut first_row = 0;
        for row in &self.inputs {
            let mut first_col = 0;
            for col in &self.inputs {
                let questions: Vec<String> = if forward {
                    let column =
                        |j| format!("jvp(grad(F, {}), {}, {})", row.name, col.name, col.unit(j));
                    (0..col.len()).map(column).collect()
                } else {
                    let line =
                        |i| format!("grad(grad(F, {}){}, {})", row.name, row.index(i), col.name);
                    (0..row.len()).map(line).collect()
                };
                for (k, line) in self.ask(&questions)?.into_iter().enumerate() {
                    for (l, x) in line.into_iter().enumerate() {
                        let (i, j) = if forward { (l, k) } else { (k, l) };
                        hessian[(first_row + i) * total + first_col + j] = x;
                    }
                }
                first_col += col.len();
            }
            first_row += row.len();
        }
        Ok(hessian)
    }

    fn each_entry(&self, question: impl Fn(&Input, usize) -> String) -> Vec<String> {
        self.inputs
            .iter()
            .flat_map(|input| {
                (0..input.len())
                    .map(|k| question(input, k))
                    .collect::<Vec<_>>()
            })
            .collect()
    }
}

/// What a comparison found.
#[derive(Default)]
struct Findings {
    failures: Vec<String>,
    compared: usize,
    worst: f64,
}

impl Findings {
    fn compare(&mut self, what: &str, got: Result<Vec<f64>, String>, want: &[f64], tolerance: f64) {
        self.compared += 1;
        match got {
            Err(message) => self.failures.push(format!("{what}: {message}")),
            Ok(got) => {
                let found = distance(&got, want);
                if found > tolerance {
                    self.failures
                        .push(format!("{what}: {got:?} is not {want:?} ({found:e})"));
                } else {
                    self.worst = self.worst.max(found);
                }
            }
        }
    }

    fn finish(self, at_least: usize) {
        println!(
            "{} compared, largest difference {:e}",
            self.compared, self.worst
        );
        report(&self.failures);
        assert!(self.compared >= at_least, "only {} compared", self.compared);
    }
}

fn point_inputs(names: &[String], at: &Value) -> Vec<Input> {
    names
        .iter()
        .map(|name| Input::new(name, &at[name]))
        .collect()
}

/// What `by_name` says of every input, in order.
fn in_order(inputs: &[Input], by_name: &Value) -> Vec<f64> {
    inputs
        .iter()
        .flat_map(|input| entries(&by_name[&input.name]))
        .collect()
}

fn scalar_programs() -> Vec<(String, Program, Value)> {
    let mut programs = Vec::new();
    for case in cases("scalar.json") {
        let names = names(&case["vars"]);
        for point in case["points"].as_array().expect("points") {
            let program = Program::new(
                point_inputs(&names, &point["at"]),
                &[],
                &Value::Null,
                &case["ast"],
            );
            programs.push((
                format!("{} at {}", id(&case), point["at"]),
                program,
                point.clone(),
            ));
        }
    }
    programs
}

#[test]
fn scalar_functions_have_the_reference_values_and_gradients() {
    let mut found = Findings::default();
    for (name, program, point) in scalar_programs() {
        let gradient = in_order(&program.inputs, &point["grad"]);
        found.compare(
            &format!("{name}: value"),
            program.value(),
            &entries(&point["value"]),
            TOLERANCE,
        );
        found.compare(
            &format!("{name}: reverse"),
            program.reverse("F"),
            &gradient,
            TOLERANCE,
        );
        found.compare(
            &format!("{name}: forward"),
            program.forward("F"),
            &gradient,
            TOLERANCE,
        );
    }
    found.finish(3 * 193);
}

#[test]
fn scalar_functions_have_the_reference_hessians() {
    let mut found = Findings::default();
    for (name, program, point) in scalar_programs() {
        if point["hess"].is_null() {
            continue;
        }
        let hessian = entries(&point["hess"]);
        found.compare(
            &format!("{name}: reverse twice"),
            program.hessian(false),
            &hessian,
            TOLERANCE,
        );
        found.compare(
            &format!("{name}: forward over reverse"),
            program.hessian(true),
            &hessian,
            TOLERANCE,
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
    for (name, program, point) in scalar_programs() {
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
        found.compare(
            &format!("{name}: value"),
            program.value(),
            &entries(&case["value"]),
            TOLERANCE,
        );
        if case["grad"].is_null() {
            continue;
        }
        let gradient = in_order(&program.inputs, &case["grad"]);
        found.compare(
            &format!("{name}: reverse"),
            program.reverse("F"),
            &gradient,
            TOLERANCE,
        );
        found.compare(
            &format!("{name}: forward"),
            program.forward("F"),
            &gradient,
            TOLERANCE,
        );
        found.compare(
            &format!("{name}: numeric"),
            program.numeric("F"),
            &gradient,
            LOOSELY,
        );
    }
    found.finish(34 + 3 * 31);
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
        found.compare(
            &format!("{name}: reverse twice"),
            program.hessian(false),
            &hessian,
            TOLERANCE,
        );
        found.compare(
            &format!("{name}: forward over reverse"),
            program.hessian(true),
            &hessian,
            TOLERANCE,
        );
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
            found.compare(&format!("{name}: hessian"), by_rows, &hessian, TOLERANCE);
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
            found.compare(&format!("{name}: jacobian"), by_rows, &want, TOLERANCE);

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
                TOLERANCE,
            );

            let columns: Vec<String> = (0..n)
                .map(|j| format!("jvp(F, {x}, {})", input.unit(j)))
                .collect();
            let transposed = program
                .ask(&columns)
                .map(|columns| (0..m * n).map(|k| columns[k % n][k / n]).collect());
            found.compare(&format!("{name}: jvp"), transposed, &want, TOLERANCE);
        }
    }
    found.finish(3 * 6);
}

/// Cases at the edges that are left out.
const LEFT_OUT: &[(&str, &str)] = &[
    ("edge-sort tie [0]", "the language has no sort"),
    (
        "edge-round@2.5",
        "round goes away from zero at halves, as in C; the reference goes to even",
    ),
    (
        "edge-round@-0.5",
        "round goes away from zero at halves, as in C; the reference goes to even",
    ),
];

fn edge_programs() -> Vec<(String, Program, Value)> {
    let is_case = |case: &Value| !case["recommended"].is_null();
    let cases = cases("edge.json").into_iter().filter(is_case);
    let wanted = cases.filter(|case| !LEFT_OUT.iter().any(|(left_out, _)| *left_out == id(case)));
    wanted
        .map(|case| {
            let names: Vec<String> = case["at"]
                .as_object()
                .expect("a point")
                .keys()
                .cloned()
                .collect();
            let program = Program::new(
                point_inputs(&names, &case["at"]),
                &[],
                &Value::Null,
                &case["ast"],
            );
            (id(&case).to_string(), program, case)
        })
        .collect()
}

/// Within `tolerance`, or within the precision that subnormal numbers have.
fn agrees_at_the_edge(got: &[f64], want: &[f64], tolerance: f64) -> bool {
    let subnormal = |(got, want): (&f64, &f64)| (got - want).abs() <= 1e-322;
    distance(got, want) <= tolerance
        || (got.len() == want.len() && got.iter().zip(want).all(subnormal))
}

#[test]
fn edges_have_an_accepted_value_and_derivative_in_every_mode() {
    let mut failures = Vec::new();
    let programs = edge_programs();
    assert_eq!(programs.len() + LEFT_OUT.len(), 134);
    for (name, program, case) in programs {
        let tolerance = case["rtol"].as_f64().expect("a tolerance");
        let value = program.value();
        let want = entries(&case["recommended"]["value"]);
        if !value
            .as_ref()
            .is_ok_and(|value| agrees_at_the_edge(value, &want, tolerance))
        {
            failures.push(format!("{name}: value {value:?} is not {want:?}"));
        }
        let others = case["accept"].as_array().into_iter().flatten();
        let accepted: Vec<Vec<f64>> = std::iter::once(&case["recommended"]["grad"])
            .chain(others)
            .map(|gradient| in_order(&program.inputs, gradient))
            .collect();
        for (mode, gradient) in [
            ("reverse", program.reverse("F")),
            ("forward", program.forward("F")),
        ] {
            let fits = |gradient: &Vec<f64>| {
                accepted
                    .iter()
                    .any(|want| agrees_at_the_edge(gradient, want, tolerance))
            };
            if !gradient.as_ref().is_ok_and(fits) {
                failures.push(format!(
                    "{name}: {mode} {gradient:?} is none of {accepted:?}"
                ));
            }
        }
    }
    report(&failures);
}

#[test]
fn forward_and_reverse_mode_agree_at_the_edges() {
    let mut found = Findings::default();
    for (name, program, _) in edge_programs() {
        match program.reverse("F") {
            Ok(reverse) => found.compare(&name, program.forward("F"), &reverse, 1e-13),
            Err(message) => found.failures.push(format!("{name}: {message}")),
        }
    }
    found.finish(131);
}

#[test]
fn derivatives_to_the_ninth_order_are_right() {
    let mut found = Findings::default();
    for case in cases("higher.json")
        .iter()
        .filter(|case| case["kind"] == "nth")
    {
        let program = Program::new(
            point_inputs(&["x".to_string()], &case["at"]),
            &[],
            &Value::Null,
            &case["ast"],
        );
        let want = entries(&case["derivatives"]);
        let scope = Scope::new();
        let x = number(program.inputs[0].entries[0]);
        let mut functions = format!("f0(x) = {}\n", expression(&case["ast"], &scope).text);
        for order in 1..want.len() {
            writeln!(functions, "f{order}(x) = f{}'(x)", order - 1).unwrap();
        }
        let (mut reverse, mut forward) = ("F".to_string(), "F".to_string());
        for (order, want) in want.iter().enumerate() {
            let name = format!("{} order {order}", id(case));
            if order > 0 {
                reverse = format!("grad({reverse}, x)");
                forward = format!("jvp({forward}, x, 1)");
            }
            for question in [&reverse, &forward] {
                let got = program
                    .ask(std::slice::from_ref(question))
                    .map(|answers| answers.concat());
                found.compare(&format!("{name}: {question}"), got, &[*want], TOLERANCE);
            }
            let got = common::value(&format!(
                "{}{functions}f{order}({x})\n",
                translate::FUNCTIONS
            ));
            found.compare(&format!("{name}: f{order}"), got, &[*want], TOLERANCE);
        }
    }
    found.finish(3 * 40);
}

#[test]
fn mixed_partial_derivatives_are_right() {
    let mut found = Findings::default();
    for case in cases("higher.json")
        .iter()
        .filter(|case| case["kind"] == "partials")
    {
        let names: Vec<String> = case["at"]
            .as_object()
            .expect("a point")
            .keys()
            .cloned()
            .collect();
        let program = Program::new(
            point_inputs(&names, &case["at"]),
            &[],
            &Value::Null,
            &case["ast"],
        );
        for (key, want) in case["partials"].as_object().expect("partial derivatives") {
            let by = key.strip_prefix('d').unwrap_or("");
            let reverse = by
                .chars()
                .fold("F".to_string(), |inner, x| format!("grad({inner}, {x})"));
            let forward = by
                .chars()
                .rev()
                .fold("F".to_string(), |inner, x| format!("jvp({inner}, {x}, 1)"));
            for question in [reverse, forward] {
                let got = program
                    .ask(std::slice::from_ref(&question))
                    .map(|answers| answers.concat());
                found.compare(
                    &format!("{} {question}", id(case)),
                    got,
                    &entries(want),
                    TOLERANCE,
                );
            }
        }
    }
    found.finish(2 * 2 * 21);
}

#[test]
fn second_order_operators_are_right() {
    let cases = cases("higher.json");
    let case = cases
        .iter()
        .find(|case| case["kind"] == "second-order")
        .expect("there is one");
    let at: Vec<f64> = names(&case["vars"])
        .iter()
        .flat_map(|name| entries(&case["at"][name]))
        .collect();
    let definitions = format!(
        "p = {}\nv = {}\nr(x, y, z) = {}\nF = r(p[1], p[2], p[3])\n",
        literal(&[3], &at),
        literal(&[3], &entries(&case["v"])),
        expression(&case["ast"], &Scope::new()).text
    );
    let mut found = Findings::default();
    for (key, question) in [
        ("grad", "grad(F, p)"),
        ("grad", "jacobian(F, p)"),
        ("hess", "hessian(F, p)"),
        ("hess", "jacobian(grad(F, p), p)"),
        ("hvp", "hessian(F, p)*v"),
        ("hvp", "jvp(grad(F, p), p, v)"),
        ("hvp", "vjp(grad(F, p), p, v)"),
        ("hvp", "grad(grad(F, p)'*v, p)"),
        ("hvp", "grad(jvp(F, p, v), p)"),
        ("vHv", "v'*hessian(F, p)*v"),
        ("vHv", "jvp(jvp(F, p, v), p, v)"),
        ("laplacian", "tr(hessian(F, p))"),
        ("grad_of_sqnorm_grad", "grad(sum(grad(F, p)^2), p)"),
        ("grad_of_sqnorm_grad", "2*hessian(F, p)*grad(F, p)"),
    ] {
        let question = question.replace("^2", ".^2");
        let got = common::value(&format!("{definitions}{question}\n"));
        found.compare(&question, got, &entries(&case[key]), TOLERANCE);
    }
    found.finish(14);
}

/// Derivatives inside derivatives by another name, where tangents must not be confused.
const NESTED: &[(&str, &[&str])] = &[
    (
        "h-nest-xplusy",
        &[
            "x = 1; y = 1; grad(x*grad(x + y, y), x)",
            "y = 1; f(x) = x*grad(x + y, y); f'(1)",
            "x = 1; y = 1; jvp(x*jvp(x + y, y, 1), x, 1)",
        ],
    ),
    (
        "h-nest-xtimesy",
        &[
            "x = 4; y = 1; grad(x*grad(x*y, y), x)",
            "y = 1; f(x) = x*grad(x*y, y); f'(4)",
            "x = 4; y = 1; jvp(x*jvp(x*y, y, 1), x, 1)",
        ],
    ),
    (
        "h-nest-const-inner",
        &[
            "x = 2; y = 5; grad(grad(x^3 + 0*y, y) + x, x)",
            "g(y) = x^3; x = 2; grad(g'(5) + x, x)",
        ],
    ),
    (
        "h-nest-reuse",
        &[
            "f(x) = (x*x)*x; g(x) = f'(x); g'(0.7)",
            "x = 0.7; grad(grad((x*x)*x, x), x)",
            "f(x) = (x*x)*x; f''(0.7)",
        ],
    ),
    (
        "h-nest-siskind",
        &[
            "y = 2; h(z) = y*z^2; k(x) = grad(x*h'(x), y); k'(3)",
            "x = 3; y = 2; h(z) = y*z^2; grad(grad(x*h'(x), y), x)",
        ],
    ),
    (
        "h-nest-cumprod",
        &[
            "M(t) = [t, t + 1, 2 - t; t - 1, 2*t + 1, t + 3]\nf(t) = sum(cumprod(M(t), axis=2) .* [1, 2, 3; 4, 5, 6])\nf''(1)",
            "t = 1; f = sum(cumprod([t, t + 1, 2 - t; t - 1, 2*t + 1, t + 3]', axis=1)' .* [1, 2, 3; 4, 5, 6]); grad(grad(f, t), t)",
        ],
    ),
];

#[test]
fn nested_derivatives_do_not_confuse_their_perturbations() {
    let mut found = Findings::default();
    let cases = cases("higher.json");
    let nested: Vec<&Value> = cases
        .iter()
        .filter(|case| case["kind"] == "nested")
        .collect();
    assert_eq!(nested.len(), NESTED.len());
    for case in nested {
        let (_, scripts) = NESTED
            .iter()
            .find(|(name, _)| *name == id(case))
            .expect("every case is translated");
        for script in *scripts {
            found.compare(
                script,
                common::value(script),
                &entries(&case["value"]),
                1e-13,
            );
        }
    }
    found.finish(13);
}

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
        let inputs: Vec<String> = case["at"]
            .as_object()
            .expect("a point")
            .keys()
            .cloned()
            .collect();
        let program = Program::new(
            point_inputs(&inputs, &case["at"]),
            &[],
            &Value::Null,
            &case["ast"],
        );
        let lines = common::run_json(&format!("{}trace F\n", program.definitions));
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
        let values = match common::values(&script) {
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
                TOLERANCE,
            );
        }
        found.compare(
            &format!("{} costs", id(case)),
            Ok(found_costs.concat()),
            &costs,
            TOLERANCE,
        );
        for (name, weight) in weights.iter().zip(last) {
            let want = entries(&case["final"][name]);
            found.compare(
                &format!("{} final {name}", id(case)),
                Ok(weight.clone()),
                &want,
                TOLERANCE,
            );
        }
    }
    found.finish(9 * 5);
}
