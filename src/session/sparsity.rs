//! `sparsity`: the pattern of a Jacobian or a Hessian, and the passes that find it.

use super::run::stopped_at;
use super::sink::warn;
use super::statement::ShowStatement;
use super::{Session, Sink};
use crate::diagnostic::{Diagnostic, Result, bail, error};
use crate::diff::{Coloured, Matrix, Problem};
use crate::event::{Event, PictureFormat};
use crate::graph::{Graph, NodeId};
use crate::lower::Evaluation;
use crate::sparsity::{SparsityPattern, Unknown};
use crate::stop;
use crate::structure::Structure;
use crate::syntax::ast::{DerivativeMatrix, ExprId, Script, Text};
use crate::world::Refusal;
use std::path::Path;
use std::rc::Rc;

impl Session {
    pub(super) fn show_sparsity(
        &self,
        statement: &ShowStatement<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let ShowStatement {
            script,
            outputs,
            tail,
        } = *statement;
        if let Some((mode, span)) = tail.using.first() {
            bail!(Syntax, script.location(*span),
                "a pattern is that of a matrix, not of {} mode", mode.name();
                label: "not a matrix of derivatives";
                help: "write `using hessian` or `using jacobian`");
        }
        if let Some(file) = &tail.to {
            self.expect_kind(script, file)?;
        }
        let graph = Graph::new();
        let (lowerer, wanted) = self.prepare(&graph, statement)?;
        let mut evaluation = lowerer.finish();
        let mut events = Vec::new();
        for ((text, node), output) in wanted.outputs.iter().zip(outputs) {
            let shape = graph.shape(*node);
            let matrix = match &tail.matrix {
                Some((DerivativeMatrix::Hessian, _)) if !shape.is_scalar() => {
                    bail!(Scalar, script.locate(*output),
                        "a Hessian is that of a scalar, and this is a {shape} matrix";
                        label: "{}", shape.described();
                        help: "its Jacobian: `sparsity {}`", script.text(*output));
                }
                Some((matrix, _)) => *matrix,
                None if shape.is_scalar() => DerivativeMatrix::Hessian,
                None => DerivativeMatrix::Jacobian,
            };
            for wrt in &wanted.wrt {
                if stop::requested() {
                    return Err(stopped_at(script, script.expr(*output).span));
                }
                let problem = Problem {
                    graph: &graph,
                    output: *node,
                    target: wrt.target,
                    held: &wanted.held,
                };
                let found = self.structure(&evaluation, problem, matrix, script, *output)?;
                let (pattern, coloured, dense) = found;
                let values = coloured
                    .as_ref()
                    .and_then(|coloured| self.values(&evaluation, coloured, problem));
                events.push(Event::Sparsity(Box::new(Structure {
                    of: text.clone(),
                    wrt: wrt.text.clone(),
                    matrix,
                    pattern,
                    values,
                    colouring: coloured.map(Coloured::into_colouring),
                    dense,
                    file: tail.to.as_ref().map(|file| file.text.to_string()),
                })));
            }
        }
        if let (Some(file), [_, _, ..]) = (&tail.to, events.as_slice()) {
            bail!(Arity, script.location(file.span),
                "a file holds one pattern, and these are {}", events.len();
                label: "one file";
                help: "name one output and one variable: `sparsity L wrt x to {:?}`", &*file.text);
        }
        warn(evaluation.unit.take_warnings(), sink);
        for event in events {
            self.present(script, tail.to.as_ref(), event, sink)?;
        }
        Ok(())
    }

    /// The pattern, the plan that finds the matrix, and the passes that it takes without colours.
    fn structure(
        &self,
        evaluation: &Evaluation<'_>,
        problem: Problem<'_, '_>,
        matrix: DerivativeMatrix,
        script: &Rc<Script>,
        output: ExprId,
    ) -> Result<(SparsityPattern, Option<Coloured>, usize)> {
        let matrix = match matrix {
            DerivativeMatrix::Jacobian => Matrix::Jacobian,
            DerivativeMatrix::Hessian => Matrix::Hessian,
        };
        let value = |node| evaluation.value_if_known(node).ok().flatten();
        let room = self.limits.places();
        let dense = matrix.passes(problem).max(1);
        let (pattern, differentiated) = match matrix.pattern(problem, &value, room) {
            Ok(found) => found,
            Err(Unknown::TooLarge) => return Err(too_large(script, output)),
            Err(Unknown::Value(node)) => {
                // An index without a value: why it has none is the error.
                evaluation.value(node)?;
                return Err(too_large(script, output));
            }
        };
        // The derivatives by one entry are one pass.
        let whole = problem.target.entry.is_none();
        let coloured = whole.then(|| Coloured::of(&matrix, differentiated, &pattern, dense));
        let coloured = coloured.flatten();
        Ok((pattern, coloured, dense))
    }

    /// The values in the places of the pattern, row by row; `None` where an input has none.
    fn values(
        &self,
        evaluation: &Evaluation<'_>,
        coloured: &Coloured,
        problem: Problem<'_, '_>,
    ) -> Option<Vec<f64>> {
        let graph = problem.graph;
        evaluation.value(problem.output).ok()?;
        let passes = coloured.compressed(problem, &|| !stop::requested())?;
        let matrix = coloured.matrix(graph, passes);
        let values: NodeId = graph.args(matrix)[0];
        let values = evaluation.value(values).ok()?;
        Some(coloured.row_by_row(values.data()))
    }

    /// Refuses a file whose kind is not known, before anything is computed.
    fn expect_kind(&self, script: &Script, file: &Text) -> Result<()> {
        let location = script.location(file.span);
        let path = Path::new(&*file.text);
        if self.world().is_sealed() {
            return Err(Refusal::Sealed.writing(path, location));
        }
        let is_table = path.extension().is_some_and(|extension| extension == "mtx");
        match is_table || PictureFormat::of(path).is_some() {
            true => Ok(()),
            false => Err(error!(File, location,
                "`sparsity` cannot write `{}`", file.text;
                label: "the end of the name says the format";
                help: "a pattern and its values are written as `.mtx` (Matrix Market), a picture as {}", PictureFormat::ENDINGS)),
        }
    }
}

fn too_large(script: &Script, output: ExprId) -> Diagnostic {
    error!(Limit, script.locate(output),
        "the pattern has more places than fit into the memory allowed";
        label: "nearly everything depends on everything";
        help: "show that of a smaller case")
}
