//! A whole module of Julia.

use super::helpers;
use super::literal::array_lines;
use crate::diagnostic::{Result, bail};
use crate::export::body::{Body, ModuleParts};
use crate::export::dialect::Dialect;
use crate::export::layout::{bracketed, statement};
use crate::export::names::{Scope, identifier};
use crate::export::program::{ExportProgram, Wish, changed};
use crate::export::sizes::texts::{SizeTexts, TakenSize, pairs};
use crate::export::{DataFolder, ExportOptions};
use crate::graph::{NodeId, Shape, Tensor};
use rustc_hash::FxHashSet;
use std::fmt::Write;
use std::path::Path;

/// Words that no name may be: those of Julia, those that the code uses, and those of the module itself.
const WORDS: &str = "baremodule begin break catch const continue do else elseif end export false finally for \
    function global if import let local macro module quote return struct true try using while in isa where \
    abstract mutable primitive type outer Inf NaN pi π ℯ im nothing missing I Base Core Main LinearAlgebra \
    abs abs2 acos acosh all any argmax asin asinh atan atanh axes cbrt ceil collect copy cos cosh count cumprod \
    cumsum det diag diagm digamma dot enumerate erf erfc eval exp expm1 fill first floor gamma hcat hypot ifelse \
    include inv isfinite isinf isnan last length log log10 log1p log2 logabsdet logabsgamma mapslices max \
    maximum mean min minimum mod norm ones only polygamma println prod read repeat reshape reverse round sign \
    sin sinh size sqrt string sum tan tanh tr trunc tuple vcat vec view xor zeros zip \
    Float64 Int UInt64 Bool Matrix Vector String Dict REQUESTS EXPECTED FOLDERS inputs values run check";

/// Words of packages, each with those that come from there.
const PACKAGES: &[(&str, &[&str])] = &[
    (
        "LinearAlgebra",
        &[
            "I",
            "det",
            "diag",
            "diagm",
            "dot",
            "logabsdet",
            "norm",
            "tr",
        ],
    ),
    (
        "SpecialFunctions",
        &[
            "digamma",
            "erf",
            "erfc",
            "gamma",
            "logabsgamma",
            "polygamma",
        ],
    ),
    ("Statistics", &["mean"]),
];

/// The text of `program`.
///
/// # Errors
/// Something in it cannot be written in Julia.
pub fn write(
    program: &ExportProgram<'_>,
    options: &ExportOptions,
    expected: &[Tensor],
) -> Result<String> {
    let mut scope = Scope::unicode(WORDS.split_whitespace());
    let name = module_name(options.name.as_deref().unwrap_or("wengert"));
    scope.take(&name);
    for (helper, _) in helpers::all() {
        scope.take(helper);
    }
    let arguments = program.arguments.iter().map(|one| scope.take(&one.name));
    let arguments: Vec<String> = arguments.collect();
    let mut shared = ModuleParts {
        program,
        dialect: Dialect::Julia,
        arguments,
        dependence: program.dependence(),
        locals: scope.clone(),
        sizes: SizeTexts::new(program, &mut scope, "÷"),
        scope,
        used: FxHashSet::default(),
        constants: Vec::new(),
    };
    let mut code = inputs(&mut shared)?;
    let mut calls: Vec<String> = Vec::new();
    for (k, wish) in program.wishes.iter().enumerate() {
        // What is asked for again is not written again.
        let before = program.wishes[..k]
            .iter()
            .position(|known| known.node == wish.node);
        let call = match before {
            Some(known) => calls[known].clone(),
            None => function(&mut shared, wish, &mut code)?,
        };
        calls.push(call);
    }
    let list = given(&shared, "values");
    let _ = write!(
        code,
        "\n\"\"\"The values of `REQUESTS`, in order.\"\"\"\n{list}"
    );
    for line in bracketed(4, "return (", &calls, ")") {
        let _ = writeln!(code, "    {line}");
    }
    code.push_str("end\n");
    run(&mut shared, &mut code)?;
    if options.check {
        check(&mut code, expected);
    }
    shared.whole_sizes()?;
    let constants = constants(&shared)?;
    code.insert_str(0, &constants);
    let needed = helpers::needed(&code);
    let helpers: String = needed.iter().map(|text| format!("{text}\n\n")).collect();
    let mut text = head(&shared, &name);
    text.push_str(&packages(&format!("{helpers}{code}")));
    let requests: Vec<String> = program
        .wishes
        .iter()
        .map(|wish| quoted(&wish.text))
        .collect();
    let _ = writeln!(
        text,
        "{}",
        bracketed(0, "const REQUESTS = [", &requests, "]").join("\n")
    );
    if code.contains("load(") {
        let folder = match &options.folder {
            Some(DataFolder::FromCode(folder)) => {
                format!(", joinpath(@__DIR__, {})", quoted(folder))
            }
            Some(DataFolder::Fixed(folder)) => format!(", {}", quoted(folder)),
            None => String::new(),
        };
        let _ = writeln!(text, "const FOLDERS = [@__DIR__{folder}]");
    }
    let _ = write!(text, "\n{helpers}{code}\nend # module\n");
    if options.check {
        let _ = write!(
            text,
            "\nif abspath(PROGRAM_FILE) == @__FILE__\n    exit({name}.check())\nend\n"
        );
    }
    Ok(text)
}

/// `loss-7` as the name of a module: `Loss7`.
fn module_name(stem: &str) -> String {
    let capital = |word: &str| {
        let mut chars = word.chars();
        let first = chars.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(chars).collect::<String>()
    };
    identifier(stem).split('_').map(capital).collect()
}

/// A text as a literal.
fn quoted(text: &str) -> String {
    let text = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('$', "\\$");
    format!("\"{}\"", text.replace('\n', " "))
}

/// A text in a docstring.
fn documented(text: &str) -> String {
    let text = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('$', "\\$");
    text.replace('\n', " ").replace('`', "'")
}

fn described(shape: Shape, sizes: &SizeTexts<'_>) -> String {
    match (shape.is_scalar(), shape.cols) {
        (true, _) => "a number".to_string(),
        (_, 1) => format!("a vector of {}", sizes.length(shape)),
        _ => sizes.described(shape),
    }
}

/// The lines that take the sizes in the lines just written from the shapes of arguments.
fn sizes(shared: &ModuleParts<'_, '_>, arguments: &[usize]) -> String {
    let program = shared.program;
    let taken = shared.sizes.taken(program, arguments);
    let (pairs, others) = pairs(&taken);
    let name = |one: &TakenSize| shared.arguments[one.argument].clone();
    let pair =
        |[m, n]: [&TakenSize; 2]| format!("    {}, {} = size({})\n", m.name, n.name, name(m));
    let other = |one: &TakenSize| {
        let count = match program.arguments[one.argument].shape.cols {
            1 => format!("length({})", name(one)),
            _ => format!("size({}, {})", name(one), one.axis + 1),
        };
        format!("    {} = {}\n", one.name, one.of(&count, "÷"))
    };
    let pairs = pairs.into_iter().map(pair);
    pairs.chain(others.into_iter().map(other)).collect()
}

fn head(shared: &ModuleParts<'_, '_>, name: &str) -> String {
    let program = shared.program;
    let title = program.title.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut text = format!(
        "\"\"\"\n    module {name}\n\n{} for Julia, written by Wengert.\n\n",
        documented(title)
    );
    text.push_str("`values(; inputs()...)` computes what `REQUESTS` lists, in that order.\n");
    if !program.steps.is_empty() {
        text.push_str(
            "`run(; inputs()...)` runs the loops and returns the inputs that they change.\n",
        );
    }
    text.push_str("Everything is `Float64`: numbers, vectors and matrices.\n");
    if !program.arguments.is_empty() {
        text.push_str("\n# Inputs\n");
    }
    for k in program.handed_over() {
        let (argument, name) = (&program.arguments[k], &shared.arguments[k]);
        let renamed = match *argument.name == **name {
            true => String::new(),
            false => format!(", `{}` in the script", argument.name),
        };
        let missing = match argument.value.is_none() {
            true => ", without a value there",
            false => "",
        };
        let _ = writeln!(
            text,
            "- `{name}`: {}{renamed}{missing}",
            described(argument.shape, &shared.sizes)
        );
    }
    for (name, value) in &program.sizes.fixed {
        let _ = writeln!(text, "\nThe code is for {name} = {value}.");
    }
    let _ = write!(text, "\"\"\"\nmodule {name}\n\n");
    text
}

fn packages(code: &str) -> String {
    let mut text = String::new();
    for (package, words) in PACKAGES {
        let words: Vec<&str> = (words.iter().copied())
            .filter(|word| match *word {
                "I" => code.contains("(1.0I,"),
                word => helpers::mentions(code, word),
            })
            .collect();
        // Products, inverses and `\` of matrices are there once it is loaded.
        let products =
            *package == "LinearAlgebra" && [" \\ ", "inv("].iter().any(|call| code.contains(call));
        if !words.is_empty() {
            let _ = writeln!(text, "using {package}: {}", words.join(", "));
        } else if products {
            let _ = writeln!(text, "import {package}");
        }
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// The first line of a function that takes the inputs by name.
fn given(shared: &ModuleParts<'_, '_>, name: &str) -> String {
    let handed = shared.program.handed_over();
    let names: Vec<String> = handed
        .iter()
        .map(|k| shared.arguments[*k].clone())
        .collect();
    let open = match names.is_empty() {
        true => format!("function {name}("),
        false => format!("function {name}(; "),
    };
    format!("{}\n", bracketed(0, &open, &names, ")").join("\n"))
}

fn function(shared: &mut ModuleParts<'_, '_>, wish: &Wish, code: &mut String) -> Result<String> {
    let mut arguments = shared.program.arguments_of(&[wish.node]);
    let short: String = wish.text.chars().take(60).collect();
    let name = shared.scope.take(&short);
    let shape = shared.program.graph.shape(wish.node);
    let doc = described(shape, &shared.sizes);
    // A size is taken from an argument that has it, which may be one more.
    loop {
        let mut body = Body::new(shared);
        let piece = body.compute(&[wish.node])?.remove(0);
        let lines = statement(4, "return ", &piece.text);
        body.lines_of(&lines);
        let lines = body.lines.join("\n");
        let sizes = sizes(shared, &arguments);
        let missing = shared.sizes.missing();
        if missing.is_empty() {
            let names = arguments.iter().map(|k| shared.arguments[*k].clone());
            let names: Vec<String> = names.collect();
            let head = bracketed(0, &format!("function {name}("), &names, ")").join("\n");
            let doc = format!("`{}`: {doc}.", documented(&wish.text));
            let _ = write!(code, "\n\"\"\"{doc}\"\"\"\n{head}\n{sizes}{lines}\nend\n");
            return Ok(format!("{name}({})", names.join(", ")));
        }
        arguments.extend(missing);
        arguments.sort_unstable();
        arguments.dedup();
    }
}

fn inputs(shared: &mut ModuleParts<'_, '_>) -> Result<String> {
    let program = shared.program;
    let handed = program.handed_over();
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
    let mut items = Vec::new();
    for (k, argument) in program.arguments.iter().enumerate() {
        let computed = argument.source.and_then(|_| pieces.next());
        let Some(value) = argument.value.as_ref().filter(|_| handed.contains(&k)) else {
            continue;
        };
        let key = format!("{}=", shared.arguments[k]);
        let text = match computed {
            Some(piece) => piece.text,
            None => match value.as_scalar() {
                Some(x) => Dialect::Julia.number(x),
                None => array_lines(8 + key.len(), value).join("\n"),
            },
        };
        items.push(format!("{key}{text}"));
    }
    let mut text = "\"\"\"The inputs with their values.\"\"\"\nfunction inputs()\n".to_string();
    lines.iter().for_each(|line| {
        let _ = writeln!(text, "{line}");
    });
    for line in bracketed(4, "return (; ", &items, ")") {
        let _ = writeln!(text, "    {line}");
    }
    text.push_str("end\n");
    Ok(text)
}

fn run(shared: &mut ModuleParts<'_, '_>, code: &mut String) -> Result<()> {
    let program = shared.program;
    if program.steps.is_empty() {
        return Ok(());
    }
    let head = given(shared, "run");
    let handed = program.handed_over();
    let mut body = Body::new(shared);
    // A number that a loop counts is there after it too.
    for argument in changed(&program.steps) {
        if program.is_counter(argument) && !handed.contains(&argument) {
            let name = body.shared.arguments[argument].clone();
            body.line(format!("{name} = 0.0"));
        }
    }
    body.steps(&program.steps)?;
    let updated = changed(&program.steps)
        .into_iter()
        .filter(|k| !program.is_counter(*k));
    let names: Vec<String> = updated.map(|k| body.shared.arguments[k].clone()).collect();
    let lines = bracketed(4, "return (; ", &names, ")");
    body.lines_of(&lines);
    let lines = body.lines.join("\n");
    let sizes = sizes(shared, &handed);
    let _ = write!(
        code,
        "\n\"\"\"The inputs that the loops change, after them.\"\"\"\n{head}{sizes}{lines}\nend\n"
    );
    Ok(())
}

fn constants(shared: &ModuleParts<'_, '_>) -> Result<String> {
    let program = shared.program;
    let mut text = String::new();
    for (id, name) in &shared.constants {
        let lines = match program.files.get(id) {
            Some(file) if !is_text(file) => {
                bail!(File, program.place(*id), "code in Julia reads tables of text, not `{file}`";
                    label: "read here";
                    help: "save it as a table: `save(\"data.csv\", D)`");
            }
            Some(file) => vec![format!("load({})", quoted(file))],
            None => array_lines(name.len() + 9, &program.value_of(*id)),
        };
        let _ = writeln!(text, "const {name} = {}", lines.join("\n"));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    Ok(text)
}

/// True of a table of text, by its ending.
fn is_text(file: &str) -> bool {
    let ending = Path::new(file).extension();
    !ending.is_some_and(|ending| ending == "npy" || ending == "json")
}

/// The function that compares with the numbers that Wengert got.
fn check(code: &mut String, expected: &[Tensor]) {
    let rows: Vec<String> = expected
        .iter()
        .map(|value| match value.as_scalar() {
            Some(x) => Dialect::Julia.number(x),
            None => array_lines(4, value).join("\n"),
        })
        .collect();
    let _ = write!(
        code,
        "\n{}\n\n\"\"\"Compares with Wengert's numbers; 0 where they agree.\"\"\"\nfunction check()\n    worst = 0.0\n    for (text, value, expected) in zip(REQUESTS, values(; inputs()...), EXPECTED)\n        difference = relative(value, expected)\n        println(text, \": \", difference)\n        worst = max(worst, isnan(difference) ? Inf : difference)\n    end\n    println(\"largest relative difference: \", worst)\n    return worst <= 1e-9 ? 0 : 1\nend\n",
        bracketed(0, "const EXPECTED = (", &rows, ")").join("\n")
    );
}
