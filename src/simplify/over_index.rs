//! Formulas in which the numbers 1, 2, 3, … occur, written over an index: `sum(i*x[i] for i in 1..n)`.
//!
//! A sum whose body counts is computed for all indices at once, on the vector of the numbers. It is read
//! the other way round: what a vector with those numbers has as its entry is the body again. So is a sum over
//! two indices, in which a column meets a row: `[sum((x - x[i]).^2) for i in 1..n]`.

use super::algebra::{Algebra, FactorList, Form, Id, Ids, TermList, corner_of};
use super::exact::Number;
use crate::graph::primitive::{Reach, ShapeRule};
use crate::graph::{Attr, Corner, Shape};
use crate::primitives::array;
use rustc_hash::FxHashMap;

/// `id` with sums and vectors over an index in the place of vectors of numbers.
pub fn over_index(algebra: &mut Algebra, id: Id) -> Id {
    let mut reader = Reader {
        algebra,
        counts: FxHashMap::default(),
        written: FxHashMap::default(),
        depth: 0,
    };
    match reader.counts(id) {
        true => reader.whole(id),
        false => id,
    }
}

/// The indices of a vector: as many, from this number on.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Range {
    from: i64,
    count: u32,
}

/// The lines of a matrix that an index counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    Rows,
    Columns,
}

impl Lines {
    /// Those of the transpose.
    fn turned(self) -> Lines {
        match self {
            Lines::Rows => Lines::Columns,
            Lines::Columns => Lines::Rows,
        }
    }

    /// The axis along which one of them runs.
    fn axis(self) -> u8 {
        match self {
            Lines::Rows => 2,
            Lines::Columns => 1,
        }
    }
}

struct Reader<'r, 'a> {
    algebra: &'r mut Algebra<'a>,
    /// True for formulas with a range in them.
    counts: FxHashMap<Id, bool>,
    /// What was made of formulas, at some depth.
    written: FxHashMap<(Id, u32), Id>,
    /// The number of indices around.
    depth: u32,
}

impl Reader<'_, '_> {
    /// The range that a formula is.
    fn range(&self, id: Id) -> Option<Range> {
        let args = self.algebra.operands(id, &array::LINSPACE)?;
        let [from, to] = [args[0], args[1]].map(|end| self.algebra.value(end)?.integer());
        let (from, to) = (from?, to?);
        let count = self.algebra.shape(id).rows;
        (to - from + 1 == i64::from(count)).then_some(Range { from, count })
    }

    /// True if there is a range in a formula.
    fn counts(&mut self, id: Id) -> bool {
        if let Some(known) = self.counts.get(&id) {
            return *known;
        }
        let found = self.range(id).is_some()
            || self.crosses(id)
            || self
                .algebra
                .children(id)
                .iter()
                .any(|child| self.counts(*child));
        self.counts.insert(id, found);
        found
    }

    /// True for a column that fills a matrix, as it does where it meets a row.
    fn crosses(&self, id: Id) -> bool {
        let Form::Stretched(inner) = self.algebra.form(id) else {
            return false;
        };
        let [narrow, wide] = [inner, id].map(|id| self.algebra.shape(id));
        narrow.cols == 1 && narrow.rows > 1 && wide.cols > 1
    }

    /// True for a matrix, entry by entry a formula in which a column meets a row.
    fn is_crossed(&mut self, id: Id) -> bool {
        let entrywise = match self.algebra.form(id) {
            Form::Sum(_) | Form::Product(_) => true,
            Form::Apply(row, ..) => row.is_entrywise(),
            _ => return self.crosses(id),
        };
        let children = self.algebra.children(id);
        entrywise && self.counts(id) && children.iter().any(|child| self.is_crossed(*child))
    }

    /// The rows of such a matrix, where a formula has one entry for each of them.
    fn rows_of_crossed(&mut self, id: Id) -> Option<Range> {
        let lines = |form: Form<'_>, axis: u8| match form {
            Form::Apply(row, Attr::Axis(along), &[x])
                if along == axis && matches!(row.shape, ShapeRule::Reduce) =>
            {
                Some(x)
            }
            _ => None,
        };
        let matrix = match self.algebra.form(id) {
            Form::Transposed(inner) => lines(self.algebra.form(inner), 1),
            form => lines(form, 2),
        };
        let count = self.algebra.shape(id).rows;
        (self.is_crossed(matrix?)).then_some(Range { from: 1, count })
    }

    /// A row as the column with its entries.
    fn upright(algebra: &mut Algebra, id: Id) -> Id {
        let shape = algebra.shape(id);
        if shape.rows > 1 || shape.is_scalar() {
            return id;
        }
        let turned = shape.transposed();
        match algebra.form(id) {
            Form::Stretched(inner) => {
                let inner = Self::upright(algebra, inner);
                algebra.stretch(inner, turned)
            }
            Form::Sum(_) | Form::Product(_) => algebra.reshaped(id, turned, &mut Self::upright),
            Form::Apply(row, ..) if row.is_entrywise() => {
                algebra.reshaped(id, turned, &mut Self::upright)
            }
            _ => algebra.transposed(id),
        }
    }

    /// The range in a vector that counts entry by entry.
    fn counting(&mut self, id: Id) -> Option<Range> {
        if !self.counts(id) || self.algebra.shape(id).is_scalar() {
            return None;
        }
        if let Some(range) = self.range(id) {
            return Some(range);
        }
        let entrywise = match self.algebra.form(id) {
            Form::Sum(_) | Form::Product(_) | Form::Transposed(_) => true,
            Form::Apply(row, ..) => row.is_entrywise(),
            _ => false,
        };
        if !entrywise || !self.algebra.shape(id).is_vector() {
            return None;
        }
        let children = self.algebra.children(id);
        children.iter().find_map(|child| self.counting(*child))
    }

    /// A formula with its vectors of numbers read over an index.
    fn whole(&mut self, id: Id) -> Id {
        if !self.counts(id) {
            return id;
        }
        if let Some(known) = self.written.get(&(id, self.depth)) {
            return *known;
        }
        let result = self.read(id);
        self.written.insert((id, self.depth), result);
        result
    }

    fn read(&mut self, id: Id) -> Id {
        let shape = self.algebra.shape(id);
        let summed = match self.algebra.form(id) {
            Form::Apply(row, Attr::None, [x]) if row.is(&array::SUM) => self.sum_of(*x),
            Form::Chain(links) if shape.is_scalar() => self.inner_product(links),
            _ => None,
        };
        if let Some(sum) = summed {
            return sum;
        }
        if shape.cols == 1
            && let Some(range) = self.counting(id).or_else(|| self.rows_of_crossed(id))
            && let Some(each) = self.each(&[id], range)
        {
            return each;
        }
        if shape.rows == 1 && !shape.is_scalar() && self.counting(id).is_some() {
            let column = self.algebra.transposed(id);
            let read = self.whole(column);
            return self.algebra.transposed(read);
        }
        // The parts are read first, so that nothing is built while the algebra is borrowed.
        let children = self.algebra.children(id);
        let images: FxHashMap<Id, Id> = children.iter().map(|id| (*id, self.whole(*id))).collect();
        let mut image = |_: &mut Algebra, id: Id| images.get(&id).copied().unwrap_or(id);
        self.algebra.rebuild(id, &mut image)
    }

    /// `sum(… for i in …)` for the sum of a vector that counts.
    fn sum_of(&mut self, x: Id) -> Option<Id> {
        let column = match self.algebra.shape(x) {
            Shape { cols: 1, .. } => x,
            Shape { rows: 1, .. } => self.algebra.transposed(x),
            Shape { rows, .. } if self.is_crossed(x) => {
                let column = Shape { rows, cols: 1 };
                self.algebra.apply(&array::SUM, Attr::Axis(2), &[x], column)
            }
            _ => return None,
        };
        let range = match self.counting(column) {
            Some(range) => range,
            None => self.rows_of_crossed(column)?,
        };
        let each = self.each(&[column], range)?;
        let each = self.without_zero(each);
        Some(
            self.algebra
                .apply(&array::SUM, Attr::None, &[each], Shape::SCALAR),
        )
    }

    /// The same for u'·…·v where one side counts.
    fn inner_product(&mut self, links: &[Id]) -> Option<Id> {
        for k in 1..links.len() {
            let (left, right) = links.split_at(k);
            let [left, right] = [left, right].map(|links| self.algebra.chain(links));
            let left = self.algebra.transposed(left);
            let Some(range) = self.counting(left).or_else(|| self.counting(right)) else {
                continue;
            };
            if let Some(each) = self.each(&[left, right], range) {
                let each = self.without_zero(each);
                return Some(
                    self.algebra
                        .apply(&array::SUM, Attr::None, &[each], Shape::SCALAR),
                );
            }
        }
        None
    }

    /// The entries of the product of some columns, one for each index of `range`.
    fn each(&mut self, columns: &[Id], range: Range) -> Option<Id> {
        let shape = Shape {
            rows: range.count,
            cols: 1,
        };
        if columns.iter().any(|id| self.algebra.shape(*id) != shape) {
            return None;
        }
        self.depth += 1;
        let entries: Option<FactorList> = (columns.iter())
            .map(|id| Some((self.entry(*id, range)?, self.algebra.unit())))
            .collect();
        let body = entries.map(|entries| {
            let body = self.algebra.product(Number::ONE, &entries, Shape::SCALAR);
            self.whole(body)
        });
        self.depth -= 1;
        let body = body?;
        Some(self.algebra.each(body, self.depth, range.from, shape))
    }

    /// The same entries without a first one that is 0 by a factor such as the index itself: the others may have
    /// no value there, as x^(i - 1) has none at 0.
    fn without_zero(&mut self, each: Id) -> Id {
        let shape = self.algebra.shape(each);
        let Form::Each(body, depth, from) = self.algebra.form(each) else {
            return each;
        };
        let (_, factors) = self.algebra.scaled(body);
        let Form::Product(bases) = self.algebra.form(factors) else {
            return each;
        };
        let (one, index) = (self.algebra.unit(), self.algebra.index(depth));
        let terms = [(Number::ONE, index), (Number::whole(-from), one)];
        let zero = self.algebra.sum(&terms, Shape::SCALAR);
        if shape.rows < 2 || !bases.contains(&(zero, one)) {
            return each;
        }
        let rows = shape.rows - 1;
        self.algebra
            .each(body, depth, from + 1, Shape { rows, ..shape })
    }

    /// `offset` and the index.
    fn position(&mut self, offset: i64) -> Id {
        let index = self.algebra.index(self.depth - 1);
        let one = self.algebra.unit();
        let terms = [(Number::ONE, index), (Number::whole(offset), one)];
        self.algebra.sum(&terms, Shape::SCALAR)
    }

    /// The entry of a column.
    fn entry(&mut self, id: Id, range: Range) -> Option<Id> {
        if self.algebra.shape(id).is_scalar() {
            return Some(id);
        }
        if let Some(own) = self.range(id) {
            return Some(self.position(own.from - range.from));
        }
        match self.algebra.form(id) {
            Form::Apply(row, Attr::Axis(2), [x]) if matches!(row.shape, ShapeRule::Reduce) => {
                let x = self.line(*x, Lines::Rows, range)?;
                let upright = Self::upright(self.algebra, x);
                let x = match self.algebra.cost(upright) < self.algebra.cost(x) {
                    true => upright,
                    false => x,
                };
                Some(self.algebra.operation(row, Attr::None, &[x], Shape::SCALAR))
            }
            Form::Transposed(inner) => match self.algebra.form(inner) {
                Form::Apply(row, Attr::Axis(1), [x]) if matches!(row.shape, ShapeRule::Reduce) => {
                    let x = self.line(*x, Lines::Columns, range)?;
                    Some(self.algebra.operation(row, Attr::None, &[x], Shape::SCALAR))
                }
                _ => self.line(id, Lines::Rows, range),
            },
            _ => self.line(id, Lines::Rows, range),
        }
    }

    /// The row, or the column, of a matrix.
    fn line(&mut self, id: Id, lines: Lines, range: Range) -> Option<Id> {
        let whole = self.algebra.shape(id);
        let shape = match lines {
            Lines::Rows => Shape { rows: 1, ..whole },
            Lines::Columns => Shape { cols: 1, ..whole },
        };
        match (self.algebra.form(id), lines) {
            (Form::Chain([first, rest @ ..]), Lines::Rows) => {
                let first = self.part(*first, lines, range)?;
                let links: Ids = [first].into_iter().chain(rest.iter().copied()).collect();
                Some(self.algebra.chain(&links))
            }
            (Form::Chain([rest @ .., last]), Lines::Columns) => {
                let last = self.part(*last, lines, range)?;
                let links: Ids = rest.iter().copied().chain([last]).collect();
                Some(self.algebra.chain(&links))
            }
            (Form::Stretched(inner), _) => {
                let inner = self.part(inner, lines, range)?;
                Some(self.algebra.stretch(inner, shape))
            }
            (Form::Transposed(inner), _) => {
                let part = self.line(inner, lines.turned(), range);
                part.map(|part| self.algebra.transposed(part))
            }
            (Form::Apply(row, Attr::Axis(axis), [x]), _)
                if row.axis && matches!(row.reach, Reach::Lane) && lines.axis() == axis =>
            {
                let x = self.line(*x, lines, range)?;
                Some(self.algebra.operation(row, Attr::None, &[x], shape))
            }
            _ => match self.entrywise(id, shape, lines, range) {
                Some(entry) => Some(entry),
                None => self.named(id, lines, range),
            },
        }
    }

    /// The part for an index of what stands in an operation entry by entry on lines: a line, a vector across
    /// them, a matrix or a number.
    fn part(&mut self, id: Id, lines: Lines, range: Range) -> Option<Id> {
        match (self.algebra.shape(id), lines) {
            (Shape { rows: 1, .. }, Lines::Rows) | (Shape { cols: 1, .. }, Lines::Columns) => {
                Some(id)
            }
            (Shape { cols: 1, .. }, Lines::Rows) => self.entry(id, range),
            (Shape { rows: 1, .. }, Lines::Columns) => {
                let column = self.algebra.transposed(id);
                self.entry(column, range)
            }
            _ => self.line(id, lines, range),
        }
    }

    /// The part of an operation entry by entry, in this shape.
    fn entrywise(&mut self, id: Id, shape: Shape, lines: Lines, range: Range) -> Option<Id> {
        match self.algebra.form(id) {
            Form::Sum(terms) => {
                let one = self.algebra.unit();
                let mut parts = TermList::new();
                for (c, term) in terms.iter() {
                    let part = match *term == one {
                        true => one,
                        false => self.part(*term, lines, range)?,
                    };
                    parts.push((*c, part));
                }
                Some(self.algebra.sum(&parts, shape))
            }
            Form::Product(bases) => {
                let mut parts = FactorList::new();
                for (base, exponent) in bases {
                    let base = self.part(*base, lines, range)?;
                    parts.push((base, self.part(*exponent, lines, range)?));
                }
                Some(self.algebra.product(Number::ONE, &parts, shape))
            }
            Form::Apply(row, attr, args) if row.is_entrywise() => {
                let mut parts = Ids::new();
                for arg in args {
                    let part = self.part(*arg, lines, range)?;
                    parts.push(self.algebra.stretch(part, shape));
                }
                Some(self.algebra.operation(row, attr, &parts, shape))
            }
            _ => None,
        }
    }

    /// `x[i]`, `X[i, :]` or `X[:, i]`.
    fn named(&mut self, id: Id, lines: Lines, range: Range) -> Option<Id> {
        if self.counts(id) {
            return None;
        }
        if let Form::Transposed(inner) = self.algebra.form(id) {
            let part = self.named(inner, lines.turned(), range)?;
            return Some(self.algebra.transposed(part));
        }
        let mut of = (id, Corner { row: 0, col: 0 });
        if let Form::Apply(row, attr, [x]) = self.algebra.form(id)
            && row.is(&array::INDEX)
        {
            let [own, wide] = [id, *x].map(|id| self.algebra.shape(id));
            // All of what lies across.
            let across = match lines {
                Lines::Rows => own.cols == wide.cols,
                Lines::Columns => own.rows == wide.rows,
            };
            if across {
                of = (*x, corner_of(attr));
            }
        }
        let (of, corner) = of;
        let whole = self.algebra.shape(id);
        let one = self.algebra.unit();
        let place = |first: u32| i64::from(first) + 1 - range.from;
        let (args, shape) = match lines {
            Lines::Rows => {
                let position = self.position(place(corner.row));
                ([of, position, one], Shape { rows: 1, ..whole })
            }
            Lines::Columns => {
                let position = self.position(place(corner.col));
                ([of, one, position], Shape { cols: 1, ..whole })
            }
        };
        Some(
            self.algebra
                .apply(&array::ENTRIES_AT, Attr::None, &args, shape),
        )
    }
}
