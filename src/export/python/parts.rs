//! The parts of a module around its functions: what it says of itself, what it imports, the numbers that
//! it holds, its self-test.

use super::helpers;
use crate::export::ExportOptions;
use crate::export::body::{ModuleParts, array_lines};
use crate::export::dialect::Dialect;
use crate::export::layout::{bracketed, quoted};
use crate::export::program::ExportProgram;
use crate::graph::{Shape, Tensor};
use std::fmt::Write;
use std::rc::Rc;

/// The list of what is asked for.
pub(super) fn requests(program: &ExportProgram) -> String {
    let wishes = program.wishes.iter();
    let texts: Vec<String> = wishes.map(|wish| quoted(&wish.text)).collect();
    bracketed(0, "REQUESTS = [", &texts, "]").join("\n") + "\n"
}

/// The self-test; ARRAY is a value as NumPy takes it.
static CHECK: &str = include_str!("check.py");

/// A shape in words.
pub(super) fn described(shared: &ModuleParts<'_, '_>, shape: Shape) -> String {
    match shape.is_scalar() {
        true => "a number".to_string(),
        false => shared.sizes.described(shape),
    }
}

pub(super) fn docstring(shared: &ModuleParts<'_, '_>, options: &ExportOptions) -> String {
    let program = shared.program;
    let language = shared.dialect.language();
    let title = program.title.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut text = format!("\"\"\"{title} for {language}, written by Wengert.\n\n");
    text.push_str("values(**inputs()) computes what REQUESTS lists, in that order.\n");
    if !program.steps.is_empty() {
        text.push_str("run(**inputs()) runs the loops and returns the inputs that they change.\n");
    }
    text.push_str(match shared.dialect.is_symbolic() {
        true => "values(**symbols()) are formulas of the inputs. Vectors are columns.\n",
        false => "Everything is a matrix of doubles, vectors are columns; numbers are numbers.\n",
    });
    if !program.arguments.is_empty() {
        text.push_str("\nInputs:\n");
        for (argument, name) in program.arguments.iter().zip(&shared.arguments) {
            let shape = described(shared, argument.shape);
            let renamed = match *argument.name == **name {
                true => String::new(),
                false => format!(", {} in the script", argument.name),
            };
            let missing = match argument.value.is_none() {
                true => ", without a value there",
                false => "",
            };
            let _ = writeln!(text, "    {name}: {shape}{renamed}{missing}");
        }
    }
    for (name, value) in &program.sizes.fixed {
        let _ = writeln!(text, "\nThe code is for {name} = {value}.");
    }
    if options.shard {
        text.push_str("\nRows of the data are spread over all devices; see place().\n");
    }
    text.push_str("\"\"\"\n\n");
    text
}

pub(super) fn imports(shared: &ModuleParts<'_, '_>, options: &ExportOptions) -> String {
    let dialect = shared.dialect;
    let needed = helpers::needed(dialect, &shared.used);
    let speaks = |word: &str| {
        let mut texts = needed.iter().map(|helper| &helper.text);
        texts.any(|text| helpers::calls(text, word))
    };
    let standard = [
        ("import csv", speaks("csv.")),
        ("import functools", speaks("functools.")),
        ("import json", speaks("json.")),
        ("import math", speaks("math.")),
        ("import sys", options.check),
        ("from pathlib import Path", shared.used.contains("load")),
    ];
    let standard: Vec<&str> = (standard.iter())
        .filter(|(_, is_needed)| *is_needed)
        .map(|(line, _)| *line)
        .collect();
    let mut text = standard.join("\n");
    if !standard.is_empty() {
        text.push_str("\n\n");
    }
    let numpy = options.shard || options.check || speaks("np.");
    text.push_str(match (dialect, numpy) {
        (Dialect::NumPy, _) => "import numpy as np\n\n",
        (Dialect::Jax, false) => {
            "import jax\nimport jax.numpy as jnp\n\njax.config.update(\"jax_enable_x64\", True)\n\n"
        }
        (Dialect::Jax, _) if options.shard => {
            "import jax\nimport jax.numpy as jnp\nimport numpy as np\nfrom jax.sharding import NamedSharding\nfrom jax.sharding import PartitionSpec as P\n\njax.config.update(\"jax_enable_x64\", True)\n\n"
        }
        (Dialect::Jax, true) => {
            "import jax\nimport jax.numpy as jnp\nimport numpy as np\n\njax.config.update(\"jax_enable_x64\", True)\n\n"
        }
        (Dialect::SymPy, false) => "import sympy as sp\n\n",
        (Dialect::SymPy, true) => "import numpy as np\nimport sympy as sp\n\n",
        (Dialect::CasAdi, false) => "import casadi as ca\n\n",
        (Dialect::CasAdi, true) => "import casadi as ca\nimport numpy as np\n\n",
        (_, false) => "import torch\n\ntorch.set_default_dtype(torch.float64)\n\n",
        (_, true) => "import numpy as np\nimport torch\n\ntorch.set_default_dtype(torch.float64)\n\n",
    });
    text
}

pub(super) fn constants(shared: &mut ModuleParts<'_, '_>) -> String {
    let mut text = String::new();
    for (id, name) in shared.constants.clone() {
        let lines = match shared.program.files.get(&id) {
            Some(file) => {
                shared.used.insert("load".to_string());
                let load = format!("load({})", quoted(file));
                vec![match shared.dialect {
                    Dialect::NumPy => load,
                    other => format!("{}.asarray({load})", other.prefix()),
                }]
            }
            None => {
                let value: Rc<Tensor> = shared.program.value_of(id);
                array_lines(name.len() + 3, shared.dialect, &value)
            }
        };
        let _ = writeln!(text, "{name} = {}", lines.join("\n"));
    }
    text
}

/// The function that compares with the numbers that Wengert got.
pub(super) fn check(shared: &ModuleParts<'_, '_>, expected: &[Tensor]) -> String {
    let dialect = shared.dialect;
    let rows: Vec<String> = expected
        .iter()
        .map(|value| match value.as_scalar() {
            Some(x) => Dialect::NumPy.number(x),
            None => array_lines(4, Dialect::NumPy, value).join("\n"),
        })
        .collect();
    let mut text = format!(
        "\n\n{}\n",
        bracketed(0, "EXPECTED = [", &rows, "]").join("\n")
    );
    let names = shared.program.differences.iter().map(|one| {
        let name = quoted(&shared.arguments[one.argument]);
        format!("({}, {}, {name})", one.derivative, one.value)
    });
    let names: Vec<String> = names.collect();
    let _ = writeln!(
        text,
        "{}",
        bracketed(0, "DERIVATIVES = [", &names, "]").join("\n")
    );
    let array = match dialect {
        Dialect::Torch => "value.detach()",
        Dialect::SymPy | Dialect::CasAdi => "array(value)",
        _ => "value",
    };
    let _ = write!(text, "\n\n{}", CHECK.replace("ARRAY", array));
    text
}
