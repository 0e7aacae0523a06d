"""
    module SpecialFunctions

Stands in for the package of this name where it is not installed: what exported code calls, from the
mathematical library that Julia brings along, and digamma and polygamma by their series.
"""
module SpecialFunctions

export erf, erfc, gamma, logabsgamma, digamma, polygamma

const libm = Base.Math.libm

erf(x::Real) = ccall((:erf, libm), Float64, (Float64,), x)
erfc(x::Real) = ccall((:erfc, libm), Float64, (Float64,), x)
gamma(x::Real) = ccall((:tgamma, libm), Float64, (Float64,), x)

function logabsgamma(x::Real)
    sign = Ref{Int32}(0)
    value = ccall((:lgamma_r, libm), Float64, (Float64, Ref{Int32}), x, sign)
    return value, Int(sign[])
end

# Bernoulli's numbers B2, B4, ...
const BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6)

function digamma(x::Real)
    x < 0 && return digamma(1 - x) - pi / tan(pi * x)
    below = 0.0
    while x < 12
        below += 1 / x
        x += 1
    end
    tail = sum(b / (2k * x^2k) for (k, b) in enumerate(BERNOULLI))
    return log(x) - 1 / 2x - tail - below
end

function polygamma(n::Integer, x::Real)
    n == 0 && return digamma(x)
    below = 0.0
    while x < 16 + n
        below += float(x)^(-n - 1)
        x += 1
    end
    # Euler and Maclaurin for the sum of (x + k)^(-n - 1).
    s = n + 1.0
    total = x^(1 - s) / (s - 1) + x^-s / 2
    term, factorial = s * x^(-s - 1), 2.0
    for (k, b) in enumerate(BERNOULLI)
        total += b / factorial * term
        term *= (s + 2k - 1) * (s + 2k) / x^2
        factorial *= (2k + 1) * (2k + 2)
    end
    return (-1.0)^(n + 1) * gamma(s) * (below + total)
end

end # module
