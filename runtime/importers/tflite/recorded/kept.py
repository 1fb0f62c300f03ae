# SPDX-License-Identifier: MIT
"""Models with sparse constants, with variables, which keep a value from run to run, and with branches."""

import numpy as np

from builder import Model, schema
from cases import NONE, Kind, case, table


def numbers(kind, values):
    made = getattr(schema, kind + "VectorT")()
    made.values = list(values)
    return made


def level(dense=None, segments=None, indices=None, kind="Int32"):
    made = schema.DimensionMetadataT()
    made.format = schema.DimensionType.SPARSE_CSR if dense is None else schema.DimensionType.DENSE
    if dense is None:
        made.arraySegmentsType = made.arrayIndicesType = getattr(schema.SparseIndexVector, kind + "Vector")
        made.arraySegments, made.arrayIndices = numbers(kind, segments), numbers(kind, indices)
    else:
        made.denseSize = dense
    return made


def sparse(model, name, array, block=None, kind="Int32"):
    """A matrix by rows, or by rows of blocks of this size, each of which is dense."""
    block = block or (1, 1)
    rows, columns = array.shape[0] // block[0], array.shape[1] // block[1]
    values, segments, indices = [], [0], []
    for row in range(rows):
        for column in range(columns):
            part = array[row * block[0]:(row + 1) * block[0], column * block[1]:(column + 1) * block[1]]
            if part.any():
                values.append(part)
                indices.append(column)
        segments.append(len(indices))
    index = model.tensor(name, array.shape, str(array.dtype), data=np.stack(values))
    made = schema.SparsityParametersT()
    made.traversalOrder, made.blockMap = [0, 1], []
    made.dimMetadata = [level(dense=rows), level(segments=segments, indices=indices, kind=kind)]
    if block != (1, 1):
        made.traversalOrder, made.blockMap = [0, 1, 2, 3], [0, 1]
        made.dimMetadata += [level(dense=block[0]), level(dense=block[1])]
    model.graph.tensors[index].sparsity = made
    return index


@table("densify", {"rows": dict(), "blocks": dict(block=(2, 4)), "bytes": dict(kind="Uint8"), "halves": dict(kind="Uint16", dtype="float16")})
def densify(block=None, kind="Int32", dtype="float32"):
    random, model = np.random.default_rng(3), Model()
    array = random.normal(0, 1, (6, 8)).astype(dtype)
    array[random.uniform(0, 1, array.shape) < 0.6] = 0
    array[2:4, :4] = 0
    x = model.input("x", [3, 8])
    w = model.tensor("w", [6, 8], dtype)
    model.operator("DENSIFY", [sparse(model, "s", array, block, kind)], [w], "Densify")
    if dtype == "float16":
        half, w = w, model.tensor("w32", [6, 8])
        model.operator("DEQUANTIZE", [half], [w], "Dequantize")
    y = model.tensor("y", [3, 6])
    model.output(y)
    model.operator("FULLY_CONNECTED", [x, w, -1], [y], "FullyConnected", fusedActivationFunction=NONE)
    return model


def handle(model, graph, name):
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.type = f"{name}/handle", [], schema.TensorType.RESOURCE
    graph.tensors.append(tensor)
    index, before = len(graph.tensors) - 1, model.graph
    model.graph = graph
    model.operator("VAR_HANDLE", [], [index], "VarHandle", container="", sharedName=name)
    model.graph = before
    return index


def first_value(model, name, array, **quantization):
    """A subgraph that assigns it, and the operator that runs that once."""
    graph, before = schema.SubGraphT(), model.graph
    graph.tensors, graph.operators, graph.inputs, graph.outputs, graph.name = [], [], [], [], "first"
    model.model.subgraphs.append(graph)
    index = handle(model, graph, name)
    model.graph = graph
    model.operator("ASSIGN_VARIABLE", [index, model.constant("value", array, **quantization)], [], "AssignVariable")
    model.graph = before
    model.operator("CALL_ONCE", [], [], "CallOnce", initSubgraphIndex=len(model.model.subgraphs) - 1)


@table("variable", {"float": dict(dtype="float32"), "int8": dict(dtype="int8")})
def variable(dtype):
    """The last two of what there was, and what is new, are joined; the last two of that stay."""
    kind, model = Kind(dtype, 5), Model()
    scale = kind.scale(0.05, 3)
    first_value(model, "kept", np.array([[[1, 2, 3], [4, 5, 6]]]).astype(dtype), **scale)
    x = model.input("x", [1, 1, 3], dtype, **scale)
    at = handle(model, model.graph, "kept")
    before, joined, rest = model.tensor("before", [1, 2, 3], dtype, **scale), model.tensor("joined", [1, 3, 3], dtype, **scale), model.tensor("rest", [1, 2, 3], dtype, **scale)
    model.operator("READ_VARIABLE", [at], [before], "ReadVariable")
    model.operator("CONCATENATION", [before, x], [joined], "Concatenation", axis=1)
    ends = [model.constant(name, np.array(values, np.int32)) for name, values in (("begin", [0, 1, 0]), ("end", [1, 3, 3]), ("step", [1, 1, 1]))]
    model.operator("STRIDED_SLICE", [joined, *ends], [rest], "StridedSlice", endMask=0)
    model.operator("ASSIGN_VARIABLE", [at, rest], [], "AssignVariable")
    y = kind.result(model, [1, 3], 0.06, 2)
    model.operator("MEAN", [joined, model.constant("axis", np.array([1], np.int32))], [y], "Reducer", keepDims=False)
    return model


@case
def variable_is_read_after_it_is_assigned():
    model = Model()
    first_value(model, "kept", np.float32([2]))
    x = model.input("x", [1])
    at = handle(model, model.graph, "kept")
    before, after, y = model.tensor("before", [1]), model.tensor("after", [1]), model.tensor("y", [1])
    model.operator("READ_VARIABLE", [at], [before], "ReadVariable")
    total = model.tensor("total", [1])
    model.operator("ADD", [before, x], [total], "Add", fusedActivationFunction=NONE)
    model.operator("ASSIGN_VARIABLE", [at, total], [], "AssignVariable")
    model.operator("READ_VARIABLE", [at], [after], "ReadVariable")
    model.operator("MUL", [after, before], [y], "Mul", fusedActivationFunction=NONE)
    model.output(y)
    return model


@case
def branches():
    """Which of two graphs runs is seen when it runs; one of them answers an operand and a constant as they are."""
    model = Model()
    x, limit = model.input("x", [2, 3]), model.constant("limit", np.float32(0))
    total, chosen = model.tensor("total", []), model.tensor("chosen", [], "bool")
    model.operator("SUM", [x, model.constant("axes", np.array([0, 1], np.int32))], [total], "Reducer", keepDims=False)
    model.operator("GREATER", [total, limit], [chosen], "Greater")
    results = [model.tensor("y", [2, 3]), model.tensor("z", [1])]
    model.operator("IF", [chosen, x], results, "If", thenSubgraphIndex=1, elseSubgraphIndex=2)
    model.graph.outputs = results
    main = model.graph
    for name in ("then", "else"):
        model.graph = schema.SubGraphT()
        model.graph.tensors, model.graph.operators, model.graph.inputs, model.graph.outputs, model.graph.name = [], [], [], [], name
        model.model.subgraphs.append(model.graph)
        given = model.input("given", [2, 3])
        made = given
        if name == "then":
            made = model.tensor("made", [2, 3])
            model.operator("NEG", [given], [made], "Neg")
        model.graph.outputs = [made, model.constant("which", np.float32([1 if name == "then" else 2]))]
    model.graph = main
    return model
