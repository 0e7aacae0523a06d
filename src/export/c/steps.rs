//! Loops and updates in C.

use super::body::Function;
use super::expression::{Binding, Expression};
use crate::diagnostic::Result;
use crate::export::program::{Change, Step, argument_set, changed};
use crate::graph::NodeId;

impl Function<'_, '_, '_> {
    /// The statements of a block.
    pub(super) fn steps(&mut self, steps: &[Step]) -> Result<()> {
        for step in steps {
            match step {
                Step::Assign(changes) => self.assign(changes)?,
                _ => self.round(step)?,
            }
            self.forget(&changed(std::slice::from_ref(step)));
        }
        Ok(())
    }

    fn forget(&mut self, arguments: &[usize]) {
        let mask = argument_set(arguments);
        let (dependence, program) = (&self.file.dependence, self.file.program);
        self.known
            .retain(|id, _| program.leaves.contains_key(id) || dependence[id.index()] & mask == 0);
    }

    /// The new values are complete before an old one is overwritten.
    fn assign(&mut self, changes: &[Change]) -> Result<()> {
        let nodes: Vec<NodeId> = changes.iter().flat_map(Change::reads).collect();
        let mut found = self.compute(&nodes)?.into_iter();
        let mut news: Vec<Vec<Expression>> = Vec::new();
        for change in changes {
            let mut parts: Vec<Expression> = found.by_ref().take(change.reads().len()).collect();
            if changes.len() > 1 {
                for part in &mut parts {
                    let is_array = part.shape.len() > 1;
                    if !is_array && part.literal.is_none() {
                        let name = self.fresh("next");
                        self.line(format!("const double {name} = {};", part.text));
                        *part = Expression::number(name);
                    } else if is_array {
                        // It may be the place that another change overwrites.
                        let name = self.fresh("next");
                        self.place(&name, part.shape.len());
                        let text = part.within(Binding::Atom);
                        self.fill_flat(&name, &format!("{text}[k]"), part.shape.len());
                        *part = Expression::pointer(name, part.shape);
                    }
                }
            }
            news.push(parts);
        }
        for (change, parts) in changes.iter().zip(news) {
            let name = self.file.arguments[change.argument].clone();
            let shape = self.file.program.arguments[change.argument].shape;
            let value = &parts[parts.len() - 1];
            match &change.place {
                None if shape.is_scalar() => self.line(format!("{name} = {};", value.text)),
                None => {
                    let text = value.within(Binding::Atom);
                    self.fill_flat(&name, &format!("{text}[k]"), shape.len());
                }
                Some(place) => {
                    let extent = place.extent;
                    let block = match value.shape == extent && !extent.is_scalar() {
                        true => value.text.clone(),
                        false => {
                            let one = self.fresh("block");
                            self.place(&one, extent.len());
                            self.fill_flat(&one, &value.text, extent.len());
                            one
                        }
                    };
                    self.line(format!(
                        "replace({block}, {}, {}, {}, {}, {name}, {}, {});",
                        extent.rows,
                        extent.cols,
                        parts[0].text,
                        parts[1].text,
                        shape.rows,
                        shape.cols
                    ));
                }
            }
        }
        Ok(())
    }

    fn block(&mut self, steps: &[Step]) -> Result<()> {
        let known = self.known.clone();
        self.indent += 4;
        self.steps(steps)?;
        self.indent -= 4;
        self.known = known;
        Ok(())
    }

    fn round(&mut self, step: &Step) -> Result<()> {
        self.line("{");
        self.indent += 4;
        let bounds = match step {
            Step::While(..) => vec![],
            step => self.compute(&step.reads())?,
        };
        let known = self.known.clone();
        if !matches!(step, Step::If(..)) {
            self.hoist(step)?;
            self.forget(&changed(std::slice::from_ref(step)));
        }
        match step {
            Step::Repeat(_, body) => {
                let round = self.fresh("round");
                self.line(format!(
                    "for (long long {round} = 0; {round} < (long long)({}); ++{round}) {{",
                    bounds[0].text
                ));
                self.block(body)?;
            }
            Step::For { variable, body, .. } => {
                let name = self.file.arguments[*variable].clone();
                self.line(format!(
                    "for ({name} = {}; {name} <= {}; {name} += 1.0) {{",
                    bounds[0].text, bounds[1].text
                ));
                self.block(body)?;
            }
            Step::While(condition, body) => {
                self.line("for (;;) {");
                self.indent += 4;
                let test = self.compute(&[*condition])?.remove(0);
                self.line(format!("if (!({})) {{", test.text));
                self.line("    break;");
                self.line("}");
                self.indent -= 4;
                self.block(body)?;
            }
            Step::If(_, then, otherwise) => {
                self.line(format!("if ({}) {{", bounds[0].text));
                self.block(then)?;
                if !otherwise.is_empty() {
                    self.line("} else {");
                    self.block(otherwise)?;
                }
            }
            Step::Assign(_) => {}
        }
        self.line("}");
        self.known = known;
        self.indent -= 4;
        self.line("}");
        Ok(())
    }

    /// What every round would compute alike is computed before.
    fn hoist(&mut self, step: &Step) -> Result<()> {
        let outermost = self
            .file
            .program
            .unchanging(step, &self.file.dependence, |id| {
                self.known.contains_key(&id)
            });
        if outermost.is_empty() {
            return Ok(());
        }
        let found = self.compute(&outermost)?;
        for (id, found) in outermost.into_iter().zip(found) {
            if !self.known.contains_key(&id) {
                let bound = match found.shape.is_scalar() {
                    true => self.bind(id, found),
                    false => found,
                };
                self.known.insert(id, bound);
            }
        }
        Ok(())
    }
}
