//! `wengert export`: a script as a program for another language.

use super::arguments::{DerivativeForm, ExportArguments};
use super::{Format, Options, Printer, Status, misused, printing, script};
use crate::export::{self, DataFolder, DerivativeStyle, ExportTarget};
use clap::error::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// Writes what the arguments ask for; an output file is written only if nothing is wrong.
pub(super) fn run(arguments: &ExportArguments, options: &Options) -> Status {
    if arguments.to == "list" {
        return printing(options, |printer| {
            printer.text(&export::list());
            Status::Fine
        });
    }
    let Some(target) = ExportTarget::named(&arguments.to) else {
        let words: Vec<&str> = export::TARGETS.iter().map(|row| row.word).collect();
        let message = format!(
            "there is no target `{}`; there are: {}, list",
            arguments.to,
            words.join(", ")
        );
        misused(ErrorKind::InvalidValue, message)
    };
    let Some(file) = &arguments.file else {
        misused(
            ErrorKind::MissingRequiredArgument,
            "a script is missing: `wengert export FILE.ad --to numpy`",
        )
    };
    if arguments.shard.is_some() && target != ExportTarget::Jax {
        misused(
            ErrorKind::ArgumentConflict,
            "`--shard data` is for `--to jax`",
        );
    }
    if arguments.derivative == DerivativeForm::Framework && !target.differentiates() {
        misused(
            ErrorKind::ArgumentConflict,
            "`--derivative framework` is for `--to jax` and `--to torch`",
        );
    }
    let to_screen = Options {
        output: None,
        ..options.clone()
    };
    let mut text = None;
    let status = printing(&to_screen, |printer| {
        let (status, exported) = exported(arguments, file, target, options, printer);
        if let (Some(exported), None) = (&exported, &options.output) {
            match options.format() {
                Format::Json => printer.text(&object(target, exported)),
                _ => printer.text(exported),
            }
        }
        text = exported;
        status
    });
    if let (Some(text), Some(path)) = (text, &options.output)
        && let Err(error) = std::fs::write(path, text)
    {
        misused(
            ErrorKind::Io,
            format!("cannot write `{}`: {error}", path.display()),
        );
    }
    status
}

/// Code as an object of JSON, on one line.
fn object(target: ExportTarget, code: &str) -> String {
    let object = serde_json::json!({"kind": "export", "target": target.word(), "code": code});
    format!("{object}\n")
}

fn exported(
    arguments: &ExportArguments,
    file: &Path,
    target: ExportTarget,
    options: &Options,
    printer: &mut Printer<'_>,
) -> (Status, Option<String>) {
    let source = match script::read(file) {
        Ok(source) => source,
        Err(error) => return (printer.failed(&error, None), None),
    };
    let stem = options.output.as_deref().unwrap_or(file).file_stem();
    let how = export::ExportOptions {
        derivative: match arguments.derivative {
            DerivativeForm::Adjoint => DerivativeStyle::Adjoint,
            DerivativeForm::Derive => DerivativeStyle::Derive,
            DerivativeForm::Framework => DerivativeStyle::Framework,
        },
        check: arguments.check,
        shard: arguments.shard.is_some(),
        folder: folder(file, options.output.as_deref()),
        name: stem.map(|stem| stem.to_string_lossy().into_owned()),
    };
    let mut session = options.allowance().session();
    let requests: Vec<&str> = arguments.requests.iter().map(String::as_str).collect();
    let result = session.export_script(&source, &requests, target, &how, &mut |event| {
        printer.event(&event, Some(&source));
    });
    match result {
        Ok(text) => (Status::Fine, Some(text)),
        Err(error) => (printer.failed(&error, Some(&source)), None),
    }
}

/// The folder of the script as code reaches it: from its own folder, where that is known.
fn folder(script: &Path, output: Option<&Path>) -> Option<DataFolder> {
    let here = script.parent().filter(|_| script != Path::new("-"))?;
    // The empty path is the folder that the program was started in.
    let absolute = |path: &Path| std::path::absolute(Path::new(".").join(path)).ok();
    let to = absolute(here)?;
    let Some(output) = output else {
        return Some(DataFolder::Fixed(to.to_string_lossy().replace('\\', "/")));
    };
    let from = absolute(output.parent().unwrap_or(Path::new("")))?;
    if from == to {
        return None;
    }
    let [from, to] = [&from, &to].map(|path| path.components().collect::<Vec<Component<'_>>>());
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut path = PathBuf::new();
    from[common..].iter().for_each(|_| path.push(".."));
    to[common..].iter().for_each(|part| path.push(part));
    let path = path.to_string_lossy().replace('\\', "/");
    Some(DataFolder::FromCode(path))
}
