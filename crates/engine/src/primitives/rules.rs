//! Calls of functions whose derivative the user has given.

use super::rows;
use crate::graph::Primitive;
use crate::graph::primitive::{DerivativeRule, KernelCall, ShapeRule};

rows! {
    RULED = Primitive::whole("ruled", |call: &KernelCall<'_>, out: &mut [f64]| {
            out.copy_from_slice(call.args[call.args.len() - 1].data);
            Ok(())
        }, ShapeRule::Given).variadic(1).internal()
        .derivative(DerivativeRule::Ruled)
        .doc("The value of a function, its last argument, with the derivative that the user gave.");
}
