//! Programs in other languages: a script's requests and loops for NumPy, JAX, PyTorch, C, Julia,
//! XLA, SymPy and CasADi.
//!
//! A session turns a script into a [`ExportProgram`]: nodes of one graph, and the statements that change
//! inputs. A writer decides which nodes get a line and spells the operations, from one table
//! ([`spelling`]). Nothing here reads or writes files.

mod body;
mod c;
mod dialect;
mod entries;
mod julia;
mod layout;
pub mod names;
mod piece;
pub mod program;
mod python;
mod refused;
mod scalars;
pub mod sizes;
pub mod spelling;
mod stablehlo;
mod steps;
mod unchanging;

pub use program::ExportProgram;

use crate::diagnostic::Result;
use crate::graph::Tensor;
use dialect::Dialect;

/// A language or library that programs are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportTarget {
    /// Python with NumPy.
    NumPy,
    /// Python with JAX.
    Jax,
    /// Python with PyTorch.
    Torch,
    /// C99.
    C,
    /// Julia.
    Julia,
    /// StableHLO.
    StableHlo,
    /// Python with SymPy.
    SymPy,
    /// Python with CasADi.
    CasAdi,
}

/// One target as the list of targets tells it.
pub struct TargetRow {
    /// The word after `--to`.
    pub word: &'static str,
    /// Other words that users try for it.
    pub also: &'static [&'static str],
    /// The target.
    pub target: ExportTarget,
    /// One sentence about it.
    pub about: &'static str,
    /// What it cannot do.
    pub limits: &'static str,
}

/// All targets.
pub static TARGETS: &[TargetRow] = &[
    TargetRow {
        word: "numpy",
        also: &["np", "python"],
        target: ExportTarget::NumPy,
        about: "Python with NumPy alone",
        limits: "print, plot and assert inside loops",
    },
    TargetRow {
        word: "jax",
        also: &[],
        target: ExportTarget::Jax,
        about: "Python with JAX: compiled, on GPUs, on many machines; custom_vjp",
        limits: "print, plot and assert inside loops; an index out of range is NaN",
    },
    TargetRow {
        word: "c",
        also: &["c99"],
        target: ExportTarget::C,
        about: "C99 with CasADi's interface for external functions; no malloc",
        limits: "print, plot and assert inside loops; a singular matrix gives NaN or infinities",
    },
    TargetRow {
        word: "torch",
        also: &["pytorch"],
        target: ExportTarget::Torch,
        about: "Python with PyTorch; autograd.Function",
        limits: "print, plot and assert inside loops",
    },
    TargetRow {
        word: "julia",
        also: &["jl"],
        target: ExportTarget::Julia,
        about: "Julia with its standard library; SpecialFunctions for erf and gamma",
        limits: "print, plot and assert inside loops; data in .npy and .json files; sin(Inf) and a singular matrix raise errors",
    },
    TargetRow {
        word: "stablehlo",
        also: &["hlo", "mlir"],
        target: ExportTarget::StableHlo,
        about: "StableHLO: the text that XLA compiles, for GPUs and TPUs without Python",
        limits: "print, plot and assert inside loops; a self-test; an index out of range is NaN",
    },
    TargetRow {
        word: "sympy",
        also: &[],
        target: ExportTarget::SymPy,
        about: "Python with SymPy: formulas to go on with, entry by entry",
        limits: "loops; what has no formula of its entries, such as inv; more than 20,000 operations",
    },
    TargetRow {
        word: "casadi",
        also: &[],
        target: ExportTarget::CasAdi,
        about: "Python with CasADi: expressions for its solvers, entry by entry",
        limits: "loops; gamma; what has no formula of its entries, such as inv; more than 20,000 operations",
    },
];

impl ExportTarget {
    /// The target that `word` names.
    pub fn named(word: &str) -> Option<ExportTarget> {
        let word = &*word.to_lowercase();
        let row = TARGETS
            .iter()
            .find(|row| row.word == word || row.also.contains(&word))?;
        Some(row.target)
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        let row = TARGETS.iter().find(|row| row.target == self);
        row.map_or("", |row| row.word)
    }

    /// True if an iteration inside a formula is written as a loop.
    pub fn has_loops(self) -> bool {
        use ExportTarget::{Jax, Julia, NumPy, Torch};
        matches!(self, NumPy | Jax | Torch | Julia)
    }

    /// True if its code can take sizes from the shapes of arguments.
    pub fn has_sizes(self) -> bool {
        use ExportTarget::{Jax, Julia, NumPy, Torch};
        matches!(self, NumPy | Jax | Torch | Julia)
    }

    /// True if derivatives can be left to it.
    pub fn differentiates(self) -> bool {
        matches!(self, ExportTarget::Jax | ExportTarget::Torch)
    }
}

/// The list of targets, as it is shown.
pub fn list() -> String {
    let row = |row: &TargetRow| {
        format!(
            "{:<11}{}\n           not: {}\n",
            row.word, row.about, row.limits
        )
    };
    TARGETS.iter().map(row).collect()
}

/// The form of derivatives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DerivativeStyle {
    /// The adjoint graph: the conventions at kinks and edges are kept.
    #[default]
    Adjoint,
    /// The simplified formula.
    Derive,
    /// The framework's own.
    Framework,
}

/// The folder of data files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataFolder {
    /// From the folder of the code.
    FromCode(String),
    /// Wherever the code is.
    Fixed(String),
}

/// What is asked for besides the target.
#[derive(Clone, Debug, Default)]
pub struct ExportOptions {
    /// The form of derivatives.
    pub derivative: DerivativeStyle,
    /// Adds a self-test.
    pub check: bool,
    /// Places the rows of the data on all devices.
    pub shard: bool,
    /// The folder of data files, where that is not the code's own.
    pub folder: Option<DataFolder>,
    /// The name of the file without its ending, which languages with one function a file call that.
    pub name: Option<String>,
}

/// The text of `program` for `target`; `expected` are the numbers of its requests, for a self-test.
///
/// # Errors
/// Something in it cannot be written in that language.
pub fn write(
    program: ExportProgram<'_>,
    target: ExportTarget,
    options: &ExportOptions,
    expected: &[Tensor],
) -> Result<String> {
    program.refuse_drawn_anew()?;
    let program = match target {
        ExportTarget::C => program.by_entries(),
        _ => program,
    };
    let written = &program;
    match target {
        ExportTarget::SymPy => python::write_formulas(program, Dialect::SymPy, options, expected),
        ExportTarget::CasAdi => python::write_formulas(program, Dialect::CasAdi, options, expected),
        ExportTarget::NumPy => python::write(written, Dialect::NumPy, options, expected),
        ExportTarget::Jax => python::write(written, Dialect::Jax, options, expected),
        ExportTarget::C => c::write(written, options, expected),
        ExportTarget::Julia => julia::write(written, options, expected),
        ExportTarget::StableHlo => stablehlo::write(written, options.name.as_deref()),
        ExportTarget::Torch => python::write(written, Dialect::Torch, options, expected),
    }
}
