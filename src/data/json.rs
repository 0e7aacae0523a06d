//! Arrays of JSON: `[1, 2, 3]` is a column, `[[1, 2], [3, 4]]` a matrix by rows.
//!
//! The values stand two brackets deep at most, so they are found without building a tree, each with
//! its place.

use super::columns::{CellContent, DataCell, DataColumns};
use super::{DataFile, Reading};
use crate::diagnostic::Result;
use crate::source::Span;

/// The matrix that an array holds.
///
/// # Errors
/// Fails if the text is something else, or an entry does not fit.
pub fn matrix(reading: &Reading<'_>) -> Result<DataFile> {
    let text = &*reading.file.text;
    let mut scan = Scan {
        text,
        at: text.len() - reading.text().len(),
        reading,
    };
    if scan.next() != Some(b'[') {
        let error = reading.error("is not a JSON array");
        return Err(error.help("a column is `[1, 2, 3]`, a matrix `[[1, 2], [3, 4]]`"));
    }
    scan.at += 1;
    let mut columns = DataColumns::new();
    let mut first = None;
    let mut row = Vec::new();
    while scan.goes_on(columns.is_empty())? {
        let begin = scan.at;
        let is_row = scan.next() == Some(b'[');
        if *first.get_or_insert(is_row) != is_row {
            return Err(scan.wrong("rows and single values are mixed"));
        }
        if is_row {
            scan.at += 1;
            while scan.goes_on(row.is_empty())? {
                row.push(scan.value()?);
            }
        } else {
            row.push(scan.value()?);
        }
        columns.row(&mut row, Span::new(begin, scan.at), reading)?;
    }
    if scan.next().is_some() {
        return Err(scan.wrong("something follows the array"));
    }
    if columns.is_empty() {
        return Err(reading.error("holds no data"));
    }
    columns.finish(Vec::new(), reading)
}

/// A place in the text.
struct Scan<'t> {
    text: &'t str,
    at: usize,
    reading: &'t Reading<'t>,
}

impl<'t> Scan<'t> {
    /// The next character that is no blank, which is not taken.
    fn next(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        self.text.as_bytes().get(self.at).copied()
    }

    /// Takes what stands before an entry of an array, or its end, and says whether there is an entry.
    fn goes_on(&mut self, is_first: bool) -> Result<bool> {
        match self.next() {
            Some(b']') => {
                self.at += 1;
                return Ok(false);
            }
            Some(b',') if !is_first => self.at += 1,
            Some(_) if is_first => return Ok(true),
            _ => return Err(self.wrong("a `,` or `]` is missing")),
        }
        self.next();
        Ok(true)
    }

    /// A number, a text, `null`, or a condition as 1 or 0.
    fn value(&mut self) -> Result<DataCell<'t>> {
        let begin = self.at;
        let rest = &self.text[begin..];
        let content = match self.next() {
            Some(b'"') => {
                self.at += length_of_string(rest);
                let string = serde_json::from_str::<String>(&self.text[begin..self.at]);
                match string {
                    Ok(string) => CellContent::of(string.into()),
                    Err(_) => {
                        self.at = begin;
                        return Err(
                            self.wrong("this text is not closed, or not written as in JSON")
                        );
                    }
                }
            }
            Some(b'[') => return Err(self.wrong("a matrix has two brackets, not three")),
            Some(b'{') => return Err(self.wrong("a row is an array, not an object")),
            _ => {
                let ends = |c: char| c.is_whitespace() || ",]}[{\"".contains(c);
                let word = &rest[..rest.find(ends).unwrap_or(rest.len())];
                let content = match word {
                    "null" => CellContent::Missing,
                    "true" => CellContent::Number(1.0),
                    "false" => CellContent::Number(0.0),
                    _ => CellContent::of(word.into()),
                };
                if let (CellContent::Text(_), _) | (_, "") = (&content, word) {
                    return Err(self.wrong("an entry is a number, a text in quotes, or `null`"));
                }
                self.at += word.len();
                content
            }
        };
        let span = Span::new(begin, self.at);
        Ok(DataCell { content, span })
    }

    fn wrong(&mut self, what: &str) -> crate::diagnostic::Diagnostic {
        self.next();
        let width = self.text[self.at..]
            .chars()
            .next()
            .map_or(0, char::len_utf8);
        let span = Span::new(self.at, self.at + width);
        self.reading.error_at(span, &format!(": {what}"), "here")
    }
}

/// The length of the string in JSON that `text` begins with, with its quotation marks.
fn length_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;

    #[test]
    fn arrays_are_columns_and_matrices() {
        let column = read("d.json", " [1, -2.5e1 ,\"inf\"]\n").expect("a column");
        assert_eq!(column.matrix.data(), [1.0, -25.0, f64::INFINITY]);
        assert_eq!(
            (column.matrix.shape().m(), column.matrix.shape().n()),
            (3, 1)
        );
        let matrix = read(
            "d.txt",
            "[[1, \"a\\u00e9\\\"\"], [null, \"b\"], [true, \"b\"]]",
        )
        .expect("a matrix");
        assert_eq!(matrix.matrix.data()[2..], [1.0, 1.0, 2.0, 2.0]);
        assert!(matrix.matrix.data()[1].is_nan());
        let notes = [
            "column 2 of `d.txt` is text: 1 = aé\", 2 = b",
            "`d.txt` has no number in line 1, column 1: NaN",
        ];
        assert_eq!(matrix.notes, notes);
    }

    #[test]
    fn what_is_no_matrix_is_an_error_at_its_place() {
        for (text, message) in [
            ("{\"a\": 1}", "`d.json` is not a JSON array"),
            ("[]", "`d.json` holds no data"),
            (
                "[1, [2]]",
                "`d.json`, line 1: rows and single values are mixed",
            ),
            (
                "[[1, 2],\n [3]]",
                "`d.json`, line 2 has 1 cell, line 1 has 2",
            ),
            (
                "[[1], [\"x\"]]",
                "`d.json`, line 1, column 1: `\"x\"` is not a number",
            ),
            (
                "[[[1]]]",
                "`d.json`, line 1: a matrix has two brackets, not three",
            ),
            (
                "[{\"a\": 1}]",
                "`d.json`, line 1: a row is an array, not an object",
            ),
            ("[1 2]", "`d.json`, line 1: a `,` or `]` is missing"),
            ("[1, 2", "`d.json`, line 1: a `,` or `]` is missing"),
            (
                "[1,]",
                "`d.json`, line 1: an entry is a number, a text in quotes, or `null`",
            ),
            ("[1] 2", "`d.json`, line 1: something follows the array"),
            (
                "[\"a",
                "`d.json`, line 1: this text is not closed, or not written as in JSON",
            ),
            (
                "[x]",
                "`d.json`, line 1: an entry is a number, a text in quotes, or `null`",
            ),
        ] {
            let error = read("d.json", text).expect_err(text);
            assert_eq!(error.message(), message, "{text}");
        }
    }
}
