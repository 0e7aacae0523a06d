//! Products of matrices, and transposes.

use super::{Algebra, FactorList, Form, Id, Ids, Number, TermList};
use crate::graph::primitive::Parity;
use crate::graph::{Attr, Primitive, Shape};
use crate::primitives::{algebra as linear, array};

impl Algebra<'_> {
    /// A product of matrices: flat, scalar factors in front, identities left out.
    pub fn chain(&mut self, factors: &[Id]) -> Id {
        let shape = Shape {
            rows: self.shape(factors[0]).rows,
            cols: self.shape(factors[factors.len() - 1]).cols,
        };
        let mut coefficient = Number::ONE;
        let mut scalars = FactorList::new();
        let mut links = Ids::new();
        let mut todo: Ids = factors.iter().rev().copied().collect();
        while let Some(factor) = todo.pop() {
            let (scale, inner) = self.scaled(factor);
            coefficient *= scale;
            if self.shape(inner).is_scalar() {
                scalars.push((inner, self.one));
                continue;
            }
            match self.form(inner) {
                Form::Chain(parts) => todo.extend(parts.iter().rev().copied()),
                Form::Identity => {}
                Form::Stretched(constant)
                    if self.value(constant).is_some_and(|c| c != Number::ONE) =>
                {
                    coefficient *= self.value(constant).unwrap_or(Number::ONE);
                    let one = self.one;
                    links.push(self.stretch(one, self.shape(inner)));
                }
                Form::Product(bases) => {
                    let (front, rest): (FactorList, FactorList) = bases
                        .iter()
                        .copied()
                        .partition(|factor| self.factor_shape(factor).is_scalar());
                    if front.is_empty() {
                        links.push(inner);
                    } else {
                        scalars.extend(front);
                        let shape = self.shape(inner);
                        let rest = self.product(Number::ONE, &rest, shape);
                        todo.push(rest);
                    }
                }
                Form::Sum(_) => {
                    let (content, bracket) = self.without_content(inner, Number::ONE);
                    coefficient *= content;
                    links.push(bracket);
                }
                _ => links.push(inner),
            }
        }
        self.absorb_diagonals(&mut links);
        self.cancel_inverses(&mut links);
        self.cancel_orthogonal(&mut links);
        self.pull_scalars_out_of_chains(&mut links, &mut scalars);
        if links.iter().any(|link| self.is_zero(*link)) || coefficient == Number::ZERO {
            let zero = self.number(0.0);
            return self.stretch(zero, shape);
        }
        let chained = match links.as_slice() {
            [] if shape.rows == shape.cols => self.identity(shape.rows),
            [] => self.one,
            [single] => *single,
            _ => self.oriented(&links, shape),
        };
        scalars.push((chained, self.one));
        self.product(coefficient, &scalars, shape)
    }

    /// A row of ones times diag(v) is v', and diag(v) times a column of ones is v.
    fn absorb_diagonals(&mut self, links: &mut Ids) {
        let ones = |algebra: &Algebra, id: Id| matches!(algebra.form(id), Form::Stretched(inner) if inner == algebra.one);
        let diagonal = |algebra: &Algebra, id: Id| match algebra.form(id) {
            Form::Apply(row, _, args)
                if row.is(&array::DIAG) && algebra.shape(args[0]).cols == 1 =>
            {
                Some(args[0])
            }
            _ => None,
        };
        let mut k = 0;
        while k + 1 < links.len() {
            let (left, right) = (links[k], links[k + 1]);
            let row = ones(self, left) && self.shape(left).rows == 1;
            let column = ones(self, right) && self.shape(right).cols == 1;
            let absorbed = match (diagonal(self, left), diagonal(self, right)) {
                (_, Some(v)) if row => Some(self.transposed(v)),
                (Some(v), _) if column => Some(v),
                (Some(v), _) if self.shape(right).cols == 1 => Some(self.times(v, right)),
                _ => None,
            };
            match absorbed {
                Some(vector) => {
                    links[k] = vector;
                    links.remove(k + 1);
                }
                None => k += 1,
            }
        }
    }

    /// inv(A·B)·A = inv(B), B·inv(A·B) = inv(A) and A·inv(A) = I, for square factors; transposed as well.
    fn cancel_inverses(&mut self, links: &mut Ids) {
        let inverted = |algebra: &Algebra, id: Id| {
            let inner = match algebra.form(id) {
                Form::Transposed(inner) => inner,
                _ => id,
            };
            algebra.operands(inner, &linear::INV).is_some()
        };
        if !links.iter().any(|link| inverted(self, *link)) {
            return;
        }
        let mut k = 0;
        while k + 1 < links.len() {
            let cancelled = match self.inverse_times(links[k], links[k + 1]) {
                Some(product) => Some(product),
                // (a·b)' = b'·a'
                None => {
                    let [left, right] = [links[k], links[k + 1]].map(|link| self.transposed(link));
                    let turned = self.inverse_times(right, left);
                    turned.map(|product| self.transposed(product))
                }
            };
            match cancelled {
                Some(product) if matches!(self.form(product), Form::Identity) => {
                    links.drain(k..k + 2);
                    k = k.saturating_sub(1);
                }
                Some(product) => {
                    links[k] = product;
                    links.remove(k + 1);
                    k = k.saturating_sub(1);
                }
                None => k += 1,
            }
        }
    }

    /// a·b, where one of them is the inverse of a product that begins or ends with the other.
    fn inverse_times(&mut self, a: Id, b: Id) -> Option<Id> {
        if let Some(&[inner]) = self.operands(a, &linear::INV) {
            let rest = self.without_end(inner, b, false)?;
            return Some(self.matrix_inverse(rest));
        }
        let inner = *self.operands(b, &linear::INV)?.first()?;
        let rest = self.without_end(inner, a, true)?;
        Some(self.matrix_inverse(rest))
    }

    /// The product without its first or last factor, which is `end`, where all are square.
    fn without_end(&mut self, product: Id, end: Id, last: bool) -> Option<Id> {
        let square = |shape: Shape| shape.rows == shape.cols;
        if product == end {
            return Some(self.identity(self.shape(product).rows));
        }
        let Form::Chain(links) = self.form(product) else {
            return None;
        };
        let (found, rest) = match last {
            true => links.split_last()?,
            false => links.split_first()?,
        };
        let fits = *found == end && square(self.shape(end));
        fits.then(|| self.chain(rest))
    }

    /// inv(A), the transpose outside.
    fn matrix_inverse(&mut self, id: Id) -> Id {
        let shape = self.shape(id);
        match self.form(id) {
            Form::Identity => id,
            Form::Transposed(inner) => {
                let inner = self.matrix_inverse(inner);
                self.transposed(inner)
            }
            _ => self.operation(&linear::INV, Attr::None, &[id], shape),
        }
    }

    /// Inside a longer chain, a part that is a row times a column is a number.
    fn pull_scalars_out_of_chains(&mut self, links: &mut Ids, scalars: &mut FactorList) {
        let mut first = 0;
        while first < links.len() {
            if self.shape(links[first]).rows == 1 {
                let last = (first + 1..links.len()).find(|k| self.shape(links[*k]).cols == 1);
                if let Some(last) = last
                    && (first > 0 || last + 1 < links.len())
                {
                    let part: Ids = links.drain(first..=last).collect();
                    let inner = self.oriented(&part, Shape::SCALAR);
                    scalars.push((inner, self.one));
                    continue;
                }
            }
            first += 1;
        }
    }

    /// A number is its own transpose: of the two ways to write a chain that is one, the one with
    /// fewer transposes.
    fn oriented(&mut self, links: &[Id], shape: Shape) -> Id {
        if shape.is_scalar() {
            let turned = self.turned(links);
            let transposed =
                |algebra: &Algebra, id: Id| matches!(algebra.form(id), Form::Transposed(_));
            let transposes = |algebra: &Algebra, id: Id| match algebra.form(id) {
                Form::Sum(terms) => {
                    let terms = terms.iter().filter(|(_, term)| transposed(algebra, *term));
                    terms.count()
                }
                _ => usize::from(transposed(algebra, id)),
            };
            let count = |algebra: &Algebra, links: &[Id]| -> usize {
                links.iter().map(|link| transposes(algebra, *link)).sum()
            };
            let (here, there) = (count(self, links), count(self, &turned));
            if (there, &turned[..]) < (here, links) {
                return self.intern(Form::Chain(&turned), shape);
            }
        }
        self.intern(Form::Chain(links), shape)
    }

    /// A transpose kept as it is: it would otherwise be taken into the sum.
    pub fn transposed_bracket(&mut self, bracket: Id) -> Id {
        let shape = self.shape(bracket).transposed();
        self.intern(Form::Transposed(bracket), shape)
    }

    /// The links of the transpose of a chain.
    pub fn turned(&mut self, links: &[Id]) -> Ids {
        let links = links.iter().rev();
        links.map(|link| self.transposed(*link)).collect()
    }

    /// The transpose.
    pub fn transposed(&mut self, id: Id) -> Id {
        let shape = self.shape(id).transposed();
        if shape.is_scalar() {
            return id;
        }
        match self.form(id) {
            Form::Transposed(inner) => inner,
            Form::Apply(row, _, args)
                if row.is(&linear::INV) && self.transposed(args[0]) == args[0] =>
            {
                id
            }
            Form::Identity => id,
            Form::Atom(_) if self.is_symmetric(id) => id,
            Form::Stretched(inner) => {
                let inner = self.transposed(inner);
                self.stretch(inner, shape)
            }
            Form::Sum(terms) => {
                let terms: TermList = terms
                    .iter()
                    .map(|(c, term)| (*c, self.transposed(*term)))
                    .collect();
                self.sum(&terms, shape)
            }
            Form::Product(bases) => {
                let bases: FactorList = bases
                    .iter()
                    .map(|(base, e)| (self.transposed(*base), self.transposed(*e)))
                    .collect();
                self.product(Number::ONE, &bases, shape)
            }
            Form::Chain(links) => {
                let links = self.turned(links);
                self.chain(&links)
            }
            Form::Apply(row, _, args)
                if row.is(&array::DIAG) && self.shape(args[0]).is_vector() =>
            {
                id
            }
            Form::Apply(row, attr, &[x]) => match self.turned_operation(row, attr, x, shape) {
                Some(turned) => turned,
                None => self.intern(Form::Transposed(id), shape),
            },
            _ => self.intern(Form::Transposed(id), shape),
        }
    }

    /// The transpose of f(x) entry by entry, or of the sums of its lines, where x' is x or −x.
    fn turned_operation(
        &mut self,
        row: &'static Primitive,
        attr: Attr,
        x: Id,
        shape: Shape,
    ) -> Option<Id> {
        let of = self.shape(x);
        let attr = match attr {
            Attr::Axis(axis) if row.is(&array::SUM) => Attr::Axis(3 - axis),
            _ if row.is_entrywise() => attr,
            _ => return None,
        };
        if of.rows != of.cols {
            return None;
        }
        let turned = self.transposed(x);
        if turned == x {
            return Some(self.operation(row, attr, &[x], shape));
        }
        let opposite = self.negated(x);
        if turned != opposite {
            return None;
        }
        Some(match row.parity {
            Some(parity) => {
                let plain = self.operation(row, attr, &[x], shape);
                match parity {
                    Parity::Even => plain,
                    Parity::Odd => self.negated(plain),
                }
            }
            None => self.operation(row, attr, &[turned], shape),
        })
    }
}
