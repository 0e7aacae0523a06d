//! `:set`: how results are shown. One table; help and completion read it.

use super::Repl;
use super::command::Next;
use crate::cli::{Colour, Format, Options};
use crate::diagnostic::did_you_mean;
use clap::ValueEnum;

/// A setting.
struct Setting {
    name: &'static str,
    doc: &'static str,
    /// The values to offer.
    values: fn() -> Vec<String>,
    get: fn(&Repl) -> String,
    /// Sets it; the error says why the value is refused.
    set: fn(&mut Repl, &str) -> Result<(), String>,
}

static SETTINGS: &[Setting] = &[
    Setting {
        name: "digits",
        doc: "significant digits, 1 to 17",
        values: || ["6", "10", "17"].map(String::from).to_vec(),
        get: |repl| repl.options().digits.to_string(),
        set: |repl, value| {
            let digits = value
                .parse()
                .ok()
                .filter(|digits| (1..=17).contains(digits));
            let digits = digits.ok_or("digits are a number from 1 to 17")?;
            change(repl, |options| options.digits = digits)
        },
    },
    Setting {
        name: "format",
        doc: "how results are written",
        // A page is of a script as a whole.
        values: || {
            let formats = Format::value_variants().iter();
            let lines = formats.filter(|format| **format != Format::Html);
            lines.map(name_of).collect()
        },
        get: |repl| name_of(&repl.options().format),
        set: |repl, value| {
            let format = one_of(value)?;
            if format == Format::Html {
                return Err("a page is written for scripts: `wengert -o page.html FILE.ad`".into());
            }
            change(repl, |options| options.format = format)
        },
    },
    Setting {
        name: "ascii",
        doc: "only ASCII: a1, da1, ba1",
        values: on_off,
        get: |repl| switch(repl.options().ascii),
        set: |repl, value| {
            let on = is_on(value)?;
            change(repl, |options| options.ascii = on)
        },
    },
    Setting {
        name: "color",
        doc: "colours",
        values: names_of::<Colour>,
        get: |repl| name_of(&repl.options().color),
        set: |repl, value| {
            let colour = one_of(value)?;
            change(repl, |options| options.color = colour)
        },
    },
    Setting {
        name: "width",
        doc: "columns to fit the output into; auto: those of the terminal",
        values: || ["auto", "80", "120"].map(String::from).to_vec(),
        get: |repl| {
            let width = repl.options().width;
            width.map_or("auto".into(), |width| width.to_string())
        },
        set: |repl, value| {
            let width = match value {
                "auto" => None,
                value => {
                    let width = value.parse().ok().filter(|width| *width > 0);
                    Some(width.ok_or("a width is a number of columns, or auto")?)
                }
            };
            change(repl, |options| options.width = width)
        },
    },
    Setting {
        name: "pager",
        doc: "page results that are longer than the screen",
        values: on_off,
        get: |repl| switch(repl.pager),
        set: |repl, value| {
            repl.pager = is_on(value)?;
            Ok(())
        },
    },
    Setting {
        name: "time",
        doc: "show how long every input took",
        values: on_off,
        get: |repl| switch(repl.options().time),
        set: |repl, value| {
            let on = is_on(value)?;
            change(repl, |options| options.time = on)
        },
    },
    Setting {
        name: "hints",
        doc: "show signatures and values next to what is being typed",
        values: on_off,
        get: |repl| switch(repl.shared.hints.get()),
        set: |repl, value| {
            repl.shared.hints.set(is_on(value)?);
            Ok(())
        },
    },
];

/// The settings: name, the values that completion offers, and purpose.
pub fn setting_docs() -> impl Iterator<Item = (&'static str, Vec<String>, &'static str)> {
    SETTINGS
        .iter()
        .map(|setting| (setting.name, (setting.values)(), setting.doc))
}

fn change(repl: &mut Repl, set: impl FnOnce(&mut Options)) -> Result<(), String> {
    set(&mut repl.shared.options.borrow_mut());
    Ok(())
}

fn on_off() -> Vec<String> {
    vec!["on".into(), "off".into()]
}

fn switch(on: bool) -> String {
    if on { "on" } else { "off" }.into()
}

fn is_on(value: &str) -> Result<bool, String> {
    match value {
        "on" | "yes" | "true" | "1" => Ok(true),
        "off" | "no" | "false" | "0" => Ok(false),
        _ => Err("this is on or off".into()),
    }
}

fn names_of<T: ValueEnum>() -> Vec<String> {
    T::value_variants().iter().map(name_of).collect()
}

fn name_of<T: ValueEnum>(value: &T) -> String {
    let value = value.to_possible_value();
    value.map_or(String::new(), |value| value.get_name().to_string())
}

fn one_of<T: ValueEnum>(value: &str) -> Result<T, String> {
    T::from_str(value, true).map_err(|_| format!("this is one of {}", names_of::<T>().join(", ")))
}

/// `:set`, `:set NAME`, `:set NAME VALUE`
pub fn run(repl: &mut Repl, argument: &str) -> Next {
    let (name, value) = argument
        .split_once([' ', '='])
        .map_or((argument, ""), |(name, value)| {
            (name.trim(), value.trim_matches([' ', '=']))
        });
    if name.is_empty() {
        let lines = SETTINGS.iter().map(|setting| line(setting, repl));
        let text: String = lines.collect();
        return repl.say(&text);
    }
    let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
        let known = SETTINGS.iter().map(|setting| setting.name);
        let advice = match did_you_mean(name, known) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "`:set` lists them".into(),
        };
        return repl.say(&format!("there is no setting `{name}`; {advice}\n"));
    };
    if value.is_empty() {
        let text = line(setting, repl);
        return repl.say(&text);
    }
    match (setting.set)(repl, value) {
        Ok(()) => Next::Read,
        Err(complaint) => repl.say(&format!("`:set {name} {value}`: {complaint}\n")),
    }
}

fn line(setting: &Setting, repl: &Repl) -> String {
    let value = (setting.get)(repl);
    format!("  {:<8} {value:<8} {}\n", setting.name, setting.doc)
}

/// The words that completion offers after `:set `.
pub fn words(typed: &str) -> Vec<String> {
    let Some((name, _)) = typed.split_once(' ') else {
        return SETTINGS
            .iter()
            .map(|setting| setting.name.to_string())
            .collect();
    };
    let setting = SETTINGS.iter().find(|setting| setting.name == name);
    let values = setting.map_or(Vec::new(), |setting| (setting.values)());
    values
        .into_iter()
        .map(|value| format!("{name} {value}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_takes_what_it_offers() {
        let (mut repl, shown) = Repl::captured("");
        for setting in SETTINGS {
            for value in (setting.values)() {
                run(&mut repl, &format!("{} {value}", setting.name));
                assert_eq!(shown.take(), "", "{} {value}", setting.name);
                assert_eq!((setting.get)(&repl), value, "{}", setting.name);
            }
            run(&mut repl, &format!("{} nonsense", setting.name));
            assert!(shown.take().contains("nonsense"), "{}", setting.name);
        }
    }

    #[test]
    fn what_is_set_shows() {
        let (mut repl, shown) = Repl::captured("");
        run(&mut repl, "digits 3");
        run(&mut repl, "ascii on");
        repl.evaluate("x = [1/3, π]; x²");
        repl.evaluate("x.^2");
        run(&mut repl, "digits");
        run(&mut repl, "digit 3");
        let text = shown.take();
        assert!(text.contains("x.^2 = [0.111, 9.87]\n"), "{text}");
        assert!(
            text.contains("  digits   3        significant digits"),
            "{text}"
        );
        assert!(
            text.ends_with("there is no setting `digit`; did you mean `digits`?\n"),
            "{text}"
        );
        assert!(text.is_ascii(), "{text}");
    }
}
