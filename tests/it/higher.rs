//! Derivatives of higher order and nested ones, against references.

use crate::common::cases::{
    Findings, Program, at_point, cases, id, names, point_inputs, tolerance,
};
use crate::common::entries;
use crate::common::translate::{self, Scope, expression, literal, number};
use serde_json::Value;
use std::fmt::Write;

#[test]
fn derivatives_to_the_ninth_order_are_right() {
    let mut found = Findings::default();
    for case in cases("higher.json")
        .iter()
        .filter(|case| case["kind"] == "nth")
    {
        let program = Program::new(
            point_inputs(&["x".to_string()], &case["at"]),
            &[],
            &Value::Null,
            &case["ast"],
        );
        let want = entries(&case["derivatives"]);
        let scope = Scope::new();
        let x = number(program.inputs[0].entries[0]);
        let mut functions = format!("f0(x) = {}\n", expression(&case["ast"], &scope).text);
        for order in 1..want.len() {
            writeln!(functions, "f{order}(x) = f{}'(x)", order - 1).unwrap();
        }
        let (mut reverse, mut forward) = ("F".to_string(), "F".to_string());
        for (order, want) in want.iter().enumerate() {
            let name = format!("{} order {order}", id(case));
            if order > 0 {
                reverse = format!("grad({reverse}, x)");
                forward = format!("jvp({forward}, x, 1)");
            }
            for question in [&reverse, &forward] {
                let got = program
                    .ask(std::slice::from_ref(question))
                    .map(|answers| answers.concat());
                found.compare(
                    &format!("{name}: {question}"),
                    got,
                    &[*want],
                    tolerance(case, "rtol"),
                );
            }
            let got = crate::common::value(&format!(
                "{}{functions}f{order}({x})\n",
                translate::FUNCTIONS
            ));
            found.compare(
                &format!("{name}: f{order}"),
                got,
                &[*want],
                tolerance(case, "rtol"),
            );
        }
    }
    found.finish(3 * 40);
}

#[test]
fn mixed_partial_derivatives_are_right() {
    let mut found = Findings::default();
    for case in cases("higher.json")
        .iter()
        .filter(|case| case["kind"] == "partials")
    {
        let program = at_point(case);
        for (key, want) in case["partials"].as_object().expect("partial derivatives") {
            let by = key.strip_prefix('d').unwrap_or("");
            let reverse = by
                .chars()
                .fold("F".to_string(), |inner, x| format!("grad({inner}, {x})"));
            let forward = by
                .chars()
                .rev()
                .fold("F".to_string(), |inner, x| format!("jvp({inner}, {x}, 1)"));
            for question in [reverse, forward] {
                let got = program
                    .ask(std::slice::from_ref(&question))
                    .map(|answers| answers.concat());
                found.compare(
                    &format!("{} {question}", id(case)),
                    got,
                    &entries(want),
                    tolerance(case, "rtol"),
                );
            }
        }
    }
    found.finish(2 * 2 * 21);
}

#[test]
fn second_order_operators_are_right() {
    let cases = cases("higher.json");
    let case = cases
        .iter()
        .find(|case| case["kind"] == "second-order")
        .expect("there is one");
    let at: Vec<f64> = names(&case["vars"])
        .iter()
        .flat_map(|name| entries(&case["at"][name]))
        .collect();
    let definitions = format!(
        "p = {}\nv = {}\nr(x, y, z) = {}\nF = r(p[1], p[2], p[3])\n",
        literal(&[3], &at),
        literal(&[3], &entries(&case["v"])),
        expression(&case["ast"], &Scope::new()).text
    );
    let mut found = Findings::default();
    for (key, question) in [
        ("grad", "grad(F, p)"),
        ("grad", "jacobian(F, p)"),
        ("hess", "hessian(F, p)"),
        ("hess", "jacobian(grad(F, p), p)"),
        ("hvp", "hessian(F, p)*v"),
        ("hvp", "jvp(grad(F, p), p, v)"),
        ("hvp", "vjp(grad(F, p), p, v)"),
        ("hvp", "grad(grad(F, p)'*v, p)"),
        ("hvp", "grad(jvp(F, p, v), p)"),
        ("vHv", "v'*hessian(F, p)*v"),
        ("vHv", "jvp(jvp(F, p, v), p, v)"),
        ("laplacian", "tr(hessian(F, p))"),
        ("grad_of_sqnorm_grad", "grad(sum(grad(F, p)^2), p)"),
        ("grad_of_sqnorm_grad", "2*hessian(F, p)*grad(F, p)"),
    ] {
        let question = question.replace("^2", ".^2");
        let got = crate::common::value(&format!("{definitions}{question}\n"));
        found.compare(
            &question,
            got,
            &entries(&case[key]),
            tolerance(case, "rtol"),
        );
    }
    found.finish(14);
}

/// Derivatives inside derivatives by another name, where tangents must not be confused.
const NESTED: &[(&str, &[&str])] = &[
    (
        "h-nest-xplusy",
        &[
            "x = 1; y = 1; grad(x*grad(x + y, y), x)",
            "y = 1; f(x) = x*grad(x + y, y); f'(1)",
            "x = 1; y = 1; jvp(x*jvp(x + y, y, 1), x, 1)",
        ],
    ),
    (
        "h-nest-xtimesy",
        &[
            "x = 4; y = 1; grad(x*grad(x*y, y), x)",
            "y = 1; f(x) = x*grad(x*y, y); f'(4)",
            "x = 4; y = 1; jvp(x*jvp(x*y, y, 1), x, 1)",
        ],
    ),
    (
        "h-nest-const-inner",
        &[
            "x = 2; y = 5; grad(grad(x^3 + 0*y, y) + x, x)",
            "g(y) = x^3; x = 2; grad(g'(5) + x, x)",
        ],
    ),
    (
        "h-nest-reuse",
        &[
            "f(x) = (x*x)*x; g(x) = f'(x); g'(0.7)",
            "x = 0.7; grad(grad((x*x)*x, x), x)",
            "f(x) = (x*x)*x; f''(0.7)",
        ],
    ),
    (
        "h-nest-siskind",
        &[
            "y = 2; h(z) = y*z^2; k(x) = grad(x*h'(x), y); k'(3)",
            "x = 3; y = 2; h(z) = y*z^2; grad(grad(x*h'(x), y), x)",
        ],
    ),
    (
        "h-nest-cumprod",
        &[
            "M(t) = [t, t + 1, 2 - t; t - 1, 2*t + 1, t + 3]\nf(t) = sum(cumprod(M(t), axis=2) .* [1, 2, 3; 4, 5, 6])\nf''(1)",
            "t = 1; f = sum(cumprod([t, t + 1, 2 - t; t - 1, 2*t + 1, t + 3]', axis=1)' .* [1, 2, 3; 4, 5, 6]); grad(grad(f, t), t)",
        ],
    ),
];

#[test]
fn nested_derivatives_do_not_confuse_their_perturbations() {
    let mut found = Findings::default();
    let cases = cases("higher.json");
    let nested: Vec<&Value> = cases
        .iter()
        .filter(|case| case["kind"] == "nested")
        .collect();
    assert_eq!(nested.len(), NESTED.len());
    for case in nested {
        let (_, scripts) = NESTED
            .iter()
            .find(|(name, _)| *name == id(case))
            .expect("every case is translated");
        for script in *scripts {
            found.compare(
                script,
                crate::common::value(script),
                &entries(&case["value"]),
                1e-13,
            );
        }
    }
    found.finish(13);
}

/// Determinants are polynomials, so their second derivatives are there at singular matrices too. Those
/// of many rows may have no answer there, but none that rounding made up.
#[test]
fn second_derivatives_of_determinants_are_right_at_singular_matrices() {
    for (matrix, rank) in [
        ("A = [2, 4; 3, 6]", "one less"),
        ("A = zeros(2, 2)", "nothing"),
        ("A = [1, 2, 3; 2, 4, 6; 1, 0, 1]", "one less"),
        ("A := [1, 2, 3]*[4, 5, 6]'", "one"),
        (
            "A = [1, 0, 2, 1; 0, 3, 1, 1; 1, 3, 3, 2; 5, 1, 1, 0]",
            "one less",
        ),
        ("A := randn(5, 3, seed=1)*randn(3, 5, seed=2)", "two less"),
        ("A = [1, 2, 3; 2, 4, 7; 1, 0, 1]", "full"),
    ] {
        let script = format!(
            "{matrix}\nhessian(det(A), A)\nnumeric(vec(grad(det(A), A)), A)\nhessian(det(A), A)'"
        );
        let values = crate::common::values(&script).expect("values");
        let [exact, numeric, transposed] = &values[..] else {
            panic!("{script} shows {} values", values.len());
        };
        let size = exact.iter().fold(1f64, |size, x| size.max(x.abs()));
        let close = |other: &[f64], tolerance: f64| {
            let mut pairs = exact.iter().zip(other);
            pairs.all(|(a, b)| (a - b).abs() <= tolerance * size)
        };
        assert!(
            close(numeric, 1e-7),
            "{matrix} of rank {rank}: {exact:?}, not {numeric:?}"
        );
        assert!(close(transposed, 1e-14), "{matrix}: {exact:?}");
    }
    // Found among random programs: det(v*v') is 0, whatever v.
    let program = "v = [-0.797183; -1.568660]\nF = det(v*v')\nhessian(F, v)";
    let hessian = crate::common::value(program).expect("a value");
    assert!(hessian.iter().all(|x| x.abs() < 1e-14), "{hessian:?}");
    let large =
        "A := randn(13, 12, seed=1)*randn(12, 13, seed=2)\njvp(grad(det(A), A), A, ones(13, 13))";
    let answer = crate::common::value(large).expect("a value");
    assert!(answer.iter().all(|x| x.is_nan()), "{answer:?}");
    let in_parts = large.replace(
        "jvp(grad(det(A), A), A, ones(13, 13))",
        "jvp(grad(det(A), A), A[1, 2], 1)",
    );
    let answer = crate::common::value(&in_parts).expect("a value");
    assert!(answer.iter().any(|x| x.is_nan()), "{answer:?}");
}
