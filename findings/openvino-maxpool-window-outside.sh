#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenVINO 2026.4.1, CPU, MaxPool with ceil_mode 1. A window that would begin behind the data and its padding does not count in ONNX (node test
# maxpool_2d_ceil_output_size_reduce_by_one) and in ONNX Runtime 1.32. Here it does: for one input of 2 by 2, a kernel of 1 and strides of 2 the result is 2
# by 2, and three of its values are the lowest finite float.
# AveragePool with the same attributes leaves the windows out.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet openvino==2026.4.1 onnx==1.23.2 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import openvino
from onnx import TensorProto, helper, numpy_helper


def run(node, inputs, outputs, *values, constants=(), opset=22):
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info(name, kind, value.shape) for (name, kind), value in zip(inputs, values)],
                              [helper.make_tensor_value_info(name, kind, None) for name, kind in outputs], [numpy_helper.from_array(v, n) for n, v in constants])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)
    core = openvino.Core()
    core.set_property("CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    compiled = core.compile_model(core.read_model(model.SerializeToString()), "CPU")
    results = compiled(list(values))
    return [results[output] for output in compiled.outputs]


changed = 0


def see(what, got, seen):
    global changed
    changed += got != seen
    print(f"{what}: {got}", "" if got == seen else f"(was {seen})")


print("openvino", openvino.get_version())
x = np.arange(1, 5, dtype=np.float32).reshape(1, 1, 2, 2)
lowest = -float(np.finfo(np.float32).max)
for operator, shape, seen in (("MaxPool", [1, 1, 2, 2], [1.0, lowest, lowest, lowest]), ("AveragePool", [1, 1, 1, 1], [1.0])):
    y = run(helper.make_node(operator, ["x"], ["y"], kernel_shape=[1, 1], strides=[2, 2], ceil_mode=1), [("x", TensorProto.FLOAT)], [("y", TensorProto.FLOAT)], x)[0]
    see(f"{operator}: shape (ONNX: [1, 1, 1, 1])", list(y.shape), shape)
    see(f"{operator}: values", y.ravel().tolist(), seen)
raise SystemExit(changed != 0)
PYTHON
