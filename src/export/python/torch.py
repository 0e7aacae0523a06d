def log_sigmoid(x):
    """log(sigmoid(x)), exact in both tails."""
    return -torch.logaddexp(torch.zeros_like(x), -x)


def softplus(x):
    """log(1 + exp(x)), exact in both tails."""
    return torch.logaddexp(x, torch.zeros_like(x))


def cbrt(x):
    """The cube root, with one step of Newton's method for the last digit."""
    root = torch.sign(x) * torch.abs(x) ** (1.0 / 3.0)
    better = root - (root * root * root - x) / (3.0 * root * root)
    regular = (x != 0.0) & torch.isfinite(x)
    return torch.where(regular, better, x)


def sign(x):
    """-1, 0 or 1; NaN for NaN."""
    return torch.where(torch.isnan(x), x, torch.sign(x))


def gamma(x):
    """The gamma function."""
    whole = (x <= 0.0) & (x == torch.floor(x))
    odd = (x < 0.0) & (torch.remainder(torch.floor(x), 2.0) == 1.0)
    size = torch.exp(torch.lgamma(x))
    pole = torch.where(x == 0.0, torch.copysign(torch.inf * torch.ones_like(x), x), torch.nan)
    return torch.where(whole, pole, torch.where(odd, -size, size))


def digamma(x):
    """The derivative of lgamma; NaN at its poles."""
    pole = (x <= 0.0) & (x == torch.floor(x))
    return torch.where(pole, torch.nan, torch.digamma(x))


def polygamma(n, x):
    """The n-th derivative of digamma."""
    n = int(n)
    below = sum((x + k) ** (-n - 1) for k in range(8))
    above = torch.special.polygamma(n, x + 8.0)
    return above - (-1.0) ** n * math.factorial(n) * below


def var(x, dim=None, keepdim=False):
    """The variance; exactly 0 where all entries are equal."""
    first = x[:1, :1] if dim is None else x[:1] if dim == 0 else x[:, :1]
    dims = (0, 1) if dim is None else dim
    return torch.var(x - first, dim=dims, correction=0, keepdim=keepdim)


def deviations(x, dim=None):
    """x minus its mean; exactly 0 where all entries are equal."""
    d = x - (x[:1, :1] if dim is None else x[:1] if dim == 0 else x[:, :1])
    return d - torch.mean(d, dim=(0, 1) if dim is None else dim, keepdim=True)


def norm(x, dim=None, keepdim=False):
    """The Euclidean norm without overflow."""
    dims = (0, 1) if dim is None else dim
    scale = torch.amax(torch.abs(x), dim=dims, keepdim=True)
    regular = (scale > 0.0) & torch.isfinite(scale)
    scaled = x / torch.where(regular, scale, 1.0)
    root = torch.sqrt(torch.sum(scaled**2, dim=dims, keepdim=True))
    result = torch.where(regular, scale * root, scale)
    return result if keepdim else result[0, 0]


def argmax(x, dim=None, keepdim=False):
    """The position of the largest entry, from 1, column by column."""
    if dim is None:
        return torch.argmax(x.T) + 1.0
    return torch.argmax(x, dim=dim, keepdim=keepdim) + 1.0


def logsumexp(x, dim=None, keepdim=False):
    """log(sum(exp(x))) without overflow."""
    return torch.logsumexp(x, dim=(0, 1) if dim is None else dim, keepdim=keepdim)


def softmax(x, dim=None):
    """exp(x)/sum(exp(x)) without overflow."""
    if dim is None:
        return torch.softmax(x.reshape(-1), dim=0).reshape(x.shape)
    return torch.softmax(x, dim=dim)


def log_softmax(x, dim=None):
    """log(softmax(x)), exact in the tails."""
    if dim is None:
        return torch.log_softmax(x.reshape(-1), dim=0).reshape(x.shape)
    return torch.log_softmax(x, dim=dim)


def products_of_others(x):
    """For every entry the product of all others."""
    flat, one = x.reshape(-1), torch.ones(1)
    before = torch.cat((one, torch.cumprod(flat, dim=0)[:-1]))
    after = torch.flip(torch.cumprod(torch.flip(flat, [0]), dim=0), [0])
    return (before * torch.cat((after[1:], one))).reshape(x.shape)


def linspace(a, b, n):
    """Evenly spaced numbers, both ends included, as a column; whole numbers are exact."""
    k = torch.arange(n).reshape(n, 1)
    t, step = k / max(n - 1, 1), (b - a) / max(n - 1, 1)
    whole = torch.as_tensor((a % 1 == 0) & (step % 1 == 0))
    between = torch.where(t == 1.0, b, (1.0 - t) * a + t * b)
    return torch.where(whole, a + k * step, between)


def diag(x):
    """The diagonal as a column, or the matrix with a vector as its diagonal."""
    if 1 in x.shape:
        return torch.diag(x.reshape(-1))
    return torch.diag(x).reshape(-1, 1)


def approx(a, b, tol, bound):
    """1 where a and b differ by little."""
    same = (a == b) & torch.isinf(a)
    size = torch.maximum(torch.abs(a), torch.abs(b))
    largest = torch.amax(torch.where(same, 0.0, size))
    apart = torch.amax(torch.where(same, 0.0, torch.abs(a - b)))
    limit = torch.maximum(torch.as_tensor(bound), tol * largest)
    return 1.0 * (torch.isfinite(apart) & (apart <= limit))


def matrix(rows):
    """A matrix of its entries."""
    return torch.stack([torch.stack([torch.as_tensor(x) for x in row]) for row in rows])


def position(v, length):
    """Positions from 0 of positions from 1."""
    k = torch.as_tensor(v)
    if torch.any((k < 1) | (k > length) | (k != torch.floor(k))):
        raise IndexError(f"there is no entry {v} among {length}")
    return k.long() - 1


def replaced(x, i, j, block):
    """x with a block from row i and column j on replaced."""
    i, j = position(i, x.shape[0]), position(j, x.shape[1])
    result = x.clone()
    result[i : i + block.shape[0], j : j + block.shape[1]] = block
    return result


def assemble(shape, blocks):
    """Blocks added up, each in its place of a matrix of zeros."""
    result = torch.zeros(shape)
    for i, j, block in blocks:
        block = torch.as_tensor(block)
        m, n = block.shape or (1, 1)
        result[i : i + m, j : j + n] += block
    return result


def taken(x, v, axis):
    """The rows or columns that a vector lists."""
    return torch.index_select(x, axis, position(v, x.shape[axis]).reshape(-1))


def spread(x, v, shape, axis):
    """The rows or columns added up where a vector says."""
    k = position(v, shape[axis]).reshape(-1)
    return torch.zeros(shape).index_add(axis, k, x)


def recurrence(a, b):
    """y[0] = b[0], y[k] = a[k]*y[k-1] + b[k] down every column."""
    rows = [b[0]]
    for k in range(1, len(b)):
        rows.append(a[k] * rows[-1] + b[k])
    return torch.stack(rows)


def matmul_reached(a, b, reached_a, reached_b):
    """The product where what is not reached is 0 whatever it is multiplied by."""
    a_mask = torch.broadcast_to(torch.as_tensor(reached_a), a.shape)[:, :, None] != 0
    b_mask = torch.broadcast_to(torch.as_tensor(reached_b), b.shape)[None] != 0
    terms = torch.where(a_mask & b_mask, a[:, :, None] * b[None], 0.0)
    return torch.sum(terms, dim=1)


def cofactor(a):
    """The matrix of cofactors, at singular matrices too."""
    n = len(a)

    def without(k):
        return [i for i in range(n) if i != k]

    def entry(i, j):
        minor = a[without(i)][:, without(j)]
        return (-1.0) ** (i + j) * torch.linalg.det(minor)

    return matrix([[entry(i, j) for j in range(n)] for i in range(n)])
