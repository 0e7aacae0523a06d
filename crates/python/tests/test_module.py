"""The module as a user of NumPy meets it."""

import doctest
import json
import pathlib
import signal
import threading
import time

import numpy as np
import pytest
import wengert as wg

ROOT = pathlib.Path(__file__).parents[3]


def loss():
    s = wg.Session()
    s.run("L = 0.5*(y - w*x)^2; w = 3; x = 2; y = 1")
    return s


def test_values_and_derivatives():
    s = loss()
    assert s["L"].value == 12.5 and s["L"].grad("w") == 10.0
    assert s["L"].hessian("w").tolist() == [[4.0]]
    assert s["L"].derive("w").formula == "x*(w*x - y)"
    assert len(s.trace("L", wrt="w").nodes) == 7
    assert "a₂" in str(s.trace("L")) and "<table" in s.trace("L")._repr_html_()
    assert "frac" in s["L"].derive("w")._repr_latex_()


@pytest.mark.parametrize(
    "value, shape",
    [
        (2, ()),
        ([1, 2, 3], (3,)),
        (np.arange(6.0).reshape(2, 3), (2, 3)),
        (np.arange(12.0).reshape(3, 4)[::2, ::-1], (2, 4)),
        (np.arange(6, dtype=np.int32).reshape(3, 2).T, (2, 3)),
        (np.array([[np.nan, np.inf, -0.0]]), (1, 3)),
        (np.zeros((0, 3)), (0, 3)),
    ],
)
def test_arrays_come_back_as_they_went(value, shape):
    s = wg.Session()
    s["A"] = value
    back = np.asarray(s.eval("A"))
    assert back.shape == shape
    np.testing.assert_array_equal(back, np.asarray(value, dtype=float))


def test_functions_and_modules_of_numpy(tmp_path):
    s = loss()
    f = s["grad(L, w)"].numpy()
    assert f() == 10.0 and f(w=0.0) == -2.0
    assert s["L"].derive("w").numpy()(w=1.0) == 2.0
    with pytest.raises(TypeError, match="no input 'v'"):
        f(v=1)
    s["x"] = [1.0, 2.0]
    s.run("M = sum((w*x).^2)")
    np.testing.assert_allclose(np.ravel(s["grad(M, x)"].numpy()(w=1.0)), [2.0, 4.0])

    script = tmp_path / "loss.ad"
    (tmp_path / "d.csv").write_text("1\n2\n3\n")
    script.write_text('X = read("d.csv"); w = 2\nL = sum((w*X).^2)\nL\ngrad(L, w)\n')
    module = wg.export(script)
    assert [float(v) for v in module.values(**module.inputs())] == [56.0, 56.0]
    assert "import numpy" in module.__source__
    assert "#include" in wg.export(script, to="c")
    with pytest.raises(ValueError):
        wg.export(script, to="fortran")
    with pytest.raises(wg.Error):
        s.export(["unknown_name(3)"])


def test_pygments_finds_the_lexer():
    from pygments.lexers import get_lexer_by_name
    from pygments.token import Token

    lexer = get_lexer_by_name("wengert")
    text = "L = 0.5*(y - w*x)^2  # loss\ntrace L wrt w\ntrace = 3; f(ŷ) = exp(ŷ) + trace\n"
    found = [(kind, value) for kind, value in lexer.get_tokens(text) if value.strip()]
    assert "".join(value for _, value in lexer.get_tokens(text)) == text
    assert (Token.Keyword.Declaration, "trace") in found and (Token.Keyword, "wrt") in found
    assert (Token.Name, "trace") in found and (Token.Name.Builtin, "exp") in found
    assert (Token.Comment.Single, "# loss") in found and (Token.Name, "ŷ") in found
    for script in (ROOT / "examples").rglob("*.ad"):
        assert not [v for kind, v in lexer.get_tokens(script.read_text()) if kind is Token.Error], script


def test_errors_are_classes():
    s = wg.Session()
    with pytest.raises(wg.ShapeError) as caught:
        s.run("1 + 1\n[1, 2]*[3, 4]")
    assert caught.value.code == "shape" and caught.value.help and "error" in caught.value.drawn
    assert [one.data["value"] for one in caught.value.results] == [2]
    with pytest.raises(wg.SyntaxError_):
        s.eval("2 +")
    with pytest.raises(ValueError):
        s["A"] = np.zeros((2, 2, 2))
    with pytest.raises(wg.Error):
        s["2x"] = 1


def test_checks():
    s = loss()
    assert s.check("L", "w").data["ok"]
    assert s.check("L", "w", against=lambda w: 10.0)
    report = s.check("L", "w", against=np.array(-10.0))
    assert not report and report.slip == "the sign is wrong"
    with pytest.raises(wg.Error):
        s.check("L", "w", against="x*(y - w*x)")


def test_check_grad_of_any_function():
    x = np.linspace(-1, 2, 6).reshape(2, 3)
    f = lambda a: float(np.sum(np.sin(a) * a))
    df = lambda a: np.cos(a) * a + np.sin(a)
    assert wg.check_grad(f, df, x)
    assert wg.check_grad(f, lambda a: 3 * df(a), x).slip == "a factor of 3 too large"
    assert wg.check_grad(f, lambda a: df(a).T, x).slip == "transposed"
    kink = wg.check_grad(lambda a: float(np.abs(a)), lambda a: 0.0, 0.0)
    assert kink.ok is None and "kink" in kink.remark
    large = wg.check_grad(lambda a: float(1e12 + a), lambda a: 1.0, 0.5)
    assert large.ok is None and "cancellation" in large.remark


def test_threads_share_a_session():
    s = loss()
    seen = []
    work = lambda k: seen.append(s.eval(f"L*{k}"))
    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert sorted(seen) == [12.5 * k for k in range(8)]


def test_ctrl_c_stops_a_loop_and_keeps_the_session():
    s = loss()
    # A process in the background may have been started with Ctrl-C ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.5, lambda: signal.raise_signal(signal.SIGINT))
    timer.start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        s.run("k = 0\nwhile 1 { k := k + 1 }")
    assert time.monotonic() - start < 5
    assert s["L"].value == 12.5


def test_every_example_gives_the_values_of_the_program():
    for path in sorted((ROOT / "examples").glob("*.ad")):
        expected = path.with_suffix(".out").read_text().partition("-- stderr --")[0]
        s = wg.Session()
        # Paths in a script are those of its folder.
        import os

        os.chdir(path.parent)
        try:
            results = s.run(path.read_text())
        except wg.Error as error:
            results = error.results
        shown = "\n".join(str(one) for one in results if one.kind not in ("note", "warning"))
        words = lambda text: [line.rstrip() for line in text.splitlines() if line.strip()]
        assert words(shown) == words(expected), path


def test_doctests():
    import wengert.checking

    assert doctest.testmod(wg).failed == 0
    assert doctest.testmod(wengert.checking).failed == 0


def test_json_of_a_result():
    [result] = wg.Session().run("6*7")
    assert json.loads(json.dumps(result.data))["value"] == 42
