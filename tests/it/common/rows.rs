//! What can be written with a row of the primitive table.

use wengert::graph::Primitive;
use wengert::graph::primitive::{DerivativeRule, Notation};
use wengert::primitives::table;

pub fn is_zero(row: &Primitive) -> bool {
    matches!(row.derivative, DerivativeRule::Zero)
}

/// Whether scripts can write it at all.
pub fn is_written(row: &Primitive) -> bool {
    // An operator with more than two arguments has masks behind them, which rules write.
    let masked = matches!(row.notation, Notation::Infix(_)) && row.places > 0;
    // What is left out of formulas is not written, but for a value that is repeated: that is what
    // every operator does to a number beside a matrix.
    let left_out = row.notation == Notation::Silent && !row.repeats;
    // The same operation with another derivative is written where the first one is.
    let stands_in = table().any(|other| other.spelled.is_some_and(|spelled| spelled.is(row)));
    row.callable || (!stands_in && row.notation != Notation::Call && !masked && !left_out)
}

/// The ways to write `row` of these arguments.
pub fn writings(row: &Primitive, args: &[&str]) -> Vec<String> {
    let first = args[0];
    let mut writings = match row.notation {
        Notation::Call => Vec::new(),
        Notation::Infix(operator) => vec![args.join(&format!(" {} ", operator.symbol()))],
        Notation::Negation => vec![format!("-{first}")],
        Notation::Not => vec![format!("not {first}")],
        Notation::Transpose => vec![format!("{first}'")],
        Notation::Index if row.indices() > 0 => [
            "[2, 1, 2]",
            "[2, 2, 1], :",
            ":, [1, 2, 2]",
            "[2, 1], [2, 2, 1]",
        ]
        .map(|index| format!("{first}[{index}]"))
        .into(),
        Notation::Index => ["2", "2..3", ":", "2, 1", "2..3, 1..2", ":, 2", "2, :"]
            .map(|index| format!("{first}[{index}]"))
            .into(),
        Notation::Matrix => vec![format!("[{first}, 2; 3, {first}^2]")],
        Notation::Choice => vec![
            format!("(if 1 then {first} else 2)"),
            format!("(if 0 then 2 else {first})"),
        ],
        Notation::Silent => vec![
            format!("{first} + ones(3, 3)"),
            format!("{first}' + ones(3, 4)"),
        ],
    };
    if row.callable {
        writings.push(format!("{}({})", row.name, args.join(", ")));
    }
    writings
}

pub fn names(count: usize) -> Vec<String> {
    (1..=count).map(|k| format!("x{k}")).collect()
}

pub fn as_strs(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// Arguments of every shape class that the rows of the table take: numbers, vectors, a
/// well-conditioned matrix, one that is not square.
pub const ARGUMENTS: &[(&str, &[&str])] = &[
    ("a number", &["0.7", "-1.3", "2.1"]),
    (
        "a vector of 4",
        &[
            "[0.9, -0.4, 1.6, 0.3]",
            "[-1.1, 0.8, 0.2, 1.4]",
            "[0.5, 0.6, -0.7, 0.1]",
        ],
    ),
    (
        "a vector of 3",
        &["[0.8, -0.5, 1.2]", "[-0.6, 1.1, 0.4]", "[1.3, 0.1, -0.9]"],
    ),
    (
        "a square matrix",
        &[
            "[2.1, -0.3, 0.5; 0.4, 1.7, -0.6; -0.2, 0.3, 2.4]",
            "[1.2, 0.6, -0.4; -0.7, 1.9, 0.1; 0.3, -0.8, 1.5]",
            "[1.6, 0.2, 0.9; 0.8, -1.4, 0.7; -0.1, 0.6, 1.1]",
        ],
    ),
    (
        "a matrix",
        &[
            "[0.9, -0.4, 1.6; 0.3, 1.2, -0.8]",
            "[1.1, 0.7, -0.2; -0.9, 0.4, 1.3]",
            "[0.2, 1.5, 0.6; -0.3, 0.8, -1.2]",
        ],
    ),
];

/// Counts that some row may take after its values.
pub const COUNTS: &[&[&str]] = &[
    &[],
    &["4"],
    &["9"],
    &["2", "2"],
    &["9", "1"],
    &["1", "9"],
    &["3", "2"],
];

/// Every choice of `count` argument classes.
pub fn combinations(count: usize) -> Vec<Vec<usize>> {
    (0..count).fold(vec![Vec::new()], |shorter, _| {
        let with = |class: usize| {
            shorter
                .iter()
                .map(move |rest| [rest.as_slice(), &[class]].concat())
        };
        (0..ARGUMENTS.len()).flat_map(with).collect()
    })
}

/// Everything that can be written with `row` over whole arrays, with its inputs; not all of it
/// is allowed.
pub fn calls(row: &Primitive) -> Vec<(String, String, usize)> {
    let values = row.arity.least - row.options.len() - row.indices();
    let values = if row.arity.most == usize::MAX {
        values.max(2)
    } else {
        values
    };
    let counts: Vec<&&[&str]> = COUNTS
        .iter()
        .filter(|counts| (row.sizes.least..=row.sizes.most).contains(&counts.len()))
        .collect();
    let axes: &[&[&str]] = if row.axis {
        &[&[], &["axis=1"], &["axis=2"]]
    } else {
        &[&[]]
    };
    let mut calls = Vec::new();
    for classes in combinations(values) {
        let input =
            |(k, class): (usize, &usize)| format!("x{} = {}\n", k + 1, ARGUMENTS[*class].1[k]);
        let definitions: String = classes.iter().enumerate().map(input).collect();
        let inputs = names(values);
        for counts in &counts {
            for axis in axes {
                let args = [as_strs(&inputs), counts.to_vec(), axis.to_vec()].concat();
                if args.is_empty() {
                    continue;
                }
                for writing in writings(row, &args) {
                    calls.push((definitions.clone(), writing, values));
                }
            }
        }
    }
    calls
}
