//! Inverses and determinants in StableHLO: by one function a size, which eliminates.

use super::lines::{SsaFunction, SsaValue};
use crate::graph::Shape;
use std::collections::BTreeSet;

static ELIMINATE: &str = include_str!("eliminate.mlir");

/// The functions that eliminate systems of these sizes: rows, and columns on the right.
pub(super) fn functions(sizes: &BTreeSet<(u32, u32)>) -> String {
    let function = |(n, m): &(u32, u32)| {
        let text = ELIMINATE
            .replace("{n}", &n.to_string())
            .replace("{m}", &m.to_string());
        format!("\n{}", text.replace("{w}", &(n + m).to_string()))
    };
    sizes.iter().map(function).collect()
}

impl SsaFunction<'_, '_, '_> {
    /// `a \ b`, det(a), and the logarithm of its size.
    fn eliminated(&mut self, a: &SsaValue, b: &SsaValue) -> [SsaValue; 3] {
        let (n, m) = (a.shape.rows, b.shape.cols);
        self.systems.insert((n, m));
        let (left, left_kind) = self.matrix(a);
        let (right, right_kind) = self.matrix(b);
        let base = self.fresh();
        self.line(format!(
            "{base}:3 = func.call @eliminate_{n}_{m}({}, {}) : ({left_kind}, {right_kind}) -> ({right_kind}, tensor<f64>, tensor<f64>)",
            left.name, right.name
        ));
        let result = |k: usize, shape: Shape| SsaValue {
            name: format!("{base}#{k}"),
            shape,
            truth: false,
        };
        let number = Shape::SCALAR;
        let solution = result(0, b.shape);
        let solution = self.as_number(solution, &right_kind);
        [solution, result(1, number), result(2, number)]
    }

    pub(super) fn solved(&mut self, a: &SsaValue, b: &SsaValue) -> SsaValue {
        let [solution, ..] = self.eliminated(a, b);
        solution
    }

    fn unit(&mut self, shape: Shape) -> SsaValue {
        let diagonal = self.on_diagonal(shape);
        let [one, zero] = [1.0, 0.0].map(|x| self.literal(x));
        let unit = self.call("where", &[diagonal, one, zero]);
        self.stretched(&unit, shape)
    }

    pub(super) fn inverse(&mut self, a: &SsaValue) -> SsaValue {
        let unit = self.unit(a.shape);
        self.solved(a, &unit)
    }

    /// Any right side will do for a determinant.
    pub(super) fn determinant(&mut self, a: &SsaValue) -> SsaValue {
        let [_, det, _] = self.eliminated(a, a);
        det
    }

    pub(super) fn log_determinant(&mut self, a: &SsaValue) -> SsaValue {
        let [_, det, log] = self.eliminated(a, a);
        self.filled("where(lt({0}, 0.0), nan, {1})", &[det, log])
    }

    /// Minor by minor, so that it is right at singular matrices too.
    pub(super) fn cofactors(&mut self, a: &SsaValue) -> SsaValue {
        let n = a.shape.rows;
        if n <= 1 {
            return self.literal(1.0);
        }
        let mut entries = Vec::new();
        for i in 0..n {
            for j in 0..n {
                let minor = self.without(a, i, j);
                let det = match minor.shape.is_scalar() {
                    true => minor,
                    false => self.determinant(&minor),
                };
                entries.push(match (i + j) % 2 {
                    0 => det,
                    _ => self.call("negate", &[det]),
                });
            }
        }
        let line = self.joined(&entries, 1, Shape::new(1, entries.len()));
        self.reshaped(&line, a.shape)
    }

    /// `a` without a row and a column.
    fn without(&mut self, a: &SsaValue, i: u32, j: u32) -> SsaValue {
        let n = a.shape.rows;
        let shape = |rows: u32, cols: u32| Shape { rows, cols };
        let above = (i > 0).then(|| self.slice(a, [0, 0], shape(i, n)));
        let below = (i + 1 < n).then(|| self.slice(a, [i + 1, 0], shape(n - 1 - i, n)));
        let rows: Vec<SsaValue> = above.into_iter().chain(below).collect();
        let rows = self.joined(&rows, 0, shape(n - 1, n));
        let left = (j > 0).then(|| self.slice(&rows, [0, 0], shape(n - 1, j)));
        let right = (j + 1 < n).then(|| self.slice(&rows, [0, j + 1], shape(n - 1, n - 1 - j)));
        let columns: Vec<SsaValue> = left.into_iter().chain(right).collect();
        self.joined(&columns, 1, shape(n - 1, n - 1))
    }
}
