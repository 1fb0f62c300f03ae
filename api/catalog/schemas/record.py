#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Record the operator schemas of an onnx library as JSON: names, operands, types, attributes and versions, without the descriptions.

  onnx-1.23.2.json          every version of every operator of ai.onnx and ai.onnx.ml; made with the Python package onnx==1.23.2
  debian-12-onnx-1.12.json  what Debian's libonnx says otherwise about the versions that it has; made with the extension of its package python3-onnx

Each line of `operators` is one version of one operator, so that a difference is one line.

Usage: record.py [--check] [--debian EXTENSION]
  --check              write nothing; exit code 1 when the record differs from the library's schemas
  --debian EXTENSION   path of onnx_cpp2py_export*.so of Debian's python3-onnx (libonnx.so.1 and libprotobuf.so.32 must be found by the loader)
Needs onnx==1.23.2, as `scripts/setup --peers` installs it, or the extension; exit code 77 when it is not there.
"""
import argparse
import importlib.util
import json
import pathlib
import struct
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
ONNX = FOLDER / "onnx-1.23.2.json"
DEBIAN = FOLDER / "debian-12-onnx-1.12.json"
DOMAINS = {"": "ai.onnx", "ai.onnx.ml": "ai.onnx.ml"}
SKIPPED = 77


def fields(data):
    """(number, value) of each field of a protobuf message: an int, or the bytes of what has a length or four bytes."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
    while at < len(data):
        tag = varint()
        if tag & 7 == 0:
            yield tag >> 3, varint()
            continue
        size = {2: varint, 5: lambda: 4}[tag & 7]()
        yield tag >> 3, data[at:at + size]
        at += size


def as_single(value):
    try:
        return struct.pack("<f", value)
    except OverflowError:  # rounds to more than the largest finite number
        return None


def default_of(data):
    """The value of a serialised AttributeProto; None when it has no value."""
    def signed(value):
        return value - (1 << 64) if value >> 63 else value

    def single(value):
        # The shortest decimal that is this binary32 number.
        exact = struct.unpack("<f", value)[0]
        return next(short for short in (float(f"{exact:.{digits}g}") for digits in range(1, 18)) if as_single(short) == value)
    scalars = {2: single, 3: signed, 4: bytes.decode}
    lists = {7: single, 8: signed, 9: bytes.decode}
    values = []
    for number, value in fields(data):
        if number in scalars:
            return scalars[number](value)
        if number in lists:
            values.append(lists[number](value))
    return values or None


def parameter(formal, position, least):
    """One operand or result; `least` is the fewest of all that a node may have."""
    row = {"name": formal.name, "type": getattr(formal, "type_str", None) or formal.typeStr}
    option = str(formal.option).rpartition(".")[2].lower()
    if option != "single":
        row["option"] = option
    if option == "variadic":
        row["least"] = max(0, least - position)
        homogeneous = formal.is_homogeneous if hasattr(formal, "is_homogeneous") else formal.isHomogeneous
        if not homogeneous:
            row["mixed"] = True
    return row


def attribute(schema_attribute):
    row = {"type": str(schema_attribute.type).rpartition(".")[2]}
    default = default_of(schema_attribute._default_value)
    if schema_attribute.required:
        row["required"] = True
    if default is not None:
        row["default"] = default
    return row


def operator(schema):
    row = {"domain": DOMAINS[schema.domain], "name": schema.name, "since": schema.since_version}
    if schema.deprecated:
        row["deprecated"] = True
    row["inputs"] = [parameter(p, i, schema.min_input) for i, p in enumerate(schema.inputs)]
    row["outputs"] = [parameter(p, i, schema.min_output) for i, p in enumerate(schema.outputs)]
    row["types"] = {c.type_param_str: sorted(c.allowed_type_strs) for c in schema.type_constraints}
    row["attributes"] = {name: attribute(schema.attributes[name]) for name in sorted(schema.attributes)}
    return row


def key(row):
    return row["domain"], row["name"], row["since"]


def operators(defs):
    rows = [operator(s) for s in defs.get_all_schemas_with_history() if s.domain in DOMAINS]
    return sorted(rows, key=key)


def document(source, rows):
    def line(row):
        return json.dumps(row, separators=(",", ":"), ensure_ascii=True)
    text = ['{"source":' + line(source) + ',', '"operators":[']
    text += [line(row) + ("," if i + 1 < len(rows) else "") for i, row in enumerate(rows)]
    return "\n".join(text + ["]}", ""])


def of_package():
    try:
        import onnx
    except ImportError:
        print("no package onnx in this Python: scripts/setup --peers installs one, ~/.cache/libaccel/peers/bin/python has it")
        sys.exit(SKIPPED)
    if f"onnx-{onnx.__version__}.json" != ONNX.name:
        print(f"{ONNX.name} is recorded with that version of onnx; this Python has {onnx.__version__}")
        sys.exit(SKIPPED)
    source = {"package": "onnx", "version": onnx.__version__, "origin": "https://pypi.org/project/onnx/", "licence": "Apache-2.0", "copyright": "ONNX Project Contributors",
              "opsets": {"ai.onnx": onnx.defs.onnx_opset_version(), "ai.onnx.ml": onnx.defs.onnx_ml_opset_version() if hasattr(onnx.defs, "onnx_ml_opset_version") else None},
              "left out": "descriptions, function bodies, domains of training and preview"}
    if source["opsets"]["ai.onnx.ml"] is None:
        source["opsets"]["ai.onnx.ml"] = max(s.since_version for s in onnx.defs.get_all_schemas_with_history() if s.domain == "ai.onnx.ml")
    return source, operators(onnx.defs)


def of_extension(path):
    """What Debian's library says otherwise, and what it lacks of its opsets."""
    if not pathlib.Path(path).exists():
        print(f"no extension at '{path}'; it is in Debian's package python3-onnx")
        sys.exit(SKIPPED)
    spec = importlib.util.spec_from_file_location("onnx_cpp2py_export", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    theirs = {key(row): row for row in operators(module.defs)}
    recorded = {key(row): row for row in json.loads(ONNX.read_text())["operators"]}
    opsets = {domain: max(k[2] for k in theirs if k[0] == domain) for domain in DOMAINS.values()}
    missing = [list(k) for k in sorted(recorded) if k not in theirs and k[2] <= opsets[k[0]]]
    source = {"package": "python3-onnx, libonnx1", "version": "1.12.0-2", "origin": "Debian 12", "licence": "Apache-2.0", "copyright": "ONNX Project Contributors", "opsets": opsets,
              "versions": len(theirs), "compared with": ONNX.name, "not in it": missing}
    return source, [row for k, row in sorted(theirs.items()) if row != recorded.get(k)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the record differs")
    parser.add_argument("--debian", metavar="EXTENSION", help="onnx_cpp2py_export*.so of Debian's python3-onnx")
    arguments = parser.parse_args()
    target = DEBIAN if arguments.debian else ONNX
    text = document(*(of_extension(arguments.debian) if arguments.debian else of_package()))
    if not arguments.check:
        target.write_text(text)
        return 0
    if not target.exists():
        print(f"{target.name}: not recorded")
        return 1
    recorded, now = target.read_text().split("\n"), text.split("\n")
    different = [f"{target.name}: recorded: {line[:200]}" for line in recorded if line not in set(now)]
    different += [f"{target.name}: now:      {line[:200]}" for line in now if line not in set(recorded)]
    print("\n".join(different[:40]) or f"{target.name}: as the library says")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
