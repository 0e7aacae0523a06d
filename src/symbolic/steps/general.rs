//! Rules in general: the same differentials of operations on letters.

use super::DerivationRule;
use super::rules::{Differentiator, Result};
use crate::graph::{NodeId, Op, Shape};
use crate::primitives::arithmetic::POW;
use crate::syntax::ast::{BinaryOp, ExprId, Name};

/// A rule in general, and what its letters stand for.
pub(super) struct General {
    pub sides: (ExprId, ExprId),
    pub letters: Vec<(Name, NodeId)>,
}

impl Differentiator<'_, '_> {
    /// The rule for `id` in general.
    pub(super) fn general(&mut self, id: NodeId, rule: &DerivationRule) -> Result<Option<General>> {
        let stated = match rule {
            DerivationRule::Sum => Some((["u", "v"], true)),
            DerivationRule::ConstantTerm => Some((["u", "c"], false)),
            _ => None,
        };
        if let Some((names, both)) = stated {
            return Ok(Some(self.sum_in_general(names, both)));
        }
        let args = self.operands(id);
        let graph = self.graph();
        let mut letters = Vec::new();
        let mut new = Vec::new();
        for (arg, whole) in args.iter().zip(graph.args(id)) {
            let chooses = self.row(id).is_some_and(|row| row.chooses);
            let condition = chooses && new.is_empty();
            let active = self.is_active(*arg) && !condition;
            let known = letters.iter().find(|(_, known, _)| known == arg);
            if let Some((leaf, ..)) = known {
                new.push(graph.term(*leaf).stretch(graph.shape(whole)).id);
                continue;
            }
            let is_exponent = self.is(id, &POW) && arg != &args[0];
            let by_itself = matches!(
                rule,
                DerivationRule::Power
                    | DerivationRule::Function(_)
                    | DerivationRule::VariableExponent
            );
            let number = graph.literal_value(*arg).is_some();
            let kept = (*arg == self.target && by_itself) || (number && !is_exponent);
            if kept && !chooses && self.scaled(id).is_none() {
                new.push(whole);
                continue;
            }
            let shape = graph.shape(*arg);
            let letter = self.letter(active, is_exponent, shape, &letters);
            let leaf = graph.input(letter.clone(), shape, None);
            letters.push((leaf, *arg, letter));
            new.push(graph.term(leaf).stretch(graph.shape(whole)).id);
        }
        let node = graph.node(id);
        let Op::Apply(row, attr) = node.op else {
            return Ok(None);
        };
        let general = graph.apply(row, attr, node.shape, &new);
        for (leaf, arg, letter) in &letters {
            self.writer.letters.insert(*leaf, letter.clone());
            let condition = args.first() == Some(arg) && row.chooses;
            if self.is_active(*arg) && !condition {
                self.active.insert(*leaf);
            }
        }
        self.active.insert(general);
        let left = self.d(general)?;
        let right = self.differential(general)?.differential;
        let letters = letters.into_iter();
        let letters = letters.filter(|(_, arg, _)| self.is_active(*arg));
        Ok(Some(General {
            sides: (left, right),
            letters: letters.map(|(_, arg, letter)| (letter, arg)).collect(),
        }))
    }

    /// d(u + v) = d(u) + d(v), d(u + c) = d(u)
    fn sum_in_general(&mut self, names: [&str; 2], both: bool) -> General {
        let sheet = &mut self.tree.sheet;
        let [a, b] = names.map(|name| sheet.name(name.into()));
        let sum = sheet.binary(BinaryOp::Add, a, b);
        let [left, da, db] = [sum, a, b].map(|of| sheet.call("d", vec![of]));
        let right = match both {
            true => sheet.binary(BinaryOp::Add, da, db),
            false => da,
        };
        General {
            sides: (left, right),
            letters: Vec::new(),
        }
    }

    /// A letter for an argument that the user has no name for.
    fn letter(
        &self,
        active: bool,
        is_exponent: bool,
        shape: Shape,
        taken: &[(NodeId, NodeId, Name)],
    ) -> Name {
        let matrix = shape.rows > 1 && shape.cols > 1;
        let letters: &[&str] = match (active, matrix) {
            (true, true) => &["U", "V", "S", "T"],
            (true, false) => &["u", "v", "s", "t"],
            (false, _) if is_exponent => &["n", "m", "k"],
            (false, true) => &["C", "D", "E"],
            (false, false) => &["c", "k", "b"],
        };
        let free = |name: &str| {
            !self.used.contains(name) && taken.iter().all(|(.., known)| &**known != name)
        };
        let numbered = (1..).map(|k| format!("{}{k}", letters[0]));
        let letters = letters.iter().map(|letter| (*letter).to_owned());
        let found = letters.chain(numbered).find(|name| free(name));
        found.unwrap_or_default().into()
    }
}
