//! A session as a script that rebuilds it.

use super::Session;
use crate::lower::Formula;
use crate::lower::definitions::{Function, Input, Meaning};
use crate::number;
use crate::syntax::ast::{ExprKind, Name};
use crate::syntax::printer;
use crate::syntax::special::Special;
use std::fmt::Write;
use std::path::Path;

impl Session {
    /// A script that defines what this session defines. Functions come first, because what calls
    /// one is a formula and not an input; then inputs in their order; then formulas.
    pub fn script(&self) -> String {
        let functions: String = self
            .definitions
            .functions()
            .map(|(_, function)| self.function_text(function))
            .collect();
        let mut inputs: Vec<(&Name, &Input)> = Vec::new();
        let mut formulas = String::new();
        for (name, variable) in self.definitions.variables() {
            // Names that the session defined are written only if a definition uses them.
            if variable.is_implicit() && !self.is_used(name) {
                continue;
            }
            match &variable.meaning {
                Meaning::Input(input) => inputs.push((name, input)),
                Meaning::Formula(formula) => {
                    let _ = writeln!(formulas, "{name} = {}", self.text(formula));
                }
            }
        }
        inputs.sort_by_key(|(_, input)| input.place);
        let inputs: String = inputs
            .into_iter()
            .map(|(name, input)| self.input_text(name, input))
            .collect();
        let facts: String = (self.definitions.stated())
            .map(|(name, facts)| format!("assume {}\n", facts.written(name).join(", ")))
            .collect();
        let blocks = [functions, inputs, facts, formulas];
        let blocks: Vec<String> = blocks
            .into_iter()
            .filter(|block| !block.is_empty())
            .collect();
        blocks.join("\n")
    }

    /// True if a definition speaks of `name`.
    fn is_used(&self, name: &Name) -> bool {
        let variables = self.definitions.variables();
        let formulas = variables.filter_map(|(_, variable)| match &variable.meaning {
            Meaning::Formula(formula) => Some(formula),
            Meaning::Input(_) => None,
        });
        let functions = self.definitions.functions();
        let bodies = functions.flat_map(|(_, known)| {
            let rules = known.rules.iter().map(|rule| &rule.formula);
            rules.chain([&known.body])
        });
        formulas.chain(bodies).any(|formula| {
            let mut stack = vec![formula.expr];
            while let Some(id) = stack.pop() {
                if formula.script.name_at(id) == Some(name) {
                    return true;
                }
                formula.script.expr(id).children(|child| stack.push(child));
            }
            false
        })
    }

    fn function_text(&self, function: &Function) -> String {
        let parameters: Vec<&str> = function
            .parameters
            .iter()
            .map(|parameter| &*parameter.name)
            .collect();
        let mut text = format!(
            "{}({}) = {}\n",
            function.name,
            parameters.join(", "),
            self.text(&function.body)
        );
        for rule in &function.rules {
            let from = match &rule.adjoint {
                Some(name) => format!(" from {name}"),
                None => String::new(),
            };
            let departs = if rule.departs { " with override" } else { "" };
            let (parameter, formula) = (parameters[rule.parameter], self.text(&rule.formula));
            let name = &function.name;
            let _ = writeln!(
                text,
                "rule {name} wrt {parameter}{from} = {formula}{departs}"
            );
        }
        text
    }

    fn input_text(&self, name: &Name, input: &Input) -> String {
        let mut lines = String::new();
        if let Some(shape) = input.declared {
            let shape = match (shape.rows, shape.cols) {
                (1, 1) => String::new(),
                (rows, 1) => format!("[{rows}]"),
                (rows, cols) => format!("[{rows}, {cols}]"),
            };
            let _ = writeln!(lines, "input {name}{shape}");
        }
        // An input may call a function that the user redefined since its definition: a value that was
        // computed is the one from then.
        let written = input.source.as_ref();
        let value = input.value.get();
        let is_input = written.is_some_and(|source| self.definitions.is_closed(source));
        let value = match (written, value) {
            (Some(source), None) => Some(self.text(source)),
            (Some(source), Some(_)) if is_input => Some(self.text(source)),
            (_, Some(value)) if value.shape().is_empty() => {
                let shape = value.shape();
                Some(format!("zeros({}, {})", shape.rows, shape.cols))
            }
            (_, Some(value)) => Some(number::brackets_exact(value)),
            (None, None) => None,
        };
        if let Some(stored) = &input.stored {
            let shape = stored.shape;
            let _ = writeln!(
                lines,
                "# {name} is a sparse {shape} matrix, which is not saved"
            );
        }
        let sign = if input.declared.is_some() { ":=" } else { "=" };
        if let Some(value) = value {
            let _ = writeln!(lines, "{name} {sign} {value}");
        }
        lines
    }

    /// A formula as it was written; the paths of files made to hold wherever the script will lie.
    fn text(&self, formula: &Formula) -> String {
        let script = &formula.script;
        let whole = script.expr(formula.expr).span;
        let source = &script.source;
        let mut paths = Vec::new();
        let mut stack = vec![formula.expr];
        while let Some(id) = stack.pop() {
            let expr = script.expr(id);
            if let ExprKind::Call(call) = &expr.kind
                && call.special == Some(Special::Read)
                && let Some(ExprKind::Text(path)) =
                    call.arguments.first().map(|id| &script.expr(*id).kind)
            {
                let file = source.folder.join(Path::new(&**path));
                let file = self.world().absolute(&file);
                let quoted = printer::quoted(&file.display().to_string());
                paths.push((script.expr(call.arguments[0]).span, quoted));
            }
            expr.children(|child| stack.push(child));
        }
        paths.sort_by_key(|(span, _)| span.start);
        let mut text = String::new();
        let mut at = whole.start as usize;
        for (span, path) in paths {
            text.push_str(source.text.get(at..span.start as usize).unwrap_or(""));
            text.push_str(&path);
            at = span.end as usize;
        }
        text.push_str(source.text.get(at..whole.end as usize).unwrap_or(""));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn run(session: &mut Session, text: &str) -> String {
        let mut shown = String::new();
        let result = session.run_source(&Source::new("<test>", text), &mut |event| {
            shown.push_str(&event.to_string());
        });
        assert!(result.is_ok(), "{text}: {result:?}");
        shown
    }

    #[test]
    fn the_script_rebuilds_the_session() {
        let mut session = Session::default();
        let text =
            "L = f(w)*x[2] # L\nf(t) = t^2 +\n  t\nw = 3; w := w/7; input x[2]; x := [1/3, -2e-300]
            A = [1, 2;\n 3, 4] # A\nrow = [1, 2]'; e = zeros(0, 3); input y; r = rand(2, 2, seed=3)
            q = relu(-2); q; relu(x) = x";
        run(&mut session, text);
        let saved = session.script();
        assert!(saved.starts_with("f(t) = t^2 +\n  t\n"), "{saved}");
        let mut rebuilt = Session::default();
        run(&mut rebuilt, &saved);
        assert_eq!(rebuilt.script(), saved);
        let shows = "w; x; A; row; e; r; q; L; f(2); derive L wrt x at w = 1; trace w*A";
        let shows = shows.replace(" at w = 1", "");
        assert_eq!(run(&mut rebuilt, &shows), run(&mut session, &shows));
    }

    #[test]
    fn undo_takes_back_one_checkpoint() {
        let mut session = Session::default();
        for text in [
            "w = 3; f(x) = x",
            "s = 0; w = 4",
            "repeat 1000 { s := s + w }",
            "w + s",
        ] {
            session.checkpoint();
            run(&mut session, text);
        }
        assert_eq!(run(&mut session, "s; w"), "s = 4000\nw = 4\n");
        let names = |names: Option<Vec<Name>>| names.map(|names| names.join(" "));
        assert_eq!(names(session.undo()).as_deref(), Some("s"));
        assert_eq!(run(&mut session, "s; w"), "s = 0\nw = 4\n");
        session.checkpoint();
        session.reset();
        assert_eq!(session.script(), "");
        assert_eq!(names(session.undo()).as_deref(), Some("f s w"));
        assert_eq!(names(session.undo()).as_deref(), Some("s w"));
        assert_eq!(run(&mut session, "f(w)"), "f(w) = 3\n");
        assert_eq!(session.script(), "f(x) = x\n\nw = 3\n");
        assert_eq!(names(session.undo()).as_deref(), Some("f w"));
        assert_eq!(names(session.undo()), None);
    }
}
