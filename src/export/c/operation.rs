//! Operations of the table in C.

use super::body::Function;
use super::expression::{Binding, Expression, Form};
use crate::diagnostic::{Result, bail};
use crate::export::spelling::{Manner, is_loop, spelling, together};
use crate::graph::{Attr, NodeId, Primitive, Shape};
use crate::primitives::{algebra, arithmetic, array, rules};
use rustc_hash::FxHashMap;

/// The reductions that go through a matrix column by column also where each row has a result.
const BY_ROWS: [&str; 5] = ["sum", "mean", "prod", "max", "min"];

type Inline = FxHashMap<NodeId, Expression>;

fn binding_of(operator: &str) -> Binding {
    match operator {
        "+" | "-" => Binding::Sum,
        "*" | "/" => Binding::Product,
        "&&" | "||" => Binding::Logic,
        _ => Binding::Comparison,
    }
}

impl Function<'_, '_, '_> {
    /// The expression of an operation.
    pub(super) fn operation(
        &mut self,
        id: NodeId,
        row: &'static Primitive,
        attr: Attr,
        inline: &mut Inline,
    ) -> Result<Expression> {
        let program = self.file.program;
        let shape = program.graph.shape(id);
        let Some(known) = spelling(row) else {
            bail!(Function, program.place(id), "`{}` has no spelling in C", row.name; label: "not exported");
        };
        if is_loop(row) {
            return Err(program.refused_rounds(id));
        }
        let ids = program.graph.args(id);
        let args: Vec<Expression> = ids.iter().map(|arg| self.argument(*arg, inline)).collect();
        if row.is(&array::ZEROS) || row.is(&array::ONES) {
            let value = if row.is(&array::ZEROS) { 0.0 } else { 1.0 };
            return Ok(Expression {
                literal: Some(value),
                ..Expression::number(format!("{value:?}"))
            });
        }
        if row.is(&rules::RULED) {
            return Ok(args[args.len() - 1].clone());
        }
        let aliases = [&arithmetic::FROZEN, &arithmetic::STOP, &array::BROADCAST];
        if aliases.iter().any(|known| row.is(known)) {
            return Ok(args[0].clone());
        }
        if args.is_empty() {
            return self.computed(id);
        }
        if let Some(found) = self.sharing(row, attr, &ids, &args, inline) {
            return Ok(found);
        }
        if matches!(known.manner, Manner::Each | Manner::Truth) {
            return Ok(self.each(row, known.c, &ids, &args));
        }
        let shapes: Vec<Shape> = ids.iter().map(|arg| program.graph.shape(*arg)).collect();
        if let Some(found) = self.moved(row, attr, &ids, &args, &shapes, shape) {
            return Ok(found);
        }
        // A mask of everything is one number, and stands for a matrix like its factor.
        let masked = row.is(&algebra::MATMUL_REACHED);
        let pointers: Vec<String> = (0..args.len())
            .map(|k| match masked && k > 1 {
                true => self.whole(ids[k], &args[k], shapes[k - 2]).text,
                false => self.matrix(ids[k], &args[k], shapes[k]),
            })
            .collect();
        if known.manner == Manner::Reduce {
            return Ok(self.reduced(id, known.c, attr, &pointers[0], shapes[0], shape));
        }
        if known.manner == Manner::Number {
            return Ok(self.number_of(row, known.c, &pointers, &args, &shapes));
        }
        let name = self.name_for(id);
        self.place(&name, shape.len());
        self.fill_array(row, attr, known.c, &name, &pointers, &args, &shapes, shape);
        Ok(match shape.is_scalar() {
            true => Expression::number(format!("{name}[0]")),
            false => Expression::pointer(name, shape),
        })
    }

    pub(super) fn each(
        &mut self,
        row: &'static Primitive,
        template: &str,
        ids: &[NodeId],
        args: &[Expression],
    ) -> Expression {
        let shape = together(args.iter().map(|arg| arg.shape));
        let entries: Vec<Expression> = args
            .iter()
            .zip(ids)
            .map(|(arg, id)| self.entry(*id, arg, shape))
            .collect();
        // In a loop the exponential is one that the compiler can do for several entries at once.
        let (form, template) = match shape.is_scalar() {
            true => (Form::Number, template),
            false if template == "exp({0})" => (Form::Entry, "exponential({0})"),
            false => (Form::Entry, template),
        };
        let mut found = self.entrywise(row, template, &entries);
        if entries.len() > 2 && (row.is(&arithmetic::MAX) || row.is(&arithmetic::MIN)) {
            for next in &entries[2..] {
                found = self.entrywise(row, template, &[found, next.clone()]);
            }
        }
        Expression {
            shape,
            form,
            nested: entries.iter().any(|entry| entry.nested),
            ..found
        }
    }

    pub(super) fn entrywise(
        &self,
        row: &'static Primitive,
        template: &str,
        args: &[Expression],
    ) -> Expression {
        let truth = spelling(row).is_some_and(|known| known.manner == Manner::Truth);
        if row.is(&arithmetic::POW) && args[1].literal == Some(2.0) {
            return Expression::number(format!("square({})", args[0].text));
        }
        let condition = |arg: &Expression| match arg.truth {
            true => arg.clone(),
            false => Expression {
                text: format!("{} != 0.0", arg.within(Binding::Sum)),
                binding: Binding::Comparison,
                truth: true,
                ..arg.clone()
            },
        };
        let infix = template
            .split(' ')
            .nth(1)
            .filter(|_| template.split(' ').count() == 3 && template.starts_with('{'));
        let (text, binding) = if let Some(operator) = infix {
            let binding = binding_of(operator);
            let logic = binding == Binding::Logic;
            let side = |arg: &Expression, binding: Binding| match logic {
                true => condition(arg).within(Binding::Comparison),
                false => arg.within(binding),
            };
            let (left, right) = match binding {
                Binding::Comparison => (Binding::Sum, Binding::Sum),
                Binding::Sum => (Binding::Sum, Binding::Product),
                binding => (binding, Binding::Sign),
            };
            let (a, b) = (side(&args[0], left), side(&args[1], right));
            match b.strip_prefix('-') {
                Some(rest) if operator == "+" => (format!("{a} - {rest}"), binding),
                Some(_) => (format!("{a} {operator} ({b})"), binding),
                None => (format!("{a} {operator} {b}"), binding),
            }
        } else if template == "-{0}" {
            (format!("-{}", args[0].within(Binding::Atom)), Binding::Sign)
        } else if template == "!{?0}" {
            (
                format!("!{}", condition(&args[0]).within(Binding::Atom)),
                Binding::Sign,
            )
        } else {
            let ternary = template.contains(" ? ");
            let level = if ternary {
                Binding::Comparison
            } else {
                Binding::Ternary
            };
            let mut text = template.to_string();
            for (k, arg) in args.iter().enumerate() {
                text = text.replace(&format!("{{?{k}}}"), &condition(arg).within(level));
                let inner = if text.contains(&format!("({{{k}}}")) || !ternary {
                    Binding::Ternary
                } else {
                    level
                };
                text = text.replace(&format!("{{{k}}}"), &arg.within(inner));
            }
            (
                text,
                if ternary {
                    Binding::Ternary
                } else {
                    Binding::Atom
                },
            )
        };
        Expression {
            text,
            binding,
            truth,
            ..Expression::number("")
        }
    }

    /// A pointer to all entries; a number gets a place.
    pub(super) fn matrix(&mut self, id: NodeId, found: &Expression, shape: Shape) -> String {
        match shape.is_scalar() && found.form == Form::Number {
            true => {
                let name = self.fresh("one");
                self.place(&name, 1);
                self.line(format!("{name}[0] = {};", found.text));
                name
            }
            false => self.whole(id, found, shape).text,
        }
    }

    fn reduced(
        &mut self,
        id: NodeId,
        name: &str,
        attr: Attr,
        x: &str,
        from: Shape,
        shape: Shape,
    ) -> Expression {
        let (m, n) = (from.rows, from.cols);
        if shape.is_scalar() {
            return Expression::number(format!("{name}_lane({x}, {}, 1)", from.len()));
        }
        let result = self.name_for(id);
        self.place(&result, shape.len());
        if attr == Attr::Axis(2) && BY_ROWS.contains(&name) {
            self.line(format!("{name}_rows({x}, {result}, {m}, {n});"));
            return Expression::pointer(result, shape);
        }
        let entry = match attr {
            Attr::Axis(1) => format!("{name}_lane({x} + k * {m}, {m}, 1)"),
            _ => format!("{name}_lane({x} + k, {n}, {m})"),
        };
        self.fill_flat(&result, &entry, shape.len());
        Expression::pointer(result, shape)
    }

    fn number_of(
        &mut self,
        row: &'static Primitive,
        name: &str,
        pointers: &[String],
        args: &[Expression],
        shapes: &[Shape],
    ) -> Expression {
        let n = shapes[0].rows;
        let text = if row.is(&array::APPROX) {
            format!(
                "approx({}, {}, {}, {}, {})",
                pointers[0],
                pointers[1],
                shapes[0].len(),
                args[2].text,
                args[3].text
            )
        } else if row.is(&algebra::DOT) {
            format!("dot({}, {}, {})", pointers[0], pointers[1], shapes[0].len())
        } else if row.is(&algebra::TR) {
            format!("tr({}, {n})", pointers[0])
        } else {
            let work = self.fresh("scratch");
            self.place(&work, (n * n) as usize);
            format!("{name}({}, {work}, {n})", pointers[0])
        };
        Expression::number(text)
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "an operation and all that is known of it"
    )]
    fn fill_array(
        &mut self,
        row: &'static Primitive,
        attr: Attr,
        kernel: &str,
        y: &str,
        x: &[String],
        args: &[Expression],
        shapes: &[Shape],
        shape: Shape,
    ) {
        let (m, n) = (shape.rows, shape.cols);
        let size = shapes[0].rows as usize;
        let square = [&algebra::INV, &algebra::SOLVE, &algebra::COFACTOR];
        if square.iter().any(|known| row.is(known)) {
            let work = self.fresh("scratch");
            self.place(&work, 2 * size * size);
            self.line(match row.is(&algebra::SOLVE) {
                true => format!("solve({}, {}, {y}, {work}, {m}, {n});", x[0], x[1]),
                false => format!("{kernel}({}, {y}, {work}, {m});", x[0]),
            });
        } else if row.is(&algebra::MATMUL_REACHED) {
            let k = shapes[0].cols;
            self.line(format!(
                "{kernel}({}, {}, {}, {}, {y}, {m}, {k}, {n});",
                x[0], x[1], x[2], x[3]
            ));
        } else if row.is(&array::RECURRENCE) {
            self.line(format!("{kernel}({}, {}, {y}, {m}, {n});", x[0], x[1]));
        } else if row.is(&array::OTHERS) {
            self.line(format!("{kernel}({}, {y}, {});", x[0], shape.len()));
        } else if row.is(&array::LINSPACE) {
            self.line(format!(
                "{kernel}({}, {}, {y}, {m});",
                args[0].text, args[1].text
            ));
        } else if row.is(&array::ONEHOT) {
            self.line(format!("{kernel}({}, {y}, {m}, {n});", x[0]));
        } else {
            let running = [&array::CUMSUM, &array::CUMPROD, &array::CUMPROD_SPELLED];
            let down = attr == Attr::Axis(1)
                || (attr == Attr::None && running.iter().any(|known| row.is(known)));
            let lanes = match (attr, down) {
                (_, true) => Some((n, format!("{} + k * {m}, {y} + k * {m}, {m}, 1", x[0]))),
                (Attr::Axis(_), false) => Some((m, format!("{} + k, {y} + k, {n}, {m}", x[0]))),
                _ => None,
            };
            match lanes {
                None => self.line(format!("{kernel}_lane({}, {y}, {}, 1);", x[0], shape.len())),
                Some((count, lane)) => {
                    self.line(format!("for (size_t k = 0; k < {count}; ++k) {{"));
                    self.line(format!("    {kernel}_lane({lane});"));
                    self.line("}");
                }
            }
        }
    }
}
