//! Symbolic derivatives as JSON.

use super::object::Object;
use crate::findings::no_formula;
use crate::notation::Style;
use crate::render::derive::head;
use crate::symbolic::{
    Derivation, DerivationStep, LastRound, NoFormula, OverRounds, Recurrence, Symbolic,
};
use crate::syntax::ast::Name;
use serde_json::{Value, json};

/// A derivation: its formula and sizes, or the reason why there is none.
pub fn object(derivation: &Derivation) -> Object {
    let object = Object::of("derive")
        .with("output", &*derivation.output)
        .with("wrt", &*derivation.wrt);
    let object = match &derivation.result {
        Symbolic::Formula(formula) => object
            .with("formula", formula.one_line())
            .with("tree", formula.after.tree)
            .with("dag", formula.after.dag)
            .with(
                "before",
                json!({"tree": formula.before.tree, "dag": formula.before.dag}),
            ),
        Symbolic::Recurrences(found) => object
            .with("formula", Value::Null)
            .with("reason", no_formula(NoFormula::Loop))
            .with("by", found.whole.one_line())
            .with_list("recurrences", found.equations.iter().map(recurrence)),
        Symbolic::NoFormula {
            why,
            entries,
            along,
        } => {
            let along = along.as_ref().map(|(direction, formula)| {
                json!({"direction": &**direction, "formula": formula.one_line()})
            });
            let index = entries.as_ref().map(|entries| entries.formula.one_line());
            let indices = entries.as_ref().map(|entries| {
                let names = |names: &[Name]| names.iter().map(|name| name.to_string()).collect();
                let both: [Vec<String>; 2] = [names(&entries.output), names(&entries.variable)];
                json!(both)
            });
            object
                .with("formula", Value::Null)
                .with("reason", no_formula(*why))
                .with_some("index", index)
                .with_some("indices", indices)
                .with_some("along", along)
        }
    };
    object.with_list(
        "steps",
        derivation
            .steps
            .iter()
            .map(|step| step_object(derivation, step)),
    )
}

/// A line: its left side, the rule, the rule in general, what its letters stand for, the right side.
fn step_object(derivation: &Derivation, step: &DerivationStep) -> Value {
    let mut object = json!({
        "of": head(derivation, &step.head, &Style::default()),
        "rule": step.rule.to_string(),
        "formula": step.formula.one_line(),
    });
    if let Some((left, right)) = &step.law {
        object["law"] = format!("{} = {}", left.one_line(), right.one_line()).into();
    }
    if !step.letters.is_empty() {
        let letters = step.letters.iter();
        let letters = letters.map(|(name, of)| (name.to_string(), of.one_line().into()));
        object["let"] = Value::Object(letters.collect());
    }
    object
}

/// An equation, with the rounds that it holds for or adds up.
fn recurrence(equation: &Recurrence) -> Value {
    let mut object = json!({"name": &*equation.name, "formula": equation.formula.one_line()});
    let last = |last: &LastRound| match last {
        LastRound::Number(number) => json!(number),
        LastRound::Named(name) => json!(**name),
    };
    let (word, rounds) = match &equation.rounds {
        OverRounds::None => return object,
        OverRounds::Forwards(count) => ("rounds", json!([1, last(count)])),
        OverRounds::Backwards(count) => ("rounds", json!([last(count), 1])),
        OverRounds::Sum(count) => ("sum", json!([1, last(count)])),
        OverRounds::End(_, made) => ("first", json!(made)),
    };
    object[word] = rounds;
    object
}
