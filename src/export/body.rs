//! The lines of one function: which nodes get a line, and their names. The same in every dialect.

use super::dialect::Dialect;
use super::layout::{call_of_list, double, row, statement};
use super::piece::{Level, Piece};
use super::sizes::texts::SizeTexts;
use crate::diagnostic::{Result, bail};
use crate::export::names::{Scope, is_one_word};
use crate::export::program::{ArgumentSet, ExportProgram};
use crate::graph::{NodeId, Op, Shape, Tensor};
use rustc_hash::{FxHashMap, FxHashSet};

/// What the functions of a module share.
pub struct ModuleParts<'p, 'g> {
    /// The program.
    pub program: &'p ExportProgram<'g>,
    /// The dialect.
    pub dialect: Dialect,
    /// The names of the arguments.
    pub arguments: Vec<String>,
    /// The arguments that each node depends on.
    pub dependence: Vec<ArgumentSet>,
    /// The names of the module.
    pub scope: Scope,
    /// The names that no local name may be.
    pub locals: Scope,
    /// The functions that it must bring along.
    pub used: FxHashSet<String>,
    /// Values too large for a line, with their names.
    pub constants: Vec<(NodeId, String)>,
    /// The texts of sizes.
    pub sizes: SizeTexts<'p>,
}

impl ModuleParts<'_, '_> {
    /// Refuses a number that may be another one at other sizes.
    ///
    /// # Errors
    /// One was written that nothing is known of.
    pub fn whole_sizes(&self) -> Result<()> {
        match self.sizes.is_lost() {
            false => Ok(()),
            true => bail!(
                Value,
                self.program.whole.clone(),
                "a number in the code depends on sizes in a way that has no formula"
            ),
        }
    }
}

/// The text that an expression may have before it gets a line of its own.
const INLINE: usize = 56;

/// Operations with more arguments than this are lists.
const FEW: usize = 4;

/// The lines of one function.
pub struct Body<'b, 'p, 'g> {
    /// What it shares with others.
    pub shared: &'b mut ModuleParts<'p, 'g>,
    /// The lines so far.
    pub lines: Vec<String>,
    /// The columns that the next line stands in.
    pub indent: usize,
    /// What has a name.
    pub known: FxHashMap<NodeId, Piece>,
    /// The names of nodes, which they keep.
    identifiers: FxHashMap<NodeId, String>,
    scope: Scope,
    /// The number of names that are numbers.
    counted: usize,
}

impl<'b, 'p, 'g> Body<'b, 'p, 'g> {
    /// No lines yet.
    pub fn new(shared: &'b mut ModuleParts<'p, 'g>) -> Self {
        let scope = shared.locals.clone();
        let leaves = shared.program.leaves.iter();
        let known = leaves.map(|(leaf, argument)| {
            let shape = shared.program.graph.shape(*leaf);
            (*leaf, Piece::atom(&shared.arguments[*argument], shape))
        });
        Body {
            known: known.collect(),
            shared,
            lines: Vec::new(),
            indent: 4,
            identifiers: FxHashMap::default(),
            scope,
            counted: 0,
        }
    }

    /// Adds a line.
    pub fn line(&mut self, text: impl AsRef<str>) {
        let text = text.as_ref();
        self.lines.push(match text {
            "" => String::new(),
            text => format!("{}{text}", " ".repeat(self.indent)),
        });
    }

    /// Adds lines of one statement.
    pub fn lines_of(&mut self, lines: &[String]) {
        for text in lines.iter().flat_map(|line| line.lines()) {
            self.line(text);
        }
    }

    /// A name that nothing in this function has.
    pub fn fresh(&mut self, like: &str) -> String {
        self.scope.take(like)
    }

    /// The expressions of `roots` as numbers in their shapes, after lines for what they need.
    ///
    /// # Errors
    /// Something cannot be written in that language.
    pub fn compute(&mut self, roots: &[NodeId]) -> Result<Vec<Piece>> {
        let pieces = self.compute_bare(roots)?;
        let graph = self.shared.program.graph;
        let shapes = roots.iter().map(|root| graph.shape(*root));
        Ok(pieces
            .iter()
            .zip(shapes)
            .map(|(piece, shape)| self.whole(piece, shape))
            .collect())
    }

    /// The expression of a condition, after lines for what it needs.
    ///
    /// # Errors
    /// Something cannot be written in that language.
    pub fn condition(&mut self, node: NodeId) -> Result<String> {
        let piece = self.compute_bare(&[node])?.remove(0);
        Ok(self.truth(&piece).text)
    }

    /// The expressions of `roots` as they are: true or false, or smaller than their shapes.
    fn compute_bare(&mut self, roots: &[NodeId]) -> Result<Vec<Piece>> {
        let program = self.shared.program;
        let (order, uses) = program.written(roots, |id| self.known.contains_key(&id))?;
        let is_root: FxHashSet<NodeId> = roots.iter().copied().collect();
        let mut inline: FxHashMap<NodeId, Piece> = FxHashMap::default();
        for id in order {
            if self.known.contains_key(&id) {
                continue;
            }
            self.shorten(id, &mut inline);
            let piece = self.piece(id, &inline)?;
            let count = uses.get(&id).copied().unwrap_or(0) + u32::from(is_root.contains(&id));
            let named = program.names.contains_key(&id) && !(is_root.contains(&id) && count == 1);
            let inner = count > u32::from(is_root.contains(&id));
            let long = piece.text.len() > INLINE && inner;
            let plain = piece.is_short() && !named || piece.literal.is_some();
            if !plain && (named || count > 1 || long) {
                let bound = self.bind(id, piece);
                self.known.insert(id, bound);
            } else {
                inline.insert(id, piece);
            }
        }
        let piece = |id: &NodeId| self.known.get(id).or_else(|| inline.get(id)).cloned();
        Ok(roots.iter().filter_map(piece).collect())
    }

    /// Gives the longest arguments of a node lines of their own, until it fits on one.
    fn shorten(&mut self, id: NodeId, inline: &mut FxHashMap<NodeId, Piece>) {
        let args = self.shared.program.graph.args(id);
        if args.len() > FEW {
            return;
        }
        loop {
            let lengths = args
                .iter()
                .map(|arg| self.argument(*arg, inline).text.len());
            if lengths.sum::<usize>() <= INLINE {
                return;
            }
            let long = args
                .iter()
                .filter(|arg| inline.get(arg).is_some_and(|piece| !piece.is_short()));
            let Some(longest) = long.max_by_key(|arg| inline[arg].text.len()).copied() else {
                return;
            };
            if let Some(piece) = inline.remove(&longest) {
                let bound = self.bind(longest, piece);
                self.known.insert(longest, bound);
            }
        }
    }

    /// Gives a node a line of its own.
    pub fn bind(&mut self, id: NodeId, piece: Piece) -> Piece {
        if piece.level == Level::Atom && self.scope_has(&piece.text) {
            return piece;
        }
        let name = self.name_for(id);
        let lines = statement(self.indent, &format!("{name} = "), &piece.text);
        self.lines_of(&lines);
        Piece {
            level: Level::Atom,
            text: name,
            literal: None,
            ..piece
        }
    }

    fn scope_has(&self, text: &str) -> bool {
        self.identifiers.values().any(|name| name == text)
    }

    /// The name of `id`: the user's, or one that says what it is made of.
    pub fn name_for(&mut self, id: NodeId) -> String {
        if let Some(name) = self.identifiers.get(&id) {
            return name.clone();
        }
        let text = match self.shared.program.names.get(&id) {
            Some(name) => Some(name.to_string()),
            None => self.described(id),
        };
        let name = match text {
            Some(text) => self.scope.take(&text),
            None => loop {
                self.counted += 1;
                let numbered = format!("t{}", self.counted);
                if !self.scope.has(&numbered) {
                    break self.scope.take(&numbered);
                }
            },
        };
        self.identifiers.insert(id, name.clone());
        name
    }

    /// `exp_u` for the exponential of what is called u; else a number.
    fn described(&self, id: NodeId) -> Option<String> {
        let program = self.shared.program;
        let args = program.graph.args(id);
        let name = |id: &NodeId| {
            let known = self.known.get(id).filter(|piece| piece.text.len() <= 8)?;
            is_one_word(&known.text).then(|| known.text.clone())
        };
        let row = program.row(id).map_or("", |row| row.name);
        match args.iter().map(name).collect::<Option<Vec<_>>>() {
            Some(names) if names.len() == 1 && row.len() > 2 => Some(format!("{row}_{}", names[0])),
            _ => None,
        }
    }

    /// The piece of an argument.
    pub fn argument(&self, id: NodeId, inline: &FxHashMap<NodeId, Piece>) -> Piece {
        let known = self.known.get(&id).or_else(|| inline.get(&id));
        known.expect("arguments come first").clone()
    }

    fn piece(&mut self, id: NodeId, inline: &FxHashMap<NodeId, Piece>) -> Result<Piece> {
        let program = self.shared.program;
        let node = program.graph.node(id);
        let dialect = self.shared.dialect;
        Ok(match node.op {
            Op::Literal(x) => self.number(x),
            Op::Constant(k) => {
                let value = program.graph.constant_value(k);
                self.value(id, &value)
            }
            Op::Input(leaf) => match program.graph.leaf(leaf).value {
                Some(value) => self.value(id, &value),
                None => bail!(Value, program.place(id),
                    "`{}` has no value", program.graph.leaf(leaf).name;
                    label: "needed here"),
            },
            Op::Hold(_) => self.argument(program.graph.args(id)[0], inline),
            Op::Raise(_) => bail!(Type, program.place(id),
                "this branch has no value, so it cannot be written in another language";
                label: "fails where it is taken"),
            Op::Apply(row, attr) => match dialect {
                Dialect::Julia => self.julia(id, row, attr, inline)?,
                _ => self.operation(id, row, attr, inline)?,
            },
        })
    }

    /// A number, which may be a formula of sizes.
    fn number(&self, x: f64) -> Piece {
        let sized = self.shared.sizes.number(x);
        sized.unwrap_or_else(|| Piece::literal(x, self.shared.dialect))
    }

    /// The numbers 1, 2, 3, … in a column or row.
    fn counting(&self, shape: Shape) -> Piece {
        let last = self.shared.sizes.sum([shape.len(), 1]);
        let last = self.shared.sizes.text(&last);
        let prefix = self.shared.dialect.prefix();
        let turn = if shape.cols == 1 { "-1, 1" } else { "1, -1" };
        let text = match (self.shared.dialect, shape.cols) {
            (Dialect::Julia, 1) => format!("collect(1.0:{})", self.shared.sizes.count(shape.rows)),
            (Dialect::Julia, n) => {
                format!(
                    "collect(reshape(1.0:{0}, 1, {0}))",
                    self.shared.sizes.count(n)
                )
            }
            _ => format!("{prefix}.arange(1.0, {last}).reshape({turn})"),
        };
        Piece::atom(text, shape)
    }

    /// A value that the code holds.
    pub fn value(&mut self, id: NodeId, value: &Tensor) -> Piece {
        let shape = value.shape();
        if let Some(x) = value.as_scalar() {
            return self.number(x);
        }
        let table = self.shared.program.sizes.table.as_ref();
        if table.is_some_and(|table| table.counting.contains(&id)) {
            return self.counting(shape);
        }
        let is_file = self.shared.program.files.contains_key(&id);
        let first = value.data().first().copied().unwrap_or(f64::NAN);
        if !is_file
            && !shape.is_empty()
            && value.data().iter().all(|x| x.to_bits() == first.to_bits())
        {
            return self.whole(&self.number(first), shape);
        }
        if !is_file && shape.len() <= 9 {
            let text = array_lines(0, self.shared.dialect, value).join("");
            if text.len() <= INLINE {
                return Piece::atom(text, shape);
            }
        }
        if let Some((_, name)) = self.shared.constants.iter().find(|(known, _)| *known == id) {
            return Piece::atom(name.clone(), shape);
        }
        let like = match self.shared.program.files.get(&id) {
            Some(file) => file
                .rsplit(['/', '\\'])
                .next()
                .unwrap_or_default()
                .to_uppercase(),
            None => "TABLE".to_string(),
        };
        let like = like.split('.').next().unwrap_or_default().to_string();
        let name = self.shared.scope.take(&like);
        self.shared.locals.take(&like);
        self.scope.take(&like);
        self.shared.constants.push((id, name.clone()));
        Piece::atom(name, shape)
    }

    /// `piece` as numbers in `shape`.
    pub fn whole(&self, piece: &Piece, shape: Shape) -> Piece {
        let piece = &self.numbers(piece);
        if piece.shape == shape {
            return piece.clone();
        }
        if self.shared.dialect == Dialect::Julia {
            return super::julia::stretched(piece, shape, &self.shared.sizes);
        }
        let prefix = self.shared.dialect.prefix();
        let sizes = &self.shared.sizes;
        let (m, n) = (sizes.count(shape.rows), sizes.count(shape.cols));
        let text = match piece.literal {
            Some(0.0) => format!("{prefix}.zeros(({m}, {n}))"),
            Some(1.0) => format!("{prefix}.ones(({m}, {n}))"),
            _ if piece.plain => format!("{prefix}.full(({m}, {n}), {})", piece.text),
            _ => format!("{prefix}.broadcast_to({}, ({m}, {n}))", piece.text),
        };
        Piece::atom(text, shape)
    }

    /// `piece` as numbers: 1 for what is true.
    pub fn numbers(&self, piece: &Piece) -> Piece {
        if !piece.truth {
            return piece.clone();
        }
        if self.shared.dialect == Dialect::Julia {
            let dot = if piece.shape.is_scalar() { "" } else { "." };
            return Piece::atom(format!("Float64{dot}({})", piece.text), piece.shape);
        }
        if self.shared.dialect == Dialect::SymPy {
            let text = format!("sp.Piecewise((1.0, {}), (0.0, True))", piece.text);
            return Piece::atom(text, piece.shape);
        }
        Piece {
            text: format!("1.0 * {}", piece.within(Level::Power)),
            level: Level::Product,
            truth: false,
            ..piece.clone()
        }
    }

    /// `piece` as true or false.
    pub fn truth(&self, piece: &Piece) -> Piece {
        if piece.truth {
            return piece.clone();
        }
        if self.shared.dialect == Dialect::SymPy {
            return Piece {
                truth: true,
                ..Piece::atom(format!("sp.Ne({}, 0.0)", piece.text), piece.shape)
            };
        }
        let unequal = match self.shared.dialect {
            Dialect::Julia if !piece.shape.is_scalar() => ".!=",
            _ => "!=",
        };
        Piece {
            text: format!("{} {unequal} 0.0", piece.within(Level::Or)),
            level: Level::Comparison,
            truth: true,
            literal: None,
            ..piece.clone()
        }
    }
}

/// An array, with all its entries.
pub fn array_lines(indent: usize, dialect: Dialect, value: &Tensor) -> Vec<String> {
    if dialect == Dialect::Julia {
        return super::julia::array_lines(indent, value);
    }
    let prefix = dialect.prefix();
    let (m, n) = (value.shape().m(), value.shape().n());
    let maker = match dialect {
        Dialect::Torch => "torch.tensor".to_string(),
        Dialect::SymPy => "sp.Matrix".to_string(),
        Dialect::CasAdi => "ca.DM".to_string(),
        _ => format!("{prefix}.array"),
    };
    if m == 0 || n == 0 {
        return vec![format!("{prefix}.zeros(({m}, {n}))")];
    }
    let entry = |i: usize, j: usize| match value.at(i, j) {
        x if x.is_finite() => double(x),
        x => dialect.number(x),
    };
    let rows: Vec<String> = (0..m)
        .map(|i| row(indent + 9, &(0..n).map(|j| entry(i, j)).collect::<Vec<_>>()))
        .collect();
    call_of_list(indent, &maker, &rows, "")
}
