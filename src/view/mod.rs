//! Results arranged for readers: tables of typed cells with remarks below them. They are
//! made here once; text, LaTeX and HTML only write them.

mod compare;
mod name;
mod table;
mod trace;

pub use compare::{advice, costs, derivatives, noise, remarks_on};
pub use name::{bracketed, bracketed_briefly, is_short};
pub use table::{Cell, Column, Heading, Quotient, Remark, Row, Table, excerpt};
pub use trace::{adjoint, left_out, names, remarks, rule, tangent, trace};
