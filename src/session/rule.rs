//! `rule`: the derivative of a function of the user's, as the user gives it.

use super::Session;
use super::evaluate::formula;
use crate::diagnostic::{Result, bail, did_you_mean};
use crate::lower;
use crate::lower::definitions::FunctionRule;
use crate::syntax::ast::{GivenRule, Script};
use std::rc::Rc;

impl Session {
    pub(super) fn rule(&mut self, script: &Rc<Script>, rule: &GivenRule) -> Result<()> {
        let name = &rule.function;
        let place = script.location(name.span);
        let Some(function) = self.definitions.function(&name.name) else {
            if lower::is_built_in(&name.name) {
                bail!(Function, place,
                    "`{name}` has its derivative: a rule is for a function of your own";
                    label: "a built-in function";
                    help: "define one that calls it: `f(x) = {name}(x)`, then `rule f wrt x = …`");
            }
            let known = self.definitions.functions().map(|(name, _)| &**name);
            let near =
                did_you_mean(&name.name, known).map(|near| format!("did you mean `{near}`?"));
            let define = || format!("define it first: `{name}({}) = …`", rule.parameter);
            bail!(Function, place,
                "there is no function `{name}`";
                label: "not a function of yours";
                help: "{}", near.unwrap_or_else(define));
        };
        let Some(parameter) = function
            .parameters
            .iter()
            .position(|one| one.name == rule.parameter.name)
        else {
            bail!(Name, script.location(rule.parameter.span),
                "`{name}` has no parameter `{}`", rule.parameter;
                label: "not a parameter of it";
                also: function.body.script.location(function.name.span), "defined here";
                help: "a rule is for a parameter by the name it has in `{}`", function.signature());
        };
        let mut function = (**function).clone();
        function.rules.retain(|known| known.parameter != parameter);
        function.rules.push(FunctionRule {
            parameter,
            adjoint: rule.adjoint.clone(),
            formula: formula(script, rule.formula),
            departs: rule.departs,
        });
        self.definitions.define_function(function);
        Ok(())
    }
}
