"""See differentiation happen: values, tangents and adjoints of every intermediate, side by side.

>>> import wengert as wg
>>> s = wg.Session()
>>> s.run("L = 0.5*(y - w*x)^2; w = 3; x = 2; y = 1")
[]
>>> s["L"].value
12.5
>>> s["L"].grad("w")
10.0
>>> print(s["L"].derive("w"))
∂L/∂w = x*(w*x - y)
  3 operations (6 before simplifying)
"""

from __future__ import annotations

import json
import os
import types
from typing import TYPE_CHECKING, Any, Callable, Optional, Sequence, Union

import numpy as np
import numpy.typing as npt

from ._wengert import Engine, Failure, version as __version__
from .checking import GradientReport, check_grad, compare_gradients

if TYPE_CHECKING:
    from ._wengert import Shown

__all__ = [
    "ArityError",
    "CheckError",
    "Error",
    "Formula",
    "GradientReport",
    "LimitError",
    "NameError_",
    "Result",
    "Session",
    "ShapeError",
    "SyntaxError_",
    "check_grad",
    "export",
]

Array = npt.NDArray[np.float64]
Number = Union[float, Array]


class Error(Exception):
    """A mistake that the session found.

    ``code`` is its class (``"shape"``), ``message`` what is wrong, ``span`` the bytes of the text, ``help`` what to
    write instead, ``drawn`` the drawing of the terminal.
    """

    def __init__(self, code: str, message: str, span: tuple[int, int], help: Optional[str], drawn: str) -> None:
        super().__init__(drawn.rstrip("\n") or message)
        self.code = code
        self.message = message
        self.span = span
        self.help = help
        self.drawn = drawn


class SyntaxError_(Error):
    """The text does not follow the grammar."""


class NameError_(Error):
    """A name is unknown or has no value."""


class ShapeError(Error):
    """Shapes do not fit."""


class ArityError(Error):
    """A function was given too many or too few arguments."""


class CheckError(Error):
    """A ``check``, ``prove`` or ``assert`` failed."""


class LimitError(Error):
    """A limit was met, or the computation was stopped."""


_CLASSES: dict[str, type[Error]] = {
    "syntax": SyntaxError_,
    "name": NameError_,
    "shape": ShapeError,
    "arity": ArityError,
    "check": CheckError,
    "assert": CheckError,
    "limit": LimitError,
}


def _error(failure: Failure) -> Error:
    code = failure.args[0]
    return _CLASSES.get(code, Error)(*failure.args)


class Result:
    """What a statement shows. A notebook draws it; ``print`` writes it as the terminal does."""

    def __init__(self, shown: Shown, session: Optional[Session] = None) -> None:
        self._shown = shown
        self._session = session

    @property
    def data(self) -> dict[str, Any]:
        """The object of ``--format json``."""
        data: dict[str, Any] = json.loads(self._shown["json"])
        return data

    @property
    def kind(self) -> str:
        """``"value"``, ``"trace"``, ``"derive"``, …"""
        return str(self.data["kind"])

    @property
    def nodes(self) -> list[dict[str, Any]]:
        """The nodes of a trace."""
        return list(self.data.get("nodes", []))

    @property
    def formula(self) -> Optional[str]:
        """The formula of a ``derive``, which can be typed back in."""
        formula = self.data.get("formula")
        return None if formula is None else str(formula)

    def numpy(self) -> Callable[..., Number]:
        """The formula of a ``derive`` as a function of NumPy arrays, as :meth:`Formula.numpy`."""
        if self.formula is None or self._session is None:
            raise ValueError("only a formula can be a function")
        return self._session[self.formula].numpy()

    def latex(self) -> Optional[str]:
        """The formula for MathJax, where formulas are all that is shown."""
        return self._shown["latex"]

    def to_pandas(self) -> Any:
        """The nodes of a trace as a data frame. Needs pandas."""
        import pandas  # type: ignore[import-untyped,import-not-found,unused-ignore]

        return pandas.DataFrame(self.nodes)

    def __str__(self) -> str:
        return self._shown["text"].rstrip("\n")

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> Optional[str]:
        return None if self._shown["latex"] or self._shown["svg"] else self._shown["html"]

    def _repr_latex_(self) -> Optional[str]:
        return self._shown["latex"]

    def _repr_svg_(self) -> Optional[str]:
        return self._shown["svg"]


class Formula:
    """An expression in a session; nothing is computed before it is asked for."""

    def __init__(self, session: Session, source: str) -> None:
        self._session = session
        self.source = source

    @property
    def value(self) -> Number:
        """The value: a float, or an array of shape (m, n); a column comes as (n,)."""
        return self._session.eval(self.source)

    def grad(self, wrt: str) -> Number:
        """∂/∂wrt of a scalar, in the shape of ``wrt``."""
        return self._session.eval(f"grad({self.source}, {wrt})")

    def hessian(self, wrt: str) -> Array:
        """The second derivatives of a scalar, n×n."""
        return np.atleast_2d(self._session.eval(f"hessian({self.source}, {wrt})"))

    def jacobian(self, wrt: str) -> Array:
        """The derivatives, m×n; matrices count column by column."""
        rows, columns, data = self._session._value(f"jacobian({self.source}, {wrt})")
        return _array(rows, columns, data)

    def derive(self, wrt: str) -> Result:
        """The symbolic derivative as a formula."""
        return self._session._only(f"derive {self.source} wrt {wrt}")

    def numpy(self) -> Callable[..., Number]:
        """A function of NumPy arrays that needs no session: inputs by name, the others keep their values.

        >>> s = Session()
        >>> _ = s.run("L = 0.5*(y - w*x)^2; w = 3; x = 2; y = 1")
        >>> f = s["grad(L, w)"].numpy()
        >>> f(), f(w=1)
        (10.0, 2.0)
        """
        module = self._session.export([self.source])
        known = module.inputs()

        def function(**inputs: npt.ArrayLike) -> Number:
            unknown = sorted(set(inputs) - set(known))
            if unknown:
                raise TypeError(f"there is no input {unknown[0]!r}; there are: {', '.join(known)}")
            value = module.values(**{**known, **inputs})[0]
            return float(value) if np.ndim(value) == 0 else np.asarray(value)

        function.__doc__ = f"{self.source}, of: {', '.join(known)}"
        return function

    def trace(self, wrt: Optional[str] = None) -> Result:
        """The Wengert list."""
        return self._session.trace(self.source, wrt)

    def __repr__(self) -> str:
        return f"Formula({self.source!r})"


def _array(rows: int, columns: int, data: bytes) -> Array:
    return np.frombuffer(data, dtype=np.float64).reshape((rows, columns), order="F").copy()


class Session:
    """Definitions, and what is asked of them. Any thread may use it; one call runs after the other.

    >>> s = Session()
    >>> s["X"] = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> s.eval("sum(X*[1, 1])")
    10.0
    """

    def __init__(self) -> None:
        self._engine = Engine()

    def run(self, source: str) -> list[Result]:
        """Run a script; what its statements show, notes and warnings included.

        Raises :class:`Error` at the first mistake; ``error.results`` holds what was shown before it.
        """
        shown, failure = self._engine.run(source, "<python>")
        results = [Result(one, self) for one in shown]
        if failure is not None:
            error = _error(failure)
            error.results = results  # type: ignore[attr-defined]
            raise error from None
        return results

    def _only(self, statement: str) -> Result:
        kinds = ("note", "warning")
        results = [one for one in self.run(statement) if one.kind not in kinds]
        return results[-1]

    def _value(self, expression: str) -> tuple[int, int, bytes]:
        try:
            return self._engine.value(expression)
        except Failure as failure:
            raise _error(failure) from None

    def eval(self, expression: str) -> Number:
        """The value of an expression: a float, or an array of shape (m, n); a column comes as (n,)."""
        rows, columns, data = self._value(expression)
        array = _array(rows, columns, data)
        if (rows, columns) == (1, 1):
            return float(array[0, 0])
        return array[:, 0] if columns == 1 else array

    def __setitem__(self, name: str, value: npt.ArrayLike) -> None:
        """Make ``name`` an input: a number, a vector (n,) as a column, or a matrix (m, n). The array is copied."""
        array = np.asarray(value, dtype=np.float64)
        if array.ndim > 2:
            raise ValueError(f"a value has at most two dimensions, this one has {array.ndim}")
        rows = array.shape[0] if array.ndim > 0 else 1
        columns = array.shape[1] if array.ndim > 1 else 1
        try:
            self._engine.set(name, rows, columns, array.tobytes(order="F"))
        except Failure as failure:
            raise _error(failure) from None

    def __getitem__(self, expression: str) -> Formula:
        """A name, or any expression."""
        return Formula(self, expression)

    def __contains__(self, name: object) -> bool:
        return name in self._engine.names()

    @property
    def names(self) -> list[str]:
        """The names of variables that are defined."""
        return self._engine.names()

    def trace(self, output: str, wrt: Optional[str] = None, options: str = "") -> Result:
        """The Wengert list of an output: every node with its value, tangents and adjoints.

        >>> s = Session()
        >>> _ = s.run("L = w^2; w = 3")
        >>> len(s.trace("L", wrt="w").nodes)
        2
        """
        by = "" if wrt is None else f" wrt {wrt}"
        return self._only(f"trace {output}{by} {options}")

    def compare(self, output: str, wrt: str) -> Result:
        """Forward, reverse, numeric and symbolic derivative side by side."""
        return self._only(f"compare {output} wrt {wrt}")

    def check(
        self,
        output: str,
        wrt: str,
        against: Union[None, str, npt.ArrayLike, Callable[[Any], npt.ArrayLike]] = None,
    ) -> Union[Result, GradientReport]:
        """Do the four modes agree? Or: is this derivative right?

        ``against`` is a formula of the language, an array, or a function of the value of ``wrt``. A formula that is
        wrong raises :class:`CheckError`; arrays and functions give a :class:`GradientReport`.
        """
        if against is None:
            return self._only(f"check {output} wrt {wrt}")
        if isinstance(against, str):
            return self._only(f"check {output} wrt {wrt} against {against}")
        given = against(self.eval(wrt)) if callable(against) else against
        return compare_gradients(given, self.eval(f"grad({output}, {wrt})"))

    def export(self, requests: Sequence[str], to: str = "numpy") -> Any:
        """What is defined as a program in another language, as :func:`export`."""
        try:
            return _exported(self._engine.export(list(requests), to), to)
        except Failure as failure:
            raise _error(failure) from None

    def help(self, topic: str) -> str:
        """A page about a function, a statement, a word or a class of errors."""
        page = self._engine.help(topic)
        if page is None:
            raise KeyError(topic)
        return page


def _exported(source: str, to: str) -> Any:
    if to not in ("numpy", "jax", "torch"):
        return source
    module = types.ModuleType("wengert_export")
    module.__dict__["__source__"] = source
    # Folders of data are whole paths; the code still asks where it is itself.
    module.__file__ = f"<exported for {to}>"
    exec(compile(source, module.__file__, "exec"), module.__dict__)
    return module


def export(path: Union[str, os.PathLike[str]], to: str = "numpy", requests: Sequence[str] = ()) -> Any:
    """A script as a program for ``"numpy"``, ``"jax"`` or ``"torch"``: a module; for the other languages (``"c"``,
        ``"julia"``, ``"stablehlo"``): its text.

    The module has a function for each of ``requests``, or for what the script shows; ``inputs()`` gives the inputs
    with their values, ``values(**inputs())`` all results, and ``__source__`` is its text.
    """
    try:
        return _exported(Engine().export_script(os.fspath(path), list(requests), to), to)
    except Failure as failure:
        raise _error(failure) from None


def load_ipython_extension(ipython: Any) -> None:
    """``%load_ext wengert`` makes ``%%wengert -i X,y -o w`` known: a cell in the language, with inputs and outputs."""
    from .magic import register

    register(ipython)
