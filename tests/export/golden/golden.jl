"""
    module Wengert

test.ad for Julia, written by Wengert.

`values(; inputs()...)` computes what `REQUESTS` lists, in that order.
Everything is `Float64`: numbers, vectors and matrices.

# Inputs
- `X`: 3x2
- `y`: a vector of 3
- `V`: 2x2
- `w`: a vector of 2
- `λ`: a number
"""
module Wengert

using LinearAlgebra: I, norm
using Statistics: mean

const REQUESTS = [
    "loss",
    "grad(loss, V)",
    "grad(loss, w)",
    "best",
    "grad(hinge, w)",
    "max(w)",
    "softmax(Z, axis=2)",
    "where(w > 0, log(w), 0)",
]

"""The logarithm; NaN where Julia's raises an error. Likewise below."""
function nan_log(x)
    return x < 0 ? NaN : log(x)
end

"""1/(1 + exp(-x)), exact in both tails."""
function sigmoid(x)
    e = exp(-abs(x))
    return (x < 0 ? e : 1.0) / (1.0 + e)
end

"""x*log(y), and 0 where x is 0."""
function xlogy(x, y)
    return x == 0 && !isnan(y) ? 0.0 : x * nan_log(y)
end

"""exp.(x) ./ sum(exp, x) without overflow."""
function softmax(x)
    e = exp.(x .- maximum(x))
    return e ./ sum(e)
end

"""The product where what is not reached is 0 whatever it is multiplied by."""
function matmul_reached(a, b, reached_a, reached_b)
    in_a = trues(size(a)) .& (reached_a .!= 0)
    in_b = trues(size(b)) .& (reached_b .!= 0)
    result = zeros(size(a, 1), size(b, 2))
    for j in axes(b, 2), k in axes(a, 2), i in axes(a, 1)
        if in_a[i, k] && in_b[k, j]
            result[i, j] += a[i, k] * b[k, j]
        end
    end
    return result
end

"""The inputs with their values."""
function inputs()
    return (;
        X=[1.0 0.5; -0.3 2.0; 0.7 -1.0],
        y=[1.0, 0.0, 1.0],
        V=[0.1 -0.2; 0.3 0.4],
        w=[0.5, -0.6],
        λ=0.1,
    )
end

"""`loss`: a number."""
function loss(X, y, V, w, λ)
    Z = sigmoid.(X * V)
    ŷ = sigmoid.(Z * w)
    t1 = -mean(xlogy.(y, ŷ) + xlogy.(1.0 .- y, 1.0 .- ŷ))
    return t1 + λ * norm(V)^2
end

"""`grad(loss, V)`: 2x2."""
function grad_loss_V(X, y, V, w, λ)
    t1 = X * V
    Z = sigmoid.(t1)
    t2 = Z * w
    ŷ = sigmoid.(t2)
    t3 = 1.0 .- y
    t4 = 1.0 .- ŷ
    loss = -mean(xlogy.(y, ŷ) + xlogy.(t3, t4)) + λ * norm(V)^2
    t5 = ifelse.(norm(V) != 0.0, V / norm(V), 0.0)
    t6 = -1.0 / 3.0
    t7 = -(t6 * ifelse.(t3 .!= 0.0, t3 ./ t4, 0.0))
    t8 = t7 + t6 * ifelse.(y .!= 0.0, y ./ ŷ, 0.0)
    t9 = t8 .* (ŷ .* sigmoid.(-t2)) * w' .* (Z .* sigmoid.(-t1))
    return ifelse.(isnan(loss), NaN, λ * (2.0 * norm(V)) * t5 + X' * t9)
end

"""`grad(loss, w)`: a vector of 2."""
function grad_loss_w(X, y, V, w, λ)
    Z = sigmoid.(X * V)
    t1 = Z * w
    ŷ = sigmoid.(t1)
    t2 = 1.0 .- y
    t3 = 1.0 .- ŷ
    loss = -mean(xlogy.(y, ŷ) + xlogy.(t2, t3)) + λ * norm(V)^2
    t4 = -1.0 / 3.0
    t5 = -(t4 * ifelse.(t2 .!= 0.0, t2 ./ t3, 0.0))
    t6 = t5 + t4 * ifelse.(y .!= 0.0, y ./ ŷ, 0.0)
    return ifelse.(isnan(loss), NaN, Z' * (t6 .* (ŷ .* sigmoid.(-t1))))
end

"""`best`: a vector of 2."""
function best(X, y, λ)
    return (X' * X + λ * Matrix(1.0I, 2, 2)) \ (X' * y)
end

"""`grad(hinge, w)`: a vector of 2."""
function grad_hinge_w(X, y, w)
    t1 = 2.0 * y .- 1.0
    t2 = 1.0 .- t1 .* (X * w)
    hinge = sum(max.(t2, 0.0))
    t3 = .!(t2 .<= 0.0)
    t4 = vec(
        matmul_reached(X', ifelse.(t3, -ifelse.(t3, 1.0, 0.0) .* t1, 0.0), 1.0, Float64.(t3)),
    )
    return ifelse.(sum(Float64.(t3)) != 0.0, ifelse.(isnan(hinge), NaN, t4), 0.0)
end

"""`max(w)`: a number."""
function max_w(w)
    return maximum(w)
end

"""`softmax(Z, axis=2)`: 3x2."""
function softmax_Z_axis_2(X, V)
    Z = sigmoid.(X * V)
    return mapslices(softmax, Z; dims=2)
end

"""`where(w > 0, log(w), 0)`: a vector of 2."""
function where_w_0_log_w_0(w)
    return ifelse.(w .> 0.0, nan_log.(w), 0.0)
end

"""The values of `REQUESTS`, in order."""
function values(; X, y, V, w, λ)
    return (
        loss(X, y, V, w, λ),
        grad_loss_V(X, y, V, w, λ),
        grad_loss_w(X, y, V, w, λ),
        best(X, y, λ),
        grad_hinge_w(X, y, w),
        max_w(w),
        softmax_Z_axis_2(X, V),
        where_w_0_log_w_0(w),
    )
end

end # module
