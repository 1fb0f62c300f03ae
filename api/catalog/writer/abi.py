# SPDX-License-Identifier: MIT
"""A record as the ABI has it: an operation has one set of element types."""


def counts(listed):
    """Fewest and most; None: any number."""
    least = sum(o.least if o.option == "variadic" else 1 for o in listed if o.option != "optional")
    return least, None if any(o.option == "variadic" for o in listed) else len(listed)


def shown(operand):
    return operand.name + {"required": "", "optional": "?", "variadic": "*"}[operand.option]


def types(record, words):
    """The element types of the first operand, in any signature."""
    first = record.tensors()[0]
    return words.type_order({name for signature in record.signatures for name in record.types_of(first, signature)})


def attributes(record, words):
    """Attribute keys, by number."""
    values = {operand.key for operand in record.values()}
    return sorted((key for key, _, _ in record.keys() if key not in values), key=words.attribute_number)


def first_value(record):
    """Position of the first value operand; None without one. All others are behind it."""
    return next((i for i, operand in enumerate(record.operands) if operand.key), None)


def value_set(record):
    """Positions of value operands, as bits. Operands are in ONNX's order, so another one may stand behind one of them (OneHot's values)."""
    return sum(1 << i for i, operand in enumerate(record.operands) if operand.key)


def is_value(record, key):
    return any(operand.key == key for operand in record.values())


def attribute_rows(catalog):
    """The rows of keys that some operation carries."""
    words = catalog.vocabulary
    carried = {key for record in catalog.operations() for key in attributes(record, words)}
    return [row for row in words.attributes if row["name"] in carried]


def retired_rows(catalog):
    """The rows of keys that are value operands now. Their numbers are not given again."""
    carried = {row["name"] for row in attribute_rows(catalog)}
    return [row for row in catalog.vocabulary.attributes if row["name"] not in carried]


def attribute_kind(row):
    """The ABI's name for the kind of an attribute: one value and a list of one are different kinds."""
    kind = row["kind"].removesuffix("s") if row.get("scalar", False) else row["kind"]
    return f"ACCEL_ATTRIBUTE_KIND_{kind.upper()}"
