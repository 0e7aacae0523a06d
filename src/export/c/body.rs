//! The lines of one function of C: which nodes get a variable, which arrays a place.

use super::expression::{Binding, Expression, Form};
use super::shared::Shared;
use crate::diagnostic::{Result, bail};
use crate::exec::Interpreter;
use crate::export::names::Scope;
use crate::export::program::{ArgumentSet, ExportProgram};
use crate::graph::{NodeId, Op, Shape, Tensor};
use rustc_hash::FxHashMap;

/// What the functions of a file share.
pub(super) struct File<'p, 'g> {
    pub program: &'p ExportProgram<'g>,
    pub arguments: Vec<String>,
    pub dependence: Vec<ArgumentSet>,
    pub scope: Scope,
    /// True where an absent argument is read as zeros.
    pub zeros: bool,
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
    /// What several operations of the lines being written share.
    pub shared: Shared,
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
            shared: Shared::default(),
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
        let graph = self.file.program.graph;
        let found = self.compute_bare(roots)?.into_iter().zip(roots);
        let whole = |(found, root): (Expression, &NodeId)| match graph.shape(*root) {
            Shape::SCALAR => found,
            shape => self.whole(*root, &found, shape),
        };
        Ok(found.map(whole).collect())
    }

    /// The expressions of `roots` as they are: an array may be one entry in a loop.
    ///
    /// # Errors
    /// Something cannot be written in that language.
    pub fn compute_bare(&mut self, roots: &[NodeId]) -> Result<Vec<Expression>> {
        let program = self.file.program;
        let (order, mut uses) = program.written(roots, |id| self.known.contains_key(&id))?;
        roots
            .iter()
            .for_each(|root| *uses.entry(*root).or_default() += 1);
        let unknown = order.iter().filter(|id| !self.known.contains_key(id));
        self.shared = Shared::of(program, unknown.copied());
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
        Ok(roots
            .iter()
            .map(|root| self.argument(*root, &inline))
            .collect())
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
        self.fill(&name, found, found.shape);
        Expression::pointer(name, found.shape)
    }

    /// The entries of a place, column by column.
    pub fn fill(&mut self, name: &str, entry: &Expression, shape: Shape) {
        if !entry.nested {
            return self.fill_flat(name, &entry.text, shape.len());
        }
        let (m, n) = (shape.rows, shape.cols);
        self.line(format!("for (size_t j = 0; j < {n}; ++j) {{"));
        self.line(format!("    for (size_t i = 0; i < {m}; ++i) {{"));
        self.line(format!("        const size_t k = i + j * {m};"));
        self.line(format!("        {name}[k] = {};", entry.text));
        self.line("    }");
        self.line("}");
    }

    /// Entries of a place, one after the other.
    pub fn fill_flat(&mut self, name: &str, entry: &str, count: usize) {
        self.line(format!("for (size_t k = 0; k < {count}; ++k) {{"));
        self.line(format!("    {name}[k] = {entry};"));
        self.line("}");
    }

    pub fn argument(&self, id: NodeId, inline: &FxHashMap<NodeId, Expression>) -> Expression {
        let known = self.known.get(&id).or_else(|| inline.get(&id));
        known.expect("arguments come first").clone()
    }

    /// The entry, in a loop over `shape`, of something that stretches to it.
    pub fn entry(&mut self, id: NodeId, found: &Expression, shape: Shape) -> Expression {
        if found.form == Form::Number || (found.form == Form::Entry && found.shape == shape) {
            return found.clone();
        }
        let pointer = match found.form {
            Form::Entry => self.store(id, found),
            Form::Turned => self.turned(id, found),
            _ => found.clone(),
        };
        let index = match pointer.shape {
            same if same == shape => "k",
            row if row.rows == 1 => "j",
            _ => "i",
        };
        Expression {
            form: Form::Entry,
            shape,
            nested: index != "k",
            ..Expression::number(format!("{}[{index}]", pointer.within(Binding::Atom)))
        }
    }

    /// A pointer to the entries of a matrix of which the transposed one is there.
    fn turned(&mut self, id: NodeId, found: &Expression) -> Expression {
        if let Some(pointer) = self.shared.turned.get(&id) {
            return pointer.clone();
        }
        let name = self.fresh("turned");
        self.place(&name, found.shape.len());
        self.line(format!(
            "transpose({}, {name}, {}, {});",
            found.text, found.shape.cols, found.shape.rows
        ));
        let pointer = Expression::pointer(name, found.shape);
        self.shared.turned.insert(id, pointer.clone());
        pointer
    }

    /// A pointer to all entries of `shape`.
    pub fn whole(&mut self, id: NodeId, found: &Expression, shape: Shape) -> Expression {
        if found.shape == shape && found.form == Form::Pointer {
            return found.clone();
        }
        if found.shape == shape && found.form == Form::Turned {
            return self.turned(id, found);
        }
        let entry = self.entry(id, found, shape);
        let name = self.fresh("whole");
        self.place(&name, shape.len());
        self.fill(&name, &entry, shape);
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
