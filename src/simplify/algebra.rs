//! Formulas in normal form.
//!
//! Sums are collected, products have one exponent a base, matrix products are flat chains with
//! their scalar factors pulled out, transposes stand at the leaves. Every constructor returns the
//! normal form of what it is given, so that a formula is simplified by being built.

use crate::graph::{Attr, NodeId, Primitive, Shape, Tensor};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// The index of a formula in its [`Algebra`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub u32);

/// A number that can be compared and hashed by its bits.
#[derive(Clone, Copy, Debug)]
pub struct Coefficient(pub f64);

impl PartialEq for Coefficient {
    fn eq(&self, other: &Coefficient) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Coefficient {}

impl std::hash::Hash for Coefficient {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

/// The forms of a formula.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// A number.
    Number(Coefficient),
    /// A leaf of the graph, a formula that the user named, or a part that is shared.
    Atom(NodeId),
    /// The identity matrix.
    Identity,
    /// c₁·t₁ + c₂·t₂ + …; no term is a sum or a number other than 1, no coefficient 0. One term
    /// alone has a coefficient other than 1.
    Sum(Vec<(Coefficient, Id)>),
    /// b₁^e₁ · b₂^e₂ · …, entry by entry; no base is a product with exponent 1, bases differ.
    Product(Vec<(Id, Id)>),
    /// A chain of at least two matrices, none of them a chain or a scalar.
    Chain(Vec<Id>),
    /// The transpose of something that has no other normal form.
    Transposed(Id),
    /// A scalar, row or column repeated to fill the shape.
    Stretched(Id),
    /// A matrix from its entries, row by row.
    Entries(Vec<Id>),
    /// An operation of the table.
    Apply(&'static Primitive, Attr, Vec<Id>),
}

/// How deeply rearrangements may be nested: far more than any readable formula needs.
const DEPTH_OF_REARRANGEMENTS: u32 = 300;

struct Entry {
    form: Form,
    shape: Shape,
}

/// An arena of formulas, equal ones shared.
pub struct Algebra {
    entries: Vec<Entry>,
    table: FxHashMap<(Form, Shape), Id>,
    costs: FxHashMap<Id, u64>,
    /// The number one: the term of a sum's constant.
    one: Id,
    /// What formulas the user has names for.
    named: FxHashMap<Id, Id>,
    /// The formulas behind those names.
    definitions: FxHashMap<Id, Id>,
    /// Whether forms are chosen for reading rather than for rearranging.
    pub printing: bool,
    /// The values of constant matrices.
    pub constants: FxHashMap<NodeId, Rc<Tensor>>,
    /// How many rearrangements are under way inside each other.
    depth: u32,
    /// Whether what happens at kinks, and structural zeros, must come out right.
    pub guards: bool,
    /// The names of rules that were applied, in order.
    pub applied: Vec<&'static str>,
}

impl Default for Algebra {
    fn default() -> Algebra {
        let mut algebra = Algebra {
            entries: Vec::new(),
            table: FxHashMap::default(),
            costs: FxHashMap::default(),
            one: Id(0),
            named: FxHashMap::default(),
            definitions: FxHashMap::default(),
            printing: false,
            constants: FxHashMap::default(),
            depth: 0,
            guards: false,
            applied: Vec::new(),
        };
        algebra.one = algebra.intern(Form::Number(Coefficient(1.0)), Shape::SCALAR);
        algebra
    }
}

/// The factors of a product without the one at `k`.
pub fn all_but(bases: &[(Id, Id)], k: usize) -> Vec<(Id, Id)> {
    let others = (0..bases.len()).filter(|j| *j != k);
    others.map(|j| bases[j]).collect()
}

/// A sum under construction.
type Terms = Vec<(f64, Id)>;

impl Algebra {
    /// An empty arena. With `guards`, what happens at kinks and structural zeros comes out right.
    pub fn new(guards: bool) -> Algebra {
        Algebra {
            guards,
            ..Algebra::default()
        }
    }

    /// The form of `id`.
    pub fn form(&self, id: Id) -> &Form {
        &self.entries[id.0 as usize].form
    }

    /// The shape of `id`.
    pub fn shape(&self, id: Id) -> Shape {
        self.entries[id.0 as usize].shape
    }

    fn intern(&mut self, form: Form, shape: Shape) -> Id {
        if let Some(id) = self.table.get(&(form.clone(), shape)) {
            return self.named.get(id).copied().unwrap_or(*id);
        }
        let id = Id(self.entries.len() as u32);
        self.entries.push(Entry {
            form: form.clone(),
            shape,
        });
        self.table.insert((form, shape), id);
        id
    }

    /// From here on `definition` is written by the name of `atom`.
    pub fn name(&mut self, definition: Id, atom: Id) {
        let plain = matches!(
            self.form(definition),
            Form::Number(_) | Form::Atom(_) | Form::Identity
        );
        if !plain && definition != atom {
            self.named.entry(definition).or_insert(atom);
            self.definitions.entry(atom).or_insert(definition);
        }
    }

    /// Begins a rearrangement inside another; false where they are nested so deeply that a
    /// formula is better left as it is. Ended by [`Algebra::leave`].
    pub fn enter(&mut self) -> bool {
        let possible = self.depth < DEPTH_OF_REARRANGEMENTS;
        self.depth += u32::from(possible);
        possible
    }

    /// Ends a rearrangement.
    pub fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Notes that a rule was applied.
    pub fn note(&mut self, rule: &'static str) {
        if self.applied.last() != Some(&rule) {
            self.applied.push(rule);
        }
    }

    /// The scalar `value`.
    pub fn number(&mut self, value: f64) -> Id {
        let value = if value == 0.0 { 0.0 } else { value };
        self.intern(Form::Number(Coefficient(value)), Shape::SCALAR)
    }

    /// `node` as something that is not looked into.
    pub fn atom(&mut self, node: NodeId, shape: Shape) -> Id {
        self.intern(Form::Atom(node), shape)
    }

    /// The n×n identity matrix; 1 for n = 1.
    pub fn identity(&mut self, n: u32) -> Id {
        if n == 1 {
            return self.one;
        }
        self.intern(Form::Identity, Shape { rows: n, cols: n })
    }

    /// The number that `id` is.
    pub fn value(&self, id: Id) -> Option<f64> {
        match self.form(id) {
            Form::Number(value) => Some(value.0),
            _ => None,
        }
    }

    /// Whether `id` is zero everywhere.
    pub fn is_zero(&self, id: Id) -> bool {
        self.value(self.core(id)) == Some(0.0)
    }

    /// What `id` stretches, or `id`.
    pub fn core(&self, id: Id) -> Id {
        match self.form(id) {
            Form::Stretched(inner) => *inner,
            _ => id,
        }
    }

    /// The formula that the user has named so, where `id` is such a name.
    pub fn behind(&self, id: Id) -> Id {
        self.definitions.get(&id).copied().unwrap_or(id)
    }

    /// `id` repeated to fill `shape`.
    pub fn stretch(&mut self, id: Id, shape: Shape) -> Id {
        if self.shape(id) == shape {
            return id;
        }
        let id = self.core(id);
        if self.shape(id) == shape {
            return id;
        }
        self.intern(Form::Stretched(id), shape)
    }

    /// `id` as coefficients and terms.
    fn terms(&self, id: Id) -> Terms {
        match self.form(id) {
            Form::Sum(terms) => terms.iter().map(|(c, term)| (c.0, *term)).collect(),
            Form::Number(value) => vec![(value.0, self.one)],
            _ => vec![(1.0, id)],
        }
    }

    /// A single coefficient and what it multiplies.
    pub fn scaled(&self, id: Id) -> (f64, Id) {
        match self.form(id) {
            Form::Sum(terms) if terms.len() == 1 => (terms[0].0.0, terms[0].1),
            Form::Number(value) => (value.0, self.one),
            _ => (1.0, id),
        }
    }

    /// c₁·t₁ + c₂·t₂ + … in the given shape: flat, like terms collected, zeros left out.
    pub fn sum(&mut self, terms: &[(f64, Id)], shape: Shape) -> Id {
        let mut collected: Vec<(f64, Id)> = Vec::new();
        let mut position: FxHashMap<Id, usize> = FxHashMap::default();
        let mut like = false;
        for (coefficient, id) in terms {
            let inner = self.core(*id);
            for (c, term) in self.terms(inner) {
                let term = self.core(term);
                match position.get(&term) {
                    Some(k) => {
                        collected[*k].0 += coefficient * c;
                        like = true;
                    }
                    None => {
                        position.insert(term, collected.len());
                        collected.push((coefficient * c, term));
                    }
                }
            }
        }
        if like {
            self.note("collect like terms");
        }
        collected.retain(|(c, _)| *c != 0.0);
        self.merge_branches(&mut collected);
        collected.sort_by_key(|(_, term)| *term);
        let shapes: Vec<Shape> = collected
            .iter()
            .map(|(_, term)| self.shape(*term))
            .collect();
        let inner_shape = match Shape::common(&shapes) {
            Some(common) => common,
            None if collected.is_empty() => Shape::SCALAR,
            None => {
                // A row and a column: one of them must be written in full.
                collected[0].1 = self.intern(Form::Stretched(collected[0].1), shape);
                shape
            }
        };
        let inner = match collected.as_slice() {
            [] => self.number(0.0),
            [(c, term)] if *term == self.one => self.number(*c),
            [(1.0, term)] => *term,
            [(1.0, one), (-1.0, term)] | [(-1.0, term), (1.0, one)]
                if *one == self.one && !self.printing && self.sigmoid_of(*term).is_some() =>
            {
                let x = self.sigmoid_of(*term).unwrap_or(*term);
                let opposite = self.negated(x);
                super::convert::sigmoid(self, opposite)
            }
            _ => self.named_or_sum(&collected, inner_shape),
        };
        self.stretch(inner, shape)
    }

    /// The argument of a logistic function, or of the formula behind a name that is one.
    pub fn sigmoid_of(&self, id: Id) -> Option<Id> {
        let definition = self.behind(id);
        match self.form(definition) {
            Form::Apply(row, _, args) if row.name == "sigmoid" => Some(args[0]),
            _ => None,
        }
    }

    /// A sum, or the name that the user has for it or for its negative.
    fn named_or_sum(&mut self, terms: &[(f64, Id)], shape: Shape) -> Id {
        let signed = |sign: f64| {
            terms
                .iter()
                .map(|(c, term)| (Coefficient(sign * c), *term))
                .collect()
        };
        if let Some(opposite) = self.table.get(&(Form::Sum(signed(-1.0)), shape))
            && let Some(atom) = self.named.get(opposite).copied()
            && terms.len() > 1
        {
            return self.intern(Form::Sum(vec![(Coefficient(-1.0), atom)]), shape);
        }
        self.intern(Form::Sum(signed(1.0)), shape)
    }

    /// Two branches of one condition become one choice.
    fn merge_branches(&mut self, terms: &mut Terms) {
        use crate::primitives::arithmetic::{CHOOSE, WHERE};
        let conditional: Vec<usize> = (0..terms.len())
            .filter(|k| self.may_be_conditional(terms[*k].1))
            .collect();
        for (position, &k) in conditional.iter().enumerate() {
            for &j in &conditional[position + 1..] {
                let Some((mask, first)) = self.conditional(terms[k].1) else {
                    continue;
                };
                let Some((other, second)) = self.conditional(terms[j].1) else {
                    continue;
                };
                if self.opposite(mask) != other {
                    continue;
                }
                let shapes = [self.shape(mask), self.shape(first), self.shape(second)];
                let Some(shape) = Shape::common(&shapes) else {
                    continue;
                };
                let mut sides = [(terms[k].0, first), (terms[j].0, second)]
                    .map(|side| self.sum(&[side], shape));
                let mut mask = mask;
                if self.is_downward(mask) {
                    // `if x > 0 …` reads better than `if x <= 0 …`.
                    mask = other;
                    sides.swap(0, 1);
                }
                let row = if shapes[0].is_scalar() {
                    &CHOOSE
                } else {
                    &WHERE
                };
                let choice = self.intern(
                    Form::Apply(row, Attr::None, vec![mask, sides[0], sides[1]]),
                    shape,
                );
                self.note("join branches");
                terms[k] = (1.0, choice);
                terms.remove(j);
                return self.merge_branches(terms);
            }
        }
    }

    /// Whether a condition is of the kind that its opposite reads better: `<`, `<=`, `!=`, `not`.
    fn is_downward(&self, condition: Id) -> bool {
        use crate::primitives::arithmetic::{LE, LT, NE, NOT};
        match self.form(condition) {
            Form::Apply(row, ..) => [&LE, &LT, &NE, &NOT].iter().any(|known| row.is(known)),
            _ => false,
        }
    }

    /// Whether a condition is among the factors of `term`.
    fn may_be_conditional(&self, term: Id) -> bool {
        let truth = |id: Id| match self.form(id) {
            Form::Apply(row, ..) => row.is_truth() || row.name.starts_with("pass"),
            _ => false,
        };
        match self.form(term) {
            Form::Product(bases) => bases.iter().any(|(base, _)| truth(*base)),
            _ => truth(term),
        }
    }

    /// A condition and what it lets through: a factor that is 1 or 0, or an explicit choice.
    fn conditional(&mut self, term: Id) -> Option<(Id, Id)> {
        use crate::primitives::array::{PASS, PASS_ALL};
        let truth = |algebra: &Algebra, id: Id| matches!(algebra.form(id), Form::Apply(row, ..) if row.is_truth());
        match self.form(term).clone() {
            Form::Apply(row, _, args) if row.is(&PASS) || row.is(&PASS_ALL) => {
                Some((args[0], args[1]))
            }
            _ if truth(self, term) => Some((term, self.one)),
            Form::Product(bases) => {
                let k = bases
                    .iter()
                    .position(|(base, e)| *e == self.one && truth(self, *base))?;
                let rest: Vec<(Id, Id)> = all_but(&bases, k);
                let shapes: Vec<Shape> = rest.iter().map(|(base, _)| self.shape(*base)).collect();
                let rest = self.product(1.0, &rest, Shape::common(&shapes)?);
                Some((bases[k].0, rest))
            }
            _ => None,
        }
    }

    /// The opposite of a condition.
    pub fn opposite(&mut self, condition: Id) -> Id {
        use crate::primitives::arithmetic::{AND, EQ, GE, GT, LE, LT, NE, NOT, OR};
        let shape = self.shape(condition);
        if let Form::Apply(row, attr, args) = self.form(condition).clone() {
            if row.is(&NOT) {
                return args[0];
            }
            if self.guards {
                // Neither a < b nor a >= b where one is NaN: only `not` is exact.
                return self.intern(Form::Apply(&NOT, Attr::None, vec![condition]), shape);
            }
            let pairs: [(&'static Primitive, &'static Primitive); 3] =
                [(&LT, &GE), (&LE, &GT), (&EQ, &NE)];
            for (a, b) in pairs {
                for (from, to) in [(a, b), (b, a)] {
                    if row.is(from) {
                        return self.intern(Form::Apply(to, attr, args), shape);
                    }
                }
            }
            if row.is(&AND) || row.is(&OR) {
                let sides = args.iter().map(|side| self.opposite(*side)).collect();
                let dual = if row.is(&AND) { &OR } else { &AND };
                return self.intern(Form::Apply(dual, attr, sides), shape);
            }
        }
        self.intern(Form::Apply(&NOT, Attr::None, vec![condition]), shape)
    }

    /// The negative.
    pub fn negated(&mut self, id: Id) -> Id {
        let shape = self.shape(id);
        self.sum(&[(-1.0, id)], shape)
    }

    /// c·b₁^e₁·b₂^e₂·… entry by entry in the given shape: flat, one exponent a base.
    pub fn product(&mut self, coefficient: f64, factors: &[(Id, Id)], shape: Shape) -> Id {
        let mut coefficient = coefficient;
        let mut bases: Vec<(Id, Id)> = Vec::new();
        let mut seen: FxHashSet<Id> = FxHashSet::default();
        let mut todo: Vec<(Id, Id)> = factors.iter().rev().copied().collect();
        while let Some((base, exponent)) = todo.pop() {
            let base = self.core(base);
            let whole = self.value(exponent).filter(|e| e.fract() == 0.0);
            let (scale, inner) = self.scaled(base);
            match self.form(base).clone() {
                Form::Number(value) if self.value(exponent).is_some() => {
                    coefficient *= crate::primitives::special::pow(
                        value.0,
                        self.value(exponent).unwrap_or(1.0),
                    );
                }
                Form::Sum(_) if inner != base && whole.is_some() => {
                    coefficient *= crate::primitives::special::pow(scale, whole.unwrap_or(1.0));
                    todo.push((inner, exponent));
                }
                Form::Product(inner) if whole.is_some() => {
                    for (base, power) in inner.into_iter().rev() {
                        let power = self.times(power, exponent);
                        todo.push((base, power));
                    }
                }
                Form::Apply(row, _, args)
                    if row.name == "sqrt" && whole.is_some_and(|e| e % 2.0 == 0.0) =>
                {
                    self.note("square of a root");
                    let half = self.number(whole.unwrap_or(2.0) / 2.0);
                    todo.push((args[0], half));
                }
                _ => match self.meeting(&bases, &seen, base, exponent) {
                    Some(k) => {
                        self.note("collect powers");
                        let (known, power) = bases.remove(k);
                        let power = self.plus(power, exponent);
                        // The new power may make the base fold further.
                        if self.value(power) != Some(0.0) {
                            todo.push((known, power));
                        }
                    }
                    None if self.value(exponent) == Some(0.0) => {}
                    None => {
                        seen.insert(base);
                        bases.push((base, exponent));
                    }
                },
            }
            if coefficient == 0.0 {
                let zero = self.number(0.0);
                return self.stretch(zero, shape);
            }
        }
        bases.sort();
        let shapes: Vec<Shape> = bases
            .iter()
            .map(|(base, exponent)| {
                let (base, exponent) = (self.shape(*base), self.shape(*exponent));
                if base.is_scalar() { exponent } else { base }
            })
            .collect();
        let inner_shape = match Shape::common(&shapes) {
            Some(common) => common,
            None if bases.is_empty() => Shape::SCALAR,
            None => {
                bases[0].0 = self.intern(Form::Stretched(bases[0].0), shape);
                shape
            }
        };
        let inner = match bases.as_slice() {
            [] => self.one,
            [(base, exponent)] if self.value(*exponent) == Some(1.0) => *base,
            _ => self.intern(Form::Product(bases), inner_shape),
        };
        let scaled = self.sum(&[(coefficient, inner)], inner_shape);
        self.stretch(scaled, shape)
    }

    /// The factor among `bases` that a power of `base` is collected with. Exponents are added where
    /// one is a number, where they are equal, or where they cancel; two different formulas read
    /// better as two powers.
    fn meeting(
        &mut self,
        bases: &[(Id, Id)],
        seen: &FxHashSet<Id>,
        base: Id,
        exponent: Id,
    ) -> Option<usize> {
        if !seen.contains(&base) {
            return None;
        }
        let opposite = self.negated(exponent);
        let number = self.value(exponent).is_some();
        bases.iter().position(|(known, power)| {
            let meet = number || self.value(*power).is_some() || *power == exponent;
            *known == base && (meet || *power == opposite)
        })
    }

    fn plus(&mut self, a: Id, b: Id) -> Id {
        let shape = Shape::common(&[self.shape(a), self.shape(b)]).unwrap_or(Shape::SCALAR);
        self.sum(&[(1.0, a), (1.0, b)], shape)
    }

    fn times(&mut self, a: Id, b: Id) -> Id {
        let shape = Shape::common(&[self.shape(a), self.shape(b)]).unwrap_or(Shape::SCALAR);
        let one = self.one;
        self.product(1.0, &[(a, one), (b, one)], shape)
    }

    /// The exponent 1.
    pub fn unit(&self) -> Id {
        self.one
    }

    /// A product of matrices: flat, scalar factors in front, identities left out.
    pub fn chain(&mut self, factors: &[Id]) -> Id {
        let shape = Shape {
            rows: self.shape(factors[0]).rows,
            cols: self.shape(factors[factors.len() - 1]).cols,
        };
        let mut coefficient = 1.0;
        let mut scalars: Vec<(Id, Id)> = Vec::new();
        let mut links: Vec<Id> = Vec::new();
        let mut todo: Vec<Id> = factors.iter().rev().copied().collect();
        while let Some(factor) = todo.pop() {
            let (scale, inner) = self.scaled(factor);
            coefficient *= scale;
            if self.shape(inner).is_scalar() {
                scalars.push((inner, self.one));
                continue;
            }
            match self.form(inner).clone() {
                Form::Chain(parts) => todo.extend(parts.into_iter().rev()),
                Form::Identity => {}
                Form::Stretched(constant) if self.value(constant).is_some_and(|c| c != 1.0) => {
                    coefficient *= self.value(constant).unwrap_or(1.0);
                    let one = self.one;
                    links.push(self.stretch(one, self.shape(inner)));
                }
                Form::Product(bases) => {
                    let (front, rest): (Vec<_>, Vec<_>) = bases
                        .into_iter()
                        .partition(|(base, _)| self.shape(*base).is_scalar());
                    if front.is_empty() {
                        links.push(inner);
                    } else {
                        scalars.extend(front);
                        let shape = self.shape(inner);
                        let rest = self.product(1.0, &rest, shape);
                        todo.push(rest);
                    }
                }
                _ => links.push(inner),
            }
        }
        self.absorb_diagonals(&mut links);
        self.pull_scalars_out_of_chains(&mut links, &mut scalars);
        if links.iter().any(|link| self.is_zero(*link)) || coefficient == 0.0 {
            let zero = self.number(0.0);
            return self.stretch(zero, shape);
        }
        let chained = match links.as_slice() {
            [] if shape.rows == shape.cols => self.identity(shape.rows),
            [] => self.one,
            [single] => *single,
            _ => self.oriented(links, shape),
        };
        scalars.push((chained, self.one));
        self.product(coefficient, &scalars, shape)
    }

    /// A row of ones times diag(v) is v', and diag(v) times a column of ones is v.
    fn absorb_diagonals(&mut self, links: &mut Vec<Id>) {
        let ones = |algebra: &Algebra, id: Id| matches!(algebra.form(id), Form::Stretched(inner) if *inner == algebra.one);
        let diagonal = |algebra: &Algebra, id: Id| match algebra.form(id) {
            Form::Apply(row, _, args) if row.name == "diag" && algebra.shape(args[0]).cols == 1 => {
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
                    links.splice(k..=k + 1, [vector]);
                }
                None => k += 1,
            }
        }
    }

    /// Inside a longer chain, a part that is a row times a column is a number.
    fn pull_scalars_out_of_chains(&mut self, links: &mut Vec<Id>, scalars: &mut Vec<(Id, Id)>) {
        let mut first = 0;
        while first < links.len() {
            if self.shape(links[first]).rows == 1 {
                let last = (first + 1..links.len()).find(|k| self.shape(links[*k]).cols == 1);
                if let Some(last) = last
                    && (first > 0 || last + 1 < links.len())
                {
                    let part: Vec<Id> = links.drain(first..=last).collect();
                    let inner = self.oriented(part, Shape::SCALAR);
                    scalars.push((inner, self.one));
                    continue;
                }
            }
            first += 1;
        }
    }

    /// A number is its own transpose: of the two ways to write a chain that is one, the one with
    /// fewer transposes.
    fn oriented(&mut self, links: Vec<Id>, shape: Shape) -> Id {
        if shape.is_scalar() {
            let turned: Vec<Id> = links
                .iter()
                .rev()
                .map(|link| self.transposed(*link))
                .collect();
            let count = |algebra: &Algebra, links: &[Id]| {
                links
                    .iter()
                    .filter(|link| matches!(algebra.form(**link), Form::Transposed(_)))
                    .count()
            };
            let (here, there) = (count(self, &links), count(self, &turned));
            if (there, &turned) < (here, &links) {
                return self.intern(Form::Chain(turned), shape);
            }
        }
        self.intern(Form::Chain(links), shape)
    }

    /// The transpose.
    pub fn transposed(&mut self, id: Id) -> Id {
        let shape = self.shape(id).transposed();
        if shape.is_scalar() {
            return id;
        }
        match self.form(id).clone() {
            Form::Transposed(inner) => inner,
            Form::Apply(row, _, args)
                if row.name == "inv" && self.transposed(args[0]) == args[0] =>
            {
                id
            }
            Form::Identity => id,
            Form::Stretched(inner) => {
                let inner = self.transposed(inner);
                self.stretch(inner, shape)
            }
            Form::Sum(terms) => {
                let terms: Terms = terms
                    .iter()
                    .map(|(c, term)| (c.0, self.transposed(*term)))
                    .collect();
                self.sum(&terms, shape)
            }
            Form::Product(bases) => {
                let bases: Vec<(Id, Id)> = bases
                    .iter()
                    .map(|(base, e)| (self.transposed(*base), self.transposed(*e)))
                    .collect();
                self.product(1.0, &bases, shape)
            }
            Form::Chain(links) => {
                let links: Vec<Id> = links
                    .iter()
                    .rev()
                    .map(|link| self.transposed(*link))
                    .collect();
                self.chain(&links)
            }
            Form::Apply(row, _, args) if row.name == "diag" && self.shape(args[0]).is_vector() => {
                id
            }
            _ => self.intern(Form::Transposed(id), shape),
        }
    }

    /// An operation of the table whose arguments are in normal form, with no rule of its own.
    pub fn apply(
        &mut self,
        row: &'static Primitive,
        attr: Attr,
        args: Vec<Id>,
        shape: Shape,
    ) -> Id {
        let entrywise = row.is_entrywise();
        let turned = |algebra: &Algebra, id: Id| matches!(algebra.form(id), Form::Transposed(_));
        // A function of a transpose is the transpose of the function.
        if entrywise && args.len() == 1 && turned(self, args[0]) {
            let inner = self.transposed(args[0]);
            let applied = self.apply(row, attr, vec![inner], shape.transposed());
            return self.transposed(applied);
        }
        if entrywise && args.len() == 1 && matches!(self.form(args[0]), Form::Stretched(_)) {
            let inner = self.core(args[0]);
            let inner_shape = self.shape(inner);
            let applied = super::convert::operation(self, row, attr, vec![inner], inner_shape);
            return self.stretch(applied, shape);
        }
        if entrywise && args.len() > 1 {
            let cores: Vec<Id> = args.iter().map(|arg| self.core(*arg)).collect();
            let shapes: Vec<Shape> = cores.iter().map(|core| self.shape(*core)).collect();
            if let Some(inner) = Shape::common(&shapes)
                && inner != shape
            {
                let applied = self.apply(row, attr, cores, inner);
                return self.stretch(applied, shape);
            }
        }
        let args: Vec<Id> = if entrywise {
            self.unstretched(args, shape)
        } else {
            args
        };
        self.intern(Form::Apply(row, attr, args), shape)
    }

    /// Arguments of an entry-by-entry operation without the stretching that the language does by
    /// itself.
    fn unstretched(&self, args: Vec<Id>, shape: Shape) -> Vec<Id> {
        let plain: Vec<Id> = args.iter().map(|arg| self.core(*arg)).collect();
        let shapes: Vec<Shape> = plain.iter().map(|arg| self.shape(*arg)).collect();
        if Shape::common(&shapes) == Some(shape) {
            plain
        } else {
            args
        }
    }

    /// A matrix from its entries, row by row.
    pub fn entries(&mut self, entries: Vec<Id>, shape: Shape) -> Id {
        if shape.is_scalar() {
            return entries[0];
        }
        if entries.iter().all(|entry| *entry == entries[0]) && self.value(entries[0]).is_some() {
            return self.stretch(entries[0], shape);
        }
        self.intern(Form::Entries(entries), shape)
    }

    /// How many operations the formula is, written as a tree; saturating.
    pub fn cost(&mut self, id: Id) -> u64 {
        if let Some(cost) = self.costs.get(&id) {
            return *cost;
        }
        let mut own = self.own_cost(id);
        for child in self.children(id) {
            own = own.saturating_add(self.cost(child));
        }
        self.costs.insert(id, own);
        own
    }

    /// The operations that `id` adds to those of its children.
    pub fn own_cost(&self, id: Id) -> u64 {
        match self.form(id) {
            Form::Number(_) | Form::Atom(_) => 0,
            Form::Identity | Form::Transposed(_) | Form::Stretched(_) => 1,
            Form::Sum(terms) => {
                let scales = terms
                    .iter()
                    .filter(|(c, term)| c.0.abs() != 1.0 && *term != self.one)
                    .count();
                let all_negative = terms.iter().all(|(c, _)| c.0 < 0.0);
                (scales + terms.len() - 1 + usize::from(all_negative && scales == 0)) as u64
            }
            Form::Product(bases) => {
                let power = |e: Id| !matches!(self.value(e), Some(1.0 | -1.0));
                let powers = bases.iter().filter(|(_, e)| power(*e)).count();
                let upper = bases
                    .iter()
                    .any(|(_, e)| !self.value(*e).is_some_and(|e| e < 0.0));
                (powers + bases.len() - usize::from(upper)) as u64
            }
            Form::Chain(links) => links.len() as u64 - 1,
            Form::Entries(_) => 1,
            Form::Apply(..) => 1,
        }
    }

    /// What `id` is made of.
    pub fn children(&self, id: Id) -> Vec<Id> {
        match self.form(id) {
            Form::Number(_) | Form::Atom(_) | Form::Identity => Vec::new(),
            Form::Sum(terms) => terms
                .iter()
                .map(|(_, term)| *term)
                .filter(|term| *term != self.one)
                .collect(),
            Form::Product(bases) => bases
                .iter()
                .flat_map(|(base, e)| [Some(*base), self.value(*e).is_none().then_some(*e)])
                .flatten()
                .collect(),
            Form::Chain(links) => links.clone(),
            Form::Transposed(inner) | Form::Stretched(inner) => vec![*inner],
            Form::Entries(entries) => entries.clone(),
            Form::Apply(_, _, args) => args.clone(),
        }
    }

    /// c·(a + b) kept as it is: a coefficient would otherwise be multiplied into the sum.
    pub fn scaled_bracket(&mut self, coefficient: f64, bracket: Id, shape: Shape) -> Id {
        let factor = self.number(coefficient);
        let mut bases = vec![(factor, self.one), (bracket, self.one)];
        bases.sort();
        self.intern(Form::Product(bases), shape)
    }

    /// The scalar formula `id` with every child replaced by `map` of it, entry by entry in `shape`.
    pub fn reshaped(
        &mut self,
        id: Id,
        shape: Shape,
        map: &mut dyn FnMut(&mut Algebra, Id) -> Id,
    ) -> Id {
        let fits =
            |algebra: &Algebra, id: Id| algebra.shape(id).is_scalar() || algebra.shape(id) == shape;
        match self.form(id).clone() {
            Form::Sum(terms) => {
                let terms: Terms = terms
                    .iter()
                    .map(|(c, term)| {
                        (
                            c.0,
                            if *term == self.one {
                                *term
                            } else {
                                map(self, *term)
                            },
                        )
                    })
                    .collect();
                let shapes: Vec<Shape> = terms.iter().map(|(_, term)| self.shape(*term)).collect();
                self.sum(&terms, Shape::common(&shapes).unwrap_or(shape))
            }
            Form::Product(bases) => {
                let bases: Vec<(Id, Id)> = bases
                    .iter()
                    .map(|(base, e)| {
                        (
                            map(self, *base),
                            if self.value(*e).is_some() {
                                *e
                            } else {
                                map(self, *e)
                            },
                        )
                    })
                    .collect();
                let shapes: Vec<Shape> = bases.iter().map(|(base, _)| self.shape(*base)).collect();
                self.product(1.0, &bases, Shape::common(&shapes).unwrap_or(shape))
            }
            Form::Apply(row, attr, args) if row.is_entrywise() => {
                let args: Vec<Id> = args.iter().map(|arg| map(self, *arg)).collect();
                let shapes: Vec<Shape> = args.iter().map(|arg| self.shape(*arg)).collect();
                let common = Shape::common(&shapes).unwrap_or(shape);
                let stretched: Vec<Id> =
                    args.iter().map(|arg| self.stretch(*arg, common)).collect();
                if !args.iter().all(|arg| fits(self, *arg)) {
                    return id;
                }
                super::convert::operation(self, row, attr, stretched, common)
            }
            _ => id,
        }
    }

    /// `id` with every child replaced by `map` of it, in normal form again; `id` itself where no
    /// child changes.
    pub fn rebuild(&mut self, id: Id, map: &mut dyn FnMut(&mut Algebra, Id) -> Id) -> Id {
        let children = self.children(id);
        let images: FxHashMap<Id, Id> = children
            .iter()
            .map(|child| (*child, map(self, *child)))
            .collect();
        if images.iter().all(|(child, image)| child == image) {
            return id;
        }
        let image = |child: &Id| images.get(child).copied().unwrap_or(*child);
        let shape = self.shape(id);
        match self.form(id).clone() {
            Form::Number(_) | Form::Atom(_) | Form::Identity => id,
            Form::Sum(terms) => {
                let terms: Terms = terms.iter().map(|(c, term)| (c.0, image(term))).collect();
                self.sum(&terms, shape)
            }
            Form::Product(bases) => {
                let bases: Vec<(Id, Id)> = bases
                    .iter()
                    .map(|(base, e)| (image(base), image(e)))
                    .collect();
                self.product(1.0, &bases, shape)
            }
            Form::Chain(links) => {
                let links: Vec<Id> = links.iter().map(image).collect();
                self.chain(&links)
            }
            Form::Transposed(inner) => self.transposed(image(&inner)),
            Form::Stretched(inner) => self.stretch(image(&inner), shape),
            Form::Entries(entries) => {
                let entries = entries.iter().map(image).collect();
                self.entries(entries, shape)
            }
            Form::Apply(row, attr, args) => {
                let args = args.iter().map(image).collect();
                super::convert::operation(self, row, attr, args, shape)
            }
        }
    }
}
