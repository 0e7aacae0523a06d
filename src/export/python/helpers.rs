//! The functions that a module brings along: those that its library lacks, or has with other values.

use super::Library;
use rustc_hash::FxHashSet;

static NUMPY: &str = include_str!("numpy.py");
static JAX: &str = include_str!("jax.py");
static TORCH: &str = include_str!("torch.py");

/// A function of Python.
pub struct Helper {
    /// Its name.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// All functions for `library`, each behind those that it calls or before; the order is that of the file.
pub fn all(library: Library) -> Vec<Helper> {
    let file = match library {
        Library::NumPy => NUMPY,
        Library::Jax => JAX,
        Library::Torch => TORCH,
    };
    let parts = file.split("\n\n\n").map(|text| text.trim_matches('\n'));
    let named = |text: &'static str| {
        let (_, rest) = text.split_once("def ")?;
        let (name, _) = rest.split_once('(')?;
        Some(Helper { name, text })
    };
    parts.filter_map(named).collect()
}

/// The functions in `used`, and those that they call.
pub fn needed(library: Library, used: &FxHashSet<String>) -> Vec<Helper> {
    let helpers = all(library);
    let mut wanted: Vec<bool> = helpers.iter().map(|one| used.contains(one.name)).collect();
    let mut again = true;
    while std::mem::take(&mut again) {
        for k in 0..helpers.len() {
            if !wanted[k] {
                let call = format!("{}(", helpers[k].name);
                let called = (helpers.iter().zip(&wanted))
                    .any(|(other, wanted)| *wanted && calls(other.text, &call));
                wanted[k] = called;
                again |= called;
            }
        }
    }
    let kept = helpers.into_iter().zip(wanted);
    kept.filter(|(_, wanted)| *wanted)
        .map(|(helper, _)| helper)
        .collect()
}

/// True if `text` holds `call` where no name or attribute goes on before it.
fn calls(text: &str, call: &str) -> bool {
    text.match_indices(call).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.')
    })
}
