//! Cells that are no text of the language: help, and what a notebook does instead of `:commands`.

use crate::assist::{help, names};
use crate::notation::Style;
use crate::session::Session;

/// What a cell asks for that is no text of the language.
#[derive(Debug, PartialEq)]
pub enum Aside {
    /// A text to be read beside the notebook.
    Page(String),
    /// What the cell has shown goes.
    Clear,
    /// Nothing more: it is done.
    Done,
}

/// Does what a cell such as `?grad`, `:help grad`, `:names`, `:reset` or `:clear` asks for; `None` for texts of
/// the language.
///
/// # Errors
/// There is no such command or topic; the message says what to write.
pub fn answer(session: &mut Session, code: &str) -> Option<Result<Aside, String>> {
    let code = code.trim();
    if code.contains('\n') {
        return None;
    }
    let style = Style::default();
    let page = |topic: &str| match topic {
        "" => Ok(help::overview(&style)),
        topic => help::about(session, topic, &style),
    };
    if let Some(topic) = code.strip_prefix('?').or_else(|| code.strip_suffix('?')) {
        return Some(page(topic.trim()).map(Aside::Page));
    }
    let (command, topic) = code
        .strip_prefix(':')?
        .split_once(' ')
        .unwrap_or((&code[1..], ""));
    Some(match command {
        "help" | "explain" => page(topic.trim()).map(Aside::Page),
        "names" => Ok(Aside::Page(names::text(session, &style))),
        "reset" => {
            session.reset();
            Ok(Aside::Done)
        }
        "clear" => Ok(Aside::Clear),
        other => Err(format!(
            "a notebook has no command `:{other}`; it has `:help`, `:explain`, `:names`, `:reset`, `:clear`"
        )),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_in_three_spellings() {
        let mut session = Session::new();
        let Some(Ok(Aside::Page(page))) = answer(&mut session, "?grad") else {
            panic!("no page")
        };
        assert!(page.contains("grad"));
        for spelling in ["grad?", ":help grad"] {
            assert_eq!(
                answer(&mut session, spelling),
                Some(Ok(Aside::Page(page.clone())))
            );
        }
        assert_eq!(answer(&mut session, "grad(x, x)"), None);
        assert!(answer(&mut session, ":undo").is_some_and(|answer| answer.is_err()));
    }
}
