# SPDX-License-Identifier: MIT
"""api/accel/catalog.h: the enums of the public ABI."""
from writer import abi

KIND_NUMBERS = {"ACCEL_ATTRIBUTE_KIND_FLOAT": 1, "ACCEL_ATTRIBUTE_KIND_INT": 2, "ACCEL_ATTRIBUTE_KIND_STRING": 3, "ACCEL_ATTRIBUTE_KIND_GRAPH": 5, "ACCEL_ATTRIBUTE_KIND_FLOATS": 6, "ACCEL_ATTRIBUTE_KIND_INTS": 7, "ACCEL_ATTRIBUTE_KIND_STRINGS": 8}


def enum(name, prefix, rows, number="id", extra=()):
    entries = list(extra) + [(f"{prefix}_{row['name']}", row[number], row.get("doc") or row.get("onnx", "")) for row in rows]
    # In one column, as clang-format wants them.
    width = max((len(f"{label} = {value},") for label, value, doc in entries if doc), default=0)
    lines = [f"    {f'{label} = {value},':<{width}} /**< {doc} */" if doc else f"    {label} = {value}," for label, value, doc in entries]
    return "\n".join([f"enum {name} {{"] + lines + [f"    {prefix}_MAX_ENUM = 0x7fffffff", "};"])


def type_bits(types):
    """accel_type_bits, by ascending size."""
    lines = ["/** Size of one element in bits; 0 for a type that this header does not know. The library exports it under this name, too, and knows its own. Threads: any thread. Blocks: never. */",
             "static inline unsigned accel_type_bits(unsigned type)", "{", "    switch (type) {"]
    for bits in sorted({row["size_bits"] for row in types}):
        lines += [f"    case ACCEL_TYPE_{row['name']}:" for row in types if row["size_bits"] == bits] + [f"        return {bits}u;"]
    return "\n".join(lines + ["    default:", "        return 0u;", "    }", "}"])


def attribute_kinds(rows):
    """accel_attribute_kind_of, kind by kind. The numbers, since graph.h, which has the names, comes later."""
    lines = ["/** Kind of the values of a key, as enum accel_attribute_kind; 0 for CUSTOM and for keys that this header does not know. The library exports it under this name, too, and knows its own. Threads: any thread. Blocks: never. */",
             "static inline unsigned accel_attribute_kind_of(unsigned key)", "{", "    switch (key) {"]
    for name, number in KIND_NUMBERS.items():
        if keys := [row["name"] for row in rows if abi.attribute_kind(row) == name]:
            lines += [f"    case ACCEL_ATTRIBUTE_{key}:" for key in keys] + [f"        return {number}u; /* {name.rsplit('_', 1)[1]} */"]
    return "\n".join(lines + ["    default:", "        return 0u;", "    }", "}"])


def value_positions(catalog):
    """enum accel_value_operand."""
    rows = [{"name": f"{record.name}_{operand.name.upper()}", "id": record.operands.index(operand), "doc": ""} for record in catalog.operations() for operand in record.values()]
    return "\n".join(["/**",
                      " * Positions of value operands. Their values make the result's shape, or bound its values, so modules read them when they build: one number, or a list in one",
                      " * axis, of a type that the catalog gives. The tensor of one that is known is a constant. Without data it is computed when the program runs, and who cannot do",
                      " * that refuses the node with ACCEL_REASON_CONSTANT. accel_is_value_operand tells which they are.",
                      " */", enum("accel_value_operand", "ACCEL_OPERAND", rows)])


def is_value(catalog):
    """accel_is_value_operand, set by set."""
    lines = ["/** Is the operand at this position a value operand? 1 or 0; 0 for an operation that this header does not know. The library exports it under this name, too, and knows its own. Threads: any thread. Blocks: never. */",
             "static inline unsigned accel_is_value_operand(unsigned operation, unsigned position)", "{", "    if (position >= 32u)", "        return 0u;", "    switch (operation) {"]
    records = [record for record in catalog.operations() if record.values()]
    for positions in sorted({abi.value_set(record) for record in records}):
        lines += [f"    case ACCEL_OPERATION_{record.name}:" for record in records if abi.value_set(record) == positions] + [f"        return 0x{positions:x}u >> position & 1u;"]
    return "\n".join(lines + ["    default:", "        return 0u;", "    }", "}"])


def retired(catalog):
    numbers = ", ".join(str(row["id"]) for row in abi.retired_rows(catalog))
    return f"/** Keys of operation attributes. {numbers} were keys of what are operands since 0.2 (enum accel_value_operand), and are not used again. */"


def write(catalog, note):
    words = catalog.vocabulary
    precisions = [dict(row, value=f"1 << {row['bit']}") for row in words.precisions]
    operations = [{"name": r.name, "id": r.id, "doc": f"ONNX {r.onnx}" + (f"; {r.doc}" if r.doc else "")} for r in catalog.operations()]
    return "\n".join([
        "/* SPDX-License-Identifier: MIT */", f"/* {note} */",
        "#ifndef ACCEL_CATALOG_H", "#define ACCEL_CATALOG_H", "",
        "/** Revision of the operation catalog in this header. It moves on its own: names are added to the enums here within a version of the ABI, and no number changes. */",
        f"#define ACCEL_OPERATION_PROFILE {words.profile}u", "",
        "/** Element types. Those below 8 bits are packed without regard to rows, the first element in the low bits, and bits behind the last are 0. */",
        enum("accel_type", "ACCEL_TYPE", words.types, extra=[("ACCEL_TYPE_UNKNOWN", 0, "none that the catalog has")]), "",
        type_bits(words.types), "",
        "/** Rounding of requantising operations. 0 where no requantisation happens. */",
        enum("accel_rounding", "ACCEL_ROUNDING", words.roundings, extra=[("ACCEL_ROUNDING_NONE", 0, "")]), "",
        "/** Permitted ways to compute, as a set. */", enum("accel_precision", "ACCEL_PRECISION", precisions, number="value"), "",
        "/** Why a module refuses an operation. */", enum("accel_reason", "ACCEL_REASON", words.reasons), "",
        retired(catalog),
        enum("accel_attribute_key", "ACCEL_ATTRIBUTE", abi.attribute_rows(catalog), extra=[("ACCEL_ATTRIBUTE_CUSTOM", 0, "by name")]), "",
        attribute_kinds(abi.attribute_rows(catalog)), "",
        "/** Operations. Semantics: docs/operations.md. */",
        enum("accel_operation", "ACCEL_OPERATION", operations, extra=[("ACCEL_OPERATION_CUSTOM", 0, "by domain and name")]), "",
        value_positions(catalog), "", is_value(catalog), "",
        "#endif /* ACCEL_CATALOG_H */", ""])
