//! The parts of a tail.

use super::Builder;
use crate::diagnostic::{Diagnostic, Result};
use crate::source::Span;
use crate::syntax::ast::*;
use crate::syntax::errors;
use crate::syntax::token::Token;
use crate::syntax::words::{FACT_WORDS, OVERRIDE, TAIL, WITH_ITEMS, mode_words};
use smallvec::SmallVec;

/// One part of a tail, as it is read.
pub(crate) enum TailPart {
    Over(Vec<Over>),
    Wrt(Vec<ExprId>),
    Along(Vec<ExprId>),
    Using(UsingWords),
    Against(Vec<ExprId>),
    At(Vec<At>),
    With(Vec<(With, Span)>),
    To(Text),
}

/// The words after `using`: modes, or a matrix.
#[derive(Default)]
pub(crate) struct UsingWords {
    modes: Vec<(Mode, Span)>,
    matrix: Option<(DerivativeMatrix, Span)>,
}

impl TailPart {
    fn word(&self) -> &'static str {
        let token = match self {
            TailPart::Over(_) => Token::Over,
            TailPart::Wrt(_) => Token::Wrt,
            TailPart::Along(_) => Token::Along,
            TailPart::Using(_) => Token::Using,
            TailPart::Against(_) => Token::Against,
            TailPart::At(_) => Token::At,
            TailPart::With(_) => Token::With,
            TailPart::To(_) => Token::To,
        };
        let row = TAIL.iter().find(|row| row.token == token);
        row.map_or("", |row| row.word)
    }
}

impl Builder<'_> {
    /// The parts of a tail, each of which stands at most once.
    pub fn tail(&mut self, parts: Vec<(u32, TailPart)>) -> Result<Box<Tail>> {
        let mut tail = Box::new(Tail::default());
        let mut seen: SmallVec<[(&str, u32); 4]> = SmallVec::new();
        for (start, part) in parts {
            let word = part.word();
            let place = |start: u32| Span::new(start as usize, start as usize + word.len());
            if let Some((_, first)) = seen.iter().find(|(known, _)| *known == word) {
                return Err(self
                    .error(
                        place(start),
                        format!("`{word}` appears twice"),
                        "the second",
                    )
                    .label(self.locate(place(*first)), "the first")
                    .help(format!("separate what follows `{word}` by commas")));
            }
            seen.push((word, start));
            match part {
                TailPart::Over(over) => tail.over = over,
                TailPart::Wrt(wrt) => tail.wrt = wrt,
                TailPart::Along(along) => tail.along = along,
                TailPart::Using(using) => {
                    tail.using = using.modes;
                    tail.matrix = using.matrix;
                }
                TailPart::Against(against) => tail.against = against,
                TailPart::At(at) => tail.at = at,
                TailPart::With(with) => tail.with = with,
                TailPart::To(to) => tail.to = Some(to),
            }
        }
        Ok(tail)
    }

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

    /// `W[1,1]` after `over`.
    pub fn entry(&mut self, name: &Ident, indices: Vec<Index>, r: u32) -> Result<ExprId> {
        let base = self.name(name.span.start, name.span.end);
        let entry = self.index(base, indices, r)?;
        if self.is_entry(entry) {
            return Ok(entry);
        }
        Err(self
            .error(
                self.span(entry),
                "a plot runs over a name or one entry, not a slice",
                "a slice",
            )
            .help(format!("pick an entry: `over {name}[1, 1] from -1 to 1`")))
    }

    pub fn modes(&mut self, names: Vec<Ident>) -> Result<UsingWords> {
        self.refuse_twins(names.iter(), |name| format!("`{name}` appears twice"))?;
        if let [word] = names.as_slice()
            && let Some(matrix) = matrix_named(&word.name)
        {
            return Ok(UsingWords {
                matrix: Some((matrix, word.span)),
                ..UsingWords::default()
            });
        }
        let modes = self.named_modes(&names)?;
        Ok(UsingWords {
            modes,
            matrix: None,
        })
    }

    fn named_modes(&self, names: &[Ident]) -> Result<Vec<(Mode, Span)>> {
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

    /// `P symmetric` after `assume`.
    pub fn property(&mut self, name: ExprId, word: Ident) -> Result<Fact> {
        if !FACT_WORDS.contains(&&*word.name) {
            let words = FACT_WORDS.into_iter();
            return Err(errors::unknown_word(self.source, &word, "property", words));
        }
        Ok(Fact {
            operands: vec![name],
            comparisons: Vec::new(),
            property: Some(word),
        })
    }

    /// A rule; `word` stands behind its `with`.
    pub fn rule(
        &mut self,
        function: Ident,
        parameter: Ident,
        adjoint: Option<Ident>,
        formula: ExprId,
        word: Option<Ident>,
    ) -> Result<StatementKind> {
        if let Some(word) = word.as_ref().filter(|word| &*word.name != OVERRIDE) {
            let words = [OVERRIDE].into_iter();
            return Err(errors::unknown_word(self.source, word, "word", words));
        }
        Ok(StatementKind::Rule(GivenRule {
            function,
            parameter,
            adjoint,
            formula,
            departs: word.is_some(),
        }))
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
            ("error", None, ..) => With::Error,
            ("expanded", None, ..) => With::Expanded,
            ("guards", None, ..) => With::Guards,
            ("log", _, Some("x"), None) => With::LogX,
            ("log", _, Some("y"), None) => With::LogY,
            ("points", Some(points), _, colour) => With::Points { points, colour },
            ("path", Some(path), _, None) => With::Path(path),
            ("order", Some(order), _, None) => With::Order(order),
            ("rounds", Some(rounds), _, None) => With::Rounds(rounds),
            ("contours", None, ..) => With::Contours,
            ("bare", None, ..) => With::Bare,
            ("sizes", None, ..) => With::Sizes,
            ("overlays", None, ..) => With::Overlays,
            _ => return Err(self.bad_item(&word, span)),
        };
        Ok((item, span))
    }

    /// `title "…"`
    pub fn with_text(&mut self, word: Ident, text: Text) -> Result<(With, Span)> {
        let span = word.span.to(text.span);
        let item = match &*word.name {
            "title" => With::Title(text),
            "xlabel" => With::XLabel(text),
            "ylabel" => With::YLabel(text),
            _ => return Err(self.bad_item(&word, span)),
        };
        Ok((item, span))
    }

    fn bad_item(&self, word: &Ident, span: Span) -> Diagnostic {
        if &*word.name == "respect" {
            return errors::respect(self.source, self.tokens, word.span.start);
        }
        let (message, help) = match &*word.name {
            "log" => ("`log` names an axis", "write `with log x` or `with log y`"),
            "points" => (
                "`points` needs a matrix to draw",
                "write `with points P coloured by c`",
            ),
            "path" => (
                "`path` needs a matrix of places",
                "write `with path P`, a place a row",
            ),
            "order" => ("`order` needs a number", "write `with order 6`"),
            "rounds" => (
                "`rounds` needs a list of rounds",
                "write `with rounds [1, 10, 1000]`",
            ),
            "title" | "xlabel" | "ylabel" => (
                "a title or a label is a text in quotes",
                "write `with title \"Loss\", xlabel \"step\"`",
            ),
            "steps" | "life" | "zeros" | "error" | "expanded" | "guards" | "contours" | "bare"
            | "sizes" | "overlays" => (
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
}

fn matrix_named(word: &str) -> Option<DerivativeMatrix> {
    let mut all = DerivativeMatrix::ALL.into_iter();
    all.find(|matrix| matrix.name() == word)
}
