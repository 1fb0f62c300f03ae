# SPDX-License-Identifier: MIT
"""Compiles with Arm's Vela and takes the program out of the `ethos-u` custom operation of its output."""

import contextlib
import os
import struct
import sys
import tempfile
from importlib import resources

import numpy as np
from ai_edge_litert import schema_py_generated as schema

CONFIGURATIONS = {
    "regor": [],
    "regor-shared-sram": ["--config", "CONFIG", "--system-config", "Ethos_U65_Embedded", "--memory-mode",
                          "Shared_Sram"],
    "regor-size": ["--optimise", "Size", "--arena-cache-size", "16384"],
    "python": ["--debug-force-legacy-core"],
    "python-shared-sram": ["--debug-force-legacy-core", "--config", "CONFIG", "--system-config",
                           "Ethos_U65_Embedded", "--memory-mode", "Shared_Sram"],
    "regor-tiny-arena": ["--config", "CONFIG", "--system-config", "Ethos_U65_Mid_End", "--memory-mode",
                         "Dedicated_Sram", "--arena-cache-size", "32768"],
    "python-tiny-arena": ["--debug-force-legacy-core", "--config", "CONFIG", "--system-config", "Ethos_U65_Mid_End",
                          "--memory-mode", "Dedicated_Sram", "--arena-cache-size", "32768"],
    "python-size": ["--debug-force-legacy-core", "--optimise", "Size"],
}

COMMAND_STREAM = 2  # driver action that carries the stream
FOURCC = b"COP1"
WORDS_OF_ACTION = {1: 2}  # payload words after the tag: a configuration check has two


class NotOnNpu(Exception):
    """The compiler left an operation on the CPU."""


class Program:
    """Stream, constants, regions and the places of inputs and outputs."""

    def __init__(self, stream, constants, scratch_size, fast_size, inputs, outputs):
        self.stream, self.constants = stream, constants
        self.scratch_size, self.fast_size = scratch_size, fast_size
        self.inputs, self.outputs = inputs, outputs

    def bundle(self, input_bytes=b"", expected_bytes=b""):
        words = [len(self.stream), len(self.constants), 0, self.scratch_size, 1, self.fast_size, 2,
                 len(self.inputs), len(self.outputs)]
        for place in self.inputs + self.outputs:
            words += place
        header = b"EUB1" + struct.pack(f"<{len(words)}I", *words)
        return header + self.stream + self.constants + input_bytes + expected_bytes


@contextlib.contextmanager
def quiet(log):
    """Vela also prints from C++ and through a stdout that it kept: redirect the descriptors."""
    sys.stdout.flush()
    saved = os.dup(1), os.dup(2)
    os.dup2(log.fileno(), 1)
    os.dup2(log.fileno(), 2)
    try:
        yield
    finally:
        sys.stdout.flush()
        for descriptor, original in zip((1, 2), saved):
            os.dup2(original, descriptor)
            os.close(original)


def run_vela(arguments):
    from ethosu.vela import vela
    from ethosu.vela.weight_compressor import CompressedWeightCache

    # Its entries point into the previous compilation's memory.
    CompressedWeightCache.cache.clear()
    with tempfile.TemporaryFile() as log:
        try:
            with quiet(log):
                vela.main(arguments)
        except SystemExit as end:
            if end.code not in (0, None):
                log.seek(0)
                said = log.read().decode(errors="replace")
                raise RuntimeError("Vela failed: " + said[-500:]) from end


def compile_model(model, configuration):
    """The compiled flatbuffer."""
    config = str(resources.files("ethosu") / "config_files" / "Arm" / "vela.ini")
    options = [config if o == "CONFIG" else o for o in CONFIGURATIONS[configuration]]
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "model.tflite")
        with open(source, "wb") as file:
            file.write(model)
        run_vela([source, "--accelerator-config", "ethos-u65-256", "--output-dir", folder, *options])
        with open(os.path.join(folder, "model_vela.tflite"), "rb") as file:
            return file.read()


def stream_of(payload):
    """The command stream inside a driver payload."""
    if payload[:4] != FOURCC:
        raise ValueError("the driver payload does not start with COP1")
    words = struct.unpack(f"<{len(payload) // 4}I", payload)
    position = 1
    while position < len(words):
        action = words[position] & 0xFF
        if action == COMMAND_STREAM:
            length = (words[position] >> 16) | ((words[position] >> 8) & 0xFF) << 16
            return payload[4 * (position + 1):4 * (position + 1 + length)]
        position += 1 + WORDS_OF_ACTION.get(action, 0)
    raise ValueError("the driver payload has no command stream")


def arena_offsets(model):
    """Offset of every tensor in the arena, -1 where the run time decides."""
    for metadata in model.metadata or []:
        if metadata.name == b"OfflineMemoryAllocation":
            words = np.frombuffer(bytes(bytearray(model.buffers[metadata.buffer].data)), np.int32)
            return words[3:3 + words[2]]
    raise ValueError("the model has no OfflineMemoryAllocation")


def extract(compiled):
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(compiled, 0))
    graph = model.subgraphs[0]
    operators = graph.operators
    codes = [model.operatorCodes[o.opcodeIndex] for o in operators]
    if len(operators) != 1 or codes[0].customCode != b"ethos-u":
        raise NotOnNpu("; ".join(str(c.builtinCode) for c in codes))
    offsets = arena_offsets(model)
    operator = operators[0]

    def data_of(index):
        data = model.buffers[graph.tensors[index].buffer].data
        return b"" if data is None else bytes(bytearray(data))

    def size_of(index):
        element = {schema.TensorType.INT16: 2, schema.TensorType.INT32: 4}.get(graph.tensors[index].type, 1)
        return int(np.prod(graph.tensors[index].shape, dtype=np.int64)) * element

    command, constants, scratch, fast = [int(i) for i in operator.inputs[:4]]
    base = int(offsets[scratch]) if offsets[scratch] >= 0 else 0
    place = lambda index: [1, int(offsets[index]) - base, size_of(index)]
    # Graph order, not operator order: the reference counts inputs that way.
    return Program(stream_of(data_of(command)), data_of(constants), size_of(scratch), size_of(fast),
                   [place(int(i)) for i in graph.inputs], [place(int(i)) for i in graph.outputs])
