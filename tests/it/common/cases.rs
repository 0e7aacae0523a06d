//! The cases of `tests/reference` as programs, and what their derivatives are held against.

use super::translate::{self, Scope, expression, literal};
use super::{distance, entries, report};
use serde_json::Value;
use std::fmt::Write;
use std::path::Path;

/// Of finite differences.
pub const LOOSELY: f64 = 1e-5;

pub fn cases(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/reference")
        .join(file);
    let text = std::fs::read_to_string(path).expect("the reference data are there");
    let data: Value = serde_json::from_str(&text).expect("they are JSON");
    data["cases"].as_array().expect("a list of cases").clone()
}

pub fn id(case: &Value) -> &str {
    case["id"].as_str().expect("every case has an id")
}

pub fn names(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items
        .map(|name| name.as_str().expect("a name").to_string())
        .collect()
}

/// A variable of a case with its value.
#[derive(Clone)]
pub struct Input {
    pub name: String,
    pub shape: Vec<usize>,
    pub entries: Vec<f64>,
}

impl Input {
    pub fn new(name: &str, value: &Value) -> Input {
        Input {
            name: name.to_string(),
            shape: translate::shape(value),
            entries: entries(value),
        }
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The direction of entry `k`, counted row by row.
    pub fn unit(&self, k: usize) -> String {
        let entries: Vec<f64> = (0..self.len())
            .map(|i| f64::from(u8::from(i == k)))
            .collect();
        literal(&self.shape, &entries)
    }

    /// The index of entry `k`, counted row by row.
    pub fn index(&self, k: usize) -> String {
        match self.shape[..] {
            [] => String::new(),
            [_, cols] => format!("[{}, {}]", k / cols + 1, k % cols + 1),
            _ => format!("[{}]", k + 1),
        }
    }

    /// Where entry `k`, counted row by row, stands when counted column by column.
    pub fn column_by_column(&self, k: usize) -> usize {
        match self.shape[..] {
            [rows, cols] => (k % cols) * rows + k / cols,
            _ => k,
        }
    }
}

/// A case as a script.
pub struct Program {
    pub definitions: String,
    /// The variables to differentiate by.
    pub inputs: Vec<Input>,
}

impl Program {
    /// `F` is `ast`, preceded by the definitions `lets`, where the variables have these values.
    pub fn new(inputs: Vec<Input>, data: &[Input], lets: &Value, ast: &Value) -> Program {
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

    /// `F` is the formula `text`, in Python's notation.
    pub fn of_text(inputs: Vec<Input>, text: &str) -> Program {
        let value = |input: &Input| {
            format!(
                "{} = {}\n",
                input.name,
                literal(&input.shape, &input.entries)
            )
        };
        let values: String = inputs.iter().map(value).collect();
        let text = text.replace("**", "^");
        Program {
            definitions: format!("{}{values}F = {text}\n", translate::FUNCTIONS),
            inputs,
        }
    }

    /// The values of `questions`.
    pub fn ask(&self, questions: &[String]) -> Result<Vec<Vec<f64>>, String> {
        let answers =
            crate::common::values(&format!("{}{}\n", self.definitions, questions.join("\n")))?;
        assert_eq!(answers.len(), questions.len(), "one answer a question");
        Ok(answers)
    }

    pub fn value(&self) -> Result<Vec<f64>, String> {
        Ok(self.ask(&["F".to_string()])?.concat())
    }

    /// The gradient of `output` by all inputs, one after the other, by reverse mode.
    pub fn reverse(&self, output: &str) -> Result<Vec<f64>, String> {
        let question = |input: &Input| format!("grad({output}, {})", input.name);
        Ok(self
            .ask(&self.inputs.iter().map(question).collect::<Vec<_>>())?
            .concat())
    }

    /// The same by forward mode along every unit vector.
    pub fn forward(&self, output: &str) -> Result<Vec<f64>, String> {
        let questions =
            self.each_entry(|input, k| format!("jvp({output}, {}, {})", input.name, input.unit(k)));
        Ok(self.ask(&questions)?.concat())
    }

    /// The same by the simplified formulas.
    pub fn symbolic(&self, output: &str) -> Result<Vec<f64>, String> {
        let names: Vec<&str> = self.inputs.iter().map(|input| &*input.name).collect();
        let script = format!(
            "{}compare {output} wrt {} using symbolic\n",
            self.definitions,
            names.join(", ")
        );
        let lines = crate::common::run_json(&script);
        let line = lines.last().ok_or("nothing is shown")?;
        let columns = line["wrt"].as_array().ok_or_else(|| line.to_string())?;
        let mut gradient = Vec::new();
        for input in &self.inputs {
            let column = columns.iter().find(|column| column["name"] == *input.name);
            let answer = &column.ok_or("a column is missing")?["symbolic"];
            if answer.is_null() {
                return Err(line.to_string());
            }
            gradient.extend(entries(answer));
        }
        Ok(gradient)
    }

    /// The same by finite differences.
    pub fn numeric(&self, output: &str) -> Result<Vec<f64>, String> {
        let question = |input: &Input| format!("numeric({output}, {})", input.name);
        Ok(self
            .ask(&self.inputs.iter().map(question).collect::<Vec<_>>())?
            .concat())
    }

    /// The Hessian by rows: by reverse mode over reverse mode, or by forward mode over it.
    pub fn hessian(&self, forward: bool) -> Result<Vec<f64>, String> {
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

/// A way to the gradient of an output by all inputs.
pub type Mode = (&'static str, fn(&Program, &str) -> Result<Vec<f64>, String>);

/// The ways that are as exact as numbers are.
pub const MODES: [Mode; 3] = [
    ("reverse", Program::reverse),
    ("forward", Program::forward),
    ("symbolic", Program::symbolic),
];

/// What a comparison found.
#[derive(Default)]
pub struct Findings {
    pub failures: Vec<String>,
    compared: usize,
    worst: f64,
}

impl Findings {
    pub fn compare(
        &mut self,
        what: &str,
        got: Result<Vec<f64>, String>,
        want: &[f64],
        tolerance: f64,
    ) {
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

    /// Holds the gradient of `F` by every exact mode against `want`.
    pub fn gradients(&mut self, name: &str, program: &Program, want: &[f64], tolerance: f64) {
        for (mode, gradient) in MODES {
            self.compare(
                &format!("{name}: {mode}"),
                gradient(program, "F"),
                want,
                tolerance,
            );
        }
    }

    /// Holds the Hessian of `F`, by reverse mode twice and by forward over reverse, against `want`.
    pub fn hessians(&mut self, name: &str, program: &Program, want: &[f64], tolerance: f64) {
        for (way, forward) in [("reverse twice", false), ("forward over reverse", true)] {
            let hessian = program.hessian(forward);
            self.compare(&format!("{name}: {way}"), hessian, want, tolerance);
        }
    }

    pub fn finish(self, at_least: usize) {
        println!(
            "{} compared, largest difference {:e}",
            self.compared, self.worst
        );
        report(&self.failures);
        assert!(self.compared >= at_least, "only {} compared", self.compared);
    }
}

/// The tolerance of a case.
pub fn tolerance(case: &Value, key: &str) -> f64 {
    case[key].as_f64().expect("a tolerance")
}

/// The program of a case that gives its inputs `at` a point.
pub fn at_point(case: &Value) -> Program {
    let at = &case["at"];
    let names: Vec<String> = at.as_object().expect("a point").keys().cloned().collect();
    Program::new(point_inputs(&names, at), &[], &Value::Null, &case["ast"])
}

pub fn point_inputs(names: &[String], at: &Value) -> Vec<Input> {
    names
        .iter()
        .map(|name| Input::new(name, &at[name]))
        .collect()
}

/// What `by_name` says of every input, in order.
pub fn in_order(inputs: &[Input], by_name: &Value) -> Vec<f64> {
    inputs
        .iter()
        .flat_map(|input| entries(&by_name[&input.name]))
        .collect()
}
