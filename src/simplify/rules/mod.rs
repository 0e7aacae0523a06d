//! The table of named rewrite rules, and the passes that rearrange sums.
//!
//! A rule looks at one formula whose parts are in normal form and returns a simpler one, or nothing.
//! Rules may fill a removable singularity; they never create one. A rule that is an equation between
//! entry-by-entry formulas is one line of text in a table (`equation`), which the tests hold at
//! random points; Rust stays where a rule computes.

mod common;
mod comparisons;
mod entries;
mod equation;
mod expansion;
mod factors;
mod operations;
mod products;
mod squares;
mod sums;
#[cfg(test)]
mod tests;
mod traces;

pub use common::factored;
pub use entries::whole_vector;
pub use expansion::{expanded, may_be_shorter_multiplied_out};
pub use factors::in_words;
pub use squares::perfect_square;
pub use sums::{
    distributed, double_angle, double_sine, half_angle, joined_exponentials, over_one_denominator,
    without_nested_quotients,
};

use super::algebra::{Algebra, Id, Occurring};
use crate::graph::Primitive;
use crate::primitives::array::SUM;
use crate::primitives::elementary::{EXP, SIGMOID, SIGN};
use comparisons::{comparison_of_difference, signed_sigmoid, truth_of_zeros_and_ones};
use entries::{index_of_entries, product_with_few_entries};
use equation::{Equation, Exponents};
use operations::*;
use products::*;
use std::sync::LazyLock;
use traces::{solution_of_multiple, sum_against_outer_product, sum_against_vectors, sum_of_terms};

/// A rule: its name, as `with steps` shows it, and what it makes of a formula.
pub struct Rule {
    name: &'static str,
    /// Where one of these does not occur, the rule has nothing to do.
    operations: Occurring,
    rewrite: Rewrite,
}

impl Rule {
    /// The name, as `with steps` shows it.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The rule, which is about formulas with these operations in them.
    fn of(self, rows: &[&Primitive]) -> Rule {
        let all = rows.iter().map(|row| Occurring::of(row));
        let operations = all.fold(self.operations, Occurring::and);
        Rule { operations, ..self }
    }
}

/// The two kinds of rules.
enum Rewrite {
    /// A side of an equation becomes the other one.
    Equation(Equation),
    /// The formula is computed, where the rule applies.
    Computed(fn(&mut Algebra, Id) -> Option<Id>),
}

/// The left side becomes the right side; an `n` in its exponents is any number but 0.
fn equation(name: &'static str, left: &str, right: &str) -> Rule {
    read_from_left(name, Equation::new(left, right, Exponents::Any))
}

/// The left side becomes the right side for n = 1, 2, 3, …
fn for_counts(name: &'static str, left: &str, right: &str) -> Rule {
    read_from_left(name, Equation::new(left, right, Exponents::Counts))
}

fn read_from_left(name: &'static str, equation: Equation) -> Rule {
    Rule {
        name,
        operations: equation.left.operations(),
        rewrite: Rewrite::Equation(equation),
    }
}

fn computed(name: &'static str, rewrite: fn(&mut Algebra, Id) -> Option<Id>) -> Rule {
    Rule {
        name,
        operations: Occurring::default(),
        rewrite: Rewrite::Computed(rewrite),
    }
}

/// The name of the rule that takes out what all terms of a sum have in common.
pub const COMMON_FACTOR: &str = "take out a common factor";
/// The name of the rule that writes a sum of quotients as one.
pub const ONE_DENOMINATOR: &str = "over one denominator";

/// The rules for operations of the table, applied when one is built.
#[rustfmt::skip]
pub static OPERATIONS: LazyLock<Vec<Rule>> = LazyLock::new(|| vec![
    computed("diagonal of an outer product", diagonal_of_outer_product),
    computed("solution for an identity", solve_for_identity),
    computed("solution of a multiple", solution_of_multiple),
    equation("logarithm of an exponential", "log(exp(x))", "x"),
    equation("exponential of a logarithm", "exp(log(x))", "x"),
    computed("function of a number", exact_value),
    computed("sine of a part of pi", function_of_pi),
    computed("sum of numbers", sum_of_numbers),
    computed("even and odd functions", parity),
    computed("hypot(1, x) = sqrt(1 + x^2)", root_of_one_and_square),
    equation("inverse of an inverse", "inv(inv(x))", "x"),
    computed("sum of a multiple", sum_of_multiple),
    computed("sum of deviations", sum_of_terms),
    computed("sum against an outer product", sum_against_outer_product),
    computed("sum against vectors", sum_against_vectors),
    computed("diagonal of ones", diagonal_of_ones),
    computed("determinant of entries", factors::determinant_of_entries),
    computed("cofactors by the inverse", cofactors),
    computed("index into a matrix of entries", index_of_entries),
    computed("reversed running sum", reversed_running_sum),
    computed("power times logarithm", power_times_logarithm),
    computed("selected argument", selected_argument),
    computed("compare the difference", comparison_of_difference),
    computed("zeros and ones as a condition", truth_of_zeros_and_ones),
    computed("product of entries", factors::product_of_entries),
]);

/// The rules for products, applied after a formula is complete.
#[rustfmt::skip]
pub static PRODUCTS: LazyLock<Vec<Rule>> = LazyLock::new(|| vec![
    for_counts("exp(x)/(1 + exp(x)) = sigmoid(x)", "exp(x)/(1 + exp(x))^n", "sigmoid(-x)^(n - 1)*sigmoid(x)"),
    for_counts("exp(x)/(1 + exp(x)) = sigmoid(x)", "1/(1 + exp(x))^n", "sigmoid(-x)^n"),
    computed("cancel against a sum", cancel_against_sum),
    computed("column times row", outer_product),
    computed("product with few entries", product_with_few_entries),
    for_counts("exp(x)*sigmoid(-x) = sigmoid(x)", "exp(x)*sigmoid(-x)^n", "sigmoid(x)*sigmoid(-x)^(n - 1)"),
    for_counts("sigmoid(-x)*(1 - exp(x)) = 1 - 2*sigmoid(x)", "(1 - exp(x))*sigmoid(-x)^n", "(1 - 2*sigmoid(x))*sigmoid(-x)^(n - 1)"),
    for_counts("sigmoid(-x)*(1 - exp(x)) = 1 - 2*sigmoid(x)", "(exp(x) - 1)*sigmoid(-x)^n", "(2*sigmoid(x) - 1)*sigmoid(-x)^(n - 1)"),
    equation("sin(x)/cos(x) = tan(x)", "sin(x)^n/cos(x)^n", "tan(x)^n"),
    equation("x*sign(x) = abs(x)", "x*sign(x)", "abs(x)"),
    equation("x/abs(x) = sign(x)", "x/abs(x)", "sign(x)"),
    equation("sinh(x)/cosh(x) = tanh(x)", "sinh(x)^n/cosh(x)^n", "tanh(x)^n"),
    computed("exp(x)/sum(exp(x)) = softmax(x)", recognise_softmax).of(&[&EXP, &SUM]),
    computed("sqrt(sum(x^2)) = norm(x)", recognise_norm).of(&[&SUM]),
    computed("s - s^2 = s*(1 - s)", sigmoid_of_both_signs).of(&[&SIGMOID]),
    computed("(x >= 0) - sign(x)*sigmoid(-abs(x)) = sigmoid(x)", signed_sigmoid).of(&[&SIGN, &SIGMOID]),
    computed("a power of the radicand into the root", absorbed_into_root),
]);

/// The rules that write the stable forms as everyone knows them, applied last.
#[rustfmt::skip]
pub static PRINTED: LazyLock<Vec<Rule>> = LazyLock::new(|| vec![
    computed("sigmoid'(x) = s*(1 - s)", printed_sigmoid).of(&[&SIGMOID]),
    computed("sqrt(x)*sqrt(y) = sqrt(x*y)", roots_in_one),
    equation("tanh'(x) = 1 - tanh(x)^2", "1/cosh(x)^2", "1 - tanh(x)^2"),
]);

/// Applies the first rule for operations that fits.
pub fn rewrite(algebra: &mut Algebra, id: Id) -> Id {
    apply_first(algebra, id, &OPERATIONS)
}

/// Applies the first rule of `table` that fits.
pub fn apply_first(algebra: &mut Algebra, id: Id, table: &[Rule]) -> Id {
    for rule in table {
        if !algebra.occurring(id).may_contain(rule.operations) {
            continue;
        }
        let simpler = match &rule.rewrite {
            Rewrite::Equation(equation) => equation.rewrite(algebra, id),
            Rewrite::Computed(rewrite) => rewrite(algebra, id),
        };
        if let Some(simpler) = simpler
            && simpler != id
            && algebra.keeps_truth(id, simpler)
        {
            algebra.note(rule.name);
            algebra.keep_change(id, simpler, rule.name);
            return simpler;
        }
    }
    id
}
