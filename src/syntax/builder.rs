//! What the actions of the grammar do: push into the arenas, and refuse what no grammar can.

use super::ast::*;
use super::errors;
use super::names::{Names, normalised};
use super::special::{Special, SpecialKind, TEXT_OPTION};
use super::token::{Lexeme, Token};
use super::words::{WITH_ITEMS, mode_words};
use crate::diagnostic::{Code, Diagnostic, Result, counted, error, warning};
use crate::source::{Location, Source, Span};
use rustc_hash::FxHashMap;
use std::rc::Rc;
use unicode_normalization::is_nfc;

/// How deep statements may stand in blocks of one another.
pub(crate) const DEEPEST_BLOCK: u32 = 256;

/// A text that warns at every line would bury the first warning.
const MOST_WARNINGS: usize = 100;

/// One argument of a call.
#[derive(Debug)]
pub(crate) enum Argument {
    Value(ExprId),
    Text(Text),
    Named(Ident, ExprId),
    NamedText(Ident, Text),
}

/// What stands between the parentheses of a call.
#[derive(Debug)]
pub(crate) enum Arguments {
    List(Vec<Argument>),
    Comprehension(ExprId),
}

/// A script in the making.
pub(crate) struct Builder<'a> {
    source: &'a Rc<Source>,
    tokens: &'a [Lexeme],
    expressions: Vec<Expr>,
    statements: Vec<Statement>,
    /// How many levels of blocks stand in each statement.
    depths: Vec<u32>,
    names: Names,
    /// The first token behind the last statement.
    after: usize,
    warnings: Vec<Diagnostic>,
    ends: Ends,
}

/// Where the name `end` occurs: an index `x[end]` of another language, unless somebody defines it.
#[derive(Default)]
struct Ends {
    written: usize,
    used: Vec<Span>,
    indexed: Option<(ExprId, Span)>,
}

impl<'a> Builder<'a> {
    /// The text that is parsed.
    pub fn source(&self) -> &'a Rc<Source> {
        self.source
    }

    /// Nothing yet.
    pub fn new(source: &'a Rc<Source>, tokens: &'a [Lexeme]) -> Builder<'a> {
        Builder {
            source,
            tokens,
            expressions: Vec::with_capacity(tokens.len() / 2),
            statements: Vec::new(),
            depths: Vec::new(),
            names: Names::default(),
            after: 0,
            warnings: Vec::new(),
            ends: Ends::default(),
        }
    }

    /// The script, and what is suspicious about it.
    pub fn finish(mut self, body: Block) -> (Script, Vec<Diagnostic>) {
        self.warn_of_end();
        let script = Script {
            source: self.source.clone(),
            expressions: self.expressions,
            statements: self.statements,
            names: self.names.into_list(),
            found: Found::default(),
            body,
        };
        (script, self.warnings)
    }

    fn locate(&self, span: Span) -> Location {
        Location::new(self.source, span)
    }

    fn error(
        &self,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error(Code::Syntax, self.locate(span), message, label)
    }

    fn warn(&mut self, warning: Diagnostic) {
        if self.warnings.len() < MOST_WARNINGS {
            self.warnings.push(warning);
        }
    }

    fn push(&mut self, kind: ExprKind, span: Span) -> ExprId {
        let id = ExprId(self.expressions.len() as u32);
        self.expressions.push(Expr { kind, span });
        id
    }

    fn span(&self, id: ExprId) -> Span {
        self.expressions[id.0 as usize].span
    }

    fn kind(&self, id: ExprId) -> &ExprKind {
        &self.expressions[id.0 as usize].kind
    }

    fn written(&self, id: ExprId) -> &str {
        self.source.slice(self.span(id))
    }

    // Words, numbers, texts.

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

    /// The text with its escapes resolved, or where the first unknown one stands.
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
        let span = self.span(a).to(self.span(b));
        self.push(ExprKind::Binary(op, a, b), span)
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
        let text = format!("{first} and {middle} {symbol} {last}");
        Err(error
            .help(format!("write `{text}`"))
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
                    return Err(errors::misplaced_text(self.source, text.span));
                }
            };
            match (name, named.last()) {
                (Some(name), _) => named.push(NamedArgument { name, value }),
                (None, None) => positional.push(value),
                (None, Some(before)) => return Err(self.positional_after_named(value, before)),
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
        .help(format!(
            "move `{}` in front of `{} = …`",
            self.written(value),
            before.name
        ))
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
            self.ends.indexed.get_or_insert((x, end));
        }
        Ok(self.push(ExprKind::Index(x, indices), span))
    }

    /// Refuses a third index; `whole` is what is indexed, with its brackets.
    fn at_most_two(&self, indices: &[Index], whole: Span) -> Result<()> {
        let span = match indices.get(2) {
            None => return Ok(()),
            Some(Index::At(i) | Index::Range(i, _)) => self.span(*i),
            Some(Index::All) => whole,
        };
        Err(self
            .error(span, "there are at most two indices", "one too many")
            .help("a matrix entry is `A[row, column]`"))
    }

    pub fn matrix(&mut self, rows: Vec<Vec<ExprId>>, l: u32, r: u32) -> ExprId {
        self.push(ExprKind::Matrix(rows), Span { start: l, end: r })
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
                .help("nest reductions: `sum(sum(… for j in …) for i in …)`"));
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

    // Statements.

    pub fn statement(&mut self, kind: StatementKind, l: u32, r: u32) -> Result<StatementId> {
        let span = Span {
            start: l,
            end: self.end_before(r).max(l),
        };
        let depth = self.depth(&kind);
        if depth > DEEPEST_BLOCK {
            return Err(self.too_deep(l));
        }
        let id = StatementId(self.statements.len() as u32);
        self.statements.push(Statement { kind, span });
        self.depths.push(depth);
        Ok(id)
    }

    fn too_deep(&self, l: u32) -> Diagnostic {
        let word = self.tokens[self.tokens.partition_point(|token| token.start < l)];
        error!(Limit, self.locate(word.span()),
            "blocks are nested deeper than {DEEPEST_BLOCK}";
            label: "this one holds too many levels";
            help: "an `else if` counts as a block in its `else`")
    }

    /// An empty tail at the end of a statement makes it seem to reach to the next token: where the
    /// last token before `r` ends.
    fn end_before(&mut self, r: u32) -> u32 {
        let starts = |at: usize| self.tokens.get(at).map(|token| token.start);
        // Statements end one after the other: it is never far from the last place.
        while starts(self.after).is_some_and(|start| start < r) {
            self.after += 1;
        }
        while self.after > 0 && starts(self.after - 1).is_some_and(|start| start >= r) {
            self.after -= 1;
        }
        let last = self.after.checked_sub(1);
        last.map_or(r, |last| self.tokens[last].end)
    }

    fn depth(&self, kind: &StatementKind) -> u32 {
        let deepest = |block: &Block| {
            let depths = block.iter().map(|id| self.depths[id.0 as usize]);
            depths.max().unwrap_or(0) + 1
        };
        match kind {
            StatementKind::Repeat(_, body)
            | StatementKind::While(_, body)
            | StatementKind::For { body, .. } => deepest(body),
            StatementKind::If(_, then, other) => deepest(then).max(deepest(other)),
            _ => 0,
        }
    }

    pub fn define_function(
        &mut self,
        name: Ident,
        parameters: Vec<Ident>,
        body: ExprId,
    ) -> Result<StatementKind> {
        self.refuse_twins(parameters.iter(), |name| {
            format!("the parameter `{name}` stands here twice")
        })?;
        Ok(StatementKind::DefineFunction {
            name,
            parameters,
            body,
        })
    }

    pub fn target(&mut self, name: Ident, indices: Vec<Index>, r: u32) -> Result<Target> {
        let span = name.span.to(Span { start: r, end: r });
        self.at_most_two(&indices, span)?;
        Ok(Target {
            name,
            indices: Some(indices),
            span,
        })
    }

    pub fn update(&mut self, targets: Vec<Target>, values: Vec<ExprId>) -> Result<StatementKind> {
        if targets.len() != values.len() {
            let (left, right) = (targets.len(), values.len());
            let span = self.span(values[0]).to(self.span(values[right - 1]));
            let first = targets[0].span.to(targets[left - 1].span);
            return Err(self
                .error(
                    span,
                    "an update needs as many values as names",
                    counted(right, "value"),
                )
                .label(self.locate(first), counted(left, "name"))
                .help("write `a, b := value of a, value of b`"));
        }
        let whole = targets.iter().filter(|target| target.indices.is_none());
        self.refuse_twins(whole.map(|target| &target.name), |name| {
            format!("`{name}` is updated twice at once")
        })?;
        Ok(StatementKind::Update(targets, values))
    }

    pub fn declaration(&mut self, name: Ident, shape: Vec<ExprId>) -> Result<InputDeclaration> {
        if let Some(&third) = shape.get(2) {
            return Err(self
                .error(
                    self.span(third),
                    "an input has at most two dimensions",
                    "one too many",
                )
                .help(format!(
                    "write `input {name}[n]` for a vector, `input {name}[m, n]` for a matrix"
                )));
        }
        Ok(InputDeclaration { name, shape })
    }

    pub fn bare(&mut self, output: ExprId, tail: Box<Tail>) -> StatementKind {
        self.warn_of_leading_minus(output);
        StatementKind::Show(Show::Value, vec![output], tail)
    }

    /// A line that starts with `-` may have been meant to go on with the line above.
    fn warn_of_leading_minus(&mut self, output: ExprId) {
        let span = self.span(output);
        if !self.written(output).starts_with(['-', '−']) {
            return;
        }
        let before = self
            .tokens
            .partition_point(|token| token.start < span.start);
        let follows = before > 0 && self.tokens[before - 1].token == Token::End;
        let line = self.source.text[..span.start as usize]
            .trim_end_matches(|c: char| c.is_whitespace() && c != '\n' && c != '\r');
        if follows && line.ends_with(['\n', '\r']) {
            let sign = Span {
                end: self.tokens[before].end,
                ..span
            };
            let warning = warning!(Syntax, self.locate(sign),
                "this line is a statement of its own";
                label: "does not go on with the line above");
            self.warn(warning.help(
                "to go on with a formula, end the line above with the operator; \
                 to show a negative value, put it in parentheses",
            ));
        }
    }

    fn warn_of_end(&mut self) {
        let Some((x, end)) = self.ends.indexed else {
            return;
        };
        if self.ends.written > self.ends.used.len() {
            return;
        }
        let x = self.written(x);
        let warning = warning!(Syntax, self.locate(end),
            "`end` is a name like any other, not the last index";
            label: "an undefined name";
            help: "the last entry of a vector is `{x}[rows({x})]`");
        self.warn(warning);
    }

    // Tails.

    pub fn wrt(&mut self, names: Vec<ExprId>) -> Result<Vec<ExprId>> {
        match names.iter().find(|&&id| !self.is_entry(id)) {
            None => Ok(names),
            Some(&other) => {
                let slice = matches!(self.kind(other), ExprKind::Index(..));
                let (message, help) = if slice {
                    (
                        "a derivative is taken with respect to a name or one entry, not a slice",
                        "name the whole, or a single entry such as `W[1,2]`",
                    )
                } else {
                    (
                        "a derivative is taken with respect to a name or an entry of one",
                        "define the formula under a name first, and write that name here",
                    )
                };
                Err(self
                    .error(self.span(other), message, "neither name nor entry")
                    .help(help))
            }
        }
    }

    fn is_entry(&self, id: ExprId) -> bool {
        match self.kind(id) {
            ExprKind::Name(_) => true,
            ExprKind::Index(base, indices) => {
                matches!(self.kind(*base), ExprKind::Name(_))
                    && indices.iter().all(|index| matches!(index, Index::At(_)))
            }
            _ => false,
        }
    }

    pub fn modes(&mut self, names: Vec<Ident>) -> Result<Vec<(Mode, Span)>> {
        self.refuse_twins(names.iter(), |name| format!("`{name}` stands here twice"))?;
        names
            .iter()
            .map(|word| {
                let mode = Mode::ALL
                    .into_iter()
                    .find(|mode| mode.name() == &*word.name);
                mode.map(|mode| (mode, word.span)).ok_or_else(|| {
                    errors::unknown_word(self.source, word, "way to differentiate", mode_words())
                })
            })
            .collect()
    }

    pub fn at(&mut self, values: Vec<At>) -> Result<Vec<At>> {
        self.refuse_twins(values.iter().map(|at| &at.name), |name| {
            format!("`{name}` is given two values")
        })?;
        Ok(values)
    }

    pub fn with(
        &mut self,
        word: Ident,
        value: Option<ExprId>,
        colour: Option<ExprId>,
    ) -> Result<(With, Span)> {
        let end = colour.or(value).map_or(word.span, |id| self.span(id));
        let span = word.span.to(end);
        let axis = value.and_then(|id| match self.kind(id) {
            ExprKind::Name(name) => Some(self.names.name(*name).clone()),
            _ => None,
        });
        let item = match (&*word.name, value, axis.as_deref(), colour) {
            ("steps", None, ..) => With::Steps,
            ("life", None, ..) => With::Life,
            ("zeros", None, ..) => With::Zeros,
            ("expanded", None, ..) => With::Expanded,
            ("guards", None, ..) => With::Guards,
            ("log", _, Some("x"), None) => With::LogX,
            ("log", _, Some("y"), None) => With::LogY,
            ("points", Some(points), _, colour) => With::Points { points, colour },
            _ => return Err(self.bad_item(&word, span)),
        };
        Ok((item, span))
    }

    fn bad_item(&self, word: &Ident, span: Span) -> Diagnostic {
        let (message, help) = match &*word.name {
            "log" => ("`log` names an axis", "write `with log x` or `with log y`"),
            "points" => (
                "`points` needs a matrix to draw",
                "write `with points P coloured by c`",
            ),
            "steps" | "life" | "zeros" | "expanded" | "guards" => (
                "this item takes nothing after it",
                "separate the items after `with` by commas",
            ),
            _ => {
                let words = WITH_ITEMS.into_iter();
                return errors::unknown_word(self.source, word, "item of `with`", words);
            }
        };
        self.error(span, message, "").help(help)
    }

    /// An error if two of the names are the same.
    fn refuse_twins<'n>(
        &self,
        names: impl Iterator<Item = &'n Ident>,
        message: impl Fn(&Name) -> String,
    ) -> Result<()> {
        let mut seen: FxHashMap<&Name, Span> = FxHashMap::default();
        for ident in names {
            if let Some(first) = seen.insert(&ident.name, ident.span) {
                return Err(self
                    .error(ident.span, message(&ident.name), "the second time")
                    .label(self.locate(first), "the first time")
                    .help("leave one of them out, or rename it"));
            }
        }
        Ok(())
    }
}

/// Whether `word` is its own normal form.
fn is_plain(word: &str) -> bool {
    word.is_ascii() || (is_nfc(word) && !word.contains('\u{b5}'))
}
