//! Exercises: scripts with blanks, which another script fills in.

use super::lexer::lex;
use super::names::BLANK;
use super::token::{Lexeme, Token};

/// `exercise` with its blanks filled in from `solution`, the same script without them, and how many
/// there were; `None` if the two are not the same elsewhere. Comments and empty lines do not count.
pub fn filled(exercise: &str, solution: &str) -> Option<(String, usize)> {
    let (asked, solved) = (significant(exercise), significant(solution));
    let pieces: Vec<&[Lexeme]> = asked
        .split(|lexeme| lexeme.text(exercise) == BLANK)
        .collect();
    let blanks: Vec<&Lexeme> = asked
        .iter()
        .filter(|lexeme| lexeme.text(exercise) == BLANK)
        .collect();
    if blanks.is_empty() {
        return Some((exercise.to_owned(), 0));
    }
    let matches = |piece: &[Lexeme], at: usize| {
        let there = solved.get(at..at + piece.len());
        there.is_some_and(|there| {
            let mut pairs = piece.iter().zip(there);
            pairs.all(|(a, b)| {
                a.token == b.token
                    && (a.token == Token::Newline || a.text(exercise) == b.text(solution))
            })
        })
    };
    let (first, rest) = pieces.split_first()?;
    let mut at = first.len();
    if !matches(first, 0) {
        return None;
    }
    let mut text = String::new();
    let mut copied = 0;
    for (k, (blank, piece)) in blanks.iter().zip(rest).enumerate() {
        let is_last = k + 1 == rest.len();
        let end = (at + 1..=solved.len().saturating_sub(piece.len()))
            .find(|end| matches(piece, *end) && (!is_last || end + piece.len() == solved.len()))?;
        let (from, to) = (solved[at].start, solved[end - 1].end);
        text.push_str(&exercise[copied..blank.start as usize]);
        text.push_str(&solution[from as usize..to as usize]);
        copied = blank.end as usize;
        at = end + piece.len();
    }
    text.push_str(&exercise[copied..]);
    Some((text, blanks.len()))
}

/// The tokens of a text without empty lines.
fn significant(text: &str) -> Vec<Lexeme> {
    let mut kept: Vec<Lexeme> = Vec::new();
    for lexeme in lex(text) {
        let is_empty = kept.last().is_none_or(|last| last.token == Token::Newline);
        if lexeme.token != Token::Newline || !is_empty {
            kept.push(lexeme);
        }
    }
    if kept.last().is_some_and(|last| last.token == Token::Newline) {
        kept.pop();
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_filled_where_the_rest_is_the_same() {
        let exercise = "# What is ??? here\nx = 3\n\ng = ???  # find it\nh = g + ???\n";
        let solution = "x = 3\ng = 2*x*(1 + x)\nh = g + sin(x)";
        let (text, blanks) = filled(exercise, solution).expect("the same script");
        assert_eq!(blanks, 2);
        assert_eq!(
            text,
            "# What is ??? here\nx = 3\n\ng = 2*x*(1 + x)  # find it\nh = g + sin(x)\n"
        );
        assert_eq!(filled("x = ???\ny", "x = 1\nz"), None);
        assert_eq!(filled("x = 1", "anything"), Some(("x = 1".into(), 0)));
        assert_eq!(filled("x = ???", "x ="), None);
    }
}
