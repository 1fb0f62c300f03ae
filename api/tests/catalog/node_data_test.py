#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Decompositions give the results that ONNX published: the node tests of Debian's libonnx-testdata whose operator is a composite or a rewrite, at the opset that they are in.

Usage: node_data_test.py [NAME…]     exit code 77 where the Python package onnx 1.23.2 or the data is not there
"""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "api/catalog"), str(ROOT / "api/tests/catalog")]
sys.path.append("/usr/lib/python3/dist-packages")  # Debian's python3-yaml, for virtual environments without one
DATA = pathlib.Path("/usr/share/libonnx-testdata/data/node")
try:
    import numpy
    import onnx
    from onnx import numpy_helper
    from onnx.reference import ReferenceEvaluator
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)
if not DATA.exists():
    print(f"skipped: {DATA} is not there; Debian's package libonnx-testdata has it")
    sys.exit(77)
import onnx_form  # noqa: E402
from reader import catalog  # noqa: E402

TYPES = {numpy.dtype(kind): name for name, kind in onnx_form.NUMPY.items()}
# Not decomposed by itself, and why.
LEFT_OUT = {"DROPOUT": "an identity, or training", "QLINEAR_CONV": "scales are properties of tensors here", "QLINEAR_MATMUL": "scales are properties of tensors here"}


def tensors(folder, what):
    """The values of a test's inputs or outputs; None where one is no tensor."""
    made = []
    for index in range(len(list(folder.glob(f"{what}_*.pb")))):
        tensor = onnx.TensorProto()
        tensor.ParseFromString((folder / f"{what}_{index}.pb").read_bytes())
        made.append(numpy_helper.to_array(tensor))
    return made


def values_by_input(model, folder):
    """Values of the only node's inputs, by position; absent ones are None."""
    given = dict(zip((value.name for value in model.graph.input), tensors(folder / "test_data_set_0", "input")))
    given.update({constant.name: numpy_helper.to_array(constant) for constant in model.graph.initializer})
    return [given[name] if name else None for name in model.graph.node[0].input]


def as_declared(model, folder):
    """Whether the values have the types that the model declares: two tests of Debian's release have bfloat16 values stored as uint16."""
    declared = [value.type.tensor_type.elem_type for value in model.graph.input]
    stored = []
    for index in range(len(declared)):
        tensor = onnx.TensorProto()
        tensor.ParseFromString((folder / f"test_data_set_0/input_{index}.pb").read_bytes())
        stored.append(tensor.data_type)
    return declared == stored


def facts(record, node, values, opset):
    """(operand values, attributes) of the record's node; None where this opset's version is left out or a value is not taken."""
    given = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    given = {name: value.decode() if isinstance(value, bytes) else list(value) if hasattr(value, "__len__") and not isinstance(value, str) else value for name, value in given.items()}
    names = {a.onnx: a.key for a in record.attributes if a.onnx}
    names.update({o.attribute: o.key for o in record.values() if o.attribute})
    attributes = {names[name]: value for name, value in given.items() if name in names}
    for name, value in given.items():
        refused = next((d for d in record.deviations if d.kind == "attribute_refused" and name in d.subjects), None)
        if refused is not None and value != refused.unless:
            return None
    operands = {}
    for operand in record.operands:
        here = values[operand.at] if operand.at < len(values) and not (operand.operand_since and opset < operand.operand_since) else None
        if here is not None and operand.key:
            attributes[operand.key] = here.tolist()
        elif here is not None:
            operands[operand.name] = here
    return operands, attributes


def admitted(record, operands):
    """Does a real signature admit these element types?"""
    kinds = {name: TYPES.get(value.dtype) for name, value in operands.items()}
    signatures = [s for s in record.signatures if not s.quantised]
    return any(all(kinds[o.name] in record.types_of(o, s) for o in record.tensors() if o.name in kinds) for s in signatures)


def rewritten(record, versions, opset):
    since = max(since for since in versions if since <= opset)
    return since < record.since or any(since in d.subjects for d in record.deviations if d.kind in ("versions_refused", "versions_rewritten"))


def compare(record, read, node, operands, attributes, expected):
    """None, or what differs."""
    operations = {r.name: r for r in read.everything()}
    inputs = {name: (TYPES[value.dtype], list(value.shape)) for name, value in operands.items()}
    signature = next(s for s in record.signatures if not s.quantised)
    same = {o.types: inputs[o.name][0] for o in record.tensors() if o.name in inputs and isinstance(o.types, str)}
    named = [result for result, name in zip(record.results, node.output) if name]
    outputs = {r.name: same.get(r.types if isinstance(r.types, str) else "", record.types_of(r, signature)[0]) for r in named}
    model = onnx_form.decomposed(record, operations, read.vocabulary, inputs, attributes, outputs)
    for name, ours, theirs in zip(outputs, ReferenceEvaluator(model).run(None, operands), expected):
        if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
            return f"{name}: {ours.dtype}{list(ours.shape)}, expected {theirs.dtype}{list(theirs.shape)}"
        if not numpy.allclose(ours, theirs, rtol=1e-3, atol=1e-7, equal_nan=True):
            return f"{name}: differs by up to {numpy.nanmax(abs(ours.astype(float) - theirs.astype(float))):g}"
    return None


def main():
    from schemas import compare as schemas
    read = catalog.read(ROOT / "api/catalog", ROOT)
    versions = {key: [row["since"] for row in rows] for key, rows in schemas.load_onnx()[1].items()}
    records = {r.onnx: r for r in read.everything() if r.decomposition and r.name not in LEFT_OUT and r.domain == "ai.onnx"}
    wrong, names, outside = [], set(), 0
    passed = 0
    for folder in sorted(DATA.iterdir()):
        model = onnx.load(folder / "model.onnx")
        record = records.get(model.graph.node[0].op_type) if len(model.graph.node) == 1 else None
        if record is None or model.graph.node[0].domain or (sys.argv[1:] and record.name not in sys.argv[1:]):
            continue
        opset = next(entry.version for entry in model.opset_import if not entry.domain)
        known = None if rewritten(record, versions[("ai.onnx", record.onnx)], opset) or not as_declared(model, folder) else facts(record, model.graph.node[0], values_by_input(model, folder), opset)
        if known is None or not admitted(record, known[0]):
            outside += 1
            continue
        difference = compare(record, read, model.graph.node[0], *known, tensors(folder / "test_data_set_0", "output"))
        names.add(record.name)
        passed += difference is None
        wrong += [f"{folder.name}: {record.name}: {difference}"] if difference else []
    print("\n".join(wrong + [f"{passed} published tests of {len(names)} operators, {len(wrong)} differ; {outside} are of types or versions that the records leave out"]))
    return 1 if wrong or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
