//! Findings in words: why a mode has no answer, where a kink was hit, where an infinity was born.
//! Diagnostics and every format of output say them alike.

use crate::claims::Slip;
use crate::diagnostic::{bytes, counted};
use crate::notation::{PlainMath, Style};
use crate::number;
use crate::primitives::named;
use crate::source::Location;
use crate::symbolic::NoFormula;
use crate::syntax::ast::Mode;
use crate::trace::check::Reason;
use crate::trace::compare::{NoAnswer, Off};
use crate::trace::provenance::{Birth, Operand, Place};
use crate::trace::{Checkpoints, Kink, Nonfinite, Role, RoundState, RoundingError};

/// Why `mode` has no answer, in words.
pub fn no_answer(mode: Mode, why: &NoAnswer) -> String {
    let name = mode.name();
    match why {
        NoAnswer::NotAsked => format!("{name} was not asked for"),
        NoAnswer::TooLong(count) => {
            let noun = match mode {
                Mode::Numeric => "evaluations",
                _ => "passes",
            };
            format!("left out: {count} {noun} take long; ask for it with `using {name}`")
        }
        NoAnswer::TooDeep(depth) => format!(
            "left out: a formula {depth} operations deep takes long; ask for it with `using {name}`"
        ),
        NoAnswer::Kink => "left out: a kink was hit".into(),
        NoAnswer::Overridden => {
            "left out: a rule `with override` is another derivative on purpose".into()
        }
        NoAnswer::NotFinite => "left out: a value is not finite".into(),
        NoAnswer::NoFormula(why) => no_formula(*why),
        NoAnswer::Failed(error) => error.message().into(),
    }
}

/// Why `check` left finite differences out, in words.
pub fn left_out(why: &NoAnswer) -> String {
    let reason = no_answer(Mode::Numeric, why);
    match why {
        NoAnswer::NotAsked => reason,
        NoAnswer::Failed(_) => format!(
            "{} has no value beside the point: {reason}",
            Mode::Numeric.name()
        ),
        _ => format!("{} was {reason}", Mode::Numeric.name()),
    }
}

/// Why a derivative has no formula, in words.
pub fn no_formula(why: NoFormula) -> String {
    match why {
        NoFormula::TooLarge => "a formula of this size is too large to write".into(),
        NoFormula::Derivative => "the language has no formula for this derivative".into(),
        NoFormula::Loop => {
            "a loop has no formula without its rounds, and these are too many to write".into()
        }
        NoFormula::Indices {
            output,
            target,
            operation,
        } => {
            let lengths = [output.rows, output.cols, target.rows, target.cols];
            let count = match lengths.iter().filter(|length| **length > 1).count() {
                3 => "three",
                4 => "four",
                _ => return "the language has no formula for this Jacobian".into(),
            };
            let entries = match operation {
                Some(name) if !named(name).is_empty() => {
                    format!("the entries of `{name}` have no formula of theirs")
                }
                Some(_) => "the language has no formula for its entries".into(),
                None => "no matrix holds it".into(),
            };
            format!(
                "the derivative of a {output} value with respect to a {target} one has {count} indices, and {entries}"
            )
        }
    }
}

/// The likely reason of a disagreement.
pub fn disagreement(reason: &Reason) -> String {
    let style = Style {
        digits: 10,
        ..Style::default()
    };
    match reason {
        Reason::Kink(kink) => format!(
            "there is no derivative at this point; {}",
            self::kink(kink, false, &style)
        ),
        Reason::Infinite => {
            "one of the values is infinite: the derivative has a pole or an overflow there".into()
        }
        Reason::Cancellation(times) => {
            let digits = times.log10().round();
            format!(
                "contributions {} times as large as their sum cancel: about {digits} digits are lost",
                number::format(*times, 2)
            )
        }
        Reason::Step([(coarse, first), (fine, second)]) => format!(
            "the formula is not smooth on the scale of the step: with h = {} the difference is {}, with h = {} it is {}",
            number::format(*coarse, 2),
            number::format(*first, 10),
            number::format(*fine, 2),
            number::format(*second, 10),
        ),
        Reason::Unexplained => {
            "no kink, no overflow and no cancellation explains it: one of the rules is wrong".into()
        }
    }
}

/// A kink in one sentence; by its line in a trace, by its source elsewhere.
pub fn kink(kink: &Kink, in_trace: bool, style: &Style) -> String {
    let pen = PlainMath::values(style);
    let what = match in_trace || kink.text.is_empty() {
        true => format!(
            "{} = {}",
            pen.symbol(Role::Primal, kink.node),
            pen.write(&kink.formula)
        ),
        false => kink.text.clone(),
    };
    let signed = |x: f64| {
        let text = number::format(x, style.digits);
        if style.ascii {
            text
        } else {
            text.replace('-', "−")
        }
    };
    let place = match kink.entry {
        Some(entry) if kink.count > 1 => format!(" in {} entries, first {entry}", kink.count),
        Some(entry) => format!(" in entry {entry}"),
        None => String::new(),
    };
    format!(
        "kink: {what} at {}{place}: derivative {} taken ({} from the left, {} from the right)",
        signed(kink.at),
        signed(kink.taken),
        signed(kink.left),
        signed(kink.right),
    )
}

/// The states of a loop after some of its rounds, in one line.
pub fn rounds(line: usize, states: &[RoundState], style: &Style) -> String {
    let symbol = PlainMath::values(style).symbol(Role::Primal, line);
    let one = |state: &RoundState| {
        let value = number::inline(&state.value, style.digits);
        format!("{value} after round {}", state.after)
    };
    let states: Vec<String> = states.iter().map(one).collect();
    format!("{symbol}: {}", states.join(", "))
}

/// What the way back through the rounds of a loop takes, in one line.
pub fn checkpoints(line: usize, checkpoints: &Checkpoints, style: &Style) -> String {
    let symbol = PlainMath::values(style).symbol(Role::Primal, line);
    let Checkpoints { rounds, width, .. } = *checkpoints;
    let again = match checkpoints.again {
        0 => String::new(),
        again => {
            let sweeps = match number::format(checkpoints.sweeps(), 3) {
                one if one == "1" => "one sweep more".to_string(),
                sweeps => format!("{sweeps} sweeps more"),
            };
            let again = counted(again as usize, "round");
            format!("; {again} run again, {sweeps}")
        }
    };
    format!(
        "{symbol}: the way back through {} keeps at most {} of {}, {}{again}",
        counted(rounds, "round"),
        counted(checkpoints.states, "state"),
        counted(width, "number"),
        bytes(8 * checkpoints.numbers() as u64),
    )
}

/// What rounding may have made of an output, in one line.
pub fn rounding(output: &str, error: &RoundingError, style: &Style) -> String {
    let pen = PlainMath::values(style);
    let short = |x: f64| number::format(x, 2);
    let mut text = match (error.relative, error.digits()) {
        _ if error.sum == 0.0 => format!("rounding: no error in {output}"),
        _ if error.sum == f64::INFINITY => {
            format!("rounding: errors grow without bound, so no digit of {output} is sure")
        }
        (Some(relative), Some(digits)) => {
            let digits = match digits {
                0 => "no digit is sure".to_string(),
                1 => "1 digit is right".to_string(),
                digits => format!("{digits} digits are right"),
            };
            format!(
                "rounding: {output} is off by at most about {}, relative {}: {digits}",
                short(error.sum),
                short(relative),
            )
        }
        _ => format!(
            "rounding: {output} is off by at most about {}",
            short(error.sum)
        ),
    };
    if let Some(worst) = error.worst.filter(|_| error.sum > 0.0) {
        let share = number::format((100.0 * error.share).round(), 3);
        let symbol = pen.symbol(Role::Primal, worst);
        text.push_str(&format!("; {share} % of it from {symbol}"));
    }
    if error.numbers > 0.01 * error.sum {
        let share = number::format((100.0 * error.numbers / error.sum).round(), 3);
        text.push_str(&format!("; {share} % from decimals in the formula"));
    }
    if !error.unknown.is_empty() {
        let symbols: Vec<String> = (error.unknown.iter())
            .map(|line| pen.symbol(Role::Primal, *line))
            .collect();
        text.push_str(&format!(
            "; what happens inside of {} is not counted",
            symbols.join(", ")
        ));
    }
    text
}

/// The origin of the first number that is not finite, in one line.
pub fn nonfinite(found: &Nonfinite, in_trace: bool, style: &Style) -> String {
    let pen = PlainMath::values(style);
    let node = found.node.filter(|_| in_trace);
    let symbol = |role: Role| node.map(|node| format!("in {}", pen.symbol(role, node)));
    let line = found.location.as_ref().map_or(String::new(), |location| {
        format!(" (line {})", line_number(location))
    });
    let through = || {
        found
            .text
            .as_ref()
            .map_or("in the derivative".into(), |text| {
                format!("in the derivative through {text}{line}")
            })
    };
    let place = match &found.place {
        Place::Value => None,
        Place::Tangent(_) => Some(symbol(Role::Tangent).unwrap_or_else(through)),
        Place::Adjoint(_) => Some(symbol(Role::Adjoint).unwrap_or_else(through)),
    };
    let derived = place.is_some() && !in_trace;
    let mut text = place.map_or(String::new(), |place| format!("{place}: "));
    text.push_str(&birth(&found.first, in_trace, derived, style));
    if let Some(nan) = &found.nan {
        text.push_str(&format!("; {}", birth(nan, in_trace, derived, style)));
    }
    if let Some(advice) = &found.advice {
        text.push_str(&format!("; {advice}"));
    }
    text
}

fn line_number(location: &Location) -> usize {
    let text = &location.source.text;
    let before = text.get(..location.span.start as usize).unwrap_or(text);
    before.matches('\n').count() + 1
}

/// `inf first appears in a₂ = exp(a₁) = exp(1000) (line 3)`. Of what is part of a derivative's rule only
/// the numbers are told where there is no trace to look its symbols up in.
fn birth(birth: &Birth, in_trace: bool, derived: bool, style: &Style) -> String {
    let pen = PlainMath::values(style);
    let value = number::format(birth.value, style.digits);
    let entry = birth
        .entry
        .map_or(String::new(), |entry| format!(", entry {entry}"));
    let formula = match (in_trace, &birth.text) {
        (false, Some(text)) => shortened(text),
        _ => pen.write(&birth.formula),
    };
    let what = match birth.node.filter(|_| in_trace) {
        Some(node) => format!("{} = {formula}", pen.symbol(Role::Primal, node)),
        None => formula.clone(),
    };
    let line = match (&birth.text, &birth.location) {
        (Some(_), Some(location)) => format!(" (line {})", line_number(location)),
        _ => String::new(),
    };
    if birth.operands.is_empty() {
        return format!("{what} itself contains {value}{entry}{line}");
    }
    match &birth.numbers {
        Some(numbers) if derived => format!("{value} first appears in {}", pen.write(numbers)),
        Some(numbers) => {
            let numbers = pen.write(numbers);
            let numbers = match formula == numbers {
                true => String::new(),
                false => format!(" = {numbers}"),
            };
            format!("{value} first appears in {what}{numbers}{entry}{line}")
        }
        None => {
            let operands: Vec<String> = birth
                .operands
                .iter()
                .map(|one| operand(one, in_trace, &pen, style))
                .collect();
            format!(
                "{value} first appears in {what}{entry}{line}, where {}",
                operands.join(", ")
            )
        }
    }
}

fn operand(operand: &Operand, in_trace: bool, pen: &PlainMath<'_>, style: &Style) -> String {
    let name = match (in_trace, &operand.text) {
        (false, Some(text)) => shortened(text),
        _ => pen.write(&operand.formula),
    };
    format!("{name} = {}", number::inline(&operand.value, style.digits))
}

/// A formula as it was typed; of a long one the beginning, which is enough to find it.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 100;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_string(),
    }
}

/// The reason for which finite differences say something else than the rules.
pub fn off(off: Off) -> String {
    let number = |x: f64| crate::number::format(x, 6);
    match off {
        Off::Step => "numeric is off: its default step does not suit this point; `check` looks for a better one, or give one: `numeric(f, x, h=1e-3)`".into(),
        Off::Rounding(value) => format!(
            "the rules are off: terms cancel here, and rounding is larger than the derivative; with a step that suits numeric says {}",
            number(value)
        ),
        Off::Jump => {
            "numeric is off: the value jumps here, as where another branch is taken".into()
        }
        Off::Sides([left, right]) => format!(
            "numeric is off: another branch begins here; the slope is {} from the left and {} from the right",
            number(left),
            number(right)
        ),
    }
}

/// A mistake in a derivative, in words.
pub fn slip(slip: &Slip) -> String {
    let number = |x: f64| crate::number::format(x, 12);
    match slip {
        Slip::Sign => "the sign is wrong".into(),
        Slip::Factor(factor) if factor.abs() < 1.0 && (1.0 / factor).fract() == 0.0 => {
            format!("a factor of {} is missing", number(1.0 / factor))
        }
        Slip::Factor(factor) => format!("it is {} times the derivative", number(*factor)),
        Slip::Mean(size) => format!(
            "it is 1/{size} of the derivative: a mean over {size} entries where the sum is meant"
        ),
        Slip::Total(size) => format!(
            "it is {size} times the derivative: a sum over {size} entries where the mean is meant"
        ),
        Slip::Transposed => "it is transposed".into(),
        Slip::Shape(given, right) => {
            format!("it has the wrong shape: {given}, and the derivative is {right}")
        }
        Slip::Symmetric(name) => format!("it is right only where `{name}` is symmetric"),
        Slip::Half(term) => format!("the term `{term}` needs a factor of 2"),
        Slip::Missing(term) => format!("the term `{term}` is missing"),
        Slip::Doubled(term) => format!("the term `{term}` is counted twice"),
        Slip::TermSign(term) => format!("the term `{term}` has the wrong sign"),
        Slip::Extra(term) => format!("the term `{term}` does not belong there"),
        Slip::Inner(factor) => format!(
            "the factor `{factor}` is missing: the chain rule multiplies by the derivative of what is inside"
        ),
        Slip::Mask => "it is right where the derivative is not 0; a mask is missing".into(),
    }
}
