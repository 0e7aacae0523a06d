"""test.ad for PyTorch, written by Wengert.

values(**inputs()) computes what REQUESTS lists, in that order.
Everything is a matrix of doubles, vectors are columns; numbers are numbers.

Inputs:
    X: n x d, without a value there
    y: n x 1, without a value there
    w: d x 1, without a value there
"""

import torch

torch.set_default_dtype(torch.float64)

REQUESTS = ["J", "grad(J, w)", "hessian(J, w)"]


def sigmoid(x):
    """1/(1 + exp(-x)), exact in both tails."""
    # No abs: its derivative at 0 is 0 in some libraries.
    e = torch.exp(torch.where(x >= 0, -x, x))
    return torch.where(x >= 0, 1.0, e) / (1.0 + e)


def softplus(x):
    """log(1 + exp(x)), exact in both tails."""
    return torch.logaddexp(x, torch.zeros_like(x))


def diag(x):
    """The diagonal as a column, or the matrix with a vector as its diagonal."""
    if 1 in x.shape:
        return torch.diag(x.reshape(-1))
    return torch.diag(x).reshape(-1, 1)


def inputs():
    """The inputs with their values."""
    return {}


def J_value(X, y, w):
    """J: a number."""
    n = X.shape[0]
    z = X @ w
    return torch.sum(softplus(z) - y * z) / n


def J_partials(X, y, w):
    """The derivative of J with respect to each argument."""
    n = X.shape[0]
    z = X @ w
    J = torch.sum(softplus(z) - y * z) / n
    t1 = 1.0 / n
    neg_t1 = -t1
    t2 = neg_t1 * y + t1 * sigmoid(z)
    return (
        torch.where(torch.isnan(J), torch.nan, t2 @ w.T),
        torch.where(torch.isnan(J), torch.nan, neg_t1 * z),
        torch.where(torch.isnan(J), torch.nan, X.T @ t2),
    )


class JFunction(torch.autograd.Function):
    """J, with Wengert's derivative."""

    @staticmethod
    def forward(ctx, *arguments):
        ctx.save_for_backward(*arguments)
        return torch.as_tensor(J_value(*arguments))

    @staticmethod
    def backward(ctx, bar):
        return tuple(bar * d for d in J_partials(*ctx.saved_tensors))


def J(X, y, w):
    """J: a number."""
    return JFunction.apply(X, y, w)


def grad_J_w(X, y, w):
    """grad(J, w): d x 1."""
    n = X.shape[0]
    z = X @ w
    J = torch.sum(softplus(z) - y * z) / n
    t1 = 1.0 / n
    return torch.where(torch.isnan(J), torch.nan, X.T @ (-t1 * y + t1 * sigmoid(z)))


def hessian_J_w(X, w):
    """hessian(J, w): d x d."""
    n = X.shape[0]
    z = X @ w
    return X.T @ diag(sigmoid(z) * sigmoid(-z)) @ X / n


def values(X, y, w):
    """The values of REQUESTS, in order."""
    X = torch.as_tensor(X, dtype=torch.float64)
    y = torch.as_tensor(y, dtype=torch.float64)
    w = torch.as_tensor(w, dtype=torch.float64)
    return [J(X, y, w), grad_J_w(X, y, w), hessian_J_w(X, w)]
