//! Loops as single nodes.

use super::rows;
use crate::graph::Primitive;
use crate::graph::primitive::{DerivativeRule, Kernel, Rounding, ShapeRule};

rows! {
    ROUNDS = Primitive::new("iterate", Kernel::Rounds, ShapeRule::Given).variadic(1).internal()
        .derivative(DerivativeRule::Rounds)
        .rounding(Rounding::Unknown).doc("A round, again and again on the states that it leaves.");
    ROUNDS_BACK = Primitive::new("iterate_back", Kernel::RoundsBack, ShapeRule::Given).variadic(2).internal()
        .derivative(DerivativeRule::RoundsBack)
        .rounding(Rounding::Unknown).doc("The adjoints of the arguments of a loop, given that of its value, the last argument.");
}
