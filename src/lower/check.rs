//! Checks without running: names and functions that nothing defines.

use super::definitions::constant;
use super::unit::Unit;
use super::{Lowerer, is_built_in};
use crate::diagnostic::{Diagnostic, warning};
use crate::graph::NodeId;
use crate::source::Location;
use crate::syntax::ast::{ExprId, ExprKind, Ident, Name, Script};
use crate::syntax::names::BLANK;
use rustc_hash::FxHashSet;
use std::rc::Rc;

impl Unit<'_> {
    /// A warning for every free name without a value met so far that is not `known` otherwise.
    pub fn undefined_names(&self, known: &dyn Fn(&str) -> bool) -> Vec<Diagnostic> {
        let undefined = |(name, node): (&Name, &NodeId)| {
            if !self.is_free(*node) || known(name) {
                return None;
            }
            Some(self.undefined_name(name, self.origin(*node)?.location))
        };
        self.inputs.iter().filter_map(undefined).collect()
    }
}

impl Lowerer<'_> {
    /// The functions and names in the body of a function that nothing defines. The body is looked at as
    /// it is written: what its parameters are is known only where it is called.
    pub fn undefined_in_body(
        &self,
        script: &Rc<Script>,
        parameters: &[Ident],
        body: ExprId,
        known: &dyn Fn(&str) -> bool,
    ) -> Vec<Diagnostic> {
        let frame = self.global_frame(script);
        let mut bound: FxHashSet<&str> = parameters.iter().map(|p| &*p.name).collect();
        let mut names: Vec<(ExprId, &str)> = Vec::new();
        let mut found = Vec::new();
        let mut stack = vec![body];
        while let Some(id) = stack.pop() {
            let expr = script.expr(id);
            match &expr.kind {
                ExprKind::Name(name) => names.push((id, script.name(*name))),
                kind => {
                    bound.extend(kind.binds().iter().map(|ident| &*ident.name));
                    if let Some(function) = kind.function()
                        && self.definitions.function(&function.name).is_none()
                        && !is_built_in(&function.name)
                    {
                        let prime = matches!(kind, ExprKind::Derivative(_));
                        found.push(self.unknown_function(function, prime, &frame));
                    }
                }
            }
            expr.values(|child| stack.push(child));
        }
        names.sort_by_key(|(id, _)| script.expr(*id).span.start);
        let mut told = FxHashSet::default();
        for (id, name) in names {
            let defined = bound.contains(name)
                || self.definitions.variable(name).is_some()
                || constant(name).is_some()
                || known(name);
            if !defined && told.insert(name) {
                found.push(self.unit().undefined_name(name, script.locate(id)));
            }
        }
        found
    }
}

impl Unit<'_> {
    /// The warning that nothing defines `name`.
    fn undefined_name(&self, name: &str, location: Location) -> Diagnostic {
        if name == BLANK {
            return warning!(Blank, location,
                "this blank is not filled in";
                label: "a blank");
        }
        if let Some(signature) = self.signature(name) {
            return warning!(Name, location,
                "`{name}` is a function and has no value of its own";
                label: "not called";
                help: "call it: `{signature}`");
        }
        let warning = warning!(Name, location,
            "`{name}` is not defined anywhere";
            label: "a scalar input without a value");
        if let Some(advice) = self.foreign_value(name) {
            return warning.help(advice);
        }
        match self.nearest_name(name) {
            Some(nearest) => warning.help(format!("did you mean `{nearest}`?")),
            None => warning.help(format!("declare it with `input {name}`, or define it")),
        }
    }
}
