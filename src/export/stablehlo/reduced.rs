//! Sums and the like over all entries or along an axis, and what runs along one.

use super::lines::{SsaFunction, SsaValue, array_type};
use crate::export::spelling::axis_of;
use crate::graph::{Attr, Shape};

impl SsaFunction<'_, '_, '_> {
    /// A reduction of the table.
    pub(super) fn reduction(
        &mut self,
        name: &str,
        x: &SsaValue,
        attr: Attr,
        shape: Shape,
    ) -> SsaValue {
        let axis = axis_of(attr).filter(|_| !shape.is_scalar());
        let lowest = f64::NEG_INFINITY;
        match name {
            "sum" => self.reduce(x, "add", 0.0, axis),
            "mean" => self.mean(x, axis),
            "prod" => self.reduce(x, "multiply", 1.0, axis),
            "max" => self.reduce(x, "maximum", lowest, axis),
            "min" => self.reduce(x, "minimum", f64::INFINITY, axis),
            "var" => self.variance(x, axis),
            "std" => {
                let variance = self.variance(x, axis);
                self.call("sqrt", &[variance])
            }
            "norm1" => {
                let sizes = self.call("abs", std::slice::from_ref(x));
                self.reduce(&sizes, "add", 0.0, axis)
            }
            "norm" => {
                let sizes = self.call("abs", std::slice::from_ref(x));
                let scale = self.reduce(&sizes, "maximum", 0.0, axis);
                let regular = self.filled(
                    "and(gt({0}, 0.0), is_finite({0}))",
                    std::slice::from_ref(&scale),
                );
                let one = self.literal(1.0);
                let by = self.call("where", &[regular.clone(), scale.clone(), one]);
                let scaled = self.call("divide", &[x.clone(), by]);
                let squares = self.call("multiply", &[scaled.clone(), scaled]);
                let total = self.reduce(&squares, "add", 0.0, axis);
                self.filled(
                    "where({0}, multiply({1}, sqrt({2})), {1})",
                    &[regular, scale, total],
                )
            }
            "logsumexp" => {
                let top = self.reduce(x, "maximum", lowest, axis);
                let e = self.filled("exponential(subtract({0}, {1}))", &[x.clone(), top.clone()]);
                let total = self.reduce(&e, "add", 0.0, axis);
                self.filled(
                    "where(eq(abs({0}), inf), {0}, add({0}, log({1})))",
                    &[top, total],
                )
            }
            _ => self.largest_at(x, axis),
        }
    }

    /// All entries, or those along an axis, taken together: along an axis it has length 1.
    pub(super) fn reduce(
        &mut self,
        x: &SsaValue,
        operation: &str,
        start: f64,
        axis: Option<u8>,
    ) -> SsaValue {
        if x.shape.is_scalar() {
            let start = self.literal(start);
            return self.call(operation, &[x.clone(), start]);
        }
        let start = self.literal(start);
        let (dims, short, shape) = match axis {
            None => ("0, 1", "tensor<f64>".to_string(), Shape::SCALAR),
            Some(0) => (
                "0",
                format!("tensor<{}xf64>", x.shape.cols),
                Shape::new(1, x.shape.n()),
            ),
            Some(_) => (
                "1",
                format!("tensor<{}xf64>", x.shape.rows),
                Shape::new(x.shape.m(), 1),
            ),
        };
        let text = format!(
            "stablehlo.reduce({} init: {}) applies stablehlo.{operation} across dimensions = [{dims}] : ({}, tensor<f64>) -> {short}",
            x.name,
            start.name,
            x.kind()
        );
        let found = self.value(text, shape, false);
        match axis {
            None => found,
            Some(_) => {
                let to = array_type(shape, "f64");
                self.value(
                    format!("stablehlo.reshape {} : ({short}) -> {to}", found.name),
                    shape,
                    false,
                )
            }
        }
    }

    fn count(x: &SsaValue, axis: Option<u8>) -> f64 {
        let count = match axis {
            None => x.shape.len(),
            Some(0) => x.shape.m(),
            Some(_) => x.shape.n(),
        };
        count as f64
    }

    fn mean(&mut self, x: &SsaValue, axis: Option<u8>) -> SsaValue {
        let sum = self.reduce(x, "add", 0.0, axis);
        let count = self.literal(Self::count(x, axis));
        self.call("divide", &[sum, count])
    }

    /// x minus its mean; exactly 0 where all entries are equal.
    pub(super) fn deviations(&mut self, x: &SsaValue, axis: Option<u8>) -> SsaValue {
        let first = match axis {
            None => self.slice(x, [0, 0], Shape::SCALAR),
            Some(0) => self.slice(x, [0, 0], Shape::new(1, x.shape.n())),
            Some(_) => self.slice(x, [0, 0], Shape::new(x.shape.m(), 1)),
        };
        let d = self.call("subtract", &[x.clone(), first]);
        let centre = self.mean(&d, axis);
        self.call("subtract", &[d, centre])
    }

    fn variance(&mut self, x: &SsaValue, axis: Option<u8>) -> SsaValue {
        let d = self.deviations(x, axis);
        let squares = self.call("multiply", &[d.clone(), d]);
        self.mean(&squares, axis)
    }

    /// Positions along a dimension, from 0.
    pub(super) fn positions(&mut self, shape: Shape, dimension: u8) -> SsaValue {
        if shape.is_scalar() {
            return self.literal(0.0);
        }
        let kind = array_type(shape, "f64");
        self.value(
            format!("stablehlo.iota dim = {dimension} : {kind}"),
            shape,
            false,
        )
    }

    /// True on the diagonal.
    pub(super) fn on_diagonal(&mut self, shape: Shape) -> SsaValue {
        let (i, j) = (self.positions(shape, 0), self.positions(shape, 1));
        self.call("eq", &[i, j])
    }

    /// The position of the largest entry, from 1, column by column.
    fn largest_at(&mut self, x: &SsaValue, axis: Option<u8>) -> SsaValue {
        let top = self.reduce(x, "maximum", f64::NEG_INFINITY, axis);
        let (i, j) = (self.positions(x.shape, 0), self.positions(x.shape, 1));
        let rows = self.literal(x.shape.m() as f64);
        let place = match axis {
            None => self.filled("add(add({0}, multiply({1}, {2})), 1.0)", &[i, j, rows]),
            Some(0) => self.filled("add({0}, 1.0)", &[i]),
            Some(_) => self.filled("add({0}, 1.0)", &[j]),
        };
        let candidates = "where(or(eq({0}, {1}), ne({0}, {0})), {2}, inf)";
        let candidates = self.filled(candidates, &[x.clone(), top, place]);
        self.reduce(&candidates, "minimum", f64::INFINITY, axis)
    }

    /// Sums or products of the entries so far along an axis.
    pub(super) fn running(
        &mut self,
        x: &SsaValue,
        operation: &str,
        start: f64,
        axis: u8,
    ) -> SsaValue {
        if x.shape.is_scalar() {
            return x.clone();
        }
        let start = self.literal(start);
        let length = if axis == 0 {
            x.shape.rows
        } else {
            x.shape.cols
        };
        let (window, before) = match axis {
            0 => (
                format!("{length}, 1"),
                format!("[[{}, 0], [0, 0]]", length - 1),
            ),
            _ => (
                format!("1, {length}"),
                format!("[[0, 0], [{}, 0]]", length - 1),
            ),
        };
        let [a, b, c] = std::array::from_fn(|_| self.fresh());
        let kind = x.kind();
        let text = format!(
            "\"stablehlo.reduce_window\"({}, {}) <{{window_dimensions = array<i64: {window}>, window_strides = array<i64: 1, 1>, padding = dense<{before}> : tensor<2x2xi64>}}> ({{\n      ^bb0({a}: tensor<f64>, {b}: tensor<f64>):\n        {c} = stablehlo.{operation} {a}, {b} : tensor<f64>\n        stablehlo.return {c} : tensor<f64>\n    }}) : ({kind}, tensor<f64>) -> {kind}",
            x.name, start.name
        );
        self.value(text, x.shape, false)
    }

    pub(super) fn reversed(&mut self, x: &SsaValue, axis: u8) -> SsaValue {
        if x.shape.is_scalar() {
            return x.clone();
        }
        let text = format!(
            "stablehlo.reverse {}, dims = [{axis}] : {}",
            x.name,
            x.kind()
        );
        self.value(text, x.shape, false)
    }

    /// For every entry the product of all others.
    pub(super) fn products_of_others(&mut self, x: &SsaValue) -> SsaValue {
        let column = Shape::vector(x.shape.len());
        if x.shape.is_scalar() {
            return self.literal(1.0);
        }
        let flat = self.reshaped(x, column);
        let before = self.products_before(&flat);
        let back = self.reversed(&flat, 0);
        let after = self.products_before(&back);
        let after = self.reversed(&after, 0);
        let products = self.call("multiply", &[before, after]);
        self.reshaped(&products, x.shape)
    }

    /// The product of the entries before each one of a column.
    fn products_before(&mut self, flat: &SsaValue) -> SsaValue {
        let products = self.running(flat, "multiply", 1.0, 0);
        let most = self.slice(&products, [0, 0], Shape::vector(flat.shape.len() - 1));
        let one = self.literal(1.0);
        self.joined(&[one, most], 0, flat.shape)
    }

    /// y[0] = b[0], y[k] = a[k]*y[k-1] + b[k] down every column, row by row.
    pub(super) fn recurrence(&mut self, a: &SsaValue, b: &SsaValue) -> SsaValue {
        let row = Shape::new(1, a.shape.n());
        let mut rows = vec![self.slice(b, [0, 0], row)];
        for k in 1..a.shape.rows {
            let [factor, term] = [a, b].map(|x| self.slice(x, [k, 0], row));
            let last = rows[rows.len() - 1].clone();
            let product = self.call("multiply", &[factor, last]);
            rows.push(self.call("add", &[product, term]));
        }
        self.joined(&rows, 0, a.shape)
    }
}
