//! Sines, cosines and tangents, circular and hyperbolic.

use crate::graph::Primitive;
use crate::primitives::elementary::{COS, COSH, SIN, SINH, TAN, TANH};
use crate::simplify::exact::Number;

/// Circular or hyperbolic functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// sin, cos, tan
    Circular,
    /// sinh, cosh, tanh
    Hyperbolic,
}

impl Family {
    /// Sine, cosine and tangent.
    pub fn rows(self) -> [&'static Primitive; 3] {
        match self {
            Family::Circular => [&SIN, &COS, &TAN],
            Family::Hyperbolic => [&SINH, &COSH, &TANH],
        }
    }

    /// s in cos² + s·sin² = 1.
    pub fn sign(self) -> Number {
        match self {
            Family::Circular => Number::ONE,
            Family::Hyperbolic => Number::MINUS_ONE,
        }
    }
}
