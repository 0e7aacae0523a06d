//! Formulas in another form, and Taylor polynomials, as text.

use super::{Style, derive};
use crate::symbolic::{Rewriting, TaylorSeries};

/// The formula as written and its new form, which can be typed back in.
pub fn rewriting(rewriting: &Rewriting) -> String {
    let formula = &rewriting.result;
    match rewriting.bare {
        true => derive::alone(formula),
        false => derive::lines(&rewriting.of.one_line(), formula),
    }
}

/// The polynomial on a line, what lies beyond it below.
pub fn series(series: &TaylorSeries, style: &Style) -> String {
    let polynomial = &series.polynomial;
    let equals = match (polynomial.exact, style.ascii) {
        (true, _) => "=",
        (false, true) => "~",
        (false, false) => "≈",
    };
    let of = series.of.one_line();
    let whole = polynomial.whole.one_line();
    if series.bare {
        return format!("{whole}\n");
    }
    format!("{of} {equals} {whole}\n  {}\n", beyond(series))
}

/// The first term beyond the polynomial, in words.
pub(super) fn beyond(series: &TaylorSeries) -> String {
    let polynomial = &series.polynomial;
    match (&polynomial.next, polynomial.exact) {
        (_, true) => "exact: a polynomial".to_string(),
        (Some(next), _) => format!("next term: {}", next.one_line()),
        (None, _) => format!("no other term up to order {}", polynomial.searched),
    }
}
