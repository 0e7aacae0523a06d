//! A fault of the program costs the input that met it, not the session.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Does `work`.
///
/// # Errors
/// It panicked; the error is what the panic says, on one line.
pub fn catch<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    thread_local! {
        static SAID: RefCell<String> = const { RefCell::new(String::new()) };
    }
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|panic| {
        SAID.with(|said| *said.borrow_mut() = panic.to_string().replace('\n', " "));
    }));
    // `Session::recover` takes back what a panic leaves half done.
    let result = catch_unwind(AssertUnwindSafe(work));
    std::panic::set_hook(hook);
    result.map_err(|_| SAID.with(|said| said.borrow().clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repl::Repl;

    #[test]
    fn a_panic_loses_nothing() {
        let (mut repl, shown) = Repl::captured("w = 3");
        let panic = catch(|| -> () { panic!("one\ntwo") }).expect_err("panicked");
        repl.apologise(&panic);
        repl.evaluate("w");
        let text = shown.take();
        assert!(text.starts_with("internal error: "), "{text}");
        assert!(
            text.contains("one two") && text.ends_with("w = 3\n"),
            "{text}"
        );
    }
}
