#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenVINO 2026.4.1, Python: a result of type bf16 arrives as a NumPy array of float16 that holds the bits of bfloat16. Nothing is raised, and the numbers are
# close enough to look right: 1, 2, 3 are read as 1.875, 2, 2.125.
exec "$(dirname "$0")/lib/python" openvino==2026.4.1 onnx==1.23.2 numpy==2.4.6 ml_dtypes==0.6.0 <<'PYTHON'
import ml_dtypes
from openvino_node import *

x = np.array([1, 2, 3], ml_dtypes.bfloat16)
y = run(helper.make_node("Identity", ["x"], ["y"]), [("x", TensorProto.BFLOAT16)], [("y", TensorProto.BFLOAT16)], x)[0]
see("type", str(y.dtype), "float16")
see("1, 2, 3", y.tolist(), [1.875, 2.0, 2.125])
see("the bits as bfloat16", y.view(ml_dtypes.bfloat16).tolist(), [1.0, 2.0, 3.0])
finish()
PYTHON
