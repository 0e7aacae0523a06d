//! Inputs that are declared with named sizes: `input X[n, d]`.

use super::{Definitions, Formula, Input, Meaning, Variable};
use crate::source::Location;
use crate::syntax::ast::{ExprKind, Ident, Name};
use rustc_hash::FxHashSet;
use std::rc::Rc;

/// The sizes that an input was declared with, where one of them had no value then.
#[derive(Clone, Debug)]
pub struct SymbolicShape {
    /// Rows and, of a matrix, columns.
    pub sizes: Vec<Formula>,
}

impl SymbolicShape {
    /// As it is written: `n×d`.
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self.sizes.iter().map(written).collect();
        match texts[..] {
            [rows] => format!("{rows}×1"),
            _ => texts.join("×"),
        }
    }

    /// The names in its sizes.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.sizes.iter().flat_map(names_in)
    }

    /// The position of the size that is this name alone.
    fn axis_of(&self, name: &str) -> Option<usize> {
        let is_name = |size: &Formula| {
            size.script
                .name_at(size.expr)
                .is_some_and(|own| **own == *name)
        };
        self.sizes.iter().position(is_name)
    }
}

/// Sizes that stand for all: names of sizes and their numbers.
#[derive(Clone, Debug, Default)]
pub struct DrawnSizes {
    given: Vec<(Name, usize)>,
    /// Numbers for further names, in reverse.
    waiting: Vec<usize>,
}

/// The names in a size.
fn names_in(size: &Formula) -> Vec<&Name> {
    let script = &size.script;
    let mut found = Vec::new();
    let mut stack = vec![size.expr];
    while let Some(id) = stack.pop() {
        if let ExprKind::Name(name) = script.expr(id).kind {
            found.push(script.name(name));
        }
        script.expr(id).children(|child| stack.push(child));
    }
    found
}

/// A size as it is written.
pub fn written(size: &Formula) -> &str {
    size.script.text(size.expr)
}

/// An input that was declared with sizes whose names have no value.
#[derive(Clone, Debug)]
pub struct OpenInput {
    /// Its name.
    pub name: Name,
    /// The place of its declaration.
    pub location: Location,
    /// Its shape.
    pub shape: Rc<SymbolicShape>,
}

impl Input {
    /// True if it has a value, or a formula that gives one.
    pub fn has_value(&self) -> bool {
        self.source.is_some() || self.stored.is_some() || self.value.get().is_some()
    }

    /// The input, where it has a symbolic shape and no value.
    fn open(&self, name: &Name, location: &Location) -> Option<OpenInput> {
        let shape = self.symbolic.as_ref().filter(|_| !self.has_value())?;
        Some(OpenInput {
            name: name.clone(),
            location: location.clone(),
            shape: shape.clone(),
        })
    }
}

impl Definitions {
    /// Declares an input of a shape in which names have no value yet.
    pub fn declare_symbolic(&mut self, name: &Ident, shape: SymbolicShape, location: Location) {
        self.symbolic_shapes = true;
        self.draw(&shape);
        let input = Input {
            symbolic: Some(Rc::new(shape)),
            place: self.place_of(&name.name),
            ..Input::default()
        };
        self.set_input(&name.name, input, location);
    }

    /// The sizes that the input `name` was declared with, where they are names.
    pub(super) fn symbolic(&self, name: &str) -> Option<Rc<SymbolicShape>> {
        match self.variables.get(name).map(|variable| &variable.meaning) {
            Some(Meaning::Input(input)) => input.symbolic.clone(),
            _ => None,
        }
    }

    /// True if an input was declared with named sizes.
    pub fn has_named_sizes(&self) -> bool {
        self.symbolic_shapes
    }

    /// True if an input has no value because its sizes stand for all.
    pub fn stays_open(&self, name: &str) -> bool {
        self.drawn.is_some() && self.symbolic(name).is_some()
    }

    /// A copy in which inputs that were declared with named sizes have no values, and never get any: their
    /// sizes are those `given`, others `numbers` in order.
    pub fn at_sizes(&self, given: &[(Name, usize)], numbers: &[usize]) -> Definitions {
        let mut copy = self.snapshot();
        copy.drawn = Some(DrawnSizes {
            given: given.to_vec(),
            waiting: numbers.iter().rev().copied().collect(),
        });
        let sized: Vec<(Name, Rc<Variable>)> = self
            .variables()
            .filter(|(name, _)| self.symbolic(name).is_some())
            .map(|(name, variable)| (name.clone(), variable.clone()))
            .collect();
        for (name, variable) in sized {
            if let Meaning::Input(input) = &variable.meaning {
                input.symbolic.iter().for_each(|shape| copy.draw(shape));
                let open = Input {
                    symbolic: input.symbolic.clone(),
                    place: input.place,
                    data: input.data,
                    ..Input::default()
                };
                copy.set_input(&name, open, variable.location.clone());
            }
        }
        copy.log.clear();
        copy
    }

    /// The sizes that were drawn.
    pub fn drawn_sizes(&self) -> &[(Name, usize)] {
        self.drawn.as_ref().map_or(&[], |drawn| &drawn.given)
    }

    /// The number that was drawn for a size.
    pub fn drawn_size(&self, name: &str) -> Option<usize> {
        let known = self.drawn_sizes().iter();
        known
            .filter(|(known, _)| **known == *name)
            .map(|(_, size)| *size)
            .next()
    }

    /// True if a size was drawn, or something in it.
    pub fn has_drawn(&self, size: &Formula) -> bool {
        let mut names = names_in(size).into_iter();
        names.any(|name| self.variable(name).is_none() && self.drawn_size(name).is_some())
    }

    /// Draws the names in a shape that have no value.
    fn draw(&mut self, shape: &SymbolicShape) {
        for name in shape.names() {
            let known = self.variable(name).is_some() || self.drawn_size(name).is_some();
            if let (false, Some(drawn)) = (known, &mut self.drawn)
                && let Some(number) = drawn.waiting.pop()
            {
                drawn.given.push((name.clone(), number));
            }
        }
    }

    /// The inputs of symbolic shapes that some formulas reach, and the names without a value in these.
    pub fn open_sizes(&self, formulas: Vec<Formula>) -> (Vec<OpenInput>, Vec<Name>) {
        let mut inputs = Vec::new();
        let mut names: Vec<Name> = Vec::new();
        if !self.symbolic_shapes {
            return (inputs, names);
        }
        let mut seen: FxHashSet<Name> = FxHashSet::default();
        let mut called: FxHashSet<Name> = FxHashSet::default();
        let mut waiting = formulas;
        while let Some(formula) = waiting.pop() {
            let script = &formula.script;
            let mut stack = vec![formula.expr];
            while let Some(id) = stack.pop() {
                let expr = script.expr(id);
                expr.children(|child| stack.push(child));
                let function = expr.kind.function();
                if let Some(function) = function.and_then(|known| self.function(&known.name))
                    && called.insert(function.name.name.clone())
                {
                    waiting.push(function.body.clone());
                }
                let ExprKind::Name(name) = expr.kind else {
                    continue;
                };
                let name = script.name(name);
                if !seen.insert(name.clone()) {
                    continue;
                }
                let Some(variable) = self.variable(name) else {
                    inputs.extend(self.declared_by_size(name));
                    continue;
                };
                match &variable.meaning {
                    Meaning::Formula(formula) => waiting.push(formula.clone()),
                    Meaning::Input(input) => {
                        inputs.extend(input.open(name, &variable.location));
                    }
                }
            }
        }
        inputs.reverse();
        for name in inputs.iter().flat_map(|input| input.shape.names()) {
            if !names.contains(name)
                && self.variable(name).is_none()
                && self.sized_by(name).is_none()
            {
                names.push(name.clone());
            }
        }
        (inputs, names)
    }

    /// The first input without a value that was declared with a size of this name.
    fn declared_by_size(&self, size: &Name) -> Option<OpenInput> {
        let mut open = self.variables().filter_map(|(name, variable)| {
            let Meaning::Input(input) = &variable.meaning else {
                return None;
            };
            let found = input.open(name, &variable.location)?;
            let named = found.shape.names().any(|known| known == size);
            named.then_some(found)
        });
        open.next()
    }

    /// The first input with a value that was declared with a size of this name, and which size.
    pub fn sized_by(&self, name: &str) -> Option<(&Input, usize)> {
        self.variables().find_map(|(_, variable)| {
            let Meaning::Input(input) = &variable.meaning else {
                return None;
            };
            let axis = input.symbolic.as_ref()?.axis_of(name)?;
            input.has_value().then_some((input, axis))
        })
    }
}
