//! One program for all sizes, from the programs at several.

use super::formula::SizeFormula;
use super::table::SizeTable;
use crate::export::program::{ExportProgram, Step, all_steps};
use crate::graph::{Attr, Graph, NodeId, Op, Shape, Tensor};
use crate::syntax::ast::Name;
use rustc_hash::FxHashMap;

/// Why programs at several sizes are not one program for all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SizesApart {
    /// They differ at this node of the first one, or elsewhere.
    Differ(Option<NodeId>),
    /// A number of the first one means several things.
    Ambiguous,
}

/// The table of the first of some programs: `sizes` are those at which each of them was lowered.
///
/// # Errors
/// Fails if they are not alike.
pub fn unified(
    programs: &[ExportProgram<'_>],
    names: &[Name],
    sizes: &[Vec<usize>],
) -> Result<SizeTable, SizesApart> {
    let mut unifier = Unifier {
        programs,
        sizes,
        met: FxHashMap::default(),
        waiting: Vec::new(),
        table: SizeTable {
            names: names.to_vec(),
            ..SizeTable::default()
        },
    };
    for k in 0..names.len() {
        let drawn: Vec<f64> = sizes.iter().map(|sizes| sizes[k] as f64).collect();
        unifier.numbers(&drawn, None)?;
    }
    unifier.programs()?;
    while let Some(nodes) = unifier.waiting.pop() {
        unifier.nodes(&nodes)?;
    }
    Ok(unifier.table)
}

/// A walk through several programs at once.
struct Unifier<'u, 'g> {
    programs: &'u [ExportProgram<'g>],
    sizes: &'u [Vec<usize>],
    /// The nodes that stand beside one of the first program.
    met: FxHashMap<NodeId, Vec<NodeId>>,
    waiting: Vec<Vec<NodeId>>,
    table: SizeTable,
}

impl<'g> Unifier<'_, 'g> {
    fn graphs(&self) -> Vec<&'g Graph> {
        self.programs.iter().map(|program| program.graph).collect()
    }

    /// What the programs hold besides nodes.
    fn programs(&mut self) -> Result<(), SizesApart> {
        let apart = Err(SizesApart::Differ(None));
        let programs = self.programs;
        let first = &programs[0];
        let steps: Vec<Vec<&Step>> = programs.iter().map(|one| all_steps(&one.steps)).collect();
        for (other, own) in programs.iter().zip(&steps) {
            let names = |one: &ExportProgram<'_>| {
                let names = one.arguments.iter().map(|argument| argument.name.clone());
                names.collect::<Vec<Name>>()
            };
            let texts = |one: &ExportProgram<'_>| {
                let texts = one.wishes.iter().map(|wish| wish.text.clone());
                texts.collect::<Vec<String>>()
            };
            let kinds = |all: &[&Step]| {
                let kinds = all.iter().map(|step| std::mem::discriminant(*step));
                kinds.collect::<Vec<_>>()
            };
            let alike = names(other) == names(first)
                && texts(other) == texts(first)
                && kinds(own) == kinds(&steps[0]);
            if !alike {
                return apart;
            }
        }
        for k in 0..first.arguments.len() {
            let shapes: Vec<Shape> = programs.iter().map(|one| one.arguments[k].shape).collect();
            self.shapes(&shapes, None)?;
        }
        for k in 0..steps[0].len() {
            let changes: Vec<_> = steps
                .iter()
                .map(|own| match own[k] {
                    Step::Assign(changes) => changes.as_slice(),
                    _ => &[],
                })
                .collect();
            let what = |one: usize| {
                let changes = changes[one].iter();
                changes
                    .map(|change| (change.argument, change.place.is_some()))
                    .collect::<Vec<_>>()
            };
            if (1..changes.len()).any(|one| what(one) != what(0)) {
                return apart;
            }
            for c in 0..changes[0].len() {
                let extents: Option<Vec<Shape>> = changes
                    .iter()
                    .map(|own| Some(own[c].place?.extent))
                    .collect();
                if let Some(extents) = extents {
                    self.shapes(&extents, None)?;
                }
            }
        }
        let roots: Vec<Vec<NodeId>> = programs.iter().map(ExportProgram::roots).collect();
        self.beside(&roots, None)
    }

    /// Nodes that stand beside each other, in lists of one length.
    fn beside(&mut self, lists: &[Vec<NodeId>], at: Option<NodeId>) -> Result<(), SizesApart> {
        if lists.iter().any(|list| list.len() != lists[0].len()) {
            return Err(SizesApart::Differ(at));
        }
        for k in 0..lists[0].len() {
            self.waiting
                .push(lists.iter().map(|list| list[k]).collect());
        }
        Ok(())
    }

    fn shapes(&mut self, shapes: &[Shape], at: Option<NodeId>) -> Result<(), SizesApart> {
        let [rows, columns] = self.pairs(shapes, at)?;
        let length = shapes[0].len() as f64;
        match rows.times(&columns) {
            Some(formula) if formula.sizes().next().is_some() => self.is(length, formula),
            Some(_) => self.is_same(length),
            None => Ok(()),
        }
    }

    fn pairs(
        &mut self,
        pairs: &[Shape],
        at: Option<NodeId>,
    ) -> Result<[SizeFormula; 2], SizesApart> {
        let numbers =
            |of: fn(&Shape) -> u32| -> Vec<f64> { pairs.iter().map(of).map(f64::from).collect() };
        Ok([
            self.numbers(&numbers(|pair| pair.rows), at)?,
            self.numbers(&numbers(|pair| pair.cols), at)?,
        ])
    }

    /// Numbers that stand beside each other; their formula.
    fn numbers(&mut self, numbers: &[f64], at: Option<NodeId>) -> Result<SizeFormula, SizesApart> {
        let bits = numbers[0].to_bits();
        if numbers.iter().all(|number| number.to_bits() == bits) {
            self.is_same(numbers[0])?;
            return Ok(SizeFormula::number(numbers[0] as i64));
        }
        let formula = SizeFormula::of(numbers, self.sizes).ok_or(SizesApart::Differ(at))?;
        self.is(numbers[0], formula.clone())?;
        Ok(formula)
    }

    /// Notes that a number is a formula.
    fn is(&mut self, number: f64, formula: SizeFormula) -> Result<(), SizesApart> {
        if self.table.same.contains(&number.to_bits()) {
            return Err(SizesApart::Ambiguous);
        }
        match self.table.numbers.insert(number.to_bits(), formula.clone()) {
            Some(known) if known != formula => Err(SizesApart::Ambiguous),
            _ => Ok(()),
        }
    }

    /// Notes that a number is the same for all sizes.
    fn is_same(&mut self, number: f64) -> Result<(), SizesApart> {
        self.table.same.insert(number.to_bits());
        match self.table.numbers.contains_key(&number.to_bits()) {
            true => Err(SizesApart::Ambiguous),
            false => Ok(()),
        }
    }

    fn nodes(&mut self, nodes: &[NodeId]) -> Result<(), SizesApart> {
        if let Some(known) = self.met.get(&nodes[0]) {
            return match *known == nodes {
                true => Ok(()),
                false => Err(SizesApart::Ambiguous),
            };
        }
        self.met.insert(nodes[0], nodes.to_vec());
        let at = Some(nodes[0]);
        let apart = Err(SizesApart::Differ(at));
        let graphs = self.graphs();
        let all = || graphs.iter().zip(nodes);
        let shapes: Vec<Shape> = all().map(|(graph, node)| graph.shape(*node)).collect();
        self.shapes(&shapes, at)?;
        let ops: Vec<Op> = all().map(|(graph, node)| graph.node(*node).op).collect();
        match ops[0] {
            Op::Literal(_) => {
                let numbers: Option<Vec<f64>> = all()
                    .map(|(graph, node)| graph.literal_value(*node))
                    .collect();
                let Some(numbers) = numbers else { return apart };
                self.numbers(&numbers, at)?;
            }
            Op::Constant(_) => self.constants(&ops, nodes[0])?,
            Op::Input(_) => {
                let programs = self.programs.iter().zip(nodes);
                let arguments: Vec<Option<usize>> = programs
                    .map(|(program, node)| program.leaves.get(node).copied())
                    .collect();
                if arguments.iter().any(|one| *one != arguments[0]) {
                    return apart;
                }
            }
            Op::Hold(_) | Op::Raise(_) => {
                let kind = std::mem::discriminant(&ops[0]);
                if ops.iter().any(|op| std::mem::discriminant(op) != kind) {
                    return apart;
                }
            }
            Op::Apply(row, _) => {
                let mut attrs = Vec::new();
                for op in &ops {
                    match op {
                        Op::Apply(own, attr) if own.is(row) => attrs.push(*attr),
                        _ => return apart,
                    }
                }
                self.attributes(&attrs, at)?;
            }
        }
        let args: Vec<Vec<NodeId>> = all()
            .map(|(graph, node)| graph.args(*node).to_vec())
            .collect();
        self.beside(&args, at)
    }

    /// Matrices of numbers: the same, of one number each, or counting.
    fn constants(&mut self, ops: &[Op], first: NodeId) -> Result<(), SizesApart> {
        let at = Some(first);
        let mut values: Vec<std::rc::Rc<Tensor>> = Vec::new();
        for (graph, op) in self.graphs().iter().zip(ops) {
            match op {
                Op::Constant(k) => values.push(graph.constant_value(*k)),
                _ => return Err(SizesApart::Differ(at)),
            }
        }
        let bits = |value: &Tensor| value.data().iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        let same =
            |value: &Tensor| value.shape() == values[0].shape() && bits(value) == bits(&values[0]);
        if values.iter().all(|value| same(value)) {
            return Ok(());
        }
        let one = |value: &Tensor| {
            let first = value.data().first().copied()?;
            let all = value.data().iter().all(|x| x.to_bits() == first.to_bits());
            all.then_some(first)
        };
        let ones: Option<Vec<f64>> = values.iter().map(|value| one(value)).collect();
        if let Some(ones) = ones {
            return self.numbers(&ones, at).map(|_| ());
        }
        let counts = |value: &Tensor| {
            let mut counted = value.data().iter().zip(1u32..);
            value.shape().is_vector() && counted.all(|(x, k)| *x == f64::from(k))
        };
        if !values.iter().all(|value| counts(value)) {
            return Err(SizesApart::Differ(at));
        }
        self.table.counting.insert(first);
        Ok(())
    }

    fn attributes(&mut self, attrs: &[Attr], at: Option<NodeId>) -> Result<(), SizesApart> {
        let apart = Err(SizesApart::Differ(at));
        let graphs = self.graphs();
        match attrs[0] {
            Attr::Corner(_) => {
                let corners: Option<Vec<Shape>> = attrs.iter().map(corner).collect();
                let Some(corners) = corners else { return apart };
                self.pairs(&corners, at).map(|_| ())
            }
            Attr::Blocks(_) => {
                let blocks: Vec<_> = graphs
                    .iter()
                    .zip(attrs)
                    .map(|(graph, attr)| graph.blocks(*attr))
                    .collect();
                if blocks.iter().any(|list| list.len() != blocks[0].len()) {
                    return apart;
                }
                for k in 0..blocks[0].len() {
                    let extents: Vec<Shape> = blocks.iter().map(|list| list[k].shape).collect();
                    let corners = blocks.iter().map(|list| Attr::Corner(list[k].corner));
                    let corners: Vec<Shape> = corners.filter_map(|attr| corner(&attr)).collect();
                    self.shapes(&extents, at)?;
                    self.pairs(&corners, at)?;
                }
                Ok(())
            }
            Attr::Round(_) | Attr::RoundBack(_) => self.rounds(attrs, at),
            // What a call with a rule reads stands among its arguments.
            Attr::Rule(_) => Ok(()),
            first => match attrs.iter().all(|attr| *attr == first) {
                true => Ok(()),
                false => apart,
            },
        }
    }

    fn rounds(&mut self, attrs: &[Attr], at: Option<NodeId>) -> Result<(), SizesApart> {
        let apart = Err(SizesApart::Differ(at));
        let mut lists: Vec<Vec<NodeId>> = Vec::new();
        let mut counts: Vec<f64> = Vec::new();
        let mut alike = Vec::new();
        for (graph, attr) in self.graphs().into_iter().zip(attrs) {
            let Some(round) = graph.round_behind(*attr) else {
                return apart;
            };
            let leaves = (0..round.arity()).map(|k| round.leaf(k));
            let mut nodes: Vec<NodeId> = leaves.chain(round.outputs()).collect();
            let mut wanted = Vec::new();
            if let Attr::RoundBack(number) = attr {
                let back = graph.round_back_of(*number);
                let leaves = back.states.iter().chain(&back.sums).map(|(leaf, _)| *leaf);
                nodes.extend(leaves.chain(back.kept.iter().copied()));
                nodes.extend(back.outputs());
                wanted = back.wanted.clone();
            }
            counts.push(round.count.most() as f64);
            alike.push((round.keeps, round.states.len(), wanted));
            lists.push(nodes);
        }
        if alike.iter().any(|one| *one != alike[0]) {
            return apart;
        }
        self.numbers(&counts, at)?;
        self.beside(&lists, at)
    }
}

/// A corner as the shape of what stands before it.
fn corner(attr: &Attr) -> Option<Shape> {
    match attr {
        Attr::Corner(corner) => Some(Shape {
            rows: corner.row,
            cols: corner.col,
        }),
        _ => None,
    }
}
