#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenVINO 2026.4.1, CPU: Max and Min of two tensors with a NaN. One would expect NaN whichever operand it is in (ONNX Runtime), or the number (IEEE 754
# maximumNumber). Here the second operand decides: Max(NaN, 1) is 1, Max(1, NaN) is NaN. Relu of NaN is 0.
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
operands, result = [("a", TensorProto.FLOAT), ("b", TensorProto.FLOAT)], [("y", TensorProto.FLOAT)]
for operator in ("Max", "Min"):
    y = run(helper.make_node(operator, ["a", "b"], ["y"]), operands, result, np.array([np.nan, 1], np.float32), np.array([1, np.nan], np.float32))[0]
    see(f"{operator}(NaN, 1), {operator}(1, NaN)", [str(v) for v in y.tolist()], ["1.0", "nan"])
see("Relu(NaN)", [str(v) for v in run(helper.make_node("Relu", ["a"], ["y"]), operands[:1], result, np.array([np.nan], np.float32))[0].tolist()], ["0.0"])
raise SystemExit(changed != 0)
PYTHON
