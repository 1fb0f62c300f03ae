#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenVINO 2026.4.1, CPU, QuantizeLinear to uint8. ONNX rounds x / scale, ties to even, and then adds the zero point. Here the zero point is added first, so
# with an odd one every tie goes the other way: 0.5, 1.5 and 2.5 less their zero point come out as 0, 2, 2 where it is even, and as 1, 1, 3 where it is odd.
exec "$(dirname "$0")/lib/python" openvino==2026.4.1 onnx==1.23.2 numpy==2.4.6 <<'PYTHON'
from openvino_node import *

for zero_point, seen in ((2, [0, 2, 2, 0]), (1, [1, 1, 3, -1])):
    y = run(helper.make_node("QuantizeLinear", ["x", "scale", "zero_point"], ["y"]), [("x", TensorProto.FLOAT)], [("y", TensorProto.UINT8)], np.array([0.5, 1.5, 2.5, -0.5], np.float32),
            constants=[("scale", np.array(1, np.float32)), ("zero_point", np.array(zero_point, np.uint8))])[0]
    see(f"0.5, 1.5, 2.5, -0.5 with zero point {zero_point}, less it", (y.astype(int) - zero_point).tolist(), seen)
finish()
PYTHON
