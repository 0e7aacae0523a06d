//! Sparse matrices of derivatives: as many passes as colours, each for several rows or columns that do not
//! meet.
//!
//! The law: which entries are found in which pass depends on the shapes and the pattern alone. Where the
//! passes are of the mode that a dense matrix takes, the values have the same bits, because nothing that
//! reaches an entry carries a second seed; entries of a star that are found as their mirror image, and
//! passes of the other mode, agree within rounding.

use super::compose::{Problem, grad};
use super::flow::Flow;
use super::matrix::Matrix;
use super::reverse;
use crate::exec::{Point, Sampler};
use crate::graph::{Attr, Graph, NodeId, Shape, Tensor};
use crate::primitives::array::{HCAT, poisoned};
use crate::primitives::places::TAKEN;
use crate::primitives::stored::Stored;
use crate::sparsity::{Colouring, Dependence, Method, SparsityPattern, Unknown, WantedMatrix};

/// The plan of a sparse matrix of derivatives.
pub struct Coloured {
    /// The node whose Jacobian it is: the output, or its gradient.
    output: NodeId,
    shape: Shape,
    colouring: Colouring,
    /// The places that may be other than zero, column by column, and where the value of each is found.
    entries: Vec<(u32, u32, u32)>,
}

/// Fewer passes than this are made one by one.
const FEW: usize = 8;

impl Matrix {
    /// The structure of the matrix: its pattern, and the node whose Jacobian it is. `value` gives the values of
    /// indices; all sets together may have `room` members.
    ///
    /// # Errors
    /// If the pattern is too large, or depends on a value that is not there.
    pub fn pattern(
        &self,
        problem: Problem<'_, '_>,
        value: &dyn Fn(NodeId) -> Option<Tensor>,
        room: usize,
    ) -> Result<(SparsityPattern, NodeId), Unknown> {
        let output = match self {
            Matrix::Hessian => grad(problem),
            Matrix::Jacobian | Matrix::Numeric(..) => problem.output,
        };
        let graph = problem.graph;
        let leaf = problem.target.node;
        let pattern = Dependence::on(graph, leaf, value, room).pattern(output, problem.held)?;
        let pattern = match (problem.target.entry, self) {
            (Some(corner), _) => {
                let m = graph.shape(leaf).m();
                pattern.column(corner.row as usize + corner.col as usize * m)
            }
            (None, Matrix::Hessian) => pattern.symmetric(),
            (None, _) => pattern,
        };
        Ok((pattern, output))
    }

    /// The plan, where colours pay: at most half as many passes as without.
    ///
    /// # Errors
    /// If the pattern depends on a value that is not there.
    pub fn coloured(
        &self,
        problem: Problem<'_, '_>,
        value: &dyn Fn(NodeId) -> Option<Tensor>,
        room: usize,
    ) -> Result<Option<Coloured>, Unknown> {
        let passes = self.passes(problem);
        let is_exact = !matches!(self, Matrix::Numeric(..));
        if !is_exact || passes < FEW || problem.target.entry.is_some() {
            return Ok(None);
        }
        let (pattern, output) = match self.pattern(problem, value, room) {
            Ok(found) => found,
            Err(Unknown::TooLarge) => return Ok(None),
            Err(why) => return Err(why),
        };
        Ok(Coloured::of(self, output, &pattern, passes / 2))
    }
}

impl Coloured {
    /// The plan for a pattern that is known, of the Jacobian of the node `output`, with at most `most` passes.
    pub fn of(
        matrix: &Matrix,
        output: NodeId,
        pattern: &SparsityPattern,
        most: usize,
    ) -> Option<Coloured> {
        let wanted = match matrix {
            Matrix::Hessian => WantedMatrix::Hessian,
            Matrix::Jacobian | Matrix::Numeric(..) => WantedMatrix::Jacobian,
        };
        let colouring = Colouring::of(pattern, wanted, most)?;
        Some(Coloured::new(output, pattern, colouring))
    }

    fn new(output: NodeId, pattern: &SparsityPattern, colouring: Colouring) -> Coloured {
        let shape = Shape::new(pattern.rows(), pattern.cols());
        let length = line(&colouring, shape) as u32;
        let mut entries: Vec<(u32, u32, u32)> = (pattern.places().zip(&colouring.found))
            .map(|((i, j), (pass, at))| (i as u32, j as u32, pass * length + at))
            .collect();
        entries.sort_unstable_by_key(|(i, j, _)| (*j, *i));
        Coloured {
            output,
            shape,
            colouring,
            entries,
        }
    }

    /// The number of passes: colours.
    pub fn passes(&self) -> usize {
        self.colouring.count
    }

    /// The colours.
    pub fn into_colouring(self) -> Colouring {
        self.colouring
    }

    /// Values that stand column by column, row by row.
    pub fn row_by_row(&self, values: &[f64]) -> Vec<f64> {
        let mut all: Vec<(u32, u32, f64)> = (self.entries.iter().zip(values))
            .map(|((i, j, _), value)| (*i, *j, *value))
            .collect();
        all.sort_by_key(|(i, j, _)| (*i, *j));
        all.into_iter().map(|(_, _, value)| value).collect()
    }

    /// True if its passes are forward ones, for groups of columns.
    pub fn by_columns(&self) -> bool {
        self.colouring.method == Method::Columns
    }

    fn members(&self, pass: usize) -> impl Iterator<Item = usize> + '_ {
        let colours = self.colouring.colours.iter().enumerate();
        colours.filter_map(move |(k, colour)| (*colour as usize == pass).then_some(k))
    }

    /// What the passes give, one a column, as a node. `None` if `go_on`, which is asked before every pass, said
    /// no.
    pub fn compressed(&self, problem: Problem<'_, '_>, go_on: &dyn Fn() -> bool) -> Option<NodeId> {
        let graph = problem.graph;
        let problem = Problem {
            output: self.output,
            ..problem
        };
        let seeded = match self.by_columns() {
            true => graph.shape(problem.target.node),
            false => graph.shape(self.output),
        };
        let mut passes = Vec::with_capacity(self.passes());
        for pass in 0..self.passes() {
            if !go_on() {
                return None;
            }
            let mut ones = Tensor::filled(seeded, 0.0);
            self.members(pass).for_each(|k| ones.data_mut()[k] = 1.0);
            let everywhere = ones.data().iter().all(|one| *one == 1.0);
            let term = match everywhere {
                true => graph.term(graph.literal(1.0)).stretch(seeded),
                false => graph.term(graph.constant(ones)),
            };
            let seed = Flow {
                term,
                reached: (!everywhere).then_some(term),
            };
            passes.push(self.pass(problem, seed));
        }
        let whole = Shape::new(line(&self.colouring, self.shape), self.passes());
        Some(match passes.as_slice() {
            [] => graph.constant(Tensor::filled(whole, 0.0)),
            [single] => *single,
            passes => graph.apply(&HCAT, Attr::None, whole, passes),
        })
    }

    /// The pass for a seed, as a column.
    fn pass<'g>(&self, problem: Problem<'g, '_>, seed: Flow<'g>) -> NodeId {
        let graph = problem.graph;
        let length = Shape::vector(line(&self.colouring, self.shape));
        if self.by_columns() {
            return problem.pushed_forward(seed).reshaped(length).id;
        }
        let targets = [problem.target.node];
        let found = reverse(graph, problem.output, seed, &targets, problem.held)[0];
        let zero = || graph.term(graph.literal(0.0)).stretch(length);
        found
            .map_or_else(zero, |flow| flow.term.reshaped(length))
            .id
    }

    /// The same as a value: one pass, for a seed that is a leaf. `None` where it has none, or needs more than
    /// `memory_limit` bytes.
    pub fn swept(&self, problem: Problem<'_, '_>, memory_limit: u64) -> Option<Tensor> {
        let graph = problem.graph;
        let problem = Problem {
            output: self.output,
            ..problem
        };
        let (leaf, pass) = match self.by_columns() {
            true => problem.column(),
            false => {
                let seed = problem.seed(graph.shape(self.output));
                (seed.term.id, self.pass(problem, seed))
            }
        };
        let sampler = Sampler {
            graph,
            output: pass,
            given: vec![(leaf, Tensor::filled(graph.shape(leaf), 0.0))],
            memory_limit,
        };
        let seeds: Vec<Point> = (0..self.passes())
            .map(|pass| self.members(pass).map(|k| (k, 1.0)).collect())
            .collect();
        let values = sampler.values(&seeds).ok()?;
        let whole = Shape::new(line(&self.colouring, self.shape), self.passes());
        Some(Tensor::new(whole, values))
    }

    /// The matrix, stored by its places, given what the passes gave.
    pub fn matrix(&self, graph: &Graph, compressed: NodeId) -> NodeId {
        let column = |entries: Vec<f64>| {
            let shape = Shape::vector(entries.len());
            graph.constant(Tensor::new(shape, entries))
        };
        let pick = |from: NodeId, entries: NodeId| {
            let from = graph.term(from);
            let from = from.reshaped(Shape::vector(from.shape().len()));
            let shape = graph.shape(entries);
            graph.term(graph.apply(&TAKEN, Attr::Axis(1), shape, &[from.id, entries]))
        };
        let found = self.entries.iter().map(|(_, _, at)| f64::from(*at) + 1.0);
        let mut values = pick(compressed, column(found.collect()));
        if !self.by_columns() {
            // A derivative is NaN where what is differentiated is; forward passes know that.
            let rows = self.entries.iter().map(|(i, ..)| f64::from(*i) + 1.0);
            values = poisoned(values, pick(self.output, column(rows.collect())));
        }
        let places: Vec<(u32, u32)> = self.entries.iter().map(|(i, j, _)| (*i, *j)).collect();
        Stored::at(graph, values.id, &places, self.shape).node()
    }
}

/// The number of entries that each pass gives.
fn line(colouring: &Colouring, shape: Shape) -> usize {
    match colouring.method {
        Method::Columns => shape.m(),
        Method::Rows | Method::Star => shape.n(),
    }
}
