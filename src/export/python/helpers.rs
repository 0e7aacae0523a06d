//! The functions that a module brings along: those that its library lacks, or has with other values.

use crate::export::dialect::Dialect;
use rustc_hash::FxHashSet;
use std::sync::OnceLock;

/// Functions of several libraries, which a comment before each names; `xp` is the library.
static SHARED: &str = include_str!("shared.py");
static NUMPY: &str = include_str!("numpy.py");
static JAX: &str = include_str!("jax.py");
static TORCH: &str = include_str!("torch.py");
static SYMPY: &str = include_str!("sympy.py");
static CASADI: &str = include_str!("casadi.py");

/// A function of Python.
#[derive(Debug)]
pub struct Helper {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// All functions for `dialect`: the shared ones, then its own.
pub fn all(dialect: Dialect) -> &'static [Helper] {
    static LISTS: [OnceLock<Vec<Helper>>; 5] = [const { OnceLock::new() }; 5];
    let (word, own, list) = match dialect {
        Dialect::Jax => ("jax", JAX, &LISTS[1]),
        Dialect::Torch => ("torch", TORCH, &LISTS[2]),
        Dialect::SymPy => ("sympy", SYMPY, &LISTS[3]),
        Dialect::CasAdi => ("casadi", CASADI, &LISTS[4]),
        _ => ("numpy", NUMPY, &LISTS[0]),
    };
    list.get_or_init(|| {
        let shared = SHARED.split("\n\n\n").filter_map(|part| {
            let (libraries, text) = part.trim_matches('\n').split_once('\n')?;
            let is_for = libraries.split_whitespace().any(|one| one == word);
            is_for.then(|| text.replace("xp.", &format!("{}.", dialect.prefix())))
        });
        let own = own.split("\n\n\n");
        let texts = shared.chain(own.map(|text| text.trim_matches('\n').to_string()));
        texts.filter_map(helper).collect()
    })
}

fn helper(text: String) -> Option<Helper> {
    let (_, rest) = text.split_once("def ")?;
    let (name, _) = rest.split_once('(')?;
    let name = name.to_string();
    Some(Helper { name, text })
}

/// The functions in `used`, and those that they call.
pub fn needed(dialect: Dialect, used: &FxHashSet<String>) -> Vec<&'static Helper> {
    let helpers = all(dialect);
    let mut wanted: Vec<bool> = helpers.iter().map(|one| used.contains(&one.name)).collect();
    let mut again = true;
    while std::mem::take(&mut again) {
        for k in 0..helpers.len() {
            if !wanted[k] {
                let call = format!("{}(", helpers[k].name);
                let called = (helpers.iter().zip(&wanted))
                    .any(|(other, wanted)| *wanted && calls(&other.text, &call));
                wanted[k] = called;
                again |= called;
            }
        }
    }
    let kept = helpers.iter().zip(wanted);
    kept.filter(|(_, wanted)| *wanted)
        .map(|(helper, _)| helper)
        .collect()
}

/// True if `text` holds `call` where no name or attribute goes on before it.
pub fn calls(text: &str, call: &str) -> bool {
    text.match_indices(call).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.')
    })
}
