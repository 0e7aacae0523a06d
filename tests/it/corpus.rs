//! Inputs of the fuzzer run again: its seeds, and every input that once made it fail.

#[path = "../../fuzz/targets.rs"]
mod targets;

use std::panic;
use std::path::Path;

#[test]
fn every_kept_input_still_passes() {
    let mut failures = Vec::new();
    for (name, target) in targets::TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fuzz/seeds")
            .join(name);
        let mut inputs: Vec<_> = std::fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .map(|entry| entry.expect("an entry").path())
            .collect();
        inputs.sort();
        assert!(inputs.len() >= 5, "{name} has lost its inputs");
        for input in inputs {
            let data = std::fs::read(&input).expect("it can be read");
            if panic::catch_unwind(|| target(&data)).is_err() {
                failures.push(input.display().to_string());
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}
