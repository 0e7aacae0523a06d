//! Steps over few numbers as a list of operations on single ones: what a step takes besides its operations
//! would be most of it.

use super::fused::{Fused, Operation, SourceEntry};
use super::pool::{Operand, Slot};
use super::schedule::Side;
use super::single::Single;
use super::step::Step;

/// Steps of a program of its own pool, those over few numbers joined to lists.
pub(super) fn with_singles(steps: Vec<Step>, indices: &[Slot]) -> Vec<Step> {
    let mut joined = Vec::new();
    let mut list: Vec<Single> = Vec::new();
    let end = |list: &mut Vec<Single>, joined: &mut Vec<Step>| {
        if !list.is_empty() {
            joined.push(Step::Singles(list.drain(..).collect()));
        }
    };
    for step in steps {
        match singles(&step, indices) {
            Some(few) => list.extend(few),
            None => {
                end(&mut list, &mut joined);
                joined.push(step);
            }
        }
    }
    end(&mut list, &mut joined);
    joined
}

/// A chain over few numbers, whose result begins at `out`; `None` where it is worth its loops. Its registers are places from
/// `room` on, as many as each has entries; one place has a `zero`.
pub(super) fn chain_as_singles(
    fused: &Fused,
    out: Slot,
    room: Slot,
    zero: Slot,
) -> Option<Vec<Single>> {
    /// Up to so many entries, a link takes longer to begin than to run.
    const FEW: u32 = 4;
    let len = fused.shape.len() as u32;
    if len > FEW {
        return None;
    }
    let last = fused.links.len() - 1;
    let mut list = Vec::with_capacity(fused.links.len() * len as usize);
    for (number, link) in fused.links.iter().enumerate() {
        let register = |k: u8| room + u32::from(k) * len;
        let to = if number == last {
            out
        } else {
            register(link.to)
        };
        for k in 0..len {
            let slots = link
                .sources
                .map(|source| match source.entry(k, fused.shape) {
                    SourceEntry::Place(slot) => slot,
                    SourceEntry::Zero => zero,
                    SourceEntry::Register(from) => register(from) + k,
                });
            let [a, b, _] = slots;
            list.push(match link.operation {
                Operation::Map1(f) => Single::One(f.at, a, to + k),
                Operation::Map2(f) => Single::two(f, [a, b], to + k),
                Operation::Map3(f) => Single::Three(f.at, slots, to + k),
            });
        }
    }
    Some(list)
}

/// The operations of a step over few numbers; `None` where it is worth its loop.
fn singles(step: &Step, indices: &[Slot]) -> Option<Vec<Single>> {
    /// Up to so many entries take longer in a loop: of functions, which vectors compute, of arithmetic, and
    /// where operands are gathered.
    const FUNCTIONS: u32 = 2;
    const ARITHMETIC: u32 = 4;
    const GATHERED: u32 = 8;
    let few = |operands: &[Operand]| match operands {
        operands if operands.iter().any(|x| matches!(x, Operand::Listed(_))) => GATHERED,
        _ => ARITHMETIC,
    };
    let slot = |operand: Operand, k: u32| match operand {
        Operand::Each(at) => at + k,
        Operand::Down(at) => at - k,
        Operand::All(at) => at,
        Operand::Listed(start) => indices[(start + k) as usize],
    };
    let all = |len: u32, most: u32, single: &dyn Fn(u32) -> Single| {
        (len <= most).then(|| (0..len).map(single).collect())
    };
    match *step {
        Step::At1(f, x, out) => Some(vec![Single::One(f.at, x, out)]),
        Step::At2(f, a, b, out) => Some(vec![Single::two(f, [a, b], out)]),
        Step::Over1(f, x, out, len) => {
            all(len, FUNCTIONS, &|k| Single::One(f.at, slot(x, k), out + k))
        }
        Step::Over2(f, a, b, out, len) => all(len, few(&[a, b]), &|k| {
            Single::two(f, [slot(a, k), slot(b, k)], out + k)
        }),
        Step::Over3(f, operands, out, len) => all(len, few(&operands), &|k| {
            Single::Three(f.at, operands.map(|operand| slot(operand, k)), out + k)
        }),
        Step::Scan(f, side, first, others, out, len) => all(len, few(&[others]), &|k| {
            let last = if k == 0 { first } else { out + k - 1 };
            let other = slot(others, k);
            let operands = match side {
                Side::Left => [last, other],
                Side::Right => [other, last],
            };
            Single::two(f, operands, out + k)
        }),
        Step::Copy(from, zero, out, len) => all(len, few(&[from]), &|k| {
            Single::Copy(zero, slot(from, k), out + k)
        }),
        Step::Twins(f, x, first, second, len) => all(len, 1, &|k| {
            Single::Twins(f, slot(x, k), [first + k, second + k])
        }),
        Step::Singles(ref list) => Some(list.to_vec()),
        _ => None,
    }
}
