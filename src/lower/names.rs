//! Names: what they stand for, and the leaves of those that are inputs.

use super::definitions::{Input, Meaning, Variable, constant};
use super::frame::{Frame, Local, LocalMeaning};
use super::tasks::Task;
use super::{Lowerer, Purpose};
use crate::diagnostic::{Diagnostic, Result, bail, error};
use crate::graph::{Graph, NodeId, Shape, Tensor};
use crate::source::Location;
use crate::syntax::ast::{ExprId, Ident, Name, NameId};
use crate::syntax::names::BLANK;
use std::collections::hash_map::Entry;
use std::rc::Rc;

impl<'a> Lowerer<'a> {
    /// Gives `name` a value of its own for this statement; a formula's name is held by it.
    ///
    /// # Errors
    /// Fails if `name` was declared with another shape.
    pub fn bind(
        &mut self,
        name: &Ident,
        value: Rc<Tensor>,
        location: &Location,
        named: Location,
    ) -> Result<()> {
        self.definitions
            .check_declared(&name.name, value.shape(), location)?;
        let leaf = self
            .graph
            .input(name.name.clone(), value.shape(), Some(value));
        self.evaluation.unit.note_definition(leaf, named);
        self.evaluation.unit.note_name(leaf, &name.name);
        self.bound.insert(name.name.clone(), leaf);
        self.evaluation.unit.inputs.insert(name.name.clone(), leaf);
        Ok(())
    }

    /// A number that runs through the places of a plot, under the text of the entry that it is.
    pub fn running(&mut self, text: &str, value: Rc<Tensor>) -> NodeId {
        let leaf = self.graph.input(text.into(), value.shape(), Some(value));
        self.evaluation.unit.note_name(leaf, &text.into());
        leaf
    }

    /// Gives `name` a node as its meaning for this statement.
    pub fn bind_node(&mut self, name: &Name, node: NodeId) {
        self.bound.insert(name.clone(), node);
    }

    /// Makes `name` an input of `shape` without a value for this statement.
    pub fn suppose(&mut self, name: &Name, shape: Shape) {
        let leaf = self.graph.input(name.clone(), shape, None);
        self.evaluation.unit.note_name(leaf, name);
        self.bound.insert(name.clone(), leaf);
        self.evaluation.unit.inputs.insert(name.clone(), leaf);
    }

    /// Pushes what `name` stands for in `frame`.
    pub(super) fn resolve(&mut self, id: NameId, expr: ExprId, frame: &Rc<Frame>) -> Result<()> {
        let name = frame.script.name(id);
        if &**name == BLANK {
            bail!(Blank, frame.locate(expr),
                "this blank is not filled in";
                label: "a blank";
                help: "write a formula in place of `{BLANK}`");
        }
        if let Some(local) = frame.local(name) {
            self.resolve_local(local, frame);
            return Ok(());
        }
        let found = self.definitions.find_in(&frame.script, id);
        self.resolve_global(name, found, Some(expr), frame)
    }

    /// Pushes what a local name stands for.
    pub(super) fn resolve_local(&mut self, local: &Rc<Local>, frame: &Frame) {
        match (&local.meaning, local.node()) {
            (LocalMeaning::Formula(expr, _), None) => {
                self.push_task(Task::DefineLocal(local.clone()));
                self.push_task(Task::Visit(*expr, Rc::new(frame.around(local))));
            }
            (_, node) => self.push_node(node.expect("a value is there from the beginning")),
        }
    }

    pub(super) fn resolve_global(
        &mut self,
        name: &Name,
        found: Option<(u32, &'a Variable)>,
        expr: Option<ExprId>,
        frame: &Rc<Frame>,
    ) -> Result<()> {
        if let Some(node) = frame
            .held
            .get(name)
            .or_else(|| self.bound.get(name).copied())
        {
            self.push_node(node);
            return Ok(());
        }
        let Some((index, variable)) = found else {
            let node = match constant(name) {
                Some(value) => self.graph.literal(value),
                None => match self.size_named(name)? {
                    Some(node) => node,
                    None => self.free_input(name, expr, frame),
                },
            };
            self.push_node(node);
            return Ok(());
        };
        match &variable.meaning {
            Meaning::Input(input) => {
                let node = self.defined_input(name, input, &variable.location)?;
                self.push_node(node);
                Ok(())
            }
            Meaning::Formula(formula) => {
                let key = (index, frame.held.id);
                if let Some(error) = self.memo.failed.get(&key) {
                    return Err(error.clone());
                }
                match self.memo.names.entry(key) {
                    Entry::Vacant(place) => place.insert(None),
                    Entry::Occupied(known) => {
                        let Some(node) = known.get() else {
                            let start = self.stacks.naming.iter().position(|known| *known == key);
                            return Err(self.circle(start.unwrap_or(0)));
                        };
                        let node = *node;
                        self.push_node(node);
                        return Ok(());
                    }
                };
                self.stacks.naming.push(key);
                self.push_task(Task::Define);
                let body = frame.of_formula(formula);
                self.push_task(Task::Visit(formula.expr, body));
                Ok(())
            }
        }
    }

    /// The leaf of a name that nothing defines.
    fn free_input(&mut self, name: &Name, expr: Option<ExprId>, frame: &Frame) -> NodeId {
        if let Some(node) = self.evaluation.unit.inputs.get(name) {
            return *node;
        }
        if let Some(node) = self.evaluation.unit.set_aside.shift_remove(name) {
            self.evaluation.unit.inputs.insert(name.clone(), node);
            return node;
        }
        let node = self.graph.input(name.clone(), Shape::SCALAR, None);
        if let Some(expr) = expr {
            self.evaluation.unit.note_origin(node, frame, expr);
        }
        self.evaluation.unit.note_name(node, name);
        self.evaluation.unit.inputs.insert(name.clone(), node);
        node
    }

    pub(super) fn defined_input(
        &mut self,
        name: &Name,
        input: &Input,
        location: &Location,
    ) -> Result<NodeId> {
        if let Purpose::Program { looked_up, .. } = &mut self.purpose
            && !looked_up.contains(name)
        {
            looked_up.push(name.clone());
        }
        if let Some(node) = self.evaluation.unit.inputs.get(name) {
            return Ok(*node);
        }
        if let Some(stored) = self.stored_input(input) {
            self.evaluation
                .unit
                .note_definition(stored, location.clone());
            self.evaluation.unit.note_name(stored, name);
            return Ok(stored);
        }
        let value = self.input_value(input)?;
        let fixed = input.constant && !matches!(self.purpose, Purpose::Program { .. });
        if let (true, Some(value)) = (fixed, &value) {
            return Ok(self.graph.constant((**value).clone()));
        }
        let known = value.as_ref().map(|value| value.shape());
        let shape = match &input.symbolic {
            Some(symbolic) => self.symbolic_shape(name, symbolic, known, location)?,
            None => known.or(input.declared).unwrap_or(Shape::SCALAR),
        };
        let node = self.graph.input(name.clone(), shape, value);
        self.evaluation.unit.note_definition(node, location.clone());
        self.evaluation.unit.note_name(node, name);
        self.evaluation.unit.inputs.insert(name.clone(), node);
        Ok(node)
    }

    /// The value of an input, computed the first time it is needed.
    pub(super) fn input_value(&mut self, input: &Input) -> Result<Option<Rc<Tensor>>> {
        if let Some(value) = input.value.get() {
            return Ok(Some(value.clone()));
        }
        if let Some(whole) = self.whole_input(input)? {
            return Ok(Some(Rc::new(whole)));
        }
        let Some(formula) = &input.source else {
            return Ok(None);
        };
        let graph = Graph::new();
        let limits = self.evaluation.limits;
        let preview = matches!(self.purpose, Purpose::Preview);
        let mut lowerer = match preview {
            true => Lowerer::for_preview(&graph, self.definitions, limits),
            false => Lowerer::for_values(&graph, self.definitions, limits),
        }
        .in_world(self.evaluation.world);
        let node = lowerer.lower(formula)?;
        let mut evaluation = lowerer.finish();
        let value = Rc::new(evaluation.value(node)?);
        if let Some(declared) = input.declared.filter(|declared| *declared != value.shape()) {
            let shape = value.shape();
            bail!(Shape, formula.location(),
                "this input was declared {declared}, and the value is {shape}";
                label: "{}", shape.described();
                help: "declare it again with `input`, or give it a value of that shape");
        }
        if preview {
            return Ok(Some(value));
        }
        let warnings = &mut self.evaluation.unit.noticed.warnings;
        warnings.append(&mut evaluation.unit.noticed.warnings);
        Ok(Some(input.value.get_or_init(|| value).clone()))
    }

    /// The error for a circle of definitions that begins at `start` of the names being lowered.
    fn circle(&self, start: usize) -> Diagnostic {
        let open = self.stacks.naming[start..].iter();
        let (names, places): (Vec<&Name>, Vec<&Location>) = open
            .map(|(index, _)| self.definitions.at(*index))
            .map(|(name, variable)| (name, &variable.location))
            .unzip();
        let mut chain: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        if chain.len() > 8 {
            chain.splice(4..chain.len() - 3, ["…".to_string()]);
        }
        let first = names[0];
        let next_of = |k: usize| names[(k + 1) % names.len()];
        let mut error = error!(Circular, places[0].clone(),
            "{} → `{first}` is circular: nothing in it has a value", chain.join(" → ");
            label: "`{first}` needs `{}`", next_of(0));
        for (k, name) in names.iter().enumerate().skip(1) {
            let text = format!("`{name}` needs `{}`", next_of(k));
            error = error.label(places[k].clone(), text);
        }
        let (_, variable) = self.definitions.at(self.stacks.naming[start].0);
        match &variable.meaning {
            Meaning::Formula(formula) if names.len() == 1 => {
                let text = format!("{first} := {}", formula.script.text(formula.expr));
                let mut whole = places[0].clone();
                whole.span = whole.span.to(formula.location().span);
                error
                    .help(format!(
                        "in its place write `{text}`, which computes a new value from the old one"
                    ))
                    .fix(whole, text)
            }
            _ => error.help(format!(
                "define one of them by a value, such as `{first} := 1`"
            )),
        }
    }
}
