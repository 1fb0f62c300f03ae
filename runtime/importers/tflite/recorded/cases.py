# SPDX-License-Identifier: MIT
"""Models of one operator, or of a few, whose results on LiteRT's reference kernels are recorded."""

import numpy as np

from builder import Model, schema

SAME, VALID = schema.Padding.SAME, schema.Padding.VALID
NONE, RELU, RELU6, RELU_N1_TO_1 = (getattr(schema.ActivationFunctionType, name) for name in ("NONE", "RELU", "RELU6", "RELU_N1_TO_1"))
CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def table(prefix, rows):
    """A case for each row of a table."""
    def add(function):
        for name, arguments in rows.items():
            CASES[f"{prefix}_{name}"] = lambda function=function, arguments=arguments: function(**arguments)
        return function
    return add


class Kind:
    """How tensors are stored."""

    def __init__(self, dtype, seed=1):
        self.dtype, self.random = dtype, np.random.default_rng(seed)
        self.low, self.high = (0, 255) if dtype == "uint8" else (-128, 127)

    def scale(self, scale, zero_point):
        if self.dtype == "float32":
            return {}
        return {"scale": scale, "zero_point": zero_point + (128 if self.dtype == "uint8" else 0) if self.dtype != "int16" else 0}

    def input(self, model, name, shape, scale=0.05, zero_point=3):
        return model.input(name, shape, self.dtype, **self.scale(scale, zero_point))

    def result(self, model, shape, scale=0.07, zero_point=-5, name="y"):
        index = model.tensor(name, shape, self.dtype, **self.scale(scale, zero_point))
        model.output(index)
        return index

    def weights(self, model, shape, axis, channels):
        if self.dtype == "float32":
            return model.constant("w", self.random.normal(0, 0.5, shape).astype(np.float32)), None
        scales = self.random.uniform(0.002, 0.02, channels)
        values = self.random.integers(-127, 128, shape).astype(np.int8)
        if self.dtype == "uint8":
            return model.constant("w", (values.astype(np.int16) + 128).astype(np.uint8), scale=0.01, zero_point=128), np.full(channels, 0.01)
        return model.constant("w", values, scale=scales, zero_point=0, axis=axis), scales

    def bias(self, model, channels, scales, x_scale=0.05):
        if self.dtype == "float32":
            return model.constant("b", self.random.normal(0, 1, channels).astype(np.float32))
        wide = np.int64 if self.dtype == "int16" else np.int32
        return model.constant("b", self.random.integers(-3000, 3000, channels).astype(wide), scale=np.asarray(scales) * x_scale, zero_point=0)


@table("conv_2d", {
    "float_same": dict(dtype="float32", stride=2, padding=SAME, activation=RELU6),
    "float_dilated": dict(dtype="float32", dilation=2, padding=SAME),
    "int8_same": dict(dtype="int8", stride=2, padding=SAME, activation=RELU),
    "int8_valid": dict(dtype="int8", padding=VALID, activation=RELU6),
    "int8_1x1": dict(dtype="int8", kernel=1, padding=VALID),
    "int8_n1_to_1": dict(dtype="int8", padding=VALID, activation=RELU_N1_TO_1),
    "uint8_centred": dict(dtype="uint8", stride=2, padding=SAME),
    "int16": dict(dtype="int16", padding=SAME),
})
def conv_2d(dtype, kernel=3, stride=1, dilation=1, padding=SAME, activation=NONE):
    kind, model = Kind(dtype), Model()
    x = kind.input(model, "x", [1, 7, 6, 3])
    w, scales = kind.weights(model, [5, kernel, kernel, 3], 0, 5)
    extent = dilation * (kernel - 1) + 1
    size = [-(-s // stride) if padding == SAME else (s - extent) // stride + 1 for s in (7, 6)]
    b = kind.bias(model, 5, scales)
    y = kind.result(model, [1, *size, 5])
    model.operator("CONV_2D", [x, w, b], [y], "Conv2D", padding=padding, strideH=stride, strideW=stride, dilationHFactor=dilation, dilationWFactor=dilation, fusedActivationFunction=activation)
    return model


@table("depthwise", {"float": dict(dtype="float32"), "int8": dict(dtype="int8"), "int8_multiplied": dict(dtype="int8", multiplier=2, stride=2), "uint8_centred": dict(dtype="uint8")})
def depthwise(dtype, multiplier=1, stride=1):
    kind, model = Kind(dtype, 2), Model()
    channels = 4 * multiplier
    x = kind.input(model, "x", [1, 6, 5, 4])
    w, scales = kind.weights(model, [1, 3, 3, channels], 3, channels)
    b = kind.bias(model, channels, scales)
    y = kind.result(model, [1, -(-6 // stride), -(-5 // stride), channels])
    model.operator("DEPTHWISE_CONV_2D", [x, w, b], [y], "DepthwiseConv2D", padding=SAME, strideH=stride, strideW=stride, depthMultiplier=multiplier, fusedActivationFunction=RELU6, dilationHFactor=1,
                   dilationWFactor=1)
    return model


@table("fully_connected", {"float": dict(dtype="float32"), "int8": dict(dtype="int8"), "int8_of_four": dict(dtype="int8", shape=[2, 2, 3, 2]), "int8_kept": dict(dtype="int8", shape=[2, 3, 12], keep=True)})
def fully_connected(dtype, shape=(2, 12), keep=False):
    kind, model = Kind(dtype, 3), Model()
    x = kind.input(model, "x", list(shape))
    w, scales = kind.weights(model, [5, 12], 0, 1)
    b = kind.bias(model, 5, scales)
    rows = list(shape[:-1]) if keep else [int(np.prod(shape)) // 12]
    y = kind.result(model, [*rows, 5])
    model.operator("FULLY_CONNECTED", [x, w, b], [y], "FullyConnected", keepNumDims=keep, fusedActivationFunction=RELU)
    return model


@table("transpose_conv", {"float_same": dict(padding=SAME), "float_valid": dict(padding=VALID)})
def transpose_conv(padding):
    kind, model = Kind("float32", 4), Model()
    x = kind.input(model, "x", [1, 4, 3, 3])
    to = [1, 8, 6, 2] if padding == SAME else [1, 9, 7, 2]
    w, _ = kind.weights(model, [2, 3, 3, 3], 0, 2)
    y = kind.result(model, to)
    model.operator("TRANSPOSE_CONV", [model.constant("to", np.array(to, np.int32)), w, x], [y], "TransposeConv", padding=padding, strideH=2, strideW=2)
    return model


@table("pool", {
    "max_float": dict(name="MAX_POOL_2D", dtype="float32"), "max_int8": dict(name="MAX_POOL_2D", dtype="int8"), "average_float": dict(name="AVERAGE_POOL_2D", dtype="float32"),
    "average_int8": dict(name="AVERAGE_POOL_2D", dtype="int8"), "average_uint8": dict(name="AVERAGE_POOL_2D", dtype="uint8"),
})
def pool(name, dtype):
    kind, model = Kind(dtype), Model()
    x = kind.input(model, "x", [1, 7, 6, 3])
    y = kind.result(model, [1, 4, 3, 3], 0.05, 3)
    model.operator(name, [x], [y], "Pool2D", padding=SAME, strideH=2, strideW=2, filterHeight=3, filterWidth=3, fusedActivationFunction=RELU)
    return model


@table("two", {f"{name.lower()}_{dtype}": dict(name=name, options=options, dtype=dtype)
               for name, options in (("ADD", "Add"), ("SUB", "Sub"), ("MUL", "Mul")) for dtype in ("float32", "int8", "uint8")} |
       {f"{name.lower()}_{dtype}": dict(name=name, options=options, dtype=dtype)
        for name, options, dtype in (("DIV", "Div", "float32"), ("MAXIMUM", "MaximumMinimum", "float32"), ("MINIMUM", "MaximumMinimum", "int8"), ("SQUARED_DIFFERENCE", "SquaredDifference", "float32"),
                                     ("FLOOR_DIV", "FloorDiv", "float32"), ("FLOOR_MOD", "FloorMod", "float32"), ("ADD", "Add", "int32"))})
def two(name, options, dtype):
    kind, model = Kind(dtype), Model()
    alike = name in ("MAXIMUM", "MINIMUM")
    more = {} if dtype == "int32" else kind.scale(0.05, 3)
    a = model.input("a", [1, 3, 4, 5], dtype, **more)
    b = model.input("b", [4, 1], dtype, **(more if alike or dtype == "int32" else kind.scale(0.03, -7)))
    y = model.tensor("y", [1, 3, 4, 5], dtype, **(more if alike or dtype == "int32" else kind.scale(0.06, 11)))
    model.output(y)
    fields = {} if alike or options in ("SquaredDifference", "FloorDiv", "FloorMod") or dtype == "int32" else {"fusedActivationFunction": RELU}
    model.operator(name, [a, b], [y], options, version=2 if dtype == "int8" else 1, **fields)
    return model


UNARY = ["ABS", "CEIL", "COS", "ELU", "EXP", "FLOOR", "HARD_SWISH", "LOG", "LOGISTIC", "NEG", "RELU", "RELU6", "RELU_N1_TO_1", "RSQRT", "SIN", "SQRT", "SQUARE", "TANH"]


@table("unary", {f"{name.lower()}_float": dict(name=name, dtype="float32") for name in UNARY} |
       {f"{name.lower()}_int8": dict(name=name, dtype="int8") for name in ("RELU", "RELU6", "LOGISTIC", "TANH", "HARD_SWISH", "ELU")})
def unary(name, dtype):
    kind, model = Kind(dtype), Model()
    x = kind.input(model, "x", [1, 4, 64] if dtype == "int8" else [3, 5])
    at = {"LOGISTIC": (1 / 256, -128), "TANH": (1 / 128, 0)}.get(name, (0.06, 7))
    y = kind.result(model, [1, 4, 64] if dtype == "int8" else [3, 5], *at)
    model.operator(name, [x], [y])
    return model


@table("softmax", {"float": dict(dtype="float32"), "int8": dict(dtype="int8"), "uint8": dict(dtype="uint8")})
def softmax(dtype):
    kind, model = Kind(dtype), Model()
    x = kind.input(model, "x", [4, 10], 0.1)
    y = kind.result(model, [4, 10], 1 / 256, -128)
    model.operator("SOFTMAX", [x], [y], "Softmax", beta=1.0, version=2 if dtype == "int8" else 1)
    return model


@table("leaky_relu", {"float": dict(dtype="float32"), "int8": dict(dtype="int8")})
def leaky_relu(dtype):
    kind, model = Kind(dtype), Model()
    x, y = kind.input(model, "x", [1, 256]), kind.result(model, [1, 256])
    model.operator("LEAKY_RELU", [x], [y], "LeakyRelu", alpha=0.3)
    return model


@case
def prelu():
    kind, model = Kind("float32"), Model()
    x, y = kind.input(model, "x", [1, 3, 4, 5]), kind.result(model, [1, 3, 4, 5])
    model.operator("PRELU", [x, model.constant("slope", kind.random.normal(0, 1, [1, 1, 5]).astype(np.float32))], [y])
    return model


@table("mean", {"float": dict(dtype="float32"), "int8": dict(dtype="int8"), "int8_kept": dict(dtype="int8", keep=True), "float_of_one": dict(dtype="float32", axes=[3])})
def mean(dtype, keep=False, axes=(1, 2)):
    return reduction("MEAN", dtype, list(axes), keep, Kind(dtype))


@table("reduce", {"sum": dict(name="SUM"), "max": dict(name="REDUCE_MAX"), "min_int8": dict(name="REDUCE_MIN", dtype="int8"), "prod": dict(name="REDUCE_PROD")})
def reduce(name, dtype="float32"):
    return reduction(name, dtype, [2, -1], False, Kind(dtype))


def reduction(name, dtype, axes, keep, kind):
    model = Model()
    x = kind.input(model, "x", [2, 4, 3, 5])
    gone = [axis % 4 for axis in axes]
    to = [1 if i in gone else s for i, s in enumerate([2, 4, 3, 5]) if keep or i not in gone]
    y = kind.result(model, to, *((0.05, 3) if name == "REDUCE_MIN" else ()))
    model.operator(name, [x, model.constant("axes", np.array(axes, np.int32))], [y], "Reducer", keepDims=keep)
    return model
