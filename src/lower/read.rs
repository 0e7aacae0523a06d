//! `read`: a data file as a leaf of the graph.

use super::Lowerer;
use super::frame::Frame;
use crate::data;
use crate::diagnostic::{Result, bail, note};
use crate::graph::NodeId;
use crate::syntax::ast::{ExprId, ExprKind};

impl Lowerer<'_> {
    /// `read("file.csv")`: a matrix of numbers.
    pub(super) fn read(&mut self, argument: ExprId, frame: &Frame) -> Result<NodeId> {
        let ExprKind::Text(path) = &frame.script.expr(argument).kind else {
            bail!(Type, frame.locate(argument),
                "`read` takes a file name in quotes";
                label: "not a text";
                help: "write `read(\"data.csv\")`");
        };
        let location = frame.locate(argument);
        let path = frame.script.source.folder.join(&**path);
        if let Some(node) = self.memo.files.get(&path) {
            return Ok(*node);
        }
        let memory = self.evaluation.limits.memory;
        let file = data::read(self.evaluation.world, &path, &location, memory)?;
        let notes = file.notes.iter();
        let notes = notes.map(|text| note!(File, location.clone(), "{text}"));
        self.evaluation.unit.noticed.warnings.extend(notes);
        let node = self.graph.constant(file.matrix);
        self.memo.files.insert(path, node);
        Ok(node)
    }
}
