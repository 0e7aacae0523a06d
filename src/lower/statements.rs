//! Questions of statements: counts, targets of derivatives, entries to replace.

use super::definitions::Meaning;
use super::frame::Frame;
use super::indices::Indexed;
use super::tasks::Task;
use super::{Formula, Lowerer};
use crate::diagnostic::{Diagnostic, Result, bail, error};
use crate::graph::{Corner, NodeId, Shape, Tensor};
use crate::source::Location;
use crate::syntax::ast::{ExprId, ExprKind, Ident, Index, Name, Script, UpdateTarget};
use std::rc::Rc;

impl Lowerer<'_> {
    pub(super) fn global_frame(&self, script: &Rc<Script>) -> Rc<Frame> {
        Rc::new(Frame::global(script, self.held_sets.none()))
    }

    /// The count that `node`, lowered from `formula`, is.
    ///
    /// # Errors
    /// Fails if it has no value or is no whole number ≥ 0.
    pub fn size(&mut self, node: NodeId, formula: &Formula) -> Result<usize> {
        let frame = self.global_frame(&formula.script);
        self.count(node, formula.expr, &frame, "a count")
    }

    /// The whole number that `node`, lowered from `formula`, is.
    ///
    /// # Errors
    /// Fails if it has no value or is no whole number.
    pub fn whole_number(&mut self, node: NodeId, formula: &Formula) -> Result<i64> {
        let frame = self.global_frame(&formula.script);
        self.whole(node, formula.expr, &frame, "the bound of a range")
    }

    /// The leaf that `expr`, a name or an entry of one, is differentiated by; whether its name
    /// stands for a formula and must be held.
    ///
    /// # Errors
    /// Fails if `expr` is neither a name nor an entry of one, or if the name's formula cannot be lowered.
    pub fn target_leaf(
        &mut self,
        script: &Rc<Script>,
        expr: ExprId,
        held: &[(Name, NodeId)],
    ) -> Result<(Name, NodeId, bool)> {
        let frame = self.global_frame(script);
        let name = self.wrt(expr, &frame)?.name;
        if let Some((_, node)) = held.iter().find(|(known, _)| *known == name) {
            return Ok((name, *node, true));
        }
        let node = self.name_node(&name, expr, &frame)?;
        if self.evaluation.unit.inputs.get(&name) == Some(&node) {
            return Ok((name, node, false));
        }
        let leaf = self.fresh_hold(node);
        // While it is held, the name stands for the leaf and not for what it is computed from.
        self.evaluation.unit.forget_name(node, &name);
        self.evaluation.unit.note_name(leaf, &name);
        if let Some(variable) = self.definitions.variable(&name) {
            self.evaluation
                .unit
                .note_definition(leaf, variable.location.clone());
        }
        Ok((name, leaf, true))
    }

    /// The node of `whole`, which may use the names of `parts`: those are seen by nothing else.
    ///
    /// # Errors
    /// Fails as [`Lowerer::lower`].
    pub fn lower_parts(
        &mut self,
        script: &Rc<Script>,
        parts: &[(Name, ExprId)],
        whole: ExprId,
        held: &[(Name, NodeId)],
    ) -> Result<NodeId> {
        let outer = self.held_sets.none().clone();
        let held = self.held_sets.with(&outer, held);
        let mut frame = Frame::global(script, &held);
        for (name, part) in parts {
            let node = self.lower_in(*part, &frame)?;
            frame = frame.bind(name, node);
        }
        self.lower_in(whole, &frame)
    }

    fn lower_in(&mut self, expr: ExprId, frame: &Frame) -> Result<NodeId> {
        self.begin();
        self.push_task(Task::Visit(expr, Rc::new(frame.clone())));
        self.run()?;
        Ok(self.pop_node())
    }

    /// The node that the global `name` stands for.
    fn name_node(&mut self, name: &Name, expr: ExprId, frame: &Rc<Frame>) -> Result<NodeId> {
        self.begin();
        let found = self.definitions.find(name);
        self.resolve_global(name, found, Some(expr), frame)?;
        self.run()?;
        Ok(self.pop_node())
    }

    /// The entry of `leaf` that a target means, where it means one.
    ///
    /// # Errors
    /// Fails if the indices mean no entry of `leaf`.
    pub fn target_entry(
        &mut self,
        script: &Rc<Script>,
        expr: ExprId,
        leaf: NodeId,
    ) -> Result<Option<Corner>> {
        let ExprKind::Index(base, indices) = &script.expr(expr).kind else {
            return Ok(None);
        };
        let nodes = self.index_nodes(script, indices)?;
        let frame = self.global_frame(script);
        let shape = self.graph.shape(leaf);
        let (corner, _) = self.block(expr, *base, shape, indices, &nodes, &frame)?;
        Ok(Some(corner))
    }

    fn index_nodes(&mut self, script: &Rc<Script>, indices: &[Index]) -> Result<Vec<NodeId>> {
        let mut nodes = Vec::new();
        for expr in indices.iter().flat_map(Index::ends) {
            nodes.push(self.lower(&Formula {
                script: script.clone(),
                expr,
            })?);
        }
        Ok(nodes)
    }

    /// Refuses a target that is no name of the session and that no output mentions either: most
    /// likely a typing mistake.
    ///
    /// # Errors
    /// Fails for such a target.
    pub fn check_reached(
        &self,
        script: &Rc<Script>,
        expr: ExprId,
        outputs: &[NodeId],
    ) -> Result<()> {
        let frame = self.global_frame(script);
        let name = self.wrt(expr, &frame)?.name;
        if self.definitions.variable(&name).is_some() || self.bound.contains_key(&name) {
            return Ok(());
        }
        let leaf = self.evaluation.unit.inputs.get(&name).copied();
        let reached = leaf.is_some_and(|leaf| self.graph.cone(outputs, |_| false).contains(&leaf));
        if reached {
            return Ok(());
        }
        Err(self.unknown_target(&name, script.locate(expr)))
    }

    /// The error for a target that nothing defines and nothing depends on.
    pub(super) fn unknown_target(&self, name: &str, location: Location) -> Diagnostic {
        let error = error!(Name, location,
            "`{name}` is not defined, and nothing here depends on it";
            label: "unknown name");
        match self.unit().nearest_name(name) {
            Some(nearest) => error.help(format!("did you mean `{nearest}`?")),
            None => error
                .help("a derivative is taken with respect to a name that the formula depends on"),
        }
    }

    /// The value that `name` has now.
    ///
    /// # Errors
    /// Fails if `name` is not defined or its value cannot be computed.
    pub fn current_value(&mut self, name: &Ident, script: &Rc<Script>) -> Result<Tensor> {
        let location = script.location(name.span);
        let Some(variable) = self.definitions.variable(&name.name).cloned() else {
            bail!(Name, location,
                "`{name}` is not defined, so it has no entries to replace";
                label: "unknown name";
                help: "define it first: `{name} = zeros(3)`");
        };
        let node = match &variable.meaning {
            Meaning::Formula(formula) => self.lower(formula)?,
            Meaning::Input(input) => self.defined_input(&name.name, input, &variable.location)?,
        };
        self.value(node)
    }

    /// The shape of what `name` stands for now.
    ///
    /// # Errors
    /// Fails as [`Lowerer::current_value`].
    pub fn current_shape(&mut self, name: &Ident, script: &Rc<Script>) -> Result<Shape> {
        match self.definitions.value(&name.name) {
            Some(value) => Ok(value.shape()),
            None if self.definitions.stays_open(&name.name) => self.open_shape(&name.name),
            None => Ok(self.current_value(name, script)?.shape()),
        }
    }

    /// The shape of an input without a value.
    ///
    /// # Errors
    /// Fails if it has no sizes.
    pub fn open_shape(&mut self, name: &Name) -> Result<Shape> {
        match self
            .definitions
            .variable(name)
            .map(|variable| (&variable.meaning, &variable.location))
        {
            Some((Meaning::Input(input), location)) => {
                let node = self.defined_input(name, input, location)?;
                Ok(self.graph.shape(node))
            }
            _ => Ok(Shape::SCALAR),
        }
    }

    /// The block of a value of `shape` that the indices of an update mean.
    ///
    /// # Errors
    /// Fails if the indices mean no block of that shape.
    pub fn entries(
        &mut self,
        script: &Rc<Script>,
        target: &UpdateTarget,
        indices: &[Index],
        shape: Shape,
    ) -> Result<(Corner, Shape)> {
        let nodes = self.index_nodes(script, indices)?;
        let frame = self.global_frame(script);
        let place = Indexed {
            name: &target.name.name,
            location: script.location(target.span),
        };
        self.block_of(&place, shape, indices, &nodes, &frame)
    }
}
