# SPDX-License-Identifier: MIT
"""Writes TensorFlow Lite files of a few operators, by the schema that comes with ai-edge-litert."""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

TYPES = {
    "float32": schema.TensorType.FLOAT32, "float16": schema.TensorType.FLOAT16, "int8": schema.TensorType.INT8, "uint8": schema.TensorType.UINT8,
    "int16": schema.TensorType.INT16, "int32": schema.TensorType.INT32, "int64": schema.TensorType.INT64, "bool": schema.TensorType.BOOL,
}


class Model:
    """One subgraph. Tensors are numbers; an operator's options are the schema's object with the fields that are given."""

    def __init__(self):
        self.constants_behind = False
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.description = "test"
        self.model.buffers = [schema.BufferT()]
        self.model.operatorCodes = []
        self.graph = schema.SubGraphT()
        self.graph.name = "main"
        self.graph.tensors, self.graph.operators, self.graph.inputs, self.graph.outputs = [], [], [], []
        self.model.subgraphs = [self.graph]

    def tensor(self, name, shape, dtype="float32", scale=None, zero_point=0, axis=0, data=None):
        made = schema.TensorT()
        made.name, made.shape, made.type = name, list(shape), TYPES[str(dtype)]
        if scale is not None:
            made.quantization = schema.QuantizationParametersT()
            made.quantization.scale = [float(each) for each in np.atleast_1d(scale)]
            made.quantization.zeroPoint = [int(each) for each in np.atleast_1d(zero_point)]
            if len(made.quantization.zeroPoint) != len(made.quantization.scale):
                made.quantization.zeroPoint = [made.quantization.zeroPoint[0]] * len(made.quantization.scale)
            made.quantization.quantizedDimension = axis
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(data).tobytes(), np.uint8)
            made.buffer = len(self.model.buffers)
            self.model.buffers.append(buffer)
        self.graph.tensors.append(made)
        return len(self.graph.tensors) - 1

    def constant(self, name, array, **quantization):
        array = np.asarray(array)
        return self.tensor(name, array.shape, str(array.dtype), data=array, **quantization)

    def input(self, *arguments, **more):
        self.graph.inputs.append(self.tensor(*arguments, **more))
        return self.graph.inputs[-1]

    def output(self, index):
        self.graph.outputs.append(index)

    def operator(self, name, inputs, outputs, options=None, version=1, custom_options=None, **fields):
        """options: the name of a table without 'Options'."""
        code = schema.OperatorCodeT()
        builtin = getattr(schema.BuiltinOperator, name, None)
        code.builtinCode = schema.BuiltinOperator.CUSTOM if builtin is None else builtin
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        code.customCode = name if builtin is None else None
        code.version = version
        made = schema.OperatorT()
        made.opcodeIndex = len(self.model.operatorCodes)
        self.model.operatorCodes.append(code)
        made.inputs, made.outputs = list(inputs), list(outputs)
        if custom_options is not None:
            made.customOptions = np.frombuffer(custom_options, np.uint8)
        if options is not None:
            made.builtinOptionsType = getattr(schema.BuiltinOptions, options + "Options")
            made.builtinOptions = getattr(schema, options + "OptionsT")()
            for key, value in fields.items():
                assert hasattr(made.builtinOptions, key), (options, key)
                setattr(made.builtinOptions, key, value)
        self.graph.operators.append(made)

    def signature(self, key, inputs, outputs):
        made = schema.SignatureDefT()
        made.signatureKey, made.subgraphIndex = key, 0
        made.inputs, made.outputs = [], []
        for ports, names in ((made.inputs, inputs), (made.outputs, outputs)):
            for name, index in names.items():
                one = schema.TensorMapT()
                one.name, one.tensorIndex = name, index
                ports.append(one)
        self.model.signatureDefs = [made]

    def packed(self):
        builder = flatbuffers.Builder(4096)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def bytes(self):
        if not self.constants_behind:
            return self.packed()
        # As in files of more than 2 GiB: constants lie behind the tables, which say where.
        parts = [(buffer, bytes(buffer.data)) for buffer in self.model.buffers if buffer.data is not None]
        for buffer, data in parts:
            buffer.data, buffer.offset, buffer.size = None, 2, len(data)
        whole = bytearray(self.packed())
        for buffer, data in parts:
            whole += bytes(-len(whole) % 16)
            buffer.offset = len(whole)
            whole += data
        tables = self.packed()
        return tables + bytes(whole[len(tables):])
