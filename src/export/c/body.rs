//! The lines of one function of C: which nodes get a variable, which arrays a place.

use crate::diagnostic::{Result, bail};
use crate::exec::Interpreter;
use crate::export::layout::double;
use crate::export::names::Scope;
use crate::export::program::{ArgumentSet, ExportProgram};
use crate::graph::{NodeId, Op, Shape, Tensor};
use rustc_hash::{FxHashMap, FxHashSet};

/// How tightly a text binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    Ternary,
    Logic,
    Comparison,
    Sum,
    Product,
    Sign,
    Atom,
}

/// An expression of C.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    pub text: String,
    pub binding: Binding,
    /// 0 or 1.
    pub truth: bool,
    /// The shape that it has: that of the node, or one that stretches to it.
    pub shape: Shape,
    /// For an array: a pointer, or the entry `k` in a loop.
    pub form: Form,
    pub literal: Option<f64>,
}

/// The form of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Number,
    Pointer,
    Entry,
}

impl Expression {
    pub fn number(text: impl Into<String>) -> Expression {
        Expression {
            text: text.into(),
            binding: Binding::Atom,
            truth: false,
            shape: Shape::SCALAR,
            form: Form::Number,
            literal: None,
        }
    }

    /// A number that is written as one.
    pub fn literal(x: f64) -> Expression {
        Expression {
            binding: match x.is_sign_negative() {
                true => Binding::Sign,
                false => Binding::Atom,
            },
            literal: Some(x),
            ..Expression::number(number(x))
        }
    }

    pub fn pointer(text: impl Into<String>, shape: Shape) -> Expression {
        Expression {
            shape,
            form: Form::Pointer,
            ..Expression::number(text)
        }
    }

    pub fn within(&self, binding: Binding) -> String {
        match self.binding < binding {
            true => format!("({})", self.text),
            false => self.text.clone(),
        }
    }
}

/// A number of C.
pub(super) fn number(x: f64) -> String {
    match x {
        x if x.is_nan() => "NAN".to_string(),
        f64::INFINITY => "INFINITY".to_string(),
        f64::NEG_INFINITY => "-INFINITY".to_string(),
        x => double(x),
    }
}

/// What the functions of a file share.
pub(super) struct File<'p, 'g> {
    pub program: &'p ExportProgram<'g>,
    pub arguments: Vec<String>,
    pub dependence: Vec<ArgumentSet>,
    pub scope: Scope,
    pub used: FxHashSet<String>,
    pub constants: Vec<(NodeId, String, Tensor)>,
}

/// The text that an expression may have before it gets a line of its own.
const INLINE: usize = 70;

/// The lines of one function.
pub(super) struct Function<'b, 'p, 'g> {
    pub file: &'b mut File<'p, 'g>,
    pub lines: Vec<String>,
    pub indent: usize,
    pub known: FxHashMap<NodeId, Expression>,
    /// The numbers of working memory that are in use.
    pub room: usize,
    scope: Scope,
    counted: usize,
}

impl<'b, 'p, 'g> Function<'b, 'p, 'g> {
    pub fn new(file: &'b mut File<'p, 'g>) -> Self {
        let scope = file.scope.clone();
        let program = file.program;
        let known = program.leaves.iter().map(|(leaf, argument)| {
            let shape = program.graph.shape(*leaf);
            let name = &file.arguments[*argument];
            let expression = match shape.is_scalar() {
                true => Expression::number(name),
                false => Expression::pointer(name, shape),
            };
            (*leaf, expression)
        });
        Function {
            known: known.collect(),
            file,
            lines: Vec::new(),
            indent: 4,
            room: 0,
            scope,
            counted: 0,
        }
    }

    pub fn line(&mut self, text: impl AsRef<str>) {
        let text = text.as_ref();
        self.lines
            .push(format!("{}{text}", " ".repeat(self.indent)));
    }

    /// Some numbers of working memory under a name.
    pub fn place(&mut self, name: &str, count: usize) {
        self.line(format!("double *const {name} = work + {};", self.room));
        self.room += count.max(1);
    }

    /// A name like `like` that is not in use.
    pub fn fresh(&mut self, like: &str) -> String {
        self.scope.take(like)
    }

    pub fn name_for(&mut self, id: NodeId) -> String {
        let program = self.file.program;
        if let Some(name) = program.names.get(&id) {
            return self.scope.take(name);
        }
        loop {
            self.counted += 1;
            let numbered = format!("t{}", self.counted);
            if !self.scope.has(&numbered) {
                return self.scope.take(&numbered);
            }
        }
    }

    /// The expressions of `roots`, after lines for what they need: numbers, and pointers to arrays.
    ///
    /// # Errors
    /// Something cannot be written in that language.
    pub fn compute(&mut self, roots: &[NodeId]) -> Result<Vec<Expression>> {
        let program = self.file.program;
        let graph = program.graph;
        let (order, mut uses) = program.written(roots, |id| self.known.contains_key(&id))?;
        roots
            .iter()
            .for_each(|root| *uses.entry(*root).or_default() += 1);
        let mut inline: FxHashMap<NodeId, Expression> = FxHashMap::default();
        for id in order {
            if self.known.contains_key(&id) {
                continue;
            }
            let found = self.expression(id, &mut inline)?;
            let count = uses.get(&id).copied().unwrap_or(0);
            let named = program.names.contains_key(&id);
            let short = found.binding == Binding::Atom && found.text.len() <= 12;
            let bound = match found.form {
                Form::Number if found.literal.is_some() || short => None,
                Form::Number if named || count > 1 || found.text.len() > INLINE => {
                    Some(self.bind(id, found.clone()))
                }
                Form::Entry if named || count > 1 || found.text.len() > INLINE => {
                    Some(self.store(id, &found))
                }
                _ => None,
            };
            match bound {
                Some(bound) => self.known.insert(id, bound),
                None => inline.insert(id, found),
            };
        }
        let mut results = Vec::new();
        for root in roots {
            let found = self.argument(*root, &inline);
            results.push(match graph.shape(*root) {
                Shape::SCALAR => found,
                shape => self.whole(*root, &found, shape),
            });
        }
        Ok(results)
    }

    /// A number with a name.
    pub fn bind(&mut self, id: NodeId, found: Expression) -> Expression {
        let name = self.name_for(id);
        self.line(format!("const double {name} = {};", found.text));
        Expression::number(name)
    }

    /// A loop that fills a place with entries.
    pub fn store(&mut self, id: NodeId, found: &Expression) -> Expression {
        let name = self.name_for(id);
        self.place(&name, found.shape.len());
        self.fill(&name, &found.text, found.shape.len());
        Expression::pointer(name, found.shape)
    }

    /// Entries of a place, one after the other.
    pub fn fill(&mut self, name: &str, entry: &str, count: usize) {
        self.line(format!("for (size_t k = 0; k < {count}; ++k) {{"));
        self.line(format!("    {name}[k] = {entry};"));
        self.line("}");
    }

    pub fn argument(&self, id: NodeId, inline: &FxHashMap<NodeId, Expression>) -> Expression {
        let known = self.known.get(&id).or_else(|| inline.get(&id));
        known.expect("arguments come first").clone()
    }

    /// The entry `k`, counted in `shape`, of something that stretches to it.
    pub fn entry(&mut self, id: NodeId, found: &Expression, shape: Shape) -> Expression {
        if found.form == Form::Number || (found.form == Form::Entry && found.shape == shape) {
            return found.clone();
        }
        let pointer = match found.form {
            Form::Entry => self.store(id, found),
            _ => found.clone(),
        };
        let base = pointer.within(Binding::Atom);
        let text = match pointer.shape {
            same if same == shape => format!("{base}[k]"),
            row if row.rows == 1 => format!("{base}[k / {}]", shape.rows),
            _ => format!("{base}[k % {}]", shape.rows),
        };
        Expression {
            form: Form::Entry,
            shape,
            ..Expression::number(text)
        }
    }

    /// A pointer to all entries of `shape`.
    pub fn whole(&mut self, id: NodeId, found: &Expression, shape: Shape) -> Expression {
        if found.form == Form::Pointer && found.shape == shape {
            return found.clone();
        }
        let entry = self.entry(id, found, shape);
        let entry = Expression { shape, ..entry };
        let name = self.fresh("whole");
        self.place(&name, shape.len());
        self.fill(&name, &entry.text, shape.len());
        Expression::pointer(name, shape)
    }

    fn expression(
        &mut self,
        id: NodeId,
        inline: &mut FxHashMap<NodeId, Expression>,
    ) -> Result<Expression> {
        let program = self.file.program;
        let node = program.graph.node(id);
        Ok(match node.op {
            Op::Literal(x) => Expression::literal(x),
            Op::Constant(k) => self.constant(id, &program.graph.constant_value(k)),
            Op::Input(leaf) => match program.graph.leaf(leaf).value {
                Some(value) => self.constant(id, &value),
                None => {
                    bail!(Value, program.place(id), "`{}` has no value", program.graph.leaf(leaf).name; label: "needed here")
                }
            },
            Op::Hold(_) => self.argument(program.graph.args(id)[0], inline),
            Op::Raise(_) => bail!(Type, program.place(id),
                "this branch has no value, so it cannot be written in another language";
                label: "fails where it is taken"),
            Op::Apply(row, attr) => self.operation(id, row, attr, inline)?,
        })
    }

    /// Numbers that the code holds.
    pub fn constant(&mut self, id: NodeId, value: &Tensor) -> Expression {
        if let Some(x) = value.as_scalar() {
            return Expression::literal(x);
        }
        let known = self.file.constants.iter().find(|(known, ..)| *known == id);
        let name = match known {
            Some((_, name, _)) => name.clone(),
            None => {
                let name = self.file.scope.take("table");
                self.scope.take(&name);
                self.file.constants.push((id, name.clone(), value.clone()));
                name
            }
        };
        Expression::pointer(name, value.shape())
    }

    /// The numbers of something that depends on no input.
    ///
    /// # Errors
    /// Something cannot be written in that language.
    pub fn computed(&mut self, id: NodeId) -> Result<Expression> {
        let program = self.file.program;
        let mut interpreter = Interpreter::new(program.graph, u64::MAX);
        let value = interpreter.value(id).map(|view| view.to_tensor());
        match value {
            Ok(value) => Ok(self.constant(id, &value)),
            Err(_) => bail!(Value, program.place(id), "this has no value"; label: "needed here"),
        }
    }
}
