# SPDX-License-Identifier: MIT
"""One record of a family's file as an object. What fields mean: README.md."""
import dataclasses
import typing

from reader.source import Mapping, Place, field, one_of, only

OPTIONS = ("required", "optional", "variadic")
DEVIATIONS = {   # kind: the extra fields that it may have
    "attribute_resolved": {"into"}, "attribute_ignored": set(), "attribute_refused": {"unless"}, "attribute_converted": set(), "attribute_added": set(),
    "attribute_required": set(),
    "input_resolved": {"into"}, "input_ignored": set(), "input_refused": {"unless"}, "operand_added": set(),
    "result_refused": set(), "default_differs": set(), "option_differs": set(), "types_absent": set(), "types_added": set(),
    "versions_refused": set(), "versions_rewritten": set(), "schema_absent": set(), "deprecated": set(),
}
RECORD_FIELDS = {"name", "id", "revision", "doc", "onnx", "operands", "results", "attributes", "fused_clamp", "types", "shape", "fold", "class", "work", "import", "resolved",
                 "decomposition", "deviations"}


@dataclasses.dataclass
class Attribute:
    key: str
    onnx: typing.Optional[str]      # None: not ONNX's
    required: bool
    default: typing.Any             # literal, expression, {opset: literal}; None: absent means that there is none
    since: typing.Optional[int]     # the opset that first has it, where that is not the record's
    revision: int
    place: Place


@dataclasses.dataclass
class Operand:
    name: str
    option: str
    least: int                      # of a variadic one
    at: int                         # position among ONNX's inputs or outputs; -1: ONNX has none
    types: typing.Any               # name of a constraint, or a list of element types
    key: typing.Optional[str]       # a value operand: what it is called in expressions
    attribute: typing.Optional[str]  # what it was called when it was an attribute of ONNX
    operand_since: typing.Optional[int]  # the opset that made it an operand, where that is not the record's
    default: typing.Any
    type_from: typing.Optional[str]  # a result whose type an attribute names
    revision: int
    place: Place


@dataclasses.dataclass
class Signature:
    revision: int
    quantised: bool
    roundings: list                 # of a quantised one that requantises
    types: dict                     # constraint or operand name: list of element types
    place: Place


@dataclasses.dataclass
class Step:
    results: list
    operation: str
    operands: list                  # names, {constant: expression, like: name} or None
    attributes: dict                # key: expression
    when: typing.Optional[str]
    rounding: typing.Optional[str]
    place: Place


@dataclasses.dataclass
class Deviation:
    kind: str
    subjects: list
    into: typing.Any
    unless: typing.Any
    because: str
    shared: bool                    # given for the whole family
    place: Place


@dataclasses.dataclass
class Record:
    name: str
    family: str
    planned: bool
    id: typing.Optional[int]
    revision: int
    doc: str
    onnx: str
    domain: str
    since: int
    operands: list
    results: list
    attributes: list
    fused_clamp: bool
    signatures: list
    shape: str
    fold: str
    numeric_class: str
    work: str
    resolved: bool                  # the compiler puts constants or other operations in its place: no module sees it
    only_import: typing.Optional[str]   # "rewrite", "steps" or "value": the importer makes other operations of it, or a constant
    decomposition: list
    deviations: list
    place: Place

    @property
    def form(self):
        if self.only_import:
            return self.only_import
        return "composite" if self.decomposition else "core"

    @property
    def quantised(self):
        return any(signature.quantised for signature in self.signatures)

    def tensors(self):
        return [operand for operand in self.operands if operand.key is None]

    def values(self):
        return [operand for operand in self.operands if operand.key is not None]

    def keys(self):
        """(key, required, default) of attributes, and of value operands by their keys."""
        rows = [(a.key, a.required, a.default) for a in self.attributes] + [(o.key, o.option == "required", o.default) for o in self.values()]
        return rows + ([("CLAMP_MIN", False, None), ("CLAMP_MAX", False, None)] if self.fused_clamp else [])

    def types_of(self, operand, signature):
        """The element types that a signature admits for an operand."""
        if operand.name in signature.types:
            return signature.types[operand.name]
        return operand.types if isinstance(operand.types, list) else signature.types.get(operand.types, [])


def in_list(value):
    return value if isinstance(value, list) else [value]


def at_line(item, place):
    return Place(place.file, item.line if isinstance(item, Mapping) else place.line, place.record)


def items(mapping, place, name, *default):
    for item in field(mapping, place, name, "list", *default):
        if not isinstance(item, Mapping):
            place.fail(f"an item of '{name}'", item, "a mapping")
        yield item, at_line(item, place)


def read_type_list(value, place, vocabulary):
    if not isinstance(value, list) or not value:
        place.fail("element types", value, "a list of names, such as [F32, I8]")
    for name in value:
        one_of(place, "element type", name, vocabulary.type_names())
    return vocabulary.type_order(value)


def read_attribute(item, place, vocabulary):
    only(item, place, {"key", "onnx", "required", "default", "since", "revision"}, "an attribute")
    key = field(item, place, "key", "key")
    row = vocabulary.attribute(key)
    if row is None:
        place.fail("attribute key", f"'{key}'", "a key of vocabulary.yaml or planned/attributes.yaml")
    required = field(item, place, "required", "flag", False)
    if required == ("default" in item):
        place.fail(f"attribute {key}", "required and a default" if required else "neither required nor a default", "one of 'required: true' and 'default'")
    default = item.get("default")
    return Attribute(key, item.get("onnx", row.get("onnx")), required, default, field(item, place, "since", "positive", None),
                     field(item, place, "revision", "positive", 1), place)


def read_operand(item, place, vocabulary, position):
    only(item, place, {"name", "option", "least", "at", "types", "key", "attribute", "operand_since", "default", "type_from", "revision"}, "an operand")
    name = field(item, place, "name", "name")
    option = one_of(place, f"option of '{name}'", field(item, place, "option", "name", "required"), OPTIONS)
    key = field(item, place, "key", "key", None)
    if key is not None and vocabulary.attribute(key) is None:
        place.fail(f"key of value operand '{name}'", f"'{key}'", "a key of vocabulary.yaml or planned/attributes.yaml")
    if "attribute" in item and "operand_since" not in item:
        place.fail(f"operand '{name}'", "attribute without operand_since", "both: its name as an attribute, and the opset that made it an operand")
    types = field(item, place, "types", "any")
    if isinstance(types, list):
        types = read_type_list(types, place, vocabulary)
    elif not isinstance(types, str):
        place.fail(f"types of '{name}'", types, "a name that the signatures use, or a list of element types")
    return Operand(name, option, field(item, place, "least", "integer", 1) if option == "variadic" else 0, field(item, place, "at", "integer", position), types, key,
                   field(item, place, "attribute", "name", None), field(item, place, "operand_since", "positive", None), item.get("default"),
                   field(item, place, "type_from", "key", None), field(item, place, "revision", "positive", 1), place)


def read_signature(item, place, vocabulary, names):
    types = {}
    for key in item:
        if key in ("revision", "quantised", "roundings"):
            continue
        one_of(place, "name in a signature", key, names)
        types[key] = read_type_list(item[key], place, vocabulary)
    quantised, roundings = field(item, place, "quantised", "flag", False), field(item, place, "roundings", "list", [])
    for name in roundings:
        one_of(place, "rounding", name, {row["name"] for row in vocabulary.roundings})
    if roundings and not quantised:
        place.fail("roundings", roundings, "none: the signature is not quantised")
    return Signature(field(item, place, "revision", "positive", 1), quantised, roundings, types, place)


def read_step(item, place):
    only(item, place, {"result", "operation", "operands", "attributes", "when", "rounding"}, "a step")
    operands = field(item, place, "operands", "list")
    for operand in operands:
        if isinstance(operand, Mapping):
            only(operand, place, {"constant", "like"}, "a constant operand")
            field(operand, place, "constant", "any")
        elif not isinstance(operand, str) and operand is not None:
            place.fail("operand of a step", operand, "a name, {constant: EXPRESSION} or null")
    return Step(in_list(field(item, place, "result", "any")), field(item, place, "operation", "key"), operands, field(item, place, "attributes", "mapping", {}),
                field(item, place, "when", "text", None), field(item, place, "rounding", "key", None), place)


def read_deviation(item, place, vocabulary, shared):
    kinds = [key for key in item if key in DEVIATIONS]
    if len(kinds) != 1:
        place.fail("deviation", ", ".join(f"'{key}'" for key in item), "one of " + ", ".join(sorted(DEVIATIONS)) + " (and because, into, unless)")
    only(item, place, DEVIATIONS[kinds[0]] | {kinds[0], "because"}, f"a deviation {kinds[0]}")
    because = field(item, place, "because", "text")
    if because not in vocabulary.because and " " not in because:
        place.fail("because", f"'{because}'", "a sentence, or one of " + ", ".join(sorted(vocabulary.because)))
    return Deviation(kinds[0], in_list(item[kinds[0]]), item.get("into"), item.get("unless"), vocabulary.because.get(because, because), shared, place)


def read_record(item, place, vocabulary, family, planned, shared_deviations):
    only(item, place, RECORD_FIELDS, "a record")
    name = field(item, place, "name", "key")
    place = Place(place.file, place.line, name)
    onnx = field(item, place, "onnx", "mapping")
    only(onnx, place, {"name", "domain", "since"}, "onnx")
    operands = [read_operand(i, p, vocabulary, n) for n, (i, p) in enumerate(items(item, place, "operands", []))]
    results = [read_operand(i, p, vocabulary, n) for n, (i, p) in enumerate(items(item, place, "results"))]
    names = {o.name for o in operands + results} | {o.types for o in operands + results if isinstance(o.types, str)}
    only_import = field(item, place, "import", "name", None)
    if only_import is not None:
        one_of(place, "import", only_import, ("rewrite", "steps", "value"))
    return Record(
        name, family, planned, field(item, place, "id", "positive", None), field(item, place, "revision", "positive", 1), field(item, place, "doc", "text", ""),
        field(onnx, place, "name", "name"), field(onnx, place, "domain", "name", "ai.onnx"), field(onnx, place, "since", "positive"),
        operands, results, [read_attribute(i, p, vocabulary) for i, p in items(item, place, "attributes", [])], field(item, place, "fused_clamp", "flag", False),
        [read_signature(i, p, vocabulary, names) for i, p in items(item, place, "types")],
        one_of(place, "shape rule", field(item, place, "shape", "name"), vocabulary.shape_rules),
        one_of(place, "fold", field(item, place, "fold", "name", "none"), vocabulary.folds),
        one_of(place, "class", field(item, place, "class", "name"), vocabulary.classes),
        one_of(place, "work", field(item, place, "work", "name"), vocabulary.works),
        field(item, place, "resolved", "flag", False), only_import, [read_step(i, p) for i, p in items(item, place, "decomposition", [])],
        [read_deviation(i, p, vocabulary, False) for i, p in items(item, place, "deviations", [])] + shared_deviations, place)
