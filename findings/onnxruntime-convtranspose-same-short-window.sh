#!/bin/sh
# SPDX-License-Identifier: MIT
# ONNX Runtime 1.32.0, CPU, ConvTranspose with auto_pad SAME_UPPER or SAME_LOWER. ONNX: the result has length * stride positions, which its reference evaluator gives. Where the window is shorter than the
# stride ONNX Runtime leaves the last stride - window positions out; with an equal or longer window both agree.
exec "$(dirname "$0")/lib/python" onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6 <<'PYTHON'
import numpy as np
import onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

print("onnxruntime", onnxruntime.__version__)
x = np.ones((1, 1, 4), np.float32)
wrong = 0
for auto_pad in ("SAME_UPPER", "SAME_LOWER"):
    for window, stride in ((1, 2), (1, 3), (2, 3), (2, 2), (3, 2)):
        node = helper.make_node("ConvTranspose", ["x", "w"], ["y"], auto_pad=auto_pad, strides=[stride])
        ends = [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape), helper.make_tensor_value_info("w", TensorProto.FLOAT, (1, 1, window))]
        graph = helper.make_graph([node], "g", ends, [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=8)
        feeds = {"x": x, "w": np.ones((1, 1, window), np.float32)}
        got = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, feeds)[0].size
        reference = ReferenceEvaluator(model).run(None, feeds)[0].size
        print(auto_pad, "window", window, "stride", stride, "of 4 positions:", got, "; ONNX's reference:", reference)
        wrong += reference != 4 * stride or got != 4 * stride - max(0, stride - window)
raise SystemExit(wrong != 0)
PYTHON
