//! Operations of the table in StableHLO.

use super::lines::{SsaFunction, SsaValue, array_type};
use crate::diagnostic::{Result, bail};
use crate::export::spelling::{Manner, axis_of, is_loop, spelling};
use crate::graph::{Attr, NodeId, Primitive, Shape};
use crate::primitives::{algebra, arithmetic, array, rules};

impl SsaFunction<'_, '_, '_> {
    /// The value of an operation.
    pub(super) fn operation(
        &mut self,
        id: NodeId,
        row: &'static Primitive,
        attr: Attr,
    ) -> Result<SsaValue> {
        let program = self.shared.program;
        let graph = program.graph;
        if is_loop(row) {
            return Err(program.refused_rounds(id));
        }
        let Some(known) = spelling(row) else {
            bail!(Function, program.place(id), "`{}` has no form in StableHLO", row.name; label: "not exported");
        };
        let ids = graph.args(id);
        let shape = graph.shape(id);
        let args: Vec<SsaValue> = ids.iter().map(|arg| self.known[arg].clone()).collect();
        if row.is(&rules::RULED) {
            return Ok(args[args.len() - 1].clone());
        }
        if row.is(&arithmetic::FROZEN) || row.is(&arithmetic::STOP) {
            return Ok(args[0].clone());
        }
        if row.is(&array::BROADCAST) {
            let number = self.number(&args[0]);
            return Ok(self.stretched(&number, shape));
        }
        if args.is_empty() {
            return self.computed(id);
        }
        let folded = row.is(&arithmetic::MAX) || row.is(&arithmetic::MIN);
        Ok(match known.manner {
            Manner::Each | Manner::Truth if folded => {
                let mut all = args[0].clone();
                for next in &args[1..] {
                    all = self.filled(known.stablehlo, &[all, next.clone()]);
                }
                all
            }
            Manner::Each | Manner::Truth => self.filled(known.stablehlo, &args),
            manner => {
                let mut whole = Vec::new();
                for (arg, id) in args.iter().zip(&ids) {
                    let number = self.number(arg);
                    whole.push(self.stretched(&number, graph.shape(*id)));
                }
                match manner {
                    Manner::Reduce => self.reduction(known.stablehlo, &whole[0], attr, shape),
                    Manner::Built => self.moved(id, row, attr, &whole),
                    _ => self.array(row, known.stablehlo, attr, &whole, shape),
                }
            }
        })
    }

    /// Arrays to an array or a number.
    fn array(
        &mut self,
        row: &'static Primitive,
        name: &str,
        attr: Attr,
        args: &[SsaValue],
        shape: Shape,
    ) -> SsaValue {
        let x = &args[0];
        let axis = axis_of(attr);
        match name {
            "deviations" => self.deviations(x, axis),
            "softmax" => {
                let top = self.reduce(x, "maximum", f64::NEG_INFINITY, axis);
                let e = self.call("subtract", &[x.clone(), top]);
                let e = self.call("exponential", &[e]);
                let total = self.reduce(&e, "add", 0.0, axis);
                self.call("divide", &[e, total])
            }
            "log_softmax" => {
                let top = self.reduce(x, "maximum", f64::NEG_INFINITY, axis);
                let d = self.call("subtract", &[x.clone(), top]);
                let e = self.call("exponential", std::slice::from_ref(&d));
                let total = self.reduce(&e, "add", 0.0, axis);
                let total = self.call("log", &[total]);
                self.call("subtract", &[d, total])
            }
            "cumsum" => self.running(x, "add", 0.0, axis.unwrap_or(0)),
            "cumprod" => self.running(x, "multiply", 1.0, axis.unwrap_or(0)),
            "reverse" => self.reversed(x, axis.unwrap_or(0)),
            "others" => self.products_of_others(x),
            "recurrence" => self.recurrence(x, &args[1]),
            "linspace" => {
                let last = (shape.m().max(2) - 1) as f64;
                let place = self.positions(shape, 0);
                let last = self.literal(last);
                let t = self.call("divide", &[place, last]);
                let args = [x.clone(), args[1].clone(), t];
                self.filled(
                    "add(multiply(subtract(1.0, {2}), {0}), multiply({2}, {1}))",
                    &args,
                )
            }
            "onehot" => {
                let classes = self.positions(Shape::new(1, shape.n()), 1);
                let one = self.literal(1.0);
                let classes = self.call("add", &[classes, one]);
                let column = self.reshaped(x, Shape::vector(shape.m()));
                let hot = self.call("eq", &[column, classes]);
                let hot = self.stretched(&hot, shape);
                self.number(&hot)
            }
            "approx" => self.approx(args),
            "trace" => {
                let diagonal = self.on_diagonal(x.shape);
                let zero = self.literal(0.0);
                let kept = self.call("where", &[diagonal, x.clone(), zero]);
                self.reduce(&kept, "add", 0.0, None)
            }
            "solve" => self.solved(x, &args[1]),
            "inv" => self.inverse(x),
            "det" => self.determinant(x),
            "logdet" => self.log_determinant(x),
            "cofactor" => self.cofactors(x),
            "dot" => {
                let other = self.reshaped(&args[1], x.shape);
                let products = self.call("multiply", &[x.clone(), other]);
                self.reduce(&products, "add", 0.0, None)
            }
            _ => {
                debug_assert!(row.is(&algebra::MATMUL_REACHED), "{name}");
                self.matmul_reached(args, shape)
            }
        }
    }

    /// 1 where two arrays differ by little.
    fn approx(&mut self, args: &[SsaValue]) -> SsaValue {
        let infinite = "and(eq({0}, {1}), not(is_finite({0})))";
        let sizes = format!("where({infinite}, 0.0, maximum(abs({{0}}), abs({{1}})))");
        let gaps = format!("where({infinite}, 0.0, abs(subtract({{0}}, {{1}})))");
        let sizes = self.filled(&sizes, args);
        let gaps = self.filled(&gaps, args);
        let largest = self.reduce(&sizes, "maximum", 0.0, None);
        let apart = self.reduce(&gaps, "maximum", 0.0, None);
        let given = [largest, apart, args[2].clone(), args[3].clone()];
        let near = "and(is_finite({1}), le({1}, maximum({3}, multiply({2}, {0}))))";
        let near = self.filled(near, &given);
        self.number(&near)
    }

    /// The product where what is not reached is 0 whatever it is multiplied by.
    fn matmul_reached(&mut self, args: &[SsaValue], shape: Shape) -> SsaValue {
        let (m, k, n) = (args[0].shape.rows, args[0].shape.cols, shape.cols);
        let cube = |element: &str| format!("tensor<{m}x{k}x{n}x{element}>");
        let mut cubes = Vec::new();
        for (number, arg) in args.iter().enumerate() {
            let factor = number % 2;
            let full = self.stretched(arg, args[factor].shape);
            let arg = match number < 2 {
                true => full,
                false => self.condition(&full),
            };
            let element = if arg.truth { "i1" } else { "f64" };
            let from = match arg.shape.is_scalar() {
                true => format!("tensor<{element}>"),
                false => array_type(arg.shape, element),
            };
            let dims = match (arg.shape.is_scalar(), factor) {
                (true, _) => "",
                (_, 0) => "0, 1",
                _ => "1, 2",
            };
            let text = format!(
                "stablehlo.broadcast_in_dim {}, dims = [{dims}] : ({from}) -> {}",
                arg.name,
                cube(element)
            );
            cubes.push(self.value(text, shape, arg.truth).name);
        }
        let (wide, mask) = (cube("f64"), cube("i1"));
        let product = self.value(
            format!("stablehlo.multiply {}, {} : {wide}", cubes[0], cubes[1]),
            shape,
            false,
        );
        let both = self.value(
            format!("stablehlo.and {}, {} : {mask}", cubes[2], cubes[3]),
            shape,
            true,
        );
        let zeros = self.value(
            format!("stablehlo.constant dense<0.0> : {wide}"),
            shape,
            false,
        );
        let kept = self.value(
            format!(
                "stablehlo.select {}, {}, {} : {mask}, {wide}",
                both.name, product.name, zeros.name
            ),
            shape,
            false,
        );
        let zero = self.literal(0.0);
        let to = format!("tensor<{m}x{n}xf64>");
        let text = format!(
            "stablehlo.reduce({} init: {}) applies stablehlo.add across dimensions = [1] : ({wide}, tensor<f64>) -> {to}",
            kept.name, zero.name
        );
        self.matrix_value(text, shape, &to)
    }
}
