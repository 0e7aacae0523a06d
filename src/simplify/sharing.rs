//! Names for what a written formula says more than once.

use crate::syntax::ast::{BinaryOp, ExprId, ExprKind, Index, Name, NameId, Script, UnaryOp};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// Operations from which on a repeated part may have a name.
const WORTH_A_NAME: u64 = 3;
/// Operations that a name must save.
const SAVED: u64 = 4;

/// What distinguishes an expression from others with the same parts.
#[derive(PartialEq, Eq, Hash)]
enum Head {
    Number(u64),
    Name(NameId),
    Unary(UnaryOp),
    Binary(BinaryOp),
    If,
    /// A function, and the names of its last arguments.
    Call(Name, Vec<Name>),
    /// The lengths of the rows.
    Matrix(Vec<usize>),
    /// How many ends every index has.
    Index(Vec<usize>),
    /// Equal to nothing else.
    Alone(ExprId),
}

/// An expression among equal ones.
struct Class {
    /// Where the first one stands.
    first: ExprId,
    parts: Vec<usize>,
    /// Operations as a tree.
    cost: u64,
}

/// The operations of an expression: written out as a tree, and as it is shown, with names for what it says
/// more than once.
pub fn operations_of(script: &Script, whole: ExprId) -> (u64, u64) {
    if let Some(few) = few_operations(script, whole) {
        return (few, few);
    }
    let (classes, _) = classes(script, whole);
    let repeated = repeated(&classes);
    let mut shown: Vec<u64> = Vec::with_capacity(classes.len());
    let mut named = 0u64;
    for (class, known) in classes.iter().zip(&repeated) {
        let below = class.parts.iter().map(|part| match repeated[*part] {
            true => 0,
            false => shown[*part],
        });
        let cost = below.fold(
            operations(&script.expr(class.first).kind),
            u64::saturating_add,
        );
        shown.push(cost);
        named = named.saturating_add(if *known { cost } else { 0 });
    }
    let tree = classes.last().map_or(0, |class| class.cost);
    let whole = shown.last().copied().unwrap_or(0);
    (tree, whole.saturating_add(named))
}

/// The operations of an expression that has too few to say one of them twice that is worth a name.
fn few_operations(script: &Script, whole: ExprId) -> Option<u64> {
    let mut stack: SmallVec<[ExprId; 16]> = SmallVec::from_slice(&[whole]);
    let mut count = 0;
    while let Some(expr) = stack.pop() {
        count += operations(&script.expr(expr).kind);
        if count > 2 * WORTH_A_NAME {
            return None;
        }
        if !matches!(head(script, expr), Head::Alone(_)) {
            script.expr(expr).children(|part| stack.push(part));
        }
    }
    Some(count)
}

/// Gives names to the parts of `whole` that occur more than once: the names, with what they stand for, in
/// the order in which they must be defined. `name` makes the k-th name, from 1.
pub fn name_repeated(
    script: &mut Script,
    whole: ExprId,
    name: impl Fn(usize) -> Name,
) -> Vec<(Name, ExprId)> {
    let (classes, places) = classes(script, whole);
    let repeated = repeated(&classes);
    let mut parts: Vec<(Name, ExprId)> = Vec::new();
    let mut names: FxHashMap<usize, NameId> = FxHashMap::default();
    for (class, own) in classes.iter().enumerate() {
        if repeated[class] {
            // The definition is a copy; every place where it stands becomes the name.
            let place = NameId(script.names.len() as u32);
            script.names.push(name(parts.len() + 1));
            let definition = ExprId(script.expressions.len() as u32);
            script.expressions.push(script.expr(own.first).clone());
            parts.push((name(parts.len() + 1), definition));
            names.insert(class, place);
        }
    }
    for (expr, class) in places {
        if let Some(place) = names.get(&class) {
            script.expressions[expr.0 as usize].kind = ExprKind::Name(*place);
        }
    }
    parts
}

/// The expressions below `whole`, equal ones once, parts first; and the class of each.
fn classes(script: &Script, whole: ExprId) -> (Vec<Class>, Vec<(ExprId, usize)>) {
    let mut known: FxHashMap<(Head, Vec<usize>), usize> = FxHashMap::default();
    let mut classes: Vec<Class> = Vec::new();
    let mut places: Vec<(ExprId, usize)> = Vec::new();
    let mut class_of: FxHashMap<ExprId, usize> = FxHashMap::default();
    let mut stack = vec![(whole, false)];
    while let Some((expr, visited)) = stack.pop() {
        let kind = &script.expr(expr).kind;
        let head = head(script, expr);
        let opaque = matches!(head, Head::Alone(_));
        if !visited && !opaque {
            stack.push((expr, true));
            script.expr(expr).children(|part| stack.push((part, false)));
            continue;
        }
        let mut parts = Vec::new();
        if !opaque {
            script
                .expr(expr)
                .children(|part| parts.push(class_of[&part]));
        }
        let below = parts.iter().map(|part| classes[*part].cost);
        let cost = below.fold(operations(kind), u64::saturating_add);
        let class = *known.entry((head, parts.clone())).or_insert(classes.len());
        if class == classes.len() {
            classes.push(Class {
                first: expr,
                parts,
                cost,
            });
        }
        class_of.insert(expr, class);
        places.push((expr, class));
    }
    (classes, places)
}

/// The classes that get a name: larger ones first, so that their parts are counted once in them.
fn repeated(classes: &[Class]) -> Vec<bool> {
    let mut uses = vec![0u64; classes.len()];
    let mut repeated = vec![false; classes.len()];
    if let Some(root) = uses.last_mut() {
        *root = 1;
    }
    for (class, own) in classes.iter().enumerate().rev() {
        let saved = uses[class].saturating_sub(1).saturating_mul(own.cost);
        repeated[class] = own.cost >= WORTH_A_NAME && saved >= SAVED;
        let times = if repeated[class] { 1 } else { uses[class] };
        for part in &own.parts {
            uses[*part] = uses[*part].saturating_add(times);
        }
    }
    repeated
}

fn head(script: &Script, expr: ExprId) -> Head {
    match &script.expr(expr).kind {
        ExprKind::Number(value) => Head::Number(value.to_bits()),
        ExprKind::Name(name) => Head::Name(*name),
        ExprKind::Unary(op, _) => Head::Unary(*op),
        ExprKind::Binary(op, ..) => Head::Binary(*op),
        ExprKind::If(..) => Head::If,
        ExprKind::Call(call) => {
            let named = call.named.iter().map(|one| one.name.name.clone());
            Head::Call(call.function.name.clone(), named.collect())
        }
        ExprKind::Matrix(rows) => Head::Matrix(rows.iter().map(Vec::len).collect()),
        ExprKind::Index(_, indices) => {
            let ends = indices.iter().map(|index| match index {
                Index::At(_) => 1,
                Index::Range(..) => 2,
                Index::All => 0,
            });
            Head::Index(ends.collect())
        }
        ExprKind::Text(_)
        | ExprKind::Derivative(_)
        | ExprKind::Comprehension(_)
        | ExprKind::Block(_) => Head::Alone(expr),
    }
}

/// The operations that an expression adds to those of its parts, as a reader counts them.
fn operations(kind: &ExprKind) -> u64 {
    match kind {
        ExprKind::Number(_)
        | ExprKind::Name(_)
        | ExprKind::Matrix(_)
        | ExprKind::Index(..)
        | ExprKind::Text(_)
        | ExprKind::Unary(UnaryOp::Transpose, _) => 0,
        _ => 1,
    }
}
