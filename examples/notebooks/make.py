"""Makes the notebooks of this folder from pages of the book. `make.py --check` only says which ones are out of date."""

import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
DOCS = HERE.parents[1] / "docs"
FENCE = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.S | re.M)


def pages():
    for page in sorted((DOCS / "cookbook").glob("*.md")):
        if page.stem != "index":
            yield page
    yield DOCS / "lecture.md"


def words(text, page):
    """Prose, its links as they are from here; nothing of the comments that say how a page is made."""
    text = re.sub(r"<!--.*?-->\n?", "", text, flags=re.S)

    def link(found):
        target = (page.parent / found[1]).resolve()
        if "://" in found[1] or found[1].startswith("#"):
            return found[0]
        inside = target.relative_to(DOCS.parent.resolve()).as_posix()
        return f"](../../{inside})"

    return re.sub(r"\]\(([^)#]+)", lambda found: link(found)[:-1], text).strip()


def cells(page):
    text, at = page.read_text(), 0
    for fence in FENCE.finditer(text):
        prose = words(text[at : fence.start()], page)
        if prose:
            # Sections of the lecture stand on their own.
            parts = re.split(r"(?m)^(?=## )", prose) if page.stem == "lecture" else [prose]
            for part in filter(None, map(str.strip, parts)):
                yield "markdown", part, ""
                if page.stem == "lecture" and part.startswith("## "):
                    yield "code", ":reset", ""
        at = fence.end()
        language, more, code = fence.groups()
        if language == "wengert":
            # A notebook shows its pictures itself.
            code = re.sub(r'(?m) to "[^"]*\.svg"$', "", code)
            code = code.replace('"../examples/', '"../')
            yield "code", code.rstrip("\n"), more.strip()
        elif language != "text":
            yield "markdown", fence[0], ""
    if words(text[at:], page):
        yield "markdown", words(text[at:], page), ""


def notebook(page):
    made = []
    for number, (kind, text, more) in enumerate(cells(page)):
        cell = {"cell_type": kind, "id": f"{page.stem}-{number}", "metadata": {}, "source": text.splitlines(True)}
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        if "fails" in more:
            cell["metadata"]["tags"] = ["raises-exception"]
        made.append(cell)
    kernel = {"display_name": "Wengert", "language": "wengert", "name": "wengert"}
    whole = {
        "cells": made,
        "metadata": {"kernelspec": kernel, "language_info": {"file_extension": ".ad", "name": "wengert"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def main():
    stale = []
    for page in pages():
        path, text = HERE / f"{page.stem}.ipynb", notebook(page)
        if not path.exists() or path.read_text() != text:
            stale.append(path.name)
            if "--check" not in sys.argv:
                path.write_text(text)
    if "--check" in sys.argv and stale:
        sys.exit(f"out of date, run examples/notebooks/make.py: {', '.join(stale)}")


if __name__ == "__main__":
    main()
