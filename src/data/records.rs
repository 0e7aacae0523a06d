//! The rows of a table of text, cell by cell.

use super::columns::{CellContent, DataCell};
use crate::source::Span;
use std::borrow::Cow;

/// What stands between the cells of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// This character.
    Character(u8),
    /// Any number of blanks and tabs.
    Blanks,
    /// Nothing: there is one column.
    Nothing,
}

impl Separator {
    /// True of the character that separates.
    pub fn is(self, byte: u8) -> bool {
        self == Separator::Character(byte)
    }

    /// True if a comma inside a cell can be that of a decimal number.
    pub fn allows_decimal_commas(self) -> bool {
        !self.is(b',')
    }
}

/// The place of a quotation mark that is not closed.
#[derive(Clone, Copy, Debug)]
pub struct Unclosed(pub Span);

/// What is read from a table, if its quotation marks are closed.
type Found<T> = std::result::Result<T, Unclosed>;

/// The rows of a table, without empty lines and lines that start with `#`.
#[derive(Clone)]
pub struct Records<'t> {
    text: &'t str,
    at: usize,
    separator: Separator,
    /// The place of the row that was read last.
    pub place: Span,
    /// The place of the first number with a comma inside.
    pub comma: Option<Span>,
    /// The place of the first number with a decimal point.
    pub point: Option<Span>,
}

impl<'t> Records<'t> {
    /// The rows of `text` from `start` on.
    pub fn new(text: &'t str, start: usize, separator: Separator) -> Records<'t> {
        Records {
            text,
            at: start,
            separator,
            place: Span::default(),
            comma: None,
            point: None,
        }
    }

    /// The next row; `None` at the end.
    ///
    /// # Errors
    /// Fails at a quotation mark that is not closed.
    pub fn next(&mut self) -> Found<Option<Vec<DataCell<'t>>>> {
        let separator = self.separator;
        loop {
            self.skip(|byte| byte.is_ascii_whitespace() && !separator.is(byte));
            match self.byte() {
                None => return Ok(None),
                Some(b'#') => self.skip(|byte| !ends_line(byte)),
                Some(_) => break,
            };
        }
        let begin = self.at;
        let mut row = vec![self.cell()?];
        while let Some(byte) = self.byte().filter(|byte| !ends_line(*byte)) {
            self.at += usize::from(separator.is(byte));
            row.push(self.cell()?);
        }
        self.place = Span::new(begin, self.at);
        Ok(Some(row))
    }

    /// The next cell, with the blanks behind it skipped: what follows is a separator or another cell.
    fn cell(&mut self) -> Found<DataCell<'t>> {
        let separator = self.separator;
        let blank = |byte| matches!(byte, b' ' | b'\t') && !separator.is(byte);
        self.skip(blank);
        let begin = self.at;
        if self.byte() == Some(b'"') {
            let inside = self.quoted(begin)?;
            let span = Span::new(begin, self.at);
            let after = self.at;
            self.skip(blank);
            let ends = self
                .byte()
                .is_none_or(|byte| ends_line(byte) || separator.is(byte));
            if ends || (separator == Separator::Blanks && self.at > after) {
                let content = self.content(inside, span);
                return Ok(DataCell { content, span });
            }
            // The quotation marks belong to the text.
            self.at = begin;
        }
        let ends = |byte| match separator {
            Separator::Blanks => blank(byte),
            _ => separator.is(byte),
        };
        self.skip(|byte| !ends_line(byte) && !ends(byte));
        let raw = self.text[begin..self.at].trim_end();
        let span = Span::new(begin, begin + raw.len());
        self.skip(blank);
        let content = self.content(Cow::Borrowed(raw), span);
        Ok(DataCell { content, span })
    }

    /// What stands between quotation marks, the first of which is at `begin`; two of them inside are one.
    fn quoted(&mut self, begin: usize) -> Found<Cow<'t, str>> {
        let mut end = begin + 1;
        loop {
            let Some(found) = self.text[end..].find('"') else {
                return Err(Unclosed(Span::new(begin, begin + 1)));
            };
            end += found + 1;
            if self.text.as_bytes().get(end) != Some(&b'"') {
                break;
            }
            end += 1;
        }
        self.at = end;
        let inside = &self.text[begin + 1..end - 1];
        Ok(match inside.contains('"') {
            true => inside.replace("\"\"", "\"").into(),
            false => inside.into(),
        })
    }

    /// A cell as a number, where it is one, and what the number tells of decimal commas.
    fn content(&mut self, text: Cow<'t, str>, span: Span) -> CellContent<'t> {
        let content = CellContent::of(text);
        if !self.separator.allows_decimal_commas() {
            if matches!(&content, CellContent::Text(text) if is_number_with_commas(text)) {
                self.comma.get_or_insert(span);
            }
            return content;
        }
        match content {
            CellContent::Text(text) => match decimal(&text) {
                Some(number) => {
                    self.comma.get_or_insert(span);
                    CellContent::Number(number)
                }
                None => CellContent::Text(text),
            },
            CellContent::Number(_) if self.text[span.range()].contains('.') => {
                self.point.get_or_insert(span);
                content
            }
            content => content,
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes on while `accepts` does.
    fn skip(&mut self, accepts: impl Fn(u8) -> bool) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| accepts(**byte)).count();
    }
}

fn ends_line(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Digits in groups, by commas: 1,5 or 1,234.5 as they stand between quotation marks.
fn is_number_with_commas(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits.contains(',') && digits.split([',', '.']).all(is_part)
}

/// A number with a decimal comma.
fn decimal(text: &str) -> Option<f64> {
    let (whole, rest) = text.split_once(',')?;
    let is_part = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let fraction = rest.split(['e', 'E']).next().unwrap_or(rest);
    let digits = is_part(whole.trim_start_matches(['+', '-'])) && is_part(fraction);
    (digits && !fraction.is_empty()).then(|| format!("{whole}.{rest}").parse().ok())?
}
