//! The steps of an evaluation in the model, and what each of them computes.

use super::arrays;
use super::exact::Exact;
use super::sample::{Exponent, Lucky, Residues, Sample, Unlucky};
use crate::graph::primitive::Parity;
use crate::graph::{Attr, Primitive, Shape};
use crate::primitives::arithmetic::{ADD, DIV, EQ, MUL, NE, NEG, SUB, WHERE};
use crate::primitives::elementary::{ABS, CBRT, COS, EXP, LOG, SIGN, SIN, SOFTPLUS};
use crate::proof::facts::{Facts, Property};

/// A function of entries.
pub(super) type Function = fn(&Sample, &[Residues]) -> Lucky;

/// The functions of entries that the model knows laws of.
pub(super) static FUNCTIONS: &[(&Primitive, Function)] = &[
    (&ADD, |s, a| Ok(s.add(a[0], a[1]))),
    (&SUB, |s, a| Ok(s.sub(a[0], a[1]))),
    (&MUL, |s, a| Ok(s.mul(a[0], a[1]))),
    (&DIV, |s, a| s.div(a[0], a[1])),
    (&NEG, |s, a| Ok(s.neg(a[0]))),
    (&EQ, |s, a| {
        Ok(s.integer(i128::from(s.is_zero(s.sub(a[0], a[1])))))
    }),
    (&NE, |s, a| {
        Ok(s.integer(i128::from(!s.is_zero(s.sub(a[0], a[1])))))
    }),
    (&WHERE, |s, a| Ok(if s.is_zero(a[0]) { a[2] } else { a[1] })),
    (&ABS, |s, a| Ok(s.abs(a[0]))),
    (&SIGN, |s, a| Ok(s.integer(i128::from(s.sign(a[0]))))),
    (&EXP, |s, a| Ok(s.exp(a[0]))),
    (&LOG, |s, a| s.log(a[0])),
    (&COS, |s, a| Ok(s.circle(a[0]).0)),
    (&SIN, |s, a| Ok(s.circle(a[0]).1)),
    (&SOFTPLUS, |s, a| Ok(s.softplus(a[0]))),
    (&CBRT, |s, a| {
        let third = Exponent::Number(Exact { above: 1, below: 3 });
        let root = s.pow(a[0], third)?;
        Ok(if s.sign(a[0]) < 0 { s.neg(root) } else { root })
    }),
];

/// True if `function` is the one of `row`.
pub(super) fn is(function: Function, row: &Primitive) -> bool {
    let known = FUNCTIONS.iter().find(|(known, _)| known.is(row));
    known.is_some_and(|(_, known)| std::ptr::fn_addr_eq(*known, function))
}

/// An entry of a result, the entry of an argument that it holds, and how often.
#[derive(Clone, Copy)]
pub(super) struct Weight {
    pub to: usize,
    pub from: usize,
    pub times: i128,
}

/// The computation of one node from those before it.
pub(super) enum Step {
    Input(Facts),
    Numbers(Vec<Result<Exact, u64>>),
    Linear(Vec<(usize, Vec<Weight>)>),
    Entries(Function, Vec<usize>),
    Power(usize, Result<Exact, usize>),
    Product(usize, usize),
    Inverse(usize),
    Determinant(usize),
    Multiplied(usize, Attr, bool),
    Opaque {
        name: &'static str,
        arguments: Vec<usize>,
        attr: Attr,
        /// True if it goes entry by entry.
        entries: bool,
        parity: Option<Parity>,
    },
}

pub(super) struct Planned {
    pub step: Step,
    pub shape: Shape,
    /// True if its entries must be positive.
    pub positive: bool,
}

impl Planned {
    /// The entries of the result.
    ///
    /// # Errors
    /// Something is divided by 0, or a power does not exist in these fields.
    pub fn evaluate(
        &self,
        sample: &mut Sample,
        values: &[Vec<Residues>],
        steps: &[Planned],
    ) -> Result<Vec<Residues>, Unlucky> {
        let len = self.shape.len();
        Ok(match &self.step {
            Step::Input(facts) => input(sample, self.shape, facts)?,
            Step::Numbers(numbers) => {
                let number = |number: &Result<Exact, u64>| match number {
                    Ok(exact) => sample.exact(*exact),
                    Err(bits) => Ok(sample.opaque("number", &[*bits])),
                };
                numbers.iter().map(number).collect::<Result<_, _>>()?
            }
            Step::Linear(parts) => {
                let mut result = vec![[0; 3]; len];
                for (place, weights) in parts {
                    for weight in weights {
                        let mut entry = values[*place][weight.from];
                        if weight.times != 1 {
                            entry = sample.mul(entry, sample.integer(weight.times));
                        }
                        result[weight.to] = sample.add(result[weight.to], entry);
                    }
                }
                result
            }
            Step::Entries(function, args) => {
                let mut arguments = vec![[0; 3]; args.len()];
                let mut result = Vec::with_capacity(len);
                for k in 0..len {
                    for (argument, place) in arguments.iter_mut().zip(args) {
                        *argument = entry(&values[*place], k);
                    }
                    result.push(function(sample, &arguments)?);
                }
                result
            }
            Step::Power(base, exponent) => {
                let power = |k: usize| {
                    let exponent = match exponent {
                        Ok(number) => Exponent::Number(*number),
                        Err(place) => Exponent::Formula(entry(&values[*place], k)),
                    };
                    sample.pow(entry(&values[*base], k), exponent)
                };
                (0..len).map(power).collect::<Result<_, _>>()?
            }
            Step::Product(a, b) => {
                let [left, right] = [*a, *b].map(|place| (&values[place][..], steps[place].shape));
                arrays::product(sample, left, right)
            }
            Step::Inverse(a) => arrays::inverse(sample, &values[*a], self.shape.m())?.0,
            Step::Determinant(a) => {
                let rows = steps[*a].shape.m();
                vec![arrays::determinant(sample, &values[*a], rows)]
            }
            Step::Multiplied(a, attr, all) => {
                arrays::multiplied(sample, &values[*a], steps[*a].shape, *attr, *all)
            }
            Step::Opaque {
                name,
                arguments,
                attr: Attr::None,
                entries: true,
                parity,
            } => {
                let key = |k: usize| -> Vec<u64> {
                    let args = arguments.iter();
                    args.map(|place| entry(&values[*place], k)[0]).collect()
                };
                (0..len)
                    .map(|k| opaque(sample, name, &key(k), *parity))
                    .collect()
            }
            Step::Opaque {
                name,
                arguments,
                attr,
                ..
            } => {
                let mut key: Vec<u64> = Vec::new();
                for place in arguments {
                    let shape = steps[*place].shape;
                    key.extend([u64::from(shape.rows), u64::from(shape.cols)]);
                    key.extend(values[*place].iter().map(|entry| entry[0]));
                }
                key.push(match attr {
                    Attr::Axis(axis) => u64::from(*axis),
                    _ => 0,
                });
                key.push(0);
                let last = key.len() - 1;
                (0..len)
                    .map(|k| {
                        key[last] = k as u64;
                        sample.opaque(name, &key)
                    })
                    .collect()
            }
        })
    }
}

/// Entry `k`; a scalar has the same everywhere.
fn entry(values: &[Residues], k: usize) -> Residues {
    if values.len() == 1 {
        values[0]
    } else {
        values[k]
    }
}

/// A function without laws but, possibly, f(−x) = ±f(x).
fn opaque(sample: &Sample, name: &str, key: &[u64], parity: Option<Parity>) -> Residues {
    let (Some(parity), [x]) = (parity, key) else {
        return sample.opaque(name, key);
    };
    let negative = sample.sign([*x, 0, 0]) < 0;
    let size = if negative {
        sample.neg([*x, 0, 0])[0]
    } else {
        *x
    };
    let value = sample.opaque(name, &[size]);
    match parity {
        Parity::Odd if negative => sample.neg(value),
        _ => value,
    }
}

/// Random entries of an input.
fn input(sample: &mut Sample, shape: Shape, facts: &Facts) -> Result<Vec<Residues>, Unlucky> {
    let len = shape.len();
    let positive = facts.is_positive();
    let mut entries: Vec<Residues> = (0..len).map(|_| sample.input(positive)).collect();
    for property in &facts.properties {
        entries = match property {
            Property::Symmetric => arrays::symmetric(sample, &entries, shape.m()),
            Property::Definite => {
                let turned = arrays::transposed(&entries, shape);
                arrays::product(sample, (&entries, shape), (&turned, shape.transposed()))
            }
            Property::Orthogonal => arrays::orthogonal(sample, &entries, shape.m())?,
            Property::Invertible | Property::Integer => entries,
        };
    }
    Ok(entries)
}
