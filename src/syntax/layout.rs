//! The one pass between logos and LALRPOP that knows about context.
//!
//! It drops the newlines that end no statement, turns statement and tail words into keywords where they
//! are such, and marks the heads of definitions and updates. The grammar then needs one token of
//! look-ahead and no context. Every token is looked at a bounded number of times.

use super::brackets::Brackets;
use super::token::{Lexeme, Token};

/// The kind of the present statement, as regards its tail.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Begun by a word that shows something.
    Word,
    /// A bare expression, or `print`.
    Bare,
    /// Takes no tail.
    Other,
}

struct Layout<'a> {
    text: &'a str,
    raw: &'a [Lexeme],
    brackets: &'a Brackets,
    /// The next lexeme.
    next: usize,
    out: Vec<Lexeme>,
    /// The brackets that are open.
    open: Vec<Token>,
    at_start: bool,
    form: Form,
    /// The part of the tail that is being read.
    part: Option<Token>,
}

/// The tokens the grammar reads.
pub(crate) fn arrange(text: &str, raw: &[Lexeme], brackets: &Brackets) -> Vec<Lexeme> {
    let mut layout = Layout {
        text,
        raw,
        brackets,
        next: 0,
        out: Vec::with_capacity(raw.len() + raw.len() / 8),
        open: Vec::new(),
        at_start: true,
        form: Form::Other,
        part: None,
    };
    while layout.next < raw.len() {
        layout.step();
    }
    layout.out
}

impl Layout<'_> {
    fn step(&mut self) {
        let lexeme = self.raw[self.next];
        match lexeme.token {
            Token::Newline => return self.newline(),
            Token::Semicolon => return self.semicolon(),
            _ => {}
        }
        if self.at_start && !lexeme.token.is_closer() {
            self.at_start = false;
            if self.start_statement() {
                return;
            }
        }
        match lexeme.token {
            Token::Name => self.name(),
            Token::LeftParen | Token::LeftBracket | Token::LeftBrace => self.open(lexeme),
            Token::RightParen | Token::RightBracket | Token::RightBrace => self.close(lexeme),
            Token::Squared | Token::Cubed if self.follows_superscript() => self.push(Lexeme {
                token: Token::Superscript,
                ..lexeme
            }),
            _ => self.push(lexeme),
        }
    }

    fn push(&mut self, lexeme: Lexeme) {
        self.out.push(lexeme);
        self.next += 1;
    }

    /// Pushes a token that the text does not hold.
    fn mark(&mut self, token: Token) {
        let start = self.raw[self.next].start;
        self.out.push(Lexeme {
            token,
            start,
            end: start,
        });
    }

    fn raw_token(&self, at: usize) -> Option<Token> {
        self.raw.get(at).map(|lexeme| lexeme.token)
    }

    fn last_token(&self) -> Option<Token> {
        self.out.last().map(|lexeme| lexeme.token)
    }

    fn follows_superscript(&self) -> bool {
        matches!(self.last_token(), Some(Token::Squared | Token::Cubed))
    }

    fn in_brackets(&self) -> bool {
        matches!(
            self.open.last(),
            Some(Token::LeftParen | Token::LeftBracket)
        )
    }

    fn open(&mut self, lexeme: Lexeme) {
        self.open.push(lexeme.token);
        self.at_start = lexeme.token == Token::LeftBrace;
        self.push(lexeme);
    }

    fn close(&mut self, lexeme: Lexeme) {
        self.open.pop();
        if lexeme.token == Token::RightBrace {
            self.at_start = false;
            self.form = Form::Other;
        }
        self.push(lexeme);
    }

    fn semicolon(&mut self) {
        let lexeme = self.raw[self.next];
        match self.open.last() {
            Some(Token::LeftBracket) => self.push(Lexeme {
                token: Token::Row,
                ..lexeme
            }),
            Some(Token::LeftParen) => self.push(lexeme),
            _ => self.end_statement(),
        }
    }

    /// A newline ends the statement unless the statement plainly goes on.
    fn newline(&mut self) {
        let continues = self.in_brackets() || self.last_token().is_some_and(Token::continues);
        if continues || self.at_start {
            self.next += 1;
        } else if let Some(below) = self.goes_on_below() {
            self.next = below;
        } else {
            self.end_statement();
        }
    }

    fn end_statement(&mut self) {
        if self.at_start {
            self.next += 1;
            return;
        }
        self.push(Lexeme {
            token: Token::End,
            ..self.raw[self.next]
        });
        self.at_start = true;
        self.part = None;
    }

    /// The first lexeme of the next line that holds any, if it is `then`, `else` or a tail word.
    fn goes_on_below(&self) -> Option<usize> {
        let mut at = self.next + 1;
        while self.raw_token(at) == Some(Token::Newline) {
            at += 1;
        }
        let goes_on = match self.raw_token(at)? {
            Token::Then | Token::Else => true,
            Token::Name => self.is_tail_line(at),
            _ => false,
        };
        goes_on.then_some(at)
    }

    /// True if the name at `at`, the first on its line, continues the tail of the line above.
    /// The tokens after it must not make it an expression of its own: two names, or a name and a number,
    /// never stand side by side. If a bracket or sign follows, only a part that the statement
    /// waits for counts.
    fn is_tail_line(&self, at: usize) -> bool {
        let can_take =
            self.form != Form::Other && self.last_token().is_some_and(Token::ends_operand);
        let Some(word) = Token::tail_word(self.raw[at].text(self.text)).filter(|_| can_take) else {
            return false;
        };
        match self.raw_token(at + 1) {
            Some(Token::Name | Token::Number | Token::Text) => true,
            Some(Token::LeftParen | Token::LeftBracket | Token::Minus) => match word {
                Token::Along | Token::Against => self.form == Form::Word,
                Token::From | Token::To => self.part == Some(Token::Over),
                Token::By => self.part == Some(Token::With),
                _ => false,
            },
            _ => false,
        }
    }

    /// Marks the head of the statement that starts here. True if that took the first token.
    fn start_statement(&mut self) -> bool {
        let at = self.next;
        self.form = Form::Bare;
        self.part = None;
        let token = self.raw[at].token;
        if token == Token::For {
            self.form = Form::Other;
        }
        if token != Token::Name {
            return false;
        }
        if let Some(head) = self.head(at) {
            self.form = Form::Other;
            self.mark(head);
            return false;
        }
        let word = Token::statement_word(self.raw[at].text(self.text));
        let Some(word) = word.filter(|_| self.operand_follows(at)) else {
            return false;
        };
        self.form = match word {
            Token::Show(_) => Form::Word,
            Token::Print => Form::Bare,
            _ => Form::Other,
        };
        self.push(Lexeme {
            token: word,
            ..self.raw[at]
        });
        true
    }

    /// Which marker the statement at `at` wants, if it is a definition or an update.
    fn head(&self, at: usize) -> Option<Token> {
        match self.raw_token(at + 1)? {
            Token::Equal => Some(Token::DefinitionHead),
            Token::LeftParen => {
                let after = self.brackets.after(at + 1)?;
                (self.raw_token(after) == Some(Token::Equal)).then_some(Token::FunctionHead)
            }
            _ => self.is_update(at).then_some(Token::UpdateHead),
        }
    }

    fn is_update(&self, mut at: usize) -> bool {
        while self.raw_token(at) == Some(Token::Name) {
            at += 1;
            if self.raw_token(at) == Some(Token::LeftBracket) {
                let Some(after) = self.brackets.after(at) else {
                    return false;
                };
                at = after;
            }
            match self.raw_token(at) {
                Some(Token::Assign) => return true,
                Some(Token::Comma) => at += 1,
                _ => return false,
            }
            while self.raw_token(at) == Some(Token::Newline) {
                at += 1;
            }
        }
        false
    }

    /// True if an operand follows the word at `at`.
    fn operand_follows(&self, at: usize) -> bool {
        self.raw_token(at + 1).is_some_and(|token| {
            token.starts_operand()
                || matches!(
                    token,
                    Token::Minus | Token::LeftBrace | Token::Not | Token::If
                )
        })
    }

    fn name(&mut self) {
        let lexeme = self.raw[self.next];
        if let Some(word) = self.tail_word(lexeme) {
            let inside = word == Token::To && self.part == Some(Token::Over);
            if word.tail_rank().is_some() && !inside {
                self.part = Some(word);
            }
            return self.push(Lexeme {
                token: word,
                ..lexeme
            });
        }
        self.push(lexeme);
        self.primes();
    }

    /// The tail word that this name is: only after a complete operand, where no name can stand.
    fn tail_word(&self, lexeme: Lexeme) -> Option<Token> {
        let last = self.last_token()?;
        if self.in_brackets() || !(last.ends_operand() || last == Token::Coloured) {
            return None;
        }
        let word = Token::tail_word(lexeme.text(self.text))?;
        (last != Token::Coloured || word == Token::By).then_some(word)
    }

    /// The primes after a bare name belong to a derivative if `(` follows, and transpose otherwise.
    fn primes(&mut self) {
        let mut end = self.next;
        while self.raw_token(end) == Some(Token::Prime) {
            end += 1;
        }
        let token = match self.raw_token(end) {
            Some(Token::LeftParen) => Token::CallPrime,
            _ => Token::Prime,
        };
        while self.next < end {
            let lexeme = self.raw[self.next];
            self.push(Lexeme { token, ..lexeme });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ast::Show;
    use super::super::lexer::lex;
    use super::*;
    use Token::*;

    fn tokens(text: &str) -> Vec<Token> {
        let raw = lex(text);
        let brackets = Brackets::new(&raw);
        let arranged = arrange(text, &raw, &brackets);
        arranged.iter().map(|lexeme| lexeme.token).collect()
    }

    #[test]
    fn heads_are_marked() {
        assert_eq!(tokens("w = 3"), [DefinitionHead, Name, Equal, Number]);
        assert_eq!(
            tokens("f(x) = x"),
            [FunctionHead, Name, LeftParen, Name, RightParen, Equal, Name]
        );
        assert_eq!(tokens("W := 3"), [UpdateHead, Name, Assign, Number]);
        assert_eq!(
            tokens("W,\nV[:,1] := 3"),
            [
                UpdateHead,
                Name,
                Comma,
                Name,
                LeftBracket,
                Colon,
                Comma,
                Number,
                RightBracket,
                Assign,
                Number
            ]
        );
        assert_eq!(tokens("f(x) == 3")[0], Name);
    }

    #[test]
    fn words_are_words_only_where_an_operand_follows() {
        assert_eq!(tokens("trace L")[0], Token::Show(Show::Trace));
        assert_eq!(tokens("trace = 3")[0], DefinitionHead);
        assert_eq!(tokens("trace + 1")[0], Name);
        assert_eq!(tokens("print (x)")[0], Print);
        assert_eq!(tokens("print (x) = 2")[0], FunctionHead);
        assert_eq!(tokens("print (x) == 2")[0], Print);
        assert_eq!(tokens("while (c) {}")[0], While);
        assert_eq!(tokens("assert not x")[0], Assert);
        assert_eq!(tokens("trace[1] := 2")[0], UpdateHead);
        assert_eq!(tokens("x = trace"), [DefinitionHead, Name, Equal, Name]);
        assert_eq!(tokens("trace\nx"), [Name, End, Name]);
        assert_eq!(
            tokens("L with points P coloured by by")[2..],
            [Name, Name, Coloured, By, Name]
        );
        assert_eq!(
            tokens("trace at at at = 3"),
            [Token::Show(Show::Trace), Name, At, Name, Equal, Number]
        );
    }

    #[test]
    fn a_tail_may_stand_on_lines_of_its_own() {
        assert_eq!(
            tokens("trace L\n\n  wrt w # that\n  at w = 3\nx"),
            [
                Token::Show(Show::Trace),
                Name,
                Wrt,
                Name,
                At,
                Name,
                Equal,
                Number,
                End,
                Name
            ]
        );
        assert_eq!(
            tokens("trace L\nat = 3"),
            [
                Token::Show(Show::Trace),
                Name,
                End,
                DefinitionHead,
                Name,
                Equal,
                Number
            ]
        );
        assert_eq!(tokens("trace L\nwrt + 3")[2], End);
        assert_eq!(tokens("trace L wrt w\nalong [1]")[4], Along);
        assert_eq!(tokens("L\nalong [1]")[1], End);
        assert_eq!(tokens("x = 3\nat y = 2")[4], End);
        assert_eq!(tokens("plot t over t\nfrom -3\nto -2\nto \"f\"")[4], From);
    }

    #[test]
    fn newlines_that_end_nothing() {
        assert_eq!(tokens("x +\n\n1"), [Name, Plus, Number]);
        assert_eq!(tokens("(x\n)"), [LeftParen, Name, RightParen]);
        assert_eq!(
            tokens("if a {\n}\n\nelse {\n}"),
            [If, Name, LeftBrace, RightBrace, Else, LeftBrace, RightBrace]
        );
        assert_eq!(tokens("\n;;\nx\n;\n\ny;"), [Name, End, Name, End]);
        assert_eq!(
            tokens("[1;2]"),
            [LeftBracket, Number, Row, Number, RightBracket]
        );
        assert_eq!(tokens("x\ry\r\nz"), [Name, End, Name, End, Name]);
    }

    #[test]
    fn primes_before_a_parenthesis() {
        assert_eq!(tokens("f''(x)")[..3], [Name, CallPrime, CallPrime]);
        assert_eq!(tokens("f'*(x)")[..2], [Name, Prime]);
        assert_eq!(tokens("x[1]'")[4], Prime);
    }
}
