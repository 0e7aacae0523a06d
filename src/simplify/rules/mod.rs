//! The table of named rewrite rules, and the passes that rearrange sums.
//!
//! A rule looks at one formula whose parts are in normal form and says what is simpler, or
//! nothing. Rules may fill a removable singularity; they never create one.

mod common;
mod entries;
mod expansion;
mod factors;
mod operations;
mod products;
mod sums;

pub use common::factored;
pub use entries::whole_vector;
pub use expansion::{expanded, may_be_shorter_multiplied_out};
pub use factors::in_words;
pub use sums::{
    distributed, double_angle, joined_exponentials, over_one_denominator, without_nested_quotients,
};

use super::algebra::{Algebra, Id};
use crate::primitives::{algebra as linear, elementary};
use entries::index_of_entries;
use operations::*;
use products::*;

/// A rule: its name, and what it makes of a formula.
pub struct Rule {
    /// As `with steps` shows it.
    pub name: &'static str,
    /// The simpler formula, where the rule applies.
    pub rewrite: fn(&mut Algebra, Id) -> Option<Id>,
}

/// The rules for operations of the table, applied when one is built.
pub const OPERATIONS: &[Rule] = &[
    Rule {
        name: "diagonal of an outer product",
        rewrite: diagonal_of_outer_product,
    },
    Rule {
        name: "solution for an identity",
        rewrite: solve_for_identity,
    },
    Rule {
        name: "logarithm of an exponential",
        rewrite: |a, id| inverse_pair(a, id, &elementary::LOG, &elementary::EXP),
    },
    Rule {
        name: "exponential of a logarithm",
        rewrite: |a, id| inverse_pair(a, id, &elementary::EXP, &elementary::LOG),
    },
    Rule {
        name: "function of a number",
        rewrite: exact_value,
    },
    Rule {
        name: "even and odd functions",
        rewrite: parity,
    },
    Rule {
        name: "inverse of an inverse",
        rewrite: |a, id| inverse_pair(a, id, &linear::INV, &linear::INV),
    },
    Rule {
        name: "sum of a multiple",
        rewrite: sum_of_multiple,
    },
    Rule {
        name: "diagonal of ones",
        rewrite: diagonal_of_ones,
    },
    Rule {
        name: "determinant of entries",
        rewrite: factors::determinant_of_entries,
    },
    Rule {
        name: "cofactors by the inverse",
        rewrite: cofactors,
    },
    Rule {
        name: "index into a matrix of entries",
        rewrite: index_of_entries,
    },
    Rule {
        name: "reversed running sum",
        rewrite: reversed_running_sum,
    },
    Rule {
        name: "power times logarithm",
        rewrite: power_times_logarithm,
    },
    Rule {
        name: "selected argument",
        rewrite: selected_argument,
    },
    Rule {
        name: "product of entries",
        rewrite: factors::product_of_entries,
    },
];

/// The rules for products, applied after a formula is complete.
pub const PRODUCTS: &[Rule] = &[
    Rule {
        name: "exp(x)/(1 + exp(x)) = sigmoid(x)",
        rewrite: recognise_sigmoid,
    },
    Rule {
        name: "cancel against a sum",
        rewrite: cancel_against_sum,
    },
    Rule {
        name: "exp(x)*sigmoid(-x) = sigmoid(x)",
        rewrite: exponential_times_sigmoid,
    },
    Rule {
        name: "sinh(x)/cosh(x) = tanh(x)",
        rewrite: recognise_tanh,
    },
    Rule {
        name: "exp(x)/sum(exp(x)) = softmax(x)",
        rewrite: recognise_softmax,
    },
    Rule {
        name: "sqrt(sum(x^2)) = norm(x)",
        rewrite: recognise_norm,
    },
];

/// The rules that write the stable forms as everyone knows them, applied last.
pub const PRINTED: &[Rule] = &[
    Rule {
        name: "sigmoid'(x) = s*(1 - s)",
        rewrite: printed_sigmoid,
    },
    Rule {
        name: "tanh'(x) = 1 - tanh(x)^2",
        rewrite: printed_tanh,
    },
];

/// Applies the first rule for operations that fits.
pub fn rewrite(algebra: &mut Algebra, id: Id) -> Id {
    apply_first(algebra, id, OPERATIONS)
}

/// Applies the first rule of `table` that fits.
pub fn apply_first(algebra: &mut Algebra, id: Id, table: &[Rule]) -> Id {
    for rule in table {
        if let Some(simpler) = (rule.rewrite)(algebra, id)
            && simpler != id
        {
            algebra.note(rule.name);
            return simpler;
        }
    }
    id
}
