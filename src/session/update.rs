//! `:=`: values computed now and stored as inputs.

use super::{Event, Session, Sink, formula};
use crate::diagnostic::{Code, Diagnostic, Result};
use crate::graph::{Corner, Graph, Shape, Tensor};
use crate::lower::Lowering;
use crate::syntax::ast::{ExprId, Name, Script, Target};
use std::rc::Rc;

impl Session {
    /// Every right side sees the old values; then all are stored.
    pub(super) fn update(
        &mut self,
        script: &Rc<Script>,
        targets: &[Target],
        values: &[ExprId],
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let graph = Graph::new();
        let mut lowering = Lowering::new(&graph, &self.definitions, self.limits);
        let mut nodes = Vec::new();
        for value in values {
            nodes.push(lowering.lower(&formula(script, *value))?);
        }
        let mut changed: Vec<(Name, Tensor)> = Vec::new();
        for ((target, node), value) in targets.iter().zip(nodes).zip(values) {
            let new = lowering.value(node)?;
            let name = &target.name.name;
            let new = match &target.indices {
                None => new,
                Some(indices) => {
                    let known = changed.iter().rposition(|(changed, _)| changed == name);
                    let mut old = match known {
                        Some(k) => changed[k].1.clone(),
                        None => lowering.current_value(&target.name, script)?,
                    };
                    let block = lowering.entries(script, target, indices, old.shape())?;
                    replace(&mut old, block, &new).map_err(|message| {
                        let location = script.locate(*value);
                        let label = new.shape().described();
                        Diagnostic::error(Code::Shape, location, message, label).label(
                            script.location(target.span),
                            format!("these are {}", block.1),
                        )
                    })?;
                    old
                }
            };
            lowering.check_declared(&target.name, new.shape(), &script.locate(*value))?;
            changed.push((name.clone(), new));
        }
        lowering
            .take_warnings()
            .into_iter()
            .for_each(|warning| sink(Event::Warning(warning)));
        for ((name, value), target) in changed.into_iter().zip(targets) {
            let location = script.location(target.name.span);
            self.definitions.store(&name, Rc::new(value), location);
        }
        Ok(())
    }
}

/// Replaces a block of `old` by `new`; a scalar fills it.
fn replace(
    old: &mut Tensor,
    (corner, extent): (Corner, Shape),
    new: &Tensor,
) -> std::result::Result<(), String> {
    let fill = new.as_scalar();
    if fill.is_none() && new.shape() != extent {
        return Err(format!(
            "{} entries cannot be replaced by a {} value",
            extent,
            new.shape()
        ));
    }
    let rows = old.shape().m();
    for j in 0..extent.n() {
        for i in 0..extent.m() {
            let at = corner.row as usize + i + (corner.col as usize + j) * rows;
            old.data_mut()[at] = fill.unwrap_or_else(|| new.at(i, j));
        }
    }
    Ok(())
}
