//! Short forms for building diagnostics.

/// A [`Diagnostic`](super::Diagnostic): an error at a place of the user's text.
///
/// `error!(Shape, location, "message"; label: "…"; also: location, "…"; help: "…"; fix: location, text)`
/// takes the class of the mistake, the primary place, and a message; the parts after it may each be
/// left out, `also` may be repeated, and they stand in this order. Every text is a format string.
macro_rules! error {
    ($($parts:tt)*) => { $crate::diagnostic::diagnostic!(error, $($parts)*) };
}

/// The same as a warning: the statement runs all the same.
macro_rules! warning {
    ($($parts:tt)*) => { $crate::diagnostic::diagnostic!(warning, $($parts)*) };
}

/// The same as a note: nothing is wrong, but the user may not know.
macro_rules! note {
    ($($parts:tt)*) => { $crate::diagnostic::diagnostic!(note, $($parts)*) };
}

/// Leaves the function with what [`error!`] makes of the same parts.
macro_rules! bail {
    ($($parts:tt)*) => { return Err($crate::diagnostic::diagnostic!(error, $($parts)*)) };
}

macro_rules! diagnostic {
    (
        $severity:ident, $code:ident, $at:expr, $message:literal $(, $argument:expr)* $(,)?
        $(; label: $label:literal $(, $label_argument:expr)* $(,)?)?
        $(; also: $place:expr, $text:literal $(, $text_argument:expr)* $(,)?)*
        $(; help: $help:literal $(, $help_argument:expr)* $(,)?)?
        $(; fix: $fixed:expr, $replacement:expr $(,)?)?
        $(;)?
    ) => {{
        #[allow(unused_mut, unused_assignments)]
        let mut label = String::new();
        $(label = format!($label $(, $label_argument)*);)?
        $crate::diagnostic::Diagnostic::$severity(
            $crate::diagnostic::Code::$code,
            $at,
            format!($message $(, $argument)*),
            label,
        )
        $(.label($place, format!($text $(, $text_argument)*)))*
        $(.help(format!($help $(, $help_argument)*)))?
        $(.fix($fixed, $replacement))?
    }};
}

pub(crate) use {bail, diagnostic, error, note, warning};
