//! Operators, choices and matrices in brackets.

use super::Lowerer;
use super::definitions::Meaning;
use super::frame::Frame;
use crate::diagnostic::{Diagnostic, Result, bail, counted, error, note};
use crate::graph::{Attr, NodeId, Op, Primitive, Shape, Tensor};
use crate::primitives::arithmetic::{self, is_true};
use crate::primitives::{algebra, array};
use crate::syntax::ast::{BinaryOp, ExprId, ExprKind, UnaryOp};
use smallvec::SmallVec;

/// The row of an entry-by-entry operator.
fn row_of(op: BinaryOp) -> &'static Primitive {
    match op {
        BinaryOp::Add => &arithmetic::ADD,
        BinaryOp::Sub => &arithmetic::SUB,
        BinaryOp::Mul | BinaryOp::DotMul => &arithmetic::MUL,
        BinaryOp::Div | BinaryOp::DotDiv => &arithmetic::DIV,
        BinaryOp::Pow | BinaryOp::DotPow => &arithmetic::POW,
        BinaryOp::Eq => &arithmetic::EQ,
        BinaryOp::Ne => &arithmetic::NE,
        BinaryOp::Lt => &arithmetic::LT,
        BinaryOp::Le => &arithmetic::LE,
        BinaryOp::Gt => &arithmetic::GT,
        BinaryOp::Ge => &arithmetic::GE,
        BinaryOp::And => &arithmetic::AND,
        BinaryOp::Or => &arithmetic::OR,
    }
}

impl BinaryOp {
    /// True if it is `and` or `or`.
    pub fn is_logical(self) -> bool {
        matches!(self, BinaryOp::And | BinaryOp::Or)
    }

    /// True if it compares.
    pub fn is_comparison(self) -> bool {
        row_of(self).is_truth() && !self.is_logical()
    }
}

impl Lowerer<'_> {
    /// Notes that `L'` of a formula that is a scalar is that scalar: its derivative was meant, perhaps.
    pub(super) fn note_transposed(
        &mut self,
        expr: ExprId,
        operand: ExprId,
        node: NodeId,
        frame: &Frame,
    ) {
        let Some(name) = frame.script.name_at(operand) else {
            return;
        };
        let known = self.definitions.variable(name);
        let is_formula = known.is_some_and(|known| matches!(known.meaning, Meaning::Formula(_)));
        if !is_formula || !self.graph.shape(node).is_scalar() {
            return;
        }
        let unit = &self.evaluation.unit;
        // The note on names that are taken as scalars says more.
        if !unit.free_names(&[node]).is_empty() {
            return;
        }
        let by = unit.inputs.keys().next().map_or("w", |name| name);
        let note = note!(
            Name,
            frame.locate(expr),
            "`{name}'` is the transpose of a scalar, `{name}` itself; its derivative is `grad({name}, {by})`"
        );
        self.evaluation.unit.warn(note);
    }

    pub(super) fn unary(&mut self, op: UnaryOp, x: NodeId) -> NodeId {
        let shape = self.graph.shape(x);
        self.evaluation.unit.noticed.arrays |= op == UnaryOp::Transpose;
        let stored = match op {
            UnaryOp::Neg => self.stored_negative(x),
            UnaryOp::Transpose => self.stored_transpose(x),
            UnaryOp::Not => None,
        };
        if let Some(stored) = stored {
            return stored;
        }
        match op {
            UnaryOp::Neg => self.graph.apply(&arithmetic::NEG, Attr::None, shape, &[x]),
            UnaryOp::Not => self.graph.apply(&arithmetic::NOT, Attr::None, shape, &[x]),
            UnaryOp::Transpose if shape.is_scalar() => x,
            UnaryOp::Transpose => {
                let attr = Attr::None;
                self.graph
                    .apply(&array::TRANSPOSE, attr, shape.transposed(), &[x])
            }
        }
    }

    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        expr: ExprId,
        sides: [ExprId; 2],
        nodes: [NodeId; 2],
        frame: &Frame,
    ) -> Result<NodeId> {
        let [a, b] = nodes.map(|node| self.graph.shape(node));
        self.evaluation.unit.noticed.arrays |=
            matches!(op, BinaryOp::DotMul | BinaryOp::DotDiv | BinaryOp::DotPow);
        match op {
            BinaryOp::Mul if !a.is_scalar() && !b.is_scalar() => self.matmul(sides, nodes, frame),
            BinaryOp::Div if !b.is_scalar() => Err(self.wrong_quotient(sides, [a, b], frame)),
            BinaryOp::Pow if !a.is_scalar() || !b.is_scalar() => {
                Err(self.wrong_power(sides, [a, b], frame))
            }
            _ => self.entrywise(row_of(op), expr, &sides, &nodes, frame),
        }
    }

    /// An entry-by-entry operation, its arguments stretched to a common shape.
    pub(super) fn entrywise(
        &mut self,
        row: &'static Primitive,
        expr: ExprId,
        sides: &[ExprId],
        nodes: &[NodeId],
        frame: &Frame,
    ) -> Result<NodeId> {
        let shapes: SmallVec<[Shape; 3]> =
            nodes.iter().map(|node| self.graph.shape(*node)).collect();
        let Some(shape) = Shape::common(&shapes) else {
            return Err(self.no_common_shape(row, expr, sides, &shapes, frame));
        };
        if let Some(stored) = self.stored_entrywise(row, nodes) {
            return Ok(stored);
        }
        let args: SmallVec<[NodeId; 3]> = nodes
            .iter()
            .map(|node| self.graph.term(*node).stretch(shape).id)
            .collect();
        Ok(self.graph.apply(row, Attr::None, shape, &args))
    }

    fn label_shapes(
        &self,
        mut error: Diagnostic,
        sides: &[ExprId],
        shapes: &[Shape],
        frame: &Frame,
    ) -> Diagnostic {
        for (side, shape) in sides.iter().zip(shapes) {
            error = error.label(frame.locate(*side), shape.described());
        }
        error
    }

    fn shape_error(
        &self,
        message: String,
        sides: &[ExprId],
        shapes: &[Shape],
        frame: &Frame,
    ) -> Diagnostic {
        let whole = frame
            .script
            .expr(sides[0])
            .span
            .to(frame.script.expr(sides[sides.len() - 1]).span);
        let error = error!(Shape, frame.script.location(whole), "{message}");
        self.label_shapes(error, sides, shapes, frame)
    }

    fn no_common_shape(
        &self,
        row: &'static Primitive,
        expr: ExprId,
        sides: &[ExprId],
        shapes: &[Shape],
        frame: &Frame,
    ) -> Diagnostic {
        let listed: Vec<String> = shapes.iter().map(Shape::to_string).collect();
        let message = format!("`{}` cannot combine {}", spelled(row), listed.join(" and "));
        let error = error!(Shape, frame.locate(expr), "{message}");
        let error = self.label_shapes(error, sides, shapes, frame);
        let [a, b] = [shapes[0], shapes[1]];
        if shapes.len() == 2
            && a.is_vector()
            && b.is_vector()
            && a.rows != b.rows
            && a.len() > 1
            && b.len() > 1
        {
            let (column, rows) = if a.cols == 1 { (0, 1) } else { (1, 0) };
            let (x, y) = (
                frame.script.text(sides[column]),
                frame.script.text(sides[rows]),
            );
            if shapes[column].cols == 1 && shapes[rows].rows == 1 {
                let (m, n) = (shapes[column].rows, shapes[rows].cols);
                let op = operator_text(row).unwrap_or("+");
                return error.help(format!(
                    "shapes never grow silently; for the {m}×{n} matrix of all pairs write `[{} {op} {} for i in 1..{m}, j in 1..{n}]`{}",
                    entry(x, "i"),
                    entry(y, "j"),
                    if m == n { format!("; to combine them entry by entry transpose one: `{}`", transposed(y)) } else { String::new() },
                ));
            }
        }
        error.help("both sides must have the same shape, or one of them be a scalar, or a row or column that fits the other")
    }

    fn matmul(&mut self, sides: [ExprId; 2], nodes: [NodeId; 2], frame: &Frame) -> Result<NodeId> {
        let shapes = nodes.map(|node| self.graph.shape(node));
        let [a, b] = shapes;
        if a.cols == b.rows {
            if let Some(stored) = self.stored_product(nodes) {
                return Ok(stored);
            }
            self.check_size(a.m(), b.n(), sides[0], frame)?;
            let shape = Shape {
                rows: a.rows,
                cols: b.cols,
            };
            return Ok(self
                .graph
                .apply(&algebra::MATMUL, Attr::None, shape, &nodes));
        }
        let [x, y] = sides.map(|side| frame.script.text(side));
        let error = self.shape_error(
            format!(
                "`*` is the matrix product, and {a} times {b} does not fit: {} against {}",
                counted(a.n(), "column"),
                counted(b.m(), "row")
            ),
            &sides,
            &shapes,
            frame,
        );
        Err(error.help(if a == b && a.is_vector() {
            let inner = if a.cols == 1 {
                format!("{}*{y}", transposed(x))
            } else {
                format!("{x}*{}", transposed(y))
            };
            format!("entry by entry: `{x} .* {y}`; the inner product: `dot({x}, {y})` or `{inner}`")
        } else if Shape::common(&shapes).is_some() {
            let entries = format!("entry by entry: `{x} .* {y}`");
            match a.rows == b.rows && b.is_vector() {
                true => format!("transpose the first: `{}*{y}`; {entries}", transposed(x)),
                false => entries,
            }
        } else if a.rows == b.rows {
            format!("transpose the first: `{}*{y}`", transposed(x))
        } else if a.cols == b.cols {
            format!("transpose the second: `{x}*{}`", transposed(y))
        } else {
            "the columns of the left side must be as many as the rows of the right side".into()
        }))
    }

    fn wrong_quotient(&self, sides: [ExprId; 2], shapes: [Shape; 2], frame: &Frame) -> Diagnostic {
        let [x, y] = sides.map(|side| frame.script.text(side));
        let error = self.shape_error(
            "`/` divides by a scalar, not by a matrix".into(),
            &sides,
            &shapes,
            frame,
        );
        let square = shapes[1].rows == shapes[1].cols;
        let solve = if square && shapes[0].cols == shapes[1].cols && !shapes[0].is_scalar() {
            format!("; to multiply by the inverse: `{x}*inv({y})`")
        } else if square {
            format!("; for the inverse: `inv({y})`")
        } else {
            String::new()
        };
        error.help(format!("entry by entry: `{x} ./ {y}`{solve}"))
    }

    fn wrong_power(&self, sides: [ExprId; 2], shapes: [Shape; 2], frame: &Frame) -> Diagnostic {
        let [x, y] = sides.map(|side| frame.script.text(side));
        let y = match y {
            "²" => "2",
            "³" => "3",
            y => y,
        };
        let error = self.shape_error("`^` is for scalars".into(), &sides, &shapes, frame);
        let square = shapes[0].rows == shapes[0].cols && !shapes[0].is_scalar();
        let product = if square && y == "2" {
            format!("; the matrix product: `{x}*{x}`")
        } else {
            String::new()
        };
        if square && matches!(y, "-1" | "(-1)") {
            return error.help(format!(
                "the inverse is `inv({x})`; entry by entry: `{x}.^(-1)`"
            ));
        }
        error.help(format!("entry by entry: `{x}.^{y}`{product}"))
    }

    pub(super) fn choice(
        &mut self,
        exprs: [ExprId; 3],
        nodes: &[NodeId],
        frame: &Frame,
    ) -> Result<NodeId> {
        let [condition, mut then, mut otherwise] = [nodes[0], nodes[1], nodes[2]];
        let shape = self.graph.shape(condition);
        if !shape.is_scalar() {
            bail!(Scalar, frame.locate(exprs[0]),
                "the condition of `if` is a scalar, not a {shape} matrix";
                label: "{}", shape.described();
                help: "to choose entry by entry write `where(condition, a, b)`");
        }
        let raised = |node| match self.graph.node(node).op {
            Op::Raise(reason) => Some(reason),
            _ => None,
        };
        match (raised(then), raised(otherwise)) {
            (Some(reason), None) => then = self.graph.raise(reason, self.graph.shape(otherwise)),
            (None, Some(reason)) => otherwise = self.graph.raise(reason, self.graph.shape(then)),
            _ => {}
        }
        let shapes = [then, otherwise].map(|node| self.graph.shape(node));
        if shapes[0] == shapes[1] {
            let args = [condition, then, otherwise];
            return Ok(self
                .graph
                .apply(&arithmetic::CHOOSE, Attr::None, shapes[0], &args));
        }
        // Branches of different shapes: the condition decides the shape, so it must be known.
        let taken = self
            .known_scalar(condition, exprs[0], frame, "the condition")
            .map_err(|error| {
                let error = error
                    .help("the branches have different shapes, so the condition must have a value");
                self.label_shapes(error, &exprs[1..], &shapes, frame)
            })?;
        Ok(if is_true(taken) { then } else { otherwise })
    }

    pub(super) fn matrix(
        &mut self,
        rows: &[Vec<ExprId>],
        nodes: &[NodeId],
        frame: &Frame,
    ) -> Result<NodeId> {
        let cols = rows[0].len();
        for row in rows {
            if row.len() != cols {
                let whole = |row: &[ExprId]| {
                    let span = |expr: ExprId| frame.script.expr(expr).span;
                    frame
                        .script
                        .location(span(row[0]).to(span(row[row.len() - 1])))
                };
                bail!(Shape, whole(row),
                    "the rows of a matrix have equally many entries";
                    label: "{} here", row.len();
                    also: whole(&rows[0]), "{cols} in the first row";
                    help: "give every row as many: `[1, 2; 3, 4]`");
            }
        }
        for (expr, node) in rows.iter().flatten().zip(nodes) {
            let shape = self.graph.shape(*node);
            if !shape.is_scalar() {
                let help = flattened(rows, frame).unwrap_or_else(|| {
                    "to join matrices write `hcat(A, B)` (side by side) or `vcat(A, B)` (on top of each other)".to_owned()
                });
                bail!(Shape, frame.locate(*expr),
                    "the entries of `[ ]` are scalars";
                    label: "{}", shape.described();
                    help: "{help}");
            }
        }
        // One row in brackets is a column.
        let shape = if rows.len() == 1 {
            Shape::vector(cols)
        } else {
            Shape::new(rows.len(), cols)
        };
        let literals: Option<Vec<f64>> = nodes
            .iter()
            .map(|node| self.graph.literal_value(*node))
            .collect();
        Ok(match literals {
            Some(entries) => {
                let n = shape.n();
                self.graph
                    .constant(Tensor::from_fn(shape, |i, j| entries[i * n + j]))
            }
            None if shape.is_scalar() => nodes[0],
            None => self.graph.apply(&array::MATRIX, Attr::None, shape, nodes),
        })
    }
}

/// The operator of a row, or its name if it has none.
fn spelled(row: &Primitive) -> &str {
    operator_text(row).unwrap_or(row.name)
}

fn operator_text(row: &Primitive) -> Option<&'static str> {
    match row.notation {
        crate::graph::primitive::Notation::Infix(operator) => Some(operator.symbol()),
        _ => None,
    }
}

/// The text of the transpose of `text`.
fn transposed(text: &str) -> String {
    match text.strip_suffix('\'') {
        Some(bare) if is_one(bare) => bare.into(),
        _ if is_one(text) => format!("{text}'"),
        _ => format!("({text})'"),
    }
}

/// True of a name, a call, and what stands in brackets: no operator is outside.
fn is_one(text: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let Some(rest) = text.trim_start_matches(is_word).strip_prefix(['(', '[']) else {
        return text.chars().all(is_word);
    };
    let mut depth = 1;
    let closed = rest.find(|c| {
        depth += i32::from(matches!(c, '(' | '[')) - i32::from(matches!(c, ')' | ']'));
        depth == 0
    });
    closed == Some(rest.len() - 1)
}

/// `text[i]`, with parentheses where the text is not a name.
fn entry(text: &str, index: &str) -> String {
    let bare = text.strip_suffix('\'').unwrap_or(text);
    if is_one(bare) {
        format!("{bare}[{index}]")
    } else {
        format!("({text})[{index}]")
    }
}

/// `[[1, 2], [3, 4]]`: what a literal of literals is here, if those are rows of numbers and names.
fn flattened(rows: &[Vec<ExprId>], frame: &Frame) -> Option<String> {
    let [row] = rows else { return None };
    let written = row.iter().map(|entry| {
        let ExprKind::Matrix(inner) = &frame.script.expr(*entry).kind else {
            return None;
        };
        let [inner] = inner.as_slice() else {
            return None;
        };
        let entries: Vec<&str> = inner.iter().map(|e| frame.script.text(*e)).collect();
        Some(entries.join(", "))
    });
    let text = written.collect::<Option<Vec<String>>>()?.join("; ");
    let length = |entry: &ExprId| match &frame.script.expr(*entry).kind {
        ExprKind::Matrix(inner) => inner[0].len(),
        _ => 1,
    };
    if row.iter().any(|entry| length(entry) != length(&row[0])) {
        return None;
    }
    Some(if row.len() == 1 {
        format!("one pair of brackets is enough: write `[{text}]`, or `[{text}]'` for a row")
    } else if text.chars().count() <= 60 {
        format!("rows end with `;`: write `[{text}]`")
    } else {
        "rows end with `;`: write `[1, 2; 3, 4]`".to_owned()
    })
}
