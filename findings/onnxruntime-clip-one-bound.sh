#!/bin/sh
# SPDX-License-Identifier: MIT
# ONNX Runtime 1.32.0, CPU, Clip of f32. With a lower bound alone one would expect what lies above it to pass, as Relu lets it. Infinity comes out as the largest finite number:
# the bound that is absent is taken as that. Relu of the same value keeps infinity, so "Clip with min 0" and Relu differ.
exec "$(dirname "$0")/lib/python" onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6 <<'PYTHON'
import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper


def run(node, *constants):
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2])], [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2])], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": np.array([np.inf, -np.inf], np.float32)})[0].tolist()


zero = numpy_helper.from_array(np.array(0, np.float32), "zero")
largest = float(np.finfo(np.float32).max)
print("onnxruntime", onnxruntime.__version__)
wrong = 0
for name, node, constants, seen in (("Clip, min 0", helper.make_node("Clip", ["x", "zero"], ["y"]), [zero], [largest, 0]),
                                    ("Clip, max 0", helper.make_node("Clip", ["x", "", "zero"], ["y"]), [zero], [0, -largest]),
                                    ("Relu", helper.make_node("Relu", ["x"], ["y"]), [], [np.inf, 0])):
    got = run(node, *constants)
    wrong += got != seen
    print(f"{name}: inf, -inf ->", got, "" if got == seen else f"(was {seen})")
raise SystemExit(wrong != 0)
PYTHON
