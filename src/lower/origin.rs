//! Origins: the expression in the source that made a node.

use super::definitions::Formula;
use super::frame::Frame;
use crate::graph::NodeId;
use crate::source::Location;
use crate::syntax::ast::{ExprId, Script};
use std::num::NonZeroU32;
use std::rc::Rc;

/// The place in the source that a node comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The place.
    pub location: Location,
    /// The expression that made it; `None` for a name, which is located where it is defined.
    pub formula: Option<Formula>,
    /// The call that the expression was expanded in.
    pub via: Option<Rc<Location>>,
}

/// The part of an origin that many nodes share.
enum Context {
    /// Nodes of expressions of a script, expanded in a call or not.
    Expressions(Rc<Script>, Option<Rc<Location>>),
    /// A node of a name that is defined here.
    Name(Location),
}

impl Context {
    /// True if this is the context of what is lowered in `frame`.
    fn is_of(&self, frame: &Frame) -> bool {
        let Context::Expressions(script, via) = self else {
            return false;
        };
        let via = via.as_ref().map(Rc::as_ptr);
        Rc::ptr_eq(script, &frame.script) && via == frame.via.as_ref().map(Rc::as_ptr)
    }
}

/// The place of a context in its list, from 1.
type ContextId = NonZeroU32;

/// The origins of nodes: eight bytes a node, for there may be millions.
#[derive(Default)]
pub(super) struct Origins {
    contexts: Vec<Context>,
    by_node: Vec<Option<(ContextId, ExprId)>>,
    /// The context of the expression that was noted last: most likely that of the next one.
    latest: Option<ContextId>,
}

impl Origins {
    /// The origin of `node`, if it was noted.
    pub fn get(&self, node: NodeId) -> Option<Origin> {
        let (context, expr) = (*self.by_node.get(node.index())?)?;
        Some(match self.context(context) {
            Context::Expressions(script, via) => Origin {
                location: script.locate(expr),
                formula: Some(Formula {
                    script: script.clone(),
                    expr,
                }),
                via: via.clone(),
            },
            Context::Name(location) => Origin {
                location: location.clone(),
                formula: None,
                via: None,
            },
        })
    }

    /// Notes `expr` as the origin of those of `nodes` that have none: equal expressions share a
    /// node, and the first one wins.
    pub fn note(&mut self, nodes: std::ops::Range<usize>, frame: &Frame, expr: ExprId) {
        if nodes.is_empty() {
            return;
        }
        let latest = self
            .latest
            .filter(|latest| self.context(*latest).is_of(frame));
        self.latest = latest.or_else(|| {
            let script = frame.script.clone();
            self.add(Context::Expressions(script, frame.via.clone()))
        });
        for node in nodes {
            self.put(node, self.latest.map(|context| (context, expr)));
        }
    }

    /// Notes that `copy` comes from where `node` comes from.
    pub fn copy(&mut self, node: NodeId, copy: NodeId) {
        if let Some(place) = self.by_node.get(node.index()).copied().flatten() {
            self.put(copy.index(), Some(place));
        }
    }

    /// Notes that `node` stands for a name that is defined at `location`.
    pub fn note_name(&mut self, node: NodeId, location: Location) {
        let context = self.add(Context::Name(location));
        self.put(node.index(), context.map(|context| (context, ExprId(0))));
    }

    fn context(&self, id: ContextId) -> &Context {
        &self.contexts[id.get() as usize - 1]
    }

    fn add(&mut self, context: Context) -> Option<ContextId> {
        self.contexts.push(context);
        NonZeroU32::new(self.contexts.len() as u32)
    }

    fn put(&mut self, node: usize, place: Option<(ContextId, ExprId)>) {
        if self.by_node.len() == node {
            return self.by_node.push(place);
        }
        if self.by_node.len() < node {
            self.by_node.resize(node + 1, None);
        }
        let known = &mut self.by_node[node];
        *known = known.or(place);
    }
}
