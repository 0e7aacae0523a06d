//! Loops inside formulas in Julia: the rounds of an iteration, and their adjoints backwards.

use super::literal::dimensions;
use crate::diagnostic::{Result, bail};
use crate::export::body::Body;
use crate::export::names::is_one_word;
use crate::export::piece::{Level, Piece};
use crate::graph::{Attr, Keeps, LoopArgument, NodeId, Round, RoundBack, RoundCount, Shape};

impl Body<'_, '_, '_> {
    /// The value of a loop, or the adjoints of its arguments.
    ///
    /// # Errors
    /// Something in a round cannot be written in Julia.
    pub(super) fn julia_rounds(&mut self, id: NodeId, attr: Attr, args: &[Piece]) -> Result<Piece> {
        let program = self.shared.program;
        let graph = program.graph;
        let Some(round) = graph.round_behind(attr) else {
            return Err(program.refused_rounds(id));
        };
        let known = self.known.clone();
        let ids = graph.args(id);
        // What stays the same, or is read row by row, has a name.
        let mut names: Vec<String> = Vec::new();
        for k in 0..round.arity() {
            let argument = round.argument(k);
            let leaf = graph.shape(round.leaf(k));
            let shape = match argument {
                LoopArgument::Matrix(_) => graph.shape(ids[k]),
                _ => leaf,
            };
            let given = self.whole(&args[k], shape);
            let like = match argument {
                LoopArgument::State(_) => "state",
                LoopArgument::Parameter(_) => "parameter",
                LoopArgument::Matrix(_) => "rows",
            };
            let keeps = matches!(argument, LoopArgument::Parameter(_))
                && given.level == Level::Atom
                && given.literal.is_none();
            let name = match keeps {
                true => given.text.clone(),
                false => self.fresh(like),
            };
            if name != given.text {
                self.line(format!("{name} = {}", given.text));
            }
            if !matches!(argument, LoopArgument::Matrix(_)) {
                self.known.insert(round.leaf(k), Piece::atom(&name, leaf));
            }
            names.push(name);
        }
        let found = match attr {
            Attr::RoundBack(number) => {
                let back = graph.round_back_of(number);
                let last = args.len() - 1;
                let seed = self.whole(&args[last], graph.shape(ids[last])).text;
                self.julia_backwards(id, &round, &back, &names, &seed)
            }
            _ => self.julia_forwards(&round, &names),
        };
        self.known = known;
        let (found, shape) = (found?, graph.shape(id));
        if is_one_word(&found) {
            return Ok(Piece::atom(found, shape));
        }
        let name = self.name_for(id);
        self.line(format!("{name} = {found}"));
        Ok(Piece::atom(name, shape))
    }

    /// The rounds; the text of what they leave.
    fn julia_forwards(&mut self, round: &Round, names: &[String]) -> Result<String> {
        let count = round.states.len();
        let (width, rounds) = (self.width(round), self.count(round));
        let k = self.fresh("k");
        if let RoundCount::Until(end, _) = round.count {
            self.line(format!("for {k} in 0:{rounds}"));
            self.indent += 4;
            let kept = self.known.clone();
            let test = self.condition(end)?;
            self.line(format!("({test}) && break"));
            self.line(format!(
                "{k} == {rounds} && error(\"no end after {rounds} rounds\")"
            ));
            self.known = kept;
            self.julia_round(round, names, &k)?;
            self.indent -= 4;
            self.line("end");
            return Ok(self.julia_packed(round, &names[..count]));
        }
        let history = (round.keeps == Keeps::All).then(|| self.fresh("history"));
        if let Some(history) = &history {
            let size = match self.is_number(round) {
                true => rounds.clone(),
                false => format!("{rounds}, {width}"),
            };
            self.line(format!("{history} = zeros({size})"));
        }
        self.julia_each_round(&format!("for {k} in 1:{rounds}"), |body| {
            body.julia_round(round, names, &k)?;
            if let Some(history) = &history {
                let row = body.julia_packed(round, &names[..count]);
                let place = if body.is_number(round) {
                    k.clone()
                } else {
                    format!("{k}, :")
                };
                body.line(format!("{history}[{place}] = {row}"));
            }
            Ok(())
        })?;
        Ok(history.unwrap_or_else(|| self.julia_packed(round, &names[..count])))
    }

    /// The adjoints; the text of those of the arguments that are wanted.
    fn julia_backwards(
        &mut self,
        id: NodeId,
        round: &Round,
        back: &RoundBack,
        names: &[String],
        seed: &str,
    ) -> Result<String> {
        let program = self.shared.program;
        let graph = program.graph;
        if matches!(round.count, RoundCount::Until(..)) {
            bail!(Function, program.place(id), "the derivative of an iteration that decides its end itself is not exported";
                label: "one node of the graph");
        }
        let count = round.states.len();
        let (width, rounds) = (self.width(round), self.count(round));
        let number = self.is_number(round);
        let (before, k, bars_of_all) = (self.fresh("before"), self.fresh("k"), self.fresh("seed"));
        let row = |table: &str, at: &str| match number {
            true => format!("{table}[{at}]"),
            false => format!("{table}[{at}, :]"),
        };
        let size = if number {
            rounds.clone()
        } else {
            format!("{rounds}, {width}")
        };
        self.line(format!("{before} = zeros({size})"));
        self.julia_each_round(&format!("for {k} in 1:{rounds}"), |body| {
            let packed = body.julia_packed(round, &names[..count]);
            body.line(format!("{} = {packed}", row(&before, &k)));
            body.julia_round(round, names, &k)
        })?;
        // The adjoints of the states behind the last round.
        self.line(format!("{bars_of_all} = {seed}"));
        let last = match round.keeps {
            Keeps::Last => bars_of_all.clone(),
            Keeps::All => row(&bars_of_all, "end"),
        };
        let shapes = round.states.iter().map(|(leaf, _)| graph.shape(*leaf));
        let shapes: Vec<Shape> = shapes.collect();
        let bars: Vec<String> = (0..count).map(|_| self.fresh("bar")).collect();
        self.julia_unpack(&last, &bars, &shapes, number);
        for (bar, (leaf, _)) in bars.iter().zip(&back.states) {
            self.known
                .insert(*leaf, Piece::atom(bar, graph.shape(*leaf)));
        }
        let mut sums = Vec::new();
        for (leaf, _) in &back.sums {
            let (sum, shape) = (self.fresh("total"), graph.shape(*leaf));
            let zero = self.whole(&Piece::literal(0.0, self.shared.dialect), shape);
            self.line(format!("{sum} = {}", zero.text));
            self.known.insert(*leaf, Piece::atom(&sum, shape));
            sums.push(sum);
        }
        let mut tables = Vec::new();
        for node in &back.rows {
            let table = self.fresh("row_bars");
            let sizes = &self.shared.sizes;
            let length = sizes.text(&sizes.formula(graph.shape(*node).len()));
            self.line(format!("{table} = zeros({rounds}, {length})"));
            tables.push(table);
        }
        self.julia_each_round(&format!("for {k} in {rounds}:-1:1"), |body| {
            body.julia_unpack(&row(&before, &k), &names[..count], &shapes, number);
            body.julia_rows(round, names, &k);
            if !back.kept.is_empty() {
                let kept: Vec<String> = (0..count).map(|_| body.fresh("kept")).collect();
                let earlier = row(&bars_of_all, &format!("{k} - 1"));
                let none = if number {
                    "0.0".to_string()
                } else {
                    format!("zeros({width})")
                };
                let column = format!("({k} > 1 ? {earlier} : {none})");
                body.julia_unpack(&column, &kept, &shapes, number);
                for (leaf, name) in back.kept.iter().zip(kept) {
                    body.known
                        .insert(*leaf, Piece::atom(name, graph.shape(*leaf)));
                }
            }
            let news = body.compute(&back.outputs())?;
            for (table, row) in tables.iter().zip(&news[count + sums.len()..]) {
                let row = body.julia_column(row);
                body.line(format!("{table}[{k}, :] .= {row}"));
            }
            let left = [&bars[..], &sums[..]].concat().join(", ");
            let right = news[..count + sums.len()]
                .iter()
                .map(|new| new.text.clone());
            let right: Vec<String> = right.collect();
            if !right.is_empty() {
                body.line(format!("{left} = {}", right.join(", ")));
            }
            Ok(())
        })?;
        // Wanted states, then parameters, then matrices, column by column.
        let mut parts = Vec::new();
        for k in (0..count).filter(|k| back.wanted[*k]) {
            parts.push(self.julia_column(&Piece::atom(&bars[k], shapes[k])));
        }
        for (sum, (leaf, _)) in sums.iter().zip(&back.sums) {
            parts.push(self.julia_column(&Piece::atom(sum, graph.shape(*leaf))));
        }
        parts.extend(tables.iter().map(|table| format!("vec({table})")));
        Ok(joined(&parts))
    }

    /// The lines of one round: new states under their names.
    fn julia_round(&mut self, round: &Round, names: &[String], k: &str) -> Result<()> {
        self.julia_rows(round, names, k);
        let nodes: Vec<NodeId> = round.states.iter().map(|(_, node)| *node).collect();
        let news = self.compute(&nodes)?;
        let left = names[..nodes.len()].join(", ");
        let right: Vec<String> = news.iter().map(|new| new.text.clone()).collect();
        self.line(format!("{left} = {}", right.join(", ")));
        Ok(())
    }

    /// The rows that round `k` reads, under names.
    fn julia_rows(&mut self, round: &Round, names: &[String], k: &str) {
        let graph = self.shared.program.graph;
        let first = round.states.len() + round.parameters.len();
        for (number, leaf) in round.rows.iter().enumerate() {
            let row = self.fresh("row");
            let (matrix, shape) = (&names[first + number], graph.shape(*leaf));
            let text = match (shape.is_scalar(), shape.rows, shape.cols) {
                (true, ..) => format!("{matrix}[{k}]"),
                (_, 1, _) => format!("{matrix}[{k}:{k}, :]"),
                (_, _, 1) => format!("{matrix}[{k}, :]"),
                _ => format!(
                    "reshape({matrix}[{k}, :], {})",
                    dimensions(shape, &self.shared.sizes)
                ),
            };
            self.line(format!("{row} = {text}"));
            self.known.insert(*leaf, Piece::atom(row, shape));
        }
    }

    /// The lines of a loop; what they compute is known in it alone.
    fn julia_each_round(
        &mut self,
        head: &str,
        lines: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let known = self.known.clone();
        self.line(head);
        self.indent += 4;
        lines(self)?;
        self.indent -= 4;
        self.line("end");
        self.known = known;
        Ok(())
    }

    /// True if the states are one number.
    fn is_number(&self, round: &Round) -> bool {
        round.width(self.shared.program.graph) == 1
    }

    /// The states, one after the other: a number, or a vector.
    fn julia_packed(&self, round: &Round, names: &[String]) -> String {
        let graph = self.shared.program.graph;
        let parts = round.states.iter().zip(names);
        let parts: Vec<String> = parts
            .map(|((leaf, _), name)| self.julia_column(&Piece::atom(name, graph.shape(*leaf))))
            .collect();
        joined(&parts)
    }

    /// The entries column by column: a number, or a vector.
    fn julia_column(&self, piece: &Piece) -> String {
        match piece.shape.cols {
            1 => piece.text.clone(),
            _ => format!("vec({})", piece.text),
        }
    }

    /// Values of these shapes out of a vector, or the number that it is, under names.
    fn julia_unpack(&mut self, column: &str, names: &[String], shapes: &[Shape], number: bool) {
        if let ([name], [shape]) = (names, shapes)
            && (number || (shape.cols == 1 && !shape.is_scalar()))
        {
            return self.line(format!("{name} = {column}"));
        }
        let whole = self.fresh("column");
        self.line(format!("{whole} = {column}"));
        for (k, (name, shape)) in names.iter().zip(shapes).enumerate() {
            let sizes = &self.shared.sizes;
            let before = shapes[..k].iter().map(|shape| shape.len());
            let from = sizes.text(&sizes.sum(before.clone().chain([1])));
            let to = sizes.text(&sizes.sum(before.chain([shape.len()])));
            let text = match (shape.is_scalar(), shape.cols) {
                (true, _) => format!("{whole}[{from}]"),
                (false, 1) => format!("{whole}[{from}:{to}]"),
                _ => format!(
                    "reshape({whole}[{from}:{to}], {})",
                    dimensions(*shape, sizes)
                ),
            };
            self.line(format!("{name} = {text}"));
        }
    }
}

/// Numbers and vectors as one vector.
fn joined(parts: &[String]) -> String {
    match parts {
        [only] => only.clone(),
        _ => format!("[{}]", parts.join("; ")),
    }
}
