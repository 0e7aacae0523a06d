//! Linear algebra: products, inverses, determinants.

use super::arithmetic::{LE, WHERE};
use super::array::{HCAT, MATRIX, NORM, VCAT};
use super::elementary::ABS;
use super::term::{entrywise, sum_of_known};
use super::{linear, rounding, rows};
use crate::graph::primitive::{
    AddsUp,
    DerivativeRule::{self, *},
    Implied, JetRule, Notation, Operator, Reach,
    Rounding::Measured,
    Sees, ShapeRule,
};
use crate::graph::{Attr, Block, Corner, Primitive, Shape, Term};

fn square(name: &str, shape: Shape) -> Result<Shape, String> {
    if shape.rows == shape.cols {
        return Ok(shape);
    }
    Err(format!("{name} needs a square matrix; this one is {shape}"))
}

fn scalar_of_square(shapes: &[Shape], _: &[usize]) -> Result<Shape, String> {
    square("this function", shapes[0]).map(|_| Shape::SCALAR)
}

fn solve_shape(shapes: &[Shape], _: &[usize]) -> Result<Shape, String> {
    let a = square("solve", shapes[0])?;
    if a.rows == shapes[1].rows {
        return Ok(shapes[1]);
    }
    Err(format!(
        "solve(A, B) needs as many rows in B as in A: {a} and {}",
        shapes[1]
    ))
}

fn dot_shape(shapes: &[Shape], _: &[usize]) -> Result<Shape, String> {
    let (a, b) = (shapes[0], shapes[1]);
    let vectors = a.is_vector() && b.is_vector() && a.len() == b.len();
    if a == b || vectors {
        return Ok(Shape::SCALAR);
    }
    Err(format!(
        "dot needs two values of the same size, not {a} and {b}"
    ))
}

fn inverse<'g>(x: Term<'g>) -> Term<'g> {
    x.whole(&INV, Attr::None, x.shape())
}

fn solved<'g>(a: Term<'g>, b: Term<'g>) -> Term<'g> {
    let graph = a.graph;
    graph.term(graph.apply(&SOLVE, Attr::None, b.shape(), &[a.id, b.id]))
}

/// The sum of the products of the entries, `weights` in the shape of `dot`.
fn contracted<'g>(weights: Term<'g>, dot: Option<Term<'g>>, y: Term<'g>) -> Term<'g> {
    dot.map_or_else(|| y.zero(), |dot| (weights * dot).sum())
}

/// Rows up to which cofactors are differentiated minor by minor.
const MINORS: usize = 12;

/// The change of the cofactors. They are polynomials, so there is one at singular matrices too.
fn cofactor_tangent<'g>(args: &[Term<'g>], y: Term<'g>, dots: &[Option<Term<'g>>]) -> Term<'g> {
    let Some(dot) = dots[0] else { return y.zero() };
    let x = args[0];
    match x.shape().m() {
        0 | 1 => y.zero(),
        2..=MINORS => tangent_by_minors(x, dot),
        _ => tangent_by_determinant(x, y, dot),
    }
}

/// A cofactor is the determinant of a minor, up to its sign.
fn tangent_by_minors<'g>(x: Term<'g>, dot: Term<'g>) -> Term<'g> {
    let (graph, n) = (x.graph, x.shape().m());
    let others = |k: usize| -> Vec<usize> { (0..n).filter(|other| *other != k).collect() };
    let mut entries = Vec::with_capacity(n * n);
    for i in 0..n {
        for j in 0..n {
            let change = match (others(i).as_slice(), others(j).as_slice()) {
                (&[row], &[col]) => entry(dot, row, col),
                (&[a, b], &[c, d]) => {
                    let product = |first: (usize, usize), second: (usize, usize)| {
                        entry(dot, first.0, first.1) * entry(x, second.0, second.1)
                    };
                    product((a, c), (b, d)) + product((b, d), (a, c))
                        - product((a, d), (b, c))
                        - product((b, c), (a, d))
                }
                _ => {
                    let [minor, change] =
                        [x, dot].map(|term| without(without(term, i, true), j, false));
                    let cofactors = minor.whole(&COFACTOR, Attr::None, minor.shape());
                    (cofactors * change).sum()
                }
            };
            entries.push(if (i + j) % 2 == 0 {
                change.id
            } else {
                (-change).id
            });
        }
    }
    graph.term(graph.apply(&MATRIX, Attr::None, x.shape(), &entries))
}

fn entry(x: Term<'_>, i: usize, j: usize) -> Term<'_> {
    let (row, col) = (i as u32, j as u32);
    x.block(Block {
        corner: Corner { row, col },
        shape: Shape::SCALAR,
    })
}

/// A matrix without one of its rows, or columns.
fn without(x: Term<'_>, k: usize, row: bool) -> Term<'_> {
    let shape = x.shape();
    let part = |first: usize, count: usize| {
        let (first, count) = (first as u32, count as u32);
        x.block(if row {
            Block {
                corner: Corner { row: first, col: 0 },
                shape: Shape {
                    rows: count,
                    ..shape
                },
            }
        } else {
            Block {
                corner: Corner { row: 0, col: first },
                shape: Shape {
                    cols: count,
                    ..shape
                },
            }
        })
    };
    let (join, length): (&'static Primitive, usize) = if row {
        (&VCAT, shape.m())
    } else {
        (&HCAT, shape.n())
    };
    if k == 0 {
        return part(1, length - 1);
    }
    if k == length - 1 {
        return part(0, length - 1);
    }
    let (before, behind) = (part(0, k), part(k + 1, length - k - 1));
    let less = if row {
        Shape {
            rows: shape.rows - 1,
            ..shape
        }
    } else {
        Shape {
            cols: shape.cols - 1,
            ..shape
        }
    };
    let ids = [before.id, behind.id];
    x.graph.term(x.graph.apply(join, Attr::None, less, &ids))
}

/// (tr(cof(X)ᵀẊ)·cof(X) − cof(X)·Ẋᵀ·cof(X))/det X, and no answer where rounding has eaten it.
fn tangent_by_determinant<'g>(x: Term<'g>, y: Term<'g>, dot: Term<'g>) -> Term<'g> {
    let det = x.whole(&DET, Attr::None, Shape::SCALAR);
    let norm = |term: Term<'g>| term.whole(&NORM, Attr::None, Shape::SCALAR);
    let tangent = ((y * dot).sum() * y - y.matmul(dot.transposed()).matmul(y)) / det;
    let bound = 1e12 * det.map(&ABS);
    let sure = entrywise(&LE, &[norm(x) * norm(y), bound]);
    // A factor, so that what is reached of the tangent in parts has no answer either.
    tangent * entrywise(&WHERE, &[sure, x.number(1.0), x.number(f64::NAN)])
}

/// The determinant and the adjugate by products alone (Faddeev and LeVerrier), so that they are right at
/// singular matrices too; `None` where so many products would lose too many digits.
fn without_division(x: Term<'_>) -> Option<(Term<'_>, Term<'_>)> {
    let shape = x.shape();
    let n = shape.m();
    if !(1..=MINORS).contains(&n) {
        return None;
    }
    let graph = x.graph;
    let identity = graph.term(graph.apply(&super::array::EYE, Attr::None, shape, &[]));
    let sign = if n.is_multiple_of(2) { -1.0 } else { 1.0 };
    let mut part = identity;
    for k in 1..=n {
        let product = x.matmul(part);
        let coefficient = -(product.whole(&TR, Attr::None, Shape::SCALAR) / k as f64);
        if k == n {
            return Some((-sign * coefficient, sign * part));
        }
        part = product + coefficient * identity;
    }
    None
}

/// The adjoints of a matrix product; `diff` puts in the masks, where there are any.
const OF_PRODUCT: DerivativeRule = Bilinear(
    |ct, _, b| ct.matmul(b.transposed()),
    |ct, a, _| a.transposed().matmul(ct),
);

rows! {
    MATMUL = Primitive::whole("matmul", linear::matmul, ShapeRule::Given).parameters(&["A", "B"])
        .notation(Notation::Infix(Operator::MatMul)).adds_up(AddsUp::Product).reach(Reach::Product).derivative(OF_PRODUCT)
        .rounding(Measured(rounding::matmul)).doc("The matrix product.").example("[1, 2; 3, 4]*[1, 1]", "[3, 7]");
    MATMUL_REACHED = Primitive::whole("matmul", linear::matmul_reached, ShapeRule::Given)
        .parameters(&["A", "B", "reached in A", "reached in B"]).places(2).reach(Reach::Product)
        .notation(Notation::Infix(Operator::MatMul)).derivative(OF_PRODUCT)
        .rounding(Measured(rounding::matmul)).doc("The matrix product where what is not reached in a factor is 0 whatever it is multiplied by; 1 for a mask: everything is reached.");
    DOT = Primitive::whole("dot", linear::dot, ShapeRule::Rule(dot_shape)).parameters(&["a", "b"])
        .adds_up(AddsUp::Dot).derivative(Bilinear(|ct, a, b| ct * b.reshaped(a.shape()), |ct, a, b| ct * a.reshaped(b.shape())))
        .latex(r"\langle{#1}, {#2}\rangle").rounding(Measured(rounding::dot)).doc("The sum of the products of the entries.").example("dot([1, 2], [3, 4])", "11");
    TR = Primitive::whole("tr", linear::tr, ShapeRule::Rule(scalar_of_square)).parameters(&["A"])
        .sees(Sees::Diagonal).reach(Reach::Diagonal).derivative(Linear(|ct, y, _| {
            let shape = y.arg(0).shape();
            ct.stretch(Shape::vector(shape.m())).whole(&super::array::DIAG, Attr::None, shape)
        }))
        .rounding(Measured(rounding::tr)).doc("The sum of the diagonal.").example("tr([1, 2; 3, 4])", "5");
    DET = Primitive::whole("det", linear::det, ShapeRule::Rule(scalar_of_square)).parameters(&["A"])
        .derivative(Tangent(|args, y, dots| {
            contracted(args[0].whole(&COFACTOR, Attr::None, args[0].shape()), dots[0], y)
        }))
        .jets(JetRule::Written(|args| Some(without_division(args[0])?.0)))
        .latex(r"\det").rounding(Measured(rounding::det)).doc("The determinant.").example("det([1, 2; 3, 4])", "-2");
    LOGDET = Primitive::whole("logdet", linear::logdet, ShapeRule::Rule(scalar_of_square)).parameters(&["A"])
        .derivative(Tangent(|args, y, dots| contracted(inverse(args[0]).transposed(), dots[0], y)))
        .latex(r"\log\det").rounding(Measured(rounding::logdet)).doc("log(det(A)) without overflow; NaN where the determinant is negative.").example("logdet([2, 0; 0, 3])", "1.79176");
    INV = Primitive::whole("inv", linear::inv, ShapeRule::Rule(|shapes, _| square("inv", shapes[0]))).may_fail().parameters(&["A"])
        .derivative(Tangent(|_, y, dots| dots[0].map_or_else(|| y.zero(), |dot| -y.matmul(dot).matmul(y))))
        .latex(r"#1^{-1}").rounding(Measured(rounding::inv)).doc("The inverse matrix.").example("inv([2, 0; 0, 4])", "[0.5, 0; 0, 0.25]");
    SOLVE = Primitive::whole("solve", linear::solve, ShapeRule::Rule(solve_shape)).may_fail().reach(Reach::Columns).parameters(&["A", "B"])
        .derivative(Pair(
            |args, y, dots| {
                let from_a = dots[0].map(|da| -da.matmul(y));
                let right = sum_of_known(dots[1], from_a);
                right.map_or_else(|| y.zero(), |right| solved(args[0], right))
            },
            |ct, args, y, k| {
                let back = solved(args[0].transposed(), ct);
                if k == 0 { -back.matmul(y.transposed()) } else { back }
            },
        ))
        .jets(JetRule::Equation(Implied { coefficient: 0, right: 1, moved: |a, y| -a.matmul(y) }))
        .latex(r"#1^{-1} #2").rounding(Measured(rounding::solve)).doc("The X with A*X = B.").example("solve([2, 0; 0, 4], [2, 2])", "[1, 0.5]");
    COFACTOR = Primitive::whole("cofactor", linear::cofactor, ShapeRule::Same).parameters(&["A"]).internal()
        .writable().derivative(Tangent(cofactor_tangent))
        .jets(JetRule::Written(|args| Some(without_division(args[0])?.1.transposed())))
        .latex(r"\operatorname{cof}").rounding(Measured(rounding::cofactor)).doc("The matrix of cofactors: the derivative of det, also at singular matrices.");
}
