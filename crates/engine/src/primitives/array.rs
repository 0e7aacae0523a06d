//! Arrays: making, joining, cutting, reducing.

use super::term::{entrywise, sum_of_known};
use super::{algebra, arithmetic, kernels, reductions, rounding, rows};
use crate::graph::primitive::{
    AddsUp, Demand, DerivativeRule::*, Implied, JetRule, Kernel, Map2, Mask, Notation, Placement,
    Reach, Rounding::Measured, Sees, ShapeRule, Sizes, Slopes, WholeKernel,
};
use crate::graph::{Attr, Block, Corner, Primitive, Shape, Term};
use crate::vector::map2;

/// The shape left when the axis of `attr` is collapsed.
pub fn reduced(shape: Shape, attr: Attr) -> Shape {
    match attr {
        Attr::Axis(1) => Shape { rows: 1, ..shape },
        Attr::Axis(2) => Shape { cols: 1, ..shape },
        _ => Shape::SCALAR,
    }
}

/// The number of entries that go into each entry of a reduction.
fn lane_length(shape: Shape, attr: Attr) -> f64 {
    (shape.len() / reduced(shape, attr).len().max(1)) as f64
}

/// The operation `row` along the same axis as the node `y`.
fn along<'g>(x: Term<'g>, row: &'static Primitive, y: Term<'g>) -> Term<'g> {
    let attr = y.node().attr();
    let shape = match row.shape {
        ShapeRule::Reduce => reduced(x.shape(), attr),
        _ => x.shape(),
    };
    x.whole(row, attr, shape)
}

fn sum_like<'g>(x: Term<'g>, y: Term<'g>) -> Term<'g> {
    x.sum_along(y.node().attr())
}

/// The lanes of the operation `y` on `x` as the columns of a matrix.
fn lanes_as_columns<'g>(x: Term<'g>, y: Term<'g>) -> Term<'g> {
    match y.node().attr() {
        Attr::Axis(1) => x,
        Attr::Axis(2) => x.transposed(),
        _ => x.reshaped(Shape::vector(x.shape().len())),
    }
}

/// Undoes [`lanes_as_columns`] for a result in the shape of `x`, or for one entry a lane.
fn columns_as_lanes<'g>(result: Term<'g>, y: Term<'g>) -> Term<'g> {
    match y.node().attr() {
        Attr::Axis(2) => result.transposed(),
        _ => result.reshaped(y.shape()),
    }
}

fn rows_of(x: Term<'_>, first: usize, count: usize) -> Term<'_> {
    x.block(Block {
        corner: Corner {
            row: first as u32,
            col: 0,
        },
        shape: Shape::new(count, x.shape().n()),
    })
}

/// Every column moved down by one, `first` in the free row.
pub(super) fn shifted_down<'g>(x: Term<'g>, first: f64) -> Term<'g> {
    let top = x.number(first).stretch(Shape::new(1, x.shape().n()));
    let m = x.shape().m();
    if m <= 1 {
        return top.stretch(x.shape());
    }
    let below = rows_of(x, 0, m - 1);
    let ids = [top.id, below.id];
    let graph = x.graph;
    graph.term(graph.apply(&VCAT, Attr::None, x.shape(), &ids))
}

/// Every column moved up by one, zero in the free row.
fn shifted_up(x: Term<'_>) -> Term<'_> {
    flipped(shifted_down(flipped(x), 0.0))
}

/// The rows in opposite order.
fn flipped(x: Term<'_>) -> Term<'_> {
    x.whole(&FLIP, Attr::Axis(1), x.shape())
}

/// y₁ = b₁, yₖ = aₖ·yₖ₋₁ + bₖ down every column.
fn recurrence<'g>(a: Term<'g>, b: Term<'g>) -> Term<'g> {
    let graph = a.graph;
    graph.term(graph.apply(&RECURRENCE, Attr::None, b.shape(), &[a.id, b.id]))
}

/// The tangent of the running products down every column, right also where factors are zero.
fn running_product_tangent<'g>(x: Term<'g>, y: Term<'g>, dx: Term<'g>) -> Term<'g> {
    recurrence(x, shifted_down(y, 1.0) * dx)
}

fn columnwise<'g>(x: Term<'g>, row: &'static Primitive) -> Term<'g> {
    x.whole(row, Attr::Axis(1), x.shape())
}

fn prod_tangent<'g>(args: &[Term<'g>], y: Term<'g>, dots: &[Option<Term<'g>>]) -> Term<'g> {
    let Some(dot) = dots[0] else { return y.zero() };
    let (x, dx) = (lanes_as_columns(args[0], y), lanes_as_columns(dot, y));
    let m = x.shape().m();
    if m == 0 {
        return y.zero();
    }
    let tangent = running_product_tangent(x, columnwise(x, &CUMPROD), dx);
    columns_as_lanes(rows_of(tangent, m - 1, 1), y)
}

fn cumprod_tangent<'g>(args: &[Term<'g>], y: Term<'g>, dots: &[Option<Term<'g>>]) -> Term<'g> {
    let Some(dot) = dots[0] else { return y.zero() };
    if y.node().attr() == Attr::None {
        return running_product_tangent(args[0], y, dot);
    }
    let [x, result, dx] = [args[0], y, dot].map(|term| lanes_as_columns(term, y));
    columns_as_lanes(running_product_tangent(x, result, dx), y)
}

/// Factors up to which each of them is left out in a column of its own.
const SQUARE: usize = 1000;

/// The identity matrix with as many rows as `x`.
fn identity(x: Term<'_>) -> Term<'_> {
    let shape = Shape::new(x.shape().m(), x.shape().m());
    x.graph.term(x.graph.apply(&EYE, Attr::None, shape, &[]))
}

/// A square matrix whose column k is the vector `x` with 1 in the place of its entry k.
fn each_left_out(x: Term<'_>) -> Term<'_> {
    entrywise(&arithmetic::WHERE, &[identity(x), x.number(1.0), x])
}

/// For every entry of `x` the product of the others in its lane, also where entries are zero, and so
/// that there is a way to write it.
fn products_of_others<'g>(x: Term<'g>, y: Term<'g>) -> Term<'g> {
    let count = x.shape().len();
    if count <= 1 {
        return x.number(1.0).stretch(x.shape());
    }
    if y.shape().is_scalar() && count <= SQUARE {
        return x.whole(&OTHERS, Attr::None, x.shape());
    }
    // Beside a zero the product of the others is anything but zero only if that is the only one.
    let attr = y.node().attr();
    let zero = entrywise(&arithmetic::EQ, &[x, x.number(0.0)]);
    let rest = entrywise(&arithmetic::WHERE, &[zero, x.number(1.0), x]);
    let single = entrywise(&arithmetic::EQ, &[zero.sum_along(attr), x.number(1.0)]);
    let at_zero = (single * rest.whole(&PROD, attr, y.shape())).stretch(x.shape());
    let quotient = y.stretch(x.shape()) / x;
    entrywise(&arithmetic::WHERE, &[zero, at_zero, quotient])
}

/// Every column of [`each_left_out`] is a product of its own.
fn others_tangent<'g>(args: &[Term<'g>], y: Term<'g>, dots: &[Option<Term<'g>>]) -> Term<'g> {
    let Some(dot) = dots[0] else { return y.zero() };
    let [x, dx] = [args[0], dot].map(|term| term.reshaped(Shape::vector(term.shape().len())));
    let factors = each_left_out(x);
    let changes = entrywise(&arithmetic::WHERE, &[identity(x), x.number(0.0), dx]);
    let tangent = running_product_tangent(factors, columnwise(factors, &CUMPROD), changes);
    let last = rows_of(tangent, x.shape().m() - 1, 1);
    last.transposed().reshaped(y.shape())
}

/// The Jacobian of the running products of a vector: entry (i, k) is the product of the first i entries
/// without entry k.
fn spelled_cumprod_tangent<'g>(
    args: &[Term<'g>],
    y: Term<'g>,
    dots: &[Option<Term<'g>>],
) -> Term<'g> {
    let Some(dot) = dots[0] else { return y.zero() };
    let across = y.node().attr() == Attr::Axis(2);
    let column = |term: Term<'g>| if across { term.transposed() } else { term };
    let (x, dx) = (column(args[0]), column(dot));
    if x.shape().m() == 1 {
        return dot;
    }
    if x.shape().n() != 1 || x.shape().m() > SQUARE {
        return cumprod_tangent(args, y, dots);
    }
    let others = each_left_out(x);
    let reached = columnwise(identity(x), &CUMSUM);
    let jacobian = reached * columnwise(others, &CUMPROD);
    column(jacobian.matmul(dx))
}

/// cumsum and the like go down the columns where no axis is given.
fn default_down(attr: Attr) -> Attr {
    match attr {
        Attr::None => Attr::Axis(1),
        attr => attr,
    }
}

fn cumsum_transposed<'g>(ct: Term<'g>, y: Term<'g>, _: usize) -> Term<'g> {
    let attr = default_down(y.node().attr());
    let flip = |x: Term<'g>| x.whole(&FLIP, attr, x.shape());
    flip(flip(ct).whole(&CUMSUM, attr, ct.shape()))
}

/// The deviations from the mean of each lane of a reduction `y`.
fn centred<'g>(x: Term<'g>, y: Term<'g>) -> Term<'g> {
    x.whole(&DEVIATIONS, y.node().attr(), x.shape())
}

fn std_tangent<'g>(args: &[Term<'g>], y: Term<'g>, dots: &[Option<Term<'g>>]) -> Term<'g> {
    let Some(dot) = dots[0] else { return y.zero() };
    let scale = y.stretch(args[0].shape());
    let weights = (centred(args[0], y) / scale).where_true(scale.nonzero());
    along(weights * dot, &MEAN, y)
}

/// x/‖x‖ in each lane, and 0 where the norm is 0: the subgradient of smallest norm.
fn unit<'g>(x: Term<'g>, y: Term<'g>) -> Term<'g> {
    let norm = y.stretch(x.shape());
    (x / norm).where_true(norm.nonzero())
}

fn softmax_tangent<'g>(args: &[Term<'g>], y: Term<'g>, dots: &[Option<Term<'g>>]) -> Term<'g> {
    let Some(dot) = dots[0] else { return y.zero() };
    let mean = sum_like(y * dot, y).stretch(args[0].shape());
    y * (dot - mean)
}

/// The tangent `weights·ẋ` summed over each lane.
fn weighted<'g>(weights: Term<'g>, y: Term<'g>, dots: &[Option<Term<'g>>]) -> Term<'g> {
    dots[0].map_or_else(|| y.zero(), |dot| sum_like(weights * dot, y))
}

/// The corner of the block of argument `k` of a join.
fn offset<'g>(y: Term<'g>, k: usize, down: bool) -> Corner {
    let before = (0..k).map(|i| y.arg(i).shape());
    if down {
        Corner {
            row: before.map(|shape| shape.rows).sum(),
            col: 0,
        }
    } else {
        Corner {
            row: 0,
            col: before.map(|shape| shape.cols).sum(),
        }
    }
}

fn join_transposed<'g>(ct: Term<'g>, y: Term<'g>, k: usize, down: bool) -> Term<'g> {
    ct.block(Block {
        corner: offset(y, k, down),
        shape: y.arg(k).shape(),
    })
}

fn broadcast_transposed<'g>(ct: Term<'g>, y: Term<'g>, _: usize) -> Term<'g> {
    let (from, to) = (y.arg(0).shape(), y.shape());
    if from.is_scalar() {
        return ct.sum();
    }
    let down = from.rows != to.rows;
    let right = from.cols != to.cols;
    match (down, right) {
        (true, false) => summed(ct, 1),
        (false, true) => summed(ct, 2),
        _ => ct.sum(),
    }
}

/// The sum along an axis. Of a product it is the product with a sum: a row or a column takes the place of a whole
/// factor.
fn summed(ct: Term<'_>, axis: u8) -> Term<'_> {
    let is = |term: Term<'_>, row| term.node().primitive().is_some_and(|known| known.is(row));
    if is(ct, &algebra::MATMUL) {
        return match axis {
            1 => summed(ct.arg(0), axis).matmul(ct.arg(1)),
            _ => ct.arg(0).matmul(summed(ct.arg(1), axis)),
        };
    }
    if is(ct, &arithmetic::NEG) && is(ct.arg(0), &algebra::MATMUL) {
        return -summed(ct.arg(0), axis);
    }
    ct.sum_along(Attr::Axis(axis))
}

/// `ct` in its block of a matrix of zeros.
pub fn placed<'g>(ct: Term<'g>, corner: Corner, shape: Shape) -> Term<'g> {
    let graph = ct.graph;
    let attr = graph.block_list(vec![Block {
        corner,
        shape: ct.shape(),
    }]);
    graph.term(graph.apply(&ASSEMBLE, attr, shape, &[ct.id]))
}

fn index_transposed<'g>(ct: Term<'g>, y: Term<'g>, _: usize) -> Term<'g> {
    match y.node().attr() {
        Attr::Corner(corner) => placed(ct, corner, y.arg(0).shape()),
        _ => ct,
    }
}

/// The operation `row` on `x` at the places that the node `y` names.
fn at_places_of<'g>(x: Term<'g>, row: &'static Primitive, y: Term<'g>, shape: Shape) -> Term<'g> {
    let graph = x.graph;
    let ids = [x.id, y.arg(1).id, y.arg(2).id];
    graph.term(graph.apply(row, Attr::None, shape, &ids))
}

fn matrix_transposed<'g>(ct: Term<'g>, y: Term<'g>, k: usize) -> Term<'g> {
    let cols = y.shape().n();
    let corner = Corner {
        row: (k / cols) as u32,
        col: (k % cols) as u32,
    };
    ct.block(Block {
        corner,
        shape: Shape::SCALAR,
    })
}

fn assemble_transposed<'g>(ct: Term<'g>, y: Term<'g>, k: usize) -> Term<'g> {
    ct.block(y.graph.blocks(y.node().attr())[k])
}

fn diag_transposed<'g>(ct: Term<'g>, y: Term<'g>, _: usize) -> Term<'g> {
    let from = y.arg(0).shape();
    if from.is_vector() {
        return ct
            .whole(&DIAG, Attr::None, Shape::vector(from.len()))
            .reshaped(from);
    }
    let k = ct.shape().len();
    let square = ct.whole(&DIAG, Attr::None, Shape::new(k, k));
    if square.shape() == from {
        square
    } else {
        placed(square, Corner { row: 0, col: 0 }, from)
    }
}

fn ramp<'g>(y: Term<'g>) -> Term<'g> {
    let graph = y.graph;
    let ends = [graph.literal(0.0), graph.literal(1.0)];
    graph.term(graph.apply(&LINSPACE, Attr::None, y.shape(), &ends))
}

fn linspace_transposed<'g>(ct: Term<'g>, y: Term<'g>, k: usize) -> Term<'g> {
    let weight = if k == 0 { 1.0 - ramp(y) } else { ramp(y) };
    (ct * weight).sum()
}

fn no_entries(name: &str, shape: Shape) -> String {
    format!("the {name} of nothing has no value: the argument is {shape}")
}

fn filled(_: &[Shape], sizes: &[usize]) -> Result<Shape, String> {
    match *sizes {
        [n] => Ok(Shape::vector(n)),
        [m, n] => Ok(Shape::new(m, n)),
        _ => Ok(Shape::SCALAR),
    }
}

fn vcat_shape(shapes: &[Shape], _: &[usize]) -> Result<Shape, String> {
    if shapes.iter().any(|shape| shape.cols != shapes[0].cols) {
        return Err("vcat stacks values with equally many columns".into());
    }
    Ok(Shape {
        rows: shapes.iter().map(|shape| shape.rows).sum(),
        cols: shapes[0].cols,
    })
}

fn hcat_shape(shapes: &[Shape], _: &[usize]) -> Result<Shape, String> {
    if shapes.iter().any(|shape| shape.rows != shapes[0].rows) {
        return Err("hcat joins values with equally many rows".into());
    }
    Ok(Shape {
        rows: shapes[0].rows,
        cols: shapes.iter().map(|shape| shape.cols).sum(),
    })
}

fn reshape_shape(shapes: &[Shape], sizes: &[usize]) -> Result<Shape, String> {
    let shape = filled(shapes, sizes)?;
    if shape.len() == shapes[0].len() {
        return Ok(shape);
    }
    Err(format!(
        "{} entries do not fill a {shape} matrix",
        shapes[0].len()
    ))
}

fn linspace_shape(shapes: &[Shape], sizes: &[usize]) -> Result<Shape, String> {
    match shapes.iter().find(|shape| !shape.is_scalar()) {
        None => Ok(Shape::vector(sizes[0])),
        Some(shape) => Err(format!(
            "linspace runs from one number to another, not from a {shape} matrix"
        )),
    }
}

fn onehot_shape(shapes: &[Shape], sizes: &[usize]) -> Result<Shape, String> {
    if !shapes[0].is_vector() {
        return Err(format!(
            "onehot takes a vector of classes, not a {} matrix",
            shapes[0]
        ));
    }
    Ok(Shape::new(shapes[0].len(), sizes[0]))
}

fn diag_shape(shapes: &[Shape], _: &[usize]) -> Result<Shape, String> {
    let shape = shapes[0];
    Ok(if shape.is_vector() {
        Shape::new(shape.len(), shape.len())
    } else {
        Shape::vector(shape.m().min(shape.n()))
    })
}

/// The shape rule of `approx`: any two values that stretch to one shape, and a scalar comes out.
fn approx_shape(shapes: &[Shape], _: &[usize]) -> Result<Shape, String> {
    for (shape, name) in shapes[2..].iter().zip(["tol", "abs"]) {
        if !shape.is_scalar() {
            return Err(format!("{name} is one number"));
        }
    }
    match Shape::common(&shapes[..2]) {
        Some(_) => Ok(Shape::SCALAR),
        None => Err(format!(
            "cannot hold a {} value against a {} one",
            shapes[0], shapes[1]
        )),
    }
}

/// Reductions that have no value on nothing.
pub fn refuses_empty(row: &'static Primitive, shape: Shape, attr: Attr) -> Option<String> {
    let reduces = matches!(row.shape, ShapeRule::Reduce);
    (reduces && !row.takes_empty && !reduced(shape, attr).is_empty() && shape.is_empty())
        .then(|| no_entries(row.name, shape))
}

/// Each block beside the one before.
const SIDE_BY_SIDE: Placement = Placement {
    corner: |placing| Corner {
        row: 0,
        col: placing.before.corner.col + placing.before.shape.cols,
    },
    tiles: true,
};

/// Each block below the one before.
const ON_TOP: Placement = Placement {
    corner: |placing| Corner {
        row: placing.before.corner.row + placing.before.shape.rows,
        col: 0,
    },
    tiles: true,
};

/// Scalars, row by row.
const ROW_BY_ROW: Placement = Placement {
    corner: |placing| {
        let cols = placing.shape.n().max(1);
        Corner {
            row: (placing.k / cols) as u32,
            col: (placing.k % cols) as u32,
        }
    },
    tiles: true,
};

/// Each block where the attribute says, also one over another.
const WHERE_TOLD: Placement = Placement {
    corner: |placing| placing.blocks[placing.k].corner,
    tiles: false,
};

/// x where the mask is true, else 0.
const KEEP: Map2 = map2!(|mask, x| if arithmetic::is_true(mask) { x } else { 0.0 });

const fn generator(name: &'static str, kernel: WholeKernel) -> Primitive {
    Primitive::whole(name, kernel, ShapeRule::Rule(filled))
        .parameters(&["m", "n"])
        .counts(0, 1, 2, Sizes::Both)
}

const fn seeded(name: &'static str, kernel: WholeKernel) -> Primitive {
    Primitive::whole(name, kernel, ShapeRule::Given)
        .parameters(&["seed"])
        .places(1)
        .may_fail()
        .internal()
        .exact()
}

/// The generator `row` with its seed as an argument.
pub fn with_changing_seed(row: &'static Primitive) -> Option<&'static Primitive> {
    let known = [(&RAND, &SEEDED_RAND), (&RANDN, &SEEDED_RANDN)];
    let mut known = known.into_iter();
    known.find_map(|(fixed, changing)| row.is(fixed).then_some(changing))
}

rows! {
    SUM = Primitive::reduction("sum", reductions::sum)
        .adds_up(AddsUp::Sum).takes_empty().derivative(Linear(|ct, y, _| ct.stretch(y.arg(0).shape())))
        .latex(r"\sum").rounding(Measured(rounding::sum)).doc("The sum of all entries, or along an axis.").example("sum([1, 2; 3, 4], axis=1)", "[4, 6]'");
    MEAN = Primitive::reduction("mean", reductions::mean)
        .adds_up(AddsUp::Mean).derivative(Linear(|ct, y, _| {
            let from = y.arg(0).shape();
            (ct / lane_length(from, y.node().attr())).stretch(from)
        }))
        .rounding(Measured(rounding::mean)).doc("The mean of all entries, or along an axis.").example("mean([1, 2, 6])", "3");
    VAR = Primitive::reduction("var", reductions::var)
        .derivative(Tangent(|args, y, dots| dots[0].map_or_else(|| y.zero(), |dot| 2.0 * along(centred(args[0], y) * dot, &MEAN, y))))
        .rounding(Measured(rounding::var)).doc("The mean squared deviation from the mean (divides by n).").example("var([1, 2, 6])", "4.66667");
    DEVIATIONS = Primitive::whole("deviations", reductions::deviations, ShapeRule::Same).internal().reach(Reach::Lane)
        .derivative(Pair(|_, y, dots| dots[0].map_or_else(|| y.zero(), |dot| centred(dot, y)), |ct, _, y, _| centred(ct, y)))
        .jets(JetRule::Linear)
        .rounding(Measured(rounding::deviations)).doc("x - mean(x) of each lane, exactly 0 where all entries are equal.");
    STD = Primitive::reduction("std", reductions::std)
        .derivative(Tangent(std_tangent))
        .kinks(|args, _| {
            let n = args.len() as f64;
            let slope = (n - 1.0).sqrt() / n;
            let equal = args.len() > 1 && args.iter().all(|x| *x == args[0]);
            equal.then_some(Slopes { taken: 0.0, left: -slope, right: slope })
        })
        .rounding(Measured(rounding::norm)).doc("The square root of var; derivative 0 where it is 0.").example("std([1, 3])", "1");
    PROD = Primitive::reduction("prod", reductions::prod)
        .takes_empty().spelled(&PROD_SPELLED).derivative(Tangent(prod_tangent))
        .latex(r"\prod").rounding(Measured(rounding::prod)).doc("The product of all entries, or along an axis.").example("prod([2, 3, 4])", "24");
    PROD_SPELLED = Primitive::reduction("prod", reductions::prod).internal()
        .writable().derivative(Tangent(|args, y, dots| weighted(products_of_others(args[0], y), y, dots)))
        .latex(r"\prod").rounding(Measured(rounding::prod)).doc("The product with its derivative in words of the language, for formulas.");
    OTHERS = Primitive::whole("others", kernels::others, ShapeRule::Same).internal().reach(Reach::Lane)
        .derivative(Tangent(others_tangent))
        .ulps(4.0).doc("For every entry the product of all others.");
    MAX_OF = Primitive::reduction("max", reductions::max)
        .extreme().derivative(Select(|args, y, _| {
            let mask = super::arithmetic::not_less(args[0], y.stretch(args[0].shape()));
            let ties = sum_like(mask, y).stretch(args[0].shape());
            Some((mask, Some(1.0 / ties)))
        }))
        .kinks(|args, k| arithmetic::tie(args, k, super::special::max2, 0.0, 1.0))
        .latex(r"\max").doc("The largest entry; ties share the derivative evenly.").example("max([1, 5, 3])", "5");
    MIN_OF = Primitive::reduction("min", reductions::min)
        .extreme().derivative(Select(|args, y, _| {
            let mask = super::arithmetic::not_less(y.stretch(args[0].shape()), args[0]);
            let ties = sum_like(mask, y).stretch(args[0].shape());
            Some((mask, Some(1.0 / ties)))
        }))
        .kinks(|args, k| arithmetic::tie(args, k, super::special::min2, 1.0, 0.0))
        .latex(r"\min").doc("The smallest entry; ties share the derivative evenly.").example("min([4, 2, 3])", "2");
    NORM = Primitive::reduction("norm", reductions::norm)
        .derivative(Tangent(|args, y, dots| weighted(unit(args[0], y), y, dots)))
        .kinks(|args, _| {
            let origin = args.iter().all(|x| *x == 0.0);
            origin.then_some(Slopes { taken: 0.0, left: -1.0, right: 1.0 })
        })
        .latex(r"\lVert{#1}\rVert").rounding(Measured(rounding::norm)).doc("The Euclidean (Frobenius) norm; derivative 0 at 0.").example("norm([3, 4])", "5");
    NORM1 = Primitive::reduction("norm1", reductions::norm1)
        .derivative(Tangent(|args, y, dots| weighted(args[0].map(&super::elementary::SIGN), y, dots)))
        .kinks(|args, k| (args[k] == 0.0).then_some(Slopes { taken: 0.0, left: -1.0, right: 1.0 }))
        .latex(r"\lVert{#1}\rVert_1").rounding(Measured(rounding::var)).doc("The sum of absolute values.").example("norm1([3, -4])", "7");
    LOGSUMEXP = Primitive::reduction("logsumexp", reductions::logsumexp)
        .derivative(Tangent(|args, y, dots| weighted(along(args[0], &SOFTMAX, y), y, dots)))
        .rounding(Measured(rounding::logsumexp)).doc("log(sum(exp(x))) without overflow.").example("logsumexp([1000, 1000])", "1000.69");
    SOFTMAX = Primitive::whole("softmax", reductions::softmax, ShapeRule::Same).with_axis().reach(Reach::Lane)
        .companion(&LOGSUMEXP, reductions::softmax_and_logsumexp)
        .derivative(Tangent(softmax_tangent))
        .rounding(Measured(rounding::softmax)).doc("exp(x)/sum(exp(x)) without overflow; over all entries, or along an axis.").example("softmax([0, 0])", "[0.5, 0.5]");
    LOG_SOFTMAX = Primitive::whole("log_softmax", reductions::log_softmax, ShapeRule::Same).with_axis().reach(Reach::Lane)
        .derivative(Tangent(|args, y, dots| dots[0].map_or_else(|| y.zero(), |dot| {
            dot - sum_like(along(args[0], &SOFTMAX, y) * dot, y).stretch(args[0].shape())
        })))
        .rounding(Measured(rounding::log_softmax)).doc("log(softmax(x)), exact in the tails.").example("log_softmax([0, 0])", "[-0.693147, -0.693147]");
    ARGMAX = Primitive::reduction("argmax", reductions::argmax)
        .latex(r"\operatorname{arg\,max}").exact().doc("The position of the largest entry, from 1; the first of several.").example("argmax([1, 5, 3])", "2");
    CUMSUM = Primitive::whole("cumsum", kernels::cumsum, ShapeRule::Same).with_axis().reach(Reach::Running)
        .derivative(Linear(cumsum_transposed))
        .rounding(Measured(rounding::cumsum)).doc("Running sums, column by column.").example("cumsum([1, 2, 3])", "[1, 3, 6]");
    CUMPROD = Primitive::whole("cumprod", kernels::cumprod, ShapeRule::Same).with_axis().reach(Reach::Running)
        .spelled(&CUMPROD_SPELLED).derivative(Tangent(cumprod_tangent))
        .rounding(Measured(rounding::cumprod)).doc("Running products, column by column.").example("cumprod([1, 2, 3])", "[1, 2, 6]");
    CUMPROD_SPELLED = Primitive::whole("cumprod", kernels::cumprod, ShapeRule::Same).with_axis().reach(Reach::Running).internal()
        .writable().derivative(Tangent(spelled_cumprod_tangent))
        .rounding(Measured(rounding::cumprod)).doc("Running products with their derivative in words of the language, for formulas.");
    ZEROS = generator("zeros", kernels::zeros).latex(r"0_{{#1} \times {#2}}").exact().doc("A matrix of zeros.").example("zeros(1, 2)", "[0, 0]'");
    ONES = generator("ones", kernels::ones).latex(r"1_{{#1} \times {#2}}").exact().doc("A matrix of ones.").example("ones(1, 2)", "[1, 1]'");
    RAND = generator("rand", kernels::rand).with_seed()
        .exact().doc("Uniform random numbers in [0, 1), the same for the same seed.").example("rand(1, 1, seed=1)", "0.566562");
    RANDN = generator("randn", kernels::randn).with_seed()
        .exact().doc("Standard normal random numbers, the same for the same seed.").example("randn(1, 1, seed=1)", "-0.0342673");
    SEEDED_RAND = seeded("rand", kernels::seeded_rand).doc("Uniform random numbers whose seed differs from run to run of a program.");
    SEEDED_RANDN = seeded("randn", kernels::seeded_randn).doc("Standard normal random numbers whose seed differs from run to run of a program.");
    EYE = Primitive::whole("eye", kernels::eye, ShapeRule::Rule(|_, sizes| Ok(Shape::new(sizes[0], sizes[0]))))
        .parameters(&["n"]).counts(0, 1, 1, Sizes::Rows)
        .latex(r"I_{#1}").exact().doc("The identity matrix.").example("eye(2)", "[1, 0; 0, 1]");
    LINSPACE = Primitive::whole("linspace", kernels::linspace, ShapeRule::Rule(linspace_shape))
        .parameters(&["a", "b", "n"]).counts(2, 1, 1, Sizes::Rows).derivative(Linear(linspace_transposed))
        .rounding(Measured(rounding::linspace)).doc("n evenly spaced numbers from a to b, both included.").example("linspace(0, 1, 3)", "[0, 0.5, 1]");
    ONEHOT = Primitive::whole("onehot", kernels::onehot, ShapeRule::Rule(onehot_shape)).may_fail()
        .parameters(&["v", "k"]).counts(1, 1, 1, Sizes::Columns)
        .exact().doc("One row a class in v, with a 1 in that column of k.").example("onehot([2, 1], 2)", "[0, 1; 1, 0]");
    HCAT = Primitive::new("hcat", Kernel::Place(SIDE_BY_SIDE), ShapeRule::Rule(hcat_shape)).parameters(&["A", "…"]).variadic(1)
        .moves_entries().derivative(Linear(|ct, y, k| join_transposed(ct, y, k, false)))
        .doc("Side by side.").example("hcat([1, 2], [3, 4])", "[1, 3; 2, 4]");
    COLUMNS = Primitive::new("matrix", Kernel::Place(SIDE_BY_SIDE), ShapeRule::Rule(hcat_shape)).variadic(1).internal()
        .moves_entries().derivative(Linear(|ct, y, k| join_transposed(ct, y, k, false)))
        .doc("A matrix from its columns.");
    VCAT = Primitive::new("vcat", Kernel::Place(ON_TOP), ShapeRule::Rule(vcat_shape)).parameters(&["A", "…"]).variadic(1)
        .moves_entries().derivative(Linear(|ct, y, k| join_transposed(ct, y, k, true)))
        .doc("On top of each other.").example("vcat([1, 2], [3])", "[1, 2, 3]");
    RESHAPE = Primitive::new("reshape", Kernel::Alias, ShapeRule::Rule(reshape_shape)).parameters(&["x", "m", "n"]).counts(1, 1, 2, Sizes::Both)
        .moves_entries().derivative(Linear(|ct, y, _| ct.reshaped(y.arg(0).shape())))
        .doc("The same entries, column by column, in another shape.").example("reshape([1, 2, 3, 4], 2, 2)", "[1, 3; 2, 4]");
    VEC = Primitive::new("vec", Kernel::Alias, ShapeRule::Rule(|shapes, _| Ok(Shape::vector(shapes[0].len())))).parameters(&["A"])
        .moves_entries().derivative(Linear(|ct, y, _| ct.reshaped(y.arg(0).shape())))
        .doc("All columns on top of each other.").example("vec([1, 2; 3, 4])", "[1, 3, 2, 4]");
    DIAG = Primitive::whole("diag", kernels::diag, ShapeRule::Rule(diag_shape))
        .sees(Sees::Diagonal).reach(Reach::Moved).derivative(Linear(diag_transposed))
        .exact().doc("The diagonal of a matrix, or the matrix with a vector as its diagonal.").example("diag([1, 2; 3, 4])", "[1, 4]");
    APPROX = Primitive::whole("approx", kernels::approx, ShapeRule::Rule(approx_shape)).parameters(&["a", "b", "tol", "abs"])
        .options(&[("tol", 1e-9), ("abs", 0.0)])
        .exact().doc("1 where a and b differ by at most tol times the largest entry of either, or by at most abs: give abs= to compare with 0.").example("approx(0.1 + 0.2, 0.3)", "1");
    TRANSPOSE = Primitive::whole("transpose", kernels::transpose, ShapeRule::Rule(|shapes, _| Ok(shapes[0].transposed())))
        .notation(Notation::Transpose).moves_entries().derivative(Linear(|ct, _, _| ct.transposed()))
        .doc("Rows and columns exchanged.").example("[1, 2]'", "[1, 2]'");
    INDEX = Primitive::whole("index", kernels::index, ShapeRule::Given).notation(Notation::Index)
        .moves_entries().sees(Sees::Named).derivative(Linear(index_transposed))
        .doc("Some of the entries, counted from 1.").example("[5, 6, 7][2..3]", "[6, 7]");
    ENTRIES_AT = Primitive::whole("entries_at", kernels::entries_at, ShapeRule::Given).parameters(&["x", "i", "j"]).places(2).may_fail().internal()
        .sees(Sees::Named).reach(Reach::Moved).derivative(Linear(|ct, y, _| at_places_of(ct, &PLACED_AT, y, y.arg(0).shape())))
        .exact().doc("The entries from row i and column j on, where these are known only when it is computed.");
    PLACED_AT = Primitive::whole("placed_at", kernels::placed_at, ShapeRule::Given).parameters(&["x", "i", "j"]).places(2).may_fail().internal().reach(Reach::Moved)
        .derivative(Linear(|ct, y, _| at_places_of(ct, &ENTRIES_AT, y, y.arg(0).shape())))
        .exact().doc("x from row i and column j on in a matrix of zeros, where these are known only when it is computed.");
    MATRIX = Primitive::new("matrix", Kernel::Place(ROW_BY_ROW), ShapeRule::Given).variadic(0).notation(Notation::Matrix)
        .moves_entries().derivative(Linear(matrix_transposed))
        .doc("A matrix from its entries, row by row.").example("[1, 2; 3, 4]", "[1, 2; 3, 4]");
    BROADCAST = Primitive::whole("broadcast", kernels::broadcast, ShapeRule::Given).notation(Notation::Silent)
        .repeats().derivative(Linear(broadcast_transposed))
        .doc("Repeated along rows, columns or both.").example("[1, 2] + 1", "[2, 3]");
    ASSEMBLE = Primitive::new("assemble", Kernel::Place(WHERE_TOLD), ShapeRule::Given).variadic(0).internal()
        .derivative(Linear(assemble_transposed))
        .doc("The sum of blocks, each in its place of a matrix of zeros.");
    FLIP = Primitive::whole("flip", kernels::flip, ShapeRule::Same).internal()
        .moves_entries().derivative(Linear(|ct, y, _| ct.whole(&FLIP, y.node().attr(), ct.shape())))
        .doc("Opposite order along an axis.");
    RECURRENCE = Primitive::whole("recurrence", kernels::recurrence, ShapeRule::Given).parameters(&["a", "b"]).internal().reach(Reach::Running)
        .derivative(Pair(
            |args, y, dots| {
                let from_a = dots[0].map(|da| da * shifted_down(y, 0.0));
                let added = sum_of_known(from_a, dots[1]);
                added.map_or_else(|| y.zero(), |added| recurrence(args[0], added))
            },
            |ct, args, y, k| {
                let down = flipped(recurrence(flipped(shifted_up(args[0])), flipped(ct)));
                if k == 0 { down * shifted_down(y, 0.0) } else { down }
            },
        ))
        .jets(JetRule::Equation(Implied { coefficient: 0, right: 1, moved: |a, y| a * shifted_down(y, 0.0) }))
        .rounding(Measured(rounding::recurrence)).doc("y(1) = b(1), y(k) = a(k) y(k-1) + b(k) down every column.");
    GUARD = Primitive::map2("guard", KEEP).internal()
        .demand(Demand::IfTrue)
        .mask(Mask::Guard).writable().derivative(Select(|args, _, k| (k == 1).then(|| (args[0], None))))
        .doc("x where the mask is true: keeps a structural zero one whatever it is multiplied by.");
    GUARD_ALL = Primitive::new("guard_all", Kernel::Map2(KEEP), ShapeRule::Given).parameters(&["mask", "x"]).internal()
        .demand(Demand::IfTrue)
        .mask(Mask::Guard).writable().derivative(Select(|args, _, k| (k == 1).then(|| (args[0].nonzero(), None))))
        .doc("x where the scalar mask is true: keeps structural zeros zero.");
    PASS = Primitive::map2("pass", KEEP).internal()
        .demand(Demand::IfTrue)
        .mask(Mask::Pass).writable().derivative(Select(|args, _, k| (k == 1).then(|| (args[0], None))))
        .doc("x where the mask is true, else 0: what a choice lets through.");
    PASS_ALL = Primitive::new("pass_all", Kernel::Map2(KEEP), ShapeRule::Given).parameters(&["mask", "x"]).internal()
        .demand(Demand::IfTrue)
        .mask(Mask::Pass).writable().derivative(Select(|args, _, k| (k == 1).then(|| (args[0].nonzero(), None))))
        .doc("x where the scalar mask is true, else zeros: what a choice of a whole lets through.");
    POISON = Primitive::new("poison", Kernel::Map2(map2!(|x, y| if y.is_nan() { f64::NAN } else { x })), ShapeRule::Given).parameters(&["x", "y"]).notation(Notation::Silent).reach(Reach::First)
        .derivative(Select(|args, _, k| (k == 0).then(|| (args[0].number(1.0), None))))
        .exact().doc("x, and NaN where y is NaN: a derivative of a NaN is NaN.");
}

/// `x`, made NaN where `y` is NaN (a scalar `y` decides for all entries).
pub fn poisoned<'g>(x: Term<'g>, y: Term<'g>) -> Term<'g> {
    let graph = x.graph;
    graph.term(graph.apply(&POISON, Attr::None, x.shape(), &[x.id, y.id]))
}

/// One where both masks are; a scalar mask stretches.
pub fn both<'g>(a: Term<'g>, b: Term<'g>) -> Term<'g> {
    match (a.literal(), b.literal()) {
        (Some(1.0), _) => b,
        (_, Some(1.0)) => a,
        _ => entrywise(&arithmetic::AND, &[a, b]),
    }
}

/// One where either mask is; a scalar mask stretches.
pub fn either<'g>(a: Term<'g>, b: Term<'g>) -> Term<'g> {
    if a.id == b.id {
        a
    } else {
        entrywise(&arithmetic::OR, &[a, b])
    }
}
