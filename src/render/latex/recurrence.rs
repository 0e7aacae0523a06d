//! The equations of recurrences.

use super::formula::LatexMath;
use super::table::display;
use crate::notation::written;
use crate::symbolic::{OverRounds, Recurrence};
use crate::trace::Math;

/// An equation of a recurrence, with the rounds that it holds for.
pub(super) fn recurrence(equation: &Recurrence, pen: LatexMath) -> String {
    let left = pen.write(&Math::Name(equation.name.clone()));
    let formula = &equation.formula;
    let right = pen.write(&written::expression(&formula.script, formula.whole));
    display(&match &equation.rounds {
        OverRounds::None => format!("{left} = {right}"),
        OverRounds::End(_, made) => {
            let known = made.map_or(String::new(), |made| format!(" = {made}"));
            format!("{left} = \\min\\{{k : {right}\\}}{known}")
        }
        OverRounds::Sum(count) => {
            format!("{left} = \\sum_{{k=1}}^{{{count}}} \\left({right}\\right)")
        }
        OverRounds::Forwards(count) => format!("{left} = {right}, \\quad k = 1, \\dots, {count}"),
        OverRounds::Backwards(count) => format!("{left} = {right}, \\quad k = {count}, \\dots, 1"),
    })
}
