//! Expressions of the reference data (`tests/reference`) in the language of the tool.
//!
//! The data follow NumPy: indices from 0, `*` entry by entry, vectors without orientation, which
//! broadcast as rows, and matrices counted row by row.

use serde_json::Value;
use std::collections::HashMap;

/// Functions that the data use and the language lacks.
pub const FUNCTIONS: &str = "\
exp2(x) = 2^x
recip(x) = 1/x
silu(x) = x*sigmoid(x)
gelu(x) = x*normcdf(x)
elu(x) = if x > 0 then x else expm1(x)
logit(x) = log(x/(1 - x))
normcdf(x) = 0.5*erfc(-x/sqrt(2))
sinc(x) = where(x == 0, 1, sin(x)/x)
xlogx(x) = xlogy(x, x)
vmax(x) = max(x)
outer(x, y) = x*y'
diagm(v) = diag(v)
sum0(A) = sum(A, axis=1)'
mean0(A) = mean(A, axis=1)'
mean1(A) = mean(A, axis=2)
softmax1(A) = softmax(A, axis=2)
log_softmax1(A) = log_softmax(A, axis=2)
concat(x, y) = vcat(x, y)
T(A) = A'
flatten(A) = vec(A')
";

/// A number as the language reads it.
pub fn number(x: f64) -> String {
    format!("{x:?}").replace("NaN", "nan")
}

/// A matrix literal of entries row by row, a scalar as a number.
pub fn literal(shape: &[usize], entries: &[f64]) -> String {
    let row = |row: &[f64]| {
        row.iter()
            .map(|x| number(*x))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match shape {
        [] => number(entries[0]),
        [_] => format!("[{}]", row(entries)),
        [_, cols] => {
            let rows: Vec<String> = entries.chunks(*cols).map(row).collect();
            let end = if rows.len() == 1 { "]'" } else { "]" };
            // A single row in brackets is a vector; transposed it is a row.
            format!("[{}{end}", rows.join("; "))
        }
        _ => unreachable!("no reference case has more than two dimensions"),
    }
}

/// The shape of nested lists.
pub fn shape(value: &Value) -> Vec<usize> {
    match value {
        Value::Array(items) => {
            let inner = items.first().map(shape).unwrap_or_default();
            [vec![items.len()], inner].concat()
        }
        _ => Vec::new(),
    }
}

/// An expression in the language, with its shape in NumPy.
#[derive(Clone, Debug)]
pub struct Text {
    /// The expression, in parentheses where it needs them.
    pub text: String,
    /// Its shape.
    pub shape: Vec<usize>,
}

/// The NumPy shapes of the names in scope.
pub type Scope = HashMap<String, Vec<usize>>;

/// The expression `ast` in the language.
pub fn expression(ast: &Value, scope: &Scope) -> Text {
    let parts = ast.as_array().expect("an expression is a list");
    let word = parts[0].as_str().expect("which begins with its kind");
    let part = |k: usize| expression(&parts[k], scope);
    match word {
        "num" => scalar(parts[1].as_str().expect("a number as text").to_string()),
        "var" => {
            let name = parts[1].as_str().expect("a name");
            let shape = scope.get(name).cloned().unwrap_or_default();
            Text {
                text: name.to_string(),
                shape,
            }
        }
        "neg" => {
            let inner = part(1);
            Text {
                text: format!("(-{})", inner.text),
                ..inner
            }
        }
        "index" if parts.len() == 4 => {
            let (i, j) = (whole(&parts[2]) + 1, whole(&parts[3]) + 1);
            scalar(format!("{}[{i}, {j}]", part(1).text))
        }
        "index" => scalar(format!("{}[{}]", part(1).text, whole(&parts[2]) + 1)),
        "slice" => {
            let (from, to) = (whole(&parts[2]), whole(&parts[3]));
            Text {
                text: format!("{}[{}..{to}]", part(1).text, from + 1),
                shape: vec![to - from],
            }
        }
        "call" => {
            let args: Vec<Text> = parts[2..]
                .iter()
                .map(|arg| expression(arg, scope))
                .collect();
            call(parts[1].as_str().expect("a function"), &args)
        }
        "@" => {
            let (a, b) = (part(1), part(2));
            let rows = &a.shape[..a.shape.len() - 1];
            let shape = [rows, &b.shape[1..]].concat();
            Text {
                text: format!("({}*{})", a.text, b.text),
                shape,
            }
        }
        _ => infix(word, part(1), part(2)),
    }
}

fn scalar(text: String) -> Text {
    Text {
        text,
        shape: Vec::new(),
    }
}

fn whole(value: &Value) -> usize {
    let number = value
        .as_u64()
        .or_else(|| value.get(1)?.as_str()?.parse().ok());
    number.expect("an index is a whole number") as usize
}

fn infix(operator: &str, a: Text, b: Text) -> Text {
    let arrays = !a.shape.is_empty() || !b.shape.is_empty();
    let operator = match operator {
        "*" if arrays => ".*",
        "/" if arrays => "./",
        "**" if arrays => ".^",
        "**" => "^",
        other => other,
    };
    let (a, b) = broadcast(a, b);
    Text {
        text: format!("({} {operator} {})", a.text, b.text),
        shape: longer(&a.shape, &b.shape),
    }
}

fn longer(a: &[usize], b: &[usize]) -> Vec<usize> {
    if a.len() > b.len() || (a.len() == b.len() && a.iter().product::<usize>() > b.iter().product())
    {
        a.to_vec()
    } else {
        b.to_vec()
    }
}

/// Makes explicit what NumPy does on its own: a vector beside a matrix is a row, and a row and a
/// column both grow.
fn broadcast(a: Text, b: Text) -> (Text, Text) {
    let (a, b) = match (a.shape.len(), b.shape.len()) {
        (1, 2) => (as_row(a), b),
        (2, 1) => (a, as_row(b)),
        _ => (a, b),
    };
    match (a.shape.as_slice(), b.shape.as_slice()) {
        (&[1, n], &[m, 1]) if m > 1 && n > 1 => (repeated(&a, m, n), b),
        (&[m, 1], &[1, n]) if m > 1 && n > 1 => (a, repeated(&b, m, n)),
        _ => (a, b),
    }
}

fn as_row(vector: Text) -> Text {
    Text {
        text: format!("{}'", vector.text),
        shape: vec![1, vector.shape[0]],
    }
}

fn repeated(row: &Text, m: usize, n: usize) -> Text {
    Text {
        text: format!("(ones({m}, 1)*{})", row.text),
        shape: vec![m, n],
    }
}

fn call(name: &str, args: &[Text]) -> Text {
    let texts: Vec<&str> = args.iter().map(|arg| arg.text.as_str()).collect();
    let shapes: Vec<&[usize]> = args.iter().map(|arg| arg.shape.as_slice()).collect();
    let texts = texts.join(", ");
    let shape = match (name, shapes.as_slice()) {
        ("vec", _) => {
            return Text {
                text: format!("[{texts}]"),
                shape: vec![args.len()],
            };
        }
        ("reshape", [_, ..]) => {
            // NumPy fills row by row, the language column by column.
            let size = |k: usize| args[k].text.parse::<usize>().expect("a size");
            let text = format!("reshape({}, {}, {})'", args[0].text, size(2), size(1));
            return Text {
                text,
                shape: vec![size(1), size(2)],
            };
        }
        (
            "dot" | "sum" | "norm" | "det" | "mean" | "var" | "std" | "prod" | "logsumexp" | "vmax",
            _,
        ) => Vec::new(),
        ("sum0" | "mean0", [a]) => vec![a[1]],
        ("mean1" | "diag", [a]) => vec![a[0]],
        ("outer", [a, b]) => vec![a[0], b[0]],
        ("concat", [a, b]) => vec![a[0] + b[0]],
        ("flatten", [a]) => vec![a.iter().product()],
        ("diagm", [a]) => vec![a[0], a[0]],
        ("T", [a]) => vec![a[1], a[0]],
        (_, shapes) => shapes
            .iter()
            .fold(Vec::new(), |common, shape| longer(&common, shape)),
    };
    Text {
        text: format!("{name}({texts})"),
        shape,
    }
}
