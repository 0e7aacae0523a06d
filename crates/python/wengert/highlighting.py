"""A lexer for Pygments: Sphinx, MkDocs and ``pygmentize -l wengert`` colour scripts with it.

Pygments finds it by an entry point; it is no requirement of this package.
"""

# mypy: ignore-errors
from pygments.lexer import RegexLexer, bygroups, words
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text

from ._words import CONSTANTS, FUNCTIONS, RESERVED, STATEMENTS, TAIL

# Names hold letters of all alphabets and marks above them.
_NAME = r"[^\W\d][\w\u0300-\u036f]*"
_END = r"(?![\w\u0300-\u036f])"


class WengertLexer(RegexLexer):
    """Scripts that end in ``.ad``."""

    name = "Wengert"
    aliases = ["wengert"]
    filenames = ["*.ad"]
    mimetypes = ["text/x-wengert"]

    tokens = {
        "root": [
            (r"#.*$", Comment.Single),
            (r'"[^"\n]*"?', String.Double),
            (r"\n|;", Text, "start"),
            (r"[^\S\n]+", Text),
            (words(RESERVED, prefix=r"(?<!\w)", suffix=_END), Keyword),
            (words(TAIL, prefix=r"(?<=[\s\w)\]'])(?<!\w)", suffix=_END + r"(?=\s+[^=\s])"), Keyword),
            (words(FUNCTIONS, suffix=_END + r"(?='*\s*\()"), Name.Builtin),
            (words(CONSTANTS, suffix=_END), Name.Constant),
            (rf"({_NAME})('*)(?=\()", bygroups(Name.Function, Operator)),
            (_NAME, Name),
            (r"(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?", Number),
            (r"\{", Punctuation, "start"),
            (r"[()\[\]},]", Punctuation),
            (r":=|==|!=|<=|>=|\.\.|\.[*/^]|[-+*/^=<>'×·−²³≤≥≠:]", Operator),
            (r".", Text),
        ],
        # A statement word is one only at the start of a statement, and not before `=`.
        "start": [
            (r"\s+|;", Text),
            (words(STATEMENTS, suffix=_END + r'(?=\s*(?:$|[;{"(\[\w.]|-))'), Keyword.Declaration, "#pop"),
            (r"", Text, "#pop"),
        ],
    }

    def get_tokens_unprocessed(self, text, stack=("root", "start")):
        return super().get_tokens_unprocessed(text, stack)
