#!/bin/sh
# SPDX-License-Identifier: MIT
# ONNX Runtime 1.32.0, CPU, RNN and GRU with the activation Softplus. log(1 + exp(200)) is 200, which ONNX Runtime's own operator Softplus gives; the cells take exp first: RNN gives infinity, and GRU, which
# multiplies it by what its update gate leaves, 0, gives NaN where 0 is right.
exec "$(dirname "$0")/lib/python" onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6 <<'PYTHON'
import numpy as np
import onnxruntime
from onnx import TensorProto, helper

onnxruntime.set_default_logger_severity(3)


def run(node, **feeds):
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, value.shape) for name, value in feeds.items()]
    graph = helper.make_graph([node], "g", ends, [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    return float(onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, feeds)[0].ravel()[0])


def cell(operator, gates, activations):
    node = helper.make_node(operator, ["x", "w", "r"], ["y"], hidden_size=1, activations=activations)
    return run(node, x=np.full((1, 1, 1), 200, np.float32), w=np.ones((1, gates, 1), np.float32), r=np.zeros((1, gates, 1), np.float32))


plain = run(helper.make_node("Softplus", ["x"], ["y"]), x=np.full(1, 200, np.float32))
rnn, gru = cell("RNN", 1, ["Softplus"]), cell("GRU", 3, ["Sigmoid", "Softplus"])
print("onnxruntime", onnxruntime.__version__)
print("Softplus of 200:", plain, "; in an RNN:", rnn, "; in a GRU whose update gate is 1:", gru)
raise SystemExit(plain != 200 or rnn != float("inf") or not np.isnan(gru))
PYTHON
