//! Tables that break over pages, and formulas that break over lines.

use super::formula::LatexMath;
use super::name::{number, prose};
use crate::render::{Style, cell as plain};
use crate::trace::Math;
use crate::trace::Role;
use crate::view::{self, Cell, Heading, Quotient, Table};

/// Points across the text of an article at 10pt; what fits there fits everywhere.
pub const LINE: usize = 345;
/// The part of it that tables may take, whose widths are estimates.
const TABLE: usize = 335;

/// A way to set a table. The first that fits is taken: as it is, smaller, formulas broken over lines.
#[derive(Clone, Copy)]
struct Setting {
    small: bool,
    /// Points that a column of formulas may be wide.
    most: usize,
}

const SETTINGS: [Setting; 5] = [
    Setting {
        small: false,
        most: LINE,
    },
    Setting {
        small: true,
        most: LINE,
    },
    Setting {
        small: true,
        most: 150,
    },
    Setting {
        small: true,
        most: 115,
    },
    Setting {
        small: true,
        most: 90,
    },
];

impl Setting {
    /// Points that `column` takes up, with the gap beside it.
    fn size(self, column: &Typeset) -> usize {
        let natural = self.natural(column);
        self.gap()
            + if column.right {
                natural
            } else {
                natural.min(self.most)
            }
    }

    fn natural(self, column: &Typeset) -> usize {
        column.width * if self.small { 85 } else { 100 } / 100
    }

    /// The cells of a column are broken over lines.
    fn breaks(self, column: &Typeset) -> bool {
        !column.right && self.natural(column) > self.most
    }

    fn gap(self) -> usize {
        if self.small { 8 } else { 12 }
    }
}

/// One column: its heading and its cells as LaTeX, and how they are set.
pub struct Typeset {
    heading: String,
    cells: Vec<String>,
    right: bool,
    /// Points that its widest cell takes up.
    width: usize,
}

impl Typeset {
    /// A column of formulas or words; too long ones are broken over lines.
    pub fn left(heading: impl Into<String>, cells: Vec<String>) -> Typeset {
        let heading = heading.into();
        let widths = cells
            .iter()
            .chain([&heading])
            .map(|cell| width(cell, false));
        Typeset {
            width: widths.max().unwrap_or(0),
            heading,
            cells,
            right: false,
        }
    }

    /// A column of a table.
    fn new(column: &view::Column, style: &Style) -> Typeset {
        let cells = column.cells.iter().map(|one| cell(one, style)).collect();
        Typeset {
            right: column.right,
            ..Typeset::left(heading(&column.heading, style), cells)
        }
    }

    fn is_empty(&self) -> bool {
        self.heading.is_empty() && self.cells.iter().all(String::is_empty)
    }
}

/// The content of one place of a table.
pub(super) fn cell(cell: &Cell, style: &Style) -> String {
    let (values, derivatives) = (
        LatexMath::values(style.digits),
        LatexMath::derivatives(style.digits),
    );
    match cell {
        Cell::Blank => String::new(),
        Cell::Absent => "--".into(),
        Cell::Number(x, digits) => format!("${}$", number(*x, digits.unwrap_or(style.digits))),
        Cell::Count(count) => format!("${count}$"),
        Cell::Below(bound) => prose(&format!("< {}", crate::number::format(*bound, 2))),
        Cell::Value(value) => format!("${}$", values.value(value)),
        Cell::Definition(node, formula) => {
            format!(
                "${} = {}$",
                LatexMath::symbol(Role::Primal, node),
                values.write(formula)
            )
        }
        Cell::Rule(role, node, rules) => {
            let rules: Vec<String> = rules.iter().map(|rule| derivatives.write(rule)).collect();
            format!(
                "${} = {}$",
                LatexMath::symbol(*role, node),
                rules.join(", ")
            )
        }
        Cell::Code(code) => derivatives.in_text(code),
        Cell::Words(words) => prose(words),
        Cell::After(node) => format!("after ${}$", LatexMath::symbol(Role::Primal, node)),
        Cell::Names(names) => {
            let names: Vec<String> = names
                .iter()
                .map(|name| derivatives.write(&Math::Name(name.clone())))
                .collect();
            names.join(" = ")
        }
    }
}

/// The heading of a column.
pub(super) fn heading(heading: &Heading, style: &Style) -> String {
    match heading {
        Heading::Words(_) | Heading::Operators(..) => prose(&plain::heading(heading, style)),
        Heading::Symbol(role) => format!("${}$", LatexMath::symbol(*role, "i")),
        Heading::Derivative(of) => quotient("", of, style),
        Heading::Definition(of) => quotient(
            &format!("{} = ", LatexMath::symbol(of.role(), "i")),
            of,
            style,
        ),
    }
}

/// A derivative of a node behind `left`.
fn quotient(left: &str, of: &Quotient, style: &Style) -> String {
    let pen = LatexMath::values(style.digits);
    match of {
        Quotient::Tangent { wrt, along } => {
            let along = along
                .as_ref()
                .map(|along| format!(" along {}", pen.in_text(along)));
            let along = along.unwrap_or_default();
            format!(
                "${left}\\partial a_i/\\partial {}${along}",
                pen.written(wrt)
            )
        }
        Quotient::Adjoint { output, ones } => {
            let name = match view::is_short(output) {
                true => pen.written(output),
                false => format!("({})", pen.written(output)),
            };
            let seed = if *ones { ", seed all ones" } else { "" };
            format!("${left}\\partial {name}/\\partial a_i${seed}")
        }
    }
}

/// A table of nodes or of words. Its closing column gives further names of its first one:
/// a₆ = sin(a₅) = y₁. A continuation with further columns shows the symbols of the nodes alone.
pub fn table(table: &Table, style: &Style) -> String {
    let (closing, columns): (Vec<&view::Column>, Vec<&view::Column>) =
        table.columns.iter().partition(|column| column.closing);
    let groups = columns.chunk_by(|_, next| !next.opening);
    let set = |group: &[&view::Column]| {
        group
            .iter()
            .map(|column| Typeset::new(column, style))
            .collect()
    };
    let mut groups: Vec<Vec<Typeset>> = groups.map(set).collect();
    let Some(first) = groups.first_mut().and_then(|group| group.first_mut()) else {
        return String::new();
    };
    for names in closing {
        let cells = first.cells.iter().zip(&names.cells);
        let called = cells.map(|(left, names)| match cell(names, style) {
            names if names.is_empty() => left.clone(),
            names => format!("{} = {names}$", left.trim_end_matches('$')),
        });
        *first = Typeset::left(first.heading.clone(), called.collect());
    }
    let alone = |row: &view::Row| format!("${}$", LatexMath::symbol(Role::Primal, row.node));
    let key = match table.rows.is_empty() {
        true => Typeset::new(&table.columns[0], style),
        false => Typeset::left(
            first.heading.clone(),
            table.rows.iter().map(alone).collect(),
        ),
    };
    typeset(&key, &groups)
}

/// About how many points wide a formula is, or a text with formulas in it.
pub fn width(latex: &str, mut in_math: bool) -> usize {
    const LETTER: usize = 50;
    const SCRIPT: usize = 36;
    const OPERATOR: usize = 120;
    let mut tenths = 0;
    // For every open brace, whether what it holds is an index or an exponent, and what stands around it
    // is a formula.
    let mut open: Vec<(bool, bool)> = Vec::new();
    let mut next_is_script = false;
    let mut next_is_text = false;
    let mut rest = latex;
    while let Some(c) = rest.chars().next() {
        let behind = &rest[c.len_utf8()..];
        let small = next_is_script || open.last().is_some_and(|(small, _)| *small);
        let letter = if small { SCRIPT } else { LETTER };
        next_is_script = false;
        rest = behind;
        match c {
            '\\' => {
                let end = behind.find(|c: char| !c.is_ascii_alphabetic());
                let end = end.unwrap_or(behind.len());
                next_is_text = &behind[..end] == "text";
                tenths += match &behind[..end] {
                    "" | "frac" | "dot" | "bar" | "hat" | "tilde" | "mathit" | "mathrm"
                    | "text" | "operatorname" | "left" | "right" | "bigl" | "bigr" | "vphantom" => {
                        0
                    }
                    "sin" | "cos" | "tan" | "log" | "max" | "min" | "det" => 3 * letter,
                    "quad" => 2 * LETTER,
                    "qquad" => 4 * LETTER,
                    "cdot" | "times" | "circ" | "le" | "ge" | "ne" => OPERATOR,
                    _ => letter,
                };
                rest = &behind[match behind.chars().next() {
                    Some(c) if end == 0 => c.len_utf8(),
                    _ => end,
                }..];
            }
            '{' => {
                open.push((small, in_math));
                in_math &= !std::mem::take(&mut next_is_text);
            }
            '}' => in_math = open.pop().map_or(in_math, |(_, around)| around),
            '^' | '_' => next_is_script = true,
            '$' => in_math = !in_math,
            ' ' if in_math => {}
            '+' | '=' | '-' if !small => tenths += OPERATOR,
            _ => tenths += letter,
        }
    }
    tenths / 10
}

/// A formula in a line of its own; one that is too long breaks after its operators.
pub fn display(formula: &str) -> String {
    if width(formula, true) <= LINE || formula.contains("\\begin{array}") {
        format!("\\[ {formula} \\]\n")
    } else {
        format!(
            "\\begin{{flushleft}}\n$\\displaystyle {}$\n\\end{{flushleft}}\n",
            breakable(formula)
        )
    }
}

/// A line of formulas may break after its operators; with this, after commas and between factors
/// in parentheses too, and inside of tall parentheses.
fn breakable(latex: &str) -> String {
    let commas = latex.replace(", ", ",\\allowbreak ");
    commas
        .replace("\\left(", "\\Bigl(")
        .replace("\\right)", "\\Bigr)")
        .replace(") \\Bigl(", ")\\allowbreak \\Bigl(")
        .replace(") (", ")\\allowbreak (")
        .replace(")\\,", ")\\,\\allowbreak ")
}

/// Sentences, one a line.
pub fn paragraphs(text: &str) -> String {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| paragraph(&prose(line)))
        .collect()
}

/// A paragraph; code in a long one cannot be hyphenated, so its words may stand far apart.
pub fn paragraph(latex: &str) -> String {
    if width(latex, false) <= LINE {
        format!("\\noindent {latex}\\par\n")
    } else {
        format!("{{\\sloppy\\noindent {latex}\\par}}\n")
    }
}

/// Groups of columns as one table, or, where they are too wide for a page, as one a group, each
/// behind the column `key`; a group that is still too wide is cut.
pub fn typeset(key: &Typeset, groups: &[Vec<Typeset>]) -> String {
    let kept = |group: &Vec<Typeset>| -> Vec<usize> {
        let wanted = |k: &usize| !group[*k].is_empty();
        (0..group.len()).filter(wanted).collect()
    };
    let groups = groups.iter().map(|group| {
        let columns: Vec<&Typeset> = kept(group).into_iter().map(|k| &group[k]).collect();
        columns
    });
    let groups: Vec<Vec<&Typeset>> = groups.filter(|group| !group.is_empty()).collect();
    let all = groups.concat();
    if let Some(setting) = fitting(&all) {
        return one_table(&all, setting);
    }
    let mut tables = Vec::new();
    for (k, mut group) in groups.into_iter().enumerate() {
        if k > 0 {
            group.insert(0, key);
        }
        match fitting(&group) {
            Some(setting) => tables.push(one_table(&group, setting)),
            None => tables.extend(cut(key, &group)),
        }
    }
    tables.join("\n")
}

/// The first setting in which the columns fit a page.
fn fitting(columns: &[&Typeset]) -> Option<Setting> {
    let fits = |setting: &Setting| {
        let sizes = columns.iter().map(|column| setting.size(column));
        sizes.sum::<usize>() <= TABLE
    };
    SETTINGS.into_iter().find(fits)
}

/// As many columns a table as fit.
fn cut(key: &Typeset, columns: &[&Typeset]) -> Vec<String> {
    let setting = SETTINGS[2];
    let mut tables: Vec<Vec<&Typeset>> = vec![Vec::new()];
    let mut used = 0;
    // A column without a heading belongs to the one before it.
    for columns in columns.chunk_by(|_, next| next.heading.is_empty()) {
        let size: usize = columns.iter().map(|column| setting.size(column)).sum();
        if used + size > TABLE && tables.last().is_some_and(|table| table.len() > 1) {
            tables.push(vec![key]);
            used = setting.size(key);
        }
        used += size;
        if let Some(table) = tables.last_mut() {
            table.extend(columns);
        }
    }
    tables
        .iter()
        .map(|table| one_table(table, setting))
        .collect()
}

fn one_table(columns: &[&Typeset], setting: Setting) -> String {
    let kind = |column: &&Typeset| match () {
        () if column.right => "r".to_string(),
        () if !setting.breaks(column) => "l".into(),
        // In terms of the line, so that it grows on wider pages.
        () => format!(
            ">{{\\raggedright\\arraybackslash}}p{{{:.2}\\linewidth}}",
            setting.most as f64 / LINE as f64
        ),
    };
    let kinds: String = columns.iter().map(kind).collect();
    let line = |cells: Vec<String>| format!("{} \\\\\n", cells.join(" & "));
    let headings = line(
        columns
            .iter()
            .map(|column| column.heading.clone())
            .collect(),
    );
    let height = columns.first().map_or(0, |column| column.cells.len());
    let row = |row: usize| {
        let cell = |column: &&Typeset| match setting.breaks(column) {
            true => breakable(&column.cells[row]),
            false => column.cells[row].clone(),
        };
        line(columns.iter().map(cell).collect())
    };
    let rows: String = (0..height).map(row).collect();
    let (before, behind) = match setting.small {
        true => ("{\\footnotesize\\setlength{\\tabcolsep}{4pt}\n", "}\n"),
        false => ("", ""),
    };
    format!(
        "{before}\\begin{{longtable}}[l]{{{kinds}}}\n\\toprule\n{headings}\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n{rows}\\end{{longtable}}\n{behind}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(width: usize, right: bool) -> Typeset {
        let cells = vec!["x".repeat(width)];
        match right {
            true => Typeset {
                right: true,
                ..Typeset::left("h", cells)
            },
            false => Typeset::left("h", cells),
        }
    }

    #[test]
    fn wide_tables_are_squeezed_and_then_cut() {
        let tables = |columns: Vec<Typeset>| typeset(&column(1, false), &[columns]);
        let narrow = tables(vec![column(5, false), column(5, true)]);
        assert!(
            narrow.contains("{lr}") && !narrow.contains("footnotesize"),
            "{narrow}"
        );
        let smaller = tables(vec![column(60, false), column(10, true)]);
        assert!(
            smaller.contains("{lr}") && smaller.contains("footnotesize"),
            "{smaller}"
        );
        let squeezed = tables(vec![column(90, false), column(5, true)]);
        assert!(squeezed.contains("p{0.43\\linewidth}r}"), "{squeezed}");
        let cut = tables((0..12).map(|_| column(8, true)).collect());
        assert!(cut.matches("\\begin{longtable}").count() > 1, "{cut}");
        assert!(cut.contains("{lrrrr"), "{cut}");
        let groups = [vec![column(40, true)], vec![column(40, true)]];
        let apart = typeset(&column(1, false), &groups);
        assert!(apart.contains("{r}") && apart.contains("{lr}"), "{apart}");
    }

    #[test]
    fn widths() {
        assert_eq!(width("$a_1$", false), 8);
        assert_eq!(width("\\dot{a}_{10}", true), 12);
        assert_eq!(width("$x + y$", false), 22);
        assert_eq!(width("$x + y$ or", false), 37);
    }
}
