//! Names, numbers, texts, operators, calls, indices and matrices.

use super::{Argument, Arguments, Builder};
use crate::diagnostic::{Diagnostic, Result, warning};
use crate::source::Span;
use crate::syntax::ast::*;
use crate::syntax::errors;
use crate::syntax::foreign::NEWTON;
use crate::syntax::names::normalised;
use crate::syntax::special::{Special, SpecialKind, TEXT_OPTION};
use crate::syntax::token::Token;
use unicode_normalization::is_nfc;

impl Builder<'_> {
    pub fn ident(&mut self, l: u32, r: u32) -> Ident {
        let span = Span { start: l, end: r };
        let id = self.name_id(span);
        Ident {
            name: self.names.name(id).clone(),
            span,
        }
    }

    fn name_id(&mut self, span: Span) -> NameId {
        let word = self.source.slice(span);
        self.ends.written += usize::from(word == "end");
        if is_plain(word) {
            self.names.id(word)
        } else {
            self.names.id(&normalised(word))
        }
    }

    pub fn text(&mut self, l: u32, r: u32) -> Result<Text> {
        let span = Span { start: l, end: r };
        let inner = Span {
            start: l + 1,
            end: r - 1,
        };
        let text = self
            .unescape(inner)
            .map_err(|at| errors::bad_escape(self.source, at))?;
        Ok(Text {
            text: text.into(),
            span,
        })
    }

    /// The text with its escapes resolved, or the place of the first unknown escape.
    fn unescape(&self, span: Span) -> std::result::Result<String, Span> {
        let written = self.source.slice(span);
        let mut text = String::with_capacity(written.len());
        let mut chars = written.char_indices();
        while let Some((at, c)) = chars.next() {
            if c != '\\' {
                text.push(c);
                continue;
            }
            match chars.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                other => {
                    let start = span.start as usize + at;
                    let length = 1 + other.map_or(0, |(_, c)| c.len_utf8());
                    return Err(Span::new(start, start + length));
                }
            }
        }
        Ok(text)
    }

    pub fn text_item(&mut self, text: Text) -> ExprId {
        self.push(ExprKind::Text(text.text), text.span)
    }

    pub fn number(&mut self, l: u32, r: u32) -> ExprId {
        let span = Span { start: l, end: r };
        let written = self.source.slice(span);
        let value: f64 = if written.contains('_') {
            written.replace('_', "").parse()
        } else {
            written.parse()
        }
        .unwrap_or(f64::NAN);
        if value.is_infinite() {
            self.warn(warning!(Syntax, self.locate(span),
                    "this number is too large: it is taken as infinity";
                    label: "beyond 1.8e308";
                    help: "write `inf` if infinity is meant"));
        }
        self.push(ExprKind::Number(value), span)
    }

    pub fn name(&mut self, l: u32, r: u32) -> ExprId {
        let span = Span { start: l, end: r };
        if self.source.slice(span) == "end" {
            self.ends.used.push(span);
        }
        let name = self.name_id(span);
        self.push(ExprKind::Name(name), span)
    }

    // Operators.

    pub fn binary(&mut self, op: BinaryOp, a: ExprId, b: ExprId) -> ExprId {
        if op == BinaryOp::Sub && matches!(self.kind(b), ExprKind::Unary(UnaryOp::Neg, _)) {
            self.warn_of_dashes(a, b);
        }
        let span = self.span(a).to(self.span(b));
        self.push(ExprKind::Binary(op, a, b), span)
    }

    /// `3 -- a comment`: the second minus belongs to `b`.
    fn warn_of_dashes(&mut self, a: ExprId, b: ExprId) {
        let (start, end) = (self.span(a).end, self.span(b).start + 1);
        let gap = Span { start, end };
        let written = self.source.slice(gap);
        let after = self.source.text[end as usize..].starts_with(' ');
        if written.trim_start() != "--" || !written.starts_with(' ') || !after {
            return;
        }
        let span = Span {
            start: end - 2,
            end,
        };
        self.warn(warning!(Syntax, self.locate(span),
            "`--` is two minus signs, and what follows belongs to the formula";
            label: "starts no comment";
            help: "a comment starts with `#`; for the sum write `+`"));
    }

    pub fn prefix(&mut self, op: UnaryOp, l: u32, x: ExprId) -> ExprId {
        let span = Span {
            start: l,
            end: self.span(x).end,
        };
        self.push(ExprKind::Unary(op, x), span)
    }

    pub fn transpose(&mut self, x: ExprId, r: u32) -> ExprId {
        let span = Span {
            start: self.span(x).start,
            end: r,
        };
        self.push(ExprKind::Unary(UnaryOp::Transpose, x), span)
    }

    pub fn superscript(&mut self, x: ExprId, exponent: f64, l: u32, r: u32) -> ExprId {
        let exponent = self.push(ExprKind::Number(exponent), Span { start: l, end: r });
        self.binary(BinaryOp::Pow, x, exponent)
    }

    pub fn choice(&mut self, l: u32, condition: ExprId, then: ExprId, other: ExprId) -> ExprId {
        let span = Span {
            start: l,
            end: self.span(other).end,
        };
        self.push(ExprKind::If(condition, then, other), span)
    }

    /// The error of `a < b < c`; `a` is the first comparison.
    pub fn chained(&self, a: ExprId, op: BinaryOp, c: ExprId) -> Result<ExprId> {
        let span = self.span(a).to(self.span(c));
        let error = self.error(
            span,
            "comparisons cannot be chained",
            "two comparisons in a row",
        );
        let ExprKind::Binary(_, _, b) = self.kind(a) else {
            return Err(error);
        };
        let (first, symbol) = (self.written(a), op.symbol());
        let (middle, last) = (self.written(*b), self.written(c));
        let start = self.span(a).start;
        let joint =
            match errors::stands_in(self.source, self.tokens, start, Token::Show(Show::Prove)) {
                true => ",",
                false => " and",
            };
        let text = format!("{first}{joint} {middle} {symbol} {last}");
        let shown = match joint {
            "," => format!("prove {text}"),
            _ => text.clone(),
        };
        Err(error
            .help(format!("write `{shown}`"))
            .fix(self.locate(span), text))
    }

    pub fn parenthesised(&mut self, x: ExprId, l: u32, r: u32) -> ExprId {
        self.expressions[x.0 as usize].span = Span { start: l, end: r };
        x
    }

    // Calls, indices, matrices.

    pub fn call(&mut self, function: Ident, arguments: Arguments, r: u32) -> Result<ExprId> {
        let span = function.span.to(Span { start: r, end: r });
        let (arguments, named) = match arguments {
            Arguments::Comprehension(id) => (vec![id], Vec::new()),
            Arguments::List(list) => self.split(&function, list)?,
        };
        let call = Call::new(function, arguments, named);
        Ok(self.push(ExprKind::Call(Box::new(call)), span))
    }

    /// The positional arguments and the named ones after them.
    fn split(
        &mut self,
        function: &Ident,
        list: Vec<Argument>,
    ) -> Result<(Vec<ExprId>, Vec<NamedArgument>)> {
        let special = Special::named(&function.name);
        let takes_text = special.is_some_and(|special| special.row().kind == SpecialKind::File);
        let mut positional = Vec::new();
        let mut named: Vec<NamedArgument> = Vec::new();
        for argument in list {
            let (name, value) = match argument {
                Argument::Value(value) => (None, value),
                Argument::Named(name, value) => (Some(name), value),
                Argument::Text(text) if takes_text => (None, self.text_item(text)),
                Argument::NamedText(name, text) if &*name.name == TEXT_OPTION => {
                    (Some(name), self.text_item(text))
                }
                Argument::Text(text) | Argument::NamedText(_, text) => {
                    let function = &function.name;
                    return Err(errors::text_in_call(self.source, text.span, function));
                }
            };
            match (name, named.last()) {
                (Some(name), _) => named.push(NamedArgument { name, value }),
                (None, None) => positional.push(value),
                (None, Some(before)) => {
                    return Err(self.positional_after_named(value, before));
                }
            }
        }
        self.refuse_twins(named.iter().map(|argument| &argument.name), |name| {
            format!("the argument `{name}` is given twice")
        })?;
        Ok((positional, named))
    }

    fn positional_after_named(&self, value: ExprId, before: &NamedArgument) -> Diagnostic {
        self.error(
            self.span(value),
            "named arguments come last",
            "an argument without a name",
        )
        .label(
            self.locate(before.name.span),
            "after this one, which has a name",
        )
        .help(
            match is_equation(self.kind(before.value), self.kind(value)) {
                true => format!("`=` names an argument, `==` compares; {NEWTON}"),
                false => format!(
                    "put `{}` first, then `{}={}`; to compare two values write `==`",
                    self.written(value),
                    before.name,
                    self.written(before.value)
                ),
            },
        )
    }

    pub fn derivative(
        &mut self,
        function: Ident,
        order: u32,
        arguments: Arguments,
        r: u32,
    ) -> Result<ExprId> {
        let span = function.span.to(Span { start: r, end: r });
        let (arguments, named) = match arguments {
            Arguments::Comprehension(id) => (vec![id], Vec::new()),
            Arguments::List(list) => self.split(&function, list)?,
        };
        if let Some(argument) = named.first() {
            return Err(self
                .error(
                    argument.name.span,
                    "a derivative takes no named arguments",
                    "named here",
                )
                .help(format!("write `{function}'(x)`, with one plain argument")));
        }
        let call = Derivative {
            function,
            order,
            arguments,
        };
        Ok(self.push(ExprKind::Derivative(Box::new(call)), span))
    }

    pub fn index(&mut self, x: ExprId, indices: Vec<Index>, r: u32) -> Result<ExprId> {
        let base = self.span(x);
        let span = Span {
            start: base.start,
            end: r,
        };
        self.at_most_two(&indices, span)?;
        if let Some(&end) = self.ends.used.last()
            && end.start >= base.end
        {
            let second = matches!(indices.get(1), Some(Index::At(i) | Index::Range(_, i)) if self.span(*i).start <= end.start);
            let size = if second { "cols" } else { "rows" };
            self.ends.indexed.get_or_insert((x, end, size));
        }
        Ok(self.push(ExprKind::Index(x, indices), span))
    }

    /// Refuses a third index; `whole` is what is indexed, with its brackets.
    pub(super) fn at_most_two(&self, indices: &[Index], whole: Span) -> Result<()> {
        let span = match indices.get(2) {
            None => return Ok(()),
            Some(Index::At(i) | Index::Range(i, _)) => self.span(*i),
            Some(Index::All) => whole,
        };
        Err(self
            .error(span, "there are at most two indices", "one too many")
            .help("an entry is `A[1, 2]`: its row and its column"))
    }

    pub fn matrix(&mut self, rows: Vec<Vec<ExprId>>, l: u32, r: u32) -> ExprId {
        let mut signs = Vec::new();
        for entry in rows.iter().flatten() {
            self.signs_like_blanks(*entry, &mut signs);
        }
        if !signs.is_empty() {
            self.warn_of_blanks(signs, Span { start: l, end: r });
        }
        self.push(ExprKind::Matrix(rows), Span { start: l, end: r })
    }

    /// The ends of the operands before a sign with a blank on its left alone, as in `1 -2`.
    fn signs_like_blanks(&self, entry: ExprId, found: &mut Vec<u32>) {
        let mut entry = entry;
        while let ExprKind::Binary(BinaryOp::Add | BinaryOp::Sub, a, b) = *self.kind(entry) {
            // In parentheses it is one entry for sure.
            if self.span(entry).start != self.span(a).start {
                return;
            }
            let gap = Span {
                start: self.span(a).end,
                end: self.span(b).start,
            };
            let written = self.source.slice(gap);
            if written.starts_with(' ') && !written.ends_with([' ', '(']) {
                found.push(gap.start);
            }
            entry = a;
        }
    }

    /// `[1 -2]` is one entry here and two in languages that separate entries by blanks.
    fn warn_of_blanks(&mut self, mut signs: Vec<u32>, whole: Span) {
        signs.sort_unstable();
        let mut text = String::new();
        let mut start = whole.start;
        for &sign in &signs {
            text.push_str(self.source.slice(Span { start, end: sign }));
            text.push(',');
            start = sign;
        }
        text.push_str(self.source.slice(Span {
            start,
            end: whole.end,
        }));
        let span = Span {
            start: signs[0],
            end: signs[0] + 2,
        };
        let help = match text.len() <= 60 && !text.contains(['\n', '\r']) {
            true => format!("for two entries write `{text}`; for one put a blank on both sides of the sign, or on none"),
            false => "entries are separated by commas; for one entry put a blank on both sides of the sign, or on none".to_owned(),
        };
        let warning = warning!(Syntax, self.locate(span),
            "this sign joins what stands on both sides of it to one entry";
            label: "a blank on one side");
        self.warn(warning.help(help));
    }

    pub fn comprehension(
        &mut self,
        body: ExprId,
        clauses: Vec<Clause>,
        l: u32,
        r: u32,
        bracketed: bool,
    ) -> Result<ExprId> {
        if let Some(third) = clauses.get(2) {
            return Err(self
                .error(
                    third.variable.span,
                    "a comprehension has at most two clauses",
                    "the third one",
                )
                .help("nest reductions: `sum(sum(i*j for j in 1..i) for i in 1..n)`"));
        }
        self.refuse_twins(clauses.iter().map(|clause| &clause.variable), |name| {
            format!("`{name}` runs twice")
        })?;
        let each = Comprehension {
            body,
            clauses,
            bracketed,
        };
        let kind = ExprKind::Comprehension(Box::new(each));
        Ok(self.push(kind, Span { start: l, end: r }))
    }
}

/// True if `word` is its own normal form.
fn is_plain(word: &str) -> bool {
    word.is_ascii() || (is_nfc(word) && !word.contains('\u{b5}'))
}

/// True of `L = 0, w`: an equation and its unknown.
fn is_equation(value: &ExprKind, unknown: &ExprKind) -> bool {
    matches!(value, ExprKind::Number(_)) && matches!(unknown, ExprKind::Name(_))
}
