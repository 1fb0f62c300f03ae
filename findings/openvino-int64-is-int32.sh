#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenVINO 2026.4.1, CPU, an ONNX model whose tensors are int64 at both ends. One would expect 64-bit sums, or a refusal. The sum is made of the lower 32
# bits: (2^40 + 1) + 1 is 2, and 2^31 - 1 plus 1 is negative, in a result that is still called int64.
exec "$(dirname "$0")/lib/python" openvino==2026.4.1 onnx==1.23.2 numpy==2.4.6 <<'PYTHON'
from openvino_node import *

operands, result = [("a", TensorProto.INT64), ("b", TensorProto.INT64)], [("y", TensorProto.INT64)]
one = np.array([1, 1, 1], np.int64)
y = run(helper.make_node("Add", ["a", "b"], ["y"]), operands, result, np.array([2**40 + 1, 2**31 - 1, 5], np.int64), one)[0]
see("type", str(y.dtype), "int64")
see("2^40 + 1, 2^31 - 1 and 5, each plus 1", y.tolist(), [2, -(2**31), 6])
finish()
PYTHON
