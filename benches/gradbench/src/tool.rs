//! Messages and answers, and the programs that were compiled.

use crate::evals::{EVALS, Eval, Function, Places};
use crate::inputs::Inputs;
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::time::{Duration, Instant};
use wengert::{Evaluator, Session, Value};

/// The tool, with the programs that it has compiled so far.
#[derive(Default)]
pub struct Tool {
    programs: HashMap<String, Evaluator>,
}

impl Tool {
    /// The answer to a message; `None` to the last one.
    pub fn answer(&mut self, line: &str) -> Option<Json> {
        let message: Json = match serde_json::from_str(line) {
            Ok(message) => message,
            Err(error) => return Some(json!({"success": false, "error": error.to_string()})),
        };
        let id = &message["id"];
        Some(match message["kind"].as_str() {
            Some("start") => json!({"id": id, "tool": "wengert"}),
            Some("end") => return None,
            Some("define") => match eval(&message) {
                Ok(_) => json!({"id": id, "success": true}),
                Err(error) => json!({"id": id, "success": false, "error": error}),
            },
            Some("evaluate") => match self.evaluate(&message) {
                Ok((output, timings)) => {
                    json!({"id": id, "success": true, "output": output, "timings": timings})
                }
                Err(error) => json!({"id": id, "success": false, "error": error}),
            },
            _ => json!({"id": id}),
        })
    }

    /// The output of a function, and the times of its runs.
    fn evaluate(&mut self, message: &Json) -> Result<(Json, Vec<Json>), String> {
        let eval = eval(message)?;
        let name = message["function"].as_str().unwrap_or_default();
        let function = (eval.functions.iter().find(|function| function.name == name))
            .ok_or_else(|| format!("there is no function `{name}` in `{}`", eval.module))?;
        let input = &message["input"];
        let inputs = (eval.prepare)(Inputs::of(input)?)?;
        let started = Instant::now();
        let program = self.program(eval, function, &inputs)?;
        let made = if program.is_compiled() {
            "compile"
        } else {
            "lower"
        };
        let mut timings = vec![timing(made, started.elapsed())];
        let arguments: Vec<Value> = inputs.arguments.values().cloned().collect();
        let least_runs = input["min_runs"].as_u64().unwrap_or(1).max(1);
        let least_time = Duration::from_secs_f64(input["min_seconds"].as_f64().unwrap_or(0.0));
        let (mut runs, mut total) = (0, Duration::ZERO);
        let (mut values, mut places) = (Vec::new(), Places::default());
        loop {
            let started = Instant::now();
            program
                .call_into(&arguments, &mut values)
                .map_err(|error| error.to_string())?;
            (function.places)(&inputs, &mut places)?;
            let time = started.elapsed();
            timings.push(timing("evaluate", time));
            (runs, total) = (runs + 1, total + time);
            if runs >= least_runs && total >= least_time {
                return Ok(((function.answer)(&values, &places), timings));
            }
        }
    }

    /// The function compiled for the shapes and counts of these inputs.
    fn program(
        &mut self,
        eval: &Eval,
        function: &Function,
        inputs: &Inputs,
    ) -> Result<&mut Evaluator, String> {
        let shapes: Vec<(usize, usize)> = inputs.arguments.values().map(Value::shape).collect();
        let counts: Vec<&[f64]> = inputs.counts.values().map(Value::as_slice).collect();
        let key = format!("{} {} {shapes:?} {counts:?}", eval.module, function.name);
        if !self.programs.contains_key(&key) {
            let program = compile(eval, function, inputs).map_err(|error| error.to_string())?;
            self.programs.insert(key.clone(), program);
        }
        Ok(self.programs.get_mut(&key).expect("it was inserted"))
    }
}

fn compile(
    eval: &Eval,
    function: &Function,
    inputs: &Inputs,
) -> Result<Evaluator, wengert::Diagnostic> {
    let mut session = Session::new();
    for (name, value) in inputs.counts.iter().chain(&inputs.arguments) {
        session.set(name, value.clone())?;
    }
    session.run(eval.script)?;
    let names: Vec<&str> = inputs.arguments.keys().map(String::as_str).collect();
    session.compile(function.outputs, &names)
}

/// The eval that a message is about.
fn eval(message: &Json) -> Result<&'static Eval, String> {
    let module = message["module"].as_str().unwrap_or_default();
    let eval = EVALS.iter().find(|eval| eval.module == module);
    eval.ok_or_else(|| format!("there is no module `{module}`"))
}

fn timing(name: &str, time: Duration) -> Json {
    json!({"name": name, "nanoseconds": time.as_nanos() as u64})
}

#[cfg(test)]
mod tests {
    use super::Tool;
    use serde_json::{Value as Json, json};

    fn ask(tool: &mut Tool, message: Json) -> Json {
        tool.answer(&message.to_string()).expect("an answer")
    }

    fn evaluated(module: &str, function: &str, input: Json) -> Json {
        let message = json!({"id": 2, "kind": "evaluate", "module": module, "function": function, "input": input});
        ask(&mut Tool::default(), message)
    }

    #[test]
    fn a_conversation() {
        let mut tool = Tool::default();
        let start = ask(
            &mut tool,
            json!({"id": 0, "kind": "start", "eval": "hello"}),
        );
        assert_eq!(start, json!({"id": 0, "tool": "wengert"}));
        let define = ask(
            &mut tool,
            json!({"id": 1, "kind": "define", "module": "hello"}),
        );
        assert_eq!(define, json!({"id": 1, "success": true}));
        for (function, output) in [("square", 9.0), ("double", 6.0)] {
            let answer = evaluated("hello", function, json!(3.0));
            assert_eq!(answer["output"], json!(output), "{answer}");
        }
        assert!(tool.answer(r#"{"id": 9, "kind": "end"}"#).is_none());
    }

    #[test]
    fn mistakes_are_answers() {
        let mut tool = Tool::default();
        let unknown = ask(
            &mut tool,
            json!({"id": 1, "kind": "define", "module": "tea"}),
        );
        assert_eq!(unknown["success"], json!(false));
        let short = evaluated("det", "primal", json!({"A": [1.0, 2.0, 3.0], "ell": 2}));
        assert_eq!(short["success"], json!(false));
        assert!(
            short["error"]
                .as_str()
                .unwrap_or_default()
                .contains("3 entries"),
            "{short}"
        );
    }

    #[test]
    fn a_gradient_of_minors() {
        let input = json!({"A": [1.0, 2.0, 3.0, 4.0], "ell": 2, "min_runs": 3, "min_seconds": 0});
        let answer = evaluated("det", "gradient", input);
        assert_eq!(answer["output"], json!([4.0, -3.0, -2.0, 1.0]), "{answer}");
        let runs = answer["timings"].as_array().expect("a list").iter();
        assert_eq!(
            runs.filter(|timing| timing["name"] == "evaluate").count(),
            3
        );
    }
}
