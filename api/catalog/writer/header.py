# SPDX-License-Identifier: MIT
"""api/accel/catalog.h: the enums of the public ABI."""
from writer import abi


def enum(name, prefix, rows, number="id", extra=()):
    lines = [f"enum {name} {{"]
    entries = list(extra) + [(f"{prefix}_{row['name']}", row[number], row.get("doc") or row.get("onnx", "")) for row in rows]
    for index, (label, value, doc) in enumerate(entries):
        comma = "," if index + 1 < len(entries) else ""
        tail = f" /**< {doc} */" if doc else ""
        lines.append(f"    {label} = {value}{comma}{tail}")
    return "\n".join(lines + ["};"])


def write(catalog, note):
    words = catalog.vocabulary
    precisions = [dict(row, value=f"1 << {row['bit']}") for row in words.precisions]
    operations = [{"name": r.name, "id": r.id, "doc": f"ONNX {r.onnx}" + (f"; {r.doc}" if r.doc else "")} for r in catalog.operations()]
    return "\n".join([
        "/* SPDX-License-Identifier: MIT */", f"/* {note} */",
        "#ifndef ACCEL_CATALOG_H", "#define ACCEL_CATALOG_H", "",
        "/** Revision of the operation catalog in this header; it moves on its own, not with the ABI. */",
        f"#define ACCEL_OPERATION_PROFILE {words.profile}u", "",
        "/** Element types. */", enum("accel_type", "ACCEL_TYPE", words.types), "",
        "/** Rounding of requantising operations. 0 where no requantisation happens. */",
        enum("accel_rounding", "ACCEL_ROUNDING", words.roundings, extra=[("ACCEL_ROUNDING_NONE", 0, "")]), "",
        "/** Permitted ways to compute, as a set. */", enum("accel_precision", "ACCEL_PRECISION", precisions, number="value"), "",
        "/** Why a module refuses an operation. */", enum("accel_reason", "ACCEL_REASON", words.reasons), "",
        "/** Keys of operation attributes. */",
        enum("accel_attribute_key", "ACCEL_ATTRIBUTE", abi.attribute_rows(catalog), extra=[("ACCEL_ATTRIBUTE_CUSTOM", 0, "by name")]), "",
        "/** Operations. Semantics: docs/operations.md. */",
        enum("accel_operation", "ACCEL_OPERATION", operations, extra=[("ACCEL_OPERATION_CUSTOM", 0, "by domain and name")]), "",
        "#endif /* ACCEL_CATALOG_H */", ""])
