//! The languages and libraries whose programs are statements and functions over arrays.

use super::layout::double;

/// A language, with the array library that its programs use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Python with NumPy: loops are loops.
    NumPy,
    /// Python with JAX: loops are `fori_loop` and `while_loop`.
    Jax,
    /// Python with PyTorch: loops are loops.
    Torch,
    /// Python with SymPy: formulas of numbers.
    SymPy,
    /// Python with CasADi: formulas of numbers.
    CasAdi,
    /// Julia: loops are loops, columns are vectors, a dot marks what is done entry by entry.
    Julia,
}

impl Dialect {
    /// The name that the array library is imported as.
    pub fn prefix(self) -> &'static str {
        match self {
            Dialect::NumPy => "np",
            Dialect::Jax => "jnp",
            Dialect::Torch => "torch",
            Dialect::SymPy => "sp",
            Dialect::CasAdi => "ca",
            Dialect::Julia => "",
        }
    }

    /// What it is called.
    pub fn language(self) -> &'static str {
        match self {
            Dialect::NumPy => "NumPy",
            Dialect::Jax => "JAX",
            Dialect::Torch => "PyTorch",
            Dialect::SymPy => "SymPy",
            Dialect::CasAdi => "CasADi",
            Dialect::Julia => "Julia",
        }
    }

    /// A number where a double is meant.
    pub fn number(self, x: f64) -> String {
        let prefix = self.prefix();
        match (x, self) {
            (x, Dialect::Julia) if x.is_nan() => "NaN".to_string(),
            (f64::INFINITY, Dialect::Julia) => "Inf".to_string(),
            (f64::NEG_INFINITY, Dialect::Julia) => "-Inf".to_string(),
            (std::f64::consts::PI, Dialect::Julia) => "Float64(π)".to_string(),
            (x, Dialect::SymPy) if x.is_nan() => "sp.nan".to_string(),
            (f64::INFINITY, Dialect::SymPy) => "sp.oo".to_string(),
            (f64::NEG_INFINITY, Dialect::SymPy) => "-sp.oo".to_string(),
            (x, _) if x.is_nan() => format!("{prefix}.nan"),
            (f64::INFINITY, _) => format!("{prefix}.inf"),
            (f64::NEG_INFINITY, _) => format!("-{prefix}.inf"),
            (std::f64::consts::PI, _) => format!("{prefix}.pi"),
            (x, _) => double(x),
        }
    }

    /// True if it knows formulas of numbers: an array is one of formulas.
    pub fn is_symbolic(self) -> bool {
        matches!(self, Dialect::SymPy | Dialect::CasAdi)
    }

    /// The line that ends a block, where indentation does not.
    pub fn closing(self) -> Option<&'static str> {
        (self == Dialect::Julia).then_some("end")
    }

    /// The character that ends the first line of a block.
    pub fn colon(self) -> &'static str {
        if self == Dialect::Julia { "" } else { ":" }
    }
}
