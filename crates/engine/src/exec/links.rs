//! From the nodes of a chain to its links: what lies between them goes through registers.

use super::emit::Emitter;
use super::fused::{Fused, Link, Operation, Source};
use super::plan::{Place, Reading};
use super::program::Step;
use crate::graph::primitive::{Kernel, Map2};
use rustc_hash::FxHashMap;

impl Emitter<'_, '_> {
    /// The chain that ends in `last`, as links over registers.
    pub(super) fn chain(&mut self, last: Place) -> Step {
        let mut places = self.members.get(&last).cloned().unwrap_or_default();
        places.push(last);
        let mut uses: FxHashMap<Place, usize> = FxHashMap::default();
        for place in &places {
            for read in self.plan.reads(*place) {
                *uses.entry(read.root).or_default() += 1;
            }
        }
        let mut chain = Chain::default();
        for place in &places {
            self.add_links(*place, &mut chain, &mut uses);
        }
        self.registers = self.registers.max(chain.registers);
        let shape = self.seen(self.plan.shape(last));
        let (out, len) = (self.out(last), shape.len() as u32);
        Step::Fused(
            Box::new(Fused {
                shape,
                links: chain.links,
            }),
            out,
            len,
        )
    }

    fn add_links(&self, place: Place, chain: &mut Chain, uses: &mut FxHashMap<Place, usize>) {
        let (row, _) = self.plan.operation(place).expect("a link is an operation");
        let reads = self.plan.reads(place);
        let sources: Vec<Source> = reads
            .iter()
            .map(
                |read| match (chain.register.get(&read.root), read.reading) {
                    (Some(register), _) => Source::Register(*register),
                    (None, Reading::Number) => Source::Number(self.slot(read)),
                    (None, Reading::Column) => Source::Column(self.slot(read)),
                    (None, Reading::Row) => Source::Row(self.slot(read)),
                    (None, _) => Source::Array(self.slot(read)),
                },
            )
            .collect();
        let none = Source::Number(self.zero);
        let source = |k: usize| sources.get(k).copied().unwrap_or(none);
        // The result takes its register before those of its operands are given back: a link never
        // writes what it reads.
        let to = chain.take();
        match &row.kernel {
            Kernel::Map1(f) => chain.push(Operation::Map1(f), [source(0), none, none], to),
            Kernel::Map2(f) => chain.push(Operation::Map2(f), [source(0), source(1), none], to),
            Kernel::Map3(f) => {
                chain.push(Operation::Map3(f), [source(0), source(1), source(2)], to);
            }
            Kernel::Fold(f) => self.add_fold(f, &sources, to, chain),
            _ => unreachable!("links are entry-by-entry operations"),
        }
        chain.register.insert(place, to);
        for read in &reads {
            let left = uses.get_mut(&read.root).expect("every use was counted");
            *left -= 1;
            if *left == 0
                && let Some(register) = chain.register.remove(&read.root)
            {
                chain.free.push(register);
            }
        }
    }

    /// A fold from the left as pairs; every other register holds what has been folded so far.
    fn add_fold(&self, f: &'static Map2, sources: &[Source], to: u8, chain: &mut Chain) {
        let none = Source::Number(self.zero);
        let spare = (sources.len() > 2).then(|| chain.take());
        let mut folded = sources[0];
        let pairs = sources.len() - 1;
        for (k, next) in sources[1..].iter().enumerate() {
            let here = match spare {
                Some(spare) if (pairs - k).is_multiple_of(2) => spare,
                _ => to,
            };
            chain.push(Operation::Map2(f), [folded, *next, none], here);
            folded = Source::Register(here);
        }
        chain.free.extend(spare);
    }
}

/// A chain that is being put together.
#[derive(Default)]
struct Chain {
    links: Vec<Link>,
    /// Where the results of links are that are still needed.
    register: FxHashMap<Place, u8>,
    free: Vec<u8>,
    registers: usize,
}

impl Chain {
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
