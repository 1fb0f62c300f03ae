# SPDX-License-Identifier: MIT
"""ONNX files, read, written and cut without the package onnx."""
import struct

F32, I8, I64, BOOL, F64 = 1, 3, 7, 9, 11


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number, payload):
    if isinstance(payload, int):
        return varint(number << 3) + varint(payload)
    payload = payload.encode() if isinstance(payload, str) else payload
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def value(name, kind, *dims):
    """A named tensor; a dimension is a size, or a name for one that is left open."""
    shape = b"".join(field(1, field(2 if isinstance(size, str) else 1, size)) for size in dims)
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, shape)))


def read_varint(data, at):
    number, shift = 0, 0
    while True:
        byte = data[at]
        number |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return number, at


def fields(data):
    """(number, payload) of each field of a message: an integer, bytes, or None for those of fixed width."""
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        payload = None
        if key & 7 in (0, 2):
            payload, at = read_varint(data, at)
        size = {0: 0, 1: 8, 2: payload, 5: 4}[key & 7]
        if key & 7 == 2:
            payload = data[at:at + size]
        at += size
        yield key >> 3, payload


def attribute(name, integer):
    return field(5, field(1, name) + field(3, integer) + field(20, 2))


def integers(name, values):
    return field(5, field(1, name) + b"".join(field(8, number) for number in values) + field(20, 7))


def real(name, number):
    return field(5, field(1, name) + varint(2 << 3 | 5) + struct.pack("<f", number) + field(20, 1))


def text(name, value):
    return field(5, field(1, name) + field(4, value) + field(20, 3))


def constant(name, kind, dims, raw):
    """An initializer; raw is its data, little endian."""
    return field(5, b"".join(field(1, size) for size in dims) + field(2, kind) + field(8, name) + field(9, raw))


def node(operator, inputs, output, *attributes):
    return field(1, b"".join(field(1, name) for name in inputs) + field(2, output) + field(3, f"node of {output}") + field(4, operator) + b"".join(attributes))


def model(nodes, inputs, outputs, opset=17):
    """inputs and outputs as value() makes them."""
    graph = b"".join(nodes) + field(2, "graph") + b"".join(field(11, one) for one in inputs) + b"".join(field(12, one) for one in outputs)
    return field(1, 8) + field(8, field(1, "") + field(2, opset)) + field(7, graph)


def chain(length):
    """Sigmoids, one after the other: slow to build, whatever the machine, when there are enough."""
    nodes = b"".join(field(1, field(1, f"t{i}") + field(2, f"t{i + 1}") + field(3, f"n{i}") + field(4, "Sigmoid")) for i in range(length))
    graph = nodes + field(2, "chain") + field(11, value("t0", F32, 8)) + field(12, value(f"t{length}", F32, 8))
    return field(1, 8) + field(8, field(1, "") + field(2, 17)) + field(7, graph)


def cut(model, output, kind, *dims):
    """The model up to a tensor: what makes it and all before, in the order of the file."""
    out = b""
    for number, payload in fields(model):
        if number == 7:
            payload = cut_graph(payload, output, value(output, kind, *dims))
        out += field(number, payload)
    return out


def cut_graph(graph, output, description):
    out, reached = b"", False
    for number, payload in fields(graph):
        if number == 1 and reached:
            continue
        reached |= number == 1 and (2, output.encode()) in fields(payload)
        out += field(number, description if number == 12 else payload)
    return out
