#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Models whose sizes are open give ONNX Runtime's results for every size that --dim gives.

Each network below is made here, run with several sizes through `accel run --dim` and through ONNX Runtime, and compared.

Usage: open_sizes_test.py --accel PATH [--peer-python PYTHON] [NAME…]
Exit code 77: the Python packages onnx and onnxruntime are not here.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

NETS = {}


def net(*sizes, known=None):
    """Registers a network: a function of a Maker. sizes: what the symbols are, run by run. known: values of inputs that are given when it is built."""
    def register(function):
        NETS[function.__name__] = (function, sizes, known or {})
        return function
    return register


class Maker:
    """Nodes and constants of a model of opset 17; every method answers the name of its result."""
    def __init__(self):
        self.nodes, self.constants, self.inputs, self.outputs, self.count = [], [], [], [], 0
        self.random = numpy.random.default_rng(5)

    def input(self, name, dims, kind="FLOAT"):
        self.inputs.append(onnx.helper.make_tensor_value_info(name, getattr(onnx.TensorProto, kind), dims))
        return name

    def constant(self, values):
        self.count += 1
        self.constants.append(onnx.numpy_helper.from_array(numpy.asarray(values), f"c{self.count}"))
        return f"c{self.count}"

    def ints(self, *values):
        return self.constant(numpy.array(values, numpy.int64))

    def weights(self, *dims):
        return self.constant(self.random.uniform(-0.5, 0.5, dims).astype(numpy.float32))

    def node(self, operator, *inputs, results=1, **attributes):
        names = [f"{operator.lower()}{len(self.nodes)}_{i}" for i in range(results)]
        self.nodes.append(onnx.helper.make_node(operator, inputs, names, **attributes))
        return names[0] if results == 1 else names

    def output(self, *names):
        self.outputs += [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in names]

    def model(self):
        graph = onnx.helper.make_graph(self.nodes, "net", self.inputs, self.outputs, self.constants)
        return onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)


IMAGES = ({"N": 1, "H": 9, "W": 16}, {"N": 2, "H": 12, "W": 7})


@net(*IMAGES)
def strided_windows(m):
    x = m.input("x", ["N", 3, "H", "W"])
    y = m.node("Relu", m.node("Conv", x, m.weights(8, 3, 3, 3), pads=[1, 1, 1, 1], strides=[2, 2]))
    y = m.node("MaxPool", y, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    m.output(m.node("Conv", y, m.weights(4, 8, 2, 1), strides=[1, 2], dilations=[1, 1]))


@net(*IMAGES)
def ceil_pool(m):
    x = m.input("x", ["N", 3, "H", "W"])
    m.output(m.node("MaxPool", x, kernel_shape=[3, 2], strides=[2, 2], ceil_mode=1), m.node("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2]))


@net(*IMAGES)
def residual(m):
    x = m.input("x", ["N", 4, "H", "W"])
    main = m.node("Conv", m.node("Relu", m.node("Conv", x, m.weights(4, 4, 3, 3), pads=[1, 1, 1, 1], strides=[2, 2])), m.weights(4, 4, 3, 3), pads=[1, 1, 1, 1])
    side = m.node("Conv", x, m.weights(4, 4, 1, 1), strides=[2, 2])
    m.output(m.node("Relu", m.node("Add", main, side)))


@net({"N": 1, "A": 3, "B": 4}, {"N": 2, "A": 1, "B": 6})
def concat_of_named_sizes(m):
    a, b = m.input("a", ["N", "A", 5]), m.input("b", ["N", "B", 5])
    joined = m.node("Concat", a, b, m.node("Relu", a), axis=1)
    m.output(m.node("Softmax", joined, axis=1))


@net({"A": 3, "B": 4})
def broadcast_of_two(m):
    a, b = m.input("a", ["A", 1]), m.input("b", [1, "B"])
    m.output(m.node("Relu", m.node("Mul", m.node("Sub", a, b), b)))


@net({"A": 3, "B": 3}, {"A": 1, "B": 4}, {"A": 5, "B": 1})
def names_that_meet(m):
    a, b = m.input("a", ["A", 2]), m.input("b", ["B", 2])
    m.output(m.node("Add", a, b))


@net(*IMAGES)
def flatten_and_back(m):
    x = m.input("x", ["N", 3, "H", "W"])
    flat = m.node("Reshape", m.node("Conv", x, m.weights(6, 3, 3, 3), pads=[1, 1, 1, 1]), m.ints(0, 6, -1))
    moved = m.node("Transpose", flat, perm=[0, 2, 1])
    m.output(m.node("MatMul", moved, m.weights(6, 2)), m.node("Flatten", x))


@net({"N": 1, "L": 9}, {"N": 3, "L": 6})
def cut_and_pad(m):
    x = m.input("x", ["N", "L", 4])
    cut = m.node("Slice", x, m.ints(1), m.ints(2**31), m.ints(1), m.ints(2))
    padded = m.node("Pad", cut, m.ints(0, 1, 0, 0, 2, 0))
    m.output(m.node("ReduceMean", padded, axes=[1]), m.node("Slice", x, m.ints(0), m.ints(7), m.ints(1)))


@net({"N": 2, "L": 8}, {"N": 1, "L": 4})
def split_evenly(m):
    x = m.input("x", ["N", "L"])
    a, b = m.node("Split", x, results=2, axis=1)
    m.output(m.node("Mul", a, m.node("Sigmoid", b)))


@net({"N": 2, "H": 4, "W": 6}, {"N": 1, "H": 3, "W": 2})
def view_by_size(m):
    """As PyTorch exports x.view(x.size(0), -1)."""
    x = m.input("x", ["N", 3, "H", "W"])
    batch = m.node("Gather", m.node("Shape", x), m.constant(numpy.int64(0)), axis=0)
    shape = m.node("Concat", m.node("Unsqueeze", batch, m.ints(0)), m.ints(-1), axis=0)
    m.output(m.node("Relu", m.node("Reshape", x, shape)))


@net({"N": 2, "L": 5}, {"N": 1, "L": 9})
def attention_heads(m):
    """Two open sizes that move together, and back."""
    x = m.input("x", ["N", "L", 8])
    shape = m.node("Shape", x)
    sizes = [m.node("Unsqueeze", m.node("Gather", shape, m.constant(numpy.int64(axis)), axis=0), m.ints(0)) for axis in (0, 1)]
    heads = m.node("Transpose", m.node("Reshape", x, m.node("Concat", *sizes, m.ints(2), m.ints(4), axis=0)), perm=[0, 2, 1, 3])
    scores = m.node("Softmax", m.node("MatMul", heads, m.node("Transpose", heads, perm=[0, 1, 3, 2])), axis=-1)
    mixed = m.node("Transpose", m.node("MatMul", scores, heads), perm=[0, 2, 1, 3])
    m.output(m.node("Reshape", mixed, m.node("Concat", *sizes, m.ints(8), axis=0)))


@net({"H": 9, "W": 7}, {"H": 6, "W": 8})
def crop_to_another(m):
    """A map is cut to the size of another, as U-shaped networks do."""
    x = m.input("x", [1, 2, "H", "W"])
    small = m.node("Conv", x, m.weights(2, 2, 3, 3))
    ends = m.node("Slice", m.node("Shape", small), m.ints(2), m.ints(4))
    m.output(m.node("Add", small, m.node("Slice", x, m.ints(0, 0), ends, m.ints(2, 3))))


@net({"N": 1, "L": 7}, {"N": 2, "L": 4})
def cut_from_the_end(m):
    x = m.input("x", ["N", "L", 3])
    m.output(m.node("Relu", m.node("Slice", x, m.ints(-3), m.ints(-1), m.ints(1))), m.node("Slice", x, m.ints(1), m.ints(-1), m.ints(-2)))


@net({"L": 6}, {"L": 8}, {"L": 9})
def pad_to_a_multiple(m):
    x = m.input("x", [1, "L"])
    length = m.node("Gather", m.node("Shape", x), m.ints(1), axis=0)
    whole = m.node("Mul", m.node("Div", m.node("Add", length, m.ints(3)), m.ints(4)), m.ints(4))
    pads = m.node("Concat", m.ints(0, 0, 0), m.node("Sub", whole, length), axis=0)
    padded = m.node("Pad", x, pads)
    m.output(m.node("Reshape", padded, m.ints(-1, 4)))


@net({"N": 3, "L": 4}, {"N": 1, "L": 2})
def made_of_sizes(m):
    """Zeros and ones of computed shapes, and a row that is spread."""
    x = m.input("x", ["N", "L", 2])
    batch = m.node("Gather", m.node("Shape", x), m.ints(0), axis=0)
    zeros = m.node("ConstantOfShape", m.node("Concat", m.ints(1), batch, m.ints(2), axis=0), value=onnx.helper.make_tensor("v", onnx.TensorProto.FLOAT, [1], [0.5]))
    spread = m.node("Expand", m.weights(1, 1, 2), m.node("Concat", batch, m.ints(1, 2), axis=0))
    last = m.node("Gather", x, m.constant(numpy.int64(-1)), axis=1)
    m.output(m.node("Add", zeros, last), m.node("Mul", x, spread), m.node("Expand", last, m.node("Concat", m.ints(2), batch, m.ints(2), axis=0)))


@net({"N": 2, "H": 9, "W": 8}, {"N": 1, "H": 4, "W": 5})
def same_padding(m):
    x = m.input("x", ["N", 2, "H", "W"])
    upper = m.node("Conv", x, m.weights(3, 2, 3, 3), auto_pad="SAME_UPPER", strides=[2, 2])
    pooled = m.node("MaxPool", x, auto_pad="SAME_LOWER", kernel_shape=[3, 2], strides=[2, 1])
    m.output(upper, pooled, m.node("AveragePool", x, auto_pad="SAME_UPPER", kernel_shape=[2, 2], strides=[2, 2]))


@net({"N": 2, "L": 6}, {"N": 1, "L": 4})
def sizes_as_values(m):
    x = m.input("x", ["N", "L"])
    count = m.node("Cast", m.node("Size", x), to=onnx.TensorProto.FLOAT)
    told = m.node("Cast", m.node("Shape", x), to=onnx.TensorProto.FLOAT)
    m.output(m.node("Div", x, count), m.node("Mul", told, m.constant(numpy.float32(2))))


@net({"L": 6}, {"L": 9})
def split_by_sizes(m):
    x = m.input("x", [2, "L"])
    length = m.node("Gather", m.node("Shape", x), m.ints(1), axis=0)
    third = m.node("Div", length, m.ints(3))
    a, b = m.node("Split", x, m.node("Concat", third, m.node("Sub", length, third), axis=0), results=2, axis=1)
    m.output(m.node("Sigmoid", a), m.node("Tanh", b))


@net({"N": 1, "H": 4, "W": 3}, {"N": 2, "H": 5, "W": 5})
def shape_through_floats(m):
    """A size that takes a way no expression says: through floating point numbers, as exporters write scale factors."""
    x = m.input("x", ["N", 2, "H", "W"])
    size = m.node("Slice", m.node("Shape", x), m.ints(2), m.ints(4))
    doubled = m.node("Cast", m.node("Mul", m.node("Cast", size, to=onnx.TensorProto.FLOAT), m.constant(numpy.float32(1.0))), to=onnx.TensorProto.INT64)
    shape = m.node("Concat", m.ints(-1), doubled, axis=0)
    m.output(m.node("Relu", m.node("Reshape", x, shape)))


@net({"L": 6}, {"L": 4}, known={"shape": ("<i8", [-1, 4]), "pads": ("<i8", [0, 1, 0, 2]), "by": ("<f4", 0.5)})
def shapes_that_are_inputs(m):
    """As ONNX's own tests feed them, and torch.compile its weights."""
    x, by = m.input("x", ["L", 6]), m.input("by", [])
    padded = m.node("Pad", x, m.input("pads", [4], "INT64"))
    m.output(m.node("Mul", m.node("Reshape", m.node("Flatten", x), m.input("shape", [2], "INT64")), by), m.node("Relu", padded))


def run_ours(accel, model, sizes, feed, known, work):
    command = [accel, "run", str(model), "-d", "cpu", "-o", str(work / "out")]
    for name, size in sizes.items():
        command += ["--dim", f"{name}={size}"]
    for name, values in feed.items():
        numpy.save(work / f"{name}.npy", values)
        command += ["--known" if name in known else "--input", f"{name}={work / name}.npy"]
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode != 0:
        return None, ended.stderr.strip() or f"exit code {ended.returncode}"
    return {path.name.split(".")[1]: numpy.load(path) for path in (work / "out").glob("*.npy")}, None


def difference(accel, function, sizes, known):
    """What is wrong with one run, or None."""
    maker = Maker()
    function(maker)
    model = maker.model()
    feed = {}
    for port in model.graph.input:
        dims = [sizes[dim.dim_param] if dim.dim_param else dim.dim_value for dim in port.type.tensor_type.shape.dim]
        if port.name in known:
            feed[port.name] = numpy.array(known[port.name][1], known[port.name][0])
            continue
        feed[port.name] = maker.random.uniform(-1, 1, dims).astype(numpy.float32)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    expected = session.run(None, feed)
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        onnx.save(model, work / "net.onnx")
        ours, why = run_ours(accel, work / "net.onnx", sizes, feed, known, work)
        if why:
            return why
        for port, their in zip(session.get_outputs(), expected):
            our = ours.get(port.name)
            if our is None or our.shape != their.shape:
                return f"output '{port.name}' has shape {None if our is None else our.shape}, expected {their.shape}"
            if not numpy.allclose(our, their, rtol=1e-4, atol=1e-5):
                return f"output '{port.name}' differs by {abs(our - their).max()}"
    return None


def load_peer(peer_python):
    global numpy, onnx, onnxruntime
    try:
        import numpy
        import onnx
        import onnx.numpy_helper
        import onnxruntime
    except ImportError as error:
        if peer_python and peer_python.is_file() and pathlib.Path(sys.executable) != peer_python:
            os.execv(peer_python, [str(peer_python), *sys.argv])
        print(f"skipped: {error}; scripts/setup --peers installs it, scripts/build then tells the tests where")
        sys.exit(77)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--accel", required=True)
    parser.add_argument("--peer-python", type=pathlib.Path, help="Python to go on with when this one lacks the packages")
    parser.add_argument("names", nargs="*", help="networks; all without any")
    options = parser.parse_args()
    load_peer(options.peer_python)
    bad = count = 0
    for name, (function, runs, known) in NETS.items():
        if options.names and name not in options.names:
            continue
        for sizes in runs:
            count += 1
            if why := difference(options.accel, function, sizes, known):
                bad += 1
                print(f"{name} {sizes}: {why}")
    print(f"{count} runs of {len(NETS)} networks, {bad} wrong")
    sys.exit(1 if bad or not count else 0)


if __name__ == "__main__":
    main()
