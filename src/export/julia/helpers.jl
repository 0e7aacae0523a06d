"""The logarithm; NaN where Julia's raises an error. Likewise below."""
function nan_log(x)
    return x < 0 ? NaN : log(x)
end


function nan_log2(x)
    return x < 0 ? NaN : log2(x)
end


function nan_log10(x)
    return x < 0 ? NaN : log10(x)
end


function nan_log1p(x)
    return x < -1 ? NaN : log1p(x)
end


function nan_sqrt(x)
    return x < 0 ? NaN : sqrt(x)
end


function nan_asin(x)
    return abs(x) > 1 ? NaN : asin(x)
end


function nan_acos(x)
    return abs(x) > 1 ? NaN : acos(x)
end


function nan_acosh(x)
    return x < 1 ? NaN : acosh(x)
end


function nan_atanh(x)
    return abs(x) > 1 ? NaN : atanh(x)
end


function nan_pow(x, y)
    return x < 0 && isfinite(y) && y != floor(y) ? NaN : x^y
end


function nan_gamma(x)
    return x < 0 && x == floor(x) ? NaN : gamma(x)
end


function nan_digamma(x)
    return x <= 0 && x == floor(x) ? NaN : digamma(x)
end


function nan_polygamma(n, x)
    pole = x <= 0 && x == floor(x)
    return n < 0 || n != floor(n) || pole ? NaN : polygamma(Int(n), x)
end


"""The logarithm of the absolute value of the gamma function."""
function log_gamma(x)
    return first(logabsgamma(x))
end


"""The nearest whole number, halves away from zero."""
function round_half_away(x)
    return round(x, RoundNearestTiesAway)
end


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


"""log(sigmoid(x)), exact in both tails."""
function log_sigmoid(x)
    return -logaddexp(-x, 0.0)
end


"""x*log(y), and 0 where x is 0."""
function xlogy(x, y)
    return x == 0 && !isnan(y) ? 0.0 : x * nan_log(y)
end


"""x minus its mean; exactly 0 where all entries are equal."""
function deviations(x)
    d = x .- first(x)
    return d .- sum(d) / length(d)
end


"""The variance; exactly 0 where all entries are equal."""
function variance(x)
    return sum(abs2, deviations(x)) / length(x)
end


"""The square root of the variance."""
function standard_deviation(x)
    return sqrt(variance(x))
end


"""log(sum(exp, x)) without overflow."""
function logsumexp(x)
    m = maximum(x)
    return isinf(m) ? m : m + log(sum(exp.(x .- m)))
end


"""exp.(x) ./ sum(exp, x) without overflow."""
function softmax(x)
    e = exp.(x .- maximum(x))
    return e ./ sum(e)
end


"""log.(softmax(x)), exact in the tails."""
function log_softmax(x)
    d = x .- maximum(x)
    return d .- log(sum(exp, d))
end


"""The position of the largest entry, column by column."""
function largest_at(x)
    return Float64(argmax(vec(x)))
end


"""For every entry the product of all others."""
function products_of_others(x)
    flat = vec(x)
    before = [1.0; cumprod(flat)[1:(end - 1)]]
    after = [reverse(cumprod(reverse(flat)))[2:end]; 1.0]
    return reshape(before .* after, size(x))
end


"""SplitMix64: the same numbers on every machine."""
function uniforms(count, seed)
    numbers = zeros(count)
    for k in 1:count
        z = UInt64(seed) + UInt64(k) * 0x9e3779b97f4a7c15
        z = xor(z, z >> 30) * 0xbf58476d1ce4e5b9
        z = xor(z, z >> 27) * 0x94d049bb133111eb
        numbers[k] = (xor(z, z >> 31) >> 11) * 2.0^-53
    end
    return numbers
end


"""Uniform numbers, column by column."""
function uniform_matrix(m, n, seed)
    return reshape(uniforms(m * n, seed), m, n)
end


"""Normal numbers by Box and Muller, column by column."""
function normal_matrix(m, n, seed)
    u = uniforms(2 * m * n, seed)
    normal = sqrt.(-2.0 .* log.(1.0 .- u[1:2:end])) .* cos.(2.0 * π .* u[2:2:end])
    return reshape(normal, m, n)
end


"""Evenly spaced numbers, both ends included; whole numbers are exact."""
function linspace(a, b, n)
    step = (b - a) / max(n - 1, 1)
    if floor(a) == a && floor(step) == step
        return [a + k * step for k in 0:(n - 1)]
    end
    return [(1 - t) * a + t * b for t in (0:(n - 1)) ./ max(n - 1, 1)]
end


"""One row a class, with a 1 in its column."""
function onehot(v, k)
    return Float64.(vec(v) .== (1:k)')
end


"""1 where a and b differ by little."""
function approx(a, b, tol, bound)
    largest, apart = 0.0, 0.0
    for (x, y) in vcat(tuple.(a, b))
        x == y && isinf(x) && continue
        largest = max(largest, abs(x), abs(y))
        apart = max(apart, abs(x - y))
    end
    return Float64(isfinite(apart) && apart <= max(bound, tol * largest))
end


"""The part of x that a block covers from row i and column j on."""
function region(x, i, j, block)
    rows = Int(i) .+ (0:(size(block, 1) - 1))
    columns = Int(j) .+ (0:(size(block, 2) - 1))
    return x isa AbstractVector ? view(x, rows) : view(x, rows, columns)
end


"""The block of m rows, and n columns, from row i and column j on."""
function entries_at(x, i, j, m)
    return x[Int(i) .+ (0:(m - 1)), Int(j)]
end

function entries_at(x, i, j, m, n)
    return x[Int(i) .+ (0:(m - 1)), Int(j) .+ (0:(n - 1))]
end


"""A block from row i and column j on in an array of zeros."""
function placed_at(block, i, j, dims...)
    result = zeros(dims...)
    region(result, i, j, block) .= block
    return result
end


"""x with a block from row i and column j on replaced."""
function replaced(x, i, j, block)
    result = copy(x)
    region(result, i, j, block) .= block
    return result
end


"""Blocks added up, each in its place of an array of zeros."""
function assemble(dims, blocks...)
    result = zeros(dims)
    for (i, j, block) in blocks
        region(result, i, j, block) .+= block
    end
    return result
end


"""The rows (dims=1) or columns (dims=2) of x added up where v says."""
function spread(x, v, m, n=1; dims)
    result = zeros(m, n)
    for (k, place) in enumerate(v)
        if dims == 1
            result[Int(place), :] .+= x[k, :]
        else
            result[:, Int(place)] .+= x[:, k]
        end
    end
    return n == 1 ? vec(result) : result
end


"""y[1] = b[1], y[k] = a[k]*y[k-1] + b[k] down every column."""
function recurrence(a, b)
    y = Float64.(b)
    for column in axes(y, 2), k in 2:size(y, 1)
        y[k, column] = a[k, column] * y[k - 1, column] + b[k, column]
    end
    return y
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


"""log(det(a)) without overflow; NaN where the determinant is negative."""
function nan_logdet(a)
    magnitude, sign_of = logabsdet(a)
    return sign_of < 0 ? NaN : magnitude
end


"""The matrix of cofactors, at singular matrices too."""
function cofactor(a)
    n = size(a, 1)
    minor(i, j) = det(a[1:n .!= i, 1:n .!= j])
    return [(-1.0)^(i + j) * minor(i, j) for i in 1:n, j in 1:n]
end


"""The largest difference, relative to the largest entry."""
function relative(a, b)
    apart, scale = 0.0, 0.0
    for (x, y) in zip(vec([a;]), vec([b;]))
        x == y || (isnan(x) && isnan(y)) || (apart = max(apart, abs(x - y)))
        isfinite(y) && (scale = max(scale, abs(y)))
    end
    return apart > 0 ? apart / scale : apart
end


"""The numbers of a table of text; texts become classes 1, 2, ... as they appear."""
function load(name)
    paths = [joinpath(folder, name) for folder in FOLDERS]
    path = paths[something(findfirst(isfile, paths), 1)]
    lines = split(replace(read(path, String), r"^\x{feff}" => ""), r"\r?\n")
    lines = [line for line in lines if !isempty(strip(line)) && !startswith(lstrip(line), '#')]
    table(separator) = [cells(line, separator) for line in lines]
    function score(separator)
        rows = collect(Iterators.take(table(separator), 64))
        known = [number_in(cell, separator) for row in rows for cell in row]
        known = [!isnothing(x) && !isnan(x) for x in known]
        separates = 2 * count(row -> length(row) > 1, rows) >= length(rows)
        if !separates || (separator == ' ' && !any(known))
            return (false, -1.0)
        end
        return (length(unique(length.(rows))) == 1, sum(known) / length(known))
    end
    separators = ['\t', ';', ',', ' ']
    separator = separators[argmax(map(score, separators))]
    # One column: a character that is nowhere.
    separator = last(score(separator)) >= 0 ? separator : '\x1f'
    rows = table(separator)
    isnumber(x) = !isnothing(x) && !isnan(x)
    head = [number_in(cell, separator) for cell in first(rows)]
    below = any(isnumber(number_in(cell, separator)) for row in rows[2:end] for cell in row)
    if below && any(isnothing, head) && !any(isnumber, head)
        rows = rows[2:end]
    end
    result = zeros(length(rows), length(first(rows)))
    for j in axes(result, 2)
        codes = Dict{String,Float64}()
        for (i, row) in enumerate(rows)
            x = number_in(row[j], separator)
            result[i, j] = isnothing(x) ? get!(codes, row[j], length(codes) + 1.0) : x
        end
    end
    return size(result, 2) == 1 ? vec(result) : result
end


"""The cells of a line; a separator between quotes separates nothing."""
function cells(line, separator)
    separator == ' ' && return String.(split(line))
    found, quoted = [""], false
    for c in line
        if c == '"'
            quoted = !quoted
        elseif c == separator && !quoted
            push!(found, "")
        else
            found[end] *= c
        end
    end
    return String.(strip.(found))
end


"""A cell as a number; `nothing` for a text."""
function number_in(cell, separator)
    lowercase(cell) in ("", "na", "nan") && return NaN
    return tryparse(Float64, separator == ',' ? cell : replace(cell, ',' => '.'))
end
