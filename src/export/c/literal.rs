//! Numbers as C writes them.

use crate::export::layout::double;
use std::fmt::Write;

/// A number of C.
pub(super) fn number(x: f64) -> String {
    match x {
        x if x.is_nan() => "NAN".to_string(),
        f64::INFINITY => "INFINITY".to_string(),
        f64::NEG_INFINITY => "-INFINITY".to_string(),
        x => double(x),
    }
}

/// Numbers under a name.
pub(super) fn array(name: &str, data: &[f64]) -> String {
    let mut text = format!("static const double {name}[] = {{\n");
    for chunk in data.chunks(6) {
        let numbers: Vec<String> = chunk.iter().map(|x| number(*x)).collect();
        let _ = writeln!(text, "    {},", numbers.join(", "));
    }
    text.push_str("};\n\n");
    text
}
