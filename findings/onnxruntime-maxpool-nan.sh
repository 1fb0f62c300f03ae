#!/bin/sh
# SPDX-License-Identifier: MIT
# ONNX Runtime 1.32.0, CPU, MaxPool of f32. One would expect a NaN in a window either to come out always or never. It comes out when it lies last and is lost when it lies first
# in the window. A window of nothing but -infinity gives the lowest finite number, which is none of its elements.
exec "$(dirname "$0")/lib/python" onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6 <<'PYTHON'
import numpy as np
import onnxruntime
from onnx import TensorProto, helper

graph = helper.make_graph([helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[1, 4])], "g",
                          [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 1, 4])], [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1, 1, 1])])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
nan, inf, lowest = np.nan, np.inf, float(np.finfo(np.float32).min)
print("onnxruntime", onnxruntime.__version__)
wrong = 0
for window, seen in (([nan, 1, 2, 3], 3), ([1, 2, 3, nan], nan), ([-inf] * 4, lowest)):
    got = float(session.run(None, {"x": np.array(window, np.float32).reshape(1, 1, 1, 4)})[0].item())
    same = got == seen or (np.isnan(got) and np.isnan(seen))
    wrong += not same
    print(window, "->", got, "" if same else f"(was {seen})")
raise SystemExit(wrong != 0)
PYTHON
