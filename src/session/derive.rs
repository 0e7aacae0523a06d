//! `derive`: the symbolic derivative, as a formula that can be typed back in.

use super::show::{Lowered, warn};
use super::{Session, Sink, stopped_at};
use crate::diagnostic::Result;
use crate::event::Event;
use crate::graph::{Graph, NodeId};
use crate::lower::{Lowerer, Unit};
use crate::stop;
use crate::symbolic::{Derivation, Spelling, Subject, derive, steps};
use crate::syntax::ast::{ExprId, Script, Tail, With};
use std::rc::Rc;

impl Session {
    pub(super) fn show_derive(
        &mut self,
        script: &Rc<Script>,
        outputs: &[ExprId],
        tail: &Tail,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let graph = Graph::new();
        let mut lowering = Lowerer::new(&graph, &self.definitions, self.limits);
        self.bind_at(&mut lowering, script, tail)?;
        let lowered = self.lower_outputs(&mut lowering, script, outputs, tail)?;
        // By default a formula is differentiated by what it reaches: then a name is its own target.
        let targets: Vec<NodeId> = match tail.wrt.is_empty() {
            true => Vec::new(),
            false => lowered.wrt.iter().map(|wrt| wrt.target.node).collect(),
        };
        for (_, output) in &lowered.outputs {
            lowering.unit().refuse_undefined(*output, &targets)?;
        }
        let has = |item: With| tail.with.iter().any(|(known, _)| *known == item);
        let spelling = Spelling {
            expanded: has(With::Expanded),
            guards: has(With::Guards),
            exact: false,
        };
        let mut evaluation = lowering.finish();
        let events = self.with_subject(&evaluation.unit, &lowered, |subject| {
            let mut events = Vec::new();
            for (text, output) in &lowered.outputs {
                for wrt in &lowered.wrt {
                    if stop::requested() {
                        return events;
                    }
                    let result = derive(subject, *output, wrt.target, spelling);
                    let steps = match has(With::Steps) {
                        true => steps(subject, *output, wrt.target, &result),
                        false => Vec::new(),
                    };
                    events.push(Event::Derive(Box::new(Derivation {
                        output: text.clone(),
                        wrt: wrt.text.clone(),
                        result,
                        steps,
                    })));
                }
            }
            events
        });
        if stop::requested() {
            return Err(stopped_at(script, script.expr(outputs[0]).span));
        }
        warn(&mut evaluation.unit, sink);
        events.into_iter().for_each(sink);
        Ok(())
    }

    /// What `run` makes of the outputs of a statement as subjects of symbolic differentiation.
    pub(super) fn with_subject<T>(
        &self,
        unit: &Unit<'_>,
        lowered: &Lowered,
        run: impl FnOnce(&Subject<'_>) -> T,
    ) -> T {
        let outputs: Vec<NodeId> = lowered.outputs.iter().map(|(_, node)| *node).collect();
        let taken = |prefix: &str| {
            let numbered = |name: &str| {
                name.strip_prefix(prefix).is_some_and(|rest| {
                    !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit())
                })
            };
            self.definitions.variables().any(|(name, _)| numbered(name))
                || unit.inputs.keys().any(|name| numbered(name))
        };
        run(&Subject {
            graph: unit.graph,
            outputs: &outputs,
            held: &lowered.held,
            name: &|node| unit.names_of(node).first().cloned(),
            taken: &taken,
        })
    }
}
