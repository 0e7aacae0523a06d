//! What the user says about inputs.

use crate::graph::Tensor;
use crate::number;

/// A bound of all entries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// The number.
    pub value: f64,
    /// True if no entry is equal to it.
    pub strict: bool,
}

/// A property of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Property {
    /// P' = P
    Symmetric,
    /// Symmetric and positive definite.
    Definite,
    /// Q'*Q = 1
    Orthogonal,
    /// There is an inverse.
    Invertible,
    /// Every entry is a whole number.
    Integer,
}

impl Property {
    /// All of them.
    pub const ALL: [Property; 5] = [
        Property::Symmetric,
        Property::Definite,
        Property::Orthogonal,
        Property::Invertible,
        Property::Integer,
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Property::Symmetric => "symmetric",
            Property::Definite => "spd",
            Property::Orthogonal => "orthogonal",
            Property::Invertible => "invertible",
            Property::Integer => "integer",
        }
    }

    /// True of properties that only square matrices have.
    pub fn is_square(self) -> bool {
        self != Property::Integer
    }

    /// True if a value has it, up to rounding.
    pub fn holds(self, value: &Tensor) -> bool {
        let shape = value.shape();
        if self.is_square() && shape.rows != shape.cols {
            return false;
        }
        let n = shape.m();
        let scale = value.data().iter().fold(0f64, |most, x| most.max(x.abs()));
        let near = |a: f64, b: f64, scale: f64| (a - b).abs() <= 1e-9 * scale;
        let symmetric = || {
            let pairs = (0..n).flat_map(|i| (0..i).map(move |j| (i, j)));
            pairs
                .into_iter()
                .all(|(i, j)| near(value.at(i, j), value.at(j, i), scale))
        };
        match self {
            Property::Integer => value.data().iter().all(|x| x.fract() == 0.0),
            Property::Symmetric => symmetric(),
            Property::Definite => symmetric() && pivots(value).is_some(),
            Property::Invertible => rank(value) == n,
            Property::Orthogonal => (0..n).all(|i| {
                (0..n).all(|j| {
                    let product: f64 = (0..n).map(|k| value.at(k, i) * value.at(k, j)).sum();
                    near(product, f64::from(u8::from(i == j)), 1.0)
                })
            }),
        }
    }
}

/// The pivots of a Cholesky decomposition; `None` for a matrix that is not positive definite.
fn pivots(value: &Tensor) -> Option<Vec<f64>> {
    let n = value.shape().m();
    let mut lower = vec![0.0; n * n];
    let mut pivots = Vec::new();
    for j in 0..n {
        for i in j..n {
            let known: f64 = (0..j).map(|k| lower[i + k * n] * lower[j + k * n]).sum();
            let rest = value.at(i, j) - known;
            if i > j {
                lower[i + j * n] = rest / lower[j + j * n];
                continue;
            }
            if rest.is_nan() || rest <= 0.0 {
                return None;
            }
            pivots.push(rest);
            lower[j + j * n] = rest.sqrt();
        }
    }
    Some(pivots)
}

/// The number of pivots of an elimination that are not rounding.
fn rank(value: &Tensor) -> usize {
    let n = value.shape().m();
    let mut rows = value.data().to_vec();
    let scale = rows.iter().fold(0f64, |most, x| most.max(x.abs()));
    let mut used = vec![false; n];
    let mut rank = 0;
    for j in 0..n {
        let free = (0..n).filter(|i| !used[*i]);
        let Some(pivot) = free.max_by(|a, b| {
            let size = |i: usize| rows[i + j * n].abs();
            size(*a).total_cmp(&size(*b))
        }) else {
            break;
        };
        if rows[pivot + j * n].abs() <= 1e-13 * scale {
            continue;
        }
        used[pivot] = true;
        rank += 1;
        for i in (0..n).filter(|i| *i != pivot) {
            let factor = rows[i + j * n] / rows[pivot + j * n];
            for k in j..n {
                rows[i + k * n] -= factor * rows[pivot + k * n];
            }
        }
    }
    rank
}

/// Everything that is said about one input; it holds for every entry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The entries are at least this.
    pub least: Option<Bound>,
    /// The entries are at most this.
    pub most: Option<Bound>,
    /// No entry is one of these.
    pub unequal: Vec<f64>,
    /// Properties.
    pub properties: Vec<Property>,
}

impl Facts {
    /// True if nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Facts::default()
    }

    /// True if no entry is negative.
    pub fn is_positive(&self) -> bool {
        self.least.is_some_and(|bound| bound.value >= 0.0)
    }

    /// True if a number is within the bounds.
    pub fn admits(&self, x: f64) -> bool {
        let above = |bound: &Bound| x > bound.value || !bound.strict && x == bound.value;
        let below = |bound: &Bound| x < bound.value || !bound.strict && x == bound.value;
        self.least.iter().all(above)
            && self.most.iter().all(below)
            && !self.unequal.contains(&x)
            && (x.fract() == 0.0 || !self.properties.contains(&Property::Integer))
    }

    /// The first thing said that a value contradicts: an entry outside of the bounds, or a property.
    pub fn contradicted(&self, value: &Tensor) -> Option<Contradiction> {
        if let Some(entry) = value.data().iter().find(|entry| !self.admits(**entry)) {
            return Some(Contradiction::Entry(*entry));
        }
        let broken = self.properties.iter().find(|one| !one.holds(value));
        broken.map(|property| Contradiction::Property(*property))
    }
}

/// The way in which a value contradicts a fact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Contradiction {
    /// This entry is not allowed.
    Entry(f64),
    /// It has not this property.
    Property(Property),
}

impl Facts {
    /// What is said of `name`, as `assume` takes it.
    pub fn written(&self, name: &str) -> Vec<String> {
        let mut texts = Vec::new();
        if let Some(bound) = self.least {
            let sign = if bound.strict { ">" } else { ">=" };
            texts.push(format!("{name} {sign} {}", number::format(bound.value, 17)));
        }
        if let Some(bound) = self.most {
            let sign = if bound.strict { "<" } else { "<=" };
            texts.push(format!("{name} {sign} {}", number::format(bound.value, 17)));
        }
        for value in &self.unequal {
            texts.push(format!("{name} != {}", number::format(*value, 17)));
        }
        for property in &self.properties {
            texts.push(format!("{name} {}", property.name()));
        }
        texts
    }
}

impl Contradiction {
    /// The fact among `facts` of `name` that is contradicted, as it is written.
    pub fn fact(self, name: &str, facts: &Facts) -> String {
        let single = |facts: Facts| facts.written(name).join(", ");
        match self {
            Contradiction::Property(property) => single(Facts {
                properties: vec![property],
                ..Facts::default()
            }),
            Contradiction::Entry(entry) => {
                let parts = [
                    Facts {
                        least: facts.least,
                        ..Facts::default()
                    },
                    Facts {
                        most: facts.most,
                        ..Facts::default()
                    },
                    Facts {
                        unequal: facts.unequal.clone(),
                        ..Facts::default()
                    },
                ];
                let broken = parts.into_iter().find(|part| !part.admits(entry));
                broken.map_or_else(|| format!("{name} integer"), single)
            }
        }
    }
}
