# SPDX-License-Identifier: MIT
"""What each operation does where numbers end: the rows of docs/numerics.md.

A row has an ONNX model of one operation (between DequantizeLinear and QuantizeLinear where it is quantised), its operands, and what the CPU device answers, for
each rounding where they differ. record.py asks the peers the same; numerics_test.py asks libaccel; page.py writes the page.
"""
import ctypes
import dataclasses
import math
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts/lib"))
import onnx_bytes

NAN, INF = math.nan, math.inf
ROUNDINGS = ("half_even", "tflite", "natural")

# Name: number in ONNX, struct code, .npy descriptor.
TYPES = {"f32": (1, "f", "<f4"), "u8": (2, "B", "|u1"), "i8": (3, "b", "|i1"), "i32": (6, "i", "<i4"), "i64": (7, "q", "<i8"), "bool": (9, "?", "|b1")}


@dataclasses.dataclass
class Tensor:
    kind: str
    dims: list
    values: list
    scale: float = 0.0  # above 0: quantised
    zero_point: int = 0

    def raw(self):
        return struct.pack(f"<{len(self.values)}{TYPES[self.kind][1]}", *self.values)


@dataclasses.dataclass
class Row:
    name: str
    operation: str
    what: str
    inputs: list
    output: Tensor  # its values are not used
    ours: object    # a list, a dict by rounding, or a text where libaccel gives no values
    follows: str    # the peer, or "neither" or "both"
    why: str = ""
    attributes: dict = dataclasses.field(default_factory=dict)
    constants: int = 0  # how many of the operands, from the end, are constant

    def roundings(self):
        """(what libaccel is told, what it answers)"""
        return list(self.ours.items()) if isinstance(self.ours, dict) else [(None, self.ours)]


def f32(*values):
    return Tensor("f32", [len(values)], list(values))


def i32(*values):
    return Tensor("i32", [len(values)], list(values))


def u8(*values):
    return Tensor("u8", [len(values)], list(values))


def like(x, kind="f32"):
    return Tensor(kind, x.dims, [])


def one(name, operation, what, x, ours, follows, why="", kind="f32", **attributes):
    return Row(name, operation, what, [x], like(x, kind), ours, follows, why, attributes)


def two(name, operation, what, a, b, ours, follows, why="", kind=None, **more):
    output = like(a, kind) if kind else dataclasses.replace(a, values=[])
    return Row(name, operation, what, [a, b], output, ours, follows, why, **more)


def window(name, operation, what, values, ours, follows, why=""):
    return Row(name, operation, what, [Tensor("f32", [1, 1, 1, len(values)], list(values))], Tensor("f32", [1, 1, 1, 1], []), ours, follows, why,
               {"kernel_shape": [1, len(values)]})


def stored(values, scale=1.0, zero_point=0, kind="i8", dims=None):
    return Tensor(kind, dims or [len(values)], list(values), scale, zero_point)


def cast(name, what, x, kind, ours, follows, why=""):
    return Row(name, "Cast", what, [x], like(x, kind), ours, follows, why, {"to": TYPES[kind][0]})


def mean(name, what, pairs, ours, follows, why="", scale=1.0):
    x = stored([value for pair in pairs for value in pair], dims=[len(pairs), len(pairs[0])])
    return Row(name, "ReduceMean", what, [x], stored([], scale, dims=[len(pairs), 1]), ours, follows, why, {"axes": [1]})


SATURATES = "Saturating, with 0 for NaN, means the same on every processor. ONNX Runtime gives what x86-64's instruction leaves; LiteRT saturates, but takes NaN for the largest."
SPREADS = "A NaN that disappears hides the fault that made it."
QUANTIZED = "QuantizeLinear"

ROWS = [
    # ------------------------------------------------------- maxima, averages, sums
    window("max-pool-nan-first", "MaxPool", "NaN, 1, 2, 3", [NAN, 1, 2, 3], [NAN], "neither", SPREADS + " In ONNX Runtime its place in the window decides."),
    window("max-pool-nan-last", "MaxPool", "1, 2, 3, NaN", [1, 2, 3, NAN], [NAN], "onnxruntime", SPREADS),
    window("max-pool-nan-all", "MaxPool", "NaN, NaN", [NAN, NAN], [NAN], "neither", SPREADS),
    window("max-pool-infinity", "MaxPool", "-inf, -inf", [-INF, -INF], [-INF], "litert", "The largest of the values, and no other value."),
    window("average-pool-infinities", "AveragePool", "inf, -inf", [INF, -INF], [NAN], "both"),
    window("average-pool-overflow", "AveragePool", "3e38, 3e38: the sum leaves f32, the mean does not", [3e38, 3e38], [INF], "both", "Up to 64 values of a window are summed in binary32, and what they come to in binary64."),
    Row("reduce-mean-overflow", "ReduceMean", "3e38, 3e38", [Tensor("f32", [1, 2], [3e38, 3e38])], Tensor("f32", [1, 1], []), [3e38], "neither",
        "Every sixteenth neighbour is summed in binary32, and what they come to in binary64. Means whose sum leaves f32 are not promised.", {"axes": [1]}),
    Row("reduce-mean-nan", "ReduceMean", "NaN, 1", [Tensor("f32", [1, 2], [NAN, 1])], Tensor("f32", [1, 1], []), [NAN], "both", "", {"axes": [1]}),
    # ------------------------------------------------------- functions
    one("relu", "Relu", "NaN, inf, -inf", f32(NAN, INF, -INF), [NAN, INF, 0], "both"),
    one("leaky-relu", "LeakyRelu", "NaN, inf, -inf", f32(NAN, INF, -INF), [NAN, INF, -INF], "both", alpha=0.5),
    Row("clip", "Clip", "NaN, inf, -inf, between 0 and 6", [f32(NAN, INF, -INF), Tensor("f32", [], [0]), Tensor("f32", [], [6])], f32(*[0] * 3), [NAN, 6, 0], "onnxruntime", SPREADS,
        constants=2),
    Row("clip-without-max", "Clip", "inf, at least 0", [f32(INF), Tensor("f32", [], [0])], f32(0), [INF], "neither",
        "A bound that is not given does not bound. ONNX names the largest finite number as the default; with it, RELU and Clip with a lower bound of 0 would be two functions.",
        constants=1),
    one("sigmoid", "Sigmoid", "NaN, inf, -inf", f32(NAN, INF, -INF), [NAN, 1, 0], "both"),
    one("sigmoid-small", "Sigmoid", "-100: the result is subnormal", f32(-100), [3.783505853677006e-44], "litert", "Subnormal results are not cut off."),
    one("tanh", "Tanh", "NaN, inf, -inf, -0", f32(NAN, INF, -INF, -0.0), [NAN, 1, -1, -0.0], "both"),
    one("tanh-small", "Tanh", "1e-40", f32(1e-40), [1e-40], "litert", "The value nearest to the exact one."),
    one("exp", "Exp", "NaN, inf, -inf, 89, -104", f32(NAN, INF, -INF, 89, -104), [NAN, INF, 0, INF, 0], "both"),
    one("exp-small", "Exp", "-100: the result is subnormal", f32(-100), [3.783505853677006e-44], "onnxruntime", "Subnormal results are not cut off."),
    one("softmax-infinity", "Softmax", "inf, 1", Tensor("f32", [1, 2], [INF, 1]), [NAN, NAN], "onnxruntime", "inf - inf is NaN.", axis=1),
    one("softmax-nothing", "Softmax", "-inf, -inf", Tensor("f32", [1, 2], [-INF, -INF]), [NAN, NAN], "onnxruntime", "A row without any weight has no distribution.", axis=1),
    one("softmax-masked", "Softmax", "-inf, 0", Tensor("f32", [1, 2], [-INF, 0]), [0, 1], "both", axis=1),
    one("softmax-nan", "Softmax", "NaN, 1", Tensor("f32", [1, 2], [NAN, 1]), [NAN, NAN], "onnxruntime", axis=1),
    Row("batch-normalization-constant", "BatchNormalization", "variance 0, epsilon 0, x = 2 and x = mean = 1",
        [Tensor("f32", [2, 1], [2, 1])] + [Tensor("f32", [1], [value]) for value in (1, 0, 1, 0)], Tensor("f32", [2, 1], []), [INF, NAN], "neither", "The mean is taken off first; the peer multiplies first, and has inf - inf.", {"epsilon": 0.0}, 4),
    # ------------------------------------------------------- arithmetic
    two("add-infinities", "Add", "inf + -inf, NaN + 1", f32(INF, NAN), f32(-INF, 1), [NAN, NAN], "both"),
    two("multiply-infinity", "Mul", "inf * 0, 3e38 * 10", f32(INF, 3e38), f32(0, 10), [NAN, INF], "both"),
    two("divide-by-zero", "Div", "1 / 0, -1 / 0, 0 / 0", f32(1, -1, 0), f32(0, 0, 0), [INF, -INF, NAN], "both"),
    two("divide-integers", "Div", "7 / -2, -7 / 2", Tensor("i32", [2], [7, -7]), Tensor("i32", [2], [-2, 2]), [-3, -3], "both", "Toward zero."),
    two("divide-integers-by-zero", "Div", "7 / 0", Tensor("i32", [1], [7]), Tensor("i32", [1], [0]), [0], "neither",
        "A run does not fail for its data. -2147483648 / -1 wraps to itself, and no peer was asked for it."),
    two("add-integers", "Add", "2147483647 + 1", Tensor("i32", [1], [2147483647]), Tensor("i32", [1], [1]), [-2147483648], "both", "Integers wrap."),
    Row("matmul-infinity", "MatMul", "[inf, 1] * [0, 1]", [Tensor("f32", [1, 2], [INF, 1]), Tensor("f32", [2, 1], [0, 1])], Tensor("f32", [1, 1], []), [NAN], "onnxruntime"),
    # ------------------------------------------------------- conversions
    cast("cast-i8", "300, -300, 1e20, NaN to i8", f32(300, -300, 1e20, NAN), "i8", [127, -128, 127, 0], "neither", SATURATES),
    cast("cast-u8", "300, -1, inf, NaN to u8", f32(300, -1, INF, NAN), "u8", [255, 0, 255, 0], "neither", SATURATES),
    cast("cast-i32", "1e20, -1e20, NaN to i32", f32(1e20, -1e20, NAN), "i32", [2147483647, -2147483648, 0], "neither", SATURATES),
    cast("cast-i64", "1e20, -1e20, NaN to i64", f32(1e20, -1e20, NAN), "i64", [2**63 - 1, -2**63, 0], "neither", SATURATES),
    cast("cast-truncates", "2.9, -2.9 to i32", f32(2.9, -2.9), "i32", [2, -2], "both", "Toward zero."),
    cast("cast-bool", "0.4, NaN, -0 to bool", f32(0.4, NAN, -0.0), "bool", [True, True, False], "onnxruntime", "All but zero is true."),
    cast("cast-narrow", "300, -129 from i32 to i8", Tensor("i32", [2], [300, -129]), "i8", [44, 127], "both", "Integers wrap."),
    # ------------------------------------------------------- quantisation
    Row("quantize-nan", QUANTIZED, "NaN", [f32(NAN)], stored([], 1.0, 3, dims=[1]), [-128], "onnxruntime", "The lowest value of the type; the zero point would look like a good answer."),
    Row("quantize-range", QUANTIZED, "inf, -inf, 300, -300", [f32(INF, -INF, 300, -300)], stored([], 1.0, 3, dims=[4]), [127, -128, 127, -128], "both"),
    Row("quantize-ties", QUANTIZED, "0.5, 1.5, 2.5, -0.5, -1.5, scale 1", [f32(0.5, 1.5, 2.5, -0.5, -1.5)], stored([], dims=[5]), [0, 2, 2, 0, -2], "onnxruntime",
        "A QUANTIZE of real values keeps the rounding that its node says; from ONNX that is HALF_EVEN. With TFLITE or NATURAL halves go away from zero, as in LiteRT."),
    Row("requantize-ties", "Requantize", "1, 3, 5, -1, -3 at scale 1, to scale 2", [stored([1, 3, 5, -1, -3])], stored([], 2.0, dims=[5]),
        {"half_even": [0, 2, 2, 0, -2], "tflite": [1, 2, 3, 0, -1], "natural": [1, 2, 3, 0, -1]}, "both", "The program's rounding decides."),
    mean("reduce-mean-ties", "means 0.5, 1.5, 2.5, -0.5, -1.5 of stored pairs, equal quantisations", [(0, 1), (1, 2), (2, 3), (-1, 0), (-2, -1)],
         {"half_even": [0, 2, 2, 0, -2], "tflite": [1, 2, 3, 0, -1], "natural": [1, 2, 3, 0, -1]}, "both",
         "The program's rounding decides: HALF_EVEN is ONNX Runtime's and that of LiteRT's default kernels, TFLITE that of LiteRT's reference kernels."),
    mean("reduce-mean-ties-of-four", "means -0.5, -1.5, 0.5, -1.5, 2.5 of four stored values, equal quantisations",
         [(-1, -1, 0, 0), (-3, -3, 0, 0), (1, 1, 0, 0), (-1, -1, -1, -3), (5, 5, 0, 0)],
         {"half_even": [0, -2, 0, -2, 2], "tflite": [-1, -2, 1, -2, 3], "natural": [0, -1, 1, -1, 3]}, "both", "As above; the reference's ties depend on the number of values."),
    mean("reduce-mean-scaled-ties", "means 0.5, 1.5, -0.5 of stored pairs, to scale 0.5", [(0, 1), (1, 2), (-1, 0)],
         {"half_even": [1, 3, -1], "tflite": [1, 3, -1], "natural": [1, 3, -1]}, "both", scale=0.5),
    two("quantized-add-saturates", "Add", "100 + 100 stored, scale 1", stored([100, -100]), stored([100, -100]), {"half_even": [127, -128], "tflite": [127, -128]}, "both", "Stored values saturate."),
    # ------------------------------------------------------- functions of single elements
    one("abs", "Abs", "NaN, -inf, -0", f32(NAN, -INF, -0.0), [NAN, INF, 0], "both"),
    one("abs-integers", "Abs", "-2147483648", i32(-2147483648), [-2147483648], "both", "Integers wrap.", kind="i32"),
    one("neg-integers", "Neg", "-2147483648", i32(-2147483648), [-2147483648], "both", "Integers wrap.", kind="i32"),
    one("sign", "Sign", "NaN, -0, -inf", f32(NAN, -0.0, -INF), [NAN, 0, -1], "both", SPREADS),
    one("round-ties", "Round", "0.5, 1.5, 2.5, -0.5, NaN", f32(0.5, 1.5, 2.5, -0.5, NAN), [0, 2, 2, -0.0, NAN], "both", "Halves to even."),
    one("floor", "Floor", "NaN, inf, -0", f32(NAN, INF, -0.0), [NAN, INF, -0.0], "both"),
    one("sqrt", "Sqrt", "-1, -0, inf, NaN", f32(-1, -0.0, INF, NAN), [NAN, -0.0, INF, NAN], "both"),
    one("reciprocal", "Reciprocal", "0, -0, inf, NaN", f32(0, -0.0, INF, NAN), [INF, -INF, 0, NAN], "onnxruntime"),
    one("log", "Log", "0, -1, inf, NaN", f32(0, -1, INF, NAN), [-INF, NAN, INF, NAN], "both"),
    one("erf", "Erf", "inf, -inf, NaN", f32(INF, -INF, NAN), [1, -1, NAN], "onnxruntime"),
    one("sin", "Sin", "inf, NaN, -0", f32(INF, NAN, -0.0), [NAN, NAN, -0.0], "both"),
    one("asin", "Asin", "2, NaN", f32(2, NAN), [NAN, NAN], "onnxruntime"),
    one("acosh", "Acosh", "0.5, 1, inf", f32(0.5, 1, INF), [NAN, 0, INF], "onnxruntime"),
    one("atanh", "Atanh", "1, -1, 2", f32(1, -1, 2), [INF, -INF, NAN], "onnxruntime"),
    one("is-inf", "IsInf", "inf, -inf, NaN", f32(INF, -INF, NAN), [True, True, False], "onnxruntime", kind="bool"),
    # ------------------------------------------------------- two elements
    two("pow", "Pow", "0^0, NaN^0, 1^NaN, (-8)^0.5, 0^-1", f32(0, NAN, 1, -8, 0), f32(0, 0, NAN, 0.5, -1), [1, 1, 1, NAN, INF], "both"),
    two("pow-integers", "Pow", "2^-1, (-1)^-3, 0^-1, 2^31", i32(2, -1, 0, 2), i32(-1, -3, -1, 31), [0, -1, 0, -2147483648], "neither",
        "A negative exponent's inverse is cut toward zero, and is 0 where there is none; products wrap. A real exponent's result becomes whole as CAST makes it."),
    two("mod-integers", "Mod", "7 mod -3, -7 mod 3", i32(7, -7), i32(-3, 3), [-2, 2], "onnxruntime", "The sign of the divisor. By 0, and of the lowest number by -1, it is 0, and no peer was asked for that."),
    two("fmod", "Mod", "7 mod -3, -7 mod 3, inf mod 2, 1 mod inf, 1 mod 0, with fmod", f32(7, -7, INF, 1, 1), f32(-3, 3, 2, INF, 0), [1, -1, NAN, 1, NAN], "onnxruntime", attributes={"fmod": 1}),
    two("bit-shift-left", "BitShift", "1 << 8, 1 << 7", u8(1, 1), u8(8, 7), [0, 128], "onnxruntime", "What is shifted out is gone. Signed numbers keep their sign to the right.", attributes={"direction": "LEFT"}),
    two("bit-shift-right", "BitShift", "255 >> 8, 255 >> 7", u8(255, 255), u8(8, 7), [0, 1], "onnxruntime", attributes={"direction": "RIGHT"}),
    two("prelu", "PRelu", "-inf by 0, NaN by 2, -0 by 2", f32(-INF, NAN, -0.0), f32(0, 2, 2), [NAN, NAN, -0.0], "onnxruntime"),
    two("min-nan", "Min", "min(NaN, 1), min(1, NaN)", f32(NAN, 1), f32(1, NAN), [NAN, NAN], "onnxruntime", SPREADS),
    two("max-nan", "Max", "max(NaN, 1), max(1, NaN)", f32(NAN, 1), f32(1, NAN), [NAN, NAN], "onnxruntime", SPREADS),
    two("mean-overflow", "Mean", "3e38, 3e38", f32(3e38), f32(3e38), [INF], "onnxruntime", "Operands are summed in their type, and the sum is divided."),
    two("less-nan", "Less", "NaN < 1, 1 < NaN", f32(NAN, 1), f32(1, NAN), [False, False], "both", kind="bool"),
    two("less-or-equal-nan", "LessOrEqual", "NaN <= NaN, 0 <= -0", f32(NAN, 0), f32(NAN, -0.0), [False, True], "both", kind="bool"),
    two("equal-nan", "Equal", "NaN = NaN, 0 = -0", f32(NAN, 0), f32(NAN, -0.0), [False, True], "both", kind="bool"),
]


def constants_of(name, tensor):
    """Scale and zero point of a quantised tensor, as initializers, and their names."""
    scale = onnx_bytes.constant(f"{name}_scale", TYPES["f32"][0], [], struct.pack("<f", tensor.scale))
    zero = onnx_bytes.constant(f"{name}_zero", TYPES[tensor.kind][0], [], struct.pack(TYPES[tensor.kind][1], tensor.zero_point))
    return [scale, zero], [f"{name}_scale", f"{name}_zero"]


def attribute(name, value):
    if isinstance(value, list):
        return onnx_bytes.integers(name, value)
    if isinstance(value, str):
        return onnx_bytes.text(name, value)
    return onnx_bytes.real(name, value) if isinstance(value, float) else onnx_bytes.attribute(name, value)


def model(row):
    """The row's ONNX model, as bytes."""
    parts, operands, ports = [], [], []
    for index, tensor in enumerate(row.inputs):
        name = f"x{index}"
        if index >= len(row.inputs) - row.constants:
            parts.append(onnx_bytes.constant(name, TYPES[tensor.kind][0], tensor.dims, tensor.raw()))
        else:
            ports.append(onnx_bytes.value(name, TYPES[tensor.kind][0], *tensor.dims))
        if tensor.scale:
            constants, names = constants_of(name, tensor)
            parts += constants + [onnx_bytes.node("DequantizeLinear", [name, *names], f"{name}_real")]
            name += "_real"
        operands.append(name)
    attributes = [attribute(*item) for item in row.attributes.items()]
    if row.output.scale:
        constants, names = constants_of("y", row.output)
        parts += constants
        if row.operation not in (QUANTIZED, "Requantize"):
            parts.append(onnx_bytes.node(row.operation, operands, "y_real", *attributes))
            operands = ["y_real"]
        parts.append(onnx_bytes.node(QUANTIZED, operands + names, "y"))
    else:
        parts.append(onnx_bytes.node(row.operation, operands, "y", *attributes))
    return onnx_bytes.model(parts, ports, [onnx_bytes.value("y", TYPES[row.output.kind][0], *row.output.dims)])


def ports(row):
    """The operands that are given at run time, by name."""
    return {f"x{index}": tensor for index, tensor in enumerate(row.inputs[: len(row.inputs) - row.constants])}


def rounded(value):
    return ctypes.c_float(value).value


def text(values):
    """Values as they are recorded and printed: the shortest form that means the same f32."""
    out = []
    for value in values:
        if isinstance(value, float):
            digits = next(digits for digits in range(1, 18) if math.isnan(value) or rounded(float(f"{value:.{digits}g}")) == rounded(value))
            value = f"{value:.{digits}g}"
        out.append(str(value))
    return ", ".join(out)
