//! `:tutorial`: ten minutes, one thing after the other, each typed by the reader and looked at.

use super::Repl;
use super::command::Next;
use super::evaluation::Seen;
use crate::session::Session;

/// One thing to type.
struct Lesson {
    /// What it is about, and what to type.
    text: &'static str,
    /// What is typed, as a text that does it.
    example: &'static str,
    /// True if it was done.
    done: fn(&Session, &str, &[Seen]) -> bool,
}

fn number(session: &Session, text: &str) -> Option<f64> {
    session.preview(text)?.as_scalar()
}

/// True if a value was shown that `text` has, too.
fn shows(session: &Session, seen: &[Seen], text: &str) -> bool {
    let wanted = session.preview(text);
    wanted.is_some_and(|wanted| {
        seen.iter()
            .any(|seen| matches!(seen, Seen::Value(value) if *value == wanted))
    })
}

static LESSONS: &[Lesson] = &[
    Lesson {
        text: "A name stands for a number or for a formula. Give three numbers:",
        example: "w = 3; x = 2; y = 1",
        done: |session, _, _| {
            ["w", "x", "y"]
                .iter()
                .all(|name| number(session, &format!("{name} + 0")).is_some())
        },
    },
    Lesson {
        text: "A formula may use names. Nothing is computed yet:",
        example: "L = 0.5*(y - w*x)^2",
        done: |session, _, _| {
            let value = number(session, "L + 0");
            value.is_some() && value == number(session, "0.5*(y - w*x)^2")
        },
    },
    Lesson {
        text: "A formula alone shows its value:",
        example: "L",
        done: |session, _, seen| shows(session, seen, "L + 0"),
    },
    Lesson {
        text: "The derivative of L with respect to w is an expression, too:",
        example: "grad(L, w)",
        done: |session, _, seen| shows(session, seen, "grad(L, w)"),
    },
    Lesson {
        text: "As a formula, simplified, to be typed back in:",
        example: "derive L wrt w",
        done: |_, _, seen| seen.contains(&Seen::Derivation),
    },
    Lesson {
        text: "How it is computed, operation by operation: read the tangents (ȧ) downwards and the adjoints (ā) \
               upwards; both end at ∂L/∂w:",
        example: "trace L wrt w",
        done: |_, _, seen| seen.contains(&Seen::Trace),
    },
    Lesson {
        text: "Where one of these numbers comes from, term by term (ba1 is ā₁):",
        example: ":why ba1",
        done: |_, input, _| input.trim_start().starts_with(":why"),
    },
    Lesson {
        text: "Four ways to differentiate, side by side, with what each costs:",
        example: "compare L wrt w, x",
        done: |_, _, seen| seen.contains(&Seen::Comparison),
    },
    Lesson {
        text: "`:=` computes now and keeps the value. One step of gradient descent:",
        example: "w := w - 0.1*grad(L, w)",
        done: |_, input, _| input.contains(":="),
    },
    Lesson {
        text: "And a hundred of them, until the gradient is 0:",
        example: "repeat 100 { w := w - 0.1*grad(L, w) }",
        done: |session, _, _| number(session, "abs(grad(L, w))").is_some_and(|slope| slope < 1e-3),
    },
    Lesson {
        text: "A curve of L along w:",
        example: "plot L over w from -2 to 3",
        done: |_, _, seen| seen.contains(&Seen::Plot),
    },
    Lesson {
        text: "`,` stands between the entries of a matrix, `;` between its rows; `*` is the matrix product:",
        example: "A = [1, 2; 3, 4]; v = [1, 1]; A*v",
        done: |_, _, seen| {
            seen.iter()
                .any(|seen| matches!(seen, Seen::Value(value) if value.shape().len() > 1))
        },
    },
    Lesson {
        text: "The derivative of a matrix formula is a matrix formula:",
        example: "derive sum((A*v).^2) wrt v",
        done: |_, _, seen| seen.contains(&Seen::Derivation),
    },
];

/// The lesson to be read, and whether the tutorial is under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tutorial {
    lesson: usize,
    runs: bool,
}

/// `:tutorial`, `:tutorial skip`, `:tutorial end`
pub fn run(repl: &mut Repl, argument: &str) -> Next {
    match argument {
        "end" | "stop" => {
            repl.tutorial.runs = false;
            return repl.say("the tutorial goes on with `:tutorial`\n");
        }
        "skip" => return skip(repl),
        "again" => repl.tutorial.lesson = 0,
        _ => {}
    }
    if !std::mem::replace(&mut repl.tutorial.runs, true) && repl.tutorial.lesson == 0 {
        repl.say(
            "Ten minutes. Type what is asked for, or something of your own: nothing can break. \
             `:tutorial skip` goes on, `:tutorial end` leaves, `:undo` takes back.\n\n",
        );
    }
    show(repl)
}

/// Shows the present lesson.
fn show(repl: &mut Repl) -> Next {
    let at = repl.tutorial.lesson;
    let Lesson { text, example, .. } = &LESSONS[at];
    repl.say(&format!(
        "({} of {}) {text}\n    {example}\n",
        at + 1,
        LESSONS.len()
    ))
}

/// Does what the present lesson asks for, which the lessons after it build on, and shows the next one.
fn skip(repl: &mut Repl) -> Next {
    let Tutorial { lesson, runs: true } = repl.tutorial else {
        return next(repl);
    };
    repl.answer(LESSONS[lesson].example);
    if repl.tutorial == (Tutorial { lesson, runs: true }) {
        return next(repl);
    }
    Next::Read
}

fn next(repl: &mut Repl) -> Next {
    let next = repl.tutorial.lesson + 1;
    if next < LESSONS.len() {
        repl.tutorial = Tutorial {
            lesson: next,
            runs: true,
        };
        return show(repl);
    }
    repl.tutorial = Tutorial::default();
    repl.say(
        "That is the tutorial. `:examples` has more, `:quiz L wrt w` asks you, `:help` lists everything.\n",
    )
}

/// Looks at an input that was answered: the next lesson where it did what was asked for.
pub fn look(repl: &mut Repl, input: &str) {
    let Tutorial { lesson, runs: true } = repl.tutorial else {
        return;
    };
    let seen = std::mem::take(&mut repl.seen);
    if input.trim_start().starts_with(":tutorial") {
        return;
    }
    let done = (LESSONS[lesson].done)(&repl.session(), input, &seen);
    if done {
        repl.say("\n");
        next(repl);
    } else if !input.trim_start().starts_with(':') {
        repl.say(&format!(
            "    the tutorial waits for: {}\n",
            LESSONS[lesson].example
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn under_way(lesson: usize) -> Tutorial {
        Tutorial { lesson, runs: true }
    }

    #[test]
    fn what_was_left_goes_on() {
        let (mut repl, _) = Repl::captured("");
        repl.answer(":tutorial");
        repl.answer(LESSONS[0].example);
        repl.answer(":tutorial end");
        repl.answer("L = 1");
        repl.answer(":tutorial");
        assert_eq!(repl.tutorial, under_way(1));
        repl.answer(":tutorial again");
        assert_eq!(repl.tutorial, under_way(0));
    }

    #[test]
    fn every_example_does_what_is_asked_for() {
        let (mut repl, shown) = Repl::captured("");
        repl.answer(":tutorial");
        for (k, lesson) in LESSONS.iter().enumerate() {
            assert_eq!(repl.tutorial, under_way(k), "{}", shown.take());
            repl.answer("1 + 1");
            assert_eq!(repl.tutorial, under_way(k), "{}", lesson.example);
            repl.answer(lesson.example);
        }
        assert_eq!(repl.tutorial, Tutorial::default(), "{}", shown.take());
        assert!(shown.take().contains("That is the tutorial."));
    }
}
