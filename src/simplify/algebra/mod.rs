//! Formulas in normal form.
//!
//! Sums are collected, products have one exponent a base, matrix products are flat chains with
//! their scalar factors pulled out, transposes stand at the leaves. Every constructor returns the
//! normal form of its arguments, so that a formula is simplified by being built.
//!
//! Most formulas exist already when they are built: a constructor puts its parts together in a short
//! list of its own, and only a new formula is copied into the arena.

mod chains;
mod conditions;
mod domain;
mod facts;
mod indexed;
mod occurring;
mod operations;
mod products;
mod sums;
mod ties;
mod walk;

pub use domain::{Need, Needs, decides};
pub use facts::Known;
pub use indexed::{Counted, EntryAt, Indexed, PlaceRelation, Position, Summed};
pub use occurring::Occurring;
pub use operations::corner_of;
pub use walk::Dependents;

use super::exact::Number;
use crate::graph::{Attr, NodeId, Primitive, Shape};
use bumpalo::Bump;
use hashbrown::HashTable;
use rustc_hash::{FxHashMap, FxHasher};
use smallvec::SmallVec;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

/// The index of a formula in its [`Algebra`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub u32);

impl Id {
    /// No formula.
    const NONE: Id = Id(u32::MAX);

    fn index(self) -> usize {
        self.0 as usize
    }
}

/// Coefficients and what they multiply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Terms<'a>(&'a [(Number, Id)]);

impl<'a> Deref for Terms<'a> {
    type Target = &'a [(Number, Id)];

    fn deref(&self) -> &&'a [(Number, Id)] {
        &self.0
    }
}

/// The forms of a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form<'a> {
    /// A number.
    Number(Number),
    /// π
    Pi,
    /// A leaf of the graph, a formula that the user named, or a part that is shared.
    Atom(NodeId),
    /// The identity matrix.
    Identity,
    /// c₁·t₁ + c₂·t₂ + …; no term is a sum or a number other than 1, no coefficient 0. One term
    /// alone has a coefficient other than 1.
    Sum(Terms<'a>),
    /// b₁^e₁ · b₂^e₂ · …, entry by entry; no base is a product with exponent 1, bases differ.
    Product(&'a [(Id, Id)]),
    /// A chain of at least two matrices, none of them a chain or a scalar.
    Chain(&'a [Id]),
    /// The transpose of something that has no other normal form.
    Transposed(Id),
    /// A scalar, row or column repeated to fill the shape.
    Stretched(Id),
    /// A matrix from its entries, row by row.
    Entries(&'a [Id]),
    /// An operation of the table.
    Apply(&'static Primitive, Attr, &'a [Id]),
    /// The index with this number, counted from the outermost.
    Index(u32),
    /// A vector whose entries are a formula of the index with this number, which runs from here on.
    Each(Id, u32, i64),
}

impl Form<'_> {
    /// The same with its parts in `arena`.
    fn kept<'a>(&self, arena: &'a Bump) -> Form<'a> {
        match *self {
            Form::Number(value) => Form::Number(value),
            Form::Pi => Form::Pi,
            Form::Atom(node) => Form::Atom(node),
            Form::Identity => Form::Identity,
            Form::Sum(terms) => Form::Sum(Terms(arena.alloc_slice_copy(&terms))),
            Form::Product(bases) => Form::Product(arena.alloc_slice_copy(bases)),
            Form::Chain(links) => Form::Chain(arena.alloc_slice_copy(links)),
            Form::Transposed(inner) => Form::Transposed(inner),
            Form::Stretched(inner) => Form::Stretched(inner),
            Form::Entries(entries) => Form::Entries(arena.alloc_slice_copy(entries)),
            Form::Apply(row, attr, args) => Form::Apply(row, attr, arena.alloc_slice_copy(args)),
            Form::Index(depth) => Form::Index(depth),
            Form::Each(body, depth, from) => Form::Each(body, depth, from),
        }
    }
}

/// A sum under construction.
pub type TermList = SmallVec<[(Number, Id); 8]>;

/// A product under construction: bases and exponents.
pub type FactorList = SmallVec<[(Id, Id); 8]>;

/// Links, entries or arguments under construction.
pub type Ids = SmallVec<[Id; 8]>;

/// The depth to which rearrangements may be nested: far more than any readable formula needs.
const DEPTH_OF_REARRANGEMENTS: u32 = 300;

/// Formulas for which there is room from the start.
const EXPECTED: usize = 200;

struct Entry<'a> {
    form: Form<'a>,
    shape: Shape,
    hash: u64,
    /// Operations as a tree.
    cost: u64,
    /// True if a condition is among its factors.
    conditional: bool,
    /// True if it may be no number.
    partial: bool,
    /// The operations of the table in it.
    occurring: Occurring,
    /// Its position in the sum that is being collected, from 1; 0 elsewhere.
    place: u32,
    found: [Id; Memo::COUNT],
}

/// The results that are found once for a formula, and kept with it.
#[derive(Clone, Copy, Debug)]
pub enum Memo {
    /// The shortest that the rules lead to.
    Improved,
    /// Common factors taken out.
    Factored,
    /// The same where forms are chosen for reading.
    FactoredForReading,
    /// Products multiplied out.
    Expanded,
    /// Quotients over one denominator.
    OverOneDenominator,
    /// A rational function of its kernels.
    Rational,
    /// Stable forms written as everyone knows them.
    Printed,
    /// Everything in words of the language.
    InWords,
}

impl Memo {
    const COUNT: usize = 8;
}

/// The names that the user has for formulas.
#[derive(Default)]
struct UserNames {
    /// The atom that a formula is written as.
    atoms: FxHashMap<Id, Id>,
    /// The formula behind an atom.
    definitions: FxHashMap<Id, Id>,
    /// True if one of the formulas is a sum.
    sums: bool,
}

/// How formulas are meant to be written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Conventions {
    /// True if forms are kept that are exact in the tails and do not overflow.
    pub exact: bool,
    /// True if decimals are written as decimals, which are shorter to read than quotients.
    pub decimals: bool,
}

/// Formulas, equal ones shared.
pub struct Algebra<'a> {
    arena: &'a Bump,
    /// Applies the rules for operations to one that has just been built.
    rules: fn(&mut Algebra, Id) -> Id,
    entries: Vec<Entry<'a>>,
    table: HashTable<Id>,
    /// The number one: the term of a sum's constant.
    one: Id,
    names: UserNames,
    /// True while forms are chosen for reading rather than for rearranging.
    pub printing: bool,
    /// What is known of atoms.
    pub known: Known,
    /// The depth of nested rearrangements.
    depth: u32,
    /// True if values at kinks, and structural zeros, must come out right.
    pub guards: bool,
    /// How formulas are written.
    pub conventions: Conventions,
    /// The rules that were applied.
    pub record: Record,
}

/// The rules that were applied to the formulas of an algebra.
#[derive(Default)]
pub struct Record {
    /// Their names, in the order in which they first were.
    pub applied: Vec<&'static str>,
    /// The formulas that became others, with the name of the rule; only where that is asked for.
    pub changes: Option<Vec<FormChange>>,
    /// True if a formula became shorter by its factors, or was soon in factors.
    pub in_factors: bool,
}

/// A formula that became another one.
#[derive(Clone, Copy)]
pub struct FormChange {
    /// The formula.
    pub from: Id,
    /// The other one.
    pub to: Id,
    /// The name of the rule.
    pub rule: &'static str,
}

/// The factors of a product without the one at `k`.
pub fn all_but(bases: &[(Id, Id)], k: usize) -> FactorList {
    let others = (0..bases.len()).filter(|j| *j != k);
    others.map(|j| bases[j]).collect()
}

impl<'a> Algebra<'a> {
    /// No formulas but 1. `rules` rewrites an operation that has just been built; with `guards`, values at
    /// kinks and structural zeros come out right.
    pub fn new(arena: &'a Bump, rules: fn(&mut Algebra, Id) -> Id, guards: bool) -> Algebra<'a> {
        let mut algebra = Algebra {
            arena,
            rules,
            entries: Vec::with_capacity(EXPECTED),
            table: HashTable::with_capacity(EXPECTED),
            one: Id(0),
            names: UserNames::default(),
            printing: false,
            known: Known::default(),
            depth: 0,
            guards,
            conventions: Conventions::default(),
            record: Record::default(),
        };
        algebra.one = algebra.number(Number::ONE);
        algebra
    }

    /// The form of `id`.
    pub fn form(&self, id: Id) -> Form<'a> {
        self.entries[id.index()].form
    }

    /// The shape of `id`.
    pub fn shape(&self, id: Id) -> Shape {
        self.entries[id.index()].shape
    }

    /// The number of operations of the formula, written as a tree; saturating.
    pub fn cost(&self, id: Id) -> u64 {
        self.entries[id.index()].cost
    }

    /// The shape of an entry-by-entry operation on `ids`.
    pub fn common_shape(&self, ids: impl Iterator<Item = Id> + Clone) -> Option<Shape> {
        Shape::common_among(ids.map(|id| self.shape(id)))
    }

    fn intern(&mut self, form: Form<'_>, shape: Shape) -> Id {
        let mut hasher = FxHasher::default();
        (form, shape).hash(&mut hasher);
        let hash = hasher.finish();
        match self.known(hash, &form, shape) {
            Some(id) => self.names.atoms.get(&id).copied().unwrap_or(id),
            None => self.keep(form, shape, hash),
        }
    }

    /// The formula of this form, where it was built before.
    fn lookup(&self, form: Form<'_>, shape: Shape) -> Option<Id> {
        let mut hasher = FxHasher::default();
        (form, shape).hash(&mut hasher);
        self.known(hasher.finish(), &form, shape)
    }

    fn known(&self, hash: u64, form: &Form<'_>, shape: Shape) -> Option<Id> {
        let same = |id: &Id| {
            let entry = &self.entries[id.index()];
            entry.hash == hash && entry.shape == shape && entry.form == *form
        };
        self.table.find(hash, same).copied()
    }

    fn keep(&mut self, form: Form<'_>, shape: Shape, hash: u64) -> Id {
        let id = Id(self.entries.len() as u32);
        let form = form.kept(self.arena);
        let parts = self.parts(form);
        let costs = parts.iter().map(|part| self.cost(*part));
        let entry = Entry {
            form,
            shape,
            hash,
            cost: costs.fold(self.operations(form), u64::saturating_add),
            conditional: self.is_conditional(form),
            partial: self.is_partial(form, &parts),
            occurring: self.operations_in(form, &parts),
            place: 0,
            found: [Id::NONE; Memo::COUNT],
        };
        self.entries.push(entry);
        let entries = &self.entries;
        let hash_of = |id: &Id| entries[id.index()].hash;
        self.table.insert_unique(hash, id, hash_of);
        id
    }

    /// Has `definition` written by the name of `atom` from here on.
    pub fn name(&mut self, definition: Id, atom: Id) {
        let plain = matches!(
            self.form(definition),
            Form::Number(_) | Form::Pi | Form::Atom(_) | Form::Identity
        );
        if !plain && definition != atom {
            self.names.atoms.entry(definition).or_insert(atom);
            self.names.sums |= matches!(self.form(definition), Form::Sum(_));
            self.names.definitions.entry(atom).or_insert(definition);
            let behind = &self.entries[definition.index()];
            let (partial, occurring) = (behind.partial, behind.occurring);
            let entry = &mut self.entries[atom.index()];
            (entry.partial, entry.occurring) = (partial, occurring);
        }
    }

    /// True if the user has names for formulas.
    pub fn has_names(&self) -> bool {
        !self.names.definitions.is_empty()
    }

    /// True if the user has names for sums.
    pub fn names_sums(&self) -> bool {
        self.names.sums
    }

    /// The result that was found for `id`.
    pub fn found(&self, what: Memo, id: Id) -> Option<Id> {
        let found = self.entries[id.index()].found[what as usize];
        (found != Id::NONE).then_some(found)
    }

    /// Keeps the result that was found for `id`.
    pub fn keep_found(&mut self, what: Memo, id: Id, found: Id) {
        self.entries[id.index()].found[what as usize] = found;
    }

    /// The result of `find` for `id`, computed once.
    pub fn once(&mut self, what: Memo, id: Id, find: fn(&mut Algebra<'a>, Id) -> Id) -> Id {
        if let Some(known) = self.found(what, id) {
            return known;
        }
        let found = find(self, id);
        self.keep_found(what, id, found);
        found
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
        if !self.record.applied.contains(&rule) {
            self.record.applied.push(rule);
        }
    }

    /// Keeps that `from` became `to`, where that is asked for.
    pub fn keep_change(&mut self, from: Id, to: Id, rule: &'static str) {
        if let Some(changes) = &mut self.record.changes
            && from != to
        {
            changes.push(FormChange { from, to, rule });
        }
    }

    /// The scalar `value`.
    pub fn number(&mut self, value: impl Into<Number>) -> Id {
        self.intern(Form::Number(value.into()), Shape::SCALAR)
    }

    /// π
    pub fn pi(&mut self) -> Id {
        self.intern(Form::Pi, Shape::SCALAR)
    }

    /// `node` as something that is not looked into.
    pub fn atom(&mut self, node: NodeId, shape: Shape) -> Id {
        self.intern(Form::Atom(node), shape)
    }

    /// The index with this number.
    pub fn index(&mut self, depth: u32) -> Id {
        self.intern(Form::Index(depth), Shape::SCALAR)
    }

    /// The column with the entries `body`, one for each value of an index.
    pub fn each(&mut self, body: Id, depth: u32, from: i64, shape: Shape) -> Id {
        self.intern(Form::Each(body, depth, from), shape)
    }

    /// The n×n identity matrix; 1 for n = 1.
    pub fn identity(&mut self, n: u32) -> Id {
        if n == 1 {
            return self.one;
        }
        self.intern(Form::Identity, Shape { rows: n, cols: n })
    }

    /// The exponent 1.
    pub fn unit(&self) -> Id {
        self.one
    }

    /// The number that `id` is.
    pub fn value(&self, id: Id) -> Option<Number> {
        match self.form(id) {
            Form::Number(value) => Some(value),
            _ => None,
        }
    }

    /// True if `id` is zero everywhere.
    pub fn is_zero(&self, id: Id) -> bool {
        self.value(self.core(id)) == Some(Number::ZERO)
    }

    /// The formula that `id` stretches, or `id`.
    pub fn core(&self, id: Id) -> Id {
        match self.form(id) {
            Form::Stretched(inner) => inner,
            _ => id,
        }
    }

    /// The formula behind a name of the user's, where `id` is one; else `id`.
    pub fn behind(&self, id: Id) -> Id {
        self.names.definitions.get(&id).copied().unwrap_or(id)
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

    /// A single coefficient and what it multiplies.
    pub fn scaled(&self, id: Id) -> (Number, Id) {
        match self.form(id) {
            Form::Sum(terms) if terms.len() == 1 => terms[0],
            Form::Number(value) => (value, self.one),
            _ => (Number::ONE, id),
        }
    }
}
