def ieee(function):
    """Takes numbers for arrays; infinities and NaN are values, not warnings."""

    @functools.wraps(function)
    def wrapped(*arguments, **named):
        arguments = [np.asarray(a, dtype=float) for a in arguments]
        named = {name: np.asarray(a, dtype=float) for name, a in named.items()}
        with np.errstate(all="ignore"):
            return function(*arguments, **named)

    return wrapped


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


def position(v, length):
    """Positions from 0 of positions from 1."""
    k = np.asarray(v)
    if np.any((k < 1) | (k > length) | (k != np.floor(k))):
        raise IndexError(f"there is no entry {v} among {length}")
    return k.astype(int) - 1


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


def cofactor(a):
    """The matrix of cofactors, at singular matrices too."""
    n = len(a)
    result = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            minor = np.delete(np.delete(a, i, axis=0), j, axis=1)
            result[i, j] = (-1.0) ** (i + j) * np.linalg.det(minor)
    return result
