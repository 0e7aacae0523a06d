//! The table of named rewrite rules, and the passes that rearrange sums.
//!
//! A rule looks at one formula whose parts are in normal form and says what is simpler, or
//! nothing. Rules may fill a removable singularity; they never create one.

use super::algebra::{Algebra, Form, Id, all_but};
use super::convert::sigmoid;
use super::factors;
use crate::graph::{Attr, Primitive, Shape};
use crate::primitives::{algebra as linear, array, elementary};

/// A rule: its name, and what it makes of a formula.
pub struct Rule {
    /// As `with steps` shows it.
    pub name: &'static str,
    /// The simpler formula, where the rule applies.
    pub rewrite: fn(&mut Algebra, Id) -> Option<Id>,
}

/// The rules for operations of the table, applied when one is built.
pub const OPERATIONS: &[Rule] = &[
    Rule {
        name: "diagonal of an outer product",
        rewrite: diagonal_of_outer_product,
    },
    Rule {
        name: "solution for an identity",
        rewrite: solve_for_identity,
    },
    Rule {
        name: "logarithm of an exponential",
        rewrite: |a, id| inverse_pair(a, id, &elementary::LOG, &elementary::EXP),
    },
    Rule {
        name: "exponential of a logarithm",
        rewrite: |a, id| inverse_pair(a, id, &elementary::EXP, &elementary::LOG),
    },
    Rule {
        name: "function of a number",
        rewrite: exact_value,
    },
    Rule {
        name: "even and odd functions",
        rewrite: parity,
    },
    Rule {
        name: "inverse of an inverse",
        rewrite: |a, id| inverse_pair(a, id, &linear::INV, &linear::INV),
    },
    Rule {
        name: "sum of a multiple",
        rewrite: sum_of_multiple,
    },
    Rule {
        name: "diagonal of ones",
        rewrite: diagonal_of_ones,
    },
    Rule {
        name: "determinant of entries",
        rewrite: factors::determinant_of_entries,
    },
    Rule {
        name: "cofactors by the inverse",
        rewrite: cofactors,
    },
    Rule {
        name: "index into a matrix of entries",
        rewrite: index_of_entries,
    },
    Rule {
        name: "reversed running sum",
        rewrite: reversed_running_sum,
    },
    Rule {
        name: "power times logarithm",
        rewrite: power_times_logarithm,
    },
    Rule {
        name: "selected argument",
        rewrite: selected_argument,
    },
    Rule {
        name: "product of entries",
        rewrite: factors::product_of_entries,
    },
];

/// The rules for products, applied after a formula is complete.
pub const PRODUCTS: &[Rule] = &[
    Rule {
        name: "exp(x)/(1 + exp(x)) = sigmoid(x)",
        rewrite: recognise_sigmoid,
    },
    Rule {
        name: "cancel against a sum",
        rewrite: cancel_against_sum,
    },
    Rule {
        name: "exp(x)*sigmoid(-x) = sigmoid(x)",
        rewrite: exponential_times_sigmoid,
    },
    Rule {
        name: "sinh(x)/cosh(x) = tanh(x)",
        rewrite: recognise_tanh,
    },
    Rule {
        name: "exp(x)/sum(exp(x)) = softmax(x)",
        rewrite: recognise_softmax,
    },
    Rule {
        name: "sqrt(sum(x^2)) = norm(x)",
        rewrite: recognise_norm,
    },
];

/// The rules that write the stable forms as everyone knows them, applied last.
pub const PRINTED: &[Rule] = &[
    Rule {
        name: "sigmoid'(x) = s*(1 - s)",
        rewrite: printed_sigmoid,
    },
    Rule {
        name: "tanh'(x) = 1 - tanh(x)^2",
        rewrite: printed_tanh,
    },
];

/// Applies the first rule for operations that fits.
pub fn rewrite(algebra: &mut Algebra, id: Id) -> Id {
    apply_first(algebra, id, OPERATIONS)
}

/// Applies the first rule of `table` that fits.
pub fn apply_first(algebra: &mut Algebra, id: Id, table: &[Rule]) -> Id {
    for rule in table {
        if let Some(simpler) = (rule.rewrite)(algebra, id)
            && simpler != id
        {
            algebra.note(rule.name);
            return simpler;
        }
    }
    id
}

/// The arguments of `id`, where it is the operation `row`.
pub fn operands(algebra: &Algebra, id: Id, row: &Primitive) -> Option<Vec<Id>> {
    match algebra.form(id) {
        Form::Apply(known, _, args) if known.is(row) => Some(args.clone()),
        _ => None,
    }
}

fn inverse_pair(algebra: &mut Algebra, id: Id, outer: &Primitive, inner: &Primitive) -> Option<Id> {
    let args = operands(algebra, id, outer)?;
    Some(operands(algebra, args[0], inner)?[0])
}

/// A function of numbers whose value is exact: exp(0), cos(0), sigmoid(0).
fn exact_value(algebra: &mut Algebra, id: Id) -> Option<Id> {
    use crate::graph::primitive::Kernel;
    let Form::Apply(row, _, args) = algebra.form(id).clone() else {
        return None;
    };
    let values: Option<Vec<f64>> = args.iter().map(|arg| algebra.value(*arg)).collect();
    let value = match (row.kernel, values?.as_slice()) {
        (Kernel::Map1(f), [x]) => (f.at)(*x),
        (Kernel::Map2(f), [x, y]) => (f.at)(*x, *y),
        _ => return None,
    };
    ((2.0 * value).fract() == 0.0).then(|| algebra.number(value))
}

/// f(−x) = ±f(x)
fn parity(algebra: &mut Algebra, id: Id) -> Option<Id> {
    const ODD: [&Primitive; 7] = [
        &elementary::SIN,
        &elementary::TAN,
        &elementary::SINH,
        &elementary::TANH,
        &elementary::ATAN,
        &elementary::ERF,
        &elementary::SIGN,
    ];
    const EVEN: [&Primitive; 3] = [&elementary::COS, &elementary::COSH, &elementary::ABS];
    let Form::Apply(row, attr, args) = algebra.form(id).clone() else {
        return None;
    };
    let [x] = args.as_slice() else { return None };
    if !leads_negative(algebra, *x) {
        return None;
    }
    let positive = algebra.negated(*x);
    let shape = algebra.shape(id);
    let applied = |algebra: &mut Algebra| algebra.apply(row, attr, vec![positive], shape);
    if ODD.iter().any(|known| row.is(known)) {
        let applied = applied(algebra);
        return Some(algebra.negated(applied));
    }
    EVEN.iter()
        .any(|known| row.is(known))
        .then(|| applied(algebra))
}

/// Whether every term of `id` has a negative coefficient.
fn leads_negative(algebra: &Algebra, id: Id) -> bool {
    match algebra.form(id) {
        Form::Sum(terms) => terms.iter().all(|(c, _)| c.0 < 0.0),
        Form::Number(value) => value.0 < 0.0,
        _ => false,
    }
}

/// Σ c·x = c·Σ x, and sums of something stretched.
fn sum_of_multiple(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Apply(row, attr, args) = algebra.form(id).clone() else {
        return None;
    };
    if !row.is(&array::SUM) {
        return None;
    }
    let (shape, from) = (algebra.shape(id), algebra.shape(args[0]));
    if shape == from {
        return Some(args[0]);
    }
    let one = algebra.unit();
    match algebra.form(args[0]).clone() {
        Form::Stretched(inner) if algebra.shape(inner).is_scalar() => {
            let count = (from.len() / shape.len().max(1)) as f64;
            Some(algebra.product(count, &[(inner, one)], shape))
        }
        Form::Sum(terms) if terms.len() == 1 => {
            let (coefficient, term) = (terms[0].0.0, terms[0].1);
            let inner = algebra.apply(row, attr, vec![term], shape);
            let inner = rewrite(algebra, inner);
            Some(algebra.sum(&[(coefficient, inner)], shape))
        }
        Form::Product(bases) => {
            let (front, rest): (Vec<_>, Vec<_>) = bases
                .into_iter()
                .partition(|(base, _)| algebra.shape(*base).is_scalar());
            if front.is_empty() || rest.is_empty() {
                return None;
            }
            let rest = algebra.product(1.0, &rest, from);
            let inner = algebra.apply(row, attr, vec![rest], shape);
            let inner = rewrite(algebra, inner);
            let mut factors = front;
            factors.push((inner, one));
            Some(algebra.product(1.0, &factors, shape))
        }
        _ => None,
    }
}

fn diagonal_of_ones(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let args = operands(algebra, id, &array::DIAG)?;
    let Form::Stretched(inner) = *algebra.form(args[0]) else {
        return None;
    };
    let shape = algebra.shape(id);
    if !algebra.shape(inner).is_scalar() || shape.rows != shape.cols {
        return None;
    }
    let identity = algebra.identity(shape.rows);
    let one = algebra.unit();
    Some(algebra.product(1.0, &[(inner, one), (identity, one)], shape))
}

/// The diagonal of u·v' is u∘v.
fn diagonal_of_outer_product(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let args = operands(algebra, id, &array::DIAG)?;
    let Form::Chain(links) = algebra.form(args[0]).clone() else {
        return None;
    };
    let [u, v] = links[..] else { return None };
    if algebra.shape(u).cols != 1 || algebra.shape(id).cols != 1 {
        return None;
    }
    let column = algebra.transposed(v);
    let one = algebra.unit();
    let shape = algebra.shape(id);
    (algebra.shape(column) == algebra.shape(u))
        .then(|| algebra.product(1.0, &[(u, one), (column, one)], shape))
}

/// The solution for an identity is the inverse.
fn solve_for_identity(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let args = operands(algebra, id, &linear::SOLVE)?;
    let shape = algebra.shape(id);
    matches!(algebra.form(args[1]), Form::Identity)
        .then(|| algebra.apply(&linear::INV, Attr::None, vec![args[0]], shape))
}

/// cof(X) = det(X)·inv(X)'
fn cofactors(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let args = operands(algebra, id, &linear::COFACTOR)?;
    let shape = algebra.shape(id);
    let det = algebra.apply(&linear::DET, Attr::None, args.clone(), Shape::SCALAR);
    let inverse = algebra.apply(&linear::INV, Attr::None, args, shape);
    let turned = algebra.transposed(inverse);
    let one = algebra.unit();
    Some(algebra.product(1.0, &[(det, one), (turned, one)], shape))
}

/// Sums that run from the end are the total less those that run from the start.
fn reversed_running_sum(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Apply(row, attr, args) = algebra.form(id).clone() else {
        return None;
    };
    let Form::Apply(inner_row, inner_attr, inner) = algebra.form(args.first().copied()?).clone()
    else {
        return None;
    };
    if !row.is(&array::FLIP) || !inner_row.is(&array::CUMSUM) || inner_attr != attr {
        return None;
    }
    let x = operands(algebra, inner[0], &array::FLIP)?[0];
    let shape = algebra.shape(id);
    let lanes = if shape.is_vector() && array::reduced(shape, attr).is_scalar() {
        Attr::None
    } else {
        attr
    };
    let total = algebra.apply(&array::SUM, lanes, vec![x], array::reduced(shape, attr));
    let total = rewrite(algebra, total);
    let running = algebra.apply(&array::CUMSUM, attr, vec![x], shape);
    Some(algebra.sum(&[(1.0, total), (-1.0, running), (1.0, x)], shape))
}

/// The partial of a power by its exponent guards against 0·log 0; away from there it is a product.
fn power_times_logarithm(algebra: &mut Algebra, id: Id) -> Option<Id> {
    if algebra.guards {
        return None;
    }
    let args = operands(algebra, id, &elementary::XLOGY)?;
    let Form::Product(bases) = algebra.form(args[0]) else {
        return None;
    };
    if !bases.iter().any(|(base, _)| *base == args[1]) {
        return None;
    }
    let shape = algebra.shape(args[1]);
    let log = algebra.apply(&elementary::LOG, Attr::None, vec![args[1]], shape);
    let log = rewrite(algebra, log);
    let one = algebra.unit();
    Some(algebra.product(1.0, &[(args[0], one), (log, one)], algebra.shape(id)))
}

/// x ≥ max(x, y) is x ≥ y; min(x, y) ≥ x is y ≥ x; the same for <. What is held against a selection
/// that has a name is held against its formula: computed in another way, it would hardly be equal.
fn selected_argument(algebra: &mut Algebra, id: Id) -> Option<Id> {
    use crate::primitives::arithmetic::{GE, LT, MAX, MIN};
    let row = [&GE, &LT]
        .into_iter()
        .find(|row| operands(algebra, id, row).is_some())?;
    let args = operands(algebra, id, row)?;
    let shape = algebra.shape(id);
    for (entry, whole, k) in [(&MAX, &array::MAX_OF, 1), (&MIN, &array::MIN_OF, 0)] {
        let core = algebra.core(args[k]);
        let definition = algebra.behind(core);
        let selection = algebra.core(definition);
        let mut sides = args.clone();
        if let Some([a, b]) = operands(algebra, selection, entry).as_deref()
            && [*a, *b].contains(&args[1 - k])
        {
            sides[k] = if args[1 - k] == *a { *b } else { *a };
        } else if selection != core
            && matches!(algebra.form(selection), Form::Apply(row, ..) if row.is(entry) || row.is(whole))
        {
            sides[k] = algebra.stretch(selection, algebra.shape(args[k]));
        } else {
            continue;
        }
        return Some(algebra.apply(row, Attr::None, sides, shape));
    }
    None
}

fn index_of_entries(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Apply(row, attr, args) = algebra.form(id).clone() else {
        return None;
    };
    if !row.is(&array::INDEX) || !algebra.shape(id).is_scalar() {
        return None;
    }
    let corner = super::convert::corner_of(attr);
    entry(algebra, args[0], corner.row, corner.col)
}

/// The entry of a formula in row `i` and column `j`, from 0, where taking it goes inside.
fn entry(algebra: &mut Algebra, id: Id, i: u32, j: u32) -> Option<Id> {
    let one = algebra.unit();
    match algebra.form(id).clone() {
        Form::Entries(entries) => {
            let cols = algebra.shape(id).n();
            Some(entries[i as usize * cols + j as usize])
        }
        Form::Stretched(inner) => Some(entry_or_index(algebra, inner, i, j)),
        Form::Transposed(inner) => Some(entry_or_index(algebra, inner, j, i)),
        Form::Identity => Some(algebra.number(f64::from(u8::from(i == j)))),
        Form::Sum(terms) => {
            let terms: Vec<(f64, Id)> = terms
                .iter()
                .map(|(c, term)| (c.0, entry_or_index(algebra, *term, i, j)))
                .collect();
            Some(algebra.sum(&terms, Shape::SCALAR))
        }
        Form::Product(bases) => {
            let bases: Vec<(Id, Id)> = bases
                .iter()
                .map(|(base, e)| {
                    (
                        entry_or_index(algebra, *base, i, j),
                        entry_or_index(algebra, *e, i, j),
                    )
                })
                .collect();
            Some(algebra.product(1.0, &bases, Shape::SCALAR))
        }
        Form::Chain(links) if links.len() == 2 && algebra.shape(links[0]).cols == 1 => {
            // An outer product.
            let sides = [
                entry_or_index(algebra, links[0], i, 0),
                entry_or_index(algebra, links[1], 0, j),
            ];
            Some(algebra.product(1.0, &[(sides[0], one), (sides[1], one)], Shape::SCALAR))
        }
        // What a selection is held against must stay written as it is in the selection.
        Form::Apply(row, _, args)
            if row.is_truth() && args.iter().any(|arg| selects(algebra, *arg)) =>
        {
            None
        }
        Form::Apply(row, attr, args) if row.is_entrywise() => {
            let args = args
                .iter()
                .map(|arg| entry_or_index(algebra, *arg, i, j))
                .collect();
            Some(super::convert::operation(
                algebra,
                row,
                attr,
                args,
                Shape::SCALAR,
            ))
        }
        _ => None,
    }
}

/// Whether a formula is the largest or smallest entry of something.
fn selects(algebra: &Algebra, id: Id) -> bool {
    let selection = algebra.core(algebra.behind(algebra.core(id)));
    matches!(algebra.form(selection), Form::Apply(row, ..) if row.is(&array::MAX_OF) || row.is(&array::MIN_OF))
}

/// The entry of a formula, inside it or by an index.
fn entry_or_index(algebra: &mut Algebra, id: Id, i: u32, j: u32) -> Id {
    let shape = algebra.shape(id);
    if shape.is_scalar() {
        return id;
    }
    let row = if shape.rows == 1 { 0 } else { i };
    let col = if shape.cols == 1 { 0 } else { j };
    entry(algebra, id, row, col).unwrap_or_else(|| {
        let attr = Attr::Corner(crate::graph::Corner { row, col });
        algebra.apply(&array::INDEX, attr, vec![id], Shape::SCALAR)
    })
}

/// e^x·(1 + e^x)⁻¹ = σ(x), and (1 + e^x)⁻¹ = σ(−x).
fn recognise_sigmoid(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Product(bases) = algebra.form(id).clone() else {
        return None;
    };
    let one = algebra.unit();
    for (k, (base, exponent)) in bases.iter().enumerate() {
        let Some(power) = algebra
            .value(*exponent)
            .filter(|e| *e < 0.0 && e.fract() == 0.0)
        else {
            continue;
        };
        let Form::Sum(terms) = algebra.form(*base).clone() else {
            continue;
        };
        let [(c, first), (d, second)] = terms.as_slice() else {
            continue;
        };
        if c.0 != 1.0 || d.0 != 1.0 {
            continue;
        }
        let exponential = match (*first == one, *second == one) {
            (true, false) => *second,
            (false, true) => *first,
            _ => continue,
        };
        let Some(x) = operands(algebra, exponential, &elementary::EXP).map(|args| args[0]) else {
            continue;
        };
        let shape = algebra.shape(*base);
        let above = bases
            .iter()
            .position(|(base, e)| *base == exponential && algebra.value(*e) == Some(1.0));
        let mut factors: Vec<(Id, Id)> = Vec::new();
        for (j, factor) in bases.iter().enumerate() {
            if j != k && Some(j) != above {
                factors.push(*factor);
            }
        }
        let mut left = -power as i64;
        let negative = algebra.negated(x);
        let opposite = algebra.apply(&elementary::SIGMOID, Attr::None, vec![negative], shape);
        if above.is_some() {
            factors.push((sigmoid(algebra, x), one));
            left -= 1;
        }
        let rest = algebra.number(left as f64);
        factors.push((opposite, rest));
        return Some(algebra.product(1.0, &factors, algebra.shape(id)));
    }
    None
}

/// b·(c/b + d) = c + b·d: a factor that cancels inside a sum is multiplied in.
fn cancel_against_sum(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Product(bases) = algebra.form(id).clone() else {
        return None;
    };
    let one = algebra.unit();
    for (k, (factor, exponent)) in bases.iter().enumerate() {
        let Form::Sum(terms) = algebra.form(*factor).clone() else {
            continue;
        };
        if *exponent != one {
            continue;
        }
        let divides = |base: Id| {
            terms.iter().any(|(_, term)| match algebra.form(*term) {
                Form::Product(inner) => inner
                    .iter()
                    .any(|(known, e)| *known == base && algebra.value(*e).is_some_and(|e| e < 0.0)),
                _ => false,
            })
        };
        let others: Vec<(Id, Id)> = all_but(&bases, k);
        if !others.iter().any(|(base, e)| *e == one && divides(*base)) {
            continue;
        }
        let shape = algebra.shape(id);
        let mut spread = Vec::new();
        for (c, term) in terms {
            let mut factors = others.clone();
            factors.push((term, one));
            spread.push((c.0, algebra.product(1.0, &factors, shape)));
        }
        return Some(algebra.sum(&spread, shape));
    }
    None
}

/// The product `id` with the factors at `taken` replaced by `factor`.
fn exchanged(algebra: &mut Algebra, id: Id, bases: &[(Id, Id)], taken: &[usize], factor: Id) -> Id {
    let one = algebra.unit();
    let mut factors: Vec<(Id, Id)> = (0..bases.len())
        .filter(|k| !taken.contains(k))
        .map(|k| bases[k])
        .collect();
    factors.push((factor, one));
    algebra.product(1.0, &factors, algebra.shape(id))
}

/// e^x·σ(−x) = σ(x)
fn exponential_times_sigmoid(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Product(bases) = algebra.form(id).clone() else {
        return None;
    };
    let one = algebra.unit();
    for (k, (base, exponent)) in bases.iter().enumerate() {
        let Some(args) = operands(algebra, *base, &elementary::EXP) else {
            continue;
        };
        let opposite = algebra.negated(args[0]);
        if opposite == args[0] {
            continue;
        }
        let partner = sigmoid(algebra, opposite);
        let j = bases.iter().position(|(known, e)| {
            *known == partner && algebra.value(*e).is_some_and(|e| e >= 1.0)
        });
        if let Some(j) = j.filter(|_| *exponent == one) {
            let shape = algebra.shape(*base);
            let positive = sigmoid(algebra, args[0]);
            let left = algebra.number(algebra.value(bases[j].1).unwrap_or(1.0) - 1.0);
            let factor = algebra.product(1.0, &[(positive, one), (partner, left)], shape);
            return Some(exchanged(algebra, id, &bases, &[k, j], factor));
        }
    }
    None
}

/// sinh(x)·cosh(x)⁻¹ = tanh(x)
fn recognise_tanh(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Product(bases) = algebra.form(id).clone() else {
        return None;
    };
    for (k, (base, exponent)) in bases.iter().enumerate() {
        let Some(args) = operands(algebra, *base, &elementary::SINH) else {
            continue;
        };
        let shape = algebra.shape(args[0]);
        let cosh = algebra.apply(&elementary::COSH, Attr::None, args.clone(), shape);
        let j = bases.iter().position(|(known, e)| {
            *known == cosh && algebra.value(*e) == algebra.value(*exponent).map(|e| -e)
        });
        if let Some(j) = j {
            let tanh = algebra.apply(&elementary::TANH, Attr::None, args, shape);
            let factor = algebra.product(1.0, &[(tanh, *exponent)], shape);
            return Some(exchanged(algebra, id, &bases, &[k, j], factor));
        }
    }
    None
}

/// exp(x)·(Σ exp(x))⁻¹ = softmax(x)
fn recognise_softmax(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Product(bases) = algebra.form(id).clone() else {
        return None;
    };
    let one = algebra.unit();
    for (k, (base, exponent)) in bases.iter().enumerate() {
        let Some(args) = operands(algebra, *base, &elementary::EXP) else {
            continue;
        };
        if *exponent != one {
            continue;
        }
        for (j, (divisor, power)) in bases.iter().enumerate() {
            let divisor = algebra.core(*divisor);
            let Form::Apply(row, attr, summed) = algebra.form(divisor).clone() else {
                continue;
            };
            if row.is(&array::SUM) && summed[0] == *base && algebra.value(*power) == Some(-1.0) {
                let shape = algebra.shape(*base);
                let factor = algebra.apply(&array::SOFTMAX, attr, args, shape);
                return Some(exchanged(algebra, id, &bases, &[k, j], factor));
            }
        }
    }
    None
}

/// (Σ x²)^(k/2) = ‖x‖^k
fn recognise_norm(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Product(bases) = algebra.form(id).clone() else {
        return None;
    };
    for (k, (base, exponent)) in bases.iter().enumerate() {
        let half = algebra.value(*exponent).filter(|e| e.fract().abs() == 0.5);
        let Some(args) = operands(algebra, *base, &array::SUM).filter(|_| half.is_some()) else {
            continue;
        };
        let Form::Product(inner) = algebra.form(args[0]).clone() else {
            continue;
        };
        let [(x, two)] = inner[..] else { continue };
        if algebra.value(two) != Some(2.0) || algebra.shape(x) != algebra.shape(args[0]) {
            continue;
        }
        let Form::Apply(_, attr, _) = *algebra.form(*base) else {
            continue;
        };
        let shape = algebra.shape(*base);
        let norm = algebra.apply(&array::NORM, attr, vec![x], shape);
        let power = algebra.number(2.0 * half.unwrap_or(0.5));
        let factor = algebra.product(1.0, &[(norm, power)], shape);
        return Some(exchanged(algebra, id, &bases, &[k], factor));
    }
    None
}

/// σ(x)·σ(−x) is written s·(1 − s).
fn printed_sigmoid(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Product(bases) = algebra.form(id).clone() else {
        return None;
    };
    let one = algebra.unit();
    for (k, (base, exponent)) in bases.iter().enumerate() {
        let Some(args) = operands(algebra, *base, &elementary::SIGMOID) else {
            continue;
        };
        let opposite = algebra.negated(args[0]);
        if opposite == args[0] {
            continue;
        }
        let partner = sigmoid(algebra, opposite);
        let Some(j) = bases
            .iter()
            .position(|(known, e)| *known == partner && e == exponent)
        else {
            continue;
        };
        let kept = if leads_negative(algebra, args[0]) {
            bases[j].0
        } else {
            *base
        };
        let shape = algebra.shape(id);
        let complement = algebra.sum(&[(1.0, one), (-1.0, kept)], algebra.shape(*base));
        let mut factors: Vec<(Id, Id)> = (0..bases.len())
            .filter(|i| *i != k && *i != j)
            .map(|i| bases[i])
            .collect();
        factors.extend([(kept, *exponent), (complement, *exponent)]);
        return Some(algebra.product(1.0, &factors, shape));
    }
    None
}

/// cosh(x)⁻² is written 1 − tanh(x)².
fn printed_tanh(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Product(bases) = algebra.form(id).clone() else {
        return None;
    };
    let one = algebra.unit();
    for (k, (base, exponent)) in bases.iter().enumerate() {
        let Some(args) = operands(algebra, *base, &elementary::COSH) else {
            continue;
        };
        if algebra.value(*exponent) != Some(-2.0) {
            continue;
        }
        let inner = algebra.shape(args[0]);
        let tanh = algebra.apply(&elementary::TANH, Attr::None, vec![args[0]], inner);
        let two = algebra.number(2.0);
        let square = algebra.product(1.0, &[(tanh, two)], inner);
        let complement = algebra.sum(&[(1.0, one), (-1.0, square)], inner);
        let mut factors: Vec<(Id, Id)> = all_but(&bases, k);
        factors.push((complement, one));
        return Some(algebra.product(1.0, &factors, algebra.shape(id)));
    }
    None
}

/// Terms of a sum that are looked at when it is rearranged; longer sums are left alone.
const REARRANGED: usize = 64;

/// Products multiplied out over the sums in them.
pub fn expanded(algebra: &mut Algebra, id: Id) -> Id {
    let shape = algebra.shape(id);
    let terms: Vec<(f64, Id)> = match algebra.form(id).clone() {
        Form::Sum(terms) => terms.iter().map(|(c, term)| (c.0, *term)).collect(),
        Form::Product(_) => vec![(1.0, id)],
        _ => return id,
    };
    let mut spread: Vec<(f64, Id)> = Vec::new();
    for (c, term) in terms {
        spread.extend(multiplied_out(algebra, c, term));
        if spread.len() > REARRANGED {
            return id;
        }
    }
    // σ(−x) = 1 − σ(x) lets terms of both kinds meet.
    algebra.sum(&spread, shape)
}

fn multiplied_out(algebra: &mut Algebra, c: f64, term: Id) -> Vec<(f64, Id)> {
    let one = algebra.unit();
    if let Some(args) = operands(algebra, term, &elementary::SIGMOID)
        && leads_negative(algebra, args[0])
    {
        let positive = algebra.negated(args[0]);
        return vec![(c, one), (-c, sigmoid(algebra, positive))];
    }
    let Form::Product(bases) = algebra.form(term).clone() else {
        return vec![(c, term)];
    };
    let shape = algebra.shape(term);
    let mut partial: Vec<(f64, Vec<(Id, Id)>)> = vec![(c, Vec::new())];
    let all = bases.clone();
    for (base, exponent) in bases {
        let whole = algebra
            .value(exponent)
            .filter(|e| (1.0..=2.0).contains(e) && e.fract() == 0.0);
        let inner: Option<Vec<(f64, Id)>> = match algebra.form(base).clone() {
            Form::Sum(terms) if whole.is_some() => {
                Some(terms.iter().map(|(c, term)| (c.0, *term)).collect())
            }
            _ => match operands(algebra, base, &elementary::SIGMOID) {
                Some(args) if whole.is_some() && leads_negative(algebra, args[0]) => {
                    let positive = algebra.negated(args[0]);
                    let partner = sigmoid(algebra, positive);
                    // σ(x)·σ(−x) stays: it is written s·(1 − s).
                    let paired = all.iter().any(|(known, _)| *known == partner);
                    (!paired).then(|| vec![(1.0, one), (-1.0, partner)])
                }
                _ => None,
            },
        };
        let Some(inner) = inner else {
            partial
                .iter_mut()
                .for_each(|(_, factors)| factors.push((base, exponent)));
            continue;
        };
        for _ in 0..whole.unwrap_or(1.0) as usize {
            partial = partial
                .iter()
                .flat_map(|(c, factors)| {
                    inner.iter().map(move |(d, term)| {
                        let mut factors = factors.clone();
                        factors.push((*term, one));
                        (c * d, factors)
                    })
                })
                .collect();
            if partial.len() > REARRANGED {
                return vec![(c, term)];
            }
        }
    }
    partial
        .into_iter()
        .map(|(c, factors)| (c, algebra.product(1.0, &factors, shape)))
        .collect()
}

/// Common factors of the terms of a sum taken out, the one that most terms share first.
pub fn factored(algebra: &mut Algebra, id: Id) -> Id {
    let Form::Sum(terms) = algebra.form(id).clone() else {
        return id;
    };
    if terms.len() < 2 || terms.len() > REARRANGED || !algebra.enter() {
        return id;
    }
    let shape = algebra.shape(id);
    let terms: Vec<(f64, Id)> = terms.iter().map(|(c, term)| (c.0, *term)).collect();
    let candidates = [
        common_end(algebra, &terms, shape, true),
        common_end(algebra, &terms, shape, false),
        common_base(algebra, &terms, shape),
        common_number(algebra, &terms, shape),
    ];
    algebra.leave();
    let best = candidates
        .into_iter()
        .flatten()
        .min_by_key(|candidate| algebra.cost(*candidate));
    // A polynomial reads better in powers than nested, unless nesting saves more than one step.
    match best {
        Some(best) if algebra.cost(best) + partial_penalty(algebra, best) < algebra.cost(id) => {
            algebra.note("take out a common factor");
            best
        }
        _ => id,
    }
}

/// 1 for a sum with a bracket beside other terms, else 0.
fn partial_penalty(algebra: &Algebra, id: Id) -> u64 {
    u64::from(
        matches!(algebra.form(id), Form::Sum(terms) if terms.len() > 1)
            && algebra.shape(id).is_scalar(),
    )
}

/// a + b/c = (a·c + b)/c, multiplied out above.
pub fn over_one_denominator(algebra: &mut Algebra, id: Id) -> Id {
    let Form::Sum(terms) = algebra.form(id).clone() else {
        return id;
    };
    if terms.len() > REARRANGED {
        return id;
    }
    let (shape, one) = (algebra.shape(id), algebra.unit());
    let mut divisors: Vec<(Id, f64)> = Vec::new();
    for (_, term) in &terms {
        let Form::Product(bases) = algebra.form(*term).clone() else {
            continue;
        };
        for (base, exponent) in bases {
            let Some(power) = algebra.value(exponent).filter(|e| *e < 0.0) else {
                continue;
            };
            match divisors.iter_mut().find(|(known, _)| *known == base) {
                Some((_, known)) => *known = known.min(power),
                None => divisors.push((base, power)),
            }
        }
    }
    if divisors.is_empty() || divisors.len() > 4 {
        return id;
    }
    let raised: Vec<(Id, Id)> = divisors
        .iter()
        .map(|(base, e)| (*base, algebra.number(-e)))
        .collect();
    let lowered: Vec<(Id, Id)> = divisors
        .iter()
        .map(|(base, e)| (*base, algebra.number(*e)))
        .collect();
    let mut above = Vec::new();
    for (c, term) in terms {
        let mut factors = raised.clone();
        factors.push((term, one));
        above.push((c.0, algebra.product(1.0, &factors, shape)));
    }
    let above = algebra.sum(&above, shape);
    let spread = expanded(algebra, above);
    let above = if algebra.cost(spread) < algebra.cost(above) {
        spread
    } else {
        above
    };
    let mut factors = lowered;
    factors.push((above, one));
    algebra.product(1.0, &factors, shape)
}

/// The links of a chain, and the scalar factors beside it.
type ScaledChain = (Vec<Id>, Vec<(Id, Id)>);

/// A·(B + C) = A·B + A·C, for the first sum in a chain.
pub fn distributed(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Chain(links) = algebra.form(id).clone() else {
        return None;
    };
    let k = links
        .iter()
        .position(|link| matches!(algebra.form(*link), Form::Sum(terms) if terms.len() > 1))?;
    let Form::Sum(terms) = algebra.form(links[k]).clone() else {
        return None;
    };
    let inner = algebra.shape(links[k]);
    let mut spread = Vec::new();
    for (c, term) in terms {
        let term = algebra.stretch(term, inner);
        let mut links = links.clone();
        links[k] = term;
        spread.push((c.0, algebra.chain(&links)));
    }
    Some(algebra.sum(&spread, algebra.shape(id)))
}

/// A vector whose entries are one formula of the entries of vectors is that formula of the vectors.
pub fn whole_vector(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Entries(entries) = algebra.form(id).clone() else {
        return None;
    };
    let shape = algebra.shape(id);
    if shape.cols != 1 {
        return None;
    }
    let vector = of_vectors(algebra, entries[0], shape)?;
    let vector = algebra.stretch(vector, shape);
    let one = algebra.unit();
    let mut same = |k: usize| {
        let taken = entry_or_index(algebra, vector, k as u32, 0);
        // Brackets are opened on both sides before they are held against each other.
        let opened =
            [taken, entries[k]].map(|side| algebra.product(1.0, &[(side, one)], Shape::SCALAR));
        opened[0] == opened[1]
    };
    (0..entries.len()).all(&mut same).then_some(vector)
}

/// A formula with every first entry of a vector of `shape` replaced by the vector.
fn of_vectors(algebra: &mut Algebra, id: Id, shape: Shape) -> Option<Id> {
    if let Form::Apply(row, attr, args) = algebra.form(id).clone()
        && row.is(&array::INDEX)
    {
        let corner = super::convert::corner_of(attr);
        let first = corner.row == 0 && algebra.shape(args[0]) == shape;
        return first.then_some(args[0]);
    }
    let mut possible = true;
    let replaced = algebra.reshaped(id, shape, &mut |algebra, child| {
        of_vectors(algebra, child, shape).unwrap_or_else(|| {
            possible = false;
            child
        })
    });
    possible.then_some(replaced)
}

/// c·cos² + d·sin² = c where c = d, c·cos 2x where d = −c; likewise for cosh and sinh.
pub fn double_angle(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Sum(terms) = algebra.form(id).clone() else {
        return None;
    };
    if terms.len() > REARRANGED {
        return None;
    }
    let pairs = [
        (&elementary::COS, &elementary::SIN, -1.0),
        (&elementary::COSH, &elementary::SINH, 1.0),
    ];
    for (k, (c, term)) in terms.iter().enumerate() {
        for (even, odd, turn) in pairs {
            let Some((x, rest)) = squared_function(algebra, *term, even) else {
                continue;
            };
            for (j, (d, other)) in terms.iter().enumerate() {
                let Some((y, others)) = squared_function(algebra, *other, odd) else {
                    continue;
                };
                if x != y || rest != others || c.0.abs() != d.0.abs() {
                    continue;
                }
                let shape = algebra.shape(x);
                let joined = if d.0 == turn * c.0 {
                    let double = algebra.sum(&[(2.0, x)], shape);
                    super::convert::operation(algebra, even, Attr::None, vec![double], shape)
                } else {
                    algebra.unit()
                };
                let one = algebra.unit();
                let whole = algebra.shape(id);
                let product = algebra.product(1.0, &[(rest, one), (joined, one)], whole);
                let mut sum: Vec<(f64, Id)> = (0..terms.len())
                    .filter(|i| *i != k && *i != j)
                    .map(|i| (terms[i].0.0, terms[i].1))
                    .collect();
                sum.push((c.0, product));
                return Some(algebra.sum(&sum, whole));
            }
        }
    }
    None
}

/// x and the other factors of a term that has f(x)² among its factors.
fn squared_function(algebra: &mut Algebra, term: Id, row: &Primitive) -> Option<(Id, Id)> {
    let Form::Product(bases) = algebra.form(term).clone() else {
        return None;
    };
    let k = bases.iter().position(|(base, e)| {
        algebra.value(*e) == Some(2.0) && operands(algebra, *base, row).is_some()
    })?;
    let x = operands(algebra, bases[k].0, row)?[0];
    let others: Vec<(Id, Id)> = all_but(&bases, k);
    let shape = algebra.shape(term);
    Some((x, algebra.product(1.0, &others, shape)))
}

/// e^a·e^b = e^(a + b)
pub fn joined_exponentials(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let (coefficient, inner) = algebra.scaled(id);
    let Form::Product(bases) = algebra.form(inner).clone() else {
        return None;
    };
    let mut exponents: Vec<(f64, Id)> = Vec::new();
    let mut rest: Vec<(Id, Id)> = Vec::new();
    for (base, exponent) in bases {
        match (
            operands(algebra, base, &elementary::EXP),
            algebra.value(exponent),
        ) {
            (Some(args), Some(power)) => exponents.push((power, args[0])),
            _ => rest.push((base, exponent)),
        }
    }
    if exponents.len() < 2 {
        return None;
    }
    let shapes: Vec<Shape> = exponents.iter().map(|(_, x)| algebra.shape(*x)).collect();
    let shape = Shape::common(&shapes)?;
    let sum = algebra.sum(&exponents, shape);
    let one = algebra.unit();
    let joined = super::convert::operation(algebra, &elementary::EXP, Attr::None, vec![sum], shape);
    rest.push((joined, one));
    let whole = algebra.shape(id);
    Some(algebra.product(coefficient, &rest, whole))
}

/// x/(a + b/c) = c·x/(a·c + b): a divisor that holds a quotient, over one denominator.
pub fn without_nested_quotients(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Product(bases) = algebra.form(id).clone() else {
        return None;
    };
    let mut factors: Vec<(Id, Id)> = Vec::new();
    let mut changed = false;
    for (base, exponent) in bases {
        let power = algebra.value(exponent).is_some_and(|e| e.fract() == 0.0);
        let sum = matches!(algebra.form(base), Form::Sum(_));
        let together = if power && sum {
            over_one_denominator(algebra, base)
        } else {
            base
        };
        changed |= together != base;
        factors.push((together, exponent));
    }
    let shape = algebra.shape(id);
    changed.then(|| algebra.product(1.0, &factors, shape))
}

/// A chain among the factors of a term.
fn chain_of(algebra: &Algebra, term: Id) -> Option<ScaledChain> {
    match algebra.form(term) {
        Form::Chain(links) => Some((links.clone(), Vec::new())),
        Form::Product(bases) => {
            let (k, links) =
                bases
                    .iter()
                    .enumerate()
                    .find_map(|(k, (base, e))| match algebra.form(*base) {
                        Form::Chain(links) if *e == algebra.unit() => Some((k, links.clone())),
                        _ => None,
                    })?;
            let others: Vec<(Id, Id)> = all_but(bases, k);
            let scalars = others
                .iter()
                .all(|(base, _)| algebra.shape(*base).is_scalar());
            scalars.then_some((links, others))
        }
        _ => None,
    }
}

/// A·x + B·x = (A + B)·x, from the right or from the left.
fn common_end(algebra: &mut Algebra, terms: &[(f64, Id)], shape: Shape, right: bool) -> Option<Id> {
    let end = |links: &[Id]| {
        if right {
            links[links.len() - 1]
        } else {
            links[0]
        }
    };
    let chains: Vec<Option<ScaledChain>> = terms
        .iter()
        .map(|(_, term)| chain_of(algebra, *term))
        .collect();
    let ends: Vec<Id> = chains
        .iter()
        .flatten()
        .map(|(links, _)| end(links))
        .collect();
    let shared = *ends.iter().max_by_key(|candidate| {
        (
            ends.iter().filter(|other| other == candidate).count(),
            std::cmp::Reverse(**candidate),
        )
    })?;
    if ends.iter().filter(|other| **other == shared).count() < 2 {
        return None;
    }
    let one = algebra.unit();
    let mut rest: Vec<(f64, Id)> = Vec::new();
    let mut inner: Vec<(f64, Id)> = Vec::new();
    for ((c, term), chain) in terms.iter().zip(chains) {
        match chain {
            Some((links, mut scalars)) if end(&links) == shared => {
                let left = if right {
                    &links[..links.len() - 1]
                } else {
                    &links[1..]
                };
                let remaining = algebra.chain(left);
                scalars.push((remaining, one));
                let shape = algebra.shape(remaining);
                inner.push((*c, algebra.product(1.0, &scalars, shape)));
            }
            _ => rest.push((*c, *term)),
        }
    }
    let inner_shape = algebra.shape(inner[0].1);
    let bracket = algebra.sum(&inner, inner_shape);
    let bracket = factored(algebra, bracket);
    let together = if right {
        algebra.chain(&[bracket, shared])
    } else {
        algebra.chain(&[shared, bracket])
    };
    rest.push((1.0, together));
    Some(algebra.sum(&rest, shape))
}

/// A factor as something that terms can share: a base to a number, or a base to a formula as one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Shared {
    base: Id,
    /// The exponent, where it is a formula.
    exponent: Option<Id>,
}

/// What a term is a product of, each with its power.
fn factors_of(algebra: &Algebra, term: Id) -> Vec<(Shared, f64)> {
    match algebra.form(term) {
        Form::Product(bases) => bases
            .iter()
            .map(|(base, e)| match algebra.value(*e) {
                Some(power) => (
                    Shared {
                        base: *base,
                        exponent: None,
                    },
                    power,
                ),
                None => (
                    Shared {
                        base: *base,
                        exponent: Some(*e),
                    },
                    1.0,
                ),
            })
            .collect(),
        Form::Number(_) => Vec::new(),
        _ => vec![(
            Shared {
                base: term,
                exponent: None,
            },
            1.0,
        )],
    }
}

/// x·y + x·z = x·(y + z)
fn common_base(algebra: &mut Algebra, terms: &[(f64, Id)], shape: Shape) -> Option<Id> {
    let one = algebra.unit();
    let all: Vec<Vec<(Shared, f64)>> = terms
        .iter()
        .map(|(_, term)| factors_of(algebra, *term))
        .collect();
    let power = |factors: &[(Shared, f64)], shared: Shared| {
        factors
            .iter()
            .find(|(known, _)| *known == shared)
            .map(|(_, e)| *e)
    };
    let mut candidates: Vec<Shared> = all.iter().flatten().map(|(shared, _)| *shared).collect();
    candidates.sort();
    candidates.dedup();
    let powers = |shared: Shared| -> Vec<f64> {
        all.iter()
            .filter_map(|factors| power(factors, shared))
            .collect()
    };
    let sharing = |shared: Shared| {
        let powers = powers(shared);
        let one_sign = powers.iter().all(|e| *e > 0.0) || powers.iter().all(|e| *e < 0.0);
        if one_sign { powers.len() } else { 0 }
    };
    let best = candidates
        .into_iter()
        .max_by_key(|shared| (sharing(*shared), std::cmp::Reverse(*shared)))?;
    if sharing(best) < 2 {
        return None;
    }
    let powers = powers(best);
    let taken = powers
        .iter()
        .copied()
        .fold(powers[0], |a, b| if a.abs() < b.abs() { a } else { b });
    let (less, exponent) = match best.exponent {
        None => (algebra.number(-taken), algebra.number(taken)),
        Some(exponent) => (algebra.negated(exponent), exponent),
    };
    let mut inner: Vec<(f64, Id)> = Vec::new();
    let mut rest: Vec<(f64, Id)> = Vec::new();
    for ((c, term), factors) in terms.iter().zip(&all) {
        if power(factors, best).is_some() {
            let shape = algebra.shape(*term);
            let quotient = algebra.product(1.0, &[(*term, one), (best.base, less)], shape);
            inner.push((*c, quotient));
        } else {
            rest.push((*c, *term));
        }
    }
    let shapes: Vec<Shape> = inner.iter().map(|(_, term)| algebra.shape(*term)).collect();
    let inner_shape = Shape::common(&shapes)?;
    let bracket = algebra.sum(&inner, inner_shape);
    let bracket = factored(algebra, bracket);
    let together = algebra.product(1.0, &[(best.base, exponent), (bracket, one)], shape);
    rest.push((1.0, together));
    Some(algebra.sum(&rest, shape))
}

/// 2a − 2b = 2(a − b)
fn common_number(algebra: &mut Algebra, terms: &[(f64, Id)], shape: Shape) -> Option<Id> {
    let size = terms[0].0.abs();
    if size == 1.0 || terms.iter().any(|(c, _)| c.abs() != size) {
        return None;
    }
    let signs: Vec<(f64, Id)> = terms.iter().map(|(c, term)| (c.signum(), *term)).collect();
    let inner = algebra.sum(&signs, shape);
    // A sum with one coefficient is kept in a product, or it would be multiplied out again.
    Some(algebra.scaled_bracket(size, inner, shape))
}
