//! Signatures: how functions are called, and the errors where a call does not fit one.

use super::Lowerer;
use super::frame::Frame;
use super::unit::Unit;
use crate::diagnostic::{Diagnostic, counted, did_you_mean, error};
use crate::graph::Primitive;
use crate::primitives::{self, array};
use crate::syntax::ast::{ExprId, ExprKind, Ident};
use crate::syntax::foreign::{self, Foreign};
use crate::syntax::special::{SPECIAL, Special};

/// True if `name` is a derivative operator, which cannot be redefined.
pub fn is_derivative_operator(name: &str) -> bool {
    Special::named(name).is_some_and(Special::is_derivative)
}

/// True if `name` is a function of the language.
pub fn is_built_in(name: &str) -> bool {
    !primitives::named(name).is_empty() || Special::named(name).is_some()
}

impl Lowerer<'_> {
    pub(super) fn arity_error(
        &self,
        expr: ExprId,
        given: usize,
        wanted: &str,
        frame: &Frame,
    ) -> Diagnostic {
        let function = frame.script.expr(expr).kind.function();
        let name = function.map_or("this", |function| &function.name);
        let error = error!(Arity, frame.locate(expr),
            "`{name}` takes {wanted}, not {given}";
            label: "{} here", counted(given, "argument"));
        let along_axis = primitives::named(name).iter().any(|row| row.axis);
        if let (ExprKind::Derivative(call), true) = (&frame.script.expr(expr).kind, given > 1) {
            let arguments = call.arguments.iter().map(|one| frame.script.text(*one));
            let arguments = arguments.collect::<Vec<_>>().join(", ");
            return error.help(match self.parameters(name) {
                Some(names) if names.len() == given => format!(
                    "a prime is for functions of one argument: write `grad({name}({0}), {1})` for the derivative with respect to `{1}`",
                    names.join(", "), names[0]
                ),
                _ => format!("a prime is for functions of one argument: write `grad({name}({arguments}), x)` for the derivative with respect to a name in it"),
            });
        }
        match self.unit().signature(name) {
            Some(_) if given == 2 && primitives::named(name).iter().any(|row| row.is(&array::NORM)) => error.help(
                "the sum of absolute values is `norm1(v)`, the largest of them `max(abs(v))`; an axis is given by name: `norm(A, axis=1)`",
            ),
            Some(_) if along_axis && given == 2 => error.help(format!(
                "an axis is given by name: `{name}(A, axis=1)` gives one result per column, `{name}(A, axis=2)` one per row"
            )),
            Some(signature) => error.help(format!("its signature is `{signature}`{}", example_of(name))),
            None => error,
        }
    }
}

impl Unit<'_> {
    /// The signature of `name`.
    pub(super) fn signature(&self, name: &str) -> Option<String> {
        if let Some(function) = self.definitions.function(name) {
            let parameters: Vec<&str> = function.parameters.iter().map(|p| &*p.name).collect();
            return Some(format!("{name}({})", parameters.join(", ")));
        }
        if let Some(special) = Special::named(name) {
            return Some(special.row().signature.to_string());
        }
        let rows = primitives::named(name);
        let all: Vec<String> = rows.iter().map(|row| row.signature()).collect();
        (!all.is_empty()).then(|| all.join("` or `"))
    }
}

impl Lowerer<'_> {
    /// The parameters of the function `name`, the user's or a built-in one.
    fn parameters(&self, name: &str) -> Option<Vec<String>> {
        if let Some(function) = self.definitions.function(name) {
            let names = function.parameters.iter();
            return Some(names.map(|parameter| parameter.name.to_string()).collect());
        }
        let row = primitives::named(name).first()?;
        Some(
            row.parameters
                .iter()
                .map(|name| (*name).to_owned())
                .collect(),
        )
    }
}

/// `x` where the function is the `dx` of `d/dx(…)`.
fn differential<'f>(function: &'f Ident, frame: &Frame) -> Option<&'f str> {
    let by = function.name.strip_prefix(['d', '∂'])?;
    let before = &frame.script.source.text[..function.span.start as usize];
    let quotient = before.trim_end().strip_suffix('/')?.trim_end();
    (!by.is_empty() && quotient.ends_with(['d', '∂'])).then_some(by)
}

impl Lowerer<'_> {
    pub(super) fn unknown_function(
        &self,
        function: &Ident,
        prime: bool,
        frame: &Frame,
    ) -> Diagnostic {
        let name = &*function.name;
        if let Some(by) = differential(function, frame) {
            let of = arguments_after(function, frame);
            return error!(Function, frame.script.location(function.span),
                "a derivative is not written `d/{name}`";
                label: "not a function";
                help: "write `derive {of} wrt {by}` for its formula, `grad({of}, {by})` for its value");
        }
        let error = error!(Function, frame.script.location(function.span),
            "there is no function `{name}`";
            label: "not a function");
        let users = self
            .definitions
            .functions()
            .map(|(name, _)| name.to_string());
        let special = SPECIAL.iter().map(|row| row.name.to_string());
        let known: Vec<String> = users
            .chain(primitives::names().map(String::from))
            .chain(special)
            .collect();
        let elsewhere = foreign::function(name);
        let near = || did_you_mean(name, known.iter().map(String::as_str));
        match elsewhere {
            _ if prime && self.definitions.variable(name).is_some() => error.help(format!(
                "`{name}` is a variable: its derivative with respect to `w` is `grad({name}, w)`; `derive {name} wrt w` shows the formula"
            )),
            _ if self.definitions.variable(name).is_some() => {
                let given = arguments_after(function, frame);
                error.help(match given {
                    "" => format!("`{name}` is a variable, not a function: leave out the parentheses"),
                    _ if is_value(given) => format!("`{name}` is a variable: write `{name} at {given}`"),
                    _ if is_places(given) => format!("`{name}` is a variable: an entry of it is `{name}[{given}]`"),
                    _ => format!(
                        "`{name}` is a variable: to multiply write `{name}*({given})`; an entry is written in square brackets"
                    ),
                })
            }
            Some(word) => match word.instead {
                Some(ours) => error
                    .help(renamed(word, ours, arguments_after(function, frame)))
                    .fix(frame.script.location(function.span), ours),
                None => error.help(word.advice),
            },
            None => error.help(match near() {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("define it: {}", example_definition(name, arguments_after(function, frame))),
            }),
        }
    }

    pub(super) fn unknown_option(
        &self,
        option: &Ident,
        function: &str,
        frame: &Frame,
    ) -> Diagnostic {
        let error = error!(Arity, frame.script.location(option.span),
            "`{function}` takes no argument `{option}=`";
            label: "not an argument of it");
        let along_axis = primitives::named(function).iter().any(|row| row.axis);
        match self.unit().signature(function) {
            Some(_) if along_axis && ["dim", "dims", "axes"].contains(&&*option.name) => {
                error.help(format!("write `{function}(A, axis=1)`"))
            }
            Some(signature) => error.help(format!(
                "its signature is `{signature}`{}",
                example_of(function)
            )),
            None => error,
        }
    }
}

/// `1 argument`, `2 or 3 arguments`, `at least 2 arguments`
pub(super) fn wanted_arguments(rows: &[&'static Primitive]) -> String {
    let mut least = usize::MAX;
    let mut most = 0usize;
    for row in rows {
        least = least.min(row.arity.least - row.options.len() + row.sizes.least);
        most = most.max(row.arity.most.saturating_add(row.sizes.most));
    }
    match most {
        usize::MAX => format!("at least {}", counted(least, "argument")),
        _ if least == most => counted(least, "argument"),
        _ => format!("{least} to {most} arguments"),
    }
}

/// Advice to call a function by its name here: with the arguments given, if it takes as many.
fn renamed(word: &Foreign, ours: &str, given: &str) -> String {
    let count = given.split(',').count();
    let fits = primitives::named(ours).iter().any(|row| {
        let least = row.arity.least - row.options.len() + row.sizes.least;
        (least..=row.arity.most.saturating_add(row.sizes.most)).contains(&count)
    });
    let is_plain = !given.is_empty() && !given.contains(['\n', '(', '[', '`']);
    match fits && is_plain && given.len() < 40 {
        true => format!("write `{ours}({given})`"),
        false => word.advice.to_owned(),
    }
}

/// True of `w=3` between the parentheses of a call.
fn is_value(given: &str) -> bool {
    let name = given.split_once('=').map(|(name, _)| name.trim());
    name.is_some_and(|name| !name.is_empty() && name.chars().all(char::is_alphanumeric))
}

/// True of `1, 2` between the parentheses of a call.
fn is_places(given: &str) -> bool {
    let is_place =
        |one: &str| !one.trim().is_empty() && one.trim().chars().all(char::is_alphanumeric);
    given.split(',').count() == 2 && given.split(',').all(is_place)
}

/// A definition of a function with as many parameters as arguments are given.
fn example_definition(name: &str, given: &str) -> String {
    let mut depth = 0i32;
    let commas = given.chars().filter(|c| {
        depth += i32::from(matches!(c, '(' | '[')) - i32::from(matches!(c, ')' | ']'));
        depth == 0 && *c == ','
    });
    let parameters = ["x", "y", "z"];
    match parameters.get(..=commas.count()) {
        Some(["x"]) => format!("`{name}(x) = x^2`"),
        Some(some) => format!("`{name}({}) = {}`", some.join(", "), some.join("*")),
        None => format!("as in `f(x, y) = x*y`, with a formula for `{name}`"),
    }
}

/// The text of the arguments of a call of `function`.
fn arguments_after<'f>(function: &Ident, frame: &'f Frame) -> &'f str {
    let text = &frame.script.source.text[function.span.end as usize..];
    if !text.trim_start().starts_with('(') {
        return "";
    }
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth <= 1 => return text[..at].trim_start().trim_start_matches('('),
            ')' => depth -= 1,
            _ => {}
        }
    }
    ""
}

/// An example of a call of the function `name`, for help.
pub(super) fn example_of(name: &str) -> String {
    let rows = primitives::named(name).iter().map(|row| row.example.0);
    let special = Special::named(name).map(|special| special.row().example.0);
    let example = rows.chain(special).find(|example| !example.is_empty());
    example.map_or(String::new(), |example| format!(", as in `{example}`"))
}
