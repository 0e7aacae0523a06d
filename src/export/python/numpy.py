def ieee(function):
    """Takes numbers for arrays; infinities and NaN are values, not warnings."""

    @functools.wraps(function)
    def wrapped(*arguments, **named):
        arguments = [np.asarray(a, dtype=float) for a in arguments]
        named = {name: np.asarray(a, dtype=float) for name, a in named.items()}
        with np.errstate(all="ignore"):
            return function(*arguments, **named)

    return wrapped


def load(name):
    """Numbers of a file as columns; texts become classes 1, 2, ... as they appear."""
    paths = [folder / name for folder in FOLDERS]
    path = next((path for path in paths if path.exists()), paths[0])
    if path.suffix == ".npy":
        table = np.load(path).astype(float)
        return table.reshape(len(table), -1)
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
    return np.array(table, dtype=float).T


def uniforms(count, seed):
    """SplitMix64: the same numbers on every machine."""
    mask = 2**64 - 1
    numbers = []
    for k in range(1, count + 1):
        z = (seed + k * 0x9E3779B97F4A7C15) & mask
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        numbers.append(((z ^ (z >> 31)) >> 11) * 2.0**-53)
    return np.array(numbers, dtype=float)


def rand(m, n, seed):
    """Uniform numbers, column by column."""
    return uniforms(m * n, seed).reshape(n, m).T


def randn(m, n, seed):
    """Normal numbers by Box and Muller, column by column."""
    u = uniforms(2 * m * n, seed)
    normal = np.sqrt(-2.0 * np.log(1.0 - u[::2])) * np.cos(2.0 * np.pi * u[1::2])
    return normal.reshape(n, m).T


def sigmoid(x):
    """1/(1 + exp(-x)), exact in both tails."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, e) / (1.0 + e)


def round_half_away(x):
    """The nearest whole number, halves away from zero."""
    whole = np.trunc(x)
    return whole + np.where(np.abs(x - whole) >= 0.5, np.sign(x), 0.0)


def each(function, *arguments):
    """A function of numbers, entry by entry; an infinity where it overflows."""

    def safe(*numbers):
        try:
            return function(*numbers)
        except OverflowError:
            return math.inf
        except ValueError:
            return math.nan

    return np.vectorize(safe, otypes=[float])(*arguments)


def erf(x):
    """The error function."""
    return each(math.erf, x)


def erfc(x):
    """1 - erf(x), exact in the tail."""
    return each(math.erfc, x)


def gamma(x):
    """The gamma function."""
    return np.where(x == 0, np.copysign(np.inf, x), each(math.gamma, x))


def lgamma(x):
    """log(abs(gamma(x)))."""
    pole = (x <= 0) & (x == np.floor(x))
    return np.where(pole, np.inf, each(math.lgamma, x))


def digamma(x):
    """The derivative of lgamma."""

    def one(x):
        if x <= 0 and x == math.floor(x):
            return math.nan
        if x < 0:
            return one(1.0 - x) - math.pi / math.tan(math.pi * x)
        below = 0.0
        while x < 12:
            below += 1.0 / x
            x += 1.0
        y = 1.0 / (x * x)
        tail = 691 / 32760 - y / 12
        for c in (1 / 132, 1 / 240, 1 / 252, 1 / 120, 1 / 12):
            tail = c - y * tail
        return math.log(x) - 0.5 / x - y * tail - below

    return each(one, x)


def polygamma(n, x):
    """The n-th derivative of digamma."""

    def one(n, x):
        if n != math.floor(n) or n < 0 or (x <= 0 and x == math.floor(x)):
            return math.nan
        if n == 0:
            return float(digamma(x))
        below = 0.0
        while x < 16 + n:
            below += x ** (-n - 1)
            x += 1.0
        # Euler and Maclaurin for the sum of (x + k)^(-n-1).
        s = n + 1.0
        total = x ** (1 - s) / (s - 1) + 0.5 * x**-s
        term = s * x ** (-s - 1)
        bernoulli = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6)
        factorial = 2.0
        for k, b in enumerate(bernoulli, start=1):
            total += b / factorial * term
            term *= (s + 2 * k - 1) * (s + 2 * k) / (x * x)
            factorial *= (2 * k + 1) * (2 * k + 2)
        return (-1.0) ** (n + 1) * math.gamma(s) * (below + total)

    return each(one, n, x)


def xlogy(x, y):
    """x*log(y), and 0 where x is 0."""
    return np.where((x == 0) & np.logical_not(np.isnan(y)), 0.0, x * np.log(y))


def var(x, axis=None, keepdims=False):
    """The variance; exactly 0 where all entries are equal."""
    first = x[:1, :1] if axis is None else x[:1] if axis == 0 else x[:, :1]
    return np.var(x - first, axis=axis, keepdims=keepdims)


def deviations(x, axis=None):
    """x minus its mean; exactly 0 where all entries are equal."""
    d = x - (x[:1, :1] if axis is None else x[:1] if axis == 0 else x[:, :1])
    return d - np.mean(d, axis=axis, keepdims=True)


def norm(x, axis=None, keepdims=False):
    """The Euclidean norm without overflow."""
    scale = np.max(np.abs(x), axis=axis, keepdims=True)
    regular = (scale > 0) & np.isfinite(scale)
    scaled = x / np.where(regular, scale, 1.0)
    root = np.sqrt(np.sum(scaled**2, axis=axis, keepdims=True))
    result = np.where(regular, scale * root, scale)
    return result if keepdims else result[0, 0]


def argmax(x, axis=None, keepdims=False):
    """The position of the largest entry, from 1, column by column."""
    if axis is None:
        return np.argmax(x.T) + 1.0
    return np.argmax(x, axis=axis, keepdims=keepdims) + 1.0


def logsumexp(x, axis=None, keepdims=False):
    """log(sum(exp(x))) without overflow."""
    shift = np.max(x, axis=axis, keepdims=True)
    total = np.log(np.sum(np.exp(x - shift), axis=axis, keepdims=True))
    result = np.where(np.isinf(shift), shift, shift + total)
    return result if keepdims else result[0, 0]


def softmax(x, axis=None):
    """exp(x)/sum(exp(x)) without overflow."""
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def log_softmax(x, axis=None):
    """log(softmax(x)), exact in the tails."""
    d = x - np.max(x, axis=axis, keepdims=True)
    return d - np.log(np.sum(np.exp(d), axis=axis, keepdims=True))


def products_of_others(x):
    """For every entry the product of all others."""
    flat = x.ravel()
    before = np.concatenate(([1.0], np.cumprod(flat)[:-1]))
    after = np.concatenate((np.cumprod(flat[::-1])[::-1][1:], [1.0]))
    return (before * after).reshape(x.shape)


def linspace(a, b, n):
    """Evenly spaced numbers, both ends included, as a column."""
    return np.linspace(a, b, n).reshape(n, 1)


def onehot(v, k):
    """One row a class, with a 1 in its column."""
    return (v.reshape(-1, 1) == np.arange(1, k + 1)) * 1.0


def diag(x):
    """The diagonal as a column, or the matrix with a vector as its diagonal."""
    return np.diag(x.ravel()) if 1 in x.shape else np.diag(x).reshape(-1, 1)


def approx(a, b, tol, bound):
    """1 where a and b differ by little."""
    a, b = np.broadcast_arrays(a, b)
    same = (a == b) & np.isinf(a)
    largest = np.max(np.where(same, 0.0, np.maximum(np.abs(a), np.abs(b))))
    apart = np.max(np.where(same, 0.0, np.abs(a - b)))
    return 1.0 * (np.isfinite(apart) & (apart <= np.maximum(bound, tol * largest)))


def position(v, length):
    """Positions from 0 of positions from 1."""
    k = np.asarray(v)
    if np.any((k < 1) | (k > length) | (k != np.floor(k))):
        raise IndexError(f"there is no entry {v} among {length}")
    return k.astype(int) - 1


def entries_at(x, i, j, shape):
    """The block of this shape from row i and column j on."""
    i, j = position(i, x.shape[0]), position(j, x.shape[1])
    return x[i : i + shape[0], j : j + shape[1]]


def placed_at(x, i, j, shape):
    """x from row i and column j on in a matrix of zeros."""
    i, j = position(i, shape[0]), position(j, shape[1])
    result = np.zeros(shape)
    result[i : i + x.shape[0], j : j + x.shape[1]] = x
    return result


def replaced(x, i, j, block):
    """x with a block from row i and column j on replaced."""
    i, j = position(i, x.shape[0]), position(j, x.shape[1])
    result = x.copy()
    result[i : i + block.shape[0], j : j + block.shape[1]] = block
    return result


def assemble(shape, blocks):
    """Blocks added up, each in its place of a matrix of zeros."""
    result = np.zeros(shape)
    for i, j, block in blocks:
        m, n = np.shape(block) or (1, 1)
        result[i : i + m, j : j + n] += block
    return result


def taken(x, v, axis):
    """The rows or columns that a vector lists."""
    return np.take(x, position(v, x.shape[axis]).ravel(), axis=axis)


def spread(x, v, shape, axis):
    """The rows or columns added up where a vector says."""
    result = np.zeros(shape)
    k = position(v, shape[axis]).ravel()
    np.add.at(result, k if axis == 0 else (slice(None), k), x)
    return result


def recurrence(a, b):
    """y[0] = b[0], y[k] = a[k]*y[k-1] + b[k] down every column."""
    y = np.array(b)
    for k in range(1, len(y)):
        y[k] = a[k] * y[k - 1] + b[k]
    return y


def matmul_reached(a, b, reached_a, reached_b):
    """The product where what is not reached is 0 whatever it is multiplied by."""
    a_mask = np.broadcast_to(reached_a, a.shape)[:, :, None] != 0
    b_mask = np.broadcast_to(reached_b, b.shape)[None] != 0
    terms = np.where(a_mask & b_mask, a[:, :, None] * b[None], 0.0)
    return np.sum(terms, axis=1)


def logdet(a):
    """log(det(a)) without overflow; NaN where the determinant is negative."""
    sign, magnitude = np.linalg.slogdet(a)
    return np.where(sign < 0, np.nan, magnitude)


def cofactor(a):
    """The matrix of cofactors, at singular matrices too."""
    n = len(a)
    result = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            minor = np.delete(np.delete(a, i, axis=0), j, axis=1)
            result[i, j] = (-1.0) ** (i + j) * np.linalg.det(minor)
    return result
