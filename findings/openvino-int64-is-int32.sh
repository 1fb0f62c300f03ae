#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenVINO 2026.4.1, CPU, an ONNX model whose tensors are int64 at both ends. One would expect 64-bit sums, or a refusal. The sum is made of the lower 32
# bits: (2^40 + 1) + 1 is 2, and 2^31 - 1 plus 1 is negative, in a result that is still called int64.
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
operands, result = [("a", TensorProto.INT64), ("b", TensorProto.INT64)], [("y", TensorProto.INT64)]
one = np.array([1, 1, 1], np.int64)
y = run(helper.make_node("Add", ["a", "b"], ["y"]), operands, result, np.array([2**40 + 1, 2**31 - 1, 5], np.int64), one)[0]
see("type", str(y.dtype), "int64")
see("2^40 + 1, 2^31 - 1 and 5, each plus 1", y.tolist(), [2, -(2**31), 6])
raise SystemExit(changed != 0)
PYTHON
