//! The class of every part of a text, for editors that colour it.

use super::brackets::Brackets;
use super::layout;
use super::lexer::lex;
use super::token::Token;
use std::ops::Range;

/// The class of a part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A reserved word, or one that starts a statement or a part of its tail.
    Keyword,
    /// A name that is called.
    Function,
    /// Any other name.
    Name,
    /// A number.
    Number,
    /// A text in quotes.
    Text,
    /// From `#` to the end of the line.
    Comment,
    /// An opening or closing bracket.
    Bracket,
    /// Something that no script holds.
    Error,
}

/// The parts of `text` that are worth a colour, in order. Costs one look at every token.
pub fn classes(text: &str) -> Vec<(Range<usize>, Class)> {
    let raw = lex(text);
    let tokens = layout::arrange(text, &raw, &Brackets::new(&raw));
    let mut parts = Vec::with_capacity(tokens.len());
    let mut at = 0;
    for (k, lexeme) in tokens.iter().enumerate() {
        let range = lexeme.start as usize..lexeme.end as usize;
        comments(text, at..range.start, &mut parts);
        at = at.max(range.end);
        let next = tokens.get(k + 1).map(|lexeme| lexeme.token);
        let class = match lexeme.token {
            Token::Name if matches!(next, Some(Token::LeftParen | Token::CallPrime)) => {
                Class::Function
            }
            Token::Name => Class::Name,
            Token::Number => Class::Number,
            Token::Text => Class::Text,
            token if token.is_alien() => Class::Error,
            token if token.closer().is_some() || token.is_closer() => Class::Bracket,
            token if is_word(token) => Class::Keyword,
            _ => continue,
        };
        if !range.is_empty() {
            parts.push((range, class));
        }
    }
    comments(text, at..text.len(), &mut parts);
    parts
}

fn is_word(token: Token) -> bool {
    token.is_reserved() || token.is_statement_word() || token.is_tail_word()
}

/// The comments in a stretch of text that holds no token.
fn comments(text: &str, range: Range<usize>, parts: &mut Vec<(Range<usize>, Class)>) {
    let mut at = range.start;
    while let Some(start) = text.get(at..range.end).and_then(|rest| rest.find('#')) {
        let start = at + start;
        let end = text[start..range.end]
            .find(['\n', '\r'])
            .map_or(range.end, |length| start + length);
        parts.push((start..end, Class::Comment));
        at = end;
    }
}

/// The bracket that belongs to the one at the byte `at`, if there is one there.
pub fn partner(text: &str, at: usize) -> Option<usize> {
    let raw = lex(text);
    let k = raw.binary_search_by_key(&at, |lexeme| lexeme.start as usize);
    let partner = Brackets::new(&raw).partner(k.ok()?)?;
    Some(raw[partner].start as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(&str, Class)> {
        let classes = classes(text).into_iter();
        classes
            .map(|(range, class)| (&text[range], class))
            .collect()
    }

    #[test]
    fn words_are_told_by_their_place() {
        assert_eq!(
            shown("trace f(x) wrt w # why"),
            [
                ("trace", Class::Keyword),
                ("f", Class::Function),
                ("(", Class::Bracket),
                ("x", Class::Name),
                (")", Class::Bracket),
                ("wrt", Class::Keyword),
                ("w", Class::Name),
                ("# why", Class::Comment),
            ]
        );
        assert_eq!(shown("trace = \"a#b\"")[0].1, Class::Name);
        assert_eq!(shown("trace = \"a#b\"")[1], ("\"a#b\"", Class::Text));
        assert_eq!(shown("f'(2) && 1")[0].1, Class::Function);
        assert_eq!(shown("a && 1")[1], ("&&", Class::Error));
        assert_eq!(shown("# a\n\n# b\nx").len(), 3);
    }

    #[test]
    fn brackets_have_partners() {
        assert_eq!(partner("f(x[1])", 1), Some(6));
        assert_eq!(partner("f(x[1])", 5), Some(3));
        assert_eq!(partner("f(x[1])", 0), None);
        assert_eq!(partner("f(x", 1), None);
    }

    #[test]
    fn deep_input_costs_what_it_is_long() {
        let deep = "(".repeat(200_000);
        assert_eq!(classes(&deep).len(), 200_000);
    }
}
