#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The reader of the catalog finds mistakes, and says for each the file, the record, what was given and what is expected."""
import unittest

from planted import ROOT, Planted
from reader import catalog, expressions
from reader.source import CatalogError

MISTAKES = [   # file, text, text in its place, record, what the sentence must say
    ("ops/matrix.yaml", "    id: 3\n", "    id: 999\n", "MAX_POOL", "given 4, expected 3: numbers have no gaps"),
    ("ops/matrix.yaml", "    id: 3\n", "    id: 2\n", "MATMUL", "2 as GEMM"),
    ("ops/matrix.yaml", "    id: 3\n", "    id: three\n", "MATMUL", "given 'three', expected an integer above 0"),
    ("ops/matrix.yaml", "    id: 3\n", "", "MATMUL", "given nothing, expected a number, or import"),
    ("ops/matrix.yaml", "    id: 3\n", "    id: 3\n    ID: 3\n", "MATMUL", "given 'ID', expected one of"),
    ("ops/matrix.yaml", "    id: 3\n", "    id: 3\n    id: 3\n", "", "key 'id' is given twice"),
    ("ops/matrix.yaml", "- name: MATMUL", "- name: Matmul", "Matmul", "given 'Matmul', expected a name in capital letters"),
    ("ops/matrix.yaml", "- name: MATMUL", "- name: GEMM", "GEMM", "GEMM as GEMM"),
    ("ops/matrix.yaml", "family: matrix", "family: matrices", "", "given 'matrices', expected 'matrix'"),
    ("ops/matrix.yaml", "shape: gemm", "shape: gem", "GEMM", "given 'gem', expected one of"),
    ("ops/matrix.yaml", "shape: gemm", "shape: reduce", "GEMM", "given a record without AXES"),
    ("ops/matrix.yaml", "work: matmul", "work: product", "MATMUL", "given 'product', expected one of"),
    ("ops/matrix.yaml", "class: dot", "class: dott", "GEMM", "given 'dott', expected one of"),
    ("ops/matrix.yaml", "{T: [F32], B: [F32], C: [F32], Y: [F32]}", "{T: [F33], B: [F32], C: [F32], Y: [F32]}", "GEMM", "given 'F33', expected one of"),
    ("ops/matrix.yaml", "{T: [F32], B: [F32], C: [F32], Y: [F32]}", "{T: [F32], B: [F32], C: [F32]}", "GEMM", "types of 'y': given nothing"),
    ("ops/matrix.yaml", "{key: ALPHA, default: 1.0}", "{key: ALFA, default: 1.0}", "GEMM", "given 'ALFA', expected a key of vocabulary.yaml"),
    ("ops/matrix.yaml", "{key: ALPHA, default: 1.0}", "{key: BODY, default: 1.0}", "GEMM", "given BODY, expected a key with a number"),
    ("ops/matrix.yaml", "{key: ALPHA, default: 1.0}", "{key: ALPHA}", "GEMM", "neither required nor a default"),
    ("ops/matrix.yaml", "{key: ALPHA, default: 1.0}", "{key: ALPHA, default: 1.0, revision: 2}", "GEMM", "revision: given 1, expected 2"),
    ("ops/matrix.yaml", "{name: c, types: C, option: optional}", "{name: c, types: C, option: maybe}", "GEMM", "given 'maybe', expected one of optional, required, variadic"),
    ("ops/matrix.yaml", "because: later}", "because: latr}", "defaults", "given 'latr', expected a sentence, or one of"),
    ("ops/movement.yaml", "      - {name: x, types: T}\n      - {name: pads, types: [I64], key: PADS, attribute: pads, operand_since: 11}\n",
     "      - {name: pads, types: [I64], key: PADS, attribute: pads, operand_since: 11}\n      - {name: x, types: T}\n", "PAD", "expected value operands last"),
    ("ops/resampling.yaml", "versions_rewritten: [10]", "versions_skipped: [10]", "RESIZE", "given 'versions_skipped', 'because', expected one of"),
    ("ops/convolution.yaml", 'default: "part(shape(w), 2, rank(w))"', 'default: "part(shape(v), 2, rank(w))"', "CONV", "given 'v', expected an attribute or an operand"),
    ("ops/convolution.yaml", 'default: "part(shape(w), 2, rank(w))"', 'default: "rank(w)"', "CONV", "of kind int, expected ints"),
    ("ops/convolution.yaml", 'default: "part(shape(w), 2, rank(w))"', 'default: "STRIDES"', "CONV", "given 'STRIDES', expected an attribute or an operand"),
    ("ops/convolution.yaml", 'default: "part(shape(w), 2, rank(w))"', 'default: "open(w)"', "CONV", "given 'open(w)', expected a call of"),
    ("ops/pooling.yaml", "operation: REDUCE_MEAN", "operation: LOOP", "GLOBAL_AVERAGE_POOL", "given 'LOOP', expected an operation of ops/"),
    ("ops/pooling.yaml", "KEEPDIMS: 1}", "KEEPDIM: 1}", "GLOBAL_AVERAGE_POOL", "given 'KEEPDIM', expected one of AXES, KEEPDIMS"),
    ("ops/pooling.yaml", 'AXES: "range(2, rank(x))"', 'AXES: "rank(x)"', "GLOBAL_AVERAGE_POOL", "of kind int, expected ints"),
    ("ops/pooling.yaml", "operands: [x], attributes", "operands: [z], attributes", "GLOBAL_AVERAGE_POOL", "given 'z', expected an operand or the result of an earlier step"),
    ("ops/pooling.yaml", "operands: [x], attributes", "operands: [x, x], attributes", "GLOBAL_AVERAGE_POOL", "given 2, expected 1 to 1"),
    ("ops/pooling.yaml", "{result: y, operation", "{result: z, operation", "GLOBAL_AVERAGE_POOL", "given no step with result 'y'"),
    ("ops/activation.yaml", "{result: y, operation: DIV, operands: [x, sum]}", "{result: y, operation: SWISH, operands: [x]}", "SOFTSIGN", "given SWISH, which is composite, expected a core operation"),
    ("ops/activation.yaml", "{result: y, operation: DIV, operands: [x, sum]}", "{result: y, operation: LESS, operands: [x, sum]}", "SOFTSIGN", "given BOOL, expected F32"),
    ("ops/activation.yaml", "{result: y, operation: DIV, operands: [x, sum]}", "{result: y, operation: DIV, operands: [x, magnitude]}", "SOFTSIGN", "given 'sum', which nothing uses"),
    ("ops/activation.yaml", "operands: [above, x, {constant: 0}]", "operands: [above, above, {constant: 0}]", "THRESHOLDED_RELU", "given (BOOL, BOOL, F32), expected types that a signature of it admits"),
    ("ops/activation.yaml", "{result: bend, operation: ERF, operands: [inverse]}", "{result: bent, operation: ERF, operands: [inverse]}", "GELU", "given 'bent', which nothing uses"),
    ("ops/activation.yaml", "when: 'equal(APPROXIMATE, \"tanh\")'", "when: APPROXIMATE", "GELU", "of kind string, expected bool"),
    ("ops/statistics.yaml", "      - {result: y, operation: IDENTITY, operands: [scaled]}\n", "", "LAYER_NORMALIZATION", "only steps with 'when' for 'y'"),
    ("ops/rewrites.yaml", "  import: rewrite\n", "  import: steps\n", "DROPOUT", "given steps, expected none, or import: rewrite"),
    ("planned/control.yaml", "- name: LOOP\n", "- name: LOOP\n    id: 999\n", "LOOP", "given 999, expected none"),
    ("vocabulary.yaml", "{id: 7, name: AXES", "{id: 6, name: AXES", "attributes AXES", "given 6, expected more than 6"),
    ("vocabulary.yaml", "{id: 7, name: AXES", "{id: 7, name: AXIS", "attributes AXIS", "again, expected a name of its own"),
    ("vocabulary.yaml", "name: AXES, kind: ints", "name: AXES, kind: int", "attributes AXES", "given 'int', expected one of floats, graph, ints, string, strings"),
]


class Mistakes(unittest.TestCase):
    def test_the_catalog_is_right(self):
        self.assertTrue(catalog.read(ROOT / "api/catalog", ROOT).operations())

    def test_each_mistake_is_found(self):
        for file, old, new, record, expected in MISTAKES:
            with self.subTest(file=file, new=new), Planted(file, old, new) as root:
                with self.assertRaises(CatalogError) as raised:
                    catalog.read(root / "api/catalog", root)
                text = str(raised.exception)
                self.assertRegex(text, r"^api/catalog/\S+\.yaml:\d+: ")
                self.assertTrue(any(f": {name}: " in text or name == "" for name in record.split("|")), text)
                self.assertTrue(any(part in text for part in expected.split("|")), text)


class Expressions(unittest.TestCase):
    SCOPE = expressions.Scope({"AXIS": "int", "ALPHA": "real", "AXES": "ints"}, {"x", "b"}, {"F32"})
    VALUES = expressions.Values({"AXIS": 1, "ALPHA": 0.5, "AXES": [0, 2]}, {"x": [2, 3, 5]}, {"x": "F32"})

    def test_values(self):
        for text, kind, value in [
            ("1 / 4", "real", 0.25), ("7 // 2", "int", 3), ("-7 // 2", "int", -4), ("7 % 4", "int", 3), ("-AXIS", "int", -1), ("ALPHA * 2", "real", 1.0), ("range(AXIS, rank(x))", "ints", [1, 2]),
            ("dim(x, -1)", "int", 5), ("product(shape(x))", "int", 30), ("[dim(x, 0)] + repeat(1, 2)", "ints", [2, 1, 1]), ("remove(shape(x), AXES)", "ints", [3]),
            ("insert(shape(x), AXES, 1)", "ints", [1, 2, 1, 3, 5]), ("find([1, 3, 1], 1)", "ints", [0, 2]), ("ceil_div(7, 2)", "int", 4), ("given(b)", "bool", False),
            ("type(x)", "type", "F32"), ("reverse(range(0, 3))", "ints", [2, 1, 0]), ("max(2, dim(x, 1))", "int", 3), ("not_(given(x))", "bool", False), ("sqrt(4)", "real", 2.0),
            ("part(shape(x), 1, 3)", "ints", [3, 5]), ("count(AXES)", "int", 2), ("equal(AXIS, 1)", "bool", True), ("all(given(x), given(b))", "bool", False),
        ]:
            with self.subTest(text=text):
                node = expressions.check(text, self.SCOPE, {kind})
                self.assertEqual(expressions.value_of(node, self.VALUES), value)

    def test_refusals(self):
        for text in ["1 +", "x", "y + 1", "shape(x)[0]", "7.5 // 2", "__import__('os')", "x.y", "[x]", "rank(1)", "lambda: 1", "max(1)", "equal(1, 'a')", "AXES * 2", "given(AXIS)"]:
            with self.subTest(text=text), self.assertRaises(expressions.ExpressionError):
                expressions.check(text, self.SCOPE, {"int", "real", "ints", "bool"})


if __name__ == "__main__":
    unittest.main()
