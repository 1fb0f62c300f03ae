# SPDX-License-Identifier: MIT
"""Small networks of required operations: layouts in bricks, cascades over rolling buffers, several jobs in flight."""

from dataclasses import dataclass

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from models import NONE, OP, OPTIONS, RELU, RELU6, SAME, VALID, out_size, weights_of, zero_point_of


@dataclass
class Activation:
    index: int
    shape: list
    scale: float
    zero_point: int


class Network:
    """Layers on a ModelBuilder; every layer returns an Activation."""

    def __init__(self, builder):
        self.b = builder

    def source(self, shape):
        scale, zero_point = float(np.float32(0.03)), zero_point_of(self.b)
        return Activation(self.b.input(shape, scale, zero_point), shape, scale, zero_point)

    def result(self, shape, scale, zero_point):
        return Activation(self.b.activation(shape, scale, zero_point), shape, scale, zero_point)

    def parameters(self, x, shape, channels, taps, axis):
        b = self.b
        weight_scale = b.random.uniform(0.002, 0.006, channels).astype(np.float32)
        weights = b.tensor(shape, np.int8, weight_scale, 0, weights_of(b, shape), axis=axis)
        bias = b.tensor([channels], np.int32, weight_scale * np.float32(x.scale), 0,
                        b.random.integers(-1000, 1000, channels))
        return weights, bias, float(np.float32(x.scale * 0.05 * np.sqrt(taps) * b.random.uniform(0.5, 1.2)))

    def conv(self, x, channels, k, stride=1, padding=SAME, act=NONE, depthwise=False):
        _, h, w, c = x.shape
        shape = [1, k, k, channels] if depthwise else [channels, k, k, c]
        weights, bias, scale = self.parameters(x, shape, channels, k * k * (1 if depthwise else c),
                                               3 if depthwise else 0)
        y = self.result([1, out_size(h, k, stride, 1, padding), out_size(w, k, stride, 1, padding), channels], scale,
                        zero_point_of(self.b))
        options = schema.DepthwiseConv2DOptionsT() if depthwise else schema.Conv2DOptionsT()
        options.padding, options.strideH, options.strideW = padding, stride, stride
        options.dilationHFactor = options.dilationWFactor = 1
        options.fusedActivationFunction = act
        if depthwise:
            options.depthMultiplier = 1
            code, kind = OP.DEPTHWISE_CONV_2D, OPTIONS.DepthwiseConv2DOptions
        else:
            code, kind = OP.CONV_2D, OPTIONS.Conv2DOptions
        self.b.operator(code, [x.index, weights, bias], [y.index], kind, options, 3)
        return y

    def depthwise(self, x, k, stride=1, act=NONE):
        return self.conv(x, x.shape[3], k, stride, act=act, depthwise=True)

    def pool(self, x, code, k, stride, padding=VALID):
        _, h, w, c = x.shape
        y = self.result([1, out_size(h, k, stride, 1, padding), out_size(w, k, stride, 1, padding), c], x.scale,
                        x.zero_point)
        options = schema.Pool2DOptionsT()
        options.padding, options.strideH, options.strideW = padding, stride, stride
        options.filterHeight = options.filterWidth = k
        options.fusedActivationFunction = NONE
        self.b.operator(code, [x.index], [y.index], OPTIONS.Pool2DOptions, options, 2)
        return y

    def add(self, x, y, act=NONE):
        z = self.result(x.shape, float(np.float32(max(x.scale, y.scale) * 1.3)), zero_point_of(self.b))
        options = schema.AddOptionsT()
        options.fusedActivationFunction = act
        self.b.operator(OP.ADD, [x.index, y.index], [z.index], OPTIONS.AddOptions, options, 2)
        return z

    def reshape(self, x, shape):
        y = self.result(shape, x.scale, x.zero_point)
        dims = self.b.tensor([len(shape)], np.int32, data=np.array(shape))
        options = schema.ReshapeOptionsT()
        options.newShape = list(shape)
        self.b.operator(OP.RESHAPE, [x.index, dims], [y.index], OPTIONS.ReshapeOptions, options)
        return y

    def fully_connected(self, x, channels, act=NONE):
        b = self.b
        c = x.shape[1]
        weight_scale = np.float32(b.random.uniform(0.002, 0.006))
        weights = b.tensor([channels, c], np.int8, weight_scale, 0, weights_of(b, [channels, c]))
        bias = b.tensor([channels], np.int32, weight_scale * np.float32(x.scale), 0,
                        b.random.integers(-1000, 1000, channels))
        y = self.result([x.shape[0], channels], float(np.float32(x.scale * 0.05 * np.sqrt(c))), zero_point_of(b))
        options = schema.FullyConnectedOptionsT()
        options.fusedActivationFunction = act
        b.operator(OP.FULLY_CONNECTED, [x.index, weights, bias], [y.index], OPTIONS.FullyConnectedOptions, options, 4)
        return y

    def finish(self, *results):
        self.b.graph.outputs.extend(r.index for r in results)


def digits(b):
    n = Network(b)
    x = n.conv(n.source([1, 8, 8, 1]), 16, 3, act=RELU)
    x = n.pool(n.conv(x, 32, 3, act=RELU), OP.MAX_POOL_2D, 2, 2)
    x = n.fully_connected(n.reshape(n.pool(x, OP.AVERAGE_POOL_2D, 2, 2), [1, 128]), 32, act=RELU)
    n.finish(n.fully_connected(x, 10))


def residual(b):
    n = Network(b)
    x = n.conv(n.source([1, 20, 20, 3]), 24, 3, 2, act=RELU6)
    for _ in range(2):
        y = n.conv(n.depthwise(n.conv(x, 40, 1, act=RELU6), 3, act=RELU6), 24, 1)
        x = n.add(x, y, act=RELU)
    n.finish(n.pool(x, OP.AVERAGE_POOL_2D, 10, 1))


def cascade(b):
    """Large planes: with little SRAM the compiler cascades the layers in stripes over rolling buffers."""
    n = Network(b)
    x = n.conv(n.source([1, 96, 80, 3]), 16, 3, act=RELU6)
    x = n.conv(n.depthwise(x, 3, act=RELU6), 24, 1)
    x = n.conv(n.pool(x, OP.MAX_POOL_2D, 3, 2, SAME), 20, 5, act=RELU)
    n.finish(n.conv(n.depthwise(x, 5, 2), 16, 3))


def branches(b):
    n = Network(b)
    x = n.source([1, 14, 13, 12])
    left = n.conv(n.conv(x, 30, 1, act=RELU), 18, 3)
    right = n.conv(n.pool(x, OP.AVERAGE_POOL_2D, 3, 1, SAME), 18, 1)
    y = n.add(left, right)
    n.finish(n.conv(y, 7, 3, 2), n.pool(y, OP.MAX_POOL_2D, 2, 2))


NETWORKS = {"network_digits": digits, "network_residual": residual, "network_cascade": cascade,
            "network_branches": branches}
SEEDS = {name: 5000 + i for i, name in enumerate(NETWORKS)}
