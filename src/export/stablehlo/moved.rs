//! Operations of StableHLO that say which entries of which arrays go where.

use super::lines::{SsaFunction, SsaValue, array_type};
use crate::export::spelling::axis_of;
use crate::graph::{Attr, NodeId, Primitive, Shape};
use crate::primitives::{algebra, array, places};

impl SsaFunction<'_, '_, '_> {
    pub(super) fn moved(
        &mut self,
        id: NodeId,
        row: &'static Primitive,
        attr: Attr,
        args: &[SsaValue],
    ) -> SsaValue {
        let graph = self.shared.program.graph;
        let shape = graph.shape(id);
        let known = |rows: &[&'static Primitive]| rows.iter().any(|known| row.is(known));
        let x = &args[0];
        if row.is(&algebra::MATMUL) {
            self.product(x, &args[1], shape)
        } else if row.is(&array::TRANSPOSE) {
            self.transposed(x)
        } else if known(&[&array::RESHAPE, &array::VEC]) {
            self.column_major(x, shape)
        } else if row.is(&array::INDEX) {
            match attr {
                Attr::Corner(corner) => self.slice(x, [corner.row, corner.col], shape),
                _ => x.clone(),
            }
        } else if row.is(&array::MATRIX) {
            let line = self.joined(args, 1, Shape::new(1, args.len()));
            self.reshaped(&line, shape)
        } else if row.is(&array::VCAT) {
            self.joined(args, 0, shape)
        } else if known(&[&array::HCAT, &array::COLUMNS]) {
            self.joined(args, 1, shape)
        } else if row.is(&array::ASSEMBLE) {
            let corners: Vec<[u32; 2]> = graph
                .blocks(attr)
                .iter()
                .map(|block| [block.corner.row, block.corner.col])
                .collect();
            let mut sum: Option<SsaValue> = None;
            for (arg, corner) in args.iter().zip(corners) {
                let placed = self.padded(arg, corner, shape);
                sum = Some(match sum {
                    None => placed,
                    Some(sum) => self.call("add", &[sum, placed]),
                });
            }
            match sum {
                Some(sum) => sum,
                None => {
                    let zero = self.literal(0.0);
                    self.stretched(&zero, shape)
                }
            }
        } else if row.is(&array::DIAG) {
            self.diagonal(x, shape)
        } else if row.is(&array::ENTRIES_AT) {
            self.entries_at(x, &args[1], &args[2], shape)
        } else if row.is(&array::PLACED_AT) {
            let zero = self.literal(0.0);
            let zeros = self.stretched(&zero, shape);
            self.replaced(&zeros, &args[1], &args[2], x)
        } else if row.is(&places::SPREAD) {
            self.spread(x, &args[1], axis_of(attr).unwrap_or(0), shape)
        } else {
            self.taken(x, &args[1], axis_of(attr).unwrap_or(0), shape)
        }
    }

    fn product(&mut self, a: &SsaValue, b: &SsaValue, shape: Shape) -> SsaValue {
        if a.shape.is_scalar() || b.shape.is_scalar() {
            return self.call("multiply", &[a.clone(), b.clone()]);
        }
        let to = format!("tensor<{}x{}xf64>", shape.rows, shape.cols);
        let text = format!(
            "stablehlo.dot_general {}, {}, contracting_dims = [1] x [0] : ({}, {}) -> {to}",
            a.name,
            b.name,
            a.kind(),
            b.kind()
        );
        self.matrix_value(text, shape, &to)
    }

    fn transposed(&mut self, x: &SsaValue) -> SsaValue {
        if x.shape.is_scalar() {
            return x.clone();
        }
        let shape = x.shape.transposed();
        let to = array_type(shape, "f64");
        let text = format!(
            "stablehlo.transpose {}, dims = [1, 0] : ({}) -> {to}",
            x.name,
            x.kind()
        );
        self.value(text, shape, false)
    }

    /// The entries, column by column, in another shape.
    fn column_major(&mut self, x: &SsaValue, shape: Shape) -> SsaValue {
        if x.shape == shape || (x.shape.is_vector() && shape.is_vector()) {
            return self.reshaped(x, shape);
        }
        let rows = self.transposed(x);
        let rows = self.reshaped(&rows, shape.transposed());
        self.transposed(&rows)
    }

    /// A block from a row and a column on, counted from 0.
    pub(super) fn slice(&mut self, x: &SsaValue, [i, j]: [u32; 2], shape: Shape) -> SsaValue {
        if x.shape == shape {
            return x.clone();
        }
        let to = format!("tensor<{}x{}xf64>", shape.rows, shape.cols);
        let text = format!(
            "stablehlo.slice {} [{i}:{}, {j}:{}] : ({}) -> {to}",
            x.name,
            i + shape.rows,
            j + shape.cols,
            x.kind()
        );
        self.matrix_value(text, shape, &to)
    }

    /// Arrays one after the other along a dimension.
    pub(super) fn joined(&mut self, parts: &[SsaValue], dimension: u8, shape: Shape) -> SsaValue {
        if let [only] = parts {
            return self.stretched(only, shape);
        }
        let parts = parts.iter().filter(|part| !part.shape.is_empty());
        let parts: Vec<(SsaValue, String)> = parts.map(|part| self.matrix(part)).collect();
        let names: Vec<&str> = parts.iter().map(|(part, _)| part.name.as_str()).collect();
        let kinds: Vec<&str> = parts.iter().map(|(_, kind)| kind.as_str()).collect();
        let to = array_type(shape, "f64");
        let text = format!(
            "stablehlo.concatenate {}, dim = {dimension} : ({}) -> {to}",
            names.join(", "),
            kinds.join(", ")
        );
        self.value(text, shape, false)
    }

    /// A block in its place of a matrix of zeros.
    fn padded(&mut self, x: &SsaValue, [i, j]: [u32; 2], shape: Shape) -> SsaValue {
        if x.shape == shape {
            return x.clone();
        }
        let zero = self.literal(0.0);
        let (block, kind) = self.matrix(x);
        let to = array_type(shape, "f64");
        let (below, right) = (shape.rows - i - x.shape.rows, shape.cols - j - x.shape.cols);
        let text = format!(
            "stablehlo.pad {}, {}, low = [{i}, {j}], high = [{below}, {right}], interior = [0, 0] : ({kind}, tensor<f64>) -> {to}",
            block.name, zero.name
        );
        self.value(text, shape, false)
    }

    fn diagonal(&mut self, x: &SsaValue, shape: Shape) -> SsaValue {
        let zero = self.literal(0.0);
        if x.shape.is_vector() || x.shape.is_scalar() {
            let column = self.reshaped(x, Shape::vector(x.shape.len()));
            let diagonal = self.on_diagonal(shape);
            return self.call("where", &[diagonal, column, zero]);
        }
        let size = shape.rows;
        let square = self.slice(
            x,
            [0, 0],
            Shape {
                rows: size,
                cols: size,
            },
        );
        let diagonal = self.on_diagonal(square.shape);
        let kept = self.call("where", &[diagonal, square, zero]);
        self.reduce(&kept, "add", 0.0, Some(1))
    }

    /// A position from 1 as one from 0, a whole number.
    fn index(&mut self, place: &SsaValue) -> SsaValue {
        let from_zero = self.filled("subtract({0}, 1.0)", std::slice::from_ref(place));
        let text = format!(
            "stablehlo.convert {} : (tensor<f64>) -> tensor<i64>",
            from_zero.name
        );
        self.value(text, Shape::SCALAR, false)
    }

    /// The block from row i and column j on; NaN outside.
    fn entries_at(&mut self, x: &SsaValue, i: &SsaValue, j: &SsaValue, shape: Shape) -> SsaValue {
        let [row, column] = [i, j].map(|place| self.index(place));
        let (matrix, kind) = self.matrix(x);
        let (m, n) = (shape.rows, shape.cols);
        let to = format!("tensor<{m}x{n}xf64>");
        let text = format!(
            "stablehlo.dynamic_slice {}, {}, {}, sizes = [{m}, {n}] : ({kind}, tensor<i64>, tensor<i64>) -> {to}",
            matrix.name, row.name, column.name
        );
        let block = self.matrix_value(text, shape, &to);
        let last =
            [x.shape.rows - m + 1, x.shape.cols - n + 1].map(|last| self.literal(f64::from(last)));
        let [last_i, last_j] = last;
        let within = "and(and(ge({0}, 1.0), le({0}, {2})), and(ge({1}, 1.0), le({1}, {3})))";
        let within = self.filled(within, &[i.clone(), j.clone(), last_i, last_j]);
        let nan = self.literal(f64::NAN);
        self.call("where", &[within, block, nan])
    }

    /// `x` with a block from row i and column j on replaced.
    pub(super) fn replaced(
        &mut self,
        x: &SsaValue,
        i: &SsaValue,
        j: &SsaValue,
        block: &SsaValue,
    ) -> SsaValue {
        let [row, column] = [i, j].map(|place| self.index(place));
        let (matrix, kind) = self.matrix(x);
        let (block, block_kind) = self.matrix(block);
        let text = format!(
            "stablehlo.dynamic_update_slice {}, {}, {}, {} : ({kind}, {block_kind}, tensor<i64>, tensor<i64>) -> {kind}",
            matrix.name, block.name, row.name, column.name
        );
        self.matrix_value(text, x.shape, &kind)
    }

    /// The positions that a vector lists, from 0, as a column of whole numbers.
    fn listed(&mut self, v: &SsaValue) -> (SsaValue, usize) {
        let count = v.shape.len();
        let one = self.literal(1.0);
        let from_zero = self.call("subtract", &[v.clone(), one]);
        let kind = from_zero.kind();
        let text = format!(
            "stablehlo.reshape {} : ({kind}) -> tensor<{count}x1xf64>",
            from_zero.name
        );
        let column = self.value(text, v.shape, false);
        let text = format!(
            "stablehlo.convert {} : (tensor<{count}x1xf64>) -> tensor<{count}x1xi64>",
            column.name
        );
        (self.value(text, v.shape, false), count)
    }

    /// The rows or columns that a vector lists.
    fn taken(&mut self, x: &SsaValue, v: &SsaValue, axis: u8, shape: Shape) -> SsaValue {
        let (places, count) = self.listed(v);
        let (matrix, kind) = self.matrix(x);
        let (m, n) = (x.shape.rows, x.shape.cols);
        let (offset, sizes) = match axis {
            0 => (1, format!("1, {n}")),
            _ => (0, format!("{m}, 1")),
        };
        let to = format!("tensor<{}x{}xf64>", shape.rows, shape.cols);
        let text = format!(
            "\"stablehlo.gather\"({}, {}) <{{dimension_numbers = #stablehlo.gather<offset_dims = [{offset}], collapsed_slice_dims = [{axis}], start_index_map = [{axis}], index_vector_dim = 1>, slice_sizes = array<i64: {sizes}>}}> : ({kind}, tensor<{count}x1xi64>) -> {to}",
            matrix.name, places.name
        );
        self.matrix_value(text, shape, &to)
    }

    /// The rows or columns added up where a vector says.
    fn spread(&mut self, x: &SsaValue, v: &SsaValue, axis: u8, shape: Shape) -> SsaValue {
        let (places, count) = self.listed(v);
        let (matrix, kind) = self.matrix(x);
        let to = format!("tensor<{}x{}xf64>", shape.rows, shape.cols);
        let zeros = self.value(
            format!("stablehlo.constant dense<0.0> : {to}"),
            shape,
            false,
        );
        let window = 1 - axis;
        let [a, b, c] = std::array::from_fn(|_| self.fresh());
        let text = format!(
            "\"stablehlo.scatter\"({}, {}, {}) <{{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [{window}], inserted_window_dims = [{axis}], scatter_dims_to_operand_dims = [{axis}], index_vector_dim = 1>}}> ({{\n      ^bb0({a}: tensor<f64>, {b}: tensor<f64>):\n        {c} = stablehlo.add {a}, {b} : tensor<f64>\n        stablehlo.return {c} : tensor<f64>\n    }}) : ({to}, tensor<{count}x1xi64>, {kind}) -> {to}",
            zeros.name, places.name, matrix.name
        );
        self.matrix_value(text, shape, &to)
    }
}
