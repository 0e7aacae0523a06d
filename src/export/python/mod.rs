//! Programs as modules of Python: for NumPy, JAX and PyTorch; formulas for SymPy and CasADi.

mod built;
mod define;
mod framework;
mod helpers;
mod module;
mod operation;
mod parts;
mod rounds;
mod symbolic;

pub use module::write;
pub use symbolic::write as write_formulas;
