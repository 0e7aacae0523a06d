//! Programs as modules of Python: for NumPy, JAX and PyTorch.

mod built;
mod define;
mod framework;
mod helpers;
mod module;
mod operation;
mod parts;

pub use module::write;
