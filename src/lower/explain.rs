//! The words for what cannot be computed: failures of an evaluation, names without a value, limits.

use super::unit::Unit;
use crate::diagnostic::{Diagnostic, bytes, did_you_mean, error, interrupted};
use crate::exec::Failure;
use crate::graph::primitive::Fault;
use crate::graph::{NodeId, Op};
use crate::source::Location;
use crate::syntax::foreign;
use crate::syntax::statements::is_statement_word;

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
                label: "classes count from 1"),
            Failure::Fault(node, Fault::NoSuchEntry) => error!(Index, self.location_of(*node),
                "an index is not one of the places that there are";
                label: "no entry there"),
            Failure::Memory(node, limit) => memory_limit(*limit, self.location_of(*node)),
            Failure::Interrupted => interrupted(self.location_of(NodeId(0))),
        }
    }

    pub(super) fn missing(&self, leaf: NodeId) -> Diagnostic {
        let Op::Input(number) = self.graph.node(leaf).op else {
            return interrupted(self.location_of(leaf));
        };
        let name = self.graph.leaf(number).name;
        let location = self.location_of(leaf);
        if self.definitions.variable(&name).is_some() {
            return error!(Value, location,
                "`{name}` has no value";
                label: "declared here, without a value";
                help: "give it one: `{name} = …`, or `at {name} = …` for one statement");
        }
        if let Some(signature) = self.signature(&name) {
            return error!(Name, location,
                "`{name}` is a function and has no value of its own";
                label: "not called";
                help: "call it: `{signature}`");
        }
        if is_statement_word(&name) {
            return error!(Name, location,
                "`{name}` begins a statement; alone it is a name that is not defined";
                label: "nothing follows it";
                help: "write what it is about behind it: `{name} …`");
        }
        let error = error!(Name, location, "`{name}` is not defined"; label: "has no value");
        if let Some(advice) = self.foreign_value(&name) {
            return error.help(advice);
        }
        match self.nearest_name(&name) {
            Some(nearest) => error.help(format!(
                "did you mean `{nearest}`? Or define it: `{name} = …`"
            )),
            None => error.help(format!(
                "define it: `{name} = …`, or give it a value for one statement: `at {name} = …`"
            )),
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
                    "the derivative of `{output}` by `w` is `grad({output}, w)`; `derive {output} wrt w` shows its formula"
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

pub(super) fn memory_limit(limit: u64, location: Location) -> Diagnostic {
    error!(Limit, location,
        "the values need more than {} of memory", bytes(limit);
        label: "does not fit";
        help: "raise the limit with `--limit-memory`, for example `--limit-memory 16G`")
}
