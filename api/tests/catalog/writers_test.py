#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What is generated follows the records: value operands, retired keys, moves between opsets, what the suite asks."""
import unittest

from planted import ROOT, Planted
import compare
from reader import catalog
from writer import composites, graph, header, importer, page, suite

NOTE = "Generated."


def read(root):
    return catalog.read(root / "api/catalog", root)


def rows(text, start):
    return [line.strip() for line in text.split("\n") if line.strip().startswith(start)]


class ValueOperands(unittest.TestCase):
    def test_they_are_operands(self):
        made = read(ROOT)
        tables, enums = graph.write(made, NOTE), header.write(made, NOTE)
        self.assertEqual(rows(tables, "{ACCEL_OPERATION_RESHAPE, 1"), ['{ACCEL_OPERATION_RESHAPE, 1, "Reshape", 1, 2, 1, 1,'])
        self.assertEqual(rows(tables, "{ACCEL_OPERATION_SLICE, 1"), ['{ACCEL_OPERATION_SLICE, 1, "Slice", 3, 5, 1, 1,'])
        self.assertEqual(rows(tables, "{ACCEL_OPERATION_CLIP, 1"), ['{ACCEL_OPERATION_CLIP, 1, "Clip", 1, 3, 1, 1,'])
        self.assertIn('kValuesOfPAD[] = {{"pads", ValueKind::kIntegers, 4}, {"value", ValueKind::kReal, 25}};', tables)
        self.assertRegex(enums, r"case ACCEL_ATTRIBUTE_GROUP:\n( .*:\n)* +return 2u; /\* INT \*/")
        self.assertRegex(enums, r"case ACCEL_ATTRIBUTE_STRIDES:\n( .*:\n)* +return 7u; /\* INTS \*/")
        self.assertIn("ACCEL_OPERAND_SLICE_STEPS = 4", enums)
        self.assertRegex(enums, r"case ACCEL_OPERATION_SLICE:\n( .*:\n)* +return 0x1eu >> position & 1u;")
        self.assertIn("| x, starts, ends, axes?, steps? |", page.write(made, NOTE, ""))
        read_table = importer.write(made, NOTE, *compare.load_onnx())
        self.assertIn('{"starts", 1, Option::kSingle, Use::kTensor, 1,', read_table)
        self.assertIn('{"pads", AttributeType::kInts, Use::kAttribute, ACCEL_ATTRIBUTE_CUSTOM, 1,', read_table)
        self.assertNotIn("ACCEL_ATTRIBUTE_STARTS", read_table)

    def test_keys_that_they_had_are_retired(self):
        made = read(ROOT)
        tables, enums = graph.write(made, NOTE), header.write(made, NOTE)
        for number, key in ((20, "STARTS"), (21, "ENDS"), (22, "STEPS"), (23, "SPLIT"), (24, "SHAPE"), (25, "VALUE")):
            self.assertNotIn(f"ACCEL_ATTRIBUTE_{key} ", enums + tables)
            self.assertIn(f'{{{number}, "{key}"}},', tables)
        self.assertIn(" 20, 21, 22, 23, 24, 25, ", enums)
        for kept in ("PADS = 4", "AXES = 7", "CLAMP_MIN = 16", "TO = 18"):
            self.assertIn(f"ACCEL_ATTRIBUTE_{kept}", enums)


class Importer(unittest.TestCase):
    def test_a_version_that_is_left_out_leaves_a_gap(self):
        with Planted("ops/normalization.yaml", "versions_rewritten: [1, 11], because: \"all axes from the axis on are one row: RESHAPE, SOFTMAX", "versions_refused: [11], because: \"all axes from the axis on are one row: RESHAPE, SOFTMAX") as root:
            table = importer.write(read(root), NOTE, *compare.load_onnx())
            gap = table.split("constexpr OpsetRange kSoftmaxOpsets[] = {\n")[1].split("};")[0]
            self.assertEqual(gap, "    {1, 10},\n    {13, kOpsetNewest},\n")

    def test_neighbours_that_say_the_same_are_one_row(self):
        table = importer.write(read(ROOT), NOTE, *compare.load_onnx())
        self.assertEqual(table.split("constexpr AttributeSchema kReduceMeanAttributes[]")[1].split("};")[0].count('{"keepdims", '), 1)
        softmax = table.split("constexpr AttributeSchema kSoftmaxAttributes[]")[1].split("};")[0]
        self.assertEqual(len(rows(softmax, '{"axis", AttributeType::kInt, Use::kAttribute, ACCEL_ATTRIBUTE_AXIS, -1, false, -1, 13, ')), 1)  # opset 13 is the last that changed it

    def test_an_operator_without_a_schema_is_read_as_its_record_says(self):
        mine = """
  - name: WEDGE
    id: NEXT
    onnx: {name: Wedge, domain: org.example, since: 1}
    operands:
      - {name: x, types: T}
      - {name: margin, types: T, option: optional}
    types:
      - {T: [F32]}
    attributes:
      - {key: ALPHA, default: 0.25}
    deviations:
      - {schema_absent: org.example, because: "nobody else has it"}
"""
        following = str(max(record.id for record in read(ROOT).operations()) + 1)
        with Planted("ops/activation.yaml", "operations:\n", "operations:" + mine.replace("NEXT", following)) as root:
            made = read(root)
            self.assertEqual(compare.compare(made, *compare.load_onnx())[1], [])
            table = importer.write(made, NOTE, *compare.load_onnx())
            self.assertRegex(table, r'\{"org.example", "Wedge", Form::kOperation, ACCEL_OPERATION_WEDGE, [^}]*kOrgExampleWedgeOpsets, kOrgExampleWedgeAttributes,')
            self.assertIn('{"alpha", AttributeType::kFloat, Use::kAttribute, ACCEL_ATTRIBUTE_ALPHA, -1, false, 0.25, 1, kOpsetNewest},', table)
            self.assertRegex(table, r'\{"margin", 1, Option::kOptional, Use::kTensor, 1, type_set\(\{ACCEL_TYPE_F32\}\), [^}]*1, kOpsetNewest\},')
        self.assertNotIn("QLinearAdd", importer.write(read(ROOT), NOTE, *compare.load_onnx()))


class Composites(unittest.TestCase):
    def test_every_one_can_be_a_table(self):
        made = read(ROOT)
        tables = composites.Tables(made)
        tables.operations = {record.name: record for record in made.everything()}
        tables.carried = {row["name"] for row in made.vocabulary.attributes + made.vocabulary.planned_attributes}
        composed = [record for record in made.everything() if record.decomposition]
        for record in composed:
            tables.composite(record)
        self.assertEqual(len(tables.composites), len(composed))
        self.assertEqual(len(tables.steps), sum(len(record.decomposition) for record in composed))
        self.assertTrue(any("Code::kFloorDiv" in token for token in tables.tokens))

    def test_value_operands_are_named_by_position(self):
        table = composites.write(read(ROOT), NOTE)
        self.assertIn("{Code::kOperandValue, 1, 0.0, nullptr}", table)  # Squeeze's axes
        self.assertIn("{ACCEL_ATTRIBUTE_CUSTOM, 1, ", table)            # Reshape's shape


class Suite(unittest.TestCase):
    def test_roundings_follow_the_signatures(self):
        with Planted("ops/arithmetic.yaml", "      - {quantised: true, roundings: [HALF_EVEN, TFLITE, NATURAL], T: [I8, U8]}\n", "") as root:
            row = rows(suite.write(read(root), NOTE), "{ACCEL_OPERATION_MUL")[0]
            self.assertNotIn("ROUNDING_HALF_EVEN", row)
            self.assertIn("1u << ACCEL_ROUNDING_NONE", row)
        # Bytes that are stored numbers in one signature and whole numbers in another.
        self.assertIn("1u << ACCEL_ROUNDING_NONE | 1u << ACCEL_ROUNDING_HALF_EVEN", rows(suite.write(read(ROOT), NOTE), "{ACCEL_OPERATION_ADD")[0])
        self.assertNotIn("ACCEL_ROUNDING_NONE", rows(suite.write(read(ROOT), NOTE), "{ACCEL_OPERATION_CONV")[0])


if __name__ == "__main__":
    unittest.main()
