# numpy jax torch
def load(name):
    """Numbers of a file as columns; texts become classes 1, 2, ... as they appear."""
    paths = [folder / name for folder in FOLDERS]
    path = next((path for path in paths if path.exists()), paths[0])
    if path.suffix == ".npy":
        table = np.load(path).astype(float)
        return table.reshape(len(table), -1)
    text = path.read_text(encoding="utf-8-sig")
    lines = [line for line in text.splitlines() if line.strip()]
    lines = [line for line in lines if not line.lstrip().startswith("#")]

    def split(separator):
        if separator == " ":
            return [line.split() for line in lines]
        rows = csv.reader(lines, delimiter=separator, skipinitialspace=True)
        return [[cell.strip() for cell in row] for row in rows]

    def number(cell, separator):
        if cell.lower() in ("", "na", "nan"):
            return float("nan")
        try:
            return float(cell if separator == "," else cell.replace(",", "."))
        except ValueError:
            return None

    def is_number(cell, separator):
        x = number(cell, separator)
        return x is not None and x == x

    def score(separator):
        rows = split(separator)[:64]
        cells = [is_number(cell, separator) for row in rows for cell in row]
        separates = 2 * sum(len(row) > 1 for row in rows) >= len(rows)
        if not separates or (separator == " " and not any(cells)):
            return False, -1.0
        return len({len(row) for row in rows}) == 1, sum(cells) / len(cells)

    if path.suffix == ".json" or text.lstrip().startswith("["):
        separator = ","
        rows = [row if isinstance(row, list) else [row] for row in json.loads(text)]
        plain = lambda x: x if isinstance(x, str) else "" if x is None else repr(float(x))
        rows = [[plain(cell) for cell in row] for row in rows]
    else:
        separator = max(("\t", ";", ",", " "), key=score)
        # One column: a character that is nowhere.
        separator = separator if score(separator)[1] >= 0 else "\x1f"
        rows = split(separator)
        head = [number(cell, separator) for cell in rows[0]]
        below = any(is_number(cell, separator) for row in rows[1:] for cell in row)
        if below and None in head and all(x is None or x != x for x in head):
            rows = rows[1:]
    table = []
    for column in zip(*rows):
        codes = {}
        numbers = [number(cell, separator) for cell in column]
        for cell, x in zip(column, numbers):
            if x is None:
                codes.setdefault(cell, len(codes) + 1.0)
        table.append([codes.get(cell, x) for cell, x in zip(column, numbers)])
    return np.array(table, dtype=float).T


# numpy jax torch
def uniforms(count, seed):
    """SplitMix64: the same numbers on every machine."""
    mask = 2**64 - 1
    numbers = []
    for k in range(1, count + 1):
        z = (seed + k * 0x9E3779B97F4A7C15) & mask
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        numbers.append(((z ^ (z >> 31)) >> 11) * 2.0**-53)
    return xp.asarray(numbers, dtype=float)


# numpy jax torch
def rand(m, n, seed):
    """Uniform numbers, column by column."""
    return uniforms(m * n, seed).reshape(n, m).T


# numpy jax torch
def randn(m, n, seed):
    """Normal numbers by Box and Muller, column by column."""
    u = uniforms(2 * m * n, seed)
    normal = xp.sqrt(-2.0 * xp.log(1.0 - u[::2])) * xp.cos(2.0 * xp.pi * u[1::2])
    return normal.reshape(n, m).T


# numpy jax torch
def sigmoid(x):
    """1/(1 + exp(-x)), exact in both tails."""
    # No abs: its derivative at 0 is 0 in some libraries.
    e = xp.exp(xp.where(x >= 0, -x, x))
    return xp.where(x >= 0, 1.0, e) / (1.0 + e)


# numpy jax torch
def round_half_away(x):
    """The nearest whole number, halves away from zero."""
    whole = xp.trunc(x)
    return whole + xp.where(xp.abs(x - whole) >= 0.5, xp.sign(x), 0.0)


# numpy jax
def xlogy(x, y):
    """x*log(y), and 0 where x is 0."""
    return xp.where((x == 0) & xp.logical_not(xp.isnan(y)), 0.0, x * xp.log(y))


# numpy jax
def var(x, axis=None, keepdims=False):
    """The variance; exactly 0 where all entries are equal."""
    first = x[:1, :1] if axis is None else x[:1] if axis == 0 else x[:, :1]
    return xp.var(x - first, axis=axis, keepdims=keepdims)


# numpy jax
def deviations(x, axis=None):
    """x minus its mean; exactly 0 where all entries are equal."""
    d = x - (x[:1, :1] if axis is None else x[:1] if axis == 0 else x[:, :1])
    return d - xp.mean(d, axis=axis, keepdims=True)


# numpy jax
def norm(x, axis=None, keepdims=False):
    """The Euclidean norm without overflow."""
    scale = xp.max(xp.abs(x), axis=axis, keepdims=True)
    regular = (scale > 0) & xp.isfinite(scale)
    scaled = x / xp.where(regular, scale, 1.0)
    root = xp.sqrt(xp.sum(scaled**2, axis=axis, keepdims=True))
    result = xp.where(regular, scale * root, scale)
    return result if keepdims else result[0, 0]


# numpy jax
def argmax(x, axis=None, keepdims=False):
    """The position of the largest entry, from 1, column by column."""
    if axis is None:
        return xp.argmax(x.T) + 1.0
    return xp.argmax(x, axis=axis, keepdims=keepdims) + 1.0


# numpy jax
def linspace(a, b, n):
    """Evenly spaced numbers, both ends included, as a column; whole numbers are exact."""
    step = (b - a) / max(n - 1, 1)
    whole = (a % 1 == 0) & (step % 1 == 0)
    return xp.where(whole, a + xp.arange(n) * step, xp.linspace(a, b, n)).reshape(n, 1)


# numpy jax torch
def onehot(v, k):
    """One row a class, with a 1 in its column."""
    return (v.reshape(-1, 1) == xp.arange(1, k + 1)) * 1.0


# numpy jax
def diag(x):
    """The diagonal as a column, or the matrix with a vector as its diagonal."""
    return xp.diag(x.ravel()) if 1 in x.shape else xp.diag(x).reshape(-1, 1)


# numpy jax
def approx(a, b, tol, bound):
    """1 where a and b differ by little."""
    a, b = xp.broadcast_arrays(a, b)
    same = (a == b) & xp.isinf(a)
    largest = xp.max(xp.where(same, 0.0, xp.maximum(xp.abs(a), xp.abs(b))))
    apart = xp.max(xp.where(same, 0.0, xp.abs(a - b)))
    return 1.0 * (xp.isfinite(apart) & (apart <= xp.maximum(bound, tol * largest)))


# numpy torch
def entries_at(x, i, j, shape):
    """The block of this shape from row i and column j on."""
    i, j = position(i, x.shape[0]), position(j, x.shape[1])
    return x[i : i + shape[0], j : j + shape[1]]


# numpy torch
def placed_at(x, i, j, shape):
    """x from row i and column j on in a matrix of zeros."""
    i, j = position(i, shape[0]), position(j, shape[1])
    result = xp.zeros(shape)
    result[i : i + x.shape[0], j : j + x.shape[1]] = x
    return result


# numpy jax
def matmul_reached(a, b, reached_a, reached_b):
    """The product where what is not reached is 0 whatever it is multiplied by."""
    a_mask = xp.broadcast_to(reached_a, a.shape)[:, :, None] != 0
    b_mask = xp.broadcast_to(reached_b, b.shape)[None] != 0
    terms = xp.where(a_mask & b_mask, a[:, :, None] * b[None], 0.0)
    return xp.sum(terms, axis=1)


# numpy jax torch
def logdet(a):
    """log(det(a)) without overflow; NaN where the determinant is negative."""
    sign, magnitude = xp.linalg.slogdet(a)
    return xp.where(sign < 0, xp.nan, magnitude)
