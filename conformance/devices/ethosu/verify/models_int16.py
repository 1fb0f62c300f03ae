# SPDX-License-Identifier: MIT
"""Operations on 16-bit activations: 40-bit accumulators, natural rounding, interpolated tables."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from models import NONE, OP, OPTIONS, SAME, VALID, out_size, weights_of

LOW, HIGH = 1e-4, 1e-3


def scale_of(b):
    return float(np.float32(b.random.uniform(LOW, HIGH)))


def conv(h, w, c, oc, k, stride=1, padding=SAME, depthwise=False):
    def build(b):
        scale = scale_of(b)
        source = b.input([1, h, w, c], scale, 0, np.int16)
        weight_scale = b.random.uniform(0.002, 0.02, oc).astype(np.float32)
        shape = [1, k, k, oc] if depthwise else [oc, k, k, c]
        weights = b.tensor(shape, np.int8, weight_scale, 0, weights_of(b, shape), axis=3 if depthwise else 0)
        bias = b.tensor([oc], np.int64, weight_scale * np.float32(scale), 0, b.random.integers(-300000, 300000, oc))
        taps = k * k * (1 if depthwise else c)
        target = b.output([1, out_size(h, k, stride, 1, padding), out_size(w, k, stride, 1, padding), oc],
                          float(np.float32(scale * 0.3 * np.sqrt(taps))), 0, np.int16)
        options = schema.DepthwiseConv2DOptionsT() if depthwise else schema.Conv2DOptionsT()
        options.padding, options.strideH, options.strideW = padding, stride, stride
        options.dilationHFactor = options.dilationWFactor = 1
        options.fusedActivationFunction = NONE
        if depthwise:
            options.depthMultiplier = 1
            code, kind = OP.DEPTHWISE_CONV_2D, OPTIONS.DepthwiseConv2DOptions
        else:
            code, kind = OP.CONV_2D, OPTIONS.Conv2DOptions
        b.operator(code, [source, weights, bias], [target], kind, options, 4)
    return build


def pool(code, h, w, c, k, stride, padding):
    def build(b):
        scale = scale_of(b)
        source = b.input([1, h, w, c], scale, 0, np.int16)
        target = b.output([1, out_size(h, k, stride, 1, padding), out_size(w, k, stride, 1, padding), c], scale, 0,
                          np.int16)
        options = schema.Pool2DOptionsT()
        options.padding, options.strideH, options.strideW = padding, stride, stride
        options.filterHeight = options.filterWidth = k
        options.fusedActivationFunction = NONE
        b.operator(code, [source], [target], OPTIONS.Pool2DOptions, options, 3)
    return build


def binary(code, options_type, make_options, shape, equal=False, version=2):
    def build(b):
        scale = scale_of(b)
        scale2 = scale if equal else scale_of(b)
        one, two = b.input(shape, scale, 0, np.int16), b.input(shape, scale2, 0, np.int16)
        out_scale = scale * scale2 * 20000 if code == OP.MUL else max(scale, scale2) * 1.7
        target = b.output(shape, float(np.float32(out_scale)), 0, np.int16)
        options = make_options()
        options.fusedActivationFunction = NONE
        if code in (OP.ADD, OP.SUB):
            options.potScaleInt16 = False
        b.operator(code, [one, two], [target], options_type, options, version)
    return build


SHAPE = [1, 7, 9, 12]
INT16 = {
    "int16_conv_3x3": conv(9, 9, 8, 12, 3),
    "int16_conv_1x1": conv(7, 7, 40, 20, 1),
    "int16_conv_stride2": conv(11, 12, 5, 9, 3, 2, VALID),
    "int16_depthwise_3x3": conv(9, 9, 20, 20, 3, depthwise=True),
    "int16_max_pool": pool(OP.MAX_POOL_2D, 9, 9, 12, 3, 2, SAME),
    "int16_average_pool": pool(OP.AVERAGE_POOL_2D, 8, 8, 12, 2, 2, VALID),
    "int16_average_pool_same": pool(OP.AVERAGE_POOL_2D, 9, 9, 12, 3, 1, SAME),
    "int16_add": binary(OP.ADD, OPTIONS.AddOptions, schema.AddOptionsT, SHAPE),
    "int16_add_equal": binary(OP.ADD, OPTIONS.AddOptions, schema.AddOptionsT, SHAPE, True),
    "int16_sub": binary(OP.SUB, OPTIONS.SubOptions, schema.SubOptionsT, SHAPE, version=5),
    "int16_mul": binary(OP.MUL, OPTIONS.MulOptions, schema.MulOptionsT, SHAPE),
}
SEEDS = {name: 7000 + i for i, name in enumerate(INT16)}
