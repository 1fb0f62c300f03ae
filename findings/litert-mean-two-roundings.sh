#!/bin/sh
# SPDX-License-Identifier: MIT
# LiteRT 2.3.0, MEAN of int8 with equal quantisation on both sides. One package holds two answers: the kernels that run by default round a mean of one half to even, those of
# OpResolverType.BUILTIN_REF round it up. So "bit-exact to TFLite" has to say to which of its kernels.
set -eu
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$(dirname "$0")/lib/python" ai-edge-litert==2.3.0 numpy==2.4.6 2>"$log" <<'PYTHON' || { cat "$log" >&2; exit 1; }
from importlib.metadata import version

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

ROWS = [[0, 1], [1, 2], [2, 3], [0, -1], [-1, -2]]


def tensor(name, shape, kind, buffer=0, scale=None):
    made = schema.TensorT()
    made.name, made.shape, made.type, made.buffer = name, shape, kind, buffer
    if scale:
        made.quantization = schema.QuantizationParametersT()
        made.quantization.scale, made.quantization.zeroPoint = [scale], [0]
    return made


def mean_model():
    code, options = schema.OperatorCodeT(), schema.ReducerOptionsT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.MEAN
    code.version, options.keepDims = 2, True
    operator = schema.OperatorT()
    operator.opcodeIndex, operator.inputs, operator.outputs = 0, [0, 1], [2]
    operator.builtinOptionsType, operator.builtinOptions = schema.BuiltinOptions.ReducerOptions, options
    graph, model, axes = schema.SubGraphT(), schema.ModelT(), schema.BufferT()
    axes.data = np.array([1], np.int32).view(np.uint8)
    graph.tensors = [tensor("x", [5, 2], schema.TensorType.INT8, scale=1.0), tensor("axes", [1], schema.TensorType.INT32, 1), tensor("y", [5, 1], schema.TensorType.INT8, scale=1.0)]
    graph.inputs, graph.outputs, graph.operators = [0], [2], [operator]
    model.version, model.buffers, model.subgraphs, model.operatorCodes = 3, [schema.BufferT(), axes], [graph], [code]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def means(**how):
    interpreter = Interpreter(model_content=mean_model(), **how)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], np.array(ROWS, np.int8))
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"]).ravel().tolist()


print("ai-edge-litert", version("ai-edge-litert"))
default, reference = means(), means(experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
print("means of", ROWS, "by default:", default, "by the reference kernels:", reference)
raise SystemExit(default != [0, 2, 2, 0, -2] or reference != [1, 2, 3, 0, -1])
PYTHON
