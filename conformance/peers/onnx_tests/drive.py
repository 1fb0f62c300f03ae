# SPDX-License-Identifier: MIT
"""Run one test through `accel run`, in a process of its own, and say how it ended.

pass: every output has the expected shape, type and values, within the tolerances that the test names. wrong: one has not. crash: a signal, a run without end,
or an answer that blames the library itself. refused: one sentence says why. Not fed: a value that no .npy file holds (sequences, strings), which is counted as
refused too.
"""
import dataclasses
import json
import pathlib
import subprocess
import tempfile

import ml_dtypes
import numpy
import onnx
from onnx import helper, numpy_helper

TIMEOUT_S = 120
REFUSED_EXIT_CODE = 1
NUMPY_KINDS = "fiub"  # of numpy's own types that .npy files hold
TRANSFORMS = {"DFT", "STFT"}  # a small value is what is left of large ones: what is recorded of it is the rounding of the largest
# By the command's name: types that .npy files hold without a name, so that whoever reads one has to know it.
NAMELESS = {"bf16": ml_dtypes.bfloat16, "f8e4m3fn": ml_dtypes.float8_e4m3fn, "f8e4m3fnuz": ml_dtypes.float8_e4m3fnuz, "f8e5m2": ml_dtypes.float8_e5m2, "f8e5m2fnuz": ml_dtypes.float8_e5m2fnuz,
            "f8e8m0": ml_dtypes.float8_e8m0fnu, "f4e2m1": ml_dtypes.float4_e2m1fn, "i4": ml_dtypes.int4, "u4": ml_dtypes.uint4, "i2": ml_dtypes.int2, "u2": ml_dtypes.uint2}
NAMELESS = {name: numpy.dtype(kind) for name, kind in NAMELESS.items()}
BFLOAT16_RTOL = 2**-6  # two units in the last place, as onnx's own runner allows
# Of several operations in a row: each rounds, what is recorded among them, and a unit in the last place is as much as tests allow. Two of them.
FLOAT16_STEPS_RTOL = 2**-9


@dataclasses.dataclass
class Ending:
    set: str
    name: str
    outcome: str
    reason: str = ""


def can_be_fed(value):
    return value is not None and (value.dtype in NAMELESS.values() or value.dtype.kind in NUMPY_KINDS and value.dtype.isbuiltin == 1)


def with_constants(model, inputs):
    """The model with every input but the first made a constant, and what is then fed."""
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    del changed.graph.input[1:]
    for port, value in list(zip(model.graph.input, inputs))[1:]:
        changed.graph.initializer.append(numpy_helper.from_array(value, port.name))
    if changed.ir_version < 4:
        changed.ir_version = 4  # before, constants are inputs, too
    return changed, inputs[:1]


# Operands that say what a result's shape is, or which of its forms an operator takes, by operator: frameworks know them when they build.
SHAPING = {"AffineGrid": (1,), "BlackmanWindow": (0,), "CenterCropPad": (1,), "Clip": (1, 2), "Col2Im": (1, 2), "Compress": (1,), "ConstantOfShape": (0,), "CumProd": (1,), "CumSum": (1,), "DFT": (1, 2), "Dropout": (1, 2), "Expand": (1,), "HammingWindow": (0,),
           "HannWindow": (0,), "MaxUnpool": (2,), "NonMaxSuppression": (0, 1, 2, 3, 4), "NonZero": (0,), "OneHot": (1,), "Pad": (1, 2, 3), "Range": (0, 1, 2), "Reshape": (1,), "Resize": (1, 2, 3), "Slice": (1, 2, 3, 4), "Split": (1,), "Squeeze": (1,), "STFT": (1, 3), "Tile": (1,), "TopK": (1,),
           "Trilu": (1,), "Unsqueeze": (1,), "Upsample": (1,), **{f"Reduce{what}": (1,) for what in ("L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare")}}
SIZES_ONLY = ("Shape", "Size")  # what these read is data
SIZE_TYPES = (onnx.TensorProto.INT32, onnx.TensorProto.INT64)


def nodes_of(graph):
    """All nodes, those of bodies among them."""
    for node in graph.node:
        yield node
        for body in bodies_of(node):
            yield from nodes_of(body)


def bodies_of(node):
    return [attribute.g for attribute in node.attribute if attribute.type == onnx.AttributeProto.GRAPH]


def leading_to(names, graph):
    """The names themselves, and all that they are computed from."""
    made = {name: node for node in nodes_of(graph) for name in node.output}
    waiting, seen = list(names), set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        node = made.get(name)
        if node is not None and node.op_type not in SIZES_ONLY:
            waiting += [*node.input, *(output.name for body in bodies_of(node) for output in body.output)]
    return seen


def may_hold_sizes(port):
    tensor = port.type.tensor_type
    return tensor.elem_type in SIZE_TYPES and tensor.HasField("shape") and len(tensor.shape.dim) <= 1


def shaping_inputs(model):
    """Names of the model's inputs that only such operands are, and of those that hold sizes from which such operands are computed."""
    shaping, other = set(), {output.name for output in model.graph.output}
    for node in nodes_of(model.graph):
        for position, name in enumerate(node.input):
            (shaping if position in SHAPING.get(node.op_type, ()) else other).add(name)
    computed = leading_to(shaping, model.graph)
    return {port.name for port in model.graph.input if port.name in shaping - other or (port.name in computed and may_hold_sizes(port))}


def command(options, work, model, inputs):
    """Writes the files of a test; the command that runs it, or None where an input cannot be fed."""
    known = shaping_inputs(model)
    initial = {tensor.name for tensor in model.graph.initializer}
    onnx.save(model, work / "model.onnx")
    parts = [options.accel, "run", work / "model.onnx", "-d", options.device, "--json", "-o", work / "out", *options.accel_options]
    for i, (port, value) in enumerate(zip(model.graph.input, inputs)):
        if value is None and port.name in initial:
            continue
        if not can_be_fed(value):
            return None
        numpy.save(work / f"in{i}.npy", value)
        parts += ["--known" if port.name in known else "-i", f"{port.name}={work / f'in{i}.npy'}"]
    return [str(part) for part in parts]


def difference(given, expected, rtol, atol):
    """What is wrong with an output, or None."""
    if given.shape != expected.shape:
        return f"shape {list(given.shape)} where {list(expected.shape)} is expected"
    if given.dtype != expected.dtype:
        return f"type {given.dtype} where {expected.dtype} is expected"
    if expected.dtype in NAMELESS.values():
        # Types of a byte and less are for storage: there is no nearly the same in them.
        rtol, atol = (max(rtol, BFLOAT16_RTOL), atol) if expected.dtype.itemsize == 2 else (0, 0)
        given, expected = given.astype(numpy.float32), expected.astype(numpy.float32)
    near = numpy.isclose(given, expected, rtol=rtol, atol=atol, equal_nan=True)
    if near.all():
        return None
    first = tuple(int(index[0]) for index in numpy.nonzero(~near)) if near.ndim else ()
    return f"{given[first]} at {list(first)} where {expected[first]} is expected; {int((~near).sum())} of {near.size} values are off"


def tolerated(test, model, expected):
    """The absolute difference that a test allows."""
    transforms = any(node.op_type in TRANSFORMS for node in model.graph.node)
    if not transforms or expected.dtype.kind != "f" or expected.size == 0:
        return test.atol
    return max(test.atol, float(numpy.finfo(expected.dtype).eps) * float(numpy.nanmax(numpy.abs(expected))))


def tolerated_part(test, model, expected):
    """The relative difference that a test allows."""
    return max(test.rtol, FLOAT16_STEPS_RTOL) if expected.dtype == numpy.float16 and len(model.graph.node) > 1 else test.rtol


def load(output):
    """The values of an output, with the type that the command says where the file says none."""
    values = numpy.load(output["file"])
    return values.view(NAMELESS[output["type"]]) if values.dtype.kind == "V" else values


def judge(test, model, answer):
    """What is wrong with the outputs that were written, or None."""
    written = {output["name"]: output for output in json.loads(answer)["results"][0]["outputs"]}
    for port, expected in zip(model.graph.output, test.outputs):
        if expected is None:
            return f"output '{port.name}' is no tensor of numbers, and came as one"
        if port.name not in written:
            return f"output '{port.name}' was not written"
        if port.type.tensor_type.elem_type == onnx.TensorProto.BFLOAT16 and expected.dtype == numpy.uint16:
            expected = expected.view(helper.tensor_dtype_to_np_dtype(onnx.TensorProto.BFLOAT16))  # as onnx 1.12 published them
        if wrong := difference(load(written[port.name]), expected, tolerated_part(test, model, expected), tolerated(test, model, expected)):
            return f"output '{port.name}': {wrong}"
    return None


def run(options, test):
    """How the test ended."""
    model, inputs = test.model, test.inputs
    if options.constants and all(can_be_fed(value) for value in inputs) and inputs:
        model, inputs = with_constants(model, inputs)
    with tempfile.TemporaryDirectory(prefix="accel-onnx-tests-") as folder:
        parts = command(options, pathlib.Path(folder), model, inputs)
        if parts is None:
            return Ending(test.set, test.name, "refused", "an input is of a type that no .npy file holds")
        try:
            ended = subprocess.run(parts, capture_output=True, text=True, errors="replace", timeout=TIMEOUT_S, cwd=folder)
        except subprocess.TimeoutExpired:
            return Ending(test.set, test.name, "crash", f"no end after {TIMEOUT_S} s")
        said = ended.stderr.strip().splitlines()
        last = said[-1].replace(folder + "/", "") if said else ""
        if ended.returncode == 0:
            wrong = judge(test, model, ended.stdout)
            return Ending(test.set, test.name, "wrong" if wrong else "pass", wrong or "")
        if ended.returncode != REFUSED_EXIT_CODE or not last.startswith("error: ") or last.startswith("error: INTERNAL"):
            return Ending(test.set, test.name, "crash", f"exit code {ended.returncode}: {last}")
        return Ending(test.set, test.name, "refused", last.removeprefix("error: "))
