#!/bin/sh
# SPDX-License-Identifier: MIT
# onnx 1.23.2, reference evaluator, LSTM and GRU with `activations`. The attribute is not heeded: whatever functions it names, the results are those of Sigmoid and Tanh, without a word; ONNX Runtime 1.32.0
# heeds it. So the evaluator is no judge of cells with other functions. RNN heeds it, and refuses what it does not know.
exec "$(dirname "$0")/lib/python" onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6 <<'PYTHON'
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

onnxruntime.set_default_logger_severity(3)
print("onnx", onnx.__version__)
wrong = 0
for operator, gates, more in (("LSTM", 4, ["Tanh"]), ("GRU", 3, [])):
    results = {}
    for second in ("Tanh", "Elu", "Softsign"):
        node = helper.make_node(operator, ["x", "w", "r"], ["y"], hidden_size=1, activations=["Sigmoid", second, *more])
        feeds = {"x": np.full((1, 1, 1), 0.5, np.float32), "w": np.ones((1, gates, 1), np.float32), "r": np.zeros((1, gates, 1), np.float32)}
        ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, value.shape) for name, value in feeds.items()]
        graph = helper.make_graph([node], "g", ends, [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
        peer = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, feeds)[0].ravel()[0]
        results[second] = (float(ReferenceEvaluator(model).run(None, feeds)[0].ravel()[0]), float(peer))
        print(operator, second, "reference:", results[second][0], "; ONNX Runtime:", results[second][1])
    wrong += len({reference for reference, _ in results.values()}) != 1 or len({peer for _, peer in results.values()}) != 3
raise SystemExit(wrong != 0)
PYTHON
