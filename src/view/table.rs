//! Tables as data: every cell says what it is, and no cell how it is written.

use crate::graph::Tensor;
use crate::notation::Written;
use crate::source::Location;
use crate::syntax::ast::Name;
use crate::trace::{Checkpoints, Kink, Math, Nonfinite, Role, RoundState, RoundingError};
use std::rc::Rc;

/// A table with the remarks below it.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// From left to right; all have the same number of cells.
    pub columns: Vec<Column>,
    /// The nodes that the rows are about; empty in a table that is not about nodes.
    pub rows: Vec<Row>,
    /// The sentences below it, one a line.
    pub remarks: Vec<Remark>,
}

/// The node that a row is about.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its number.
    pub node: usize,
    /// The nodes that it is computed from.
    pub operands: Vec<usize>,
    /// Its place in a source.
    pub location: Option<Location>,
}

/// One column: its heading, its cells, and how it stands beside the others.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// The heading.
    pub heading: Heading,
    /// From top to bottom.
    pub cells: Vec<Cell>,
    /// The cells are numbers, which are aligned on the right.
    pub right: bool,
    /// The role of its values, where they are those of nodes.
    pub role: Option<Role>,
    /// Begins a group, which a narrow page shows as a table of its own.
    pub opening: bool,
    /// Stays beside the column before it.
    pub glued: bool,
    /// Stands at the end of every part of a table that is continued: what else a row is called.
    pub closing: bool,
}

/// The heading of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Heading {
    /// Words, or nothing.
    Words(String),
    /// Operators, and the words for them where only ASCII may be written.
    Operators(&'static str, &'static str),
    /// aᵢ, ȧᵢ or āᵢ
    Symbol(Role),
    /// ∂aᵢ/∂w or ∂L/∂aᵢ
    Derivative(Quotient),
    /// ȧᵢ = ∂aᵢ/∂w or āᵢ = ∂L/∂aᵢ
    Definition(Quotient),
}

/// The meaning of a derivative of a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Quotient {
    /// ∂aᵢ/∂w
    Tangent {
        /// The variable, as written.
        wrt: Written,
        /// The direction, where it is not plainly 1.
        along: Option<Written>,
    },
    /// ∂L/∂aᵢ
    Adjoint {
        /// The output, as written or abbreviated.
        output: Written,
        /// The seed is all ones.
        ones: bool,
    },
}

impl Quotient {
    /// The symbol that stands for it.
    pub fn role(&self) -> Role {
        match self {
            Quotient::Tangent { .. } => Role::Tangent,
            Quotient::Adjoint { .. } => Role::Adjoint,
        }
    }
}

/// The content of one place of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Blank,
    /// A dash: there is no answer.
    Absent,
    /// A number, with its significant digits where they are not those of the style.
    Number(f64, Option<usize>),
    /// A count.
    Count(u64),
    /// A number that is noise below this bound.
    Below(f64),
    /// A value of any shape.
    Value(Rc<Tensor>),
    /// The definition of a node: aᵢ = …
    Definition(usize, Math),
    /// The rule of a derivative: ȧᵢ = … or āᵢ = …; several where the columns have different seeds.
    Rule(Role, usize, Vec<Math>),
    /// A formula in the language's syntax.
    Code(Written),
    /// Words.
    Words(String),
    /// After the computation of a node.
    After(usize),
    /// Further names of the row.
    Names(Vec<Name>),
}

/// One remark below a table.
#[derive(Clone, Debug)]
pub enum Remark {
    /// An abbreviation in a heading, and the formula that it stands for.
    Abbreviation(Written, Written),
    /// A sentence; code in it stands in backquotes.
    Words(String),
    /// A kink that was hit.
    Kink(Kink),
    /// The origin of the first number that is not finite.
    Nonfinite(Box<Nonfinite>),
    /// The states of a loop, one line of the table, after some of its rounds.
    Rounds(usize, Vec<RoundState>),
    /// What the way back through the rounds of a loop takes, one line of the table.
    Checkpoints(usize, Checkpoints),
    /// What rounding may have made of an output.
    Rounding(Written, RoundingError),
}

impl Default for Heading {
    fn default() -> Heading {
        Heading::Words(String::new())
    }
}

impl From<&str> for Heading {
    fn from(words: &str) -> Heading {
        Heading::Words(words.into())
    }
}

impl From<String> for Cell {
    fn from(words: String) -> Cell {
        match words.is_empty() {
            true => Cell::Blank,
            false => Cell::Words(words),
        }
    }
}

impl From<Option<Rc<Tensor>>> for Cell {
    fn from(value: Option<Rc<Tensor>>) -> Cell {
        value.map_or(Cell::Blank, Cell::Value)
    }
}

/// The numbers of at most `most` rows or columns, `None` for those left out of the middle.
pub fn excerpt(count: usize, most: usize) -> Vec<Option<usize>> {
    if count <= most {
        return (0..count).map(Some).collect();
    }
    let tail = most / 3;
    let head = (0..most - tail - 1).map(Some);
    head.chain([None])
        .chain((count - tail..count).map(Some))
        .collect()
}

impl Column {
    /// A column of formulas or words.
    pub fn left<C: Into<Cell>>(
        heading: impl Into<Heading>,
        cells: impl IntoIterator<Item = C>,
    ) -> Column {
        Column {
            heading: heading.into(),
            cells: cells.into_iter().map(Into::into).collect(),
            ..Column::default()
        }
    }

    /// A column of numbers.
    pub fn right<C: Into<Cell>>(
        heading: impl Into<Heading>,
        cells: impl IntoIterator<Item = C>,
    ) -> Column {
        Column {
            right: true,
            ..Column::left(heading, cells)
        }
    }

    /// The same, of primals, tangents or adjoints.
    pub fn of(self, role: Role) -> Column {
        Column {
            role: Some(role),
            ..self
        }
    }

    /// The same, at the beginning of a group.
    pub fn opening(self) -> Column {
        Column {
            opening: true,
            ..self
        }
    }

    /// The same, never parted from the column before it.
    pub fn glued(self) -> Column {
        Column {
            glued: true,
            ..self
        }
    }

    /// The same, repeated at the end of every part of a table that is continued.
    pub fn closing(self) -> Column {
        Column {
            closing: true,
            ..self
        }
    }

    /// It has no heading, and all of its cells are blank.
    pub fn is_empty(&self) -> bool {
        let blank = |cell: &Cell| match cell {
            Cell::Blank => true,
            Cell::Names(names) => names.is_empty(),
            _ => false,
        };
        self.heading == Heading::default() && self.cells.iter().all(blank)
    }
}
