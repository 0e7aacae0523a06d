"""Is a gradient right? Finite differences with a verdict, for any function of NumPy arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Optional

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

#: Relative differences below this are agreement, beyond what finite differences can tell.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class GradientReport:
    """The verdict on a gradient.

    ``ok`` is ``None`` where finite differences cannot tell (a kink, cancellation). ``worst`` is the index of the entry that
    differs most, ``given`` and ``right`` are its values, ``slip`` is the likely mistake.
    """

    ok: Optional[bool]
    difference: float
    worst: Optional[tuple[int, ...]]
    given: Optional[float]
    right: Optional[float]
    slip: Optional[str]
    remark: Optional[str]

    def __bool__(self) -> bool:
        return self.ok is True

    def __str__(self) -> str:
        if self.ok:
            return f"right: the largest relative difference is {self.difference:.1e}"
        if self.ok is None:
            return f"finite differences cannot tell: {self.remark}"
        if self.worst is None:
            return f"wrong: {self.slip}"
        text = f"wrong at {list(self.worst)}: {self.given:.9g} is given, {self.right:.9g} is right"
        return text + (f"; {self.slip}" if self.slip else "")


def compare_gradients(
    given: npt.ArrayLike, right: npt.ArrayLike, tolerance: float = TOLERANCE, unsure: Optional[npt.NDArray[np.bool_]] = None
) -> GradientReport:
    """Compare a gradient with the right one, entry by entry, and name the likely slip.

    >>> print(compare_gradients([2.0, 4.0], [1.0, 2.0]))
    wrong at [1]: 4 is given, 2 is right; a factor of 2 too large
    """
    g = np.asarray(given, dtype=np.float64)
    r = np.asarray(right, dtype=np.float64)
    if g.shape != r.shape and g.size == r.size and g.squeeze().shape == r.squeeze().shape:
        g = g.reshape(r.shape)
    if g.shape != r.shape:
        transposed = g.T.shape == r.shape and np.allclose(g.T, r, rtol=tolerance)
        slip = "transposed" if transposed else f"the shape is {g.shape}, it should be {r.shape}"
        return GradientReport(False, np.inf, None, None, None, slip, None)
    scale = max(float(np.max(np.abs(g), initial=0.0)), float(np.max(np.abs(r), initial=0.0)))
    gap = np.abs(g - r)
    gap = np.where(np.isnan(g) & np.isnan(r), 0.0, gap)
    if unsure is not None:
        gap = np.where(unsure, 0.0, gap)
    difference = float(np.max(gap, initial=0.0)) / scale if scale > 0 else 0.0
    if difference <= tolerance:
        return GradientReport(True, difference, None, None, None, None, None)
    worst = tuple(int(k) for k in np.unravel_index(int(np.nanargmax(np.where(np.isnan(gap), np.inf, gap))), gap.shape))
    at = (float(g[worst]), float(r[worst]))
    return GradientReport(False, difference, worst, *at, _slip(g, r, tolerance), None)


def _slip(g: Array, r: Array, tolerance: float) -> Optional[str]:
    def near(a: Array, b: Array) -> bool:
        return bool(np.allclose(a, b, rtol=tolerance, atol=tolerance * float(np.max(np.abs(b), initial=0.0))))

    if near(-g, r):
        return "the sign is wrong"
    if g.ndim == 2 and g.shape[0] == g.shape[1] and near(g.T, r):
        return "transposed"
    used = (r != 0) & np.isfinite(r) & np.isfinite(g)
    if np.any(used):
        ratio = float(np.median(g[used] / r[used]))
        if ratio != 0 and near(g, ratio * r):
            if ratio > 1 or ratio < -1:
                return f"a factor of {ratio:.6g} too large"
            return f"a factor of {1 / ratio:.6g} too small"
    missing = (g == 0) & (r != 0)
    if np.any(missing) and near(np.where(missing, r, g), r):
        return "right but where it is 0: a mask lets too little through"
    return None


def check_grad(
    f: Callable[[Any], Any], df: Callable[[Any], Any], x: npt.ArrayLike, tolerance: float = TOLERANCE
) -> GradientReport:
    """Is ``df`` the gradient of the scalar function ``f`` at ``x``?

    Central differences with two steps, extrapolated; one-sided ones tell a kink. ``x`` is a number or an array, ``df(x)`` has
    its shape.

    >>> bool(check_grad(lambda x: np.sum(x**2), lambda x: 2 * x, [1.0, 2.0]))
    True
    >>> print(check_grad(lambda x: np.sum(x**2), lambda x: x, [1.0, 2.0]))
    wrong at [1]: 2 is given, 4 is right; a factor of 2 too small
    """
    point = np.array(x, dtype=np.float64)
    right = np.zeros_like(point)
    kink = np.zeros(point.shape, dtype=bool)
    rough = np.zeros(point.shape, dtype=bool)
    here = float(f(point.copy()))
    for index in np.ndindex(point.shape):
        step = np.finfo(float).eps ** (1 / 5) * max(1.0, abs(float(point[index]))) / 4

        def at(offset: float) -> float:
            moved = point.copy()
            moved[index] += offset
            return float(f(moved))

        near, far = at(step) - at(-step), at(2 * step) - at(-2 * step)
        right[index] = (8 * near - far) / (12 * step)
        up, down = (at(step) - here) / step, (here - at(-step)) / step
        tiny = step / 64
        sides = ((at(tiny) - here) / tiny, (here - at(-tiny)) / tiny)
        gap, small_gap = abs(up - down), abs(sides[0] - sides[1])
        size = max(abs(up), abs(down), 1e-300)
        # At a kink the gap between the sides stays; where the function is smooth it shrinks with the step.
        noise = 64 * np.finfo(float).eps * max(abs(here), 1e-300) / tiny
        kink[index] = small_gap > 0.5 * gap and small_gap > 1e-4 * size and small_gap > noise
        rough[index] = np.finfo(float).eps * abs(here) / step > tolerance * size
    given = np.asarray(df(point.copy()), dtype=np.float64)
    report = compare_gradients(given, right, tolerance, unsure=kink | rough if given.shape == right.shape else None)
    if report.ok and (np.any(kink) or np.any(rough)):
        what = "a kink" if np.any(kink) else "cancellation: the value is large and its changes are small"
        where = np.argwhere(kink if np.any(kink) else rough)[0]
        remark = f"{what} at {[int(k) for k in where]}"
        return GradientReport(None, report.difference, None, None, None, None, remark)
    return report
