"""Jupyter's own conformance suite for kernels, with a sample for everything it asks."""

import time
import unittest

import jupyter_kernel_test as jkt
from jupyter_client.manager import start_new_kernel


class Conformance(jkt.KernelTests):
    kernel_name = "wengert"
    language_name = "wengert"
    file_extension = ".ad"

    code_hello_world = 'print "hello, world"'
    code_stderr = "u = rand(2, 1)\nv = rand(2, 1)\nprint sum(u), sum(v)"
    completion_samples = [
        {"text": "relu(sigmo", "matches": {"sigmoid("}},
        {"text": "deriv", "matches": {"derive"}},
    ]
    complete_code_samples = ["1 + 1", "f(x) = x^2", "repeat 3 {\n  print 1\n}"]
    incomplete_code_samples = ["1 +", "f(x) = {", "repeat 3 {", "[1, 2"]
    invalid_code_samples = ["2x", ")", "w = = 3"]
    code_page_something = "?grad"
    code_generate_error = "undefined_name + 1"
    code_execute_result = [
        {"code": "6*7", "result": "6*7 = 42"},
        {"code": "w = 3; grad(w^2, w)", "result": "grad(w^2, w) = 6"},
    ]
    code_display_data = [
        {"code": "trace x^2 wrt x at x = 2", "mime": "text/html"},
        {"code": "derive sin(x)^2 wrt x", "mime": "text/latex"},
        {"code": "plot sin(t) over t from 0 to 6", "mime": "image/svg+xml"},
        {"code": "graph x*y", "mime": "image/svg+xml"},
    ]
    code_inspect_sample = "sigmoid"
    code_clear_output = ":clear"
    code_history_pattern = "6?7*"
    supported_history_operations = ("tail", "range", "search")


class Session(unittest.TestCase):
    """What the suite does not ask: interrupts, what is kept, and the ends of cells."""

    @classmethod
    def setUpClass(cls):
        cls.manager, cls.client = start_new_kernel(kernel_name="wengert")

    @classmethod
    def tearDownClass(cls):
        cls.client.stop_channels()
        cls.manager.shutdown_kernel(now=True)

    def run_cell(self, code, **options):
        shown = []
        reply = self.client.execute_interactive(
            code, timeout=30, output_hook=lambda m: shown.append((m["msg_type"], m["content"])), **options
        )
        return reply["content"], [one for one in shown if one[0] not in ("status", "execute_input")]

    def test_an_interrupt_stops_the_cell_and_keeps_the_session(self):
        self.run_cell("kept = 5")
        waiting = self.client.execute("s = 0\nwhile 1 { s := s + 1 }")
        time.sleep(0.5)
        start = time.monotonic()
        self.manager.interrupt_kernel()
        while True:
            reply = self.client.get_shell_msg(timeout=10)
            if reply["parent_header"]["msg_id"] == waiting:
                break
        self.assertLess(time.monotonic() - start, 2)
        self.assertEqual(reply["content"]["status"], "error")
        _, shown = self.run_cell("kept")
        self.assertEqual(shown[-1][1]["data"]["text/plain"], "kept = 5")

    def test_the_last_value_is_the_result_and_others_are_shown(self):
        _, shown = self.run_cell("1 + 1\n2 + 2")
        self.assertEqual([kind for kind, _ in shown], ["display_data", "execute_result"])
        _, shown = self.run_cell("1 + 1\nx = 2")
        self.assertEqual([kind for kind, _ in shown], ["display_data"])

    def test_an_error_comes_drawn_and_the_cell_keeps_what_ran(self):
        reply, shown = self.run_cell("a = 1\na\nb = a + [1, 2]*[3, 4]\nb", stop_on_error=False)
        self.assertEqual((reply["status"], reply["ename"]), ("error", "shape"))
        self.assertIn("a = 1", shown[0][1]["data"]["text/plain"])
        self.assertIn("\x1b[", "\n".join(shown[-1][1]["traceback"]))

    def test_expressions_beside_a_cell(self):
        reply, _ = self.run_cell("q = 4", user_expressions={"square": "q^2", "wrong": "q +"})
        self.assertEqual(reply["user_expressions"]["square"]["data"]["text/plain"], "16")
        self.assertEqual(reply["user_expressions"]["wrong"]["status"], "error")


if __name__ == "__main__":
    unittest.main()
