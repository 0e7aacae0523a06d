//! The input of a message as values with names.
//!
//! Numbers that are written as whole ones are counts, indices and switches: a program is made for
//! them. All others are arguments of the program.

use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use wengert::Value;

/// What a function is given, by name.
#[derive(Default)]
pub struct Inputs {
    /// Arguments of the program.
    pub arguments: BTreeMap<String, Value>,
    /// What the program is made for.
    pub counts: BTreeMap<String, Value>,
}

impl Inputs {
    /// The numbers and arrays of a message; a number alone is `x`. An object inside is seen through.
    ///
    /// # Errors
    /// Fails for an array whose rows differ in length.
    pub fn of(message: &Json) -> Result<Inputs, String> {
        let mut inputs = Inputs::default();
        match message {
            Json::Object(fields) => inputs.add_all(fields)?,
            other => inputs.add("x", other)?,
        }
        Ok(inputs)
    }

    fn add_all(&mut self, fields: &Map<String, Json>) -> Result<(), String> {
        let mut left: Vec<&Map<String, Json>> = vec![fields];
        while let Some(fields) = left.pop() {
            for (name, field) in fields {
                match field {
                    Json::Object(inner) => left.push(inner),
                    _ => self.add(name, field)?,
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, name: &str, field: &Json) -> Result<(), String> {
        let mut array = Array::default();
        array.read(field, 0);
        match array.value() {
            Ok(Some(value)) if array.whole => self.counts.insert(name.into(), value),
            Ok(Some(value)) => self.arguments.insert(name.into(), value),
            Ok(None) => None,
            Err(why) => return Err(format!("`{name}` {why}")),
        };
        Ok(())
    }

    /// The value of a count.
    ///
    /// # Errors
    /// Fails where there is none.
    pub fn count(&self, name: &str) -> Result<usize, String> {
        let count = self.counts.get(name).and_then(Value::as_scalar);
        Ok(count.ok_or_else(|| format!("`{name}` is missing"))? as usize)
    }

    /// The entries of an argument.
    ///
    /// # Errors
    /// Fails where there is none.
    pub fn entries(&self, name: &str) -> Result<&[f64], String> {
        let value = self.arguments.get(name).map(Value::as_slice);
        value.ok_or_else(|| format!("`{name}` is missing"))
    }
}

/// An array of any depth: a matrix whose rows are the innermost arrays.
struct Array {
    entries: Vec<f64>,
    rows: usize,
    depth: usize,
    whole: bool,
    /// True where something is no number, such as a name.
    other: bool,
}

impl Default for Array {
    fn default() -> Self {
        Array {
            entries: Vec::new(),
            rows: 0,
            depth: 0,
            whole: true,
            other: false,
        }
    }
}

impl Array {
    /// Recurses as deep as the parser of JSON lets arrays be.
    fn read(&mut self, field: &Json, depth: usize) {
        self.depth = self.depth.max(depth);
        match field {
            Json::Number(number) => {
                self.whole &= !number.is_f64();
                self.entries.push(number.as_f64().unwrap_or(f64::NAN));
            }
            Json::Bool(yes) => self.entries.push(f64::from(u8::from(*yes))),
            Json::Array(parts) => {
                if !parts.iter().any(Json::is_array) {
                    self.rows += 1;
                }
                for part in parts {
                    self.read(part, depth + 1);
                }
            }
            _ => self.other = true,
        }
    }

    /// `None` for what holds no numbers.
    fn value(&self) -> Result<Option<Value>, &'static str> {
        if self.other {
            return Ok(None);
        }
        if self.depth < 2 {
            return Ok(Some(match self.depth {
                0 => Value::from(self.entries[0]),
                _ => Value::from(self.entries.as_slice()),
            }));
        }
        let columns = self.entries.len() / self.rows.max(1);
        if columns * self.rows != self.entries.len() {
            return Err("has rows of different lengths");
        }
        Ok(Value::matrix(
            self.rows,
            columns,
            turned(&self.entries, self.rows, columns),
        ))
    }
}

/// A matrix that is stored row by row, column by column.
pub fn turned(entries: &[f64], rows: usize, columns: usize) -> Vec<f64> {
    let entry = |k: usize| entries[k % rows * columns + k / rows];
    (0..rows * columns).map(entry).collect()
}
