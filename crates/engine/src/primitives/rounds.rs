//! Loops as single nodes.

use super::rows;
use crate::graph::Primitive;
use crate::graph::primitive::{DerivativeRule, Kernel, ShapeRule};

rows! {
    ROUNDS = Primitive::new("iterate", Kernel::Rounds, ShapeRule::Given).variadic(1).internal()
        .derivative(DerivativeRule::Rounds)
        .doc("A round, again and again on the states that it leaves.");
    ROUNDS_BACK = Primitive::new("iterate_back", Kernel::RoundsBack, ShapeRule::Given).variadic(2).internal()
        .derivative(DerivativeRule::RoundsBack)
        .doc("The adjoints of the arguments of a loop, given that of its value, the last argument.");
}
