#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenVINO 2026.4.1, Python: a result of type bf16 arrives as a NumPy array of float16 that holds the bits of bfloat16. Nothing is raised, and the numbers are
# close enough to look right: 1, 2, 3 are read as 1.875, 2, 2.125.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet openvino==2026.4.1 onnx==1.23.2 numpy==2.4.6 ml_dtypes==0.6.0
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import openvino
from onnx import TensorProto, helper, numpy_helper
import ml_dtypes


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
x = np.array([1, 2, 3], ml_dtypes.bfloat16)
y = run(helper.make_node("Identity", ["x"], ["y"]), [("x", TensorProto.BFLOAT16)], [("y", TensorProto.BFLOAT16)], x)[0]
see("type", str(y.dtype), "float16")
see("1, 2, 3", y.tolist(), [1.875, 2.0, 2.125])
see("the bits as bfloat16", y.view(ml_dtypes.bfloat16).tolist(), [1.0, 2.0, 3.0])
raise SystemExit(changed != 0)
PYTHON
