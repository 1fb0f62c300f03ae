# SPDX-License-Identifier: MIT
"""graph/catalog_tables.inc: names, checks and rules of the graph library."""
from writer import abi


def most(count):
    return "kUnbounded" if count is None else str(count)


def values(record):
    """Position of the first value operand, and the rows of all."""
    return f"{abi.first_value(record)}, kValuesOf{record.name}" if record.values() else "kUnbounded, {}"


def value(operand, words):
    row = words.attribute(operand.key)
    kind = "ValueKind::kIntegers" if row["kind"] == "ints" else "ValueKind::kReal" if row.get("scalar", False) else "ValueKind::kReals"
    return f'{{"{operand.name}", {kind}, {row["id"]}}}'


def rules(record, words):
    """Functions of the graph library, by the names that rules.yaml has for them."""
    fold = words.folds[record.fold]
    value = "nullptr" if record.fold == "none" else f"folds::{record.fold}"
    reads = f"k{fold.get('reads', 'values').capitalize()}"
    return f"{{shapes::{record.shape}, {{{value}, {fold.get('most', 'UINT64_MAX')}, Fold::Reads::{reads}}}, work::{record.work}}}"


def bits(words, names):
    return " | ".join(f"type_bit(ACCEL_TYPE_{name})" for name in words.type_order(names)) or "0"


def typed(record, words, each):
    """An operand or result: its types, and the first operand that its name of a type makes it go with."""
    tensors = record.tensors()
    names = {name for signature in record.signatures for name in record.types_of(each, signature)}
    like = next((position for position, other in enumerate(tensors) if not isinstance(each.types, list) and other.types == each.types), -1)
    return f"{{{bits(words, names)}, {like}{f', ACCEL_ATTRIBUTE_{each.type_from}' if each.type_from else ''}}}"


def signatures(record, words):
    """The types of each operand, then of each result, signature by signature."""
    return ", ".join(bits(words, record.types_of(each, signature)) for signature in record.signatures for each in record.tensors() + record.results)


def typing(record, words):
    plain = {name for signature in record.signatures if not signature.quantised for name in record.types_of(record.tensors()[0], signature)}
    return f"    {{ACCEL_OPERATION_{record.name}, {bits(words, plain)}, kOperandsOf{record.name}, kResultsOf{record.name}, kSignaturesOf{record.name}}},"


def operation(record, words):
    in_min, in_max = abi.counts(record.operands)
    out_min, out_max = abi.counts(record.results)
    types = " | ".join(f"type_bit(ACCEL_TYPE_{name})" for name in abi.types(record, words))
    keys = f"kKeysOf{record.name}" if abi.attributes(record, words) else "{}"
    return (f'    {{ACCEL_OPERATION_{record.name}, {record.revision}, "{record.onnx}", {in_min}, {most(in_max)}, {out_min}, {most(out_max)},\n'
            f"     {types},\n     {keys},\n     {str(record.quantised).lower()}, {values(record)}, {rules(record, words)}}},")


def write(catalog, note):
    words = catalog.vocabulary
    out = [f"// {note}", "// Included by graph/catalog.cpp only.", "", "constexpr TypeRow kTypes[] = {"]
    out += [f'    {{ACCEL_TYPE_{r["name"]}, "{r["name"].lower()}", {r["size_bits"]}}},' for r in words.types]
    out += ["};", "", "constexpr NameRow kRoundings[] = {"]
    out += [f'    {{ACCEL_ROUNDING_{r["name"]}, "{r["name"].lower()}", "{r["doc"]}"}},' for r in words.roundings]
    out += ["};", "", "constexpr NameRow kReasons[] = {"]
    out += [f'    {{ACCEL_REASON_{r["name"]}, "{r["name"].lower()}", "{r["doc"]}"}},' for r in words.reasons]
    out += ["};", "", "constexpr AttributeRow kAttributes[] = {"]
    out += [f'    {{ACCEL_ATTRIBUTE_{r["name"]}, "{r.get("onnx", r["name"].lower())}", {abi.attribute_kind(r)}}},' for r in abi.attribute_rows(catalog)]
    out += ["};", "", "constexpr RetiredRow kRetired[] = {"]
    out += [f'    {{{r["id"]}, "{r["name"]}"}},' for r in abi.retired_rows(catalog)]
    out += ["};", ""]
    for record in catalog.operations():
        if keys := abi.attributes(record, words):
            out.append(f"constexpr uint32_t kKeysOf{record.name}[] = {{{', '.join(f'ACCEL_ATTRIBUTE_{key}' for key in keys)}}};")
        if record.values():
            out.append(f"constexpr ValueRow kValuesOf{record.name}[] = {{{', '.join(value(operand, words) for operand in record.values())}}};")
        for kind, each in (("Operands", record.tensors()), ("Results", record.results)):
            out.append(f"constexpr Typed k{kind}Of{record.name}[] = {{{', '.join(typed(record, words, one) for one in each)}}};")
        out.append(f"constexpr uint32_t kSignaturesOf{record.name}[] = {{{signatures(record, words)}}};")
    out += ["", "constexpr OperationRow kOperations[] = {"] + [operation(record, words) for record in catalog.operations()]
    out += ["};", "", "constexpr Typing kTypings[] = {"] + [typing(record, words) for record in catalog.operations()]
    return "\n".join(out + ["};", ""])
