def cbrt(x):
    """The real cube root."""
    return ca.sign(x) * ca.fabs(x) ** (1.0 / 3.0)


def log2(x):
    """The logarithm to base 2."""
    return ca.log(x) / 0.6931471805599453


def round_half_away(x):
    """The nearest whole number, halves away from zero."""
    return ca.sign(x) * ca.floor(ca.fabs(x) + 0.5)


def trunc(x):
    """x without its decimals."""
    return ca.sign(x) * ca.floor(ca.fabs(x))


def sigmoid(x):
    """1/(1 + exp(-x)), without overflow."""
    e = ca.exp(-ca.fabs(x))
    return ca.if_else(x >= 0.0, 1.0, e) / (1.0 + e)


def softplus(x):
    """log(1 + exp(x)), without overflow."""
    return ca.fmax(x, 0.0) + ca.log1p(ca.exp(-ca.fabs(x)))


def log_sigmoid(x):
    """log(sigmoid(x)), without overflow."""
    return -softplus(-x)


def erfc(x):
    """1 - erf(x)."""
    return 1.0 - ca.erf(x)


def mod(x, y):
    """The remainder with the sign of y."""
    return x - y * ca.floor(x / y)


def xlogy(x, y):
    """x*log(y), and 0 where x is 0."""
    return ca.if_else(ca.eq(x, 0.0), 0.0, x * ca.log(y))


def logaddexp(x, y):
    """log(exp(x) + exp(y)), without overflow."""
    return ca.fmax(x, y) + ca.log1p(ca.exp(-ca.fabs(x - y)))


def array(value):
    """Numbers of CasADi as those of NumPy."""
    return np.array(ca.DM(value))
