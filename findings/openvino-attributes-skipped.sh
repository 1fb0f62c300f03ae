#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenVINO 2026.4.1 reads ONNX attributes that it does not implement without a word: the model compiles, and computes something else. ONNX Runtime 1.32
# refuses the first, by name. RNN with layout 1 takes the batch for the sequence, so even the shape is another; Resize with keep_aspect_ratio_policy
# stretches; Resize with antialias does not filter.
exec "$(dirname "$0")/lib/python" openvino==2026.4.1 onnx==1.23.2 numpy==2.4.6 <<'PYTHON'
from openvino_node import *

rng = np.random.default_rng(1)
weights = [("w", rng.normal(size=(1, 4, 2)).astype(np.float32)), ("r", rng.normal(size=(1, 4, 4)).astype(np.float32))]
x = np.ones((3, 5, 2), np.float32)
y = run(helper.make_node("RNN", ["x", "w", "r"], ["", "last"], hidden_size=4, layout=1), [("x", TensorProto.FLOAT)], [("last", TensorProto.FLOAT)], x, constants=weights)[0]
see("RNN, layout 1, batch 3, sequence 5: shape of the last state (ONNX: [3, 1, 4])", list(y.shape), [1, 5, 4])
x = np.arange(16, dtype=np.float32).reshape(1, 1, 4, 4)
def resize(sizes, **attributes):
    node = helper.make_node("Resize", ["x", "", "", "sizes"], ["y"], **attributes)
    return run(node, [("x", TensorProto.FLOAT)], [("y", TensorProto.FLOAT)], x, constants=[("sizes", np.array(sizes, np.int64))])[0]
y = resize([1, 1, 7, 8], mode="nearest", keep_aspect_ratio_policy="not_larger")
see("Resize, not_larger, sizes 7 by 8: shape (ONNX: [1, 1, 7, 7])", list(y.shape), [1, 1, 7, 8])
plain, filtered = resize([1, 1, 2, 2], mode="linear"), resize([1, 1, 2, 2], mode="linear", antialias=1)
see("Resize to a half, linear, antialias the same as without (ONNX: no)", bool((plain == filtered).all()), True)
finish()
PYTHON
