//! The conditions and updates of a loop, compiled once and run many times.
//!
//! A loop is compiled after its first round, when everything it defines has its shape. A program is
//! valid as long as no formula, function or shape changes, and as long as the numbers that lowering
//! depended on (counts, indices) stay the same. If it is not valid, or fails, the statement is
//! interpreted, which also finds the words for its error.

use super::Session;
use super::contents::{Contents, Key};
use super::evaluate::formula;
use crate::diagnostic::{Diagnostic, note};
use crate::exec::{Program, Unfit};
use crate::graph::{Graph, NodeId, Shape, Tensor};
use crate::lower::definitions::Meaning;
use crate::lower::{Inputs, Lowerer};
use crate::syntax::ast::{ExprId, Name, Script, Statement};
use crate::vector::sums::all_finite;
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// The number of times that a loop is compiled again after a redefinition of something it depends on.
const ATTEMPTS: u32 = 20;

/// From this number of interpreted rounds on, the user is told.
const NOTED: u64 = 1_000;

/// Why a statement or condition of a loop is interpreted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Interpreted {
    /// The loop imports a script.
    Imports,
    /// A part of it has a value under a condition only.
    Conditional,
    /// A program for it takes more memory than allowed.
    Memory,
    /// A count, a size or an index in it differs from round to round.
    Counts,
    /// What it depends on is defined anew in every round, or gets another shape.
    Redefined,
}

impl Interpreted {
    /// The reason in words, where the part stands.
    fn words(self) -> &'static str {
        match self {
            Interpreted::Imports => "the loop imports a script",
            Interpreted::Conditional => "part of this has a value under a condition only",
            Interpreted::Memory => "compiled, this would take more memory than allowed",
            Interpreted::Counts => "a count, a size or an index changes from round to round",
            Interpreted::Redefined => {
                "a name in this is redefined, or gets another shape, in every round"
            }
        }
    }
}

/// A compiled loop.
pub(super) struct Compiled {
    program: Option<Program>,
    script: Rc<Script>,
    statement: Statement,
    /// The number of nested loops, the compiled one included.
    depth: usize,
    /// The state of the definitions that it was compiled for.
    epoch: u64,
    attempts: u32,
    parts: FxHashMap<Key, Part>,
    inputs: Vec<Changing>,
    /// Why a part of it is interpreted, where that is not the reason for all.
    reasons: FxHashMap<Key, Interpreted>,
    /// Why all others are interpreted that are.
    reason: Interpreted,
    /// The number of rounds in which a part was interpreted.
    interpreted: FxHashMap<Key, u64>,
    /// True if the program has values of inputs that the definitions do not have yet.
    ahead: bool,
}

impl Compiled {
    fn count_interpreted(&mut self, key: Key) {
        *self.interpreted.entry(key).or_default() += 1;
    }

    /// Notes on what was interpreted in very many rounds, in the order of the text.
    fn notes(&self) -> Vec<Diagnostic> {
        let often = self
            .interpreted
            .iter()
            .filter(|(_, count)| **count >= NOTED);
        let mut often: Vec<(Key, u64)> = often.map(|(key, count)| (*key, *count)).collect();
        often.sort_by_key(|(key, _)| self.script.expr(*key).span.start);
        let note = |(key, count): (Key, u64)| {
            let reason = self.reasons.get(&key).unwrap_or(&self.reason);
            note!(Limit, self.script.locate(key),
                "{count} rounds were interpreted here instead of compiled, which is slow";
                label: "{}", reason.words())
        };
        often.into_iter().map(note).collect()
    }
}

impl std::fmt::Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Compiled")
            .field("parts", &self.parts.len())
            .finish_non_exhaustive()
    }
}

/// One condition or update.
struct Part {
    /// The entry of the program.
    entry: usize,
    /// The number of its values, which come before its guards, and the guards' values.
    values: usize,
    guards: Vec<f64>,
    /// The inputs of the program that it reads.
    reads: Vec<usize>,
    /// The inputs that the loop changes and on whose shapes it depends.
    shapes: Vec<(Name, Shape)>,
}

/// A condition or update that has been lowered.
struct Lowered {
    key: Key,
    /// Its values, then its guards.
    nodes: Vec<NodeId>,
    guards: Vec<f64>,
    looked_up: Vec<Name>,
}

/// An input that the loop changes.
struct Changing {
    name: Name,
    shape: Shape,
    /// The value that the program has.
    known: Option<Rc<Tensor>>,
}

impl Session {
    /// Compiles the loop, or the one around it that has just finished a round.
    pub(super) fn compile_after_a_round(&mut self, script: &Rc<Script>, statement: &Statement) {
        if self.compiled.is_none() {
            let compiled = self.compile_loop(script, statement, ATTEMPTS);
            self.compiled = Some(compiled);
        }
    }

    /// Forgets what was compiled for a loop of this depth. What is left to say of it: notes on what was
    /// interpreted.
    pub(super) fn forget_compiled(&mut self, depth: usize) -> Vec<Diagnostic> {
        let own = |compiled: &mut Compiled| compiled.depth == depth;
        let compiled = self.compiled.take_if(own);
        // An inner loop is compiled again with the loop around it.
        let outermost = compiled.filter(|_| depth == 1);
        outermost.map_or_else(Vec::new, |compiled| compiled.notes())
    }

    fn compile_loop(&self, script: &Rc<Script>, statement: &Statement, attempts: u32) -> Compiled {
        let mut compiled = Compiled {
            program: None,
            script: script.clone(),
            statement: statement.clone(),
            depth: self.rounds.len(),
            epoch: self.definitions.epoch(),
            attempts,
            parts: FxHashMap::default(),
            inputs: Vec::new(),
            reasons: FxHashMap::default(),
            reason: Interpreted::Conditional,
            interpreted: FxHashMap::default(),
            ahead: false,
        };
        match Contents::of(self, script, statement) {
            Some(contents) => self.compile_contents(&contents, &mut compiled),
            None => compiled.reason = Interpreted::Imports,
        }
        compiled
    }

    fn compile_contents(&self, contents: &Contents, compiled: &mut Compiled) {
        let graph = Graph::new();
        let changing: FxHashSet<Name> = contents.changed.iter().flatten().cloned().collect();
        let mut inputs = Inputs::default();
        let mut lowered: Vec<Lowered> = Vec::new();
        for exprs in &contents.asked {
            let mut lowerer =
                Lowerer::for_program(&graph, &self.definitions, self.limits, inputs, &changing);
            let nodes: Result<Vec<NodeId>, _> = exprs
                .iter()
                .map(|expr| lowerer.lower(&formula(&compiled.script, *expr)))
                .collect();
            let (unit, looked_up) = lowerer.into_program();
            let (guards, values): (Vec<NodeId>, Vec<f64>) = unit.guards.iter().copied().unzip();
            inputs = unit.inputs;
            if let Ok(mut nodes) = nodes {
                nodes.extend(guards);
                lowered.push(Lowered {
                    key: exprs[0],
                    nodes,
                    guards: values,
                    looked_up,
                });
            }
        }
        let mut groups: Vec<Vec<NodeId>> = Vec::new();
        for names in &contents.changed {
            let mut group = Vec::new();
            for name in names {
                let known = compiled.inputs.iter().any(|input| input.name == *name);
                if let Some(id) = inputs.get(name)
                    && !known
                {
                    group.push(*id);
                    compiled.inputs.push(Changing {
                        name: name.clone(),
                        shape: graph.shape(*id),
                        known: None,
                    });
                }
            }
            groups.push(group);
        }
        let compile = |lowered: &[Lowered]| {
            let entries: Vec<Vec<NodeId>> = lowered.iter().map(|part| part.nodes.clone()).collect();
            let keys: Vec<Key> = lowered.iter().map(|part| part.key).collect();
            let replacing = contents.replacing(&keys, &inputs);
            Program::replacing(&graph, &groups, &entries, &replacing, self.limits.memory)
        };
        let mut program = compile(&lowered);
        if let Err(Unfit::Conditional) = program {
            lowered.retain(|part| compile(std::slice::from_ref(part)).is_ok());
            program = compile(&lowered);
        }
        if let Err(Unfit::Memory) = program {
            compiled.reason = Interpreted::Memory;
        }
        compiled.program = program.ok();
        let leaves: Vec<NodeId> = groups.into_iter().flatten().collect();
        for (entry, part) in lowered.into_iter().enumerate() {
            let cone = graph.cone(&part.nodes, |_| false);
            let key = part.key;
            let shape = |name: Name| {
                let shape = graph.shape(*inputs.get(&name)?);
                Some((name, shape))
            };
            let part = Part {
                entry,
                values: part.nodes.len() - part.guards.len(),
                guards: part.guards,
                shapes: (part.looked_up.into_iter())
                    .filter(|name| changing.contains(name))
                    .filter_map(shape)
                    .collect(),
                reads: (0..leaves.len()).filter(|k| cone.has(leaves[*k])).collect(),
            };
            compiled.parts.insert(key, part);
        }
    }

    /// The values of the expressions of a condition or update of the loop under way, where they
    /// are compiled; `None` for those that the program keeps until [`Session::hand_on`].
    pub(super) fn compiled_values(
        &mut self,
        script: &Rc<Script>,
        exprs: &[ExprId],
    ) -> Option<Vec<Option<Tensor>>> {
        let compiled = self.compiled.as_mut()?;
        if !Rc::ptr_eq(&compiled.script, script) {
            return None;
        }
        if !compiled.parts.contains_key(&exprs[0]) {
            compiled.count_interpreted(exprs[0]);
            return None;
        }
        if compiled.epoch != self.definitions.epoch() {
            self.settle();
        }
        let mut compiled = self.compiled.take()?;
        if compiled.epoch != self.definitions.epoch() {
            match compiled.attempts.checked_sub(1) {
                Some(left) => {
                    let (depth, interpreted) = (compiled.depth, compiled.interpreted);
                    compiled = self.compile_loop(&compiled.script, &compiled.statement, left);
                    compiled.depth = depth;
                    compiled.interpreted = interpreted;
                }
                // Given up: an empty program keeps the loop from being compiled again.
                None => {
                    compiled.parts.clear();
                    compiled.reason = Interpreted::Redefined;
                }
            }
        }
        let values = self.run_compiled(&mut compiled, exprs[0]);
        if let Err(why) = &values {
            compiled.reasons.extend(why.map(|why| (exprs[0], why)));
            compiled.count_interpreted(exprs[0]);
        }
        self.compiled = Some(compiled);
        values.ok()
    }

    /// Makes the values that the program kept those of the inputs that they replace; the definitions have
    /// them when something asks.
    pub(super) fn hand_on(&mut self) {
        let Some(compiled) = &mut self.compiled else {
            return;
        };
        let Some(program) = &mut compiled.program else {
            return;
        };
        program.exchange();
        for (_, k) in program.exchanged() {
            let input = &mut compiled.inputs[k];
            input.known = self.definitions.value(&input.name).cloned();
        }
        compiled.ahead = true;
    }

    /// Gives the definitions the values that only the program has.
    pub(super) fn settle(&mut self) {
        let Some(compiled) = self.compiled.as_mut().filter(|compiled| compiled.ahead) else {
            return;
        };
        compiled.ahead = false;
        let Some(program) = &compiled.program else {
            return;
        };
        for (_, k) in program.exchanged() {
            let input = &mut compiled.inputs[k];
            let value = Rc::new(Tensor::new(input.shape, program.input(k).to_vec()));
            self.definitions.settle(&input.name, value.clone());
            input.known = Some(value);
        }
    }

    /// Replaces single entries of an input in place, in the definitions and in the program; false
    /// if the old value is still needed elsewhere.
    pub(super) fn replace_entries(&mut self, name: &Name, entries: &[(usize, f64)]) -> bool {
        let mine = |compiled: &mut Compiled| {
            let mut inputs = compiled.inputs.iter();
            let k = inputs.position(|input| input.name == *name)?;
            Some((k, compiled.inputs[k].known.take()?))
        };
        // A shared value cannot be changed in place: the program lets go of it first.
        let kept = self.compiled.as_mut().and_then(mine);
        let current = self.definitions.value(name);
        let in_step =
            kept.filter(|(_, known)| current.is_some_and(|value| Rc::ptr_eq(value, known)));
        let number = in_step.map(|(k, _)| k);
        let replaced = self.definitions.replace_entries(name, entries);
        if replaced
            && let (Some(k), Some(compiled)) = (number, &mut self.compiled)
            && let Some(program) = &mut compiled.program
        {
            program.set_entries(k, entries);
            compiled.inputs[k].known = self.definitions.value(name).cloned();
        }
        replaced
    }

    /// The values of a part, or why it is interpreted this time, where that is not the reason for all.
    fn run_compiled(
        &self,
        compiled: &mut Compiled,
        key: Key,
    ) -> Result<Vec<Option<Tensor>>, Option<Interpreted>> {
        let program = compiled.program.as_mut().ok_or(None)?;
        let part = compiled.parts.get(&key).ok_or(None)?;
        let redefined = Some(Interpreted::Redefined);
        for (name, shape) in &part.shapes {
            if self.definitions.value(name).ok_or(redefined)?.shape() != *shape {
                return Err(redefined);
            }
        }
        for &k in &part.reads {
            let input = &mut compiled.inputs[k];
            let variable = self.definitions.variable(&input.name);
            let Meaning::Input(meaning) = &variable.ok_or(redefined)?.meaning else {
                return Err(redefined);
            };
            let value = meaning.value.get().ok_or(redefined)?;
            if input
                .known
                .as_ref()
                .is_some_and(|known| Rc::ptr_eq(known, value))
            {
                continue;
            }
            if value.shape() != input.shape {
                return Err(redefined);
            }
            program.set(k, value.data());
            input.known = Some(value.clone());
        }
        // It may succeed in the next round.
        if program.run(part.entry).is_err() {
            return Err(Some(Interpreted::Conditional));
        }
        let held = |(k, guard): (usize, &f64)| {
            let value = program.output(part.entry, part.values + k).data[0];
            value.to_bits() == guard.to_bits()
        };
        if !part.guards.iter().enumerate().all(held) {
            compiled.parts.remove(&key);
            return Err(Some(Interpreted::Counts));
        }
        let kept = self.kept(program, &compiled.inputs, part.entry);
        let value = |k| (!kept.contains(&k)).then(|| program.output(part.entry, k).to_tensor());
        Ok((0..part.values).map(value).collect())
    }

    /// The outputs of a part that replace inputs within the program: all or none. What is not finite is looked
    /// at, and the definitions tell of each input that it is one, and its shape.
    fn kept(&self, program: &Program, inputs: &[Changing], entry: usize) -> Vec<usize> {
        let own = program.exchanged().filter(|([of, _], _)| *of == entry);
        let fits = |([_, output], k): ([usize; 2], usize)| {
            let value = self.definitions.value(&inputs[k].name)?;
            let fits =
                value.shape() == inputs[k].shape && all_finite(program.output(entry, output).data);
            fits.then_some(output)
        };
        let outputs: Option<Vec<usize>> = own.map(fits).collect();
        outputs.unwrap_or_default()
    }
}
