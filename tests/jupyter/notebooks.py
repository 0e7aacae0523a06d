"""Every example as a notebook: what `nbconvert --execute` leaves in it is what the `.out` file says. The notebooks that
are shipped run without an error that they do not announce.

usage: notebooks.py EXAMPLES
"""

import pathlib
import re
import sys

import nbformat
from nbconvert.preprocessors import CellExecutionError, ExecutePreprocessor

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def words(text):
    """The text without blank lines, which separate results in a file and not in a notebook."""
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def shown(cell):
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stdout":
            yield output.text
        elif output.output_type in ("display_data", "execute_result"):
            yield output.data["text/plain"]


def run(script):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(script.read_text())])
    execute = ExecutePreprocessor(timeout=300, kernel_name="wengert")
    try:
        execute.preprocess(notebook, {"metadata": {"path": str(script.parent)}})
    except CellExecutionError:
        pass  # An example may end in an error, which its file shows too.
    return "\n".join(shown(notebook.cells[0]))


def main():
    folder = pathlib.Path(sys.argv[1])
    failed = []
    scripts = sorted(path for path in folder.rglob("*.ad") if path.with_suffix(".out").exists())
    for script in scripts:
        # Notes and errors, which a notebook shows as such, stand behind the results.
        results, *_ = script.with_suffix(".out").read_text().partition("-- stderr --")
        if words(run(script)) != words(results):
            failed.append(script)
            print(f"differs: {script}")
    print(f"{len(scripts)} examples, {len(failed)} differ")
    shipped = sorted((folder / "notebooks").glob("*.ipynb"))
    for path in shipped:
        notebook = nbformat.read(path, 4)
        try:
            execute = ExecutePreprocessor(timeout=300, kernel_name="wengert")
            execute.preprocess(notebook, {"metadata": {"path": str(path.parent)}})
        except CellExecutionError as error:
            failed.append(path)
            print(f"fails: {path}: {ESCAPES.sub('', str(error))}")
    print(f"{len(shipped)} notebooks")
    return 1 if failed or not scripts else 0


if __name__ == "__main__":
    sys.exit(main())
