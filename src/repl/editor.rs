//! The line editor: prompt, history, inputs of several lines, and what it asks while one is typed.

use super::{Shared, colour, complete, hint, paste};
use crate::assist::hint::open_brackets;
use crate::render::Style;
use crate::source::Source;
use crate::syntax::ast::StatementKind;
use crate::syntax::{Completeness, completeness};
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{
    Behavior, Cmd, ColorMode, CompletionType, ConditionalEventHandler, Config, Context, Event,
    EventContext, EventHandler, Helper, KeyCode, KeyEvent, Modifiers, RepeatCount, Result,
};
use std::borrow::Cow;
use std::cell::Cell;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The editor of a session.
pub type Editor = rustyline::Editor<Assistant, FileHistory>;

/// The number of inputs that the history keeps.
const REMEMBERED: usize = 10_000;

/// An editor with the history of earlier sessions.
///
/// # Errors
/// There is no terminal.
pub fn open(shared: &Rc<Shared>, history: Option<&Path>) -> Result<Editor> {
    // If results go into a file, the prompt still belongs on the terminal.
    let to_file = !std::io::stdout().is_terminal();
    let behavior = if to_file {
        Behavior::PreferTerm
    } else {
        Behavior::Stdio
    };
    let config = Config::builder()
        .auto_add_history(true)
        .behavior(behavior)
        // Without colours the assistant still draws the marks of further lines.
        .color_mode(ColorMode::Enabled)
        .completion_type(CompletionType::List)
        .completion_show_all_if_ambiguous(true)
        .history_ignore_dups(true)?
        .max_history_size(REMEMBERED)?
        .build();
    let mut editor = Editor::with_config(config)?;
    let assistant = Assistant::new(shared);
    let (closing, browsing) = (assistant.closing.clone(), assistant.browsing.clone());
    editor.set_helper(Some(assistant));
    let key = |code| KeyEvent(code, Modifiers::NONE);
    let further = EventHandler::Conditional(Box::new(FurtherLine));
    editor.bind_sequence(key(KeyCode::Enter), further);
    let always = EventHandler::Conditional(Box::new(AnotherLine));
    editor.bind_sequence(KeyEvent(KeyCode::Enter, Modifiers::ALT), always);
    let brace = KeyEvent(KeyCode::Char('}'), Modifiers::NONE);
    editor.bind_sequence(
        brace,
        EventHandler::Conditional(Box::new(ClosingBrace { closing })),
    );
    // What is typed so far chooses among the inputs of before.
    for (codes, search) in [
        ([KeyCode::Up, KeyCode::PageUp], Cmd::HistorySearchBackward),
        (
            [KeyCode::Down, KeyCode::PageDown],
            Cmd::HistorySearchForward,
        ),
    ] {
        let [arrow, page] = codes.map(key);
        let recall = Recall {
            search: search.clone(),
            browsing: browsing.clone(),
        };
        editor.bind_sequence(arrow, EventHandler::Conditional(Box::new(recall)));
        editor.bind_sequence(page, EventHandler::Simple(search));
    }
    if let Some(file) = history {
        if let Some(folder) = file.parent() {
            // Without a folder there will be no history, which is no reason not to start.
            let _ = std::fs::create_dir_all(folder);
        }
        let _ = editor.load_history(file);
    }
    Ok(editor)
}

/// The start of every further line of an input while it is edited: as wide as the prompt, so that
/// lines stand below each other as they will in a script.
const MARGIN: &str = "  ";

/// Enter in an input that goes on starts a line, indented by the brackets that are open.
struct FurtherLine;

impl ConditionalEventHandler for FurtherLine {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        let line = context.line();
        let at_end = context.pos() == line.len();
        (at_end && wants_more(line)).then(|| {
            let indentation = MARGIN.repeat(open_brackets(line).len());
            Cmd::Insert(1, format!("\n{MARGIN}{indentation}"))
        })
    }
}

/// Alt-Enter starts a line wherever the cursor stands.
struct AnotherLine;

impl ConditionalEventHandler for AnotherLine {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        let before = &context.line()[..context.pos()];
        let indentation = MARGIN.repeat(open_brackets(before).len());
        Some(Cmd::Insert(1, format!("\n{MARGIN}{indentation}")))
    }
}

/// `}` at the start of a line stands below the statement whose block it closes. The one command of the
/// editor that replaces blanks and leaves the cursor behind is a completion.
struct ClosingBrace {
    closing: Arc<AtomicBool>,
}

impl ConditionalEventHandler for ClosingBrace {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        let at_end = context.pos() == context.line().len();
        (at_end && is_indented(context.line())).then(|| {
            self.closing.store(true, Ordering::Relaxed);
            Cmd::Complete
        })
    }
}

/// Up and Down behind something typed search for inputs that start like it. On an empty line they go from
/// input to input, and go on so in what they have brought; inside an input of several lines they move.
struct Recall {
    search: Cmd,
    browsing: Arc<AtomicBool>,
}

impl ConditionalEventHandler for Recall {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        let before = &context.line()[..context.pos()];
        if before.is_empty() || before.contains('\n') {
            self.browsing.store(true, Ordering::Relaxed);
        }
        (!self.browsing.load(Ordering::Relaxed)).then(|| self.search.clone())
    }
}

/// True if the last line holds nothing but its margin and an indentation.
fn is_indented(input: &str) -> bool {
    let last = input.rsplit_once('\n').map(|(_, last)| last);
    last.is_some_and(|last| last.trim().is_empty() && last.len() >= 2 * MARGIN.len())
}

/// An input without the margin of its further lines.
pub fn without_margin(input: &str) -> String {
    input.replace(&format!("\n{MARGIN}"), "\n")
}

/// A text as it would have been typed: its further lines get their margin.
pub fn with_margin(text: &str) -> String {
    text.replace('\n', &format!("\n{MARGIN}"))
}

/// A text with the marks of its further lines.
pub fn with_mark(text: &str, style: &Style) -> String {
    marked(&with_margin(text), style)
}

/// Puts the mark of a further line where its margin is.
fn marked(text: &str, style: &Style) -> String {
    let mark = if style.ascii { ". " } else { "… " };
    text.replace(&format!("\n{MARGIN}"), &format!("\n{mark}"))
}

/// The file that keeps inputs from session to session.
pub fn history_file() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let folder =
        state.or_else(|| std::env::home_dir().map(|home| home.join(".local").join("state")))?;
    Some(folder.join("wengert").join("history"))
}

/// The answers to the editor's questions while an input is typed.
pub struct Assistant {
    shared: Rc<Shared>,
    /// The line is still being edited, so that brackets are matched.
    moving: Cell<bool>,
    /// The next completion is a brace in place of an indentation.
    closing: Arc<AtomicBool>,
    /// Inputs of before are looked through one by one.
    browsing: Arc<AtomicBool>,
}

impl Assistant {
    /// An assistant of the session that `shared` belongs to.
    pub fn new(shared: &Rc<Shared>) -> Assistant {
        Assistant {
            shared: shared.clone(),
            moving: Cell::new(false),
            closing: Arc::default(),
            browsing: Arc::default(),
        }
    }

    /// Forgets what was done in the input before.
    pub fn begin(&self) {
        self.browsing.store(false, Ordering::Relaxed);
    }
}

impl Helper for Assistant {}

impl Completer for Assistant {
    type Candidate = Pair;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> Result<(usize, Vec<Pair>)> {
        if self.closing.swap(false, Ordering::Relaxed) {
            let brace = Pair {
                display: "}".into(),
                replacement: "}".into(),
            };
            return Ok((at.saturating_sub(MARGIN.len()), vec![brace]));
        }
        Ok(complete::candidates(
            &self.shared.session.borrow(),
            line,
            at,
        ))
    }
}

/// A hint to read; it completes nothing.
pub struct Note(String);

impl Hint for Note {
    fn display(&self) -> &str {
        &self.0
    }

    fn completion(&self) -> Option<&str> {
        None
    }
}

impl Hinter for Assistant {
    type Hint = Note;

    fn hint(&self, line: &str, at: usize, _: &Context<'_>) -> Option<Note> {
        if at < line.len() || !self.shared.hints.get() {
            return None;
        }
        let session = self.shared.session.borrow();
        hint::text(&session, line, &self.shared.style()).map(Note)
    }
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, at: usize) -> Cow<'l, str> {
        let cursor = self.moving.get().then_some(at);
        let style = self.shared.style();
        match colour::line(line, cursor, &style) {
            Some(coloured) => Cow::Owned(marked(&coloured, &style)),
            None if line.contains('\n') => Cow::Owned(marked(line, &style)),
            None => Cow::Borrowed(line),
        }
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        if self.shared.style().colour {
            Cow::Owned(format!("\u{1b}[1m{prompt}\u{1b}[0m"))
        } else {
            Cow::Borrowed(prompt)
        }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        if self.shared.style().colour {
            Cow::Owned(format!("\u{1b}[2m{hint}\u{1b}[0m"))
        } else {
            Cow::Borrowed(hint)
        }
    }

    fn highlight_char(&self, line: &str, _: usize, kind: CmdKind) -> bool {
        self.moving.set(kind != CmdKind::ForcedRefresh);
        kind != CmdKind::MoveCursor || line.contains(['(', '[', '{', '\n'])
    }
}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> Result<ValidationResult> {
        let more = wants_more(context.input());
        Ok(if more {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Valid(None)
        })
    }
}

/// True if Enter starts another line instead of handing the input over. Two empty lines hand over
/// any input, so that its error is shown and nobody is trapped.
pub fn wants_more(input: &str) -> bool {
    let mut last = input.rsplit('\n');
    let insists = (0..2).all(|_| last.next().is_some_and(|line| line.trim().is_empty()));
    let is_command = input.trim_start().starts_with([':', '?']) || paste::holds_prompt(input);
    !insists
        && !is_command
        && (completeness(input) == Completeness::Incomplete || may_go_on_with_else(input))
}

/// True if the input ends with a line that closes an `if` of several lines. An `else` may be meant
/// to follow; an empty line says that none does.
fn may_go_on_with_else(input: &str) -> bool {
    let closes = input
        .rsplit_once('\n')
        .is_some_and(|(_, last)| last.trim() == "}");
    if !closes {
        return false;
    }
    let Ok((script, _)) = crate::syntax::parse(&Source::new("<input>", input)) else {
        return false;
    };
    let mut last = script.body.last();
    while let Some(id) = last {
        match &script.statement(*id).kind {
            StatementKind::If(_, _, otherwise) if otherwise.is_empty() => return true,
            // `else if` is an `if` in the block of `else`.
            StatementKind::If(_, _, otherwise) if otherwise.len() == 1 => last = otherwise.last(),
            _ => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enter_goes_on_where_a_statement_does() {
        assert!(wants_more("x = (1 +"));
        assert!(wants_more("x = (1 +\n"));
        assert!(wants_more("repeat 3 {\n  x := 1"));
        assert!(!wants_more("x = (1 +\n\n"));
        assert!(!wants_more("x = 1 + * 2"));
        assert!(!wants_more("x = 1"));
        assert!(!wants_more(""));
        assert!(!wants_more(":help ("));
    }

    #[test]
    fn a_brace_takes_its_indentation_back() {
        assert!(is_indented("repeat 3 {\n    "));
        assert!(is_indented("repeat 3 {\n    x := 1\n    "));
        assert!(!is_indented("repeat 3 {\n  "));
        assert!(!is_indented("repeat 3 {\n    x"));
        assert!(!is_indented("    "));
    }

    #[test]
    fn margins_are_drawn_and_taken_away() {
        let typed = "repeat 3 {\n    s := s + 1\n  }";
        assert_eq!(without_margin(typed), "repeat 3 {\n  s := s + 1\n}");
        assert_eq!(with_margin(&without_margin(typed)), typed);
        assert_eq!(
            marked(typed, &Style::default()),
            "repeat 3 {\n…   s := s + 1\n… }"
        );
    }

    #[test]
    fn an_else_may_stand_on_the_next_line() {
        assert!(wants_more("if c {\n  x := 1\n}"));
        assert!(wants_more("if c {\n  x := 1\n}\nelse"));
        assert!(wants_more("if c {\n  x := 1\n} else if d {\n  x := 2\n}"));
        assert!(!wants_more("if c {\n  x := 1\n}\n"));
        assert!(!wants_more("if c {\n  x := 1\n}\nelse {\n  x := 2\n}"));
        assert!(!wants_more("if c { x := 1 }"));
        assert!(!wants_more("repeat 3 {\n  x := 1\n}"));
    }
}
