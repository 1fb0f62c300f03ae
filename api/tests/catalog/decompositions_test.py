#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every decomposition of the catalog computes what its ONNX operator does: both run in onnx's reference evaluator on the same values.

Usage: decompositions_test.py [NAME…]     exit code 77 where the Python package onnx 1.23.2 is not there (scripts/setup --peers)
"""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "api/catalog"), str(ROOT / "api/tests/catalog")]
sys.path.append("/usr/lib/python3/dist-packages")  # Debian's python3-yaml, for virtual environments without one
try:
    import numpy
    import onnx
    from onnx.reference import ReferenceEvaluator
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)
if onnx.__version__ != "1.23.2":
    print(f"skipped: onnx {onnx.__version__}, expected 1.23.2")
    sys.exit(77)
import onnx_form  # noqa: E402
from reader import catalog  # noqa: E402

IMAGE, CHANNELS = [2, 4, 3, 5], [4]
# Attributes of each case, and shapes of operands where they are not IMAGE; a name in braces leaves an optional operand out.
CASES = {
    "GLOBAL_AVERAGE_POOL": [({}, {}), ({}, {"x": [1, 2, 7]})],
    "FLATTEN": [({}, {}), ({"AXIS": 0}, {}), ({"AXIS": 3}, {}), ({"AXIS": -1}, {}), ({"AXIS": 4}, {})],
    "SQUEEZE": [({}, {"x": [1, 3, 1, 2]}), ({"AXES": [2]}, {"x": [1, 3, 1, 2]}), ({"AXES": [-2, 0]}, {"x": [1, 3, 1, 2]})],
    "UNSQUEEZE": [({"AXES": [0]}, {}), ({"AXES": [4, 1]}, {}), ({"AXES": [-1]}, {})],
    "HARD_SIGMOID": [({}, {}), ({"ALPHA": 0.5, "BETA": 0.6}, {})],
    "ELU": [({}, {}), ({"ALPHA": 2.0}, {})], "CELU": [({}, {}), ({"ALPHA": 2.0}, {})], "SELU": [({}, {}), ({"ALPHA": 2.0, "GAMMA": 3.0}, {})],
    "SWISH": [({}, {}), ({"ALPHA": 0.5}, {})], "GELU": [({}, {}), ({"APPROXIMATE": "tanh"}, {})],
    "THRESHOLDED_RELU": [({}, {}), ({"ALPHA": 0.25}, {})], "SHRINK": [({}, {}), ({"LAMBDA": 1.5, "BIAS": 1.5}, {})],
    "PRELU": [({}, {}), ({}, {"slope": [4, 1, 1]})], "LOG_SOFTMAX": [({}, {}), ({"AXIS": 1}, {})],
    "LAYER_NORMALIZATION": [({}, {"scale": [5], "bias": [5]}), ({"AXIS": 1}, {"scale": [4, 3, 5], "bias": None}), ({"AXIS": -2, "EPSILON": 0.5}, {"scale": [3, 5], "bias": [3, 5]})],
    "RMS_NORMALIZATION": [({}, {"scale": [5]}), ({"AXIS": 1, "EPSILON": 0.5}, {"scale": [4, 3, 5]})],
    "INSTANCE_NORMALIZATION": [({}, {"scale": CHANNELS, "bias": CHANNELS}), ({"EPSILON": 0.5}, {"x": [2, 4, 9], "scale": CHANNELS, "bias": CHANNELS}), ({}, {"x": [3, 4], "scale": CHANNELS, "bias": CHANNELS})],
    "GROUP_NORMALIZATION": [({"NUM_GROUPS": 2}, {"scale": CHANNELS, "bias": CHANNELS}), ({"NUM_GROUPS": 4, "EPSILON": 0.5}, {"scale": CHANNELS, "bias": CHANNELS})],
    "MEAN_VARIANCE_NORMALIZATION": [({}, {}), ({"AXES": [1]}, {})],
    "NEGATIVE_LOG_LIKELIHOOD_LOSS": [({"REDUCTION": kind, **more}, shapes) for kind in ("none", "sum", "mean") for more in ({}, {"IGNORE_INDEX": 2}, {"IGNORE_INDEX": -7})
                                     for shapes in ({"x": [5, 4], "target": [5], "weight": None}, {"target": [2, 3, 5], "weight": [4]})],
    "SOFTMAX_CROSS_ENTROPY_LOSS": [({"REDUCTION": kind, **more}, shapes) for kind in ("none", "sum", "mean") for more in ({}, {"IGNORE_INDEX": 2})
                                   for shapes in ({"x": [5, 4], "target": [5], "weight": None}, {"target": [2, 3, 5], "weight": [4]})],
    "HARDMAX": [({}, {}), ({"AXIS": 1}, {}), ({"AXIS": 0}, {})], "LP_NORMALIZATION": [({}, {}), ({"P": 1, "AXIS": 1}, {}), ({"P": 2, "AXIS": 0}, {})],
    # As many images as channels: onnx's evaluator takes one number for the other.
    "LOCAL_RESPONSE_NORMALIZATION": [({"SIZE": 3}, {"x": [6, 6, 2, 3]}), ({"SIZE": 4, "ALPHA": 0.5, "BETA": 0.5, "BIAS": 2.0}, {"x": [6, 6, 2, 3]}), ({"SIZE": 13, "ALPHA": 1.0}, {"x": [6, 6, 2, 3]})],
    "SCALER": [({"OFFSET": [0.5, 1.0, -2.0, 0.0, 3.0], "SCALE": [2.0, 0.5, 1.0, 4.0, -1.0]}, {"x": [3, 5]}), ({"OFFSET": [0.5], "SCALE": [2.0]}, {"x": [3, 5]})],
    "UPSAMPLE": [({"SCALES": [1.0, 1.0, 2.0, 3.0]}, {})],
    "DEPTH_TO_SPACE": [({"BLOCK_SIZE": 2}, {"x": [2, 12, 3, 2]}), ({"BLOCK_SIZE": 2, "MODE": "CRD"}, {"x": [2, 12, 3, 2]})],
    "SPACE_TO_DEPTH": [({"BLOCK_SIZE": 2}, {"x": [2, 3, 4, 6]}), ({"BLOCK_SIZE": 3, "MODE": "CRD"}, {"x": [2, 3, 6, 3]})],
}
REDUCTIONS = [({}, {}), ({"AXES": [1, -1]}, {}), ({"AXES": [0], "KEEPDIMS": 0}, {})]
WIDE = [({}, {})]
POSITIVE = {"REDUCE_LOG_SUM", "LP_NORMALIZATION"}   # of the latter the evaluator adds no magnitudes
CLASSES = {"target": 4}   # operands that are indices, and of how many
ENDS = [float("inf"), float("-inf"), float("nan"), 0.0, -0.0, 1e-40, 3e38, -3e38, 100.0, -100.0]
ENDS_DIFFER = {"LOG_SOFTMAX": "onnx's evaluator takes the logarithm of a softmax that is 0 there, and has -inf"}
NARROW = {"F8E4M3FN", "F8E4M3FNUZ", "F8E5M2", "F8E5M2FNUZ", "F8E8M0", "F4E2M1", "I4", "U4", "I2", "U2"}
REAL_ONLY = {"REDUCE_SUM_SQUARE": "onnx's evaluator gives sums of 32-bit integers in 64 bits, against its schema", "SCALER": "onnx's evaluator gives whole numbers for whole operands, against its schema"}
# What the peer cannot be asked, and why.
NOT_COMPARED = {
    "QLINEAR_CONV": "scales and zero points are properties of tensors here", "QLINEAR_MATMUL": "scales and zero points are properties of tensors here",
    "QLINEAR_ADD": "not an operator of ONNX", "SCATTER": "onnx's evaluator does not have the deprecated operator",
}


def values_of(kind, shape, random, positive):
    if kind == "BOOL":
        return random.integers(0, 2, shape).astype(bool)
    if kind[0] in "IU":
        return random.integers(0 if kind[0] == "U" else -3, 4, shape).astype(onnx_form.NUMPY[kind])
    values = random.normal(0, 2, shape)
    return (abs(values) + 0.5 if positive else values).astype(onnx_form.NUMPY[kind])


def run(model, feeds):
    return ReferenceEvaluator(model).run(None, feeds)


def compare_case(record, operations, words, types, given, shapes, ends):
    """None, or what differs. ends: also where numbers end."""
    random = numpy.random.default_rng(5)
    inputs = {o.name: (types[o.name], shapes.get(o.name, IMAGE)) for o in record.tensors() if shapes.get(o.name, IMAGE) is not None}
    feeds = {name: values_of(kind, shape, random, record.name in POSITIVE) for name, (kind, shape) in inputs.items()}
    feeds.update({name: feeds[name] % count for name, count in CLASSES.items() if name in feeds and record.only_import})
    first = feeds[record.tensors()[0].name]
    if ends and first.dtype.kind == "f":
        first.flat[:len(ENDS)] = ENDS
    signature = next(s for s in record.signatures if not s.quantised)
    outputs = {r.name: types.get(next((o.name for o in record.tensors() if o.types == r.types), ""), record.types_of(r, signature)[0]) for r in record.results}
    ours = run(onnx_form.decomposed(record, operations, words, inputs, given, outputs), feeds)
    theirs = run(onnx_form.direct(record, operations, words, inputs, given, outputs), feeds)
    for name, a, b in zip(outputs, ours, theirs):
        if a.shape != b.shape or a.dtype != b.dtype:
            return f"{name}: {a.dtype}{list(a.shape)}, expected {b.dtype}{list(b.shape)}"
        if not numpy.allclose(a, b, rtol=2e-5, atol=2e-6, equal_nan=True):
            worst = numpy.nanmax(abs(a.astype(numpy.float64) - b.astype(numpy.float64)))
            return f"{name}: differs by up to {worst:g}"
    return None


def difference_of(*case):
    try:
        with numpy.errstate(all="ignore"):
            return compare_case(*case)
    except Exception as error:  # a model that the peer refuses is a wrong record, too
        return f"{type(error).__name__}: {error}"


def cases_of(record):
    return CASES.get(record.name) or (REDUCTIONS if record.shape == "reduce" else WIDE)


def type_choices(record):
    from reader import decompositions
    for signature in record.signatures:
        if not signature.quantised:
            # numpy has no type for BF16, and onnx's evaluator no cast between two types that numpy lacks.
            yield from (types for types in decompositions.choices(record, signature) if "BF16" not in types.values() and not NARROW.issuperset(types.values()) and (record.name not in REAL_ONLY or set(types.values()) == {"F32"}))


def main():
    read = catalog.read(ROOT / "api/catalog", ROOT)
    operations = {record.name: record for record in read.everything()}
    wrong, compared = [], 0
    for record in read.everything():
        if not record.decomposition or record.name in NOT_COMPARED or record.name == "DROPOUT" or (sys.argv[1:] and record.name not in sys.argv[1:]):
            continue
        for types in type_choices(record):
            for given, shapes in cases_of(record):
                for ends in (False, True) if record.family in ("activation", "binary") and record.name not in ENDS_DIFFER else (False,):
                    compared += 1
                    difference = difference_of(record, operations, read.vocabulary, types, given, shapes, ends)
                    if difference:
                        wrong.append(f"{record.place.file}:{record.place.line}: {record.name}: {types} {given} {shapes}{' where numbers end' if ends else ''}: {difference}")
    print("\n".join(wrong + [f"{compared} cases of decompositions compared, {len(wrong)} differ"]))
    return 1 if wrong or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
