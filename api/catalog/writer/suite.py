# SPDX-License-Identifier: MIT
"""conformance/operations/rows.inc: what the suite asks each device about."""
from writer import abi


def bits(prefix, names):
    return " | ".join(f"1u << ACCEL_{prefix}_{name}" for name in names) or "0"


def roundings(record, words):
    names = {name for signature in record.signatures for name in signature.roundings}
    plain_bytes = any(name in ("I8", "U8") for signature in record.signatures if not signature.quantised for name in record.types_of(record.tensors()[0], signature))
    if not names or plain_bytes:
        names.add("NONE")
    return bits("ROUNDING", [name for name in ["NONE"] + [row["name"] for row in words.roundings] if name in names])


def types(record, words, operand, quantised=None):
    """The element types of an operand or result in the signatures, or in those that are quantised or not."""
    chosen = [signature for signature in record.signatures if quantised in (None, signature.quantised)]
    return bits("TYPE", words.type_order({name for signature in chosen for name in record.types_of(operand, signature)}))


def operand(record, words, each):
    number = words.attribute(each.key)["id"] if each.key else 0
    option = {"required": "Required", "optional": "Optional", "variadic": "Variadic"}[each.option]
    return f'{{"{each.name}", {number}, {types(record, words, each)}, Option::{option}}}'


def attribute(key, required):
    return f'{{ACCEL_ATTRIBUTE_{key}, "{key.lower()}", {str(required).lower()}}}'


def attributes(record, words):
    required = {each.key for each in record.attributes if each.required}
    return [attribute(key, key in required) for key in abi.attributes(record, words) if key not in ("CLAMP_MIN", "CLAMP_MAX")]


def row(record, words):
    first, result = record.tensors()[0], record.results[0]
    apart = result.types != first.types
    like = next((position for position, each in enumerate(record.tensors()) if not isinstance(result.types, list) and each.types == result.types), -1)
    moves = record.numeric_class == "exact" and not apart and (record.work in ("none", "pool") or any(signature.quantised for signature in record.signatures))
    facts = [f"ACCEL_OPERATION_{record.name}", f'"{record.name}"', types(record, words, first), roundings(record, words), f'"{words.classes[record.numeric_class]["rule"]}"',
             str(bool(record.decomposition)).lower(), str(record.resolved).lower(), f'"{record.shape}"', f"NumericClass::{record.numeric_class.capitalize()}",
             str(record.fused_clamp).lower(), str(len(record.results) > 1 or result.option == "variadic").lower(), types(record, words, first, False), types(record, words, first, True), types(record, words, result) if apart else "0",
             str(moves).lower(), str(like), f"kOperandsOf{record.name}", f"kAttributesOf{record.name}" if attributes(record, words) else "{}"]
    return "{" + ", ".join(facts) + "},"


def write(catalog, note):
    words = catalog.vocabulary
    out = [f"// {note}", "// Included by rows.h only.", "", "constexpr TypeRow kTypeRows[] = {"]
    out += [f'    {{ACCEL_TYPE_{each["name"]}, "{each["name"]}"}},' for each in words.types] + ["};", ""]
    for record in catalog.operations():
        out.append(f"constexpr OperandRow kOperandsOf{record.name}[] = {{{', '.join(operand(record, words, each) for each in record.operands)}}};")
        if rows := attributes(record, words):
            out.append(f"constexpr AttributeRow kAttributesOf{record.name}[] = {{{', '.join(rows)}}};")
    out += ["", "constexpr OperationRow kOperationRows[] = {"]
    return "\n".join(out + [f"    {row(record, words)}" for record in catalog.operations()] + ["};", ""])
