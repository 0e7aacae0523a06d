//! A whole module of Python.

use super::define::{decorator, define, names, sizes};
use super::helpers;
use super::parts::{check, constants, described, docstring, imports, requests};
use crate::diagnostic::Result;
use crate::export::body::{Body, ModuleParts, array_lines};
use crate::export::dialect::Dialect;
use crate::export::layout::{bracketed, quoted};
use crate::export::names::Scope;
use crate::export::program::{ExportProgram, Step, Wish, changed};
use crate::export::sizes::texts::SizeTexts;
use crate::export::{DataFolder, DerivativeStyle, ExportOptions};
use crate::graph::{NodeId, Tensor};
use rustc_hash::FxHashSet;
use std::fmt::Write;

/// Words that no name may be: those of Python, and those of the module itself.
const WORDS: &str = "False None True and as assert async await break class continue def del elif else except \
    finally for from global if import in is lambda nonlocal not or pass raise return try while with yield \
    match case type print range int float len sum min max abs round zip enumerate dict list tuple map next \
    np jnp jax torch csv math functools json sys Path os REQUESTS EXPECTED DERIVATIVES FOLDERS HERE inputs values run check load \
    carry argument arguments found expected self ctx place DATA NamedSharding P data_rows loops";

/// The text of `program` for `dialect`.
///
/// # Errors
/// Something in it cannot be written in Python.
pub fn write(
    program: &ExportProgram<'_>,
    dialect: Dialect,
    options: &ExportOptions,
    expected: &[Tensor],
) -> Result<String> {
    let mut scope = Scope::new(WORDS.split_whitespace());
    for helper in helpers::all(dialect) {
        scope.take(&helper.name);
    }
    let arguments: Vec<String> = program
        .arguments
        .iter()
        .map(|one| scope.take(&one.name))
        .collect();
    let sizes = SizeTexts::new(program, &mut scope, "//");
    let mut shared = ModuleParts {
        program,
        dialect,
        arguments,
        dependence: program.dependence(),
        locals: scope.clone(),
        sizes,
        scope,
        used: FxHashSet::default(),
        constants: Vec::new(),
    };
    let mut functions = String::new();
    let mut calls: Vec<String> = Vec::new();
    for (k, wish) in program.wishes.iter().enumerate() {
        // What is asked for again is not written again.
        let before = program.wishes[..k]
            .iter()
            .position(|known| known.node == wish.node);
        let call = match before {
            Some(known) => calls[known].clone(),
            None => function(&mut shared, wish, options, &mut functions)?,
        };
        calls.push(call);
    }
    let values = values(&shared, &calls, options.shard);
    let run = run(&mut shared, options.shard)?;
    let inputs = inputs(&mut shared)?;
    let check = if options.check {
        check(&shared, expected)
    } else {
        String::new()
    };
    if dialect == Dialect::NumPy {
        shared.used.insert("ieee".to_string());
    }
    if options.shard {
        ["place", "gathered"].iter().for_each(|name| {
            shared.used.insert(name.to_string());
        });
    }
    let constants = constants(&mut shared);
    let mut text = docstring(&shared, options);
    text.push_str(&imports(&shared, options));
    text.push_str(&requests(program));
    if shared.used.contains("load") {
        let folders = match &options.folder {
            Some(DataFolder::FromCode(folder)) => format!("[HERE, HERE / {}]", quoted(folder)),
            Some(DataFolder::Fixed(folder)) => format!("[HERE, Path({})]", quoted(folder)),
            None => "[HERE]".to_string(),
        };
        let _ = write!(text, "HERE = Path(__file__).parent\nFOLDERS = {folders}\n");
    }
    if options.shard {
        let names: Vec<String> = data(&shared)
            .map(|k| quoted(&shared.arguments[k]))
            .collect();
        let _ = writeln!(text, "{}", bracketed(0, "DATA = [", &names, "]").join("\n"));
    }
    for helper in helpers::needed(dialect, &shared.used) {
        let _ = write!(text, "\n\n{}\n", helper.text);
    }
    if !constants.is_empty() {
        let _ = write!(text, "\n\n{constants}");
    }
    let _ = write!(text, "\n\n{inputs}{functions}\n\n{values}");
    if let Some(run) = run {
        let _ = write!(text, "\n\n{run}");
    }
    text.push_str(&check);
    shared.whole_sizes()?;
    Ok(text)
}

/// The function of one request; the call that computes it.
fn function(
    shared: &mut ModuleParts<'_, '_>,
    wish: &Wish,
    options: &ExportOptions,
    text: &mut String,
) -> Result<String> {
    let short: String = wish.text.chars().take(60).collect();
    let name = shared.scope.take(&short);
    let derived = match options.derivative {
        DerivativeStyle::Framework => wish.derivative.as_ref(),
        _ => None,
    };
    let mut arguments = (shared.program).arguments_of(&[derived.map_or(wish.node, |one| one.of)]);
    let adjoints = derived.is_none()
        && options.derivative != DerivativeStyle::Framework
        && shared.dialect != Dialect::NumPy
        && !wish.adjoints.is_empty()
        && !arguments.is_empty();
    let torch = shared.dialect == Dialect::Torch;
    let mut beside = |ending: &str, is_needed: bool| match is_needed {
        true => shared.scope.take(&format!("{name}{ending}")),
        false => String::new(),
    };
    let partials = beside("_partials", adjoints);
    let value = beside("_value", derived.is_some() || (adjoints && torch));
    let class = match adjoints && torch {
        true => shared.scope.take(&format!("{}Function", capital(&name))),
        false => String::new(),
    };
    let mut title = wish
        .text
        .replace('\\', "\\\\")
        .replace("\"\"\"", "'''")
        .replace('\n', " ");
    if title.len() > 70 {
        title = format!("{}...", title.chars().take(67).collect::<String>());
    }
    let kind = described(shared, shared.program.graph.shape(wish.node));
    let doc = format!("{title}: {kind}.");
    // A size is taken from an argument that has it, which may be one more.
    loop {
        let code = match derived {
            Some(derived) => {
                let names = [name.as_str(), &value];
                super::framework::derivative(shared, wish, derived, &arguments, names, &doc)?
            }
            None if adjoints => {
                let names = [&name, &partials, &value, &class];
                with_partials(shared, wish, &arguments, names, [&title, &doc])?
            }
            None => {
                let head = format!(
                    "\n\n{}{}",
                    decorator(shared.dialect),
                    head(shared, &name, &arguments)
                );
                define(shared, &head, &arguments, &doc, &[wish.node], ("", ""))?
            }
        };
        let missing = shared.sizes.missing();
        if missing.is_empty() {
            text.push_str(&code);
            return Ok(format!("{name}({})", names(shared, &arguments).join(", ")));
        }
        arguments.extend(missing);
        arguments.sort_unstable();
        arguments.dedup();
    }
}

/// The first line of a function.
fn head(shared: &ModuleParts<'_, '_>, name: &str, arguments: &[usize]) -> String {
    let parameters = names(shared, arguments);
    let lines = bracketed(0, &format!("def {name}("), &parameters, "):");
    format!("{}\n", lines.join("\n"))
}

/// A value with its derivative by every argument, which a framework uses when it differentiates.
fn with_partials(
    shared: &mut ModuleParts<'_, '_>,
    wish: &Wish,
    arguments: &[usize],
    [name, partials, value, class]: [&String; 4],
    [title, doc]: [&String; 2],
) -> Result<String> {
    let wanted = arguments.iter().map(|argument| wish.adjoints[*argument]);
    let wanted: Vec<NodeId> = wanted.collect();
    let decorator = decorator(shared.dialect);
    let list = names(shared, arguments).join(", ");
    let partials_doc = format!("The derivative of {title} with respect to each argument.");
    let partials_head = format!("\n\n{decorator}{}", head(shared, partials, arguments));
    let jax = shared.dialect == Dialect::Jax;
    let value_head = match jax {
        true => format!(
            "\n\n@jax.custom_vjp\n{decorator}{}",
            head(shared, name, arguments)
        ),
        false => format!("\n\n{}", head(shared, value, arguments)),
    };
    let mut text = define(shared, &value_head, arguments, doc, &[wish.node], ("", ""))?;
    text.push_str(&define(
        shared,
        &partials_head,
        arguments,
        &partials_doc,
        &wanted,
        ("(", ")"),
    )?);
    if jax {
        let tuple = if arguments.len() == 1 {
            format!("({list},)")
        } else {
            format!("({list})")
        };
        let _ = write!(
            text,
            "\n\n{name}.defvjp(\n    lambda {list}: ({name}({list}), {tuple}),\n    lambda saved, bar: tuple(bar * d for d in {partials}(*saved)),\n)\n"
        );
        return Ok(text);
    }
    let _ = write!(
        text,
        "\n\nclass {class}(torch.autograd.Function):\n    \"\"\"{title}, with Wengert's derivative.\"\"\"\n\n    @staticmethod\n    def forward(ctx, *arguments):\n        ctx.save_for_backward(*arguments)\n        return torch.as_tensor({value}(*arguments))\n\n    @staticmethod\n    def backward(ctx, bar):\n        return tuple(bar * d for d in {partials}(*ctx.saved_tensors))\n"
    );
    let head = head(shared, name, arguments);
    let _ = write!(
        text,
        "\n\n{head}    \"\"\"{doc}\"\"\"\n    return {class}.apply({list})\n"
    );
    Ok(text)
}

fn capital(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

/// The line that makes arrays of doubles of the arguments.
fn conversion(shared: &ModuleParts<'_, '_>, parameters: &[String]) -> Vec<String> {
    let maker = match shared.dialect {
        Dialect::Jax => "jnp.asarray({}, dtype=float)",
        Dialect::Torch => "torch.as_tensor({}, dtype=torch.float64)",
        _ => return vec![],
    };
    let lines = parameters
        .iter()
        .map(|name| format!("    {name} = {}\n", maker.replace("{}", name)));
    lines.collect()
}

/// The arguments of the whole: all but the numbers of loops.
fn parameters(shared: &ModuleParts<'_, '_>) -> Vec<String> {
    names(shared, &shared.program.handed_over())
}

fn values(shared: &ModuleParts<'_, '_>, calls: &[String], shard: bool) -> String {
    let parameters = &parameters(shared);
    let mut text = bracketed(0, "def values(", parameters, "):").join("\n");
    text.push_str("\n    \"\"\"The values of REQUESTS, in order.\"\"\"\n");
    text.push_str(&conversion(shared, parameters).concat());
    text.push_str(&cuts(shared, shard));
    let (open, close) = if shard {
        ("return gathered([", "])")
    } else {
        ("return [", "]")
    };
    for line in bracketed(4, open, calls, close) {
        let _ = writeln!(text, "    {line}");
    }
    text
}

/// The data, by their places among the arguments: what is read from files, in rows.
fn data<'s>(shared: &'s ModuleParts<'_, '_>) -> impl Iterator<Item = usize> + 's {
    let arguments = shared.program.arguments.iter().enumerate();
    arguments
        .filter(|(_, argument)| argument.is_data)
        .map(|(k, _)| k)
}

/// Lines that cut off the rows that fill data up.
fn cuts(shared: &ModuleParts<'_, '_>, shard: bool) -> String {
    let cut = |k: usize| {
        let (name, rows) = (&shared.arguments[k], shared.program.arguments[k].shape.rows);
        format!("    {name} = {name}[:{rows}]\n")
    };
    data(shared).filter(|_| shard).map(cut).collect()
}

/// The numbers of loops inside other loops and choices.
fn inner_counters(program: &ExportProgram<'_>) -> Vec<usize> {
    let inside = |step: &Step| {
        let mut all = changed(std::slice::from_ref(step));
        if let Step::For { variable, .. } = step {
            all.retain(|one| one != variable);
        }
        all
    };
    let mut found: Vec<usize> = program.steps.iter().flat_map(inside).collect();
    found.retain(|one| program.is_counter(*one));
    found.sort_unstable();
    found.dedup();
    found
}

fn run(shared: &mut ModuleParts<'_, '_>, shard: bool) -> Result<Option<String>> {
    let program = shared.program;
    if program.steps.is_empty() {
        return Ok(None);
    }
    let parameters = parameters(shared);
    let dialect = shared.dialect;
    let mut text = decorator(dialect).to_string();
    let name = if shard { "loops" } else { "run" };
    text.push_str(&bracketed(0, &format!("def {name}("), &parameters, "):").join("\n"));
    text.push_str("\n    \"\"\"The inputs that the loops change, after them.\"\"\"\n");
    text.push_str(&conversion(shared, &parameters).concat());
    text.push_str(&cuts(shared, shard));
    let mut body = Body::new(shared);
    if dialect == Dialect::Jax {
        // What JAX carries from round to round must be there before the first one.
        for argument in inner_counters(program) {
            let name = body.shared.arguments[argument].clone();
            if !parameters.contains(&name) {
                body.line(format!("{name} = jnp.zeros(())"));
            }
        }
    }
    body.steps(&program.steps)?;
    let updated = changed(&program.steps)
        .into_iter()
        .filter(|k| !program.is_counter(*k));
    let items: Vec<String> = updated
        .map(|argument| {
            let name = &body.shared.arguments[argument];
            format!("{}: {name}", quoted(name))
        })
        .collect();
    let lines = bracketed(4, "return {", &items, "}");
    body.lines_of(&lines);
    while body.lines.first().is_some_and(|line| line.is_empty()) {
        body.lines.remove(0);
    }
    let mut kept: Vec<&String> = Vec::new();
    for line in &body.lines {
        if !(line.is_empty() && kept.last().is_some_and(|last| last.is_empty())) {
            kept.push(line);
        }
    }
    let kept: Vec<String> = kept.into_iter().cloned().collect();
    let given = program.handed_over();
    text.push_str(&sizes(shared, &given).concat());
    for line in kept {
        let _ = writeln!(text, "{line}");
    }
    if shard {
        text.push_str("\n\ndef run(**arguments):\n    \"\"\"The inputs that the loops change, on all devices.\"\"\"\n    return gathered(loops(**arguments))\n");
    }
    Ok(Some(text))
}

fn inputs(shared: &mut ModuleParts<'_, '_>) -> Result<String> {
    let program = shared.program;
    let sources: Vec<NodeId> = program
        .arguments
        .iter()
        .filter_map(|one| one.source)
        .collect();
    // The values have sizes of their own.
    let numbers = shared.sizes.numbers();
    let sizes = std::mem::replace(&mut shared.sizes, numbers);
    let mut body = Body::new(shared);
    body.known.clear();
    let mut pieces = body.compute(&sources)?.into_iter();
    let lines = body.lines;
    shared.sizes = sizes;
    let dialect = shared.dialect;
    let mut items = Vec::new();
    let wanted = parameters(shared);
    for (argument, name) in program.arguments.iter().zip(&shared.arguments) {
        if !wanted.contains(name) {
            continue;
        }
        let Some(value) = &argument.value else {
            continue;
        };
        let key = format!("{}: ", quoted(name));
        let text = match argument.source.and_then(|_| pieces.next()) {
            Some(piece) => piece.text,
            None => match value.as_scalar() {
                Some(x) => dialect.number(x),
                None => array_lines(8 + key.len(), dialect, value).join("\n"),
            },
        };
        items.push(format!("{key}{text}"));
    }
    let mut text = "def inputs():\n    \"\"\"The inputs with their values.\"\"\"\n".to_string();
    for line in lines {
        let _ = writeln!(text, "{line}");
    }
    for line in bracketed(4, "return {", &items, "}") {
        let _ = writeln!(text, "    {line}");
    }
    Ok(text)
}
