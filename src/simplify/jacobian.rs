//! The matrix of a linear formula: M with formula = M·d, read off the normal form.

use super::algebra::{Algebra, Dependents, Form, Id, Ids, TermList, Terms, all_but, corner_of};
use super::exact::Number;
use crate::graph::primitive::Mask;
use crate::graph::{Attr, Shape};
use crate::primitives::{algebra as linear, arithmetic, array};

/// Columns of a Jacobian up to which unit vectors are written out.
const WRITTEN_OUT: u32 = 16;

/// Reads matrices of formulas that are linear in one vector.
pub struct Linear<'a, 'f> {
    algebra: &'a mut Algebra<'f>,
    /// What depends on the direction.
    dependents: Dependents,
}

impl<'a, 'f> Linear<'a, 'f> {
    /// For formulas linear in `direction`, a column or a scalar.
    pub fn new(algebra: &'a mut Algebra<'f>, direction: Id) -> Linear<'a, 'f> {
        Linear {
            algebra,
            dependents: Dependents::new(direction),
        }
    }

    fn count(&self) -> u32 {
        self.algebra.shape(self.dependents.of).rows
    }

    fn depends(&mut self, id: Id) -> bool {
        self.dependents.have(self.algebra, id)
    }

    /// M with `id` = M·direction, for a column or a scalar `id`; `None` where there is no such
    /// formula in the language.
    pub fn matrix(&mut self, id: Id) -> Option<Id> {
        let shape = self.algebra.shape(id);
        if !self.depends(id) {
            let zero = self.algebra.number(0.0);
            return Some(self.algebra.stretch(
                zero,
                Shape {
                    rows: shape.rows,
                    cols: self.count(),
                },
            ));
        }
        if id == self.dependents.of {
            return Some(self.algebra.identity(self.count()));
        }
        if shape.cols != 1 {
            return None;
        }
        match self.algebra.form(id) {
            Form::Sum(terms) => {
                if let Some(matrix) = self.sum_over_one(terms, shape) {
                    return Some(matrix);
                }
                let wanted = Shape {
                    rows: shape.rows,
                    cols: self.count(),
                };
                let mut parts = TermList::new();
                for (c, term) in terms.iter() {
                    let part = self.matrix_in(*term, shape)?;
                    parts.push((*c, part));
                }
                Some(self.added(&parts, wanted))
            }
            Form::Product(bases) => self.product(bases, shape),
            Form::Chain(links) => self.chain(id, links),
            Form::Stretched(inner) => self.matrix_in(inner, shape),
            Form::Transposed(inner) => {
                (inner == self.dependents.of).then(|| self.algebra.identity(self.count()))
            }
            Form::Entries(entries) => {
                let mut rows = Ids::new();
                for entry in entries {
                    rows.push(self.matrix(*entry)?);
                }
                Some(self.stacked(&rows))
            }
            Form::Apply(row, attr, args) => self.operation(row, attr, args, shape),
            Form::Number(_)
            | Form::Pi
            | Form::Atom(_)
            | Form::Identity
            | Form::Index(_)
            | Form::Each(..) => None,
        }
    }

    /// The matrix of a part that is stretched to `shape` by what it stands in.
    fn matrix_in(&mut self, id: Id, shape: Shape) -> Option<Id> {
        let inner = self.matrix(id)?;
        if self.algebra.shape(id) == shape {
            return Some(inner);
        }
        let one = self.algebra.number(1.0);
        let ones = self.algebra.stretch(
            one,
            Shape {
                rows: shape.rows,
                cols: 1,
            },
        );
        Some(self.algebra.chain(&[ones, inner]))
    }

    /// A sum of matrices; matrices of entries entry by entry.
    fn added(&mut self, parts: &[(Number, Id)], shape: Shape) -> Id {
        let entries: Option<Vec<Ids>> = parts
            .iter()
            .map(|(_, part)| self.written_entries(*part, shape))
            .collect();
        let any = parts.iter().any(|(_, part)| self.has_entries(*part));
        match entries {
            Some(entries) if any => {
                let sums: Ids = (0..shape.len())
                    .map(|k| {
                        let terms: TermList = parts
                            .iter()
                            .zip(&entries)
                            .map(|((c, _), entries)| (*c, entries[k]))
                            .collect();
                        self.algebra.sum(&terms, Shape::SCALAR)
                    })
                    .collect();
                self.algebra.entries(&sums, shape)
            }
            _ => self.algebra.sum(parts, shape),
        }
    }

    /// True if a matrix of entries is a factor of `id`.
    fn has_entries(&self, id: Id) -> bool {
        match self.algebra.form(id) {
            Form::Entries(_) => true,
            Form::Product(bases) => bases.iter().any(|(base, _)| self.has_entries(*base)),
            Form::Sum(terms) if terms.len() == 1 => self.has_entries(terms[0].1),
            _ => false,
        }
    }

    /// The entries of a small matrix row by row, where they can be written.
    fn written_entries(&mut self, id: Id, shape: Shape) -> Option<Ids> {
        if shape.len() > 64 {
            return None;
        }
        let one = self.algebra.unit();
        match self.algebra.form(id) {
            Form::Entries(entries) => Some(Ids::from_slice(entries)),
            Form::Stretched(inner) if self.algebra.shape(inner).is_scalar() => {
                Some(Ids::from_elem(inner, shape.len()))
            }
            Form::Identity => {
                let zero = self.algebra.number(0.0);
                let n = shape.n();
                Some(
                    (0..n * n)
                        .map(|k| if k / n == k % n { one } else { zero })
                        .collect(),
                )
            }
            Form::Sum(terms) if terms.len() == 1 => {
                let inner = self.written_entries(terms[0].1, shape)?;
                Some(
                    inner
                        .into_iter()
                        .map(|entry| self.algebra.sum(&[(terms[0].0, entry)], Shape::SCALAR))
                        .collect(),
                )
            }
            Form::Product(bases) => {
                let k = bases.iter().position(|(base, e)| {
                    *e == one
                        && matches!(self.algebra.form(*base), Form::Entries(_) | Form::Identity)
                })?;
                let scalars = all_but(bases, k);
                if scalars
                    .iter()
                    .any(|(base, _)| !self.algebra.shape(*base).is_scalar())
                {
                    return None;
                }
                let inner = self.written_entries(bases[k].0, shape)?;
                let scaled = |algebra: &mut Algebra, entry: Id| {
                    let mut factors = scalars.clone();
                    factors.push((entry, one));
                    algebra.product(Number::ONE, &factors, Shape::SCALAR)
                };
                Some(
                    inner
                        .into_iter()
                        .map(|entry| scaled(self.algebra, entry))
                        .collect(),
                )
            }
            _ => None,
        }
    }

    /// The matrix of a sum of which every term is a column times the same moving one:
    /// p .* b - p.^2 .* b is diag(p .* (1 - p)) times the matrix of b.
    fn sum_over_one(&mut self, terms: Terms<'_>, shape: Shape) -> Option<Id> {
        let one = self.algebra.unit();
        let mut over = None;
        let mut factors = TermList::new();
        for (c, term) in terms.iter() {
            let (moving, others): (Vec<_>, Vec<_>) = match self.algebra.form(*term) {
                Form::Product(bases) => (bases.iter().copied())
                    .partition(|(base, exponent)| self.depends(*base) || self.depends(*exponent)),
                _ => (vec![(*term, one)], Vec::new()),
            };
            let [(base, exponent)] = moving[..] else {
                return None;
            };
            if exponent != one || *over.get_or_insert(base) != base {
                return None;
            }
            factors.push((*c, self.algebra.product(Number::ONE, &others, shape)));
        }
        let over = over.filter(|base| self.algebra.shape(*base) == shape && !shape.is_scalar())?;
        let factor = self.algebra.sum(&factors, shape);
        let inner = self.matrix(over)?;
        Some(self.weighted(factor, inner, shape, shape))
    }

    fn product(&mut self, bases: &[(Id, Id)], shape: Shape) -> Option<Id> {
        let one = self.algebra.unit();
        let moving: Vec<usize> = (0..bases.len())
            .filter(|k| self.depends(bases[*k].0) || self.depends(bases[*k].1))
            .collect();
        let [k] = moving[..] else { return None };
        let (base, exponent) = bases[k];
        if exponent != one {
            return None;
        }
        let others = all_but(bases, k);
        let common = self
            .algebra
            .common_shape(others.iter().map(|(base, _)| *base))?;
        let factor = self.algebra.product(Number::ONE, &others, common);
        // s .* (b - (s'*b)), with a number in the brackets, is (diag(s) - s*s')*b.
        if let Form::Sum(terms) = self.algebra.form(base)
            && self.algebra.shape(base) == shape
            && terms
                .iter()
                .any(|(_, term)| self.algebra.shape(*term).is_scalar())
        {
            let wanted = Shape {
                rows: shape.rows,
                cols: self.count(),
            };
            let mut parts = TermList::new();
            for (c, term) in terms.iter() {
                let inner = self.matrix(*term)?;
                let of = self.algebra.shape(*term);
                parts.push((*c, self.weighted(factor, inner, of, shape)));
            }
            return Some(self.added(&parts, wanted));
        }
        let inner = self.matrix(base)?;
        Some(self.weighted(factor, inner, self.algebra.shape(base), shape))
    }

    /// The matrix of factor·b, where b has the matrix `inner`.
    fn weighted(&mut self, factor: Id, inner: Id, base: Shape, shape: Shape) -> Id {
        let one = self.algebra.unit();
        let scalar = self.algebra.shape(factor).is_scalar();
        if scalar {
            let wanted = self.algebra.shape(inner);
            let scaled = self
                .algebra
                .product(Number::ONE, &[(factor, one), (inner, one)], wanted);
            if base == shape {
                return scaled;
            }
            let ones = self.algebra.stretch(one, shape);
            return self.algebra.chain(&[ones, scaled]);
        }
        if base.is_scalar() {
            return self.algebra.chain(&[factor, inner]);
        }
        let square = Shape {
            rows: shape.rows,
            cols: shape.rows,
        };
        let (factor, inner) = self.merged(factor, inner);
        let diagonal = self
            .algebra
            .operation(&array::DIAG, Attr::None, &[factor], square);
        self.algebra.chain(&[diagonal, inner])
    }

    /// `factor` and `inner`, with the diagonal that `inner` begins with taken into the factor:
    /// diag(a)*diag(b) is diag(a .* b).
    fn merged(&mut self, factor: Id, inner: Id) -> (Id, Id) {
        let Form::Chain(links) = self.algebra.form(inner) else {
            return (factor, inner);
        };
        let Form::Apply(row, _, args) = self.algebra.form(links[0]) else {
            return (factor, inner);
        };
        let shape = self.algebra.shape(factor);
        if !row.is(&array::DIAG) || self.algebra.shape(args[0]) != shape {
            return (factor, inner);
        }
        let one = self.algebra.unit();
        let both = [(factor, one), (args[0], one)];
        let factor = self.algebra.product(Number::ONE, &both, shape);
        (factor, self.algebra.chain(&links[1..]))
    }

    fn chain(&mut self, id: Id, links: &[Id]) -> Option<Id> {
        let moving: Vec<usize> = (0..links.len())
            .filter(|k| self.depends(links[*k]))
            .collect();
        let [k] = moving[..] else { return None };
        let last = links.len() - 1;
        if k < last
            && let Form::Sum(terms) = self.algebra.form(links[k])
        {
            // (dx*a' + a*dx')*b, term by term.
            let mut parts = TermList::new();
            for (c, term) in terms.iter() {
                let mut inner = links.to_vec();
                inner[k] = *term;
                let product = self.algebra.chain(&inner);
                parts.push((*c, self.matrix(product)?));
            }
            let wanted = Shape {
                rows: self.algebra.shape(id).rows,
                cols: self.count(),
            };
            return Some(self.added(&parts, wanted));
        }
        if k == last {
            let inner = self.matrix(links[last])?;
            let mut front = links[..last].to_vec();
            front.push(inner);
            return Some(self.algebra.chain(&front));
        }
        if self.algebra.shape(id).is_scalar() && self.algebra.shape(links[k]).rows == 1 && k == 0 {
            // A number is its own transpose: d'·v = v'·d.
            let turned = self.algebra.turned(links);
            let inner = self.matrix(turned[last])?;
            let mut front = turned[..last].to_vec();
            front.push(inner);
            return Some(self.algebra.chain(&front));
        }
        // diag(v)·x = diag(x)·v
        if let Form::Apply(row, _, args) = self.algebra.form(links[k])
            && row.is(&array::DIAG)
            && self.algebra.shape(args[0]).cols == 1
        {
            let right = self.algebra.chain(&links[k + 1..]);
            if self.algebra.shape(right).cols != 1 {
                return None;
            }
            let n = self.algebra.shape(right).rows;
            let square = Shape { rows: n, cols: n };
            let diagonal = self
                .algebra
                .operation(&array::DIAG, Attr::None, &[right], square);
            let inner = self.matrix(args[0])?;
            let mut front = links[..k].to_vec();
            front.extend([diagonal, inner]);
            return Some(self.algebra.chain(&front));
        }
        None
    }

    fn operation(
        &mut self,
        row: &'static crate::graph::Primitive,
        attr: Attr,
        args: &[Id],
        shape: Shape,
    ) -> Option<Id> {
        if row.is(&array::SUM) && shape.is_scalar() {
            let inner = self.matrix(args[0])?;
            let from = self.algebra.shape(args[0]);
            let one = self.algebra.unit();
            let ones = self.algebra.stretch(
                one,
                Shape {
                    rows: 1,
                    cols: from.rows,
                },
            );
            return Some(self.algebra.chain(&[ones, inner]));
        }
        if row.is(&linear::DOT) {
            let k = usize::from(self.depends(args[1]));
            let turned = self.algebra.transposed(args[1 - k]);
            let inner = self.matrix(args[k])?;
            return (!self.depends(args[1 - k])).then(|| self.algebra.chain(&[turned, inner]));
        }
        if row.mask == Some(Mask::Pass) && row.is_entrywise() && !self.depends(args[0]) {
            let inner = self.matrix(args[1])?;
            let base = self.algebra.shape(args[1]);
            return Some(self.weighted(args[0], inner, base, shape));
        }
        if row.is(&arithmetic::CHOOSE) && !self.depends(args[0]) {
            let sides = [self.matrix(args[1])?, self.matrix(args[2])?];
            let wanted = self.algebra.shape(sides[0]);
            return Some(
                self.algebra
                    .apply(row, attr, &[args[0], sides[0], sides[1]], wanted),
            );
        }
        if row.is(&linear::SOLVE) && !self.depends(args[0]) {
            let inner = self.matrix(args[1])?;
            let wanted = self.algebra.shape(inner);
            let args = [args[0], inner];
            return Some(self.algebra.operation(row, attr, &args, wanted));
        }
        if row.is(&array::INDEX) {
            let inner = self.matrix(args[0])?;
            return self.rows_of(inner, attr, shape.rows);
        }
        None
    }

    /// Some rows of a matrix; rows of an identity are written out where they are short.
    fn rows_of(&mut self, inner: Id, attr: Attr, count: u32) -> Option<Id> {
        let first = corner_of(attr).row;
        let shape = self.algebra.shape(inner);
        let wanted = Shape {
            rows: count,
            cols: shape.cols,
        };
        if let Form::Identity = self.algebra.form(inner)
            && shape.cols <= WRITTEN_OUT
        {
            let (zero, one) = (self.algebra.number(0.0), self.algebra.unit());
            let n = shape.cols;
            let entries: Ids = (0..count * n)
                .map(|k| if first + k / n == k % n { one } else { zero })
                .collect();
            return Some(self.algebra.entries(&entries, wanted));
        }
        Some(self.algebra.apply(&array::INDEX, attr, &[inner], wanted))
    }

    /// Rows on top of each other; a matrix of entries where all rows are written out.
    fn stacked(&mut self, rows: &[Id]) -> Id {
        let shape = Shape {
            rows: rows.len() as u32,
            cols: self.count(),
        };
        let line = Shape {
            rows: 1,
            cols: self.count(),
        };
        let written: Option<Vec<Ids>> = rows
            .iter()
            .map(|row| {
                if line.is_scalar() {
                    Some(Ids::from_slice(&[*row]))
                } else {
                    self.written_entries(*row, line)
                }
            })
            .collect();
        match written {
            Some(entries) => self.algebra.entries(&entries.concat(), shape),
            None => self.algebra.apply(&array::VCAT, Attr::None, rows, shape),
        }
    }
}
