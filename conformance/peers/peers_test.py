#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Can the comparison with ONNX Runtime fail? Planted results, a hand-made model, and a missing peer; needs neither models nor peer."""
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import bound
import roundings
from onnx_bytes import field

HERE = pathlib.Path(__file__).resolve().parent


def node(operation, inputs, output, attributes=b""):
    return field(1, b"".join(field(1, name) for name in inputs) + field(2, output) + field(4, operation) + attributes)


def tensor(name, *dims):
    return field(5, b"".join(field(1, size) for size in dims) + field(8, name))


class Bound(unittest.TestCase):
    def wrong(self, ours, theirs, count=100):
        return bound.judge(ours, theirs, count)[0]

    def test_equal_values_pass(self):
        self.assertIsNone(self.wrong([1.0, -2.0, 0.0], [1.0, -2.0, 0.0]))
        self.assertIsNone(self.wrong([0.0], [0.0]))

    def test_what_is_not_finite_fails(self):
        for value in (math.nan, math.inf, -math.inf):
            self.assertIn("ours", self.wrong([1.0, value], [1.0, 2.0]))
            self.assertIn("the peer's", self.wrong([1.0, 2.0], [1.0, value]))
            self.assertIn("ours", self.wrong([value], [value]))

    def test_a_small_output_is_judged_by_its_own_size(self):
        self.assertIsNotNone(self.wrong([2e-6, 1e-6], [1e-6, 1e-6]))
        self.assertIsNotNone(self.wrong([1e-30], [0.0]))

    def test_one_far_value_among_many(self):
        theirs = [1.0] * 100000
        far, near = 401 * bound.HALF_ULP, 399 * bound.HALF_ULP
        self.assertIn("value 5 ", self.wrong(theirs[:5] + [1.0 + far] + theirs[6:], theirs))
        self.assertIsNone(self.wrong(theirs[:5] + [1.0 + near] + theirs[6:], theirs))

    def test_many_values_a_little_off(self):
        theirs, off = [1.0] * 1000, 19 * bound.HALF_ULP
        self.assertIn("squares", self.wrong([1.0 + off] * 1000, theirs))
        self.assertIsNone(self.wrong([1.0 + 17 * bound.HALF_ULP] * 1000, theirs))

    def test_counts_must_agree(self):
        self.assertIsNotNone(self.wrong([1.0], [1.0, 1.0]))
        self.assertIsNotNone(self.wrong([], []))


class Roundings(unittest.TestCase):
    def behind(self, *parts):
        return roundings.behind(field(7, b"".join(parts)))

    def test_products_and_bias_of_each_sum(self):
        self.assertEqual(self.behind(tensor("w", 4, 3, 2, 2), node("Conv", ["x", "w"], "y")), 12)
        self.assertEqual(self.behind(tensor("w", 4, 3, 2, 2), node("Conv", ["x", "w", "b"], "y")), 13)
        self.assertEqual(self.behind(tensor("w", 5, 7), node("MatMul", ["x", "w"], "y")), 5)
        turned = field(5, field(1, "transB") + field(3, 1))
        self.assertEqual(self.behind(tensor("w", 5, 7), node("Gemm", ["x", "w"], "y", turned)), 7)

    def test_the_longest_chain_counts(self):
        self.assertEqual(self.behind(tensor("w", 5, 7), node("MatMul", ["x", "w"], "a"), node("Relu", ["a"], "b"), node("Add", ["b", "x"], "c"),
                                     node("Exp", ["x"], "d")), 6)

    def test_weights_seen_through_a_reshape(self):
        self.assertEqual(self.behind(tensor("w", 2, 3, 7), node("Reshape", ["w", "s"], "v"), node("MatMul", ["x", "v"], "y")), 6)

    def test_unknown_weights_are_refused(self):
        with self.assertRaises(ValueError):
            self.behind(node("MatMul", ["x", "z"], "y"))


class MissingPeer(unittest.TestCase):
    def compare(self, model, **environment):
        """compare.py without any installed package."""
        return subprocess.run([sys.executable, "-S", "-E", str(HERE / "compare.py"), "--accel", "none", str(model)], capture_output=True, text=True, check=False,
                              env={**{name: value for name, value in os.environ.items() if name != "CI"}, **environment})

    def test_skipped_or_owed(self):
        with tempfile.NamedTemporaryFile(suffix=".onnx") as model:
            self.assertEqual(self.compare(model.name).returncode, 77)
            owed = self.compare(model.name, CI="true")
            self.assertEqual(owed.returncode, 1)
            self.assertIn("scripts/setup --peers", owed.stderr)

    def test_a_missing_model_is_skipped_everywhere(self):
        self.assertEqual(self.compare(HERE / "none.onnx", CI="true").returncode, 77)


if __name__ == "__main__":
    unittest.main()
