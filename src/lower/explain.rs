//! The words for what cannot be computed: failures of an evaluation, names without a value, limits.

use super::unit::Unit;
use crate::diagnostic::{
    Diagnostic, Result, bytes, did_you_mean, error, interrupted, memory_limit,
};
use crate::exec::Failure;
use crate::graph::primitive::Fault;
use crate::graph::{NodeId, Op};
use crate::number;
use crate::primitives::stored::Stored;
use crate::source::Location;
use crate::syntax::ast::{ExprId, Script};
use crate::syntax::foreign;
use crate::syntax::statements::{is_statement_word, statement_form};

impl Unit<'_> {
    /// A failed evaluation as a diagnostic.
    pub fn explain(&self, failure: &Failure) -> Diagnostic {
        match failure {
            Failure::Missing(leaf) => self.missing(*leaf),
            Failure::Raised(_, reason) => self.reason(*reason).clone(),
            Failure::Fault(node, Fault::Singular) => error!(Singular, self.location_of(*node),
                "the matrix is singular: it has no inverse";
                label: "this matrix is singular";
                help: "its rows depend on each other; for a least-squares answer solve the normal equations of a matrix with independent columns"),
            Failure::Fault(node, Fault::NoSuchClass) => error!(Index, self.location_of(*node),
                "a class is not one of 1, 2, … up to the number of classes";
                label: "classes count from 1";
                help: "of three classes the first is `onehot(1, 3)`, the last `onehot(3, 3)`"),
            Failure::Fault(node, Fault::NoSuchEntry) => error!(Index, self.location_of(*node),
                "an index is not one of the places that there are";
                label: "no entry there"),
            Failure::Fault(node, Fault::NoSeed) => error!(Type, self.location_of(*node),
                "a seed is a whole number";
                label: "its seed is not whole"),
            Failure::Fault(node, Fault::NoSolution(residual)) => {
                error!(Value, self.location_of(*node),
                "no solution was found from this start: the residual does not fall below {}", number::format(*residual, 3);
                label: "does not converge";
                help: "start nearer to it; plot the function to see whether there is one, and whether it crosses 0 there with a slope")
            }
            Failure::Fault(node, Fault::MultipleRoot(residual)) => {
                error!(Value, self.location_of(*node),
                "this is a multiple root: the slope of the equation is 0 there (residual {}), so the solution has no derivative", number::format(*residual, 3);
                label: "touches 0 without crossing it, or flatly";
                help: "solve for the place where the slope is 0 instead, or minimize the formula")
            }
            Failure::Fault(node, Fault::NoMinimum) => error!(Value, self.location_of(*node),
                "the point found is not a minimum: its second derivatives are not those of one";
                label: "a saddle, a maximum or flat";
                help: "start nearer to a minimum; a small `0.001*sum(x.^2)` more makes a flat function curved"),
            Failure::Fault(node, Fault::Everywhere) => error!(Value, self.location_of(*node),
                "this factor makes every zero of a sparse matrix NaN";
                label: "infinite, NaN, or a divisor that is 0";
                help: "a sparse matrix of this size keeps its zeros; multiply what is not zero, such as `diag(H)`"),
            Failure::Fault(node, Fault::TooWide) => error!(Limit, self.location_of(*node),
                "these equations have too many unknowns that depend on others far away";
                label: "too large to solve";
                help: "equations that tie each unknown to a few near ones, as in a chain or a band, are solved in linear time"),
            Failure::Fault(node, Fault::NoEnd) => {
                let round = self.graph.round_behind(self.graph.node(*node).attr());
                let most = round.map_or(0, |round| round.count.most());
                error!(Value, self.location_of(*node),
                    "the end condition of this iteration is not true after {most} rounds";
                    label: "never ends";
                    help: "raise the limit, `most`, or look at an early state: `iterate(cos, 1, 10)`")
            }
            Failure::Memory(node, limit) if self.is_stored(*node) => {
                let shape = self.graph.shape(*node);
                error!(Limit, self.location_of(*node),
                    "all {} entries of this {shape} matrix are needed, and they do not fit into the {} allowed", shape.len(), bytes(*limit);
                    label: "sparse until here";
                    help: "it stays sparse in products, `solve`, `sum`, `norm`, `diag`, `tr`, `hcat`, `vcat`, transposes, blocks such as `H[1..5, 1..5]`, scaling, and entry by entry where zeros give zero")
            }
            Failure::Memory(node, limit) => memory_limit(*limit, self.location_of(*node)),
            Failure::Interrupted => interrupted(self.location_of(NodeId(0))),
        }
    }

    /// True of a matrix that is stored by its places.
    fn is_stored(&self, node: NodeId) -> bool {
        Stored::of(self.graph, node).is_some()
    }

    pub(super) fn missing(&self, leaf: NodeId) -> Diagnostic {
        let Op::Input(number) = self.graph.node(leaf).op else {
            return interrupted(self.location_of(leaf));
        };
        let name = self.graph.leaf(number).name;
        let location = self.location_of(leaf);
        if self.definitions.variable(&name).is_some() {
            let shape = self.graph.shape(leaf);
            let value = match shape.is_scalar() {
                true => "1".to_string(),
                false => format!("ones({}, {})", shape.rows, shape.cols),
            };
            return error!(Value, location,
                "`{name}` has no value";
                label: "declared here, without a value";
                help: "give it one: `{name} = {value}`, or `at {name} = {value}` for one statement");
        }
        if let Some(error) = self.not_called(&name, location.clone()) {
            return error;
        }
        if is_statement_word(&name) {
            let form = statement_form(&name);
            return error!(Name, location,
                "`{name}` begins a statement; alone it is a name that is not defined";
                label: "nothing follows it";
                help: "complete it: `{form}`");
        }
        let error = error!(Name, location, "`{name}` is not defined"; label: "has no value");
        if &*name == "end" {
            return error.help(
                "the last entry of a vector is `v[rows(v)]`, of a row of a matrix `A[1, cols(A)]`",
            );
        }
        if let Some(advice) = self.foreign_value(&name) {
            return error.help(advice);
        }
        if let Some(word) = foreign::function(&name) {
            return error.help(word.advice);
        }
        match self.nearest_name(&name) {
            Some(nearest) => error.help(format!(
                "did you mean `{nearest}`? Or define it: `{name} = 1`"
            )),
            None => error.help(format!(
                "define it: `{name} = 1`, or give it a value for one statement: `at {name} = 1`"
            )),
        }
    }

    /// The error for a function's name where a value is wanted.
    fn not_called(&self, name: &str, location: Location) -> Option<Diagnostic> {
        let signature = self.signature(name)?;
        let place = location.clone();
        Some(error!(Name, location,
            "`{name}` is a function and has no value of its own";
            label: "not called";
            help: "write it with its arguments: `{signature}`";
            fix: place, signature.clone()))
    }

    /// Refuses outputs that are functions or misspelt names, and formulas with the name of a function of the user's in
    /// them that is not called.
    ///
    /// # Errors
    /// The first such name.
    pub fn refuse_functions(
        &self,
        script: &Script,
        outputs: &[ExprId],
        roots: &[NodeId],
    ) -> Result<()> {
        for (output, root) in outputs.iter().zip(roots) {
            if let (true, Some(name)) = (self.is_free(*root), script.name_at(*output))
                && let Some(error) = self.not_called(name, script.locate(*output))
            {
                return Err(error);
            }
            self.refuse_misspelt(script, *output, *root)?;
        }
        for name in self.free_names(roots) {
            if self.definitions.function(&name).is_some()
                && let Some(node) = self.inputs.get(&name)
                && let Some(error) = self.not_called(&name, self.location_of(*node))
            {
                return Err(error);
            }
        }
        Ok(())
    }

    /// Refuses a formula that is nothing but a name without a meaning and looks like one that has a meaning.
    ///
    /// # Errors
    /// The formula is such a name.
    pub fn refuse_misspelt(&self, script: &Script, expr: ExprId, node: NodeId) -> Result<()> {
        match script.name_at(expr) {
            Some(name) if self.is_free(node) && self.nearest_name(name).is_some() => {
                Err(self.missing(node))
            }
            _ => Ok(()),
        }
    }

    /// The advice for `name` if it is a constant of another language or `dL` of `dL/dw`.
    pub(super) fn foreign_value(&self, name: &str) -> Option<String> {
        foreign::value(name).map(|word| word.advice.to_owned()).or_else(|| {
            let of = name.strip_prefix('d')?;
            let known = self.definitions.variable(of).is_some() || of.is_empty();
            let output = if of.is_empty() { "L" } else { of };
            known.then(|| {
                format!(
                    "the derivative of `{output}` with respect to `w` is `grad({output}, w)`; `derive {output} wrt w` shows its formula"
                )
            })
        })
    }

    /// The known name that looks most like `name`.
    pub(super) fn nearest_name(&self, name: &str) -> Option<String> {
        let known = self.definitions.variables().map(|(name, _)| &**name);
        did_you_mean(name, known.chain(["pi", "inf", "nan"])).map(str::to_owned)
    }
}

pub(super) fn node_limit(limit: usize, location: Location) -> Diagnostic {
    error!(Limit, location,
        "the graph has more than {limit} nodes";
        label: "grew beyond the limit here";
        help: "raise the limit with `--limit-nodes N`, or write the sum over entries as an operation on whole arrays")
}
