//! The progress of a long loop, on a terminal.

use crate::render::ascii;
use crate::session::Progress;
use std::cell::RefCell;
use std::io::{IsTerminal, Write};
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
    begun: Option<Instant>,
    /// The time of the last drawing, while the line is shown.
    drawn: Option<Instant>,
    /// The number of drawings, which turns the wheel of a loop without an end.
    turns: usize,
    /// The line is written in ASCII.
    ascii: bool,
}

/// The line is drawn no more often than this.
const REDRAW: Duration = Duration::from_millis(50);
/// Characters of the bar.
const BAR: usize = 24;

impl Bar {
    /// A bar where standard error is a terminal, nothing elsewhere.
    pub fn on_terminal(quiet: bool, ascii: bool) -> Bar {
        let shown = !quiet && std::io::stderr().is_terminal();
        let state = State {
            ascii,
            ..State::default()
        };
        Bar(shown.then(|| Rc::new(RefCell::new(state))))
    }

    /// True if there is a terminal to show it on.
    pub fn is_shown(&self) -> bool {
        self.0.is_some()
    }

    /// Takes the line away, until there is more to tell.
    pub fn hide(&self) {
        if let Some(state) = &self.0
            && state.borrow_mut().drawn.take().is_some()
        {
            // A terminal that is gone needs no bar.
            let _ = write!(std::io::stderr(), "\r\x1b[K");
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
        let fresh = |drawn: Instant| drawn.elapsed() < REDRAW;
        if begun.elapsed() < WORTH_SHOWING || state.drawn.is_some_and(fresh) {
            return;
        }
        let seconds = begun.elapsed().as_secs_f64();
        let rate = progress.rounds as f64 / seconds.max(1e-9);
        let left = progress
            .fraction
            .and_then(|fraction| left(seconds, fraction));
        let columns = terminal_size::terminal_size_of(std::io::stderr());
        let columns = columns.map_or(80, |(width, _)| usize::from(width.0));
        let room = columns.saturating_sub(BESIDE_MESSAGE);
        let message = message(progress.rounds, rounded(rate), left, room);
        let line = match progress.fraction {
            Some(fraction) => format!("{}  {message}", drawn(fraction)),
            None => format!("{} {message}", ['|', '/', '-', '\\'][state.turns % 4]),
        };
        let line = match state.ascii {
            true => ascii::text(&line).into_owned(),
            false => line,
        };
        // A line that reaches the edge would be continued below and could not be taken away.
        let line: String = line.chars().take(columns.saturating_sub(1)).collect();
        let _ = write!(std::io::stderr(), "\r{line}\x1b[K");
        state.drawn = Some(Instant::now());
        state.turns += 1;
    }
}

/// The time left after `seconds` for a fraction; `None` at the beginning, and where nobody will see the end.
fn left(seconds: f64, fraction: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds * (1.0 - fraction) / fraction).ok()
}

/// A bar and a percentage.
fn drawn(fraction: f64) -> String {
    let fraction = fraction.clamp(0.0, 1.0);
    let full = (fraction * BAR as f64) as usize;
    let head = if full < BAR { ">" } else { "" };
    let bar = "=".repeat(full) + head;
    format!("{bar:BAR$} {:>3} %", (fraction * 100.0) as u64)
}

/// Columns of the line that the message does not have: bar, percentage, the blanks between.
const BESIDE_MESSAGE: usize = BAR + 1 + 5 + 2;

/// The message about a loop, as long as there is room for; the time left comes first.
fn message(rounds: u64, rate: f64, left: Option<Duration>, room: usize) -> String {
    let round = format!("round {rounds}");
    let rate = format!(", {rate} a second");
    let (long, short) = left.map_or_else(Default::default, |left| {
        let (count, unit) = in_words(left);
        let plural = if count == 1 { "" } else { "s" };
        (
            format!("at most {count} {unit}{plural} left"),
            format!("≤ {count}{} left", &unit[..1]),
        )
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

/// A time in the largest unit of which there are at least one and a half.
fn in_words(time: Duration) -> (u64, &'static str) {
    let seconds = time.as_secs_f64();
    let units = [(86_400.0, "day"), (3_600.0, "hour"), (60.0, "minute")];
    let unit = units.into_iter().find(|(unit, _)| seconds >= 1.5 * unit);
    let (unit, name) = unit.unwrap_or((1.0, "second"));
    ((seconds / unit).round() as u64, name)
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

    #[test]
    fn the_bar_grows() {
        assert_eq!(drawn(0.0), ">                          0 %");
        assert_eq!(drawn(0.5), "============>             50 %");
        assert_eq!(drawn(1.0), "======================== 100 %");
    }

    #[test]
    fn a_loop_may_have_more_rounds_than_there_is_time() {
        assert_eq!(left(3.0, 0.25), Some(Duration::from_secs(9)));
        assert_eq!(left(3.0, 1.0), Some(Duration::ZERO));
        assert_eq!(left(3.0, 0.0), None);
        assert_eq!(left(100.0, 1e-18), None);
    }

    #[test]
    fn times_are_told_in_one_unit() {
        let told = |seconds| in_words(Duration::from_secs(seconds));
        assert_eq!(told(1), (1, "second"));
        assert_eq!(told(89), (89, "second"));
        assert_eq!(told(100), (2, "minute"));
        assert_eq!(told(7_200), (2, "hour"));
        assert_eq!(told(400_000), (5, "day"));
    }
}
