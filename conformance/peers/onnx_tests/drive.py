# SPDX-License-Identifier: MIT
"""Run one test through `accel run`, in a process of its own, and say how it ended.

pass: every output has the expected shape, type and values, within the tolerances that the test names. wrong: one has not. crash: a signal, a run without end,
or an answer that blames the library itself. refused: one sentence says why. Not fed: a value that no .npy file holds (sequences, strings, bfloat16, 8-bit and
smaller floats, 4-bit integers), which is counted as refused too.
"""
import dataclasses
import json
import pathlib
import subprocess
import tempfile

import numpy
import onnx
from onnx import numpy_helper

TIMEOUT_S = 120
REFUSED_EXIT_CODE = 1
NUMPY_KINDS = "fiub"  # of types that .npy files hold
BFLOAT16_RTOL = 2**-6  # two units in the last place, as onnx's own runner allows


@dataclasses.dataclass
class Ending:
    set: str
    name: str
    outcome: str
    reason: str = ""


def can_be_fed(value):
    return value is not None and value.dtype.kind in NUMPY_KINDS and value.dtype.isbuiltin


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


# Operands that say what a result's shape is, by operator: frameworks know them when they build.
SHAPING = {"Clip": (1, 2), "ConstantOfShape": (0,), "Expand": (1,), "Pad": (1, 2, 3), "Reshape": (1,), "Resize": (1, 2, 3), "Slice": (1, 2, 3, 4), "Split": (1,), "Squeeze": (1,), "Tile": (1,), "TopK": (1,),
           "Unsqueeze": (1,), "ReduceMean": (1,)}


def shaping_inputs(model):
    """Names of the model's inputs that only such operands are."""
    shaping, other = set(), {output.name for output in model.graph.output}
    for node in model.graph.node:
        for position, name in enumerate(node.input):
            (shaping if position in SHAPING.get(node.op_type, ()) else other).add(name)
    return shaping - other


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
    if expected.dtype.name == "bfloat16":
        rtol, given, expected = max(rtol, BFLOAT16_RTOL), given.astype(numpy.float32), expected.astype(numpy.float32)
    near = numpy.isclose(given, expected, rtol=rtol, atol=atol, equal_nan=True)
    if near.all():
        return None
    first = tuple(int(index[0]) for index in numpy.nonzero(~near)) if near.ndim else ()
    return f"{given[first]} at {list(first)} where {expected[first]} is expected; {int((~near).sum())} of {near.size} values are off"


def judge(test, model, answer):
    """What is wrong with the outputs that were written, or None."""
    written = {output["name"]: output["file"] for output in json.loads(answer)["results"][0]["outputs"]}
    for port, expected in zip(model.graph.output, test.outputs):
        if expected is None:
            return f"output '{port.name}' is no tensor of numbers, and came as one"
        if port.name not in written:
            return f"output '{port.name}' was not written"
        if wrong := difference(numpy.load(written[port.name]), expected, test.rtol, test.atol):
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
