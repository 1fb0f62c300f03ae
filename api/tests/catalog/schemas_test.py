#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every record agrees with the recorded schemas of onnx 1.23.2, and with Debian's for its opsets, but for deviations that the record gives with their reasons.

Usage: schemas_test.py            compare, and see planted mistakes found
       schemas_test.py --list     print every deviation with its reason
"""
import collections
import pathlib
import re
import sys
import unittest

from planted import ROOT, Planted
import compare
from reader import catalog
from writer.importer import FAMILIES

PLANTED = [   # file, text, text in its place, record, difference that must be found
    ("ops/convolution.yaml", "{key: GROUP, default: 1}", "{key: GROUP, default: 2}", "CONV", "unexplained default_differs GROUP: opset 1: 'group' is 1 when absent, GROUP is 2"),
    ("ops/convolution.yaml", "option: optional", "option: required", "CONV", "unexplained option_differs b: opset 1: 'B' is optional, 'b' is required"),
    ("ops/rewrites.yaml", "      - {attribute_resolved: auto_pad, into: PADS, because: window}\n", "", "QLINEAR_CONV", "unexplained attribute_refused auto_pad"),
    ("ops/convolution.yaml", "types_absent: [half, double]", "types_absent: [half]", "CONV", "unexplained types_absent double"),
    ("ops/convolution.yaml", "types_absent: [half, double]", "types_absent: [half, double, words]", "CONV", "given words, expected one that the schemas show"),
    ("ops/rewrites.yaml", "attribute_resolved: auto_pad", "attribute_resolved: [auto_pad, padding]", "QLINEAR_CONV", "given padding, expected one that the schemas show"),
    ("ops/convolution.yaml", "name: Conv,", "name: Convolution,", "CONV", "unexplained schema_absent ai.onnx"),
    ("ops/resampling.yaml", "versions_rewritten: [10],", "versions_rewritten: [11],", "RESIZE", "unexplained versions_refused 10"),
    ("ops/conversion.yaml", "onnx: {name: Cast, since: 1}", "onnx: {name: Cast, since: 6}", "CAST", "unexplained versions_refused 1"),
    ("ops/conversion.yaml", "      - {attribute_converted: to, because: \"ONNX numbers element types in its own order, and names them below opset 6\"}\n", "", "CAST", "unexplained attribute_kind TO"),
    ("ops/matrix.yaml", "attribute_ignored: broadcast,", "attribute_ignored: axis,", "GEMM", "unexplained attribute_refused broadcast"),
    ("ops/matrix.yaml", "{key: TRANS_A, default: 0}", "{key: TRANS_A, required: true}", "GEMM", "unexplained attribute_required TRANS_A"),
    ("ops/matrix.yaml", "      - {key: BETA, default: 1.0}\n", "", "GEMM", "unexplained attribute_refused beta"),
    ("ops/matrix.yaml", "      - {key: TRANS_B, default: 0}\n", "      - {key: TRANS_B, default: 0}\n      - {key: AXIS, default: 0}\n", "GEMM", "unexplained attribute_added AXIS"),
    ("ops/reduction.yaml", "operand_since: 18", "operand_since: 13", "REDUCE_MEAN", "opset 13: no input 1; the record has 'axes' since opset 13"),
    ("ops/reduction.yaml", "attribute: axes, operand_since: 18, ", "", "REDUCE_MEAN", "unexplained attribute_refused axes"),
    ("ops/movement.yaml", "key: STEPS, option: optional, operand_since: 10,", "key: STEPS, option: optional,", "SLICE", "unexplained operand_since steps"),
    ("ops/movement.yaml", "types: [I64], key: PADS", "types: [I32], key: PADS", "PAD", "unexplained types_added int32"),
    ("ops/normalization.yaml", "{1: 1, 13: -1}", "{1: 1, 11: -1}", "SOFTMAX", "opset 11: 'axis' is 1 when absent, AXIS is -1"),
    ("ops/normalization.yaml", "versions_rewritten: [1, 11]", "versions_rewritten: [1, 12]", "SOFTMAX", "given 12, expected one that the schemas show"),
    ("ops/pooling.yaml", "      - {result_refused: Indices, because: \"positions of maxima serve MaxUnpool, which is not in the catalog\"}\n", "", "MAX_POOL", "unexplained result_refused Indices"),
    ("ops/pooling.yaml", '{key: DILATIONS, default: "repeat(1, rank(x) - 2)", since: 10}', '{key: DILATIONS, default: "repeat(1, rank(x) - 2)"}', "MAX_POOL", "dilations is there since opset 10"),
    ("ops/rewrites.yaml", "{schema_absent: com.microsoft, because", "{schema_absent: com.intel, because", "QLINEAR_ADD", "unexplained schema_absent com.microsoft"),
    ("ops/elementwise.yaml", "class: approx\n", "class: approx\n  revision: 1\n  doc: ''\n  attributes: [{key: ALPHA, default: 0.5}]\n", "ABS", "unexplained attribute_added ALPHA"),
    ("ops/activation.yaml", "  deviations:\n    - {attribute_ignored: consumed_inputs, because: consumed}", "  deviations:\n    - {result_refused: Mask, because: consumed}\n    - {attribute_ignored: consumed_inputs, because: consumed}", "defaults", "given Mask, expected one that a record of the family needs"),
]


class Schemas(unittest.TestCase):
    def setUp(self):
        self.catalog = catalog.read(ROOT / "api/catalog", ROOT)

    def test_records_agree_with_onnx(self):
        source, schemas = compare.load_onnx()
        rows, wrong = compare.compare(self.catalog, source, schemas)
        self.assertEqual(wrong, [])
        self.assertEqual(len(rows), len(self.catalog.everything()))

    def test_records_agree_with_debian(self):
        source, schemas = compare.load_debian()
        rows, wrong = compare.compare(self.catalog, source, schemas)
        self.assertEqual(wrong, [])
        self.assertGreater(len(rows), 80)

    def test_planted_mistakes_are_found(self):
        source, schemas = compare.load_onnx()
        for file, old, new, record, expected in PLANTED:
            with self.subTest(file=file, new=new), Planted(file, old, new) as root:
                _, wrong = compare.compare(catalog.read(root / "api/catalog", root), source, schemas)
                found = [text for text in wrong if f": {record}: " in text and expected in text]
                self.assertTrue(found, wrong)
                self.assertRegex(found[0], r"^api/catalog/\S+\.yaml:\d+: ")


class Recorded(unittest.TestCase):
    """The recorded files are whole: what they say about themselves holds."""

    def test_onnx(self):
        source, schemas = compare.load_onnx()
        rows = [row for versions in schemas.values() for row in versions]
        self.assertEqual((source["version"], source["licence"], source["opsets"]), ("1.23.2", "Apache-2.0", {"ai.onnx": 28, "ai.onnx.ml": 5}))
        self.assertEqual(collections.Counter(row["domain"] for row in rows), {"ai.onnx": 629, "ai.onnx.ml": 25})
        self.assertEqual(len({(row["domain"], row["name"], row["since"]) for row in rows}), len(rows))
        self.assertLessEqual(max(row["since"] for row in rows), 28)

    def test_debian(self):
        source, _ = compare.load_debian()
        self.assertEqual(source["opsets"], {"ai.onnx": 17, "ai.onnx.ml": 3})

    def test_one_version_is_one_line_without_prose(self):
        for name in ("onnx-1.23.2.json", "debian-12-onnx-1.12.json"):
            text = (ROOT / "api/catalog/schemas" / name).read_text()
            self.assertNotIn('"doc"', text)
            self.assertNotIn("description\"", text)
            for line in text.split("\n")[2:-2]:
                self.assertRegex(line, r'^\{"domain":"[a-z.]+","name":"\w+","since":\d+,.*\},?$')


class Importer(unittest.TestCase):
    """The importer's table and the records in ops/ name the same operators."""

    def test_same_operators(self):
        table = (ROOT / "runtime/importers/onnx/ops/table.cpp").read_text()
        importer = {(domain or "ai.onnx", name) for domain, name in re.findall(r'\{"([\w.]*)", "(\w+)", ops::', table)}
        records = catalog.read(ROOT / "api/catalog", ROOT).records
        read_by_record = {(record.domain, record.onnx) for record in records if record.id and record.shape in FAMILIES}
        self.assertEqual(importer | read_by_record, {(record.domain, record.onnx) for record in records})


def print_deviations():
    read = catalog.read(ROOT / "api/catalog", ROOT)
    rows, _ = compare.compare(read, *compare.load_onnx())
    for record, found in rows:
        grouped = {}
        for difference in found:
            grouped.setdefault((difference.kind, difference.because), []).append(str(difference.subject))
        for (kind, because), subjects in grouped.items():
            print(f"{'planned ' if record.planned else ''}{record.name}: {kind}: {', '.join(subjects)}: {because or 'UNEXPLAINED'}")


if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        print_deviations()
    else:
        unittest.main()
