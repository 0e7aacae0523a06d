//! What steps work in and with, besides the pool.

use super::fused::Register;
use super::pool::CHUNK;
use super::rounds::RunRounds;

/// Room that steps work in.
pub(super) struct Scratch {
    pub(super) gathered: [Box<[f64; CHUNK]>; 3],
    pub(super) registers: Vec<Register>,
    pub(super) companion: Vec<f64>,
    /// What runs the loops of the program.
    pub(super) loops: Vec<Loop>,
}

/// What runs the rounds of a loop.
pub(super) type Loop = Box<dyn RunRounds>;

impl Scratch {
    pub(super) fn new(registers: usize, loops: Vec<Loop>) -> Scratch {
        Scratch {
            gathered: std::array::from_fn(|_| Box::new([0.0; CHUNK])),
            registers: vec![Register::default(); registers],
            companion: Vec::new(),
            loops,
        }
    }
}
