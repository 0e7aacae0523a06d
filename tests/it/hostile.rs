//! Inputs made to break the program: they are run, checked and shown on a small stack, and the
//! program ends with status 0, 1 or 2.

use crate::common::report;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// The main thread's stack, in KiB.
const STACK: u32 = 512;
/// An unoptimized build on a busy machine takes its time; figures are in docs/reliability.md.
const PATIENCE: Duration = Duration::from_secs(100);
/// Longer recipes are run, but not in every other way as well.
const SHORT: usize = 200_000;

/// A recipe of `tests/reference/hostile.json`.
struct Recipe {
    id: String,
    text: Vec<u8>,
    is_error: bool,
}

fn recipes() -> Vec<Recipe> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/hostile.json");
    let text = std::fs::read_to_string(path).expect("the recipes are there");
    let data: Value = serde_json::from_str(&text).expect("they are JSON");
    let recipe = |recipe: &Value| Recipe {
        id: recipe["id"].as_str().expect("an id").to_string(),
        text: segments(&recipe["segments"]),
        is_error: recipe["expect"] == "error",
    };
    data["recipes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(recipe)
        .collect()
}

fn segments(list: &Value) -> Vec<u8> {
    let segment = |segment: &Value| match segment["b64"].as_str() {
        Some(code) => base64(code).repeat(whole(&segment["count"])),
        None => {
            let text = segment[0].as_str().expect("a text");
            text.as_bytes().repeat(whole(&segment[1]))
        }
    };
    list.as_array()
        .expect("segments")
        .iter()
        .flat_map(segment)
        .collect()
}

fn whole(value: &Value) -> usize {
    value.as_u64().expect("a whole number") as usize
}

fn base64(code: &str) -> Vec<u8> {
    let digit = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => panic!("no digit: {c}"),
    };
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0u32, 0);
    for c in code.bytes().filter(|c| *c != b'=') {
        (bits, count) = (bits << 6 | u32::from(digit(c)), count + 6);
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}

/// A folder that goes away with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("wengert-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs the program with a small stack.
fn run(arguments: &str, file: &Path) -> Output {
    let program = env!("CARGO_BIN_EXE_wengert");
    Command::new("sh")
        .arg("-c")
        .arg(format!(
            "ulimit -s {STACK} && exec '{program}' {arguments} \"$0\""
        ))
        .arg(file)
        .output()
        .expect("it runs")
}

/// What is wrong with how the program took a recipe, if anything.
fn complaint(recipe: &Recipe, arguments: &str, file: &Path) -> Option<String> {
    let start = Instant::now();
    let output = run(arguments, file);
    let (took, code) = (start.elapsed(), output.status.code());
    let stderr = String::from_utf8_lossy(&output.stderr);
    let runs = !arguments.contains("check");
    let wrong = match code {
        _ if stderr.contains("panicked") => "panics",
        _ if took > PATIENCE => "takes too long",
        Some(0) if recipe.is_error && runs => "is no error",
        Some(0..=2) => return None,
        _ => "does not end by itself",
    };
    let seen: String = stderr.chars().take(300).collect();
    Some(format!(
        "{} {arguments}: {wrong}, {code:?}, {took:?}\n{seen}",
        recipe.id
    ))
}

/// Runs what `recipes` says with several arguments each.
fn survives(folder: &Folder, recipes: &[Recipe]) -> Vec<String> {
    let mut complaints = Vec::new();
    for recipe in recipes {
        let file = folder.0.join(format!("{}.ad", recipe.id));
        std::fs::write(&file, &recipe.text).expect("it can be written");
        let ways: &[&str] = if recipe.text.len() < SHORT {
            &["", "--format json", "check"]
        } else {
            &[""]
        };
        for arguments in ways {
            complaints.extend(complaint(recipe, arguments, &file));
        }
        let _ = std::fs::remove_file(&file);
    }
    complaints
}

#[test]
fn every_recipe_ends_with_a_status() {
    let recipes = recipes();
    assert_eq!(recipes.len(), 160);
    let folder = Folder::new("recipes");
    let (one, other) = recipes.split_at(recipes.len() / 5);
    let complaints = std::thread::scope(|scope| {
        let one = scope.spawn(|| survives(&folder, one));
        [survives(&folder, other), one.join().expect("no panic")].concat()
    });
    report(&complaints);
}
