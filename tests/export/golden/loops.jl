"""
    module Wengert

test.ad for Julia, written by Wengert.

`values(; inputs()...)` computes what `REQUESTS` lists, in that order.
`run(; inputs()...)` runs the loops and returns the inputs that they change.
Everything is `Float64`: numbers, vectors and matrices.

# Inputs
- `w`: a vector of 2
- `costs`: a vector of 5
- `n`: a number
- `total`: a number
"""
module Wengert

const REQUESTS = ["cost", "w", "costs", "total", "n"]

"""The part of x that a block covers from row i and column j on."""
function region(x, i, j, block)
    rows = Int(i) .+ (0:(size(block, 1) - 1))
    columns = Int(j) .+ (0:(size(block, 2) - 1))
    return x isa AbstractVector ? view(x, rows) : view(x, rows, columns)
end

"""x with a block from row i and column j on replaced."""
function replaced(x, i, j, block)
    result = copy(x)
    region(result, i, j, block) .= block
    return result
end

"""The inputs with their values."""
function inputs()
    return (; w=[1.0, 2.0], costs=[0.0, 0.0, 0.0, 0.0, 0.0], n=0.0, total=0.0)
end

"""`cost`: a number."""
function cost(w)
    return sum((w .- 3.0) .^ 2)
end

"""`w`: a vector of 2."""
function w_(w)
    return w
end

"""`costs`: a vector of 5."""
function costs_(costs)
    return costs
end

"""`total`: a number."""
function total_(total)
    return total
end

"""`n`: a number."""
function n_(n)
    return n
end

"""The values of `REQUESTS`, in order."""
function values(; w, costs, n, total)
    return (cost(w), w_(w), costs_(costs), total_(total), n_(n))
end

"""The inputs that the loops change, after them."""
function run(; w, costs, n, total)
    i = 0.0
    for _ in 1:5
        n = n + 1.0
        costs = replaced(costs, n, 1.0, sum((w .- 3.0) .^ 2))
        t1 = w .- 3.0
        cost = sum(t1 .^ 2)
        w = w - 0.1 * ifelse.(isnan(cost), NaN, 2.0 * t1)
    end
    index_w = w[1]
    for outer i in 1.0:3.0
        if i > 1.0
            total = total + i * index_w
        else
            total = total - 1.0
        end
    end
    while (total < 10.0) & (n < 20.0)
        new_total = 2.0 * total + 1.0
        new_n = n + 1.0
        total, n = new_total, new_n
    end
    return (; w, costs, n, total)
end

end # module
