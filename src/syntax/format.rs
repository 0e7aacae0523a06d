//! The standard layout of a script: what `fmt` writes.
//!
//! Two laws. The formatted text has the tokens of the original, in their order, so its meaning is the
//! same; only the parts of a tail on one line are put into the standard order first. Formatting it again changes nothing. Line breaks are the user's, except that the braces of a
//! block of several lines stand on lines of their own; blanks and indentation are the formatter's.

use super::brackets::Brackets;
use super::layout;
use super::lexer::lex;
use super::token::{Lexeme, Token};
use crate::diagnostic::{Result, bail};
use crate::source::{Location, Source, Span};
use std::rc::Rc;

mod items;
mod order;
mod writer;

/// The script in the standard layout.
///
/// # Errors
/// It does not parse.
pub fn format(source: &Rc<Source>) -> Result<String> {
    super::parse(source)?;
    let text = &order::standard(&source.text);
    let tokens = tokens(text);
    let formatted = writer::write(&items::items(text, &tokens));
    if meaning(text) == meaning(&formatted) {
        return Ok(formatted);
    }
    bail!(Syntax, Location::new(source, Span::default()),
        "this cannot be laid out without changing what it means";
        help: "this is a bug in `wengert fmt`: please report it; the text is unchanged")
}

fn tokens(text: &str) -> Vec<Lexeme> {
    let raw = lex(text);
    layout::arrange(text, &raw, &Brackets::new(&raw))
}

/// The tokens of a text, which decide its meaning. A statement that ends twice ends once here.
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
        becomes("f(x)={a=2*x\na+1 }", "f(x) = {\n  a = 2*x\n  a + 1\n}\n");
        becomes("f(x)={a=2*x;a+1}", "f(x) = { a = 2*x; a + 1 }\n");
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

    /// Blanks, newlines and comments are thrown between the tokens of scripts. Every result that still
    /// parses is laid out, keeps its meaning and is stable.
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
