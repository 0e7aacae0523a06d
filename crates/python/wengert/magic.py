"""``%%wengert``: a notebook cell in the language, with values from and to Python."""

from __future__ import annotations

import argparse
from typing import Any

from . import Session


def register(ipython: Any) -> None:
    """Make the magic known to a running IPython. All cells share one session."""
    session = Session()
    parser = argparse.ArgumentParser(prog="%%wengert", add_help=False)
    parser.add_argument("-i", "--input", default="", help="names of Python to take in, separated by commas")
    parser.add_argument("-o", "--output", default="", help="names of the language to hand back")

    def wengert(line: str, cell: str) -> None:
        options = parser.parse_args(line.split())
        for name in filter(None, options.input.split(",")):
            session[name] = ipython.user_ns[name]
        from IPython.display import display  # type: ignore[import-not-found,unused-ignore]

        for result in session.run(cell):
            display(result)
        for name in filter(None, options.output.split(",")):
            ipython.user_ns[name] = session.eval(name)

    ipython.register_magic_function(wengert, "cell")
