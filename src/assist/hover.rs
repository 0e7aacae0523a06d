//! Facts about the word under a pointer.

use super::{help, hint};
use crate::graph::Tensor;
use crate::lower::definitions::Meaning;
use crate::render::Style;
use crate::session::Session;
use crate::syntax::highlight::{self, Class};
use std::ops::Range;

/// The most inputs whose gradients are shown.
const GRADIENTS: usize = 8;

/// Facts about a word in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Hover {
    /// The bytes of the word.
    pub range: Range<usize>,
    /// A variable as it is defined, or the forms of a function or a statement.
    pub title: String,
    /// The value of a variable, where it is cheap to compute.
    pub value: Option<Tensor>,
    /// The derivatives of a scalar variable with respect to the inputs, those that are 0 left out.
    pub gradients: Vec<(String, Tensor)>,
    /// A page about a built-in function or a statement, an example included.
    pub help: Option<String>,
}

/// Facts about the word at byte `at` of `text`, or the one that ends there; `None` between
/// words and for numbers.
///
/// ```
/// let mut s = wengert::Session::new();
/// s.run("w = 3; L = w^2")?;
/// let found = s.hover("2*L", 2).expect("a name");
/// assert_eq!((found.range, &*found.title), (2..3, "L = w^2"));
/// assert_eq!(found.value.and_then(|value| value.as_scalar()), Some(9.0));
/// assert_eq!(found.gradients[0].0, "w");
/// # Ok::<(), wengert::Diagnostic>(())
/// ```
pub fn hover(session: &Session, text: &str, at: usize) -> Option<Hover> {
    let mut words = highlight::classes(text)
        .into_iter()
        .filter(|(_, class)| matches!(class, Class::Keyword | Class::Function | Class::Name));
    let (range, class) = words.find(|(range, _)| range.start <= at && at <= range.end)?;
    let word = &text[range.clone()];
    let called = class == Class::Function;
    let hover = |title: String| Hover {
        range: range.clone(),
        title,
        value: None,
        gradients: Vec::new(),
        help: None,
    };
    if let Some(function) = session.definitions().function(word).filter(|_| called) {
        let body = function.body.script.text(function.body.expr);
        return Some(hover(format!("{} = {body}", function.signature())));
    }
    if let Some(variable) = session.definitions().variable(word).filter(|_| !called) {
        let title = match &variable.meaning {
            Meaning::Formula(formula) => {
                format!("{word} = {}", formula.script.text(formula.expr))
            }
            Meaning::Input(_) => word.to_string(),
        };
        let value = session.preview(word);
        let is_scalar = value
            .as_ref()
            .is_some_and(|value| value.shape().is_scalar());
        let is_formula = matches!(variable.meaning, Meaning::Formula(_));
        let gradients = match is_scalar && is_formula {
            true => gradients(session, word),
            false => Vec::new(),
        };
        return Some(Hover {
            value,
            gradients,
            ..hover(title)
        });
    }
    let page = help::about(session, word, &Style::default()).ok()?;
    Some(Hover {
        help: Some(page),
        ..hover(hint::signature(session, word).unwrap_or_else(|| word.to_string()))
    })
}

fn gradients(session: &Session, output: &str) -> Vec<(String, Tensor)> {
    let inputs = session.definitions().own_variables();
    let inputs = inputs.filter(|(_, known)| matches!(known.meaning, Meaning::Input(_)));
    let gradient = |name: &str| session.preview(&format!("grad({output}, {name})"));
    inputs
        .filter_map(|(name, _)| Some((name.to_string(), gradient(name)?)))
        .filter(|(_, gradient)| gradient.data().iter().any(|x| *x != 0.0))
        .take(GRADIENTS)
        .collect()
}
