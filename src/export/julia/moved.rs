//! Operations of Julia that say which entries of which arrays go where.

use super::literal::{dimensions, stretched};
use crate::export::body::Body;
use crate::export::layout::{WIDTH, bracketed};
use crate::export::names::is_one_word;
use crate::export::piece::{Level, Piece};
use crate::export::sizes::texts::SizeTexts;
use crate::export::spelling::axis_of;
use crate::graph::{Attr, NodeId, Primitive, Shape};
use crate::primitives::{algebra, arithmetic, array, places, rules};

/// `i:j` of `all` entries, counted from 1.
fn range(first: u32, count: u32, all: u32, sizes: &SizeTexts<'_>) -> String {
    match (first, count == all) {
        (0, true) => ":".to_string(),
        _ => {
            let last = sizes.sum([first as usize, count as usize]);
            format!("{}:{}", place(first, sizes), sizes.text(&last))
        }
    }
}

/// A place counted from 0, as one counted from 1.
fn place(place: u32, sizes: &SizeTexts<'_>) -> String {
    sizes.text(&sizes.sum([place as usize, 1]))
}

/// A number as an index.
fn position(piece: &Piece) -> String {
    match piece.literal {
        Some(x) if x.fract() == 0.0 => format!("{x}"),
        _ => format!("Int({})", piece.text),
    }
}

impl Body<'_, '_, '_> {
    pub(super) fn julia_moved(
        &mut self,
        id: NodeId,
        row: &'static Primitive,
        attr: Attr,
        args: &[Piece],
        shapes: &[Shape],
    ) -> Piece {
        let shape = self.shared.program.graph.shape(id);
        let known = |rows: &[&'static Primitive]| rows.iter().any(|known| row.is(known));
        if row.is(&rules::RULED) {
            return args[args.len() - 1].clone();
        }
        if known(&[&arithmetic::FROZEN, &arithmetic::STOP, &array::BROADCAST]) {
            return args[0].clone();
        }
        if row.is(&algebra::MATMUL) {
            return self.julia_product(id, args, shapes);
        }
        if row.is(&array::MATRIX) {
            return self.julia_matrix(id, args, shape);
        }
        if row.is(&array::ASSEMBLE) {
            return self.julia_assembled(id, attr, args, shapes);
        }
        let joins = known(&[&array::HCAT, &array::COLUMNS, &array::VCAT]);
        if joins {
            if let [only] = args {
                return stretched(&self.numbers(only), shape, &self.shared.sizes);
            }
            let items: Vec<String> = (args.iter().zip(shapes))
                .map(|(arg, shape)| stretched(&self.numbers(arg), *shape, &self.shared.sizes).text)
                .collect();
            let name = if row.is(&array::VCAT) { "vcat" } else { "hcat" };
            return self.julia_call(id, &format!("{name}("), &items, ")", shape);
        }
        if shape == shapes[0] && known(&[&array::RESHAPE, &array::VEC]) {
            return args[0].clone();
        }
        if row.is(&array::TRANSPOSE) && args[0].shape.is_scalar() {
            return args[0].clone();
        }
        let x = stretched(&self.numbers(&args[0]), shapes[0], &self.shared.sizes);
        let base = x.within(Level::Atom);
        let from = shapes[0];
        let text = if row.is(&array::TRANSPOSE) {
            // The transpose of a row is a vector.
            match from.rows {
                1 => format!("vec({})", x.text),
                _ => format!("{base}'"),
            }
        } else if known(&[&array::RESHAPE, &array::VEC]) {
            match shape.cols {
                _ if shape.is_scalar() => format!("only({})", x.text),
                1 => format!("vec({})", x.text),
                _ => format!("reshape({}, {})", x.text, self.shared.sizes.pair(shape)),
            }
        } else if row.is(&array::INDEX) {
            let Attr::Corner(corner) = attr else {
                return args[0].clone();
            };
            if from == shape {
                return args[0].clone();
            }
            let sizes = &self.shared.sizes;
            let (i, j) = (corner.row, corner.col);
            let rows = || range(i, shape.rows, from.rows, sizes);
            let (row, column) = (|| place(i, sizes), || place(j, sizes));
            match (shape.is_scalar(), from.cols) {
                (true, 1) => format!("{base}[{}]", row()),
                (true, _) => format!("{base}[{}, {}]", row(), column()),
                (false, 1) => format!("{base}[{}]", rows()),
                // One column is a vector, one row stays a row.
                (false, _) if shape.cols == 1 => format!("{base}[{}, {}]", rows(), column()),
                (false, n) => {
                    format!("{base}[{}, {}]", rows(), range(j, shape.cols, n, sizes))
                }
            }
        } else if row.is(&array::DIAG) {
            match (from.rows, from.cols) {
                (_, 1) => format!("diagm({})", self.julia_array(&x, from).text),
                (1, _) => format!("diagm(vec({}))", x.text),
                _ => format!("diag({})", x.text),
            }
        } else if row.is(&array::ENTRIES_AT) {
            let [i, j] = [1, 2].map(|k| self.numbers(&args[k]));
            match shape.is_scalar() {
                true if from.is_scalar() => format!("[{}][{}]", x.text, position(&i)),
                true if from.cols == 1 => format!("{base}[{}]", position(&i)),
                true => format!("{base}[{}, {}]", position(&i), position(&j)),
                false => format!(
                    "entries_at({}, {}, {}, {})",
                    x.text,
                    i.text,
                    j.text,
                    dimensions(shape, &self.shared.sizes)
                ),
            }
        } else if row.is(&array::PLACED_AT) {
            let [i, j] = [1, 2].map(|k| self.numbers(&args[k]).text);
            let block = &x.text;
            format!(
                "placed_at({block}, {i}, {j}, {})",
                dimensions(shape, &self.shared.sizes)
            )
        } else {
            let axis = axis_of(attr).unwrap_or(0);
            let listed = self.julia_array(&args[1], shapes[1]);
            let places = match shapes[1] {
                Shape { rows: 1, cols } if cols > 1 => format!("vec({})", listed.text),
                _ => listed.text,
            };
            if row.is(&places::SPREAD) {
                let block = self.julia_array(&x, from).text;
                format!(
                    "spread({block}, {places}, {}; dims={})",
                    dimensions(shape, &self.shared.sizes),
                    axis + 1
                )
            } else {
                let array = self.julia_array(&x, from).within(Level::Atom);
                match (axis, from.cols) {
                    _ if shape.is_scalar() => format!("only({array}[Int.({places})])"),
                    (0, 1) => format!("{array}[Int.({places})]"),
                    (0, _) => format!("{array}[Int.({places}), :]"),
                    _ if shape.cols == 1 => format!("vec({array}[:, Int.({places})])"),
                    _ => format!("{array}[:, Int.({places})]"),
                }
            }
        };
        let is_scalar_of_array = known(&[&array::PLACED_AT, &places::SPREAD, &array::DIAG]);
        Piece::atom(
            match shape.is_scalar() && is_scalar_of_array {
                true => format!("only({text})"),
                false => text,
            },
            shape,
        )
    }

    /// A matrix product, or the inner product of a row and a column.
    fn julia_product(&mut self, id: NodeId, args: &[Piece], shapes: &[Shape]) -> Piece {
        let program = self.shared.program;
        let shape = program.graph.shape(id);
        if shapes.iter().any(|shape| shape.is_scalar()) {
            return self.julia_each(&arithmetic::MUL, "{0} * {1}", false, args);
        }
        let [a, b] =
            [0, 1].map(|k| stretched(&self.numbers(&args[k]), shapes[k], &self.shared.sizes));
        if shape.is_scalar() {
            // `dot` goes through the entries in order, so the column that a row was made of will do.
            let bare = |piece: &Piece| match piece.text.strip_suffix('\'') {
                Some(column) if is_one_word(column) => column.to_string(),
                _ => piece.text.clone(),
            };
            return Piece::atom(format!("dot({}, {})", bare(&a), bare(&b)), shape);
        }
        let text = format!("{} * {}", a.within(Level::Product), b.within(Level::Power));
        Piece {
            level: Level::Product,
            ..Piece::atom(text, shape)
        }
    }

    /// `[a b; c d]`
    fn julia_matrix(&mut self, id: NodeId, args: &[Piece], shape: Shape) -> Piece {
        if args.is_empty() {
            return Piece::atom(
                format!("zeros({})", dimensions(shape, &self.shared.sizes)),
                shape,
            );
        }
        if shape.is_scalar() {
            return self.numbers(&args[0]);
        }
        // Blanks separate entries, so what holds one stands in brackets.
        let entry = |arg: &Piece| {
            let arg = self.numbers(arg);
            match arg.level == Level::Atom || arg.literal.is_some() {
                true => arg.text,
                false => format!("({})", arg.text),
            }
        };
        if shape.cols == 1 {
            let items: Vec<String> = args.iter().map(|arg| self.numbers(arg).text).collect();
            return self.julia_call(id, "[", &items, "]", shape);
        }
        let rows = args.chunks(shape.n().max(1));
        let rows: Vec<String> = rows
            .map(|row| row.iter().map(entry).collect::<Vec<_>>().join(" "))
            .collect();
        let line = format!("[{}]", rows.join("; "));
        if line.chars().count() <= WIDTH - 32 {
            return Piece::atom(line, shape);
        }
        let name = self.name_for(id);
        self.line(format!("{name} = ["));
        rows.iter().for_each(|row| self.line(format!("    {row}")));
        self.line("]");
        Piece::atom(name, shape)
    }

    /// Blocks added up, each in its place.
    fn julia_assembled(
        &mut self,
        id: NodeId,
        attr: Attr,
        args: &[Piece],
        shapes: &[Shape],
    ) -> Piece {
        let graph = self.shared.program.graph;
        let shape = graph.shape(id);
        let blocks = graph.blocks(attr);
        let sizes = &self.shared.sizes;
        if shape.is_scalar() && args.len() == 1 {
            return self.numbers(&args[0]);
        }
        let items = blocks
            .iter()
            .zip(args.iter().zip(shapes))
            .map(|(block, (arg, from))| {
                let piece = stretched(&self.numbers(arg), *from, &self.shared.sizes);
                let [i, j] = [block.corner.row, block.corner.col].map(|k| place(k, sizes));
                format!("({i}, {j}, {})", piece.text)
            });
        let items: Vec<String> = items.collect();
        let (open, close) = match (shape.is_scalar(), shape.cols) {
            (true, _) => ("only(assemble((1,), ".to_string(), "))"),
            (_, 1) => (format!("assemble(({},), ", sizes.count(shape.rows)), ")"),
            _ => (
                format!("assemble(({}), ", dimensions(shape, &self.shared.sizes)),
                ")",
            ),
        };
        self.julia_call(id, &open, &items, close, shape)
    }

    /// A call on one line where it is short, else with one argument a line under a name.
    fn julia_call(
        &mut self,
        id: NodeId,
        open: &str,
        items: &[String],
        close: &str,
        shape: Shape,
    ) -> Piece {
        let line = format!("{open}{}{close}", items.join(", "));
        if line.chars().count() <= WIDTH - 32 {
            return Piece::atom(line, shape);
        }
        let name = self.name_for(id);
        let lines = bracketed(
            self.indent,
            &format!("{name} = {}", open.trim_end()),
            items,
            close,
        );
        self.lines_of(&lines);
        Piece::atom(name, shape)
    }
}
