//! Tables of text: one row a line.

use super::columns::{CellContent, DataCell, DataColumns};
use super::dialect::separator;
use super::records::{Records, Unclosed};
use super::{DataFile, Reading};
use crate::diagnostic::Result;

/// The matrix that a table holds.
///
/// # Errors
/// Fails if there are no rows, or a cell does not fit.
pub fn matrix(reading: &Reading<'_>) -> Result<DataFile> {
    let text = &*reading.file.text;
    let start = text.len() - reading.text().len();
    let separator = separator(reading.text());
    let mut records = Records::new(text, start, separator);
    let unclosed = |quote: Unclosed| {
        reading.error_at(quote.0, ": a quotation mark is not closed", "opened here")
    };
    let Some(mut first) = records.next().map_err(unclosed)? else {
        return Err(reading.error("holds no data"));
    };
    let place = records.place;
    let mut columns = DataColumns::new();
    match header(&first, &records) {
        Header::Names(names) => columns = DataColumns::named(names, place),
        Header::Alone => return Err(reading.error("has a header and no rows")),
        Header::None => {
            columns.row(&mut first, place, reading)?;
        }
    }
    while let Some(mut row) = records.next().map_err(unclosed)? {
        columns.row(&mut row, records.place, reading)?;
    }
    let mut notes = Vec::new();
    if let Some(comma) = records.comma {
        if !separator.allows_decimal_commas() {
            let text = reading.file.slice(comma).trim_matches('"');
            let message = format!(": `{text}` has a comma inside, and commas separate the cells");
            let error = reading.error_at(comma, &message, "this cell");
            return Err(error.help("write a decimal point, or `;` between the cells"));
        }
        if let Some(point) = records.point {
            let message = format!(
                ": `{}` has a decimal point, and line {} a decimal comma",
                reading.file.slice(point),
                reading.line(comma)
            );
            return Err(reading.error_at(point, &message, "this cell"));
        }
        let (file, example) = (&reading.file.name, reading.file.slice(comma));
        let value = example.replace(',', ".");
        notes.push(format!(
            "`{file}` has decimal commas: `{example}` is {value}"
        ));
    }
    columns.finish(notes, reading)
}

/// What the first row is.
enum Header {
    /// Names of columns.
    Names(Vec<String>),
    /// Names of columns, and there are no others.
    Alone,
    /// Data.
    None,
}

/// A first row of texts names the columns if numbers follow below it, or nothing at all.
fn header(first: &[DataCell<'_>], rest: &Records<'_>) -> Header {
    let is_number = |cell: &DataCell<'_>| matches!(cell.content, CellContent::Number(_));
    let is_text = |cell: &DataCell<'_>| matches!(cell.content, CellContent::Text(_));
    if first.iter().any(is_number) || !first.iter().any(is_text) {
        return Header::None;
    }
    let mut below = rest.clone();
    let mut rows = 0;
    while let Ok(Some(row)) = below.next() {
        rows += 1;
        if row.iter().any(is_number) {
            let name = |cell: &DataCell<'_>| match &cell.content {
                CellContent::Text(text) => text.to_string(),
                _ => String::new(),
            };
            return Header::Names(first.iter().map(name).collect());
        }
    }
    if rows == 0 {
        Header::Alone
    } else {
        Header::None
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;

    #[test]
    fn columns_are_numbers_or_codes() {
        let data = read("d.csv", "a, b\n1, yes\n2.5, no\n\nNA, yes\n").expect("a table");
        assert_eq!((data.matrix.shape().m(), data.matrix.shape().n()), (3, 2));
        assert_eq!(data.matrix.data()[..2], [1.0, 2.5]);
        assert!(data.matrix.data()[2].is_nan());
        assert_eq!(data.matrix.data()[3..], [1.0, 2.0, 1.0]);
        let notes = [
            "column 2 (b) of `d.csv` is text: 1 = yes, 2 = no",
            "`d.csv` has no number in line 5, column 1 (a): NaN",
        ];
        assert_eq!(data.notes, notes);
        let codes = read("d.csv", "x\n1\n").expect("a header");
        assert_eq!(codes.matrix.data(), [1.0]);
        // All texts: nothing tells that the first row names the columns.
        let texts = read("d.csv", "p,q\nr,q\n").expect("codes");
        assert_eq!(texts.matrix.data(), [1.0, 2.0, 1.0, 1.0]);
    }

    #[test]
    fn every_separator_gives_the_same_numbers() {
        for text in [
            "1,2.5,-3\n4,5,6e1\n",
            "1, 2.5, -3\r\n4, 5, 6e1\r\n",
            "1;2.5;-3\n4;5;6e1\n",
            "1\t2.5\t-3\n4\t5\t6e1\n",
            "  1   2.5 -3 \n\n4 5\t6e1",
            "\u{feff}1;2,5;-3\n4;5;6e1\n",
            "1 2,5 -3\n4 5 6e1\n",
            "# a comment, with commas\n1,2.5,-3\n# another; one\n4,5,6e1",
            "a,b,c\n1,2.5,-3\n4,5,6e1\n",
            "\"a b\",\"b, c\",c\n1,\"2.5\",-3\n4,5,6e1\n",
        ] {
            let data = read("d.txt", text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(
                data.matrix.data(),
                [1.0, 4.0, 2.5, 5.0, -3.0, 60.0],
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_not_a_separator_stays_in_its_cell() {
        let data = read("d.csv", "New York;1,5\n\"a;\"\"b\"\"\";2\n").expect("a table");
        assert_eq!(data.matrix.data(), [1.0, 2.0, 1.5, 2.0]);
        let notes = [
            "`d.csv` has decimal commas: `1,5` is 1.5",
            "column 1 of `d.csv` is text: 1 = New York, 2 = a;\"b\"",
        ];
        assert_eq!(data.notes, notes);
        let words = read("d.txt", "one two\nthree\none two\n").expect("one column");
        assert_eq!(words.matrix.data(), [1.0, 2.0, 1.0]);
    }

    #[test]
    fn what_does_not_fit_is_an_error_at_its_place() {
        for (text, message, place) in [
            ("", "`d.csv` holds no data", ""),
            ("\n\n# only this\n", "`d.csv` holds no data", ""),
            ("a,b\n", "`d.csv` has a header and no rows", ""),
            ("1,2\n3\n", "`d.csv`, line 2 has 1 cell, line 1 has 2", "3"),
            (
                "1,2\n3,4,5,6\n",
                "`d.csv`, line 2 has 4 cells, line 1 has 2",
                "5,6",
            ),
            (
                "a,b\n3,4,5\n",
                "`d.csv`, line 2 has 3 cells, line 1 has 2",
                "5",
            ),
            (
                "1,2\n3,x\n",
                "`d.csv`, line 2, column 2: `x` is not a number",
                "x",
            ),
            (
                "1 2\n3 0x1F\n",
                "`d.csv`, line 2, column 2: `0x1F` is not a number",
                "0x1F",
            ),
            (
                "x,y\nz,w\nx,5",
                "`d.csv`, line 3, column 2: `5` is a number, and line 2 has a text there",
                "5",
            ),
            (
                "1,\"2\n",
                "`d.csv`, line 1: a quotation mark is not closed",
                "\"",
            ),
            (
                "a,\"1,5\"\nb,\"2,25\"\n",
                "`d.csv`, line 1: `1,5` has a comma inside, and commas separate the cells",
                "\"1,5\"",
            ),
            (
                "1,5;2.5\n",
                "`d.csv`, line 1: `2.5` has a decimal point, and line 1 a decimal comma",
                "2.5",
            ),
        ] {
            let error = read("d.csv", text).expect_err(text);
            assert_eq!(error.message(), message);
            let place_in_file = error
                .labels()
                .get(1)
                .map_or("", |label| label.location.text());
            assert_eq!(place_in_file, place, "{text}");
        }
    }

    #[test]
    fn a_long_list_of_codes_is_cut() {
        let text: String = (0..20).map(|k| format!("w{k}\n")).collect();
        let data = read("d.csv", &*text).expect("codes");
        assert!(
            data.notes[0].ends_with("8 = w7, … (12 more)"),
            "{:?}",
            data.notes
        );
    }
}
