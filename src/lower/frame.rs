//! Frames: the names around an expression, and the names that are held.

use super::definitions::Formula;
use crate::diff::Held;
use crate::graph::NodeId;
use crate::source::Location;
use crate::syntax::ast::{ExprId, Name, Script};
use std::cell::Cell;
use std::rc::Rc;

/// A name bound in a scope, and the ones around it.
#[derive(Debug)]
pub(super) struct Local {
    pub(super) name: Name,
    pub(super) meaning: LocalMeaning,
    pub(super) outer: Option<Rc<Local>>,
}

/// The meaning of a local name.
#[derive(Debug)]
pub(super) enum LocalMeaning {
    /// A value: a parameter, a running index.
    Given(NodeId),
    /// A formula of the names around it, lowered where it is needed first.
    Formula(ExprId, Cell<Option<NodeId>>),
}

impl Local {
    /// Its node, if it has been lowered.
    pub(super) fn node(&self) -> Option<NodeId> {
        match &self.meaning {
            LocalMeaning::Given(node) => Some(*node),
            LocalMeaning::Formula(_, node) => node.get(),
        }
    }

    /// Keeps the node that its formula has become.
    pub(super) fn lowered(&self, to: NodeId) {
        if let LocalMeaning::Formula(_, node) = &self.meaning {
            node.set(Some(to));
        }
    }
}

/// The global names that are held, and the nodes that stand for them.
#[derive(Debug, Default)]
pub(super) struct HeldNames {
    pub(super) names: Vec<(Name, NodeId)>,
    /// The same for equal sets: a key of memo tables.
    pub(super) id: u32,
}

impl HeldNames {
    pub(super) fn get(&self, name: &str) -> Option<NodeId> {
        let found = self.names.iter().find(|(held, _)| &**held == name)?;
        Some(found.1)
    }

    /// The nodes, as the differentiation engine wants them.
    pub(super) fn nodes(&self) -> Held {
        self.names.iter().map(|(_, node)| *node).collect()
    }
}

/// The surroundings of an expression: its script, the meanings of local names, the held names.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) script: Rc<Script>,
    pub(super) locals: Option<Rc<Local>>,
    pub(super) held: Rc<HeldNames>,
    /// The call that led here.
    pub(super) via: Option<Rc<Location>>,
}

impl Frame {
    /// The scope of a script's own names, while `held` names are held.
    pub(super) fn global(script: &Rc<Script>, held: &Rc<HeldNames>) -> Frame {
        Frame {
            script: script.clone(),
            locals: None,
            held: held.clone(),
            via: None,
        }
    }

    pub(super) fn local(&self, name: &str) -> Option<&Rc<Local>> {
        let mut local = self.locals.as_ref();
        while let Some(found) = local {
            if &*found.name == name {
                return Some(found);
            }
            local = found.outer.as_ref();
        }
        None
    }

    pub(super) fn bind(&self, name: &Name, node: NodeId) -> Frame {
        self.with(name, LocalMeaning::Given(node))
    }

    /// This frame, in which `name` stands for the formula `expr` of the names so far.
    pub(super) fn define(&self, name: &Name, expr: ExprId) -> Frame {
        self.with(name, LocalMeaning::Formula(expr, Cell::new(None)))
    }

    fn with(&self, name: &Name, meaning: LocalMeaning) -> Frame {
        let outer = self.locals.clone();
        let name = name.clone();
        self.within(Some(Rc::new(Local {
            name,
            meaning,
            outer,
        })))
    }

    /// The frame that the formula of `local` is read in.
    pub(super) fn around(&self, local: &Local) -> Frame {
        self.within(local.outer.clone())
    }

    /// This frame with other local names.
    fn within(&self, locals: Option<Rc<Local>>) -> Frame {
        Frame {
            script: self.script.clone(),
            locals,
            held: self.held.clone(),
            via: self.via.clone(),
        }
    }

    pub(super) fn locate(&self, expr: ExprId) -> Location {
        self.script.locate(expr)
    }

    /// The frame for the formula of a global name that is used in this one.
    pub(super) fn of_formula(self: &Rc<Frame>, formula: &Formula) -> Rc<Frame> {
        let is_global = self.locals.is_none() && self.via.is_none();
        if is_global && Rc::ptr_eq(&self.script, &formula.script) {
            return self.clone();
        }
        Rc::new(Frame::global(&formula.script, &self.held))
    }
}

/// Every set of held names met so far; equal sets are one.
#[derive(Debug)]
pub(super) struct HeldSets(Vec<Rc<HeldNames>>);

impl Default for HeldSets {
    fn default() -> HeldSets {
        HeldSets(vec![Rc::default()])
    }
}

impl HeldSets {
    /// The empty set.
    pub(super) fn none(&self) -> &Rc<HeldNames> {
        &self.0[0]
    }

    /// The set `outer` with more names held.
    pub(super) fn with(&mut self, outer: &Rc<HeldNames>, more: &[(Name, NodeId)]) -> Rc<HeldNames> {
        let mut names = outer.names.clone();
        for (name, node) in more {
            if !names.iter().any(|(known, _)| known == name) {
                names.push((name.clone(), *node));
            }
        }
        names.sort();
        if let Some(known) = self.0.iter().find(|known| known.names == names) {
            return known.clone();
        }
        let id = self.0.len() as u32;
        let set = Rc::new(HeldNames { names, id });
        self.0.push(set.clone());
        set
    }
}
