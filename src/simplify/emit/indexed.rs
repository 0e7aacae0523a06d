//! Entries with indices as expressions: `A[i, k]`, `δ(j, l)`.

use super::{Emitter, Unwritable, Written};
use crate::simplify::algebra::{Id, Indexed, Position};
use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Clause, Comprehension, ExprId, ExprKind, Ident, Index, Name};

/// What is 1 where two indices are the same, else 0.
const DELTA: &str = "δ";

impl Emitter<'_> {
    /// A number with indices.
    pub(super) fn indexed(&mut self, what: &Indexed) -> Written {
        match what {
            Indexed::Delta(a, b) => {
                let places = [self.position(*a)?, self.position(*b)?];
                Ok(self.sheet.call(DELTA, places.to_vec()))
            }
            Indexed::Entry(of, at) => self.entry(*of, *at),
            Indexed::Sum(entries, over, length) => {
                let mut product: Option<ExprId> = None;
                for (of, at) in entries {
                    let entry = self.entry(*of, *at)?;
                    product = Some(match product {
                        None => entry,
                        Some(left) => self.sheet.binary(BinaryOp::Mul, left, entry),
                    });
                }
                let clause = Clause {
                    variable: Ident {
                        name: self.position_name(*over)?,
                        span: Span::default(),
                    },
                    from: self.sheet.number(1.0),
                    to: self.sheet.number(f64::from(*length)),
                };
                let sum = ExprKind::Comprehension(Box::new(Comprehension {
                    body: product.ok_or(Unwritable::NoSpelling)?,
                    clauses: vec![clause],
                    bracketed: false,
                }));
                let sum = self.sheet.push(sum);
                Ok(self.sheet.call("sum", vec![sum]))
            }
        }
    }

    fn entry(&mut self, of: Id, at: [Position; 2]) -> Written {
        let base = self.emit(of)?;
        let mut indices = Vec::new();
        for place in at {
            if place != Position::Only {
                indices.push(Index::At(self.position(place)?));
            }
        }
        Ok(self.sheet.push(ExprKind::Index(base, indices)))
    }

    fn position(&mut self, place: Position) -> Written {
        match place {
            Position::Only => Ok(self.sheet.number(1.0)),
            Position::At(known) => Ok(self.sheet.number(f64::from(known + 1))),
            Position::Index(number) => {
                let name = self.position_name(number)?;
                Ok(self.sheet.name(name))
            }
        }
    }

    /// The name of an index; those that are summed over, one at a time, share the last one.
    fn position_name(&self, number: u32) -> Result<Name, Unwritable> {
        let known = self.positions.get(number as usize);
        let name = known.or(self.positions.last()).cloned();
        name.ok_or(Unwritable::NoSpelling)
    }
}
