# SPDX-License-Identifier: MIT
"""Where ONNX's tests come from: a Test for each, whatever form it was published in.

The package onnx makes its node tests when asked (they left its repository in 2026); the others, and Debian's, are folders with a model and one data set of
serialised inputs and outputs. "light" models have no inputs on disk: onnx's own runner makes them from a formula, which is repeated here.
"""
import dataclasses
import pathlib
import warnings

import numpy
import onnx
from onnx import numpy_helper

DEBIAN = pathlib.Path("/usr/share/libonnx-testdata/data")
PACKAGE = pathlib.Path(onnx.__file__).parent / "backend/test/data"
FOLDERS = ("pytorch-converted", "pytorch-operator", "simple")


@dataclasses.dataclass
class Test:
    """One model, what goes in and what has to come out; a value that is no array of numbers (a sequence, strings, nothing) is None."""
    set: str
    name: str
    model: onnx.ModelProto
    inputs: list
    outputs: list
    rtol: float = 1e-3
    atol: float = 1e-7


def array(value):
    """A numpy array, or None where it is none of numbers."""
    if isinstance(value, onnx.TensorProto):
        value = numpy_helper.to_array(value)
    if not isinstance(value, (numpy.ndarray, numpy.generic)) or value.dtype == object:
        return None
    return numpy.asarray(value)


def read_value(path, kind):
    if kind.WhichOneof("value") != "tensor_type":
        return None
    tensor = onnx.TensorProto()
    tensor.ParseFromString(path.read_bytes())
    return array(tensor)


def published(test_set, folder):
    """Tests that are folders."""
    for case in sorted(path for path in folder.glob("*/") if (path / "model.onnx").exists()):
        model = onnx.load(case / "model.onnx")
        for data in sorted(case.glob("test_data_set_*")):
            files = {kind: [data / f"{kind}_{i}.pb" for i in range(len(list(data.glob(f"{kind}_*.pb"))))] for kind in ("input", "output")}
            yield Test(test_set, case.name, model, [read_value(file, port.type) for file, port in zip(files["input"], model.graph.input)],
                       [read_value(file, port.type) for file, port in zip(files["output"], model.graph.output)])


def generated(test_set):
    """The node tests that the package makes."""
    from onnx.backend.test.loader import load_model_tests
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the generators' own overflows
        cases = load_model_tests(kind="node")
    for case in cases:
        for inputs, outputs in case.data_sets:
            yield Test(test_set, case.name, case.model, [array(value) for value in inputs], [array(value) for value in outputs], case.rtol, case.atol)


def light_input(port):
    """What onnx's runner feeds a light model: (0 … n-1) / n in the input's shape."""
    shape = tuple(dim.dim_value for dim in port.type.tensor_type.shape.dim)
    count = int(numpy.prod(shape))
    return (numpy.arange(count).reshape(shape) / count).astype(numpy.float32)


def light(test_set):
    for path in sorted((PACKAGE / "light").glob("*.onnx")):
        model = onnx.load(path)
        initial = {tensor.name for tensor in model.graph.initializer}
        # Older forms list constants among the inputs; their values are defaults.
        inputs = [None if port.name in initial else light_input(port) for port in model.graph.input]
        outputs = [read_value(path.with_name(f"{path.stem}_output_{i}.pb"), port.type) for i, port in enumerate(model.graph.output)]
        yield Test(test_set, path.stem, model, inputs, outputs)


def of_both(test_set, folder):
    yield from published(test_set, PACKAGE / folder)
    yield from published(test_set, DEBIAN / folder)


SETS = {
    "node": (f"node tests of the package onnx {onnx.__version__}", lambda: generated("node")),
    "node-debian": ("node tests of libonnx-testdata", lambda: published("node-debian", DEBIAN / "node")),
    **{folder: (f"{folder} tests of both", lambda folder=folder: of_both(folder, folder)) for folder in FOLDERS},
    "light": (f"networks without their weights' values, of the package onnx {onnx.__version__}", lambda: light("light")),
}
