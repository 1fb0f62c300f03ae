# SPDX-License-Identifier: MIT
"""Operations of the catalog as ONNX models: one node, or the steps of a decomposition for given shapes and attributes. Needs the Python package onnx."""
import ml_dtypes
import numpy
from onnx import TensorProto, helper, numpy_helper

from reader import expressions
from reader.expressions import Scope, Values

NUMPY = {
    "F32": numpy.float32, "F16": numpy.float16, "F64": numpy.float64, "BF16": ml_dtypes.bfloat16, "BOOL": numpy.bool_,
    "I8": numpy.int8, "I16": numpy.int16, "I32": numpy.int32, "I64": numpy.int64, "U8": numpy.uint8, "U16": numpy.uint16, "U32": numpy.uint32, "U64": numpy.uint64,
    "F8E4M3FN": ml_dtypes.float8_e4m3fn, "F8E4M3FNUZ": ml_dtypes.float8_e4m3fnuz, "F8E5M2": ml_dtypes.float8_e5m2, "F8E5M2FNUZ": ml_dtypes.float8_e5m2fnuz, "F8E8M0": ml_dtypes.float8_e8m0fnu,
    "F4E2M1": ml_dtypes.float4_e2m1fn, "I4": ml_dtypes.int4, "U4": ml_dtypes.uint4, "I2": ml_dtypes.int2, "U2": ml_dtypes.uint2,
}
OPSET, OPSET_ML, IR = 28, 5, 14


def onnx_type(name):
    return helper.np_dtype_to_tensor_dtype(numpy.dtype(NUMPY[name]))


class Builder:
    """Nodes and constants of one model."""

    def __init__(self, operations, words):
        self.operations, self.words = operations, words
        self.nodes, self.constants, self.hidden = [], [], 0

    def constant(self, values, kind):
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(numpy.array(values, NUMPY[kind]), name))
        return name

    def add(self, record, operands, attributes, results, kind):
        """A node of the record's ONNX operator; values holds plain values by attribute key."""
        inputs = {operand.at: name or "" for operand, name in zip(record.tensors(), operands)}
        if any(o.option == "variadic" for o in record.tensors()):
            inputs = dict(enumerate(operands))
        for operand in record.values():
            if attributes.get(operand.key) is not None:
                inputs[operand.at] = self.constant(attributes[operand.key], kind if isinstance(operand.types, str) else operand.types[-1])
        names = [inputs.get(i, "") for i in range(max(inputs, default=-1) + 1)]
        given = {a.onnx: onnx_type(attributes[a.key]) if a.key == "TO" else attributes[a.key] for a in record.attributes if attributes.get(a.key) is not None}
        self.nodes.append(helper.make_node(record.onnx, names, results, domain="" if record.domain == "ai.onnx" else record.domain, **given))

    def model(self, inputs, outputs):
        """inputs: name, (type, shape); outputs: names, their types found by whoever runs the model."""
        values = [helper.make_tensor_value_info(name, onnx_type(kind), shape) for name, (kind, shape) in inputs.items()]
        made = [helper.make_tensor_value_info(name, onnx_type(kind), None) for name, kind in outputs.items()]
        graph = helper.make_graph(self.nodes, "composite", values, made, self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", OPSET_ML)], ir_version=IR)


def whole_attributes(record, given, values, words):
    """Every attribute with its value: as given, or the record's default computed for the operands' shapes."""
    made = {}
    scope_values = Values(made, values.shapes, values.types)
    defaults = {a.key: a.default for a in record.attributes} | {o.key: o.default for o in record.values()}
    for key, default in defaults.items():
        made[key] = given.get(key)
        if made[key] is None and default is not None:
            if isinstance(default, dict):
                default = default[max(default)]
            text = isinstance(default, str) and words.attribute(key)["kind"] != "string"
            made[key] = expressions.value_of(expressions.parse(default), scope_values) if text else default
    first = record.tensors()[0].name
    if isinstance(made.get("AXIS"), int) and made["AXIS"] < 0:
        made["AXIS"] += len(values.shapes[first])
    if isinstance(made.get("AXES"), list):
        extra = len(made["AXES"]) if record.name == "UNSQUEEZE" else 0
        made["AXES"] = [a + len(values.shapes[first]) + extra if a < 0 else a for a in made["AXES"]]
    return made


def called_attributes(step, called, values, words):
    made = {}
    for key, text in step.attributes.items():
        made[key] = expressions.value_of(expressions.parse(text), values)
        if words.attribute(key)["kind"] == "floats":
            made[key] = [float(one) for one in made[key]] if isinstance(made[key], list) else float(made[key])
    return made


def decomposed(record, operations, words, inputs, given, outputs):
    """The decomposition as a model. inputs: name, (type, shape) of the operands that are given; given: attributes; outputs: name, type."""
    builder = Builder(operations, words)
    values = Values({}, {name: shape for name, (_, shape) in inputs.items()}, {name: kind for name, (kind, _) in inputs.items()})
    values.attributes = whole_attributes(record, given, values, words)
    done = set()
    for step in record.decomposition:
        if set(step.results) <= done or (step.when and not expressions.value_of(expressions.parse(step.when), values)):
            continue
        operands = []
        for operand in step.operands:
            if isinstance(operand, dict):
                kind = values.types.get(operand.get("like") or record.tensors()[0].name, "F32")
                operand = builder.constant(expressions.value_of(expressions.parse(operand["constant"]), values), kind)
            operands.append(operand if operand is None or operand in done or operand in inputs or operand.startswith("constant") else None)
        called = operations[step.operation]
        builder.add(called, operands, called_attributes(step, called, values, words), step.results, values.types[record.tensors()[0].name])
        values.types.update({name: result.types[0] for name, result in zip(step.results, called.results) if isinstance(result.types, list) and len(result.types) == 1})
        done |= set(step.results)
    return builder.model(inputs, outputs)


def direct(record, operations, words, inputs, given, outputs):
    """The record's own operator as a model of one node."""
    builder = Builder(operations, words)
    operands = [o.name if o.name in inputs else None for o in record.tensors()]
    builder.add(record, operands, given, list(outputs), inputs[record.tensors()[0].name][0])
    return builder.model(inputs, outputs)


__all__ = ["Builder", "NUMPY", "Scope", "TensorProto", "decomposed", "direct", "onnx_type", "whole_attributes"]
