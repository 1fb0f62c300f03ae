# SPDX-License-Identifier: MIT
"""conformance/operations/rows.inc: what the suite asks each device about."""
from writer import abi


def roundings(record, words):
    names = {name for signature in record.signatures for name in signature.roundings} or {"NONE"}
    order = ["NONE"] + [row["name"] for row in words.roundings]
    return " | ".join(f"1u << ACCEL_ROUNDING_{name}" for name in order if name in names)


def write(catalog, note):
    words = catalog.vocabulary
    out = [f"// {note}", "// Included by rows.h only: operation, name, element types, roundings of the stored bytes, rule for real values, composite.", ""]
    for record in catalog.shown():
        types = " | ".join(f"1u << ACCEL_TYPE_{name}" for name in abi.types(record, words))
        out.append(f'{{ACCEL_OPERATION_{record.name}, "{record.name}", {types}, {roundings(record, words)}, "{words.classes[record.numeric_class]["rule"]}", {"true" if record.decomposition else "false"}}},')
    return "\n".join(out + [""])
