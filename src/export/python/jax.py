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


def products_of_others(x):
    """For every entry the product of all others."""
    flat = x.ravel()
    one = jnp.ones(1)
    before = jnp.concatenate((one, jnp.cumprod(flat)[:-1]))
    after = jnp.concatenate((jnp.cumprod(flat[::-1])[::-1][1:], one))
    return (before * after).reshape(x.shape)


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
