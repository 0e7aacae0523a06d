//! The lines of one function: values, their types, and the operations that make one of others.

use crate::diagnostic::{Result, bail};
use crate::exec::Interpreter;
use crate::export::layout::double;
use crate::export::names::Scope;
use crate::export::program::{ArgumentSet, ExportProgram};
use crate::export::spelling::together;
use crate::graph::{NodeId, Op, Shape, Tensor};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// A value of the code.
#[derive(Clone, Debug)]
pub(super) struct SsaValue {
    /// Its name, with the `%`.
    pub name: String,
    pub shape: Shape,
    /// True or false, no number.
    pub truth: bool,
}

/// The type of an array.
pub(super) fn array_type(shape: Shape, element: &str) -> String {
    match shape.is_scalar() {
        true => format!("tensor<{element}>"),
        false => format!("tensor<{}x{}x{element}>", shape.rows, shape.cols),
    }
}

impl SsaValue {
    pub fn kind(&self) -> String {
        array_type(self.shape, if self.truth { "i1" } else { "f64" })
    }
}

/// A number: decimal where it has one, else its bits.
fn literal(x: f64) -> String {
    match x.is_finite() {
        true => double(x),
        false => format!("0x{:016X}", x.to_bits()),
    }
}

/// The entries of an array, row by row.
pub(super) fn dense(value: &Tensor) -> String {
    if let Some(x) = value.as_scalar() {
        return literal(x);
    }
    let (m, n) = (value.shape().m(), value.shape().n());
    let first = value.data().first().copied().unwrap_or(0.0);
    if value.data().iter().all(|x| x.to_bits() == first.to_bits()) {
        return literal(first);
    }
    let row = |i: usize| {
        (0..n)
            .map(|j| literal(value.at(i, j)))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let rows: Vec<String> = (0..m).map(|i| format!("[{}]", row(i))).collect();
    format!("[{}]", rows.join(", "))
}

/// What the functions of a module share.
pub(super) struct SsaModule<'p, 'g> {
    pub program: &'p ExportProgram<'g>,
    /// The names of the arguments.
    pub arguments: Vec<String>,
    pub dependence: Vec<ArgumentSet>,
}

/// The lines of one function.
pub(super) struct SsaFunction<'s, 'p, 'g> {
    pub shared: &'s SsaModule<'p, 'g>,
    pub lines: Vec<String>,
    pub indent: usize,
    /// The arguments as they are now.
    pub arguments: Vec<SsaValue>,
    /// What has been computed.
    pub known: FxHashMap<NodeId, SsaValue>,
    /// The systems of equations that are solved: rows, and columns on the right.
    pub systems: BTreeSet<(u32, u32)>,
    /// What a text computes, where it has been written in this block or around it.
    pub seen: FxHashMap<String, SsaValue>,
    scope: Scope,
    counted: usize,
}

impl<'s, 'p, 'g> SsaFunction<'s, 'p, 'g> {
    pub fn new(shared: &'s SsaModule<'p, 'g>) -> Self {
        let arguments = shared.program.arguments.iter().zip(&shared.arguments);
        let arguments = arguments.map(|(argument, name)| SsaValue {
            name: format!("%{name}"),
            shape: argument.shape,
            truth: false,
        });
        SsaFunction {
            shared,
            lines: Vec::new(),
            indent: 4,
            arguments: arguments.collect(),
            known: FxHashMap::default(),
            systems: BTreeSet::new(),
            seen: FxHashMap::default(),
            scope: Scope::new(shared.arguments.iter().map(String::as_str)),
            counted: 0,
        }
    }

    pub fn line(&mut self, text: impl AsRef<str>) {
        let text = text.as_ref();
        self.lines
            .push(format!("{}{text}", " ".repeat(self.indent)));
    }

    /// A name that no value has, with the `%`.
    pub fn fresh(&mut self) -> String {
        let name = self.counted;
        self.counted += 1;
        format!("%{name}")
    }

    /// A name like `like` that no value has, with the `%`.
    pub fn named(&mut self, like: &str) -> String {
        format!("%{}", self.scope.take(like))
    }

    /// A line for `text`, an operation with its type.
    pub fn value(&mut self, text: impl AsRef<str>, shape: Shape, truth: bool) -> SsaValue {
        let text = text.as_ref();
        if let Some(known) = self.seen.get(text) {
            return known.clone();
        }
        let name = self.fresh();
        self.line(format!("{name} = {text}"));
        let value = SsaValue { name, shape, truth };
        self.seen.insert(text.to_string(), value.clone());
        value
    }

    /// The same for a result that the operation gives as a matrix of type `kind`: a 1×1 one is a
    /// number here.
    pub fn matrix_value(&mut self, text: impl AsRef<str>, shape: Shape, kind: &str) -> SsaValue {
        let made = self.value(text, shape, false);
        self.as_number(made, kind)
    }

    /// A value of type `kind`, as a number where it is one.
    pub fn as_number(&mut self, made: SsaValue, kind: &str) -> SsaValue {
        if !made.shape.is_scalar() {
            return made;
        }
        let text = format!("stablehlo.reshape {} : ({kind}) -> tensor<f64>", made.name);
        self.value(text, made.shape, false)
    }

    /// The values of `roots`, after lines for what they need.
    ///
    /// # Errors
    /// Something cannot be written in that language.
    pub fn compute(&mut self, roots: &[NodeId]) -> Result<Vec<SsaValue>> {
        let program = self.shared.program;
        for (leaf, argument) in &program.leaves {
            self.known.insert(*leaf, self.arguments[*argument].clone());
        }
        let (order, _) = program.written(roots, |id| self.known.contains_key(&id))?;
        for id in order {
            if self.known.contains_key(&id) {
                continue;
            }
            let found = self.node(id)?;
            let found = match program.names.get(&id) {
                Some(name) => self.renamed(found, name),
                None => found,
            };
            self.known.insert(id, found);
        }
        let found = roots.iter().map(|root| self.known[root].clone());
        Ok(found.collect())
    }

    /// Like `compute`, as numbers in the shapes of the nodes.
    ///
    /// # Errors
    /// Something cannot be written in that language.
    pub fn numbers(&mut self, roots: &[NodeId]) -> Result<Vec<SsaValue>> {
        let found = self.compute(roots)?;
        let graph = self.shared.program.graph;
        let whole = found.into_iter().zip(roots).map(|(value, root)| {
            let number = self.number(&value);
            self.stretched(&number, graph.shape(*root))
        });
        Ok(whole.collect())
    }

    /// The value of the last line under the user's name.
    fn renamed(&mut self, found: SsaValue, name: &str) -> SsaValue {
        let open = format!("{}{} = ", " ".repeat(self.indent), found.name);
        let last = self
            .lines
            .last()
            .and_then(|line| line.strip_prefix(&open).map(str::to_string));
        let Some(rest) = last else {
            return found;
        };
        self.lines.pop();
        let name = self.named(name);
        self.line(format!("{name} = {rest}"));
        let value = SsaValue { name, ..found };
        self.seen.insert(rest, value.clone());
        value
    }

    fn node(&mut self, id: NodeId) -> Result<SsaValue> {
        let program = self.shared.program;
        let node = program.graph.node(id);
        Ok(match node.op {
            Op::Literal(x) => self.literal(x),
            Op::Constant(k) => self.constant(&program.graph.constant_value(k)),
            Op::Input(leaf) => match program.graph.leaf(leaf).value {
                Some(value) => self.constant(&value),
                None => bail!(Value, program.place(id),
                    "`{}` has no value", program.graph.leaf(leaf).name; label: "needed here"),
            },
            Op::Hold(_) => self.known[&program.graph.args(id)[0]].clone(),
            Op::Raise(_) => bail!(Type, program.place(id),
                "this branch has no value, so it cannot be written in another language";
                label: "fails where it is taken"),
            Op::Apply(row, attr) => self.operation(id, row, attr)?,
        })
    }

    pub fn constant(&mut self, value: &Tensor) -> SsaValue {
        let shape = value.shape();
        let kind = array_type(shape, "f64");
        self.value(
            format!("stablehlo.constant dense<{}> : {kind}", dense(value)),
            shape,
            false,
        )
    }

    pub fn literal(&mut self, x: f64) -> SsaValue {
        self.constant(&Tensor::scalar(x))
    }

    /// The numbers of something that depends on no input.
    ///
    /// # Errors
    /// It has no value.
    pub fn computed(&mut self, id: NodeId) -> Result<SsaValue> {
        let program = self.shared.program;
        let mut interpreter = Interpreter::new(program.graph, u64::MAX);
        match interpreter.value(id).map(|view| view.to_tensor()) {
            Ok(value) => Ok(self.constant(&value)),
            Err(_) => bail!(Value, program.place(id), "this has no value"; label: "needed here"),
        }
    }

    /// `value` as numbers: 1 for what is true.
    pub fn number(&mut self, value: &SsaValue) -> SsaValue {
        if !value.truth {
            return value.clone();
        }
        let to = array_type(value.shape, "f64");
        let text = format!(
            "stablehlo.convert {} : ({}) -> {to}",
            value.name,
            value.kind()
        );
        self.value(text, value.shape, false)
    }

    /// `value` as true or false.
    pub fn condition(&mut self, value: &SsaValue) -> SsaValue {
        if value.truth {
            return value.clone();
        }
        let zero = self.literal(0.0);
        self.call("ne", &[value.clone(), zero])
    }

    /// `value` with its entries repeated up to `shape`.
    pub fn stretched(&mut self, value: &SsaValue, shape: Shape) -> SsaValue {
        if value.shape == shape {
            return value.clone();
        }
        let to = array_type(shape, if value.truth { "i1" } else { "f64" });
        let dims = if value.shape.is_scalar() { "" } else { "0, 1" };
        let text = format!(
            "stablehlo.broadcast_in_dim {}, dims = [{dims}] : ({}) -> {to}",
            value.name,
            value.kind()
        );
        self.value(text, shape, value.truth)
    }

    /// `value` with its entries, row by row, in another shape.
    pub fn reshaped(&mut self, value: &SsaValue, shape: Shape) -> SsaValue {
        if value.shape == shape {
            return value.clone();
        }
        let to = array_type(shape, "f64");
        let text = format!(
            "stablehlo.reshape {} : ({}) -> {to}",
            value.name,
            value.kind()
        );
        self.value(text, shape, false)
    }

    /// A number as a matrix with one entry.
    pub fn matrix(&mut self, value: &SsaValue) -> (SsaValue, String) {
        let value = self.number(value);
        if !value.shape.is_scalar() {
            let kind = value.kind();
            return (value, kind);
        }
        let kind = "tensor<1x1xf64>".to_string();
        let text = format!("stablehlo.reshape {} : (tensor<f64>) -> {kind}", value.name);
        (self.value(text, value.shape, false), kind)
    }

    /// An operation on entries of arrays that stretch to one another.
    pub fn call(&mut self, name: &str, args: &[SsaValue]) -> SsaValue {
        let shape = together(args.iter().map(|arg| arg.shape));
        let logical = matches!(name, "and" | "or" | "not");
        let mut given = Vec::new();
        for (k, arg) in args.iter().enumerate() {
            let arg = match logical || (name == "where" && k == 0) {
                true => self.condition(arg),
                false => self.number(arg),
            };
            given.push(self.stretched(&arg, shape));
        }
        let names: Vec<&str> = given.iter().map(|arg| arg.name.as_str()).collect();
        let list = names.join(", ");
        let (number, truth) = (array_type(shape, "f64"), array_type(shape, "i1"));
        let text = match name {
            "eq" | "ne" | "lt" | "le" | "gt" | "ge" => {
                let direction = name.to_uppercase();
                let text = format!(
                    "stablehlo.compare {direction}, {list}, FLOAT : ({number}, {number}) -> {truth}"
                );
                return self.value(text, shape, true);
            }
            "is_finite" => {
                let text = format!("stablehlo.is_finite {list} : ({number}) -> {truth}");
                return self.value(text, shape, true);
            }
            "and" | "or" | "not" => {
                return self.value(format!("stablehlo.{name} {list} : {truth}"), shape, true);
            }
            "where" => format!("stablehlo.select {list} : {truth}, {number}"),
            name if name.starts_with("chlo.") => {
                let from = vec![number.as_str(); given.len()].join(", ");
                format!("{name} {list} : {from} -> {number}")
            }
            name => format!("stablehlo.{name} {list} : {number}"),
        };
        self.value(text, shape, false)
    }

    /// A template such as `divide(log({0}), 2.0)`. Templates are those of the table, so the depth is small.
    pub fn filled(&mut self, template: &str, args: &[SsaValue]) -> SsaValue {
        let template = template.trim();
        if let Some(place) = template
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
        {
            return args[place.parse::<usize>().unwrap_or(0)].clone();
        }
        let call = template
            .split_once('(')
            .and_then(|(name, rest)| Some((name, rest.strip_suffix(')')?)));
        let Some((name, inner)) = call else {
            return self.literal(template.parse().unwrap_or(f64::NAN));
        };
        let mut parts = vec![String::new()];
        let mut depth = 0;
        for c in inner.chars() {
            depth += i32::from(c == '(') - i32::from(c == ')');
            match c {
                ',' if depth == 0 => parts.push(String::new()),
                c => parts.last_mut().expect("there is one").push(c),
            }
        }
        let parts: Vec<SsaValue> = parts.iter().map(|part| self.filled(part, args)).collect();
        self.call(name, &parts)
    }
}
