#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does the driver of ONNX's tests tell right from wrong, crashed and refused? Its runs are played by a program that is told what to do.

Usage: onnx_tests_test.py [--peer-python PATH]
Exit code 77: the packages numpy and onnx are not here.
"""
import os
import pathlib
import stat
import sys
import tempfile
import types
import unittest

PLAYER = '''#!{python} -B
import json, os, pathlib, signal, sys
import numpy
out = pathlib.Path(sys.argv[sys.argv.index("-o") + 1])
ends = pathlib.Path({ends!r}).read_text()
if ends == "abort":
    os.kill(os.getpid(), signal.SIGABRT)
if ends.startswith("error"):
    print("note: something else\\n" + ends, file=sys.stderr)
    sys.exit(1)
if ends == "usage":
    print("error: the argument is wrong", file=sys.stderr)
    sys.exit(2)
given = numpy.load(sys.argv[sys.argv.index("-i") + 1].split("=", 1)[1])
out.mkdir()
numpy.save(out / "y.npy", eval(ends, {{"x": given, "numpy": numpy}}))
print(json.dumps({{"results": [{{"outputs": [{{"name": "y", "file": str(out / "y.npy")}}]}}]}}))
'''


def load(peer_python):
    """numpy and onnx; starts again under the other Python where this one lacks them."""
    try:
        import numpy
        import onnx
    except ImportError as error:
        if peer_python and os.access(peer_python, os.X_OK) and pathlib.Path(sys.executable) != pathlib.Path(peer_python):
            os.execv(peer_python, [peer_python, "-B", *sys.argv])
        print(f"skipped: {error}; scripts/setup --peers installs it")
        sys.exit(77)
    return numpy, onnx


class Endings(unittest.TestCase):
    def ending(self, plays, **options):
        """How a test of y = x + 1 ends when the run plays so."""
        import drive
        import sources
        helper = onnx.helper
        ports = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [3]) for name in "xy"]
        graph = helper.make_graph([helper.make_node("Add", ["x", "one"], ["y"])], "g", ports[:1], ports[1:])
        value = options.pop("value", numpy.array([1, numpy.nan, -2], numpy.float32))
        test = sources.Test("set", "name", helper.make_model(graph), [value], [numpy.array([2, numpy.nan, -1], numpy.float32)])
        with tempfile.TemporaryDirectory() as folder:
            player, ends = pathlib.Path(folder) / "player", pathlib.Path(folder) / "ends"
            ends.write_text(plays)
            player.write_text(PLAYER.format(python=sys.executable, ends=str(ends)))
            player.chmod(player.stat().st_mode | stat.S_IXUSR)
            return drive.run(types.SimpleNamespace(accel=player, device="cpu", accel_options=[], constants=False), test)

    def test_right_values_pass(self):
        self.assertEqual(self.ending("x + 1").outcome, "pass")
        self.assertEqual(self.ending("x + numpy.float32(1.0001)").outcome, "pass")

    def test_other_values_shapes_and_types_are_wrong(self):
        self.assertIn("[2] where -1", self.ending("x + numpy.array([1, 1, 1.01], 'f')").reason)
        self.assertIn("nan at [0]", self.ending("x * numpy.float32('nan')").reason)
        self.assertIn("shape [1, 3]", self.ending("(x + 1)[None]").reason)
        self.assertIn("type float64", self.ending("(x + 1).astype('d')").reason)
        self.assertEqual(self.ending("x").outcome, "wrong")

    def test_signals_usage_and_internal_errors_are_crashes(self):
        for plays in ("abort", "usage", "error: INTERNAL: broken"):
            self.assertEqual(self.ending(plays).outcome, "crash", plays)

    def test_refusals_keep_their_sentence(self):
        ending = self.ending("error: UNSUPPORTED: no such thing")
        self.assertEqual((ending.outcome, ending.reason), ("refused", "UNSUPPORTED: no such thing"))

    def test_what_no_file_holds_is_not_fed(self):
        self.assertIn("no .npy file holds", self.ending("x + 1", value=None).reason)


if __name__ == "__main__":
    peer = sys.argv[sys.argv.index("--peer-python") + 1] if "--peer-python" in sys.argv else ""
    numpy, onnx = load(peer)
    unittest.main(argv=sys.argv[:1])
