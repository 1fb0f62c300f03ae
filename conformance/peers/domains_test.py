#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Do operators of com.microsoft and ai.onnx.ml, which ONNX Runtime's tools and converters of classic models write, compute what ONNX Runtime does?

Usage: domains_test.py --accel PATH [--peer-python PATH]
Exit code 77: the packages numpy, onnx and onnxruntime are not here.
"""
import argparse
import pathlib
import sys
import tempfile
import types
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "models"))
import peer_python


class Model:
    """One node between inputs and outputs; constants are what is given with values."""

    def __init__(self, seed=5):
        self.random = numpy.random.default_rng(seed)
        self.constants, self.inputs, self.count = [], [], 0

    def constant(self, values, kind="float32"):
        self.count += 1
        self.constants.append(numpy_helper.from_array(numpy.asarray(values, kind), f"c{self.count}"))
        return f"c{self.count}"

    def reals(self, *shape):
        return self.constant(self.random.normal(0, 0.5, shape))

    def bytes(self, kind, *shape):
        low, high = (0, 256) if kind == numpy.uint8 else (-128, 128)
        return self.constant(self.random.integers(low, high, shape), kind)

    def input(self, kind, *shape):
        name = f"x{len(self.inputs)}"
        self.inputs.append(helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(numpy.dtype(kind)), shape))
        return name

    def write(self, path, operator, operands, outputs, domain="com.microsoft", version=1, **attributes):
        """outputs: (type, shape) each."""
        results = [helper.make_tensor_value_info(f"y{i}", helper.np_dtype_to_tensor_dtype(numpy.dtype(kind)), shape) for i, (kind, shape) in enumerate(outputs)]
        node = helper.make_node(operator, operands, [result.name for result in results], domain=domain, **attributes)
        graph = helper.make_graph([node], operator, self.inputs, results, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(domain, version)], ir_version=8)
        path.write_bytes(model.SerializeToString())


class Case(unittest.TestCase):
    def check(self, model, operator, operands, outputs, tolerance=0, **attributes):
        """tolerance: steps of stored results."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "model.onnx"
            model.write(path, operator, operands, outputs, **attributes)
            ending = drive.run(types.SimpleNamespace(accel=arguments.accel, device="cpu", seconds=0), path)
        if ending.outcome == "differs" and ending.error is not None and 0 < ending.error <= tolerance:
            return
        self.assertEqual(ending.outcome, "agrees", ending.reason)

    def stored(self):
        return (numpy.uint8, 128), (numpy.int8, 0)


class Stored(Case):
    def test_functions_of_stored_values(self):
        for kind, zero in self.stored():
            for operator, scale, more in (("QLinearSigmoid", 1 / 256, {}), ("QLinearLeakyRelu", 0.04, {"alpha": 0.2}), ("QLinearSoftmax", 1 / 256, {"axis": -1, "opset": 13})):
                model = Model()
                low = 0 if kind == numpy.uint8 else -128
                operands = [model.input(kind, 3, 16), model.constant(0.05), model.constant(zero + 3, kind), model.constant(scale), model.constant(low if "Leaky" not in operator else zero, kind)]
                self.check(model, operator, operands, [(kind, (3, 16))], 1 if operator == "QLinearSoftmax" else 0, **more)

    def test_two_stored_operands(self):
        for kind, zero in self.stored():
            model = Model()
            operands = [model.input(kind, 4, 8), model.constant(0.05), model.constant(zero + 3, kind), model.bytes(kind, 8), model.constant(0.03), model.constant(zero - 9, kind), model.constant(0.1), model.constant(zero, kind)]
            self.check(model, "QLinearMul", operands, [(kind, (4, 8))], 1)
            chosen = model.input(bool, 4, 8)
            self.check(model, "QLinearWhere", [chosen, *operands], [(kind, (4, 8))], 1)

    def test_parts_with_scales_of_their_own(self):
        for kind, zero in self.stored():
            model = Model()
            parts = []
            for scale in (0.02, 0.05, 0.09):
                parts += [model.input(kind, 2, 3, 4), model.constant(scale), model.constant(zero + int(scale * 100), kind)]
            self.check(model, "QLinearConcat", [model.constant(0.07), model.constant(zero - 5, kind), *parts], [(kind, (2, 9, 4))], 1, axis=1)

    def test_pools(self):
        for kind, zero in self.stored():
            model = Model()
            operands = [model.input(kind, 1, 3, 7, 6), model.constant(0.05), model.constant(zero + 3, kind), model.constant(0.04), model.constant(zero, kind)]
            self.check(model, "QLinearGlobalAveragePool", operands, [(kind, (1, 3, 1, 1))], 1, channels_last=0)
            for included in (0, 1):
                self.check(model, "QLinearAveragePool", operands, [(kind, (1, 3, 4, 3))], 1, kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 0], count_include_pad=included)

    def test_products_of_stored_matrices(self):
        for kind, zero in self.stored():
            model = Model()
            a = [model.input(kind, 5, 12), model.constant(0.05), model.constant(zero + 3, kind)]
            b = [model.bytes(numpy.int8, 7, 12), model.constant(model.random.uniform(0.01, 0.05, 7)), model.constant(numpy.zeros(7), numpy.int8)]
            c = model.constant(model.random.integers(-900, 900, 7), numpy.int32)
            self.check(model, "QGemm", [*a, *b, c], [(numpy.float32, (5, 7))], transB=1)
            self.check(model, "QGemm", [*a, *b, c, model.constant(0.5), model.constant(zero, kind)], [(kind, (5, 7))], 1, transB=1)
            w, scales = model.bytes(numpy.int8, 12, 7), model.constant(model.random.uniform(0.01, 0.05, 7))
            self.check(model, "MatMulIntegerToFloat", [a[0], w, model.constant(0.05), scales, a[2], "", model.reals(7)], [(numpy.float32, (5, 7))])

    def test_products_that_quantise_on_the_way(self):
        for kind, zero in self.stored():
            model = Model()
            operands = [model.input(numpy.float32, 2, 5, 12), model.bytes(kind, 12, 7), model.constant(0.02), model.constant(zero + 2, kind), model.reals(7)]
            self.check(model, "DynamicQuantizeMatMul", operands, [(numpy.float32, (2, 5, 7))])

    def test_weights_of_few_bits(self):
        for bits, depth, block in ((4, 64, 16), (4, 72, 32), (8, 64, 32)):
            for points in (False, True):
                with self.subTest(bits=bits, depth=depth, points=points):
                    model, blocks = Model(), -(-depth // block)
                    operands = [model.input(numpy.float32, 3, depth), model.bytes(numpy.uint8, 6, blocks, block * bits // 8), model.constant(model.random.uniform(0.01, 0.1, 6 * blocks))]
                    if points:
                        operands.append(model.bytes(numpy.uint8, 6 * -(-blocks * bits // 8)))
                    self.check(model, "MatMulNBits", operands, [(numpy.float32, (3, 6))], K=depth, N=6, bits=bits, block_size=block)

    def test_wide_stored_values(self):
        model = Model()
        scale, zero = model.constant(0.001), model.constant(100, numpy.int16)
        self.check(model, "QuantizeLinear", [model.input(numpy.float32, 4, 5), scale, zero], [(numpy.int16, (4, 5))])
        model = Model()
        self.check(model, "DequantizeLinear", [model.input(numpy.int16, 4, 5), model.constant(0.001), model.constant(100, numpy.int16)], [(numpy.float32, (4, 5))])


class Transformers(Case):
    def projected(self, model, width=12):
        return [model.input(numpy.float32, 2, 5, 8), model.reals(8, 3 * width), model.reals(3 * width)]

    def test_attention(self):
        for one_way in (0, 1):
            model = Model()
            self.check(model, "Attention", self.projected(model), [(numpy.float32, (2, 5, 12))], num_heads=3, unidirectional=one_way)

    def test_attention_with_padding(self):
        for mask in ([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]], [3, 5]):
            model = Model()
            self.check(model, "Attention", [*self.projected(model), model.constant(mask, numpy.int32)], [(numpy.float32, (2, 5, 12))], num_heads=3)

    def test_attention_with_a_past_or_a_bias(self):
        for one_way in (0, 1):
            model = Model()
            operands = [*self.projected(model), "", model.input(numpy.float32, 2, 2, 3, 4, 4)]
            self.check(model, "Attention", operands, [(numpy.float32, (2, 5, 12)), (numpy.float32, (2, 2, 3, 9, 4))], num_heads=3, unidirectional=one_way)
        model = Model()
        self.check(model, "Attention", [*self.projected(model), "", "", model.reals(2, 3, 5, 5)], [(numpy.float32, (2, 5, 12))], num_heads=3)

    def test_attention_of_stored_values(self):
        model = Model()
        operands = [model.input(numpy.uint8, 2, 5, 8), model.bytes(numpy.int8, 8, 36), model.reals(36), model.constant(0.02), model.constant(0.01), model.constant([[1, 1, 1, 0, 0], [1] * 5], numpy.int32),
                    model.constant(120, numpy.uint8), model.constant(0, numpy.int8)]
        self.check(model, "QAttention", operands, [(numpy.float32, (2, 5, 12))], num_heads=3)

    def test_products_with_an_activation(self):
        for activation, more in (("Relu", {}), ("LeakyRelu", {"activation_alpha": 0.3}), ("Sigmoid", {}), ("Tanh", {})):
            model = Model()
            operands = [model.input(numpy.float32, 5, 8), model.reals(6, 8), model.reals(6)]
            self.check(model, "FusedGemm", operands, [(numpy.float32, (5, 6))], activation=activation, transB=1, alpha=0.5, beta=2.0, **more)

    def test_several_heads(self):
        model = Model()
        operands = [model.input(numpy.float32, 2, 5, 12), model.input(numpy.float32, 2, 6, 12), model.input(numpy.float32, 2, 6, 12)]
        self.check(model, "MultiHeadAttention", operands, [(numpy.float32, (2, 5, 12))], num_heads=3)
        self.check(model, "MultiHeadAttention", [*operands, model.reals(36)], [(numpy.float32, (2, 5, 12))], num_heads=3, scale=0.3)
        self.check(model, "MultiHeadAttention", [*operands, "", model.constant([[1, 1, 1, 1, 0, 0], [1] * 6], numpy.int32)], [(numpy.float32, (2, 5, 12))], num_heads=3)
        self.check(model, "MultiHeadAttention", [*operands, "", "", model.reals(1, 3, 5, 6)], [(numpy.float32, (2, 5, 12))], num_heads=3)

    def test_embeddings(self):
        for segments in (False, True):
            model = Model()
            operands = [model.input(numpy.int32, 2, 7), model.constant([[0] * 3 + [1] * 4] * 2, numpy.int32) if segments else "", model.reals(100, 8), model.reals(9, 8), model.reals(2, 8) if segments else "", model.reals(8), model.reals(8),
                        model.constant([[1] * 7, [1] * 4 + [0] * 3], numpy.int32)]
            self.check(model, "EmbedLayerNormalization", operands, [(numpy.float32, (2, 7, 8)), (numpy.int32, (2,))], epsilon=1e-5)


def tree(prefix, random, trees=3, depth=3, features=4, classes=3):
    """Full trees of the same depth, whose leaves have weights for every class."""
    nodes = {key: [] for key in ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids", "hitrates")}
    leaves = {key: [] for key in ("treeids", "nodeids", "ids", "weights")}
    for number in range(trees):
        for at in range(2 ** (depth + 1) - 1):
            leaf = at >= 2 ** depth - 1
            row = (number, at, 0 if leaf else int(random.integers(features)), 0.0 if leaf else float(random.normal()), "LEAF" if leaf else "BRANCH_LEQ", 0 if leaf else 2 * at + 1, 0 if leaf else 2 * at + 2, 1.0)
            for values, value in zip(nodes.values(), row):
                values.append(value)
            for which in range(classes) if leaf else ():
                for values, value in zip(leaves.values(), (number, at, which, float(random.uniform(0, 1)))):
                    values.append(value)
    return {f"nodes_{key}": values for key, values in nodes.items()} | {f"{prefix}_{key}": values for key, values in leaves.items()}


class Classifiers(Case):
    def scores(self, model, operator, count, **attributes):
        self.check(model, operator, [model.input(numpy.float32, 20, 4)], [(numpy.int64, (20,)), (numpy.float32, (20, count))], domain="ai.onnx.ml", **attributes)

    def test_trees_that_classify(self):
        for after in ("NONE", "SOFTMAX", "LOGISTIC"):
            model = Model()
            self.scores(model, "TreeEnsembleClassifier", 3, classlabels_int64s=[5, 2, 9], post_transform=after, **tree("class", model.random))

    def test_trees_with_one_score_for_two_classes(self):
        for moved, after in ((0.0, "NONE"), (-0.5, "NONE"), (-0.5, "LOGISTIC")):
            model = Model()
            made = tree("class", model.random, classes=1)
            made["class_weights"] = [each / 3 + moved for each in made["class_weights"]]
            self.scores(model, "TreeEnsembleClassifier", 2, classlabels_int64s=[0, 1], post_transform=after, **made)

    def test_trees_that_estimate(self):
        for how in ("SUM", "AVERAGE"):
            model = Model()
            self.check(model, "TreeEnsembleRegressor", [model.input(numpy.float32, 20, 4)], [(numpy.float32, (20, 2))], domain="ai.onnx.ml", n_targets=2, aggregate_function=how, base_values=[0.5, -1.0],
                       **tree("target", model.random, depth=4, classes=2))

    def test_linear_models(self):
        for after in ("NONE", "SOFTMAX", "LOGISTIC"):
            model = Model()
            self.scores(model, "LinearClassifier", 3, coefficients=model.random.normal(0, 1, 12).tolist(), intercepts=[0.1, -0.2, 0.3], classlabels_ints=[5, 2, 9], post_transform=after)
        model = Model()
        self.check(model, "LinearRegressor", [model.input(numpy.float32, 20, 4)], [(numpy.float32, (20, 2))], domain="ai.onnx.ml", targets=2, coefficients=model.random.normal(0, 1, 8).tolist(), intercepts=[0.1, -0.2])

    def test_rows_of_length_one(self):
        for norm in ("MAX", "L1", "L2"):
            model = Model()
            self.check(model, "Normalizer", [model.input(numpy.float32, 20, 4)], [(numpy.float32, (20, 4))], domain="ai.onnx.ml", norm=norm)

    def test_numbers_for_numbers(self):
        model = Model()
        self.check(model, "LabelEncoder", [model.input(numpy.int64, 50)], [(numpy.float32, (50,))], domain="ai.onnx.ml", version=2, keys_int64s=[3, 50, 99], values_floats=[0.5, 1.5, -2.0], default_float=7.0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--accel", type=pathlib.Path, required=True)
    parser.add_argument("--peer-python", default="")
    parser.add_argument("cases", nargs="*")
    arguments = parser.parse_args()
    peer_python.load(("numpy", "onnx", "onnxruntime"), arguments.peer_python)
    import numpy
    from onnx import helper, numpy_helper

    import drive
    unittest.main(argv=[sys.argv[0], *arguments.cases])
