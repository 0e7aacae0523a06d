//! The lines of a derivation as expressions of one script, in which what is still to be differentiated
//! is replaced step by step.

use crate::simplify::{Simplified, Size};
use crate::syntax::ast::{BinaryOp, ExprId, ExprKind, Index, Name, Script, UnaryOp};
use crate::syntax::{ScriptWriter, printer};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::rc::Rc;

/// The expressions of a derivation.
pub(super) struct Tree {
    pub sheet: ScriptWriter,
    /// The derivative of a scalar variable by itself: a factor that is not written.
    pub one: ExprId,
    /// Expressions that are known to be scalars.
    scalars: FxHashSet<ExprId>,
    /// Factors that stand last where factors may be exchanged.
    pub last: FxHashSet<ExprId>,
}

impl Tree {
    pub fn new() -> Tree {
        let mut sheet = ScriptWriter::default();
        let one = sheet.number(1.0);
        Tree {
            sheet,
            one,
            scalars: FxHashSet::from_iter([one]),
            last: FxHashSet::default(),
        }
    }

    /// An expression as text.
    pub fn text(&self, id: ExprId) -> String {
        printer::print(self.sheet.script(), id)
    }

    /// Notes that an expression is a scalar.
    pub fn is_scalar(&mut self, id: ExprId) {
        self.scalars.insert(id);
    }

    /// The expression without the sign in front of it, where it has one.
    pub fn unsigned(&mut self, id: ExprId) -> Option<ExprId> {
        match *self.sheet.kind(id) {
            ExprKind::Unary(UnaryOp::Neg, inner) => Some(inner),
            ExprKind::Binary(
                op @ (BinaryOp::Mul | BinaryOp::DotMul | BinaryOp::Div | BinaryOp::DotDiv),
                a,
                b,
            ) => {
                let a = self.unsigned(a)?;
                Some(match op {
                    BinaryOp::Mul | BinaryOp::DotMul => self.product(op, a, b),
                    _ => self.sheet.binary(op, a, b),
                })
            }
            _ => None,
        }
    }

    /// −x
    pub fn negated(&mut self, x: ExprId) -> ExprId {
        match self.unsigned(x) {
            Some(inner) => inner,
            None => self.front_negated(x),
        }
    }

    /// A sign in front of the first factor of a product.
    fn front_negated(&mut self, x: ExprId) -> ExprId {
        match *self.sheet.kind(x) {
            ExprKind::Binary(
                op @ (BinaryOp::Mul | BinaryOp::DotMul | BinaryOp::Div | BinaryOp::DotDiv),
                a,
                b,
            ) => {
                let a = self.front_negated(a);
                self.sheet.binary(op, a, b)
            }
            _ => self.sheet.negative(x),
        }
    }

    /// a·b; the derivative of the variable is left out, and a sign stands in front.
    pub fn product(&mut self, op: BinaryOp, a: ExprId, b: ExprId) -> ExprId {
        if a == self.one {
            return b;
        }
        if b == self.one {
            return a;
        }
        if let Some(b) = self.unsigned(b) {
            let product = self.product(op, a, b);
            return self.negated(product);
        }
        if op == BinaryOp::DotMul && self.last.contains(&a) && !self.last.contains(&b) {
            return self.product(op, b, a);
        }
        let scalar = |id: &ExprId| {
            self.scalars.contains(id) || matches!(self.sheet.kind(*id), ExprKind::Number(_))
        };
        let (scales, both) = (scalar(&a), scalar(&a) && scalar(&b));
        let whole = match *self.sheet.kind(b) {
            // s·(b·c) is s·b·c
            ExprKind::Binary(inner @ (BinaryOp::Mul | BinaryOp::DotMul), b, c) if scales => {
                let front = self.product(BinaryOp::Mul, a, b);
                self.sheet.binary(inner, front, c)
            }
            // s·(b/c) is s·b/c
            ExprKind::Binary(inner @ (BinaryOp::Div | BinaryOp::DotDiv), b, c) if scales => {
                let front = self.product(BinaryOp::Mul, a, b);
                self.sheet.binary(inner, front, c)
            }
            _ => self.sheet.binary(op, a, b),
        };
        if both {
            self.scalars.insert(whole);
        }
        whole
    }

    /// a + b, or a − b
    pub fn sum(&mut self, negative: bool, a: ExprId, b: ExprId) -> ExprId {
        let (negative, b) = match self.unsigned(b) {
            Some(b) => (!negative, b),
            None => (negative, b),
        };
        let op = match negative {
            true => BinaryOp::Sub,
            false => BinaryOp::Add,
        };
        self.sheet.binary(op, a, b)
    }

    /// The sum of some terms, each with whether it is subtracted; `None` where there are none.
    pub fn total(&mut self, terms: &[(bool, ExprId)]) -> Option<ExprId> {
        let mut total = None;
        for &(negative, term) in terms {
            total = Some(match total {
                None if negative => self.negated(term),
                None => term,
                Some(left) => self.sum(negative, left, term),
            });
        }
        total
    }

    /// `root` with every `from` in it replaced by what it becomes.
    pub fn replaced(&mut self, root: ExprId, images: &FxHashMap<ExprId, ExprId>) -> ExprId {
        // Children stand before their parents.
        let mut reached = BTreeSet::from([root]);
        let mut stack = vec![root];
        while let Some(id) = stack.pop() {
            if !images.contains_key(&id) {
                let visit = |child| {
                    if reached.insert(child) {
                        stack.push(child);
                    }
                };
                self.sheet.script().expr(id).children(visit);
            }
        }
        let mut done = images.clone();
        for id in reached {
            if !done.contains_key(&id) {
                let image = self.with_children(id, &|child| done.get(&child).copied());
                if image != id {
                    done.insert(id, image);
                }
            }
        }
        done.get(&root).copied().unwrap_or(root)
    }

    /// The expression with other children, where `image` has them.
    fn with_children(&mut self, id: ExprId, image: &dyn Fn(ExprId) -> Option<ExprId>) -> ExprId {
        let mut changed = false;
        let mut kind = self.sheet.kind(id).clone();
        map_children(&mut kind, &mut |child| {
            if let Some(new) = image(*child) {
                (*child, changed) = (new, true);
            }
        });
        match changed {
            true => self.again(kind),
            false => id,
        }
    }

    /// An expression of this form, with the sign and the factors that `Tree` writes.
    fn again(&mut self, kind: ExprKind) -> ExprId {
        match kind {
            ExprKind::Binary(op @ (BinaryOp::Mul | BinaryOp::DotMul), a, b) => {
                self.product(op, a, b)
            }
            ExprKind::Binary(BinaryOp::Add, a, b) => self.sum(false, a, b),
            ExprKind::Binary(BinaryOp::Sub, a, b) => self.sum(true, a, b),
            ExprKind::Unary(UnaryOp::Neg, x) => self.negated(x),
            ExprKind::Unary(UnaryOp::Transpose, x) if x == self.one => x,
            kind => {
                let scalar = match &kind {
                    ExprKind::Unary(_, x) => self.scalars.contains(x),
                    ExprKind::Binary(_, a, b) => {
                        let scalar = |id: &ExprId| {
                            let number = matches!(self.sheet.kind(*id), ExprKind::Number(_));
                            number || self.scalars.contains(id)
                        };
                        scalar(a) && scalar(b)
                    }
                    _ => false,
                };
                let id = self.sheet.push(kind);
                if scalar {
                    self.scalars.insert(id);
                }
                id
            }
        }
    }

    /// An expression of another script, in which `names` stand for expressions of this one.
    pub fn copied(
        &mut self,
        script: &Script,
        root: ExprId,
        names: &FxHashMap<Name, ExprId>,
    ) -> ExprId {
        let mut done: FxHashMap<ExprId, ExprId> = FxHashMap::default();
        for k in 0..=root.0 {
            let id = ExprId(k);
            let new = match &script.expr(id).kind {
                ExprKind::Name(name) => {
                    let name = script.name(*name);
                    match names.get(name) {
                        Some(known) => *known,
                        None => self.sheet.name(name.clone()),
                    }
                }
                kind => {
                    let mut kind = kind.clone();
                    map_children(&mut kind, &mut |child| {
                        *child = done.get(child).copied().unwrap_or(*child);
                    });
                    self.again(kind)
                }
            };
            done.insert(id, new);
        }
        done[&root]
    }

    /// A simplified formula without shared parts, copied.
    pub fn formula(
        &mut self,
        formula: &Simplified,
        names: &FxHashMap<Name, ExprId>,
    ) -> Option<ExprId> {
        let whole = formula.parts.is_empty();
        whole.then(|| self.copied(&formula.script, formula.whole, names))
    }
}

/// An expression as a formula with a script of its own, in which nothing is shared.
pub(super) fn standing_alone(script: &Script, root: ExprId) -> Simplified {
    // Parents before their operands; written from the end, so that nothing recurses.
    let mut order = vec![root];
    let mut operands: Vec<Vec<usize>> = Vec::new();
    while let Some(id) = order.get(operands.len()).copied() {
        let mut places = Vec::new();
        script.expr(id).children(|child| {
            places.push(order.len());
            order.push(child);
        });
        operands.push(places);
    }
    let mut sheet = ScriptWriter::default();
    let mut done = vec![root; order.len()];
    for (place, id) in order.iter().enumerate().rev() {
        let mut kind = script.expr(*id).kind.clone();
        let mut operands = operands[place].iter();
        map_children(&mut kind, &mut |child| {
            *child = operands.next().map_or(*child, |place| done[*place]);
        });
        done[place] = match kind {
            ExprKind::Name(name) => sheet.name(script.name(name).clone()),
            kind => sheet.push(kind),
        };
    }
    Simplified {
        script: Rc::new(sheet.finish()),
        parts: Vec::new(),
        whole: done[0],
        before: Size::default(),
        after: Size::default(),
        rules: Vec::new(),
        in_factors: false,
    }
}

/// Calls `map` with every child of a form that formulas made by code can have.
fn map_children(kind: &mut ExprKind, map: &mut dyn FnMut(&mut ExprId)) {
    match kind {
        ExprKind::Unary(_, x) => map(x),
        ExprKind::Binary(_, a, b) => [a, b].into_iter().for_each(map),
        ExprKind::If(c, a, b) => [c, a, b].into_iter().for_each(map),
        ExprKind::Call(call) => {
            call.arguments.iter_mut().for_each(&mut *map);
            call.named
                .iter_mut()
                .for_each(|given| map(&mut given.value));
        }
        ExprKind::Index(base, indices) => {
            map(base);
            for index in indices {
                match index {
                    Index::At(at) => map(at),
                    Index::Range(from, to) => [from, to].into_iter().for_each(&mut *map),
                    Index::All => {}
                }
            }
        }
        ExprKind::Matrix(rows) => rows.iter_mut().flatten().for_each(map),
        ExprKind::Comprehension(each) => {
            for clause in &mut each.clauses {
                [&mut clause.from, &mut clause.to]
                    .into_iter()
                    .for_each(&mut *map);
            }
            map(&mut each.body);
        }
        ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Name(_) => {}
        ExprKind::Derivative(_) | ExprKind::Block(_) => {}
    }
}
