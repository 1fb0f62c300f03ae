#!/bin/sh
# SPDX-License-Identifier: MIT
# ONNX Runtime 1.32.0, com.microsoft.DynamicQuantizeLSTM on x86-64. Its products are u8 by s8: on processors without an instruction that adds four of them (VNNI), two are added in 16 bits, which saturate. With
# weights that use the whole range of 8 bits, as its own quantiser writes them where `reduce_range` is left alone, outputs between -1 and 1 come out wrong by some tenths; with weights within 63, or with VNNI, they are
# those of exact sums. So two machines give one model two results, and neither says so. The arithmetic that is left: x is quantised once for all steps, the hidden state anew at each.
exec "$(dirname "$0")/lib/python" onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6 <<'PYTHON'
import pathlib
import platform

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

STEPS, SIZE = 12, 64
SCALE = np.float32(0.5 / 127)
print("onnxruntime", onnxruntime.__version__)
flags = pathlib.Path("/proc/cpuinfo").read_text().split()
vnni = any(flag in flags for flag in ("avx_vnni", "avx512_vnni"))
print(platform.machine(), "with VNNI" if vnni else "without VNNI")


def quantized(values):
    low, high = min(values.min(), 0), max(values.max(), 0)
    scale = np.float32((high - low) / 255) or np.float32(1)
    zero = int(np.clip(np.rint(-low / scale), 0, 255))
    return np.clip(np.rint(values / scale) + zero, 0, 255).astype(np.int64), scale, zero


def product(values, weights, saturates):
    stored, scale, zero = quantized(values) if not isinstance(values, tuple) else values
    terms = stored[:, None] * weights
    pairs = terms[0::2] + terms[1::2]
    sums = (np.clip(pairs, -32768, 32767) if saturates else pairs).sum(0)
    return (sums - zero * weights.sum(0)) * (scale * SCALE)


def cell(x, w, r, saturates):
    sigmoid = lambda values: 1 / (1 + np.exp(-values))
    h, c, outputs, (stored, scale, zero) = np.zeros(SIZE, np.float32), np.zeros(SIZE, np.float32), [], quantized(x)
    for step in range(STEPS):
        i, o, f, g = np.split(product((stored[step], scale, zero), w, saturates) + product(h, r, saturates), 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = (sigmoid(o) * np.tanh(c)).astype(np.float32)
        outputs.append(h)
    return np.stack(outputs)


random, wrong = np.random.default_rng(3), 0
for most in (63, 127):
    w, r = (random.integers(-most, most + 1, (SIZE, 4 * SIZE)) for _ in range(2))
    x = random.uniform(0, 1, (STEPS, SIZE)).astype(np.float32)
    constants = {"w": w[None].astype(np.int8), "r": r[None].astype(np.int8), "s": np.array([SCALE]), "z": np.zeros(1, np.int8)}
    node = helper.make_node("DynamicQuantizeLSTM", ["x", "w", "r", "", "", "", "", "", "s", "z", "s", "z"], ["y"], domain="com.microsoft", hidden_size=SIZE)
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [STEPS, 1, SIZE])], [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], [numpy_helper.from_array(value, name) for name, value in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)], ir_version=9)
    given = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, {"x": x[:, None]})[0].reshape(STEPS, SIZE)
    exact, saturated = (np.abs(given - cell(x, w, r, saturates)).max() for saturates in (False, True))
    print(f"weights within {most}: {exact:.1e} from exact sums, {saturated:.1e} from saturated ones")
    expected_exact = vnni or most == 63 or platform.machine() != "x86_64"
    wrong += not (exact < 1e-5 if expected_exact else exact > 0.1 and saturated < 1e-5)
raise SystemExit(wrong != 0)
PYTHON
