//! A whole file of C.

use super::body::{File, Function};
use super::check::check;
use super::expression::Expression;
use super::literal::array;
use crate::diagnostic::Result;
use crate::export::ExportOptions;
use crate::export::names::{Scope, identifier};
use crate::export::program::{ExportProgram, changed};
use crate::graph::{NodeId, Shape, Tensor};
use std::fmt::Write;

static KERNELS: &str = include_str!("kernels.c");

/// Words that no name may be: those of C, of its headers, and of the file itself.
const WORDS: &str = "auto break case char const continue default do double else enum extern float for goto if inline \
    int long register restrict return short signed sizeof static struct switch typedef union unsigned void \
    volatile while size_t NULL NAN INFINITY main arg res iw work mem k i j m n y0 y1 yn j0 j1 jn gamma \
    abs acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh div erf erfc exp exp2 expm1 \
    fabs floor fma fmax fmin fmod frexp hypot ilogb index isfinite isinf isnan ldexp lgamma log log10 \
    log1p log2 logb modf nan nextafter pow printf rand random remainder remquo rint round signbit signgam sin sinh \
    sqrt tan tanh tgamma time trunc memcpy int64_t uint64_t zeros";

/// The functions in `KERNELS`, in its order: each comes after those that it calls.
fn kernels() -> Vec<(&'static str, &'static str)> {
    let parts = KERNELS.split("\n\n").map(|text| text.trim_matches('\n'));
    let named = |text: &'static str| {
        let (_, rest) = text.split_once("static ")?;
        let (head, _) = rest.split_once('(')?;
        Some((head.rsplit(' ').next()?, text))
    };
    parts.filter_map(named).collect()
}

/// True if `text` calls the function `name`.
fn calls(text: &str, name: &str) -> bool {
    let call = format!("{name}(");
    text.match_indices(&call).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

/// The text of the functions that `code` calls, and of those that they call.
fn needed(code: &str) -> String {
    let all = kernels();
    let mut text = code.to_string();
    let mut kept = vec![false; all.len()];
    for k in (0..all.len()).rev() {
        if calls(&text, all[k].0) {
            kept[k] = true;
            text.push_str(all[k].1);
        }
    }
    let kept = all.iter().zip(kept).filter(|(_, kept)| *kept);
    kept.map(|((_, text), _)| format!("{text}\n\n")).collect()
}

/// The text of `program`.
///
/// # Errors
/// Something in it cannot be written in C.
pub fn write(
    program: &ExportProgram<'_>,
    options: &ExportOptions,
    expected: &[Tensor],
) -> Result<String> {
    let mut scope = Scope::new(WORDS.split_whitespace());
    for (name, _) in kernels() {
        scope.take(name);
    }
    let name = identifier(options.name.as_deref().unwrap_or("wengert"));
    let name = if scope.has(&name) {
        format!("{name}_")
    } else {
        name
    };
    scope.take(&name);
    let arguments: Vec<String> = program
        .arguments
        .iter()
        .map(|one| scope.take(&one.name))
        .collect();
    let mut file = File {
        program,
        arguments,
        dependence: program.dependence(),
        scope,
        zeros: false,
        constants: Vec::new(),
    };
    let roots: Vec<NodeId> = program.wishes.iter().map(|wish| wish.node).collect();
    let shapes: Vec<Shape> = roots
        .iter()
        .map(|root| program.graph.shape(*root))
        .collect();
    let texts: Vec<String> = program
        .wishes
        .iter()
        .map(|wish| wish.text.clone())
        .collect();
    let mut code = String::new();
    let mut room = 0;
    if !roots.is_empty() {
        let (text, used) = values(&mut file, &name, &roots, &texts, &shapes)?;
        code.push_str(&text);
        room = used;
    }
    if !program.steps.is_empty() {
        code.push_str(&run(&mut file, &format!("{name}_run"))?);
    }
    if options.check && !roots.is_empty() {
        code.push_str(&check(&file, &name, &shapes, expected, room.max(1)));
    }
    let kernels = needed(&code);
    let mut text = head(&file, &name, options.check, calls(&kernels, "memcpy"));
    text.push_str(&kernels);
    for (_, table, value) in &file.constants {
        text.push_str(&array(table, value.data()));
    }
    if file.zeros {
        let longest = program.arguments.iter().map(|one| one.shape.len()).max();
        let _ = write!(
            text,
            "static const double zeros[{}] = {{0.0}};\n\n",
            longest.unwrap_or(1).max(1)
        );
    }
    text.push_str(&code);
    Ok(format!("{}\n", text.trim_end()))
}

fn head(file: &File<'_, '_>, name: &str, check: bool, bits: bool) -> String {
    let program = file.program;
    let title = program.title.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut text = format!("/* {} for C99, written by Wengert.\n *\n", comment(title));
    if !program.wishes.is_empty() {
        let _ = writeln!(text, " * {name} computes, in this order:");
        for wish in &program.wishes {
            let shape = program.graph.shape(wish.node);
            let _ = writeln!(
                text,
                " *     {} ({}x{})",
                comment(&wish.text),
                shape.rows,
                shape.cols
            );
        }
    }
    if !program.steps.is_empty() {
        let _ = writeln!(
            text,
            " * {name}_run runs the loops: the inputs that they change."
        );
    }
    text.push_str(" * of the inputs:\n");
    for k in program.handed_over() {
        let (argument, name) = (&program.arguments[k], &file.arguments[k]);
        let renamed = match *argument.name == **name {
            true => String::new(),
            false => format!(", {} in the script", comment(&argument.name)),
        };
        let _ = writeln!(
            text,
            " *     {name} ({}x{}){renamed}",
            argument.shape.rows, argument.shape.cols
        );
    }
    for (known, value) in &program.sizes.fixed {
        let _ = writeln!(text, " * The code is for {} = {value}.", comment(known));
    }
    text.push_str(
        " *\n * Matrices lie column by column. The functions are those that CasADi calls:\n * casadi.external(\"NAME\", \"./FILE.so\"). No memory is asked for: give room for\n * the numbers that NAME_work names.\n */\n\n#include <math.h>\n#include <stddef.h>\n"
            .replace("NAME", name)
            .as_str(),
    );
    if bits {
        text.push_str("#include <stdint.h>\n");
    }
    if check {
        text.push_str("#include <stdio.h>\n");
    }
    if bits {
        text.push_str("#include <string.h>\n");
    }
    text.push('\n');
    text
}

/// A text inside of a comment.
fn comment(text: &str) -> String {
    text.replace("*/", "* /")
        .replace("/*", "/ *")
        .replace('\n', " ")
}

/// A text as a literal.
fn quoted(text: &str) -> String {
    let text = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', " ");
    format!("\"{text}\"")
}

/// The arguments as pointers; an absent one is all zeros.
fn open(function: &mut Function<'_, '_, '_>, roots: &[NodeId], written: &[usize]) {
    let program = function.file.program;
    let mut read = program.arguments_of(roots);
    read.extend(written);
    read.sort_unstable();
    read.dedup();
    let handed = program.handed_over();
    for argument in read {
        let name = function.file.arguments[argument].clone();
        let shape = program.arguments[argument].shape;
        let Some(argument) = handed.iter().position(|one| *one == argument) else {
            function.line(format!("double {name} = 0.0;"));
            continue;
        };
        match (shape.is_scalar(), written.contains(&handed[argument])) {
            (true, false) => function.line(format!(
                "const double {name} = arg[{argument}] ? arg[{argument}][0] : 0.0;"
            )),
            (true, true) => function.line(format!(
                "double {name} = arg[{argument}] ? arg[{argument}][0] : 0.0;"
            )),
            (false, false) => {
                function.file.zeros = true;
                function.line(format!(
                    "const double *const {name} = arg[{argument}] ? arg[{argument}] : zeros;"
                ));
            }
            (false, true) => {
                function.place(&name, shape.len());
                function.fill_flat(
                    &name,
                    &format!("arg[{argument}] ? arg[{argument}][k] : 0.0"),
                    shape.len(),
                );
            }
        }
    }
}

/// The result number `k`, where it is asked for.
fn give(function: &mut Function<'_, '_, '_>, k: usize, found: &Expression, shape: Shape) {
    function.line(format!("if (res[{k}]) {{"));
    function.indent += 4;
    match shape.is_scalar() {
        true => function.line(format!("res[{k}][0] = {};", found.text)),
        false => function.fill(&format!("res[{k}]"), found, shape),
    }
    function.indent -= 4;
    function.line("}");
}

fn values(
    file: &mut File<'_, '_>,
    name: &str,
    roots: &[NodeId],
    texts: &[String],
    shapes: &[Shape],
) -> Result<(String, usize)> {
    let mut function = Function::new(file);
    open(&mut function, roots, &[]);
    let found = function.compute_bare(roots)?;
    for (k, (found, shape)) in found.iter().zip(shapes).enumerate() {
        let found = function.entry(roots[k], found, *shape);
        give(&mut function, k, &found, *shape);
    }
    let (lines, room) = (function.lines, function.room);
    Ok((interface(file, name, &lines, room, texts, shapes), room))
}

fn run(file: &mut File<'_, '_>, name: &str) -> Result<String> {
    let program = file.program;
    let all = changed(&program.steps);
    let roots: Vec<NodeId> = crate::export::program::all_steps(&program.steps)
        .iter()
        .flat_map(|step| step.reads())
        .collect();
    let mut function = Function::new(file);
    open(&mut function, &roots, &all);
    function.steps(&program.steps)?;
    let updated: Vec<usize> = all
        .into_iter()
        .filter(|k| !program.is_counter(*k))
        .collect();
    let shapes: Vec<Shape> = updated
        .iter()
        .map(|k| program.arguments[*k].shape)
        .collect();
    let texts: Vec<String> = updated
        .iter()
        .map(|k| function.file.arguments[*k].clone())
        .collect();
    for (k, (text, shape)) in texts.iter().zip(&shapes).enumerate() {
        let found = match shape.is_scalar() {
            true => Expression::number(text),
            false => Expression::number(format!("{text}[k]")),
        };
        give(&mut function, k, &found, *shape);
    }
    let (lines, room) = (function.lines, function.room);
    Ok(interface(file, name, &lines, room, &texts, &shapes))
}

/// The function with what CasADi asks about it.
fn interface(
    file: &File<'_, '_>,
    name: &str,
    lines: &[String],
    room: usize,
    texts: &[String],
    shapes: &[Shape],
) -> String {
    let program = file.program;
    let handed = program.handed_over();
    let (inputs, outputs) = (handed.len(), shapes.len());
    let body = lines.join("\n");
    let mut text = String::new();
    let _ = write!(
        text,
        "int {name}(const double **arg, double **res, long long *iw, double *work, int mem) {{\n{body}\n    (void)arg;\n    (void)res;\n    (void)iw;\n    (void)work;\n    (void)mem;\n    return 0;\n}}\n\n"
    );
    let _ = write!(
        text,
        "long long {name}_n_in(void) {{\n    return {inputs};\n}}\n\nlong long {name}_n_out(void) {{\n    return {outputs};\n}}\n\n"
    );
    let names = handed.iter().map(|k| file.arguments[*k].clone());
    let names: Vec<String> = names.collect();
    let mut scope = Scope::new(names.iter().map(String::as_str));
    let outs: Vec<String> = texts.iter().map(|text| scope.take(text)).collect();
    for (part, list) in [("name_in", &names), ("name_out", &outs)] {
        let items: Vec<String> = list.iter().map(|name| quoted(name)).collect();
        let count = items.len();
        let table = if count == 0 {
            "NULL".to_string()
        } else {
            items.join(", ")
        };
        let _ = write!(
            text,
            "const char *{name}_{part}(long long i) {{\n    static const char *const names[] = {{{table}}};\n    return i >= 0 && i < {count} ? names[i] : NULL;\n}}\n\n"
        );
    }
    let ins = handed.iter().map(|k| program.arguments[*k].shape);
    let ins: Vec<Shape> = ins.collect();
    for (part, list) in [("sparsity_in", ins.as_slice()), ("sparsity_out", shapes)] {
        let count = list.len();
        let rows: Vec<String> = list
            .iter()
            .map(|shape| format!("{{{}, {}, 1}}", shape.rows, shape.cols))
            .collect();
        let table = if rows.is_empty() {
            "{0, 0, 1}".to_string()
        } else {
            rows.join(", ")
        };
        let _ = write!(
            text,
            "const long long *{name}_{part}(long long i) {{\n    static const long long dense[][3] = {{{table}}};\n    return i >= 0 && i < {count} ? dense[i] : NULL;\n}}\n\n"
        );
    }
    let _ = write!(
        text,
        "int {name}_work(long long *sz_arg, long long *sz_res, long long *sz_iw, long long *sz_w) {{\n    if (sz_arg) {{\n        *sz_arg = {inputs};\n    }}\n    if (sz_res) {{\n        *sz_res = {outputs};\n    }}\n    if (sz_iw) {{\n        *sz_iw = 0;\n    }}\n    if (sz_w) {{\n        *sz_w = {room};\n    }}\n    return 0;\n}}\n\n"
    );
    text
}
