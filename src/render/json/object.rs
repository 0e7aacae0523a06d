//! Objects whose fields stand in the order in which they are given.

use crate::source::Location;
use serde_json::{Map, Value, json};
use std::fmt;

/// An object that is being put together.
#[derive(Default)]
pub struct Object(Map<String, Value>);

impl Object {
    /// An object of this kind.
    pub fn of(kind: &str) -> Object {
        Object::default().with("kind", kind)
    }

    /// The same with another field.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Object {
        self.0.insert(name.into(), value.into());
        self
    }

    /// The same with another field, where there is a value for it.
    pub fn with_some(self, name: &str, value: Option<impl Into<Value>>) -> Object {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The same with a list, unless it is empty.
    pub fn with_list<T: Into<Value>>(
        self,
        name: &str,
        values: impl IntoIterator<Item = T>,
    ) -> Object {
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        self.with_some(name, (!values.is_empty()).then_some(values))
    }

    /// The same with an object, unless that has no fields.
    pub fn with_fields(self, name: &str, fields: Object) -> Object {
        self.with_some(name, (!fields.0.is_empty()).then_some(fields))
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Value {
        Value::Object(object.0)
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string(&self.0).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

/// The place of a text in its source, in bytes.
pub fn span(location: &Location) -> Value {
    json!([location.span.start, location.span.end])
}
