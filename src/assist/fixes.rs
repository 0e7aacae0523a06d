//! Changes of a text that remove its mistakes.

use crate::diagnostic::Fix;
use crate::session::Session;
use crate::source::Source;
use std::rc::Rc;

/// The fixes of the mistakes in `text`, in the order of the text. Nothing is run: the text is checked
/// as a script of its own, in the world of `session`.
///
/// ```
/// use wengert::assist::fixes::fixes;
///
/// let session = wengert::Session::new();
/// let found = fixes(&session, "x = 2\n3x");
/// assert_eq!(found[0].applied(), "x = 2\n3*x");
/// assert!(fixes(&session, "x = 2\n3*x").is_empty());
/// let found = fixes(&session, "trace x wtr x");
/// assert_eq!(found[0].applied(), "trace x wrt x");
/// ```
pub fn fixes(session: &Session, text: &str) -> Vec<Fix> {
    let source = Source::new("<input>", text);
    let found = session.fresh().check(&source);
    let fixes = found.iter().filter_map(|found| found.correction());
    let here = fixes.filter(|fix| Rc::ptr_eq(&fix.location.source, &source));
    here.cloned().collect()
}
