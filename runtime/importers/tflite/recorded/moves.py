# SPDX-License-Identifier: MIT
"""Models of operators that move, choose, convert and compare, and small networks."""

import numpy as np

from builder import Model, schema
from cases import CASES, NONE, RELU, RELU6, SAME, VALID, Kind, case, table


def ints(model, name, values):
    return model.constant(name, np.array(values, np.int32))


def moved(name, shape, to, operands=(), options=None, dtype="int8", alike=True, **fields):
    """One operand that is moved; others are lists of integers."""
    kind, model = Kind(dtype), Model()
    x = kind.input(model, "x", shape)
    y = kind.result(model, to, *((0.05, 3) if alike else ()))
    model.operator(name, [x, *(ints(model, f"list{i}", values) for i, values in enumerate(operands))], [y], options, **fields)
    return model


MOVES = {
    "reshape": dict(name="RESHAPE", shape=[2, 3, 4], to=[4, 6], operands=[[4, -1]], options="Reshape", newShape=[4, -1]),
    "squeeze": dict(name="SQUEEZE", shape=[1, 3, 1, 4], to=[3, 1, 4], options="Squeeze", squeezeDims=[0]),
    "expand_dims": dict(name="EXPAND_DIMS", shape=[3, 4], to=[3, 4, 1], operands=[[-1]], options="ExpandDims"),
    "transpose": dict(name="TRANSPOSE", shape=[2, 3, 4], to=[4, 2, 3], operands=[[2, 0, 1]], options="Transpose"),
    "pad": dict(name="PAD", shape=[1, 3, 2, 2], to=[1, 6, 3, 2], operands=[[[0, 0], [1, 2], [1, 0], [0, 0]]], options="Pad"),
    "pad_float": dict(name="PAD", shape=[3, 2], to=[6, 4], operands=[[[1, 2], [2, 0]]], options="Pad", dtype="float32"),
    "mirror_reflect": dict(name="MIRROR_PAD", shape=[4, 3], to=[7, 6], operands=[[[1, 2], [2, 1]]], options="MirrorPad", mode=0),
    "mirror_symmetric": dict(name="MIRROR_PAD", shape=[1, 4, 3, 1], to=[1, 7, 6, 1], operands=[[[0, 0], [1, 2], [3, 0], [0, 0]]], options="MirrorPad", mode=1),
    "slice": dict(name="SLICE", shape=[1, 5, 4, 3], to=[1, 3, 2, 3], operands=[[0, 1, 2, 0], [1, 3, -1, 3]], options="Slice"),
    "strided": dict(name="STRIDED_SLICE", shape=[5, 6], to=[2, 6], operands=[[1, 0], [5, 0], [2, 1]], options="StridedSlice", endMask=2),
    "strided_back": dict(name="STRIDED_SLICE", shape=[5, 6], to=[5, 3], operands=[[-1, -1], [0, 0], [-1, -2]], options="StridedSlice", endMask=3),
    "strided_shrunk": dict(name="STRIDED_SLICE", shape=[5, 6, 2], to=[6, 2], operands=[[-2, 0, 0], [9, 6, 2], [1, 1, 1]], options="StridedSlice", shrinkAxisMask=1),
    "strided_new": dict(name="STRIDED_SLICE", shape=[5, 6, 2], to=[5, 1, 6, 1], operands=[[0, 0, 1], [0, 0, 2], [1, 1, 1]], options="StridedSlice", ellipsisMask=0, newAxisMask=2, beginMask=1, endMask=1),
    "reverse": dict(name="REVERSE_V2", shape=[3, 4], to=[3, 4], operands=[[1]], options="ReverseV2", dtype="float32"),
    "tile": dict(name="TILE", shape=[2, 3], to=[4, 9], operands=[[2, 3]], options="Tile", dtype="float32"),
    "broadcast_to": dict(name="BROADCAST_TO", shape=[2, 1], to=[3, 2, 4], operands=[[3, 2, 4]], options="BroadcastTo", dtype="float32", version=2),
    "space_to_batch": dict(name="SPACE_TO_BATCH_ND", shape=[1, 3, 4, 2], to=[4, 2, 2, 2], operands=[[2, 2], [[1, 0], [0, 0]]], options="SpaceToBatchND"),
    "batch_to_space": dict(name="BATCH_TO_SPACE_ND", shape=[4, 2, 2, 2], to=[1, 3, 4, 2], operands=[[2, 2], [[1, 0], [0, 0]]], options="BatchToSpaceND"),
    "depth_to_space": dict(name="DEPTH_TO_SPACE", shape=[1, 2, 3, 8], to=[1, 4, 6, 2], options="DepthToSpace", blockSize=2),
    "space_to_depth": dict(name="SPACE_TO_DEPTH", shape=[1, 4, 6, 2], to=[1, 2, 3, 8], options="SpaceToDepth", blockSize=2),
    "gather": dict(name="GATHER", shape=[4, 3, 2], to=[4, 2, 2], operands=[[2, 0]], options="Gather", axis=1),
    "gather_nd": dict(name="GATHER_ND", shape=[4, 3], to=[2], operands=[[[2, 0], [1, 1]]], options="GatherNd", dtype="float32"),
    "cumsum": dict(name="CUMSUM", shape=[3, 4], to=[3, 4], operands=[[1]], options="Cumsum", dtype="float32", exclusive=True, reverse=True),
    "resize_bilinear": dict(name="RESIZE_BILINEAR", shape=[1, 3, 4, 2], to=[1, 6, 7, 2], operands=[[6, 7]], options="ResizeBilinear", dtype="float32"),
    "resize_bilinear_half": dict(name="RESIZE_BILINEAR", shape=[1, 3, 4, 2], to=[1, 6, 7, 2], operands=[[6, 7]], options="ResizeBilinear", dtype="float32", halfPixelCenters=True, version=3),
    "resize_bilinear_corners": dict(name="RESIZE_BILINEAR", shape=[1, 3, 4, 2], to=[1, 6, 7, 2], operands=[[6, 7]], options="ResizeBilinear", dtype="float32", alignCorners=True),
    "resize_nearest": dict(name="RESIZE_NEAREST_NEIGHBOR", shape=[1, 3, 4, 2], to=[1, 5, 7, 2], operands=[[5, 7]], options="ResizeNearestNeighbor"),
    "resize_nearest_half": dict(name="RESIZE_NEAREST_NEIGHBOR", shape=[1, 3, 4, 2], to=[1, 5, 7, 2], operands=[[5, 7]], options="ResizeNearestNeighbor", halfPixelCenters=True, version=3),
    "resize_nearest_corners": dict(name="RESIZE_NEAREST_NEIGHBOR", shape=[1, 3, 4, 2], to=[1, 5, 7, 2], operands=[[5, 7]], options="ResizeNearestNeighbor", alignCorners=True),
    "l2_normalization": dict(name="L2_NORMALIZATION", shape=[2, 5], to=[2, 5], options="L2Norm", dtype="float32"),
    "log_softmax": dict(name="LOG_SOFTMAX", shape=[2, 5], to=[2, 5], options="LogSoftmax", dtype="float32"),
    "requantize": dict(name="QUANTIZE", shape=[1, 256], to=[1, 256], options="Quantize", alike=False),
}
table("move", MOVES)(moved)


@table("concat", {"int8": dict(alike=True), "uint8_requantised": dict(dtype="uint8", alike=False)})
def concat(alike, dtype="int8"):
    kind, model = Kind(dtype), Model()
    a = kind.input(model, "a", [1, 2, 3, 4])
    b = kind.input(model, "b", [1, 2, 3, 2], *(() if alike else (0.03, 9)))
    y = kind.result(model, [1, 2, 3, 6], 0.05, 3)
    model.operator("CONCATENATION", [a, b], [y], "Concatenation", axis=-1)
    return model


@case
def pack():
    kind, model = Kind("int8"), Model()
    a, b = kind.input(model, "a", [2, 3]), kind.input(model, "b", [2, 3])
    model.operator("PACK", [a, b], [kind.result(model, [2, 2, 3], 0.05, 3)], "Pack", axis=1, valuesCount=2)
    return model


@case
def unpack():
    kind, model = Kind("int8"), Model()
    x = kind.input(model, "x", [2, 3])
    model.operator("UNPACK", [x], [kind.result(model, [2], 0.05, 3, f"y{i}") for i in range(3)], "Unpack", axis=1, num=3)
    return model


@case
def split():
    kind, model = Kind("int8"), Model()
    x = kind.input(model, "x", [1, 2, 2, 6])
    model.operator("SPLIT", [ints(model, "axis", -1), x], [kind.result(model, [1, 2, 2, 3], 0.05, 3, f"y{i}") for i in range(2)], "Split", numSplits=2)
    return model


@case
def split_v():
    kind, model = Kind("float32"), Model()
    x = kind.input(model, "x", [2, 6])
    outputs = [kind.result(model, [2, size], name=f"y{size}") for size in (1, 2, 3)]
    model.operator("SPLIT_V", [x, ints(model, "sizes", [1, 2, -1]), ints(model, "axis", 1)], outputs, "SplitV", numSplits=3)
    return model


@case
def quantize():
    model = Model()
    x = model.input("x", [64])
    model.operator("QUANTIZE", [x], [Kind("int8").result(model, [64], 0.01, 3)], "Quantize")
    return model


@case
def dequantize():
    model = Model()
    x = Kind("uint8").input(model, "x", [64])
    model.operator("DEQUANTIZE", [x], [Kind("float32").result(model, [64])], "Dequantize")
    return model


@case
def float16_weights():
    """As converters write them: constants of float16 with a DEQUANTIZE each."""
    kind, model = Kind("float32"), Model()
    x = kind.input(model, "x", [2, 4])
    half = model.constant("half", kind.random.normal(0, 1, [3, 4]).astype(np.float16))
    w = model.tensor("w", [3, 4])
    model.operator("DEQUANTIZE", [half], [w], "Dequantize", version=3)
    model.operator("FULLY_CONNECTED", [x, w, -1], [kind.result(model, [2, 3])], "FullyConnected")
    return model


@case
def constants_behind():
    kind, model = Kind("float32"), Model()
    model.constants_behind = True
    x, y = kind.input(model, "x", [2, 3]), kind.result(model, [2, 3])
    model.operator("ADD", [x, model.constant("c", kind.random.normal(0, 1, [2, 3]).astype(np.float32))], [y], "Add")
    return model


@table("compare", {name.lower(): dict(name=name, options=options) for name, options in (("LESS", "Less"), ("GREATER_EQUAL", "GreaterEqual"), ("EQUAL", "Equal"), ("NOT_EQUAL", "NotEqual"))})
def compare(name, options):
    model = Model()
    a, b = model.input("a", [2, 6], "int32"), model.input("b", [6], "int32")
    y = model.tensor("y", [2, 6], "bool")
    model.output(y)
    model.operator(name, [a, b], [y], options)
    return model


@case
def select():
    kind, model = Kind("float32"), Model()
    c = model.input("c", [2, 1], "bool")
    a, b = kind.input(model, "a", [2, 3]), kind.input(model, "b", [2, 3])
    model.operator("SELECT_V2", [c, a, b], [kind.result(model, [2, 3])], "SelectV2")
    return model


@case
def arg_max():
    kind, model = Kind("int8"), Model()
    x = kind.input(model, "x", [1, 3, 3, 5])
    y = model.tensor("y", [1, 3, 3], "int32")
    model.output(y)
    model.operator("ARG_MAX", [x, ints(model, "axis", 3)], [y], "ArgMax", outputType=schema.TensorType.INT32)
    return model


@case
def batch_matmul():
    kind, model = Kind("float32"), Model()
    a, b = kind.input(model, "a", [2, 3, 4]), kind.input(model, "b", [2, 5, 4])
    model.operator("BATCH_MATMUL", [a, b], [kind.result(model, [2, 3, 5])], "BatchMatMul", adjY=True)
    return model


@case
def cast():
    model = Model()
    x = model.input("x", [5], "int32")
    model.operator("CAST", [x], [Kind("float32").result(model, [5])], "Cast", inDataType=schema.TensorType.INT32, outDataType=schema.TensorType.FLOAT32)
    return model


def convolve(kind, model, x, shape, channels, scale, zero_point, depthwise=False, stride=1, activation=RELU6, x_scale=0.05):
    """Result and its shape; SAME."""
    to = [shape[0], -(-shape[1] // stride), -(-shape[2] // stride), channels]
    w, scales = kind.weights(model, [1, 3, 3, channels] if depthwise else [channels, 3, 3, shape[3]], 3 if depthwise else 0, channels)
    b = kind.bias(model, channels, scales, x_scale)
    y = model.tensor(f"y{len(model.graph.tensors)}", to, kind.dtype, **kind.scale(scale, zero_point))
    name, options = ("DEPTHWISE_CONV_2D", "DepthwiseConv2D") if depthwise else ("CONV_2D", "Conv2D")
    more = {"depthMultiplier": 1} if depthwise else {}
    model.operator(name, [x, w, b], [y], options, padding=SAME, strideH=stride, strideW=stride, dilationHFactor=1, dilationWFactor=1, fusedActivationFunction=activation, **more)
    return y, to


@table("network", {"float": dict(dtype="float32"), "int8": dict(dtype="int8")})
def network(dtype):
    """Convolutions, a residual sum, a pad, a join of branches, a mean, a product: nothing between the first and the mean needs the file's order."""
    kind, model = Kind(dtype, 7), Model()
    x = kind.input(model, "x", [1, 8, 8, 3])
    a, shape = convolve(kind, model, x, [1, 8, 8, 3], 4, 0.04, -128)
    b, shape = convolve(kind, model, a, shape, 4, 0.05, -20, depthwise=True, activation=NONE, x_scale=0.04)
    c = model.tensor("sum", shape, dtype, **kind.scale(0.06, -10))
    model.operator("ADD", [a, b], [c], "Add", fusedActivationFunction=NONE)
    padded = [1, 9, 9, 4]
    d = model.tensor("padded", padded, dtype, **kind.scale(0.06, -10))
    model.operator("PAD", [c, ints(model, "pads", [[0, 0], [0, 1], [0, 1], [0, 0]])], [d], "Pad")
    e, shape = convolve(kind, model, d, padded, 4, 0.07, 5, stride=2, activation=NONE, x_scale=0.06)
    f = model.tensor("pooled", shape, dtype, **kind.scale(0.07, 5))
    model.operator("MAX_POOL_2D", [e], [f], "Pool2D", padding=SAME, strideH=1, strideW=1, filterHeight=3, filterWidth=3)
    g = model.tensor("joined", [*shape[:3], 8], dtype, **kind.scale(0.07, 5))
    model.operator("CONCATENATION", [e, f], [g], "Concatenation", axis=3)
    h = model.tensor("mean", [1, 8], dtype, **kind.scale(0.05, 0))
    model.operator("MEAN", [g, ints(model, "axes", [1, 2])], [h], "Reducer", keepDims=False)
    w, scales = kind.weights(model, [6, 8], 0, 1)
    y = kind.result(model, [1, 6], 0.08, 2)
    model.operator("FULLY_CONNECTED", [h, w, kind.bias(model, 6, scales)], [y], "FullyConnected")
    model.signature("serving_default", {"image": x}, {"scores": y})
    return model
