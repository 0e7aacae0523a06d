//! `:step`: the passes one node at a time.

use super::Repl;
use super::command::Next;
use super::keys::{Key, Keys};
use crate::assist::why;
use crate::notation::PlainMath;
use crate::notation::colour::Paint;
use crate::render::Style;
use crate::render::cell::index_symbol;
use crate::render::table::lay_out;
use crate::source::Source;
use crate::trace::{Role, Trace};
use crate::view::{self, Cell, Column, Heading};

/// One stop of the walk: a line in one of the two passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stop {
    reverse: bool,
    line: usize,
}

/// `:step L wrt w`
pub fn run(repl: &mut Repl, argument: &str) -> Next {
    if argument.is_empty() {
        return repl.say("`:step L wrt w` walks through what `trace L wrt w` shows at once\n");
    }
    let source = Source::new("<step>", format!("trace {argument}"));
    let Some(trace) = repl.trace_of(&source) else {
        return Next::Read;
    };
    let stops = stops(&trace);
    if !repl.is_interactive() {
        let style = repl.style();
        let text: Vec<String> = stops
            .iter()
            .map(|stop| detail(&trace, *stop, &style))
            .collect();
        return repl.say(&text.join("\n"));
    }
    if let Err(error) = walk(repl, &trace, &stops) {
        repl.say(&format!("the keys cannot be read: {error}\n"));
    }
    Next::Read
}

/// Forward through values and tangents, then back through adjoints.
fn stops(trace: &Trace) -> Vec<Stop> {
    let forward = (1..=trace.lines.len()).map(|line| Stop {
        reverse: false,
        line,
    });
    let back = (1..=trace.lines.len()).rev().map(|line| Stop {
        reverse: true,
        line,
    });
    let back = back.filter(|_| trace.reverse && !trace.outputs.is_empty());
    forward.chain(back).collect()
}

fn walk(repl: &mut Repl, trace: &Trace, stops: &[Stop]) -> rustyline::Result<()> {
    let mut keys = Keys::new(repl.style().colour)?;
    let mut at = 0;
    loop {
        let style = repl.style();
        let height = terminal_size::terminal_size().map_or(24, |(_, height)| usize::from(height.0));
        let text = frame(trace, stops, at, height, &style);
        repl.write_raw(&text);
        let prompt = match (at + 1 < stops.len(), style.ascii) {
            (true, true) => "n next, p back, q leave ",
            (true, false) => "n → next, p ← back, q leave ",
            (false, _) => "the end; p back, q leave ",
        };
        match keys.read(prompt)? {
            Key::Next => at = (at + 1).min(stops.len() - 1),
            Key::Back => at = at.saturating_sub(1),
            Key::First => at = 0,
            Key::Last => at = stops.len() - 1,
            Key::Leave => return Ok(()),
            Key::Other => {}
        }
        // The next frame takes the place of this one and of the line with the prompt.
        if keys.can_redraw() {
            repl.write_raw(&format!("\u{1b}[{}A\u{1b}[J", text.lines().count() + 1));
        }
    }
}

/// The table up to the present number, and the origin of that number.
fn frame(trace: &Trace, stops: &[Stop], at: usize, height: usize, style: &Style) -> String {
    let stop = stops[at];
    let pass = if stop.reverse {
        "reverse pass: adjoints, from the output back"
    } else if trace.forward {
        "forward pass: values and tangents"
    } else {
        "values"
    };
    let title = Paint::Heading.on(&format!("{pass} ({} of {})", at + 1, stops.len()), style);
    let detail = detail(trace, stop, style);
    let room = height.saturating_sub(detail.lines().count() + 6).max(3);
    let table = table(trace, stop, room, style);
    format!("{title}\n{table}\n{detail}")
}

/// The numbers known at a stop: at most `room` lines around its line, which is marked.
fn table(trace: &Trace, stop: Stop, room: usize, style: &Style) -> String {
    let count = trace.lines.len();
    let first = (stop.line - 1)
        .saturating_sub(room / 2)
        .min(count.saturating_sub(room));
    let shown = first..(first + room).min(count);
    let pen = PlainMath::values(style);
    let cells = |cell: &dyn Fn(usize) -> Cell| -> Vec<Cell> { shown.clone().map(cell).collect() };
    let mark = |k: usize| match (k + 1 == stop.line, style.ascii) {
        (false, _) => " ",
        (true, true) => ">",
        (true, false) => "▸",
    };
    let formula = |k: usize| {
        let symbol = pen.symbol(Role::Primal, k + 1);
        let formula = pen.write(&trace.lines[k].formula);
        Cell::Words(format!("{} {symbol} = {formula}", mark(k)))
    };
    let reached = |k: usize| stop.reverse || k < stop.line;
    let value = |k: usize| trace.lines[k].value.clone().filter(|_| reached(k)).into();
    let heading = format!("  {}", index_symbol(Role::Primal, style));
    let mut columns = vec![
        Column::left(&*heading, cells(&formula)),
        Column::right("value", cells(&value))
            .glued()
            .of(Role::Primal),
    ];
    for j in (0..trace.wrt.len()).filter(|_| trace.forward) {
        let cell = |k: usize| {
            let derived = trace.lines[k].tangents.get(j).filter(|_| reached(k));
            derived.and_then(|derived| derived.value.clone()).into()
        };
        let heading = Heading::Definition(view::tangent(trace, j));
        columns.push(Column::right(heading, cells(&cell)).of(Role::Tangent));
    }
    for j in (0..trace.outputs.len()).filter(|_| trace.reverse) {
        let cell = |k: usize| {
            let known = stop.reverse && k + 1 >= stop.line;
            let derived = trace.lines[k].adjoints.get(j).filter(|_| known);
            derived.and_then(|derived| derived.value.clone()).into()
        };
        let heading = Heading::Definition(view::adjoint(trace, j));
        columns.push(Column::right(heading, cells(&cell)).of(Role::Adjoint));
    }
    let names = |k: usize| Cell::Names(view::names(&trace.lines[k]).to_vec());
    columns.push(Column::left("", cells(&names)).closing());
    lay_out(&columns, style)
}

/// The rules of a stop, with the numbers that go in.
fn detail(trace: &Trace, stop: Stop, style: &Style) -> String {
    if stop.reverse {
        return why::explain(trace, Role::Adjoint, stop.line, style);
    }
    let mut text = why::explain(trace, Role::Primal, stop.line, style);
    if trace.forward && !trace.wrt.is_empty() {
        text.push_str(&why::explain(trace, Role::Tangent, stop.line, style));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_sequence_without_a_terminal() {
        let (mut repl, shown) = Repl::captured("w = 3; L = w^2");
        run(&mut repl, "L wrt w");
        assert_eq!(
            shown.take(),
            "\
a₁: an input
  a₁ = 3
ȧ₁ = ∂a₁/∂w
  ȧ₁ = 1

a₂: L = w^2
  a₂ = a₁²
     = 3²
     = 9
ȧ₂ = ∂a₂/∂w
  ȧ₂ = 2a₁·ȧ₁
     = 2·3·1
     = 6

ā₂ = ∂L/∂a₂
  ā₂ = 1

ā₁ = ∂L/∂a₁
  ā₁ = ā₂·2a₁
     = 1·2·3
     = 6
"
        );
    }

    #[test]
    fn a_frame_shows_what_is_known_so_far() {
        let (mut repl, _) = Repl::captured("w = 3; L = sin(w)^2");
        let trace = repl
            .trace_of(&Source::new("t", "trace L wrt w"))
            .expect("a trace");
        let stops = stops(&trace);
        assert_eq!(stops.len(), 6);
        let style = Style::default();
        let text = |at| frame(&trace, &stops, at, 40, &style);
        assert!(
            text(1).contains("\n▸ a₂ = sin(a₁)   0.14112"),
            "{}",
            text(1)
        );
        assert!(text(1).contains("\n  a₃ = a₂²"), "{}", text(1));
        assert!(!text(1).contains("0.0199"), "{}", text(1));
        assert!(text(4).contains("reverse pass"), "{}", text(4));
        assert!(text(4).contains("0.28224"), "{}", text(4));
        let small = frame(&trace, &stops, 2, 5, &style);
        assert!(small.contains("▸ a₃"), "{small}");
    }
}
