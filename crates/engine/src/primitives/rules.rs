//! Calls of functions whose derivative the user has given.

use super::rows;
use crate::graph::Primitive;
use crate::graph::primitive::{DerivativeRule, Fault, KernelCall, Rounding, ShapeRule};

rows! {
    RULED = Primitive::whole("ruled", |call: &KernelCall<'_>, out: &mut [f64]| {
            out.copy_from_slice(call.args[call.args.len() - 1].data);
            Ok(())
        }, ShapeRule::Given).variadic(1).internal()
        .derivative(DerivativeRule::Ruled)
        .rounding(Rounding::Unknown).doc("The value of a function, its last argument, with the derivative that the user gave.");
    SOLUTION = Primitive::whole("solution", |call: &KernelCall<'_>, out: &mut [f64]| {
            solved(call)?;
            out.copy_from_slice(call.args[0].data);
            Ok(())
        }, ShapeRule::Same).parameters(&["x", "step", "residual", "slope_after", "slope"]).internal().may_fail()
        .rounding(Rounding::Unknown).doc("x, if the Newton step left there is nothing against it: a solution.");
    MINIMUM = Primitive::whole("minimum", |call: &KernelCall<'_>, out: &mut [f64]| {
            solved(call).map_err(|fault| match fault {
                Fault::MultipleRoot(_) => Fault::NoMinimum,
                fault => fault,
            })?;
            if !is_positive_definite(call.args[4].data.to_vec(), call.args[0].data.len()) {
                return Err(Fault::NoMinimum);
            }
            out.copy_from_slice(call.args[0].data);
            Ok(())
        }, ShapeRule::Same).parameters(&["x", "step", "residual", "hessian_after", "hessian"]).internal().may_fail()
        .rounding(Rounding::Unknown).doc("A solution where the second derivatives are those of a minimum.");
}

/// The largest step that may be left, against the largest entry or 1.
const STEP: f64 = 1e-7;

/// The change of the slope by that step, against the slope, that no simple root has: half of it at a double one.
const BEND: f64 = 0.25;

fn solved(call: &KernelCall<'_>) -> Result<(), Fault> {
    let [x, step, residual, after, slope] = [0, 1, 2, 3, 4].map(|k| call.args[k].data);
    let scale = x.iter().fold(1f64, |best, x| best.max(x.abs()));
    let flat = match (slope, after) {
        ([0.0], _) => residual[0] == 0.0,
        ([slope], [after]) => (after - slope).abs() > BEND * slope.abs(),
        _ => false,
    };
    let small = step.iter().all(|step| step.abs() <= STEP * scale) && scale.is_finite();
    match (small, flat) {
        (true, false) => Ok(()),
        (true, true) => Err(Fault::MultipleRoot(residual[0])),
        (false, true) if residual[0] == 0.0 => Err(Fault::MultipleRoot(0.0)),
        (false, _) => Err(Fault::NoSolution(residual[0])),
    }
}

/// By Cholesky's decomposition.
fn is_positive_definite(mut a: Vec<f64>, n: usize) -> bool {
    for k in 0..n {
        let pivot = a[k + k * n];
        if pivot <= 0.0 || pivot.is_nan() {
            return false;
        }
        for j in k + 1..n {
            let factor = a[j + k * n] / pivot;
            for i in j..n {
                a[i + j * n] -= a[i + k * n] * factor;
            }
        }
    }
    true
}
