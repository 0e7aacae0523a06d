//! The layout itself: spaces, indentation, and the columns of comments.

use super::items::LayoutItem;
use crate::syntax::token::Token;
use unicode_width::UnicodeWidthStr;

/// Columns of one step of indentation.
const STEP: usize = 2;

/// A line of the formatted text.
#[derive(Default)]
struct Line {
    text: String,
    /// A comment after the text, and the column where it stood.
    comment: Option<(String, usize)>,
}

/// A bracket that is open.
struct Open {
    token: Token,
    /// The indentation of lines inside it.
    inner: usize,
    /// The indentation of the line on which it was opened.
    outer: usize,
    /// Its line ends right after it.
    hanging: bool,
}

#[derive(Default)]
struct Writer {
    lines: Vec<Line>,
    line: Line,
    /// The indentation of the present line.
    indent: usize,
    /// The width of the present line so far.
    column: usize,
    open: Vec<Open>,
    /// The last token, and true if it is a sign.
    last: Option<(Token, bool)>,
    /// The last token allows spaces around it: its spelling decides.
    last_spaced: bool,
    /// The next token starts a statement.
    at_start: bool,
}

/// The text of the items in the standard layout.
pub fn write(items: &[LayoutItem<'_>]) -> String {
    let mut writer = Writer {
        at_start: true,
        ..Writer::default()
    };
    for (k, item) in items.iter().enumerate() {
        match *item {
            LayoutItem::Token(token, word) => {
                let hanging = !matches!(items.get(k + 1), Some(LayoutItem::Token(..)));
                writer.token(token, word, hanging);
            }
            LayoutItem::Separator => {
                writer.line.text.push(';');
                writer.column += 1;
                writer.last = None;
                writer.at_start = true;
            }
            LayoutItem::Comment(comment, column) => writer.comment(comment, column),
            LayoutItem::Break { ends, blank } => {
                writer.end_line(blank);
                if ends {
                    writer.at_start = true;
                    writer.last = None;
                }
            }
        }
    }
    writer.end_line(false);
    finish(&writer.lines)
}

impl Writer {
    fn is_empty(&self) -> bool {
        self.line.text.is_empty() && self.line.comment.is_none()
    }

    fn end_line(&mut self, blank: bool) {
        if !self.is_empty() {
            self.lines.push(std::mem::take(&mut self.line));
        }
        if blank {
            self.lines.push(Line::default());
        }
    }

    /// The indentation of a line whose first token is `token`; of a comment where there is none.
    fn indentation(&self, token: Option<Token>) -> usize {
        let block = self
            .open
            .iter()
            .rev()
            .find(|open| open.token == Token::LeftBrace)
            .map_or(0, |open| open.inner);
        match self.open.last() {
            Some(open) if open.token != Token::LeftBrace => {
                let closes = token.is_some_and(Token::is_closer) && open.hanging;
                if closes { open.outer } else { open.inner }
            }
            Some(open) if token == Some(Token::RightBrace) => open.outer,
            _ if self.at_start || token == Some(Token::Else) && self.last_closes_block() => block,
            _ => block + STEP,
        }
    }

    fn last_closes_block(&self) -> bool {
        matches!(self.last, Some((Token::RightBrace, _)))
    }

    fn start_line(&mut self, token: Option<Token>) {
        self.indent = self.indentation(token);
        self.column = self.indent;
        self.line.text = " ".repeat(self.indent);
    }

    fn token(&mut self, token: Token, word: &str, hanging: bool) {
        let named = token == Token::Equal
            && self
                .open
                .last()
                .is_some_and(|open| open.token == Token::LeftParen);
        let wide = match token {
            Token::Star => word == "×",
            Token::Slash | Token::Caret | Token::DotCaret | Token::DotDot => false,
            Token::Equal => !named,
            _ => true,
        };
        if self.is_empty() {
            self.start_line(Some(token));
        } else if self.last.is_none() || self.spaced(token, wide) {
            self.line.text.push(' ');
            self.column += 1;
        }
        self.line.text.push_str(word);
        self.column += word.width();
        let is_sign =
            token == Token::Minus && !self.last.is_some_and(|(last, _)| last.ends_operand());
        self.brackets(token, hanging);
        self.last = Some((token, is_sign));
        self.last_spaced = wide;
        self.at_start = token == Token::LeftBrace;
    }

    fn brackets(&mut self, token: Token, hanging: bool) {
        if token.closer().is_some() {
            let block = token == Token::LeftBrace;
            let inner = if hanging || block {
                self.indent + STEP
            } else {
                self.column
            };
            self.open.push(Open {
                token,
                inner,
                outer: self.indent,
                hanging,
            });
        } else if token.is_closer() {
            self.open.pop();
        }
    }

    /// True if a space stands between the last token and `next`.
    fn spaced(&self, next: Token, next_wide: bool) -> bool {
        let Some((last, last_is_sign)) = self.last else {
            return false;
        };
        match (last, next) {
            _ if last_is_sign || !next_wide || !self.last_spaced => false,
            (Token::LeftParen | Token::LeftBracket, _) => false,
            (Token::LeftBrace, Token::RightBrace) => false,
            (
                _,
                Token::Comma
                | Token::RightParen
                | Token::RightBracket
                | Token::Row
                | Token::Semicolon
                | Token::Prime
                | Token::CallPrime
                | Token::Squared
                | Token::Cubed,
            ) => false,
            (last, Token::LeftParen) => !matches!(last, Token::Name | Token::CallPrime),
            (last, Token::LeftBracket) => !last.ends_operand(),
            _ => true,
        }
    }

    fn comment(&mut self, comment: &str, column: usize) {
        if self.is_empty() {
            self.start_line(None);
            self.line.text.push_str(comment);
        } else {
            self.line.comment = Some((comment.to_string(), column));
        }
    }
}

/// The lines as one text. Comments after neighbouring lines that were aligned stay aligned.
fn finish(lines: &[Line]) -> String {
    let mut text = String::new();
    let mut group: Option<(usize, usize)> = None;
    for (k, line) in lines.iter().enumerate() {
        text.push_str(line.text.trim_end());
        if let Some((comment, _)) = &line.comment {
            let end = match group {
                Some((end, _)) if k < end => end,
                _ => {
                    let count = lines[k..].iter().take_while(|line| line.comment.is_some());
                    k + count.count()
                }
            };
            if group.is_none_or(|(known, _)| known != end) {
                group = Some((end, common_column(&lines[k..end])));
            }
            let column = group.map_or(0, |(_, column)| column);
            let gap = column.saturating_sub(line.text.width()).max(2);
            text.push_str(&" ".repeat(gap));
            text.push_str(comment);
        }
        text.push('\n');
    }
    text
}

/// The new column of comments that were aligned; 0 if they were not.
fn common_column(lines: &[Line]) -> usize {
    let columns = || lines.iter().filter_map(|line| line.comment.as_ref());
    let first = columns().next().map(|(_, column)| *column);
    if lines.len() < 2 || columns().any(|(_, column)| Some(*column) != first) {
        return 0;
    }
    let widest = lines.iter().map(|line| line.text.width()).max();
    widest.unwrap_or(0) + 2
}
