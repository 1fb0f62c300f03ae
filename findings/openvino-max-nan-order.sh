#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenVINO 2026.4.1, CPU: Max and Min of two tensors with a NaN. One would expect NaN whichever operand it is in (ONNX Runtime), or the number (IEEE 754
# maximumNumber). Here the second operand decides: Max(NaN, 1) is 1, Max(1, NaN) is NaN. Relu of NaN is 0.
exec "$(dirname "$0")/lib/python" openvino==2026.4.1 onnx==1.23.2 numpy==2.4.6 <<'PYTHON'
from openvino_node import *

operands, result = [("a", TensorProto.FLOAT), ("b", TensorProto.FLOAT)], [("y", TensorProto.FLOAT)]
for operator in ("Max", "Min"):
    y = run(helper.make_node(operator, ["a", "b"], ["y"]), operands, result, np.array([np.nan, 1], np.float32), np.array([1, np.nan], np.float32))[0]
    see(f"{operator}(NaN, 1), {operator}(1, NaN)", [str(v) for v in y.tolist()], ["1.0", "nan"])
see("Relu(NaN)", [str(v) for v in run(helper.make_node("Relu", ["a"], ["y"]), operands[:1], result, np.array([np.nan], np.float32))[0].tolist()], ["0.0"])
finish()
PYTHON
