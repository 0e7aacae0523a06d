"""Parses exported Julia: syntax_julia.py WENGERT FILE.ad ...

No package registry that tests reach has Julia itself. This holds the syntax, and that every function that
is called is defined in the module, imported, or one of Base.
"""

import pathlib
import subprocess
import sys
import tempfile

import tree_sitter
import tree_sitter_julia

PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_julia.language()))


BASE = """abs abs2 acos acosh all allequal any argmax asin asinh atan atanh axes cbrt ceil chopprefix copy cos cosh
    collect count cumprod cumsum enumerate exp expm1 fill findfirst first floor get! hcat hypot ifelse include inv isempty
    isfinite isfile isinf isnan isnothing joinpath last length log log10 log1p log2 lowercase lstrip map mapslices max
    maximum min minimum mod only ones println prod push! read repeat replace reshape reverse round sign sin sinh size
    something split sqrt startswith strip sum tan tanh trues trunc tryparse tuple unique vcat vec view xor zeros zip abspath
    exit Float64 Int UInt64 Matrix String""".split()


def unknown(code):
    """The functions that are called and that nothing defines."""
    root = PARSER.parse(code).root_node
    known = set(BASE)
    for node in nodes(root):
        text = lambda one: one.text.decode()  # noqa: E731
        if node.type in ("using_statement", "import_statement"):
            known.update(text(one) for one in nodes(node) if one.type == "identifier")
        if node.type in ("signature", "assignment", "function_definition"):
            head = next((one for one in nodes(node) if one.type == "call_expression"), None)
            if head is not None and head.children[0].type == "identifier":
                known.add(text(head.children[0]))
    calls = [one for one in nodes(root) if one.type in ("call_expression", "broadcast_call_expression")]
    names = {one.children[0].text.decode() for one in calls if one.children[0].type == "identifier"}
    return sorted(names - known)


def nodes(root):
    """All nodes of a tree."""
    found = [root]
    for node in found:
        found.extend(node.children)
    return found


def mistakes(code):
    """The places where the parser finds no syntax."""
    tree = PARSER.parse(code)
    bad = [node for node in nodes(tree.root_node) if node.type == "ERROR" or node.is_missing]
    return [f"line {node.start_point[0] + 1}: {node.text.decode()[:60]!r}" for node in bad]


def main(wengert, *scripts):
    """Parses the code of each script; the exit status says whether all have syntax."""
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for script in map(pathlib.Path, scripts):
            code = pathlib.Path(folder) / "code.jl"
            export = [wengert, "export", str(script), "--to", "julia", "--check", "-o", str(code)]
            done = subprocess.run(export, capture_output=True, text=True)
            if done.returncode != 0:
                said = done.stderr.splitlines()
                print(script, "julia:", next((line for line in said if "error" in line), said))
                continue
            found = mistakes(code.read_bytes())
            found += [f"nothing defines {name}" for name in unknown(code.read_bytes())]
            failed += bool(found)
            print(f"{script} julia:", *(found or ["parsed"]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
