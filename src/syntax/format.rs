//! The standard layout of a script: what `fmt` writes.
//!
//! Two laws. The formatted text has the tokens of the original, in their order, so that it means the
//! same; and formatting it again changes nothing. Line breaks are the user's, except that a block
//! of several lines has a line for each of its braces; blanks and indentation are not.

use super::brackets::Brackets;
use super::layout;
use super::lexer::lex;
use super::token::{Lexeme, Token};
use crate::diagnostic::{Code, Diagnostic, Result};
use crate::source::{Location, Source, Span};
use std::rc::Rc;
use unicode_width::UnicodeWidthStr;

/// Columns of one step of indentation.
const STEP: usize = 2;

/// The script in the standard layout; the first mistake where it does not parse.
pub fn format(source: &Rc<Source>) -> Result<String> {
    super::parse(source)?;
    let text = &source.text;
    let tokens = tokens(text);
    let items = items(text, &tokens);
    let formatted = write(&items);
    if meaning(text) == meaning(&formatted) {
        Ok(formatted)
    } else {
        let start = Location::new(source, Span::default());
        Err(Diagnostic::error(
            Code::Syntax,
            start,
            "this cannot be laid out without changing what it means",
            "",
        )
        .help("that is a fault of `wengert fmt`: please report it; the text stays as it is"))
    }
}

fn tokens(text: &str) -> Vec<Lexeme> {
    let raw = lex(text);
    layout::arrange(text, &raw, &Brackets::new(&raw))
}

/// What decides the meaning of a text: its tokens, without the ends of statements that end twice.
fn meaning(text: &str) -> Vec<(Token, &str)> {
    let mut kept: Vec<(Token, &str)> = Vec::new();
    for lexeme in tokens(text) {
        let ends = lexeme.token == Token::RightBrace;
        if ends && kept.last().is_some_and(|(last, _)| *last == Token::End) {
            kept.pop();
        }
        let word = match lexeme.token {
            Token::End => "",
            _ => lexeme.text(text),
        };
        kept.push((lexeme.token, word));
    }
    if kept.last().is_some_and(|(last, _)| *last == Token::End) {
        kept.pop();
    }
    kept
}

/// What a text consists of, blanks aside.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Item<'t> {
    Token(Token, &'t str),
    /// `;` between two statements.
    Separator,
    /// The end of a line: whether a statement ends there, and whether an empty line follows.
    Break {
        ends: bool,
        blank: bool,
    },
    /// A comment, and the column where it stood.
    Comment(&'t str, usize),
}

fn items<'t>(text: &'t str, tokens: &[Lexeme]) -> Vec<Item<'t>> {
    let mut items = Vec::with_capacity(tokens.len());
    let mut line = 0;
    let mut at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    for lexeme in tokens {
        at = gap(text, at, lexeme.start as usize, &mut line, &mut items);
        let word = lexeme.text(text);
        match lexeme.token {
            Token::End if word == ";" => items.push(Item::Separator),
            Token::End => end_line(true, &mut items),
            _ if word.is_empty() => {}
            token => items.push(Item::Token(token, word)),
        }
        at = at.max(lexeme.end as usize);
        if lexeme.token == Token::End && word != ";" {
            line = at;
        }
    }
    gap(text, at, text.len(), &mut line, &mut items);
    braces_on_lines(items)
}

/// Comments and ends of lines between two tokens. `line` is where the present line starts.
fn gap<'t>(
    text: &'t str,
    mut at: usize,
    end: usize,
    line: &mut usize,
    items: &mut Vec<Item<'t>>,
) -> usize {
    while at < end {
        let rest = &text[at..end];
        let length = match rest.as_bytes()[0] {
            b'#' => {
                let comment = &rest[..rest.find(['\n', '\r']).unwrap_or(rest.len())];
                items.push(Item::Comment(comment.trim_end(), text[*line..at].width()));
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

/// Ends the line, or notes that an empty one follows.
fn end_line(ends: bool, items: &mut Vec<Item<'_>>) {
    // A `;` at the end of a line ends nothing that the line does not end.
    if items.last() == Some(&Item::Separator) {
        items.pop();
        items.push(Item::Break {
            ends: true,
            blank: false,
        });
        return;
    }
    match items.last_mut() {
        Some(Item::Break { blank, .. }) => *blank = true,
        Some(_) => items.push(Item::Break { ends, blank: false }),
        None => {}
    }
}

/// Gives the braces of every block of several lines lines of their own, and takes the empty lines
/// at the edges of blocks away.
fn braces_on_lines(items: Vec<Item<'_>>) -> Vec<Item<'_>> {
    let mut open: Vec<usize> = Vec::new();
    let mut partner: Vec<Option<usize>> = vec![None; items.len()];
    let mut breaks = vec![0usize; items.len() + 1];
    for (k, item) in items.iter().enumerate() {
        breaks[k + 1] = breaks[k] + usize::from(matches!(item, Item::Break { .. }));
        match item {
            Item::Token(Token::LeftBrace, _) => open.push(k),
            Item::Token(Token::RightBrace, _) => {
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
    let line_end = Item::Break {
        ends: true,
        blank: false,
    };
    let mut out: Vec<Item<'_>> = Vec::with_capacity(items.len());
    for (k, &item) in items.iter().enumerate() {
        match item {
            Item::Token(Token::RightBrace, _) => {
                while matches!(out.last(), Some(Item::Separator | Item::Break { .. })) {
                    out.pop();
                }
                if spread(k) {
                    out.push(line_end);
                }
                out.push(item);
            }
            Item::Break { .. } | Item::Separator if after_open_brace(&out) => {}
            Item::Token(Token::Else, _) => {
                let rest = out
                    .iter()
                    .rposition(|item| !matches!(item, Item::Break { .. }));
                let joins =
                    rest.is_some_and(|k| matches!(out[k], Item::Token(Token::RightBrace, _)));
                if joins {
                    out.truncate(rest.map_or(0, |k| k + 1));
                }
                out.push(item);
            }
            Item::Token(Token::LeftBrace, _) => {
                out.push(item);
                let comment_follows = matches!(items.get(k + 1), Some(Item::Comment(..)));
                if spread(k) && !comment_follows {
                    out.push(line_end);
                }
            }
            _ => out.push(item),
        }
    }
    while matches!(out.last(), Some(Item::Separator | Item::Break { .. })) {
        out.pop();
    }
    out
}

/// Whether nothing but the end of its line stands behind a brace that was just opened.
fn after_open_brace(out: &[Item<'_>]) -> bool {
    let mut back = out.iter().rev();
    matches!(back.next(), Some(Item::Break { .. }))
        && matches!(back.next(), Some(Item::Token(Token::LeftBrace, _)))
}

/// A line of the formatted text.
#[derive(Default)]
struct Line {
    text: String,
    /// A comment behind the text, and the column where it stood.
    comment: Option<(String, usize)>,
}

/// A bracket that is open.
struct Open {
    token: Token,
    /// Where lines inside it start.
    inner: usize,
    /// Where the line starts on which it was opened.
    outer: usize,
    /// Whether its line ends behind it.
    hanging: bool,
}

#[derive(Default)]
struct Writer {
    lines: Vec<Line>,
    line: Line,
    /// Where the present line starts.
    indent: usize,
    /// How wide it is so far.
    column: usize,
    open: Vec<Open>,
    /// The last token, and whether it is a sign.
    last: Option<(Token, bool)>,
    /// The same where a space depends on how the token is written.
    last_spaced: bool,
    /// Whether a statement starts with the next token.
    at_start: bool,
}

fn write(items: &[Item<'_>]) -> String {
    let mut writer = Writer {
        at_start: true,
        ..Writer::default()
    };
    for (k, item) in items.iter().enumerate() {
        match *item {
            Item::Token(token, word) => {
                let hanging = !matches!(items.get(k + 1), Some(Item::Token(..)));
                writer.token(token, word, hanging);
            }
            Item::Separator => {
                writer.line.text.push(';');
                writer.column += 1;
                writer.last = None;
                writer.at_start = true;
            }
            Item::Comment(comment, column) => writer.comment(comment, column),
            Item::Break { ends, blank } => {
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

    /// Where a line starts that starts with `token`, or with a comment.
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

    /// Whether a space stands between the last token and `next`.
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

/// The lines as one text. Comments behind neighbouring lines stay below each other where they were.
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

/// Where comments that stood below each other stand now; 0 where they did not.
fn common_column(lines: &[Line]) -> usize {
    let columns = || lines.iter().filter_map(|line| line.comment.as_ref());
    let first = columns().next().map(|(_, column)| *column);
    if lines.len() < 2 || columns().any(|(_, column)| Some(*column) != first) {
        return 0;
    }
    let widest = lines.iter().map(|line| line.text.width()).max();
    widest.unwrap_or(0) + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted(text: &str) -> String {
        format(&Source::new("test", text))
            .unwrap_or_else(|error| panic!("{text}: {error} {:?}", error.labels()))
    }

    fn becomes(text: &str, wanted: &str) {
        let first = formatted(text);
        assert_eq!(first, wanted);
        assert_eq!(formatted(&first), first, "a second time");
    }

    #[test]
    fn blanks_between_tokens() {
        becomes("w=3;x  =2 ;  y= 1", "w = 3; x = 2; y = 1\n");
        becomes("L=0.5*(y-w*x)^2", "L = 0.5*(y - w*x)^2\n");
        becomes("a = - x * - y", "a = -x*-y\n");
        becomes("f ( x,y )=x .*y.^2+ x'* y", "f(x, y) = x .* y.^2 + x'*y\n");
        becomes("a×b+ c · d / e", "a × b + c·d/e\n");
        becomes("A=[ 1,2 ;3 , 4 ]", "A = [1, 2; 3, 4]\n");
        becomes("sum( A ,axis = 1 )", "sum(A, axis=1)\n");
        becomes("W[ : ,1 .. n ]", "W[:, 1..n]\n");
        becomes("f ' (x) + x ² + x '", "f'(x) + x² + x'\n");
        becomes("L at w=3 ,x=2", "L at w = 3, x = 2\n");
        becomes("print (x)", "print (x)\n");
        becomes("print(x)", "print (x)\n");
        becomes("if(a<b)then c else-d", "if (a < b) then c else -d\n");
        becomes("trace L wrt w along [1,0]", "trace L wrt w along [1, 0]\n");
        becomes("[x[i] ^2for i in 1 .. n]", "[x[i]^2 for i in 1..n]\n");
        becomes("not(a)and b", "not (a) and b\n");
        becomes("x[1],y:=1,2", "x[1], y := 1, 2\n");
    }

    #[test]
    fn lines_and_blocks() {
        becomes("\n\n\na = 1\n\n\n\nb = 2;\n\n", "a = 1\n\nb = 2\n");
        becomes(
            "repeat 3 {x:=1\n\n  y:=2 }",
            "repeat 3 {\n  x := 1\n\n  y := 2\n}\n",
        );
        becomes("repeat 3 {x:=1;y := 2;}", "repeat 3 { x := 1; y := 2 }\n");
        becomes("if c {\n\n\n}", "if c {\n}\n");
        becomes("if c {}", "if c {}\n");
        becomes(
            "if a {\nx := 1 }\nelse if b {\nx := 2\n} else { x := 3 }",
            "if a {\n  x := 1\n} else if b {\n  x := 2\n} else { x := 3 }\n",
        );
        becomes("A = [1, 2;\n3, 4]", "A = [1, 2;\n     3, 4]\n");
        becomes(
            "L = sum(\nx,\nf(y,\nz)\n)\nL",
            "L = sum(\n  x,\n  f(y,\n    z)\n)\nL\n",
        );
        becomes("L = a +\nb\n    c = 2", "L = a +\n  b\nc = 2\n");
        becomes(
            "trace L\nwrt w\n     at w = 3",
            "trace L\n  wrt w\n  at w = 3\n",
        );
        becomes("", "");
        becomes("\u{feff}a = 1\r\nb = 2\r", "a = 1\nb = 2\n");
    }

    #[test]
    fn comments_stay_where_they_stood_in_their_line() {
        becomes("re#e\nxs;yl#e\n", "re  #e\nxs; yl  #e\n");
    }

    #[test]
    fn comments_stay() {
        becomes("#a\n  # b\nx = 1 # c  \n#d", "#a\n# b\nx = 1  # c\n#d\n");
        becomes(
            "x = 1    # a\nyy = 22  # b\nz = 3",
            "x = 1    # a\nyy = 22  # b\nz = 3\n",
        );
        becomes("x=1 # a\nyyy=22 # b", "x = 1  # a\nyyy = 22  # b\n");
        becomes(
            "repeat 2 { # why\n# one\nx := 1 # two\n# three\n}",
            "repeat 2 {  # why\n  # one\n  x := 1  # two\n  # three\n}\n",
        );
        becomes(
            "L = sum( # all\n x # one\n)",
            "L = sum(  # all\n  x  # one\n)\n",
        );
        becomes(
            "if a { x := 1\n} # c\nelse { x := 2 }",
            "if a {\n  x := 1\n}  # c\nelse { x := 2 }\n",
        );
        becomes("# only", "# only\n");
    }

    #[test]
    fn depth_costs_nothing() {
        let deep = format!("x = {}1{}", "(".repeat(50_000), ")".repeat(50_000));
        assert_eq!(formatted(&deep), format!("{deep}\n"));
        let blocks = format!("{}x := 1{}", "if a { ".repeat(100), " }".repeat(100));
        assert_eq!(formatted(&blocks), format!("{blocks}\n"));
    }

    /// Blanks, newlines and comments thrown between the tokens of scripts: wherever the result still
    /// parses, it is laid out, keeps its meaning and is stable.
    #[test]
    fn whatever_stands_between_tokens() {
        let scripts = [
            "L = -x*(a + b')^2 .* f'(x[1, 2..n]) # end\nM = [1, 2; -3, 4]'; repeat 3 { w := w - 1 }",
            "if a < b { x := 1 } else if c { y, z := 2, 3 } else { print \"a # b\", -x }\nL at w = 3",
            "trace L, M wrt w, W[1, 2] along v, [1] using forward at w = -3 with life, log x to \"f\"",
            "s = sum(x[i]^2 for i in 1..n, axis=1)\nt = if not a and b >= c then d else e²\ninput q, r[3]",
        ];
        let noise = ["", " ", "\n", "  \n\n\n", " # c\n", ";", "\t"];
        let mut state = 7u64;
        let mut formatted = 0;
        for _ in 0..400 {
            for script in scripts {
                let mut text = String::new();
                for lexeme in lex(script) {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    let calm = !(state >> 40).is_multiple_of(10);
                    let pick = (state >> 33) as usize % noise.len();
                    text.push_str(if calm { " " } else { noise[pick] });
                    text.push_str(lexeme.text(script));
                }
                let source = Source::new("noise", text.clone());
                if super::super::parse(&source).is_err() {
                    continue;
                }
                let once = format(&source).unwrap_or_else(|error| panic!("{text:?}: {error}"));
                let twice = format(&Source::new("twice", once.clone())).expect("parses");
                assert_eq!(once, twice, "{text:?}");
                formatted += 1;
            }
        }
        assert!(formatted > 100, "{formatted}");
    }

    #[test]
    fn a_mistake_is_reported() {
        assert!(format(&Source::new("test", "x = (1")).is_err());
    }
}
