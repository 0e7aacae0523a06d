//! `:=`: values computed now and stored as inputs.

use super::{Event, Session, Sink, formula};
use crate::diagnostic::{Code, Diagnostic, Result};
use crate::graph::{Corner, Graph, Shape, Tensor};
use crate::lower::Lowering;
use crate::lower::definitions::Meaning;
use crate::render::{self, Style};
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
        if targets.iter().all(|target| target.indices.is_none())
            && let Some(computed) = self.compiled_values(script, values)
            && self.keep_declared(targets, &computed)
        {
            self.warn_of_nonfinite(script, targets, values, &computed, sink);
            self.store_all(script, targets, computed);
            return Ok(());
        }
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
        let changed: Vec<Tensor> = changed.into_iter().map(|(_, value)| value).collect();
        self.warn_of_nonfinite(script, targets, values, &changed, sink);
        self.store_all(script, targets, changed);
        Ok(())
    }

    fn store_all(&mut self, script: &Rc<Script>, targets: &[Target], values: Vec<Tensor>) {
        for (target, value) in targets.iter().zip(values) {
            let location = script.location(target.name.span);
            self.definitions
                .store(&target.name.name, Rc::new(value), location);
        }
    }

    /// Whether all values have the shapes that their names were declared with.
    fn keep_declared(&self, targets: &[Target], values: &[Tensor]) -> bool {
        targets.iter().zip(values).all(|(target, value)| {
            let variable = self.definitions.variable(&target.name.name);
            match variable.map(|variable| &variable.meaning) {
                Some(Meaning::Input(input)) => input
                    .declared
                    .is_none_or(|declared| declared == value.shape()),
                _ => true,
            }
        })
    }

    /// In a loop, warns once when an input that was finite is about to get a value that is not,
    /// and says where that comes from: as long as the old values are there, that can be found.
    fn warn_of_nonfinite(
        &mut self,
        script: &Rc<Script>,
        targets: &[Target],
        exprs: &[ExprId],
        values: &[Tensor],
        sink: &mut Sink<'_>,
    ) {
        let was_finite = |name: &str| {
            let variable = self.definitions.variable(name);
            match variable.map(|variable| &variable.meaning) {
                Some(Meaning::Input(input)) => {
                    input.value.get().is_some_and(|value| value.is_finite())
                }
                _ => false,
            }
        };
        let Some(rounds) = self.rounds.last().filter(|rounds| !rounds.warned) else {
            return;
        };
        let round = rounds.done + 1;
        let mut all = targets.iter().zip(exprs).zip(values);
        let found =
            all.find(|((target, _), value)| !value.is_finite() && was_finite(&target.name.name));
        let Some(((target, expr), value)) = found else {
            return;
        };
        let warning = self.nonfinite_warning(script, target, *expr, value, round);
        if let Some(rounds) = self.rounds.last_mut() {
            rounds.warned = true;
        }
        sink(Event::Warning(warning));
    }

    fn nonfinite_warning(
        &self,
        script: &Rc<Script>,
        target: &Target,
        expr: ExprId,
        value: &Tensor,
        round: u64,
    ) -> Diagnostic {
        let strange = value.data().iter().find(|x| !x.is_finite());
        let number = render::number::inline(&Tensor::scalar(*strange.unwrap_or(&f64::NAN)), 6);
        let name = &target.name.name;
        let warning = Diagnostic::warning(
            Code::Value,
            script.location(target.span),
            format!("`{name}` became {number} in round {round} of this loop"),
            "it was finite before",
        );
        let graph = Graph::new();
        let mut lowering = Lowering::new(&graph, &self.definitions, self.limits);
        let origin = lowering
            .lower(&formula(script, expr))
            .ok()
            .and_then(|node| {
                let value = lowering.value(node).ok()?;
                super::show::origin_of(&lowering, node, &value)
            });
        match origin {
            Some(origin) => {
                let text = render::compare::nonfinite(&origin, false, &Style::default());
                match origin.location {
                    Some(location) => warning.label(location, text),
                    None => warning.help(text),
                }
            }
            None => warning,
        }
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
