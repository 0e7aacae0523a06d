//! Single keys, read with the line editor: every key of interest ends the line at once.

use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{
    Cmd, ConditionalEventHandler, Config, Editor, Event, EventContext, EventHandler, KeyCode,
    KeyEvent, Modifiers, RepeatCount, Result,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The meaning of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Go on.
    Next,
    /// Go back.
    Back,
    /// To the start.
    First,
    /// To the end.
    Last,
    /// No more.
    Leave,
    /// Nothing.
    Other,
}

const KEYS: [Key; 6] = [
    Key::Other,
    Key::Next,
    Key::Back,
    Key::First,
    Key::Last,
    Key::Leave,
];

/// Notes which key was pressed and ends the line.
struct Press {
    key: usize,
    pressed: Arc<AtomicUsize>,
}

impl ConditionalEventHandler for Press {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, _: &EventContext) -> Option<Cmd> {
        self.pressed.store(self.key, Ordering::Relaxed);
        Some(if self.key == 0 {
            Cmd::Noop
        } else {
            Cmd::AcceptLine
        })
    }
}

/// A reader of keys.
pub struct Keys {
    editor: Editor<(), MemHistory>,
    pressed: Arc<AtomicUsize>,
    is_dumb: bool,
}

impl Keys {
    /// A reader that takes the terminal while it reads.
    ///
    /// # Errors
    /// There is no terminal.
    pub fn new(colour: bool) -> Result<Keys> {
        let mode = if colour {
            rustyline::ColorMode::Enabled
        } else {
            rustyline::ColorMode::Disabled
        };
        let config = Config::builder().color_mode(mode).build();
        let mut editor = Editor::with_history(config, MemHistory::new())?;
        let pressed = Arc::new(AtomicUsize::new(0));
        let press = |key: Key| {
            let key = KEYS.iter().position(|known| *known == key).unwrap_or(0);
            let pressed = pressed.clone();
            EventHandler::Conditional(Box::new(Press { key, pressed }))
        };
        let char = |c: char| KeyEvent(KeyCode::Char(c), Modifiers::NONE);
        let code = |code: KeyCode| KeyEvent(code, Modifiers::NONE);
        let bindings = [
            (code(KeyCode::Right), Key::Next),
            (code(KeyCode::Down), Key::Next),
            (code(KeyCode::Enter), Key::Next),
            (code(KeyCode::PageDown), Key::Next),
            (char('n'), Key::Next),
            (char('j'), Key::Next),
            (char(' '), Key::Next),
            (code(KeyCode::Left), Key::Back),
            (code(KeyCode::Up), Key::Back),
            (code(KeyCode::Backspace), Key::Back),
            (code(KeyCode::PageUp), Key::Back),
            (char('p'), Key::Back),
            (char('k'), Key::Back),
            (code(KeyCode::Home), Key::First),
            (char('g'), Key::First),
            (code(KeyCode::End), Key::Last),
            (char('G'), Key::Last),
            (char('q'), Key::Leave),
        ];
        for (event, key) in bindings {
            editor.bind_sequence(event, press(key));
        }
        editor.bind_sequence(Event::Any, press(Key::Other));
        Ok(Keys {
            editor,
            pressed,
            is_dumb: std::env::var("TERM").is_ok_and(|term| term == "dumb"),
        })
    }

    /// The next key; the first letter of a line from a terminal that only sends whole lines.
    ///
    /// # Errors
    /// The terminal cannot be read.
    pub fn read(&mut self, prompt: &str) -> Result<Key> {
        self.pressed.store(0, Ordering::Relaxed);
        let line = match self.editor.readline(prompt) {
            Ok(line) => line,
            Err(ReadlineError::Interrupted | ReadlineError::Eof) => return Ok(Key::Leave),
            Err(error) => return Err(error),
        };
        Ok(
            match (
                self.pressed.load(Ordering::Relaxed),
                line.trim().chars().next(),
            ) {
                (0, None | Some('n')) => Key::Next,
                (0, Some('p')) => Key::Back,
                (0, Some('q')) => Key::Leave,
                (key, _) => KEYS[key],
            },
        )
    }

    /// True if the terminal can overwrite lines.
    pub fn can_redraw(&self) -> bool {
        !self.is_dumb
    }
}
