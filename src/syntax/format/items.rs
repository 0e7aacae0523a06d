//! A text as the items that the formatter writes: tokens, comments and line ends.

use crate::syntax::token::{Lexeme, Token};
use unicode_width::UnicodeWidthStr;

/// A part of a text; blanks are none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum LayoutItem<'t> {
    Token(Token, &'t str),
    /// `;` between two statements.
    Separator,
    /// The end of a line.
    Break {
        /// A statement ends there.
        ends: bool,
        /// An empty line follows.
        blank: bool,
    },
    /// A comment, and the column where it stood.
    Comment(&'t str, usize),
}

/// The items of a text, with the braces of its blocks on their lines.
pub fn items<'t>(text: &'t str, tokens: &[Lexeme]) -> Vec<LayoutItem<'t>> {
    let mut items = Vec::with_capacity(tokens.len());
    let mut line = 0;
    let mut at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    for lexeme in tokens {
        at = gap(text, at, lexeme.start as usize, &mut line, &mut items);
        let word = lexeme.text(text);
        match lexeme.token {
            Token::End if word == ";" => items.push(LayoutItem::Separator),
            Token::End => end_line(true, &mut items),
            _ if word.is_empty() => {}
            token => items.push(LayoutItem::Token(token, word)),
        }
        at = at.max(lexeme.end as usize);
        if lexeme.token == Token::End && word != ";" {
            line = at;
        }
    }
    gap(text, at, text.len(), &mut line, &mut items);
    braces_on_lines(items)
}

/// Adds the comments and line ends between two tokens. `line` is the start of the present line.
fn gap<'t>(
    text: &'t str,
    mut at: usize,
    end: usize,
    line: &mut usize,
    items: &mut Vec<LayoutItem<'t>>,
) -> usize {
    while at < end {
        let rest = &text[at..end];
        let length = match rest.as_bytes()[0] {
            b'#' => {
                let comment = &rest[..rest.find(['\n', '\r']).unwrap_or(rest.len())];
                items.push(LayoutItem::Comment(
                    comment.trim_end(),
                    text[*line..at].width(),
                ));
                comment.len()
            }
            b'\n' | b'\r' => {
                let length = if rest.starts_with("\r\n") { 2 } else { 1 };
                end_line(false, items);
                *line = at + length;
                length
            }
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
        at += length;
    }
    at.max(end)
}

/// Ends the line. A second call in a row means that an empty line follows.
fn end_line(ends: bool, items: &mut Vec<LayoutItem<'_>>) {
    // A `;` at the end of a line ends nothing that the line does not end.
    if items.last() == Some(&LayoutItem::Separator) {
        items.pop();
        items.push(LayoutItem::Break {
            ends: true,
            blank: false,
        });
        return;
    }
    match items.last_mut() {
        Some(LayoutItem::Break { blank, .. }) => *blank = true,
        Some(_) => items.push(LayoutItem::Break { ends, blank: false }),
        None => {}
    }
}

/// Puts the braces of every block of several lines on lines of their own, and removes the empty lines
/// at the edges of blocks.
fn braces_on_lines(items: Vec<LayoutItem<'_>>) -> Vec<LayoutItem<'_>> {
    let mut open: Vec<usize> = Vec::new();
    let mut partner: Vec<Option<usize>> = vec![None; items.len()];
    let mut breaks = vec![0usize; items.len() + 1];
    for (k, item) in items.iter().enumerate() {
        breaks[k + 1] = breaks[k] + usize::from(matches!(item, LayoutItem::Break { .. }));
        match item {
            LayoutItem::Token(Token::LeftBrace, _) => open.push(k),
            LayoutItem::Token(Token::RightBrace, _) => {
                if let Some(opener) = open.pop() {
                    (partner[opener], partner[k]) = (Some(k), Some(opener));
                }
            }
            _ => {}
        }
    }
    let spread = |k: usize| {
        partner[k].is_some_and(|other| {
            let (from, to) = (k.min(other), k.max(other));
            breaks[to] > breaks[from]
        })
    };
    let line_end = LayoutItem::Break {
        ends: true,
        blank: false,
    };
    let mut out: Vec<LayoutItem<'_>> = Vec::with_capacity(items.len());
    for (k, &item) in items.iter().enumerate() {
        match item {
            LayoutItem::Token(Token::RightBrace, _) => {
                while matches!(
                    out.last(),
                    Some(LayoutItem::Separator | LayoutItem::Break { .. })
                ) {
                    out.pop();
                }
                if spread(k) {
                    out.push(line_end);
                }
                out.push(item);
            }
            LayoutItem::Break { .. } | LayoutItem::Separator if after_open_brace(&out) => {}
            LayoutItem::Token(Token::Else, _) => {
                let rest = out
                    .iter()
                    .rposition(|item| !matches!(item, LayoutItem::Break { .. }));
                let joins =
                    rest.is_some_and(|k| matches!(out[k], LayoutItem::Token(Token::RightBrace, _)));
                if joins {
                    out.truncate(rest.map_or(0, |k| k + 1));
                }
                out.push(item);
            }
            LayoutItem::Token(Token::LeftBrace, _) => {
                out.push(item);
                let comment_follows = matches!(items.get(k + 1), Some(LayoutItem::Comment(..)));
                if spread(k) && !comment_follows {
                    out.push(line_end);
                }
            }
            _ => out.push(item),
        }
    }
    while matches!(
        out.last(),
        Some(LayoutItem::Separator | LayoutItem::Break { .. })
    ) {
        out.pop();
    }
    out
}

/// True right after an opening brace and the end of its line.
fn after_open_brace(out: &[LayoutItem<'_>]) -> bool {
    let mut back = out.iter().rev();
    matches!(back.next(), Some(LayoutItem::Break { .. }))
        && matches!(back.next(), Some(LayoutItem::Token(Token::LeftBrace, _)))
}
