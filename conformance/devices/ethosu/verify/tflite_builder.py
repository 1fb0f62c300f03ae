# SPDX-License-Identifier: MIT
"""Builds TensorFlow Lite flatbuffers of a few operations, without TensorFlow."""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

TYPES = {
    np.dtype(np.int8): schema.TensorType.INT8,
    np.dtype(np.uint8): schema.TensorType.UINT8,
    np.dtype(np.int16): schema.TensorType.INT16,
    np.dtype(np.int32): schema.TensorType.INT32,
    np.dtype(np.int64): schema.TensorType.INT64,
}


class ModelBuilder:
    """One subgraph; tensors are named by their index."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.description = f"seed {seed}"
        self.model.buffers = [schema.BufferT()]
        self.model.operatorCodes = []
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.graph.inputs, self.graph.outputs = [], []
        self.graph.name = b"main"
        self.model.subgraphs = [self.graph]

    def tensor(self, shape, dtype, scale=None, zero_point=0, data=None, axis=0):
        tensor = schema.TensorT()
        tensor.shape = [int(n) for n in shape]
        tensor.type = TYPES[np.dtype(dtype)]
        tensor.name = f"t{len(self.graph.tensors)}".encode()
        if data is None:
            tensor.buffer = 0
        else:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(data, dtype=dtype).tobytes(), np.uint8)
            self.model.buffers.append(buffer)
            tensor.buffer = len(self.model.buffers) - 1
        if scale is not None:
            quantization = schema.QuantizationParametersT()
            quantization.scale = np.atleast_1d(np.asarray(scale, np.float32))
            zero_points = np.zeros(quantization.scale.shape, np.int64)
            zero_points[:] = zero_point
            quantization.zeroPoint = zero_points
            quantization.quantizedDimension = axis
            tensor.quantization = quantization
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def activation(self, shape, scale, zero_point, dtype=np.int8):
        return self.tensor(shape, dtype, scale, zero_point)

    def input(self, shape, scale, zero_point, dtype=np.int8):
        index = self.activation(shape, scale, zero_point, dtype)
        self.graph.inputs.append(index)
        return index

    def output(self, shape, scale, zero_point, dtype=np.int8):
        index = self.activation(shape, scale, zero_point, dtype)
        self.graph.outputs.append(index)
        return index

    def operator(self, code, inputs, outputs, options_type=None, options=None, version=1):
        for index, known in enumerate(self.model.operatorCodes):
            if known.builtinCode == code and known.version == version:
                break
        else:
            known = schema.OperatorCodeT()
            known.builtinCode = code
            known.deprecatedBuiltinCode = min(code, 127)
            known.version = version
            self.model.operatorCodes.append(known)
            index = len(self.model.operatorCodes) - 1
        operator = schema.OperatorT()
        operator.opcodeIndex = index
        operator.inputs, operator.outputs = list(inputs), list(outputs)
        if options_type is not None:
            operator.builtinOptionsType = options_type
            operator.builtinOptions = options
        self.graph.operators.append(operator)

    def finish(self):
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())
