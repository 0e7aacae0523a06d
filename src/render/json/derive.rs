//! Symbolic derivatives as JSON.

use super::object::Object;
use crate::findings::no_formula;
use crate::render::derive::step_text;
use crate::symbolic::{Derivation, DerivationStep, Symbolic};
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
        Symbolic::NoFormula { why, along } => {
            let along = along.as_ref().map(|(direction, formula)| {
                json!({"direction": &**direction, "formula": formula.one_line()})
            });
            object
                .with("formula", Value::Null)
                .with("reason", no_formula(*why))
                .with_some("along", along)
        }
    };
    let step =
        |step: &DerivationStep| json!({"rule": step.rule.to_string(), "formula": step_text(step)});
    object.with_list("steps", derivation.steps.iter().map(step))
}
