//! Entries with indices as expressions: `A[i, k]`, `δ(j, l)`.

use super::{Emitter, Unwritable, Written};
use crate::simplify::algebra::{Counted, Id, Indexed, PlaceRelation, Position};
use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Clause, Comprehension, ExprId, ExprKind, Ident, Index, Name};

/// What is 1 where two indices are the same, else 0.
const DELTA: &str = "δ";

impl Emitter<'_> {
    /// A number with indices.
    pub(super) fn indexed(&mut self, what: &Indexed) -> Written {
        match what {
            Indexed::Related(relation) => self.related(*relation),
            Indexed::Entry(of, at) => self.entry(*of, *at),
            Indexed::Sum(sum) => {
                let mut factors = Vec::new();
                for (of, at) in &sum.entries {
                    factors.push(self.entry(*of, *at)?);
                }
                for relation in &sum.relations {
                    factors.push(self.related(*relation)?);
                }
                let times = |left, right| self.sheet.binary(BinaryOp::Mul, left, right);
                let product: Option<ExprId> = factors.into_iter().reduce(times);
                let clause = Clause {
                    variable: Ident {
                        name: self.position_name(sum.over)?,
                        span: Span::default(),
                    },
                    from: self.sheet.number(1.0),
                    to: self.sheet.number(f64::from(sum.length)),
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

    /// `δ(i, k)` or `(k <= i)`.
    fn related(&mut self, relation: PlaceRelation) -> Written {
        let [a, b] = relation.places().map(|place| self.position(place));
        Ok(match relation {
            PlaceRelation::Same(..) => {
                let places = vec![a?, b?];
                self.sheet.call(DELTA, places)
            }
            PlaceRelation::Until(..) => self.sheet.binary(BinaryOp::Le, a?, b?),
        })
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
            Position::Counted(counted) => self.counted(counted),
        }
    }

    /// `2*i + 3*(j - 1)`: what is positive first.
    fn counted(&mut self, counted: Counted) -> Written {
        let mut offset = counted.offset;
        let mut text: Option<ExprId> = None;
        let mut terms = counted.terms;
        terms.sort_by_key(|(c, _)| *c < 0);
        for (c, index) in terms.into_iter().filter(|(c, _)| *c != 0) {
            let name = self.position_name(index)?;
            let mut factor = self.sheet.name(name);
            if c.abs() > 1 && offset == -c {
                let one = self.sheet.number(1.0);
                factor = self.sheet.binary(BinaryOp::Sub, factor, one);
                offset = 0;
            }
            let term = match c.abs() {
                1 => factor,
                times => {
                    let times = self.sheet.number(times as f64);
                    self.sheet.binary(BinaryOp::Mul, times, factor)
                }
            };
            text = Some(match text {
                None if c < 0 => {
                    let from = self.sheet.number(std::mem::take(&mut offset) as f64);
                    self.sheet.binary(BinaryOp::Sub, from, term)
                }
                None => term,
                Some(left) if c < 0 => self.sheet.binary(BinaryOp::Sub, left, term),
                Some(left) => self.sheet.binary(BinaryOp::Add, left, term),
            });
        }
        let left = text.ok_or(Unwritable::NoSpelling)?;
        let number = self.sheet.number(offset.unsigned_abs() as f64);
        Ok(match offset.signum() {
            0 => left,
            1 => self.sheet.binary(BinaryOp::Add, left, number),
            _ => self.sheet.binary(BinaryOp::Sub, left, number),
        })
    }

    /// The name of an index; those that are summed over, one at a time, share the last one.
    fn position_name(&self, number: u32) -> Result<Name, Unwritable> {
        let known = self.positions.get(number as usize);
        let name = known.or(self.positions.last()).cloned();
        name.ok_or(Unwritable::NoSpelling)
    }
}
