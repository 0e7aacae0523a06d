//! The columns of the table against the kernels of its rows.

use super::table;
use crate::graph::primitive::{Kernel, Notation, Parity, ShapeRule};

/// Numbers of either sign, with their negatives.
const NUMBERS: [f64; 6] = [0.25, 1.0, 2.5, -0.25, -1.0, -2.5];

#[test]
fn even_and_odd_functions_are_so_bit_for_bit() {
    for row in table() {
        let (Some(parity), Kernel::Map1(f)) = (row.parity, &row.kernel) else {
            assert!(row.parity.is_none(), "{} takes one number", row.name);
            continue;
        };
        for x in NUMBERS {
            let expected = match parity {
                Parity::Even => (f.at)(x),
                Parity::Odd => -(f.at)(x),
            };
            assert_eq!((f.at)(-x), expected, "{}({x})", row.name);
        }
    }
}

#[test]
fn opposites_are_true_where_the_other_is_false() {
    for row in table() {
        let Some(opposite) = row.opposite else {
            continue;
        };
        assert!(opposite.opposite == Some(row), "{}", row.name);
        let (Kernel::Map2(f), Kernel::Map2(g)) = (&row.kernel, &opposite.kernel) else {
            panic!("{} compares two numbers", row.name);
        };
        for a in NUMBERS {
            for b in NUMBERS {
                assert_eq!((f.at)(a, b) + (g.at)(a, b), 1.0, "{}({a}, {b})", row.name);
            }
        }
    }
}

#[test]
fn masks_keep_their_second_argument_or_make_it_zero() {
    for row in table().filter(|row| row.mask.is_some()) {
        let Kernel::Map2(f) = &row.kernel else {
            panic!("{} takes a mask and a number", row.name);
        };
        for x in NUMBERS {
            assert_eq!([(f.at)(1.0, x), (f.at)(0.0, x)], [x, 0.0], "{}", row.name);
        }
    }
}

#[test]
fn choices_take_the_second_argument_or_the_third() {
    for row in table().filter(|row| row.chooses) {
        let Kernel::Map3(f) = &row.kernel else {
            panic!("{} takes a condition and two numbers", row.name);
        };
        let taken = [(f.at)(1.0, 2.0, 3.0), (f.at)(0.0, 2.0, 3.0)];
        assert_eq!(taken, [2.0, 3.0], "{}", row.name);
    }
}

#[test]
fn columns_fit_the_rows_that_have_them() {
    for row in table() {
        let name = row.name;
        assert!(!row.repeats || row.moves_entries, "{name} repeats entries");
        let reduces = matches!(row.shape, ShapeRule::Reduce);
        assert!(!row.takes_empty || reduces, "{name} is a reduction");
        assert!(
            row.is_writable() || row.notation == Notation::Call,
            "{name}"
        );
        if let Some(spelled) = row.spelled {
            assert_eq!(spelled.name, name, "both are written alike");
            assert!(spelled.is_writable() && !spelled.callable, "{name}");
        }
    }
}
