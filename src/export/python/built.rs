//! Operations of Python that say which entries of which arrays go where.

use crate::export::body::Body;
use crate::export::dialect::Dialect;
use crate::export::layout::{WIDTH, bracketed, call_of_list, row as row_of};
use crate::export::piece::{Level, Piece};
use crate::export::spelling::{Manner, axis_of};
use crate::graph::{Attr, NodeId, Primitive, Shape};
use crate::primitives::{algebra, arithmetic, array, places, rules};

impl Body<'_, '_, '_> {
    /// Operations that say which entries of which arrays go where.
    pub(super) fn built(
        &mut self,
        id: NodeId,
        row: &'static Primitive,
        attr: Attr,
        args: &[Piece],
        shapes: &[Shape],
    ) -> Piece {
        let program = self.shared.program;
        let shape = program.graph.shape(id);
        let prefix = self.shared.dialect.prefix();
        let torch = self.shared.dialect == Dialect::Torch;
        if row.is(&arithmetic::STOP) && !args[0].plain {
            let piece = self.numbers(&args[0]);
            let text = match self.shared.dialect {
                Dialect::Jax => format!("jax.lax.stop_gradient({})", piece.text),
                Dialect::Torch => format!("{}.detach()", piece.within(Level::Atom)),
                _ => return args[0].clone(),
            };
            return Piece::atom(text, piece.shape);
        }
        if row.is(&rules::RULED) {
            return args[args.len() - 1].clone();
        }
        let aliases = [&arithmetic::FROZEN, &arithmetic::STOP, &array::BROADCAST];
        if aliases.iter().any(|known| row.is(known)) {
            return args[0].clone();
        }
        if row.is(&algebra::MATMUL) {
            return self.product(id, args, shapes);
        }
        if row.is(&array::TRANSPOSE) {
            if args[0].shape.is_scalar() {
                return args[0].clone();
            }
            let piece = self.numbers(&args[0]);
            return Piece::atom(
                format!("{}.T", piece.within(Level::Atom)),
                piece.shape.transposed(),
            );
        }
        if row.is(&array::RESHAPE) || row.is(&array::VEC) {
            if shape == shapes[0] {
                return args[0].clone();
            }
            let piece = self.matrix(&args[0], shapes[0]);
            if shape.is_scalar() {
                return Piece::atom(format!("{}[0, 0]", piece.within(Level::Atom)), shape);
            }
            let sizes = &self.shared.sizes;
            let (m, n) = (sizes.count(shape.rows), sizes.count(shape.cols));
            let in_order = shapes[0].is_vector() && shape.is_vector();
            let text = match (in_order, torch) {
                (true, _) => format!("{prefix}.reshape({}, ({m}, {n}))", piece.text),
                (false, false) => {
                    format!("{prefix}.reshape({}, ({m}, {n}), order=\"F\")", piece.text)
                }
                (false, true) => format!(
                    "torch.reshape({}.T, ({n}, {m})).T",
                    piece.within(Level::Atom)
                ),
            };
            return Piece::atom(text, shape);
        }
        if row.is(&array::INDEX) {
            return self.entries(&args[0], attr, shapes[0], shape);
        }
        let matrices: Vec<Piece> = args
            .iter()
            .zip(shapes)
            .map(|(arg, shape)| self.matrix(arg, *shape))
            .collect();
        let texts: Vec<String> = matrices.iter().map(|piece| piece.text.clone()).collect();
        let place = |piece: &Piece| piece.text.clone();
        let size = || format!("({})", self.shared.sizes.pair(shape));
        let text = if row.is(&array::MATRIX) {
            let n = shape.n().max(1);
            if args.is_empty() {
                return Piece::atom(format!("{prefix}.zeros({})", size()), shape);
            }
            let entries: Vec<String> = args.iter().map(|arg| self.numbers(arg).text).collect();
            let maker = if torch {
                "matrix".to_string()
            } else {
                format!("{prefix}.array")
            };
            let rows: Vec<String> = entries
                .chunks(n)
                .map(|row| row_of(self.indent + 8, row))
                .collect();
            if shape.is_scalar() {
                return self.numbers(&args[0]);
            }
            return self.joined(id, &maker, &rows);
        } else if row.is(&array::HCAT) || row.is(&array::COLUMNS) {
            if let [only] = &matrices[..] {
                return if shape.is_scalar() {
                    args[0].clone()
                } else {
                    only.clone()
                };
            }
            return self.joined(id, &format!("{prefix}.hstack"), &texts);
        } else if row.is(&array::VCAT) {
            if let [only] = &matrices[..] {
                return if shape.is_scalar() {
                    args[0].clone()
                } else {
                    only.clone()
                };
            }
            return self.joined(id, &format!("{prefix}.vstack"), &texts);
        } else if row.is(&array::ASSEMBLE) {
            let blocks = program.graph.blocks(attr);
            let block = |(block, (arg, shape)): (&crate::graph::Block, (&Piece, &Shape))| {
                let corner = block.corner;
                let piece = self.whole(arg, *shape);
                let [i, j] = [corner.row, corner.col].map(|place| self.shared.sizes.count(place));
                format!("({i}, {j}, {})", piece.text)
            };
            let items: Vec<String> = blocks
                .iter()
                .zip(args.iter().zip(shapes))
                .map(block)
                .collect();
            if shape.is_scalar() && items.len() == 1 {
                return self.numbers(&args[0]);
            }
            let size = size();
            self.shared.used.insert("assemble".to_string());
            let ending = if shape.is_scalar() { "[0, 0]" } else { "" };
            let open = format!("assemble({size}, ");
            let line = format!("{open}[{}]){ending}", items.join(", "));
            if line.len() <= 64 {
                return Piece::atom(line, shape);
            }
            let name = self.name_for(id);
            let list = bracketed(self.indent + 4, "[", &items, "],");
            self.line(format!("{name} = assemble("));
            self.line(format!("    {size},"));
            let list: Vec<String> = list
                .iter()
                .flat_map(|line| line.lines())
                .map(|line| format!("    {line}"))
                .collect();
            self.lines_of(&list);
            self.line(format!("){ending}"));
            return Piece::atom(name, shape);
        } else if row.is(&array::DIAG) {
            format!("diag({})", texts[0])
        } else if row.is(&array::ENTRIES_AT) {
            format!(
                "entries_at({}, {}, {}, {})",
                texts[0],
                place(&self.numbers(&args[1])),
                place(&self.numbers(&args[2])),
                size()
            )
        } else if row.is(&array::PLACED_AT) {
            format!(
                "placed_at({}, {}, {}, {})",
                texts[0],
                place(&self.numbers(&args[1])),
                place(&self.numbers(&args[2])),
                size()
            )
        } else if row.is(&places::SPREAD) {
            format!(
                "spread({}, {}, {}, {})",
                texts[0],
                texts[1],
                size(),
                axis_of(attr).unwrap_or(0)
            )
        } else {
            format!(
                "taken({}, {}, {})",
                texts[0],
                texts[1],
                axis_of(attr).unwrap_or(0)
            )
        };
        let text = if shape.is_scalar() {
            format!("{text}[0, 0]")
        } else {
            text
        };
        Piece::atom(text, shape)
    }

    /// A call of `maker` with a list, on lines of its own where it is long.
    fn joined(&mut self, id: NodeId, maker: &str, items: &[String]) -> Piece {
        let shape = self.shared.program.graph.shape(id);
        if maker == "matrix" {
            self.shared.used.insert(maker.to_string());
        }
        let line = format!("{maker}([{}])", items.join(", "));
        if line.len() <= WIDTH - 32 && !line.contains('\n') {
            return Piece::atom(line, shape);
        }
        for item in items {
            self.note_helpers(item);
        }
        let name = self.name_for(id);
        let lines = call_of_list(self.indent, &format!("{name} = {maker}"), items, "");
        self.lines_of(&lines);
        Piece::atom(name, shape)
    }

    /// A matrix product: `a @ b`, or a number.
    fn product(&mut self, id: NodeId, args: &[Piece], shapes: &[Shape]) -> Piece {
        let program = self.shared.program;
        let shape = program.graph.shape(id);
        if shapes.iter().any(|shape| shape.is_scalar()) {
            return self.each(&arithmetic::MUL, "{0} * {1}", Manner::Each, args);
        }
        let [a, b] = [0, 1].map(|k| self.whole(&args[k], shapes[k]));
        if shape.is_scalar() {
            // A row is the transpose of a column here, most often; the order is that of the entries.
            let ids = program.graph.args(id);
            let bare = |k: usize, piece: &Piece| {
                let turned = program
                    .row(ids[k])
                    .is_some_and(|row| row.is(&array::TRANSPOSE));
                let column = program.graph.args(ids[k]).first().copied();
                let known = column
                    .filter(|_| turned)
                    .and_then(|column| self.known.get(&column));
                known.map_or(piece.text.clone(), |known| known.text.clone())
            };
            let text = match self.shared.dialect {
                Dialect::Torch => {
                    format!(
                        "torch.dot({}.ravel(), {}.ravel())",
                        a.within(Level::Atom),
                        b.within(Level::Atom)
                    )
                }
                _ => format!(
                    "{}.vdot({}, {})",
                    self.shared.dialect.prefix(),
                    bare(0, &a),
                    bare(1, &b)
                ),
            };
            return Piece::atom(text, shape);
        }
        let text = format!("{} @ {}", a.within(Level::Product), b.within(Level::Power));
        Piece {
            level: Level::Product,
            ..Piece::atom(text, shape)
        }
    }

    /// Some of the entries.
    fn entries(&mut self, arg: &Piece, attr: Attr, from: Shape, shape: Shape) -> Piece {
        let Attr::Corner(corner) = attr else {
            return arg.clone();
        };
        if from == shape {
            return arg.clone();
        }
        let piece = self.matrix(arg, from);
        let base = piece.within(Level::Atom);
        let (i, j) = (corner.row, corner.col);
        let sizes = &self.shared.sizes;
        let place = |place: u32| sizes.count(place);
        if shape.is_scalar() {
            return Piece::atom(format!("{base}[{}, {}]", place(i), place(j)), shape);
        }
        let range = |first: u32, count: u32, all: u32| {
            let last = || sizes.text(&sizes.sum([first as usize, count as usize]));
            match (first, first + count == all) {
                (0, true) => ":".to_string(),
                (0, false) => slice("", &last()),
                (first, true) => slice(&place(first), ""),
                (first, false) => slice(&place(first), &last()),
            }
        };
        let (rows, cols) = (
            range(i, shape.rows, from.rows),
            range(j, shape.cols, from.cols),
        );
        let text = match cols.as_str() {
            ":" => format!("{base}[{rows}]"),
            _ => format!("{base}[{rows}, {cols}]"),
        };
        Piece::atom(text, shape)
    }
}

/// `a:b`, with blanks around the colon where an end is more than a name or a number.
pub(super) fn slice(from: &str, to: &str) -> String {
    match from.contains(' ') || to.contains(' ') {
        true => format!("{from} : {to}").trim().to_string(),
        false => format!("{from}:{to}"),
    }
}
