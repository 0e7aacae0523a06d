//! Proofs: what is true is recognised, and nothing false is.

use serde_json::Value;
use wengert::claims::Outcome;
use wengert::{Event, Session};

/// The answer to `prove`.
fn answer(claim: &str) -> Outcome {
    answer_about("", claim)
}

/// The answer to `prove` after some declarations.
fn answer_about(declarations: &str, claim: &str) -> Outcome {
    let mut outcome = None;
    let source = wengert::source::Source::new("claim", format!("{declarations}\nprove {claim}"));
    let _ = Session::new().run_source(&source, &mut |event| {
        if let Event::Prove(proof) = event {
            outcome = Some(proof.outcome);
        }
    });
    outcome.unwrap_or_else(|| panic!("no answer to {claim}"))
}

/// True if both sides are equal by laws wherever both have a value.
fn is_recognised(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Proved(_) => true,
        Outcome::Refuted(found) => found.equal_where_defined,
        Outcome::Holds(_) | Outcome::Unknown => false,
    }
}

/// Antiderivatives of the Rubi test suite (MIT): at least 85 % of their derivatives are recognised, and
/// none where one side is 1025/1024 of what it should be.
#[test]
fn antiderivatives_are_recognised() {
    let cases: Vec<Value> = include_str!("../reference/rubi.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let text = |case: &Value, key: &str| case[key].as_str().expect("a text").to_string();
    let mut recognised = 0;
    for (k, case) in cases.iter().enumerate() {
        let derivative = format!("grad({}, {})", text(case, "F"), text(case, "x"));
        let integrand = text(case, "f");
        let outcome = answer(&format!("{derivative} == {integrand}"));
        recognised += usize::from(is_recognised(&outcome));
        if let Outcome::Refuted(found) = &outcome {
            let is_difference = found.apart == wengert::proof::Apart::Values;
            assert!(!is_difference, "{derivative} == {integrand}: {found:?}");
        }
        if k % 4 == 0 {
            let wrong = answer(&format!("{derivative} == 1025/1024*({integrand})"));
            assert!(!is_recognised(&wrong), "{derivative}: 1025/1024 of it");
        }
    }
    let share = recognised as f64 / cases.len() as f64;
    assert!(share >= 0.85, "{recognised} of {}", cases.len());
}

/// The numbers 2, 3, 5 and 7 are positive among exponents too.
#[test]
fn signs_and_roots_hold_inside_exponentials() {
    for claim in [
        "exp(abs(2*x)) == exp(2*abs(x))",
        "exp(sqrt(2*x^2)) == exp(sqrt(2)*abs(x))",
        "exp(sqrt(3*x^2)) == exp(sqrt(3)*abs(x))",
        "exp(abs(-35*x)) == exp(5*abs(7*x))",
    ] {
        let outcome = answer(claim);
        assert!(
            matches!(outcome, Outcome::Proved(_)),
            "{claim}: {outcome:?}"
        );
    }
}

/// Equations that hold on a part of the domain, for single values, or nearly.
#[test]
fn nothing_false_is_proved() {
    let claims = [
        "sqrt(x^2) == x",
        "abs(x) == sqrt(x)^2",
        "log(x^2) == 2*log(x)",
        "sqrt(x*y) == sqrt(x)*sqrt(y)",
        "(x^2)^0.5 == x",
        "x^(2/3)^(3/2) == x",
        "(x^3)^(1/3) == x",
        "asin(sin(x)) == x",
        "atan(tan(x)) == x",
        "exp(log(x)) == x",
        "sign(x)^2 == 1",
        "where(x > 0, 1, 0) == where(x >= 0, 1, 0)",
        "floor(x) == x - 0.5",
        "relu(x) == x",
        "max(x, y) == x",
        "sin(x) == x",
        "sin(x)^2 + cos(y)^2 == 1",
        "exp(x + y) == exp(x) + exp(y)",
        "1.0000001*x == x",
        "x + 1e-7 == x",
        "3.1415927 == pi",
        "0.3333333*x == x/3",
        "1025/1024*x == x",
        "x^n*abs(x) == x^(n + 1)",
        "tanh(x) == sign(x)*(1 - 2*exp(-2*abs(x)))",
        "relu(x*y) == relu(x)*relu(y)",
        "abs(x + y) == abs(x) + abs(y)",
        "abs(x*y*z*u) == x*y*z*u",
        "(x - 1)*(x - 2)*(x - 3) == 0",
        "cosh(x)^2 + sinh(x)^2 == 1",
        "sqrt(17)*x == 4.1231056*x",
        "sqrt(2) + sqrt(3) == sqrt(5 + 2*sqrt(6.0000001))",
    ];
    for claim in claims {
        let outcome = answer(claim);
        assert!(
            matches!(outcome, Outcome::Refuted(_)),
            "{claim}: {outcome:?}"
        );
    }
}

/// Nearly the identities of the golden file `claims/identities`: with a factor on the wrong side, without
/// a transpose, true for one size or for commuting matrices only, or off in the seventh digit.
#[test]
fn false_identities_of_matrices_are_refuted() {
    let declarations = "
        input A[n,n], B[n,n], C[n,n], X[m,n], x[n], y[n], u[n], v[n], U[n,k], V[k,n], W[k,k], c
        input P[n,n], S[n,n], Q[n,n]
        assume A invertible, B invertible, P spd, S symmetric, Q orthogonal";
    let claims = [
        "tr(A*B*C) == tr(A*C*B)",
        "A*B == B*A",
        "(A*B)' == A'*B'",
        "x'*A*y == x'*A'*y",
        "tr(A*B) == tr(A)*tr(B)",
        "tr(A)^2 == tr(A*A)",
        "inv(A*B) == inv(A)*inv(B)",
        "inv(A + B) == inv(A) + inv(B)",
        "inv(c*A) == c*inv(A)",
        "solve(A, B) == B*inv(A)",
        "inv(A + u*v') == inv(A) - inv(A)*u*v'*inv(A)/(1 + u'*inv(A)*v)",
        "inv(A + U*W*V) == inv(A) - inv(A)*U*inv(W + V*inv(A)*U)*V*inv(A)",
        "det(A + B) == det(A) + det(B)",
        "det(2*A) == 2*det(A)",
        "det(c*A) == c^3*det(A)",
        "det(-A) == -det(A)",
        "det(-A) == det(A)",
        "det(Q) == 1",
        "det(A + u*v') == det(A)*(1 + u'*inv(A)*v)",
        "det(eye(n) + U*V) == det(eye(k) + V*U) + 1e-7*c",
        "logdet(2*P) == log(2) + logdet(P)",
        "logdet(P + P') == 2*logdet(P)",
        "norm(A*x) == norm(x)",
        "norm(x + y) == norm(x) + norm(y)",
        "tr(Q*A*Q) == tr(A)",
        "S*A == A*S",
        "grad(logdet(P), P) == P",
        "grad(det(A), A) == det(A)*inv(A)",
        "grad(tr(A*B), A) == B",
        "grad(x'*A*x, x) == 2*A*x",
        "hessian(x'*A*x, x) == 2*A",
        "hessian(norm(x), x) == eye(n)/norm(x) - x*x'/norm(x)^2",
        "softmax(c*x) == softmax(x)",
        "logsumexp(c*x) == c*logsumexp(x)",
        "logsumexp(x + y) == logsumexp(x) + logsumexp(y)",
        "logsumexp(x) == log(sum(exp(x))) + 1e-7",
        "log_softmax(x) == x - sum(exp(x))",
        "jacobian(softmax(x), x) == diag(softmax(x)) + softmax(x)*softmax(x)'",
        "grad(logsumexp(X*x), x) == X'*softmax(X*x) + 1e-7*x",
        "var(c*x) == c*var(x)",
        "std(c*x) == c*std(x)",
        "var(x) == mean(x.^2) - mean(x)",
        "sum((x - mean(x)).^2) == sum(x.^2) - mean(x)^2",
        "gamma(c + 1) == (c + 1)*gamma(c)",
        "lgamma(c + 2) == lgamma(c) + log(abs(c))",
        "polygamma(1, c + 1) == polygamma(1, c) + 1/c^2",
    ];
    for claim in claims {
        let outcome = answer_about(declarations, claim);
        assert!(
            matches!(&outcome, Outcome::Refuted(found) if !found.equal_where_defined),
            "{claim}: {outcome:?}"
        );
    }
}

/// The lines of `identities.txt`: what is true is proved, or equal by laws wherever both sides have a value, but
/// for those that are known to be open; what is not is refuted.
#[test]
fn identities_are_told_from_near_ones() {
    let (mut declarations, mut proved, mut wrong) = (String::new(), 0, Vec::new());
    for line in include_str!("identities.txt").lines() {
        if let Some(declared) = line.strip_prefix('@') {
            declarations = declared.replace("; ", "\n");
        } else if let Some(claim) = line.strip_prefix("not ") {
            let outcome = answer_about(&declarations, claim);
            if !matches!(outcome, Outcome::Refuted(_)) {
                wrong.push(format!("{claim}: {outcome:?}"));
            }
        } else if let Some(claim) = line.strip_prefix("open ") {
            let outcome = answer_about(&declarations, claim);
            if !matches!(outcome, Outcome::Holds(_)) {
                wrong.push(format!("{claim}: {outcome:?}"));
            }
        } else if !line.is_empty() && !line.starts_with('#') {
            let outcome = answer_about(&declarations, line);
            proved += 1;
            if !is_recognised(&outcome) {
                wrong.push(format!("{line}: {outcome:?}"));
            }
        }
    }
    assert!(proved > 150 && wrong.is_empty(), "{}", wrong.join("\n"));
}
