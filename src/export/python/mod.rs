//! Programs as modules of Python: for NumPy, JAX and PyTorch.

mod body;
mod built;
mod define;
mod framework;
mod helpers;
mod layout;
mod module;
mod operation;
mod parts;
mod steps;

pub use layout::double;
pub use module::write;

/// The array library that a module is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {
    /// NumPy: loops are loops.
    NumPy,
    /// JAX: loops are `fori_loop` and `while_loop`.
    Jax,
    /// PyTorch: loops are loops.
    Torch,
}

impl Library {
    /// The name that it is imported as.
    pub fn prefix(self) -> &'static str {
        match self {
            Library::NumPy => "np",
            Library::Jax => "jnp",
            Library::Torch => "torch",
        }
    }
}
