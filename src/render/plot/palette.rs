//! The colours of plots: one a series or a class, or a ramp for a quantity.

use crate::notation::Written;
use crate::plot::{Axis, classes, drawable};

/// The number of colours of a map that can be distinguished.
pub(super) const SHADES: f64 = 64.0;

/// Colours for series and classes that people with any colour vision distinguish.
pub(in crate::render) const PALETTE: [[u8; 3]; 8] = [
    [0, 114, 178],
    [213, 94, 0],
    [0, 158, 115],
    [204, 121, 167],
    [230, 159, 0],
    [86, 180, 233],
    [110, 110, 110],
    [140, 86, 75],
];

/// From dark to light through colours of even steps.
pub(super) const RAMP: [[u8; 3]; 9] = [
    [68, 1, 84],
    [71, 44, 122],
    [59, 81, 139],
    [44, 113, 142],
    [33, 144, 141],
    [39, 173, 129],
    [92, 200, 99],
    [170, 220, 50],
    [253, 231, 37],
];

/// A scale of colours for numbers.
pub(super) enum Colours {
    /// Each has its own.
    Classes(Vec<f64>),
    /// Along a ramp.
    Scale(Axis),
}

impl Colours {
    pub(super) fn of<'v>(values: impl Iterator<Item = &'v f64> + Clone) -> Option<Colours> {
        if let Some(classes) = classes(values.clone()) {
            return Some(Colours::Classes(classes));
        }
        let finite = values.copied().filter(|value| drawable(*value, false));
        let low = finite.clone().fold(f64::INFINITY, f64::min);
        let high = finite.fold(f64::NEG_INFINITY, f64::max);
        let axis = if low < high {
            Axis::between(Written::words(""), false, low, high)
        } else {
            Axis::around(Written::words(""), false, [low].into_iter())?
        };
        Some(Colours::Scale(axis))
    }

    /// The colour of a number; of what is not finite there is none.
    pub(super) fn of_value(&self, value: f64) -> Option<[u8; 3]> {
        match self {
            Colours::Classes(classes) => {
                let k = classes.iter().position(|class| *class == value)?;
                Some(PALETTE[k % PALETTE.len()])
            }
            Colours::Scale(axis) => Some(ramp(axis.fraction(value)?)),
        }
    }
}

pub(super) fn ramp(fraction: f64) -> [u8; 3] {
    let shade = (fraction.clamp(0.0, 1.0) * SHADES).round() / SHADES;
    let place = shade * (RAMP.len() - 1) as f64;
    let k = (place as usize).min(RAMP.len() - 2);
    mixed(RAMP[k + 1], RAMP[k], place - k as f64)
}

/// So much of `a`, the rest of `b`.
pub(super) fn mixed(a: [u8; 3], b: [u8; 3], share: f64) -> [u8; 3] {
    let mix = |k: usize| (f64::from(a[k]) * share + f64::from(b[k]) * (1.0 - share)).round() as u8;
    [mix(0), mix(1), mix(2)]
}

pub(super) fn light(colour: [u8; 3]) -> [u8; 3] {
    mixed(colour, [255; 3], 0.35)
}
