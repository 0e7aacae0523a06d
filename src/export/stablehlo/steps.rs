//! Loops and updates in StableHLO: what a loop changes is carried from round to round.

use super::lines::{SsaFunction, SsaValue};
use crate::diagnostic::Result;
use crate::export::program::{Change, Step, argument_set, changed};
use crate::graph::NodeId;

impl SsaFunction<'_, '_, '_> {
    /// The statements of a block.
    ///
    /// # Errors
    /// Something cannot be written in that language.
    pub(super) fn steps(&mut self, steps: &[Step]) -> Result<()> {
        for step in steps {
            match step {
                Step::Assign(changes) => self.assign(changes)?,
                Step::If(condition, then, otherwise) => self.branch(*condition, then, otherwise)?,
                _ => self.round(step)?,
            }
            self.forget(&changed(std::slice::from_ref(step)));
        }
        Ok(())
    }

    fn forget(&mut self, arguments: &[usize]) {
        let mask = argument_set(arguments);
        let dependence = &self.shared.dependence;
        self.known
            .retain(|id, _| dependence[id.index()] & mask == 0);
    }

    fn assign(&mut self, changes: &[Change]) -> Result<()> {
        let nodes: Vec<NodeId> = changes.iter().flat_map(Change::reads).collect();
        let mut found = self.numbers(&nodes)?.into_iter();
        let mut news: Vec<(usize, SsaValue)> = Vec::new();
        for change in changes {
            let parts: Vec<SsaValue> = found.by_ref().take(change.reads().len()).collect();
            let value = parts[parts.len() - 1].clone();
            let before = news
                .iter()
                .rev()
                .find(|(argument, _)| *argument == change.argument);
            let old = before
                .map_or(&self.arguments[change.argument], |(_, new)| new)
                .clone();
            let value = match &change.place {
                None => value,
                Some(place) => {
                    let block = self.stretched(&value, place.extent);
                    self.replaced(&old, &parts[0], &parts[1], &block)
                }
            };
            news.push((change.argument, value));
        }
        for (argument, value) in news {
            self.arguments[argument] = value;
        }
        Ok(())
    }

    /// What `fill` writes, one level further in; what it computes is gone afterwards.
    fn region(&mut self, fill: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let (known, arguments) = (self.known.clone(), self.arguments.clone());
        let seen = self.seen.clone();
        self.indent += 2;
        fill(self)?;
        self.indent -= 2;
        (self.known, self.arguments, self.seen) = (known, arguments, seen);
        Ok(())
    }

    fn returned(&mut self, values: &[SsaValue]) {
        let names: Vec<&str> = values.iter().map(|value| value.name.as_str()).collect();
        let kinds: Vec<String> = values.iter().map(SsaValue::kind).collect();
        self.line(format!(
            "stablehlo.return {} : {}",
            names.join(", "),
            kinds.join(", ")
        ));
    }

    /// The values of what is carried, as they are now.
    fn carried(&self, arguments: &[usize]) -> Vec<SsaValue> {
        arguments
            .iter()
            .map(|argument| self.arguments[*argument].clone())
            .collect()
    }

    /// Writes the line at `at` that `text` begins, with names for its results: each is the value of its
    /// argument from now on, where it has one.
    fn results(&mut self, at: usize, arguments: &[Option<usize>], text: &str) {
        let base = self.fresh();
        let count = arguments.len();
        let open = match count {
            1 => format!("{base} = "),
            _ => format!("{base}:{count} = "),
        };
        self.lines
            .insert(at, format!("{}{open}{text}", " ".repeat(self.indent)));
        for (k, argument) in arguments.iter().enumerate() {
            if let Some(argument) = argument {
                self.arguments[*argument].name = match count {
                    1 => base.clone(),
                    _ => format!("{base}#{k}"),
                };
            }
        }
    }

    fn branch(&mut self, condition: NodeId, then: &[Step], otherwise: &[Step]) -> Result<()> {
        let test = self.compute(&[condition])?.remove(0);
        let test = self.condition(&test);
        let mut carried = changed(then);
        carried.extend(changed(otherwise));
        carried.sort_unstable();
        carried.dedup();
        if carried.is_empty() {
            return Ok(());
        }
        let kinds: Vec<String> = self.carried(&carried).iter().map(SsaValue::kind).collect();
        let at = self.lines.len();
        for (k, block) in [then, otherwise].into_iter().enumerate() {
            if k > 0 {
                self.line("}, {");
            }
            self.region(|inner| {
                inner.steps(block)?;
                let values = inner.carried(&carried);
                inner.returned(&values);
                Ok(())
            })?;
        }
        self.line(format!("}}) : (tensor<i1>) -> ({})", kinds.join(", ")));
        let results: Vec<Option<usize>> = carried.into_iter().map(Some).collect();
        self.results(
            at,
            &results,
            &format!("\"stablehlo.if\"({}) ({{", test.name),
        );
        Ok(())
    }

    fn round(&mut self, step: &Step) -> Result<()> {
        let bounds = match step {
            Step::While(..) => vec![],
            step => self.numbers(&step.reads())?,
        };
        let outermost = self
            .shared
            .program
            .unchanging(step, &self.shared.dependence, |id| {
                self.known.contains_key(&id)
            });
        self.compute(&outermost)?;
        let mut carried = changed(std::slice::from_ref(step));
        if let Step::For { variable, .. } = step {
            // It starts where the loop does.
            self.arguments[*variable] = bounds[0].clone();
            carried.retain(|argument| argument != variable);
            carried.push(*variable);
        }
        let before = self.carried(&carried);
        // A counted loop carries the number of rounds that are left.
        let counts = matches!(step, Step::Repeat(..));
        let mut parts: Vec<(String, SsaValue)> = Vec::new();
        for (argument, value) in carried.iter().zip(&before) {
            let name = self.named(&self.shared.arguments[*argument].clone());
            parts.push((name, value.clone()));
        }
        let left = counts.then(|| self.named("left"));
        if let (Some(left), Some(count)) = (&left, bounds.first()) {
            parts.push((left.clone(), count.clone()));
        }
        let heads: Vec<String> = parts
            .iter()
            .map(|(name, value)| format!("{name} = {}", value.name))
            .collect();
        let kinds: Vec<String> = parts.iter().map(|(_, value)| value.kind()).collect();
        let outer = self.arguments.clone();
        self.forget(&carried);
        for (argument, (name, _)) in carried.iter().zip(&parts) {
            self.arguments[*argument].name.clone_from(name);
        }
        let at = self.lines.len();
        self.line("cond {");
        self.region(|inner| {
            let left = left.as_ref().map(|name| SsaValue {
                name: name.clone(),
                ..bounds[0].clone()
            });
            let test = match step {
                Step::While(condition, _) => inner.compute(&[*condition])?.remove(0),
                Step::For { variable, .. } => {
                    let number = inner.arguments[*variable].clone();
                    inner.call("le", &[number, bounds[1].clone()])
                }
                _ => inner.filled("ge({0}, 1.0)", left.as_slice()),
            };
            let test = inner.condition(&test);
            inner.returned(&[test]);
            Ok(())
        })?;
        self.line("} do {");
        self.region(|inner| {
            for body in step.blocks() {
                inner.steps(body)?;
            }
            if let Step::For { variable, .. } = step {
                let number = SsaValue {
                    name: parts[carried.len() - 1].0.clone(),
                    ..inner.arguments[*variable].clone()
                };
                inner.arguments[*variable] = inner.filled("add({0}, 1.0)", &[number]);
            }
            let mut values = inner.carried(&carried);
            if let Some(name) = &left {
                let left = SsaValue {
                    name: name.clone(),
                    ..bounds[0].clone()
                };
                values.push(inner.filled("subtract({0}, 1.0)", &[left]));
            }
            inner.returned(&values);
            Ok(())
        })?;
        self.line("}");
        self.arguments = outer;
        let text = format!(
            "stablehlo.while({}) : {}",
            heads.join(", "),
            kinds.join(", ")
        );
        let mut results: Vec<Option<usize>> = carried.into_iter().map(Some).collect();
        results.extend(counts.then_some(None));
        self.results(at, &results, &text);
        if let Step::For { variable, .. } = step {
            // After the loop it is the number of the last round.
            let next = self.arguments[*variable].clone();
            self.arguments[*variable] = self.filled("subtract({0}, 1.0)", &[next]);
        }
        Ok(())
    }
}
