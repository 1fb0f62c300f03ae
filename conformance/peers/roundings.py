# SPDX-License-Identifier: MIT
"""How many roundings lie behind the outputs of an ONNX model: over the longest chain of nodes, products plus bias of each sum, and one per other node."""
import math
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts/lib"))
from onnx_bytes import fields, read_varint

# Field numbers of onnx.proto.
MODEL_GRAPH, GRAPH_NODE, GRAPH_INITIALIZER = 7, 1, 5
NODE_INPUT, NODE_OUTPUT, NODE_OPERATION, NODE_ATTRIBUTE = 1, 2, 4, 5
ATTRIBUTE_NAME, ATTRIBUTE_INTEGER = 1, 3
TENSOR_DIMS, TENSOR_NAME = 1, 8

EXACT = {"Constant", "Flatten", "Gather", "Identity", "MaxPool", "Concat", "Relu", "Reshape", "Shape", "Slice", "Split", "Squeeze", "Transpose", "Unsqueeze"}


def every(data, number):
    return [value for field, value in fields(data) if field == number]


def text(data, number):
    return [bytes(value).decode() for value in every(data, number)]


def dims_of(tensor):
    dims = []
    for value in every(tensor, TENSOR_DIMS):
        if isinstance(value, int):
            dims.append(value)
            continue
        at = 0
        while at < len(value):
            size, at = read_varint(value, at)
            dims.append(size)
    return dims


def integer_attribute(node, name):
    for attribute in every(node, NODE_ATTRIBUTE):
        if text(attribute, ATTRIBUTE_NAME) == [name]:
            return (every(attribute, ATTRIBUTE_INTEGER) or [0])[0]
    return 0


def of_node(node, weights):
    """Roundings of one node, whose weights (dims by tensor name) count the products of each sum."""
    operation, inputs = text(node, NODE_OPERATION)[0], text(node, NODE_INPUT)
    if operation in EXACT:
        return 0
    if operation not in ("Conv", "Gemm", "MatMul"):
        return 1
    dims = weights.get(inputs[1])
    if not dims:
        raise ValueError(f"{operation} whose second operand is no constant")
    sums = dims[0] if operation == "Conv" or integer_attribute(node, "transB") else dims[-1]
    return math.prod(dims) // sums + (len(inputs) > 2)


def behind(model):
    """Roundings on the longest chain from an input to an output of the model, given as bytes."""
    graph = every(memoryview(model), MODEL_GRAPH)[0]
    weights = {text(tensor, TENSOR_NAME)[0]: dims_of(tensor) for tensor in every(graph, GRAPH_INITIALIZER)}
    longest = {}
    for node in every(graph, GRAPH_NODE):  # makers come before users
        inputs, outputs = text(node, NODE_INPUT), text(node, NODE_OUTPUT)
        if text(node, NODE_OPERATION) == ["Reshape"] and inputs[0] in weights:
            weights[outputs[0]] = weights[inputs[0]]  # another view; the last size of a matrix stays
        count = of_node(node, weights) + max((longest.get(name, 0) for name in inputs), default=0)
        longest.update(dict.fromkeys(outputs, count))
    return max(longest.values())
