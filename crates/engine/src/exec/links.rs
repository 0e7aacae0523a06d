//! From the nodes of a chain to its links: intermediate results go through registers.

use super::fused::{Fused, Link, Operation, Source};
use super::layout::PoolLayout;
use super::plan::{Place, Reading};
use crate::graph::primitive::{Kernel, Map2};
use crate::primitives::arithmetic::ADD;
use rustc_hash::FxHashMap;

/// The chain that ends in `last` as links over registers, and how many of them it needs.
pub(super) fn chain(layout: &PoolLayout<'_, '_>, last: Place) -> (Fused, usize) {
    let mut places = layout.members.get(&last).cloned().unwrap_or_default();
    places.push(last);
    let mut uses: FxHashMap<Place, usize> = FxHashMap::default();
    for place in &places {
        for read in layout.plan.reads(*place) {
            *uses.entry(read.root).or_default() += 1;
        }
    }
    let mut chain = Chain::default();
    for place in &places {
        chain.add_links(layout, *place, &mut uses);
    }
    chain.borders.sort_unstable();
    let shape = layout.plan.shape(last);
    let mut sources = chain.links.iter().flat_map(|link| link.sources);
    let fused = Fused {
        by_columns: sources
            .any(|source| matches!(source, Source::Column(_) | Source::Rows(_) | Source::Row(_))),
        shape: layout.seen(shape),
        links: chain.links,
        borders: chain.borders,
        in_rows: layout.is_outside(last, 0, shape),
    };
    (fused, chain.registers)
}

/// A chain that is being put together.
#[derive(Default)]
struct Chain {
    links: Vec<Link>,
    borders: Vec<u32>,
    /// The registers of results that are still needed.
    register: FxHashMap<Place, u8>,
    free: Vec<u8>,
    registers: usize,
}

impl Chain {
    fn add_links(
        &mut self,
        layout: &PoolLayout<'_, '_>,
        place: Place,
        uses: &mut FxHashMap<Place, usize>,
    ) {
        let (row, _) = layout
            .plan
            .operation(place)
            .expect("a link is an operation");
        let reads = layout.plan.reads(place);
        let adds_blocks = layout.plan.adds_blocks(place);
        let mut sources: Vec<Source> = reads
            .iter()
            .map(|read| match (self.register.get(&read.root), read.reading) {
                (Some(register), _) => Source::Register(*register),
                (None, Reading::Number) => Source::Number(layout.slot(read)),
                (None, _) if layout.is_outside(read.root, read.offset, read.shape) => {
                    Source::Rows(layout.slot(read))
                }
                (None, Reading::Column) => Source::Column(layout.slot(read)),
                (None, Reading::Row) => Source::Row(layout.slot(read)),
                (None, _) => Source::Array(layout.slot(read)),
            })
            .collect();
        let none = Source::Number(layout.zero);
        if adds_blocks {
            self.put_in_blocks(layout, place, &mut sources);
        }
        // The result takes its register before those of its operands are given back: a link never
        // writes what it reads.
        let to = self.take();
        let source = |k: usize| sources.get(k).copied().unwrap_or(none);
        match if adds_blocks {
            &ADD.kernel
        } else {
            &row.kernel
        } {
            Kernel::Map2(f) if adds_blocks => self.add_fold(f, &sources, to, none),
            Kernel::Map1(f) => self.push(Operation::Map1(f), [source(0), none, none], to),
            Kernel::Map2(f) => self.push(Operation::Map2(f), [source(0), source(1), none], to),
            Kernel::Map3(f) => {
                self.push(Operation::Map3(f), [source(0), source(1), source(2)], to);
            }
            Kernel::Fold(f) => self.add_fold(f, &sources, to, none),
            _ => unreachable!("links are entry-by-entry operations"),
        }
        self.register.insert(place, to);
        for read in &reads {
            let left = uses.get_mut(&read.root).expect("every use was counted");
            *left -= 1;
            if *left == 0
                && let Some(register) = self.register.remove(&read.root)
            {
                self.free.push(register);
            }
        }
    }

    /// What adds up to a vector: a zero and the sources, each in its block.
    fn put_in_blocks(
        &mut self,
        layout: &PoolLayout<'_, '_>,
        place: Place,
        sources: &mut Vec<Source>,
    ) {
        let plan = layout.plan;
        let blocks = plan.graph.blocks(plan.nodes[place as usize].attr());
        for (source, block) in sources.iter_mut().zip(&*blocks) {
            let (first, count) = (block.corner.row, block.shape.rows);
            // What is in a register is the whole vector.
            if let Source::Array(at) = *source {
                *source = Source::Block([at, first, count]);
                self.borders.extend([first, first + count]);
            }
        }
        sources.insert(0, Source::Number(layout.zero));
    }

    /// A fold from the left as pairs; every other register holds what has been folded so far.
    fn add_fold(&mut self, f: &'static Map2, sources: &[Source], to: u8, none: Source) {
        let spare = (sources.len() > 2).then(|| self.take());
        let mut folded = sources[0];
        let pairs = sources.len() - 1;
        for (k, next) in sources[1..].iter().enumerate() {
            let here = match spare {
                Some(spare) if (pairs - k).is_multiple_of(2) => spare,
                _ => to,
            };
            self.push(Operation::Map2(f), [folded, *next, none], here);
            folded = Source::Register(here);
        }
        self.free.extend(spare);
    }

    fn take(&mut self) -> u8 {
        self.free.pop().unwrap_or_else(|| {
            self.registers += 1;
            (self.registers - 1) as u8
        })
    }

    fn push(&mut self, operation: Operation, sources: [Source; 3], to: u8) {
        self.links.push(Link {
            operation,
            sources,
            to,
        });
    }
}
