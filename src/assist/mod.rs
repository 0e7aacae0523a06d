//! Help while a text is written: completion, hints, hover, fixes, pages about functions and mistakes. An
//! interactive session, a notebook, an editor and a web page all ask here.
//!
//! Everything is a function of a [`Session`], which it does not change, and
//! a text; nothing here prints.

pub mod circle;
pub mod completion;
mod example;
pub mod explain;
pub mod fixes;
pub mod help;
pub mod hint;
pub mod hover;
pub mod names;
pub mod why;

use crate::session::Session;
use completion::Completions;
use hover::Hover;

/// The questions of an editor while a text is written. None of them changes the session.
impl Session {
    /// Completions at byte `at` of `text`: names, functions, words, files.
    ///
    /// ```
    /// let mut s = wengert::Session::new();
    /// s.run("weight = 3")?;
    /// let found = s.complete("2*wei", 5);
    /// assert_eq!(found.range, 2..5);
    /// assert_eq!(found.candidates[0].shown, "weight");
    /// # Ok::<(), wengert::Diagnostic>(())
    /// ```
    pub fn complete(&self, text: &str, at: usize) -> Completions {
        completion::complete(self, text, at)
    }

    /// Facts about the word at byte `at` of `text`: its definition, value, derivatives, help.
    pub fn hover(&self, text: &str, at: usize) -> Option<Hover> {
        hover::hover(self, text, at)
    }

    /// A page about a function, a statement, a word of the language or a class of errors.
    ///
    /// ```
    /// let page = wengert::Session::new().explain("shape").unwrap();
    /// assert!(page.starts_with("error[shape]"));
    /// ```
    ///
    /// # Errors
    /// Nothing is known of the topic; the message offers the nearest one.
    pub fn explain(&self, topic: &str) -> Result<String, String> {
        help::about(self, topic, &crate::render::Style::default())
    }
}
