//! A document: its text, what is wrong with it, and a session that knows its definitions.

use super::position::Lines;
use super::scopes::Scopes;
use crate::assist::hint;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lower::Limits;
use crate::session::Session;
use crate::source::Source;
use crate::stop::StopToken;
use crate::syntax::ast::{Script, StatementKind};
use crate::world::Folder;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The longest that a document is looked at.
const LONGEST_LOOK: Duration = Duration::from_secs(2);
/// The longest that it runs for what a lens asks.
const LONGEST_RUN: Duration = Duration::from_secs(20);

/// The most lines that are left out so that the rest parses.
const MOST_BLANKS: usize = 4;

/// The text with blanks in place of the line at a byte.
fn without_line(text: &str, at: usize) -> String {
    let start = text[..at.min(text.len())]
        .rfind('\n')
        .map_or(0, |end| end + 1);
    let end = text[start..]
        .find('\n')
        .map_or(text.len(), |length| start + length);
    [&text[..start], &" ".repeat(end - start), &text[end..]].concat()
}

/// The token of what is computed now: a newer version of a document stops it.
#[derive(Clone, Default)]
pub struct Interruptible(Arc<Mutex<StopToken>>);

impl Interruptible {
    /// Stops what is computed now.
    pub fn stop(&self) {
        // A token is replaced as a whole, so a panic elsewhere cannot have spoilt it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).stop();
    }

    /// A session whose computations can be stopped, and end after `limit`.
    fn session(&self, limit: Duration) -> Session {
        let session = Session::in_world(Rc::new(Folder), Limits::default());
        let token = session.stop_token();
        token.stop_at(Folder::clock() + limit, Folder::clock);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = token;
        session
    }
}

/// A document that an editor has open.
pub struct Document {
    path: PathBuf,
    /// The text as it is now.
    pub source: Rc<Source>,
    /// Its lines.
    pub lines: Lines,
    /// What is wrong with it.
    pub found: Vec<Diagnostic>,
    /// Knows its definitions; nothing of it has run.
    pub session: Session,
    /// The text parsed, without lines that do not parse; `None` where there are many of them.
    pub script: Option<Rc<Script>>,
    /// Where names have a meaning of their own.
    pub scopes: Scopes,
}

impl Document {
    /// Looks at a text.
    pub fn new(path: &Path, text: String, now: &Interruptible) -> Document {
        let source = Source::file(path, text);
        let mut session = now.session(LONGEST_LOOK);
        let mut found = session.check(&source);
        let mut parsed = crate::syntax::parse(&source);
        // What is being written seldom parses; the definitions around it are known all the same.
        let mut rest = source.clone();
        for _ in 0..MOST_BLANKS {
            let Err(error) = &parsed else { break };
            // An open bracket swallows the lines behind it: its own line is to blame.
            let open = hint::open_brackets(&rest.text);
            let at = open
                .last()
                .map_or(error.location().span.range().start, |(_, at)| *at);
            let shorter = without_line(&rest.text, at);
            rest = Source::file(path, shorter);
            parsed = crate::syntax::parse(&rest);
            if parsed.is_ok() {
                let others = session.check(&rest);
                // Unknown names may be those of the line that is left out.
                let errors = others.into_iter();
                found.extend(errors.filter(|one| {
                    one.severity() == Severity::Error
                        && !matches!(one.code(), Code::Name | Code::Function)
                }));
            }
        }
        let script = parsed.ok().map(|(script, _)| Rc::new(script));
        Document {
            path: path.into(),
            lines: Lines::new(&source.text),
            found,
            session,
            scopes: Scopes::new(&source.text, script.as_deref()),
            script,
            source,
        }
    }

    /// The document with another text.
    pub fn with(&self, text: String, now: &Interruptible) -> Document {
        Document::new(&self.path, text, now)
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.source.text
    }

    /// What the document and then `request` show, as a page; the errors are in it.
    pub fn run(&self, request: &str, now: &Interruptible) -> String {
        let mut session = now.session(LONGEST_RUN);
        let style = crate::render::Style::default();
        let mut page = crate::render::html::Page::default();
        let source = Source::new("lens", request);
        // What the document shows is not asked for.
        let run = session.run_source(&self.source, &mut |_| {});
        let mut sections = String::new();
        let run = run.and_then(|()| {
            session.run_source(&source, &mut |event| {
                let section = crate::render::html::event(&event, Some(&self.source), &style);
                sections.push_str(&section);
            })
        });
        if let Err(error) = run {
            sections.push_str(&crate::render::html::diagnostic(&error, &style));
        }
        page.before(Some(&self.source)) + &sections + &page.end()
    }

    /// The names whose values change while the document runs: what they are before says little.
    pub fn updated(&self) -> HashSet<&str> {
        let statements = self.script.iter().flat_map(|script| &script.statements);
        let mut names = HashSet::new();
        for statement in statements {
            match &statement.kind {
                StatementKind::Update(targets, _) => {
                    names.extend(targets.iter().map(|target| &*target.name.name));
                }
                StatementKind::For { variable, .. } => {
                    names.insert(&*variable.name);
                }
                _ => {}
            }
        }
        names
    }
}
