//! Help for whoever writes: completion, hints, hover, pages about functions and mistakes. An
//! interactive session, a notebook, an editor and a web page all ask here.
//!
//! Everything is a function of a [`Session`](crate::session::Session), which it does not change, and
//! a text; nothing here prints.

pub mod circle;
pub mod completion;
mod example;
pub mod explain;
pub mod help;
pub mod hint;
pub mod names;
pub mod why;
