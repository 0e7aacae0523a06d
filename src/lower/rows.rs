//! Calls of the table's rows: arguments, named arguments and sizes sorted out, shapes checked.

use super::frame::Frame;
use super::signatures::{example_of, wanted_arguments};
use super::{Lowerer, Purpose};
use crate::diagnostic::{Result, bail, error, note};
use crate::graph::primitive::ShapeRule;
use crate::graph::{Args, Attr, NodeId, Primitive, Shape};
use crate::primitives::{self, array};
use crate::syntax::ast::{ExprId, Ident, NamedArgument};
use std::rc::Rc;

impl Lowerer<'_> {
    /// Applies the row of the table called `function` whose arity fits.
    pub(super) fn apply_row(
        &mut self,
        expr: ExprId,
        function: &Ident,
        arguments: &[ExprId],
        named: &[NamedArgument],
        operands: &[NodeId],
        frame: &Rc<Frame>,
    ) -> Result<NodeId> {
        let rows = primitives::named(&function.name);
        if rows.is_empty() {
            return Err(self.unknown_function(function, false, frame));
        }
        let given = arguments.len();
        let fits = |row: &&&'static Primitive| {
            let least = row.arity.least - row.options.len() + row.sizes.least;
            let most = row.arity.most.saturating_add(row.sizes.most);
            (least..=most).contains(&given)
        };
        let Some(&row) = rows.iter().find(fits) else {
            return Err(self.arity_error(expr, given, &wanted_arguments(rows), frame));
        };
        let values = if row.sizes.most > 0 {
            row.arity.most.min(given)
        } else {
            given
        };
        let mut args = Args::from_slice(&operands[..values]);
        let mut exprs = arguments[..values].to_vec();
        let mut sizes = Vec::new();
        for (size, node) in arguments[values..].iter().zip(&operands[values..given]) {
            sizes.push(self.count(*node, *size, frame, "a size")?);
        }
        if let Some(changing) = self.changing_seed(row, named, &operands[given..]) {
            let shape = self.shape_of(row, Attr::None, &args, &sizes, expr, &exprs, frame)?;
            let shape = self.check_size(shape.m(), shape.n(), expr, frame)?;
            let (row, seed) = changing;
            return Ok(self.graph.apply(row, Attr::None, shape, &[seed]));
        }
        let attr = self.options(row, named, &operands[given..], &mut args, &mut exprs, frame)?;
        let attr = match attr {
            Attr::None if row.seed => Attr::seed(0),
            given => given,
        };
        if row.is_entrywise() {
            return self.entrywise(row, expr, &exprs, &args, frame);
        }
        self.evaluation.unit.noticed.arrays |= !args.is_empty();
        let shape = self.shape_of(row, attr, &args, &sizes, expr, &exprs, frame)?;
        let normalises =
            std::ptr::eq(row, &array::SOFTMAX) || std::ptr::eq(row, &array::LOG_SOFTMAX);
        if normalises && attr == Attr::None && shape.m() > 1 && shape.n() > 1 {
            let argument = frame.script.text(exprs[0]);
            let note = note!(
                Shape,
                frame.locate(expr),
                "`{0}` goes over all entries of the {shape} matrix; for each row write `{0}({argument}, axis=2)`",
                row.name
            );
            self.evaluation.unit.warn(note);
        }
        if let Some(stored) = self.stored_call(row, attr, shape, &args) {
            return Ok(stored);
        }
        let shape = self.check_size(shape.m(), shape.n(), expr, frame)?;
        Ok(self.graph.apply(row, attr, shape, &args))
    }

    /// A generator and its seed, where that is another in another run of the program that is being made.
    fn changing_seed(
        &self,
        row: &'static Primitive,
        named: &[NamedArgument],
        operands: &[NodeId],
    ) -> Option<(&'static Primitive, NodeId)> {
        let mut given = named.iter().zip(operands);
        let (_, &seed) = given.find(|(given, _)| row.seed && &*given.name.name == "seed")?;
        let program = matches!(self.purpose, Purpose::Program { .. });
        let changes = program && named.len() == 1 && self.is_changing(seed);
        let scalar = self.graph.shape(seed).is_scalar();
        let row = array::with_changing_seed(row).filter(|_| changes && scalar)?;
        Some((row, seed))
    }

    /// The attribute from the named arguments; optional values are appended to `args`.
    fn options(
        &mut self,
        row: &'static Primitive,
        named: &[NamedArgument],
        operands: &[NodeId],
        args: &mut Args,
        exprs: &mut Vec<ExprId>,
        frame: &Frame,
    ) -> Result<Attr> {
        let mut attr = Attr::None;
        let mut given = Vec::new();
        for (argument, node) in named.iter().zip(operands) {
            match &*argument.name.name {
                "axis" if row.axis => {
                    let axis = self.whole(*node, argument.value, frame, "an axis")?;
                    if !(1..=2).contains(&axis) {
                        bail!(Index, frame.locate(argument.value),
                            "there is no axis {axis}";
                            label: "1 or 2";
                            help: "axis 1 gives one result per column, axis 2 one per row: `{}(A, axis=1)`", row.name);
                    }
                    attr = Attr::Axis(axis as u8);
                }
                "seed" if row.seed => {
                    let seed = self.whole(*node, argument.value, frame, "a seed")?;
                    attr = Attr::seed(seed as u64);
                }
                name if row.options.iter().any(|(option, _)| *option == name) => {
                    given.push((name.to_string(), *node, argument.value));
                }
                _ => return Err(self.unknown_option(&argument.name, row.name, frame)),
            }
        }
        let missing = row
            .arity
            .least
            .saturating_sub(args.len())
            .min(row.options.len());
        for (option, default) in &row.options[row.options.len() - missing..] {
            match given.iter().find(|(name, ..)| name == option) {
                Some((_, node, value)) => {
                    args.push(*node);
                    exprs.push(*value);
                }
                None => {
                    args.push(self.graph.literal(*default));
                    exprs.push(exprs[0]);
                }
            }
        }
        Ok(attr)
    }

    #[allow(clippy::too_many_arguments)]
    fn shape_of(
        &self,
        row: &'static Primitive,
        attr: Attr,
        args: &[NodeId],
        sizes: &[usize],
        expr: ExprId,
        exprs: &[ExprId],
        frame: &Frame,
    ) -> Result<Shape> {
        let shapes: Vec<Shape> = args.iter().map(|arg| self.graph.shape(*arg)).collect();
        if let Some(&first) = shapes.first()
            && let Some(message) = array::refuses_empty(row, first, attr)
        {
            bail!(Shape, frame.locate(expr), "{message}"; label: "nothing to work on");
        }
        if sizes.iter().any(|size| *size > u32::MAX as usize) {
            let (rows, cols) = (sizes[0], sizes.get(1).copied().unwrap_or(1));
            return self.check_size(rows, cols, expr, frame);
        }
        match row.shape {
            ShapeRule::Reduce => Ok(array::reduced(shapes[0], attr)),
            ShapeRule::Same | ShapeRule::Entrywise | ShapeRule::Given => Ok(shapes[0]),
            ShapeRule::Rule(rule) => rule(&shapes, sizes).map_err(|message| {
                let mut error = error!(Shape, frame.locate(expr), "{message}");
                for (argument, shape) in exprs.iter().zip(&shapes) {
                    error = error.label(frame.locate(*argument), shape.described());
                }
                error.help(format!(
                    "its signature is `{}`{}",
                    row.signature(),
                    example_of(row.name)
                ))
            }),
        }
    }
}
