//! A module of SymPy or CasADi: formulas of numbers, of which arrays are made.

use super::define::{define, names};
use super::helpers;
use super::parts::{check, docstring, imports, requests};
use crate::diagnostic::{Result, bail};
use crate::export::ExportOptions;
use crate::export::body::{ModuleParts, array_lines};
use crate::export::dialect::Dialect;
use crate::export::layout::{bracketed, quoted};
use crate::export::names::{Scope, identifier};
use crate::export::program::{ExportProgram, Step, all_steps};
use crate::export::scalars::Scalars;
use crate::export::sizes::texts::SizeTexts;
use crate::graph::{NodeId, Shape, Tensor};
use rustc_hash::FxHashSet;
use std::fmt::Write;

/// Words that no name may be: those of Python, and those of the module itself.
const WORDS: &str = "False None True and as assert async await break class continue def del elif else except \
    finally for from global if import in is lambda nonlocal not or pass raise return try while with yield \
    match case type print range int float len sum min max abs round zip enumerate dict list tuple map next \
    np sp ca sys REQUESTS EXPECTED DERIVATIVES inputs symbols values function check relative from_differences";

/// The text of `program` for `dialect`.
///
/// # Errors
/// Something in it has no formula there.
pub fn write(
    mut program: ExportProgram<'_>,
    dialect: Dialect,
    options: &ExportOptions,
    expected: &[Tensor],
) -> Result<String> {
    let language = dialect.language();
    if !program.steps.is_empty() {
        let mut reads = all_steps(&program.steps).into_iter().flat_map(Step::reads);
        let node = reads.find(|node| program.places.contains_key(node));
        let place = node.map_or(program.whole.clone(), |node| program.place(node));
        bail!(Syntax, place, "loops are not exported to {language}, which has formulas and no statements";
            label: "in a loop"; help: "export a file of the formulas alone");
    }
    let graph = program.graph;
    let (entries, shapes, found) = {
        let mut scalars = Scalars::new(&program, language);
        let mut entries: Vec<Vec<NodeId>> = Vec::new();
        let mut shapes: Vec<Shape> = Vec::new();
        for wish in &program.wishes {
            entries.push(scalars.of(wish.node)?.to_vec());
            shapes.push(graph.shape(wish.node));
        }
        (entries, shapes, scalars.names)
    };
    for (node, name) in found {
        program.names.entry(node).or_insert(name);
    }
    let mut scope = Scope::new(WORDS.split_whitespace());
    for helper in helpers::all(dialect) {
        scope.take(&helper.name);
    }
    let arguments = program.arguments.iter().map(|one| scope.take(&one.name));
    let arguments: Vec<String> = arguments.collect();
    let mut shared = ModuleParts {
        program: &program,
        dialect,
        arguments,
        dependence: program.dependence(),
        locals: scope.clone(),
        sizes: SizeTexts::new(&program, &mut scope, "//"),
        scope,
        used: FxHashSet::default(),
        constants: Vec::new(),
    };
    let (mut functions, mut calls) = (String::new(), Vec::<(String, String)>::new());
    for (k, wish) in program.wishes.iter().enumerate() {
        let before = program.wishes[..k]
            .iter()
            .position(|known| known.node == wish.node);
        let call = match before {
            Some(known) => calls[known].clone(),
            None => request(
                &mut shared,
                &wish.text,
                &entries[k],
                shapes[k],
                &mut functions,
            )?,
        };
        calls.push(call);
    }
    let given = names(&shared, &program.handed_over());
    let symbols = symbols(&mut shared);
    let check = match options.check {
        true => {
            shared.used.insert("array".to_string());
            check(&shared, expected)
        }
        false => String::new(),
    };
    let mut text = docstring(&shared, options);
    text.push_str(&imports(&shared, options));
    text.push_str(&requests(&program));
    for helper in helpers::needed(dialect, &shared.used) {
        let _ = write!(text, "\n\n{}\n", helper.text);
    }
    let _ = write!(text, "\n\n{}\n\n{symbols}{functions}\n\n", inputs(&shared));
    text.push_str(&bracketed(0, "def values(", &given, "):").join("\n"));
    text.push_str("\n    \"\"\"The values of REQUESTS, in order.\"\"\"\n");
    let all: Vec<String> = calls.iter().map(|(_, call)| call.clone()).collect();
    for line in bracketed(4, "return [", &all, "]") {
        let _ = writeln!(text, "    {line}");
    }
    if dialect == Dialect::CasAdi {
        let mut outs = Scope::new(given.iter().map(String::as_str));
        let outs: Vec<String> = calls
            .iter()
            .map(|(name, _)| quoted(&outs.take(name)))
            .collect();
        let name = identifier(options.name.as_deref().unwrap_or("wengert"));
        let _ = write!(
            text,
            "\n\ndef function():\n    \"\"\"The requests as one function of CasADi.\"\"\"\n    given = symbols()\n"
        );
        for line in bracketed(4, "names = [", &outs, "]") {
            let _ = writeln!(text, "    {line}");
        }
        let _ = writeln!(
            text,
            "    return ca.Function(\"{name}\", list(given.values()), values(**given), list(given), names)"
        );
    }
    text.push_str(&check);
    Ok(text)
}

/// The function of a request: its name, and the call that computes it.
fn request(
    shared: &mut ModuleParts<'_, '_>,
    asked: &str,
    entries: &[NodeId],
    shape: Shape,
    text: &mut String,
) -> Result<(String, String)> {
    let parameters = names(shared, &shared.program.arguments_of(entries));
    let short: String = asked.chars().take(60).collect();
    let name = shared.scope.take(&short);
    let (m, n) = (shape.m(), shape.n());
    let kind = match shape.is_scalar() {
        true => "a number".to_string(),
        false => format!("{m}x{n}"),
    };
    let title = asked
        .replace('\\', "\\\\")
        .replace("\"\"\"", "'''")
        .replace('\n', " ");
    let title = match title.chars().count() > 70 {
        true => format!("{}...", title.chars().take(67).collect::<String>()),
        false => title,
    };
    let head = bracketed(0, &format!("def {name}("), &parameters, "):").join("\n");
    let head = format!("\n\n{head}\n");
    let doc = format!("{title}: {kind}.");
    // SymPy lists matrices row by row, CasADi column by column.
    let rows = (0..m).flat_map(|i| (0..n).map(move |j| i + j * m));
    let (roots, open, close) = match (shared.dialect, shape.is_scalar()) {
        (_, true) => (entries.to_vec(), String::new(), String::new()),
        (Dialect::SymPy, _) => {
            let roots = rows.map(|k| entries[k]).collect();
            (roots, format!("sp.Matrix({m}, {n}, ["), "])".to_string())
        }
        (_, _) if shape.is_empty() => (vec![], format!("ca.DM.zeros({m}, {n}"), ")".to_string()),
        (_, _) if n == 1 => (entries.to_vec(), "ca.vertcat(".to_string(), ")".to_string()),
        _ => (
            entries.to_vec(),
            "ca.reshape(ca.vertcat(".to_string(),
            format!("), {m}, {n})"),
        ),
    };
    text.push_str(&define(shared, &head, &[], &doc, &roots, (&open, &close))?);
    Ok((name.clone(), format!("{name}({})", parameters.join(", "))))
}

/// The inputs as symbols.
fn symbols(shared: &mut ModuleParts<'_, '_>) -> String {
    let mut items = Vec::new();
    for k in shared.program.handed_over() {
        let (name, shape) = (&shared.arguments[k], shared.program.arguments[k].shape);
        let (key, m, n) = (quoted(name), shape.m(), shape.n());
        items.push(match (shared.dialect, shape.is_scalar()) {
            (Dialect::SymPy, true) => format!("{key}: sp.Symbol({key}, real=True)"),
            (Dialect::SymPy, false) => {
                shared.used.insert("matrix".to_string());
                format!("{key}: matrix({key}, {m}, {n})")
            }
            (_, true) => format!("{key}: ca.SX.sym({key})"),
            (_, false) => format!("{key}: ca.SX.sym({key}, {m}, {n})"),
        });
    }
    let lines = bracketed(4, "return {", &items, "}");
    let lines: String = lines.iter().map(|line| format!("    {line}\n")).collect();
    format!("def symbols():\n    \"\"\"The inputs as symbols.\"\"\"\n{lines}")
}

/// The inputs as numbers.
fn inputs(shared: &ModuleParts<'_, '_>) -> String {
    let mut items = Vec::new();
    for k in shared.program.handed_over() {
        let Some(value) = &shared.program.arguments[k].value else {
            continue;
        };
        let key = format!("{}: ", quoted(&shared.arguments[k]));
        let text = match value.as_scalar() {
            Some(x) if shared.dialect == Dialect::SymPy => {
                format!("sp.Float({})", shared.dialect.number(x))
            }
            Some(x) => format!("ca.DM({})", shared.dialect.number(x)),
            None => array_lines(8 + key.len(), shared.dialect, value).join("\n"),
        };
        items.push(format!("{key}{text}"));
    }
    let lines = bracketed(4, "return {", &items, "}");
    let lines: String = lines.iter().map(|line| format!("    {line}\n")).collect();
    format!("def inputs():\n    \"\"\"The inputs with their values.\"\"\"\n{lines}")
}
