//! What the nodes of a graph were read as.

use super::algebra::Id;
use crate::graph::{Cone, NodeId};

/// The normal forms of the nodes of a cone, as far as they are read.
pub struct Forms<'c> {
    cone: &'c Cone,
    forms: Vec<Option<Id>>,
    /// True if one of them is no number everywhere.
    pub partial: bool,
}

impl<'c> Forms<'c> {
    /// Nothing read yet.
    pub fn new(cone: &'c Cone) -> Forms<'c> {
        Forms {
            cone,
            forms: vec![None; cone.len()],
            partial: false,
        }
    }

    /// Keeps the form of the node at this place of the cone.
    pub fn keep(&mut self, place: usize, form: Id) {
        self.forms[place] = Some(form);
    }

    /// The form of a node; none where it is not read yet, or is only part of a sum.
    pub fn known(&self, id: NodeId) -> Option<Id> {
        self.forms[self.cone.place(id)?]
    }

    /// The form of a node that is read.
    pub fn of(&self, id: NodeId) -> Id {
        self.known(id)
            .expect("arguments are read before what uses them")
    }
}
