"""test.ad for NumPy, written by Wengert.

values(**inputs()) computes what REQUESTS lists, in that order.
Everything is a matrix of doubles, vectors are columns; numbers are numbers.

Inputs:
    X: n x d, without a value there
    y: n x 1, without a value there
    w: d x 1, without a value there
"""

import functools

import numpy as np

REQUESTS = ["J", "grad(J, w)", "hessian(J, w)"]


def sigmoid(x):
    """1/(1 + exp(-x)), exact in both tails."""
    # No abs: its derivative at 0 is 0 in some libraries.
    e = np.exp(np.where(x >= 0, -x, x))
    return np.where(x >= 0, 1.0, e) / (1.0 + e)


def diag(x):
    """The diagonal as a column, or the matrix with a vector as its diagonal."""
    return np.diag(x.ravel()) if 1 in x.shape else np.diag(x).reshape(-1, 1)


def ieee(function):
    """Takes numbers for arrays; infinities and NaN are values, not warnings."""

    @functools.wraps(function)
    def wrapped(*arguments, **named):
        arguments = [np.asarray(a, dtype=float) for a in arguments]
        named = {name: np.asarray(a, dtype=float) for name, a in named.items()}
        with np.errstate(all="ignore"):
            return function(*arguments, **named)

    return wrapped


def inputs():
    """The inputs with their values."""
    return {}


@ieee
def J(X, y, w):
    """J: a number."""
    n = X.shape[0]
    z = X @ w
    return np.sum(np.logaddexp(z, 0.0) - y * z) / n


@ieee
def grad_J_w(X, y, w):
    """grad(J, w): d x 1."""
    n = X.shape[0]
    z = X @ w
    J = np.sum(np.logaddexp(z, 0.0) - y * z) / n
    t1 = 1.0 / n
    return np.where(np.isnan(J), np.nan, X.T @ (-t1 * y + t1 * sigmoid(z)))


@ieee
def hessian_J_w(X, w):
    """hessian(J, w): d x d."""
    n = X.shape[0]
    z = X @ w
    return X.T @ diag(sigmoid(z) * sigmoid(-z)) @ X / n


def values(X, y, w):
    """The values of REQUESTS, in order."""
    return [J(X, y, w), grad_J_w(X, y, w), hessian_J_w(X, w)]
