//! A comparison as tables: the derivatives by every mode, and what each mode costs.

use super::table::{Cell, Column, Heading, Remark, Table};
use super::trace::left_out;
use crate::diagnostic::counted;
use crate::findings;
use crate::notation::Written;
use crate::syntax::ast::Mode;
use crate::trace::compare::{Comparison, Cost, DerivativeByMode, NoAnswer};
use std::cmp::Ordering;

/// Entries of a comparison that are shown.
const SHOWN_ENTRIES: usize = 12;

/// Relative differences below these bounds are rounding, of exact modes and of finite differences.
/// Their digits say nothing and differ between machines.
const NOISE: [f64; 2] = [1e-13, 1e-9];

/// The bound of a relative difference that is noise.
pub fn noise(size: f64) -> Option<f64> {
    NOISE.into_iter().find(|bound| 0.0 < size && size < *bound)
}

/// One entry of one row: the line of a table.
struct Compared<'c> {
    row: &'c DerivativeByMode,
    k: usize,
    difference: Option<f64>,
}

/// One line an entry; where there are too many, those that differ most.
pub fn derivatives(comparison: &Comparison) -> Table {
    let all = comparison.rows.iter().flat_map(|row| {
        (0..row.entries()).map(move |k| Compared {
            row,
            k,
            difference: row.difference(k),
        })
    });
    let mut entries: Vec<Compared<'_>> = all.collect();
    let count = entries.len();
    if count > SHOWN_ENTRIES {
        let told = |entry: &Compared<'_>| {
            let difference = entry.difference.filter(|x| noise(*x).is_none());
            difference.unwrap_or(0.0)
        };
        entries.sort_by(|a, b| told(b).total_cmp(&told(a)));
        entries.truncate(SHOWN_ENTRIES);
    }
    let name = |entry: &Compared<'_>| {
        let name = entry.row.entry(entry.k, &comparison.output);
        Cell::Code(match &entry.row.along {
            Some(direction) => Written::words(&format!("{name} along {direction}")),
            None => name,
        })
    };
    let mut columns = vec![Column::left("wrt", entries.iter().map(name))];
    let modes = answering(comparison);
    for mode in &modes {
        let value = |entry: &Compared<'_>| match entry.row.answer(*mode) {
            Some(value) => Cell::Number(value.data()[entry.k], None),
            None => Cell::Absent,
        };
        columns.push(Column::right(mode.name(), entries.iter().map(value)));
    }
    if modes.len() > 1 {
        let difference = |entry: &Compared<'_>| match entry.difference {
            Some(x) => noise(x).map_or(Cell::Number(x, Some(2)), Cell::Below),
            None => Cell::Absent,
        };
        columns.push(Column::right("rel. diff", entries.iter().map(difference)));
    }
    if entries.iter().any(|entry| entry.row.zeros.is_some()) {
        let kind = |entry: &Compared<'_>| {
            let zeros = entry.row.zeros.as_ref();
            let zero = zeros.and_then(|zeros| zeros.kinds.get(entry.k).copied().flatten());
            zero.map_or(String::new(), |zero| zero.name().to_string())
        };
        columns.push(Column::left("zero", entries.iter().map(kind)));
    }
    let mut table = Table {
        columns,
        ..Table::default()
    };
    if count > SHOWN_ENTRIES {
        let rest = count - SHOWN_ENTRIES;
        let differ = match (modes.len(), rest) {
            (1, _) => "",
            (_, 1) => " differs less",
            _ => " differ less",
        };
        let more = counted(rest, "more entry");
        table
            .remarks
            .push(Remark::Words(format!("… {more}{differ}")));
    }
    table
}

/// The modes that have an answer for some row.
fn answering(comparison: &Comparison) -> Vec<Mode> {
    let answers = |mode: &Mode| {
        let mut rows = comparison.rows.iter();
        rows.any(|row| row.answer(*mode).is_some())
    };
    Mode::ALL.into_iter().filter(answers).collect()
}

/// The costs of the modes, one line a mode; a table without columns where none is known.
pub fn costs(comparison: &Comparison) -> Table {
    let cost = |mode: Mode| Some((Some(mode), comparison.costs[mode as usize]?));
    let modes = Mode::ALL.into_iter().filter_map(cost);
    let coloured = comparison.coloured.map(|cost| (None, cost));
    // Without a mode: passes that rows or columns share.
    let known: Vec<(Option<Mode>, Cost)> = modes.chain(coloured).collect();
    if known.is_empty() {
        return Table::default();
    }
    let passes = |(mode, cost): &(Option<Mode>, Cost)| {
        let noun = match mode {
            Some(Mode::Numeric | Mode::Symbolic) => "evaluation",
            _ => "pass",
        };
        counted(cost.passes, noun)
    };
    let size = |(_, cost): &(Option<Mode>, Cost)| {
        let loops = cost.checkpoints.filter(|loops| loops.again > 0);
        if let Some(loops) = loops {
            let kept = counted(loops.states, "state");
            let again = loops.again.saturating_mul(cost.passes as u64);
            return format!("{kept} kept, {again} rounds again");
        }
        cost.sizes.map_or(String::new(), |(tree, dag)| {
            let tree = match tree {
                u64::MAX => "over 10^19".into(),
                tree => tree.to_string(),
            };
            format!("tree {tree}, shared {dag}")
        })
    };
    let count = |heading: Heading, count: &dyn Fn(&Cost) -> u64| {
        Column::right(
            heading,
            known.iter().map(|(_, cost)| Cell::Count(count(cost))),
        )
    };
    let name = |mode: &Option<Mode>| mode.map_or("coloured", Mode::name).to_string();
    let names = known.iter().map(|(mode, _)| name(mode));
    let products = Heading::Operators("×, ÷", "mul, div");
    let sums = Heading::Operators("+, −", "add, sub");
    Table {
        columns: vec![
            Column::left("cost", names),
            Column::left("", known.iter().map(passes)),
            count(products, &|cost| cost.operations.products),
            count(sums, &|cost| cost.operations.sums),
            count("calls".into(), &|cost| cost.operations.calls),
            count("alive".into(), &|cost| cost.live as u64),
            Column::left("", known.iter().map(size)),
        ],
        ..Table::default()
    }
}

/// The remarks below the tables of a comparison.
pub fn remarks_on(comparison: &Comparison) -> Vec<Remark> {
    let kinks = comparison.kinks.iter().cloned().map(Remark::Kink);
    let mut remarks: Vec<Remark> = kinks.collect();
    let found = comparison.nonfinite.iter().cloned();
    remarks.extend(found.map(|found| Remark::Nonfinite(Box::new(found))));
    for mode in Mode::ALL {
        let mut answers = comparison
            .rows
            .iter()
            .map(|row| &row.answers[mode as usize]);
        let why = answers.find_map(|answer| answer.as_ref().err());
        if let Some(why) = why.filter(|why| **why != NoAnswer::NotAsked) {
            let reason = findings::no_answer(mode, why);
            remarks.push(Remark::Words(format!("{}: {reason}", mode.name())));
        }
    }
    let rows = &comparison.rows;
    if rows.iter().any(DerivativeByMode::leaves_domain) {
        remarks.push(Remark::Words(
            "numeric is nan where a step leaves the domain".into(),
        ));
    }
    if let Some(off) = rows.iter().find_map(|row| row.off) {
        remarks.push(Remark::Words(findings::off(off)));
    }
    remarks.extend(advice(comparison).map(Remark::Words));
    remarks.extend(left_out(&comparison.left_out));
    remarks
}

/// The mode that takes the fewest passes.
pub fn advice(comparison: &Comparison) -> Option<String> {
    let (forward, reverse) = (comparison.advice.forward, comparison.advice.reverse);
    if forward == 0 || reverse == 0 {
        return None;
    }
    let passes = counted(forward.min(reverse), "pass");
    if let Some(coloured) = &comparison.coloured {
        let passes = counted(coloured.passes, "pass");
        return Some(format!(
            "colours are right here: {passes} against {forward} of forward and {reverse} of reverse mode; numeric only as a check"
        ));
    }
    let best = match forward.cmp(&reverse) {
        Ordering::Greater => format!("Best here: reverse ({passes} instead of {forward})."),
        Ordering::Less => format!("Best here: forward ({passes} instead of {reverse})."),
        Ordering::Equal => format!("Forward and reverse are equally cheap here ({passes} each)."),
    };
    Some(format!("{best} Use numeric only to check."))
}
