//! The pairs of brackets of a text.

use super::token::Lexeme;

/// A mistake in the brackets of a text, with the indices of the lexemes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BracketError {
    /// Opened and never closed.
    Unclosed(usize),
    /// Opened with one kind and closed with another.
    Mismatched(usize, usize),
    /// Closed and never opened.
    Unopened(usize),
}

/// The pairs of brackets of a text.
pub(crate) struct Brackets {
    /// The partner of every bracket; `NONE` for everything else.
    partner: Vec<u32>,
    /// The first mistake.
    pub error: Option<BracketError>,
}

const NONE: u32 = u32::MAX;

impl Brackets {
    /// Matches the brackets of `lexemes`, up to the first mistake.
    pub fn new(lexemes: &[Lexeme]) -> Brackets {
        let mut partner = vec![NONE; lexemes.len()];
        let mut open: Vec<usize> = Vec::new();
        let mut error = None;
        for (i, lexeme) in lexemes.iter().enumerate() {
            if lexeme.token.closer().is_some() {
                open.push(i);
            } else if lexeme.token.is_closer() {
                match open.pop() {
                    Some(opener) if lexemes[opener].token.closer() == Some(lexeme.token) => {
                        partner[opener] = i as u32;
                        partner[i] = opener as u32;
                    }
                    Some(opener) => error = Some(BracketError::Mismatched(opener, i)),
                    None => error = Some(BracketError::Unopened(i)),
                }
                if error.is_some() {
                    break;
                }
            }
        }
        let error = error.or(open.last().map(|&opener| BracketError::Unclosed(opener)));
        Brackets { partner, error }
    }

    /// The partner of the bracket with this index.
    pub fn partner(&self, at: usize) -> Option<usize> {
        self.partner
            .get(at)
            .filter(|partner| **partner != NONE)
            .map(|partner| *partner as usize)
    }

    /// The place after the bracket that closes the one at `opener`.
    pub fn after(&self, opener: usize) -> Option<usize> {
        self.partner(opener).map(|partner| partner + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::lexer::lex;
    use super::*;

    #[test]
    fn brackets() {
        let error = |text: &str| Brackets::new(&lex(text)).error;
        assert_eq!(error("(1"), Some(BracketError::Unclosed(0)));
        assert_eq!(error("(1]"), Some(BracketError::Mismatched(0, 2)));
        assert_eq!(error("1)"), Some(BracketError::Unopened(1)));
        assert_eq!(error("{([])}"), None);
    }
}
