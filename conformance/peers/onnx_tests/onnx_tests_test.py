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

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import peer_python

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
print(json.dumps({{"results": [{{"outputs": [{{"name": "y", "type": "{kind}", "file": str(out / "y.npy")}}]}}]}}))
'''


class Endings(unittest.TestCase):
    def ending(self, plays, **options):
        """How a test of y = x + 1 ends when the run plays so."""
        import drive
        import sources
        helper = onnx.helper
        ports = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [3]) for name in "xy"]
        graph = helper.make_graph([helper.make_node(options.pop("operator", "Add"), ["x", "one"], ["y"])], "g", ports[:1], ports[1:])
        value = options.pop("value", numpy.array([1, numpy.nan, -2], numpy.float32))
        expected, kind = options.pop("expected", numpy.array([2, numpy.nan, -1], numpy.float32)), options.pop("kind", "f32")
        test = sources.Test("set", "name", helper.make_model(graph), [value], [expected])
        with tempfile.TemporaryDirectory() as folder:
            player, ends = pathlib.Path(folder) / "player", pathlib.Path(folder) / "ends"
            ends.write_text(plays)
            player.write_text(PLAYER.format(python=sys.executable, ends=str(ends), kind=kind))
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

    def test_small_values_of_a_transform_are_as_near_as_the_largest_is_exact(self):
        expected = numpy.array([100, 5e-6, 0], numpy.float32)
        for operator, small, outcome in (("DFT", 0, "pass"), ("DFT", 5e-5, "wrong"), ("Add", 0, "wrong")):
            self.assertEqual(self.ending(f"numpy.array([100, {small}, 0], 'f')", operator=operator, expected=expected).outcome, outcome, (operator, small))

    def test_types_without_a_name_in_files_are_those_that_the_command_says(self):
        import ml_dtypes
        for name, kind in (("i4", "int4"), ("u2", "uint2"), ("f4e2m1", "float4_e2m1fn"), ("f8e5m2", "float8_e5m2"), ("bf16", "bfloat16")):
            value = numpy.array([0, 1, 2], getattr(ml_dtypes, kind))
            raw, plays = value.view(f"u{value.itemsize}"), f"x.view('V{value.itemsize}')"
            self.assertEqual(self.ending(plays, kind=name, value=raw, expected=value).outcome, "pass", kind)
            self.assertEqual(self.ending(plays, kind=name, value=raw, expected=value[::-1]).outcome, "wrong", kind)
        eights = numpy.array([1, 2, 4], ml_dtypes.float8_e4m3fn)
        self.assertIn("type float8_e4m3fnuz", self.ending("x.view('V1')", kind="f8e4m3fnuz", value=eights.view("u1"), expected=eights).reason)

    def test_signals_usage_and_internal_errors_are_crashes(self):
        for plays in ("abort", "usage", "error: INTERNAL: broken"):
            self.assertEqual(self.ending(plays).outcome, "crash", plays)

    def test_refusals_keep_their_sentence(self):
        ending = self.ending("error: UNSUPPORTED: no such thing")
        self.assertEqual((ending.outcome, ending.reason), ("refused", "UNSUPPORTED: no such thing"))

    def test_what_no_file_holds_is_not_fed(self):
        self.assertIn("no .npy file holds", self.ending("x + 1", value=None).reason)

    def shaping(self, nodes, inputs):
        """What is known when a model of these nodes is built, whose last node makes y; inputs: name, type and rank."""
        import drive
        helper, types = onnx.helper, onnx.TensorProto
        ports = [helper.make_tensor_value_info(name, getattr(types, kind), [2] * rank) for name, kind, rank in inputs]
        graph = helper.make_graph(nodes, "g", ports, [helper.make_tensor_value_info("y", types.FLOAT, None)])
        return drive.shaping_inputs(helper.make_model(graph))

    def test_operands_that_shape_a_result_are_known(self):
        node = onnx.helper.make_node
        x, s = ("x", "FLOAT", 2), ("s", "INT64", 1)
        self.assertEqual(self.shaping([node("Reshape", ["x", "s"], ["y"])], [x, s]), {"s"})
        self.assertEqual(self.shaping([node("Trilu", ["x", "k"], ["y"])], [x, ("k", "INT64", 0)]), {"k"})
        self.assertEqual(self.shaping([node("Add", ["x", "s"], ["y"])], [x, s]), set())

    def test_sizes_that_shapes_are_computed_from_are_known(self):
        node = onnx.helper.make_node
        x, n = ("x", "FLOAT", 2), ("n", "INT32", 0)
        through = [node("Cast", ["n"], ["f"], to=1), node("Range", ["zero", "f", "one"], ["r"]), node("Mul", ["r", "f"], ["y"])]
        self.assertEqual(self.shaping(through, [n]), {"n"})
        data = [node("Shape", ["n"], ["s"]), node("Expand", ["x", "s"], ["y"])]
        self.assertEqual(self.shaping(data, [x, n]), set())
        reals = [node("Cast", ["x"], ["s"], to=7), node("Reshape", ["x", "s"], ["y"])]
        self.assertEqual(self.shaping(reals, [x]), set())

    def test_shapes_in_bodies_count(self):
        node, helper = onnx.helper.make_node, onnx.helper
        made = helper.make_tensor_value_info("t", onnx.TensorProto.INT64, [1])
        body = helper.make_graph([node("Identity", ["n"], ["t"])], "b", [], [made])
        chosen = [node("If", ["c"], ["s"], then_branch=body, else_branch=body), node("Expand", ["x", "s"], ["y"])]
        self.assertEqual(self.shaping(chosen, [("x", "FLOAT", 2), ("n", "INT64", 1), ("c", "BOOL", 0)]), {"n"})


if __name__ == "__main__":
    peer = sys.argv[sys.argv.index("--peer-python") + 1] if "--peer-python" in sys.argv else ""
    numpy, onnx = peer_python.load(("numpy", "onnx"), peer)
    unittest.main(argv=sys.argv[:1])
