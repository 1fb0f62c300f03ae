#!/bin/sh
# SPDX-License-Identifier: MIT
# ONNX Runtime 1.32.0, CPU, Resize with scales and align_corners. ONNX computes the coordinates with the exact length, 4 * 0.6 = 2.4, and its own node test says so
# (resize_downsample_scales_linear_align_corners); the length of the result is 2. ONNX Runtime takes 2, so the last value is the corner itself. "Aligned corners" holds here, not in ONNX.
# OpenVINO 2026.4.1 and IREE 3.13.0 were seen to give the same as ONNX Runtime.
exec "$(dirname "$0")/lib/python" onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6 <<'PYTHON'
import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

x = np.arange(1, 9, dtype=np.float32).reshape(1, 1, 2, 4)
scales = numpy_helper.from_array(np.array([1, 1, 0.6, 0.6], np.float32), "scales")
node = helper.make_node("Resize", ["x", "", "scales"], ["y"], mode="linear", coordinate_transformation_mode="align_corners")
graph = helper.make_graph([node], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)], [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], [scales])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)
got = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, {"x": x})[0].ravel().tolist()
reference = ReferenceEvaluator(model).run(None, {"x": x})[0].ravel().tolist()
print("onnxruntime", onnxruntime.__version__)
print("1, 2, 3, 4 and below, times 0.6:", got, "; ONNX's reference:", reference)
raise SystemExit(got != [1.0, 4.0] or not np.allclose(reference, [1, 22 / 7]))
PYTHON
