//! Sizes in code: the texts of counts, and where a function takes sizes from the shapes of its arguments.

use super::formula::SizeFormula;
use super::table::SizeTable;
use crate::export::names::Scope;
use crate::export::piece::{Level, Piece};
use crate::export::program::ExportProgram;
use crate::graph::Shape;
use std::cell::{Cell, RefCell};

/// The texts of sizes in one module.
pub struct SizeTexts<'p> {
    table: Option<&'p SizeTable>,
    /// The names of the sizes.
    names: Vec<String>,
    /// Division of whole numbers.
    division: &'static str,
    /// The sizes in the lines being written.
    used: RefCell<Vec<usize>>,
    /// Sizes that the arguments of a function do not have.
    missing: RefCell<Vec<usize>>,
    /// A number was written that the table does not know.
    lost: Cell<bool>,
}

/// A size as the shape of an argument gives it: the number of entries along the axis is that times a factor
/// and something more.
#[derive(Clone, Debug)]
pub struct TakenSize {
    /// The name of the size.
    pub name: String,
    /// The argument.
    pub argument: usize,
    /// 0 for rows, 1 for columns.
    pub axis: usize,
    /// The factor.
    pub factor: i64,
    /// What is added.
    pub added: i64,
}

impl<'p> SizeTexts<'p> {
    /// The texts of the sizes of a program, under names that are free in `scope`.
    pub fn new(program: &'p ExportProgram<'_>, scope: &mut Scope, division: &'static str) -> Self {
        let table = program.sizes.table.as_ref();
        let names = table.iter().flat_map(|table| &table.names);
        SizeTexts {
            table,
            names: names.map(|name| scope.take(name)).collect(),
            division,
            used: RefCell::default(),
            missing: RefCell::default(),
            lost: Cell::new(false),
        }
    }

    /// The same without names: counts are numbers.
    pub fn numbers(&self) -> SizeTexts<'p> {
        SizeTexts {
            table: None,
            names: self.names.clone(),
            division: self.division,
            used: RefCell::default(),
            missing: RefCell::default(),
            lost: Cell::new(false),
        }
    }

    /// A count as a formula of sizes.
    pub fn formula(&self, count: usize) -> SizeFormula {
        let number = || SizeFormula::number(count as i64);
        let Some(table) = self.table else {
            return number();
        };
        match table.formula(count as f64) {
            Some(formula) => formula.clone(),
            None => {
                self.lost.set(self.lost.get() || !table.is_same(count));
                number()
            }
        }
    }

    /// The sum of counts.
    pub fn sum(&self, counts: impl IntoIterator<Item = usize>) -> SizeFormula {
        let mut all = SizeFormula::number(0);
        for count in counts {
            match all.plus(&self.formula(count)) {
                Some(sum) => all = sum,
                None => self.lost.set(true),
            }
        }
        all
    }

    /// The text of a formula.
    pub fn text(&self, formula: &SizeFormula) -> String {
        self.used.borrow_mut().extend(formula.sizes());
        formula.text(&self.names, self.division).0
    }

    /// The text of a count.
    pub fn count(&self, count: u32) -> String {
        self.text(&self.formula(count as usize))
    }

    /// Rows and columns: `m, n`.
    pub fn pair(&self, shape: Shape) -> String {
        format!("{}, {}", self.count(shape.rows), self.count(shape.cols))
    }

    /// A number that is a formula of sizes.
    pub fn number(&self, x: f64) -> Option<Piece> {
        let formula = self.table?.formula(x)?;
        self.used.borrow_mut().extend(formula.sizes());
        let (text, is_sum) = formula.text(&self.names, "/");
        let level = match (is_sum, text.contains(' ')) {
            (true, _) => Level::Sum,
            (_, true) => Level::Product,
            _ => Level::Atom,
        };
        Some(Piece {
            level,
            plain: true,
            ..Piece::atom(text, Shape::SCALAR)
        })
    }

    /// Rows and columns in words: `n x (d + 1)`.
    pub fn described(&self, shape: Shape) -> String {
        let counts = [shape.m(), shape.n()].map(|count| {
            let (text, _) = self.formula(count).text(&self.names, self.division);
            if text.contains(' ') {
                format!("({text})")
            } else {
                text
            }
        });
        match self.table {
            Some(_) => counts.join(" x "),
            None => counts.join("x"),
        }
    }

    /// The number of rows in words.
    pub fn length(&self, shape: Shape) -> String {
        self.formula(shape.m()).text(&self.names, self.division).0
    }

    /// True if `text` is the name of a size.
    pub fn is_name(&self, text: &str) -> bool {
        self.names.iter().any(|name| name == text)
    }

    /// True if a number was written that nothing is known of.
    pub fn is_lost(&self) -> bool {
        self.lost.get()
    }

    /// The sizes in the lines written since this was asked last, as `arguments` give them.
    pub fn taken(&self, program: &ExportProgram<'_>, arguments: &[usize]) -> Vec<TakenSize> {
        let mut used = self.used.take();
        used.sort_unstable();
        used.dedup();
        let all: Vec<usize> = (0..program.arguments.len()).collect();
        let mut found = Vec::new();
        for size in used {
            match self.carrier(program, arguments, size) {
                Some(taken) => found.push(taken),
                None => match self.carrier(program, &all, size) {
                    Some(taken) => self.missing.borrow_mut().push(taken.argument),
                    None => self.lost.set(true),
                },
            }
        }
        found
    }

    /// The arguments that functions lacked for their sizes since this was asked last.
    pub fn missing(&self) -> Vec<usize> {
        self.missing.take()
    }

    /// The first of `arguments` whose shape gives a size, those first that have it as it is.
    fn carrier(
        &self,
        program: &ExportProgram<'_>,
        arguments: &[usize],
        size: usize,
    ) -> Option<TakenSize> {
        let table = self.table?;
        let mut all = Vec::new();
        for argument in arguments {
            let shape = program.arguments[*argument].shape;
            for (axis, count) in [shape.m(), shape.n()].into_iter().enumerate() {
                let formula = table.formula(count as f64);
                if let Some((known, factor, added)) = formula.and_then(SizeFormula::affine)
                    && known == size
                {
                    all.push(TakenSize {
                        name: self.names[size].clone(),
                        argument: *argument,
                        axis,
                        factor,
                        added,
                    });
                }
            }
        }
        all.into_iter()
            .min_by_key(|one| (one.factor, one.added) != (1, 0))
    }
}

impl TakenSize {
    /// The size, of the number of entries along its axis.
    pub fn of(&self, count: &str, division: &str) -> String {
        let rest = match self.added {
            0 => count.to_string(),
            added if added > 0 => format!("{count} - {added}"),
            added => format!("{count} + {}", -added),
        };
        match self.factor {
            1 => rest,
            factor if self.added == 0 => format!("{rest} {division} {factor}"),
            factor => format!("({rest}) {division} {factor}"),
        }
    }
}

/// Sizes that are the rows and columns of one argument, as they are, and the others.
pub fn pairs(taken: &[TakenSize]) -> (Vec<[&TakenSize; 2]>, Vec<&TakenSize>) {
    let plain = |one: &TakenSize| (one.factor, one.added) == (1, 0);
    let (mut pairs, mut others) = (Vec::new(), Vec::new());
    for one in taken.iter().filter(|one| plain(one) && one.axis == 0) {
        let beside = taken
            .iter()
            .find(|other| plain(other) && other.axis == 1 && other.argument == one.argument);
        pairs.extend(beside.map(|beside| [one, beside]));
    }
    for one in taken {
        let paired = pairs.iter().flatten().any(|pair| std::ptr::eq(*pair, one));
        others.extend((!paired).then_some(one));
    }
    (pairs, others)
}
