//! `graph`: the computational graph, shown or written to a file.

use super::show::warn;
use super::statement::ShowStatement;
use super::{Event, Session, Sink};
use crate::diagnostic::{Diagnostic, Result, error};
use crate::graph::Graph;
use crate::render::graph::{LIMIT, dot, svg};
use crate::syntax::ast::{Script, Text};
use crate::trace::{Drawing, Request, draw};
use crate::world::Refusal;
use std::path::Path;

/// The kinds of pictures of a graph.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Svg,
    Dot,
}

impl Session {
    pub(super) fn show_graph(
        &self,
        statement: &ShowStatement<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let ShowStatement { script, tail, .. } = *statement;
        let kind = match &tail.to {
            Some(file) => Some((self.kind(script, file)?, file)),
            None => None,
        };
        let graph = Graph::new();
        let (lowerer, wanted) = self.prepare(&graph, statement)?;
        let (forward, reverse) = statement.passes()?;
        let mut evaluation = lowerer.finish();
        let request = Request {
            wanted: &wanted,
            order: &|leaf| self.order(&evaluation.unit, &wanted, leaf),
            forward,
            reverse,
            life: false,
            zeros: false,
        };
        let mut drawing = draw(&evaluation, &request)?;
        warn(&mut evaluation.unit, sink);
        if let Some((kind, file)) = kind {
            let text;
            (drawing, text) = pictured(script, drawing, kind, file)?;
            self.write(script, file, &text)?;
            drawing.file = Some(file.text.to_string());
        }
        sink(Event::Graph(Box::new(drawing)));
        Ok(())
    }

    /// The kind of picture that a file name asks for.
    fn kind(&self, script: &Script, file: &Text) -> Result<Kind> {
        let location = script.location(file.span);
        if self.world().is_sealed() {
            return Err(Refusal::Sealed.writing(Path::new(&*file.text), location));
        }
        let extension = Path::new(&*file.text).extension();
        match extension.and_then(|extension| extension.to_str()) {
            Some("svg") => Ok(Kind::Svg),
            Some("dot" | "gv") => Ok(Kind::Dot),
            _ => Err(error!(File, location,
                "`graph` does not know what to write to `{}`", file.text;
                label: "the kind of picture follows from the end of the name";
                help: "it writes `.svg`, a picture, and `.dot`, a graph for Graphviz")),
        }
    }
}

/// The drawing and its picture for `file`; where there is too much to lay out, by name.
fn pictured(
    script: &Script,
    drawing: Drawing,
    kind: Kind,
    file: &Text,
) -> Result<(Drawing, String)> {
    let mut drawing = drawing;
    if kind == Kind::Svg && drawing.shown.len() > LIMIT {
        let principal = drawing.principal().len();
        if principal > LIMIT {
            return Err(too_large(script, &drawing, principal, file));
        }
        drawing = drawing.folded();
    }
    let text = match kind {
        Kind::Svg => svg(&drawing),
        Kind::Dot => dot(&drawing),
    };
    Ok((drawing, text))
}

fn too_large(script: &Script, drawing: &Drawing, principal: usize, file: &Text) -> Diagnostic {
    error!(Limit, script.location(file.span),
        "a graph of {} nodes, {principal} of them inputs, outputs or named, is too large for a picture", drawing.trace.lines.len();
        label: "at most {LIMIT} nodes are laid out";
        help: "write `to \"graph.dot\"` and lay it out with Graphviz, or show a smaller part")
}
