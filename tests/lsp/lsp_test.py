"""The language server, asked as an editor asks it."""

import pathlib
import random
import time

import pytest_lsp
from lsprotocol import types as t
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

import os

PROGRAM = os.environ["WENGERT"]
ROOT = pathlib.Path(__file__).parents[2]


@pytest_lsp.fixture(config=ClientServerConfig(server_command=[PROGRAM, "lsp"]))
async def client(lsp_client: LanguageClient):
    await lsp_client.initialize_session(
        t.InitializeParams(capabilities=client_capabilities("visual-studio-code"), root_uri=ROOT.as_uri())
    )
    yield
    await lsp_client.shutdown_session()


async def opened(client, text, name="a.ad"):
    uri = (ROOT / "examples" / name).as_uri()
    client.text_document_did_open(
        t.DidOpenTextDocumentParams(t.TextDocumentItem(uri=uri, language_id="wengert", version=1, text=text))
    )
    await client.wait_for_notification("textDocument/publishDiagnostics")
    return uri


def at(uri, line, character):
    return {"text_document": t.TextDocumentIdentifier(uri=uri), "position": t.Position(line, character)}


def whole(uri):
    return {"text_document": t.TextDocumentIdentifier(uri=uri)}


def applied(text, edits):
    lines = text.split("\n")
    offset = lambda p: sum(len(line) + 1 for line in lines[: p.line]) + p.character
    for edit in sorted(edits, key=lambda e: -offset(e.range.start)):
        text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
    return text


async def test_a_mistake_comes_with_its_fix(client):
    text = "x = 2\ny = 3x\n"
    uri = await opened(client, text)
    [found] = client.diagnostics[uri]
    assert found.severity == t.DiagnosticSeverity.Error and found.range.start.line == 1
    assert "help:" in found.message
    actions = await client.text_document_code_action_async(
        t.CodeActionParams(range=found.range, context=t.CodeActionContext(diagnostics=[found]), **whole(uri))
    )
    assert applied(text, actions[0].edit.changes[uri]) == "x = 2\ny = 3*x\n"


async def test_hover_shows_value_and_gradients(client):
    uri = await opened(client, "w = 3; x = 2; y = 1\nL = 0.5*(y - w*x)^2\n")
    hover = await client.text_document_hover_async(t.HoverParams(**at(uri, 1, 0)))
    for part in ("L = 0.5*(y - w*x)^2", "12.5", "∂/∂w: `10`", "∂/∂x: `15`"):
        assert part in hover.contents.value
    hover = await client.text_document_hover_async(t.HoverParams(**at(await opened(client, "sigmoid(1)\n"), 0, 3)))
    assert "sigmoid" in hover.contents.value


async def test_values_stand_behind_lines_unless_a_loop_changes_them(client):
    text = "w = 3\nL = w^2\nu = 2\nv = u + 1\nrepeat 3 { u := u + 1 }\n1 + 1\n"
    uri = await opened(client, text)
    everything = t.Range(t.Position(0, 0), t.Position(6, 0))
    hints = await client.text_document_inlay_hint_async(t.InlayHintParams(range=everything, **whole(uri)))
    assert [(hint.position.line, hint.label) for hint in hints] == [(1, "= 9"), (5, "= 2")]


async def test_lenses_open_a_page(client):
    uri = await opened(client, "w = 3\nL = w^2\n")
    lenses = await client.text_document_code_lens_async(t.CodeLensParams(**whole(uri)))
    assert [lens.command.title for lens in lenses] == ["trace", "check", "derive", "graph"]
    command = lenses[0].command
    page = await client.workspace_execute_command_async(t.ExecuteCommandParams(command.command, command.arguments))
    html = page["html"] if isinstance(page, dict) else page.html
    assert "<table" in html and "a₂" in html


async def test_completion_signature_and_symbols(client):
    uri = await opened(client, "weight = 3\nf(a, b) = a*b\ny = f(1, 2) + wei\nz = \\alp\n")
    items = (await client.text_document_completion_async(t.CompletionParams(**at(uri, 2, 16)))).items
    assert items[0].label == "weight"
    items = (await client.text_document_completion_async(t.CompletionParams(**at(uri, 3, 8)))).items
    assert items[0].text_edit.new_text == "α"
    uri = await opened(client, "f(a, b) = a*b\ny = clamp(1, f(2, \n")
    help = await client.text_document_signature_help_async(t.SignatureHelpParams(**at(uri, 1, 18)))
    uri = await opened(client, "f(a, b) = a*b\ninput x[3]\nL = sum(x)\n")
    symbols = await client.text_document_document_symbol_async(t.DocumentSymbolParams(**whole(uri)))
    assert [symbol.name for symbol in symbols] == ["f", "x", "L"]
    assert help.signatures and help.active_parameter == 1


async def test_rename_and_definition_respect_scopes(client):
    text = "ŷ = 2\nf(ŷ) = ŷ^2\nz = f(ŷ) + sum(ŷ^i for i in 1..3)\n"
    uri = await opened(client, text)
    place = await client.text_document_definition_async(t.DefinitionParams(**at(uri, 2, 6)))
    assert place.range.start == t.Position(0, 0)
    change = await client.text_document_rename_async(t.RenameParams(new_name="q", **at(uri, 0, 0)))
    assert applied(text, change.changes[uri]) == "q = 2\nf(ŷ) = ŷ^2\nz = f(q) + sum(q^i for i in 1..3)\n"


async def test_layout_folds_and_colours(client):
    text = "w=3\nrepeat 2 {\nw:=w+1\n}\n# a\n# b\n"
    uri = await opened(client, text)
    edits = await client.text_document_formatting_async(
        t.DocumentFormattingParams(options=t.FormattingOptions(4, True), **whole(uri))
    )
    assert edits[0].new_text == "w = 3\nrepeat 2 {\n  w := w + 1\n}\n# a\n# b\n"
    folds = await client.text_document_folding_range_async(t.FoldingRangeParams(**whole(uri)))
    assert {(fold.start_line, fold.end_line) for fold in folds} == {(1, 3), (4, 5)}
    tokens = await client.text_document_semantic_tokens_full_async(t.SemanticTokensParams(**whole(uri)))
    assert len(tokens.data) % 5 == 0 and list(tokens.data[:5]) == [0, 0, 1, 2, 0]


async def test_every_example_is_without_an_error(client):
    for path in sorted((ROOT / "examples").rglob("*.ad")):
        if "-- stderr --\nerror" in path.with_suffix(".out").read_text():
            continue
        uri = await opened(client, path.read_text(), str(path.relative_to(ROOT / "examples")))
        errors = [one for one in client.diagnostics[uri] if one.severity == t.DiagnosticSeverity.Error]
        assert not errors, f"{path}: {errors}"


async def test_random_edits_never_end_the_server(client):
    draw = random.Random(7)
    text = (ROOT / "examples/lecture/7.2-loss.ad").read_text()
    uri = await opened(client, text)
    pieces = ["(", ")", "[", "\n", "x", "ŷ", "for i in 1..3", "'", '"', "repeat 9 {", "}", ":=", "#", "1e999", "𝑥"]
    for version in range(2, 150):
        lines = text.split("\n")
        line = draw.randrange(len(lines))
        start = draw.randrange(len(lines[line]) + 1)
        end = min(len(lines[line]), start + draw.randrange(4))
        new = draw.choice(pieces)
        units = lambda column: len(lines[line][:column].encode("utf-16-le")) // 2
        where = t.Range(t.Position(line, units(start)), t.Position(line, units(end)))
        lines[line] = lines[line][:start] + new + lines[line][end:]
        text = "\n".join(lines)
        client.text_document_did_change(
            t.DidChangeTextDocumentParams(
                t.VersionedTextDocumentIdentifier(version, uri), [t.TextDocumentContentChangePartial(range=where, text=new)]
            )
        )
        if version % 10 == 0:
            await client.text_document_hover_async(t.HoverParams(**at(uri, 0, 0)))
    tokens = await client.text_document_semantic_tokens_full_async(t.SemanticTokensParams(**whole(uri)))
    assert tokens is not None


async def test_an_endless_loop_is_not_run(client):
    start = time.monotonic()
    uri = await opened(client, "s = 0\nwhile 1 { s := s + 1 }\nx = iterate(sin, 1, 100000000)\nx\n")
    everything = t.Range(t.Position(0, 0), t.Position(4, 0))
    await client.text_document_inlay_hint_async(t.InlayHintParams(range=everything, **whole(uri)))
    assert time.monotonic() - start < 20
