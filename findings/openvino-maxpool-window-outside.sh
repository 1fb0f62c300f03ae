#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenVINO 2026.4.1, CPU, MaxPool with ceil_mode 1. A window that would begin behind the data and its padding does not count in ONNX (node test
# maxpool_2d_ceil_output_size_reduce_by_one) and in ONNX Runtime 1.32. Here it does: for one input of 2 by 2, a kernel of 1 and strides of 2 the result is 2
# by 2, and three of its values are the lowest finite float.
# AveragePool with the same attributes leaves the windows out.
exec "$(dirname "$0")/lib/python" openvino==2026.4.1 onnx==1.23.2 numpy==2.4.6 <<'PYTHON'
from openvino_node import *

x = np.arange(1, 5, dtype=np.float32).reshape(1, 1, 2, 2)
lowest = -float(np.finfo(np.float32).max)
for operator, shape, seen in (("MaxPool", [1, 1, 2, 2], [1.0, lowest, lowest, lowest]), ("AveragePool", [1, 1, 1, 1], [1.0])):
    y = run(helper.make_node(operator, ["x"], ["y"], kernel_shape=[1, 1], strides=[2, 2], ceil_mode=1), [("x", TensorProto.FLOAT)], [("y", TensorProto.FLOAT)], x)[0]
    see(f"{operator}: shape (ONNX: [1, 1, 1, 1])", list(y.shape), shape)
    see(f"{operator}: values", y.ravel().tolist(), seen)
finish()
PYTHON
