//! `wengert test`.
use crate::lower::Limits;
use std::path::PathBuf;
/// What came of it.
#[derive(Debug)]
pub struct Outcome;
impl Outcome {
    /// A summary.
    pub fn report(&self) -> String { String::new() }
    /// Whether all passed.
    pub fn is_fine(&self) -> bool { true }
}
/// Runs.
pub fn run(_: &[PathBuf], _: bool, _: Limits) -> Outcome { Outcome }
