//! Taylor mode: against references, against nested derivatives for every row of the table, and the
//! derivatives of coefficients against finite differences.

use crate::common::cases::cases;
use crate::common::rows::{as_strs, calls, is_written, is_zero, names, writings};
use crate::common::{distance, entries, report, value, values};
use wengert::primitives::table;

/// Of a coefficient that is not next to nothing beside the others.
const CLOSE: f64 = 1e-12;
/// Of nested derivatives, which lose digits of their own.
const NESTED: f64 = 1e-10;
/// Of finite differences.
const DIFFERENCES: f64 = 1e-5;

/// The distance of the worst coefficient, relative to it or to a thousandth of the largest one.
fn worst(got: &[f64], want: &[f64]) -> f64 {
    let largest = want.iter().fold(0f64, |largest, x| largest.max(x.abs()));
    let apart = |(a, b): (&f64, &f64)| {
        if a == b {
            0.0
        } else {
            (a - b).abs() / b.abs().max(1e-3 * largest)
        }
    };
    let found = got.iter().zip(want).map(apart).fold(0.0, f64::max);
    if got.len() == want.len() && !found.is_nan() {
        found
    } else {
        f64::INFINITY
    }
}

#[test]
fn coefficients_are_those_of_references() {
    let mut failures = Vec::new();
    let mut most = 0f64;
    let cases = cases("taylor.json");
    for case in &cases {
        let want = entries(&case["coefficients"]);
        let (formula, at) = (case["formula"].as_str().expect("a formula"), &case["at"]);
        let text = format!("x = {at}; taylor({formula}, x, {})", want.len() - 1);
        match value(&text) {
            Ok(got) if worst(&got, &want) <= CLOSE => most = most.max(worst(&got, &want)),
            got => failures.push(format!("{text}: {got:?}, not {want:?}")),
        }
    }
    println!("{} compared, at most {most:e} apart", cases.len());
    report(&failures);
    assert!(cases.len() >= 100);
}

/// `taylor(F, t, order)` against derivatives of derivatives, at t = 0.
fn compared(definitions: &str, order: usize) -> Result<f64, String> {
    let mut nested = vec!["F".to_string()];
    let mut factorial = 1.0;
    let mut derivative = "F".to_string();
    for k in 1..=order {
        derivative = format!("jvp({derivative}, t, 1)");
        factorial *= k as f64;
        nested.push(format!("{derivative}/{factorial}"));
    }
    let script = format!(
        "t = 0\n{definitions}\ntaylor(F, t, {order})\n[{}]\n",
        nested.join(", ")
    );
    let answers = values(&script).map_err(|error| format!("{script}{error}"))?;
    match &answers[..] {
        [got, want] if worst(got, want) <= NESTED => Ok(worst(got, want)),
        answers => Err(format!("{script}{answers:?}")),
    }
}

fn all_agree(scripts: impl Iterator<Item = String>, order: usize, at_least: usize) {
    let (mut failures, mut count, mut most) = (Vec::new(), 0, 0f64);
    for definitions in scripts {
        count += 1;
        match compared(&definitions, order) {
            Ok(found) => most = most.max(found),
            Err(failure) => failures.push(failure),
        }
    }
    println!("{count} compared, at most {most:e} apart");
    report(&failures);
    assert!(count >= at_least, "only {count} compared");
}

/// Definitions of `F`: every entry-by-entry row, whose arguments leave their sample on a curve.
fn entrywise() -> Vec<String> {
    let rows = table().filter(|row| row.is_entrywise() && is_written(row) && !is_zero(row));
    let mut scripts = Vec::new();
    for row in rows {
        for sample in row.samples {
            let inputs = names(sample.len());
            let curve = |(k, x): (usize, &f64)| {
                // What has no derivative stays where it is.
                let stays = row.name == "polygamma" && k == 0;
                let speed = if stays { 0.0 } else { [0.7, -0.4, 0.3][k] };
                format!(
                    "x{} = {x:?} + t*v{0} + t^2*{speed:?}/3; v{0} = {speed:?}; ",
                    k + 1
                )
            };
            let curves: String = sample.iter().enumerate().map(curve).collect();
            for writing in writings(row, &as_strs(&inputs)) {
                scripts.push(format!("{curves}F = {writing}"));
            }
        }
    }
    scripts
}

#[test]
fn entry_by_entry_rows_have_the_coefficients_of_nested_derivatives() {
    all_agree(entrywise().into_iter(), 4, 60);
}

#[test]
fn rows_over_whole_arrays_have_the_coefficients_of_nested_derivatives() {
    let rows = table().filter(|row| !row.is_entrywise() && is_written(row) && !is_zero(row));
    let scripts = rows.flat_map(calls).filter_map(|(inputs, writing, count)| {
        let lines = inputs.lines().enumerate().take(count);
        let curves: String = lines
            .map(|(k, line)| {
                let (name, value) = line.split_once(" = ").expect("a definition");
                let seed = k + 3;
                format!("p = {value}; {name} = p + t*randn(rows(p), cols(p), seed={seed})/3\n")
                    .replace("p = ", &format!("p{k} = "))
                    .replace(" p ", &format!(" p{k} "))
                    .replace("(p)", &format!("(p{k})"))
            })
            .collect();
        let definitions =
            format!("{curves}Y = {writing}\nF = sum(randn(rows(Y), cols(Y), seed=9) .* sin(Y))");
        // Not everything that can be written is allowed.
        values(&format!("t = 0\n{definitions}\nF")).ok()?;
        Some(definitions)
    });
    all_agree(scripts, 3, 150);
}

#[test]
fn coefficients_have_right_derivatives() {
    let mut failures = Vec::new();
    let scripts = entrywise();
    for definitions in &scripts {
        let script = format!(
            "t = 0\n{definitions}\nG = taylor(F, t, 3)[4]\n\
             grad(G, v1)\njvp(G, v1, 1)\nnumeric(G, v1)\n"
        );
        match values(&script).as_deref() {
            Ok([reverse, forward, numeric])
                if distance(reverse, forward) <= NESTED
                    && distance(reverse, numeric) <= DIFFERENCES => {}
            other => failures.push(format!("{script}{other:?}")),
        }
    }
    report(&failures);
}

#[test]
fn loops_have_the_jets_of_their_rounds() {
    let answers = values(
        "t = 0; h = 0.001; w = 2 + t + t^2/2\n\
         f(s) = [s[1] + h*s[2], s[2] - h*w*sin(s[1])]\n\
         one(s) = f(f(f(f(f(f(f(f(f(f(s))))))))))\n\
         g(s, x) = s*cos(x) + x*t*s^2/50 + x\n\
         X = linspace(0, 1 + t, 1200)\n\
         all = scan(g, t, X)\n\
         taylor(sum(iterate(f, [1 + t, 0.5], 2000)), t, 4)\n\
         taylor(sum(iterate(one, [1 + t, 0.5], 200)), t, 4)\n\
         taylor(sum(all), t, 3)\n\
         taylor(sum(all[1..1000, :]) + sum(scan(g, all[1000], X[1001..1200])), t, 3)\n",
    )
    .expect("all of it can be computed");
    for pair in answers.chunks(2) {
        assert!(worst(&pair[0], &pair[1]) <= 1e-11, "{pair:?}");
    }
}

#[test]
fn equations_and_rules_have_power_series() {
    // x = w^2 + … of x^3 + x = w; a rule that is the right derivative; one that is not.
    let answers = values(
        "w = 0; g(x) = x^3 + x - w\n\
         taylor(root(g, 0), w, 7)\n\
         s(x) = exp(x); rule s wrt x = s(x)\n\
         taylor(s(2*w), w, 4)\n\
         h(x) = (x - sin(w))^2 + 1\n\
         taylor(minimize(h, 0.5), w, 3)\n\
         taylor(grad(root(g, 0)^2, w), w, 3)\n\
         taylor(stop(exp(w))*w, w, 3)\n",
    )
    .expect("all of it can be computed");
    let wants: [&[f64]; 5] = [
        &[0.0, 1.0, 0.0, -1.0, 0.0, 3.0, 0.0, -12.0],
        &[1.0, 2.0, 2.0, 4.0 / 3.0, 2.0 / 3.0],
        &[0.0, 1.0, 0.0, -1.0 / 6.0],
        &[0.0, 2.0, 0.0, -8.0],
        &[0.0, 1.0, 0.0, 0.0],
    ];
    for (got, want) in answers.iter().zip(wants) {
        assert!(worst(got, want) <= 1e-10, "{got:?} {want:?}");
    }
}

#[test]
fn the_twentieth_order_is_in_reach() {
    let got = value("x = 0; taylor(sin(exp(x)) - sin(exp(x)) + 1/(1 - x), x, 20)[21]");
    assert_eq!(got, Ok(vec![1.0]));
}
