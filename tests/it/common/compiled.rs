//! Compiled programs against the interpreter: the same bits, alone and many points at a time.

use super::random::INPUTS;
use std::rc::Rc;
use wengert::exec::{Interpreter, LANES, Program, Unfit};
use wengert::graph::{Graph, NodeId, Tensor};
use wengert::lower::{Formula, Limits, Lowerer};
use wengert::primitives::random::SplitMix64;
use wengert::session::Session;
use wengert::source::Source;
use wengert::syntax::ast::StatementKind;

/// What is compiled of a random program: values and derivatives of both orders.
pub fn expressions() -> Vec<String> {
    let gradients = INPUTS.iter().map(|(name, ..)| format!("grad(F, {name})"));
    let mut expressions = vec!["F".to_string(), "V".to_string()];
    expressions.extend(gradients);
    expressions.push("hessian(F, v)".into());
    expressions.push("jacobian(V, v)".into());
    expressions
}

/// A script and some expressions, lowered.
pub struct Lowered {
    pub graph: Graph,
    pub inputs: Vec<NodeId>,
    pub outputs: Vec<NodeId>,
}

/// Lowers `expressions` after a script, and the inputs whose names are given.
pub fn lower(
    definitions: &str,
    inputs: &[&str],
    expressions: &[String],
) -> Result<Lowered, String> {
    let mut session = Session::with_limits(Limits::default());
    let message = |error: wengert::diagnostic::Diagnostic| error.message().to_string();
    let source = Source::new("test.ad", definitions);
    session.run_source(&source, &mut |_| {}).map_err(message)?;
    let names = inputs.iter().map(|name| name.to_string());
    let asked: Vec<String> = names.chain(expressions.iter().cloned()).collect();
    let text: String = (0..asked.len())
        .map(|k| format!("answer{k} = {}\n", asked[k]))
        .collect();
    let (script, _) = wengert::syntax::parse(&Source::new("ask.ad", &text)).map_err(message)?;
    let script = Rc::new(script);
    let graph = Graph::new();
    let mut nodes = Vec::new();
    {
        let mut lowerer = Lowerer::new(&graph, session.definitions(), Limits::default());
        for id in &script.body {
            let StatementKind::Define(_, expr) = script.statement(*id).kind else {
                panic!("only definitions were written");
            };
            let formula = Formula {
                script: script.clone(),
                expr,
            };
            nodes.push(lowerer.lower(&formula).map_err(message)?);
        }
    }
    let outputs = nodes.split_off(inputs.len());
    Ok(Lowered {
        graph,
        inputs: nodes,
        outputs,
    })
}

fn same(a: &[f64], b: &[f64]) -> bool {
    let equal = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
    a.len() == b.len() && a.iter().zip(b).all(equal)
}

/// Runs every entry of `compiled` and holds it against the interpreter.
fn compare(
    lowered: &Lowered,
    compiled: &mut Program,
    entries: &[Vec<NodeId>],
    values: &[Tensor],
) -> Result<(), String> {
    let mut interpreter = Interpreter::new(&lowered.graph, u64::MAX);
    for (id, value) in lowered.inputs.iter().zip(values) {
        interpreter.set(*id, value);
    }
    for (entry, outputs) in entries.iter().enumerate() {
        compiled.run(entry).map_err(|stop| format!("{stop:?}"))?;
        for (k, output) in outputs.iter().enumerate() {
            let want = interpreter.value(*output).map_err(|e| format!("{e:?}"))?;
            let got = compiled.output(entry, k);
            if !same(want.data, got.data) {
                return Err(format!(
                    "entry {entry}, output {k}: {:?} interpreted, {:?} compiled",
                    want.data, got.data
                ));
            }
        }
    }
    Ok(())
}

/// A program with all inputs moved once, and in lanes; whether it could be compiled.
pub fn agrees(definitions: &str, inputs: &[&str], expressions: &[String]) -> Result<bool, String> {
    agreement(definitions, inputs, expressions, true)
}

/// The same without lanes, for arrays that are too large to have many of.
pub fn agrees_one_by_one(
    definitions: &str,
    inputs: &[&str],
    expressions: &[String],
) -> Result<bool, String> {
    agreement(definitions, inputs, expressions, false)
}

fn agreement(
    definitions: &str,
    inputs: &[&str],
    expressions: &[String],
    in_lanes: bool,
) -> Result<bool, String> {
    let lowered = lower(definitions, inputs, expressions)?;
    let groups: Vec<Vec<NodeId>> = lowered.inputs.iter().map(|id| vec![*id]).collect();
    let half = lowered.outputs.len() / 2;
    let entries = vec![
        lowered.outputs[..half].to_vec(),
        lowered.outputs[half..].to_vec(),
        lowered.outputs.clone(),
    ];
    let mut compiled = match Program::compile(&lowered.graph, &groups, &entries, 1 << 30) {
        Ok(program) => program,
        Err(Unfit::Conditional) => return Ok(false),
        Err(unfit) => return Err(format!("{unfit:?}")),
    };
    let value = |interpreter: &mut Interpreter<'_>, id: NodeId| {
        let view = interpreter.value(id).map_err(|e| format!("{e:?}"));
        view.map(|view| view.to_tensor())
    };
    let mut interpreter = Interpreter::new(&lowered.graph, u64::MAX);
    let mut values = Vec::new();
    for id in &lowered.inputs {
        values.push(value(&mut interpreter, *id)?);
    }
    compare(&lowered, &mut compiled, &entries, &values)?;
    let mut random = SplitMix64::new(5);
    for input in 0..values.len() {
        for x in values[input].data_mut() {
            *x += 0.3 * random.normal();
        }
        compiled.set(input, values[input].data());
        compare(&lowered, &mut compiled, &entries, &values)
            .map_err(|error| format!("{} moved: {error}", inputs[input]))?;
    }
    if in_lanes {
        let batches = Program::for_batches(&lowered.graph, &groups, &entries, 1 << 30);
        let mut batches = batches.map_err(|unfit| format!("{unfit:?}"))?;
        compare_lanes(&lowered, &mut batches, &entries, &values)?;
    }
    Ok(true)
}

/// All lanes at once, each at a point of its own, against the interpreter at some of them.
fn compare_lanes(
    lowered: &Lowered,
    compiled: &mut Program,
    entries: &[Vec<NodeId>],
    values: &[Tensor],
) -> Result<(), String> {
    let point = |lane: usize| -> Vec<Tensor> {
        let mut random = SplitMix64::new(lane as u64);
        let mut moved = values.to_vec();
        for x in moved.iter_mut().flat_map(|value| value.data_mut()) {
            *x += 0.1 * random.normal();
        }
        moved
    };
    let mut batch = compiled.batch().map_err(|stop| format!("{stop:?}"))?;
    for lane in 0..LANES {
        for (input, value) in point(lane).iter().enumerate() {
            for (k, x) in value.data().iter().enumerate() {
                batch.input(input)[k * LANES + lane] = *x;
            }
        }
    }
    let last = entries.len() - 1;
    batch.run(last).map_err(|stop| format!("{stop:?}"))?;
    for lane in [0, 1, 17, LANES - 1] {
        let mut interpreter = Interpreter::new(&lowered.graph, u64::MAX);
        for (id, value) in lowered.inputs.iter().zip(point(lane)) {
            interpreter.set(*id, &value);
        }
        for (k, output) in entries[last].iter().enumerate() {
            let want = interpreter.value(*output).map_err(|e| format!("{e:?}"))?;
            let got: Vec<f64> = batch.output(last, k, lane).collect();
            if !same(want.data, &got) {
                return Err(format!(
                    "lane {lane}, output {k}: {:?} interpreted, {got:?} in a batch",
                    want.data
                ));
            }
        }
    }
    Ok(())
}
