//! Operations of the table in Julia.

use super::literal::{dimensions, stretched};
use crate::diagnostic::{Result, bail};
use crate::export::body::Body;
use crate::export::names::is_one_word;
use crate::export::piece::{Level, Piece};
use crate::export::spelling::{Manner, axis_of, is_loop, operator, spelling, together};
use crate::graph::{Attr, NodeId, Primitive, Shape};
use crate::primitives::{algebra, arithmetic, array};
use rustc_hash::FxHashMap;

impl Body<'_, '_, '_> {
    /// The expression of an operation in Julia. Columns are vectors everywhere.
    pub(in crate::export) fn julia(
        &mut self,
        id: NodeId,
        row: &'static Primitive,
        attr: Attr,
        inline: &FxHashMap<NodeId, Piece>,
    ) -> Result<Piece> {
        let program = self.shared.program;
        let graph = program.graph;
        let Some(known) = spelling(row) else {
            bail!(Function, program.place(id), "`{}` has no spelling in Julia", row.name; label: "not exported");
        };
        let ids = graph.args(id);
        let args: Vec<Piece> = ids.iter().map(|arg| self.argument(*arg, inline)).collect();
        if is_loop(row) {
            return self.julia_rounds(id, attr, &args);
        }
        let shapes: Vec<Shape> = ids.iter().map(|arg| graph.shape(*arg)).collect();
        Ok(match known.manner {
            Manner::Each | Manner::Truth => {
                self.julia_each(row, known.julia, known.manner == Manner::Truth, &args)
            }
            Manner::Built => self.julia_moved(id, row, attr, &args, &shapes),
            manner => self.julia_whole(
                row,
                attr,
                manner,
                known.julia,
                &args,
                (&shapes, graph.shape(id)),
            ),
        })
    }

    /// Entry by entry: numbers without dots, arrays with dots.
    pub(super) fn julia_each(
        &mut self,
        row: &'static Primitive,
        template: &str,
        truth: bool,
        args: &[Piece],
    ) -> Piece {
        let shape = together(args.iter().map(|arg| arg.shape));
        let dot = if shape.is_scalar() { "" } else { "." };
        if row.is(&arithmetic::POW) {
            return self.julia_power(&args[0], &args[1], shape);
        }
        let piece = |text: String, level: Level| Piece {
            level,
            truth,
            ..Piece::atom(text, shape)
        };
        if let Some(operator) = operator(template) {
            return self.julia_infix(operator, template.starts_with("{?"), truth, args, shape);
        }
        if let Some((condition, rest)) = template.split_once(" ? ") {
            let (then, otherwise) = rest.split_once(" : ").unwrap_or((rest, ""));
            let part = |template: &str| self.julia_filled(template, args);
            let [condition, then, otherwise] = [condition, then, otherwise].map(part);
            return match shape.is_scalar() {
                false => piece(
                    format!("ifelse.({condition}, {then}, {otherwise})"),
                    Level::Atom,
                ),
                true => {
                    let guarded = |text: String| match text.contains(" ? ") {
                        true => format!("({text})"),
                        false => text,
                    };
                    let [condition, then, otherwise] = [condition, then, otherwise].map(guarded);
                    piece(format!("{condition} ? {then} : {otherwise}"), Level::Lowest)
                }
            };
        }
        if let Some(rest) = template.strip_prefix('!') {
            let inner = self.julia_filled(rest, args);
            let inner = match is_one_word(&inner) {
                true => inner,
                false => format!("({inner})"),
            };
            return piece(format!("{dot}!{inner}"), Level::Sign);
        }
        if template == "-{0}" {
            let inner = self.numbers(&args[0]).within(Level::Power);
            return piece(format!("-{inner}"), Level::Sign);
        }
        if row.is(&arithmetic::MAX) || row.is(&arithmetic::MIN) {
            let name = template.split('(').next().unwrap_or_default();
            let texts: Vec<String> = args.iter().map(|arg| self.numbers(arg).text).collect();
            return piece(format!("{name}{dot}({})", texts.join(", ")), Level::Atom);
        }
        piece(self.julia_filled(template, args), Level::Atom)
    }

    /// A template with its arguments; calls of arrays get dots.
    fn julia_filled(&self, template: &str, args: &[Piece]) -> String {
        let stands = |k: usize| {
            ["{", "{?"]
                .iter()
                .any(|open| template.contains(&format!("{open}{k}}}")))
        };
        let arrays = args
            .iter()
            .enumerate()
            .any(|(k, arg)| stands(k) && !arg.shape.is_scalar());
        let dot = if arrays { "." } else { "" };
        let mut text = String::new();
        for c in template.chars() {
            let called = text.ends_with(|c: char| c.is_alphanumeric() || c == '_');
            if c == '(' && called {
                text.push_str(dot);
            }
            text.push(c);
        }
        for (k, arg) in args.iter().enumerate() {
            text = text.replace(&format!("{{?{k}}}"), &self.truth(arg).text);
            text = text.replace(&format!("{{{k}}}"), &self.numbers(arg).text);
        }
        text
    }

    fn julia_infix(
        &self,
        operator: &str,
        conditions: bool,
        truth: bool,
        args: &[Piece],
        shape: Shape,
    ) -> Piece {
        let sides = [0, 1].map(|k| match conditions {
            true => self.truth(&args[k]),
            false => self.numbers(&args[k]),
        });
        let [a, b] = &sides;
        // A number times an array, and arrays of one shape added, are written without a dot.
        let plain = match operator {
            "+" | "-" => a.shape == b.shape,
            "*" => a.shape.is_scalar() || b.shape.is_scalar(),
            "/" => b.shape.is_scalar(),
            _ => shape.is_scalar(),
        };
        let dot = if plain { "" } else { "." };
        let level = match operator {
            "+" | "-" | "|" => Level::Sum,
            "*" | "/" | "&" => Level::Product,
            _ => Level::Comparison,
        };
        let (left, right) = match (operator, level) {
            (_, Level::Comparison) => (Level::Sum, Level::Sum),
            ("+" | "-", _) => (Level::Sum, Level::Product),
            ("|" | "&", _) => (Level::Power, Level::Power),
            _ => (Level::Product, Level::Sign),
        };
        let (a, b) = (a.within(left), b.within(right));
        let (operator, b) = match b.strip_prefix('-') {
            Some(rest) if operator == "+" => ("-", rest.to_string()),
            Some(_) => (operator, format!("({b})")),
            None => (operator, b),
        };
        Piece {
            level,
            truth,
            ..Piece::atom(format!("{a} {dot}{operator} {b}"), shape)
        }
    }

    /// `x^2`; where the base may be negative and the exponent no whole number, NaN instead of an error.
    fn julia_power(&self, base: &Piece, exponent: &Piece, shape: Shape) -> Piece {
        let (base, exponent) = (self.numbers(base), self.numbers(exponent));
        let dot = if shape.is_scalar() { "" } else { "." };
        let whole = exponent
            .literal
            .filter(|x| x.fract() == 0.0 && x.abs() < 1e6);
        if whole.is_none() && base.literal.is_none_or(|x| x <= 0.0) {
            let text = format!("nan_pow{dot}({}, {})", base.text, exponent.text);
            return Piece::atom(text, shape);
        }
        let raised = match whole {
            Some(x) => format!("{x}"),
            None => exponent.within(Level::Atom),
        };
        let left = base.within(Level::Atom);
        let text = match dot {
            "" => format!("{left}^{raised}"),
            _ => format!("{left} .^ {raised}"),
        };
        Piece {
            level: Level::Power,
            ..Piece::atom(text, shape)
        }
    }

    /// `piece` as an array with at least one dimension.
    pub(super) fn julia_array(&self, piece: &Piece, shape: Shape) -> Piece {
        let piece = stretched(&self.numbers(piece), shape, &self.shared.sizes);
        match shape.is_scalar() {
            true => Piece::atom(format!("[{}]", piece.text), shape),
            false => piece,
        }
    }

    /// Over all entries, along an axis, or arrays to arrays.
    fn julia_whole(
        &mut self,
        row: &'static Primitive,
        attr: Attr,
        manner: Manner,
        template: &str,
        args: &[Piece],
        (shapes, shape): (&[Shape], Shape),
    ) -> Piece {
        let takes_numbers = [&array::LINSPACE, &array::APPROX, &algebra::MATMUL_REACHED];
        let takes_numbers = takes_numbers.iter().any(|known| row.is(known));
        let scalar_result = shape.is_scalar();
        // What runs along the axis of a column or a row goes through all its entries.
        let along = match axis_of(attr) {
            Some(_) if scalar_result && manner == Manner::Reduce => None,
            axis => axis.map(|axis| axis + 1),
        };
        let is_matrix = template.starts_with('@');
        let mut text = template.trim_start_matches('@').to_string();
        let native = text.contains("{dims}") || text.contains("{dim}");
        let dims = along.map_or(String::new(), |axis| format!("; dims={axis}"));
        let seed = match attr {
            Attr::Seed(low, high) => (u64::from(low) | u64::from(high) << 32).to_string(),
            _ => "0".to_string(),
        };
        let sizes = &self.shared.sizes;
        let fixed: [(&str, &dyn Fn() -> String); 6] = [
            ("{dims}", &|| dims.clone()),
            ("{dim}", &|| along.unwrap_or(1).to_string()),
            ("{size}", &|| dimensions(shape, sizes)),
            ("{m}", &|| sizes.count(shape.rows)),
            ("{n}", &|| sizes.count(shape.cols)),
            ("{seed}", &|| seed.clone()),
        ];
        for (place, value) in fixed {
            if text.contains(place) {
                text = text.replace(place, &value());
            }
        }
        for (k, (arg, from)) in args.iter().zip(shapes).enumerate() {
            let number = self.numbers(arg);
            let piece = match (from.is_scalar(), takes_numbers) {
                (true, true) => number,
                (true, false) => Piece::atom(format!("fill({}, 1, 1)", number.text), *from),
                (false, _) => stretched(&number, *from, &self.shared.sizes),
            };
            let place = format!("{{{k}}}");
            let operand = text.contains(&format!("{place} ")) || text.ends_with(&place);
            let level = if operand { Level::Atom } else { Level::Lowest };
            text = text.replace(&place, &piece.within(level));
        }
        if let (Some(axis), false) = (along, native)
            && let Some((name, rest)) = text.clone().split_once('(')
        {
            let inner = rest.strip_suffix(')').unwrap_or(rest);
            text = format!("mapslices({name}, {inner}; dims={axis})");
        }
        let level = match text.split_once(" \\ ") {
            Some(_) => Level::Product,
            None => Level::Atom,
        };
        let column_of_matrix = shape.cols == 1 && !scalar_result;
        let reduced = manner == Manner::Reduce && along == Some(2);
        if manner == Manner::Whole && scalar_result {
            return Piece::atom(format!("only({text})"), shape);
        }
        if column_of_matrix && (is_matrix || reduced) {
            return Piece::atom(format!("vec({text})"), shape);
        }
        Piece {
            level,
            ..Piece::atom(text, shape)
        }
    }
}
