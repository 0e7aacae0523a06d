//! `graph`: the computational graph, shown or written to a file.

use super::sink::warn;
use super::statement::ShowStatement;
use super::{Session, Sink};
use crate::diagnostic::{Diagnostic, Result, error};
use crate::event::{Event, PictureFormat};
use crate::graph::Graph;
use crate::syntax::ast::{Script, Text};
use crate::trace::{Drawing, Request, draw};
use crate::world::Refusal;
use std::path::Path;

/// The kinds of pictures of a graph.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Picture,
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
            rounds: &[],
            error: false,
        };
        let mut drawing = draw(&evaluation, &request)?;
        warn(evaluation.unit.take_warnings(), sink);
        if let Some((kind, file)) = kind {
            if kind == Kind::Picture {
                drawing = small_enough(script, drawing, file)?;
            }
            drawing.file = Some(file.text.to_string());
        }
        self.present(
            script,
            tail.to.as_ref(),
            Event::Graph(Box::new(drawing)),
            sink,
        )
    }

    /// The kind of picture that a file name asks for.
    fn kind(&self, script: &Script, file: &Text) -> Result<Kind> {
        let location = script.location(file.span);
        if self.world().is_sealed() {
            return Err(Refusal::Sealed.writing(Path::new(&*file.text), location));
        }
        let path = Path::new(&*file.text);
        if PictureFormat::of(path).is_some() {
            return Ok(Kind::Picture);
        }
        let extension = path.extension().and_then(|extension| extension.to_str());
        match extension {
            Some("dot" | "gv") => Ok(Kind::Dot),
            _ => Err(error!(File, location,
                "`graph` cannot write `{}`", file.text;
                label: "the end of the name says the format";
                help: "a graph is written as {}, or as `.dot` for Graphviz", PictureFormat::ENDINGS)),
        }
    }
}

/// The drawing; where there is too much to lay out, its inputs, named nodes and outputs.
fn small_enough(script: &Script, drawing: Drawing, file: &Text) -> Result<Drawing> {
    if drawing.shown.len() <= Drawing::LARGEST {
        return Ok(drawing);
    }
    let principal = drawing.principal().len();
    match principal > Drawing::LARGEST {
        true => Err(too_large(script, &drawing, principal, file)),
        false => Ok(drawing.folded()),
    }
}

fn too_large(script: &Script, drawing: &Drawing, principal: usize, file: &Text) -> Diagnostic {
    error!(Limit, script.location(file.span),
        "a graph of {} nodes, {principal} of them inputs, outputs or named, is too large for a picture", drawing.trace.lines.len();
        label: "at most {} nodes are laid out", Drawing::LARGEST;
        help: "write `to \"graph.dot\"` and lay it out with Graphviz, or show a smaller part")
}
