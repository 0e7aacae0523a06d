//! What is asked for: by the user, or by what a script shows.

use super::super::Session;
use super::super::evaluate::formula;
use super::super::statement::ShowStatement;
use super::collect::{Asked, Collected, Derived};
use super::{refuse_changing, single_statement};
use crate::diagnostic::Result;
use crate::diff::{self, Held, Problem, Target};
use crate::export::DerivativeStyle;
use crate::export::program::{
    DerivedKind, ExportInput, ExportProgram, ExportSizes, FrameworkDerivative, Wish,
};
use crate::graph::{Graph, NodeId, Op, Shape, Tensor};
use crate::lower::definitions::Meaning;
use crate::lower::{Formula, Lowerer};
use crate::notation::one_line;
use crate::source::Location;
use crate::symbolic::{Spelling, Symbolic, derive};
use crate::syntax::ast::{ExprId, ExprKind, Name, Script, Show, StatementKind};
use crate::syntax::special::Special;
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

impl Session {
    /// A request of the user's: an expression, with what may follow it.
    pub(super) fn collect_request(
        &mut self,
        request: &str,
        collected: &mut Collected<'_>,
    ) -> Result<()> {
        let script = single_statement(request)?;
        if let StatementKind::Show(kind, outputs, tail) = &script.statement(script.body[0]).kind {
            let statement = ShowStatement::new(&script, outputs, tail);
            self.collect_shown(*kind, &statement, collected)?;
        }
        Ok(())
    }

    /// The expressions of a `print`.
    pub(super) fn collect_printed(
        &mut self,
        statement: &ShowStatement<'_>,
        collected: &mut Collected<'_>,
    ) -> Result<()> {
        let script = statement.script;
        for output in statement.outputs {
            if !matches!(script.expr(*output).kind, ExprKind::Text(_)) {
                self.wish(statement, *output, collected)?;
            }
        }
        Ok(())
    }

    /// The outputs of a statement, and their derivatives where it shows those.
    pub(super) fn collect_shown(
        &mut self,
        kind: Show,
        statement: &ShowStatement<'_>,
        collected: &mut Collected<'_>,
    ) -> Result<()> {
        if kind == Show::Plot {
            return Ok(());
        }
        for output in statement.outputs {
            let node = self.wish(statement, *output, collected)?;
            if matches!(kind, Show::Value | Show::Graph) && statement.tail.wrt.is_empty() {
                continue;
            }
            let operator = match collected.graph.shape(node).is_scalar() {
                true => Special::Grad,
                false => Special::Jacobian,
            };
            let operator = operator.row().name;
            let wrt: Vec<String> = match statement.tail.wrt.is_empty() {
                false => statement
                    .tail
                    .wrt
                    .iter()
                    .map(|wrt| statement.script.text(*wrt).to_string())
                    .collect(),
                true => self.free_inputs(node, collected),
            };
            for name in wrt {
                let text = format!("{operator}({}, {name})", statement.name(*output));
                let script = single_statement(&text)?;
                if let StatementKind::Show(_, outputs, _) = &script.statement(script.body[0]).kind {
                    let whole = formula(&script, outputs[0]);
                    self.wish_as(statement, whole, asked_text(statement, text), collected)?;
                }
            }
        }
        Ok(())
    }

    /// The inputs that a node depends on, but for data.
    fn free_inputs(&self, node: NodeId, collected: &Collected<'_>) -> Vec<String> {
        let graph = collected.graph;
        let mut found: Vec<(u64, Name)> = Vec::new();
        for id in graph.cone(&[node], |_| false) {
            let Op::Input(leaf) = graph.node(id).op else {
                continue;
            };
            let name = graph.leaf(leaf).name;
            match self.definitions.variable(&name).map(|known| &known.meaning) {
                Some(Meaning::Input(input)) if !input.data => found.push((input.place, name)),
                None => found.push((u64::MAX, name)),
                _ => {}
            }
        }
        found.sort();
        found.dedup();
        found
            .into_iter()
            .map(|(_, name)| name.to_string())
            .collect()
    }

    fn wish(
        &mut self,
        statement: &ShowStatement<'_>,
        output: ExprId,
        collected: &mut Collected<'_>,
    ) -> Result<NodeId> {
        let whole = formula(statement.script, output);
        self.wish_as(
            statement,
            whole,
            asked_text(statement, statement.name(output)),
            collected,
        )
    }

    fn wish_as(
        &mut self,
        statement: &ShowStatement<'_>,
        whole: Formula,
        text: String,
        collected: &mut Collected<'_>,
    ) -> Result<NodeId> {
        let derivative = derivative_of(&whole.script, whole.expr);
        let by_formula = collected.needs.derivative == DerivativeStyle::Derive;
        // A matrix of derivatives takes a pass for every row or column: for all sizes, it is a formula.
        let for_all = !self.definitions.drawn_sizes().is_empty();
        let simplified = match &derivative {
            Some((of, name, kind)) if statement.tail.at.is_empty() => match kind {
                DerivedKind::Hessian if for_all => {
                    let gradient = format!("grad({}, {name})", of.script.text(of.expr));
                    self.simplified(&gradient, name, collected)?
                }
                DerivedKind::Hessian => None,
                DerivedKind::Jacobian if for_all => {
                    self.simplified(of.script.text(of.expr), name, collected)?
                }
                _ if by_formula => self.simplified(of.script.text(of.expr), name, collected)?,
                _ => None,
            },
            _ => None,
        };
        let node = match simplified {
            Some(node) => node,
            None => self.nodes(&[whole], Some(statement), collected)?[0],
        };
        let derivative = match derivative {
            Some((of, name, kind)) if collected.needs.keeps_values => {
                let text = asked_text(statement, one_line(of.script.text(of.expr)).to_string());
                let node = self.nodes(&[of], Some(statement), collected)?[0];
                Some(Derived {
                    of: node,
                    text,
                    name,
                    kind,
                })
            }
            _ => None,
        };
        collected.wishes.push(Asked {
            text,
            node,
            derivative,
        });
        Ok(node)
    }

    /// The node of the simplified derivative, where there is a formula.
    fn simplified(
        &mut self,
        of: &str,
        name: &Name,
        collected: &mut Collected<'_>,
    ) -> Result<Option<NodeId>> {
        let script = single_statement(&format!("derive {of} wrt {name}"))?;
        let StatementKind::Show(_, outputs, tail) = &script.statement(script.body[0]).kind else {
            return Ok(None);
        };
        let statement = ShowStatement::new(&script, outputs, tail);
        let graph = Graph::new();
        let (lowerer, wanted) = self.prepare(&graph, &statement)?;
        let evaluation = lowerer.finish();
        let spelling = Spelling {
            exact: true,
            ..Spelling::default()
        };
        let (output, target) = (wanted.outputs[0].1, wanted.wrt[0].target);
        let result = self.with_subject(&evaluation.unit, &wanted, |subject| {
            derive(subject, output, target, spelling)
        });
        match result {
            Symbolic::Formula(simplified) => self.parts_node(&simplified, collected).map(Some),
            Symbolic::Recurrences(_) | Symbolic::NoFormula { .. } => Ok(None),
        }
    }

    /// The program of what was collected: inputs get numbers, scalars their adjoints.
    pub(super) fn program<'g>(
        &self,
        collected: Collected<'g>,
        values: Option<&Session>,
        whole: Location,
        adjoints: bool,
    ) -> Result<ExportProgram<'g>> {
        let graph = collected.graph;
        let framework = collected.needs.derivative == DerivativeStyle::Framework;
        let (mut roots, mut stepped) = (Vec::new(), Vec::new());
        collected
            .steps
            .iter()
            .for_each(|step| step.visit(&mut roots, &mut stepped));
        roots.extend(collected.wishes.iter().map(|wish| wish.node));
        roots.extend(
            collected
                .wishes
                .iter()
                .filter_map(|wish| Some(wish.derivative.as_ref()?.of)),
        );
        let mut found: Vec<(u8, u64, Name)> = Vec::new();
        let mut leaves: Vec<(NodeId, Name)> = Vec::new();
        for id in graph.cone(&roots, |_| false) {
            let Op::Input(number) = graph.node(id).op else {
                continue;
            };
            let leaf = graph.leaf(number);
            if self.is_argument(&leaf.name, leaf.value.as_ref(), &collected) {
                found.push(self.rank(&leaf.name, id));
                leaves.push((id, leaf.name));
            }
        }
        for name in stepped {
            found.push(self.rank(&name, NodeId(0)));
        }
        found.sort();
        let mut seen: FxHashSet<Name> = FxHashSet::default();
        let names: Vec<Name> = found
            .into_iter()
            .map(|(_, _, name)| name)
            .filter(|name| seen.insert(name.clone()))
            .collect();
        let numbers: FxHashMap<Name, usize> = names
            .iter()
            .enumerate()
            .map(|(k, name)| (name.clone(), k))
            .collect();
        let leaves: FxHashMap<NodeId, usize> = leaves
            .into_iter()
            .map(|(id, name)| (id, numbers[&name]))
            .collect();
        let mut arguments = Vec::new();
        let mut files = FxHashMap::default();
        for name in &names {
            let leaf = leaves
                .iter()
                .find(|(_, number)| names[**number] == *name)
                .map(|(leaf, _)| *leaf);
            let values = values.unwrap_or(self);
            arguments.push(values.argument(name, leaf, graph, &collected, &mut files)?);
        }
        let number = |name: &Name| numbers[name];
        let mut wishes = Vec::new();
        for wish in collected.wishes {
            let scalar = adjoints && graph.shape(wish.node).is_scalar();
            let adjoints = match scalar {
                true => (0..names.len())
                    .map(|k| adjoint(graph, wish.node, k, &leaves, &arguments))
                    .collect(),
                false => Vec::new(),
            };
            let derivative = wish.derivative.and_then(|derived| {
                let argument = *numbers.get(&derived.name)?;
                // What a framework differentiates twice is the derivative of a gradient otherwise.
                let (of, text) = match derived.kind {
                    DerivedKind::Hessian if !framework => (
                        adjoint(graph, derived.of, argument, &leaves, &arguments),
                        format!("grad({}, {})", derived.text, derived.name),
                    ),
                    _ => (derived.of, derived.text),
                };
                Some(FrameworkDerivative {
                    of,
                    text,
                    argument,
                    kind: derived.kind,
                })
            });
            wishes.push(Wish {
                text: wish.text,
                node: wish.node,
                adjoints,
                derivative,
            });
        }
        let mut program = ExportProgram {
            graph,
            title: whole.source.name.clone(),
            arguments,
            leaves,
            wishes,
            steps: collected
                .steps
                .into_iter()
                .map(|step| step.numbered(&number))
                .collect(),
            names: collected.names,
            places: collected.places,
            whole,
            files,
            sizes: ExportSizes::default(),
            differences: Vec::new(),
        };
        program.sizes.fixed = refuse_changing(&program, &collected.guards)?;
        Ok(program.merged())
    }

    /// The place of an input among the arguments.
    fn rank(&self, name: &Name, leaf: NodeId) -> (u8, u64, Name) {
        match self.definitions.variable(name).map(|known| &known.meaning) {
            Some(Meaning::Input(input)) => (0, input.place, name.clone()),
            _ => (1, u64::from(leaf.0), name.clone()),
        }
    }

    /// True if a leaf stands for the input `name` as it is before the loops.
    fn is_argument(
        &self,
        name: &Name,
        value: Option<&Rc<Tensor>>,
        collected: &Collected<'_>,
    ) -> bool {
        if value.is_none() || collected.started.contains(name) {
            return true;
        }
        let now = match self.definitions.variable(name).map(|known| &known.meaning) {
            Some(Meaning::Input(input)) => input.value.get(),
            _ => None,
        };
        match (now, value) {
            (Some(now), Some(then)) => Rc::ptr_eq(now, then),
            (None, None) => true,
            _ => false,
        }
    }

    fn argument(
        &self,
        name: &Name,
        leaf: Option<NodeId>,
        graph: &Graph,
        collected: &Collected<'_>,
        files: &mut FxHashMap<NodeId, String>,
    ) -> Result<ExportInput> {
        let variable = self.definitions.variable(name);
        let input = match variable.map(|known| &known.meaning) {
            Some(Meaning::Input(input)) => Some(input),
            _ => None,
        };
        let value = match input {
            Some(input) => match (input.value.get(), &input.source) {
                (Some(value), _) => Some(value.clone()),
                (None, Some(source)) => Some(Rc::new(self.value_of(source)?)),
                (None, None) => None,
            },
            None => None,
        };
        let shape = leaf
            .map(|leaf| graph.shape(leaf))
            .or_else(|| value.as_ref().map(|value| value.shape()));
        let shape = shape.unwrap_or(Shape::SCALAR);
        let started = collected.started.contains(name);
        let large = value.as_ref().is_some_and(|value| value.shape().len() > 9);
        let source = match input.and_then(|input| input.source.as_ref()) {
            Some(source) if !started && (large || input.is_some_and(|input| input.data)) => {
                let mut lowerer = Lowerer::new(graph, &self.definitions, self.limits);
                let node = lowerer.lower(source)?;
                for (path, node) in lowerer.files() {
                    let folder = &source.script.source.folder;
                    let path = path.strip_prefix(folder).unwrap_or(path);
                    files.insert(node, path.to_string_lossy().replace('\\', "/"));
                }
                Some(node)
            }
            _ => None,
        };
        Ok(ExportInput {
            name: name.clone(),
            shape,
            value,
            source,
            is_data: input.is_some_and(|input| input.data),
        })
    }
}

/// An expression with the values after `at`.
fn asked_text(statement: &ShowStatement<'_>, text: String) -> String {
    let script = statement.script;
    let at = statement.tail.at.iter();
    let at: Vec<String> = at
        .map(|at| format!("{} = {}", at.name.name, one_line(script.text(at.value))))
        .collect();
    match at.is_empty() {
        true => text,
        false => format!("{text} at {}", at.join(", ")),
    }
}

/// The derivative of a scalar with respect to an argument.
fn adjoint(
    graph: &Graph,
    output: NodeId,
    argument: usize,
    leaves: &FxHashMap<NodeId, usize>,
    arguments: &[ExportInput],
) -> NodeId {
    let held = Held::default();
    let cone: FxHashSet<NodeId> = graph.cone(&[output], |_| false).into_iter().collect();
    let leaf = leaves
        .iter()
        .find(|(leaf, number)| **number == argument && cone.contains(leaf));
    match leaf {
        Some((leaf, _)) => diff::grad(Problem {
            graph,
            output,
            target: Target {
                node: *leaf,
                entry: None,
            },
            held: &held,
        }),
        None => graph.constant(Tensor::filled(arguments[argument].shape, 0.0)),
    }
}

/// `grad(L, w)` and the like: what is differentiated, and with respect to which name.
fn derivative_of(script: &Rc<Script>, expr: ExprId) -> Option<(Formula, Name, DerivedKind)> {
    let ExprKind::Call(call) = &script.expr(expr).kind else {
        return None;
    };
    let kind = match call.special? {
        Special::Grad => DerivedKind::Gradient,
        Special::Jacobian => DerivedKind::Jacobian,
        Special::Hessian => DerivedKind::Hessian,
        _ => return None,
    };
    let [of, variable] = call.arguments.as_slice() else {
        return None;
    };
    let name = script.name_at(*variable)?.clone();
    Some((formula(script, *of), name, kind))
}
