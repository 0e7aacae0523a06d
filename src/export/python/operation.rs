//! Operations of the table in Python.

use super::helpers;
use crate::diagnostic::{Result, bail};
use crate::export::body::Body;
use crate::export::dialect::Dialect;
use crate::export::piece::{Level, Piece};
use crate::export::spelling::{
    ForeignSpelling, Manner, axis_of, is_loop, operator, spelling, together,
};
use crate::graph::{Attr, NodeId, Primitive, Shape};
use crate::primitives::{algebra, arithmetic, array, elementary};
use rustc_hash::FxHashMap;

type Inline = FxHashMap<NodeId, Piece>;

impl Body<'_, '_, '_> {
    /// The text of `row` for this library.
    fn template(&self, known: &'static ForeignSpelling) -> String {
        match self.shared.dialect {
            Dialect::Jax if known.jax.is_empty() => known.numpy.replace("np.", "jnp."),
            Dialect::Jax => known.jax.to_string(),
            Dialect::Torch => known.torch.to_string(),
            Dialect::SymPy => known.sympy.to_string(),
            Dialect::CasAdi => known.casadi.to_string(),
            _ => known.numpy.to_string(),
        }
    }

    /// A call of a function that the module brings along, if it does.
    pub(super) fn note_helpers(&mut self, text: &str) {
        for helper in helpers::all(self.shared.dialect) {
            let call = format!("{}(", helper.name);
            if helpers::calls(text, &call) {
                self.shared.used.insert(helper.name.to_string());
            }
        }
    }

    /// The expression of an operation.
    pub(in crate::export) fn operation(
        &mut self,
        id: NodeId,
        row: &'static Primitive,
        attr: Attr,
        inline: &Inline,
    ) -> Result<Piece> {
        let program = self.shared.program;
        let shape = program.graph.shape(id);
        let Some(known) = spelling(row) else {
            bail!(Function, program.place(id), "`{}` has no spelling in Python", row.name; label: "not exported");
        };
        let ids = program.graph.args(id);
        let args: Vec<Piece> = ids.iter().map(|arg| self.argument(*arg, inline)).collect();
        if is_loop(row) {
            return self.rounds(id, attr, &args);
        }
        let shapes: Vec<Shape> = ids.iter().map(|arg| program.graph.shape(*arg)).collect();
        let template = self.template(known);
        if template.is_empty() && matches!(known.manner, Manner::Each | Manner::Truth) {
            let language = self.shared.dialect.language();
            bail!(Function, program.place(id), "`{}` has no form in {language}", row.name;
                label: "not exported"; help: "export to numpy, jax or c");
        }
        let piece = match known.manner {
            Manner::Each | Manner::Truth => self.each(row, &template, known.manner, &args),
            Manner::Built => self.built(id, row, attr, &args, &shapes),
            manner => self.whole_array(row, attr, manner, &template, &args, &shapes, shape),
        };
        self.note_helpers(&piece.text);
        Ok(piece)
    }

    /// Entry by entry: shapes stretch by themselves.
    pub(super) fn each(
        &mut self,
        row: &'static Primitive,
        template: &str,
        manner: Manner,
        args: &[Piece],
    ) -> Piece {
        let shape = together(args.iter().map(|arg| arg.shape));
        let truth = manner == Manner::Truth;
        if row.is(&arithmetic::POW) {
            return self.power(&args[0], &args[1], shape);
        }
        let folded = [&arithmetic::MAX, &arithmetic::MIN]
            .iter()
            .any(|known| row.is(known));
        if folded && args.len() > 2 {
            let first = args[0].clone();
            return args[1..].iter().fold(first, |all, next| {
                self.each(row, template, manner, &[all, next.clone()])
            });
        }
        let mut args = args.to_vec();
        let is_call = !template.starts_with(['{', '-']);
        let torch = self.shared.dialect == Dialect::Torch;
        let chooses = row.chooses || row.mask.is_some() || row.is(&array::POISON);
        let raises = row.is(&arithmetic::DIV)
            && args.iter().all(|arg| arg.plain)
            && args[1].literal.is_none_or(|x| x == 0.0)
            && !self.shared.sizes.is_name(&args[1].text);
        for (k, arg) in args.iter_mut().enumerate() {
            // Numbers alone are no arrays: Python raises where IEEE has a value, and PyTorch takes none.
            let clamps = row.is(&elementary::RELU) && k > 0;
            let wants_array = torch && is_call && !clamps && (!chooses || k == 0);
            if arg.plain && (wants_array || (raises && k == 0)) {
                *arg = self.as_array(arg);
            }
        }
        let (text, level) = match operator(template) {
            Some(operator) => {
                let level = Level::of(operator);
                let conditions = template.starts_with("{?");
                let side = |body: &Self, k: usize, level: Level| {
                    let arg = if conditions {
                        body.truth(&args[k])
                    } else {
                        body.numbers(&args[k])
                    };
                    arg.within(level)
                };
                // Comparisons chain in Python, so both sides bind tighter; differences group left.
                let left = if level == Level::Comparison {
                    Level::Or
                } else {
                    level
                };
                let tighter = matches!(operator, "-" | "/" | "@") || level == Level::Comparison;
                let right = match level {
                    Level::Comparison => Level::Or,
                    Level::Sum if tighter => Level::Product,
                    Level::Product => Level::Sign,
                    level => level,
                };
                let right = match operator {
                    // `a + -b` is written `a - b`.
                    "+" => Level::Product,
                    _ => right,
                };
                let (a, b) = (side(self, 0, left), side(self, 1, right));
                let b = if b.starts_with('-') {
                    format!("({b})")
                } else {
                    b
                };
                (format!("{a} {operator} {b}"), level)
            }
            None if template.starts_with('-') && template.len() == 4 => (
                format!("-{}", self.numbers(&args[0]).within(Level::Power)),
                Level::Sign,
            ),
            None => {
                let mut text = template.to_string();
                for (k, arg) in args.iter().enumerate() {
                    let condition = format!("{{?{k}}}");
                    if text.contains(&condition) {
                        text = text.replace(&condition, &self.truth(arg).text);
                    }
                    let negated = format!("-{{{k}}}");
                    let number = self.numbers(arg);
                    text = text.replace(&negated, &format!("-{}", number.within(Level::Power)));
                    text = text.replace(&format!("{{{k}}}"), &number.text);
                }
                let level = if template.starts_with('-') {
                    Level::Sign
                } else {
                    Level::Atom
                };
                (text, level)
            }
        };
        let plain = !is_call && args.iter().all(|arg| arg.plain);
        Piece {
            text,
            level,
            truth,
            shape,
            literal: None,
            plain,
        }
    }

    fn power(&mut self, base: &Piece, exponent: &Piece, shape: Shape) -> Piece {
        let base = self.numbers(base);
        let base = if base.plain {
            self.as_array(&base)
        } else {
            base
        };
        let exponent = self.numbers(exponent);
        let simple = |piece: &Piece| {
            let digits = piece.text.trim_start_matches('-');
            digits
                .chars()
                .all(|c| c.is_alphanumeric() || "_.".contains(c))
        };
        let whole = exponent
            .literal
            .filter(|x| x.fract() == 0.0 && x.abs() < 1e6);
        let raised = match whole {
            Some(x) => format!("{x}"),
            None => exponent.within(Level::Sign),
        };
        let left = base.within(Level::Atom);
        let hugs = simple(&base)
            && raised
                .trim_start_matches('-')
                .chars()
                .all(|c| c.is_alphanumeric() || "_.".contains(c));
        let text = if hugs {
            format!("{left}**{raised}")
        } else {
            format!("{left} ** {raised}")
        };
        Piece {
            text,
            level: Level::Power,
            truth: false,
            shape,
            literal: None,
            plain: false,
        }
    }

    /// A number as an array of the library.
    fn as_array(&self, piece: &Piece) -> Piece {
        let text = match self.shared.dialect {
            Dialect::Jax => format!("jnp.float64({})", piece.text),
            // A size is a whole number there.
            Dialect::Torch if piece.literal.is_none() => {
                format!("torch.tensor(float({}))", piece.text)
            }
            Dialect::Torch => format!("torch.tensor({})", piece.text),
            Dialect::SymPy => format!("sp.Float({})", piece.text),
            Dialect::CasAdi => format!("ca.DM({})", piece.text),
            _ => format!("np.float64({})", piece.text),
        };
        Piece::atom(text, piece.shape)
    }

    /// `piece` as a matrix, a number as one with one entry.
    pub(super) fn matrix(&self, piece: &Piece, shape: Shape) -> Piece {
        let piece = self.whole(piece, shape);
        if !shape.is_scalar() {
            return piece;
        }
        let prefix = self.shared.dialect.prefix();
        let inner = match (self.shared.dialect, piece.plain) {
            (Dialect::Torch, true) => self.as_array(&piece).text,
            _ => piece.text,
        };
        Piece::atom(format!("{prefix}.reshape({inner}, (1, 1))"), shape)
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "an operation and all that is known of it"
    )]
    fn whole_array(
        &mut self,
        row: &'static Primitive,
        attr: Attr,
        manner: Manner,
        template: &str,
        args: &[Piece],
        shapes: &[Shape],
        shape: Shape,
    ) -> Piece {
        let torch = self.shared.dialect == Dialect::Torch;
        let numbers = [&array::LINSPACE, &array::APPROX, &algebra::MATMUL_REACHED];
        let takes_numbers = numbers.iter().any(|known| row.is(known));
        let scalar_result = shape.is_scalar();
        let axis = if scalar_result && manner == Manner::Reduce {
            None
        } else {
            axis_of(attr)
        };
        let mut text = template.to_string();
        let (word, keep) = if torch {
            ("dim", "keepdim")
        } else {
            ("axis", "keepdims")
        };
        let along = axis.map_or(String::new(), |axis| {
            format!(", {word}={axis}, {keep}=True")
        });
        let lanes = axis_of(attr).map_or(String::new(), |axis| format!(", {word}={axis}"));
        let lane = format!(
            "axis={}",
            axis_of(attr).map_or("None".to_string(), |axis| axis.to_string())
        );
        let seed = match attr {
            Attr::Seed(low, high) => (u64::from(low) | u64::from(high) << 32).to_string(),
            _ => "0".to_string(),
        };
        let sizes = &self.shared.sizes;
        let fixed: [(&str, &dyn Fn() -> String); 7] = [
            ("{axis}", &|| along.clone()),
            ("{lanes}", &|| lanes.clone()),
            ("{lane}", &|| lane.clone()),
            ("{ax}", &|| axis_of(attr).unwrap_or(0).to_string()),
            ("{m}", &|| sizes.count(shape.rows)),
            ("{n}", &|| sizes.count(shape.cols)),
            ("{seed}", &|| seed.clone()),
        ];
        for (place, value) in fixed {
            if text.contains(place) {
                text = text.replace(place, &value());
            }
        }
        for (k, (arg, shape)) in args.iter().zip(shapes).enumerate() {
            let piece = match takes_numbers && shape.is_scalar() {
                true => self.numbers(arg),
                false => self.matrix(arg, *shape),
            };
            let place = format!("{{{k}}}");
            let at_start = text.starts_with(&place) || text.contains(&format!("{place}."));
            let level = if at_start { Level::Atom } else { Level::Lowest };
            text = text.replace(&place, &piece.within(level));
        }
        if scalar_result && manner == Manner::Whole {
            text.push_str("[0, 0]");
        }
        Piece::atom(text, shape)
    }
}
