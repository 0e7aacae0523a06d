def load(name):
    """Numbers of a file as columns; texts become classes 1, 2, ... as they appear."""
    paths = [folder / name for folder in FOLDERS]
    path = next((path for path in paths if path.exists()), paths[0])
    if path.suffix == ".npy":
        table = np.load(path).astype(float)
        return jnp.array(table.reshape(len(table), -1))
    with open(path, newline="", encoding="utf-8-sig") as file:
        lines = [line for line in file if line.strip() and not line.startswith("#")]
    separator = next((s for s in (";", "\t", ",") if s in lines[0]), None)
    if separator is None:
        rows = [line.split() for line in lines]
    else:
        rows = [[c.strip() for c in r] for r in csv.reader(lines, delimiter=separator)]

    def number(cell):
        if cell.lower() in ("", "na", "nan"):
            return float("nan")
        try:
            return float(cell.replace(",", ".") if separator == ";" else cell)
        except ValueError:
            return None

    def is_text(column):
        return any(number(cell) is None for cell in column)

    columns = list(zip(*rows))
    if any(is_text(c[:1]) and not is_text(c[1:]) for c in columns) or (
        len(rows) > 1 and all(is_text(c[:1]) for c in columns)
    ):
        columns = [column[1:] for column in columns]
    table = []
    for column in columns:
        if is_text(column):
            codes = {}
            column = [codes.setdefault(cell, len(codes) + 1) for cell in column]
        else:
            column = [number(cell) for cell in column]
        table.append(column)
    return jnp.array(np.array(table, dtype=float).T)


def uniforms(count, seed):
    """SplitMix64: the same numbers on every machine."""
    mask = 2**64 - 1
    numbers = []
    for k in range(1, count + 1):
        z = (seed + k * 0x9E3779B97F4A7C15) & mask
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        numbers.append(((z ^ (z >> 31)) >> 11) * 2.0**-53)
    return jnp.array(numbers, dtype=float)


def rand(m, n, seed):
    """Uniform numbers, column by column."""
    return uniforms(m * n, seed).reshape(n, m).T


def randn(m, n, seed):
    """Normal numbers by Box and Muller, column by column."""
    u = uniforms(2 * m * n, seed)
    normal = jnp.sqrt(-2.0 * jnp.log(1.0 - u[::2])) * jnp.cos(2.0 * jnp.pi * u[1::2])
    return normal.reshape(n, m).T


def sigmoid(x):
    """1/(1 + exp(-x)), exact in both tails."""
    e = jnp.exp(-jnp.abs(x))
    return jnp.where(x >= 0, 1.0, e) / (1.0 + e)


def round_half_away(x):
    """The nearest whole number, halves away from zero."""
    whole = jnp.trunc(x)
    return whole + jnp.where(jnp.abs(x - whole) >= 0.5, jnp.sign(x), 0.0)


def gamma(x):
    """The gamma function."""
    pole = jnp.where(x == 0, jnp.copysign(jnp.inf, x), jnp.nan)
    whole = (x <= 0) & (x == jnp.floor(x))
    return jnp.where(whole, pole, jax.scipy.special.gamma(x))


def polygamma(n, x):
    """The n-th derivative of digamma, by its recurrence where x is small."""
    n = jnp.asarray(n).astype(int)
    below = sum((x + k) ** (-n - 1.0) for k in range(8))
    above = jax.scipy.special.polygamma(n, x + 8.0)
    return above - (-1.0) ** n * jax.scipy.special.gamma(n + 1.0) * below


def xlogy(x, y):
    """x*log(y), and 0 where x is 0."""
    return jnp.where((x == 0) & jnp.logical_not(jnp.isnan(y)), 0.0, x * jnp.log(y))


def var(x, axis=None, keepdims=False):
    """The variance; exactly 0 where all entries are equal."""
    first = x[:1, :1] if axis is None else x[:1] if axis == 0 else x[:, :1]
    return jnp.var(x - first, axis=axis, keepdims=keepdims)


def deviations(x, axis=None):
    """x minus its mean; exactly 0 where all entries are equal."""
    d = x - (x[:1, :1] if axis is None else x[:1] if axis == 0 else x[:, :1])
    return d - jnp.mean(d, axis=axis, keepdims=True)


def norm(x, axis=None, keepdims=False):
    """The Euclidean norm without overflow."""
    scale = jnp.max(jnp.abs(x), axis=axis, keepdims=True)
    regular = (scale > 0) & jnp.isfinite(scale)
    scaled = x / jnp.where(regular, scale, 1.0)
    root = jnp.sqrt(jnp.sum(scaled**2, axis=axis, keepdims=True))
    result = jnp.where(regular, scale * root, scale)
    return result if keepdims else result[0, 0]


def argmax(x, axis=None, keepdims=False):
    """The position of the largest entry, from 1, column by column."""
    if axis is None:
        return jnp.argmax(x.T) + 1.0
    return jnp.argmax(x, axis=axis, keepdims=keepdims) + 1.0


def products_of_others(x):
    """For every entry the product of all others."""
    flat = x.ravel()
    one = jnp.ones(1)
    before = jnp.concatenate((one, jnp.cumprod(flat)[:-1]))
    after = jnp.concatenate((jnp.cumprod(flat[::-1])[::-1][1:], one))
    return (before * after).reshape(x.shape)


def linspace(a, b, n):
    """Evenly spaced numbers, both ends included, as a column."""
    return jnp.linspace(a, b, n).reshape(n, 1)


def onehot(v, k):
    """One row a class, with a 1 in its column."""
    return (v.reshape(-1, 1) == jnp.arange(1, k + 1)) * 1.0


def diag(x):
    """The diagonal as a column, or the matrix with a vector as its diagonal."""
    return jnp.diag(x.ravel()) if 1 in x.shape else jnp.diag(x).reshape(-1, 1)


def approx(a, b, tol, bound):
    """1 where a and b differ by little."""
    a, b = jnp.broadcast_arrays(a, b)
    same = (a == b) & jnp.isinf(a)
    largest = jnp.max(jnp.where(same, 0.0, jnp.maximum(jnp.abs(a), jnp.abs(b))))
    apart = jnp.max(jnp.where(same, 0.0, jnp.abs(a - b)))
    return 1.0 * (jnp.isfinite(apart) & (apart <= jnp.maximum(bound, tol * largest)))


def position(v, length):
    """Positions from 0 of positions from 1; what is no position is out of range."""
    k = jnp.asarray(v, dtype=float)
    return jnp.where((k >= 1) & (k <= length), k - 1, length).astype(int)


def entries_at(x, i, j, shape):
    """The block of this shape from row i and column j on; NaN outside."""
    rows = position(i + jnp.arange(shape[0]), x.shape[0])
    columns = position(j + jnp.arange(shape[1]), x.shape[1])
    return jnp.take(
        jnp.take(x, rows, axis=0, mode="fill"), columns, axis=1, mode="fill"
    )


def placed_at(x, i, j, shape):
    """x from row i and column j on in a matrix of zeros."""
    corner = (position(i, shape[0]), position(j, shape[1]))
    return jax.lax.dynamic_update_slice(jnp.zeros(shape), x, corner)


def replaced(x, i, j, block):
    """x with a block from row i and column j on replaced."""
    corner = (position(i, x.shape[0]), position(j, x.shape[1]))
    return jax.lax.dynamic_update_slice(x, block, corner)


def assemble(shape, blocks):
    """Blocks added up, each in its place of a matrix of zeros."""
    result = jnp.zeros(shape)
    for i, j, block in blocks:
        m, n = jnp.shape(block) or (1, 1)
        result = result.at[i : i + m, j : j + n].add(block)
    return result


def taken(x, v, axis):
    """The rows or columns that a vector lists; NaN where there is none."""
    return jnp.take(x, position(v, x.shape[axis]).ravel(), axis=axis, mode="fill")


def spread(x, v, shape, axis):
    """The rows or columns added up where a vector says."""
    k = position(v, shape[axis]).ravel()
    zeros = jnp.zeros(shape)
    return zeros.at[k].add(x) if axis == 0 else zeros.at[:, k].add(x)


def recurrence(a, b):
    """y[0] = b[0], y[k] = a[k]*y[k-1] + b[k] down every column."""

    def step(y, row):
        y = row[0] * y + row[1]
        return y, y

    _, rest = jax.lax.scan(step, b[0], (a[1:], b[1:]))
    return jnp.vstack([b[:1], rest])


def matmul_reached(a, b, reached_a, reached_b):
    """The product where what is not reached is 0 whatever it is multiplied by."""
    a_mask = jnp.broadcast_to(reached_a, a.shape)[:, :, None] != 0
    b_mask = jnp.broadcast_to(reached_b, b.shape)[None] != 0
    terms = jnp.where(a_mask & b_mask, a[:, :, None] * b[None], 0.0)
    return jnp.sum(terms, axis=1)


def logdet(a):
    """log(det(a)) without overflow; NaN where the determinant is negative."""
    sign, magnitude = jnp.linalg.slogdet(a)
    return jnp.where(sign < 0, jnp.nan, magnitude)


def cofactor(a):
    """The matrix of cofactors, at singular matrices too."""
    n = len(a)
    entries = []
    for i in range(n):
        for j in range(n):
            minor = jnp.delete(jnp.delete(a, i, axis=0), j, axis=1)
            entries.append((-1.0) ** (i + j) * jnp.linalg.det(minor))
    return jnp.array(entries).reshape(n, n)


def shardings():
    """Rows on all devices of all processes; everything everywhere."""
    axes = (jax.sharding.AxisType.Auto,)
    mesh = jax.make_mesh((jax.device_count(),), ("rows",), axis_types=axes)
    return NamedSharding(mesh, P("rows", None)), NamedSharding(mesh, P())


def gathered(values):
    """Results on all devices."""
    _, everywhere = shardings()
    return jax.jit(lambda x: x, out_shardings=everywhere)(values)


def place(arguments):
    """The inputs on the devices: rows of the data spread, everything else everywhere.

    Rows of zeros fill the data up to a multiple of the number of devices; the
    functions cut them off again.
    """
    rows, everywhere = shardings()
    placed = {}
    for name, value in arguments.items():
        value = np.asarray(value, dtype=float)
        sharding, own = everywhere, value
        if name in DATA:
            value = np.pad(value, ((0, -len(value) % jax.device_count()), (0, 0)))
            sharding = rows
            own = np.split(value, jax.process_count())[jax.process_index()]
        placed[name] = jax.make_array_from_process_local_data(sharding, own, value.shape)
    return placed
