# SPDX-License-Identifier: MIT
"""Writes the trained network as a float32 ONNX model."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import network

OPSET = 17
IR_VERSION = 8  # the one that belongs to opset 17


def operator(node, sources, output):
    """The ONNX node for `node`, reading `sources` (data first, then constants)."""
    attributes = {}
    if node.op == "Conv":
        margin = node.kernel // 2
        attributes = {"kernel_shape": [node.kernel] * 2, "pads": [margin] * 4, "group": node.group}
    elif node.op == "MaxPool":
        attributes = {"kernel_shape": [node.kernel] * 2, "strides": [node.stride] * 2}
    elif node.op == "Gemm":
        attributes = {"transB": 1}
    return helper.make_node(node.op, sources, [output], name=node.name, **attributes)


def constant_inputs(node):
    """Names of the constants, other than weights, that the node reads."""
    return {"Clip": ["clip_min", "clip_max"], "Reshape": ["flat_shape"]}.get(node.op, [])


def shared_constants():
    features = network.NODES[-1].weight_shape[1]
    return [
        numpy_helper.from_array(np.float32(0), "clip_min"),
        numpy_helper.from_array(np.float32(network.CLIP_MAX), "clip_max"),
        numpy_helper.from_array(np.array([1, features], np.int64), "flat_shape"),
    ]


def save(path, nodes, constants, image_type=TensorProto.FLOAT):
    """Checks the graph from 'image' to 'probabilities' and writes it."""
    image = helper.make_tensor_value_info("image", image_type, [1, 1, 8, 8])
    result = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [1, network.CLASSES])
    graph = helper.make_graph(nodes, path.stem, [image], [result], constants)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION,
        producer_name="digits")
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))


def write(path, parameters):
    nodes, constants = [], shared_constants()
    for node in network.NODES:
        sources = [*node.inputs, *constant_inputs(node)]
        if node.name in parameters:
            for value, suffix in zip(parameters[node.name], ("weight", "bias")):
                constants.append(numpy_helper.from_array(value, f"{node.name}_{suffix}"))
                sources.append(f"{node.name}_{suffix}")
        nodes.append(operator(node, sources, node.name))
    last = network.NODES[-1].name
    nodes.append(helper.make_node("Softmax", [last], ["probabilities"], name="softmax", axis=1))
    save(path, nodes, constants)
