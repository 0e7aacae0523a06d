//! The next coefficient of a node, by its law.

use super::jets::{Jets, Law, Link};
use crate::diff::flow::Flow;
use crate::diff::forward::push;
use crate::diff::site::Site;
use crate::graph::primitive::Implied;
use crate::graph::{NodeId, Term};

/// `product` of both, a structural zero where either is.
fn times<'g>(
    a: Flow<'g>,
    b: Flow<'g>,
    product: impl FnOnce(Term<'g>, Term<'g>) -> Term<'g>,
) -> Flow<'g> {
    let flow = a.scaled(b.term, product);
    b.reached.map_or(flow, |mask| flow.only(mask))
}

/// `flow` with its term changed by an operation that leaves 0 at 0.
fn changed<'g>(flow: Flow<'g>, change: impl FnOnce(Term<'g>) -> Term<'g>) -> Flow<'g> {
    let term = change(flow.term);
    Flow { term, ..flow }
}

fn sum<'g>(flows: impl IntoIterator<Item = Flow<'g>>) -> Option<Flow<'g>> {
    flows.into_iter().reduce(Flow::plus)
}

impl<'g> Jets<'g, '_> {
    /// The coefficient of order `k` of `id`, of which all that it needs is known; `None` where it is
    /// structurally zero.
    pub(super) fn next(&self, id: NodeId, law: &Law<'g>, k: usize) -> Option<Flow<'g>> {
        match law {
            Law::Constant | Law::Given | Law::Rounds => None,
            Law::Same(other) => self.coefficient(*other, k),
            Law::Derivative(of) => {
                let next = self.coefficient(*of, k + 1)?;
                Some(changed(next, |term| (k + 1) as f64 * term))
            }
            Law::Integral(derivative) => {
                let before = self.coefficient(*derivative, k - 1)?;
                Some(changed(before, |term| term / k as f64))
            }
            Law::Chain(links) => self.chained(&self.site(id), links, k),
            Law::Linear => {
                let site = self.site(id);
                push(&site, &self.all(&site, k))
            }
            Law::Product => self.product(&self.site(id), k),
            Law::Equation(implied) => self.solution(&self.site(id), implied, k),
            Law::Power(exponent) => self.power(&self.site(id), *exponent, k),
        }
    }

    /// The coefficients of order `k` of all arguments.
    fn all(&self, site: &Site<'g>, k: usize) -> Vec<Option<Flow<'g>>> {
        let args = site.args.iter();
        args.map(|arg| self.coefficient(arg.id, k)).collect()
    }

    /// k·yₖ = Σ Σⱼ j·uⱼ·pₖ₋ⱼ over all parts p·u′ of y′.
    fn chained(&self, site: &Site<'g>, links: &[Link<'g>], k: usize) -> Option<Flow<'g>> {
        let mut whole = Vec::new();
        let mut parts = Vec::new();
        for link in links {
            let product = |dot: Term<'g>, partial: Term<'g>| match link.argument {
                Some(argument) => site.product(argument)(dot, partial),
                None => partial * dot,
            };
            // A partial that is a number everywhere leaves Σⱼ with its last term.
            if k == 1 || self.is_constant(link.partial.id) {
                let last = self.coefficient(link.of, k);
                whole.extend(last.map(|dot| dot.scaled(link.partial, product)));
                continue;
            }
            parts.extend((1..=k).filter_map(|j| {
                let dot = self.coefficient(link.of, j)?;
                let partial = self.coefficient(link.partial.id, k - j)?;
                let dot = changed(dot, |term| j as f64 * term);
                Some(times(dot, partial, product))
            }));
        }
        let parts = sum(parts).map(|flow| changed(flow, |term| term / k as f64));
        sum(whole.into_iter().chain(parts))
    }

    /// yₖ = Σⱼ aⱼ·bₖ₋ⱼ
    fn product(&self, site: &Site<'g>, k: usize) -> Option<Flow<'g>> {
        let [a, b] = [site.args[0].id, site.args[1].id];
        let pair = |j: usize| {
            let (left, right) = (self.coefficient(a, j)?, self.coefficient(b, k - j)?);
            Some(if site.row.is_entrywise() {
                times(left, right, |a, b| a * b)
            } else {
                let mut args = site.args.clone();
                (args[0], args[1]) = (left.term, right.term);
                let flow = left.mixed(site.again(&args));
                right.anywhere().map_or(flow, |mask| flow.only(mask))
            })
        };
        if site.row.is_entrywise() && a == b {
            let pairs = sum((0..=k).take_while(|j| 2 * j < k).filter_map(pair));
            let twice = pairs.map(|flow| changed(flow, |term| 2.0 * term));
            let middle = k.is_multiple_of(2).then(|| pair(k / 2)).flatten();
            return sum(twice.into_iter().chain(middle));
        }
        let outer = push(site, &self.all(site, k));
        sum(outer.into_iter().chain((1..k).filter_map(pair)))
    }

    /// A(a₀)·yₖ = bₖ − Σⱼ A(aⱼ)·yₖ₋ⱼ
    fn solution(&self, site: &Site<'g>, implied: &Implied, k: usize) -> Option<Flow<'g>> {
        let [a, b] = [implied.coefficient, implied.right].map(|argument| site.args[argument]);
        let entrywise = site.row.is_entrywise();
        let moved = |j: usize| {
            let (left, right) = (
                self.coefficient(a.id, j)?,
                self.coefficient(site.node, k - j)?,
            );
            Some(if entrywise {
                times(left, right, implied.moved)
            } else {
                let flow = left.mixed((implied.moved)(left.term, right.term));
                right.anywhere().map_or(flow, |mask| flow.only(mask))
            })
        };
        let last = self.coefficient(b.id, k);
        let right = sum(last.into_iter().chain((1..=k).filter_map(moved)))?;
        let solved = |right: Term<'g>| {
            let mut args = site.args.clone();
            args[implied.right] = right;
            site.again(&args)
        };
        Some(if entrywise {
            right.scaled(a, |right, _| solved(right))
        } else {
            right.mixed(solved(right.term))
        })
    }

    /// k·a₀·yₖ = Σⱼ ((b + 1)·j − k)·aⱼ·yₖ₋ⱼ for y = aᵇ, from a·y′ = b·y·a′.
    fn power(&self, site: &Site<'g>, exponent: f64, k: usize) -> Option<Flow<'g>> {
        if k == 1 {
            return push(site, &self.all(site, 1));
        }
        let a = site.args[0];
        let part = |j: usize| {
            let (dot, y) = (
                self.coefficient(a.id, j)?,
                self.coefficient(site.node, k - j)?,
            );
            let weight = exponent * j as f64 - (k - j) as f64;
            let dot = changed(dot, |term| weight * term);
            (weight != 0.0).then(|| times(dot, y, |a, y| a * y))
        };
        let all = sum((1..=k).filter_map(part))?;
        Some(all.scaled(a, |sum, a| sum / (k as f64 * a)))
    }
}
