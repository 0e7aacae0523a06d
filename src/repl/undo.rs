//! `:undo` and `:reset`.

use super::Repl;
use super::command::Next;
use crate::syntax::ast::Name;

/// `:undo`, `:undo 3`
pub fn undo(repl: &mut Repl, argument: &str) -> Next {
    let wanted = match argument {
        "" => Some(1),
        count => count.parse().ok().filter(|count| *count > 0),
    };
    let Some(wanted) = wanted else {
        return repl.say("`:undo 3` takes the last three changes back; the number is 1 or more\n");
    };
    let mut names: Vec<Name> = Vec::new();
    let mut undone: usize = 0;
    while undone < wanted
        && let Some(changed) = repl.shared.session.borrow_mut().undo()
    {
        names.extend(changed);
        undone += 1;
    }
    if undone == 0 {
        return repl.say("there is nothing to undo\n");
    }
    names.sort();
    names.dedup();
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let rest = if undone < wanted {
        format!("; there was no more to undo than {undone}")
    } else {
        String::new()
    };
    repl.say(&format!("undone: {}{rest}\n", names.join(", ")))
}

/// `:reset`
pub fn reset(repl: &mut Repl, _: &str) -> Next {
    let mut session = repl.shared.session.borrow_mut();
    session.checkpoint();
    session.reset();
    drop(session);
    repl.trace = None;
    repl.say("all names are forgotten; `:undo` brings them back\n")
}

#[cfg(test)]
mod tests {
    use crate::repl::Repl;

    #[test]
    fn undo_and_reset() {
        let (mut repl, shown) = Repl::captured("w = 3");
        repl.evaluate("w = 4");
        repl.answer(":undo");
        repl.evaluate("w");
        repl.answer(":reset");
        repl.answer(":names");
        repl.answer(":undo");
        repl.evaluate("w");
        assert_eq!(
            shown.take(),
            "undone: `w`\nw = 3\nall names are forgotten; `:undo` brings them back\n\
             nothing is defined yet\nundone: `w`\nw = 3\n"
        );
    }

    #[test]
    fn a_look_is_nothing_to_undo() {
        let (mut repl, shown) = Repl::captured("w = 1");
        for text in ["w = 2", "w", "w = 3", "w^2", "2*w", "w = 4", "5*w"] {
            repl.evaluate(text);
        }
        repl.answer(":names");
        let text = shown.take();
        assert!(text.ends_with("inputs\n  w   4\n"), "{text}");
        repl.evaluate("trace w*ans");
        let text = shown.take();
        assert!(text.contains("ȧᵢ = ∂aᵢ/∂w  "), "{text}");
        repl.evaluate("ans");
        repl.answer(":undo 2");
        repl.evaluate("w; ans");
        repl.answer(":undo 9");
        repl.answer(":undo");
        repl.answer(":undo no");
        assert_eq!(
            shown.take(),
            "ans = 20\nundone: `w`\nw = 2\nans = 20\n\
             undone: `w`; there was no more to undo than 2\nthere is nothing to undo\n\
             `:undo 3` takes the last three changes back; the number is 1 or more\n"
        );
    }
}
