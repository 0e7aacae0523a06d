//! What stands around a token: its text and place, the token before it, brackets, operands, statements.

use super::{Context, short, span_of};
use crate::source::{Location, Span};
use crate::syntax::token::Token;

/// The longest statement that a help writes anew.
const LONGEST_REWRITE: usize = 100;

impl Context<'_> {
    pub(super) fn token(&self, at: usize) -> Option<Token> {
        self.tokens.get(at).map(|lexeme| lexeme.token)
    }

    /// The text of the token, cut short if it is long.
    pub(super) fn text(&self, at: usize) -> String {
        self.tokens
            .get(at)
            .map_or_else(String::new, |lexeme| short(lexeme.text(&self.source.text)))
    }

    /// The text of all tokens from `first` to `last`.
    pub(super) fn text_of(&self, first: usize, last: usize) -> String {
        let (Some(first), Some(last)) = (self.tokens.get(first), self.tokens.get(last)) else {
            return String::new();
        };
        let span = span_of(*first).to(span_of(*last));
        short(self.source.slice(span))
    }

    /// The statement around `first` with `text` in the place of the tokens from `first` to `last`; none if it
    /// is long or has several lines.
    pub(super) fn statement_with(&self, first: usize, last: usize, text: &str) -> Option<String> {
        let start = self.statement(first);
        let end = start + self.rest_of_tokens(start).checked_sub(1)?;
        let [start, first] = [start, first].map(|at| self.tokens.get(at).map(|token| token.start));
        let [last, end] = [last, end].map(|at| self.tokens.get(at).map(|token| token.end));
        let part = |start: Option<u32>, end: Option<u32>| {
            let (start, end) = (start?, end?);
            Some(
                self.source
                    .slice(Span {
                        start,
                        end: end.max(start),
                    })
                    .trim(),
            )
        };
        let (before, after) = (part(start, first)?, part(last, end)?);
        let glue = |right: &str| {
            if right.is_empty() || right.starts_with(',') {
                ""
            } else {
                " "
            }
        };
        let whole = format!("{before}{}{text}{}{after}", glue(text), glue(after));
        let whole = whole.trim_start().to_owned();
        (whole.len() <= LONGEST_REWRITE && !whole.contains(['\n', '\r', '`'])).then_some(whole)
    }

    /// The word of the tail whose part `at` stands in.
    pub(super) fn part(&self, at: usize) -> Option<Token> {
        // The `to` of a range starts no part.
        let starts = |i: usize| {
            let token = self.token(i).filter(|token| token.tail_rank().is_some())?;
            let in_range = token == Token::To && self.token(i + 1) != Some(Token::Text);
            (!in_range).then_some(token)
        };
        (self.statement(at)..at).rev().find_map(starts)
    }

    /// The texts between the commas of the bracket at `opener`, each with its first and last token.
    pub(super) fn arguments(&self, opener: usize) -> Option<Vec<(usize, usize)>> {
        let closer = self.closer(opener)?;
        let is_comma =
            |&i: &usize| self.token(i) == Some(Token::Comma) && self.enclosing(i) == Some(opener);
        let ends = (opener + 1..closer).filter(is_comma).chain([closer]);
        let mut first = opener + 1;
        let mut found = Vec::new();
        for end in ends {
            if first < end {
                found.push((first, end - 1));
            }
            first = end + 1;
        }
        Some(found)
    }

    /// The text of all tokens from `first` to `last`, however long it is.
    pub(super) fn whole(&self, first: usize, last: usize) -> &str {
        match (self.tokens.get(first), self.tokens.get(last)) {
            (Some(first), Some(last)) => self.source.slice(span_of(*first).to(span_of(*last))),
            _ => "",
        }
    }

    /// The span of the token; the empty range at the end of the text if nothing is left.
    pub(super) fn span(&self, at: usize) -> Span {
        let rest = self.tokens.get(at..).unwrap_or_default();
        if rest.iter().all(|lexeme| lexeme.token == Token::End) {
            return Span::new(self.source.text.len(), self.source.text.len());
        }
        match (rest[0].token, self.before(at)) {
            (Token::End, Some(before)) => {
                let end = self.tokens[before].end;
                Span { start: end, end }
            }
            _ => span_of(rest[0]),
        }
    }

    pub(super) fn location(&self, at: usize) -> Location {
        self.place(self.span(at))
    }

    pub(super) fn place(&self, span: Span) -> Location {
        Location::new(self.source, span)
    }

    /// The place between the token `last` and what follows it.
    pub(super) fn gap(&self, last: usize) -> Location {
        let end = self.span(last).end;
        self.place(Span { start: end, end })
    }

    /// The start of the token.
    pub fn start(&self, at: usize) -> u32 {
        self.span(at).start
    }

    /// True if the token is one that no text may hold.
    pub fn is_alien(&self, at: usize) -> bool {
        self.token(at).is_some_and(Token::is_alien)
    }

    /// The token in a sentence.
    pub(super) fn named(&self, at: usize) -> String {
        match self.token(at) {
            None => "the end of the text".to_owned(),
            Some(Token::End) if self.text(at) == ";" => "`;`".to_owned(),
            Some(Token::End) => "the end of the line".to_owned(),
            _ => format!("`{}`", self.text(at)),
        }
    }

    /// The token before, markers left out.
    pub(super) fn before(&self, at: usize) -> Option<usize> {
        self.tokens[..at.min(self.tokens.len())]
            .iter()
            .rposition(|lexeme| lexeme.start < lexeme.end)
            .filter(|&before| before < at)
    }

    pub(super) fn token_before(&self, at: usize) -> Option<Token> {
        self.before(at).and_then(|before| self.token(before))
    }

    pub(super) fn operand_before(&self, at: usize) -> bool {
        self.token_before(at).is_some_and(Token::ends_operand)
    }

    /// True if no blank stands between the token before and this one.
    pub(super) fn touches(&self, at: usize) -> bool {
        self.before(at)
            .is_some_and(|before| self.tokens[before].end == self.start(at))
    }

    /// True if a line ends between the token before and this one.
    pub(super) fn on_new_line(&self, at: usize) -> bool {
        self.before(at).is_some_and(|before| {
            let gap = Span {
                start: self.tokens[before].end,
                end: self.start(at),
            };
            self.source.slice(gap).contains(['\n', '\r'])
        })
    }

    /// The innermost bracket that is open at `at`.
    pub(super) fn enclosing(&self, at: usize) -> Option<usize> {
        let mut depth = 0usize;
        let before = self.tokens[..at.min(self.tokens.len())].iter();
        before.enumerate().rev().find_map(|(i, lexeme)| {
            if lexeme.token.is_closer() {
                depth += 1;
            } else if lexeme.token.closer().is_some() {
                if depth == 0 {
                    return Some(i);
                }
                depth -= 1;
            }
            None
        })
    }

    /// The innermost `(` or `[` that is open at `at`.
    pub(super) fn enclosing_bracket(&self, at: usize) -> Option<usize> {
        self.enclosing(at)
            .filter(|&opener| self.token(opener) != Some(Token::LeftBrace))
    }

    /// The bracket that `at` closes.
    pub(super) fn opener(&self, at: usize) -> Option<usize> {
        self.token(at).filter(|token| token.is_closer())?;
        self.enclosing(at)
    }

    /// The bracket that closes `at`.
    pub(super) fn closer(&self, at: usize) -> Option<usize> {
        self.token(at)?.closer()?;
        let mut depth = 0usize;
        (at..self.tokens.len()).find(|&i| {
            let token = self.tokens[i].token;
            depth += usize::from(token.closer().is_some());
            depth -= usize::from(token.is_closer());
            depth == 0
        })
    }

    /// True if the `(` at `opener` is that of a call.
    pub(super) fn is_call(&self, opener: usize) -> bool {
        self.token(opener) == Some(Token::LeftParen)
            && matches!(
                self.token_before(opener),
                Some(Token::Name | Token::CallPrime)
            )
    }

    /// The operand that ends with the token `last`, as it is written.
    pub(super) fn operand_until(&self, last: usize) -> String {
        self.text_of(self.operand_start(last), last)
    }

    /// The first token of the operand that ends with the token `last`.
    pub(super) fn operand_start(&self, last: usize) -> usize {
        let mut first = last;
        loop {
            let opener = self.opener(first);
            let postfix = match (self.token(first), opener) {
                (Some(Token::Prime | Token::CallPrime | Token::Squared | Token::Cubed), _) => true,
                (Some(Token::RightParen), Some(opener)) => self.is_call(opener),
                (Some(Token::RightBracket), Some(opener)) => self.operand_before(opener),
                _ => false,
            };
            first = opener.unwrap_or(first);
            match self.before(first).filter(|_| postfix) {
                Some(before) => first = before,
                None => return first,
            }
        }
    }

    /// The operand that starts with the token `first`, as it is written, up to its first bracket's end.
    pub(super) fn operand_from(&self, first: usize) -> String {
        let bracket = match (self.token(first), self.token(first + 1)) {
            (Some(Token::Name), Some(Token::LeftParen | Token::LeftBracket)) => first + 1,
            _ => first,
        };
        self.text_of(first, self.closer(bracket).unwrap_or(first))
    }

    /// The last token of the product that starts at `first`.
    pub(super) fn term_end(&self, first: usize) -> usize {
        let mut at = first;
        let end = first + self.rest_of_tokens(first);
        while at < end {
            let token = self.token(at);
            let ends = at > first
                && token.is_some_and(|token| {
                    token.is_tail_word()
                        || token.is_closer()
                        || token.is_comparison()
                        || matches!(token, Token::Plus | Token::Minus | Token::Comma)
                            && self.operand_before(at)
                });
            if ends {
                break;
            }
            at = self.closer(at).unwrap_or(at) + 1;
        }
        at.saturating_sub(1).max(first)
    }

    /// True if the token is the name of a function that this text defines, or one that such names stand for.
    pub(super) fn is_function(&self, at: usize) -> bool {
        let name = self.text(at);
        let defined =
            |i: usize| self.token(i) == Some(Token::FunctionHead) && self.text(i + 1) == name;
        self.token(at) == Some(Token::Name)
            && (matches!(&*name, "f" | "g" | "h") || (0..at).any(defined))
    }

    /// The first token of the statement that holds `at`, a marker if there is one.
    pub(super) fn statement(&self, at: usize) -> usize {
        self.tokens[..at.min(self.tokens.len())]
            .iter()
            .rposition(|lexeme| matches!(lexeme.token, Token::End | Token::LeftBrace))
            .map_or(0, |end| end + 1)
    }

    pub(super) fn statement_token(&self, at: usize) -> Option<Token> {
        self.token(self.statement(at))
    }

    /// The number of tokens from `at` to the end of the statement.
    pub(super) fn rest_of_tokens(&self, at: usize) -> usize {
        let rest = self.tokens.get(at..).unwrap_or_default().iter();
        rest.take_while(|lexeme| !matches!(lexeme.token, Token::End | Token::RightBrace))
            .count()
    }

    /// The tokens of the statement from `at` on, what stands in brackets left out.
    pub(super) fn rest_of_statement(&self, at: usize) -> impl Iterator<Item = Token> {
        let mut depth = 0usize;
        self.tokens
            .get(at..)
            .unwrap_or_default()
            .iter()
            .map(|lexeme| lexeme.token)
            .take_while(|&token| token != Token::End)
            .filter(move |token| {
                if token.is_closer() {
                    depth = depth.saturating_sub(1);
                }
                let outside = depth == 0;
                if token.closer().is_some() {
                    depth += 1;
                }
                outside
            })
    }
}
