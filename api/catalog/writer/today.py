# SPDX-License-Identifier: MIT
"""A record as today's ABI has it: value operands are attributes, and an operation has one set of element types."""


def counts(operands):
    """Fewest and most; None: any number."""
    least = sum(o.least if o.option == "variadic" else 1 for o in operands if o.option != "optional")
    return least, None if any(o.option == "variadic" for o in operands) else len(operands)


def shown(operand):
    return operand.name + {"required": "", "optional": "?", "variadic": "*"}[operand.option]


def types(record, words):
    """The element types of the first operand, in any signature."""
    first = record.tensors()[0]
    return words.type_order({name for signature in record.signatures for name in record.types_of(first, signature)})


def attributes(record, words):
    return sorted((key for key, _, _ in record.carried_attributes()), key=words.attribute_number)
