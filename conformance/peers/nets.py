#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write the networks that speed is measured with: ResNet-50 and MobileNetV2 with seeded weights, in f32 and quantised, and a quantised form of a given network.

The weights mean nothing; shapes, operators and the quantiser's output are those of the real networks. Batch normalisations are folded, as exporters do.
Quantised forms have a scale per output channel of the weights and come from ONNX Runtime's own quantiser, QDQ format, calibrated on seeded images.

Usage: nets.py [--out DIR] [--size N] [--again] [--quantise FILE.onnx]…
Writes NAME_f32.onnx, NAME_u8.onnx (activations U8, weights S8) and NAME_s8.onnx (both S8) for each network, and prints their paths. What is there already
is kept, unless this script has changed since or --again is given. Needs the packages of scripts/setup --peers.
"""
import argparse
import hashlib
import os
import pathlib
import sys
import tempfile

CACHE = pathlib.Path(os.environ.get("ACCEL_CACHE") or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "libaccel")
STAMP = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()[:16]
FORMS = ("f32", "u8", "s8")
CALIBRATION_IMAGES = 3


class Net:
    """A network as a list of ONNX nodes; each method appends one and answers the name of its result."""

    def __init__(self, name, size):
        import numpy
        self.numpy, self.name, self.size = numpy, name, size
        self.random = numpy.random.default_rng(2026)
        self.nodes, self.weights, self.channels = [], [], {"image": 3}

    def node(self, kind, inputs, channels, **attributes):
        from onnx import helper
        out = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [out], **attributes))
        self.channels[out] = channels
        return out

    def constant(self, values):
        from onnx import numpy_helper
        name = f"w_{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(values.astype(self.numpy.float32), name))
        return name

    def conv(self, x, outputs, kernel, stride=1, groups=1, gain=1.0):
        """A convolution with the padding that keeps sizes, and a bias."""
        depth = self.channels[x] // groups * kernel * kernel
        weights = self.constant(self.random.normal(0, gain * (2 / depth) ** 0.5, (outputs, self.channels[x] // groups, kernel, kernel)))
        bias = self.constant(self.random.normal(0, 0.05, outputs))
        return self.node("Conv", [x, weights, bias], outputs, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[kernel // 2] * 4, group=groups)

    def relu(self, x):
        return self.node("Relu", [x], self.channels[x])

    def relu6(self, x):
        return self.node("Clip", [x, self.constant(self.numpy.array(0.0)), self.constant(self.numpy.array(6.0))], self.channels[x])

    def add(self, a, b):
        return self.node("Add", [a, b], self.channels[a])

    def classifier(self, x, classes=1000):
        pooled = self.node("GlobalAveragePool", [x], self.channels[x])
        flat = self.node("Flatten", [pooled], self.channels[x], axis=1)
        weights = self.constant(self.random.normal(0, self.channels[x] ** -0.5, (classes, self.channels[x])))
        return self.node("Gemm", [flat, weights, self.constant(self.random.normal(0, 0.05, classes))], classes, transB=1)

    def model(self, out):
        from onnx import TensorProto, checker, helper
        image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, self.size, self.size])
        result = helper.make_tensor_value_info(out, TensorProto.FLOAT, [1, self.channels[out]])
        graph = helper.make_graph(self.nodes, self.name, [image], [result], self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8, producer_name="libaccel")
        checker.check_model(model)
        return model


def resnet50(size):
    net = Net("resnet50", size)
    x = net.relu(net.conv("image", 64, 7, 2))
    x = net.node("MaxPool", [x], 64, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    for stage, (blocks, width) in enumerate(((3, 64), (4, 128), (6, 256), (3, 512))):
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            shortcut = net.conv(x, 4 * width, 1, stride, gain=0.7) if block == 0 else x
            y = net.relu(net.conv(x, width, 1))
            y = net.relu(net.conv(y, width, 3, stride))
            x = net.relu(net.add(net.conv(y, 4 * width, 1, gain=0.3), shortcut))
    return net.model(net.classifier(x))


def mobilenetv2(size):
    net = Net("mobilenetv2", size)
    x = net.relu6(net.conv("image", 32, 3, 2))
    for expansion, width, blocks, first_stride in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)):
        for block in range(blocks):
            stride = first_stride if block == 0 else 1
            y = net.relu6(net.conv(x, net.channels[x] * expansion, 1)) if expansion > 1 else x
            y = net.relu6(net.conv(y, net.channels[y], 3, stride, groups=net.channels[y]))
            y = net.conv(y, width, 1, gain=0.6)
            x = net.add(x, y) if stride == 1 and net.channels[x] == width else y
    return net.model(net.classifier(net.relu6(net.conv(x, 1280, 1))))


NETS = {"resnet50": resnet50, "mobilenetv2": mobilenetv2}


def images(model):
    """Seeded inputs for calibration, smooth like photographs."""
    import numpy
    from onnxruntime.quantization import CalibrationDataReader

    class Images(CalibrationDataReader):
        def __init__(self):
            random = numpy.random.default_rng(7)
            self.feeds = iter([{port.name: self.image(random, port) for port in model.graph.input} for _ in range(CALIBRATION_IMAGES)])

        @staticmethod
        def image(random, port):
            shape = [dim.dim_value or 1 for dim in port.type.tensor_type.shape.dim]
            rough = random.uniform(-1, 1, shape)
            return numpy.cumsum(rough, axis=-1).clip(-1, 1).astype(numpy.float32) * 0.5 + rough.astype(numpy.float32) * 0.5

        def get_next(self):
            return next(self.feeds, None)

    return Images()


def modern(model):
    """The model at the first opset that has scales per channel, without initializers among its inputs, which no optimiser may fold."""
    from onnx import version_converter
    if max(entry.version for entry in model.opset_import) < 13:
        model = version_converter.convert_version(model, 13)
    known = {tensor.name for tensor in model.graph.initializer}
    ports = [port for port in model.graph.input if port.name not in known]
    del model.graph.input[:]
    model.graph.input.extend(ports)
    return model


def write_quantised(source, target, form):
    import onnx
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
    kind = {"u8": QuantType.QUInt8, "s8": QuantType.QInt8}[form]
    model = modern(onnx.load(source))
    quantize_static(model, target, images(model), quant_format=QuantFormat.QDQ, activation_type=kind, weight_type=QuantType.QInt8, per_channel=True)


def ensure(path, again, write):
    """Write a file by `write`, to a name that shows by which script; half-written files never have the name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if again or not path.exists():
        with tempfile.TemporaryDirectory(dir=path.parent) as work:
            draft = pathlib.Path(work) / path.name
            write(draft)
            draft.replace(path)
    return path


def ensure_nets(out, size=224, again=False, quantise=()):
    """Paths by (network, form)."""
    import onnx
    folder, paths = out / f"{STAMP}-{size}", {}
    for name, build in NETS.items():
        paths[name, "f32"] = ensure(folder / f"{name}_f32.onnx", again, lambda draft, build=build: onnx.save(build(size), draft))
    for source in quantise:
        paths[source.stem, "f32"] = source
    for name, form in [(name, form) for name, _ in list(paths) for form in FORMS[1:]]:
        source = paths[name, "f32"]
        paths[name, form] = ensure(folder / f"{name}_{form}.onnx", again, lambda draft, source=source, form=form: write_quantised(source, draft, form))
    return paths


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=pathlib.Path, default=CACHE / "nets", help="folder; a folder per version of this script is made in it")
    parser.add_argument("--size", type=int, default=224, help="height and width of the image")
    parser.add_argument("--again", action="store_true", help="write also what is there")
    parser.add_argument("--quantise", type=pathlib.Path, action="append", default=[], metavar="FILE", help="also quantise this f32 network")
    arguments = parser.parse_args()
    try:
        import onnx  # noqa: F401
        import onnxruntime.quantization  # noqa: F401
    except ImportError as error:
        sys.exit(f"nets.py: {error}; scripts/setup --peers installs it, for the Python {CACHE}/peers/bin/python")
    for path in ensure_nets(arguments.out, arguments.size, arguments.again, arguments.quantise).values():
        print(path)


if __name__ == "__main__":
    main()
