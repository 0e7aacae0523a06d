//! `:=`: values computed now and stored as inputs.

use super::evaluate::formula;
use super::sink::warn;
use super::{Session, Sink};
use crate::diagnostic::{Diagnostic, Result, error, warning};
use crate::event::Event;
use crate::findings;
use crate::graph::{Corner, Graph, Shape, Tensor};
use crate::lower::Lowerer;
use crate::lower::definitions::Meaning;
use crate::notation::Style;
use crate::number;
use crate::primitives::stored::{Stored, StoredTensor};
use crate::syntax::ast::{ExprId, Index, Script, UpdateTarget};
use crate::vector::sums::all_finite;
use std::rc::Rc;

/// The new value of a target.
struct New {
    value: Value,
    /// Which entries it replaces; `None` for the whole.
    block: Option<(Corner, Shape)>,
}

enum Value {
    Dense(Tensor),
    Stored(Rc<StoredTensor>),
    /// One of finite numbers, which the program of the loop keeps.
    Kept,
}

impl Value {
    /// The numbers: all, or those that are stored.
    fn numbers(&self) -> &[f64] {
        match self {
            Value::Dense(value) => value.data(),
            Value::Stored(stored) => stored.values.data(),
            Value::Kept => &[],
        }
    }
}

impl Session {
    /// Every right side sees the old values; then all are stored.
    pub(super) fn update(
        &mut self,
        script: &Rc<Script>,
        targets: &[UpdateTarget],
        values: &[ExprId],
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let news = match self.compiled_news(script, targets, values) {
            Some(news) => news,
            None => {
                self.settle();
                self.lowered_news(script, targets, values, sink)?
            }
        };
        let kept = news.iter().any(|new| matches!(new.value, Value::Kept));
        if !kept {
            self.settle();
        }
        self.warn_of_nonfinite(script, targets, values, &news, sink);
        for (target, new) in targets.iter().zip(news) {
            // Once: what is there already does not begin to hide.
            if self.definitions.variable(&target.name.name).is_none() {
                self.warn_of_hiding(script, &target.name, sink);
            }
            self.store_new(script, target, new);
        }
        if kept {
            self.hand_on();
        }
        Ok(())
    }

    fn lowered_news(
        &self,
        script: &Rc<Script>,
        targets: &[UpdateTarget],
        values: &[ExprId],
        sink: &mut Sink<'_>,
    ) -> Result<Vec<New>> {
        let graph = Graph::new();
        let mut lowerer = Lowerer::for_values(&graph, &self.definitions, self.limits);
        let mut nodes = Vec::new();
        for value in values {
            nodes.push(lowerer.lower(&formula(script, *value))?);
        }
        let mut news: Vec<New> = Vec::new();
        for (k, (target, node)) in targets.iter().zip(nodes).enumerate() {
            let location = script.locate(values[k]);
            let whole = target.indices.is_none() && !has_twice(targets);
            let stored = Stored::of(&graph, node).filter(|stored| whole && stored.is_large());
            if let Some(stored) = stored {
                let name = &target.name.name;
                (self.definitions).check_declared(name, stored.shape, &location)?;
                let value = StoredTensor {
                    shape: stored.shape,
                    places: stored.places(),
                    values: lowerer.value(stored.values.id)?,
                };
                news.push(New {
                    value: Value::Stored(Rc::new(value)),
                    block: None,
                });
                continue;
            }
            let value = lowerer.value(node)?;
            let block = match &target.indices {
                None => {
                    self.definitions
                        .check_declared(&target.name.name, value.shape(), &location)?;
                    None
                }
                Some(indices) => {
                    let known = (0..k).rev().find_map(|k| match &news[k] {
                        New {
                            value: Value::Dense(value),
                            block: None,
                        } if targets[k].name.name == target.name.name => Some(value.shape()),
                        _ => None,
                    });
                    let shape = match known {
                        Some(shape) => shape,
                        None => lowerer.current_shape(&target.name, script)?,
                    };
                    let block = lowerer.entries(script, target, indices, shape)?;
                    if !fits(block, &value) {
                        let message = format!(
                            "{} entries cannot be replaced by a {} value",
                            block.1,
                            value.shape()
                        );
                        let label = value.shape().described();
                        let error = error!(Shape, location, "{message}"; label: "{label}");
                        let place = script.location(target.span);
                        return Err(error.label(place, format!("these are {}", block.1)));
                    }
                    // A formula becomes an input with the value that it has.
                    let input = self.definitions.value(&target.name.name).is_some();
                    if known.is_none() && !input {
                        let mut whole = lowerer.current_value(&target.name, script)?;
                        replace(&mut whole, block, &value);
                        news.push(New {
                            value: Value::Dense(whole),
                            block: None,
                        });
                        continue;
                    }
                    Some(block)
                }
            };
            let value = Value::Dense(value);
            news.push(New { value, block });
        }
        warn(lowerer.finish().unit.take_warnings(), sink);
        Ok(news)
    }

    /// The same from what is compiled of the loop under way.
    fn compiled_news(
        &mut self,
        script: &Rc<Script>,
        targets: &[UpdateTarget],
        values: &[ExprId],
    ) -> Option<Vec<New>> {
        if has_twice(targets) {
            return None;
        }
        let asked = asked(targets, values);
        let mut computed = self.compiled_values(script, &asked)?;
        let numbers = computed.split_off(values.len()).into_iter();
        let mut numbers = numbers.map(|number| number?.as_scalar());
        let mut news = Vec::with_capacity(values.len());
        for (target, value) in targets.iter().zip(computed) {
            let Some(value) = value else {
                let (value, block) = (Value::Kept, None);
                news.push(New { value, block });
                continue;
            };
            let variable = self.definitions.variable(&target.name.name);
            let input = match variable.map(|variable| &variable.meaning) {
                Some(Meaning::Input(input)) => Some(input),
                _ => None,
            };
            let block = match &target.indices {
                None => {
                    let declared = input.and_then(|input| input.declared);
                    if declared.is_some_and(|declared| declared != value.shape()) {
                        return None;
                    }
                    None
                }
                Some(indices) => {
                    let shape = input?.value.get()?.shape();
                    let block = block_at(shape, indices, &mut numbers)?;
                    if !fits(block, &value) {
                        return None;
                    }
                    Some(block)
                }
            };
            let value = Value::Dense(value);
            news.push(New { value, block });
        }
        Some(news)
    }

    fn store_new(&mut self, script: &Rc<Script>, target: &UpdateTarget, new: New) {
        let name = &target.name.name;
        let location = script.location(target.name.span);
        let value = match new.value {
            Value::Dense(value) => value,
            Value::Stored(stored) => return self.definitions.store_places(name, stored, location),
            Value::Kept => return,
        };
        let whole = match new.block {
            None => value,
            Some(block) => {
                let known = self.definitions.value(name);
                let rows = known.map_or(0, |known| known.shape().m());
                let number = |k: usize| value.as_scalar().unwrap_or_else(|| value.data()[k]);
                let replaced: Vec<(usize, f64)> = block_entries(rows, block)
                    .enumerate()
                    .map(|(k, at)| (at, number(k)))
                    .collect();
                if self.replace_entries(name, &replaced) {
                    return;
                }
                let Some(known) = self.definitions.value(name) else {
                    return;
                };
                let mut whole = (**known).clone();
                replace(&mut whole, block, &value);
                whole
            }
        };
        self.definitions.store(name, Rc::new(whole), location);
    }

    /// In a loop, warns once when an input that was finite is about to get a value that is not,
    /// and says where that comes from: as long as the old values are there, that can be found.
    fn warn_of_nonfinite(
        &mut self,
        script: &Rc<Script>,
        targets: &[UpdateTarget],
        exprs: &[ExprId],
        news: &[New],
        sink: &mut Sink<'_>,
    ) {
        let was_finite = |name: &str| {
            let value = self.definitions.value(name);
            value.is_some_and(|value| all_finite(value.data()))
        };
        let Some(rounds) = self.rounds.last().filter(|rounds| !rounds.warned) else {
            return;
        };
        let round = rounds.done + 1;
        let mut all = targets.iter().zip(exprs).zip(news);
        let found = all.find(|((target, _), new)| {
            !all_finite(new.value.numbers()) && was_finite(&target.name.name)
        });
        let Some(((target, expr), new)) = found else {
            return;
        };
        self.settle();
        let warning = self.nonfinite_warning(script, target, *expr, new.value.numbers(), round);
        if let Some(rounds) = self.rounds.last_mut() {
            rounds.warned = true;
        }
        sink(Event::Warning(warning));
    }

    fn nonfinite_warning(
        &self,
        script: &Rc<Script>,
        target: &UpdateTarget,
        expr: ExprId,
        value: &[f64],
        round: u64,
    ) -> Diagnostic {
        let strange = value.iter().find(|x| !x.is_finite());
        let number = number::inline(&Tensor::scalar(*strange.unwrap_or(&f64::NAN)), 6);
        let name = &target.name.name;
        let warning = warning!(Value, script.location(target.span),
            "`{name}` became {number} in round {round} of this loop";
            label: "it was finite before");
        let graph = Graph::new();
        let mut lowerer = Lowerer::new(&graph, &self.definitions, self.limits);
        let origin = lowerer.lower(&formula(script, expr)).ok().and_then(|node| {
            let value = lowerer.value(node).ok()?;
            super::show::origin_of(lowerer.evaluation(), node, &value)
        });
        match origin {
            Some(origin) => {
                let text = findings::nonfinite(&origin, false, &Style::default());
                match origin.location {
                    Some(location) => warning.label(location, text),
                    None => warning.help(text),
                }
            }
            None => warning,
        }
    }
}

/// True if a name is replaced and entries of it too: which entries there are, only the new value
/// tells.
fn has_twice(targets: &[UpdateTarget]) -> bool {
    let same = |a: &UpdateTarget, b: &UpdateTarget| a.name.name == b.name.name;
    (1..targets.len()).any(|k| targets[..k].iter().any(|before| same(before, &targets[k])))
}

/// The expressions that an update computes: its values, and then its indices.
pub(super) fn asked(targets: &[UpdateTarget], values: &[ExprId]) -> Vec<ExprId> {
    let indices = targets
        .iter()
        .flat_map(|target| target.indices.iter().flatten());
    let ends = indices.flat_map(Index::ends);
    values.iter().copied().chain(ends).collect()
}

/// The block of a value of `shape` that `indices` mean, whose ends, counted from 1, are the next of
/// `numbers`; `None` where they mean none.
fn block_at(
    shape: Shape,
    indices: &[Index],
    numbers: &mut impl Iterator<Item = Option<f64>>,
) -> Option<(Corner, Shape)> {
    let mut extent = |index: &Index, length: usize| {
        let mut next = || {
            let x = numbers.next()??;
            let inside = x.fract() == 0.0 && (1.0..=length as f64).contains(&x);
            inside.then_some(x as u32)
        };
        let (first, last) = match index {
            Index::All => (1, length as u32),
            Index::At(_) => next().map(|at| (at, at))?,
            Index::Range(..) => (next()?, next()?),
        };
        // An empty range replaces nothing; that is rare enough to be interpreted.
        Some((first - 1, last.checked_sub(first)? + 1))
    };
    let ((row, rows), (col, cols)) = match indices {
        [along] if shape.cols == 1 => (extent(along, shape.m())?, (0, 1)),
        [along] if shape.rows == 1 => ((0, 1), extent(along, shape.n())?),
        [row, col] => (extent(row, shape.m())?, extent(col, shape.n())?),
        _ => return None,
    };
    Some((Corner { row, col }, Shape { rows, cols }))
}

/// True if a value can replace a block; a scalar fills it.
fn fits((_, extent): (Corner, Shape), value: &Tensor) -> bool {
    value.shape().is_scalar() || value.shape() == extent
}

/// The positions of the entries of a block in a value with `rows` rows, column by column.
fn block_entries(rows: usize, (corner, extent): (Corner, Shape)) -> impl Iterator<Item = usize> {
    let (row, col) = (corner.row as usize, corner.col as usize);
    (0..extent.n()).flat_map(move |j| (0..extent.m()).map(move |i| row + i + (col + j) * rows))
}

/// Replaces a block of `old` by `new`, which fits.
fn replace(old: &mut Tensor, block: (Corner, Shape), new: &Tensor) {
    let fill = new.as_scalar();
    for (k, at) in block_entries(old.shape().m(), block).enumerate() {
        old.data_mut()[at] = fill.unwrap_or_else(|| new.data()[k]);
    }
}
