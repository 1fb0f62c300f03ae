#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenVINO 2026.4.1, CPU: arithmetic of uint8 tensors. NumPy and ONNX Runtime wrap, as ONNX prescribes for integers. Here products, differences and even
# shifts saturate: 200 * 2 is 255, 0 - 2 is 0, and 200 shifted left by one is 255. Cast of 300 to uint8, in the same program, wraps.
exec "$(dirname "$0")/lib/python" openvino==2026.4.1 onnx==1.23.2 numpy==2.4.6 <<'PYTHON'
from openvino_node import *

operands, result = [("a", TensorProto.UINT8), ("b", TensorProto.UINT8)], [("y", TensorProto.UINT8)]
for what, node, a, b, seen in (("200 * 2, 16 * 16, 3 * 3", helper.make_node("Mul", ["a", "b"], ["y"]), [200, 16, 3], [2, 16, 3], [255, 255, 9]),
                               ("0 - 2, 16 - 17, 3 - 3", helper.make_node("Sub", ["a", "b"], ["y"]), [0, 16, 3], [2, 17, 3], [0, 0, 0]),
                               ("200 << 1, 129 << 4, 1 << 1", helper.make_node("BitShift", ["a", "b"], ["y"], direction="LEFT"), [200, 129, 1], [1, 4, 1], [255, 255, 2])):
    see(what, run(node, operands, result, np.array(a, np.uint8), np.array(b, np.uint8))[0].tolist(), seen)
y = run(helper.make_node("Cast", ["a"], ["y"], to=TensorProto.UINT8), [("a", TensorProto.FLOAT)], result, np.array([300, 7, 255], np.float32))[0]
see("Cast of 300, 7, 255", y.tolist(), [44, 7, 255])
finish()
PYTHON
