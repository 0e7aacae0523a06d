//! Loops and updates as statements.

use super::body::Body;
use super::dialect::Dialect;
use super::piece::{Level, Piece};
use crate::diagnostic::Result;
use crate::export::program::{Change, Step, argument_set, changed};
use crate::graph::{NodeId, Shape};

impl Body<'_, '_, '_> {
    /// The statements of a block.
    ///
    /// # Errors
    /// Something cannot be written in that language.
    pub fn steps(&mut self, steps: &[Step]) -> Result<()> {
        for step in steps {
            match step {
                Step::Assign(changes) => self.assign(changes)?,
                Step::If(condition, then, otherwise) => self.branch(*condition, then, otherwise)?,
                _ => self.round(step)?,
            }
            let arguments = changed(std::slice::from_ref(step));
            self.forget(&arguments);
        }
        Ok(())
    }

    fn name(&self, argument: usize) -> String {
        self.shared.arguments[argument].clone()
    }

    /// What depends on these arguments has no value any more.
    fn forget(&mut self, arguments: &[usize]) {
        let mask = argument_set(arguments);
        let (dependence, program) = (&self.shared.dependence, self.shared.program);
        self.known
            .retain(|id, _| program.leaves.contains_key(id) || dependence[id.index()] & mask == 0);
    }

    fn assign(&mut self, changes: &[Change]) -> Result<()> {
        let nodes: Vec<NodeId> = changes.iter().flat_map(Change::reads).collect();
        let mut pieces = self.compute(&nodes)?.into_iter();
        let mut news: Vec<(usize, String)> = Vec::new();
        for change in changes {
            let corner: Vec<Piece> = pieces.by_ref().take(change.reads().len() - 1).collect();
            let Some(value) = pieces.next() else { continue };
            let name = self.name(change.argument);
            let before = news
                .iter()
                .find(|(argument, _)| *argument == change.argument);
            let old = before.map_or(name.clone(), |(_, fresh)| fresh.clone());
            let text = match &change.place {
                None => value.text,
                Some(place) => self.replaced(&old, &corner, place.extent, &value),
            };
            let target = match changes.len() {
                1 => name,
                _ if before.is_some() => old,
                _ => self.fresh(&format!("new_{name}")),
            };
            self.set(&target, &text);
            if changes.len() > 1
                && !news
                    .iter()
                    .any(|(argument, _)| *argument == change.argument)
            {
                news.push((change.argument, target));
            }
        }
        if !news.is_empty() {
            let names: Vec<String> = news
                .iter()
                .map(|(argument, _)| self.name(*argument))
                .collect();
            let fresh: Vec<String> = news.into_iter().map(|(_, fresh)| fresh).collect();
            self.line(format!("{} = {}", names.join(", "), fresh.join(", ")));
        }
        Ok(())
    }

    fn set(&mut self, name: &str, text: &str) {
        if name == text {
            return;
        }
        let lines = super::layout::statement(self.indent, &format!("{name} = "), text);
        self.lines_of(&lines);
    }

    /// `old` with some entries replaced.
    fn replaced(&mut self, old: &str, corner: &[Piece], extent: Shape, value: &Piece) -> String {
        if self.shared.dialect == Dialect::Julia {
            let block = super::julia::stretched(value, extent, &self.shared.sizes).text;
            return format!(
                "replaced({old}, {}, {}, {block})",
                corner[0].text, corner[1].text
            );
        }
        let size = format!("({})", self.shared.sizes.pair(extent));
        let prefix = self.shared.dialect.prefix();
        let block = match value.shape == extent && !extent.is_scalar() {
            true => value.text.clone(),
            false => match (self.shared.dialect, value.literal) {
                (Dialect::Torch, Some(_)) => format!("torch.full({size}, {})", value.text),
                _ => format!("{prefix}.broadcast_to({}, {size})", value.text),
            },
        };
        self.shared.used.insert("replaced".to_string());
        format!(
            "replaced({old}, {}, {}, {block})",
            corner[0].text, corner[1].text
        )
    }

    fn branch(&mut self, condition: NodeId, then: &[Step], otherwise: &[Step]) -> Result<()> {
        let test = self.condition(condition)?;
        if self.shared.dialect == Dialect::Jax {
            let mut carried = changed(then);
            carried.extend(changed(otherwise));
            carried.sort_unstable();
            carried.dedup();
            let carry = self.carry(&carried);
            let [yes, no] = ["taken", "other"].map(|name| self.fresh(name));
            for (name, block) in [(&yes, then), (&no, otherwise)] {
                self.function(name, &carry, &carried, |body| body.steps(block))?;
            }
            self.line(format!(
                "{carry} = jax.lax.cond({test}, {yes}, {no}, {})",
                operand(&carry)
            ));
            return Ok(());
        }
        let known = self.known.clone();
        let (colon, closing) = (self.shared.dialect.colon(), self.shared.dialect.closing());
        self.line(format!("if {test}{colon}"));
        self.block(then)?;
        self.known.clone_from(&known);
        if !otherwise.is_empty() {
            self.line(format!("else{colon}"));
            self.block(otherwise)?;
            self.known = known;
        }
        closing.iter().for_each(|end| self.line(end));
        Ok(())
    }

    fn block(&mut self, steps: &[Step]) -> Result<()> {
        self.indent += 4;
        let before = self.lines.len();
        self.steps(steps)?;
        if self.lines.len() == before && self.shared.dialect != Dialect::Julia {
            self.line("pass");
        }
        self.indent -= 4;
        Ok(())
    }

    /// A loop: what does not change in it is computed before.
    fn round(&mut self, step: &Step) -> Result<()> {
        let bounds: Vec<NodeId> = match step {
            Step::While(..) => vec![],
            step => step.reads(),
        };
        let bounds = self.compute(&bounds)?;
        self.hoist(step)?;
        match self.shared.dialect {
            Dialect::Jax => self.jax_loop(step, &bounds),
            _ => self.plain_loop(step, &bounds),
        }
    }

    /// Lines for what every round of a loop would compute alike.
    fn hoist(&mut self, step: &Step) -> Result<()> {
        let known = |id| self.known.contains_key(&id);
        let outermost = (self.shared.program).unchanging(step, &self.shared.dependence, known);
        if outermost.is_empty() {
            return Ok(());
        }
        let pieces = self.compute(&outermost)?;
        for (id, piece) in outermost.into_iter().zip(pieces) {
            if !self.known.contains_key(&id) {
                let bound = self.bind(id, piece);
                self.known.insert(id, bound);
            }
        }
        Ok(())
    }

    fn plain_loop(&mut self, step: &Step, bounds: &[Piece]) -> Result<()> {
        let prefix = self.shared.dialect.prefix();
        let known = self.known.clone();
        let arguments = changed(std::slice::from_ref(step));
        self.forget(&arguments);
        match step {
            Step::Repeat(_, body) => {
                let count = whole(&bounds[0], self.shared.dialect);
                self.line(match self.shared.dialect {
                    Dialect::Julia => format!("for _ in 1:{count}"),
                    _ => format!("for _ in range({count}):"),
                });
                self.block(body)?;
            }
            Step::For { variable, body, .. } => {
                let name = self.name(*variable);
                let end = match bounds[1].literal {
                    Some(x) => format!("{:?}", x + 1.0),
                    None => format!("{} + 1.0", bounds[1].text),
                };
                let first = &bounds[0];
                self.line(match self.shared.dialect {
                    Dialect::Julia => {
                        let last = bounds[1].within(Level::Sum);
                        format!("for outer {name} in {}:{last}", first.within(Level::Sum))
                    }
                    _ => format!("for {name} in {prefix}.arange({}, {end}):", first.text),
                });
                self.block(body)?;
            }
            Step::While(condition, body) => {
                let start = self.lines.len();
                self.indent += 4;
                let test = self.condition(*condition)?;
                let alone = self.lines.len() == start;
                self.indent -= 4;
                let julia = self.shared.dialect == Dialect::Julia;
                let (colon, forever) = if julia {
                    ("", "while true")
                } else {
                    (":", "while True:")
                };
                if alone {
                    self.line(format!("while {test}{colon}"));
                } else {
                    let line = format!("{}{forever}", " ".repeat(self.indent));
                    self.lines.insert(start, line);
                    if julia {
                        self.line(format!("    ({test}) || break"));
                    } else {
                        self.line(format!("    if not ({test}):"));
                        self.line("        break");
                    }
                }
                self.block(body)?;
            }
            _ => {}
        }
        let closing = self.shared.dialect.closing();
        closing.iter().for_each(|end| self.line(end));
        self.known = known;
        Ok(())
    }

    /// The names that a loop of JAX hands from round to round.
    fn carry(&self, arguments: &[usize]) -> String {
        let names: Vec<String> = arguments
            .iter()
            .map(|argument| self.name(*argument))
            .collect();
        names.join(", ")
    }

    /// A function inside this one that takes and returns what is carried.
    fn function(
        &mut self,
        head: &str,
        carry: &str,
        carried: &[usize],
        fill: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let known = self.known.clone();
        let (name, parameters) = head.split_once('|').unwrap_or((head, ""));
        let several = carried.len() > 1;
        let parameter = if several { "carry" } else { carry };
        self.line("");
        self.line(format!("def {name}({parameters}{parameter}):"));
        self.indent += 4;
        if several {
            self.line(format!("{carry} = carry"));
        }
        self.forget(carried);
        fill(self)?;
        if !self
            .lines
            .last()
            .is_some_and(|line| line.trim_start().starts_with("return "))
        {
            self.line(format!("return {carry}"));
        }
        self.indent -= 4;
        self.line("");
        self.known = known;
        Ok(())
    }

    fn jax_loop(&mut self, step: &Step, bounds: &[Piece]) -> Result<()> {
        let mut carried = changed(std::slice::from_ref(step));
        if let Step::For { variable, .. } = step {
            carried.retain(|argument| argument != variable);
        }
        let carry = self.carry(&carried);
        let given = operand(&carry);
        let name = self.fresh("one_round");
        match step {
            Step::Repeat(_, body) => {
                self.function(&format!("{name}|_, "), &carry, &carried, |inner| {
                    inner.steps(body)
                })?;
                self.line(format!(
                    "{carry} = jax.lax.fori_loop(0, {}, {name}, {given})",
                    whole(&bounds[0], self.shared.dialect)
                ));
            }
            Step::For { variable, body, .. } => {
                let number = self.name(*variable);
                self.function(&format!("{name}|{number}, "), &carry, &carried, |inner| {
                    inner.forget(&[*variable]);
                    inner.line(format!("{number} = 1.0 * {number}"));
                    inner.steps(body)
                })?;
                let end = match bounds[1].literal {
                    Some(x) => format!("{}", x + 1.0),
                    None => format!("{} + 1", whole(&bounds[1], self.shared.dialect)),
                };
                self.line(format!(
                    "{carry} = jax.lax.fori_loop({}, {end}, {name}, {given})",
                    whole(&bounds[0], self.shared.dialect)
                ));
            }
            Step::While(condition, body) => {
                let more = self.fresh("goes_on");
                self.function(&more, &carry, &carried, |inner| {
                    let test = inner.condition(*condition)?;
                    inner.line(format!("return {test}"));
                    Ok(())
                })?;
                self.lines.pop();
                self.function(&name, &carry, &carried, |inner| inner.steps(body))?;
                self.line(format!(
                    "{carry} = jax.lax.while_loop({more}, {name}, {given})"
                ));
            }
            _ => {}
        }
        Ok(())
    }
}

/// What is carried, as one argument.
fn operand(carry: &str) -> String {
    if carry.contains(", ") {
        format!("({carry})")
    } else {
        carry.to_string()
    }
}

/// A count as a whole number of Python.
fn whole(piece: &Piece, dialect: Dialect) -> String {
    match (piece.literal, dialect) {
        (Some(x), _) => format!("{x}"),
        // A size is a whole number.
        (None, _) if piece.plain => piece.text.clone(),
        (None, Dialect::Jax) => format!("{}.astype(int)", piece.within(Level::Atom)),
        (None, Dialect::Julia) => format!("Int({})", piece.text),
        (None, _) => format!("int({})", piece.text),
    }
}
