//! Where a name means the same: a parameter inside its function, a running index inside its comprehension,
//! everything else in the whole text.

use crate::source::Span;
use crate::syntax::ast::{ExprKind, Script, StatementKind};
use crate::syntax::highlight::{self, Class};
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;

/// A word of the text.
pub struct Word {
    /// Its bytes.
    pub range: Range<usize>,
    /// The name in NFC.
    pub name: String,
    /// It names a function.
    pub is_function: bool,
    /// The bytes in which it has this meaning; `None` for the whole text.
    pub scope: Option<Range<usize>>,
}

impl Word {
    fn means_the_same_as(&self, other: &Word) -> bool {
        self.name == other.name
            && self.is_function == other.is_function
            && self.scope == other.scope
    }
}

/// The words of a text that are names, in order.
#[derive(Default)]
pub struct Scopes {
    words: Vec<Word>,
    /// Where names get their meaning: the bytes of names in definitions.
    definitions: Vec<Span>,
}

impl Scopes {
    /// The names of a text; `script` is the text parsed.
    pub fn new(text: &str, script: Option<&Script>) -> Scopes {
        let Some(script) = script else {
            return Scopes::default();
        };
        let mut bound: HashMap<String, Vec<Range<usize>>> = HashMap::new();
        let mut passed = HashSet::new();
        let mut options = HashSet::new();
        let mut definitions = Vec::new();
        for statement in &script.statements {
            let whole = statement.span.range();
            match &statement.kind {
                StatementKind::Define(name, _) => definitions.push(name.span),
                StatementKind::DefineFunction {
                    name, parameters, ..
                } => {
                    definitions.push(name.span);
                    for one in parameters {
                        definitions.push(one.span);
                        bound
                            .entry(one.name.to_string())
                            .or_default()
                            .push(whole.clone());
                    }
                }
                StatementKind::Input(all) => {
                    definitions.extend(all.iter().map(|one| one.name.span))
                }
                StatementKind::For { variable, .. } => definitions.push(variable.span),
                StatementKind::Update(all, _) => {
                    definitions.extend(all.iter().map(|one| one.name.span));
                }
                _ => {}
            }
            let tail = statement.kind.tail();
            let running = tail.iter().flat_map(|tail| &tail.over);
            // An entry runs of a name that is defined elsewhere.
            for over in running.filter(|over| over.entry.is_none()) {
                definitions.push(over.variable.span);
                let name = over.variable.name.to_string();
                bound.entry(name).or_default().push(whole.clone());
            }
        }
        for expr in &script.expressions {
            for one in expr.kind.binds() {
                definitions.push(one.span);
                let ranges = bound.entry(one.name.to_string()).or_default();
                ranges.push(expr.span.range());
            }
            if let ExprKind::Call(call) = &expr.kind {
                passed.extend(
                    call.functions()
                        .map(|id| script.expr(id).span.range().start),
                );
                options.extend(call.named.iter().map(|one| one.name.span.range().start));
            }
        }
        let classes = highlight::classes(text).into_iter();
        let words = classes.filter(|(_, class)| matches!(class, Class::Name | Class::Function));
        let words = words.filter(|(range, _)| !options.contains(&range.start));
        let words = words.map(|(range, class)| {
            let name: String = text[range.clone()].nfc().collect();
            let is_function = class == Class::Function || passed.contains(&range.start);
            let around = bound.get(&name).into_iter().flatten();
            let around =
                around.filter(|scope| scope.start <= range.start && range.end <= scope.end);
            let scope = around.min_by_key(|scope| scope.len()).cloned();
            Word {
                scope: scope.filter(|_| !is_function),
                range,
                name,
                is_function,
            }
        });
        Scopes {
            words: words.collect(),
            definitions,
        }
    }

    /// The names in the order of the text.
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// The name at a byte, or the one that ends there.
    pub fn at(&self, byte: usize) -> Option<&Word> {
        let mut words = self.words.iter();
        words.find(|word| word.range.start <= byte && byte <= word.range.end)
    }

    /// All words that mean the same as the one at a byte.
    pub fn occurrences(&self, byte: usize) -> Vec<&Word> {
        let Some(word) = self.at(byte) else {
            return Vec::new();
        };
        let words = self.words.iter();
        words.filter(|one| one.means_the_same_as(word)).collect()
    }

    /// Where the name at a byte gets its meaning: the last such place before it, else the first.
    pub fn definition(&self, byte: usize) -> Option<Range<usize>> {
        let all = self.occurrences(byte);
        let defines = |word: &&&Word| {
            let mut places = self.definitions.iter();
            places.any(|span| span.range() == word.range)
        };
        let before = all
            .iter()
            .filter(defines)
            .rfind(|word| word.range.start <= byte);
        let place = before.or_else(|| all.iter().find(defines));
        place.map(|word| word.range.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn scopes(text: &str) -> Scopes {
        let (script, _) = crate::syntax::parse(&Source::new("<test>", text)).expect("a script");
        Scopes::new(text, Some(&script))
    }

    #[test]
    fn a_parameter_is_another_name() {
        let text = "x = 2\nf(x) = x^2\ny = f(x) + sum(x^i for i in 1..3)\ni = x";
        let found = scopes(text);
        let places = |byte| -> Vec<usize> {
            let all = found.occurrences(byte);
            all.iter().map(|word| word.range.start).collect()
        };
        assert_eq!(places(0), [0, 23, 32, 55]);
        assert_eq!(places(8), [8, 13]);
        assert_eq!(places(6), [6, 21]);
        assert_eq!(found.definition(23), Some(0..1));
        assert_eq!(found.definition(13), Some(8..9));
        assert_eq!(places(51), [51]);
    }

    #[test]
    fn functions_that_are_passed_and_options() {
        let text = "g(s) = cos(s)\nx = iterate(g, 1, 5)\nseed = 3\nu = rand(2, 1, seed=seed)";
        let found = scopes(text);
        let all = found.occurrences(0);
        assert_eq!(all.len(), 2);
        let seed = text.find("seed").expect("there");
        assert_eq!(found.occurrences(seed).len(), 2);
    }
}
