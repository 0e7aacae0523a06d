"""The program ``wengert``, as ``python -m wengert`` and as a console script."""

import signal
import sys

from ._wengert import main as _main


def main() -> int:
    """Run the program with the arguments of this process."""
    # The program has its own answer to Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _main(["wengert", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
