//! A session: definitions, and statements that change them or show something.
//!
//! `run` takes the statements of a script one after the other. A statement that shows something goes
//! this way, one function a word:
//!
//! | word | function |
//! | --- | --- |
//! | parse | [`syntax::parse`](crate::syntax::parse), once a script |
//! | lower | `prepare`: outputs and variables as nodes of one graph |
//! | differentiate | [`diff`](crate::diff): while lowering for `grad`, in `derive` and `trace` otherwise |
//! | simplify | [`symbolic::derive`](crate::symbolic::derive), for `derive` and `compare` |
//! | execute | [`Evaluation::value`](crate::lower::Evaluation::value) |
//! | trace | [`trace::build`](crate::trace::build), [`compare`](crate::trace::compare), [`check`](crate::trace::check) |
//! | show | an [`Event`](crate::event::Event), which a renderer turns into text, JSON, LaTeX, HTML or a picture |
//!
//! `show` is the shortest example: values and traces. `derive`, `compare`, `graph` and `plot` are
//! further results. `define`, `import`, `update` and `rounds` change definitions; a loop that is long
//! is `compiled`. `embed` and `evaluator` are the session as a program uses it; `check` and `preview`
//! look at a text without running it, and `save` writes a session as a script.

mod against;
mod assert;
mod assume;
mod check;
mod compare;
mod compiled;
mod contents;
mod define;
mod derive;
mod draws;
mod embed;
mod evaluate;
mod evaluator;
mod export;
mod graph;
mod import;
mod notes;
mod plot;
mod prepare;
mod preview;
mod prove;
mod rewrite;
mod rounds;
mod rule;
mod run;
mod save;
mod series;
mod show;
mod sink;
mod sizes;
mod sparsity;
mod statement;
mod update;

pub use evaluator::Evaluator;
pub use rounds::Progress;
pub use sink::Sink;

use crate::graph::Tensor;
use crate::lower::{Definitions, Limits};
use crate::source::Location;
use crate::stop::StopToken;
use crate::syntax::ast::Name;
use crate::world::World;
use std::path::PathBuf;
use std::rc::Rc;

/// Everything that lasts from one statement to the next.
#[derive(Debug, Default)]
pub struct Session {
    definitions: Definitions,
    limits: Limits,
    /// The files being imported, outermost first.
    importing: Vec<PathBuf>,
    /// The loops under way, outermost first.
    rounds: Vec<rounds::Rounds>,
    /// The program of the innermost loop that is compiled.
    compiled: Option<compiled::Compiled>,
    /// The function that is told of progress, and true if it was told.
    watcher: Option<rounds::Watcher>,
    told: bool,
    /// The first random numbers drawn without a seed.
    first_draw: Option<draws::FirstDraw>,
    /// The token that stops its computations.
    stop: StopToken,
}

impl Session {
    /// A session without definitions, which reads and writes no files.
    pub fn with_limits(limits: Limits) -> Session {
        Session {
            limits,
            ..Session::default()
        }
    }

    /// A session without definitions whose files are those of `world`.
    pub fn in_world(world: Rc<dyn World>, limits: Limits) -> Session {
        Session {
            definitions: Definitions::in_world(world),
            ..Session::with_limits(limits)
        }
    }

    /// Another session in the same world, without definitions and with the ordinary limits.
    pub fn fresh(&self) -> Session {
        Session {
            definitions: self.definitions.emptied(),
            ..Session::default()
        }
    }

    /// The files of this session, and its time.
    pub fn world(&self) -> &dyn World {
        self.definitions.world()
    }

    /// Asks what this session computes to stop, from any thread. The request stays until it is
    /// [cleared](StopToken::clear).
    pub fn stop_token(&self) -> StopToken {
        self.stop.clone()
    }

    /// Everything that is defined.
    pub fn definitions(&self) -> &Definitions {
        &self.definitions
    }

    /// Begins a new step for [`Session::undo`].
    pub fn checkpoint(&mut self) {
        self.definitions.checkpoint();
    }

    /// Takes back the changes since the last checkpoint before a change; the names concerned.
    pub fn undo(&mut self) -> Option<Vec<Name>> {
        self.definitions.undo()
    }

    /// Forgets every name; can be undone.
    pub fn reset(&mut self) {
        self.first_draw = None;
        self.definitions.clear();
    }

    /// Keeps a value under a name that the user did not define: see [`Definitions::remember`].
    pub fn remember(&mut self, name: &Name, value: Rc<Tensor>, location: Location) {
        self.definitions.remember(name, value, location);
    }

    /// Takes back the changes of a statement that was abandoned.
    pub fn recover(&mut self) {
        self.definitions.roll_back(0);
        self.importing.clear();
        self.rounds.clear();
        self.compiled = None;
    }
}
