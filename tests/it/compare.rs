//! `compare` and `check`, kinks, births of infinities, and why zeros are zero.

use crate::common::{close, entries, number, run_json};
use serde_json::Value;
use wengert::lower::Limits;
use wengert::render::{Style, terminal};
use wengert::session::Session;
use wengert::source::Source;

/// The only line of the kind that a script shows.
fn the(kind: &str, text: &str) -> Value {
    let lines = run_json(text);
    let found: Vec<&Value> = lines.iter().filter(|line| line["kind"] == kind).collect();
    assert_eq!(found.len(), 1, "{text}\n{lines:?}");
    found[0].clone()
}

/// What a script shows as text.
fn run_text(text: &str) -> String {
    let mut shown = String::new();
    let source = Source::new("test.ad", text);
    let style = Style::default();
    let result = Session::with_limits(Limits::default()).run_source(&source, &mut |event| {
        shown.push_str(&terminal::event(&event, &style));
    });
    if let Err(error) = result {
        shown.push_str(&format!("error: {error}\n"));
    }
    shown
}

const MODES: [&str; 4] = ["forward", "reverse", "numeric", "symbolic"];

/// Holds every mode of one row against the entries wanted, row by row.
fn assert_modes(row: &Value, modes: &[&str], wanted: &[f64], text: &str) {
    for mode in modes {
        let got = entries(&row[*mode]);
        assert_eq!(got.len(), wanted.len(), "{text}: {mode} {row}");
        let tolerance = if *mode == "numeric" { 1e-6 } else { 1e-12 };
        for (got, wanted) in got.iter().zip(wanted) {
            assert!(
                close(*got, *wanted, tolerance),
                "{text}: {mode} {got} is not {wanted}"
            );
        }
    }
}

const LOSS: &str = "L = 0.5*(y - w*x)^2; w = 3; x = 2; y = 1; ";

#[test]
fn the_lectures_loss_by_every_mode() {
    let line = the("compare", &format!("{LOSS} compare L wrt w"));
    assert_eq!(line["output"], "L");
    assert_eq!(line["value"], 12.5);
    assert_eq!(line["wrt"][0]["name"], "w");
    assert_modes(&line["wrt"][0], &MODES, &[10.0], "L");
    assert!(number(&line["max_rel_diff"]).is_some_and(|x| x < 1e-9));
    assert_eq!(line["kinks"], Value::Null);
    assert_eq!(line["nonfinite"], Value::Null);
}

#[test]
fn the_default_wrt_is_that_of_a_trace() {
    let line = the("compare", &format!("{LOSS} compare L"));
    let rows = line["wrt"].as_array().expect("rows");
    let names: Vec<&str> = rows.iter().filter_map(|row| row["name"].as_str()).collect();
    assert_eq!(names, ["w", "x", "y"]);
    for (row, wanted) in rows.iter().zip([10.0, 15.0, -5.0]) {
        assert_modes(row, &MODES, &[wanted], "L");
    }
}

#[test]
fn a_gradient_has_the_shape_of_its_target() {
    let text = "W = [1, 2; 3, 4]; compare sum(W.^2) wrt W";
    let line = the("compare", text);
    let row = &line["wrt"][0];
    assert_modes(row, &MODES, &[2.0, 4.0, 6.0, 8.0], text);
    assert_eq!(row["shape"], serde_json::json!([2, 2]));
}

#[test]
fn an_entry_is_a_target() {
    let text = "W = [1, 2; 3, 4]; compare sum(W.^3) wrt W[2,1]";
    let line = the("compare", text);
    assert_eq!(line["wrt"][0]["name"], "W[2,1]");
    assert_modes(&line["wrt"][0], &MODES, &[27.0], text);
}

#[test]
fn what_is_no_scalar_has_a_jacobian() {
    let text =
        "x = [1, 2]; compare [x[1]*x[2], x[1], x[2]^2] wrt x using forward, reverse, numeric";
    let line = the("compare", text);
    let row = &line["wrt"][0];
    assert_eq!(line["shape"], serde_json::json!([3, 1]));
    assert_eq!(row["shape"], serde_json::json!([3, 2]));
    assert_modes(row, &MODES[..3], &[2.0, 1.0, 1.0, 0.0, 0.0, 4.0], text);
    assert_eq!(row["symbolic"], Value::Null);
    assert!(row["reason"]["symbolic"].is_string());
}

#[test]
fn along_a_direction_there_is_one_number() {
    let text = "x = [1, 2, 3]; compare sum(x.^2) wrt x along [1, 0, -1]";
    let line = the("compare", text);
    assert_modes(&line["wrt"][0], &MODES, &[2.0 - 6.0], text);
    assert_eq!(line["wrt"][0]["along"], "[1, 0, -1]");
    assert_eq!(line["cost"]["forward"]["passes"], 1);
}

#[test]
fn several_outputs_are_several_lines() {
    let lines = run_json("x = 2; compare sin(x), cos(x) wrt x");
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1]["output"], "cos(x)");
    assert_modes(&lines[1]["wrt"][0], &MODES, &[-2f64.sin()], "cos");
}

#[test]
fn held_names_are_held_in_every_mode() {
    let text = "u = w*x; L = (w*x)^2 + 5*u; w = 3; x = 2; compare L wrt u, w";
    let line = the("compare", text);
    assert_modes(&line["wrt"][0], &MODES, &[5.0], text);
    assert_modes(&line["wrt"][1], &MODES, &[24.0], text);
}

#[test]
fn values_for_one_statement_count() {
    let line = the(
        "compare",
        &format!("{LOSS} compare L wrt w at w = 1, x = 1"),
    );
    assert_modes(&line["wrt"][0], &MODES, &[0.0], "L at w = 1");
}

#[test]
fn without_values_it_is_an_error() {
    assert_eq!(run_json("compare a*b wrt a")[0]["code"], "name");
    assert_eq!(run_json("input a; check a^2 wrt a")[0]["code"], "value");
}

#[test]
fn what_a_tail_does_not_mean_is_refused() {
    assert_eq!(run_json("x = 1; compare x with life")[0]["code"], "syntax");
    assert_eq!(run_json("x = 1; check x with zeros")[0]["code"], "syntax");
}

#[test]
fn modes_that_were_not_asked_for_are_null_with_a_reason() {
    let line = the("compare", &format!("{LOSS} compare L wrt w using reverse"));
    let row = &line["wrt"][0];
    assert_eq!(row["reverse"], 10);
    for mode in ["forward", "numeric", "symbolic"] {
        assert_eq!(row[mode], Value::Null);
        assert_eq!(line["cost"][mode], Value::Null);
        assert!(row["reason"][mode].is_string());
    }
}

#[test]
fn costs_by_hand() {
    // Values: w·x, y − ·, ·², 0.5·: three products and one sum.
    let cost = the("compare", &format!("{LOSS} compare L wrt w"))["cost"].clone();
    assert_eq!(cost["numeric"]["passes"], 2);
    // Two evaluations, and one difference over 2h.
    assert_eq!(cost["numeric"]["products"], 2 * 3 + 1);
    assert_eq!(cost["numeric"]["sums"], 2 + 1);
    // −ȧ₄ with ȧ₄ = x; 2a₅·ȧ₅ and 0.5·ȧ₆: one sum and three products.
    assert_eq!(cost["forward"]["passes"], 1);
    assert_eq!(cost["forward"]["products"], 3 + 3);
    assert_eq!(cost["forward"]["sums"], 1 + 1);
    // ā₆ = 0.5; 0.5·2a₅ and −ā₅·x: three products and one sum.
    assert_eq!(cost["reverse"]["passes"], 1);
    assert_eq!(cost["reverse"]["products"], 3 + 3);
    assert_eq!(cost["reverse"]["sums"], 1 + 1);
    // w with its tangent, x and y, and then a₄ with its tangent.
    assert_eq!(cost["forward"]["live"], 6);
    assert_eq!(cost["symbolic"]["passes"], 1);
    assert!(cost["symbolic"]["tree"].is_u64() && cost["symbolic"]["dag"].is_u64());
}

#[test]
fn a_matrix_product_costs_what_it_does() {
    let text = "A = ones(2, 3); B = ones(3, 4); compare sum(A*B) wrt A using numeric";
    let cost = the("compare", text)["cost"]["numeric"].clone();
    let evaluations = 2 * 6;
    assert_eq!(cost["passes"], evaluations);
    assert_eq!(cost["products"], evaluations * (2 * 3 * 4) + 6);
    assert_eq!(cost["sums"], evaluations * (2 * 2 * 4 + 7) + 6);
}

#[test]
fn the_right_mode_depends_on_inputs_and_outputs() {
    let advice = |text: &str| {
        the("compare", text)["advice"]
            .as_str()
            .unwrap_or("")
            .to_string()
    };
    let x = "x = ones(5, 1); ";
    assert!(
        advice(&format!("{x} compare sum(x.^2) wrt x"))
            .starts_with("Best here: reverse (1 pass instead of 5)")
    );
    assert!(
        advice("t = 1; compare t*ones(5, 1) wrt t")
            .starts_with("Best here: forward (1 pass instead of 5)")
    );
    assert!(
        advice("t = 1; compare t^2 wrt t").starts_with("Forward and reverse are equally cheap")
    );
    let passes = the("compare", &format!("{x} compare x.^2 wrt x"))["cost"].clone();
    assert_eq!(
        (&passes["forward"]["passes"], &passes["reverse"]["passes"]),
        (&5.into(), &5.into())
    );
}

#[test]
fn at_the_edges_the_modes_say_the_same() {
    let exact = ["forward", "reverse"];
    for (text, wanted) in [
        (
            "x = 40; compare sigmoid(x) wrt x",
            vec![4.248354255291589e-18],
        ),
        ("x = 0; compare sqrt(x) wrt x", vec![f64::INFINITY]),
        ("x = 0; compare x^0 wrt x", vec![0.0]),
        ("x = 0; compare abs(x) wrt x", vec![0.0]),
        ("x = 0; compare max(x, 0) wrt x", vec![0.5]),
        ("x = 1; compare clamp(x, 0, 1) wrt x", vec![1.0]),
        ("x = [0, 0]; compare norm(x) wrt x", vec![0.0, 0.0]),
        ("x = 0; compare where(x > 0, log(x), x) wrt x", vec![1.0]),
        (
            "x = -1; compare if x > 0 then log(x) else 2*x wrt x",
            vec![2.0],
        ),
    ] {
        assert_modes(&the("compare", text)["wrt"][0], &exact, &wanted, text);
    }
}

#[test]
fn where_the_output_is_nan_every_derivative_with_a_path_is() {
    let text = "x = 0; z = 1; y = x/x; compare y + 0*z, z^2 + 0*y wrt x, z using forward, reverse, numeric";
    let lines = run_json(text);
    for line in &lines {
        for row in line["wrt"].as_array().expect("rows") {
            for mode in &MODES[..3] {
                assert_eq!(row[*mode], "nan", "{line}");
            }
        }
    }
    let row = the("compare", "x = 0; z = 1; compare x/x wrt x, z")["wrt"][1].clone();
    assert_modes(&row, &MODES, &[0.0], "no path");
}

#[test]
fn a_jacobian_has_nan_only_in_the_rows_of_nan() {
    let text = "x = [0, 2]; compare [x[1]/x[1], x[2]^2] wrt x using forward, reverse, numeric";
    let row = the("compare", text)["wrt"][0].clone();
    for mode in &MODES[..3] {
        let got = entries(&row[*mode]);
        assert!(
            got[0].is_nan() && got[1] == 0.0 && got[2] == 0.0,
            "{mode} {row}"
        );
        assert!(close(got[3], 4.0, 1e-6), "{mode} {row}");
    }
}

#[test]
fn many_entries_are_cut_to_those_that_differ_most() {
    let text = run_text("W = linspace(-1, 1, 30); compare sum(exp(W)) wrt W");
    assert!(text.contains("… 18 more entries differ less"), "{text}");
    assert_eq!(
        text.lines().filter(|line| line.starts_with("W[")).count(),
        12
    );
}

#[test]
fn the_table_of_the_lectures_loss() {
    let text = run_text(&format!("{LOSS} compare L wrt w, x"));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "L = 12.5");
    assert_eq!(
        lines[1].split_whitespace().collect::<Vec<_>>(),
        [
            "wrt", "forward", "reverse", "numeric", "symbolic", "rel.", "diff"
        ]
    );
    assert!(lines[2].starts_with("w          10        10"), "{text}");
    assert!(
        text.contains("Best here: reverse (1 pass instead of 2). Use numeric only to check."),
        "{text}"
    );
}

#[test]
fn kinks_say_what_was_taken_and_what_both_sides_are() {
    for (text, node, sides) in [
        ("x = 0; trace 2*abs(x) wrt x", 2, (0.0, -1.0, 1.0)),
        ("x = 0; trace relu(x) wrt x", 2, (0.0, 0.0, 1.0)),
        ("x = 0; trace max(x, 0) wrt x", 2, (0.5, 0.0, 1.0)),
        ("x = 0; trace min(x, 0) wrt x", 2, (0.5, 1.0, 0.0)),
        ("x = 1; trace clamp(x, 0, 1) wrt x", 2, (1.0, 1.0, 0.0)),
        ("x = 0; trace clamp(x, 0, 1) wrt x", 2, (1.0, 0.0, 1.0)),
        ("x = 0; trace hypot(x, 0) wrt x", 2, (0.0, -1.0, 1.0)),
        ("x = [0, 0]; trace norm(x) wrt x", 2, (0.0, -1.0, 1.0)),
        ("x = [1, 0]; trace norm1(x) wrt x", 2, (0.0, -1.0, 1.0)),
        ("x = [3, 3, 1]; trace max(x) wrt x", 2, (0.5, 0.0, 1.0)),
        ("x = [3, 1, 1]; trace min(x) wrt x", 2, (0.5, 1.0, 0.0)),
        ("x = [2, 2]; trace std(x) wrt x", 2, (0.0, -0.5, 0.5)),
        ("x = 2; trace floor(x) wrt x", 2, (0.0, f64::INFINITY, 0.0)),
    ] {
        let kinks = the("trace", text)["kinks"].clone();
        let kink = &kinks[0];
        let got = ["taken", "left", "right"].map(|side| number(&kink[side]));
        assert_eq!(kinks.as_array().map(Vec::len), Some(1), "{text}: {kinks}");
        assert_eq!(kink["node"], node, "{text}");
        assert_eq!(got, [Some(sides.0), Some(sides.1), Some(sides.2)], "{text}");
    }
}

#[test]
fn what_is_no_kink() {
    for text in [
        "x = 0; trace max(x, x) wrt x",
        "x = 0; trace max([x, x]) wrt x",
        "x = 0; w = 1; trace w*abs(x) wrt w",
        "x = 1; trace abs(x) wrt x",
        "x = 0; trace (if abs(x) < 1 then x else 2*x) wrt x",
        "x = 1; trace max([0, 0, x]) wrt x",
        "x = 0.5; trace clamp(x, 0, 1) wrt x",
        "x = 0; trace (if x > 1 then abs(x) else x) wrt x",
    ] {
        assert_eq!(the("trace", text)["kinks"], Value::Null, "{text}");
    }
}

#[test]
fn kinks_of_arrays_are_counted() {
    let kink = the("compare", "v = [1, 0, -1, 0]; compare sum(relu(v)) wrt v")["kinks"][0].clone();
    assert_eq!(kink["count"], 2);
    assert_eq!(kink["entry"], serde_json::json!([2, 1]));
    let text = run_text("v = [1, 0, -1, 0]; compare sum(relu(v)) wrt v");
    assert!(text.contains("kink: relu(v) at 0 in 2 entries, first [2]: derivative 0 taken (0 from the left, 1 from the right)"), "{text}");
}

#[test]
fn a_kink_in_text() {
    let text = run_text("x = 0; y = x + 0; trace abs(y) wrt x");
    assert!(
        text.contains(
            "kink: a₃ = abs(a₂) at 0: derivative 0 taken (−1 from the left, 1 from the right)"
        ),
        "{text}"
    );
}

#[test]
fn a_trace_names_the_line_where_infinity_was_born() {
    let line = the("trace", "x = 1000; trace log(1 + exp(x)) wrt x");
    let found = &line["nonfinite"];
    assert_eq!(found["node"], 2);
    assert_eq!(found["value"], "inf");
    assert_eq!(found["operands"][0]["node"], 1);
    assert_eq!(found["operands"][0]["value"], 1000);
    assert_eq!(found["help"], "write `softplus(x)` for `log(1 + exp(x))`");
    let text = run_text("x = 1000; trace log(1 + exp(x)) wrt x");
    assert!(
        text.contains("inf first appears in a₂ = exp(a₁) = exp(1000) (line 1)"),
        "{text}"
    );
}

#[test]
fn what_is_better_written_otherwise() {
    for (text, better) in [
        ("x = 1000; log(1 + exp(x))", "softplus(x)"),
        ("x = 1000; log1p(exp(x))", "softplus(x)"),
        ("u = [1, 1000]; log(sum(exp(u)))", "logsumexp(u)"),
        ("a = 1000; b = 1; log(exp(a) + exp(b))", "logaddexp(a, b)"),
        ("x = 0; grad(sqrt(x^2), x)", "abs(x)"),
        ("x = [0, 0]; grad(sqrt(sum(x.^2)), x)", "norm(x)"),
        ("x = -1000; grad(1/(1 + exp(-x)), x)", "sigmoid(x)"),
        ("x = 1000; exp(x)/(1 + exp(x))", "sigmoid(x)"),
        ("u = [1, 1000]; exp(u)/sum(exp(u))", "softmax(u)"),
        ("x = -1000; log(sigmoid(x))", "log_sigmoid(x)"),
        ("u = [1, 1000]; log(softmax(u))", "log_softmax(u)"),
        ("x = 0; x*log(x)", "xlogy(x, x)"),
        ("p = [0, 1]; sum(p .* log(p))", "xlogy(p, p)"),
    ] {
        let line = the("value", text);
        let help = line["nonfinite"]["help"].as_str().unwrap_or("");
        assert!(
            help.starts_with(&format!("write `{better}` for ")),
            "{text}: {line}"
        );
    }
}

#[test]
fn an_input_that_is_not_finite_is_the_origin() {
    let found = the("value", "d = [1, inf]; sum(d.^2)")["nonfinite"].clone();
    assert_eq!(found["text"], "d");
    assert_eq!(found["entry"], serde_json::json!([2, 1]));
    assert_eq!(found["operands"], serde_json::json!([]));
}

#[test]
fn values_and_prints_tell_too() {
    let found = the("value", "x = 0; 2/x")["nonfinite"].clone();
    assert_eq!(found["text"], "2/x");
    assert_eq!(found["span"], serde_json::json!([7, 10]));
    assert_eq!(
        the("print", "x = 0; print \"y\", log(x)")["nonfinite"]["value"],
        "-inf"
    );
    assert!(run_text("x = 0; log(x)").contains("-inf first appears in log(x) = log(0) (line 1)"));
    // A formula of twenty terms is told by its beginning.
    let terms = ["sin(x*[1, 2]')"; 20].join(" + ");
    let told = run_text(&format!("x = 0; log({terms})"));
    assert!(
        told.contains("-inf first appears in log(sin(x*[1, 2]') + "),
        "{told}"
    );
    assert!(!told.contains(&terms), "{told}");
    // What is written as infinite was not born anywhere.
    assert_eq!(the("value", "inf")["nonfinite"], Value::Null);
    assert_eq!(the("value", "x = 1; x + 1")["nonfinite"], Value::Null);
}

#[test]
fn a_benign_infinity_is_not_blamed() {
    let found = the("value", "x = 1000; exp(-exp(x)) + log(x - 1000)")["nonfinite"].clone();
    assert_eq!(found["text"], "log(x - 1000)");
    let lines = run_json("x = 0; where(x > 0, log(x), 1)");
    assert_eq!(lines[0]["nonfinite"], Value::Null);
}

#[test]
fn a_backward_product_of_zero_and_infinity_is_named_with_both_factors() {
    let found = the("trace", "x = 0; trace sqrt(x^2) wrt x using reverse")["nonfinite"].clone();
    assert_eq!(found["adjoint"], "sqrt(x^2)");
    assert_eq!(found["node"], 2);
    let found = the("trace", "x = 0; trace sqrt(x^2) wrt x using forward")["nonfinite"].clone();
    assert_eq!(found["tangent"], "x");
    assert_eq!(found["node"], 3);
    let factors: Vec<Option<f64>> = found["nan"]["operands"]
        .as_array()
        .expect("operands")
        .iter()
        .map(|operand| number(&operand["value"]))
        .collect();
    assert_eq!(factors, [Some(f64::INFINITY), Some(0.0)]);
    assert_eq!(found["help"], "write `abs(x)` for `sqrt(x^2)`");
    let line = the("compare", "x = 0; compare sqrt(x^2) wrt x");
    assert_eq!(line["wrt"][0]["forward"], "nan");
    assert_eq!(line["nonfinite"]["node"], 3);
}

fn zeros(text: &str, node: usize) -> Value {
    the("trace", text)["nodes"][node - 1]["zeros"].clone()
}

#[test]
fn zeros_of_every_kind() {
    let tangent = |text: &str, node: usize, wrt: &str| zeros(text, node)["tangents"][wrt].clone();
    let w = "w = 3; x = 2; ";
    assert_eq!(
        tangent(&format!("{w} trace w*x wrt w with zeros"), 2, "w"),
        "no path"
    );
    assert_eq!(
        tangent(
            &format!("{w} trace floor(w + 0.5) wrt w with zeros"),
            3,
            "w"
        ),
        "flat"
    );
    assert_eq!(
        tangent("z = -1; trace relu(z) wrt z with zeros", 2, "z"),
        "flat"
    );
    assert_eq!(
        tangent("z = 0; trace cos(z) wrt z with zeros", 2, "z"),
        "flat"
    );
    assert_eq!(
        tangent(&format!("{w} trace w - w wrt w with zeros"), 2, "w"),
        "cancelled"
    );
    assert_eq!(
        tangent(&format!("{w} trace (w + x) - w wrt w with zeros"), 4, "w"),
        "cancelled"
    );
    assert_eq!(
        tangent("w = 1; trace 1e-200*(1e-200*w) wrt w with zeros", 3, "w"),
        "underflow"
    );
    assert_eq!(
        tangent("w = 1000; trace exp(-w) wrt w with zeros", 3, "w"),
        "underflow"
    );
    let choice = format!("{w} trace 2*(if x > 0 then x else w) wrt w with zeros");
    let last = the("trace", &choice)["nodes"]
        .as_array()
        .map_or(0, Vec::len);
    assert_eq!(tangent(&choice, last, "w"), "branch not taken");
    let adjoint =
        zeros(&format!("{w} trace where(x > 0, x, w) wrt w with zeros"), 1)["adjoints"].clone();
    assert_eq!(adjoint["where(x > 0, x, w)"], "branch not taken");
    let adjoint = zeros(&format!("{w} trace (w + x) - w wrt w with zeros"), 1)["adjoints"].clone();
    assert_eq!(adjoint["(w + x) - w"], "cancelled");
}

#[test]
fn zeros_of_arrays_go_entry_by_entry() {
    let found =
        zeros("v = [1, -2]; trace relu(v) wrt v with zeros", 1)["adjoints"]["relu(v)"].clone();
    assert_eq!(found, serde_json::json!([[null], ["flat"]]));
    let row = the("compare", "v = [1, 0]; compare v.^2 wrt v with zeros")["wrt"][0].clone();
    assert_eq!(
        row["zeros"],
        serde_json::json!([[null, "no path"], ["no path", "flat"]])
    );
    let row = the(
        "compare",
        "v = [1, 2, 3]; compare v[1]*v[2] wrt v with zeros",
    )["wrt"][0]
        .clone();
    assert_eq!(
        row["zeros"],
        serde_json::json!([[null], [null], ["no path"]])
    );
}

#[test]
fn without_zeros_nothing_is_said_of_them() {
    assert_eq!(zeros("w = 3; x = 2; trace w*x wrt w", 2), Value::Null);
    let text = run_text("w = 3; x = 2; trace w*x wrt w using forward with zeros");
    assert!(
        text.contains("ȧ₂ = 0                   0   (no path)"),
        "{text}"
    );
}

#[test]
fn a_comparison_tells_zeros_of_branches() {
    let text = "w = 1; x = 2; z = 3; compare if w > 0 then x else z wrt w, x, z with zeros";
    let rows = the("compare", text)["wrt"].clone();
    assert_eq!(rows[0]["zeros"], "no path");
    assert_eq!(rows[1]["zeros"], Value::Null);
    assert_eq!(rows[2]["zeros"], "branch not taken");
}

#[test]
fn checks_that_pass() {
    for text in [
        "w = 3; x = 2; y = 1; check 0.5*(y - w*x)^2 wrt w",
        "W = randn(3, 4, seed=1); check sum(tanh(W*[1, 2, 3, 4]).^2) wrt W",
        "W = randn(2, 2, seed=1); check W*[1, 2] wrt W",
        "x = [1, 2]; check logsumexp(x), norm(x), prod(x) wrt x",
        "x = 1e-6; check 1/x wrt x",
        "x = 1; check sin(1e6*x) wrt x",
        "x = 1; check 1e10 + sin(x) wrt x",
        "x = 2; check gamma(x) wrt x along 3",
    ] {
        for line in run_json(text) {
            assert_eq!(line["kind"], "check", "{text}: {line}");
            assert_eq!(line["ok"], true, "{text}: {line}");
        }
    }
    let text = run_text("W = [1, 2]; check sum(W.^3) wrt W");
    assert!(
        text.starts_with("check sum(W.^3): passed, largest relative difference "),
        "{text}"
    );
}

#[test]
fn finite_differences_are_left_out_where_they_say_nothing() {
    for text in [
        "x = 0; check abs(x) wrt x",
        "x = 0; check sqrt(x) wrt x",
        "x = 1; check x^2 wrt x using forward, reverse",
    ] {
        let line = the("check", text);
        assert_eq!(line["ok"], true, "{text}: {line}");
        assert!(line["reason"]["numeric"].is_string(), "{text}: {line}");
    }
    let line = the("check", "x = 0; check abs(x) wrt x");
    assert_eq!(line["kinks"][0]["node"], 2);
}

#[test]
fn zero_times_infinity_is_no_answer_and_no_disagreement() {
    let line = the("check", "x = 0; check sqrt(x^2) wrt x");
    assert_eq!(line["ok"], Value::Null, "{line}");
}

#[test]
fn a_border_between_branches_is_no_failure() {
    let line = the("check", "x = 0; check if x > 0 then x else 2*x wrt x");
    assert_eq!(line["ok"], true, "{line}");
    assert_eq!(line["doubtful"], 1);
}

#[test]
fn a_failed_check_prints_its_line_and_then_the_error() {
    let lines = run_json("x = 1; check round(1e10*x)/1e10 wrt x; x");
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(lines[0]["kind"], "check");
    assert_eq!(lines[0]["ok"], false);
    assert!(number(&lines[0]["max_rel_diff"]).is_some_and(|x| close(x, 1.0, 1e-6)));
    assert_eq!(lines[0]["worst"]["entry"], "x");
    assert_eq!(lines[1]["kind"], "error");
    assert_eq!(lines[1]["code"], "check");
    assert_eq!(lines[1]["span"], serde_json::json!([13, 31]));
    let help = lines[1]["help"].as_str().unwrap_or("");
    assert!(
        help.starts_with("the formula is not smooth on the scale of the step"),
        "{help}"
    );
}

#[test]
fn what_takes_very_long_runs_only_where_it_is_asked_for() {
    let script = "s(t) = 3.5*t*(1 - t); z = 0.3; y = iterate(s, z, 1000); compare y wrt z";
    let line = the("compare", script);
    let row = &line["wrt"][0];
    assert!(
        row["reverse"].is_number() && row["symbolic"].is_null(),
        "{line}"
    );
    assert!(
        row["reason"]["symbolic"]
            .as_str()
            .is_some_and(|reason| reason.starts_with("left out")),
        "{line}"
    );
    let line = the(
        "compare",
        "X = rand(3000, 20); w = ones(20, 1); compare sum(X*w) wrt X",
    );
    let row = &line["wrt"][0];
    assert!(
        row["forward"].is_null() && row["numeric"].is_null(),
        "{line}"
    );
    assert!(row["reverse"].is_array(), "{line}");
}

#[test]
fn kinks_of_derivatives_in_values_are_told() {
    for (text, taken, sides) in [
        ("grad(abs(x), x) at x = 0", 0.0, [-1.0, 1.0]),
        ("print grad(abs(x), x) at x = 0", 0.0, [-1.0, 1.0]),
        ("x = 0; 2*grad(max(x, 0), x)", 0.5, [0.0, 1.0]),
        ("x = 0; f(t) = relu(t); f'(x)", 0.0, [0.0, 1.0]),
        ("x = [1, 1]; grad(max(x), x)", 0.5, [0.0, 1.0]),
        ("x = [0, 0]; u = x; jacobian(norm(u), u)", 0.0, [-1.0, 1.0]),
    ] {
        let lines = crate::common::run_json(text);
        let kinks = &lines[0]["kinks"];
        let number = |name: &str| kinks[0][name].as_f64();
        assert_eq!(number("taken"), Some(taken), "{text}: {lines:?}");
        assert_eq!([number("left"), number("right")], sides.map(Some), "{text}");
    }
    for text in [
        "grad(abs(x), x) at x = 1",
        "abs(0)",
        "x = 0; y = 2; grad(y*abs(x), y)",
        "x = 0; grad(max(x, x), x)",
        "x = 0; numeric(abs(x), x)",
        "x = 0; c = 1; grad(if c > 0 then x else abs(x), x)",
    ] {
        assert_eq!(
            crate::common::run_json(text)[0]["kinks"],
            Value::Null,
            "{text}"
        );
    }
}

#[test]
fn free_names_are_numbered_as_they_appear_in_the_outputs() {
    let names = |text: &str| -> Vec<String> {
        let lines = crate::common::run_json(text);
        let nodes = lines[0]["nodes"].as_array().expect("a trace").clone();
        let inputs = nodes.iter().filter(|node| node["op"] == "input");
        inputs
            .map(|node| node["names"][0].as_str().expect("a name").to_string())
            .collect()
    };
    assert_eq!(names("trace a*b + c wrt c, b"), ["a", "b", "c"]);
    assert_eq!(names("u = p*q; trace q*u + r wrt r, u"), ["q", "r", "u"]);
    assert_eq!(names("b = 1; trace a*b wrt a"), ["b", "a"]);
}

#[test]
fn differences_are_relative_to_the_largest_entry_of_a_derivative() {
    let row = &the(
        "compare",
        "x = [1e-10, 1]; y = 1e-9; compare 1e-9*sum(x.^2) wrt x",
    )["wrt"][0];
    assert!(row["reverse"][0][0].as_f64().is_some_and(|x| x < 1e-18));
    let text = "x = 1; compare 1e-15*sin(1e6*x) wrt x using reverse, numeric";
    let line = the("compare", text);
    assert!(
        line["max_rel_diff"].as_f64().is_some_and(|x| x > 0.05),
        "{line}"
    );
    let line = the("check", "x = 1e-6; check 1e-9*x^2 wrt x");
    assert_eq!(line["ok"], true, "{line}");
    let line = the("compare", "x = 0; compare 0*x wrt x");
    assert_eq!(line["max_rel_diff"].as_f64(), Some(0.0), "{line}");
}

#[test]
fn what_rounding_explains_is_agreement_or_undecided() {
    let line = the("check", "x = 1e-3; check (exp(x) - 1 - x)/x^2 wrt x");
    assert_eq!(line["ok"], true, "{line}");
    // The rules say 0.36, and the derivative is 1/6.
    let line = the("check", "x = 1e-5; check (exp(x) - 1 - x)/x^2 wrt x");
    assert_eq!(line["ok"], Value::Null, "{line}");
    let line = the("check", "x = 30; check log(exp(x) + 1) - x wrt x");
    assert_eq!(line["ok"], Value::Null, "{line}");
}
