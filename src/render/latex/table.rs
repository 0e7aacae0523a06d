//! Tables that break over pages, and formulas that break over lines.

use super::formula::Pen;
use super::name::{number_text, prose};
use crate::trace::written;

/// Points across the text of an article at 10pt; what fits there fits everywhere.
pub const LINE: usize = 345;
/// What is left of it for tables, whose widths are estimates.
const TABLE: usize = 335;

/// How a table is set: first as it is, then smaller, then with its formulas broken over lines.
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
    fn size(self, column: &Column) -> usize {
        let natural = self.natural(column);
        self.gap()
            + if column.right {
                natural
            } else {
                natural.min(self.most)
            }
    }

    fn natural(self, column: &Column) -> usize {
        column.width * if self.small { 85 } else { 100 } / 100
    }

    /// Whether the cells of a column are broken over lines.
    fn breaks(self, column: &Column) -> bool {
        !column.right && self.natural(column) > self.most
    }

    fn gap(self) -> usize {
        if self.small { 8 } else { 12 }
    }
}

/// One column: its heading and its cells as LaTeX, and how they are set.
pub struct Column {
    heading: String,
    cells: Vec<String>,
    right: bool,
    /// Points that its widest cell takes up.
    width: usize,
}

impl Column {
    /// A column of formulas or words; too long ones are broken over lines.
    pub fn left(heading: impl Into<String>, cells: Vec<String>) -> Column {
        let heading = heading.into();
        let widths = cells
            .iter()
            .chain([&heading])
            .map(|cell| width(cell, false));
        Column {
            width: widths.max().unwrap_or(0),
            heading,
            cells,
            right: false,
        }
    }

    /// A column of numbers.
    pub fn right(heading: impl Into<String>, cells: Vec<String>) -> Column {
        Column {
            right: true,
            ..Column::left(heading, cells)
        }
    }

    /// A column made for the terminal.
    pub fn from_text(column: &crate::render::table::Column) -> Column {
        let cell = |text: &String| match () {
            () if text == "-" => "--".into(),
            () if text.parse::<f64>().is_ok() => format!("${}$", number_text(text)),
            () => prose(text),
        };
        let cells = column.cells.iter().map(cell).collect();
        Column {
            right: column.right,
            ..Column::left(prose(&column.heading), cells)
        }
    }

    /// The same with cells that are formulas in the language's syntax.
    pub fn from_formulas(column: &crate::render::table::Column, pen: Pen) -> Column {
        let cell = |text: &String| match written::parse(text) {
            Some(math) => format!("${}$", pen.write(&math)),
            None => prose(text),
        };
        Column::left(
            prose(&column.heading),
            column.cells.iter().map(cell).collect(),
        )
    }

    fn is_empty(&self) -> bool {
        self.heading.is_empty() && self.cells.iter().all(String::is_empty)
    }
}

/// About how many points wide a formula is, or a text with formulas in it.
pub fn width(latex: &str, mut in_math: bool) -> usize {
    const LETTER: usize = 50;
    const SCRIPT: usize = 36;
    const OPERATOR: usize = 120;
    let mut tenths = 0;
    // For every open brace, whether what it holds is an index or an exponent.
    let mut scripts: Vec<bool> = Vec::new();
    let mut next_is_script = false;
    let mut rest = latex;
    while let Some(c) = rest.chars().next() {
        let behind = &rest[c.len_utf8()..];
        let small = next_is_script || scripts.last().copied().unwrap_or(false);
        let letter = if small { SCRIPT } else { LETTER };
        next_is_script = false;
        rest = behind;
        match c {
            '\\' => {
                let end = behind.find(|c: char| !c.is_ascii_alphabetic());
                let end = end.unwrap_or(behind.len());
                tenths += match &behind[..end] {
                    "" | "frac" | "dot" | "bar" | "hat" | "tilde" | "mathit" | "mathrm"
                    | "text" | "operatorname" | "left" | "right" | "bigl" | "bigr" | "vphantom" => {
                        0
                    }
                    "sin" | "cos" | "tan" | "log" | "max" | "min" | "det" => 3 * letter,
                    "cdot" | "times" | "circ" | "le" | "ge" | "ne" => OPERATOR,
                    _ => letter,
                };
                rest = &behind[match behind.chars().next() {
                    Some(c) if end == 0 => c.len_utf8(),
                    _ => end,
                }..];
            }
            '{' => scripts.push(small),
            '}' => {
                scripts.pop();
            }
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
pub fn table(key: &Column, groups: &[Vec<Column>]) -> String {
    let kept = |group: &Vec<Column>| -> Vec<usize> {
        let wanted = |k: &usize| !group[*k].is_empty();
        (0..group.len()).filter(wanted).collect()
    };
    let groups = groups.iter().map(|group| {
        let columns: Vec<&Column> = kept(group).into_iter().map(|k| &group[k]).collect();
        columns
    });
    let groups: Vec<Vec<&Column>> = groups.filter(|group| !group.is_empty()).collect();
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
fn fitting(columns: &[&Column]) -> Option<Setting> {
    let fits = |setting: &Setting| {
        let sizes = columns.iter().map(|column| setting.size(column));
        sizes.sum::<usize>() <= TABLE
    };
    SETTINGS.into_iter().find(fits)
}

/// As many columns a table as fit.
fn cut(key: &Column, columns: &[&Column]) -> Vec<String> {
    let setting = SETTINGS[2];
    let mut tables: Vec<Vec<&Column>> = vec![Vec::new()];
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

fn one_table(columns: &[&Column], setting: Setting) -> String {
    let kind = |column: &&Column| match () {
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
        let cell = |column: &&Column| match setting.breaks(column) {
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

    fn column(width: usize, right: bool) -> Column {
        let cells = vec!["x".repeat(width)];
        match right {
            true => Column::right("h", cells),
            false => Column::left("h", cells),
        }
    }

    #[test]
    fn wide_tables_are_squeezed_and_then_cut() {
        let tables = |columns: Vec<Column>| table(&column(1, false), &[columns]);
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
        let apart = table(&column(1, false), &groups);
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
