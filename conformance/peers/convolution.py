#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write a network of one f32 convolution: 64 channels of 56 x 56, 3 x 3, padded. Seeded weights.

Usage: convolution.py FILE
"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def main():
    weights = np.random.default_rng(1).normal(0, 0.05, (64, 64, 3, 3)).astype(np.float32)
    shape = [1, 64, 56, 56]
    graph = helper.make_graph([helper.make_node("Conv", ["x", "w"], ["y"], pads=[1] * 4)], "convolution",
                              [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)], [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
                              [numpy_helper.from_array(weights, "w")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), sys.argv[1])


if __name__ == "__main__":
    main()
