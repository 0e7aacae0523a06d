//! The actions of the grammar: they fill the arenas, and refuse texts that no grammar can refuse.

mod expressions;
mod tails;

pub(crate) use tails::TailPart;

use super::ast::*;
use super::names::Names;
use super::token::{Lexeme, Token};
use crate::diagnostic::{Code, Diagnostic, Result, counted, error, warning};
use crate::source::{Location, Source, Span};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// The deepest nesting of blocks.
pub(crate) const DEEPEST_BLOCK: u32 = 256;

/// The first warnings would be lost among more.
const MOST_WARNINGS: usize = 100;

/// One argument of a call.
#[derive(Debug)]
pub(crate) enum Argument {
    Value(ExprId),
    Text(Text),
    Named(Ident, ExprId),
    NamedText(Ident, Text),
}

/// The arguments of a call.
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
    /// The levels of blocks inside each statement.
    depths: Vec<u32>,
    names: Names,
    /// The first token after the last statement.
    after: usize,
    warnings: Vec<Diagnostic>,
    ends: Ends,
}

/// The places of the name `end`: `x[end]` is an index of another language, unless `end` is defined.
#[derive(Default)]
struct Ends {
    written: usize,
    used: Vec<Span>,
    /// What is indexed by it, its place, and the word for the size: `rows` or `cols`.
    indexed: Option<(ExprId, Span, &'static str)>,
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

    /// The script, and warnings about suspicious parts.
    pub fn finish(mut self, body: Block) -> (Script, Vec<Diagnostic>) {
        self.warn_of_end();
        let script = Script {
            source: self.source.clone(),
            expressions: self.expressions,
            statements: self.statements,
            names: self.names.into_list(),
            found: NamePlaces::default(),
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

    /// The end of the last token before `r`. An empty tail makes a statement seem to reach to the
    /// next token.
    fn end_before(&mut self, r: u32) -> u32 {
        let starts = |at: usize| self.tokens.get(at).map(|token| token.start);
        // Statements end one after the other, so the search from the last place is short.
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
            format!("the parameter `{name}` appears twice")
        })?;
        Ok(StatementKind::DefineFunction {
            name,
            parameters,
            body,
        })
    }

    /// The body of a function in braces: definitions, then a value.
    pub fn local_block(&mut self, block: Block, l: u32, r: u32) -> Result<ExprId> {
        let span = Span { start: l, end: r };
        let help = "a body holds definitions and then its value: `f(x) = { a = 2*x; a + 1 }`";
        let mut definitions = Vec::new();
        let mut value = None;
        for (k, id) in block.iter().enumerate() {
            let statement = &self.statements[id.0 as usize];
            match &statement.kind {
                StatementKind::Define(name, local) => definitions.push((name.clone(), *local)),
                StatementKind::Show(Show::Value, outputs, tail)
                    if k + 1 == block.len() && **tail == Tail::default() =>
                {
                    value = Some(outputs[0]);
                }
                StatementKind::Show(Show::Value, ..) if k + 1 < block.len() => {
                    return Err(self
                        .error(
                            statement.span,
                            "a value in the middle of a function's body is not used",
                            "only the last line is the value",
                        )
                        .help(help));
                }
                _ => {
                    return Err(self
                        .error(
                            statement.span,
                            "the body of a function holds definitions and a value, no other statements",
                            "not a definition",
                        )
                        .help(help));
                }
            }
        }
        let Some(value) = value else {
            let last = block.last().map(|id| self.statements[id.0 as usize].span);
            return Err(self
                .error(
                    last.unwrap_or(span),
                    "the body of this function has no value",
                    "a value is to follow",
                )
                .help(help));
        };
        // The lines of a body are no statements of the script.
        if let Some(first) = block.first() {
            self.statements.truncate(first.0 as usize);
            self.depths.truncate(first.0 as usize);
        }
        let block = LocalBlock { definitions, value };
        Ok(self.push(ExprKind::Block(Box::new(block)), span))
    }

    pub fn target(&mut self, name: Ident, indices: Vec<Index>, r: u32) -> Result<UpdateTarget> {
        let span = name.span.to(Span { start: r, end: r });
        self.at_most_two(&indices, span)?;
        Ok(UpdateTarget {
            name,
            indices: Some(indices),
            span,
        })
    }

    pub fn update(
        &mut self,
        targets: Vec<UpdateTarget>,
        values: Vec<ExprId>,
    ) -> Result<StatementKind> {
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
                label: "does not continue the line above");
            self.warn(warning.help(
                "to continue a formula, end the line above with the operator; \
                 to show a negative value, put it in parentheses",
            ));
        }
    }

    fn warn_of_end(&mut self) {
        let Some((x, end, size)) = self.ends.indexed else {
            return;
        };
        if self.ends.written > self.ends.used.len() {
            return;
        }
        let x = self.written(x);
        let warning = warning!(Syntax, self.locate(end),
        "`end` is a name like any other, not the last index";
        label: "an undefined name";
        help: "the last index is `{size}({x})`: {}", match size {
            "cols" => format!("write `{x}[1, cols({x})]`"),
            _ if self.tokens.iter().any(|token| token.start == end.end && token.token == Token::Comma) => {
                format!("write `{x}[rows({x}), 1]`")
            }
            _ => format!("write `{x}[rows({x})]`"),
        });
        self.warn(warning);
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
