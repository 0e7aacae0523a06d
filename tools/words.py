#!/usr/bin/env python3
"""What highlighters know of the language: the grammar of VS Code and the words of the Pygments lexer.

Both are made from the tables of the reference, which tests hold to those of the program. `--check` fails where they are older.
"""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
RESERVED = ["and", "else", "for", "if", "in", "not", "or", "then"]
CONSTANTS = ["inf", "nan", "pi", "π"]


def forms(page, *tables):
    """The first cell of every row of some tables."""
    text = (ROOT / "docs/reference" / page).read_text(encoding="utf-8")
    for table in tables:
        body = text.split(f"<!-- table: {table} -->")[1].split("<!-- end -->")[0]
        for line in body.splitlines():
            if line.startswith("| `"):
                yield line.split(" | ")[0].strip("| ")


statements = {m[1] for form in forms("statements.md", "statements") if (m := re.match(r"`([a-z]{2,})\b(?!\()", form))}
tails = {word for form in forms("statements.md", "tails") for word in re.findall(r"(?<![\w\"./])[a-z]{2,}(?![\w(./])", form)}
tables = ["special functions", "functions entry by entry", "functions of several arguments", "functions of arrays", "functions that make arrays"]
functions = {name for form in forms("functions.md", *tables) for name in re.findall(r"`([^\W\d]\w*)[`(]", form)}
CLASSES = {
    "RESERVED": RESERVED,
    "STATEMENTS": sorted(statements),
    "TAIL": sorted(tails - statements),
    "FUNCTIONS": sorted(functions),
    "CONSTANTS": CONSTANTS,
}


def any_of(name, before="", after=""):
    """A pattern for whole words; names hold letters of all alphabets."""
    return before + r"(?<![\p{L}\p{M}\p{N}_])(" + "|".join(CLASSES[name]) + r")(?![\p{L}\p{M}\p{N}_])" + after


def rule(scope, pattern):
    return {"name": f"{scope}.wengert", "match": pattern}


# A statement word is a name elsewhere.
statement = any_of("STATEMENTS", r"(?:^|[;{])\s*", r"(?=\s*(?:$|[;{\"(\[\p{L}\p{N}.]|-))")
GRAMMAR = {
    "name": "Wengert",
    "scopeName": "source.wengert",
    "fileTypes": ["ad"],
    "patterns": [
        rule("comment.line.number-sign", "#.*$"),
        rule("string.quoted.double", r'"[^"\n]*"?'),
        {"match": statement, "captures": {"1": {"name": "keyword.control.wengert"}}},
        rule("keyword.control", any_of("RESERVED")),
        rule("keyword.other", any_of("TAIL", r"(?<=[\s)\]'])", r"(?=\s+[^=\s])")),
        rule("support.function", any_of("FUNCTIONS", "", r"(?='*\s*\()")),
        rule("entity.name.function", r"[\p{L}_][\p{L}\p{M}\p{N}_]*(?='*\()"),
        rule("constant.language", any_of("CONSTANTS")),
        rule("constant.numeric", r"(?<![\p{L}\p{M}\p{N}_])(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?"),
        rule("variable.other", r"[\p{L}_][\p{L}\p{M}\p{N}_]*"),
        rule("keyword.operator", r":=|==|!=|<=|>=|\.\.|\.[*/^]|[-+*/^=<>'×·−²³≤≥≠:]"),
    ],
}


def python():
    text = '"""The words of the language, by class. Made by tools/words.py: change nothing here."""\n'
    for name, words in CLASSES.items():
        text += f"\n{name} = (\n" + "".join(f'    "{word}",\n' for word in words) + ")\n"
    return text


FILES = {
    "editors/vscode/syntaxes/wengert.tmLanguage.json": json.dumps(GRAMMAR, indent=2, ensure_ascii=False) + "\n",
    "crates/python/wengert/_words.py": python(),
}
for name, wanted in FILES.items():
    path = ROOT / name
    if "--check" not in sys.argv:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted, encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != wanted:
        sys.exit(f"{name} is older than the reference: python3 tools/words.py")
