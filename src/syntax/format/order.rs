//! The parts of a tail in the standard order.

use super::tokens;
use crate::syntax::token::{Lexeme, Token};

/// The text with the parts of every tail in the standard order. A tail over several lines, or with a comment
/// in it, stays as its author has laid it out.
pub fn standard(text: &str) -> String {
    let tokens = tokens(text);
    let mut ordered = String::with_capacity(text.len());
    let mut copied = 0;
    for statement in tokens.split(|lexeme| is_end(lexeme.token)) {
        let Some((range, tail)) = reordered(text, statement) else {
            continue;
        };
        ordered.push_str(&text[copied..range.start]);
        ordered.push_str(&tail);
        copied = range.end;
    }
    ordered.push_str(&text[copied..]);
    ordered
}

fn is_end(token: Token) -> bool {
    matches!(token, Token::End | Token::LeftBrace | Token::RightBrace)
}

/// The place of the tail of a statement, and its text in the standard order if it stands in another one.
fn reordered(text: &str, statement: &[Lexeme]) -> Option<(std::ops::Range<usize>, String)> {
    let mut depth = 0usize;
    let mut parts: Vec<(usize, usize)> = Vec::new();
    for (i, lexeme) in statement.iter().enumerate() {
        let token = lexeme.token;
        depth = depth.saturating_sub(usize::from(token.is_closer()));
        // `to` stands inside of `over t from a to b` as well.
        let next = statement.get(i + 1).map(|next| next.token);
        let inside = token == Token::To && next != Some(Token::Text);
        if let (0, Some(rank), false) = (depth, token.tail_rank(), inside) {
            parts.push((rank, i));
        }
        depth += usize::from(token.closer().is_some());
    }
    let is_sorted = parts.is_sorted_by_key(|(rank, _)| *rank);
    let (first, last) = (parts.first()?.1, statement.last()?.end as usize);
    let range = statement[first].start as usize..last;
    let on_one_line = !text[range.clone()].contains(['\n', '\r', '#']);
    if is_sorted || !on_one_line {
        return None;
    }
    let ends = parts
        .iter()
        .skip(1)
        .map(|(_, i)| statement[*i - 1].end as usize);
    let ends: Vec<usize> = ends.chain([last]).collect();
    let mut texts: Vec<(usize, &str)> = parts
        .iter()
        .zip(ends)
        .map(|((rank, i), end)| (*rank, &text[statement[*i].start as usize..end]))
        .collect();
    texts.sort_by_key(|(rank, _)| *rank);
    let texts: Vec<&str> = texts.into_iter().map(|(_, text)| text).collect();
    Some((range, texts.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_put_in_order() {
        for (text, wanted) in [
            ("trace L at w = 3 wrt w", "trace L wrt w at w = 3"),
            (
                "plot t^2 with log y over t from 1 to 3; x = 2",
                "plot t^2 over t from 1 to 3 with log y; x = 2",
            ),
            (
                "repeat 2 { compare L using forward wrt w }",
                "repeat 2 { compare L wrt w using forward }",
            ),
            (
                "plot t to \"a.svg\" over t from 0 to 1",
                "plot t over t from 0 to 1 to \"a.svg\"",
            ),
        ] {
            assert_eq!(standard(text), wanted);
        }
        for text in [
            "trace L wrt w at w = 3",
            "trace L at w = 3 # now\n  wrt w",
            "x = 3",
        ] {
            assert_eq!(standard(text), text);
        }
    }
}
