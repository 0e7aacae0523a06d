//! Definitions of names and functions, and declarations of inputs.

use super::evaluate::formula;
use super::sink::warn;
use super::{Session, Sink};
use crate::diagnostic::{Result, bail, warning};
use crate::lower;
use crate::lower::definitions::{Function, SymbolicShape};
use crate::syntax::ast::{ExprId, Ident, InputDeclaration, Script};
use std::rc::Rc;

impl Session {
    pub(super) fn define(
        &mut self,
        script: &Rc<Script>,
        name: &Ident,
        value: ExprId,
        sink: &mut Sink<'_>,
    ) {
        self.warn_of_hiding(script, name, sink);
        self.definitions.define(name, formula(script, value));
    }

    pub(super) fn define_function(
        &mut self,
        script: &Rc<Script>,
        name: &Ident,
        parameters: &[Ident],
        body: ExprId,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let location = script.location(name.span);
        if lower::is_derivative_operator(&name.name) {
            bail!(Function, location,
                "`{name}` is a derivative operator and cannot be redefined";
                label: "choose another name");
        }
        if lower::is_built_in(&name.name) {
            let warning = warning!(Function, location,
                "`{name}` replaces the built-in function of that name";
                label: "from here on");
            warn(vec![warning], sink);
        }
        self.definitions.define_function(Function {
            name: name.clone(),
            parameters: parameters.to_vec(),
            body: formula(script, body),
            rules: Vec::new(),
        });
        Ok(())
    }

    pub(super) fn declare(
        &mut self,
        script: &Rc<Script>,
        declarations: &[InputDeclaration],
    ) -> Result<()> {
        for declaration in declarations {
            let mut sizes = Vec::new();
            for size in &declaration.shape {
                // What stands for all sizes is none of them.
                if self.definitions.has_drawn(&formula(script, *size)) {
                    sizes.push(None);
                    continue;
                }
                let known =
                    self.evaluate(script, *size, &mut |_| {}, |lowerer, node| {
                        match lowerer.evaluation().value_if_known(node)? {
                            Some(_) => lowerer.size(node, &formula(script, *size)).map(Some),
                            None => Ok(None),
                        }
                    })?;
                sizes.push(known);
            }
            let location = script.location(declaration.name.span);
            let Some(sizes) = sizes.into_iter().collect::<Option<Vec<usize>>>() else {
                let sizes = declaration.shape.iter();
                let sizes = sizes.map(|size| formula(script, *size)).collect();
                let shape = SymbolicShape { sizes };
                self.definitions
                    .declare_symbolic(&declaration.name, shape, location);
                continue;
            };
            let (rows, cols) = (
                sizes.first().copied().unwrap_or(1),
                sizes.get(1).copied().unwrap_or(1),
            );
            let shape = self.limits.checked_shape(rows, cols, &location)?;
            self.definitions.declare(&declaration.name, shape, location);
        }
        Ok(())
    }

    /// Warns of a name of the user's that hides a constant; π has two names.
    pub(super) fn warn_of_hiding(&self, script: &Script, name: &Ident, sink: &mut Sink<'_>) {
        if lower::definitions::constant(&name.name).is_none() {
            return;
        }
        let other = match &*name.name {
            "pi" => "; `π` stays what it is",
            "π" => "; `pi` stays what it is",
            _ => "",
        };
        let warning = warning!(Name, script.location(name.span),
            "`{name}` hides the constant of that name{other}";
            label: "from here on");
        warn(vec![warning], sink);
    }
}
