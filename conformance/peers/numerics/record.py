#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Ask ONNX Runtime and LiteRT for the rows of docs/numerics.md, and write their answers, with versions, to recorded.json.

Run it with the Python that has the package in question; the answers of the other one are kept:
  pip install onnxruntime==1.32.0      ONNX Runtime, its default CPU provider on one thread, no graph optimisation
  pip install ai-edge-litert==2.3.0    LiteRT, with its default delegate, and with its reference kernels

Usage: record.py [--check]     --check writes nothing and fails where an answer differs from the recorded one
"""
import argparse
import json
import pathlib
import platform
import sys

import rows

FILE = pathlib.Path(__file__).with_name("recorded.json")


def plain(row, array):
    kind = {"f32": float, "bool": bool}.get(row.output.kind, int)
    return rows.text([kind(value) for value in array.ravel().tolist()])


def operands(row):
    import numpy
    return {name: numpy.frombuffer(tensor.raw(), rows.TYPES[tensor.kind][2]).reshape(tensor.dims) for name, tensor in rows.ports(row).items()}


def ask_onnxruntime(row):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        session = onnxruntime.InferenceSession(rows.model(row), options, providers=["CPUExecutionProvider"])
        return plain(row, session.run(None, operands(row))[0])
    except Exception as error:  # the package has no narrower class for what a run says
        return "fails: " + str(error).strip().splitlines()[0].rsplit(": ", 1)[-1]


def litert_options(schema, row):
    """Operator code and options of the row's operation, or None where LiteRT has no such operation."""
    code = {"Requantize": "QUANTIZE", "QuantizeLinear": "QUANTIZE", "MaxPool": "MAX_POOL_2D", "AveragePool": "AVERAGE_POOL_2D", "ReduceMean": "MEAN", "Relu": "RELU", "LeakyRelu": "LEAKY_RELU",
            "Sigmoid": "LOGISTIC", "Min": "MINIMUM", "Max": "MAXIMUM",
            "LessOrEqual": "LESS_EQUAL"}.get(row.operation, row.operation.upper())
    if row.operation == "Clip":
        code = "RELU6" if len(row.inputs) == 3 else None
    if row.operation in ("MatMul", "BatchNormalization", "PRelu", "Mean") or not hasattr(schema.BuiltinOperator, str(code)):
        return None
    options, kind = None, 0
    if "POOL" in code:
        options, kind = schema.Pool2DOptionsT(), schema.BuiltinOptions.Pool2DOptions
        options.filterHeight, options.filterWidth = row.attributes["kernel_shape"]
        options.strideH = options.strideW = 1
        options.padding = schema.Padding.VALID
    elif code == "LEAKY_RELU":
        options, kind = schema.LeakyReluOptionsT(), schema.BuiltinOptions.LeakyReluOptions
        options.alpha = row.attributes["alpha"]
    elif code == "SOFTMAX":
        options, kind = schema.SoftmaxOptionsT(), schema.BuiltinOptions.SoftmaxOptions
        options.beta = 1.0
    elif code == "MEAN":
        options, kind = schema.ReducerOptionsT(), schema.BuiltinOptions.ReducerOptions
        options.keepDims = True
    elif code in ("ADD", "MUL", "DIV"):
        name = code.capitalize() + "Options"
        options, kind = getattr(schema, name + "T")(), getattr(schema.BuiltinOptions, name)
    return getattr(schema.BuiltinOperator, code), options, kind


def litert_model(row):
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema
    chosen = litert_options(schema, row)
    if chosen is None:
        return None
    code, builtin, kind = chosen
    types = {"f32": "FLOAT32", "u8": "UINT8", "i8": "INT8", "i32": "INT32", "i64": "INT64", "bool": "BOOL"}
    model, graph, operator, operator_code = schema.ModelT(), schema.SubGraphT(), schema.OperatorT(), schema.OperatorCodeT()
    model.version, model.buffers = 3, [schema.BufferT()]
    graph.tensors = []

    def add(name, tensor, data=None):
        made = schema.TensorT()
        dims = tensor.dims if len(tensor.dims) != 4 else [tensor.dims[at] for at in (0, 2, 3, 1)]
        made.name, made.shape, made.type, made.buffer = name, dims, getattr(schema.TensorType, types[tensor.kind]), 0
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = list(data)
            model.buffers.append(buffer)
            made.buffer = len(model.buffers) - 1
        if tensor.scale:
            made.quantization = schema.QuantizationParametersT()
            made.quantization.scale, made.quantization.zeroPoint = [tensor.scale], [tensor.zero_point]
        graph.tensors.append(made)
        return len(graph.tensors) - 1

    graph.inputs = [add(name, tensor) for name, tensor in rows.ports(row).items()]
    operator.inputs = list(graph.inputs)
    if "axes" in row.attributes:
        axes = rows.Tensor("i32", [1], row.attributes["axes"])
        operator.inputs.append(add("axes", axes, axes.raw()))
    graph.outputs = operator.outputs = [add("y", row.output)]
    operator.opcodeIndex, operator.builtinOptionsType, operator.builtinOptions = 0, kind, builtin
    operator_code.builtinCode, operator_code.deprecatedBuiltinCode, operator_code.version = code, min(code, 127), 2 if row.output.scale else 1
    graph.operators, model.subgraphs, model.operatorCodes = [operator], [graph], [operator_code]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def ask_litert(row, reference):
    from ai_edge_litert.interpreter import Interpreter, OpResolverType
    content = litert_model(row)
    if content is None:
        return "no such operation"
    resolver = OpResolverType.BUILTIN_REF if reference else OpResolverType.AUTO
    try:
        interpreter = Interpreter(model_content=content, num_threads=1, experimental_op_resolver_type=resolver)
        interpreter.allocate_tensors()
        for detail, array in zip(interpreter.get_input_details(), operands(row).values()):
            interpreter.set_tensor(detail["index"], array.reshape(detail["shape"]))
        interpreter.invoke()
        return plain(row, interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))
    except (RuntimeError, ValueError) as error:
        return "fails: " + str(error).strip().splitlines()[0]


def answers():
    """{peer: (version, {row: answer})} for the packages that are here."""
    found = {}
    try:
        import onnxruntime
        found["onnxruntime"] = onnxruntime.__version__, {row.name: ask_onnxruntime(row) for row in rows.ROWS}
    except ImportError:
        pass
    try:
        import importlib.metadata
        version = importlib.metadata.version("ai-edge-litert")
        for peer, reference in (("litert", False), ("litert_reference", True)):
            found[peer] = version, {row.name: ask_litert(row, reference) for row in rows.ROWS}
    except importlib.metadata.PackageNotFoundError:
        pass
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail where an answer differs from the recorded one")
    arguments = parser.parse_args()
    recorded = json.loads(FILE.read_text()) if FILE.exists() else {}
    found = answers()
    if not found:
        sys.exit("record.py: this Python has neither onnxruntime nor ai-edge-litert")
    differences = 0
    for peer, (version, given) in found.items():
        for name, answer in given.items():
            before = recorded.get(peer, {}).get("rows", {}).get(name)
            if before != answer:
                differences += 1
                print(f"{peer} {version}, {name}: {answer}; recorded is {before}")
        recorded[peer] = {"version": version, "machine": platform.machine(), "rows": given}
    if not arguments.check:
        FILE.write_text(json.dumps(recorded, indent=1) + "\n")
    sys.exit(1 if arguments.check and differences else 0)


if __name__ == "__main__":
    main()
