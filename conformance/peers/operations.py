#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measure single operations on 307,328 elements in turns with ONNX Runtime, on one and on two threads, and print a table with the bar.

The machine should be quiet; every ratio comes from runs taken in turns.

Usage: operations.py [--accel PATH] [--only TEXT] [--threads N]… [--seconds S] [--rounds N] [--strict]
Exit code 0: measured (with --strict: and the bar held everywhere). 1: the bar did not hold, or something is missing.
"""
import argparse
import os
import pathlib
import statistics
import sys
import tempfile

import bars

BAR = 1.2  # the most that an operation may take of ONNX Runtime's time with as many threads
DIMS = [1, 32, 98, 98]


def make(name):
    """The operation as an ONNX model."""
    import numpy
    from onnx import TensorProto, helper, numpy_helper
    random, constants = numpy.random.default_rng(7), []

    def constant(label, values, kind=numpy.float32):
        constants.append(numpy_helper.from_array(numpy.array(values, kind), label))
        return label

    def channels(label, low, high):
        return constant(label, random.uniform(low, high, DIMS[1]))

    stored = {"U8": (TensorProto.UINT8, numpy.uint8, 113), "I8": (TensorProto.INT8, numpy.int8, -5)}
    inputs, attributes, kinds, y_dims = ["x"], {}, [TensorProto.FLOAT, TensorProto.FLOAT], DIMS
    operation, _, form = name.partition(" ")
    if operation in ("QuantizeLinear", "DequantizeLinear"):
        kind, numpy_kind, zero = stored[form]
        inputs += [constant("scale", 0.0137), constant("zero", zero, numpy_kind)]
        kinds[operation == "QuantizeLinear"] = kind
    elif operation == "BatchNormalization":
        inputs += [channels("scale", 0.5, 2), channels("bias", -1, 1), channels("mean", -1, 1), channels("variance", 0.5, 2)]
    elif operation == "MaxPool":
        size, stride = map(int, form.split("/"))
        attributes = {"kernel_shape": [size, size], "strides": [stride, stride], "pads": [size // 2, size // 2] * 2 if size % 2 else [0] * 4}
        out = (DIMS[2] + 2 * (size // 2 if size % 2 else 0) - size) // stride + 1
        y_dims = DIMS[:2] + [out, out]
    elif operation == "Softmax":
        attributes = {"axis": int(form)}
    elif operation == "LeakyRelu":
        attributes = {"alpha": 0.1}
    elif operation == "Max":
        inputs += [constant("second", random.normal(0, 1, DIMS))]
    elif operation == "Where":
        inputs = [constant("chosen", random.integers(0, 2, DIMS), bool), "x", constant("other", 0.5)]
    nodes = [helper.make_node(operation, inputs, ["y"], **attributes)]
    graph = helper.make_graph(nodes, operation, [helper.make_tensor_value_info("x", kinds[0], DIMS)], [helper.make_tensor_value_info("y", kinds[1], y_dims)], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return model.SerializeToString()


NAMES = ["QuantizeLinear U8", "QuantizeLinear I8", "DequantizeLinear U8", "DequantizeLinear I8", "Tanh", "Exp", "Sigmoid", "LeakyRelu", "Relu", "Softmax -1", "Softmax 1",
         "Erf", "Log", "Sin", "Sqrt", "Floor", "Round", "Abs", "Max", "Where", "BatchNormalization", "MaxPool 2/2", "MaxPool 3/2", "MaxPool 3/1", "MaxPool 5/1"]


def measure(arguments, path, threads):
    rounds = []
    for _ in range(arguments.rounds):
        timed = bars.bench(arguments.accel, path, threads, arguments.seconds, sys.executable)
        rounds.append((timed["latency"]["median_ns"], timed["onnxruntime"]["latency"]["median_ns"], timed["onnxruntime"]["ratio_median"]))
    return [statistics.median(column) for column in zip(*rounds)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--accel", type=pathlib.Path, default=pathlib.Path(os.environ.get("BUILD", bars.ROOT / "build/release")) / "bin/accel")
    parser.add_argument("--only", default="", help="only operations whose name holds this text")
    parser.add_argument("--threads", type=int, action="append", help="default: 1 and 2")
    parser.add_argument("--seconds", type=float, default=0.6, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--strict", action="store_true", help="fail where the bar does not hold")
    arguments = parser.parse_args()
    held = True
    print("| operation | threads | libaccel | ONNX Runtime | ratio | bar |\n|---|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        for name in (name for name in NAMES if arguments.only in name):
            path = pathlib.Path(folder) / "operation.onnx"
            path.write_bytes(make(name))
            for threads in arguments.threads or [1, 2]:
                ours, theirs, ratio = measure(arguments, path, threads)
                held = held and ratio <= BAR
                print(f"| {name} | {threads} | {ours / 1e3:.0f} us | {theirs / 1e3:.0f} us | **{ratio:.2f}** | {BAR} |", flush=True)
    sys.exit(0 if held or not arguments.strict else 1)


if __name__ == "__main__":
    main()
