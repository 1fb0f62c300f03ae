#!/bin/sh
# SPDX-License-Identifier: MIT
# ONNX Runtime 1.32.0, CPU, MaxUnpool with output_shape. The indices are flat positions; ONNX counts them in the tensor without output_shape (4 by 4 here) and then places that in the larger one;
# ONNX's node test maxunpool_export_with_output_shape has it so. ONNX Runtime counts in the larger tensor: the same values, in other places.
exec "$(dirname "$0")/lib/python" onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6 <<'PYTHON'
import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

values, indices, shape = np.array([5, 6, 7, 8], np.float32).reshape(1, 1, 2, 2), np.array([5, 7, 13, 15], np.int64).reshape(1, 1, 2, 2), np.array([1, 1, 5, 5], np.int64)
node = helper.make_node("MaxUnpool", ["x", "indices", "shape"], ["y"], kernel_shape=[2, 2], strides=[2, 2])
graph = helper.make_graph([node], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, values.shape), helper.make_tensor_value_info("indices", TensorProto.INT64, indices.shape)],
                          [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], [numpy_helper.from_array(shape, "shape")])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
got = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, {"x": values, "indices": indices})[0]
places = [(int(i[2]), int(i[3]), float(got[tuple(i)])) for i in np.argwhere(got)]
counted_in = {length: [(int(i) // length, int(i) % length, float(v)) for i, v in zip(indices.ravel(), values.ravel())] for length in (4, 5)}
print("onnxruntime", onnxruntime.__version__)
print("(row, column, value):", places, "; ONNX's test has", counted_in[4])
raise SystemExit(places != counted_in[5])
PYTHON
