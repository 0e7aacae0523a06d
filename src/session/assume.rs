//! `assume`: what is said of inputs.

use super::Session;
use crate::diagnostic::{Result, bail, error};
use crate::graph::{Graph, Tensor};
use crate::lower::definitions::Meaning;
use crate::lower::{Formula, Lowerer};
use crate::proof::{Bound, Facts, Property};
use crate::source::Location;
use crate::syntax::ast::{BinaryOp, ExprId, Fact, Name, Script};
use std::rc::Rc;

impl Session {
    pub(super) fn assume(&mut self, script: &Rc<Script>, facts: &[Fact]) -> Result<()> {
        // Names whose property follows.
        let mut waiting: Vec<ExprId> = Vec::new();
        for fact in facts {
            match (&fact.comparisons[..], &fact.property) {
                ([], None) => waiting.push(fact.operands[0]),
                ([], Some(word)) => {
                    waiting.push(fact.operands[0]);
                    let property = Property::ALL
                        .into_iter()
                        .find(|known| known.name() == &*word.name);
                    for name in std::mem::take(&mut waiting) {
                        self.assume_property(script, name, property)?;
                    }
                }
                (comparisons, _) => {
                    let pairs = fact.operands.windows(2).zip(comparisons);
                    for (pair, op) in pairs {
                        self.assume_bound(script, [pair[0], pair[1]], *op)?;
                    }
                }
            }
        }
        match waiting.first() {
            None => Ok(()),
            Some(name) => Err(error!(Syntax, script.locate(*name),
                "nothing is assumed about `{}`", script.text(*name);
                label: "a property or a comparison is missing";
                help: "write `assume {0} > 0`, or `assume {0} symmetric`", script.text(*name))),
        }
    }

    /// A property of an input; `None` takes the assumption back.
    fn assume_property(
        &mut self,
        script: &Rc<Script>,
        expr: ExprId,
        property: Option<Property>,
    ) -> Result<()> {
        let name = self.input_named(script, expr)?;
        let Some(property) = property else {
            self.definitions.state(&name, Facts::default());
            return Ok(());
        };
        let mut facts = self.definitions.facts(&name).cloned().unwrap_or_default();
        if !facts.properties.contains(&property) {
            facts.properties.push(property);
        }
        let declared = self.definitions.declared(&name);
        if let Some(shape) = declared.filter(|_| property.is_square())
            && shape.rows != shape.cols
        {
            bail!(Shape, script.locate(expr),
                "only a square matrix is {}, and `{name}` is {shape}", property.name();
                label: "{}", shape.described());
        }
        self.state(script, expr, &name, facts)
    }

    /// `x > 0`, with the name on either side.
    fn assume_bound(
        &mut self,
        script: &Rc<Script>,
        [left, right]: [ExprId; 2],
        op: BinaryOp,
    ) -> Result<()> {
        let both =
            |a: ExprId, b: ExprId| script.location(script.expr(a).span.to(script.expr(b).span));
        let (name, number, op) = match (script.name_at(left), script.name_at(right)) {
            (Some(_), None) => (left, right, op),
            (None, Some(_)) => (right, left, turned(op)),
            _ => {
                bail!(Type, both(left, right),
                    "a fact compares an input with a number";
                    label: "not a name and a number";
                    help: "write `assume x > 0`; of a difference define a name: `input d`");
            }
        };
        let value = self.value_of(&Formula {
            script: script.clone(),
            expr: number,
        })?;
        let Some(value) = value.as_scalar() else {
            bail!(Scalar, script.locate(number),
                "a bound is a number, not a {} matrix", value.shape();
                label: "{}", value.shape().described());
        };
        let input = self.input_named(script, name)?;
        let mut facts = self.definitions.facts(&input).cloned().unwrap_or_default();
        let strict = matches!(op, BinaryOp::Gt | BinaryOp::Lt);
        let bound = Bound { value, strict };
        let tighter = |known: Option<Bound>, above: bool| {
            let known = known.filter(|known| {
                let further = if above {
                    known.value > value
                } else {
                    known.value < value
                };
                further || known.value == value && known.strict
            });
            Some(known.unwrap_or(bound))
        };
        match op {
            BinaryOp::Gt | BinaryOp::Ge => facts.least = tighter(facts.least, true),
            BinaryOp::Lt | BinaryOp::Le => facts.most = tighter(facts.most, false),
            BinaryOp::Ne => facts.unequal.push(value),
            _ => {
                bail!(Syntax, both(name, number),
                    "an input that is equal to a number has that value";
                    label: "not a fact";
                    help: "write `{input} = {}`", script.text(number));
            }
        }
        if let (Some(least), Some(most)) = (facts.least, facts.most)
            && (least.value > most.value
                || least.value == most.value && (least.strict || most.strict))
        {
            bail!(Value, script.locate(name),
                "no number is left for `{input}`: `{}`", facts.written(&input).join(", ");
                label: "contradicts an earlier assumption";
                help: "`assume {input} free` takes the assumption back");
        }
        self.state(script, name, &input, facts)
    }

    /// Keeps facts that the value of their input does not contradict.
    fn state(
        &mut self,
        script: &Rc<Script>,
        expr: ExprId,
        name: &Name,
        facts: Facts,
    ) -> Result<()> {
        self.definitions.state(name, facts);
        self.check_assigned(name, &script.locate(expr))
    }

    fn input_named(&self, script: &Rc<Script>, expr: ExprId) -> Result<Name> {
        let Some(name) = script.name_at(expr) else {
            bail!(Type, script.locate(expr),
                "facts are about inputs, and this is not a name";
                label: "write a name");
        };
        let known = self.definitions.variable(name);
        if known.is_some_and(|known| matches!(known.meaning, Meaning::Formula(_))) {
            bail!(Type, script.locate(expr),
                "`{name}` is a formula, and facts are about inputs";
                label: "computed from others";
                help: "state the facts of the inputs that it is made of, such as `assume x > 0`");
        }
        Ok(name.clone())
    }

    /// Refuses the value that `name` has now, if what was said of it forbids that.
    pub(super) fn check_assigned(&self, name: &Name, location: &Location) -> Result<()> {
        if self.definitions.facts(name).is_none() {
            return Ok(());
        }
        let value = match self.definitions.variable(name).map(|known| &known.meaning) {
            Some(Meaning::Input(input)) if input.stored.is_some() => {
                let graph = Graph::new();
                let mut lowerer = Lowerer::for_values(&graph, &self.definitions, self.limits);
                match lowerer.whole_input(input)? {
                    Some(value) => value,
                    None => return Ok(()),
                }
            }
            Some(Meaning::Input(input)) => match (&input.source, input.value.get()) {
                (_, Some(value)) => (**value).clone(),
                (Some(source), None) => self.value_of(source)?,
                (None, None) => return Ok(()),
            },
            Some(Meaning::Formula(formula)) => {
                bail!(Value, location.clone(),
                    "`{name}` has assumptions, so it stays an input and cannot become a formula";
                    label: "a formula";
                    also: formula.location(), "defined here";
                    help: "`assume {name} free` takes the assumption back");
            }
            None => return Ok(()),
        };
        self.check_facts(name, &value, location)
    }

    /// Refuses a value of `name` that what was said of it forbids.
    pub(super) fn check_facts(
        &self,
        name: &str,
        value: &Tensor,
        location: &Location,
    ) -> Result<()> {
        let Some(facts) = self.definitions.facts(name) else {
            return Ok(());
        };
        match facts.contradicted(value) {
            None => Ok(()),
            Some(found) => Err(error!(Value, location.clone(),
                "this contradicts `assume {}`", found.fact(name, facts);
                label: "the value of `{name}`";
                help: "`assume {name} free` takes the assumption back")),
        }
    }
}

/// The comparison with its sides exchanged.
fn turned(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Lt => BinaryOp::Gt,
        BinaryOp::Le => BinaryOp::Ge,
        BinaryOp::Gt => BinaryOp::Lt,
        BinaryOp::Ge => BinaryOp::Le,
        op => op,
    }
}
