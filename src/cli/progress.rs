//! How far a long loop has come, on a terminal.

use crate::session::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::cell::RefCell;
use std::io::IsTerminal;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Loops that take less than this show nothing.
const WORTH_SHOWING: Duration = Duration::from_millis(400);

/// A line on standard error that is there while a loop runs, and gone when anything else is
/// written.
#[derive(Clone, Default)]
pub struct Bar(Option<Rc<RefCell<State>>>);

#[derive(Default)]
struct State {
    bar: Option<ProgressBar>,
    begun: Option<Instant>,
}

/// Fractions are told in this many parts.
const WHOLE: u64 = 10_000;

impl Bar {
    /// A bar where standard error is a terminal, nothing elsewhere.
    pub fn on_terminal(quiet: bool) -> Bar {
        let shown = !quiet && std::io::stderr().is_terminal();
        Bar(shown.then(Rc::default))
    }

    /// Whether there is anything to show it on.
    pub fn is_shown(&self) -> bool {
        self.0.is_some()
    }

    /// Takes the line away, until there is more to tell.
    pub fn hide(&self) {
        if let Some(state) = &self.0
            && let Some(bar) = state.borrow_mut().bar.take()
        {
            bar.finish_and_clear();
        }
    }

    /// Shows how far the loop has come; nothing when it is over.
    pub fn tell(&self, progress: Option<Progress>) {
        let Some(state) = &self.0 else { return };
        let Some(progress) = progress else {
            self.hide();
            state.borrow_mut().begun = None;
            return;
        };
        let mut state = state.borrow_mut();
        let begun = *state.begun.get_or_insert_with(Instant::now);
        if begun.elapsed() < WORTH_SHOWING {
            return;
        }
        let bar = state.bar.get_or_insert_with(|| new_bar(progress));
        let seconds = begun.elapsed().as_secs_f64();
        let rate = progress.rounds as f64 / seconds.max(1e-9);
        let left = progress
            .fraction
            .filter(|fraction| *fraction > 0.0)
            .map(|fraction| Duration::from_secs_f64(seconds * (1.0 - fraction) / fraction));
        let columns = terminal_size::terminal_size_of(std::io::stderr());
        let room = columns.map_or(80, |(width, _)| usize::from(width.0));
        let room = room.saturating_sub(BESIDE_MESSAGE);
        bar.set_position((progress.fraction.unwrap_or(0.0) * WHOLE as f64) as u64);
        bar.set_message(message(progress.rounds, rounded(rate), left, room));
        bar.tick();
    }
}

/// Columns of the line that the message does not have: bar, percentage, the blanks between.
const BESIDE_MESSAGE: usize = 24 + 1 + 5 + 2;

/// What is said of a loop: as much as there is room for, the time that is left before all else.
fn message(rounds: u64, rate: f64, left: Option<Duration>, room: usize) -> String {
    let round = format!("round {rounds}");
    let rate = format!(", {rate} a second");
    let (long, short) = left.map_or_else(Default::default, |left| {
        let left = indicatif::HumanDuration(left);
        (format!("at most {left} left"), format!("≤ {left:#} left"))
    });
    let comma = if long.is_empty() { "" } else { ", " };
    let all = [
        format!("{round}{rate}{comma}{long}"),
        format!("{round}{rate}{comma}{short}"),
        format!("{round}{comma}{long}"),
        format!("{round}{comma}{short}"),
    ];
    let last = if short.is_empty() { round } else { short };
    let fits = |text: &String| text.chars().count() <= room;
    all.into_iter().find(fits).unwrap_or(last)
}

fn new_bar(progress: Progress) -> ProgressBar {
    let length = progress.fraction.map(|_| WHOLE);
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
    let template = match length {
        Some(_) => "{bar:24} {percent:>3} %  {wide_msg}",
        None => "{spinner} {wide_msg}",
    };
    let style = ProgressStyle::with_template(template).expect("the template is well formed");
    bar.set_style(style.progress_chars("=> "));
    bar
}

/// Two leading digits are enough for a rate.
fn rounded(rate: f64) -> f64 {
    let unit = 10f64.powf(rate.abs().max(1e-300).log10().floor() - 1.0);
    let rounded = (rate / unit).round() * unit;
    if unit >= 1.0 {
        rounded.round()
    } else {
        rounded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_fits() {
        let left = Some(Duration::from_secs(26));
        let said = |room| message(4812, 1600.0, left, room);
        assert_eq!(
            said(60),
            "round 4812, 1600 a second, at most 26 seconds left"
        );
        assert_eq!(said(45), "round 4812, 1600 a second, ≤ 26s left");
        assert_eq!(said(32), "round 4812, ≤ 26s left");
        assert_eq!(said(3), "≤ 26s left");
        assert_eq!(message(7, 2.5, None, 80), "round 7, 2.5 a second");
        assert_eq!(message(7, 2.5, None, 8), "round 7");
    }
}
