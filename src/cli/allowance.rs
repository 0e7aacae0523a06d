//! What a script may use.

use crate::lower::Limits;
use crate::session::Session;
use crate::world::{Folder, Sandbox, World};
use std::rc::Rc;
use std::time::Duration;

/// The limits of a script.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allowance {
    /// Nodes and memory of one statement.
    pub limits: Limits,
    /// The longest that it may run.
    pub time: Option<Duration>,
    /// It may not read or write files.
    pub sandbox: bool,
}

impl Allowance {
    /// A session with these limits.
    pub fn session(self) -> Session {
        let world: Rc<dyn World> = if self.sandbox {
            let clock = Some(Folder::clock as fn() -> Duration);
            Rc::new(Sandbox { clock })
        } else {
            Rc::new(Folder)
        };
        Session::in_world(world, self.limits)
    }
}
