//! Loops inside formulas: the rounds of an iteration, and their adjoints backwards.

use super::built::slice;
use crate::diagnostic::{Result, bail};
use crate::export::body::Body;
use crate::export::dialect::Dialect;
use crate::export::piece::{Level, Piece};
use crate::graph::{Attr, Keeps, LoopArgument, NodeId, Round, RoundBack, RoundCount, Shape};

/// What a loop carries from round to round: names, and their first values.
type Carried = Vec<(String, String)>;

impl Body<'_, '_, '_> {
    /// The value of a loop, or the adjoints of its arguments.
    ///
    /// # Errors
    /// Something in a round cannot be written in that language.
    pub(super) fn rounds(&mut self, id: NodeId, attr: Attr, args: &[Piece]) -> Result<Piece> {
        let program = self.shared.program;
        let graph = program.graph;
        let Some(round) = graph.round_behind(attr) else {
            return Err(program.refused_rounds(id));
        };
        let known = self.known.clone();
        let shapes: Vec<Shape> = (0..round.arity())
            .map(|k| graph.shape(round.leaf(k)))
            .collect();
        // What stays the same, or is read row by row, has a name.
        let mut names: Vec<String> = Vec::new();
        for k in 0..round.arity() {
            let argument = round.argument(k);
            let shape = match argument {
                LoopArgument::Matrix(_) => graph.shape(program.graph.args(id)[k]),
                _ => shapes[k],
            };
            let given = match argument {
                LoopArgument::Matrix(_) => self.matrix(&args[k], shape),
                _ => self.whole(&args[k], shape),
            };
            let name = match argument {
                LoopArgument::State(_) => self.fresh("state"),
                LoopArgument::Parameter(_) if given.level == Level::Atom && !given.plain => {
                    given.text.clone()
                }
                LoopArgument::Parameter(_) => self.fresh("parameter"),
                LoopArgument::Matrix(_) => self.fresh("rows"),
            };
            if name != given.text {
                let text = self.array(&given);
                self.line(format!("{name} = {text}"));
            }
            if !matches!(argument, LoopArgument::Matrix(_)) {
                self.known
                    .insert(round.leaf(k), Piece::atom(&name, shapes[k]));
            }
            names.push(name);
        }
        let found = match attr {
            Attr::RoundBack(number) => {
                let back = graph.round_back_of(number);
                let seed = self.matrix(
                    &args[args.len() - 1],
                    graph.shape(graph.args(id)[args.len() - 1]),
                );
                self.backwards(id, &round, &back, &names, &seed)
            }
            _ => self.forwards(&round, &names),
        };
        self.known = known;
        if round.keeps == Keeps::Last
            && matches!(attr, Attr::Round(_))
            && graph.shape(id).is_scalar()
        {
            found?;
            return Ok(Piece::atom(&names[0], Shape::SCALAR));
        }
        let name = self.name_for(id);
        self.line(format!("{name} = {}", found?));
        let shape = graph.shape(id);
        Ok(match shape.is_scalar() {
            true => Piece::atom(format!("{name}[0, 0]"), shape),
            false => Piece::atom(name, shape),
        })
    }

    /// An array of the library, also where it is one number.
    fn array(&self, piece: &Piece) -> String {
        match (self.shared.dialect, piece.plain) {
            (_, false) => piece.text.clone(),
            (Dialect::Torch, true) => format!("torch.tensor({})", piece.text),
            (dialect, true) => format!("{}.asarray({}, dtype=float)", dialect.prefix(), piece.text),
        }
    }

    /// The rounds; the text of what they leave.
    fn forwards(&mut self, round: &Round, names: &[String]) -> Result<String> {
        let count = round.states.len();
        let width = self.width(round);
        let mut carried: Carried = names[..count]
            .iter()
            .map(|name| (name.clone(), name.clone()))
            .collect();
        if let RoundCount::Until(end, most) = round.count {
            return self.until(round, names, end, most);
        }
        let all = (round.keeps == Keeps::All).then(|| self.fresh("history"));
        if let Some(all) = &all {
            let zeros = self.zeros(&self.count(round), &width);
            self.line(format!("{all} = {zeros}"));
            carried.push((all.clone(), all.clone()));
        }
        let k = self.fresh("k");
        let most = self.count(round);
        self.each_round(&k, &most, false, &carried, |body| {
            body.one_round(round, names, &k)?;
            if let Some(all) = &all {
                let row = body.packed(round, &names[..count]);
                body.set_row(all, &k, &format!("{row}.reshape(-1)"));
            }
            Ok(())
        })?;
        Ok(all.unwrap_or_else(|| self.packed(round, &names[..count])))
    }

    /// Rounds whose end they decide themselves.
    fn until(
        &mut self,
        round: &Round,
        names: &[String],
        end: NodeId,
        most: usize,
    ) -> Result<String> {
        let count = round.states.len();
        let k = self.fresh("k");
        if self.shared.dialect != Dialect::Jax {
            self.line(format!("for {k} in range({most} + 1):"));
            self.indent += 4;
            let kept = self.known.clone();
            let test = self.condition(end)?;
            self.line(format!("if {test}:"));
            self.line("    break");
            self.line(format!("if {k} == {most}:"));
            self.line(format!(
                "    raise ArithmeticError(\"no end after {most} rounds\")"
            ));
            self.known = kept;
            self.one_round(round, names, &k)?;
            self.indent -= 4;
            return Ok(self.packed(round, &names[..count]));
        }
        let list = names[..count].join(", ");
        let goes_on = self.fresh("goes_on");
        self.line("");
        self.line(format!("def {goes_on}(carry):"));
        self.indent += 4;
        let kept = self.known.clone();
        self.line(format!("{k}, {list} = carry"));
        let test = self.condition(end)?;
        self.line(format!("return jnp.logical_not({test}) & ({k} < {most})"));
        self.known = kept;
        self.indent -= 4;
        let step = self.fresh("one_round");
        self.line("");
        self.line(format!("def {step}(carry):"));
        self.indent += 4;
        self.line(format!("{k}, {list} = carry"));
        self.one_round(round, names, &k)?;
        self.line(format!("return {k} + 1, {list}"));
        self.indent -= 4;
        self.line("");
        self.line(format!(
            "_, {list} = jax.lax.while_loop({goes_on}, {step}, (0, {list}))"
        ));
        Ok(self.packed(round, &names[..count]))
    }

    /// The adjoints; the text of those of the arguments that are wanted.
    fn backwards(
        &mut self,
        id: NodeId,
        round: &Round,
        back: &RoundBack,
        names: &[String],
        seed: &Piece,
    ) -> Result<String> {
        let program = self.shared.program;
        let graph = program.graph;
        let RoundCount::Fixed(rounds) = round.count else {
            bail!(Function, program.place(id), "the derivative of an iteration that decides its end itself is not exported";
                label: "one node of the graph";
                help: "`--derivative framework` leaves derivatives to JAX or PyTorch");
        };
        let count = round.states.len();
        let (width, all) = (self.width(round), self.count(round));
        let (before, k) = (self.fresh("before"), self.fresh("k"));
        let zeros = self.zeros(&all, &width);
        self.line(format!("{before} = {zeros}"));
        let mut carried: Carried = names[..count]
            .iter()
            .map(|name| (name.clone(), name.clone()))
            .collect();
        carried.push((before.clone(), before.clone()));
        self.each_round(&k, &all, false, &carried, |body| {
            let row = body.packed(round, &names[..count]);
            body.set_row(&before, &k, &format!("{row}.reshape(-1)"));
            body.one_round(round, names, &k)
        })?;
        // The adjoints of the states behind the last round.
        let seed_name = self.fresh("seed");
        self.line(format!("{seed_name} = {}", seed.text));
        let last = match round.keeps {
            Keeps::Last => seed_name.clone(),
            Keeps::All if rounds == 0 => format!("{seed_name}[0].reshape(-1, 1)"),
            Keeps::All => format!("{seed_name}[-1].reshape(-1, 1)"),
        };
        let bars: Vec<String> = (0..count).map(|_| self.fresh("bar")).collect();
        let shapes: Vec<Shape> = round
            .states
            .iter()
            .map(|(leaf, _)| graph.shape(*leaf))
            .collect();
        self.unpack(&last, &bars, &shapes);
        let mut carried: Carried = Vec::new();
        for (bar, (leaf, _)) in bars.iter().zip(&back.states) {
            self.known
                .insert(*leaf, Piece::atom(bar, graph.shape(*leaf)));
            carried.push((bar.clone(), bar.clone()));
        }
        let mut sums = Vec::new();
        for (leaf, _) in &back.sums {
            let (sum, shape) = (self.fresh("total"), graph.shape(*leaf));
            let zero = match shape.is_scalar() {
                true => self.array(&Piece::literal(0.0, self.shared.dialect)),
                false => {
                    let sizes = &self.shared.sizes;
                    self.zeros(&sizes.count(shape.rows), &sizes.count(shape.cols))
                }
            };
            self.line(format!("{sum} = {zero}"));
            self.known.insert(*leaf, Piece::atom(&sum, shape));
            carried.push((sum.clone(), sum.clone()));
            sums.push(sum);
        }
        let mut tables = Vec::new();
        for node in &back.rows {
            let table = self.fresh("row_bars");
            let length = self.shared.sizes.formula(graph.shape(*node).len());
            let length = self.shared.sizes.text(&length);
            let zeros = self.zeros(&all, &length);
            self.line(format!("{table} = {zeros}"));
            carried.push((table.clone(), table.clone()));
            tables.push(table);
        }
        self.each_round(&k, &all, true, &carried, |body| {
            body.unpack(
                &format!("{before}[{k}].reshape(-1, 1)"),
                &names[..count],
                &shapes,
            );
            body.rows_of(round, names, &k);
            if !back.kept.is_empty() {
                let kept: Vec<String> = (0..count).map(|_| body.fresh("kept")).collect();
                let row = match body.shared.dialect {
                    Dialect::Jax => {
                        format!("jnp.where({k} > 0, {seed_name}[{k} - 1], 0.0).reshape(-1, 1)")
                    }
                    dialect => format!(
                        "{seed_name}[{k} - 1].reshape(-1, 1) if {k} > 0 else {}.zeros(({width}, 1))",
                        dialect.prefix()
                    ),
                };
                body.unpack(&row, &kept, &shapes);
                for (leaf, name) in back.kept.iter().zip(kept) {
                    body.known
                        .insert(*leaf, Piece::atom(name, graph.shape(*leaf)));
                }
            }
            let news = body.compute(&back.outputs())?;
            for (table, row) in tables.iter().zip(&news[count + sums.len()..]) {
                let row = body.column(row);
                body.set_row(table, &k, &format!("{row}.reshape(-1)"));
            }
            let left = [&bars[..], &sums[..]].concat().join(", ");
            let right: Vec<String> = news[..count + sums.len()]
                .iter()
                .map(|new| body.array(new))
                .collect();
            if !right.is_empty() {
                body.line(format!("{left} = {}", right.join(", ")));
            }
            Ok(())
        })?;
        // Wanted states, then parameters, then matrices, column by column.
        let mut parts = Vec::new();
        for k in 0..count {
            if back.wanted[k] {
                parts.push(self.column(&Piece::atom(&bars[k], shapes[k])));
            }
        }
        for (sum, (leaf, _)) in sums.iter().zip(&back.sums) {
            parts.push(self.column(&Piece::atom(sum, graph.shape(*leaf))));
        }
        let matrix = |table: &String| format!("{table}.T.reshape(-1, 1)");
        parts.extend(tables.iter().map(matrix));
        Ok(self.stacked(&parts))
    }

    /// The lines of one round: new states under their names.
    fn one_round(&mut self, round: &Round, names: &[String], k: &str) -> Result<()> {
        self.rows_of(round, names, k);
        let nodes: Vec<NodeId> = round.states.iter().map(|(_, node)| *node).collect();
        let news = self.compute(&nodes)?;
        let left = names[..nodes.len()].join(", ");
        let right: Vec<String> = news.iter().map(|new| self.array(new)).collect();
        self.line(format!("{left} = {}", right.join(", ")));
        Ok(())
    }

    /// The rows that round `k` reads, under names.
    fn rows_of(&mut self, round: &Round, names: &[String], k: &str) {
        let graph = self.shared.program.graph;
        let first = round.states.len() + round.parameters.len();
        for (number, leaf) in round.rows.iter().enumerate() {
            let row = self.fresh("row");
            let (matrix, shape) = (&names[first + number], graph.shape(*leaf));
            match shape.is_scalar() {
                true => self.line(format!("{row} = {matrix}[{k}, 0]")),
                false => {
                    let column = format!("{matrix}[{k}].reshape(-1, 1)");
                    self.unpack(&column, std::slice::from_ref(&row), &[shape]);
                }
            }
            self.known.insert(*leaf, Piece::atom(row, shape));
        }
    }

    /// Some rounds, forwards or backwards; what a round computes is known in it alone.
    fn each_round(
        &mut self,
        k: &str,
        count: &str,
        reversed: bool,
        carried: &Carried,
        lines: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let known = self.known.clone();
        let names: Vec<String> = carried.iter().map(|(name, _)| name.clone()).collect();
        let list = names.join(", ");
        let tuple = match names.len() {
            1 => list.clone(),
            _ => format!("({list})"),
        };
        if self.shared.dialect != Dialect::Jax {
            self.line(match reversed {
                true => format!("for {k} in reversed(range({count})):"),
                false => format!("for {k} in range({count}):"),
            });
            self.indent += 4;
            lines(self)?;
            self.indent -= 4;
        } else {
            let step = self.fresh("one_round");
            self.line("");
            self.line(format!("def {step}({k}, carry):"));
            self.indent += 4;
            self.line(format!("{list} = carry"));
            if reversed {
                self.line(format!("{k} = {count} - 1 - {k}"));
            }
            lines(self)?;
            self.line(format!("return {tuple}"));
            self.indent -= 4;
            self.line("");
            self.line(format!(
                "{list} = jax.lax.fori_loop(0, {count}, {step}, {tuple})"
            ));
        }
        self.known = known;
        Ok(())
    }

    fn set_row(&mut self, table: &str, k: &str, row: &str) {
        self.line(match self.shared.dialect {
            Dialect::Jax => format!("{table} = {table}.at[{k}].set({row})"),
            _ => format!("{table}[{k}] = {row}"),
        });
    }

    /// The number of rounds.
    pub(in crate::export) fn count(&self, round: &Round) -> String {
        let sizes = &self.shared.sizes;
        sizes.text(&sizes.formula(round.count.most()))
    }

    /// The number of entries of all states.
    pub(in crate::export) fn width(&self, round: &Round) -> String {
        let (graph, sizes) = (self.shared.program.graph, &self.shared.sizes);
        let lengths = round
            .states
            .iter()
            .map(|(leaf, _)| graph.shape(*leaf).len());
        sizes.text(&sizes.sum(lengths))
    }

    fn zeros(&self, rows: &str, columns: &str) -> String {
        format!(
            "{}.zeros(({rows}, {columns}))",
            self.shared.dialect.prefix()
        )
    }

    /// The states, one after the other, as a column.
    fn packed(&self, round: &Round, names: &[String]) -> String {
        let graph = self.shared.program.graph;
        let parts = round.states.iter().zip(names);
        let parts: Vec<String> = parts
            .map(|((leaf, _), name)| self.column(&Piece::atom(name, graph.shape(*leaf))))
            .collect();
        self.stacked(&parts)
    }

    fn stacked(&self, parts: &[String]) -> String {
        match parts {
            [only] => only.clone(),
            _ => format!(
                "{}.vstack([{}])",
                self.shared.dialect.prefix(),
                parts.join(", ")
            ),
        }
    }

    /// The entries column by column, as a column.
    fn column(&self, piece: &Piece) -> String {
        let matrix = self.matrix(piece, piece.shape);
        match piece.shape.cols {
            1 => matrix.within(Level::Atom),
            _ => format!("{}.T.reshape(-1, 1)", matrix.within(Level::Atom)),
        }
    }

    /// Values of these shapes out of a column, under names.
    fn unpack(&mut self, column: &str, names: &[String], shapes: &[Shape]) {
        if let ([name], [shape]) = (names, shapes)
            && shape.cols == 1
            && !shape.is_scalar()
        {
            return self.line(format!("{name} = {column}"));
        }
        let whole = self.fresh("column");
        self.line(format!("{whole} = {column}"));
        for (k, (name, shape)) in names.iter().zip(shapes).enumerate() {
            let sizes = &self.shared.sizes;
            let before = |k: usize| sizes.sum(shapes[..k].iter().map(|shape| shape.len()));
            let (at, to) = (sizes.text(&before(k)), sizes.text(&before(k + 1)));
            let part = slice(&at, &to);
            self.line(match (shape.is_scalar(), shape.cols) {
                (true, _) => format!("{name} = {whole}[{at}, 0]"),
                (false, 1) => format!("{name} = {whole}[{part}]"),
                _ => format!(
                    "{name} = {whole}[{part}].reshape({}, {}).T",
                    sizes.count(shape.cols),
                    sizes.count(shape.rows)
                ),
            });
        }
    }
}
