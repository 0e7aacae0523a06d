"""
    module Wengert

test.ad for Julia, written by Wengert.

`values(; inputs()...)` computes what `REQUESTS` lists, in that order.
Everything is `Float64`: numbers, vectors and matrices.

# Inputs
- `X`: n x d, without a value there
- `y`: a vector of n, without a value there
- `w`: a vector of d, without a value there
"""
module Wengert

using LinearAlgebra: diagm

const REQUESTS = ["J", "grad(J, w)", "hessian(J, w)"]

"""1/(1 + exp(-x)), exact in both tails."""
function sigmoid(x)
    e = exp(-abs(x))
    return (x < 0 ? e : 1.0) / (1.0 + e)
end

"""log(exp(a) + exp(b)) without overflow."""
function logaddexp(a, b)
    m = max(a, b)
    return isfinite(m) ? m + log1p(exp(-abs(a - b))) : m
end

"""log(1 + exp(x)), exact in both tails."""
function softplus(x)
    return logaddexp(x, 0.0)
end

"""The inputs with their values."""
function inputs()
    return (; )
end

"""`J`: a number."""
function J(X, y, w)
    n = size(X, 1)
    z = X * w
    return sum(softplus.(z) - y .* z) / n
end

"""`grad(J, w)`: a vector of d."""
function grad_J_w(X, y, w)
    n = size(X, 1)
    z = X * w
    J = sum(softplus.(z) - y .* z) / n
    t1 = 1.0 / n
    return ifelse.(isnan(J), NaN, X' * (-t1 * y + t1 * sigmoid.(z)))
end

"""`hessian(J, w)`: d x d."""
function hessian_J_w(X, w)
    n = size(X, 1)
    z = X * w
    return X' * diagm(sigmoid.(z) .* sigmoid.(-z)) * X / n
end

"""The values of `REQUESTS`, in order."""
function values(; X, y, w)
    return (J(X, y, w), grad_J_w(X, y, w), hessian_J_w(X, w))
end

end # module
