#!/bin/sh
# SPDX-License-Identifier: MIT
# Vela 5.2.0, networks of one operation. One would expect the arena to hold inputs and outputs side by side, since an application may run twice with one input. Vela's plan has the result at the place of
# the first input, for a transposition too, which goes through a third place: a run destroys what it was given. So inputs are written before every run, or copied by whoever binds them.
exec "$(dirname "$0")/lib/python" ethos-u-vela==5.2.0 ai-edge-litert==2.3.0 numpy==2.4.6 <<'PYTHON'
import os
import subprocess
from importlib.metadata import version

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

SHAPE = [1, 8, 8, 16]


def model_of(operator_name, shapes, constant=None):
    tensors, buffers = [], [schema.BufferT()]
    for number, shape in enumerate(shapes):
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type, tensor.buffer = f"t{number}", shape, schema.TensorType.INT8, 0
        tensor.quantization = schema.QuantizationParametersT()
        tensor.quantization.scale, tensor.quantization.zeroPoint = [0.05], [0]
        tensors.append(tensor)
    operator, code, graph, model = schema.OperatorT(), schema.OperatorCodeT(), schema.SubGraphT(), schema.ModelT()
    code.builtinCode = code.deprecatedBuiltinCode = getattr(schema.BuiltinOperator, operator_name)
    code.version = 2
    last = len(shapes) - 1
    operator.opcodeIndex, operator.inputs, operator.outputs = 0, list(range(last)), [last]
    graph.inputs, graph.outputs = list(range(last)), [last]
    if constant is not None:
        buffers.append(schema.BufferT())
        buffers[1].data = np.array(constant, np.int32).view(np.uint8)
        order = schema.TensorT()
        order.name, order.shape, order.type, order.buffer = "order", [len(constant)], schema.TensorType.INT32, 1
        tensors.append(order)
        operator.inputs = operator.inputs + [len(tensors) - 1]
    graph.tensors, graph.operators = tensors, [operator]
    model.version, model.buffers, model.subgraphs, model.operatorCodes = 3, buffers, [graph], [code]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def places(name, *model):
    """Offsets in the arena of the network's inputs and of its output, from Vela's own plan."""
    path = os.path.join(os.environ["FOLDER"], name)
    with open(path + ".tflite", "wb") as file:
        file.write(model_of(*model))
    subprocess.run(["vela", path + ".tflite", "--output-dir", path], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(os.path.join(path, name + "_vela.tflite"), "rb") as file:
        made = schema.ModelT.InitFromObj(schema.Model.GetRootAs(file.read()))
    plan = next(data for data in made.metadata if data.name == b"OfflineMemoryAllocation")
    offsets = np.frombuffer(made.buffers[plan.buffer].data.tobytes(), np.int32)[3:]
    graph = made.subgraphs[0]
    return [int(offsets[number]) for number in (*graph.inputs, *graph.outputs)]


print("ethos-u-vela", version("ethos-u-vela"))
changed = 0
for name, model in (("relu", ("RELU", [SHAPE, SHAPE])), ("maximum", ("MAXIMUM", [SHAPE, SHAPE, SHAPE])), ("transpose", ("TRANSPOSE", [SHAPE, [1, 16, 8, 8]], [0, 3, 1, 2]))):
    got = places(name, *model)
    over_input = got[-1] == got[0]
    changed += not over_input
    print(f"{name}: offsets of inputs and output {got}:", "the output lies on the first input" if over_input else "apart")
raise SystemExit(changed != 0)
PYTHON
