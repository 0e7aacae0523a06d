//! The arguments of the program.

use super::Allowance;
use crate::lower::Limits;
use crate::render::Style;
use anstream::{AutoStream, ColorChoice};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;
use terminal_size::{Height, Width};

const EXAMPLES: &str = "\
Examples:
  wengert                                   the interactive session
  wengert lesson.ad                         run a script
  wengert -e 'trace (w*x - 1)^2 wrt w at w = 3, x = 2'
  wengert -e \"f(x) = x^3; f'(2)\"
  echo 'grad(sin(t), t) at t = 0' | wengert
  wengert --format json lesson.ad           one object a line for every result
  wengert -o lesson.html lesson.ad          a page to open in a browser
  wengert check lesson.ad                   look for mistakes without running
  wengert fmt lesson.ad                     rewrite in the standard layout
  wengert export lesson.ad --to jax         the same as Python with JAX
  wengert serve lesson.ad                   the page in the browser, with this script
  wengert explain shape                     what error[shape] is about
  wengert test examples                     compare the output of every script with its .out

Exit status: 0 fine, 1 an error in a script, 2 wrong usage.";

/// See differentiation happen: values, tangents and adjoints of every intermediate, side by side
#[derive(Debug, Parser)]
#[command(name = "wengert", version, after_help = EXAMPLES)]
#[command(disable_help_flag = true, disable_help_subcommand = true)]
#[command(args_override_self = true)]
pub struct Arguments {
    /// What to do instead of running scripts.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Scripts to run, each on its own; `-` is standard input
    #[arg(value_name = "FILE.ad")]
    pub files: Vec<PathBuf>,
    /// Run this text (may be given several times: the texts are one script)
    #[arg(
        short = 'e',
        value_name = "SOURCE",
        allow_hyphen_values = true,
        conflicts_with = "files"
    )]
    pub sources: Vec<String>,
    /// Print this help
    #[arg(long, short, global = true, action = ArgAction::HelpShort)]
    help: Option<bool>,
    /// How to run and show.
    #[command(flatten)]
    pub options: Options,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Look for mistakes without running loops or showing results
    Check {
        /// Scripts to check; `-` is standard input
        #[arg(value_name = "FILE.ad", required = true)]
        files: Vec<PathBuf>,
    },
    /// Rewrite scripts in the standard layout
    Fmt {
        /// Scripts; `-` is standard input, which goes to standard output
        #[arg(value_name = "FILE.ad", required = true)]
        files: Vec<PathBuf>,
        /// Only say what would change, and fail if anything would
        #[arg(long)]
        check: bool,
    },
    /// Write a script as a program for another language
    Export(ExportArguments),
    /// Explain a class of errors, with an example and its fix
    Explain {
        /// The word in brackets: `shape` for `error[shape]`; without it, all classes
        #[arg(value_name = "CODE")]
        code: Option<String>,
    },
    /// Write a script that makes a shell complete the arguments of `wengert`
    Completions {
        /// The shell
        #[arg(value_name = "SHELL")]
        shell: Shell,
    },
    /// Serve a Jupyter notebook, or make the kernel known to Jupyter
    #[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
    Kernel {
        /// What to do instead of serving.
        #[command(subcommand)]
        action: Option<KernelAction>,
        /// The connection file that Jupyter wrote
        #[arg(value_name = "FILE", required = true)]
        file: Option<PathBuf>,
    },
    /// Serve an editor that speaks the language server protocol, on standard input and output
    Lsp,
    /// Open the page of the browser on this machine, with a script and the data beside it
    Serve {
        /// A script, or a folder
        #[arg(value_name = "PATH", default_value = ".")]
        path: PathBuf,
        /// The folder of the page, where it was not installed with the program
        #[arg(long, value_name = "FOLDER")]
        page: Option<PathBuf>,
        /// The port; by default any free one
        #[arg(
            long,
            value_name = "NUMBER",
            default_value_t = 0,
            hide_default_value = true
        )]
        port: u16,
    },
    /// Print this help
    Help,
    /// Write the manual page (`wengert man | man -l -`)
    Man,
    /// Run scripts and compare their output with the `.out` files beside them
    Test {
        /// Scripts, or folders to look for scripts in
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
        /// Write the output into the `.out` files instead, but for scripts that end in an error
        #[arg(long)]
        bless: bool,
        /// Write it for scripts that end in an error, too
        #[arg(long)]
        bless_errors: bool,
        /// Cells of a table that have only moved are differences, too
        #[arg(long)]
        exact: bool,
        /// Compare exercises with the `.sol.ad` scripts beside them: their numbers to six digits
        #[arg(long, conflicts_with_all = ["bless", "bless_errors", "exact"])]
        solutions: bool,
    },
}

/// What to do with the kernel.
#[derive(Debug, Subcommand)]
pub enum KernelAction {
    /// Make the kernel known to Jupyter
    Install {
        /// To that of the user (this is so by default)
        #[arg(long, conflicts_with_all = ["sys_prefix", "prefix"])]
        user: bool,
        /// To that of the active Python environment
        #[arg(long)]
        sys_prefix: bool,
        /// To that below a folder
        #[arg(long, value_name = "FOLDER", conflicts_with = "sys_prefix")]
        prefix: Option<PathBuf>,
    },
}

/// What to export, and how.
#[derive(Args, Clone, Debug)]
pub struct ExportArguments {
    /// The script; `-` is standard input
    #[arg(value_name = "FILE.ad")]
    pub file: Option<PathBuf>,
    /// What to compute: `L`, 'grad(L, w)'; without them, what the script shows
    #[arg(value_name = "EXPRESSION")]
    pub requests: Vec<String>,
    /// The target: numpy, jax, torch, c, julia, stablehlo, sympy, casadi; `list` says what each cannot do
    #[arg(long, value_name = "TARGET")]
    pub to: String,
    /// How derivatives are written
    #[arg(long, value_enum, default_value_t = DerivativeForm::Adjoint)]
    pub derivative: DerivativeForm,
    /// Add a self-test against the numbers that Wengert gets
    #[arg(long)]
    pub check: bool,
    /// Spread the rows of the data over all devices (jax)
    #[arg(long, value_enum, value_name = "WHAT")]
    pub shard: Option<Sharded>,
}

/// The form of derivatives in exported code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DerivativeForm {
    /// The adjoint operations, with the conventions at kinks
    Adjoint,
    /// The simplified formula, for reading
    Derive,
    /// The framework's own differentiation
    Framework,
}

/// What is spread over devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sharded {
    /// The rows of the data
    Data,
}

/// How to run and show; before or after the command.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Output and limits")]
pub struct Options {
    /// How results are written
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Write results to a file instead of standard output
    #[arg(long, short, global = true, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Significant digits in text (JSON always has all)
    #[arg(long, global = true, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u8).range(1..=17))]
    pub digits: u8,
    /// Write a1, da1, ba1 and draw with ASCII only (as in a locale that is not UTF-8)
    #[arg(long, global = true)]
    pub ascii: bool,
    /// Whether to use colours
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Colour::Auto)]
    pub color: Colour,
    /// Columns to fit the output into (the terminal's by default; without a terminal no limit)
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub width: Option<u16>,
    /// No warnings and notes; in JSON, nothing on standard error
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Say on standard error how long each script took
    #[arg(long, global = true)]
    pub time: bool,
    /// What a script may use.
    #[command(flatten)]
    pub bounds: Bounds,
}

/// What a script may use of the machine.
#[derive(Args, Clone, Debug)]
pub struct Bounds {
    /// Most nodes that one statement's graph may have
    #[arg(long, global = true, value_name = "N", default_value_t = Limits::default().nodes)]
    pub limit_nodes: usize,
    /// Most memory for the values of one statement, in bytes or as 500K, 64M, 2G
    #[arg(long, global = true, value_name = "SIZE", default_value = "4G", value_parser = size)]
    pub limit_memory: u64,
    /// Longest that a script, or one input of the interactive session, may run: 10, 500ms, 2m
    #[arg(long, global = true, value_name = "TIME", value_parser = duration)]
    pub limit_time: Option<Duration>,
    /// Threads for large computations (the machine's cores by default); the digits are the same
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Refuse to read or write files from within a script
    #[arg(long, global = true)]
    pub sandbox: bool,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables and formulas for people
    Text,
    /// One object a line
    Json,
    /// A fragment for a LaTeX document
    Latex,
    /// One page that needs no other file
    Html,
}

/// When colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Options {
    /// The format of results: as asked for, or by the name of the output file.
    pub fn format(&self) -> Format {
        let output = self.output.as_ref().and_then(|path| path.extension());
        match (self.format, output.and_then(|end| end.to_str())) {
            (Format::Text, Some("html" | "htm")) => Format::Html,
            (Format::Text, Some("json" | "jsonl")) => Format::Json,
            (Format::Text, Some("tex")) => Format::Latex,
            (format, _) => format,
        }
    }

    /// The limits of a statement.
    pub fn limits(&self) -> Limits {
        Limits {
            nodes: self.bounds.limit_nodes,
            memory: self.bounds.limit_memory,
            ..Limits::default()
        }
    }

    /// The limits of a script.
    pub fn allowance(&self) -> Allowance {
        Allowance {
            limits: self.limits(),
            time: self.bounds.limit_time,
            sandbox: self.bounds.sandbox,
        }
    }

    /// The style of text on standard output, or in the output file.
    pub fn out_style(&self) -> Style {
        if self.output.is_some() {
            return self.style(ColorChoice::Never, None);
        }
        let stdout = std::io::stdout();
        self.style(
            AutoStream::choice(&stdout),
            terminal_size::terminal_size_of(&stdout),
        )
    }

    /// The style of diagnostics on standard error.
    pub fn err_style(&self) -> Style {
        let stderr = std::io::stderr();
        self.style(
            AutoStream::choice(&stderr),
            terminal_size::terminal_size_of(&stderr),
        )
    }

    fn style(&self, choice: ColorChoice, size: Option<(Width, Height)>) -> Style {
        Style {
            digits: usize::from(self.digits),
            ascii: self.ascii || locale_is_ascii(|name| std::env::var_os(name)),
            colour: match self.color {
                Colour::Auto => choice != ColorChoice::Never,
                Colour::Always => true,
                Colour::Never => false,
            },
            width: self
                .width
                .map(usize::from)
                .or(size.map(|(width, _)| usize::from(width.0))),
        }
    }
}

/// True if the locale names a character set other than UTF-8.
fn locale_is_ascii(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let set = |name: &&str| variable(name).filter(|value| !value.is_empty());
    let Some(locale) = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(set) else {
        return false;
    };
    let locale = locale.to_string_lossy().to_ascii_lowercase();
    !locale.contains("utf-8") && !locale.contains("utf8")
}

/// A number of bytes: `1000`, `500K`, `64M`, `2G`, with an optional `B` or `iB` at the end.
fn size(text: &str) -> Result<u64, String> {
    let upper = text.trim().to_ascii_uppercase();
    let digits = upper.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match &upper[digits.len()..] {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        unit => {
            return Err(format!(
                "`{unit}` is not a unit; write a number of bytes, or one with K, M or G"
            ));
        }
    };
    let number: u64 = digits
        .trim()
        .parse()
        .map_err(|_| "write it as 500K, 64M or 2G".to_string())?;
    number
        .checked_mul(1 << shift)
        .ok_or_else(|| "too large".to_string())
}

/// A length of time: `10` or `10s`, `500ms`, `2m`, `1h`.
fn duration(text: &str) -> Result<Duration, String> {
    let number = text
        .trim()
        .trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let seconds = match &text.trim()[number.len()..] {
        "ms" => 1e-3,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        unit => {
            return Err(format!(
                "`{unit}` is not a unit; write a number with ms, s, m or h"
            ));
        }
    };
    let number: f64 = number
        .trim()
        .parse()
        .map_err(|_| "write it as 10s, 500ms or 2m".to_string())?;
    Duration::try_from_secs_f64(number * seconds).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn sizes() {
        assert_eq!(size("1000"), Ok(1000));
        assert_eq!(size("64M"), Ok(64 << 20));
        assert_eq!(size("2gib"), Ok(2 << 30));
        assert!(size("2 parsecs").is_err());
        assert!(size("").is_err());
        assert!(size("99999999999G").is_err());
    }

    #[test]
    fn durations() {
        assert_eq!(duration("1.5"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("20ms"), Ok(Duration::from_millis(20)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        for wrong in ["", "-1", "nan", "inf", "1 week", "s"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_first_locale_that_is_set_decides() {
        let locale = |set: &'static [(&str, &str)]| {
            locale_is_ascii(|name| {
                set.iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, value)| value.into())
            })
        };
        assert!(!locale(&[]));
        assert!(!locale(&[("LANG", "de_DE.UTF-8")]));
        assert!(locale(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]));
        assert!(!locale(&[
            ("LC_ALL", ""),
            ("LC_CTYPE", "C.utf8"),
            ("LANG", "C")
        ]));
    }
}
