"""
    module Wengert

test.ad for Julia, written by Wengert.

`values(; inputs()...)` computes what `REQUESTS` lists, in that order.
Everything is `Float64`: numbers, vectors and matrices.

# Inputs
- `w`: a number
- `x`: a number
- `y`: a number
"""
module Wengert

const REQUESTS = ["L", "grad(L, w)", "grad(L, w)"]

"""The inputs with their values."""
function inputs()
    return (; w=3.0, x=2.0, y=1.0)
end

"""`L`: a number."""
function L(w, x, y)
    return 0.5 * (y - w * x)^2
end

"""`grad(L, w)`: a number."""
function grad_L_w(w, x, y)
    t1 = y - w * x
    L = 0.5 * t1^2
    return isnan(L) ? NaN : -(0.5 * (2.0 * t1)) * x
end

"""The values of `REQUESTS`, in order."""
function values(; w, x, y)
    return (L(w, x, y), grad_L_w(w, x, y), grad_L_w(w, x, y))
end

end # module
