//! The law by which a node gets its coefficients.

use super::jets::{Jet, Jets, Law, Link};
use crate::diff::flow::Flow;
use crate::diff::forward::push;
use crate::diff::modes::MODES;
use crate::diff::site::Site;
use crate::diff::slope::Slope;
use crate::graph::primitive::{DerivativeRule, JetRule};
use crate::graph::{NodeId, Op, Term};
use crate::primitives::arithmetic::MUL;
use crate::primitives::term::entrywise;

/// Exponents up to which a power is a few products.
const PRODUCTS: f64 = 1024.0;

/// aᵇ for a whole number b as a product or quotient of smaller powers, so that it has a power series at 0 too.
fn in_products(a: Term<'_>, exponent: f64) -> Term<'_> {
    let half = exponent / 2.0;
    if exponent < 0.0 {
        1.0 / a.powf(-exponent)
    } else if half.fract() == 0.0 {
        let half = a.powf(half);
        entrywise(&MUL, &[half, half])
    } else {
        entrywise(&MUL, &[a, a.powf(exponent - 1.0)])
    }
}

impl<'g> Jets<'g, '_> {
    /// The law of `id`, whose arguments are known up to order 1.
    pub(super) fn law(&mut self, id: NodeId) -> Law<'g> {
        let args = self.graph.args(id);
        if self.held.contains(&id) || args.iter().all(|arg| self.is_constant(*arg)) {
            return Law::Constant;
        }
        let Some(site) = Site::of(MODES, self.graph, id) else {
            return match self.graph.node(id).op {
                Op::Hold(_) => Law::Same(args[0]),
                _ => Law::Constant,
            };
        };
        match site.row.jets {
            JetRule::Derived => self.derived(&site),
            JetRule::Linear => Law::Linear,
            JetRule::Product => self.slope(&site).unwrap_or(Law::Product),
            JetRule::Equation(implied) => self.slope(&site).unwrap_or(Law::Equation(implied)),
            JetRule::Power => self.power_law(&site),
            JetRule::Written(rule) => match rule(&site.args) {
                Some(formula) => Law::Same(formula.id),
                None => self.derived(&site),
            },
        }
    }

    /// The law that follows from the derivative.
    fn derived(&mut self, site: &Site<'g>) -> Law<'g> {
        match site.row.derivative {
            DerivativeRule::Zero => Law::Constant,
            DerivativeRule::Partial1(_) | DerivativeRule::Partial2(..) => {
                self.slope(site).unwrap_or_else(|| self.chain(site))
            }
            DerivativeRule::Select(_) | DerivativeRule::Linear(_) => Law::Linear,
            DerivativeRule::Bilinear(..) => Law::Product,
            DerivativeRule::Rounds => Law::Rounds,
            DerivativeRule::Tangent(_)
            | DerivativeRule::Pair(..)
            | DerivativeRule::RoundsBack
            | DerivativeRule::Ruled => self.integral(site),
        }
    }

    fn links(&self, site: &Site<'g>, covered: [bool; 2]) -> Vec<Link<'g>> {
        let link = |argument: usize| {
            let of = site.args[argument].id;
            let skipped = covered.get(argument) == Some(&true) || self.is_constant(of);
            let partial = (!skipped).then(|| site.partial(argument)).flatten()?;
            let argument = Some(argument);
            Some(Link {
                of,
                partial,
                argument,
            })
        };
        (0..site.args.len()).filter_map(link).collect()
    }

    fn chain(&self, site: &Site<'g>) -> Law<'g> {
        Law::Chain(self.links(site, [false; 2]).into())
    }

    /// The law of a node of which a better derivative is known than that of its arguments.
    fn slope(&self, site: &Site<'g>) -> Option<Law<'g>> {
        let given = |id| (self.jets.get(&id)).is_some_and(|jet| matches!(jet.law, Law::Given));
        let fixed = |id| self.held.contains(&id) || given(id);
        let slope = Slope::of(site, fixed)?;
        let mut links = self.links(site, slope.covers);
        links.push(Link {
            of: slope.x.id,
            partial: slope.partial,
            argument: None,
        });
        Some(Law::Chain(links.into()))
    }

    fn power_law(&self, site: &Site<'g>) -> Law<'g> {
        let (a, b) = (site.args[0], site.args[1]);
        match b.literal() {
            Some(0.0) => Law::Constant,
            Some(1.0) => Law::Same(a.id),
            Some(b) if b.fract() == 0.0 && b.abs() <= PRODUCTS => Law::Same(in_products(a, b).id),
            Some(b) => Law::Power(b),
            None => self.chain(site),
        }
    }

    /// The derivative as a node, in which holds stand for the derivatives of the arguments.
    fn integral(&mut self, site: &Site<'g>) -> Law<'g> {
        let dots: Vec<Option<Flow<'g>>> = site.args.iter().map(|arg| self.dot(*arg)).collect();
        push(site, &dots).map_or(Law::Constant, |flow| Law::Integral(flow.term.id))
    }

    /// The derivative of an argument, as a node with coefficients of its own.
    fn dot(&mut self, arg: Term<'g>) -> Option<Flow<'g>> {
        if self.is_constant(arg.id) {
            return None;
        }
        let known = self.coefficient(arg.id, 1);
        // A node of its own, also where there is only something of a higher order.
        let nothing = || Flow::everywhere(arg.where_true(arg.number(0.0)));
        let dot = known.unwrap_or_else(nothing);
        let is_number =
            dot.term.literal().is_some() || matches!(dot.term.node().op, Op::Constant(_));
        if is_number {
            // A number has no further coefficients.
            return Some(dot);
        }
        let hold = self.graph.hold(self.tag, dot.term.id);
        self.jets.entry(hold).or_insert_with(|| Jet {
            law: Law::Derivative(arg.id),
            higher: Vec::new(),
        });
        let term = self.graph.term(hold);
        Some(Flow { term, ..dot })
    }
}
