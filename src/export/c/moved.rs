//! Operations of C that say which entries of which arrays go where.

use super::body::Function;
use super::expression::{Binding, Expression, Form};
use crate::graph::{Attr, NodeId, Primitive, Shape};
use crate::primitives::{algebra, arithmetic, array, places};

impl Function<'_, '_, '_> {
    /// Operations that say which entries go where; `None` for others.
    pub(super) fn moved(
        &mut self,
        row: &'static Primitive,
        attr: Attr,
        ids: &[NodeId],
        args: &[Expression],
        shapes: &[Shape],
        shape: Shape,
    ) -> Option<Expression> {
        let known = |rows: &[&'static Primitive]| rows.iter().any(|known| row.is(known));
        let (m, n) = (shape.rows, shape.cols);
        let aliases = known(&[&array::RESHAPE, &array::VEC])
            || (row.is(&array::TRANSPOSE) && shape.is_vector())
            || (row.is(&array::INDEX) && (shape == shapes[0] || !matches!(attr, Attr::Corner(_))))
            || (known(&[&array::HCAT, &array::VCAT, &array::COLUMNS]) && args.len() == 1);
        if aliases {
            if shapes[0].is_scalar() {
                return Some(args[0].clone());
            }
            let whole = self.whole(ids[0], &args[0], shapes[0]);
            return Some(match shape.is_scalar() {
                true => Expression::number(format!("{}[0]", whole.within(Binding::Atom))),
                false => Expression { shape, ..whole },
            });
        }
        if row.is(&array::INDEX) {
            let Attr::Corner(corner) = attr else {
                return None;
            };
            let rows = shapes[0].rows;
            let first = corner.row + corner.col * rows;
            let x = self.whole(ids[0], &args[0], shapes[0]);
            if shape.is_scalar() {
                return Some(Expression::number(format!(
                    "{}[{first}]",
                    x.within(Binding::Atom)
                )));
            }
            let from = if first == 0 {
                x.text
            } else {
                format!("({} + {first})", x.within(Binding::Sum))
            };
            // Whole columns lie in one piece.
            if m == rows {
                return Some(Expression::pointer(from, shape));
            }
            let name = self.fresh("part");
            self.place(&name, shape.len());
            self.line(format!(
                "copy_block({from}, {rows}, {name}, {m}, {m}, {n});"
            ));
            return Some(Expression::pointer(name, shape));
        }
        if row.is(&algebra::MATMUL) {
            if shapes.iter().any(|shape| shape.is_scalar()) {
                return Some(self.each(&arithmetic::MUL, "{0} * {1}", ids, args));
            }
            if shape.is_scalar() {
                let [a, b] = [0, 1].map(|k| self.whole(ids[k], &args[k], shapes[k]).text);
                return Some(Expression::number(format!(
                    "dot({a}, {b}, {})",
                    shapes[0].len()
                )));
            }
            return Some(self.product(ids, args, shapes, shape));
        }
        if row.is(&array::TRANSPOSE) {
            let x = self.whole(ids[0], &args[0], shapes[0]);
            return Some(Expression {
                shape,
                form: Form::Turned,
                ..x
            });
        }
        let moves = [
            &array::MATRIX,
            &array::HCAT,
            &array::COLUMNS,
            &array::VCAT,
            &array::ASSEMBLE,
            &array::DIAG,
            &array::ENTRIES_AT,
            &array::PLACED_AT,
            &places::TAKEN,
            &places::TAKEN_SPELLED,
            &places::SPREAD,
        ];
        if !known(&moves) {
            return None;
        }
        let name = self.fresh("joined");
        if let Some(entries) = self.listed(row, attr, args, shapes, shape) {
            self.place(&name, shape.len());
            for (k, entry) in entries.iter().enumerate() {
                self.line(format!("{name}[{k}] = {};", entry.text));
            }
            return Some(Expression::pointer(name, shape));
        }
        let x: Vec<String> = (0..args.len())
            .map(|k| self.matrix(ids[k], &args[k], shapes[k]))
            .collect();
        self.place(&name, shape.len());
        if known(&[
            &array::HCAT,
            &array::COLUMNS,
            &array::VCAT,
            &array::ASSEMBLE,
        ]) {
            let sums = row.is(&array::ASSEMBLE);
            let copier = if sums { "add_block" } else { "copy_block" };
            if sums {
                self.line(format!("fill({name}, {}, 0.0);", shape.len()));
            }
            let blocks = self.file.program.graph.blocks(attr);
            let (mut i, mut j) = (0, 0);
            for (k, (x, from)) in x.iter().zip(shapes).enumerate() {
                if sums {
                    (i, j) = (blocks[k].corner.row, blocks[k].corner.col);
                }
                self.line(format!(
                    "{copier}({x}, {}, {name} + {}, {m}, {}, {});",
                    from.rows,
                    i + j * m,
                    from.rows,
                    from.cols
                ));
                if row.is(&array::VCAT) {
                    i += from.rows
                } else {
                    j += from.cols
                }
            }
        } else {
            let numbers = |k: usize| args[k].text.clone();
            let (rows, cols) = (shapes[0].rows, shapes[0].cols);
            let down = u8::from(attr != Attr::Axis(2));
            let (kernel, line) = if row.is(&array::DIAG) {
                ("diag", format!("({}, {name}, {rows}, {cols});", x[0]))
            } else if row.is(&array::ENTRIES_AT) {
                (
                    "entries_at",
                    format!(
                        "({}, {rows}, {cols}, {}, {}, {name}, {m}, {n});",
                        x[0],
                        numbers(1),
                        numbers(2)
                    ),
                )
            } else if row.is(&array::PLACED_AT) {
                (
                    "placed_at",
                    format!(
                        "({}, {rows}, {cols}, {}, {}, {name}, {m}, {n});",
                        x[0],
                        numbers(1),
                        numbers(2)
                    ),
                )
            } else if row.is(&places::SPREAD) {
                (
                    "spread",
                    format!(
                        "({}, {}, {}, {down}, {name}, {m}, {n});",
                        x[0],
                        x[1],
                        shapes[1].len()
                    ),
                )
            } else {
                (
                    "taken",
                    format!(
                        "({}, {rows}, {cols}, {}, {}, {down}, {name});",
                        x[0],
                        x[1],
                        shapes[1].len()
                    ),
                )
            };
            self.line(format!("{kernel}{line}"));
        }
        Some(match shape.is_scalar() {
            true => Expression::number(format!("{name}[0]")),
            false => Expression::pointer(name, shape),
        })
    }

    /// The entries of what numbers are put together to.
    fn listed(
        &self,
        row: &'static Primitive,
        attr: Attr,
        args: &[Expression],
        shapes: &[Shape],
        shape: Shape,
    ) -> Option<Vec<Expression>> {
        let sums = row.is(&array::ASSEMBLE);
        let joins = [&array::MATRIX, &array::HCAT, &array::COLUMNS, &array::VCAT];
        if shape.is_scalar()
            || !(sums || joins.iter().any(|known| row.is(known)))
            || !shapes.iter().all(|shape| shape.is_scalar())
        {
            return None;
        }
        let mut entries = vec![Expression::literal(0.0); shape.len()];
        let blocks = self.file.program.graph.blocks(attr);
        for (k, arg) in args.iter().enumerate() {
            let (i, j) = match sums {
                true => (blocks[k].corner.row, blocks[k].corner.col),
                false => (k as u32 / shape.cols, k as u32 % shape.cols),
            };
            let entry = &mut entries[(i + j * shape.rows) as usize];
            *entry = match entry.literal == Some(0.0) {
                true => arg.clone(),
                false => {
                    self.entrywise(&arithmetic::ADD, "{0} + {1}", &[entry.clone(), arg.clone()])
                }
            };
        }
        Some(entries)
    }

    /// A product of matrices; a transposed factor is read as it lies.
    fn product(
        &mut self,
        ids: &[NodeId],
        args: &[Expression],
        shapes: &[Shape],
        shape: Shape,
    ) -> Expression {
        let (m, k, n) = (shape.rows, shapes[0].cols, shape.cols);
        let turned = [0, 1].map(|one| args[one].form == Form::Turned);
        let mut factor = |one: usize, as_it_lies: bool| match as_it_lies {
            true => args[one].text.clone(),
            false => self.whole(ids[one], &args[one], shapes[one]).text,
        };
        let (kernel, operands) = match turned {
            // A row lies like a column, so it is a transposed factor too.
            [_, true] if m == 1 => (
                "matmul",
                format!("{}, {}", factor(1, true), factor(0, false)),
            ),
            [false, false] if m == 1 => (
                "matmul_tn",
                format!("{}, {}", factor(0, false), factor(1, false)),
            ),
            [true, _] => (
                "matmul_tn",
                format!("{}, {}", factor(0, true), factor(1, false)),
            ),
            [_, true] => (
                "matmul_nt",
                format!("{}, {}", factor(0, false), factor(1, true)),
            ),
            _ => (
                "matmul",
                format!("{}, {}", factor(0, false), factor(1, false)),
            ),
        };
        let sizes = match turned {
            [_, true] if m == 1 => [n, k, 1],
            _ => [m, k, n],
        };
        let name = self.fresh("product");
        self.place(&name, shape.len());
        let [m, k, n] = sizes;
        self.line(format!("{kernel}({operands}, {name}, {m}, {k}, {n});"));
        Expression::pointer(name, shape)
    }
}
