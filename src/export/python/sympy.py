def cbrt(x):
    """The real cube root."""
    return sp.sign(x) * sp.cbrt(sp.Abs(x))


def expm1(x):
    """exp(x) - 1."""
    return sp.exp(x) - 1


def round_half_away(x):
    """The nearest whole number, halves away from zero."""
    return sp.sign(x) * sp.floor(sp.Abs(x) + 0.5)


def trunc(x):
    """x without its decimals."""
    return sp.sign(x) * sp.floor(sp.Abs(x))


def sigmoid(x):
    """1/(1 + exp(-x))."""
    return 1 / (1 + sp.exp(-x))


def log_sigmoid(x):
    """log(sigmoid(x))."""
    return -sp.log(1 + sp.exp(-x))


def softplus(x):
    """log(1 + exp(x))."""
    return sp.log(1 + sp.exp(x))


def hypot(x, y):
    """sqrt(x^2 + y^2)."""
    return sp.sqrt(x**2 + y**2)


def xlogy(x, y):
    """x*log(y), and 0 where x is 0."""
    return sp.Piecewise((0.0, sp.Eq(x, 0.0)), (x * sp.log(y), True))


def logaddexp(x, y):
    """log(exp(x) + exp(y))."""
    return sp.log(sp.exp(x) + sp.exp(y))


def matrix(name, m, n):
    """A matrix of symbols, counted from 1."""
    label = (lambda i, j: f"{name}_{i + 1}") if n == 1 else (lambda i, j: f"{name}_{i + 1}_{j + 1}")
    return sp.Matrix(m, n, lambda i, j: sp.Symbol(label(i, j), real=True))


def array(value):
    """Numbers of SymPy as those of NumPy."""
    whole = value if isinstance(value, sp.MatrixBase) else sp.Matrix([value])
    return np.array(whole.tolist(), dtype=float)
