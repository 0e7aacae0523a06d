//! The program of a self-test: the function against the numbers that Wengert got, and derivatives against
//! differences of values.

use super::body::File;
use super::literal::array;
use crate::graph::{Shape, Tensor};
use std::fmt::Write;

static CHECK: &str = include_str!("check.c");

/// The program for the function `name`, whose results have these shapes and whose working memory is `room`.
pub(super) fn check(
    file: &File<'_, '_>,
    name: &str,
    shapes: &[Shape],
    expected: &[Tensor],
    room: usize,
) -> String {
    let program = file.program;
    let handed = program.handed_over();
    let ins: Vec<Shape> = handed.iter().map(|k| program.arguments[*k].shape).collect();
    let mut text = String::new();
    for (k, argument) in handed.iter().map(|k| &program.arguments[*k]).enumerate() {
        let zeros = Tensor::filled(argument.shape, 0.0);
        let value = argument.value.as_deref().unwrap_or(&zeros);
        text.push_str(&array(&format!("input_{k}"), value.data()));
    }
    for (k, value) in expected.iter().enumerate() {
        text.push_str(&array(&format!("expected_{k}"), value.data()));
    }
    for (k, shape) in shapes.iter().enumerate() {
        let _ = writeln!(text, "static double result_{k}[{}];", shape.len().max(1));
    }
    let longest = |shapes: &[Shape]| shapes.iter().map(|shape| shape.len()).fold(1, usize::max);
    let (inputs, outputs) = (ins.len().max(1), shapes.len());
    let _ = writeln!(text, "static double memory[{room}];");
    let mut list = |kind: &str, name: &str, items: Vec<String>| {
        // An empty list is none of C99: its one entry is never read.
        let items = match items.is_empty() {
            true => "0".to_string(),
            false => items.join(", "),
        };
        let _ = writeln!(text, "static {kind}{name} = {{{items}}};");
    };
    let named = |stem: &str, count: usize| (0..count).map(|k| format!("{stem}_{k}")).collect();
    let lengths = |shapes: &[Shape]| shapes.iter().map(|shape| shape.len().to_string()).collect();
    list(
        "const double *",
        &format!("inputs[{inputs}]"),
        named("input", ins.len()),
    );
    list(
        "const double *const ",
        "expected[]",
        named("expected", outputs),
    );
    list("double *", "results[]", named("result", outputs));
    list("const size_t ", "sizes[]", lengths(shapes));
    list("const size_t ", "input_sizes[]", lengths(&ins));
    let derivatives = program.differences.iter().map(|one| {
        let argument = handed.iter().position(|k| *k == one.argument);
        let (derivative, value) = (one.derivative, one.value);
        format!("{{{derivative}, {value}, {}}}", argument.unwrap_or(0))
    });
    let mut derivatives: Vec<String> = derivatives.collect();
    if derivatives.is_empty() {
        derivatives.push("{0}".to_string());
    }
    list("const size_t ", "derivatives[][3]", derivatives);
    let (moved, values) = (longest(&ins), longest(shapes));
    let _ = writeln!(text, "static double moved[{moved}], ends[4][{values}];");
    let code = CHECK
        .replace("NAME", name)
        .replace("INPUTS", &inputs.to_string())
        .replace("OUTPUTS", &outputs.to_string())
        .replace("DIFFERENCES", &program.differences.len().to_string());
    format!("{text}\n{code}")
}
