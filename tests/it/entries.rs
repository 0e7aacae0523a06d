//! Derivatives that no matrix holds: the formula of their entries has the values of the Jacobian.

use crate::common::run_json;
use serde_json::Value;

/// Formulas, and the name that each is differentiated by; n, m and p are sizes.
const FORMULAS: [(&str, &str); 61] = [
    ("inv(S)", "S"),
    ("A*B", "A"),
    ("A*B", "B"),
    ("A'", "A"),
    ("A .* A", "A"),
    ("A*A'", "A"),
    ("A'*A", "A"),
    ("softmax(A*B)", "B"),
    ("softmax(A*B, axis=2)", "B"),
    ("sigmoid(A*B)", "A"),
    ("exp(A*y)", "A"),
    ("A*y", "A"),
    ("x*y'", "x"),
    ("x*y'", "y"),
    ("x'*A", "A"),
    ("diag(x)*A", "x"),
    ("A*diag(y)*B", "y"),
    ("S*S*S", "S"),
    ("inv(S)'*x", "S"),
    ("solve(S, A)", "A"),
    ("det(S)*S", "S"),
    ("A/norm(A)", "A"),
    ("tr(S)*inv(S)", "S"),
    ("A - mean(A, axis=1)", "A"),
    ("grad(sum((A*B).^2), A)", "A"),
    ("cumsum(A)", "A"),
    ("cumsum(A, axis=2)", "A"),
    ("cumsum(A.^2, axis=1)", "A"),
    ("cumsum(x)", "x"),
    ("cumsum(x.^2)", "x"),
    ("cumsum(A*B)", "A"),
    ("cumsum(A*B, axis=2)", "B"),
    ("cumsum(A*B, axis=2)", "A"),
    ("cumsum(A*y)", "y"),
    ("A'*cumsum(A*B)", "B"),
    ("grad(sum(cumsum(x).^2), x)", "x"),
    ("hcat(A, A)", "A"),
    ("hcat(A*B, A)", "A"),
    ("hcat(x, S)", "S"),
    ("hcat(x, S)", "x"),
    ("vcat(A, 2*A, y')", "A"),
    ("vcat(A, 2*A, y')", "y"),
    ("vcat(x, y)", "y"),
    ("vcat(x.^2, y)", "x"),
    ("hcat(S, A)*vcat(A, B*B')", "B"),
    ("hcat(S, A)*vcat(A, B*B')", "A"),
    ("hcat(x*y', S)", "x"),
    ("reshape(A, 1, A_entries)", "A"),
    ("reshape(A*B, rows, B_columns)", "B"),
    ("vec(A)", "A"),
    ("vec(A*B)", "B"),
    ("vec(A)*y'", "A"),
    ("vec(A .* A)", "A"),
    ("A[1..2, :]", "A"),
    ("(A*B)[:, 2..2]*y'", "B"),
    ("A[2..2, :]*B", "A"),
    ("S[1..2, :]*A", "S"),
    ("A[[2, 1], :]*B", "A"),
    ("x[[2, 1, 1]]", "x"),
    ("[x[3 - i] for i in 1..2]*y'", "x"),
    ("[S[i, j] - S[j, i] for i in 1..rows, j in 1..rows]", "S"),
];

fn sizes(seed: usize) -> [usize; 3] {
    [[2, 3, 4], [3, 2, 2], [4, 2, 3]][seed % 3]
}

fn inputs([n, m, p]: [usize; 3], seed: usize) -> String {
    let all = [
        ("A", n, m),
        ("B", m, p),
        ("S", n, n),
        ("x", n, 1),
        ("y", m, 1),
    ];
    let input = |(k, (name, rows, cols)): (usize, &(&str, usize, usize))| {
        format!("{name} = randn({rows}, {cols}, seed={})\n", seed * 10 + k)
    };
    let declared: String = all.iter().enumerate().map(input).collect();
    format!(
        "{declared}rows = {n}; A_entries = {}; B_columns = {p}\n",
        n * m
    )
}

fn numbers(value: &Value) -> Vec<Vec<f64>> {
    match value.as_array() {
        None => vec![vec![value.as_f64().expect("a number")]],
        Some(rows) => (rows.iter())
            .map(|row| match row.as_array() {
                None => vec![row.as_f64().expect("a number")],
                Some(row) => row.iter().map(|x| x.as_f64().expect("a number")).collect(),
            })
            .collect(),
    }
}

fn names(value: &Value) -> Vec<String> {
    let names = value.as_array().expect("names of indices").iter();
    names
        .map(|name| name.as_str().expect("a name").to_string())
        .collect()
}

/// All values of an entry's indices in a value of this shape, column by column.
fn places(rows: usize, cols: usize) -> Vec<Vec<usize>> {
    let both = (1..=cols).flat_map(|j| (1..=rows).map(move |i| (i, j)));
    let place = |(i, j): (usize, usize)| match (rows, cols) {
        (1, 1) => vec![],
        (_, 1) => vec![i],
        (1, _) => vec![j],
        _ => vec![i, j],
    };
    both.map(place).collect()
}

#[test]
fn entries_have_the_values_of_the_jacobian() {
    let mut wrong = Vec::new();
    for (seed, (formula, wrt)) in FORMULAS.iter().enumerate() {
        let inputs = inputs(sizes(seed), seed);
        let shown = run_json(&format!(
            "{inputs}derive {formula} wrt {wrt}\n{formula}\n{wrt}\njacobian({formula}, {wrt})\n"
        ));
        let shown: Vec<&Value> = (shown.iter())
            .filter(|line| line["kind"] != "note")
            .collect();
        let [derived, output, variable, jacobian] = &shown[..] else {
            panic!("{formula}: {shown:?}");
        };
        let Some(index) = derived["index"].as_str() else {
            wrong.push(format!("{formula}: {derived}"));
            continue;
        };
        println!("{formula} by {wrt}: {index}");
        let [output, variable] = [output, variable].map(|line| numbers(&line["value"]));
        let jacobian = numbers(&jacobian["value"]);
        let indices = [names(&derived["indices"][0]), names(&derived["indices"][1])];
        let mut script = format!("{inputs}δ(a, b) = if a == b then 1 else 0\n");
        let mut wanted = Vec::new();
        let all = |of: &Vec<Vec<f64>>| places(of.len(), of[0].len());
        for (row, at) in all(&output).iter().enumerate() {
            for (col, by) in all(&variable).iter().enumerate() {
                let values = indices.iter().flatten().zip(at.iter().chain(by));
                for (name, value) in values {
                    script.push_str(&format!("{name} = {value}\n"));
                }
                script.push_str(&format!("0 + ({index})\n"));
                wanted.push(jacobian[row][col]);
            }
        }
        let values = run_json(&script);
        let got: Vec<f64> = values
            .iter()
            .filter_map(|line| line["value"].as_f64())
            .collect();
        let scale = wanted.iter().fold(1e-300, |most: f64, x| most.max(x.abs()));
        let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-9 * scale;
        if got.len() != wanted.len() || !got.iter().zip(&wanted).all(near) {
            wrong.push(format!(
                "{formula} by {wrt}: {index}\n  {got:?}\n  {wanted:?} {:?}",
                values.last()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn without_a_law_for_entries_no_word_is_named_that_the_language_does_not_have() {
    let shown = run_json("input A[3,2]\nderive cumprod(A) wrt A\n");
    assert_eq!(shown[0]["index"], Value::Null);
    let reason = shown[0]["reason"].as_str().expect("a reason");
    assert!(
        reason.ends_with("has four indices, and the language has no formula for its entries"),
        "{reason}"
    );
}
