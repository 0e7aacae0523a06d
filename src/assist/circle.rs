//! Definitions that need themselves, found before anything is computed.

use crate::lower::{Definitions, Formula, definitions::Meaning};
use crate::syntax::ast::{ExprId, Name, Script};
use std::collections::HashSet;
use std::rc::Rc;

/// The number of expressions to look at: few enough for the time between two keys. A circle that is
/// longer is found when something is shown.
const LOOKED_AT: usize = 20_000;

/// True if the formula `expr`, as the definition of `name`, would need `name`: as far as can be seen
/// without computing anything, whatever branches are taken.
pub fn closes(definitions: &Definitions, name: &str, script: &Rc<Script>, expr: ExprId) -> bool {
    let mut seen: HashSet<(bool, Name)> = HashSet::new();
    let mut left = LOOKED_AT;
    let mut formulas: Vec<(Formula, Vec<Name>)> = vec![(
        Formula {
            script: script.clone(),
            expr,
        },
        Vec::new(),
    )];
    while let Some((formula, parameters)) = formulas.pop() {
        let bound = bound(&formula, parameters);
        let mut stack = vec![formula.expr];
        while let Some(id) = stack.pop() {
            if left == 0 {
                return false;
            }
            left -= 1;
            let expr = formula.script.expr(id);
            match formula.script.name_at(id) {
                Some(used) if bound.contains(used) => {}
                Some(used) if **used == *name => return true,
                Some(used) => {
                    let meaning = definitions.variable(used).map(|known| &known.meaning);
                    if let Some(Meaning::Formula(next)) = meaning
                        && seen.insert((false, used.clone()))
                    {
                        formulas.push((next.clone(), Vec::new()));
                    }
                }
                None => {
                    if let Some(function) = expr.kind.function()
                        && let Some(known) = definitions.function(&function.name)
                        && seen.insert((true, function.name.clone()))
                    {
                        let parameters = known.parameters.iter().map(|p| p.name.clone());
                        formulas.push((known.body.clone(), parameters.collect()));
                    }
                }
            }
            expr.children(|child| stack.push(child));
        }
    }
    false
}

/// The names that a formula binds itself.
fn bound(formula: &Formula, parameters: Vec<Name>) -> Vec<Name> {
    let mut bound = parameters;
    let mut stack = vec![formula.expr];
    let mut left = LOOKED_AT;
    while let Some(id) = stack.pop() {
        if left == 0 {
            break;
        }
        left -= 1;
        let expr = formula.script.expr(id);
        bound.extend(expr.kind.binds().iter().map(|ident| ident.name.clone()));
        expr.children(|child| stack.push(child));
    }
    bound
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Session;
    use crate::source::Source;
    use crate::syntax::ast::StatementKind;

    #[test]
    fn circles_are_seen_through_formulas_and_functions() {
        let mut session = Session::default();
        let text = "w = 3; x = 2; L = (w*x)^2; f(t) = t + w; g(w) = 2*w";
        session
            .run_source(&Source::new("test", text), &mut |_| {})
            .expect("runs");
        let closes = |text: &str| {
            let (script, _) = crate::syntax::parse(&Source::new("test", text)).expect("parses");
            let script = Rc::new(script);
            let StatementKind::Define(name, value) = &script.statement(script.body[0]).kind else {
                panic!("{text} defines nothing");
            };
            closes(session.definitions(), &name.name, &script, *value)
        };
        for circle in [
            "w = w + 1",
            "w = w - 0.1*grad(L, w)",
            "w = 2*L",
            "w = f(1)",
            "L = f(L)",
        ] {
            assert!(closes(circle), "{circle}");
        }
        for formula in [
            "w = 4",
            "w = g(x)",
            "w = sum(w^2 for w in 1..3)",
            "x = grad(x^2, x)*0 + f(1)",
            "u = L",
        ] {
            assert_eq!(closes(formula), formula.starts_with("x ="), "{formula}");
        }
    }
}
