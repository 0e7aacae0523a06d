//! What no target has a form for, with the place and what to write instead.

use super::program::ExportProgram;
use super::spelling::is_drawn_anew;
use crate::diagnostic::{Diagnostic, Result, error};
use crate::graph::NodeId;

impl ExportProgram<'_> {
    /// The error for an iteration that is one node.
    pub fn refused_rounds(&self, node: NodeId) -> Diagnostic {
        error!(Function, self.place(node), "this iteration cannot be written out";
            label: "its end, or its result, is found while it runs";
            help: "write it as statements: `repeat 100 {{ x := f(x) }}`")
    }

    /// Refuses random numbers whose seed is found while the program runs, in the rounds of loops too.
    ///
    /// # Errors
    /// There are some.
    pub fn refuse_drawn_anew(&self) -> Result<()> {
        let mut roots = self.roots();
        loop {
            let cone = self.graph.cone(&roots, |_| false);
            let drawn = |id: &&NodeId| self.row(**id).is_some_and(is_drawn_anew);
            if let Some(id) = cone.iter().find(drawn) {
                return Err(error!(Function, self.place(*id),
                    "random numbers with another seed in every round are not exported";
                    label: "the seed is found while it runs";
                    help: "draw all of them before the loop: `Z = randn(100, 3, seed=1)`, and take row `Z[k, :]`"));
            }
            let rounds =
                (cone.iter()).filter_map(|id| self.graph.round_behind(self.graph.node(*id).attr()));
            let inside = rounds.flat_map(|round| round.outputs());
            let before = roots.len();
            roots.extend(inside.filter(|node| !cone.has(*node)));
            if roots.len() == before {
                return Ok(());
            }
        }
    }
}
